"""Context values, written as Python expressions: fresh for each engine, and printable in a report.

A name's type never changes (``n`` is always a number, ``xs`` always a list of numbers), here and in the
grammar, so that random templates shadow names freely and still mostly render.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType, MappingProxyType
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Thing:
    """An object with attributes, a method, and no subscript."""

    name: str
    n: int = 1
    tags: tuple[str, ...] = ()

    def plus(self, other: int = 1) -> int:
        return self.n + other


class Both:
    """An object whose attribute and item of one name differ."""

    name = "attribute"
    only_attribute = 1

    def __getitem__(self, key: object) -> str:
        if key in ("name", "only_item", 0):
            return f"item {key}"
        raise KeyError(key)

    def __str__(self) -> str:
        return "<Both>"

    __repr__ = __str__


class Html:
    """An object that knows its own HTML."""

    def __html__(self) -> str:
        return "<html-object>"

    def __str__(self) -> str:
        return "<plain & object>"

    __repr__ = __str__


def add(a: Any, b: Any = 10) -> Any:
    return a + b


def shown(*args: Any, **kwargs: Any) -> str:
    return f"{list(args)}{dict(sorted(kwargs.items()))}"


def numbers(count: int = 3) -> Iterator[int]:
    yield from range(count)


async def later(value: Any = None) -> Any:
    return value


async def later_numbers(count: int = 3) -> AsyncIterator[int]:
    for number in range(count):
        yield number


NAMESPACE: Mapping[str, Any] = MappingProxyType(
    {
        "Markup": Markup,
        "Thing": Thing,
        "Both": Both,
        "Html": Html,
        "add": add,
        "shown": shown,
        "numbers": numbers,
        "later": later,
        "later_numbers": later_numbers,
    }
)

_NUMBERS = ("1", "2", "3", "0", "-1", "7", "12", "1000", "True")
_TEXTS = (
    "'abc'",
    "'a b c'",
    "''",
    "'<b>x & y</b>'",
    '"it\'s \\"q\\""',
    "'  pad '",
    "'Hello World foo bar baz'",
    "'one\\ntwo\\n\\nthree'",
    "'\u00fcn\u00ef \u6f22 \U0001f389'",
    "Markup('<i>m &amp; n</i>')",
    "'see http://example.org/x?y=1&z=2 and www.example.com, or me@example.org.'",
    "'3'",
    "'3.7'",
    "'a-very-long-hyphenated-word and-then some'",
    "'xXx'",
)
_MARKUPS = ("Markup('<i>m</i>')", "Markup('&lt;')", "Markup('')", "Html()")
_LISTS = ("[1, 2, 3]", "[3, 1, 2, 1]", "[]", "[5]", "(1, 2)", "range(4)", "[0, 0]", "[1, 2.5, -3]")
_WORDS = (
    "['b', 'a', 'C']",
    "['<a>', 'b&']",
    "[]",
    "['x']",
    "['b', 'B', 'a', 'b']",
    "[Markup('<b>'), '<c>']",
    "('p', 'q')",
)
_ROWS = (
    "[{'name': 'x', 'n': 1, 'tags': ['t', '<u>']}, {'name': 'Y', 'n': 2, 'tags': []}]",
    "[{'name': 'b', 'n': 2, 'tags': []}, {'name': 'a', 'n': 1, 'tags': []}, {'name': 'A', 'n': 2, 'tags': ['k']}]",
    "[]",
    "[{'name': '<r>', 'n': 3, 'tags': ['v']}]",
)
_USERS = (
    "[Thing('ann', 1), Thing('Bob', 2, ('t',))]",
    "[Thing('b', 2), Thing('a', 2), Thing('B', 1)]",
    "[]",
    "[Thing('<u>', 5)]",
)
_ANYTHING = (
    "1",
    "'a'",
    "None",
    "'<a>'",
    "[1, 'x']",
    "{'k': '<v>'}",
    "0.5",
    "Markup('<m>')",
    "False",
    "Both()",
    "Html()",
)
_TREE = (
    "[{'name': 'r', 'kids': [{'name': 'k', 'kids': []}, {'name': 'l', 'kids': [{'name': '<g>', 'kids': []}]}]}]",
    "[{'name': 'p', 'kids': []}, {'name': 'q', 'kids': [{'name': 'v', 'kids': []}]}]",
    "[]",
)

# How often, of a hundred times, a name stands in the context at all, and what it may be.
CONTEXT: Mapping[str, tuple[int, tuple[str, ...]]] = MappingProxyType(
    {
        "n": (97, _NUMBERS),
        "m": (97, _NUMBERS),
        "f": (100, ("0.5", "2.0", "-1.25", "1e3", "2.675", "1e20", "float('inf')")),
        "s": (97, _TEXTS),
        "t": (97, _TEXTS),
        "mk": (100, _MARKUPS),
        "xs": (97, _LISTS),
        "ys": (100, _LISTS),
        "words": (100, _WORDS),
        "rows": (100, _ROWS),
        "users": (100, _USERS),
        "pairs": (100, ("[('a', 1), ('b', 2)]", "[]", "[('<k>', 3)]", "[['p', 0], ['q', 1], ['p', 2]]")),
        "grid": (100, ("[[1, 2], [3]]", "[]", "[[], [1]]", "[[1], [2, 3], [4, 5, 6]]")),
        "d": (100, ("{'a': 1, 'b': 2}", "{'b': 1, 'A': 2, 'a': 3}", "{}", "{'x': 3}", "{'a': 1, 'b': None}")),
        "cfg": (
            100,
            (
                "{'site': {'title': '<T>', 'tags': ['a', 'b']}, 'n': 4}",
                "{'site': {'title': 'plain', 'tags': []}, 'n': 0}",
            ),
        ),
        "row": (97, ("{'name': 'c', 'n': 3, 'tags': ['w']}", "{'name': '<c>', 'n': 0, 'tags': []}")),
        "u": (97, ("Thing('cy', 3)", "Thing('<d>', 0, ('x', 'y'))")),
        "o": (100, ("Both()", "Thing('o')", "{'name': 'mapping', 0: 'zero'}")),
        "tree": (100, _TREE),
        "flag": (100, ("True", "False", "1", "''")),
        "nothing": (100, ("None",)),
        "a": (30, _ANYTHING),
        "b": (20, _ANYTHING),
        "c": (10, _ANYTHING),
        "log": (100, ("[]",)),
        "add": (100, ("add",)),
        "shown": (100, ("shown",)),
        "numbers": (100, ("numbers",)),
        "later": (100, ("later",)),
        "later_numbers": (100, ("later_numbers",)),
        "seen": (100, ("seen",)),
        "part_name": (100, ("'part.html'", "'nope.html'")),
        "part_object": (100, ("template('part.html')",)),
        "base_name": (100, ("'base.html'",)),
        "base_object": (100, ("template('base.html')",)),
    }
)


@cache
def compiled(expression: str) -> CodeType:
    return compile(expression, "<context>", "eval")


def value_of(expression: str, extra: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """Evaluate one context expression, with the engine's own names (``template``, ``seen``) beside ours."""
    return eval(compiled(expression), {**NAMESPACE, **extra})
