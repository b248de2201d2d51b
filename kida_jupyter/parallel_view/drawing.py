"""The report of a run drawn by the templates of this package: HTML with inline SVG for notebooks, text for terminals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import kida
from kida_jupyter.parallel_view.report import RunReport
from kida_jupyter.parallel_view.timeline import Lane
from kida_jupyter.views import drawing

_COLUMNS: Final = 60
"""Characters of a lane in a terminal."""
_SIGNS: Final[Mapping[str, str]] = MappingProxyType({"equal": "█", "failed": "!", "differs": "≠"})


def html(report: RunReport) -> str:
    """A report as HTML: one element, with its own style and no script."""
    views = [(failed, drawing.html(failed.view)) for failed in report.failures]
    return _environment().get_template("parallel.html").render(report=report, views=views)


def behind_live(html: str, key: str, live: str) -> str:
    """A report's HTML that hides itself while a view of the widget is on the page.

    Parameters: ``html``; ``key``, what it is known by; ``live``, the class of the widget's views.
    """
    return _environment().get_template("behind.html").render(html=html, key=key, live=live)


def text(report: RunReport) -> str:
    """A report as text."""
    views = [(failed, drawing.text(failed.view)) for failed in report.failures]
    lanes = [(lane, lane_text(lane)) for lane in report.timeline.lanes]
    rendered = _environment().get_template("parallel.txt").render(report=report, views=views, lanes=lanes)
    return rendered.rstrip("\n")


def lane_text(lane: Lane) -> str:
    """A lane as a line of blocks: one for each part of the time in which there was a render; what is wrong stands out."""
    cells = [" "] * _COLUMNS
    for bar in sorted(lane.bars, key=lambda bar: bar.state != "equal"):
        first = min(_COLUMNS - 1, int(bar.x / 100 * _COLUMNS))
        last = min(_COLUMNS - 1, max(first, int((bar.x + bar.width) / 100 * _COLUMNS) - 1))
        for at in range(first, last + 1):
            cells[at] = _SIGNS[bar.state]
    return "".join(cells).rstrip()


def _environment() -> kida.Environment:
    views = drawing.environment()
    mine = kida.PackageLoader("kida_jupyter.parallel_view", "templates")
    # the palette is the views'
    return views.replace(loader=mine if views.loader is None else kida.ChoiceLoader([mine, views.loader]))
