"""What the page is told of a run: its renders as columns of numbers, and the calls within as many as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from kida.parallel import RenderRecord
from kida.tracing.result import CallSpan
from kida_jupyter.parallel_view.messages import BarsData, CallsData, LaneData, TimelineData
from kida_jupyter.parallel_view.report import states_of
from kida_jupyter.parallel_view.timeline import (
    MAX_LANES,
    STATES,
    closer,
    in_order,
    origins_of,
    place_of_failure,
    worker_name,
)
from kida_jupyter.views.values import short

if TYPE_CHECKING:
    from kida_jupyter.parallel_view.running import ParallelRun

MAX_RENDERS: Final = 20_000
MAX_CALLS: Final = 20_000
"""Calls in one message: some hundred kilobytes. The page asks for others when it comes to them."""
_DEPTHS: Final = 6
_DEPTHS_OF_FAILED: Final = 8
"""Levels of calls within each other; those that an error left lead to where the render failed."""
_STATE_NAMES: Final = tuple(STATES)


def timeline_data(run: ParallelRun) -> TimelineData:
    """All that the timeline shows at once, and the calls of the renders that are looked at first."""
    states = states_of(run.records, run.differences)
    state_of = {record.index: state for record, state in zip(run.records, states)}
    origins = origins_of(run.records)
    workers = in_order({record.worker for record in run.records if record.worker is not None})
    lanes = {worker: number for number, worker in enumerate(workers[:MAX_LANES])}
    on_lanes = [record for record in run.records if record.worker in lanes]
    # what is wrong is never left out for what is not
    kept = sorted(on_lanes, key=lambda record: state_of[record.index] == "equal")[:MAX_RENDERS]

    def start(record: RenderRecord) -> float:
        assert record.worker is not None
        return (record.started - origins[record.worker.host]) * 1e3

    kept.sort(key=lambda record: (record.worker is not None and lanes[record.worker], record.started))
    extent = max((start(record) + record.seconds * 1e3 for record in kept), default=0.0)
    near = closer(run.records, states)
    around = None if near is None else (near.start, near.start + near.milliseconds)
    return {
        "milliseconds": max(extent, 1e-6),
        "lanes": [
            _lane(
                worker_name(worker, workers),
                f"thread {worker.thread} of process {worker.process}",
                [record for record in on_lanes if record.worker == worker],
                extent,
            )
            for worker in lanes
        ],
        "states": list(STATES.items()),
        "bars": _bars(run, kept, [start(record) for record in kept], state_of, lanes),
        "failures": {
            str(record.index): place_of_failure(record).removeprefix(", ")
            for record in kept
            if record.trace is not None
        },
        "calls": calls_data(_looked_at_first(kept, state_of, start, around)),
        "closer": around,
        "clocks": max(1, len(origins)),
        "more_lanes": max(0, len(workers) - MAX_LANES),
        "more_renders": len(on_lanes) - len(kept),
    }


def _lane(name: str, title: str, records: Sequence[RenderRecord], extent: float) -> LaneData:
    busy = sum(record.seconds for record in records) * 1e3 / extent if extent else 0.0
    return {"name": name, "title": title, "renders": len(records), "busy": round(min(1.0, busy), 4)}


def _bars(
    run: ParallelRun,
    kept: Sequence[RenderRecord],
    starts: Sequence[float],
    state_of: dict[int, str],
    lanes: dict[Any, int],
) -> BarsData:
    twins = [run.serial[record.index] for record in kept]
    return {
        "index": [record.index for record in kept],
        "lane": [lanes[record.worker] for record in kept],
        "start": [round(at, 4) for at in starts],
        "length": [round(record.seconds * 1e3, 4) for record in kept],
        "alone": [-1.0 if twin.worker is None else round(twin.seconds * 1e3, 4) for twin in twins],
        "state": [_STATE_NAMES.index(state_of[record.index]) for record in kept],
        "context": [short(run.contexts[record.index]) for record in kept],
    }


def _looked_at_first(
    kept: Sequence[RenderRecord],
    state_of: dict[int, str],
    start: Callable[[RenderRecord], float],
    around: tuple[float, float] | None,
) -> list[RenderRecord]:
    """The renders in the order in which their calls are wanted: what is wrong, the closer look, and the rest."""

    def rank(record: RenderRecord) -> tuple[int, float]:
        at = start(record)
        is_near = around is not None and around[0] <= at <= around[1]
        return (0 if state_of[record.index] != "equal" else 1 if is_near else 2), at

    return sorted(kept, key=rank)


def calls_data(records: Iterable[RenderRecord], most: int = MAX_CALLS) -> CallsData:
    """The calls within the first of some renders, as many as there is room for; always those of one.

    Parameters: ``records``; ``most``, how many calls there is room for.
    """
    numbers: dict[tuple[str, str, str], int] = {}
    places: dict[int, str] = {}
    calls: dict[str, list[int]] = {}
    more: dict[str, int] = {}
    room = most
    for record in records:
        flat: list[int] = []
        left_out = record.dropped
        for span, depth in _calls(record):
            if depth >= (_DEPTHS_OF_FAILED if span.failed else _DEPTHS):
                left_out += 1
                continue
            place = places.get(id(span.part))
            if place is None:
                place = places[id(span.part)] = span.part.describe()
            kind = numbers.setdefault((span.kind, span.name or "", place), len(numbers))
            flat += (kind, depth, span.start, span.end - span.start, int(span.failed))
        room -= len(flat) // 5
        if room < 0 and calls:
            break
        calls[str(record.index)] = flat
        if left_out:
            more[str(record.index)] = left_out
    return {"kinds": list(numbers), "calls": calls, "more": more}


def _calls(record: RenderRecord) -> Iterator[tuple[CallSpan, int]]:
    """A render's calls with their depth, each before those within it; templates, which are as long as the render, left out."""
    pending = [(span, 0) for span in reversed(record.spans)]
    while pending:
        span, depth = pending.pop()
        is_template = span.kind == "template"
        inner = depth if is_template else depth + 1
        pending += [(child, inner) for child in reversed(span.children)]
        if not is_template:
            yield span, depth
