"""What the view says in words: whether the workers ran at the same time, what they gained, and what was equal."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Final

from kida.parallel import RenderRecord
from kida_jupyter.parallel_view.comparing import Difference, overlapping
from kida_jupyter.parallel_view.gil import Gil
from kida_jupyter.parallel_view.measuring import Measured

_GAINED: Final = 1.3
"""Times as fast from which threads that take turns have gained: less is what two runs differ by anyway."""
_BUSY: Final = 0.8
"""The part of the time that a render computes from which on it does not wait: a busy machine takes some away."""
_SHORT: Final = 0.001
"""Seconds of a render below which handing it to a thread and starting that one count."""
_WELL: Final = 0.6
"""The part of the ideal from which on workers scale as they should on a machine that does other things too."""
_SHARED: Final = 1.5
"""Times as long as alone from which a render has visibly waited for others."""


def headline(count: int, workers: str, failed: int, differ: int, shared: int) -> str:
    """The verdict in a line."""
    renders = _number(count, "render")
    if not count:
        return "No contexts: nothing was rendered"
    if differ or shared:
        if not differ:
            return f"{renders} by {workers}: {_number(shared, 'pair')} shared a RenderContext"
        return f"{differ:,} of {renders} by {workers} {_is(differ, 'differs', 'differ')} from when alone"
    if count == 1:
        return f"1 render by {workers}, and as if it had been alone" + (
            ": it failed both times" if failed else ""
        )
    return f"{renders} by {workers}, each as if it had been alone" + (
        f"; {failed:,} failed" if failed else ""
    )


def workers_in_words(records: Sequence[RenderRecord], asked: int, executor: str | None, here: int) -> str:
    """Who rendered: ``4 threads``; ``2 processes of a ProcessPoolExecutor``. Parameters: ``here``, this process's number."""
    found = {record.worker for record in records if record.worker is not None}
    processes = len({(worker.host, worker.process) for worker in found})
    elsewhere = any(worker.process != here for worker in found)
    if executor is None:
        if asked == 1:
            return "1 worker, this thread"
        return f"{len(found)} of {asked} threads" if len(found) < asked else _number(asked, "thread")
    said = _number(processes, "process", "processes") if elsewhere else _number(len(found), "thread")
    return f"{said} of a {executor}"


def together(
    gil: Gil,
    records: Sequence[RenderRecord],
    serial: Sequence[RenderRecord],
    speedups: Sequence[Measured],
    workers: int,
    here: int,
) -> tuple[str, ...]:
    """Whether the renders ran at the same time, why or why not, and what that gained.

    Parameters: ``gil``, this process's; ``records``, ``serial``, ``speedups`` and ``workers``, as of `ParallelRun`;
    ``here``, the number of this process.
    """
    elsewhere = {record.worker.process for record in records if record.worker is not None} - {here}
    said: list[str] = []
    if elsewhere:
        said.append(
            f"The renders ran in {_number(len(elsewhere), 'other process', 'other processes')}, each with an interpreter"
            " of its own: they run at the same time whether there is a GIL or not, and contexts and texts travel between them."
        )
    elif workers == 1:
        said.append("There was one worker, this thread, so nothing ran at the same time. " + gil.describe())
    else:
        said.append(gil.describe())
    timed = next((one for one in speedups if one.workers == workers and workers > 1), None)
    if timed is not None:
        alone = speedups[0]
        said.append(
            f"{workers} workers took {_ms(timed.seconds)} for what one did in {_ms(alone.seconds)}: {timed.speedup:.2f} times"
            f" as fast (median of {_number(timed.rounds, 'run')}, without recording). "
            + _judged(gil, timed, alone, len(records), bool(elsewhere))
        )
    ratio = slowdown(records, serial)
    if ratio is not None and ratio >= _SHARED and not elsewhere and overlapping(records):
        said.append(
            f"While it was recorded, a render took {ratio:.1f} times as long as alone, on average: bars that lie side by"
            f" side were begun at the same time, and had to wait for {'each other' if gil.enabled else 'a core'}."
        )
    return tuple(said)


