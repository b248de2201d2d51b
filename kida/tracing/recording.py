"""What the instrumented form of a template writes: its text, and beside each piece where it came from.

In this form nothing is written as bare text: every piece is an event, a tuple that begins with the text. A render
leaves one list of events; so does each macro, each capture and each block that is called for its text, whose lists are
kept beside the text they made. `kida.tracing.provenance` reads them when the render is over: while it runs, an event
is a tuple and an append.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from operator import itemgetter
from threading import get_ident
from time import perf_counter_ns
from typing import Any, Final, NamedTuple

from kida.errors import BudgetExceededError
from kida.render_context import RenderContext, RenderState, current
from kida.runtime.text import markup
from kida.source import Source, Span
from kida.tracing.result import TemplatePart

Event = tuple[Any, ...]
"""``(text, place)``, ``(text, place, value)`` or ``(text, place, value, kept before, kept behind, operands)``; for an
entered template or block ``("", place, kind, name)``."""
Write = Callable[[Event], object]

TURNS: Final = 16
"""Turns of a loop between two looks at the budget."""
_LOOK_NS: Final = 5_000_000
"""Nanoseconds between two looks at how much has been written."""
_MAX_CALLS: Final = 200_000
"""Calls whose times are kept, so that a long render does not fill the memory."""


_text: Final[Callable[[Event], str]] = itemgetter(0)


class Role:
    """What an event tells, by its place."""

    TEXT: Final = 0
    OUTPUT: Final = 1
    SEEN: Final = 2
    CALLED: Final = 3
    LOOP: Final = 4
    TURN: Final = 5
    ENDED: Final = 6
    ENTERED: Final = 7
    LEFT: Final = 8
    FUNCTION: Final = 9


class PlaceSpec(NamedTuple):
    """A place that generated code refers to: the name it is known by there, what it is, and the text it writes."""

    variable: str
    role: int
    kind: str
    name: str | None
    span: Span
    text: str | None


class Place:
    """A part of a template, its `Role`, and for what is called its ``kind`` and ``name``."""

    __slots__ = ("kind", "name", "part", "role")

    def __init__(self, source: Source, spec: PlaceSpec) -> None:
        self.part = TemplatePart(source, spec.span)
        self.role = spec.role
        self.kind = spec.kind
        self.name = spec.name


_NOWHERE: Final = Source("")
TURN: Final[Event] = ("", Place(_NOWHERE, PlaceSpec("", Role.TURN, "", None, Span(0, 0), None)))
ENDED: Final[Event] = ("", Place(_NOWHERE, PlaceSpec("", Role.ENDED, "", None, Span(0, 0), None)))
_LEFT: Final[Event] = ("", Place(_NOWHERE, PlaceSpec("", Role.LEFT, "", None, Span(0, 0), None)))
_ENTERED: Final = Place(_NOWHERE, PlaceSpec("", Role.ENTERED, "", None, Span(0, 0), None))


def linked(specs: Iterable[PlaceSpec], source: Source) -> dict[str, Any]:
    """What generated code finds under the names of places; text that is always the same is a whole event."""
    found: dict[str, Any] = {}
    for spec in specs:
        place = Place(source, spec)
        found[sys.intern(spec.variable)] = place if spec.text is None else (spec.text, place)
    return found


class Kept(NamedTuple):
    """A text that was made apart, with the events that made it; ``place`` is its macro, capture or block."""

    text: str
    events: list[Event]
    place: Place | None


class Budget(NamedTuple):
    """What a traced render may take: ``seconds``, and ``characters`` written; ``None`` for as much as it likes.

    Characters that a macro or a capture writes count again where its text is written.
    """

    seconds: float | None = None
    characters: int | None = None


class Recorder:
    """What a traced render leaves besides its own list of events.

    ``kept`` are the texts made apart, ``by_id`` the same by the text's identity; ``calls`` are ``(place, kind, name,
    start, end, thread)`` with times in nanoseconds, ``dropped`` the number of those that were too many. ``others`` are
    events of what was run and not written.
    """

    __slots__ = (
        "_characters",
        "_deadline",
        "_looked_at",
        "_next_look",
        "_seconds",
        "_written",
        "by_id",
        "calls",
        "dropped",
        "kept",
        "others",
        "started",
    )

    def __init__(self, budget: Budget | None = None) -> None:
        seconds, characters = budget or Budget()
        self.by_id: dict[int, Kept] = {}
        self.kept: list[Kept] = []
        self.others: list[list[Event]] = []
        self.calls: list[tuple[Place | None, str, str | None, int, int, int]] = []
        self.dropped = 0
        self.started = perf_counter_ns()
        self._seconds = seconds
        self._characters = sys.maxsize if characters is None else characters
        self._deadline = sys.maxsize if seconds is None else self.started + int(seconds * 1e9)
        self._next_look = min(self._deadline, self.started + _LOOK_NS)
        self._looked_at: dict[int, tuple[list[Event], int]] = {}
        self._written = 0

    # --- what generated code calls -----------------------------------------------------------------------------

    def look(self, write: Write) -> int:
        """Look at the budget; gives the number of turns that a loop may make until it is looked at again."""
        if perf_counter_ns() > self._next_look:
            self._look(write)
        return TURNS

    def enter(self, write: Write, context: RenderContext, place: Place) -> int:
        """Note that a template's top or a block begins to write; gives the time."""
        kind, name = (context.kind, context.name) if place.kind == "template" else (place.kind, place.name)
        write(("", _ENTERED, kind, name))
        return perf_counter_ns()

    def leave(self, write: Write, context: RenderContext, place: Place, start: int) -> None:
        """Note that it has come to its end."""
        write(_LEFT)
        kind, name = (context.kind, context.name) if place.kind == "template" else (place.kind, place.name)
        self._called(place, kind, name, start)

    def keep(self, text: Any, events: list[Event], place: Place | None, start: int | None) -> Any:
        """A text that events made, remembered by its identity; ``start`` where a call made it."""
        if place is not None and start is not None:
            self._called(place, place.kind, place.name, start)
        if type(text) is str:
            if len(text) < 2:  # Python has one object for all texts like it
                return text
            text = text[:1] + text[1:]  # joining a single piece gives that piece itself
        kept = Kept(text, events, place)
        self.by_id[id(text)] = kept
        self.kept.append(kept)
        self._written += len(text)
        if self._written > self._characters:
            self._refuse_characters()
        return text

    def timed(self, place: Place, start: int, value: Any) -> Any:
        """The value that a filter gave, and that it was called."""
        self._called(place, place.kind, place.name, start)
        return value

    # --- at the end --------------------------------------------------------------------------------------------

    def finish(self, text: str) -> None:
        """Check the whole output against the budget."""
        if len(text) > self._characters:
            self._refuse_characters()

    # --- within ------------------------------------------------------------------------------------------------

    def _called(self, place: Place, kind: str, name: str | None, start: int) -> None:
        end = perf_counter_ns()
        if len(self.calls) < _MAX_CALLS:
            self.calls.append((place, kind, name, start, end, get_ident()))
        else:
            self.dropped += 1
        if end > self._deadline:
            self._refuse_time()

    def _look(self, write: Write) -> None:
        """Check time and characters. ``write`` is the ``append`` of the list that is being written to."""
        time = perf_counter_ns()
        if time > self._deadline:
            self._refuse_time()
        self._next_look = min(self._deadline, time + _LOOK_NS)
        events: list[Event] = write.__self__  # type: ignore[attr-defined]
        _, reached = self._looked_at.get(id(events), (events, 0))
        self._looked_at[id(events)] = (events, len(events))
        self._written += sum(len(event[0]) for event in events[reached:])
        if self._written > self._characters:
            self._refuse_characters()

    def _refuse_time(self) -> None:
        raise BudgetExceededError(
            f"rendering took longer than the {self._seconds:g} seconds it was given",
            hint="a loop may have no end, or run over more than was meant",
        )

    def _refuse_characters(self) -> None:
        raise BudgetExceededError(
            f"rendering wrote more than the {self._characters:,} characters it was given",
            hint="a loop may have no end, or run over more than was meant",
        )


class TracedState(RenderState):
    """The state of a traced render: knows the recorder."""

    __slots__ = ("recorder",)

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder


def recorder() -> Recorder:
    """The recorder of the render that is going on; one of its own for a macro that Python calls afterwards."""
    try:
        found: Recorder = current.get().state.recorder  # type: ignore[union-attr]
    except AttributeError:
        return Recorder()
    return found


def text_of(events: Iterable[Event]) -> str:
    """The text that events wrote."""
    return "".join(map(_text, events))


def kept(events: list[Event], *, escaping: bool) -> str:
    """The text of a block that is called for it, as a value."""
    text = text_of(events)
    made: str = recorder().keep(markup(text) if escaping else text, events, None, None)
    return made


def module_text(events: list[Event]) -> str:
    """The text of an imported template's top, which nobody writes as a rule."""
    recorder().others.append(events)
    return text_of(events)


def as_str(value: Any) -> str:
    """A value's text: itself where it is one, so that it is known again."""
    return value if isinstance(value, str) else str(value)


def hand_on(write: Write, events: list[Event]) -> None:
    """Write events that were held back."""
    write.__self__.extend(events)  # type: ignore[attr-defined]
