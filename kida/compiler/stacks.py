"""The rules of what is collected in one place of a render and written in another."""

from __future__ import annotations

import ast

from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.syntax import nodes


def push(g: Generator, node: nodes.Push) -> None:
    """``{% push name once key %}…{% end %}``: the body runs where it stands, and writes nothing there."""
    at = g.at(node.span)
    name, key = g.temporary("stack"), ".no_key"
    g.emit(py.assign(name, _name(g, node), at))
    if node.once is not None:
        key = g.temporary("key")
        g.emit(py.assign(key, g.expression(node.once), g.at(node.once.span)))
    with g.collecting() as statements:
        with g.buffered(at) as buffer:
            g.body(node.body)
        arguments = [py.load(".ctx", at), py.load(name, at), py.load(key, at), g.joined(buffer, at)]
        if g.instruments is not None:
            g.instruments.pushed(buffer, node.span, at)
            arguments.append(py.load(buffer, at))
        g.emit(py.statement(py.call(".push", arguments, at), at))
    if node.once is None:
        g.emit_all(statements)
        return
    once_at = g.at(node.once.span)
    asked = [py.load(".ctx", once_at), py.load(name, once_at), py.load(key, once_at)]
    g.emit(py.when(py.call(".is_wanted", asked, once_at), statements, [], at))


def stack(g: Generator, node: nodes.Stack) -> None:
    """``{% stack name %}``."""
    at = g.at(node.span)
    with g.audible(at) as wanted:
        if wanted:
            place = [py.constant(offset, at) for offset in node.span]
            g.write(py.call(".stack", [py.load(".ctx", at), _name(g, node), *place], at), at, node.span)


def _name(g: Generator, node: nodes.Push | nodes.Stack) -> ast.expr:
    return py.call(".stack_name", [g.expression(node.name)], g.at(node.name.span))
