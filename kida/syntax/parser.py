"""Tokens to nodes: the stream of tokens, bodies and their closers. Expressions and tags have rooms of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NoReturn

from kida.errors import ErrorCode, TemplateSyntaxError, did_you_mean
from kida.source import Source, Span
from kida.syntax import nodes
from kida.syntax.slips import hint_at, tag_meant
from kida.syntax.tokens import BEGIN_OUTPUT, BEGIN_TAG, END, END_OUTPUT, END_TAG, NAME, OPERATOR, TEXT, Token
from kida.values import Value

MAX_NESTING: Final = 100
"""Levels of tags, and of brackets in an expression. Python's own compiler gives up a little later."""

TagParser = Callable[["Parser", Token], nodes.Statement | tuple[nodes.Statement, ...]]
"""Parses a tag from behind its name, through its closer; given the parser and the token of its name."""

_NO_NAMES: Final = frozenset(("true", "True", "false", "False", "none", "None", "__debug__"))
MIDDLE_TAGS: Final[Mapping[str, str]] = {
    "else": "if, for, while or unless",
    "elif": "if",
    "empty": "for or while",
    "case": "match",
    "fallback": "try",
    "pluralize": "trans",
}
"""What divides the bodies of tags, and of which."""


class OpenTag(Value):
    """A tag whose end has not come yet."""

    name: str
    start: int
    end: int
    closers: frozenset[str]


