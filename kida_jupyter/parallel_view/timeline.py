"""Where each bar of the timeline stands: a lane for each worker, a bar for each render, spans of calls within it.

Places are in percent of the width: the drawing then fits any width, and its words keep their size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from types import MappingProxyType
from typing import Final

from kida.parallel import RenderRecord, Worker
from kida.tracing.result import CallSpan

MAX_BARS: Final = 500
"""Bars of a timeline: on a screen there are not many more that can be told apart."""
MAX_SPANS: Final = 400
"""Calls of a timeline."""
MAX_LANES: Final = 24
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "equal": "equal to its serial twin",
        "failed": "failed, as its serial twin did",
        "differs": "differs from its serial twin",
    }
)
_DEPTHS: Final = 3
"""Levels of calls within each other that are drawn."""
_DEPTHS_OF_FAILED: Final = 8
"""The same of calls that an error left, which lead to where the render failed."""
_NARROWEST: Final = 0.05
"""Of the width, in percent: a call that is shorter than that cannot be seen."""
_CLOSE: Final = 6
"""Renders for each lane in the closer look."""
_ROUND_STEPS: Final = (1, 2, 5, 10)
_TICKS: Final = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A call within a render: ``depth`` counts from 0; one that ``failed`` was left by the error."""

    x: float
    width: float
    depth: int
    kind: str
    label: str
    title: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A render, or several neighbours that are too narrow to be told apart.

    ``state`` is ``"equal"``, ``"differs"`` or ``"failed"``; ``first`` and ``last`` are the indexes of contexts.
    """

    x: float
    width: float
    state: str
    first: int
    last: int
    renders: int
    label: str
    title: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """A worker: ``busy`` is the share of the time in which it had a render, from 0 to 1."""

    name: str
    title: str
    renders: int
    busy: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn: ``milliseconds`` is the width, ``depths`` how many levels of calls there are at most."""

    milliseconds: float
    start: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    more_lanes: int = 0
    merged: bool = False
    depths: int = 0
    clocks: int = 1

    @property
    def states(self) -> tuple[tuple[str, str], ...]:
        """The states that bars have here, and each in words."""
        found = {bar.state for lane in self.lanes for bar in lane.bars}
        return tuple((state, said) for state, said in STATES.items() if state in found)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of calls that are drawn."""
        found = {piece.kind for lane in self.lanes for bar in lane.bars for piece in bar.pieces}
        return tuple(sorted(found))

    @property
    def has_failed_calls(self) -> bool:
        """Whether calls are drawn that an error left."""
        return any(piece.failed for lane in self.lanes for bar in lane.bars for piece in bar.pieces)


def timeline(records: Sequence[RenderRecord], states: Sequence[str]) -> Timeline:
    """The timeline of a whole run; ``states`` has one for each record. Each machine's clock begins at its first render."""
    return _drawn(list(zip(records, states)), records, pieces=0)


def closer(records: Sequence[RenderRecord], states: Sequence[str]) -> Timeline | None:
    """Some renders of the same run, wide enough to see the calls within: those close together, around the first that is wrong.

    ``None`` where nothing was called.
    """
    ran = [(record, state) for record, state in zip(records, states) if record.worker is not None]
    ran.sort(key=lambda pair: pair[0].started)
    count = _CLOSE * max(1, len({record.worker for record, _ in ran}))
    if not ran:
        return None
    wrong = next((at for at, (_, state) in enumerate(ran) if state != "equal"), None)
    last = max(0, len(ran) - count)
    # not the very beginning, which is no more typical than its end: of two that are alike, the one nearer to the middle
    firsts = range(last + 1) if wrong is None else range(max(0, wrong - count + 1), min(last, wrong) + 1)
    first = min(firsts, key=lambda at: (_looseness(ran[at : at + count]), abs(at - last / 2)))
    near = ran[first : first + count]
    if not any(record.spans for record, _ in near):
        return None
    return _drawn(near, records, pieces=MAX_SPANS)


def _looseness(near: Sequence[tuple[RenderRecord, str]]) -> float:
    """How little there is to see of renders that are shown together: long for few lanes."""
    extent = max(record.ended for record, _ in near) - min(record.started for record, _ in near)
    return float(extent / len({record.worker for record, _ in near}) ** 2)


