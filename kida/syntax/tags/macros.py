"""Tags that define and call macros: macro, def, call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kida.errors import ErrorCode
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import coalesce, expression
from kida.syntax.parser import Parser
from kida.syntax.tags.slots import forwarded
from kida.syntax.tokens import END_TAG, OPERATOR, STRING, Token

_BETWEEN: Final = frozenset(
    ("and", "or", "not", "in", "is", "if", "else", "for", "lambda", "await", "async", "yield", "from")
)
"""Words of Python's that stand between the operands of an annotation, or before one."""


def macro_tag(parser: Parser, tag: Token) -> nodes.Macro:
    """``{% macro name(a, b=1) %}…{% endmacro %}``."""
    return _macro(parser, tag, "endmacro", strict=False)


def def_tag(parser: Parser, tag: Token) -> nodes.Macro:
    """``{% def name(a: str, *, b: int = 1) %}…{% end %}``."""
    return _macro(parser, tag, "enddef", strict=True)


def _macro(parser: Parser, tag: Token, closer: str, *, strict: bool) -> nodes.Macro:
    name = parser.new_name(parser.expect_name(what="the name of the macro"), python=False)
    parameters = _signature(parser) if parser.at_operator("(") else None
    if parameters is None:
        parser.fail_expected("'('", f"write {name.value}() for a macro without parameters")
    span = parser.span_from(tag.start)
    outer, parser.slots = parser.slots, []
    with of_component(parser, "def"):
        body = parser.block_body(tag, closer, optional_name=name.value)
    slots, parser.slots = tuple(parser.slots), outer
    return nodes.Macro(span, name.value, Span(name.start, name.end), parameters, body, strict, slots)


def call_tag(parser: Parser, tag: Token) -> nodes.CallBlock:
    """``{% call(parameters) macro(arguments) %}…{% endcall %}``."""
    parameters = _signature(parser) if parser.at_operator("(") else ()
    call = coalesce(parser)
    if not isinstance(call, nodes.Call):
        parser.fail("'call' needs a call", call, hint="write {% call name() %}")
    for (name, _), span in zip(call.arguments.keywords, call.arguments.keyword_spans, strict=True):
        if name == "caller":
            parser.fail(
                "'caller' is the body of the call, and cannot be an argument of it",
                span,
                ErrorCode.DUPLICATE_NAME,
            )
    span = parser.span_from(tag.start)
    with of_component(parser, "call"):
        body = parser.block_body(tag, "endcall")
    contents = tuple(node for node in body if isinstance(node, nodes.SlotContent))
    loose = tuple(node for node in body if not isinstance(node, nodes.SlotContent))
    names: set[str] = set()
    for content in contents:
        if content.name in names:
            parser.fail(f"slot {content.name!r} is filled twice", content, ErrorCode.DUPLICATE_NAME)
        names.add(content.name)
    is_blank = all(isinstance(node, nodes.Text) and not node.text.strip() for node in loose)
    if "default" in names and not is_blank:
        place = next(node for node in loose if not isinstance(node, nodes.Text) or node.text.strip())
        parser.fail("the default slot is filled by a 'slot' already", place, ErrorCode.DUPLICATE_NAME)
    return nodes.CallBlock(span, call, parameters, loose, contents, not is_blank, forwarded(loose))


@contextmanager
def outside_of_loops(parser: Parser) -> Iterator[None]:
    """A body that ``break`` and ``continue`` do not reach out of."""
    depth, parser.loop_depth = parser.loop_depth, 0
    yield
    parser.loop_depth = depth


@contextmanager
def of_component(parser: Parser, component: str | None) -> Iterator[None]:
    """The same, where a ``slot`` belongs to a component: ``"def"``, ``"call"`` or none."""
    outer, in_def = parser.component, parser.in_def
    parser.component = component
    parser.in_def = component == "def" or (component == "call" and in_def)
    with outside_of_loops(parser):
        yield
    parser.component, parser.in_def = outer, in_def


def _signature(parser: Parser) -> tuple[nodes.Parameter, ...]:
    """Python's grammar of parameters, with annotations ("Function definitions" in Python's reference)."""
    parser.expect_operator("(")
    parameters: list[nodes.Parameter] = []
    names: set[str] = set()
    kind = "normal"
    star: Token | None = None
    default_seen = False
    while not parser.at_operator(")"):
        token = parser.token
        if parser.at_operator("/"):
            parser.next()
            if kind != "normal" or not parameters or any(p.kind == "positional" for p in parameters):
                parser.fail("'/' cannot stand here", token, ErrorCode.PARAMETER_ORDER)
            parameters = [
                nodes.Parameter(p.span, p.name, "positional", p.default, p.annotation) for p in parameters
            ]
        elif parser.at_operator("*") and parser.look().kind is OPERATOR:
            parser.next()
            if kind != "normal" or not parser.at_operator(","):
                parser.fail("'*' cannot stand here", token, ErrorCode.PARAMETER_ORDER)
            kind, star = "keyword", token
        else:
            this = kind
            if parser.at_operator("*", "**"):
                this = "star" if parser.next().value == "*" else "double_star"
            if kind == "end" or (this == "star" and kind != "normal"):
                parser.fail("no parameter can stand here", token, ErrorCode.PARAMETER_ORDER)
            parameter = _parameter(parser, this)
            if parameter.name in names:
                parser.fail(f"parameter {parameter.name!r} is there twice", token, ErrorCode.DUPLICATE_NAME)
            names.add(parameter.name)
            if this == "normal":
                if parameter.default is None and default_seen:
                    parser.fail(
                        f"parameter {parameter.name!r} without default follows one with a default",
                        token,
                        ErrorCode.PARAMETER_ORDER,
                    )
                default_seen |= parameter.default is not None
            parameters.append(parameter)
            kind = {"star": "keyword", "double_star": "end"}.get(this, kind)
        if not parser.at_operator(")"):
            parser.expect_operator(",", "parameters are separated by commas")
    if star is not None and not any(p.kind == "keyword" for p in parameters):
        parser.fail("a parameter must follow '*'", star, ErrorCode.PARAMETER_ORDER)
    parser.next()
    return tuple(parameters)


def _parameter(parser: Parser, kind: str) -> nodes.Parameter:
    name = parser.expect_new_name("the name of a parameter")
    annotation = _annotation(parser) if parser.skip_operator(":") else None
    default = None
    if kind in ("normal", "keyword") and parser.skip_operator("="):
        default = expression(parser)
    return nodes.Parameter(parser.span_from(name.start), name.value, kind, default, annotation)


def _annotation(parser: Parser) -> str:
    """The text of an annotation: anything up to a comma, ``=`` or ``)`` outside of brackets."""
    start = parser.token.start
    depth = 0
    while parser.token.kind is not END_TAG:
        if parser.token.kind is OPERATOR:
            operator = parser.token.value
            if depth == 0 and operator in (",", "=", ")"):
                break
            depth += (operator in ("(", "[", "{")) - (operator in (")", "]", "}"))
        elif parser.token.start > start and _ends_operand(parser.previous) and _begins_operand(parser.token):
            parser.fail_expected("',', '=' or ')'", "parameters are separated by commas")
        parser.next()
    if parser.token.start == start:
        parser.fail_expected("an annotation")
    return parser.source.text[start : parser.previous.end]


def _begins_operand(token: Token) -> bool:
    return token.kind is not STRING and token.value not in _BETWEEN


def _ends_operand(token: Token) -> bool:
    if token.kind is OPERATOR:
        return token.value in (")", "]", "}")
    return token.value not in _BETWEEN
