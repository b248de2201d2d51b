"""What the instrumented form of a template writes: its text, and beside each piece where it came from.

In this form nothing is written as bare text: every piece is an event, of three: the text, its place, and what else is
to be told. A render leaves one list of events; so does each macro, each capture and each block that is called for its
text, whose lists are kept beside the text they made. `kida.tracing.provenance` reads them when the render is over: while
it runs, a list grows by three, and nothing stays that Python's garbage collector would have to look at again and again.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from threading import get_ident
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markupsafe import Markup, escape

from kida.errors import BudgetExceededError
from kida.render_context import RenderContext, RenderState, entered
from kida.runtime.macro import AsyncMacro, Macro
from kida.runtime.text import markup
from kida.source import Source, Span
from kida.tracing.budget import Budget
from kida.tracing.result import TemplatePart

if TYPE_CHECKING:
    from kida.runtime.marks import Marks

Event = tuple[Any, Any, Any]
"""``(text, place, told)``. What is told depends on the place's `Role`: see there."""
Events = list[Any]
"""Events, one behind the other."""
EVENT_ITEMS: Final = 3
"""Items of an event in such a list."""
Write = Callable[[Event], object]
"""The ``extend`` of a list of events."""

FIRST_TURNS: Final = 2
"""Turns that a loop begins before the first look at the budget; fewer do not add up in loops inside each other."""
_TURNS: Final = 16
"""Turns of a loop between two looks at the budget, where they are quick."""
_SLOW_NS: Final = 1_000_000
"""Nanoseconds between two looks from which on every turn is followed by one."""
_LOOK_NS: Final = 5_000_000
"""Nanoseconds between two looks at how much has been written."""
_MAX_CALLS: Final = 200_000
"""Calls whose times are kept, so that a long render does not fill the memory."""
_LOOKED_INTO: Final = 64
"""Items of a list that are looked at for a text that is known."""
_MAX_DERIVED: Final = 8_000_000
"""Characters of texts made of others that are remembered: one that grows in a loop would fill the memory."""
_NOT_LOOKED_AT: Final[tuple[Events, int, int]] = ([], 0, 0)


class Role:
    """What an event tells, by its place. Where nothing is said of it, nothing is told besides the text."""

    TEXT: Final = 0
    OUTPUT: Final = 1
    """The text of a value; told is the value."""
    SEEN: Final = 2
    """A value that is not written; told is the value."""
    CALLED: Final = 3
    LOOP: Final = 4
    TURN: Final = 5
    ENDED: Final = 6
    ENTERED: Final = 7
    """A template or block begins to write; told are ``(kept before, kind, name)``."""
    LEFT: Final = 8
    FUNCTION: Final = 9
    TURN_TEXT: Final = 10
    """Text that a turn of a loop begins with."""
    BEGUN: Final = 11
    """A function begins that gives a text; told is how many texts were kept before."""
    MADE: Final = 12
    """The text of a value that may be made of others; told are ``(value, kept before, kept behind, *operands)``."""
    WRITTEN: Final = 13
    """A text that is nobody's value."""
    PUSHED: Final = 14
    """A text is pushed to a stack; told are its events."""


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


def _nowhere(role: int) -> Place:
    return Place(_NOWHERE, PlaceSpec("", role, "", None, Span(0, 0), None))


TURN: Final[Event] = ("", _nowhere(Role.TURN), None)
ENDED: Final[Event] = ("", _nowhere(Role.ENDED), None)
_LEFT: Final[Event] = ("", _nowhere(Role.LEFT), None)
INHERITED: Final = _nowhere(Role.OUTPUT)
"""The place of what belongs to the expression that writes it, wherever that is."""
MADE_INHERITED: Final = _nowhere(Role.MADE)
"""The same, of what may be made of others."""
_BEGUN: Final = _nowhere(Role.BEGUN)
_ENTERED: Final = _nowhere(Role.ENTERED)


