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
    flow.along(statements, set())
    return flow.read


class _Flow:
    def __init__(self, names: set[str], reaching: frozenset[str]) -> None:
        self.names = names
        self.reaching = reaching
        self.read: set[str] = set()

    def enter(self, parts: Iterable[nodes.Node | None], assigned: set[str]) -> set[str]:
        """What has a value where a scope inside begins: it begins with a copy of what it assigns itself."""
        for part in parts:
            if part is not None:
                self.read |= (_assigned_within(part) & self.names) - assigned
        return set(assigned)

    def along(self, statements: Iterable[nodes.Node], assigned: set[str]) -> set[str]:
        """Follow statements one after the other; ``assigned`` are the names that have a value, and is added to."""
        for statement in statements:
            self.into(statement, assigned)
        return assigned

    def into(self, node: nodes.Node | None, assigned: set[str]) -> None:
        """Follow one node."""
        if node is None:
            return
        if isinstance(node, nodes.Name):
            if node.name in self.names and node.name not in assigned:
                self.read.add(node.name)
        elif isinstance(node, nodes.TargetName):
            assigned.add(node.name)
        else:
            _RULES.get(type(node), _in_order)(self, node, assigned)


def _in_order(flow: _Flow, node: nodes.Node, assigned: set[str]) -> None:
    flow.along(nodes.children(node), assigned)


def _assign(flow: _Flow, node: nodes.Assign, assigned: set[str]) -> None:
    if node.when_missing:
        flow.read |= (_names(node.target) & flow.names) - assigned
    flow.into(node.value, assigned)
    _to(flow, node.target, node.reach, assigned)


def _to(flow: _Flow, target: nodes.Node, reach: str, assigned: set[str]) -> None:
    own = set(assigned)
    flow.into(target, own)
    if reach == "set" or reach in flow.reaching:
        assigned |= own


def _conditional(flow: _Flow, node: nodes.Conditional, assigned: set[str]) -> None:
    for part in (node.condition, node.value, node.other):
        flow.into(part, assigned)


def _if(flow: _Flow, node: nodes.If, assigned: set[str]) -> None:
    arms = []
    for branch in node.branches:
        flow.into(branch.condition, assigned)
        arms.append(flow.along(branch.body, set(assigned)))
    arms.append(flow.along(node.otherwise or (), set(assigned)))
    assigned |= set.intersection(*arms)


def _for(flow: _Flow, node: nodes.For, assigned: set[str]) -> None:
    flow.into(node.iterable, assigned)
    inside = flow.enter((*node.body, *node.otherwise), assigned) | _names(node.target) | {"loop"}
    flow.into(node.condition, inside)
    flow.along(node.body, inside)
    flow.along(node.otherwise, set(assigned))


def _while(flow: _Flow, node: nodes.While, assigned: set[str]) -> None:
    flow.into(node.condition, assigned)
    flow.along(node.body, set(assigned))
    flow.along(node.otherwise, set(assigned))


def _try(flow: _Flow, node: nodes.Try, assigned: set[str]) -> None:
    arms = [flow.along(node.body, set(assigned))]
    target = set() if node.target is None else _names(node.target)
    arms.append(flow.along(node.fallback, assigned | target))
    assigned |= set.intersection(*arms)


def _match(flow: _Flow, node: nodes.Match, assigned: set[str]) -> None:
    flow.into(node.subject, assigned)
    for case in node.cases:
        inside = set(assigned)
        flow.into(case.pattern, inside)
        flow.into(case.guard, inside)
        flow.along(case.body, inside)


def _callable(flow: _Flow, node: nodes.Macro | nodes.CallBlock, assigned: set[str]) -> None:
    if isinstance(node, nodes.CallBlock):
        flow.into(node.call, assigned)
    else:
        assigned.add(node.name)
    inside = flow.enter((node,), assigned) | {"caller", "varargs", "kwargs"}
    outer, flow.reaching = flow.reaching, frozenset()
    for parameter in node.parameters:
        flow.into(parameter.default, inside)
    flow.along(node.body, inside | {parameter.name for parameter in node.parameters})
    flow.reaching = outer


def _scope(flow: _Flow, node: nodes.Node, assigned: set[str]) -> None:
    # what is assigned inside is gone behind it, but for what let and export assign: as if that was, too
    below = nodes.children(node)
    flow.along(below, flow.enter(below, assigned))


def _with(flow: _Flow, node: nodes.With, assigned: set[str]) -> None:
    flow.along(node.values, assigned)
    inside = flow.enter(node.body, assigned)
    flow.along((*node.targets, *node.body), inside)


def _capture(flow: _Flow, node: nodes.Capture, assigned: set[str]) -> None:
    inside = flow.along(node.body, flow.enter(node.body, assigned))
    flow.into(node.filter, inside)
    _to(flow, node.target, node.reach, assigned)


def _filter_block(flow: _Flow, node: nodes.FilterBlock, assigned: set[str]) -> None:
    flow.into(node.filter, flow.along(node.body, flow.enter(node.body, assigned)))


def _block(flow: _Flow, node: nodes.Block, assigned: set[str]) -> None:
    """A block's body is a function of its own, which looks up its names in the context."""
    flow.into(node.condition, assigned)


def _comprehension(flow: _Flow, node: nodes.Comprehension, assigned: set[str]) -> None:
    inside = set(assigned)
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
        in_macro |= isinstance(node, (nodes.Macro, nodes.CallBlock))
        pending += [(child, in_macro) for child in below]
    return found


def _names(target: nodes.Node) -> set[str]:
    return {node.name for node in nodes.walk(target) if isinstance(node, nodes.TargetName)}


_RULES: Final[dict[type[nodes.Node], Callable[[_Flow, Any, set[str]], None]]] = {
    nodes.Assign: _assign,
    nodes.Conditional: _conditional,
    nodes.If: _if,
    nodes.For: _for,
    nodes.While: _while,
    nodes.Try: _try,
    nodes.Match: _match,
    nodes.Macro: _callable,
    nodes.CallBlock: _callable,
    nodes.Autoescape: _scope,
    nodes.Scope: _scope,
    nodes.With: _with,
    nodes.Capture: _capture,
    nodes.FilterBlock: _filter_block,
    nodes.Block: _block,
    nodes.Comprehension: _comprehension,
}
