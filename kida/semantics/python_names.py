"""Names for the generated code: the template's own where they are free, so that debuggers show them."""

from __future__ import annotations

from kida.semantics.scopes import Scope
from kida.semantics.uses import scopes_around


class PythonNames:
    """Which names the variables of a template have in the generated code: ``x``, then ``x.1``, ``x.2``.

    Taken are the names of the scopes around. Scopes beside each other share names. Each choice takes time by the
    number of scopes around it alone. ``kept`` are names that only parameters have: a macro assigns to a variable around
    it that one of its parameters would hide.
    """

    def __init__(self, kept: frozenset[str]) -> None:
        self._kept = kept
        self._in_scope: dict[Scope, dict[str, int]] = {}
        self._in_function: dict[Scope, dict[str, int]] = {}

    def parameter(self, scope: Scope, name: str) -> str:
        """The name of a parameter: its own, as calls give it by that."""
        return self._take(scope, name, 0)

    def choose(self, scope: Scope, name: str) -> str:
        """A name that is free in a scope."""
        return self._take(scope, name, self._highest(scope, name) + 1)

    def choose_everywhere(self, scope: Scope, name: str) -> str:
        """A name that is free in all of a scope's function.

        For what is found out late to be used, and what the function looks up in the context: it must not be a name
        that scopes inside have by then.
        """
        in_function = self._in_function.get(scope.function, {}).get(name, -1)
        return self._take(scope, name, max(in_function, self._highest(scope, name)) + 1)

    def _highest(self, scope: Scope, name: str) -> int:
        """The last number that a name has around a scope, -1 for none."""
        # __debug__ is Python's own: it cannot be assigned
        lowest = 0 if name in self._kept or name == "__debug__" else -1
        return max(self._in_scope.get(around, {}).get(name, lowest) for around in scopes_around(scope))

    def _take(self, scope: Scope, name: str, number: int) -> str:
        for taken in (
            self._in_scope.setdefault(scope, {}),
            self._in_function.setdefault(scope.function, {}),
        ):
            taken[name] = max(number, taken.get(name, 0))
        return f"{name}.{number}" if number else name