def linked(specs: Iterable[PlaceSpec], source: Source) -> dict[str, Any]:
    """What generated code finds under the names of places; text that is always the same is a whole event.

    And under the names of what other forms do without remembering.
    """
    found: dict[str, Any] = {
        sys.intern(".begun"): _BEGUN,
        sys.intern(".concat_text"): concat_text,
        sys.intern(".concat_html"): concat_html,
    }
    for spec in specs:
        place = Place(source, spec)
        found[sys.intern(spec.variable)] = place if spec.text is None else (spec.text, place, None)
    return found


class Kept(NamedTuple):
    """A text that was made apart, with the events that made it; ``place`` is its macro, capture or block.

    For one that a filter or a concatenation made of such texts ``place`` is ``None``.
    """

    text: str
    events: Events
    place: Place | None


_kept: Final[Callable[[tuple[Any, ...]], Kept]] = partial(tuple.__new__, Kept)
"""As ``Kept(…)``, without a call of Python's."""


_HTML: Final = frozenset((Macro.html.__code__, AsyncMacro.html.__code__))
"""Where a macro's text becomes ``Markup``, as the place that it is called from escapes: the frame that waits for ``run``,
which waits for the macro's. Another text would come out that nobody knows, were it not made before."""
_TEXT: Final = frozenset((Macro.text.__code__, AsyncMacro.text.__code__))
"""Where it becomes a plain text, as the place does not."""


