"""All the syntax errors that a template shows at once: the first stops the parser, and the tag it is in is passed over.

What is passed over is replaced by the simplest tag that opens or closes the same, and the text is parsed again. An error
that may only follow from such a guess is not told: rather one error less than one that is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from kida.errors import ErrorCode, TemplateSyntaxError
from kida.source import Source, Span
from kida.syntax import nodes
from kida.syntax.lexer import Lexer
from kida.syntax.parser import TagParser, parse
from kida.syntax.tokens import (
    BEGIN_OUTPUT,
    BEGIN_TAG,
    END_OUTPUT,
    END_TAG,
    INTEGER,
    NAME,
    OPERATOR,
    Token,
)

MAX_ERRORS: Final = 20
"""Errors told of one template, and times that it is parsed: who has made more mends these first."""

_OF_STRUCTURE: Final = frozenset(
    (ErrorCode.WRONG_CLOSER, ErrorCode.UNCLOSED_BLOCK, ErrorCode.MISPLACED_TAG, ErrorCode.TOO_DEEP)
)
"""What says that the tags do not fit together: where one is wrong, any of the others may be what is meant."""
_ENDLESS: Final = frozenset((ErrorCode.UNCLOSED_COMMENT, ErrorCode.UNCLOSED_RAW, ErrorCode.UNCLOSED_TAG))
"""What swallows the rest of the text."""
_MAX_STEPS_BACK: Final = 16
"""Errors within errors that are gone back over to find the tag around a place; each reads the text before it again."""
_STRING: Final = re.compile(r"""'[^'\n]*'|"[^"\n]*\"""")
_LEAVING: Final = frozenset(("break", "continue"))

_TRUE: Final = ((NAME, "true"),)
_CALL: Final = ((NAME, "_"), (OPERATOR, "("), (OPERATOR, ")"))
_LOOP: Final = ((NAME, "_"), (NAME, "in"), (OPERATOR, "("), (OPERATOR, ")"))
_SIMPLEST: Final[Mapping[str, tuple[tuple[str, object], ...]]] = {
    "if": _TRUE,
    "elif": _TRUE,
    "unless": _TRUE,
    "while": _TRUE,
    "autoescape": _TRUE,
    "match": _TRUE,
    "case": ((INTEGER, 1),),
    "for": _LOOP,
    "async": ((NAME, "for"), *_LOOP),
    "macro": _CALL,
    "def": _CALL,
    "call": _CALL,
    "filter": ((NAME, "_"),),
    "capture": ((NAME, "_"),),
    "block": ((NAME, "_"),),
    "with": (),
    "try": (),
    "trans": ((NAME, "_"),),
    "pluralize": (),
    "else": (),
    "empty": (),
    "fallback": (),
}
"""What stands behind the name of a tag that has a body, or of one in the middle, at the least."""


Check = Callable[[nodes.Template, bool], list[TemplateSyntaxError]]
"""Finds what else is wrong with a template; given its nodes, and whether some of them stand for what is passed over."""


def syntax_errors(
    source: Source, lexer: Lexer, tags: Mapping[str, TagParser], check: Check | None = None
) -> tuple[TemplateSyntaxError, ...]:
    """The syntax errors of a template, at most `MAX_ERRORS`, in the order of the text; empty where there is none.

    Parameters: ``source``; ``lexer`` and ``tags``, the environment's; ``check``, what looks at the nodes of the text,
    or of what is left of it.
    """
    tokens, found, passed = _lexed(source, lexer)
    if tokens is not None:
        template, errors = _parsed(source, tokens, tags, passed)
        found += errors
        if template is not None and check is not None:
            # what stands for something that is passed over has no text
            found += [
                error for error in check(template, bool(found)) if error._span and len(set(error._span)) > 1
            ]
    return tuple(sorted(found, key=_start)[:MAX_ERRORS])


def _start(error: TemplateSyntaxError) -> int:
    return 0 if error._span is None else error._span.start


