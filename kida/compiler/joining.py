"""The rules of the statements that join templates: extends, block, include, import, from."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.compiler.output import is_written_super
from kida.compiler.python import At
from kida.semantics.scopes import Origin, Variable
from kida.syntax import nodes


def extends(g: Generator, node: nodes.Extends) -> None:
    """``extends``: from here on output at the top goes nowhere, and at the end the parent is rendered."""
    at = g.at(node.template.span)
    template = _template_of(g, node)
    load = g.directly_awaited(py.call(".extend", [py.load(".ctx", at), template], at), at)
    if g.silenced == "always":
        g.emit(py.statement(py.call(".extended_twice", [], at), at))
        return
    if g.silenced == "perhaps":
        twice = py.statement(py.call(".extended_twice", [], at), at)
        parent = py.compare(py.load(".parent", at), ast.IsNot(), py.constant(None, at), at)
        g.emit(py.when(parent, [twice], [], at))
    g.emit(py.assign(".parent", load, at))
    g.silenced = "perhaps" if g.conditional else "always"


def block(g: Generator, node: nodes.Block) -> None:
    """A block where it stands: a call of what the most derived template has for it."""
    at = g.at(node.span)
    scope = g.scope
    with g.audible(at, always=not scope.is_top) as wanted:
        if not wanted or node.fragment:
            return
        if node.condition is not None:
            condition = g.expression(node.condition)
            with g.collecting() as body:
                _block_here(g, node, at)
            g.emit(py.when(condition, body, [], g.at(node.condition.span)))
        else:
            _block_here(g, node, at)


def _block_here(g: Generator, node: nodes.Block, at: At) -> None:
    context: ast.expr = py.load(".ctx", at)
    if node.scoped:
        context = py.call(".context_here", [context, g.visible(at)], at)
    name = py.constant(node.name, at)
    if node.required:
        function: ast.expr = py.call(".required_block", [py.load(".ctx", at), name], at)
    else:
        first = py.attribute(py.attribute(py.load(".ctx", at), "layout", at), "first", at)
        function = ast.Subscript(first, name, py.LOAD, **at)
    g.deliver(function, [context], at, node.span)


def include(g: Generator, node: nodes.Include) -> None:
    """``include``."""
    at = g.at(node.template.span)
    arguments = _of_included(g, node, at)
    g.pause(at)
    g.deliver(py.load(".include", at), arguments, at, node.span)


def embed(g: Generator, node: nodes.Embed) -> None:
    """``embed``: its blocks are functions of the module, under names of their own."""
    at = g.at(node.template.span)
    blocks = g.scopes.embedded[node]
    names: list[ast.expr | None] = [py.constant(block.name, at) for block in blocks]
    functions: list[ast.expr] = [py.load(function, at) for function in blocks.values()]
    overriding = tuple((block.name, *block.name_span) for block in node.body)
    arguments = [
        *_of_included(g, node, at),
        ast.Dict(names, functions, **at),
        py.call(
            ".Overriding",
            [py.attribute(py.load(".template", at), "source", at), py.constant(overriding, at)],
            at,
        ),
    ]
    g.pause(at)
    g.deliver(py.load(".embed", at), arguments, at, node.span)


def _of_included(g: Generator, node: nodes.Include, at: At) -> list[ast.expr]:
    return [
        py.load(".ctx", at),
        _template_of(g, node),
        py.constant(node.ignore_missing, at),
        py.constant(node.with_context, at),
        _seen_by_included(g, node, at),
    ]


def _template_of(
    g: Generator, node: nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport
) -> ast.expr:
    """The name of another template; a relative one begins at the template that this tag stands in."""
    name = g.expression(node.template)
    if isinstance(name, ast.Constant) and not str(name.value).startswith(("./", "../")):
        return name
    at = g.at(node.template.span)
    return py.call(".full_name", [py.attribute(py.load(".template", at), "name", at), name], at)


def _seen_by_included(g: Generator, node: nodes.Include, at: At) -> ast.expr:
    """What an included template sees besides the context, as a dict: what is visible here, and what is added."""
    visible = g.visible(at) if node.with_context else py.constant(None, at)
    if not node.names:
        return visible
    keys: list[ast.expr | None] = [py.constant(name, at) for name, _ in node.names]
    values = [g.expression(value) for _, value in node.names]
    if isinstance(visible, ast.Constant):
        return ast.Dict(keys, values, **at)
    return ast.Dict([None, *keys], [visible, *values], **at)


def import_(g: Generator, node: nodes.Import) -> None:
    """``import … as name``."""
    at = g.at(node.target.span)
    g.assign(g.scopes.variables[node.target], _module(g, node), at, exported=False)


def from_import(g: Generator, node: nodes.FromImport) -> None:
    """``from … import name as other``."""
    module = g.temporary("module")
    g.emit(py.assign(module, _module(g, node), g.at(node.span)))
    for imported in node.names:
        at = g.at(imported.span)
        value = py.call(".imported", [py.load(module, at), py.constant(imported.name, at)], at)
        g.assign(g.scopes.variables[imported.target], value, at, exported=False)


def _module(g: Generator, node: nodes.Import | nodes.FromImport) -> ast.expr:
    at = g.at(node.template.span)
    arguments = [
        py.load(".ctx", at),
        _template_of(g, node),
        py.constant(node.with_context, at),
        g.visible(at) if node.with_context else py.constant(None, at),
    ]
    g.pause(at)
    return g.directly_awaited(py.call(".import", arguments, at), at)


def embedded_function(g: Generator, node: nodes.Block, name: str) -> None:
    """The function of a block of an ``embed``, which the module keeps under another name than the block's."""
    block_function(g, node, name)
    at = g.at(node.span)
    g.emit(py.assign(name, py.load(f"block {node.name}", at), at))


