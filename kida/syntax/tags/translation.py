"""The tags of translation, as Jinja2's i18n extension has them: trans, pluralize."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from kida.errors import ErrorCode, did_you_mean
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import expression
from kida.syntax.parser import Parser
from kida.syntax.tokens import BEGIN_OUTPUT, BEGIN_TAG, END_OUTPUT, END_TAG, NAME, STRING, TEXT, Token

_LINE_BREAK: Final = re.compile(r"\s*\n\s*")
_CLOSERS: Final = ("endtrans", "end")


def trans_tag(parser: Parser, tag: Token) -> nodes.Translation:
    """``{% trans "context" trimmed name=value, other %}…{% pluralize name %}…{% endtrans %}``."""
    return _translation(parser, tag, trimmed=False)


def trimmed_trans_tag(parser: Parser, tag: Token) -> nodes.Translation:
    """``trans`` where the lines of messages are joined unless one says ``notrimmed``."""
    return _translation(parser, tag, trimmed=True)


def _translation(parser: Parser, tag: Token, *, trimmed: bool) -> nodes.Translation:
    context = parser.next().value if parser.token.kind is STRING else None
    variables, trims = _header(parser)
    first = next(iter(variables), None)
    span = parser.span_from(tag.start)
    parser.open(tag, "endtrans")
    parser.expect_body()
    singular, names = _message(parser, variables)
    count = first or next(iter(names), None)
    plural: list[str] | None = None
    if parser.token.value == "pluralize":
        pluralize = parser.next()
        if parser.token.kind is NAME:
            count = _counted(parser, variables)
        if count is None:
            parser.fail(
                "'pluralize' without variables",
                pluralize,
                hint="write {% trans count=… %}: the first variable tells which form it is",
            )
        parser.expect_tag_end()
        plural, more = _message(parser, variables)
        names += more
        if parser.token.value == "pluralize":
            parser.fail("'trans' has a 'pluralize' already", parser.token, ErrorCode.MISPLACED_TAG)
    parser.close()
    messages = ["".join(parts) for parts in (singular, plural) if parts is not None]
    if trimmed if trims is None else trims:
        messages = [_LINE_BREAK.sub(" ", message.strip()) for message in messages]
    is_plural = plural is not None
    name = ("n" if is_plural else "") + ("p" if context is not None else "") + "gettext"
    return nodes.Translation(
        span,
        nodes.Name(span, name),
        context,
        messages[0],
        messages[1] if is_plural else None,
        tuple(variables.items()),
        count if is_plural else None,
        bool(names),
    )


def _header(parser: Parser) -> tuple[dict[str, nodes.Expression], bool | None]:
    """The variables that the tag names, and whether it says how lines are joined."""
    variables: dict[str, nodes.Expression] = {}
    trims: bool | None = None
    while parser.token.kind is not END_TAG and not parser.at_operator(":"):
        if variables and not parser.skip_operator(","):
            parser.fail_expected("',' or the end of the tag")
        if parser.at_operator(":"):
            break
        name = parser.expect_name(what="a variable of the message")
        if name.value in variables:
            parser.fail(f"variable {name.value!r} is there twice", name, ErrorCode.DUPLICATE_NAME)
        if parser.skip_operator("="):
            variables[name.value] = expression(parser)
        elif trims is None and name.value in ("trimmed", "notrimmed"):
            trims = name.value == "trimmed"
        else:
            variables[name.value] = nodes.Name(Span(name.start, name.end), name.value)
    return variables, trims


def _counted(parser: Parser, variables: dict[str, nodes.Expression]) -> str:
    """The variable that ``pluralize`` names."""
    name = parser.next()
    if name.value not in variables:
        parser.fail(
            f"unknown variable {name.value!r} for pluralization",
            name,
            hint=f"name it in the tag: {{% trans {name.value} %}}",
            suggestion=did_you_mean(name.value, variables),
        )
    return str(name.value)


def _message(parser: Parser, variables: dict[str, nodes.Expression]) -> tuple[list[str], list[str]]:
    """The parts of a message up to the tag that ends it, whose name is then the current token; and what it names.

    Names that are no variables yet become some.
    """
    parts: list[str] = []
    names: list[str] = []
    while True:
        token = parser.token
        if token.kind is TEXT:
            parts.append(parser.next().value.replace("%", "%%"))
        elif token.kind is BEGIN_OUTPUT:
            parser.next()
            name = parser.expect_name(what="the name of a variable")
            if parser.token.kind is not END_OUTPUT:
                parser.fail_expected(
                    "the end of the output",
                    f"a message holds only names: write {{% trans {name.value}=… %}} and {{{{ {name.value} }}}}",
                )
            parser.next()
            span = Span(name.start, name.end)
            if name.value not in variables:
                variables[name.value] = nodes.Name(span, name.value)
            names.append(name.value)
            parts.append(f"%({name.value})s")
        elif token.kind is BEGIN_TAG:
            parser.next()
            if parser.at_name("pluralize", *_CLOSERS):
                return parts, names
            _fail_tag(parser)
        else:
            parser.fail_expected("the end of 'trans'")


def _fail_tag(parser: Parser) -> NoReturn:
    if parser.token.kind is NAME and parser.token.value in parser.tags:
        parser.fail(
            "a message of 'trans' holds text and names, and no tags",
            parser.token,
            ErrorCode.MISPLACED_TAG,
            "work the value out before it, and name it: {% trans name=value %}",
        )
    if parser.token.kind is NAME:
        parser.fail_unknown_tag(parser.token)
    parser.fail_expected("the name of a tag")
