"""The text of a template, and the arithmetic between offsets, lines and columns.

Lines count from 1 and columns count characters from 0, as in Python's ``ast``; an end is exclusive.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from typing import NamedTuple

_NEWLINE = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEPT = "\t\u200c\u200d"
"""Not printable to Python, and part of ordinary text: the joiners hold emoji and Persian words together."""
_CONTEXT_LINES = 1
"""Lines shown before and after the lines of a span."""
_MAX_SPAN_LINES = 6
"""A longer span shows its first lines only: an excerpt is to be read at a glance."""
_MAX_LINE_LENGTH = 160
"""A longer line is cut around the span, for terminals and for minified text."""


class Span(NamedTuple):
    """A half-open range of character offsets into a template's text."""

    start: int
    end: int


class Position(NamedTuple):
    """A place in a text: ``line`` from 1, ``column`` in characters from 0."""

    line: int
    column: int


class Region(NamedTuple):
    """A range in a text, by lines (from 1) and character columns (from 0, end exclusive)."""

    line: int
    column: int
    end_line: int
    end_column: int


class Source:
    r"""A template's text with its name and file.

    The text is held with ``\n`` line ends whatever it was given with, as Jinja2 does, so that offsets
    mean the same on every platform; lines and columns are those of the original text.

    Parameters: ``text``; ``name``, by which a loader knows the template (``None`` for a string);
    ``filename``, the file it was read from.
    """

    __slots__ = ("_found_line_starts", "_is_ascii", "filename", "name", "text")

    def __init__(self, text: str, name: str | None = None, filename: str | None = None) -> None:
        if "\r" in text:
            text = _NEWLINE.sub("\n", text)
        self.text = text
        self.name = name
        self.filename = filename
        self._is_ascii = text.isascii()
        self._found_line_starts: array[int] | None = None

    @property
    def _line_starts(self) -> array[int]:
        # found when first asked for: a template that is compiled already and does not fail never is
        starts = self._found_line_starts
        if starts is None:
            text = self.text
            starts = array("Q", (0,))  # a tenth of what a list of them takes
            at = text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = text.find("\n", at + 1)
            self._found_line_starts = starts
        return starts

    @property
    def display_name(self) -> str:
        """How people are shown this template: its name, its file, or ``<template>``."""
        return printable(self.name or self.filename or "<template>")

    @property
    def line_count(self) -> int:
        """Number of lines, counting one after a final line end."""
        return len(self._line_starts)

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1])

    def region(self, span: Span) -> Region:
        """The lines and columns of a span."""
        return Region(*self.position(span.start), *self.position(span.end))

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line and column; the inverse of `position`."""
        return self._line_starts[line - 1] + column

    def line(self, number: int) -> str:
        """The text of a line, without its end; empty outside the text."""
        if not 1 <= number <= len(self._line_starts):
            return ""
        start = self._line_starts[number - 1]
        end = self._line_starts[number] - 1 if number < len(self._line_starts) else len(self.text)
        return self.text[start:end]

    def byte_column(self, line: int, column: int) -> int:
        """A character column as Python counts it: in UTF-8 bytes."""
        if self._is_ascii:
            return column
        return len(self.line(line)[:column].encode("utf-8", "surrogatepass"))

    def character_column(self, line: int, byte_column: int) -> int:
        """A column in UTF-8 bytes as people count it: in characters."""
        if self._is_ascii:
            return byte_column
        head = self.line(line).encode("utf-8", "surrogatepass")[:byte_column]
        return len(head.decode("utf-8", "replace" if not _SURROGATE.search(self.text) else "surrogatepass"))

    def excerpt(self, region: Region, note: str | None = None) -> str:
        """The lines of a region with what it covers underlined, as drawn for people.

        Parameters: ``region``; ``note``, words to put behind the last underline.
        """
        last_shown = min(region.end_line, region.line + _MAX_SPAN_LINES - 1)
        first = max(1, region.line - _CONTEXT_LINES)
        last = min(self.line_count, last_shown + _CONTEXT_LINES)
        if last == self.line_count and last > last_shown and not self.line(last):
            last -= 1
        gutter = len(str(last))
        bar = " " * (gutter + 2) + "|"
        drawn = [bar]
        for number in range(first, last + 1):
            text = self.line(number)
            marked = region.line <= number <= last_shown
            begin = region.column if number == region.line else len(text) - len(text.lstrip())
            end = region.end_column if number == region.end_line else len(text.rstrip())
            cut = max(0, begin - _MAX_LINE_LENGTH // 2) if marked and len(text) > _MAX_LINE_LENGTH else 0
            shown = ("…" if cut else "") + text[cut : cut + _MAX_LINE_LENGTH]
            shown += "…" if len(text) > cut + _MAX_LINE_LENGTH else ""
            drawn.append(f" {number:>{gutter}} | {printable(shown)}".rstrip())
            if marked and (end > begin or number == region.line):
                lead = _blank((" " if cut else "") + text[cut:begin])
                carets = "^" * max(1, _width(text[begin : min(end, cut + _MAX_LINE_LENGTH)]))
                behind = f" {note}" if note and number == last_shown else ""
                drawn.append(f"{bar} {lead}{carets}{behind}")
        return "\n".join(drawn)


def printable(text: str) -> str:
    """A text as it can be shown: control characters and lone surrogates replaced, tabs and joiners kept."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _KEPT or unicodedata.combining(c) else "\ufffd" for c in text)


def encodable(text: str) -> str:
    """A text that can be written anywhere: lone surrogates replaced."""
    return _SURROGATE.sub("\ufffd", text)


def _blank(text: str) -> str:
    """White space as wide as a text, so that what follows lines up below it."""
    return "".join("\t" if c == "\t" else " " * _width(c) for c in text)


def _width(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Cf", "Me")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )
