"""Two texts side by side as a unified diff, however long their lines and however many: bounded in time and size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_MAX_LINES: Final = 300
"""Lines that are compared, behind those that are equal: to compare takes the square of their number."""
_MAX_SHOWN: Final = 40
_MAX_WIDTH: Final = 160
"""Characters of a line that are shown."""
_BEFORE: Final = 40
"""Of them, those before the place where a long line differs."""
_AROUND: Final = 2
"""Equal lines around those that differ."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a diff: ``sign`` is ``-`` (alone), ``+`` (among others), a space or ``@``; ``marked`` is what differs in it."""

    sign: str
    before: str
    marked: str = ""
    after: str = ""


def diff(serial: Sequence[str], here: Sequence[str]) -> tuple[DiffLine, ...]:
    """The lines that differ, with some around them; ``serial`` is what was expected. Line ends may be there or not."""
    alone, among = [_bare(line) for line in serial], [_bare(line) for line in here]
    if alone == among:  # only their ends differ
        alone, among = [repr(line) for line in serial], [repr(line) for line in here]
    start = _equal(alone, among)
    head = max(0, start - _AROUND)
    lines = list(_changes(alone[head : head + _MAX_LINES], among[head : head + _MAX_LINES], head))
    more = len(lines) - _MAX_SHOWN
    cut = len(alone) - head > _MAX_LINES or len(among) - head > _MAX_LINES
    if more > 0 or cut:
        said = f"… {more} more lines" if more > 0 else "…"
        lines = [
            *lines[:_MAX_SHOWN],
            DiffLine("@", said + (" and what is behind them" if cut and more > 0 else "")),
        ]
    return tuple(lines)


def _changes(alone: list[str], among: list[str], offset: int) -> Iterator[DiffLine]:
    for group in SequenceMatcher(None, alone, among, autojunk=False).get_grouped_opcodes(_AROUND):
        first, last = group[0], group[-1]
        yield DiffLine(
            "@",
            f"@@ -{offset + first[1] + 1},{last[2] - first[1]} +{offset + first[3] + 1},{last[4] - first[3]} @@",
        )
        for tag, old, old_end, new, new_end in group:
            if tag == "equal":
                for line in alone[old:old_end]:
                    yield DiffLine(" ", _shortened(line, 0))
                continue
            olds, news = alone[old:old_end], among[new:new_end]
            yield from (_marked("-", line, news, at) for at, line in enumerate(olds))
            yield from (_marked("+", line, olds, at) for at, line in enumerate(news))


def _marked(sign: str, line: str, others: Sequence[str], at: int) -> DiffLine:
    """A line with what makes it other than the line that stands in its place."""
    if at >= len(others):
        return DiffLine(sign, _shortened(line, 0))
    other = others[at]
    start = _equal(line, other)
    end = _equal(line[start:][::-1], other[start:][::-1])
    start -= _within_word(line[:start][::-1])
    end -= _within_word(line[len(line) - end :])
    first = max(0, start - _BEFORE) if len(line) > _MAX_WIDTH else 0
    stop = len(line) - end
    return DiffLine(
        sign,
        ("…" if first else "") + line[first:start],
        _shortened(line[start:stop], 0),
        _shortened(line[stop : stop + _MAX_WIDTH + 1], max(0, min(stop, start + _MAX_WIDTH) - first)),
    )


def _within_word(text: str) -> int:
    """How much of a word a text begins with: half a word that differs is hard to read. Words are short, or none."""
    found = next((at for at, letter in enumerate(text[:_BEFORE]) if not letter.isalnum()), len(text))
    return found if found < _BEFORE else 0


def _shortened(line: str, used: int) -> str:
    room = max(_BEFORE, _MAX_WIDTH - used)
    return line if len(line) <= room else line[: room - 1] + "…"


def _equal(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items are equal from the beginning."""
    # halves are compared, which Python does quicker than item by item
    equal, least = 0, min(len(one), len(other))
    while equal < least:
        middle = (equal + least + 1) // 2
        if one[equal:middle] == other[equal:middle]:
            equal = middle
        else:
            least = middle - 1
    return equal


def _bare(line: str) -> str:
    return line.rstrip("\r\n")