def block_function(g: Generator, node: nodes.Block, known_as: str | None = None) -> None:
    """The function of a block's body; ``known_as`` is the name that it finds itself under."""
    at = g.at(node.span)
    scope = g.scopes.opened[node, "body"]
    arguments = g.rendering_arguments(at)
    with (
        g.defining(f"block {node.name}", arguments, at, scope, span=node.span, text=False),
        g.entering(scope, at),
    ):
        g.blocks[scope] = node.name, known_as or f"block {node.name}"
        references(g, scope.variables, node, at)
        g.body(node.body)


def template_function(g: Generator, node: nodes.Template, name: str) -> None:
    """The function of a template's top."""
    at = g.at(node.span._replace(end=node.span.start))
    extends = g.scopes.extends
    top = g.scopes.top
    arguments = g.rendering_arguments(at)
    with g.defining(name, arguments, at, top, span=node.span, text=False), g.entering(top, at):
        references(g, top.variables, None, at)
        if extends is not None:
            g.emit(py.assign(".parent", py.constant(None, at), at))
        g.body(node.body)
        if extends is not None:
            _render_parent(g, extends)


def _render_parent(g: Generator, tag: nodes.Extends) -> None:
    """At the end: the parent, if there is one, in a context of its own; errors in it pass through ``extends``."""
    at = g.at(tag.template.span)
    with g.collecting() as body:
        g.deliver(py.load(".render_parent", at), [py.load(".parent", at)], at, tag.span)
    if g.silenced == "always":
        for statement in body:
            g.emit(statement)
    else:
        g.emit(
            py.when(py.compare(py.load(".parent", at), ast.IsNot(), py.constant(None, at), at), body, [], at)
        )


def references(
    g: Generator,
    variables: Mapping[str, Variable],
    block: nodes.Block | None,
    at: At,
) -> None:
    """Emit what gives ``self`` and ``super`` their values where they are used as such."""
    for name in ("self", "super"):
        variable = variables.get(name)
        if variable is None or name not in variable.scope.implicit or variable.origin is not Origin.IMPLICIT:
            continue
        arguments: list[ast.expr] = [py.load(".ctx", at)]
        if name == "super" and block is not None:
            if _only_writes_super(g, block):
                continue
            block_name, known_as = g.blocks[variable.scope]
            arguments += [py.constant(block_name, at), py.load(known_as, at)]
        g.emit(py.assign(variable.python_name, py.call(f".{name}", arguments, at), at))


def _only_writes_super(g: Generator, block: nodes.Block) -> bool:
    """Whether all that a block does with ``super`` is to write what the one it overrides writes."""
    if g.instruments is not None:
        return False
    uses = 0
    for node in nodes.walk(block):
        if isinstance(node, nodes.Name) and node.name == "super":
            uses += 1
        elif isinstance(node, nodes.Output) and is_written_super(node.value, g):
            uses -= 1
        elif isinstance(node, nodes.Autoescape):
            return False
    return uses == 0
