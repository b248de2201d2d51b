"""Expressions, by precedence climbing; precedence is Jinja2's, with ``|>`` and ``??`` below ``or``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kida.errors import ErrorCode
from kida.source import Span
from kida.syntax import nodes
from kida.syntax.parser import Parser
from kida.syntax.tokens import FLOAT, INTEGER, NAME, OPERATOR, STRING, Token

_CONSTANTS: Final = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}
_NO_TEST_ARGUMENT: Final = frozenset(("else", "or", "and", "if", "is", "in", "not", "for"))
_ARGUMENT_KINDS: Final = frozenset((NAME, STRING, INTEGER, FLOAT))


def expression(parser: Parser) -> nodes.Expression:
    """An expression, with ``if … else``."""
    with parser.nested():
        arms: list[tuple[int, nodes.Expression, nodes.Expression]] = []
        start = parser.token.start
        value = coalesce(parser)
        while parser.skip_name("if"):
            condition = coalesce(parser)
            if parser.skip_name("else"):
                arms.append((start, condition, value))
                start = parser.token.start
                value = coalesce(parser)
            else:
                value = nodes.Conditional(parser.span_from(start), condition, value, None)
        for arm_start, condition, arm_value in reversed(arms):
            value = nodes.Conditional(parser.span_from(arm_start), condition, arm_value, value)
        return value


def expression_list(parser: Parser, *, conditional: bool = True) -> nodes.Expression:
    """An expression, or several with commas between them, which make a tuple."""
    start = parser.token.start
    first = expression(parser) if conditional else coalesce(parser)
    if not parser.at_operator(","):
        return first
    items = [first]
    while parser.skip_operator(","):
        if not _begins_expression(parser.token):
            break
        items.append(expression(parser) if conditional else coalesce(parser))
    return nodes.TupleLiteral(parser.span_from(start), tuple(items))


def coalesce(parser: Parser) -> nodes.Expression:
    """``a ?? b``: all of an expression but ``if … else``."""
    return _operators(parser, 1)


def _operators(parser: Parser, level: int) -> nodes.Expression:
    """An expression of operators that bind at least as tightly as a level, by precedence climbing."""
    start = parser.token.start
    if level <= _LEVEL_OF_NOT and parser.at_name("not"):
        value = _negation(parser)
    else:
        value = _unary(parser)
    while True:
        token = parser.token
        kind = token.kind
        if kind is OPERATOR or kind is NAME:
            found = _LEVELS.get(token.value)
        else:
            return value
        if found is None or found < level:
            return value
        if found == _LEVEL_OF_COMPARISON:
            compared = _comparison(parser, value, start)
            if compared is None:
                return value
            value = compared
        elif token.value in _CHAINED:
            items = [value]
            while parser.token[:2] == token[:2]:
                parser.next()
                items.append(_operators(parser, found + 1))
            span = parser.span_from(start)
            if token.value == "~":
                value = nodes.Concat(span, tuple(items))
            else:
                value = nodes.Logic(span, token.value, tuple(items))
        elif found == _LEVEL_OF_PIPE:
            parser.next()
            value = _filter(parser, value, start, null_safe=token.value == "?|>")
            value = _filters_and_tests(parser, value, start)
        else:
            parser.next()
            right = _operators(parser, found + 1)
            span = parser.span_from(start)
            if token.value == "??":
                value = nodes.Coalesce(span, value, right)
            else:
                value = nodes.Binary(span, token.value, value, right)


_LEVELS: Final = {
    "??": 1, "|>": 2, "?|>": 2, "or": 3, "and": 4,
    "==": 6, "!=": 6, "<": 6, "<=": 6, ">": 6, ">=": 6, "in": 6, "not": 6,
    "+": 7, "-": 7, "~": 8, "*": 9, "/": 9, "//": 9, "%": 9, "**": 10,
}  # fmt: skip
"""How tightly operators bind; all group from the left, ``**`` too, as in Jinja2."""
_LEVEL_OF_PIPE: Final = 2
_LEVEL_OF_NOT: Final = 5
_LEVEL_OF_COMPARISON: Final = 6
_CHAINED: Final = frozenset(("and", "or", "~"))


def _negation(parser: Parser) -> nodes.Expression:
    start = parser.token.start
    count = 0
    while parser.skip_name("not"):
        count += 1
    value = _operators(parser, _LEVEL_OF_COMPARISON)
    for _ in range(2 - count % 2):  # a pair of nots is bool(): more of them say nothing more
        value = nodes.Unary(parser.span_from(start), "not", value)
    return value


def _comparison(parser: Parser, first: nodes.Expression, start: int) -> nodes.Expression | None:
    """``a < b <= c`` from its first operator on; ``None`` where ``not`` is no part of ``not in``."""
    rest: list[tuple[str, nodes.Expression]] = []
    while True:
        token = parser.token
        if token.kind is not OPERATOR and token.kind is not NAME:
            break
        if _LEVELS.get(token.value) != _LEVEL_OF_COMPARISON:
            break
        operator = token.value
        if operator == "not":
            if parser.look()[:2] != (NAME, "in"):
                break
            parser.next()
            operator = "not in"
        parser.next()
        rest.append((operator, _operators(parser, _LEVEL_OF_COMPARISON + 1)))
    return nodes.Comparison(parser.span_from(start), first, tuple(rest)) if rest else None


def _unary(parser: Parser) -> nodes.Expression:
    """Signs, then the operand with what stands behind it; filters apply to the signed value, as in Jinja2."""
    start = parser.token.start
    signs: list[Token] = []
    while parser.token.kind is OPERATOR and parser.token.value in ("-", "+"):
        signs.append(parser.next())
        if len(signs) > _MAX_SIGNS:
            parser.fail("too many signs", Span(start, signs[-1].end), ErrorCode.TOO_DEEP)
    value: nodes.Expression
    if parser.at_name("await") and _begins_expression(parser.look()) and not _is_infix_name(parser.look()):
        parser.next()
        operand_start = parser.token.start
        operand = _postfix(parser, primary(parser), operand_start)
        value = nodes.Await(parser.span_from(start), operand)
    else:
        primary_start = parser.token.start
        value = _postfix(parser, primary(parser), primary_start)
    for sign in reversed(signs):
        value = nodes.Unary(parser.span_from(sign.start), sign.value, value)
    return _filters_and_tests(parser, value, start)


_MAX_SIGNS: Final = 50


def _is_infix_name(token: Token) -> bool:
    return token.kind is NAME and token.value in ("in", "is", "and", "or", "if", "not", "else")


def primary(parser: Parser) -> nodes.Expression:
    """A name, a literal, or what stands in brackets."""
    token = parser.token
    kind = token.kind
    if kind is NAME:
        parser.next()
        span = Span(token.start, token.end)
        if token.value in _CONSTANTS:
            return nodes.Constant(span, _CONSTANTS[token.value])
        return nodes.Name(span, token.value)
    if kind is STRING:
        text = parser.next().value
        while parser.token.kind is STRING:
            text += parser.next().value
        return nodes.Constant(parser.span_from(token.start), text)
    if kind is INTEGER or kind is FLOAT:
        parser.next()
        return nodes.Constant(Span(token.start, token.end), token.value)
    if kind is OPERATOR:
        if token.value == "(":
            return _parenthesised(parser)
        if token.value == "[":
            return _list(parser)
        if token.value == "{":
            return _dict_or_set(parser)
    parser.fail_expected("an expression")


def _parenthesised(parser: Parser) -> nodes.Expression:
    start = parser.next().start
    if parser.skip_operator(")"):
        return nodes.TupleLiteral(parser.span_from(start), ())
    value = expression_list(parser)
    parser.expect_operator(")")
    if isinstance(value, nodes.TupleLiteral):
        return nodes.TupleLiteral(parser.span_from(start), value.items)
    return value


def _list(parser: Parser) -> nodes.Expression:
    start = parser.next().start
    items: list[nodes.Expression] = []
    while not parser.at_operator("]"):
        items.append(expression(parser))
        if len(items) == 1 and parser.at_name("for", "async"):
            clauses = _comprehension_clauses(parser)
            parser.expect_operator("]")
            return nodes.Comprehension(parser.span_from(start), "list", None, items[0], clauses)
        if not parser.at_operator("]"):
            parser.expect_operator(",", "items of a list are separated by commas")
    parser.next()
    return nodes.ListLiteral(parser.span_from(start), tuple(items))


def _dict_or_set(parser: Parser) -> nodes.Expression:
    start = parser.next().start
    items: list[tuple[nodes.Expression, nodes.Expression]] = []
    while not parser.at_operator("}"):
        key = expression(parser)
        if not items and parser.at_name("for", "async"):
            clauses = _comprehension_clauses(parser)
            parser.expect_operator("}")
            return nodes.Comprehension(parser.span_from(start), "set", None, key, clauses)
        parser.expect_operator(":")
        value = expression(parser)
        if not items and parser.at_name("for", "async"):
            clauses = _comprehension_clauses(parser)
            parser.expect_operator("}")
            return nodes.Comprehension(parser.span_from(start), "dict", key, value, clauses)
        items.append((key, value))
        if not parser.at_operator("}"):
            parser.expect_operator(",", "items of a dict are separated by commas")
    parser.next()
    return nodes.DictLiteral(parser.span_from(start), tuple(items))


def _comprehension_clauses(parser: Parser) -> tuple[nodes.ComprehensionClause, ...]:
    clauses: list[nodes.ComprehensionClause] = []
    while parser.at_name("for"):
        start = parser.next().start
        target = assignment_target(parser, namespaces=False)
        parser.expect_name("in")
        iterable = coalesce(parser)
        conditions: list[nodes.Expression] = []
        while parser.skip_name("if"):
            conditions.append(coalesce(parser))
        clauses.append(
            nodes.ComprehensionClause(parser.span_from(start), target, iterable, tuple(conditions))
        )
    if not clauses:
        parser.fail_expected("'for'", "asynchronous comprehensions are not part of the language")
    return tuple(clauses)


def _postfix(parser: Parser, value: nodes.Expression, start: int) -> nodes.Expression:
    null_safe = False
    while parser.token.kind is OPERATOR:
        operator = parser.token.value
        if operator in (".", "?."):
            null_safe |= operator == "?."
            value = _member(parser, value, start)
        elif operator in ("[", "?["):
            null_safe |= operator == "?["
            value = _subscript(parser, value, start)
        elif operator == "(":
            arguments = call_arguments(parser)
            value = nodes.Call(parser.span_from(start), value, arguments)
        else:
            break
    return nodes.NullSafeChain(value.span, value) if null_safe else value


def _member(parser: Parser, value: nodes.Expression, start: int) -> nodes.Expression:
    null_safe = parser.next().value == "?."
    token = parser.token
    if token.kind is NAME:
        parser.next()
        return nodes.Attribute(parser.span_from(start), value, token.value, null_safe)
    if token.kind is INTEGER:
        parser.next()
        key = nodes.Constant(Span(token.start, token.end), token.value)
        return nodes.Subscript(parser.span_from(start), value, key, null_safe)
    parser.fail_expected("the name of an attribute", "write item['name'] for a key that is no name")


def _subscript(parser: Parser, value: nodes.Expression, start: int) -> nodes.Expression:
    opening = parser.next()
    parts: list[nodes.Expression] = []
    while not parser.at_operator("]"):
        if parts:
            parser.expect_operator(",")
        parts.append(_slice_or_expression(parser))
    if not parts:
        parser.fail_expected("a key or an index")
    parser.next()
    key = (
        parts[0]
        if len(parts) == 1
        else nodes.TupleLiteral(Span(opening.end, parser.previous.start), tuple(parts))
    )
    return nodes.Subscript(parser.span_from(start), value, key, opening.value == "?[")


def _slice_or_expression(parser: Parser) -> nodes.Expression:
    start = parser.token.start
    parts: list[nodes.Expression | None] = [None]
    if not parser.at_operator(":"):
        parts[0] = expression(parser)
        if not parser.at_operator(":"):
            return parts[0]  # type: ignore[return-value]
    while len(parts) < 3 and parser.skip_operator(":"):
        parts.append(None if parser.at_operator(":", "]", ",") else expression(parser))
    parts += [None] * (3 - len(parts))
    return nodes.Slice(parser.span_from(start), *parts)


def call_arguments(parser: Parser) -> nodes.Arguments:
    """``(a, b=1, *c, **d)`` from its opening parenthesis through its closing one."""
    start = parser.expect_operator("(").start
    found = arguments_until(parser, lambda: parser.at_operator(")"), start)
    parser.next()
    return found.changed(span=parser.span_from(start))


def arguments_until(parser: Parser, is_end: Callable[[], bool], start: int) -> nodes.Arguments:
    """The arguments of a call, up to what ends them."""
    positional: list[nodes.Expression] = []
    keywords: dict[str, nodes.Expression] = {}
    spans: list[Span] = []
    star: nodes.Expression | None = None
    double_star: nodes.Expression | None = None
    while not is_end():
        token = parser.token
        if parser.at_operator("*") and star is None and double_star is None:
            parser.next()
            star = expression(parser)
        elif parser.at_operator("**") and double_star is None:
            parser.next()
            double_star = expression(parser)
        elif token.kind is NAME and parser.look()[:2] == (OPERATOR, "=") and double_star is None:
            parser.next()
            parser.next()
            if token.value in ("True", "False", "None", "__debug__"):
                parser.fail(f"an argument cannot be called {token.value!r}", token, ErrorCode.INVALID_TARGET)
            if token.value in keywords:
                parser.fail(f"argument {token.value!r} is given twice", token, ErrorCode.DUPLICATE_NAME)
            spans.append(Span(token.start, token.end))
            keywords[token.value] = expression(parser)
        elif keywords or star or double_star:
            parser.fail(
                "a positional argument cannot follow a keyword argument or a starred one",
                token,
                ErrorCode.PARAMETER_ORDER,
            )
        else:
            positional.append(expression(parser))
        if not is_end():
            parser.expect_operator(",", "arguments are separated by commas")
    return nodes.Arguments(
        parser.span_from(start), tuple(positional), tuple(keywords.items()), star, double_star, tuple(spans)
    )


def _filters_and_tests(parser: Parser, value: nodes.Expression, start: int) -> nodes.Expression:
    while True:
        if parser.token.kind is OPERATOR and parser.token.value in ("|", "?|"):
            null_safe = parser.next().value == "?|"
            value = _filter(parser, value, start, null_safe=null_safe)
        elif parser.token.kind is OPERATOR and parser.token.value == "(":
            arguments = call_arguments(parser)
            value = nodes.Call(parser.span_from(start), value, arguments)
        elif parser.token.kind is NAME and parser.token.value == "is":
            value = _test(parser, value, start)
        else:
            return value


def _filter(parser: Parser, value: nodes.Expression | None, start: int, *, null_safe: bool) -> nodes.Filter:
    name, name_span = dotted_name(parser, "the name of a filter")
    empty = nodes.Arguments(Span(parser.previous.end, parser.previous.end))
    arguments = call_arguments(parser) if parser.at_operator("(") else empty
    return nodes.Filter(parser.span_from(start), value, name, name_span, arguments, null_safe)


def filter_chain(parser: Parser) -> nodes.Filter:
    """``upper | replace("a", "b")`` of a ``filter`` or ``set`` tag, whose value is the tag's body."""
    start = parser.token.start
    value = _filter(parser, None, start, null_safe=False)
    while parser.token.kind is OPERATOR and parser.token.value in ("|", "|>"):
        parser.next()
        value = _filter(parser, value, start, null_safe=False)
    return value


