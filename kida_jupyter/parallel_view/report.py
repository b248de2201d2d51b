"""What the parallel view shows of a run, as a plain value with bounds to everything."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kida.parallel import RemoteTraceback, RenderRecord
from kida_jupyter.parallel_view import words
from kida_jupyter.parallel_view.comparing import NOWHERE, Difference, error_lines, stack
from kida_jupyter.parallel_view.measuring import Measured
from kida_jupyter.parallel_view.texts import DiffLine, diff
from kida_jupyter.parallel_view.timeline import Timeline, closer, timeline, worker_name
from kida_jupyter.views.links import CellLinks
from kida_jupyter.views.report import ErrorReport, Surroundings, report_of
from kida_jupyter.views.values import short

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook
    from kida_jupyter.parallel_view.running import ParallelRun

MAX_ROWS: Final = 60
"""Rows of the table: those of renders that differ or failed first, the others in their order."""
OPEN_ROWS: Final = 12
"""Of them, those that are there to be read at once: beyond these, only what differs or failed."""
MAX_PASSAGES: Final = 12
"""Inclusions of a render that are listed in its row."""
MAX_DIFFS: Final = 10
"""Renders whose differences are shown in full."""
MAX_ERRORS: Final = 5
"""Failed renders whose errors are shown in full."""


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A template or block that a render came to, the identity of its context, and that context's stacks."""

    what: str
    context: str
    templates: str
    imports: str


@dataclass(frozen=True, slots=True)
class Row:
    """A render in the table. ``state`` is ``"equal"``, ``"differs"`` or ``"failed"``, ``outcome`` says it in words."""

    index: int
    context: str
    state: str
    outcome: str
    worker: str
    milliseconds: float
    alone: float
    render_context: str
    passages: tuple[PassageRow, ...]
    more_passages: int


