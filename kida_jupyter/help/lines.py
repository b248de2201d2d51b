"""What can be written on the line of a magic: options and their values, commands and what they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kida_jupyter.help.completing import Completions, Item

_WORD_BEFORE: Final = re.compile(r"\S*\Z")
_WORD_BEHIND: Final = re.compile(r"[\w.-]*")

Values = Callable[[str], Iterable[Item]]
"""What an option or a command takes, made when it is asked for, of what is written of it already."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option: how it is written, what it is for, and its values; ``None`` where it takes none."""

    name: str
    about: str
    values: Values | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a line takes: options, and words at its places, of which the last may come again and again."""

    options: tuple[Option, ...] = ()
    places: tuple[Values, ...] = ()
    repeats: bool = False


def complete_line(text: str, cursor: int, line: Line) -> Completions:
    """What can be written at a place of the line behind a magic or command.

    Parameters: ``text``, that line; ``cursor``, a character offset in it; ``line``, what it takes.
    """
    written = text[:cursor]
    found = _WORD_BEFORE.search(written)
    prefix = found.group() if found else ""
    start = cursor - len(prefix)
    words = written[:start].split()
    behind = _WORD_BEHIND.match(text, cursor)
    end = behind.end() if prefix and behind else cursor
    if _is_quoted(written[:start]):
        return Completions(cursor, cursor)
    options = {option.name: option for option in line.options}
    name, equals, value = prefix.partition("=")
    if equals and name in options:
        return _fitting(_values(options[name], value), value, start + len(name) + 1, end)
    if words and words[-1] in options and options[words[-1]].values is not None:
        return _fitting(_values(options[words[-1]], prefix), prefix, start, end)
    if prefix.startswith("-"):
        return _fitting(_unused(line, words), prefix, start, end)
    given = _given(words, options)
    place = min(given, len(line.places) - 1) if line.repeats else given
    items: list[Item] = list(line.places[place](prefix)) if 0 <= place < len(line.places) else []
    if not prefix:
        items += _unused(line, words)
    return _fitting(items, prefix, start, end)


def complete_command(text: str, cursor: int, commands: Mapping[str, tuple[str, Line]]) -> Completions:
    """What can be written on the line behind a magic that has commands.

    Parameters: ``text``; ``cursor``; ``commands``, what each is for and what its line takes, by name.
    """
    head = re.match(r"\s*(\S*)", text)
    assert head is not None  # it matches the empty text
    if cursor <= head.end():
        names = (Item(name, "command", about) for name, (about, _) in commands.items())
        start = min(head.start(1), cursor)
        return _fitting(names, text[start:cursor], start, head.end() if cursor > start else cursor)
    if head.group(1) not in commands:
        return Completions(cursor, cursor)
    found = complete_line(text[head.end() :], cursor - head.end(), commands[head.group(1)][1])
    return Completions(found.start + head.end(), found.end + head.end(), found.items)


def _values(option: Option, written: str) -> Iterable[Item]:
    return () if option.values is None else option.values(written)


def _unused(line: Line, words: list[str]) -> Iterable[Item]:
    unused = (one for one in line.options if one.name not in words and one.name.startswith("-"))
    return (Item(one.name, "option", one.about) for one in unused)


def _given(words: list[str], options: Mapping[str, Option]) -> int:
    """How many words are no options, nor their values."""
    count = 0
    for before, word in zip(["", *words], words):
        is_value = before in options and options[before].values is not None
        count += not word.startswith("-") and not is_value
    return count


def _is_quoted(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("'") % 2 == 1


def _fitting(items: Iterable[Item], prefix: str, start: int, end: int) -> Completions:
    return Completions(start, end, tuple(item for item in items if item.text.startswith(prefix)))
