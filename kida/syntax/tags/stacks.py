"""Tags that collect text in one place of a render and write it in another: push, stack."""

from __future__ import annotations

from kida.syntax import nodes
from kida.syntax.expressions import expression
from kida.syntax.parser import Parser
from kida.syntax.tags.macros import outside_of_loops
from kida.syntax.tokens import Token


def push_tag(parser: Parser, tag: Token) -> nodes.Push:
    """``{% push "scripts" %}…{% end %}``, ``{% push "scripts" once "chart-js" %}…{% end %}``."""
    name = expression(parser)
    once = None
    if parser.at_name("once"):
        parser.next()
        once = expression(parser)
    span = parser.span_from(tag.start)
    with outside_of_loops(parser):
        body = parser.block_body(tag, "endpush")
    return nodes.Push(span, name, once, (nodes.Scope(span, body),))


def stack_tag(parser: Parser, tag: Token) -> nodes.Stack:
    """``{% stack "scripts" %}``."""
    name = expression(parser)
    span = parser.span_from(tag.start)
    parser.expect_tag_end()
    return nodes.Stack(span, name)
