"""A template that is being written, cut into tags and words as far as the cursor: it need not be whole, and never fails.

What the engine's own lexer refuses (a string, a bracket or a tag that is still open) is the common case here, so
it is closed at the next place that can be nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

WordKind = Literal["name", "number", "string", "operator"]
PlaceKind = Literal["text", "comment", "raw", "output", "tag"]

_WORD: Final = re.compile(
    r"""
    (?P<number> (?:\d+_)*\d+\.\d[\w.]* | \d\w* )
  | (?P<name> \w+ )
  | (?P<string> '[^'\\]*(?:\\.[^'\\]*)*' | "[^"\\]*(?:\\.[^"\\]*)*" )
  | (?P<operator> \?\?= | \?\|> | \?\? | \?\. | \?\[ | \?\| | \|> | // | \*\* | == | != | >= | <= | \S )
    """,
    re.VERBOSE | re.DOTALL,
)
_LOOK_AHEAD: Final = 4000
"""Characters behind the cursor that are read of a tag which is not closed yet: the rest of the text may be long."""
_CLOSES: Final = {")": "(", "]": "[", "}": "{"}


class Word(NamedTuple):
    """A word of a tag: its text as written, and where it stands."""

    kind: WordKind
    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """What a string says; escapes stay as they are written."""
        return self.text[1:-1] if self.kind == "string" else self.text


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag (``{% … %}``) or output (``{{ … }}``): its words, and where it begins and ends."""

    kind: Literal["output", "tag"]
    words: tuple[Word, ...]
    start: int
    end: int

    @property
    def name(self) -> str:
        """The first word of a tag; nothing for an output."""
        return self.words[0].text if self.kind == "tag" and self.words else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cursor stands.

    ``before``: the whole words of the tag around it; ``prefix`` and ``suffix``: the parts of the name, or of the inside
    of the string, before and behind the cursor, from ``start`` to ``end``; ``quote``: of the string that the cursor is in;
    ``rest``: the words of the tag behind the cursor; ``tags``: the tags before this one.
    """

    kind: PlaceKind
    cursor: int
    start: int
    end: int
    tags: tuple[Tag, ...]
    before: tuple[Word, ...] = ()
    rest: tuple[Word, ...] = ()
    prefix: str = ""
    suffix: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """What begins and ends tags, outputs and comments, as an environment has them."""

    tag: tuple[str, str] = ("{%", "%}")
    output: tuple[str, str] = ("{{", "}}")
    comment: tuple[str, str] = ("{#", "#}")
    line_tag: str | None = None
    line_comment: str | None = None

    @classmethod
    def of(cls, environment: Any) -> Delimiters:
        """Those of a `kida.Environment`."""
        return cls(
            (environment.block_start_string, environment.block_end_string),
            (environment.variable_start_string, environment.variable_end_string),
            (environment.comment_start_string, environment.comment_end_string),
            environment.line_statement_prefix,
            environment.line_comment_prefix,
        )


def tags_of(text: str, delimiters: Delimiters) -> tuple[Tag, ...]:
    """The tags of a whole template."""
    return place_of(text + "\n", len(text) + 1, delimiters).tags


def place_of(text: str, cursor: int, delimiters: Delimiters) -> Place:
    """Where the cursor stands in a template. Parameters: ``cursor``, a character offset, cut to the text."""
    return _Scan(text, max(0, min(cursor, len(text))), delimiters).run()


class _Scan:
    """One walk over a text."""

    def __init__(self, text: str, cursor: int, delimiters: Delimiters) -> None:
        self.text = text
        self.cursor = cursor
        self.delimiters = delimiters
        self.tags: list[Tag] = []
        self.opening = _opening(delimiters)
        self.starts = re.compile(
            "|".join(re.escape(pair[0]) for pair in (delimiters.tag, delimiters.output, delimiters.comment))
        )

        pairs = (delimiters.tag, delimiters.output, delimiters.comment)
        self.start_letters = frozenset(pair[0][0] for pair in pairs)

    def run(self) -> Place:
        at = 0
        while True:
            found = self.opening.search(self.text, at)
            if found is None:
                return self._nowhere("text")
            kind, after = str(found.lastgroup), found.end()
            if kind == "raw" and after > self.cursor:
                kind, after = "tag", found.start() + len(self.delimiters.tag[0])
            if after > self.cursor:
                return self._nowhere("text")
            if kind == "tag" or kind == "output" or kind == "linetag":
                tag, place = self._tag(kind, found.start(), after)
                if place is not None:
                    return place
                self.tags.append(tag)
                at = tag.end
            else:
                at = self._end_of(kind, after)
                if at < 0 or at > self.cursor:
                    return self._nowhere("raw" if kind == "raw" else "comment")

    def _nowhere(self, kind: PlaceKind) -> Place:
        return Place(kind, self.cursor, self.cursor, self.cursor, tuple(self.tags))

    def _end_of(self, kind: str, after: int) -> int:
        """Where a comment or raw block ends, -1 where it does not."""
        if kind == "raw":
            start, end = map(re.escape, self.delimiters.tag)
            closing = re.compile(rf"{start}[-+]?\s*endraw\s*[-+]?{end}").search(self.text, after)
            # in its last tag the cursor may complete that tag
            return (
                -1 if closing is None else closing.start() if closing.start() < self.cursor else closing.end()
            )
        ending = "\n" if kind == "linecomment" else self.delimiters.comment[1]
        found = self.text.find(ending, after)
        return found if found < 0 else found + len(ending)

    def _tag(self, opened_by: str, start: int, at: int) -> tuple[Tag, Place | None]:
        """The tag that begins at an offset, and the place of the cursor where it stands in the tag."""
        text = self.text
        kind: Literal["output", "tag"] = "output" if opened_by == "output" else "tag"
        pair = self.delimiters.output if kind == "output" else self.delimiters.tag
        closing = "\n" if opened_by == "linetag" else pair[1]
        if at < self.cursor and text[at] in "-+" and opened_by != "linetag":
            at += 1
        words: list[Word] = []
        brackets: list[str] = []
        last = min(len(text), self.cursor + _LOOK_AHEAD)
        end = stop = last
        while at < last:
            if text[at].isspace() and not text.startswith(closing, at):
                at += 1
                continue
            letter = text[at]
            if letter in "-+" or letter == closing[0]:
                trim = letter in "-+" and text.startswith(closing, at + 1)
                if text.startswith(closing, at + trim) and _may_close(closing, brackets):
                    stop, end = at, at + trim + len(closing)
                    break
            if letter in self.start_letters and self.starts.match(text, at):
                end = stop = at  # the tag was never closed: here begins another
                break
            word = self._word(at, closing)
            words.append(word)
            at = word.end
            if word.kind == "operator":
                _note_bracket(word.text, brackets)
        tag = Tag(kind, tuple(words), start, end)
        if self.cursor <= stop:
            return tag, self._within(tag)
        # between the characters of its end the cursor is in no tag any more
        return tag, self._nowhere("text") if self.cursor < end else None

    def _word(self, at: int, closing: str) -> Word:
        found = _WORD.match(self.text, at)
        if found is None:  # the newline of a line statement within brackets
            return Word("operator", self.text[at], at, at + 1)
        kind: Any = found.lastgroup
        written = found.group()
        if written[0] in "'\"" and (kind != "string" or self._runs_away(written, closing)):
            return self._open_string(at, closing)
        if kind == "operator" and len(written) > 1 and self.text.startswith(closing, found.end() - 1):
            written = written[:-1]
        return Word(kind, written, at, at + len(written))

    def _runs_away(self, string: str, closing: str) -> bool:
        """Whether a string that was never closed ends with the first quote of another one."""
        ends = string.find("\n") if closing == "\n" else string.find(closing)
        if "\n" in string and self.starts.search(string):
            return True
        return ends >= 0 and (closing == "\n" or self.starts.search(string, ends) is not None)

    def _open_string(self, at: int, closing: str) -> Word:
        """A string without its last quote: it ends with its line, or with the tag if that comes first."""
        begun = self.starts.search(self.text, at)
        ends = [self.text.find("\n", at), self.text.find(closing, at), begun.start() if begun else -1]
        end = min((found for found in ends if found >= 0), default=len(self.text))
        # a blank stands for the quote that it lacks, so that its value is what is written
        return Word("string", self.text[at:end] + " ", at, end)

    def _within(self, tag: Tag) -> Place:
        words, cursor, tags = tag.words, self.cursor, tuple(self.tags)
        index = bisect_left(words, cursor, key=lambda word: word.end)
        before, rest = words[:index], words[index:]
        touched = rest[0] if rest and rest[0].start < cursor else None
        if touched is None:
            return Place(tag.kind, cursor, cursor, cursor, tags, before, rest)
        written = self.text[touched.start : cursor]
        if touched.kind == "string":
            is_closed = touched.text[-1] == touched.text[0]
            if not is_closed or cursor < touched.end:
                end = touched.end - 1 if is_closed else cursor
                suffix = self.text[cursor:end]
                inside = (touched.start + 1, end, tags, before, rest[1:], written[1:], suffix, written[0])
                return Place(tag.kind, cursor, *inside)
        elif touched.kind != "operator":
            return Place(tag.kind, cursor, touched.start, touched.end, tags, before, rest[1:], written)
        elif cursor < touched.end:
            return Place(tag.kind, cursor, cursor, cursor, tags, before, rest)
        return Place(tag.kind, cursor, cursor, cursor, tags, (*before, touched), rest[1:])


def _may_close(closing: str, brackets: list[str]) -> bool:
    """Whether a tag's end is one within open brackets: ``}}`` may close a dict in a dict, other ends can be nothing else."""
    return closing[0] != "}" or "{" not in brackets


def _note_bracket(written: str, brackets: list[str]) -> None:
    if written[-1] in "([{":
        brackets.append(written[-1])
    elif written in _CLOSES:
        while brackets and brackets.pop() != _CLOSES[written]:
            pass  # what was opened inside and never closed


def _opening(delimiters: Delimiters) -> re.Pattern[str]:
    rules = {
        "comment": re.escape(delimiters.comment[0]),
        "tag": re.escape(delimiters.tag[0]),
        "output": re.escape(delimiters.output[0]),
    }
    lengths = {
        "comment": len(delimiters.comment[0]),
        "tag": len(delimiters.tag[0]),
        "output": len(delimiters.output[0]),
    }
    if delimiters.line_tag:
        rules["linetag"] = r"^[ \t\v]*" + re.escape(delimiters.line_tag)
        lengths["linetag"] = len(delimiters.line_tag)
    if delimiters.line_comment:
        rules["linecomment"] = re.escape(delimiters.line_comment)
        lengths["linecomment"] = len(delimiters.line_comment)
    tag, tag_end = map(re.escape, delimiters.tag)
    # longer delimiters win, whatever their order
    ordered = sorted(rules, key=lengths.__getitem__, reverse=True)
    raw = rf"(?P<raw>{tag}[-+]?\s*raw\s*[-+]?{tag_end})"
    return re.compile("|".join([raw, *(f"(?P<{name}>{rules[name]})" for name in ordered)]), re.M)
