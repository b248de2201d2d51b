"""Which names a stretch of statements reads or assigns first, and what can be told of names from the nodes alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kida.semantics.scopes import Scope
from kida.syntax import nodes

READ: Final = "read first"
ASSIGNED: Final = "assigned first"


class Uses:
    """Which names a stretch of statements reads or assigns first.

    ``own`` are those that a statement binds which Jinja2 does not have: whether they are read before is followed
    more closely. Of an alternative it holds what that adds to the stretch ``before`` it.
    """

    __slots__ = ("assigned", "before", "first", "own")

    def __init__(self, before: Uses | None = None) -> None:
        self.before = before
        self.first: dict[str, str] = {}
        self.assigned: set[str] = set()
        self.own: set[str] = set()

    def arm(self) -> Uses:
        """An alternative that goes on from here."""
        return Uses(self)

    def read(self, name: str) -> None:
        """Note that a name is read."""
        if not self._is_used(name):
            self.first[name] = READ

    def assign(self, name: str) -> None:
        """Note that a name is assigned."""
        if not self._is_used(name):
            self.first[name] = ASSIGNED
        if not self._is_assigned(name):
            self.assigned.add(name)

    def merge(self, arms: list[Uses]) -> None:
        """Take over what the alternatives add: what not all of them assign counts as read first."""
        for arm in arms:
            for name, how in arm.first.items():
                self.first.setdefault(name, how)
            self.own |= arm.own
        for name in set().union(*(arm.assigned for arm in arms)):
            self.assigned.add(name)
            if name in self.first and not all(name in arm.assigned for arm in arms):
                self.first[name] = READ

    def _is_used(self, name: str) -> bool:
        found: Uses | None = self
        while found is not None:
            if name in found.first:
                return True
            found = found.before
        return False

    def _is_assigned(self, name: str) -> bool:
        found: Uses | None = self
        while found is not None:
            if name in found.assigned:
                return True
            found = found.before
        return False


def scopes_around(scope: Scope) -> Iterable[Scope]:
    """A scope and those around it."""
    found: Scope | None = scope
    while found is not None:
        yield found
        found = found.parent


def is_in_loop(scope: Scope, loop_blocks: set[nodes.Node]) -> bool:
    """Whether a scope is a loop's, or a block's that stands in one."""
    return isinstance(scope.node, nodes.For) or scope.node in loop_blocks


def names_reaching(node: nodes.Node, top: bool) -> list[str]:
    """Names that ``let`` (and, seen from the top, ``export``) assign outside of the node that they stand in."""
    found: list[str] = []
    pending: list[tuple[nodes.Node, bool]] = [(node, False)]
    while pending:
        current, inside_macro = pending.pop()
        if isinstance(current, nodes.Block):
            continue
        inside_macro |= isinstance(current, (nodes.Macro, nodes.CallBlock, nodes.SlotContent))
        if inside_macro and not top:
            continue  # nothing reaches out of a macro but to the top
        if isinstance(current, nodes.Assign) and (
            (current.reach == "let" and not inside_macro) or (current.reach == "export" and top)
        ):
            found += [name.name for name in nodes.walk(current.target) if isinstance(name, nodes.TargetName)]
        pending += [(child, inside_macro) for child in nodes.children(current)]
    return found