def _judged(gil: Gil, timed: Measured, alone: Measured, renders: int, elsewhere: bool) -> str:
    hoped = min(timed.workers, gil.cpus)
    if gil.enabled and not elsewhere:
        at_best = alone.best / timed.best if timed.best else 1.0
        if at_best >= _GAINED and alone.computed < _BUSY:
            return "They gained although they take turns, as the renders wait for something, and others go on meanwhile."
        known = "Threads that take turns gain nothing where templates compute; they would where filters wait."
        if timed.speedup >= _GAINED:
            return f"The machine had other work, too: by the best runs it is {at_best:.2f} times. {known}"
        return known
    cores = f"With {_number(gil.cpus, 'core')} up to {hoped} can be hoped for"
    if timed.speedup >= _WELL * hoped:
        return f"{cores}."
    if alone.computed < _BUSY:
        return f"{cores}; but one worker alone computed for {alone.computed:.0%} of its time: it waited, or the cores had other work."
    each = alone.seconds / renders if renders else 0.0
    if each < _SHORT:
        return f"{cores}; but a render of {_ms(each)} is short beside what it costs to hand it out."
    return f"{cores}; but the renders wait for something that they share, or the cores had other work."


def slowdown(records: Sequence[RenderRecord], serial: Sequence[RenderRecord]) -> float | None:
    """How many times as long as alone a render took, on average; the first one, which also loads templates, left out."""
    pairs = [(one.seconds, twin.seconds) for one, twin in zip(records, serial) if one.worker and twin.worker][
        1:
    ]
    if not pairs:
        return None
    alone = fmean(twin for _, twin in pairs)
    return fmean(one for one, _ in pairs) / alone if alone else None


def apart(
    records: Sequence[RenderRecord],
    differences: Sequence[Difference],
    shared: Sequence[tuple[int, int]],
    here: int,
) -> tuple[str, ...]:
    """What was compared, and what came of it. Parameters: ``here``, this process's number; the others as of `ParallelRun`."""
    failed = [record for record in records if record.error is not None]
    differ = {one.index for one in differences}
    said: list[str] = []
    if differences:
        said += _why(records, differences, here)
    elif len(records) > 1:
        said.append(
            "Each render was compared with its serial twin, the same context rendered alone: text, template stack and"
            " import stack at each inclusion, calls of blocks and macros. All are equal."
        )
    as_alone = [record.index for record in failed if record.index not in differ]
    if as_alone:
        said.append(
            f"{_contexts(as_alone)} {_is(len(as_alone), 'fails', 'fail')} alone as among others, with the same error in"
            " the same place. The others are untouched."
        )
    if shared:
        pairs = ", ".join(f"{one} and {other}" for one, other in shared[:5])
        said.append(
            f"Renders that ran at the same time had the same RenderContext: contexts {pairs}. That must not be."
        )
    elif len(records) > 1:
        said.append("No two renders that ran at the same time had the same RenderContext.")
    return tuple(said)


def _why(records: Sequence[RenderRecord], differences: Sequence[Difference], here: int) -> list[str]:
    said: list[str] = []
    beside = overlapping(records)
    workers = {record.index: record.worker for record in records}
    unsent = [one.index for one in differences if workers[one.index] is None]
    elsewhere = [
        one.index for one in differences if (it := workers[one.index]) is not None and it.process != here
    ]
    here_only = [one for one in differences if one.index not in {*unsent, *elsewhere}]
    steady = [one.index for one in here_only if one.steady and one.index in beside]
    alone = [one.index for one in here_only if one.steady and one.index not in beside]
    unsteady = [one.index for one in here_only if one.steady is False]
    if unsent:
        said.append(f"{_contexts(unsent)} could not be rendered there at all: the error says why.")
    if elsewhere:
        said.append(
            f"{_contexts(elsewhere)} came out otherwise in another process, which shares nothing with this one: the order"
            " of a set's items, the environment and what was changed here since it began are not the same there."
        )
    if alone:
        said.append(
            f"{_contexts(alone)} {_is(len(alone), 'differs', 'differ')}, and nothing ran at the same time: what is written"
            " depends on time or chance, or on what was rendered before."
        )
    if steady:
        said.append(
            f"{_contexts(steady)}, rendered alone once more, came out as alone before. So what ran at the same time made the"
            " difference: a filter, a global or a value that renders share has state, and no lock."
        )
    if unsteady:
        said.append(
            f"{_contexts(unsteady)} {_is(len(unsteady), 'differs', 'differ')} also when rendered alone once more: what is"
            " written depends on time or chance, or on a value that a render uses up or changes."
        )
    return said


def _contexts(indexes: Sequence[int]) -> str:
    shown = ", ".join(str(index) for index in indexes[:6])
    word = "Context" if len(indexes) == 1 else "Contexts"
    return f"{word} {shown}" + (f" and {len(indexes) - 6:,} more" if len(indexes) > 6 else "")


def _number(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _is(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _ms(seconds: float) -> str:
    milliseconds = seconds * 1e3
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10 else f"{milliseconds:.3g} ms"