class Recorder:
    """What a traced render leaves besides its own list of events.

    ``kept`` are the texts made apart, ``by_id`` the same by the text's identity; ``calls`` are ``(place, kind, name,
    start, end, thread)`` with times in nanoseconds, ``dropped`` the number of those that were too many. ``others`` are
    events of what was run and not written.
    """

    # what most renders have in common stands here: each makes a recorder
    dropped = 0
    marks: Marks | None = None
    """The marks of the render, once it is over."""
    _seconds: float | None = None
    _characters = sys.maxsize
    _deadline = sys.maxsize
    _written = 0
    _derived = 0

    def __init__(self, budget: Budget | None = None) -> None:
        self.by_id: dict[int, Kept] = {}
        self.kept: list[Kept] = []
        self.others: list[Events] = []
        self.calls: list[tuple[Place | None, str, str | None, int, int, int]] = []
        self._looked_at: dict[int, tuple[Events, int, int]] = {}
        self.started = self._last_look = started = perf_counter_ns()
        self._next_look = started + _LOOK_NS
        if budget is not None:
            if budget.seconds is not None:
                self._seconds = budget.seconds
                self._deadline = started + int(budget.seconds * 1e9)
            if budget.characters is not None:
                self._characters = budget.characters

    # --- what generated code calls -----------------------------------------------------------------------------

    def look(self, write: Write) -> int:
        """Look at the budget; gives the number of turns that a loop may make until it is looked at again."""
        time = perf_counter_ns()
        if time > self._next_look or time > self._deadline:
            self._look(write, time)
        return self._turns(time)

    def watched(self, items: Any) -> Any:
        """What a comprehension or a filter runs over, so that the budget's time ends it: itself without a limit."""
        return items if self._deadline == sys.maxsize else _Watched(items, self._look_at_time)

    def watched_async(self, items: Any) -> Any:
        """The same of an asynchronous iterator."""
        return items if self._deadline == sys.maxsize else _WatchedAsync(items, self._look_at_time)

    def enter(self, write: Write, context: RenderContext, place: Place) -> int:
        """Note that a template's top or a block begins to write; gives the time."""
        kind, name = (context.kind, context.name) if place.kind == "template" else (place.kind, place.name)
        write(("", _ENTERED, (len(self.kept), kind, name)))
        return perf_counter_ns()

    def leave(self, write: Write, context: RenderContext, place: Place, start: int) -> None:
        """Note that it has come to its end."""
        write(_LEFT)
        kind, name = (context.kind, context.name) if place.kind == "template" else (place.kind, place.name)
        self._called(place, kind, name, start)

    def keep(self, text: Any, events: Events, place: Place | None, start: int | None) -> Any:
        """A text that events made, remembered by its identity; ``start`` where a call made it."""
        if place is None or start is None:
            text = self._remembered(text, events, place)
        else:
            self._called(place, place.kind, place.name, start)
            code = sys._getframe(3).f_code
            if type(text) is str:
                if code in _HTML:
                    text = markup(text)
            elif code in _TEXT:
                text = str.__str__(text)
            # not another's text, as that of a single piece would be: the event it began with is a piece, too
            kept = _kept((text, events, place))
            if len(text) > 1 or type(text) is not str:
                self.by_id[id(text)] = kept
            self.kept.append(kept)
        self._written += len(text)
        if self._looked_at:
            self._written -= self._looked_at.pop(id(events), _NOT_LOOKED_AT)[2]  # counted while it grew
        if self._written > self._characters:
            self._refuse_characters()
        return text

    def loaded(self, source: Source, start: int) -> None:
        """Note that a template was loaded, or compiled for a traced render, as none had come to it before."""
        whole = Span(0, len(source.text))
        place = Place(source, PlaceSpec("", Role.FUNCTION, "load", source.name, whole, None))
        self._called(place, place.kind, place.name, start)

    def filtered(self, place: Place, start: int, before: int, value: Any, operands: tuple[Any, ...]) -> Any:
        """The value that a filter gave, and that it was called; remembered where texts that are known went into it.

        ``before`` is how many were kept when it began, ``operands`` the variables' values that it may have taken.
        """
        self._called(place, place.kind, place.name, start)
        if not self.by_id or type(value) not in (str, Markup) or id(value) in self.by_id:
            return value
        behind = len(self.kept)
        if before == behind and not any(map(self._has_known, operands)):
            return value
        return self.derived(value, [value, MADE_INHERITED, (value, before, behind, *operands)])

    def derived(self, text: str, events: Events) -> str:
        """A text that was made of others, remembered as a filter's or a concatenation's."""
        self._derived += len(text)
        return text if self._derived > _MAX_DERIVED else self._remembered(text, events, None)

    # --- at the end --------------------------------------------------------------------------------------------

    def finish(self, text: str, events: Events) -> None:
        """Check the whole output against the budget."""
        self._written += len(text) - self._looked_at.pop(id(events), _NOT_LOOKED_AT)[2]
        if self._written > self._characters:
            self._refuse_characters()
        self._deadline = sys.maxsize  # what was left unread may be read later

    # --- within ------------------------------------------------------------------------------------------------

    def _remembered(self, text: Any, events: Events, place: Place | None) -> Any:
        if type(text) is str:
            if len(text) < 2:  # Python has one object for all texts like it
                self.kept.append(Kept(text, events, place))
                return text
            text = text[:1] + text[1:]  # joining a single piece gives that piece itself
        elif place is None:
            text = str.__new__(Markup, text)  # a filter may give what others have, too
        kept = _kept((text, events, place))
        self.by_id[id(text)] = kept
        self.kept.append(kept)
        return text

    def _has_known(self, value: Any) -> bool:
        """Whether a value is a text that is known, or begins with one."""
        if type(value) in (list, tuple):
            return any(id(item) in self.by_id for item in islice(value, _LOOKED_INTO))
        return id(value) in self.by_id

    def _called(self, place: Place, kind: str, name: str | None, start: int) -> None:
        end = perf_counter_ns()
        # what all others are in comes to its end last
        if len(self.calls) < _MAX_CALLS or kind == "template":
            self.calls.append((place, kind, name, start, end, get_ident()))
        else:
            self.dropped += 1
        if end > self._deadline:
            self._refuse_time()

    def _turns(self, time: int) -> int:
        """The number of turns until the next look, as quick as they were until this one."""
        elapsed = time - self._last_look
        self._last_look = time
        return _TURNS if elapsed < _SLOW_NS else 1

    def _look_at_time(self) -> int:
        """`look`, where nothing is written."""
        time = perf_counter_ns()
        if time > self._deadline:
            self._refuse_time()
        return self._turns(time)

    def _look(self, write: Write, time: int) -> None:
        """Check time and characters. ``write`` is the ``extend`` of the list that is being written to."""
        if time > self._deadline:
            self._refuse_time()
        self._next_look = time + _LOOK_NS
        events: Events = write.__self__  # type: ignore[attr-defined]
        _, reached, counted = self._looked_at.get(id(events), _NOT_LOOKED_AT)
        new = sum(map(len, events[reached::EVENT_ITEMS]))
        self._looked_at[id(events)] = (events, len(events), counted + new)
        self._written += new
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


