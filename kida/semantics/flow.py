"""Which names may be read before they have a value: followed along the ways that a template can take.

What is not certain counts as read: a loop may not turn, a macro may be called as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from kida.syntax import nodes


def read_before_assigned(
    statements: Iterable[nodes.Node], names: set[str], reaching: frozenset[str]
) -> set[str]:
    """Those of the names that statements may read, or that scopes inside them may, before these assign them.

    Parameters: ``statements``, of one scope; ``names``; ``reaching``, which of ``let`` and ``export`` assign names of
    that scope, wherever in it they stand.
    """
    flow = _Flow(names, reaching)
    flow.along(statements, _Assigned())
    return flow.read


class _Assigned:
    """The names that have a value at a point, of those looked at: what is added to those at a point before it."""

    __slots__ = ("before", "names")

    def __init__(self, before: _Assigned | None = None, names: Iterable[str] = ()) -> None:
        self.before = before
        self.names = set(names)

    def __contains__(self, name: str) -> bool:
        point: _Assigned | None = self
        while point is not None:
            if name in point.names:
                return True
            point = point.before
        return False

    def then(self, names: Iterable[str] = ()) -> _Assigned:
        """A way that goes on from here, with more names perhaps."""
        return _Assigned(self, names)

    def merge(self, ways: list[_Assigned]) -> None:
        """What all of the ways from here that a template can take have assigned."""
        self.names |= set.intersection(*(way.names for way in ways))


class _Flow:
    def __init__(self, names: set[str], reaching: frozenset[str]) -> None:
        self.names = names
        self.reaching = reaching
        self.read: set[str] = set()
        self._scopes = 0

    def inside(
        self, parts: Iterable[nodes.Node | None], before: _Assigned, names: Iterable[str] = ()
    ) -> _Assigned:
        """What has a value where a scope inside begins: it begins with a copy of what it assigns itself.

        What scopes inside of that one begin with is part of it. To be followed by `outside`.
        """
        if self._scopes == 0:
            for part in parts:
                if part is not None:
                    self.read.update(
                        name for name in _assigned_within(part) if name in self.names and name not in before
                    )
        self._scopes += 1
        return before.then(names)

    def outside(self) -> None:
        """The scope ends."""
        self._scopes -= 1

    def along(self, statements: Iterable[nodes.Node], assigned: _Assigned) -> _Assigned:
        """Follow statements one after the other; ``assigned`` are the names that have a value, and is added to."""
        for statement in statements:
            self.into(statement, assigned)
        return assigned

    def into(self, node: nodes.Node | None, assigned: _Assigned) -> None:
        """Follow one node."""
        if node is None:
            return
        if isinstance(node, nodes.Name):
            if node.name in self.names and node.name not in assigned:
                self.read.add(node.name)
        elif isinstance(node, nodes.TargetName):
            if node.name not in assigned:
                assigned.names.add(node.name)
        else:
            _RULES.get(type(node), _in_order)(self, node, assigned)


def _in_order(flow: _Flow, node: nodes.Node, assigned: _Assigned) -> None:
    flow.along(nodes.children(node), assigned)


def _assign(flow: _Flow, node: nodes.Assign, assigned: _Assigned) -> None:
    if node.when_missing:
        flow.read.update(name for name in _names(node.target) & flow.names if name not in assigned)
    flow.into(node.value, assigned)
    _to(flow, node.target, node.reach, assigned)


def _to(flow: _Flow, target: nodes.Node, reach: str, assigned: _Assigned) -> None:
    flow.into(target, assigned if reach == "set" or reach in flow.reaching else assigned.then())


def _conditional(flow: _Flow, node: nodes.Conditional, assigned: _Assigned) -> None:
    for part in (node.condition, node.value, node.other):
        flow.into(part, assigned)


def _if(flow: _Flow, node: nodes.If, assigned: _Assigned) -> None:
    arms = []
    for branch in node.branches:
        flow.into(branch.condition, assigned)
        arms.append(flow.along(branch.body, assigned.then()))
    arms.append(flow.along(node.otherwise or (), assigned.then()))
    assigned.merge(arms)


def _for(flow: _Flow, node: nodes.For, assigned: _Assigned) -> None:
    flow.into(node.iterable, assigned)
    names = _names(node.target) | {"loop"}
    inside = flow.inside((*node.body, *node.otherwise), assigned, names)
    flow.into(node.condition, inside)
    flow.along(node.body, inside)
    flow.along(node.otherwise, assigned.then())
    flow.outside()


def _while(flow: _Flow, node: nodes.While, assigned: _Assigned) -> None:
    flow.into(node.condition, assigned)
    flow.along(node.body, assigned.then())
    flow.along(node.otherwise, assigned.then())


def _try(flow: _Flow, node: nodes.Try, assigned: _Assigned) -> None:
    body = flow.along(node.body, assigned.then())
    target = () if node.target is None else _names(node.target)
    assigned.merge([body, flow.along(node.fallback, assigned.then(target))])


def _match(flow: _Flow, node: nodes.Match, assigned: _Assigned) -> None:
    flow.into(node.subject, assigned)
    for case in node.cases:
        inside = assigned.then()
        flow.into(case.pattern, inside)
        flow.into(case.guard, inside)
        flow.along(case.body, inside)


def _callable(
    flow: _Flow, node: nodes.Macro | nodes.CallBlock | nodes.SlotContent, assigned: _Assigned
) -> None:
    if isinstance(node, nodes.CallBlock):
        flow.into(node.call, assigned)
        flow.along(node.contents, assigned)
    elif isinstance(node, nodes.Macro):
        assigned.names.add(node.name)
    inside = flow.inside((node,), assigned, ("caller", "varargs", "kwargs"))
    outer, flow.reaching = flow.reaching, frozenset()
    for parameter in node.parameters:
        flow.into(parameter.default, inside)
    flow.along(node.body, inside.then(parameter.name for parameter in node.parameters))
    flow.reaching = outer
    flow.outside()


def _scope(flow: _Flow, node: nodes.Node, assigned: _Assigned) -> None:
    # what is assigned inside is gone behind it, but for what let and export assign: as if that was, too
    below = nodes.children(node)
    flow.along(below, flow.inside(below, assigned))
    flow.outside()


def _with(flow: _Flow, node: nodes.With, assigned: _Assigned) -> None:
    flow.along(node.values, assigned)
    flow.along((*node.targets, *node.body), flow.inside(node.body, assigned))
    flow.outside()


def _capture(flow: _Flow, node: nodes.Capture, assigned: _Assigned) -> None:
    flow.into(node.filter, flow.along(node.body, flow.inside(node.body, assigned)))
    flow.outside()
    _to(flow, node.target, node.reach, assigned)


def _filter_block(flow: _Flow, node: nodes.FilterBlock, assigned: _Assigned) -> None:
    flow.into(node.filter, flow.along(node.body, flow.inside(node.body, assigned)))
    flow.outside()


def _block(flow: _Flow, node: nodes.Block, assigned: _Assigned) -> None:
    """A block's body is a function of its own, which looks up its names in the context."""
    flow.into(node.condition, assigned)