def _drawn(
    ran: Sequence[tuple[RenderRecord, str]], everything: Sequence[RenderRecord], pieces: int
) -> Timeline:
    origins = origins_of(everything)
    found = [(record, state, record.worker) for record, state in ran if record.worker is not None]
    if not found:
        return Timeline(0.0, 0.0, (), ())
    begin = min(record.started - origins[worker.host] for record, _, worker in found)
    end = max(record.ended - origins[worker.host] for record, _, worker in found)
    scale = _Scale(begin, max(end - begin, 1e-9))
    by_worker: dict[Worker, list[tuple[RenderRecord, str]]] = {}
    for record, state, worker in sorted(found, key=lambda one: one[0].started):
        by_worker.setdefault(worker, []).append((record, state))
    workers = in_order(by_worker)
    lanes = tuple(
        _lane(worker, by_worker[worker], scale, origins[worker.host], workers)
        for worker in workers[:MAX_LANES]
    )
    shown, merged = _merged(lanes)
    if pieces:
        shown = _with_pieces(shown, {record.index: record for record, _, _ in found}, scale, origins, pieces)
    depths = max((piece.depth + 1 for lane in shown for bar in lane.bars for piece in bar.pieces), default=0)
    return Timeline(
        scale.seconds * 1e3,
        begin * 1e3,
        shown,
        tuple(_ticks(scale)),
        max(0, len(workers) - MAX_LANES),
        merged,
        depths,
        len(origins),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: float
    seconds: float

    def x(self, seconds: float) -> float:
        return round(100 * (seconds - self.begin) / self.seconds, 3)

    def width(self, seconds: float) -> float:
        return round(100 * seconds / self.seconds, 3)


def origins_of(records: Iterable[RenderRecord]) -> dict[str, float]:
    """When the first render of each machine began, by that machine's clock."""
    origins: dict[str, float] = {}
    for record in records:
        if record.worker is not None:
            host = record.worker.host
            origins[host] = min(record.started, origins.get(host, record.started))
    return origins


def _lane(
    worker: Worker,
    ran: list[tuple[RenderRecord, str]],
    scale: _Scale,
    origin: float,
    workers: Sequence[Worker],
) -> Lane:
    bars = tuple(
        Bar(
            scale.x(record.started - origin),
            scale.width(record.seconds),
            state,
            record.index,
            record.index,
            1,
            str(record.index),
            f"context {record.index}: {record.seconds * 1e3:.2f} ms, {STATES[state]}{place_of_failure(record)}",
        )
        for record, state in ran
    )
    busy = sum(record.seconds for record, _ in ran) / scale.seconds
    return Lane(
        worker_name(worker, workers),
        f"thread {worker.thread} of process {worker.process}",
        len(ran),
        min(1.0, busy),
        bars,
    )


def place_of_failure(record: RenderRecord) -> str:
    """Where a render failed, behind what else is said of it; nothing of one that did not."""
    innermost = None if record.trace is None else record.trace.innermost
    return "" if innermost is None else f", {innermost.describe()}"


def worker_name(worker: Worker, workers: Iterable[Worker]) -> str:
    """What a worker is called among others: the thread, and its process and machine where there are several."""
    name = worker.thread_name
    among = tuple(workers)
    if len({(one.host, one.process) for one in among}) > 1:
        name = f"process {worker.process} · {name}"
    return f"{worker.host} · {name}" if len({one.host for one in among}) > 1 else name


def in_order(workers: Iterable[Worker]) -> list[Worker]:
    """Workers in the order of their lanes."""
    return sorted(workers, key=lambda one: (one.host, one.process, _by_number(one.thread_name), one.thread))


def _by_number(name: str) -> tuple[str, int]:
    """A thread's name, so that the tenth does not come before the second."""
    head = name.rstrip("0123456789")
    digits = name[len(head) :]
    return head, int(digits) if digits else 0


def _merged(lanes: tuple[Lane, ...]) -> tuple[tuple[Lane, ...], bool]:
    """The lanes with neighbours taken together where there are too many bars."""
    # what is wrong splits those that are equal, so that there may be twice as many bars, and one more in each lane
    room = MAX_BARS // 3 // max(1, len(lanes))
    step = _NARROWEST
    shown = lanes
    while sum(len(lane.bars) for lane in shown) > MAX_BARS:
        shown = tuple(replace(lane, bars=tuple(_joined(lane.bars, step, room))) for lane in lanes)
        step *= 1.5
    return shown, shown is not lanes


def _joined(bars: Iterable[Bar], step: float, room: int) -> Iterator[Bar]:
    """Bars of which none but a long render's is wider than a step; so many that are not equal stay alone."""
    pending: list[Bar] = []
    for bar in bars:
        alone = bar.state != "equal" and room > 0
        if pending and (alone or bar.x + bar.width - pending[0].x > step):
            yield _one(pending)
            pending = []
        if alone:
            room -= 1
            yield bar
        else:
            pending.append(bar)
    if pending:
        yield _one(pending)


def _one(bars: list[Bar]) -> Bar:
    if len(bars) == 1:
        return bars[0]
    end = max(bar.x + bar.width for bar in bars)
    first, last = min(bar.first for bar in bars), max(bar.last for bar in bars)
    counts = {state: sum(bar.state == state for bar in bars) for state in ("differs", "failed")}
    state = next((state for state, count in counts.items() if count), "equal")
    told = [f"{count} {STATES[state]}" for state, count in counts.items() if count]
    title = f"{len(bars)} renders, contexts {first} to {last}: {', '.join(told) or 'all equal to their serial twins'}"
    return Bar(bars[0].x, round(end - bars[0].x, 3), state, first, last, len(bars), "", title)


def _with_pieces(
    lanes: tuple[Lane, ...],
    records: dict[int, RenderRecord],
    scale: _Scale,
    origins: dict[str, float],
    room: int,
) -> tuple[Lane, ...]:
    left = room
    made: list[Lane] = []
    for lane in lanes:
        bars: list[Bar] = []
        for bar in lane.bars:
            record = records[bar.first]
            host = record.worker.host if record.worker is not None else ""
            found = tuple(_pieces(record, scale, origins.get(host, 0.0)))[:left] if bar.renders == 1 else ()
            left -= len(found)
            bars.append(replace(bar, pieces=found))
        made.append(replace(lane, bars=tuple(bars)))
    return tuple(made)


def _pieces(record: RenderRecord, scale: _Scale, origin: float) -> Iterator[Piece]:
    """The calls of a render, those of its outermost template excepted, which is as long as the render."""
    pending: list[tuple[CallSpan, int]] = [(span, 0) for span in reversed(record.spans)]
    while pending:
        span, depth = pending.pop()
        outermost = span.kind == "template"
        inner = depth if outermost else depth + 1
        pending += [(child, inner) for child in reversed(span.children)]
        # what leads to an error is drawn however short it was
        if outermost or depth >= (_DEPTHS_OF_FAILED if span.failed else _DEPTHS):
            continue
        width = scale.width(span.seconds)
        if width < _NARROWEST and not span.failed:
            continue
        what = f"{span.kind} {span.name}" if span.name else span.kind
        title = f"{what} at {span.part.describe()}: {span.seconds * 1e3:.3f} ms{_left_by_error(span)}"
        x = scale.x(record.started - origin + span.start / 1e9)
        yield Piece(x, width, depth, span.kind, span.name or span.kind, title, span.failed)


def _left_by_error(span: CallSpan) -> str:
    """What is said of a call that an error left: the innermost is where the render failed."""
    if not span.failed:
        return ""
    inner = any(child.failed for child in span.children)
    return ", left by the error" if inner else ", left by the error: it failed here"


def _ticks(scale: _Scale) -> Iterator[Tick]:
    milliseconds = scale.seconds * 1e3
    least = milliseconds / _TICKS
    power = 10.0 ** floor(log10(least))
    step = next(size * power for size in _ROUND_STEPS if size * power >= least * 0.999)
    at = 0
    while at * step <= milliseconds:
        value = at * step
        yield Tick(round(100 * value / milliseconds, 3), f"{value:g} ms")
        at += 1
