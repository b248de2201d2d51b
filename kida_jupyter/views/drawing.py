"""A report drawn by the templates of the package: HTML for notebooks, text for terminals and logs."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import kida
from kida_jupyter.views.report import ErrorReport

_STYLES: Final = {"error": "1;31", "place": "36", "mark": "1;31", "quiet": "2", "name": "33", "hint": "32"}
"""What the parts of a view are painted with in a terminal: ANSI's "Select Graphic Rendition", by its numbers."""
_UNDERLINE: Final = re.compile(r"( +\| [ \t]*)(\^+)(.*)")
_GUTTER: Final = re.compile(r"( +\d* ?\|)(.*)")


def html(report: ErrorReport) -> str:
    """A report as HTML: one element, with its own style and no script."""
    return environment().get_template("error.html").render(report=report)


def text(report: ErrorReport, *, colours: bool = False) -> str:
    """A report as text; ``colours`` paints it for a terminal."""
    return environment().get_template("error.txt").render(report=report, colours=colours).rstrip("\n")


def environment() -> kida.Environment:
    """What the views' templates are rendered with."""
    # made for each view: it takes milliseconds, and the package keeps no state of its own
    return kida.Environment(
        loader=kida.PackageLoader("kida_jupyter.views", "templates"),
        autoescape=kida.select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        filters={"paint": _paint, "visible": _visible, "excerpt": _excerpt, "skipped": _skipped},
    )


def _paint(text: str, style: str, colours: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colours and text else text


def _excerpt(drawn: str, colours: bool) -> str:
    """The engine's own drawing of the lines around an error, painted."""
    return "\n".join(_painted(line) for line in drawn.split("\n")) if colours else drawn


def _painted(line: str) -> str:
    underline = _UNDERLINE.fullmatch(line)
    if underline is not None:
        before, carets, after = underline.groups()
        return f"{_paint(before, 'quiet', True)}{_paint(carets, 'mark', True)}{after}"
    gutter = _GUTTER.match(line)
    return f"{_paint(gutter.group(1), 'quiet', True)}{gutter.group(2)}" if gutter else line


def _skipped(steps: int, times: int) -> str:
    """What is said of steps that are left out, which came so many ``times`` more, or are all others."""
    if not times:
        return f"{steps} more calls"
    return (
        f"the same {times} more times"
        if steps == times
        else f"the same {steps // times} calls {times} more times"
    )


def _visible(text: str) -> str:
    """A text of the user's, with what would move the cursor or turn the text around made visible, line ends kept."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" or unicodedata.combining(c) else "\ufffd" for c in text
    )
