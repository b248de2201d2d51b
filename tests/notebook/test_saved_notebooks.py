"""The notebooks as they are saved: what a page that only displays them shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
OF_ONE_MACHINE = re.compile(
    r"(?:^|[\s\"'(])/(?:home|root|tmp|usr|work|Users)/|\b0x[0-9a-f]{6,}|localhost|127\.0\.0\.1"
)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def cells(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(request.param.read_text(encoding="utf-8"))["cells"]
    return found


def test_a_notebook_opens_with_a_title_and_what_it_is_about(cells: list[dict[str, Any]]) -> None:
    text = "".join(cells[0]["source"])
    assert cells[0]["cell_type"] == "markdown"
    assert re.match(r"# \S.*\n\n\S", text)


def test_every_cell_was_run_in_order_from_a_clean_kernel(cells: list[dict[str, Any]]) -> None:
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_outputs_say_nothing_of_the_machine_they_were_made_on(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        shown = json.dumps(cell.get("outputs", []), ensure_ascii=False).replace("\\n", "\n")
        assert not OF_ONE_MACHINE.search(shown)


def test_only_cells_that_say_so_end_in_an_error(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        fails = any(output["output_type"] == "error" for output in cell.get("outputs", []))
        assert fails == ("raises-exception" in cell["metadata"].get("tags", ()))
