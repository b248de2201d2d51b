"""Productions read from the grammar's tables, and picked by weight among those whose flags are raised."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import accumulate
from types import MappingProxyType

from .choices import Choices
from .containers import CONTAINERS
from .expressions import SCALARS
from .statements import STATEMENTS

Flags = frozenset[str]
GRAMMAR: Mapping[str, str] = MappingProxyType({**SCALARS, **CONTAINERS, **STATEMENTS})


class Mark(Enum):
    """A delimiter of the grammar's tables; the case's syntax says what it looks like."""

    OPEN_TAG = "{%"
    CLOSE_TAG = "%}"
    OPEN_OUTPUT = "{{"
    CLOSE_OUTPUT = "}}"


@dataclass(frozen=True, slots=True)
class Reference:
    """``«rule+raised-lowered»`` inside a production."""

    rule: str
    raised: Flags
    lowered: Flags

    def apply(self, flags: Flags) -> Flags:
        return (flags | self.raised) - self.lowered if self.raised or self.lowered else flags


@dataclass(frozen=True, slots=True)
class Production:
    """One alternative of a rule; its label is the feature that the coverage report counts."""

    label: str
    weight: int
    needs: str | None
    parts: tuple[str | Mark | Reference, ...]
    is_leaf: bool


_OPENING = (Mark.OPEN_TAG, Mark.OPEN_OUTPUT)
_CLOSING = (Mark.CLOSE_TAG, Mark.CLOSE_OUTPUT)
_PART = re.compile(r"«(\w+)((?:[+-]\w+)*)»|(\{%|%\}|\{\{|\}\})")
_PREFIX = re.compile(r"(?:\^(\d+) )?(?:@(\w+) )?(.*)")
# Rules that stay shallow, so that a production made of them alone still ends a branch.
_SHALLOW = frozenset(
    {
        "tiny",
        "positive",
        "width",
        "abc",
        "macroname",
        "PARTNAME",
        "TEXT",
        "RAW",
        "COMMENT",
        "DEFINE",
        "partname",
    }
)


@cache
def parse(text: str) -> tuple[str | Mark | Reference, ...]:
    """Split a production into text, delimiters and references; the pen writes the space beside delimiters."""
    parts: list[str | Mark | Reference] = []
    end = 0
    for match in _PART.finditer(text):
        between = text[end : match.start()]
        if parts and parts[-1] in _OPENING:
            between = between.lstrip(" ")
        end = match.end()
        part = Mark(match[3]) if match[3] else _reference(match[1], match[2])
        parts += [between.rstrip(" ") if part in _CLOSING else between, part]
    rest = text[end:]
    parts.append(rest.lstrip(" ") if parts and parts[-1] in _OPENING else rest)
    return tuple(part for part in parts if part != "")


def _reference(name: str, signs: str) -> Reference:
    flags = re.findall(r"([+-])(\w+)", signs)
    raised = frozenset(flag for sign, flag in flags if sign == "+")
    return Reference(name, raised, frozenset(flag for sign, flag in flags if sign == "-"))


def _production(rule: str, line: str) -> Production:
    match = _PREFIX.fullmatch(line)
    assert match is not None
    weight, needs, text = match.groups()
    parts = parse(text)
    deep = any(isinstance(part, Reference) and part.rule not in _SHALLOW for part in parts)
    return Production(f"{rule}: {text}", int(weight or 1), needs, parts, not deep)


@cache
def rule(name: str) -> tuple[Production, ...]:
    """Return the alternatives of one rule, in the order of the table."""
    text = GRAMMAR[name]
    return tuple(_production(name, line.strip()) for line in text.strip().splitlines() if line.strip())


@cache
def _guards(name: str) -> Flags:
    return frozenset(production.needs for production in rule(name) if production.needs)


@cache
def _table(name: str, flags: Flags, leaf: bool) -> tuple[tuple[Production, ...], tuple[int, ...]]:
    allowed = [
        production for production in rule(name) if production.needs is None or production.needs in flags
    ]
    if leaf:
        allowed = [production for production in allowed if production.is_leaf] or allowed
    return tuple(allowed), tuple(accumulate(production.weight for production in allowed))


def pick(choices: Choices, name: str, flags: Flags, *, leaf: bool) -> Production | None:
    """Choose an alternative of the rule ``name``; None when every one of them needs a flag that is down."""
    productions, weights = _table(name, flags & _guards(name), leaf)
    if not productions:
        return None
    return productions[bisect_right(weights, choices.below(weights[-1]))]


def all_labels() -> list[str]:
    """Return every production's label: what the coverage report must see in renders that succeed."""
    return [production.label for name in GRAMMAR for production in rule(name)]
