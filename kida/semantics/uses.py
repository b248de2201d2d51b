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
    more closely.
    """

    __slots__ = ("assigned", "first", "own")

    def __init__(
        self,
        first: dict[str, str] | None = None,
        assigned: set[str] | None = None,
        own: set[str] | None = None,
    ) -> None:
        self.first = first or {}
        self.assigned = assigned or set()
        self.own = own or set()

    def copy(self) -> Uses:
        """The same so far, to go on with an alternative."""
        return Uses(dict(self.first), set(self.assigned), set(self.own))

    def read(self, name: str) -> None:
        """Note that a name is read."""
        self.first.setdefault(name, READ)

    def assign(self, name: str) -> None:
        """Note that a name is assigned."""
        self.first.setdefault(name, ASSIGNED)
        self.assigned.add(name)

    def merge(self, arms: list[Uses]) -> None:
        """Take over what alternatives use: what not all of them assign counts as read first."""
        before = set(self.assigned)
        for arm in arms:
            for name, how in arm.first.items():
                self.first.setdefault(name, how)
            self.assigned |= arm.assigned
            self.own |= arm.own
        for name in self.assigned - before:
            if not all(name in arm.assigned for arm in arms):
                self.first[name] = READ


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
        inside_macro |= isinstance(current, (nodes.Macro, nodes.CallBlock))
        if isinstance(current, nodes.Assign) and (
            (current.reach == "let" and not inside_macro) or (current.reach == "export" and top)
        ):
            found += [name.name for name in nodes.walk(current.target) if isinstance(name, nodes.TargetName)]
        pending += [(child, inside_macro) for child in nodes.children(current)]
    return found


def end_of(node: nodes.Node) -> int:
    """The last offset of what stands below a node."""
    last = node.span.end
    while below := nodes.children(node):
        node = max(below, key=_start)  # those beside each other do not overlap
        last = max(last, node.span.end)
    return last


def _start(node: nodes.Node) -> int:
    return node.span.start
