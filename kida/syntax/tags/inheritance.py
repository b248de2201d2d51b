"""Tags that join templates: extends, block, include, import, from."""

from __future__ import annotations

from kida.errors import ErrorCode
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import expression, target_name
from kida.syntax.parser import Parser
from kida.syntax.tags.macros import of_component
from kida.syntax.tokens import END_TAG, NAME, Token


def extends_tag(parser: Parser, tag: Token) -> nodes.Extends:
    """``{% extends template %}``."""
    for opened in parser.open_tags:
        if opened.name not in ("if", "unless"):
            parser.fail(
                f"'extends' inside of {opened.name!r}",
                tag,
                ErrorCode.MISPLACED_TAG,
                "it stands at the top of a template, or in an 'if' there",
            )
    template = expression(parser)
    span = parser.span_from(tag.start)
    parser.expect_tag_end()
    return nodes.Extends(span, template)


def block_tag(parser: Parser, tag: Token) -> nodes.Block:
    """``{% block name scoped required if condition %}…{% endblock name %}``."""
    name = _name(parser, "block")
    span = Span(name.start, name.end)
    scoped = parser.skip_name("scoped")
    required = parser.skip_name("required")
    condition = expression(parser) if parser.skip_name("if") else None
    header = parser.span_from(tag.start)
    _define_block(parser, name, span)
    with of_component(parser, None):
        body = parser.block_body(tag, "endblock", optional_name=name.value)
    if required:
        for statement in body:
            if not isinstance(statement, nodes.Text) or statement.text.strip():
                parser.fail(
                    "a required block can hold only comments and white space",
                    statement,
                    ErrorCode.INVALID_REQUIRED_BLOCK,
                )
    return nodes.Block(header, name.value, span, body, scoped, required, condition)


def fragment_tag(parser: Parser, tag: Token) -> nodes.Block:
    """``{% fragment name %}…{% end %}``: a block that is not rendered where it stands."""
    name = _name(parser, "fragment")
    span = Span(name.start, name.end)
    header = parser.span_from(tag.start)
    _define_block(parser, name, span)
    with of_component(parser, None):
        body = parser.block_body(tag, "endfragment", optional_name=name.value)
    return nodes.Block(header, name.value, span, body, scoped=False, required=False, fragment=True)


def _name(parser: Parser, kind: str) -> Token:
    name = parser.expect_name(what=f"the name of the {kind}")
    if parser.at_operator("-"):
        parser.fail(
            "unexpected '-', expected the end of the tag",
            parser.token,
            hint=f"{kind} names are names as in Python: write '_' instead of '-'",
        )
    return name


def _define_block(parser: Parser, name: Token, span: Span) -> None:
    """Take a name for a block of the template, or fail."""
    first = parser.block_names.setdefault(name.value, span)
    if first is not span:
        place = parser.source.position(first.start)
        parser.fail(
            f"block {name.value!r} is defined twice",
            span,
            ErrorCode.DUPLICATE_BLOCK,
            f"it is also defined at {place.line}:{place.column + 1}; to write it twice use {{{{ self.{name.value}() }}}}",
        )


def include_tag(parser: Parser, tag: Token) -> nodes.Include:
    """``{% include template ignore missing with context %}``, ``{% include template with a=1, b=2 only %}``."""
    template, ignore_missing, with_context, names = _included(parser)
    span = parser.span_from(tag.start)
    parser.expect_tag_end()
    return nodes.Include(span, template, ignore_missing, with_context, names)


def embed_tag(parser: Parser, tag: Token) -> nodes.Embed:
    """``{% embed template with a=1 %}{% block name %}…{% end %}{% end %}``."""
    template, ignore_missing, with_context, names = _included(parser)
    span = parser.span_from(tag.start)
    outer, parser.block_names = parser.block_names, {}
    try:
        with of_component(parser, None):
            body = parser.block_body(tag, "endembed")
    finally:
        parser.block_names = outer
    blocks: list[nodes.Block] = []
    for statement in body:
        if isinstance(statement, nodes.Block):
            if statement.condition is not None:
                parser.fail(
                    "the block of an 'embed' has no condition: that of its place in the embedded template counts",
                    statement.condition,
                    ErrorCode.MISPLACED_TAG,
                    "put an 'if' into the block, with {{ super() }} in its 'else'",
                )
            blocks.append(statement)
        elif not isinstance(statement, nodes.Text) or statement.text.strip():
            parser.fail(
                "an 'embed' holds blocks, and nothing else",
                statement,
                ErrorCode.MISPLACED_TAG,
                "put it into a block of the embedded template",
            )
    return nodes.Embed(span, template, ignore_missing, with_context, names, tuple(blocks))


def _included(
    parser: Parser,
) -> tuple[nodes.Expression, bool, bool, tuple[tuple[str, nodes.Expression], ...]]:
    """What ``include`` and ``embed`` say: the template, and the options as of `Include`."""
    template = expression(parser)
    ignore_missing = False
    if parser.at_name("ignore") and parser.look()[:2] == (NAME, "missing"):
        parser.next()
        parser.next()
        ignore_missing = True
    names: list[tuple[str, nodes.Expression]] = []
    if parser.at_name("with") and not _at_context_option(parser):
        parser.next()
        while not names or parser.skip_operator(","):
            name = parser.expect_new_name("a name for the included template")
            if any(name.value == other for other, _ in names):
                parser.fail(f"{name.value!r} is there twice", name, ErrorCode.DUPLICATE_NAME)
            parser.expect_operator("=")
            names.append((name.value, expression(parser)))
    with_context = not parser.skip_name("only") and _context_option(parser, default=True)
    return template, ignore_missing, with_context, tuple(names)


def import_tag(parser: Parser, tag: Token) -> nodes.Import:
    """``{% import template as name with context %}``."""
    template = expression(parser)
    parser.expect_name("as")
    target = target_name(parser)
    with_context = _context_option(parser, default=False)
    span = parser.span_from(tag.start)
    parser.expect_tag_end()
    return nodes.Import(span, template, target, with_context)


def from_tag(parser: Parser, tag: Token) -> nodes.FromImport:
    """``{% from template import a, b as c with context %}``."""
    template = expression(parser)
    parser.expect_name("import")
    names: list[nodes.ImportedName] = []
    while True:
        if names and _at_context_option(parser):
            break
        name = parser.expect_name(what="a name to import")
        if name.value.startswith("_"):
            parser.fail(
                f"{name.value!r} cannot be imported: names with a leading underscore are private",
                name,
                ErrorCode.INVALID_TARGET,
            )
        span = Span(name.start, name.end)
        if parser.skip_name("as"):
            target = target_name(parser)
        else:
            target = nodes.TargetName(span, parser.new_name(name).value)
        names.append(nodes.ImportedName(parser.span_from(name.start), name.value, target))
        if not parser.skip_operator(","):
            break
    with_context = _context_option(parser, default=False)
    span = parser.span_from(tag.start)
    if parser.token.kind is not END_TAG:
        parser.fail_expected("',' or the end of the tag")
    parser.expect_tag_end()
    return nodes.FromImport(span, template, tuple(names), with_context)


def _at_context_option(parser: Parser) -> bool:
    return parser.at_name("with", "without") and parser.look()[:2] == (NAME, "context")


def _context_option(parser: Parser, *, default: bool) -> bool:
    if not _at_context_option(parser):
        return default
    with_context: bool = parser.next().value == "with"
    parser.next()
    return with_context
