"""Every sample of the page on `render_many` prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parallel.documented import ON_CLUSTERS, printed_by, sections


def test_the_sections_for_clusters_are_there() -> None:
    assert set(ON_CLUSTERS) < set(sections())


@pytest.mark.parametrize("title", [title for title in sections() if title not in ON_CLUSTERS])
def test_a_sample_prints_what_the_page_says(title: str, tmp_path: Path) -> None:
    program, output = sections()[title]
    assert output
    assert printed_by(program, tmp_path) == output
