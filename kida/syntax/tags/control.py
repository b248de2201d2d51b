"""Tags that choose and repeat: if, unless, for, while, break, continue, try."""

from __future__ import annotations

from typing import Final

from kida.errors import ErrorCode
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import assignment_target, coalesce, expression, expression_list, target_name
from kida.syntax.parser import Parser
from kida.syntax.tokens import BEGIN_TAG, END_TAG, NAME, OPERATOR, Token

_IF_STOPS: Final = frozenset(("elif", "else", "endif", "end"))
_ELSE_STOPS: Final = frozenset(("endif", "end"))
_LOOP_STOPS: Final = frozenset(("else", "empty", "endfor", "end"))
_WHILE_STOPS: Final = frozenset(("else", "empty", "endwhile", "end"))


def if_tag(parser: Parser, tag: Token) -> nodes.If:
    """``{% if a %}…{% elif b %}…{% else %}…{% endif %}``."""
    parser.open(tag, "endif")
    branches: list[nodes.Branch] = []
    otherwise: nodes.Body | None = None
    start = tag.start
    while True:
        condition = expression_list(parser, conditional=False)
        _expect_condition_end(parser)
        body = parser.body(_IF_STOPS)
        branches.append(nodes.Branch(Span(start, condition.span.end), condition, body))
        if not parser.at_name("elif"):
            break
        start = parser.next().start
    if parser.at_name("else"):
        parser.next()
        parser.expect_body()
        otherwise = parser.body(_ELSE_STOPS)
    parser.close()
    return nodes.If(branches[0].span, tuple(branches), otherwise)


def unless_tag(parser: Parser, tag: Token) -> nodes.If:
    """``{% unless a %}…{% else %}…{% end %}``: ``if not a``."""
    parser.open(tag, "endunless")
    condition = expression_list(parser, conditional=False)
    _expect_condition_end(parser)
    body = parser.body(frozenset(("else", "endunless", "end")))
    otherwise: nodes.Body | None = None
    if parser.at_name("else"):
        parser.next()
        parser.expect_body()
        otherwise = parser.body(frozenset(("endunless", "end")))
    parser.close()
    span = Span(tag.start, condition.span.end)
    negated = nodes.Unary(condition.span, "not", condition)
    return nodes.If(span, (nodes.Branch(span, negated, body),), otherwise)


def for_tag(parser: Parser, tag: Token, *, is_async: bool = False, start: int | None = None) -> nodes.For:
    """``{% for target in iterable if condition recursive %}…{% else %}…{% endfor %}``."""
    parser.open(tag, "endfor")
    target = assignment_target(parser, namespaces=False)
    for name in nodes.walk(target):
        if isinstance(name, nodes.TargetName) and name.name == "loop":
            parser.fail(
                "'loop' cannot be the target of a loop: it is the loop object", name, ErrorCode.INVALID_TARGET
            )
    parser.expect_name("in")
    iterable = _iterable(parser)
    condition = expression(parser) if parser.skip_name("if") else None
    recursive = parser.skip_name("recursive")
    header = parser.span_from(tag.start if start is None else start)
    parser.expect_body()
    body, otherwise = _loop_bodies(parser, _LOOP_STOPS, frozenset(("endfor", "end")))
    return nodes.For(header, target, iterable, condition, body, otherwise, recursive, is_async)


def _iterable(parser: Parser) -> nodes.Expression:
    """What a loop runs over: no ``if`` of its own, as that is the loop's condition."""
    start = parser.token.start
    first = coalesce(parser)
    if not parser.at_operator(","):
        return first
    items = [first]
    while parser.skip_operator(","):
        if parser.token.kind is END_TAG or parser.at_name("recursive", "if"):
            break
        items.append(coalesce(parser))
    return nodes.TupleLiteral(parser.span_from(start), tuple(items))


def async_tag(parser: Parser, tag: Token) -> nodes.For:
    """``{% async for … %}``."""
    if not parser.at_name("for"):
        parser.fail_expected("'for'")
    return for_tag(parser, parser.next(), is_async=True, start=tag.start)


def while_tag(parser: Parser, tag: Token) -> nodes.While:
    """``{% while condition %}…{% else %}…{% end %}``."""
    parser.open(tag, "endwhile")
    condition = expression_list(parser, conditional=False)
    header = parser.span_from(tag.start)
    _expect_condition_end(parser)
    body, otherwise = _loop_bodies(parser, _WHILE_STOPS, frozenset(("endwhile", "end")))
    return nodes.While(header, condition, body, otherwise)


def _loop_bodies(
    parser: Parser, stops: frozenset[str], else_stops: frozenset[str]
) -> tuple[nodes.Body, nodes.Body]:
    parser.loop_depth += 1
    body = parser.body(stops)
    parser.loop_depth -= 1
    otherwise: nodes.Body = ()
    if parser.at_name("else", "empty"):
        parser.next()
        parser.expect_body()
        otherwise = parser.body(else_stops)
    parser.close()
    return body, otherwise


def break_tag(parser: Parser, tag: Token) -> nodes.Break:
    """``{% break %}``."""
    return nodes.Break(_leave_loop(parser, tag))


def continue_tag(parser: Parser, tag: Token) -> nodes.Continue:
    """``{% continue %}``."""
    return nodes.Continue(_leave_loop(parser, tag))


def _leave_loop(parser: Parser, tag: Token) -> Span:
    if not parser.loop_depth:
        parser.fail(
            f"{tag.value!r} outside of a loop",
            tag,
            ErrorCode.MISPLACED_TAG,
            "it belongs inside for or while, and does not reach out of a macro, call or block",
        )
    parser.expect_tag_end()
    return Span(tag.start, tag.end)


def try_tag(parser: Parser, tag: Token) -> nodes.Try:
    """``{% try %}…{% fallback err %}…{% end %}``."""
    parser.open(tag, "endtry")
    parser.expect_body()
    body = parser.body(frozenset(("fallback", "endtry", "end")))
    if not parser.at_name("fallback"):
        parser.fail(
            "'try' has no 'fallback'",
            parser.token,
            ErrorCode.MISPLACED_TAG,
            "write {% fallback %} before its end",
        )
    parser.next()
    target = target_name(parser) if parser.token.kind is NAME else None
    parser.expect_body()
    fallback = parser.body(frozenset(("endtry", "end")))
    parser.close()
    return nodes.Try(Span(tag.start, tag.end), body, target, fallback)


def _expect_condition_end(parser: Parser) -> None:
    if parser.token.kind is OPERATOR and parser.token.value == "=":
        parser.fail("unexpected '=' in a condition", parser.token, hint="to compare write '=='")
    if parser.at_name("if"):
        parser.fail_expected(
            "the end of the tag",
            "an inline 'if' in a condition stands in parentheses: {% if (a if b else c) %}",
        )
    if parser.token.kind is BEGIN_TAG:
        parser.fail_expected("the end of the tag")
    parser.expect_body()