class Parser:
    """Reads a template's tokens from first to last; used for one template, then thrown away."""

    def __init__(self, source: Source, tokens: list[Token], tags: Mapping[str, TagParser]) -> None:
        self.source = source
        self.tags = tags
        self.open_tags: list[OpenTag] = []
        self.loop_depth = 0
        self.component: str | None = None  # what a slot would belong to here: "def" or "call"
        self.in_def = False
        self.slots: list[nodes.SlotPlace] = []
        self.slot_bodies: frozenset[int] | None = None
        self.block_names: dict[str, Span] = {}
        self.token = tokens[0]
        self.previous = tokens[0]
        self.all_tokens = self._tokens = tokens
        self._at = 0
        self._depth = 0

    # --- the stream --------------------------------------------------------------------------------------------

    def next(self) -> Token:
        """Take the current token."""
        taken = self.previous = self.token
        if taken.kind is not END:
            self._at += 1
            self.token = self._tokens[self._at]
        return taken

    def look(self) -> Token:
        """The token behind the current one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def at_operator(self, *operators: str) -> bool:
        """Whether the current token is one of these operators."""
        return self.token.kind is OPERATOR and self.token.value in operators

    def at_name(self, *names: str) -> bool:
        """Whether the current token is one of these names."""
        return self.token.kind is NAME and self.token.value in names

    def skip_operator(self, operator: str) -> bool:
        """Take the current token if it is this operator."""
        if self.token.kind is OPERATOR and self.token.value == operator:
            self.next()
            return True
        return False

    def skip_name(self, name: str) -> bool:
        """Take the current token if it is this name."""
        if self.token.kind is NAME and self.token.value == name:
            self.next()
            return True
        return False

    def expect_operator(self, operator: str, hint: str | None = None) -> Token:
        """Take this operator, or fail."""
        if not self.at_operator(operator):
            self.fail_expected(repr(operator), hint)
        return self.next()

    def expect_name(self, name: str | None = None, what: str = "a name") -> Token:
        """Take a name, or this one, or fail."""
        if self.token.kind is not NAME or (name is not None and self.token.value != name):
            self.fail_expected(repr(name) if name else what)
        return self.next()

    def expect_new_name(self, what: str) -> Token:
        """Take a name that is given to something, or fail: constants and what Python keeps for itself are none."""
        return self.new_name(self.expect_name(what=what))

    def new_name(self, token: Token, *, python: bool = True) -> Token:
        """A name that is given to something, or fail as `expect_new_name`; ``python`` says that Python sees it too."""
        if token.value in _NO_NAMES and (python or token.value != "__debug__"):
            self.fail(f"{token.value!r} cannot be a name here", token, ErrorCode.INVALID_TARGET)
        return token

    def expect_tag_end(self) -> Token:
        """Take the end of the current tag, or fail."""
        if self.token.kind is not END_TAG:
            self.fail_expected("the end of the tag")
        return self.next()

    def expect_body(self) -> Token:
        """Take the end of a tag that a body follows, or fail; as in Jinja2 it may have a colon before it."""
        self.skip_operator(":")
        return self.expect_tag_end()

    def span_from(self, start: int) -> Span:
        """The span from an offset to the end of what was taken last."""
        return Span(start, self.previous.end)

    def nested(self) -> _Nesting:
        """A context in which one level of nesting more is counted."""
        return _Nesting(self)

    # --- bodies ------------------------------------------------------------------------------------------------

    def template(self) -> nodes.Template:
        """The whole template."""
        body = self.body(frozenset())
        return nodes.Template(Span(0, len(self.source.text)), body)

    def open(self, tag: Token, *closers: str) -> None:
        """Note that a tag needs a closer."""
        self.open_tags.append(OpenTag(tag.value, tag.start, tag.end, frozenset(closers)))

    def close(self, *, optional_name: str | None = None) -> None:
        """Take the closer of the innermost open tag, which `body` stopped at."""
        self.next()
        if optional_name is not None:
            self.skip_name(optional_name)
        self.expect_tag_end()
        self.open_tags.pop()

    def block_body(self, tag: Token, *closers: str, optional_name: str | None = None) -> nodes.Body:
        """The body of a tag from behind its end through its closer: ``end`` or one of those given."""
        self.open(tag, *closers)
        self.expect_body()
        body = self.body(frozenset((*closers, "end")))
        self.close(optional_name=optional_name)
        return body

    def body(self, until: frozenset[str]) -> nodes.Body:
        """Statements up to a tag of one of these names, whose name is then the current token.

        At the top of a template (``until`` empty) up to its end.
        """
        statements: list[nodes.Statement] = []
        with self.nested():
            while True:
                token = self.token
                kind = token.kind
                if kind is TEXT:
                    self.next()
                    statements.append(nodes.Text(Span(token.start, token.end), token.value))
                elif kind is BEGIN_OUTPUT:
                    self.next()
                    statements.append(self._output())
                elif kind is BEGIN_TAG:
                    self.next()
                    if self.token.kind is not NAME:
                        self.fail_expected("the name of a tag")
                    name = self.token.value
                    if name in until:
                        return tuple(statements)
                    parse = self.tags.get(name)
                    if parse is None:
                        self.fail_unknown_tag(self.token)
                    parsed = parse(self, self.next())
                    if type(parsed) is tuple:
                        statements.extend(parsed)
                    else:
                        statements.append(parsed)  # type: ignore[arg-type]
                else:
                    if until:
                        self._fail_unclosed()
                    return tuple(statements)

    def _output(self) -> nodes.Output:
        from kida.syntax.expressions import expression_list

        value = expression_list(self)
        if self.token.kind is not END_OUTPUT:
            self.fail_expected("the end of the output", self._hint_behind_expression())
        self.next()
        return nodes.Output(value.span, value)

    def _hint_behind_expression(self) -> str | None:
        if self.at_operator("="):
            return "to compare write '=='; to assign write {% set name = value %}"
        return None

    # --- errors ------------------------------------------------------------------------------------------------

    def fail(
        self,
        message: str,
        span: Span | Token | nodes.Node,
        code: ErrorCode = ErrorCode.UNEXPECTED_TOKEN,
        hint: str | None = None,
        suggestion: str | None = None,
    ) -> NoReturn:
        """Raise a `TemplateSyntaxError` at a place."""
        if isinstance(span, nodes.Node):
            span = span.span
        elif isinstance(span, Token):
            span = Span(span.start, span.end)
        raise TemplateSyntaxError(
            message, code=code, hint=hint, suggestion=suggestion, source=self.source, span=span
        )

    def fail_expected(self, expected: str, hint: str | None = None) -> NoReturn:
        """Raise a `TemplateSyntaxError` that the current token is not what was expected."""
        if self.token.kind is END:
            self._fail_unclosed()
        if hint is None:
            place = self.source.position(self.token.start)
            hint = hint_at(self.source.line(place.line), place.column)
        self.fail(f"unexpected {self.token.describe()}, expected {expected}", self.token, hint=hint)

    def _fail_unclosed(self) -> NoReturn:
        opened = self.open_tags[-1]
        closers = " or ".join(f"{{% {closer} %}}" for closer in (*sorted(opened.closers), "end"))
        self.fail(
            f"the template ends while {opened.name!r} is open",
            Span(opened.start, opened.end),
            ErrorCode.UNCLOSED_BLOCK,
            f"close it with {closers}",
        )

    def fail_unknown_tag(self, token: Token) -> NoReturn:
        """Raise a `TemplateSyntaxError` for the name of a tag that does not fit here, or that there is not."""
        name = token.value
        opened = self.open_tags[-1] if self.open_tags else None
        closes = name == "end" or (name.startswith("end") and name[3:] in self.tags)
        if closes or name in MIDDLE_TAGS:
            if opened is None:
                belongs = MIDDLE_TAGS.get(name)
                message = (
                    f"{name!r} belongs to {belongs}"
                    if belongs
                    else f"{name!r} closes nothing: no tag is open"
                )
                code = ErrorCode.MISPLACED_TAG if belongs else ErrorCode.WRONG_CLOSER
                self.fail(message, token, code)
            place = self.source.position(opened.start)
            expected = " or ".join(repr(closer) for closer in (*sorted(opened.closers), "end"))
            self.fail(
                f"unexpected {name!r}, expected {expected}",
                token,
                ErrorCode.WRONG_CLOSER if closes else ErrorCode.MISPLACED_TAG,
                f"{opened.name!r} was opened at {place.line}:{place.column + 1} and is still open",
            )
        known: Iterable[str] = (*self.tags, *MIDDLE_TAGS, *(opened.closers if opened else ()))
        self.fail(
            f"unknown tag {name!r}",
            token,
            ErrorCode.UNKNOWN_TAG,
            suggestion=tag_meant(name) or did_you_mean(name, sorted(known)),
        )


class _Nesting:
    """Counts a level of nesting while it is entered."""

    __slots__ = ("_parser",)

    def __init__(self, parser: Parser) -> None:
        self._parser = parser

    def __enter__(self) -> None:
        parser = self._parser
        parser._depth += 1
        if parser._depth > MAX_NESTING:
            parser.fail(
                f"nested more than {MAX_NESTING} levels deep",
                parser.token,
                ErrorCode.TOO_DEEP,
                "move a part into a macro or a template of its own",
            )

    def __exit__(self, *exception: object) -> None:
        self._parser._depth -= 1


def parse(source: Source, tokens: list[Token], tags: Mapping[str, TagParser]) -> nodes.Template:
    """The template that tokens spell.

    Parameters: ``source``, for the places of errors; ``tokens``, ending with END; ``tags``, the tags' parsers by name.
    Raises `TemplateSyntaxError`.
    """
    parser = Parser(source, tokens, tags)
    try:
        return parser.template()
    except RecursionError:
        parser.fail(
            "nested too deeply", parser.token, ErrorCode.TOO_DEEP, "Python's recursion limit was reached"
        )
