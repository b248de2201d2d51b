"""Renders compared with their serial twins: what each wrote, by which templates, with which stacks and calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kida import trace_of
from kida.parallel import Passage, RemoteError, RenderRecord

NOWHERE: Final = "–"
"""Stands for an empty stack."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """What differs: ``name`` says what it is, ``serial`` and ``here`` have it line by line, alone and among others."""

    name: str
    serial: tuple[str, ...]
    here: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A render that is not like its serial twin.

    ``index`` is that of its context. ``steady`` says whether the serial twin came out the same when it was rendered
    alone once more, which makes the renders beside it the cause; ``None`` where that was not tried.
    """

    index: int
    aspects: tuple[Aspect, ...]
    steady: bool | None = None


def differences(records: Sequence[RenderRecord], serial: Sequence[RenderRecord]) -> tuple[Difference, ...]:
    """The renders that differ from their serial twins; both sequences are in the order of the contexts."""
    compared = ((record.index, aspects(record, twin)) for record, twin in zip(records, serial))
    return tuple(Difference(index, found) for index, found in compared if found)


def aspects(record: RenderRecord, twin: RenderRecord) -> tuple[Aspect, ...]:
    """All in which a render differs from its twin. Times, workers and identities, which always differ, are left out."""
    pairs = zip(_seen(record), _seen(twin))
    return tuple(Aspect(name, alone, here) for (name, here), (_, alone) in pairs if here != alone)


def _seen(record: RenderRecord) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "text", () if record.output is None else tuple(str(record.output).splitlines(keepends=True))
    yield "error", tuple(error_lines(record))
    yield "templates", record.templates
    yield "template stack at the end", record.template_stack
    yield "import stack at the end", record.import_stack
    yield "stacks at each inclusion", tuple(map(passage_line, record.passages))
    yield "calls", tuple(call_lines(record))


def error_lines(record: RenderRecord) -> Iterator[str]:
    """An error with its way through templates; nothing of a render that did not fail."""
    error = record.error
    if error is None:
        return
    kind = type(error)
    name = error.type_name if isinstance(error, RemoteError) else f"{kind.__module__}.{kind.__qualname__}"
    yield f"{name}: {_message(error)}"
    for frame in (record.trace or trace_of(error)).frames:
        if frame.kind != "python":  # the same function has another file name in another process
            yield frame.describe()


def passage_line(passage: Passage) -> str:
    """A template or block that a render came to, with the stacks of its context."""
    templates, imports = stack(passage.template_stack), stack(passage.import_stack)
    return f"{passage.kind} {passage.name or ''}: templates {templates}; imports {imports}"


def stack(names: Sequence[str]) -> str:
    """A stack in a line, its bottom first."""
    return " › ".join(names) or NOWHERE


def call_lines(record: RenderRecord) -> Iterator[str]:
    """What was called from where, and how often.

    In the order of the templates' text: on a clock that is coarse, the order of short calls is not known.
    """
    counts = Counter(
        (
            span.part.template or "",
            span.part.span.start,
            span.failed,
            f"{span.kind} {span.name}" if span.name else span.kind,
            span.part.describe(),
        )
        for root in record.spans
        for span in root.walk()
        if span.kind != "load"  # whoever comes first loads a template for all
    )
    for (_, _, failed, what, place), count in sorted(counts.items()):
        yield f"{what} at {place}: {count}" + (", left by the error" if failed else "")
    if record.dropped:
        yield f"and {record.dropped} more calls"


def shared_contexts(records: Sequence[RenderRecord]) -> tuple[tuple[int, int], ...]:
    """Pairs of renders that had the same `RenderContext` while both ran: there must be none.

    Identities are compared from where a render's context was first seen, at its outermost template, to its end: memory
    that one render has freed is the next one's to have. Gives the indexes of the contexts.
    """
    found: list[tuple[int, int]] = []
    last: dict[tuple[str, int, int], tuple[float, int]] = {}
    for record in sorted(records, key=_first_seen):
        if record.worker is None or record.render_context is None:
            continue
        key = record.worker.host, record.worker.process, record.render_context
        until, other = last.get(key, (float("-inf"), -1))
        if _first_seen(record) < until:
            found.append((other, record.index))
        if record.ended >= until:
            last[key] = record.ended, record.index
    return tuple(found)


def overlapping(records: Sequence[RenderRecord]) -> frozenset[int]:
    """The indexes of the renders beside which another one ran, in the same process, for some of the time."""
    found: set[int] = set()
    last: dict[tuple[str, int], RenderRecord] = {}
    for record in sorted(records, key=lambda record: record.started):
        if record.worker is None:
            continue
        place = record.worker.host, record.worker.process
        before = last.get(place)
        if before is not None and record.started < before.ended:
            found |= {before.index, record.index}
        if before is None or record.ended > before.ended:
            last[place] = record
    return frozenset(found)


def _first_seen(record: RenderRecord) -> float:
    at = next((one.at for one in record.passages if one.render_context == record.render_context), None)
    return record.ended if at is None else record.started + at / 1e9


def _message(error: BaseException) -> str:
    try:
        return error.message if isinstance(error, RemoteError) else str(error)
    except Exception as second:
        return f"<its text cannot be had: {type(second).__name__}>"
