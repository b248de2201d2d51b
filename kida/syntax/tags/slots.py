"""Tags of slots: slot, yield. A place becomes an ``if`` that asks whether there is content, and a call of it."""

from __future__ import annotations

from typing import Final

from kida.errors import ErrorCode
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import expression
from kida.syntax.parser import Parser
from kida.syntax.slot_bodies import with_bodies
from kida.syntax.tokens import NAME, Token

_APART: Final = frozenset(("block", "fragment"))
"""Tags whose body is a function of its own, which knows nothing of a def around it."""


def slot_tag(parser: Parser, tag: Token) -> nodes.Statement:
    """``{% slot name let:item=item %}default{% end %}`` in a def, ``{% slot name let:item %}…{% end %}`` in a call."""
    if parser.component is None:
        parser.fail(
            "'slot' belongs to def or call",
            tag,
            ErrorCode.MISPLACED_TAG,
            "to hand on what the def around was given, write {% yield … %}"
            if parser.in_def
            else _apart(parser) or "a place stands in a def, and its content in a call",
        )
    if parser.component == "call":
        return _content(parser, tag)
    name = _name(parser)
    handed = _handed(parser)
    span = parser.span_from(tag.start)
    default: nodes.Body = ()
    if tag.start in _bodies(parser):
        default = (nodes.Scope(span, parser.block_body(tag, "endslot")),)
    else:
        parser.expect_tag_end()
    parser.slots.append(
        nodes.SlotPlace(name, tuple(key for key, *_ in handed), tag.start in _bodies(parser), span)
    )
    return _place(span, name, handed, default)


def yield_tag(parser: Parser, tag: Token) -> nodes.Statement:
    """``{% yield name let:item=item %}``: the content that the def around was given."""
    if not parser.in_def:
        parser.fail("'yield' belongs to def", tag, ErrorCode.MISPLACED_TAG, _apart(parser))
    name = _name(parser)
    handed = _handed(parser)
    span = parser.span_from(tag.start)
    parser.expect_tag_end()
    parser.slots.append(nodes.SlotPlace(name, tuple(key for key, *_ in handed), False, span))
    return _place(span, name, handed, ())


def _apart(parser: Parser) -> str | None:
    """Why a def or call around does not count, where there is one."""
    block = next((opened.name for opened in reversed(parser.open_tags) if opened.name in _APART), None)
    around = {opened.name for opened in parser.open_tags} & {"def", "macro", "call"}
    if block is None or not around:
        return None
    return f"a {block} is rendered apart from the {min(around)} that it stands in"


def is_given(span: Span, name: str) -> nodes.Expression:
    """Whether the def around was given a content."""
    given = nodes.Name(span, nodes.SLOTS)
    return nodes.Comparison(span, nodes.Constant(span, name), (("in", given),))


def forwarded(body: nodes.Body) -> nodes.Expression | None:
    """Where a content is nothing but one ``yield``: whether there is what that hands on."""
    found = [node for node in body if not (isinstance(node, nodes.Text) and not node.text.strip())]
    if len(found) == 1 and isinstance(found[0], nodes.If):
        condition = found[0].branches[0].condition
        # nothing else asks for what no template can write
        if (
            isinstance(condition, nodes.Comparison)
            and isinstance(asked := condition.rest[0][1], nodes.Name)
            and asked.name == nodes.SLOTS
            and isinstance(condition.first, nodes.Constant)
            and not found[0].otherwise
        ):
            return is_given(condition.span, condition.first.value)
    return None


def _place(
    span: Span, name: str, handed: list[tuple[str, nodes.Expression, Span]], default: nodes.Body
) -> nodes.Statement:
    keywords = tuple((key, value) for key, value, _ in handed)
    arguments = nodes.Arguments(span, (), keywords, keyword_spans=tuple(place for *_, place in handed))
    content = nodes.Subscript(span, nodes.Name(span, nodes.SLOTS), nodes.Constant(span, name))
    written = nodes.Output(span, nodes.Call(span, content, arguments))
    return nodes.If(span, (nodes.Branch(span, is_given(span, name), (written,)),), default)


def _content(parser: Parser, tag: Token) -> nodes.SlotContent:
    around = parser.open_tags[-1]
    if around.name != "call":
        parser.fail(
            f"content stands directly in its call, not in '{around.name}'",
            tag,
            ErrorCode.MISPLACED_TAG,
            f"put the '{around.name}' inside of the 'slot'",
        )
    name = _name(parser)
    parameters = tuple(
        nodes.Parameter(place, key, "keyword") for key, _, place in _handed(parser, receiving=True)
    )
    span = parser.span_from(tag.start)
    rest = nodes.Parameter(span, ".handed", "double_star")
    outer, parser.component = parser.component, None
    depth, parser.loop_depth = parser.loop_depth, 0
    body = parser.block_body(tag, "endslot")
    parser.component, parser.loop_depth = outer, depth
    return nodes.SlotContent(span, name, (*parameters, rest), body, forwarded(body))


def _name(parser: Parser) -> str:
    if parser.token.kind is NAME and not (parser.at_name("let") and parser.look().value == ":"):
        name: str = parser.next().value
        return name
    return "default"


def _handed(parser: Parser, *, receiving: bool = False) -> list[tuple[str, nodes.Expression, Span]]:
    """``let:a=x let:b=y``; ``let:a`` is short for ``let:a=a``."""
    found: list[tuple[str, nodes.Expression, Span]] = []
    while parser.at_name("let"):
        parser.next()
        parser.expect_operator(":")
        name = parser.expect_new_name("a name for what is handed up")
        span = Span(name.start, name.end)
        if any(name.value == other for other, *_ in found):
            parser.fail(f"{name.value!r} is there twice", name, ErrorCode.DUPLICATE_NAME)
        value: nodes.Expression = nodes.Name(span, name.value)
        if parser.at_operator("="):
            if receiving:
                parser.fail_expected("the end of the tag", "content takes data by its name: write let:name")
            parser.next()
            value = expression(parser)
        found.append((name.value, value, span))
        parser.skip_operator(",")
    return found


def _bodies(parser: Parser) -> frozenset[int]:
    if parser.slot_bodies is None:
        own = {name for name, tag in parser.tags.items() if getattr(tag, "has_body", False)}
        parser.slot_bodies = with_bodies(parser.all_tokens, frozenset(own))
    return parser.slot_bodies
