"""The words of an expression by their brackets: its operands, calls and filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kida_jupyter.help.names import Words
from kida_jupyter.help.scanning import Word

PIPES: Final = frozenset(("|", "|>", "?|", "?|>"))
DOTS: Final = frozenset((".", "?."))
_OPENER_OF: Final[Mapping[str, tuple[str, ...]]] = {")": ("(",), "]": ("[", "?["), "}": ("{",)}
_NOT_NAMES: Final = frozenset(("and", "or", "not", "in", "is", "if", "else", "for", "import", "as"))


def is_call(words: Words, at: int) -> bool:
    """Whether arguments stand at an index."""
    return at < len(words) and words[at].text == "("


def closing(words: Words, at: int) -> int:
    """The index of the bracket that closes the one at an index, or the end."""
    depth = 0
    for index in range(at, len(words)):
        word = words[index]
        if word.kind == "operator":
            depth += (word.text[-1] in "([{") - (word.text in _OPENER_OF)
            if not depth:
                return index
    return len(words)


def operand_before(words: Words, end: int) -> tuple[Word, ...]:
    """The name or bracket that ends before an index, with all that it is the end of: ``a.b[0]`` of ``1 + a.b[0]``."""
    at = end - 1
    while at >= 0:
        word = words[at]
        if word.kind == "operator" and word.text in _OPENER_OF:
            at = opener_of(words, at)
            if at < 0:
                return ()
            if at > 0 and word.text != "}" and _ends_operand(words[at - 1]):
                at -= 1
                continue
            break
        if word.kind == "name" and at > 1 and words[at - 1].text in DOTS and words[at - 1].kind == "operator":
            at -= 2
            continue
        if word.kind == "operator" or word.text in _NOT_NAMES:
            return ()
        break
    if at < 0 or (at > 0 and words[at - 1].text in PIPES):
        return ()  # the result of a filter
    if at > 0 and words[at - 1].text == "is":
        return ()
    return tuple(words[at:end])


def opener_of(words: Words, at: int) -> int:
    """The index of the bracket that the one at an index closes, -1 where there is none."""
    depth = 0
    for index in range(at, -1, -1):
        word = words[index]
        if word.kind == "operator":
            depth += (word.text in _OPENER_OF) - (word.text[-1] in "([{")
            if not depth:
                return index
    return -1


def _ends_operand(word: Word) -> bool:
    if word.kind == "operator":
        return word.text in _OPENER_OF
    return word.text not in _NOT_NAMES


def piped(words: Words) -> list[Words]:
    """An expression parted at its filters."""
    parts: list[list[Word]] = [[]]
    depth = 0
    for word in words:
        if word.kind == "operator":
            depth += (word.text[-1] in "([{") - (word.text in _OPENER_OF)
        if not depth and word.kind == "operator" and word.text in PIPES:
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts]
