"""What can be known of a template without rendering it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kida.compiler.compiler import generate, too_deep
from kida.compiler.options import Options
from kida.errors import TemplateSyntaxError
from kida.runtime.forms import Form
from kida.semantics.analysis import analyse
from kida.source import Source
from kida.syntax import nodes
from kida.syntax.parser import parse

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.template.core import Template


@dataclass(frozen=True, slots=True)
class ParameterMetadata:
    """A macro's parameter. ``kind`` is positional, normal, keyword, star or double_star; ``default`` its text."""

    name: str
    kind: str
    annotation: str | None
    default: str | None


@dataclass(frozen=True, slots=True)
class MacroMetadata:
    """A macro: its name, parameters and line (from 1), and the names it looks up in the context."""

    name: str
    parameters: tuple[ParameterMetadata, ...]
    line: int
    reads: frozenset[str]


def parsed(environment: Environment, source: Source) -> nodes.Template:
    """The nodes of a template. Raises the first `TemplateSyntaxError` in the text, which knows of the others."""
    try:
        return parse(source, environment._lexer.tokens(source), environment._tags)
    except TemplateSyntaxError as error:
        from kida.environment.problems import first_of_all

        raise first_of_all(environment, source, error) from None


def _tree(template: Template) -> nodes.Template:
    return parsed(template.environment, template._source)


def awaits(tree: nodes.Template) -> bool:
    """Whether a template holds ``await`` or ``async for``."""
    return any(
        isinstance(node, nodes.Await) or (isinstance(node, nodes.For) and node.is_async)
        for node in nodes.walk(tree)
    )


def list_blocks(template: Template) -> list[str]:
    """The names of a template's own blocks."""
    return [node.name for node in nodes.walk(_tree(template)) if isinstance(node, nodes.Block)]


def def_metadata(template: Template) -> dict[str, MacroMetadata]:
    """The macros at the top of a template."""
    tree = _tree(template)
    source = template._source
    scopes = analyse(tree, source)
    found: dict[str, MacroMetadata] = {}
    for node in nodes.walk(tree):
        if isinstance(node, nodes.Macro) and scopes.variables[node].scope.is_top:
            parameters = tuple(
                ParameterMetadata(
                    p.name,
                    p.kind,
                    p.annotation,
                    None if p.default is None else source.text[p.default.span.start : p.default.span.end],
                )
                for p in node.parameters
            )
            reads = frozenset(scopes.opened[node, "body"].context_names)
            found[node.name] = MacroMetadata(
                node.name, parameters, source.position(node.span.start).line, reads
            )
    return found


def undeclared_variables(template: Template) -> set[str]:
    """The names that a template looks up in its context."""
    scopes = analyse(_tree(template), template._source)
    functions = {scope.function for scope in scopes.opened.values()}
    names = {name for scope in functions for name in scope.context_names}
    return names - set(template.environment.globals)


def python_source(template: Template, form: Form) -> str:
    """The generated Python, with the engine's own names made readable.

    Raises `TemplateSyntaxError` where Python cannot write down what is nested so deeply.
    """
    tree = _tree(template)
    environment = template.environment
    registry = environment._registry
    options = Options(
        form,
        template._autoescape,
        registry.passes_of,
        registry.names_of,
        environment._finalize_passes(),
    )
    try:
        module, _ = generate(tree, analyse(tree, template._source), template._source, options)
        return _unparsed(module)
    except RecursionError:
        raise too_deep(tree, template._source) from None


def _unparsed(module: ast.Module) -> str:
    for node in ast.walk(module):
        for field in ("id", "name", "arg", "attr"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, _readable(value))
        if isinstance(node, ast.Nonlocal):
            node.names = [_readable(name) for name in node.names]
    try:
        return ast.unparse(module)
    except ValueError:
        # Python refuses to write down an enormous number as a decimal, and takes it as a hexadecimal
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                node.value = _Hexadecimal(node.value)
        return ast.unparse(module)


class _Hexadecimal(int):
    """A number that is written as a hexadecimal."""

    def __repr__(self) -> str:
        return hex(self)


def _readable(name: str) -> str:
    name = name.replace(" ", "_")
    return ("_" + name[1:] if name.startswith(".") else name).replace(".", "_")
