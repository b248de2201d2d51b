"""Registries: the filters, tests and globals of an environment, together an immutable value.

Adding one makes a new value and puts it in the old one's place; who reads has one consistent state for good.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

from kida.runtime.hooks import PassArg, pass_arg_of
from kida.values import Value

Functions = Mapping[str, Callable[..., Any]]

_WORDS: Final = {
    PassArg.CONTEXT: "context",
    PassArg.EVAL_CONTEXT: "eval_context",
    PassArg.ENVIRONMENT: "environment",
}


class Registry(Value):
    """Filters, tests and globals as they are at one moment; read-only mappings."""

    filters: Functions
    tests: Functions
    globals: Mapping[str, Any]

    def with_added(self, kind: str, added: Mapping[str, Any]) -> Registry:
        """This registry with more of a kind: ``"filters"``, ``"tests"`` or ``"globals"``."""
        return self.changed(**{kind: MappingProxyType({**getattr(self, kind), **added})})

    def without(self, kind: str, names: Collection[str]) -> Registry:
        """This registry without some of a kind."""
        kept = {name: value for name, value in getattr(self, kind).items() if name not in names}
        return self.changed(**{kind: MappingProxyType(kept)})

    def functions(self, kind: str) -> Functions:
        """All of a kind: ``"filter"`` or ``"test"``."""
        return self.filters if kind == "filter" else self.tests

    def passes_of(self, kind: str, name: str) -> str | None:
        """What a filter or test asks for before its value; ``""`` for nothing, ``None`` where there is none of it."""
        function = self.functions(kind).get(name)
        return None if function is None else passed_first(function)

    def names_of(self, kind: str) -> list[str]:
        """The names of a kind, but for those that no template can write: tags of extensions."""
        return sorted(name for name in self.functions(kind) if name[:1] != ".")


def passed_first(function: Any) -> str:
    """What a function asks for before its arguments, in a word; ``""`` for nothing."""
    wanted = pass_arg_of(function)
    return "" if wanted is None else _WORDS[wanted]
