"""The live form of the parallel view: the same HTML in a widget, with a timeline that can be zoomed and walked through.

Behind the widget's view stands the HTML as an output of its own, which hides itself by its style while a view of the
widget is on the page: where no kernel runs, and in saved notebooks and exports, it is what is seen.
"""

# mypy: disable-error-code="no-untyped-call"
# IPython's display() has no types.

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import anywidget
import traitlets as t

from kida_jupyter.parallel_view import drawing
from kida_jupyter.parallel_view.live_data import calls_data, timeline_data
from kida_jupyter.parallel_view.messages import CallsAnswer
from kida_jupyter.parallel_view.report import report_of_run

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook
    from kida_jupyter.parallel_view.running import ParallelRun

_BUNDLE: Final = Path(__file__).parent.parent / "static" / "parallel.js"
_MOST_ASKED: Final = 2_000
"""Renders whose calls can be asked for at once: more bars than a screen has columns cannot be told apart."""


class LiveView(anywidget.AnyWidget):
    """The page's side of a run. Parameters: ``run``; ``html``, its view; ``key``, what its static form is known by."""

    _esm = _BUNDLE

    html: Any = t.Unicode().tag(sync=True)
    key: Any = t.Unicode().tag(sync=True)
    timeline: Any = t.Dict().tag(sync=True)

    def __init__(self, run: ParallelRun, html: str, key: str) -> None:
        data = timeline_data(run)
        # nothing more can be asked for where everything is there: a notebook keeps its widgets, and need not keep the records
        is_whole = len(data["calls"]["calls"]) == len(data["bars"]["index"])
        self._run = None if is_whole else run
        super().__init__(html=html, key=key, timeline=data, _dom_classes=(_live(key),))
        self.on_msg(self._answer)

    def _answer(self, _: Any, content: Any, buffers: Any) -> None:
        answered = answer(content, self._run)
        if answered is not None:
            self.send(answered)

    def view(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The output that shows the widget, and its metadata."""
        return super()._repr_mimebundle_() or ({}, {})


def answer(question: Any, run: ParallelRun | None) -> CallsAnswer | None:
    """The answer to a message of the page; ``None`` to one that is no question."""
    match question:
        case {"type": "calls", "id": str(id), "renders": list(asked)}:
            count = 0 if run is None else len(run.records)
            wanted = [one for one in asked[:_MOST_ASKED] if type(one) is int and 0 <= one < count]
            records = () if run is None else (run.records[index] for index in wanted)
            return {"type": "calls", "id": id, **calls_data(records)}
    return None


def show(run: ParallelRun, notebook: Notebook | None) -> None:
    """Show a run as a widget and, behind it, as HTML that is seen where the widget is not."""
    from IPython.display import display

    report = report_of_run(run, notebook)
    html = drawing.html(report)
    key = uuid4().hex[:12]
    view, metadata = LiveView(run, html, key).view()
    view["text/plain"] = repr(run)
    display(view, metadata=metadata, raw=True)
    behind = drawing.behind_live(html, key, _live(key))
    display({"text/html": behind, "text/plain": drawing.text(report)}, raw=True)


def _live(key: str) -> str:
    return f"kida-parallel-live-{key}"
