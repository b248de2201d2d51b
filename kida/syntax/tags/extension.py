"""Tags that extensions add: a filter, whose name no template can write, of their body."""

from __future__ import annotations

from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import arguments_until
from kida.syntax.parser import Parser
from kida.syntax.tokens import END_TAG, Token


class ExtensionTag:
    """Parses ``{% name a, b=1 %}…{% endname %}``, or without a body."""

    __slots__ = ("has_body", "name")

    def __init__(self, name: str, *, has_body: bool) -> None:
        self.name = name
        self.has_body = has_body

    def __call__(self, parser: Parser, tag: Token) -> nodes.Statement:
        """The tag as a filter of its body, or of nothing."""
        arguments = arguments_until(parser, lambda: parser.token.kind is END_TAG, parser.token.start)
        span = parser.span_from(tag.start)
        name_span = Span(tag.start, tag.end)
        if self.has_body:
            body = parser.block_body(tag, f"end{self.name}")
            return nodes.FilterBlock(
                span, nodes.Filter(span, None, f".{self.name}", name_span, arguments), body
            )
        parser.expect_tag_end()
        nothing = nodes.Constant(span, None)
        return nodes.Output(span, nodes.Filter(span, nothing, f".{self.name}", name_span, arguments))