def dotted_name(parser: Parser, what: str) -> tuple[str, Span]:
    """A name that may have dots in it, as filters and tests may."""
    first = parser.expect_name(what=what)
    name = first.value
    while parser.skip_operator("."):
        name += "." + parser.expect_name(what=what).value
    return name, parser.span_from(first.start)


def _test(parser: Parser, value: nodes.Expression, start: int) -> nodes.Expression:
    parser.next()
    negated = parser.skip_name("not")
    name, name_span = dotted_name(parser, "the name of a test")
    token = parser.token
    arguments = nodes.Arguments(Span(parser.previous.end, parser.previous.end))
    if parser.at_operator("("):
        arguments = call_arguments(parser)
    elif (token.kind in _ARGUMENT_KINDS and token[:2] not in _NOT_ARGUMENTS) or parser.at_operator("[", "{"):
        argument = _postfix(parser, primary(parser), token.start)
        arguments = nodes.Arguments(argument.span, (argument,))
    elif parser.at_name("is"):
        parser.fail(
            "tests cannot be chained with 'is'", parser.token, hint="join them: x is one and x is another"
        )
    span = parser.span_from(start)
    test = nodes.Test(span, value, name, name_span, arguments)
    return nodes.Unary(span, "not", test) if negated else test


_NOT_ARGUMENTS: Final = frozenset((NAME, word) for word in _NO_TEST_ARGUMENT)


