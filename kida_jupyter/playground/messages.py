"""The shape of what the page and Python tell each other; docs/playground-messages.md says what it means.

Offsets are in UTF-16 code units, as JavaScript counts, and ends are exclusive. The page's side of the same is
``frontend/src/messages.ts``.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, TypedDict

Format: TypeAlias = Literal["html", "markdown", "text", "latex", "json", "svg", "sql", "yaml"]
FORMATS: Final[tuple[Format, ...]] = ("html", "markdown", "text", "latex", "json", "svg", "sql", "yaml")

Origin: TypeAlias = Literal["notebook", "override", "given", "global", "missing"]

Span: TypeAlias = tuple[int, int, int, int, int]
"""Template (an index), from, to, line, column: the last two from 1, for people."""
Chain: TypeAlias = tuple[str, str, int, int]
"""Kind, name, span of the call (-1: nowhere), parent (-1: none)."""
SeenValue: TypeAlias = tuple[int, int, str, str]
"""Span, how often it ran, its last value as short text, that one's type."""
Call: TypeAlias = tuple[str, str, int, int, float, float, int]
"""Kind, name, span of the call, count, seconds, seconds without children, parent (-1: none)."""


class Show(TypedDict):
    """What is to be seen: the same in all views of a playground."""

    tab: Literal["preview", "text", "diff"]
    panel: Literal["", "context", "trace", "python"]
    values: bool
    pinned: str | None
    split: float


# "from" is a word of Python's, so that these are not written as classes
Fix = TypedDict("Fix", {"label": str, "from": int, "to": int, "text": str})
"""A change that mends a problem: the text to put in the place of a range."""

Problem = TypedDict(
    "Problem",
    {
        "template": str,
        "from": int,
        "to": int,
        "severity": Literal["error", "warning"],
        "message": str,
        "hint": str | None,
        "fixes": list[Fix],
    },
)
"""What is wrong with a part of a template."""


class Failure(TypedDict):
    """Why there is no new result; ``html`` and ``text`` are the error view."""

    kind: str
    code: str | None
    message: str
    hint: str | None
    html: str
    text: str


class Variable(TypedDict):
    """A name that the templates read: ``json`` is its value as the text of JSON where it has one, for an override."""

    name: str
    origin: Origin
    type: str
    value: str
    json: str | None
    reads: int


class Cut(TypedDict):
    """An output that is too long for the page: how many characters of how many it was sent."""

    shown: int
    whole: int


class Provenance(TypedDict):
    """Where each character of an output came from, what was called and what expressions came to."""

    templates: list[str]
    spans: list[Span]
    chains: list[Chain]
    segments: list[int]
    values: list[SeenValue]
    calls: list[Call]


class Result(Provenance):
    """What came of a render."""

    edition: int
    ok: bool
    lastGood: int | None
    output: str
    seconds: float
    error: Failure | None
    problems: list[Problem]
    context: list[Variable]
    cut: Cut | None


class Early(TypedDict):
    """The output of a large result, sent before it is worked out where each character came from."""

    edition: int
    output: str
    seconds: float
    cut: Cut | None


class Completion(TypedDict):
    """One thing to write at the cursor."""

    label: str
    kind: str
    detail: str | None
    info: str | None
    apply: str | None


Completions = TypedDict(
    "Completions",
    {"type": Literal["completions"], "id": str, "from": int, "to": int, "items": list[Completion]},
)
"""The answer to ``complete``."""

Explanation = TypedDict(
    "Explanation",
    {"type": Literal["explanation"], "id": str, "from": int, "to": int, "text": str | None},
)
"""The answer to ``explain``."""


class PythonCode(TypedDict):
    """The answer to ``python``: the code, and pairs of one of its lines and the template's line that it is for."""

    type: Literal["python"]
    id: str
    text: str
    lines: list[tuple[int, int]]
    error: str | None


class Whole(TypedDict):
    """The answer to ``whole``: an output that was cut."""

    type: Literal["whole"]
    id: str
    output: str


Answer: TypeAlias = Completions | Explanation | PythonCode | Whole
