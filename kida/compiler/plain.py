"""The short way of a template that only inserts variables into text, as messages and prompts do.

Where all of them are texts or numbers, no code but the engine's runs, and nobody can ask for the context of the render:
none has to be made. A function of its own writes such a template, and gives up at the first value of another kind, or
where there is none: then nothing has happened yet, and the template is rendered as every other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from markupsafe import escape

from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.runtime.forms import Form
from kida.semantics.scopes import Origin
from kida.syntax import nodes

PLAIN_FUNCTION: Final = ".plain"
"""The name that the function is found by."""

_INSERTED_AT_MOST: Final = 32
"""Variables that are inserted: with more, what a render begins with is little beside its work."""


def plain_function(g: Generator, template: nodes.Template, name: str) -> None:
    """Emit the function, where a template is of this kind; Python is told the ``name`` of the template's own.

    It takes the variables as a ``dict``, and gives the text, or ``None`` where it cannot tell.
    """
    if g.form is not Form.RENDER or g.options.finalize is not None or g.escaping is None:
        return
    parts = list(_parts(g, template))
    inserted = dict.fromkeys(part.name for part in parts if isinstance(part, nodes.Name))
    if len(parts) < len(template.body) or not inserted or len(inserted) > _INSERTED_AT_MOST:
        return
    at = g.at(template.span._replace(end=template.span.start))
    texts: dict[str, str] = {}
    pieces: list[ast.expr] = []
    with g.collecting() as body:
        g.emit(py.assign(".get", py.attribute(py.load(".variables", at), "get", at), at))
        for part in parts:
            if isinstance(part, nodes.Text):
                pieces.append(py.constant(part.text, g.at(part.span)))
                continue
            if part.name not in texts:
                texts[part.name] = _insert(g, part)
            place = g.at(part.span)
            pieces.append(ast.FormattedValue(py.load(texts[part.name], place), -1, None, **place))
        g.emit(ast.Return(ast.JoinedStr(pieces, **at), **at))
    g.emit(py.function(name, py.arguments([".variables"], at), body, at, is_async=False))
    g.emit(py.assign(PLAIN_FUNCTION, py.load(name, at), at))


def _parts(g: Generator, template: nodes.Template) -> Iterator[nodes.Text | nodes.Name]:
    """The parts of a template, up to the first that is neither text nor a variable of the context."""
    for node in template.body:
        if isinstance(node, nodes.Text):
            yield node
        elif not isinstance(node, nodes.Output):
            return
        elif isinstance(node.value, nodes.Name):
            if g.scopes.variables[node.value].origin is not Origin.CONTEXT:
                return
            yield node.value
        elif isinstance(node.value, nodes.Constant) and isinstance(node.value.value, str):
            text = node.value.value
            yield nodes.Text(node.span, str(escape(text)) if g.escaping else text)
        else:
            return


def _insert(g: Generator, name: nodes.Name) -> str:
    """Emit what gives a variable's text; tells the name that this is known by."""
    at = g.at(name.span)
    variable = g.scopes.variables[name].python_name
    text = g.temporary("text")
    g.emit(py.assign(variable, py.call(".get", [py.constant(name.name, at)], at), at))
    value = py.load(variable, at)
    is_str = py.compare(py.call(".type", [value], at), ast.Is(), py.load(".str", at), at)
    of_str = py.call(".escape", [value], at) if g.escaping else value
    told = py.call(".number_or_markup", [value], at)
    none = py.compare(py.load(text, at), ast.Is(), py.constant(None, at), at)
    give_up = py.when(none, [ast.Return(py.constant(None, at), **at)], [], at)
    g.emit(
        ast.If(is_str, [py.assign(text, of_str, at)], [py.assign(text, told, at), give_up], **at),
    )
    return text