def _lexed(
    source: Source, lexer: Lexer
) -> tuple[list[Token] | None, list[TemplateSyntaxError], frozenset[int]]:
    """The tokens, with the inside of wrong tags left empty; the errors in these; and where these tags begin."""
    errors: list[TemplateSyntaxError] = []
    passed: set[int] = set()
    text = source.text
    while len(errors) < MAX_ERRORS:
        readable = Source(text, source.name, source.filename)
        try:
            return lexer.tokens(readable), errors, frozenset(passed)
        except TemplateSyntaxError as error:
            at = _start(error)
            if any(_start(earlier) == at for earlier in errors):
                break  # it is in another tag than it seems to be
            opening = _never_closed(text, at, lexer)
            if opening is not None:
                error, at = _unclosed(text, opening, lexer), opening.start
                if any(_start(earlier) == at for earlier in errors):
                    break
                emptied = _closed(text, opening, lexer)
            else:
                emptied = None if error.code in _ENDLESS else _emptied(text, at, lexer)
            error._source = source
            errors.append(error)
            if emptied is None:
                break
            text, begin = emptied
            if begin in passed:
                break
            passed.add(begin)
    return None, errors, frozenset(passed)


def _never_closed(text: str, at: int, lexer: Lexer) -> Span | None:
    """The opening of the tag around a place, if another one begins before it ends: then it is what is wrong."""
    opening = _opening_around(text, at, lexer)
    if opening is None:
        return None
    # what stands within a string opens and closes nothing
    inside = _STRING.sub(lambda found: " " * len(found.group()), text[opening.end :])
    closing = _closing(text, opening, lexer)
    following = _first_of(inside, 0, _openings(lexer))
    # closed, or closed as what it is not
    ends = _first_of(inside, 0, (lexer.delimiters.variable_end_string, lexer.delimiters.block_end_string))
    if following < 0 or 0 <= ends < following:
        return None
    # one that stands in the other, as {% if {{ x }} %}, is another mistake
    behind = _first_of(
        inside, following, (lexer.delimiters.variable_end_string, lexer.delimiters.block_end_string)
    )
    ends = inside.find(closing, behind + len(closing)) if behind >= 0 else -1
    is_inside = ends >= 0 and not 0 <= _first_of(inside, behind, _openings(lexer)) < ends
    return None if is_inside and "\n" not in inside[:ends] else opening


def _openings(lexer: Lexer) -> tuple[str, ...]:
    marks = lexer.delimiters
    return marks.variable_start_string, marks.block_start_string, marks.comment_start_string


def _closing(text: str, opening: Span, lexer: Lexer) -> str:
    marks = lexer.delimiters
    is_output = text.startswith(marks.variable_start_string, opening.start)
    return marks.variable_end_string if is_output else marks.block_end_string


def _first_of(text: str, at: int, parts: tuple[str, ...]) -> int:
    """Where the first of several texts begins; -1 where there is none of them."""
    return min((found for found in (text.find(part, at) for part in parts) if found >= 0), default=-1)


def _opening_around(text: str, at: int, lexer: Lexer) -> Span | None:
    """Where the tag around a place begins: the lexer tells of a text that ends there."""
    for _ in range(_MAX_STEPS_BACK):
        try:
            lexer.tokens(Source(text[: at + (at == 0)]))
        except TemplateSyntaxError as error:
            if error.code is ErrorCode.UNCLOSED_TAG:
                return error._span
            if _start(error) >= at:
                return None
            at = _start(error)
        else:
            return _opening_at(text, at, lexer)
    return None


def _opening_at(text: str, at: int, lexer: Lexer) -> Span | None:
    marks = lexer.delimiters
    for opening in (marks.variable_start_string, marks.block_start_string):
        if text.startswith(opening, at):
            return Span(at, at + len(opening))
    return None


def _unclosed(text: str, opening: Span, lexer: Lexer) -> TemplateSyntaxError:
    closing = _closing(text, opening, lexer)
    what = "output" if closing == lexer.delimiters.variable_end_string else "tag"
    return TemplateSyntaxError(
        f"this {what} is never closed",
        code=ErrorCode.UNCLOSED_TAG,
        hint=f"close it with {closing!r}",
        source=Source(text),
        span=opening,
    )


def _closed(text: str, opening: Span, lexer: Lexer) -> tuple[str, int] | None:
    """The text without an output that is never closed, or with the end of such a tag at the end of its line."""
    end = _first_of(text, opening.end, ("\n", *_openings(lexer)))
    end = len(text) if end < 0 else end
    closing = _closing(text, opening, lexer)
    if closing == lexer.delimiters.variable_end_string:
        return text[: opening.start] + " " * (end - opening.start) + text[end:], opening.start
    inside = text[opening.end : end]
    name = re.match(r"[-+]?\s*\w+", inside)
    kept = 0 if name is None else name.end()
    room = len(inside) - kept - len(closing)
    if room < 0:
        return None
    return text[: opening.end + kept] + " " * room + closing + text[end:], opening.start


