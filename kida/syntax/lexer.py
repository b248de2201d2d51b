"""Text to tokens.

White-space control, line statements and raw blocks follow Jinja2's "Template Designer Documentation".
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from kida.errors import ErrorCode, TemplateSyntaxError
from kida.source import Source, Span
from kida.syntax.delimiters import Delimiters
from kida.syntax.tokens import (
    BEGIN_OUTPUT,
    BEGIN_TAG,
    END,
    END_OUTPUT,
    END_TAG,
    FLOAT,
    INTEGER,
    NAME,
    OPERATOR,
    STRING,
    TEXT,
    Token,
)

_CLOSING: Final = {"(": ")", "[": "]", "?[": "]", "{": "}"}
_ESCAPE: Final = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
_KNOWN_ESCAPES: Final = frozenset("\n\\'\"abfnrtvxuUN")
_HINTS: Final = {
    "?": "a condition is written 'a if condition else b'; '?' is part of '??', '?.', '?[' and '?|'",
    "!": "write 'not' for '!', and '!=' for unequal",
    "&": "write 'and' for '&&'",
}
_WHITESPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(
    r"""
    (?P<float> (?<!\.) (?:\d+_)*\d+ (?: (?:\.(?:\d+_)*\d+)? e[+\-]?(?:\d+_)*\d+ | \.(?:\d+_)*\d+ ) )
  | (?P<integer> 0b(?:_?[01])+ | 0o(?:_?[0-7])+ | 0x(?:_?[\da-f])+ | [1-9](?:_?\d)* | 0(?:_?0)* )
  | (?P<name> \w+ )
  | (?P<string> '(?:[^'\\]*(?:\\.[^'\\]*)*)' | "(?:[^"\\]*(?:\\.[^"\\]*)*)" )
  | (?P<operator> \?\?= | \?\|> | \?\? | \?\. | \?\[ | \?\| | \|> | // | \*\* | == | != | >= | <=
                | [-+/*%~\[\](){}<>=.:|,;] )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def _known_escape(found: re.Match[str]) -> str:
    """An escape as Python knows it: others are two characters, and Python would warn of them."""
    escaped = found.group(1)
    if escaped[0] in "01234567":
        return f"\\u{int(escaped, 8):04x}"
    return found.group() if escaped in _KNOWN_ESCAPES else "\\" + found.group()


class Lexer:
    """Cuts templates into tokens; immutable, made once for a set of delimiters."""

    __slots__ = ("_comment_end", "_endraw", "_line_end", "_opening", "_output_end", "_tag_end", "delimiters")

    def __init__(self, delimiters: Delimiters) -> None:
        escape = re.escape
        block, block_end = escape(delimiters.block_start_string), escape(delimiters.block_end_string)
        trimmed = r"\n?" if delimiters.trim_blocks else ""
        comment_end = escape(delimiters.comment_end_string)
        output_end = escape(delimiters.variable_end_string)
        rules = [
            (len(delimiters.comment_start_string), "comment", escape(delimiters.comment_start_string)),
            (len(delimiters.block_start_string), "block", block),
            (len(delimiters.variable_start_string), "variable", escape(delimiters.variable_start_string)),
        ]
        if delimiters.line_statement_prefix is not None:
            prefix = delimiters.line_statement_prefix
            rules.append((len(prefix), "linestatement", r"^[ \t\v]*" + escape(prefix)))
        if delimiters.line_comment_prefix is not None:
            prefix = delimiters.line_comment_prefix
            rules.append((len(prefix), "linecomment", r"(?:^|(?<=\S))[^\S\r\n]*" + escape(prefix)))
        # longer delimiters win, whatever their order: '<%=' before '<%'
        rules.sort(reverse=True)
        # a quick test for the common case that a text has none of the delimiters' beginnings
        raw = rf"(?P<raw>{block}[-+]?\s*raw\s*(?:-{block_end}\s*|{block_end}))"
        self._opening = re.compile(
            "|".join([raw, *(rf"(?P<{name}>{rule})" for _, name, rule in rules)]), re.M
        )
        self._tag_end = re.compile(rf"\+{block_end}|-{block_end}\s*|{block_end}{trimmed}")
        self._output_end = re.compile(rf"-{output_end}\s*|{output_end}")
        self._comment_end = re.compile(rf"\+{comment_end}|-{comment_end}\s*|{comment_end}{trimmed}")
        self._endraw = re.compile(
            rf"{block}[-+]?\s*endraw\s*(?:\+{block_end}|-{block_end}\s*|{block_end}{trimmed})"
        )
        self._line_end = re.compile(r"\s*(?:\n|$)", re.M)
        self.delimiters = delimiters

    def tokens(self, source: Source) -> list[Token]:
        """The tokens of a template, ending with one of kind END.

        Raises `TemplateSyntaxError` for what is no token, and for a comment, raw block, string or tag without end.
        """
        text = source.text
        end = len(text)
        if not self.delimiters.keep_trailing_newline and text.endswith("\n"):
            end -= 1
        tokens: list[Token] = []
        search = self._opening.search
        at = 0
        line_starting = True
        while True:
            found = search(text, at, end)
            if found is None:
                if at < end:
                    tokens.append(Token(TEXT, self._newlines(text[at:end]), at, end))
                tokens.append(Token(END, "", end, end))
                return tokens
            kind = found.lastgroup
            begin = found.start()
            after = found.end()
            if kind == "raw":
                sign = text[begin + len(self.delimiters.block_start_string)]
            else:
                sign = text[after] if after < end else ""
                if sign in ("-", "+") and sign:
                    after += 1
            if begin > at:
                stop = self._text_end(text, at, begin, sign, line_starting, lstrip=kind != "variable")
                if stop > at:
                    tokens.append(Token(TEXT, self._newlines(text[at:stop]), at, stop))
            if kind == "variable":
                tokens.append(Token(BEGIN_OUTPUT, "", begin, after))
                at = self._words(source, after, end, tokens, self._output_end, END_OUTPUT)
            elif kind == "block":
                tokens.append(Token(BEGIN_TAG, "", begin, after))
                at = self._words(source, after, end, tokens, self._tag_end, END_TAG)
            elif kind == "linestatement":
                tokens.append(Token(BEGIN_TAG, "", begin, after))
                at = self._words(source, after, end, tokens, self._line_end, END_TAG)
            elif kind == "comment":
                closing = self._comment_end.search(text, after, end)
                if closing is None:
                    self._fail(
                        source,
                        begin,
                        after,
                        "this comment is never closed",
                        ErrorCode.UNCLOSED_COMMENT,
                        f"close it with {self.delimiters.comment_end_string!r}",
                    )
                at = closing.end()
            elif kind == "linecomment":
                newline = text.find("\n", after, end)
                at = end if newline < 0 else newline
            else:
                at = self._raw(source, found.start(), after, end, tokens)
            line_starting = text[at - 1 : at] == "\n"

    def expression_tokens(self, source: Source) -> list[Token]:
        """The tokens of a text that is an expression and nothing else. Raises `TemplateSyntaxError`."""
        tokens = [Token(BEGIN_OUTPUT, "", 0, 0)]
        self._words(source, 0, len(source.text), tokens, re.compile(r"\s*\Z"), END_OUTPUT)
        return tokens[1:-1]

    def _raw(self, source: Source, begin: int, after: int, end: int, tokens: list[Token]) -> int:
        text = source.text
        closing = self._endraw.search(text, after, end)
        if closing is None:
            start, stop = self.delimiters.block_start_string, self.delimiters.block_end_string
            self._fail(
                source,
                begin,
                len(text[:after].rstrip()),
                "this raw block is never closed",
                ErrorCode.UNCLOSED_RAW,
                f"close it with '{start} endraw {stop}'",
            )
        sign = text[closing.start() + len(self.delimiters.block_start_string)]
        stop_at = self._text_end(
            text, after, closing.start(), sign, text[after - 1 : after] == "\n", lstrip=True
        )
        if stop_at > after:
            tokens.append(Token(TEXT, self._newlines(text[after:stop_at]), after, stop_at))
        return closing.end()

    def _text_end(
        self, text: str, at: int, begin: int, sign: str, line_starting: bool, *, lstrip: bool
    ) -> int:
        """Where the text before a delimiter ends once white space is taken away."""
        if sign == "-":
            return at + len(text[at:begin].rstrip())
        if lstrip and sign != "+" and self.delimiters.lstrip_blocks:
            line = text.rfind("\n", at, begin) + 1
            if (line > 0 or line_starting) and not text[max(line, at) : begin].strip():
                return max(line, at)
        return begin

    def _words(
        self,
        source: Source,
        at: int,
        end: int,
        tokens: list[Token],
        closing: re.Pattern[str],
        closing_kind: str,
    ) -> int:
        """Append the tokens of a tag; return where the text behind it begins."""
        text = source.text
        opening = tokens[-1]
        open_brackets: list[Token] = []
        ends = closing.match
        word = _WORD.match
        space = _WHITESPACE.match
        while True:
            if not open_brackets:
                found = ends(text, at, end)
                if found is not None:
                    tokens.append(Token(closing_kind, "", at, at + len(found.group().rstrip())))
                    return found.end()
            blank = space(text, at, end)
            if blank is not None:
                at = blank.end()
                if not open_brackets and ends(text, at, end):
                    continue
            found = word(text, at, end)
            if found is None:
                self._fail_at(source, at, end, opening, open_brackets)
            kind = found.lastgroup
            after = found.end()
            if kind == NAME:
                while after < end and text[after] > "\x7f" and f"_{text[after]}".isidentifier():
                    after += 1  # marks that belong to an identifier but are no word characters
                name = text[at:after]
                if not (name.isascii() or name.isidentifier()) or name[0].isdigit():
                    self._fail(
                        source, at, after, f"{name!r} is not a valid name", ErrorCode.UNEXPECTED_CHARACTER
                    )
                tokens.append(Token(NAME, name, at, after))
            elif kind == OPERATOR:
                operator = found.group()
                if operator in _CLOSING:
                    open_brackets.append(Token(OPERATOR, operator, at, after))
                elif operator in (")", "]", "}"):
                    if not open_brackets or _CLOSING[open_brackets[-1].value] != operator:
                        self._fail_bracket(source, at, after, open_brackets)
                    open_brackets.pop()
                tokens.append(Token(OPERATOR, operator, at, after))
            elif kind == STRING:
                tokens.append(Token(STRING, self._string(source, at, after), at, after))
            elif kind == INTEGER:
                try:
                    tokens.append(Token(INTEGER, int(found.group().replace("_", ""), 0), at, after))
                except ValueError:
                    self._fail(
                        source, at, after, "this number has too many digits", ErrorCode.INVALID_LITERAL
                    )
            else:
                tokens.append(Token(FLOAT, float(found.group().replace("_", "")), at, after))
            at = after

    def _string(self, source: Source, start: int, end: int) -> str:
        body = self._newlines(source.text[start + 1 : end - 1])
        if "\\" in body:
            try:
                ascii_body = body.encode("ascii", "backslashreplace").decode("ascii")
                body = _ESCAPE.sub(_known_escape, ascii_body).encode("ascii").decode("unicode-escape")
            except UnicodeDecodeError as error:
                reason = str(error).rsplit(": ", 1)[-1]
                self._fail(
                    source,
                    start,
                    end,
                    f"invalid escape in this string: {reason}",
                    ErrorCode.INVALID_ESCAPE,
                    "write a backslash that is meant as one twice",
                )
        return body

    def _newlines(self, text: str) -> str:
        sequence = self.delimiters.newline_sequence
        return text if sequence == "\n" else text.replace("\n", sequence)

    def _fail_at(
        self, source: Source, at: int, end: int, opening: Token, open_brackets: list[Token]
    ) -> NoReturn:
        text = source.text
        if at >= end:
            if open_brackets:
                bracket = open_brackets[-1]
                self._fail(
                    source,
                    bracket.start,
                    bracket.end,
                    f"{bracket.value!r} is never closed",
                    ErrorCode.UNBALANCED_BRACKET,
                    f"close it with {_CLOSING[bracket.value]!r}",
                )
            expected = (
                self.delimiters.variable_end_string
                if opening.kind == BEGIN_OUTPUT
                else self.delimiters.block_end_string
            )
            what = "output" if opening.kind == BEGIN_OUTPUT else "tag"
            self._fail(
                source,
                opening.start,
                opening.end,
                f"this {what} is never closed",
                ErrorCode.UNCLOSED_TAG,
                f"close it with {expected!r}",
            )
        if text[at] in "'\"":
            line_end = text.find("\n", at, end)
            self._fail(
                source,
                at,
                line_end if line_end > at else end,
                "this string is never closed",
                ErrorCode.UNCLOSED_STRING,
                f"close it with {text[at]}",
            )
        self._fail(
            source,
            at,
            at + 1,
            f"unexpected character {text[at]!r}",
            ErrorCode.UNEXPECTED_CHARACTER,
            _HINTS.get(text[at]),
        )

    def _fail_bracket(self, source: Source, at: int, after: int, open_brackets: list[Token]) -> NoReturn:
        closer = source.text[at]
        hint = None
        message = f"{closer!r} closes nothing"
        if open_brackets:
            bracket = open_brackets[-1]
            place = source.position(bracket.start)
            message = f"unexpected {closer!r}, expected {_CLOSING[bracket.value]!r}"
            hint = f"{bracket.value!r} was opened at {place.line}:{place.column + 1} and is still open"
        else:
            hint = self._hint_of_mixed_delimiters(source.text, at)
        self._fail(source, at, after, message, ErrorCode.UNBALANCED_BRACKET, hint)

    def _hint_of_mixed_delimiters(self, text: str, at: int) -> str | None:
        """For a bracket that is part of the end of an output in a tag, or the other way round."""
        own = self.delimiters
        tag, output = (
            (own.block_start_string, own.block_end_string),
            (own.variable_start_string, own.variable_end_string),
        )
        for (start, end), (_, other) in ((tag, output), (output, tag)):
            begin = at - other.find(text[at])
            if other.find(text[at]) >= 0 and text.startswith(other, begin):
                return f"what begins with '{start}' ends with '{end}'"
        return None

    @staticmethod
    def _fail(
        source: Source, start: int, end: int, message: str, code: ErrorCode, hint: str | None = None
    ) -> NoReturn:
        raise TemplateSyntaxError(message, code=code, hint=hint, source=source, span=Span(start, end))
