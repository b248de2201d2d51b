"""What can be known of a template without rendering it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kida.compiler.compiler import generate, too_deep
from kida.compiler.options import Options
from kida.compiler.python import Places
from kida.errors import TemplateNotFoundError, TemplateSyntaxError
from kida.runtime.forms import Form
from kida.runtime.naming import full_name
from kida.semantics.analysis import analyse
from kida.semantics.calls import check_calls
from kida.semantics.scopes import Scope, Scopes
from kida.source import Source
from kida.syntax import nodes
from kida.syntax.parser import parse
from kida.values import Value

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
class SlotMetadata:
    """A place for content: its name, ``"default"`` where it has none, the names it hands up, whether it has default
    content, and the line (from 1) of the first place of that name.
    """

    name: str
    hands_up: tuple[str, ...]
    has_default: bool
    line: int


@dataclass(frozen=True, slots=True)
class MacroMetadata:
    """A macro: its name, parameters and line (from 1), and the names that it looks up in the context, also where a macro,
    a call's body or a recursive loop inside of it does; globals are not among them. ``slots`` are in the order of the text,
    those that it only forwards included.
    """

    name: str
    parameters: tuple[ParameterMetadata, ...]
    line: int
    reads: frozenset[str]
    slots: tuple[SlotMetadata, ...] = ()


class Analysed(Value):
    """A template's text, and what is found out of it before it is compiled, in whatever form."""

    source: Source
    tree: nodes.Template
    scopes: Scopes
    places: Places


def analysed(environment: Environment, source: Source) -> Analysed:
    """The nodes of a template and what its names mean. Raises `TemplateSyntaxError`.

    What was analysed last is kept: often another form of the same text is compiled next.
    """
    known: Analysed | None = environment._last_analysed
    if known is not None and known.source is source:
        return known
    made = analysed_tree(environment, source, parsed(environment, source))
    environment._keep_analysed(made)
    return made


def analysed_tree(environment: Environment, source: Source, tree: nodes.Template) -> Analysed:
    """The same for nodes that were made otherwise."""
    try:
        scopes = analyse(tree, source)
        if environment.check_calls:
            from kida.environment.importing import importing

            check_calls(tree, scopes, source, importing(environment, source))
    except TemplateSyntaxError as error:
        from kida.environment.problems import first_of_all

        raise first_of_all(environment, source, error) from None
    except (RecursionError, MemoryError):
        raise too_deep(tree, source) from None
    return Analysed(source, tree, scopes, Places(source))


def parsed(environment: Environment, source: Source) -> nodes.Template:
    """The nodes of a template. Raises the first `TemplateSyntaxError` in the text, which knows of the others."""
    try:
        return parse(source, environment._lexer.tokens(source), environment._tags)
    except TemplateSyntaxError as error:
        from kida.environment.problems import first_of_all

        raise first_of_all(environment, source, error) from None


def _analysed(template: Template) -> Analysed:
    return analysed(template.environment, template._source)


def list_blocks(template: Template) -> list[str]:
    """The names of a template's own blocks."""
    return list(_analysed(template).scopes.blocks)


def template_dependencies(template: Template) -> list[str]:
    """The names of the templates that a template names literally, in the order of the text, each once."""
    found: dict[str, None] = {}
    for node in nodes.walk(_analysed(template).tree):
        if isinstance(node, (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            for name in _literal_names(node.template):
                with suppress(TemplateNotFoundError):  # it leads out of the templates: there is no such one
                    found[full_name(template.name, name)] = None
    return list(found)


def _literal_names(node: nodes.Expression | None) -> Iterator[str]:
    """The texts that an expression may be: a literal one, or those of a list, or of the arms of a condition or a choice."""
    if isinstance(node, nodes.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (nodes.TupleLiteral, nodes.ListLiteral)):
        for item in node.items:
            yield from _literal_names(item)
    elif isinstance(node, nodes.Conditional):
        yield from _literal_names(node.value)
        yield from _literal_names(node.other)
    elif isinstance(node, nodes.Coalesce):
        yield from _literal_names(node.left)
        yield from _literal_names(node.right)
    elif isinstance(node, nodes.Logic):
        # of 'a and b' only the last is one that a true name could come to
        for item in node.items if node.operator == "or" else node.items[-1:]:
            yield from _literal_names(item)


def def_metadata(template: Template) -> dict[str, MacroMetadata]:
    """The macros at the top of a template."""
    known = _analysed(template)
    source, scopes = known.source, known.scopes
    global_names = set(template.environment.globals)
    read = _read_within(scopes)
    found: dict[str, MacroMetadata] = {}
    for node in nodes.walk(known.tree):
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
            reads = frozenset(read.get(scopes.opened[node, "body"], ())) - global_names
            found[node.name] = MacroMetadata(
                node.name, parameters, source.position(node.span.start).line, reads, _slots(node, source)
            )
    return found


def _slots(macro: nodes.Macro, source: Source) -> tuple[SlotMetadata, ...]:
    found: dict[str, SlotMetadata] = {}
    for place in macro.slots:
        line = source.position(place.span.start).line
        found.setdefault(place.name, SlotMetadata(place.name, place.handed, place.has_default, line))
    return tuple(found.values())


def _read_within(scopes: Scopes) -> dict[Scope, set[str]]:
    """The names that each macro at the top looks up in the context, itself or in a function inside of it."""
    outermost: dict[Scope, Scope] = {}

    def around(scope: Scope) -> Scope:
        """The outermost function around a scope but for the template's top."""
        path = []
        while scope not in outermost and scope.parent is not None and not scope.parent.is_top:
            path.append(scope)
            scope = scope.parent
        found = outermost.get(scope, scope)
        outermost.update(dict.fromkeys((*path, scope), found))
        return found

    read: dict[Scope, set[str]] = {}
    for function in {scope.function for scope in scopes.opened.values()}:
        if not function.is_top:
            read.setdefault(around(function), set()).update(function.context_names)
    return read


def undeclared_variables(template: Template) -> set[str]:
    """The names that a template looks up in its context."""
    scopes = _analysed(template).scopes
    functions = {scope.function for scope in scopes.opened.values()}
    names = {name for scope in functions for name in scope.context_names}
    return names - set(template.environment.globals)


def python_source(template: Template, form: Form) -> str:
    """The generated Python, with the engine's own names made readable.

    Raises `TemplateSyntaxError` where Python cannot write down what is nested so deeply.
    """
    return python_code(template, form)[0]


def python_code(template: Template, form: Form) -> tuple[str, ast.Module]:
    """The same, with the nodes that it was written from, whose places are those in the template."""
    known = _analysed(template)
    environment = template.environment
    registry = environment._registry
    options = Options(
        form,
        template._autoescape,
        registry.passes_of,
        registry.names_of,
        environment._finalize_passes(),
        known.places,
    )
    try:
        module, _ = generate(known.tree, known.scopes, known.source, options)
        return _unparsed(module), module
    except RecursionError:
        raise too_deep(known.tree, known.source) from None


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
