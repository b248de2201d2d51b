"""The rule of ``trans``."""

from __future__ import annotations

import ast

from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.compiler.output import as_output
from kida.compiler.python import At
from kida.syntax import nodes


def translation(g: Generator, node: nodes.Translation) -> None:
    """``{% trans %}…{% endtrans %}``: old or new style is told by the function, when it is rendered."""
    at = g.at(node.span)
    with g.audible(at) as wanted:
        if wanted:
            _translation(g, node, at)


def _translation(g: Generator, node: nodes.Translation, at: At) -> None:
    function = g.temporary("gettext")
    g.calls += 1
    g.pause(at)
    g.emit(py.assign(function, g.expression(node.function), at))
    before = None if g.instruments is None else g.instruments.begin_making(at)
    variables: ast.expr = py.constant(None, at)
    count: ast.expr = py.constant(None, at)
    if node.variables:
        held = g.temporary("variables")
        keys: list[ast.expr | None] = [py.constant(name, at) for name, _ in node.variables]
        values = ast.Dict(keys, [g.expression(value) for _, value in node.variables], **at)
        g.emit(py.assign(held, values, at))
        variables = py.load(held, at)
        if node.count is not None:
            count = ast.Subscript(py.load(held, at), py.constant(node.count, at), py.LOAD, **at)
    messages: list[ast.expr] = [] if node.context is None else [py.constant(node.context, at)]
    messages.append(_message(node, node.singular, function, at))
    if node.plural is not None:
        messages += [_message(node, node.plural, function, at), count]
    plain = py.call(".plain_gettext", [py.load(function, at)], at)
    called = py.call(".callee", [plain, py.load(".ctx", at), g.block_names(at)], at)
    found = g.temporary("message")
    g.emit(py.assign(found, g.awaited(py.call(called, messages, at), at), at))
    value = g.temporary("translated")
    told = [py.load(function, at), py.load(found, at), variables, count, g.is_escaping(at)]
    fill = ".filled_perhaps" if node.variables and not node.is_filled else ".filled"
    g.emit(py.assign(value, py.call(fill, told, at), at))
    text = as_output(g, py.load(value, at), at)
    if g.instruments is None or before is None:
        g.write(text, at)
    elif not node.variables:
        g.instruments.made(text, py.load(value, at), before, node, node.span, at)
    else:
        g.instruments.translated(text, value, found, variables, before, node, at)


def _message(node: nodes.Translation, message: str, function: str, at: At) -> ast.expr:
    """A message as it is looked up: old style, where it has no variables, its percent signs are not doubled."""
    doubled = py.constant(message, at)
    if node.is_filled or "%%" not in message:
        return doubled
    is_new = py.call(".is_new_style", [py.load(function, at)], at)
    return py.choose(is_new, doubled, py.constant(message.replace("%%", "%"), at), at)
