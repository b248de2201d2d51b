"""The lines of a template around an error, with the part that failed told apart: for views that draw it themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kida.source import Region

_TEXT: Final = re.compile(r" +(\d+) \|(?: (.*))?")
_UNDERLINE: Final = re.compile(r" +\| [ \t]*\^")
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line in three parts; ``marked`` is what failed, and empty in the lines around it."""

    number: int
    before: str
    marked: str = ""
    after: str = ""


def lines_of(drawn: str | None, region: Region) -> tuple[SourceLine, ...]:
    """The lines of an excerpt as the engine draws it (``source_snippet``), taken apart.

    Parameters: ``drawn``, whose long lines are cut around what failed; ``region``, what it underlines.
    """
    rows = (drawn or "").split("\n")
    lines: list[SourceLine] = []
    for row, below in zip(rows, [*rows[1:], ""], strict=True):
        found = _TEXT.fullmatch(row)
        if found is None:
            continue
        number, text = int(found.group(1)), found.group(2) or ""
        lines.append(_marked(number, text, region) if _UNDERLINE.match(below) else SourceLine(number, text))
    return tuple(lines)


def _marked(number: int, text: str, region: Region) -> SourceLine:
    begin = region.column if number == region.line else len(text) - len(text.lstrip())
    end = region.end_column if number == region.end_line else len(text)
    moved = 0
    if text.startswith(_CUT) and begin > (kept := _kept_before(text)):
        moved = begin - kept  # the head of the line was cut off
    start, stop = begin - moved, min(end - moved, len(text))
    return SourceLine(number, text[:start], text[start:stop], text[stop:])


def _kept_before(text: str) -> int:
    """Where what failed begins in a line whose head was cut: the engine keeps as much before it in each."""
    return min(_KEPT_BEFORE, len(text))


_KEPT_BEFORE: Final = 81
"""Half of what the engine shows of a long line, and the sign that something is left out."""
