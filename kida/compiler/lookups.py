"""Attributes that are looked up by statements, where an expression can be preceded by some.

In an expression a look-up is a call of a function that tells mappings from objects. Statements do the same without a
call, by what CPython is quickest at: ``match``, subscripts and attributes it has seen the types of (PEP 634, PEP 659).
They take longer to compile, so what is repeated is looked up so, in loops and macros, and of the rest of a template
the first: a small one may be included again and again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kida.compiler import expressions as expr
from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.compiler.python import At
from kida.syntax import nodes

_CONSTANTS: Final = frozenset(("None", "True", "False"))
"""What Python takes for no name."""


def at_once(g: Generator, node: nodes.Expression) -> ast.expr:
    """The Python expression of a node that is evaluated here, before all else of its statement.

    Attributes that are looked up first of all in it are looked up by statements, which are emitted.
    """
    if g.form.is_async or g.instruments is not None or not (g.is_repeated or g.quick_lookups > 0):
        return g.expression(node)
    return _first(g, node)


def _first(g: Generator, node: nodes.Expression) -> ast.expr:
    rule = _RULES.get(type(node))
    return g.expression(node) if rule is None else rule(g, node)


def _attribute(g: Generator, node: nodes.Attribute) -> ast.expr:
    at = g.at(node.span)
    # of an attribute on another line than its object Python notes that line alone
    if node.null_safe or node.name in _CONSTANTS or at["lineno"] != at["end_lineno"]:
        return g.expression(node)
    if not g.is_repeated:
        g.quick_lookups -= 1
    target = _first(g, node.target)
    if not isinstance(target, ast.Name):
        held = g.temporary("of")
        g.emit_within(py.assign(held, target, at))
        target = py.load(held, at)
    found = g.temporary("value")
    key = py.constant(node.name, at)
    cases = [
        ast.match_case(pattern, None, _tried(look_up, error, found, at))
        for pattern, look_up, error in (
            (ast.MatchMapping([], [], None, **at), ast.Subscript(target, key, py.LOAD, **at), ".LookupError"),
            (ast.MatchAs(None, None, **at), py.attribute(target, node.name, at), ".AttributeError"),
        )
    ]
    g.emit_within(ast.Match(target, cases, **at))
    # behind all of it: an error of the second look has no other before it, and debuggers stop at the line once
    look_again = py.assign(found, py.call(".attribute_missing", [target, key], at), at)
    g.emit_within(py.when(py.is_missing(py.load(found, at), at), [look_again], [], at))
    return py.load(found, at)


def _tried(look_up: ast.expr, error: str, found: str, at: At) -> list[ast.stmt]:
    """``found = look_up``, which is missing where that raises an error."""
    handler = ast.ExceptHandler(
        py.load(error, at), None, [py.assign(found, py.load(".missing", at), at)], **at
    )
    return [ast.Try([py.assign(found, look_up, at)], [handler], [], [], **at)]


def _filter(g: Generator, node: nodes.Filter) -> ast.expr:
    if node.null_safe or node.value is None:
        return g.expression(node)
    return expr.filtered(g, node, _first(g, node.value))


def _test(g: Generator, node: nodes.Test) -> ast.expr:
    return expr.tested(g, node, _first(g, node.value))


def _unary(g: Generator, node: nodes.Unary) -> ast.expr:
    return expr.unary_of(g, node, _first(g, node.operand))


def _comparison(g: Generator, node: nodes.Comparison) -> ast.expr:
    return expr.compared(g, node, _first(g, node.first))


_RULES: Final[Mapping[type[nodes.Node], Callable[[Generator, Any], ast.expr]]] = MappingProxyType(
    {
        nodes.Attribute: _attribute,
        nodes.Filter: _filter,
        nodes.Test: _test,
        nodes.Unary: _unary,
        nodes.Comparison: _comparison,
    }
)
"""What looks at the value of a part of it first."""
