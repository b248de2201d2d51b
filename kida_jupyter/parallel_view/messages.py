"""The shape of what the live timeline and Python tell each other; docs/parallel-view.md says what it is for.

The page's side of the same is ``frontend/src/parallel/messages.ts``. Times are milliseconds, those of calls nanoseconds.
"""

from __future__ import annotations

from typing import Literal, TypedDict


class LaneData(TypedDict):
    """A worker: ``busy`` is the share of the time in which it had a render, from 0 to 1."""

    name: str
    title: str
    renders: int
    busy: float


class BarsData(TypedDict):
    """The renders, a column for each thing to know: lane by lane, in each by their start.

    ``alone`` is -1 where the twin never ran. ``state`` is an index into the states.
    """

    index: list[int]
    lane: list[int]
    start: list[float]
    length: list[float]
    alone: list[float]
    state: list[int]
    context: list[str]


class CallsData(TypedDict):
    """The calls within some renders, by the index of their context as text.

    ``kinds`` has what was called and where, each once: kind, name, place. A render's calls are a flat list of five
    numbers each: the index of what was called, its depth from 0, start and length in nanoseconds since the render
    began, and 1 where an error left it, else 0. A call stands before those within it. ``more`` counts a render's calls
    that are left out.
    """

    kinds: list[tuple[str, str, str]]
    calls: dict[str, list[int]]
    more: dict[str, int]


class TimelineData(TypedDict):
    """What the timeline shows. ``states`` are names with what they mean in words.

    ``failures`` tells, by the index of a context as text, where that render failed. ``closer`` is the part of the time
    that is worth a closer look. ``clocks`` counts the machines. Numbers that begin with ``more`` count what is left out.
    """

    milliseconds: float
    lanes: list[LaneData]
    states: list[tuple[str, str]]
    bars: BarsData
    failures: dict[str, str]
    calls: CallsData
    closer: tuple[float, float] | None
    clocks: int
    more_lanes: int
    more_renders: int


class CallsAnswer(CallsData):
    """The answer to ``{"type": "calls", "id": …, "renders": [indexes of contexts]}``: as many of them as there is room for."""

    type: Literal["calls"]
    id: str