def _comprehension(flow: _Flow, node: nodes.Comprehension, assigned: _Assigned) -> None:
    inside = assigned.then()
    for clause in node.clauses:
        flow.into(clause.iterable, inside)
        flow.into(clause.target, inside)
        flow.along(clause.conditions, inside)
    flow.into(node.key, inside)
    flow.into(node.value, inside)


def _assigned_within(node: nodes.Node) -> set[str]:
    """The names that are assigned in a node, but for those that ``let`` and ``export`` assign outside of it."""
    found: set[str] = set()
    pending = [(node, False)]
    while pending:
        node, in_macro = pending.pop()
        if isinstance(node, (nodes.TargetName, nodes.Macro)):
            found.add(node.name)
        below = nodes.children(node)
        if isinstance(node, (nodes.Assign, nodes.Capture)) and (
            node.reach == "export" or (node.reach == "let" and not in_macro)
        ):
            below.remove(node.target)
        in_macro |= isinstance(node, (nodes.Macro, nodes.CallBlock, nodes.SlotContent))
        pending += [(child, in_macro) for child in below]
    return found


def _names(target: nodes.Node) -> set[str]:
    return {node.name for node in nodes.walk(target) if isinstance(node, nodes.TargetName)}


_RULES: Final[dict[type[nodes.Node], Callable[[_Flow, Any, _Assigned], None]]] = {
    nodes.Assign: _assign,
    nodes.Conditional: _conditional,
    nodes.If: _if,
    nodes.For: _for,
    nodes.While: _while,
    nodes.Try: _try,
    nodes.Match: _match,
    nodes.Macro: _callable,
    nodes.CallBlock: _callable,
    nodes.SlotContent: _callable,
    nodes.Autoescape: _scope,
    nodes.Scope: _scope,
    nodes.With: _with,
    nodes.Capture: _capture,
    nodes.FilterBlock: _filter_block,
    nodes.Block: _block,
    nodes.Comprehension: _comprehension,
}