@dataclass(frozen=True, slots=True)
class AspectDiff:
    """What of a render differs from its twin, and how."""

    name: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class Different:
    """A render that differs, with all in which it does."""

    index: int
    context: str
    worker: str
    aspects: tuple[AspectDiff, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A render that failed: ``said`` tells of it in a line, ``view`` is its error view."""

    index: int
    said: str
    view: ErrorReport


@dataclass(frozen=True, slots=True)
class RunReport:
    """What the view shows, in its order; numbers that begin with ``more`` count what is left out."""

    isolated: bool
    failed: int
    headline: str
    together: tuple[str, ...]
    apart: tuple[str, ...]
    cut: str | None
    timeline: Timeline
    closer: Timeline | None
    speedups: tuple[Measured, ...]
    cpus: int
    different: tuple[Different, ...]
    more_different: int
    failures: tuple[Failed, ...]
    more_failures: tuple[int, ...]
    rows: tuple[Row, ...]
    further: tuple[Row, ...]
    more_rows: int
    more_equal: bool


def report_of_run(run: ParallelRun, notebook: Notebook | None = None) -> RunReport:
    """What the view shows of a run; ``notebook`` is where its templates' cells are, for links."""
    here = os.getpid()
    states = states_of(run.records, run.differences)
    names = _worker_names(run.records)
    failures = run.failures
    around = _around(notebook)
    rows = _shown_rows(states, MAX_ROWS)
    # what is folded away must be worth the click
    at_once = set(rows if len(rows) <= OPEN_ROWS + 2 else _shown_rows(states, OPEN_ROWS))
    at_once.update(index for index in rows if states[index] != "equal")
    return RunReport(
        isolated=run.isolated,
        failed=len(failures),
        headline=words.headline(
            len(run.records),
            words.workers_in_words(run.records, run.workers, run.executor, here),
            len(failures),
            len(run.differences),
            len(run.shared_contexts),
        ),
        together=words.together(run.gil, run.records, run.serial, run.speedups, run.workers, here),
        apart=words.apart(run.records, run.differences, run.shared_contexts, here),
        cut=(
            f"No more than the first {len(run.records):,} contexts were taken; limit= takes more."
            if run.more
            else None
        ),
        timeline=timeline(run.records, states),
        closer=closer(run.records, states),
        speedups=run.speedups,
        cpus=run.gil.cpus,
        different=tuple(_different(run, one, names) for one in run.differences[:MAX_DIFFS]),
        more_different=max(0, len(run.differences) - MAX_DIFFS),
        failures=tuple(_failed(run, record, names, around) for record in failures[:MAX_ERRORS]),
        more_failures=tuple(record.index for record in failures[MAX_ERRORS:]),
        rows=tuple(_row(run, index, states[index], names) for index in rows if index in at_once),
        further=tuple(_row(run, index, states[index], names) for index in rows if index not in at_once),
        more_rows=len(run.records) - len(rows),
        more_equal=all(state == "equal" for index, state in enumerate(states) if index not in at_once),
    )


def states_of(records: Sequence[RenderRecord], differences: Sequence[Difference]) -> list[str]:
    """The state of each render: one that fails as its twin does has failed, and is not different."""
    differ = {one.index for one in differences}
    return [
        "differs" if record.index in differ else "equal" if record.error is None else "failed"
        for record in records
    ]


def _shown_rows(states: Sequence[str], most: int) -> list[int]:
    """The indexes of so many rows, what is not equal first, in order."""
    wrong = [at for at, state in enumerate(states) if state != "equal"]
    equal = [at for at, state in enumerate(states) if state == "equal"]
    return sorted((wrong + equal)[:most])


def _worker_names(records: Sequence[RenderRecord]) -> Mapping[Any, str]:
    found = dict.fromkeys(record.worker for record in records if record.worker is not None)
    return {worker: worker_name(worker, found) for worker in found}


def _row(run: ParallelRun, index: int, state: str, names: Mapping[Any, str]) -> Row:
    record, twin = run.records[index], run.serial[index]
    return Row(
        index,
        short(run.contexts[index]),
        state,
        _outcome(run, index, state),
        names.get(record.worker, NOWHERE),
        record.seconds * 1e3,
        twin.seconds * 1e3,
        _identity(record.render_context),
        tuple(
            PassageRow(
                f"{one.kind} {one.name}" if one.name else one.kind,
                _identity(one.render_context),
                stack(one.template_stack),
                stack(one.import_stack),
            )
            for one in record.passages[:MAX_PASSAGES]
        ),
        max(0, len(record.passages) - MAX_PASSAGES),
    )


def _outcome(run: ParallelRun, index: int, state: str) -> str:
    if state == "equal":
        return "equal"
    if state == "failed":
        return "fails, as alone"
    found = next(one for one in run.differences if one.index == index)
    return f"{', '.join(one.name for one in found.aspects)} differ" + (
        "s" if len(found.aspects) == 1 and found.aspects[0].name in ("text", "error") else ""
    )


def _identity(identity: int | None) -> str:
    """An ``id()`` in hexadecimal digits."""
    return NOWHERE if identity is None else f"{identity:x}"


def _different(run: ParallelRun, found: Difference, names: Mapping[Any, str]) -> Different:
    return Different(
        found.index,
        short(run.contexts[found.index]),
        names.get(run.records[found.index].worker, NOWHERE),
        tuple(AspectDiff(one.name, diff(one.serial, one.here)) for one in found.aspects),
    )


def _failed(run: ParallelRun, record: RenderRecord, names: Mapping[Any, str], around: Surroundings) -> Failed:
    assert record.error is not None
    said = f"Context {record.index}, {short(run.contexts[record.index])}"
    where = f" on {names[record.worker]}" if record.worker is not None else ""
    twin = next(error_lines(run.serial[record.index]), None)
    told = f"{said}{where}" + ("" if twin is not None else "; alone it did not fail")
    report = report_of(record.error, around)
    causes = tuple(one for one in report.causes if not one.headline.startswith(RemoteTraceback.__name__))
    # the lines that called the engine are the worker's own, as is another process's traceback: they say nothing
    return Failed(record.index, told, replace(report, callers=(), causes=causes))


def _around(notebook: Notebook | None) -> Surroundings:
    if notebook is None:
        return Surroundings()
    links = CellLinks(notebook.shell, follow=False)
    return Surroundings(
        file_name=links.file_name,
        link=links.link_to(notebook.named_cells),
        cells=tuple(notebook.named_cells),
    )
