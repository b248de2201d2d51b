"""Tags that bind names or change how a body is written: set, let, export, capture, with, provide, cache, do, filter,
spaceless, autoescape, flush.
"""

from __future__ import annotations

from kida.errors import ErrorCode
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import assignment_target, expression, expression_list, filter_chain
from kida.syntax.parser import Parser
from kida.syntax.tags.macros import outside_of_loops
from kida.syntax.tokens import END_TAG, OPERATOR, Token


def set_tag(parser: Parser, tag: Token) -> nodes.Statement:
    """``{% set target = value %}``, ``{% set x ??= value %}``, or ``{% set x | filter %}…{% endset %}``."""
    target = assignment_target(parser)
    if parser.at_operator("=", "??="):
        when_missing = _assignment_operator(parser, target)
        value = expression_list(parser)
        span = parser.span_from(tag.start)
        parser.expect_tag_end()
        return nodes.Assign(span, target, value, "set", when_missing)
    return _captured(parser, tag, target, "endset")


def capture_tag(parser: Parser, tag: Token) -> nodes.Capture:
    """``{% capture x %}…{% end %}``."""
    return _captured(parser, tag, assignment_target(parser), "endcapture")


def _captured(parser: Parser, tag: Token, target: nodes.Expression, closer: str) -> nodes.Capture:
    if isinstance(target, nodes.TargetTuple):
        parser.fail_expected("'='", "what a block writes is one value")
    chain = filter_chain(parser) if parser.skip_operator("|") else None
    if parser.token.kind is not END_TAG:
        parser.fail_expected("'=', '|' or the end of the tag")
    span = parser.span_from(tag.start)
    body = parser.block_body(tag, closer)
    return nodes.Capture(span, target, chain, body)


def let_tag(parser: Parser, tag: Token) -> tuple[nodes.Statement, ...]:
    """``{% let a = 1, b = 2 %}``: assign in the enclosing template, macro or block."""
    return _assignments(parser, tag, "let")


def export_tag(parser: Parser, tag: Token) -> tuple[nodes.Statement, ...]:
    """``{% export x = value %}``: assign at the top of the template, for importers too."""
    return _assignments(parser, tag, "export")


def _assignments(parser: Parser, tag: Token, reach: str) -> tuple[nodes.Statement, ...]:
    statements: list[nodes.Statement] = []
    start = tag.start
    while True:
        several = not parser.at_operator("(", "[")
        target = assignment_target(parser)
        several &= isinstance(target, nodes.TargetTuple)
        when_missing = _assignment_operator(parser, target)
        value = expression_list(parser) if several else expression(parser)
        statements.append(nodes.Assign(parser.span_from(start), target, value, reach, when_missing))
        if not parser.skip_operator(","):
            break
        start = parser.token.start
    parser.expect_tag_end()
    return tuple(statements)


def _assignment_operator(parser: Parser, target: nodes.Expression) -> bool:
    if parser.at_operator("??="):
        if not isinstance(target, nodes.TargetName):
            parser.fail("'??=' assigns to a single name", target, ErrorCode.INVALID_TARGET)
        parser.next()
        return True
    parser.expect_operator("=")
    return False


def with_tag(parser: Parser, tag: Token) -> nodes.With:
    """``{% with a = 1, b = 2 %}…{% endwith %}``."""
    targets: list[nodes.Expression] = []
    values: list[nodes.Expression] = []
    while parser.token.kind is not END_TAG:
        if targets:
            parser.expect_operator(",")
        target = assignment_target(parser, namespaces=False)
        parser.expect_operator("=")
        targets.append(target)
        values.append(expression(parser))
    span = parser.span_from(tag.start)
    body = parser.block_body(tag, "endwith")
    return nodes.With(span, tuple(targets), tuple(values), body)


def provide_tag(parser: Parser, tag: Token) -> nodes.Provide:
    """``{% provide theme = "dark" %}…{% end %}``."""
    names: list[str] = []
    values: list[nodes.Expression] = []
    while not names or parser.skip_operator(","):
        name = parser.expect_new_name("a name for the value")
        if name.value in names:
            parser.fail(f"{name.value!r} is there twice", name, ErrorCode.DUPLICATE_NAME)
        parser.expect_operator("=")
        names.append(name.value)
        values.append(expression(parser))
    span = parser.span_from(tag.start)
    body = parser.block_body(tag, "endprovide")
    return nodes.Provide(span, tuple(names), tuple(values), (nodes.Scope(span, body),))


def cache_tag(parser: Parser, tag: Token) -> nodes.Cache:
    """``{% cache key, other, ttl="5m" %}…{% end %}``; several keys are one."""
    start = parser.token.start
    keys: list[nodes.Expression] = []
    ttl = None
    while ttl is None and (not keys or parser.skip_operator(",")):
        if keys and parser.at_name("ttl") and parser.look()[:2] == (OPERATOR, "="):
            parser.next()
            parser.next()
            ttl = expression(parser)
        else:
            keys.append(expression(parser))
    if parser.at_operator("=") or (ttl is not None and parser.at_operator(",")):
        parser.fail_expected(
            "the end of the tag",
            'a cache takes its keys, and behind them ttl alone: {% cache "menu", user.id, ttl="5m" %}',
        )
    key = keys[0] if len(keys) == 1 else nodes.TupleLiteral(parser.span_from(start), tuple(keys))
    span = parser.span_from(tag.start)
    with outside_of_loops(parser):
        body = parser.block_body(tag, "endcache")
    return nodes.Cache(span, key, ttl, (nodes.Scope(span, body),))


def spaceless_tag(parser: Parser, tag: Token) -> nodes.FilterBlock:
    """``{% spaceless %}…{% end %}``: a body through the filter of that name."""
    span = Span(tag.start, tag.end)
    name = Span(parser.previous.start, parser.previous.end)
    body = parser.block_body(tag, "endspaceless")
    return nodes.FilterBlock(span, nodes.Filter(name, None, "spaceless", name, nodes.Arguments(name)), body)


def flush_tag(parser: Parser, tag: Token) -> nodes.Flush:
    """``{% flush %}``."""
    parser.expect_tag_end()
    return nodes.Flush(Span(tag.start, tag.end))


def do_tag(parser: Parser, tag: Token) -> nodes.Do:
    """``{% do expression %}``."""
    value = expression_list(parser)
    parser.expect_tag_end()
    return nodes.Do(value.span, value)


def debug_tag(parser: Parser, tag: Token) -> nodes.Debug:
    """``{% debug %}``."""
    parser.expect_tag_end()
    return nodes.Debug(Span(tag.start, tag.end))


def autoescape_tag(parser: Parser, tag: Token) -> nodes.Autoescape:
    """``{% autoescape expression %}…{% endautoescape %}``."""
    enabled = expression(parser)
    span = parser.span_from(tag.start)
    body = parser.block_body(tag, "endautoescape")
    return nodes.Autoescape(span, enabled, body)


def filter_tag(parser: Parser, tag: Token) -> nodes.FilterBlock:
    """``{% filter upper | trim %}…{% endfilter %}``."""
    chain = filter_chain(parser)
    span = parser.span_from(tag.start)
    body = parser.block_body(tag, "endfilter")
    return nodes.FilterBlock(span, chain, body)
