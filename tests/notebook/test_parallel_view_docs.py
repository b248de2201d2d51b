"""docs/parallel-view.md: its samples print what stands below them, and it names what there is and nothing else."""

from __future__ import annotations

import inspect
import re
from contextlib import redirect_stdout
from dataclasses import fields
from io import StringIO
from pathlib import Path
from typing import Any

from kida_jupyter.parallel_view import ParallelRun, parallel
from kida_jupyter.parallel_view.gil import Gil
from kida_jupyter.parallel_view.measuring import ROUNDS, Measured

PAGE = Path(__file__).parents[2] / "docs" / "parallel-view.md"
TEXT = PAGE.read_text(encoding="utf-8")
SAMPLES = re.findall(r"^```python\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", TEXT, re.MULTILINE | re.DOTALL)


def first_cells(after: str) -> set[str]:
    """What stands as code in the first column of the table that follows a text."""
    table = TEXT[TEXT.index(after) :].partition("\n|---")[2].partition("\n\n")[0]
    rows = [row.split(" | ")[0] for row in table.split("\n")[1:]]
    return {code for row in rows for code in re.findall(r"`([\w=]+)", row)}


def test_the_samples_print_what_the_page_says() -> None:
    names: dict[str, Any] = {}
    printed = []
    for program, _ in SAMPLES:
        with redirect_stdout(StringIO()) as out:
            exec(program, names)
        printed.append(out.getvalue())
    assert printed == [output for _, output in SAMPLES]
    assert any(printed)


def test_the_page_names_every_parameter_with_its_default() -> None:
    shown = {
        name if one.default is inspect.Parameter.empty else f"{name}={one.default}"
        for name, one in inspect.signature(parallel).parameters.items()
    }
    assert first_cells("| Parameter") == shown
    assert f"rounds={ROUNDS}" in shown


def test_the_page_names_every_attribute_of_a_run() -> None:
    kept = {one.name for one in fields(ParallelRun) if not one.name.startswith("_")}
    given = {"template", "contexts", "workers", "seconds", "executor", "more"}
    worked_out = {"isolated", "outputs", "failures", "html", "text"}
    assert first_cells("| Attribute") == (kept - given) | worked_out
    for name in (*(one.name for one in fields(Measured)), "enabled", "free_build", "forced", "module"):
        assert name == "workers" or f"`{name}`" in TEXT
    assert {"enabled", "free_build", "forced", "module"} < {one.name for one in fields(Gil)}


def test_the_page_quotes_the_sentences_of_the_view() -> None:
    states = (
        Gil(True, False),
        Gil(False, True),
        Gil(True, True, forced=True),
        Gil(True, True, module="m"),
        Gil(True, True),
    )
    rows = [row.split(" | ")[0].strip("| ") for row in TEXT.partition("| It says")[2].split("\n")[2:7]]
    for row, state in zip(rows, states, strict=True):
        for part in row.replace("`", "").split(" … "):
            assert part in state.describe(), (part, state)


def test_the_links_of_the_page_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert (PAGE.parent / link.partition("#")[0]).exists(), link
