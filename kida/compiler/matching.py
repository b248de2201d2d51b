"""The rules of the match tag: patterns become Python's own."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.syntax import nodes


def match(g: Generator, node: nodes.Match) -> None:
    """``match``, ``case``."""
    at = g.at(node.span)
    subject = g.expression(node.subject)
    patterns = _Patterns(g)
    cases: list[ast.match_case] = []
    for case in node.cases:
        pattern = patterns.of(case.pattern)
        guard = None
        if case.guard is not None:
            # CPython 3.11 has no place for the question whether a guard is true: here it is a call
            guard = py.call(".bool", [g.expression(case.guard)], g.at(case.guard.span))
        with g.collecting() as body, g.conditionally():
            # an alternative captures the same names as the others
            for name in {name.name: name for name in captured(case)}.values():
                g.note_export(g.scopes.variables[name], g.at(name.span))
            g.body(case.body)
        cases.append(ast.match_case(pattern, guard, body or [ast.Pass(**at)]))
    if patterns.values:
        names = ast.Call(
            py.load(".values", at),
            [],
            [ast.keyword(key, value, **at) for key, value in patterns.values.items()],
            **at,
        )
        g.emit(py.assign(patterns.holder, names, at))
    if cases:
        g.emit(ast.Match(subject, cases, **at))
    else:
        g.emit(py.statement(subject, at))


def captured(case: nodes.Case) -> list[nodes.TargetName]:
    """The names that a case captures."""
    return [node for node in nodes.walk(case.pattern) if isinstance(node, nodes.TargetName)]


class _Patterns:
    """Makes Python's patterns of the template's.

    Python allows only real dotted names as values in a pattern: those of the template are looked up before, and
    stand as attributes of an object of the engine's own.
    """

    def __init__(self, g: Generator) -> None:
        self.g = g
        self.holder = g.temporary("values")
        self.values: dict[str, ast.expr] = {}

    def of(self, node: nodes.Pattern) -> ast.pattern:
        """The Python pattern of a node."""
        return _RULES[type(node)](self, node)

    def target(self, target: nodes.TargetName | None) -> str | None:
        """The Python name of what a pattern captures."""
        if target is None:
            return None
        return self.g.target(self.g.scopes.variables[target], self.g.at(target.span)).id

    def value(self, node: nodes.Expression) -> ast.expr:
        """A value in a pattern."""
        at = self.g.at(node.span)
        if isinstance(node, nodes.Constant):
            if type(node.value) in (int, float) and node.value < 0:
                return ast.UnaryOp(ast.USub(), py.constant(-node.value, at), **at)
            return py.constant(node.value, at)
        name = f"value{len(self.values)}"
        self.values[name] = self.g.expression(node)
        return py.attribute(py.load(self.holder, at), name, at)


def _value(p: _Patterns, node: nodes.ValuePattern) -> ast.pattern:
    at = p.g.at(node.span)
    value = node.value.value if isinstance(node.value, nodes.Constant) else ...
    if value is None or type(value) is bool:
        return ast.MatchSingleton(value, **at)
    return ast.MatchValue(p.value(node.value), **at)


def _capture(p: _Patterns, node: nodes.CapturePattern) -> ast.pattern:
    return ast.MatchAs(None, p.target(node.target), **p.g.at(node.span))


def _as(p: _Patterns, node: nodes.AsPattern) -> ast.pattern:
    return ast.MatchAs(p.of(node.pattern), p.target(node.target), **p.g.at(node.span))


def _or(p: _Patterns, node: nodes.OrPattern) -> ast.pattern:
    return ast.MatchOr([p.of(pattern) for pattern in node.patterns], **p.g.at(node.span))


def _star(p: _Patterns, node: nodes.StarPattern) -> ast.pattern:
    return ast.MatchStar(p.target(node.target), **p.g.at(node.span))


def _sequence(p: _Patterns, node: nodes.SequencePattern) -> ast.pattern:
    return ast.MatchSequence([p.of(pattern) for pattern in node.patterns], **p.g.at(node.span))


def _mapping(p: _Patterns, node: nodes.MappingPattern) -> ast.pattern:
    keys = [p.value(key) for key, _ in node.items]
    return ast.MatchMapping(
        keys, [p.of(pattern) for _, pattern in node.items], p.target(node.rest), **p.g.at(node.span)
    )


_RULES: Final[dict[type[nodes.Pattern], Callable[[_Patterns, Any], ast.pattern]]] = {
    nodes.ValuePattern: _value,
    nodes.CapturePattern: _capture,
    nodes.AsPattern: _as,
    nodes.OrPattern: _or,
    nodes.StarPattern: _star,
    nodes.SequencePattern: _sequence,
    nodes.MappingPattern: _mapping,
}
