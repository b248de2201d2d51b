"""Offsets as Python counts them, in characters, and as JavaScript does: in UTF-16 code units.

They differ behind each character outside of the Basic Multilingual Plane, an emoji mostly, which takes two units.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LINE_END: Final = re.compile(r"\r\n|\r")


class Units:
    """The offsets into one text, both ways. Parameters: ``text``."""

    __slots__ = ("_astral", "_astral_units", "_length")

    def __init__(self, text: str) -> None:
        # most texts have none, and for those an offset is what it is
        self._astral = [] if text.isascii() else [found.start() for found in _ASTRAL.finditer(text)]
        self._astral_units = [at + number for number, at in enumerate(self._astral)]
        self._length = len(text)

    @property
    def are_characters(self) -> bool:
        """Whether each character is one unit, so that nothing has to be counted."""
        return not self._astral

    @property
    def length(self) -> int:
        """The text's length in units."""
        return self._length + len(self._astral)

    def at(self, offset: int) -> int:
        """The offset in units of one in characters."""
        return offset + bisect_left(self._astral, offset) if self._astral else offset

    def characters(self, units: int) -> int:
        """The offset in characters of one in units, cut to the text; between the halves of one, that before it."""
        if not self._astral:
            return max(0, min(units, self._length))
        units = max(0, min(units, self.length))
        return units - bisect_left(self._astral_units, units)


def plain_line_ends(text: str) -> str:
    r"""A text with ``\n`` line ends only, as templates are sent to the page."""
    return _LINE_END.sub("\n", text) if "\r" in text else text


def line_end_of(text: str) -> str:
    r"""The line end that a text has, the most frequent one where they differ; ``\n`` where it has none."""
    pairs = text.count("\r\n")
    found = {"\n": text.count("\n") - pairs, "\r\n": pairs, "\r": text.count("\r") - pairs}
    return max(found, key=lambda end: found[end])


def sendable(text: str) -> str:
    """A text that a message can hold: of the same length, with lone surrogates replaced, which UTF-8 does not have."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def escaped(text: str) -> str:
    """A text of JSON that a message can hold, with lone surrogates written as JSON writes them."""
    return text if text.isascii() else _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
