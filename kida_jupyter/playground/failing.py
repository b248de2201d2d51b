"""An error of a playground's render, as the page and pages without a kernel show it: by the error view."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import kida
from kida_jupyter.playground.messages import Failure
from kida_jupyter.playground.positions import sendable
from kida_jupyter.views import drawing
from kida_jupyter.views.report import ErrorReport, Surroundings, report_of

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook

_INTERRUPTED = "the render was interrupted"


class Failures:
    """Draws errors. Parameters: ``notebook``, which knows how cells are called, and where they are."""

    def __init__(self, notebook: Notebook | None) -> None:
        self._notebook = notebook

    @cached_property
    def _drawing(self) -> kida.Environment:
        # kept, as a template is broken for as long as somebody types in it
        return drawing.environment()

    def told(self, error: BaseException) -> Failure:
        """What the page is told of an error."""
        report = report_of(error, self._around())
        message = report.message
        if isinstance(error, KeyboardInterrupt) and not message:
            message = _INTERRUPTED
        hint = report.hint
        if report.suggestion:
            meant = f"did you mean {report.suggestion}?"
            hint = f"{meant} {hint}" if hint else meant
        return {
            "kind": sendable(report.kind),
            "code": report.code,
            "message": sendable(message),
            "hint": None if hint is None else sendable(hint),
            "html": sendable(self._drawn("error.html", report)),
            "text": sendable(self._drawn("error.txt", report).rstrip("\n")),
        }

    def _drawn(self, template: str, report: ErrorReport) -> str:
        return self._drawing.get_template(template).render(report=report, colours=False)

    def _around(self) -> Surroundings:
        if self._notebook is None:
            return Surroundings()
        from kida_jupyter.views.error import surroundings_of

        return surroundings_of(self._notebook)
