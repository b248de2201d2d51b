"""The trace view: of a render what was called and for how long, which values there were, and what wrote each piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import kida
from kida_jupyter.output import show_view
from kida_jupyter.views.calls import Call, calls_of
from kida_jupyter.views.drawing import environment
from kida_jupyter.views.error import surroundings_of
from kida_jupyter.views.report import Link
from kida_jupyter.views.values import short

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook

_MAX_CALLS: Final = 60
_MAX_VALUES: Final = 60
_MAX_PIECES: Final = 800
_MAX_EXPRESSION: Final = 60
"""Characters of an expression in a table."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call in the table: ``share`` is its own part of the whole time, from 0 to 1; times are in milliseconds."""

    what: str
    place: str
    link: str | None
    depth: int
    count: int
    milliseconds: float
    own: float
    share: float


@dataclass(frozen=True, slots=True)
class ValueRow:
    """An expression, how often it was evaluated, and the value it last had."""

    expression: str
    place: str
    link: str | None
    count: int
    value: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the output: ``origin`` says in a line what wrote it."""

    text: str
    origin: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class TraceReport:
    """What the view shows; the numbers after the rows are of those that are left out."""

    milliseconds: float
    characters: int
    segments: int
    calls: tuple[CallRow, ...]
    more_calls: int
    values: tuple[ValueRow, ...]
    more_values: int
    pieces: tuple[Piece, ...]
    more_pieces: int


def report_of_trace(trace: kida.RenderTrace, link: Link = lambda name, filename: None) -> TraceReport:
    """What the view shows of a traced render; ``link`` gives the address of a template."""
    calls = [call for root in calls_of(trace) for call in root.walk()]
    whole = sum(span.seconds for span in trace.spans) or 1.0
    return TraceReport(
        milliseconds=sum(span.seconds for span in trace.spans) * 1e3,
        characters=len(trace.output),
        segments=len(trace.segments),
        calls=tuple(_call_row(call, whole, link) for call in calls[:_MAX_CALLS]),
        more_calls=max(0, len(calls) - _MAX_CALLS),
        values=tuple(_value_row(value, link) for value in trace.values[:_MAX_VALUES]),
        more_values=max(0, len(trace.values) - _MAX_VALUES),
        pieces=tuple(islice(_pieces(trace), _MAX_PIECES)),
        more_pieces=max(0, len(trace.segments) - _MAX_PIECES),
    )


def show_trace(trace: kida.RenderTrace, notebook: Notebook) -> None:
    """Show the view of a render in a notebook as output: as HTML where the front end has that, and as text."""
    report = report_of_trace(trace, surroundings_of(notebook).link)
    show_view(trace_text(report), trace_html(report))


def trace_html(report: TraceReport) -> str:
    """The view as HTML: one element, with its own style and no script."""
    return environment().get_template("trace.html").render(report=report)


def trace_text(report: TraceReport) -> str:
    """The view as text."""
    return environment().get_template("trace.txt").render(report=report).rstrip("\n")


def _call_row(call: Call, whole: float, link: Link) -> CallRow:
    return CallRow(
        what=f"{call.kind} {call.name}" if call.name else call.kind,
        place=call.part.describe(),
        link=link(call.part.template, call.part.filename),
        depth=call.depth,
        count=call.count,
        milliseconds=call.seconds * 1e3,
        own=call.own * 1e3,
        share=max(0.0, min(1.0, call.own / whole)),
    )


def _value_row(seen: kida.SeenValue, link: Link) -> ValueRow:
    return ValueRow(
        expression=_in_a_line(seen.part.text),
        place=seen.part.describe(),
        link=link(seen.part.template, seen.part.filename),
        count=seen.count,
        value=short(seen.value),
    )


def _pieces(trace: kida.RenderTrace) -> Iterator[Piece]:
    for segment in trace.segments:
        steps = [
            step.describe() for step in reversed(segment.chain) if step.parent is not None or step.called_from
        ]
        what = "text" if segment.is_text else _in_a_line(segment.part.text)
        origin = "\n".join([f"{what} at {segment.part.describe()}", *(f"in {step}" for step in steps)])
        yield Piece(trace.output[segment.start : segment.end], origin, segment.is_text)


def _in_a_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_EXPRESSION else line[: _MAX_EXPRESSION - 1] + "…"
