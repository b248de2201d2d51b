"""Marks: pieces of a text that stand for what only the end of a render tells.

A mark is a text itself, so that it goes through captures, macros and filters as any other does. It consists of
characters for private use (Unicode, "Private-Use Characters"), which no filter turns into others, and of a nonce of the
render, so that no value is taken for one. The characters at its ends are of the nonce, too: values have such characters, as
those of icon fonts, and one alone is all that a filter may have left of a mark.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Final, Protocol
from urllib.parse import quote

from kida.errors import ErrorCode, TemplateRuntimeError
from kida.source import Source, Span

_ENDS: Final = 0x100000
_NONCE: Final = 0xE100
_DIGITS: Final = 0xE200
_NONCE_SIZE: Final = 8
_TELLING: Final = 4
"""How many characters of a nonce stand in no value by chance."""


class Mark(Protocol):
    """What a mark stands for."""

    waits: bool
    """Whether only the end of the render tells what stands in its place."""
    name: str
    """What it is called in errors, as ``stack 'scripts'``."""

    @property
    def source(self) -> Source:
        """The template of the tag that wrote it."""

    @property
    def span(self) -> Span:
        """Where that tag stands."""

    def resolve(self, offset: int) -> str:
        """The text in its place, which may have marks itself; ``offset``, how much of the text of the render stands before it."""
        ...


class Marks:
    """The marks of one render."""

    __slots__ = ("_end", "_given", "_pattern", "_start")

    def __init__(self) -> None:
        begin, end = (chr(_ENDS + int.from_bytes(os.urandom(2), "big")) for _ in range(2))
        nonce = "".join(chr(_NONCE + byte) for byte in os.urandom(_NONCE_SIZE))
        self._start = begin + nonce
        self._end = end
        self._pattern = re.compile(f"{self._start}([{chr(_DIGITS)}-{chr(_DIGITS + 9)}]+){end}")
        self._given: list[Mark] = []

    def make(self, mark: Mark) -> str:
        """A text that stands for what a mark does."""
        self._given.append(mark)
        number = "".join(chr(_DIGITS + int(digit)) for digit in str(len(self._given) - 1))
        return f"{self._start}{number}{self._end}"

    def first_in(self, text: str) -> int:
        """Where the first mark in a text begins, -1 where there is none."""
        return text.find(self._start)

    def first_waiting_in(self, text: str) -> int:
        """Where the first mark begins that waits for the end of the render, -1 where there is none."""
        for found in self._pattern.finditer(text):
            if self._given[_number(found[1])].waits:
                return found.start()
        return -1

    def parts(self, text: str) -> Iterator[str | Mark]:
        """A text in pieces: what stands between marks, which may be empty, and the marks."""
        pieces = self._pattern.split(text)
        for index, piece in enumerate(pieces):
            yield piece if index % 2 == 0 else self._given[_number(piece)]

    def resolved(self, text: str, size: int = 0) -> str:
        """The text of a whole render, with what all its marks stand for in their places.

        Parameters: ``size``, how much of it has been handed on before. Raises `TemplateRuntimeError` where a mark stands inside of what it stands for, or a filter has changed one.
        """
        made: list[str] = []
        seen: set[Mark] = set()
        pending: list[tuple[Iterator[str | Mark], Mark | None]] = [(self.parts(text), None)]
        while pending:
            part = next(pending[-1][0], None)
            if part is None:
                pending.pop()
            elif isinstance(part, str):
                made.append(part)
                size += len(part)
            else:
                if any(part is inner for _, inner in pending):
                    raise TemplateRuntimeError(
                        f"{part.name} stands in its own text",
                        code=ErrorCode.RECURSION_LIMIT,
                        source=part.source,
                        span=part.span,
                    )
                seen.add(part)
                pending.append((self.parts(part.resolve(size)), part))
        whole = "".join(made)
        self._check(whole, seen)
        return whole

    def _check(self, text: str, seen: set[Mark]) -> None:
        """Raise where something is left of a mark that was cut, or one is there in another spelling."""
        unseen = next((mark for mark in self._given if mark not in seen), None)
        left = [self._start[0], self._start[-_TELLING:], self._end]
        if unseen is not None:
            left += json.dumps(self._start)[1:-1], quote(self._start)
        if any(part in text for part in left):
            self._fail(unseen or self._given[-1])

    def _fail(self, mark: Mark) -> None:
        why = "which is not there before the render ends" if mark.waits else "whose place is noted"
        raise TemplateRuntimeError(
            f"a filter has changed the text of {mark.name}, {why}",
            code=ErrorCode.CHANGED_MARK,
            hint="write it outside of what filters cut or encode",
            source=mark.source,
            span=mark.span,
        )


def _number(digits: str) -> int:
    return int("".join(str(ord(digit) - _DIGITS) for digit in digits))
