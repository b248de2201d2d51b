"""The match tag and its patterns, with the semantics of Python's ``match`` statement (PEP 634)."""

from __future__ import annotations

from kida.errors import ErrorCode
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.expressions import coalesce, expression_list, target_name
from kida.syntax.parser import Parser
from kida.syntax.tokens import FLOAT, INTEGER, NAME, OPERATOR, STRING, Token

_STOPS = frozenset(("case", "endmatch", "end"))
_LITERALS = ("true", "True", "false", "False", "none", "None")


def match_tag(parser: Parser, tag: Token) -> nodes.Match:
    """``{% match value %}{% case pattern if guard %}…{% end %}``."""
    parser.open(tag, "endmatch")
    subject = expression_list(parser)
    span = parser.span_from(tag.start)
    parser.expect_body()
    for statement in parser.body(_STOPS):
        if not isinstance(statement, nodes.Text) or statement.text.strip():
            parser.fail(
                "nothing but white space can stand between 'match' and its first 'case'",
                statement,
                ErrorCode.MISPLACED_TAG,
            )
    cases: list[nodes.Case] = []
    while parser.at_name("case"):
        start = parser.next().start
        pattern = _open_pattern(parser)
        guard = coalesce(parser) if parser.skip_name("if") else None
        header = parser.span_from(start)
        if cases and cases[-1].guard is None and _matches_anything(cases[-1].pattern):
            parser.fail(
                "this case is never reached: the one before matches anything",
                header,
                ErrorCode.INVALID_PATTERN,
            )
        parser.expect_body()
        cases.append(nodes.Case(header, pattern, guard, parser.body(_STOPS)))
    if not cases:
        parser.fail(
            "'match' has no 'case'", span, ErrorCode.MISPLACED_TAG, "write {% case pattern %} inside it"
        )
    parser.close()
    return nodes.Match(span, subject, tuple(cases))


def _matches_anything(pattern: nodes.Pattern) -> bool:
    if isinstance(pattern, nodes.OrPattern):
        return _matches_anything(pattern.patterns[-1])
    if isinstance(pattern, nodes.AsPattern):
        return _matches_anything(pattern.pattern)
    return isinstance(pattern, nodes.CapturePattern)


def _open_pattern(parser: Parser) -> nodes.Pattern:
    """A pattern, or several with commas between them, which match a sequence."""
    start = parser.token.start
    first = _as_pattern(parser, star=True)
    if not parser.at_operator(",") and not isinstance(first, nodes.StarPattern):
        return _checked(parser, first)
    items = [first]
    while parser.skip_operator(","):
        if parser.token.kind not in (NAME, STRING, INTEGER, FLOAT, OPERATOR) or parser.at_name("if"):
            break
        items.append(_as_pattern(parser, star=True))
    return _checked(parser, nodes.SequencePattern(parser.span_from(start), tuple(items)))


def _as_pattern(parser: Parser, *, star: bool = False) -> nodes.Pattern:
    with parser.nested():
        start = parser.token.start
        if star and parser.skip_operator("*"):
            target = _capture_target(parser)
            return nodes.StarPattern(parser.span_from(start), target)
        first = _closed_pattern(parser)
        if parser.at_operator("|"):
            patterns = [first]
            while parser.skip_operator("|"):
                patterns.append(_closed_pattern(parser))
            first = _alternatives(parser, start, patterns)
        if parser.skip_name("as"):
            if isinstance(first, nodes.CapturePattern) and first.target is None:
                parser.fail("write the name alone instead of '_ as name'", first, ErrorCode.INVALID_PATTERN)
            target = _named(parser)
            return nodes.AsPattern(parser.span_from(start), first, target)
        return first


def _alternatives(parser: Parser, start: int, patterns: list[nodes.Pattern]) -> nodes.Pattern:
    names = _bound_names(patterns[0])
    for pattern in patterns[1:]:
        if _bound_names(pattern) != names:
            parser.fail("alternatives must bind the same names", pattern, ErrorCode.INVALID_PATTERN)
    for pattern in patterns[:-1]:
        if _matches_anything(pattern):
            parser.fail(
                "this alternative matches anything: those behind it are never reached",
                pattern,
                ErrorCode.INVALID_PATTERN,
            )
    return nodes.OrPattern(parser.span_from(start), tuple(patterns))


def _bound_names(pattern: nodes.Pattern) -> set[str]:
    return {node.name for node in nodes.walk(pattern) if isinstance(node, nodes.TargetName)}


def _checked(parser: Parser, pattern: nodes.Pattern) -> nodes.Pattern:
    seen: set[str] = set()
    _check_names(parser, pattern, seen)
    return pattern


