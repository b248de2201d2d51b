"""The samples for clusters of the page on `render_many` print what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parallel.documented import ON_CLUSTERS, printed_by, sections


@pytest.mark.parametrize("title", ON_CLUSTERS)
def test_a_sample_prints_what_the_page_says(title: str, tmp_path: Path) -> None:
    program, output = sections()[title]
    assert output
    assert printed_by(program, tmp_path) == output