def _emptied(text: str, at: int, lexer: Lexer) -> tuple[str, int] | None:
    """The text with the tag around a place emptied but for a tag's name, and where that tag begins."""
    opening = _opening_around(text, at, lexer)
    if opening is None:
        return None  # a line statement
    begin, inside = opening.start, opening.end
    closing = _closing(text, opening, lexer)
    is_tag = closing == lexer.delimiters.block_end_string
    end = text.find(closing, inside)
    if end < 0:
        return None
    if text[inside : inside + 1] in ("-", "+"):
        inside += 1
    if is_tag:
        while inside < end and text[inside].isspace():
            inside += 1
        while inside < end and (text[inside].isalnum() or text[inside] == "_"):
            inside += 1
    blank = "".join("\n" if c == "\n" else " " for c in text[inside:end])
    return text[:inside] + blank + text[end:], begin


def _parsed(
    source: Source, tokens: list[Token], tags: Mapping[str, TagParser], passed: frozenset[int]
) -> tuple[nodes.Template | None, list[TemplateSyntaxError]]:
    """The errors of the parser, less those in tags that are ``passed`` over already; with the nodes, if it comes to any."""
    errors: list[TemplateSyntaxError] = []
    replaced: set[int] = set()
    guessed = False
    while len(replaced) < MAX_ERRORS:
        try:
            return parse(source, tokens, tags), errors
        except TemplateSyntaxError as error:
            extent = _tag_at(tokens, _start(error))
            name = "" if extent is None else _name(tokens, extent[0])
            if error.code in _OF_STRUCTURE and name not in _LEAVING:
                if not guessed and not passed:
                    errors.append(error)
                break
            if extent is None or tokens[extent[0]].start in replaced:
                break
            begin, end = extent
            # a variable that 'pluralize' misses may be in what is passed over
            follows = (guessed and name.startswith("end")) or (bool(replaced) and name == "pluralize")
            replaced.add(tokens[begin].start)
            if tokens[begin].start not in passed and not follows:
                errors.append(error)
            meant = error.suggestion if error.code is ErrorCode.UNKNOWN_TAG and error.suggestion else name
            simplest = _simplest(tokens, begin, end, meant, tags)
            guessed |= tokens[begin].kind == BEGIN_TAG and (bool(simplest) or meant not in tags)
            tokens = [*tokens[:begin], *simplest, *tokens[end + 1 :]]
    return None, errors


def _tag_at(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """The indexes of the first and last token of the tag or output around a place."""
    begin = None
    for index, token in enumerate(tokens):
        if token.kind in (BEGIN_OUTPUT, BEGIN_TAG):
            begin = index
        elif token.kind in (END_OUTPUT, END_TAG) and begin is not None:
            if tokens[begin].start <= at <= token.end:
                return begin, index
            begin = None
    return None


def _name(tokens: list[Token], begin: int) -> str:
    named = tokens[begin + 1]
    return named.value if tokens[begin].kind == BEGIN_TAG and named.kind == NAME else ""


def _simplest(
    tokens: list[Token], begin: int, end: int, name: str, tags: Mapping[str, TagParser]
) -> list[Token]:
    """The tokens to put in the place of a tag; none where it neither opens nor closes anything."""
    first, last = tokens[begin], tokens[end]
    header: tuple[tuple[str, object], ...] | None = _SIMPLEST.get(name)
    if name == "block":
        header = ((NAME, f"_{first.start}"),)  # a name that no other block has
    elif name == "set" and _opens(tokens, begin, end):
        header = ((NAME, "_"),)
    elif name == "end" or (name.startswith("end") and name[3:] in tags):
        header = ()
    if header is None or first.kind != BEGIN_TAG:
        return []
    inside = [Token(kind, value, first.end, first.end) for kind, value in ((NAME, name), *header)]
    return [first, *inside, last]


def _opens(tokens: list[Token], begin: int, end: int) -> bool:
    """Whether a ``set`` has a body: no value in it, and a closer behind it."""
    if any(token.kind is OPERATOR and token.value in ("=", "??=") for token in tokens[begin:end]):
        return False
    behind = tokens[end:]
    return any(
        token.kind is BEGIN_TAG and following.kind is NAME and following.value == "endset"
        for token, following in pairwise(behind)
    )