class _Watched:
    """Items that are watched while they are run through; ``look`` as of `Recorder`.

    Asked for its iterator, it asks the items: what has none is refused where it would be.
    """

    __slots__ = ("_items", "_look")

    def __init__(self, items: Iterable[Any], look: Callable[[], int]) -> None:
        self._items = items
        self._look = look

    def __iter__(self) -> Iterator[Any]:
        return _looking(iter(self._items), self._look)


def _looking(items: Iterator[Any], look: Callable[[], int]) -> Iterator[Any]:
    left = FIRST_TURNS
    for item in items:
        left -= 1
        if not left:
            left = look()
        yield item


class _WatchedAsync:
    """The same asynchronously: a class, since a half-read generator needs closing."""

    __slots__ = ("_items", "_left", "_look")

    def __init__(self, items: AsyncIterator[Any], look: Callable[[], int]) -> None:
        self._items = items
        self._look = look
        self._left = FIRST_TURNS

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        self._left -= 1
        if not self._left:
            self._left = self._look()
        return await self._items.__anext__()


class TracedState(RenderState):
    """The state of a traced render: knows the recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def kept(self, events: list[Any], escaping: bool) -> str:
        """The text of a block, as a value."""
        return kept(self.recorder, events, escaping=escaping)


def recorder() -> Recorder:
    """The recorder of the render that is going on; one of its own for a macro that Python calls afterwards."""
    try:
        found: Recorder = entered.get().state.recorder  # type: ignore[union-attr]
    except AttributeError:
        return Recorder()
    return found


def text_of(events: Events) -> str:
    """The text that events wrote."""
    return "".join(events[::EVENT_ITEMS])


def each(events: Events) -> Iterator[Event]:
    """Events, one by one."""
    items = iter(events)
    return zip(items, items, items, strict=True)


def kept(recorder: Recorder, events: Events, *, escaping: bool) -> str:
    """The text of a block that is called for it, as a value."""
    text = text_of(events)
    made: str = recorder.keep(markup(text) if escaping else text, events, None, None)
    return made


def module_text(events: Events) -> str:
    """The text of an imported template's top, which nobody writes as a rule."""
    recorder().others.append(events)
    return text_of(events)


def as_str(value: Any) -> str:
    """A value's text: itself where it is one, so that it is known again."""
    return value if isinstance(value, str) else str(value)


def concat_text(items: tuple[Any, ...]) -> str:
    """``a ~ b`` as of `kida.runtime.text`, with what is known of its parts."""
    pieces = [item if type(item) is str else str(item) for item in items]
    return _concatenated("".join(pieces), pieces, items)


def concat_html(items: tuple[Any, ...]) -> str:
    """The same where output is escaped."""
    texts = [item if isinstance(item, str) else str(item) for item in items]
    if not any(hasattr(text, "__html__") for text in texts):
        return _concatenated("".join(texts), texts, items)
    pieces: list[str] = [escape(text) for text in texts]
    return _concatenated(markup("".join(pieces)), pieces, items)


def _concatenated(made: str, pieces: list[str], items: tuple[Any, ...]) -> str:
    found = recorder()
    if not found.by_id or not any(id(item) in found.by_id for item in items):
        return made
    events: Events = []
    for piece, item in zip(pieces, items, strict=True):
        events += piece, INHERITED, item
    return found.derived(made, events)
