"""Calls whose text is written as it is: a macro writes where its call stands, and no text is made to be copied there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.compiler.python import At
from kida.semantics.scopes import Origin
from kida.syntax import nodes


def is_written_call(node: nodes.Call, g: Generator) -> bool:
    """Whether a call that is written may go straight to a macro, as far as its template tells: most are of functions."""
    if g.form.is_async or g.instruments is not None or g.options.finalize is not None:
        return False
    if g.escaping is None or g.volatile or not has_known_arguments(node):
        return False
    target = node.target.target if isinstance(node.target, nodes.Attribute) else node.target
    return isinstance(target, nodes.Name) and (target.name in g.macros or is_of_caller(node, g))


def has_known_arguments(node: nodes.Call) -> bool:
    """Whether a call's arguments are told one by one, and no ``caller``: that may be anything, and has to be counted."""
    given = node.arguments
    has_others = given.star is not None or given.double_star is not None
    return not has_others and all(key != "caller" for key, _ in given.keywords)


def is_of_caller(node: nodes.Call, g: Generator) -> bool:
    """Whether a call is of the body of the call that its macro is called by."""
    if not isinstance(node.target, nodes.Name) or node.target.name != "caller":
        return False
    return g.scopes.variables[node.target].origin is Origin.IMPLICIT


def write_call(
    g: Generator,
    node: nodes.Call,
    target: ast.expr,
    at: At,
    extra: Sequence[ast.keyword],
    write_value: Callable[[ast.expr], None],
) -> None:
    """Emit the call, and the writing of what it gives where it is none of a macro.

    Parameters: ``target``, what is called; ``extra``, keyword arguments besides those of the node; ``write_value``
    emits the writing of a value.
    """
    given = node.arguments
    of_caller = is_of_caller(node, g)
    g.calls += 1
    if of_caller:
        g.calls_of_caller += 1
    else:
        g.pause(at)
    called = _held(g, target, at)
    positional = [_held(g, g.expression(argument), g.at(argument.span)) for argument in given.positional]
    keywords = [*extra]
    for key, value in given.keywords:
        place = g.at(value.span)
        keywords.append(ast.keyword(key, _held(g, g.expression(value), place), **place))
    site = g.kept("Site", len(positional), tuple(keyword.arg for keyword in keywords), of_caller)
    function = g.temporary("writing")
    wanted = [called, py.load(".ctx", at), py.load(site, at), g.is_escaping(at)]
    g.emit(py.assign(function, py.call(".writing", wanted, at), at))
    with g.collecting() as by_value:
        callee = py.call(".callee", [called, py.load(".ctx", at), g.block_names(at)], at)
        write_value(ast.Call(callee, positional, keywords, **at))
    arguments = [py.load(g.sink, at), *positional]
    written = py.statement(ast.Call(py.load(function, at), arguments, keywords, **at), at)
    is_none = py.compare(py.load(function, at), ast.Is(), py.constant(None, at), at)
    g.emit(py.when(is_none, by_value, [written], at))


def _held(g: Generator, value: ast.expr, at: At) -> ast.expr:
    """A value that stands in both ways of a call: a name or constant itself, or what it is held by."""
    if isinstance(value, (ast.Name, ast.Constant)):
        return value
    name = g.temporary("held")
    g.emit(py.assign(name, value, at))
    return py.load(name, at)
