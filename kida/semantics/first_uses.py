"""What the statements directly in a scope read or assign first: a rule a node.

Scopes inside are read later, for themselves; here only what opens them counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from kida.semantics.scopes import Scope
from kida.semantics.uses import Uses, names_reaching
from kida.syntax import nodes


class FirstUses:
    """Reads statements into `Uses`; ``has_reaching``: the template has an assignment that reaches out of its scope."""

    def __init__(self, has_reaching: bool) -> None:
        self._has_reaching = has_reaching

    def of_body(self, scope: Scope, body: nodes.Body, uses: Uses) -> None:
        """Read the statements of a body, one behind the other."""
        for statement in body:
            self.of(scope, statement, uses)

    def of(self, scope: Scope, node: nodes.Node, uses: Uses) -> None:
        """Read one statement or expression."""
        rule = _USES.get(type(node))
        if rule is not None:
            rule(self, scope, node, uses)
        else:
            for child in nodes.children(node):
                self.of(scope, child, uses)
        if self._has_reaching and scope.is_function and type(node) in _OPENS_SCOPE:
            self._reaching_assignments(scope, node, uses)

    def _reaching_assignments(self, scope: Scope, node: nodes.Node, uses: Uses) -> None:
        """``let`` and ``export`` deep inside assign in this scope: perhaps, as far as one can know."""
        arm = uses.arm()
        for name in names_reaching(node, scope.is_top):
            arm.assign(name)
            arm.own.add(name)
        uses.merge([arm, uses.arm()])


_UsesRule = Callable[[FirstUses, Scope, Any, Uses], None]


def _uses_name(f: FirstUses, scope: Scope, node: nodes.Name, uses: Uses) -> None:
    uses.read(node.name)


def _uses_target(f: FirstUses, scope: Scope, node: nodes.TargetName, uses: Uses) -> None:
    uses.assign(node.name)


def _uses_assign(f: FirstUses, scope: Scope, node: nodes.Assign, uses: Uses) -> None:
    f.of(scope, node.value, uses)
    if node.reach == "set":
        if node.when_missing:
            uses.read(node.target.name)  # type: ignore[attr-defined]
        f.of(scope, node.target, uses)
    elif scope.is_function:
        for name in names_reaching(node, scope.is_top):
            if node.when_missing:
                uses.read(name)
            uses.assign(name)


def _uses_if(f: FirstUses, scope: Scope, node: nodes.If, uses: Uses) -> None:
    first, *others = node.branches
    f.of(scope, first.condition, uses)
    arms = [uses.arm() for _ in range(3)]
    f.of_body(scope, first.body, arms[0])
    for branch in others:
        f.of(scope, branch.condition, arms[1])
        f.of_body(scope, branch.body, arms[1])
    f.of_body(scope, node.otherwise or (), arms[2])
    uses.merge(arms)


def _uses_perhaps(f: FirstUses, scope: Scope, bodies: Iterable[Iterable[nodes.Node]], uses: Uses) -> None:
    """Statements that may not run at all."""
    for body in bodies:
        arm = uses.arm()
        for node in body:
            f.of(scope, node, arm)
        uses.merge([arm, uses.arm()])


def _uses_while(f: FirstUses, scope: Scope, node: nodes.While, uses: Uses) -> None:
    f.of(scope, node.condition, uses)
    _uses_perhaps(f, scope, (node.body, node.otherwise), uses)


def _uses_try(f: FirstUses, scope: Scope, node: nodes.Try, uses: Uses) -> None:
    target: nodes.Body | tuple[nodes.Node, ...] = (node.target,) if node.target else ()
    _uses_perhaps(f, scope, (node.body, (*target, *node.fallback)), uses)
    uses.own.update(name.name for name in target if isinstance(name, nodes.TargetName))


def _uses_match(f: FirstUses, scope: Scope, node: nodes.Match, uses: Uses) -> None:
    f.of(scope, node.subject, uses)
    guards = [(case.pattern, *((case.guard,) if case.guard else ()), *case.body) for case in node.cases]
    _uses_perhaps(f, scope, guards, uses)
    bound = (name for case in node.cases for name in nodes.walk(case.pattern))
    uses.own.update(name.name for name in bound if isinstance(name, nodes.TargetName))


def _uses_for(f: FirstUses, scope: Scope, node: nodes.For, uses: Uses) -> None:
    f.of(scope, node.iterable, uses)


def _uses_macro(f: FirstUses, scope: Scope, node: nodes.Macro, uses: Uses) -> None:
    uses.assign(node.name)


def _uses_call_block(f: FirstUses, scope: Scope, node: nodes.CallBlock, uses: Uses) -> None:
    f.of(scope, node.call, uses)


def _uses_capture(f: FirstUses, scope: Scope, node: nodes.Capture, uses: Uses) -> None:
    f.of(scope, node.target, uses)


def _uses_with(f: FirstUses, scope: Scope, node: nodes.With, uses: Uses) -> None:
    for value in node.values:
        f.of(scope, value, uses)


def _uses_filter_block(f: FirstUses, scope: Scope, node: nodes.FilterBlock, uses: Uses) -> None:
    f.of(scope, node.filter, uses)


def _uses_comprehension(f: FirstUses, scope: Scope, node: nodes.Comprehension, uses: Uses) -> None:
    f.of(scope, node.clauses[0].iterable, uses)


def _uses_block(f: FirstUses, scope: Scope, node: nodes.Block, uses: Uses) -> None:
    if node.condition is not None:
        f.of(scope, node.condition, uses)


def _uses_embed(f: FirstUses, scope: Scope, node: nodes.Embed, uses: Uses) -> None:
    f.of(scope, node.template, uses)
    for _, value in node.names:
        f.of(scope, value, uses)


def _uses_provide(f: FirstUses, scope: Scope, node: nodes.Provide, uses: Uses) -> None:
    for value in node.values:
        f.of(scope, value, uses)


def _uses_push(f: FirstUses, scope: Scope, node: nodes.Push, uses: Uses) -> None:
    f.of(scope, node.name, uses)
    if node.once is not None:
        f.of(scope, node.once, uses)


def _uses_cache(f: FirstUses, scope: Scope, node: nodes.Cache, uses: Uses) -> None:
    f.of(scope, node.key, uses)
    if node.ttl is not None:
        f.of(scope, node.ttl, uses)


def _uses_nothing(f: FirstUses, scope: Scope, node: nodes.Node, uses: Uses) -> None:
    pass


_USES: Final[dict[type[nodes.Node], _UsesRule]] = {
    nodes.Name: _uses_name,
    nodes.TargetName: _uses_target,
    nodes.Assign: _uses_assign,
    nodes.If: _uses_if,
    nodes.While: _uses_while,
    nodes.Try: _uses_try,
    nodes.Match: _uses_match,
    nodes.For: _uses_for,
    nodes.Macro: _uses_macro,
    nodes.CallBlock: _uses_call_block,
    nodes.Capture: _uses_capture,
    nodes.With: _uses_with,
    nodes.Autoescape: _uses_nothing,
    nodes.Scope: _uses_nothing,
    nodes.FilterBlock: _uses_filter_block,
    nodes.Block: _uses_block,
    nodes.Provide: _uses_provide,
    nodes.Push: _uses_push,
    nodes.Cache: _uses_cache,
    nodes.Embed: _uses_embed,
    nodes.Comprehension: _uses_comprehension,
    nodes.Text: _uses_nothing,
    nodes.Constant: _uses_nothing,
}

_OPENS_SCOPE: Final = frozenset(
    (
        nodes.For,
        nodes.Macro,
        nodes.CallBlock,
        nodes.Capture,
        nodes.With,
        nodes.Autoescape,
        nodes.Scope,
        nodes.Provide,
        nodes.Push,
        nodes.Cache,
        nodes.FilterBlock,
    )
)