def _check_names(parser: Parser, pattern: nodes.Node, seen: set[str]) -> None:
    if isinstance(pattern, nodes.OrPattern):
        _check_names(parser, pattern.patterns[0], seen)
        return
    if isinstance(pattern, nodes.TargetName):
        if pattern.name in seen:
            parser.fail(f"{pattern.name!r} is captured twice", pattern, ErrorCode.INVALID_PATTERN)
        seen.add(pattern.name)
    for child in nodes.children(pattern):
        _check_names(parser, child, seen)


def _closed_pattern(parser: Parser) -> nodes.Pattern:
    token = parser.token
    if token.kind is NAME:
        if token.value in _LITERALS:
            return nodes.ValuePattern(Span(token.start, token.end), _literal(parser))
        if parser.look()[:2] == (OPERATOR, "."):
            return _dotted_value(parser)
        return nodes.CapturePattern(Span(token.start, token.end), _capture_target(parser))
    if token.kind in (STRING, INTEGER, FLOAT) or parser.at_operator("-", "+"):
        value = _literal(parser)
        return nodes.ValuePattern(value.span, value)
    if parser.at_operator("[", "("):
        return _sequence(parser)
    if parser.at_operator("{"):
        return _mapping(parser)
    parser.fail_expected(
        "a pattern",
        "a pattern is a literal, a name to capture, '_', [a, *rest], {\"key\": a} or several with '|'",
    )


def _capture_target(parser: Parser) -> nodes.TargetName | None:
    if parser.skip_name("_"):
        return None
    return target_name(parser)


def _named(parser: Parser) -> nodes.TargetName:
    """A name to capture that cannot be ``_``."""
    if parser.at_name("_"):
        parser.fail(
            "'_' captures nothing here",
            parser.token,
            ErrorCode.INVALID_PATTERN,
            "leave it out, or give a name",
        )
    return target_name(parser)


def _literal(parser: Parser) -> nodes.Expression:
    from kida.syntax.expressions import primary

    token = parser.token
    if parser.at_operator("-", "+"):
        parser.next()
        if parser.token.kind not in (INTEGER, FLOAT):
            parser.fail_expected("a number")
        number = parser.next()
        value = -number.value if token.value == "-" else number.value
        return nodes.Constant(parser.span_from(token.start), value)
    return primary(parser)


def _dotted_value(parser: Parser) -> nodes.ValuePattern:
    first = parser.next()
    value: nodes.Expression = nodes.Name(Span(first.start, first.end), first.value)
    while parser.skip_operator("."):
        attribute = parser.expect_name(what="the name of an attribute")
        value = nodes.Attribute(parser.span_from(first.start), value, attribute.value)
    return nodes.ValuePattern(value.span, value)


def _sequence(parser: Parser) -> nodes.Pattern:
    opening = parser.next()
    closer = "]" if opening.value == "[" else ")"
    items: list[nodes.Pattern] = []
    comma = False
    while not parser.at_operator(closer):
        items.append(_as_pattern(parser, star=True))
        if (
            isinstance(items[-1], nodes.StarPattern)
            and sum(isinstance(i, nodes.StarPattern) for i in items) > 1
        ):
            parser.fail("only one name in a sequence can be starred", items[-1], ErrorCode.INVALID_PATTERN)
        if not parser.at_operator(closer):
            parser.expect_operator(",")
            comma = True
    parser.next()
    if closer == ")" and len(items) == 1 and not comma and not isinstance(items[0], nodes.StarPattern):
        return items[0]
    return nodes.SequencePattern(parser.span_from(opening.start), tuple(items))


def _mapping(parser: Parser) -> nodes.Pattern:
    start = parser.next().start
    items: list[tuple[nodes.Expression, nodes.Pattern]] = []
    rest: nodes.TargetName | None = None
    while not parser.at_operator("}"):
        if rest is not None:
            parser.fail("'**rest' comes last", parser.token, ErrorCode.INVALID_PATTERN)
        if parser.skip_operator("**"):
            rest = _named(parser)
        else:
            token = parser.token
            dotted = token.kind is NAME and token.value not in _LITERALS
            key = _dotted_value(parser).value if dotted else _literal(parser)
            if isinstance(key, nodes.Name) or not isinstance(key, (nodes.Constant, nodes.Attribute)):
                parser.fail("a key is a literal or a dotted name", key, ErrorCode.INVALID_PATTERN)
            if isinstance(key, nodes.Constant) and any(
                isinstance(other, nodes.Constant) and other.value == key.value for other, _ in items
            ):
                parser.fail(f"key {key.value!r} is there twice", key, ErrorCode.INVALID_PATTERN)
            parser.expect_operator(":")
            items.append((key, _as_pattern(parser)))
        if not parser.at_operator("}"):
            parser.expect_operator(",")
    parser.next()
    return nodes.MappingPattern(parser.span_from(start), tuple(items), rest)
