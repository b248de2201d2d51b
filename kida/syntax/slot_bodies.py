"""Which places of a def have default content: ``{% end %}`` alone does not say whose it is.

A reading must come out: nothing open at the end, no closer too many. Of several the one with the fewest defs inside
defs, then the fewest places inside default content, then the one where the earliest place has the body.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kida.syntax.tokens import BEGIN_TAG, END_TAG, NAME, OPERATOR, Token

_OPENS: Final = frozenset(
    [
        "if",
        "unless",
        "for",
        "async",
        "while",
        "try",
        "match",
        "capture",
        "with",
        "cache",
        "provide",
        "push",
        "trans",
        "spaceless",
        "autoescape",
        "filter",
        "block",
        "fragment",
        "embed",
    ]
)
_READINGS: Final = 200
"""How many ways are followed at once: more than a template for people has."""

_Cost = tuple[int, int, int]


class _Stacks:
    """What may be open, as numbers, 0 for nothing: a stack is told by what is below it and by what is on top, so that
    however deep it is, none has to be walked through.
    """

    def __init__(self) -> None:
        self.below = [0]
        self.opened = [""]
        self.components = [""]
        """What stands around: a def, a call, or default content in a def."""
        self._numbers: dict[tuple[int, str], int] = {}

    def with_opened(self, stack: int, word: str) -> int:
        """A stack with one more."""
        number = self._numbers.get((stack, word))
        if number is None:
            number = self._numbers[stack, word] = len(self.below)
            self.below.append(stack)
            self.opened.append(word)
            around = self.components[stack]
            if word in "dc":
                around = word
            elif word == "s" and around == "d":
                around = "s"
            self.components.append(around)
        return number


def with_bodies(tokens: list[Token], own: frozenset[str]) -> frozenset[int]:
    """The offsets of the ``slot`` tags that have a body, where they are places of a def; ``own`` are tags of extensions
    that have one.
    """
    stacks = _Stacks()
    readings: dict[int, _Cost] = {0: (0, 0, 0)}
    places: list[int] = []
    for word, start in _tags(tokens, _OPENS | own):
        made: dict[int, _Cost] = {}
        is_slot = word == "s"
        for stack, (nested, inside, choices) in readings.items():
            component = stacks.components[stack]
            after: list[tuple[int, _Cost]] = []
            if is_slot:
                deeper = inside + (component == "s")
                after.append((stacks.with_opened(stack, "s"), (nested, deeper, choices * 2)))
                if component in ("d", "s"):
                    after.append((stack, (nested, deeper, choices * 2 + 1)))
            elif word in "doc":
                deeper = nested + (word == "d" and component != "")
                after.append((stacks.with_opened(stack, word), (deeper, inside, choices)))
            elif stack and _closes(word, stacks.opened[stack]):
                after.append((stacks.below[stack], (nested, inside, choices)))
            for key, cost in after:
                if key not in made or cost < made[key]:
                    made[key] = cost
        if is_slot:
            places.append(start)
        if not made:
            return frozenset()
        if len(made) > _READINGS:
            made = dict(sorted(made.items(), key=lambda item: item[1])[:_READINGS])
        readings = made
    if 0 not in readings:
        return frozenset()
    choices = readings[0][2]
    return frozenset(start for index, start in enumerate(reversed(places)) if not choices >> index & 1)


def _closes(word: str, opened: str) -> bool:
    return (
        word == "end"
        or {"endslot": "s", "endmacro": "d", "enddef": "d", "endcall": "c"}.get(word, "o") == opened
    )


def _tags(tokens: list[Token], opens: frozenset[str]) -> Iterator[tuple[str, int]]:
    for index, token in enumerate(tokens):
        if token.kind is not BEGIN_TAG or tokens[index + 1].kind is not NAME:
            continue
        name = tokens[index + 1]
        if name.value in ("def", "macro"):
            yield "d", name.start
        elif name.value == "call":
            yield "c", name.start
        elif name.value == "slot":
            yield "s", name.start
        elif name.value in opens or (name.value == "set" and not _assigns(tokens, index)):
            yield "o", name.start
        elif name.value.startswith("end"):
            yield name.value, name.start


def _assigns(tokens: list[Token], index: int) -> bool:
    while tokens[index].kind is not END_TAG:
        if tokens[index].kind is OPERATOR and tokens[index].value in ("=", "??="):
            return True
        index += 1
    return False
