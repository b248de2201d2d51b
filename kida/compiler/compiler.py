"""Puts the phases of the compiler together: a rule for every node, and the module they make."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import CodeType, MappingProxyType
from typing import Final

from kida.compiler import (
    control,
    expressions,
    joining,
    macros,
    matching,
    names,
    output,
    plain,
    stacks,
    translation,
)
from kida.compiler import python as py
from kida.compiler.generator import ExpressionRule, Generator, StatementRule
from kida.compiler.options import Compiled, Options
from kida.errors import ErrorCode, TemplateSyntaxError
from kida.semantics.scopes import Scopes
from kida.source import Source, Span
from kida.syntax import nodes

TEMPLATE_FUNCTION: Final = "template"
"""The name of the function of a template's top."""

STATEMENTS: Final[Mapping[type[nodes.Node], StatementRule]] = MappingProxyType(
    {
        nodes.Text: output.text,
        nodes.Output: output.output,
        nodes.Do: output.do,
        nodes.Flush: output.flush,
        nodes.Provide: output.provide,
        nodes.Push: stacks.push,
        nodes.Stack: stacks.stack,
        nodes.Cache: output.cache,
        nodes.Debug: output.debug,
        nodes.Translation: translation.translation,
        nodes.FilterBlock: output.filter_block,
        nodes.Capture: output.capture,
        nodes.Assign: output.assign,
        nodes.With: output.with_,
        nodes.Scope: output.scope,
        nodes.Autoescape: output.autoescape,
        nodes.If: control.if_,
        nodes.For: control.for_,
        nodes.While: control.while_,
        nodes.Break: control.break_,
        nodes.Continue: control.continue_,
        nodes.Try: control.try_,
        nodes.Match: matching.match,
        nodes.Macro: macros.macro,
        nodes.CallBlock: macros.call_block,
        nodes.Extends: joining.extends,
        nodes.Block: joining.block,
        nodes.Include: joining.include,
        nodes.Embed: joining.embed,
        nodes.Import: joining.import_,
        nodes.FromImport: joining.from_import,
    }
)

EXPRESSIONS: Final[Mapping[type[nodes.Node], ExpressionRule]] = MappingProxyType(
    {
        nodes.Constant: expressions.constant,
        nodes.Name: expressions.name,
        nodes.TupleLiteral: expressions.tuple_literal,
        nodes.ListLiteral: expressions.list_literal,
        nodes.DictLiteral: expressions.dict_literal,
        nodes.Comprehension: expressions.comprehension,
        nodes.Unary: expressions.unary,
        nodes.Binary: expressions.binary,
        nodes.Concat: expressions.concat,
        nodes.Comparison: expressions.comparison,
        nodes.Logic: expressions.logic,
        nodes.Conditional: expressions.conditional,
        nodes.Coalesce: expressions.coalesce,
        nodes.Attribute: expressions.attribute,
        nodes.Slice: expressions.slice_,
        nodes.Subscript: expressions.subscript,
        nodes.NullSafeChain: expressions.null_safe_chain,
        nodes.Call: expressions.call,
        nodes.Filter: expressions.filter_,
        nodes.Test: expressions.test,
        nodes.Await: expressions.await_,
    }
)


def generate(
    template: nodes.Template, scopes: Scopes, source: Source, options: Options, *, names_only: bool = False
) -> tuple[ast.Module, Generator]:
    """The Python module of a template, as an ``ast`` whose nodes are placed in the template.

    Parameters: ``names_only``, whether it is the one that only gives the names at the top their values.
    """
    g = Generator(source, scopes, options, STATEMENTS, EXPRESSIONS)
    with g.collecting() as body:
        for blocks in scopes.embedded.values():
            for block, function in blocks.items():
                joining.embedded_function(g, block, function)
        if names_only:
            names.names_function(g, template, TEMPLATE_FUNCTION, STATEMENTS)
        else:
            joining.template_function(g, template, TEMPLATE_FUNCTION)
            for block in scopes.blocks.values():
                joining.block_function(g, block)
    # where no line is: who stops at one does not stop here
    at = g.at(Span(0, 0))
    sites = [
        py.assign(name, py.call(".site", [py.constant(given, at) for given in site if given != ()], at), at)
        for name, site in g.sites.items()
    ]
    return ast.Module([*sites, *body], []), g


def compile_template(
    template: nodes.Template,
    scopes: Scopes,
    source: Source,
    options: Options,
    filename: str,
    *,
    names_only: bool = False,
) -> Compiled:
    """The code of a template; ``names_only`` as of `generate`.

    Raises `TemplateSyntaxError` for an unknown filter or test, and for more loops inside each other than Python takes;
    ``RecursionError`` for what is nested too deeply otherwise.
    """
    try:
        module, g = generate(template, scopes, source, options, names_only=names_only)
        if not names_only:
            with g.collecting() as short:
                plain.plain_function(g, template, TEMPLATE_FUNCTION)
            module.body[:0] = short
        code: CodeType = compile(module, filename, "exec", dont_inherit=True, optimize=0)
    except SyntaxError as error:
        # CPython counts nested blocks itself
        if "nested" not in str(error):
            raise
        raise too_deep(template, source) from None
    named = () if g.instruments is None else tuple(g.instruments.places.values())
    links = tuple(g.links.values())
    extends = scopes.extends is not None
    if names_only:
        required = tuple(name for name, block in scopes.blocks.items() if block.required)
        return Compiled(code, links, (), extends, named, required)
    return Compiled(code, links, tuple(scopes.blocks), extends, named)


def too_deep(template: nodes.Template, source: Source) -> TemplateSyntaxError:
    """The error for a template that Python's compiler cannot take, at what is nested deepest."""
    deepest: tuple[int, Span] = (0, template.span)
    pending: list[tuple[int, nodes.Node]] = [(0, template)]
    while pending:
        depth, node = pending.pop()
        if depth > deepest[0]:
            deepest = depth, node.span
        pending += [(depth + 1, child) for child in nodes.children(node)]
    return TemplateSyntaxError(
        "nested too deeply",
        code=ErrorCode.TOO_DEEP,
        hint="split the expression with {% set %}, or move a part into a macro or a template of its own",
        source=source,
        span=deepest[1],
    )