def assignment_target(
    parser: Parser, *, namespaces: bool = True, bracketed: bool = False
) -> nodes.Expression:
    """What is assigned to: names, ``ns.name``, ``*rest``, and these with commas and parentheses.

    A comma at the end makes one name a tuple within brackets alone, as in Jinja2.
    """
    with parser.nested():
        start = parser.token.start
        items: list[nodes.Expression] = []
        starred = -1
        several = False
        while True:
            if parser.at_operator("*"):
                star = parser.next()
                if starred >= 0:
                    parser.fail("only one target can be starred", star, ErrorCode.INVALID_TARGET)
                starred, several = len(items), True
            items.append(_single_target(parser, namespaces=namespaces))
            if not parser.skip_operator(","):
                break
            several = True
            if bracketed and parser.at_operator(")", "]"):
                break
        if not several:
            return items[0]
        return nodes.TargetTuple(parser.span_from(start), tuple(items), starred)


def _single_target(parser: Parser, *, namespaces: bool) -> nodes.Expression:
    token = parser.token
    if parser.at_operator("(", "["):
        parser.next()
        inner = assignment_target(parser, namespaces=namespaces, bracketed=True)
        parser.expect_operator(")" if token.value == "(" else "]")
        return inner
    name = target_name(parser)
    if namespaces and parser.at_operator("."):
        parser.next()
        attribute = parser.expect_name(what="the name of an attribute")
        owner = nodes.Name(name.span, name.name)
        return nodes.TargetAttribute(parser.span_from(token.start), owner, attribute.value)
    return name


def target_name(parser: Parser) -> nodes.TargetName:
    """A name that is assigned to."""
    token = parser.token
    if token.kind is not NAME:
        if token.kind in _ARGUMENT_KINDS:
            parser.fail(f"cannot assign to {token.describe()}", token, ErrorCode.INVALID_TARGET)
        parser.fail_expected("a name to assign to")
    if token.value in _CONSTANTS:
        parser.fail(f"cannot assign to the constant {token.value!r}", token, ErrorCode.INVALID_TARGET)
    parser.next()
    return nodes.TargetName(Span(token.start, token.end), token.value)


def _begins_expression(token: Token) -> bool:
    return token.kind in _ARGUMENT_KINDS or (
        token.kind is OPERATOR and token.value in ("(", "[", "{", "-", "+")
    )
