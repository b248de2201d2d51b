"""`parallel`: a template rendered with many contexts alone and at once, recorded, compared and measured."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import kida
from kida.parallel import RenderRecord, render_many
from kida_jupyter.parallel_view.comparing import Difference, aspects, differences, shared_contexts
from kida_jupyter.parallel_view.gil import Gil, gil
from kida_jupyter.parallel_view.measuring import ROUNDS, Measured, measured
from kida_jupyter.parallel_view.progress import Progress, Tick, reporting
from kida_jupyter.parallel_view.subject import behind, contexts_of, template_of
from kida_jupyter.parallel_view.travelling import travelling

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook

LIMIT: Final = 2_000
"""Contexts that are rendered at most, where nothing else is said: each is rendered several times and all that came of
it is kept, and an iterable without end would never be done."""
_TRIED_AGAIN: Final = 40
"""Renders that differ and are rendered alone once more, to tell what others did from what is never the same."""


@dataclass(frozen=True, eq=False)
class ParallelRun:
    """What came of rendering a template with many contexts at once; displays itself as the parallel view.

    ``records`` and ``serial`` have a `kida.parallel.RenderRecord` for each context, in their order: of the render among
    others, and of its twin, which was rendered alone. ``differences`` are the renders that are not like their twins,
    ``shared_contexts`` the pairs that had the same `RenderContext` while both ran. ``speedups`` tells how fast each
    number of workers was, without recording; ``gil`` whether threads take turns here. ``workers`` is how many rendered
    the records, in ``seconds``; ``executor`` the type of what they belong to, where it was given. ``more`` says that
    there were more contexts than were taken, or may have been: not each iterable tells.
    """

    template: kida.Template
    contexts: tuple[Any, ...]
    records: tuple[RenderRecord, ...] = field(repr=False)
    serial: tuple[RenderRecord, ...] = field(repr=False)
    differences: tuple[Difference, ...]
    shared_contexts: tuple[tuple[int, int], ...]
    speedups: tuple[Measured, ...]
    gil: Gil
    workers: int
    seconds: float
    executor: str | None = None
    more: bool = False
    _notebook: Notebook | None = field(default=None, repr=False)

    @property
    def isolated(self) -> bool:
        """Whether every render is as if it had been alone."""
        return not self.differences and not self.shared_contexts

    @property
    def outputs(self) -> list[str | None]:
        """The texts in the order of the contexts; ``None`` for one that failed."""
        return [record.output for record in self.records]

    @property
    def failures(self) -> tuple[RenderRecord, ...]:
        """The records of the renders that failed."""
        return tuple(record for record in self.records if record.error is not None)

    def html(self) -> str:
        """The view as HTML: one element, with its own style and no script."""
        from kida_jupyter.parallel_view.drawing import html
        from kida_jupyter.parallel_view.report import report_of_run

        return html(report_of_run(self, self._notebook))

    def text(self) -> str:
        """The view as plain text."""
        from kida_jupyter.parallel_view.drawing import text
        from kida_jupyter.parallel_view.report import report_of_run

        return text(report_of_run(self, self._notebook))

    def __repr__(self) -> str:
        return (
            f"<ParallelRun: {len(self.records)} renders by {self.workers} workers, {len(self.differences)} differ,"
            f" {len(self.failures)} failed>"
        )

    def _ipython_display_(self) -> None:
        """Show the live view where there is a front end that can; IPython calls it, and shows the bundle below where not."""
        shell, _ = _surroundings()
        if getattr(shell, "kernel", None) is None:
            raise NotImplementedError
        from kida_jupyter.parallel_view.live import show

        show(self, self._notebook)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from kida_jupyter.parallel_view.drawing import html, text
        from kida_jupyter.parallel_view.report import report_of_run

        report = report_of_run(self, self._notebook)
        return {"text/plain": text(report), "text/html": html(report)}


def parallel(
    template: kida.Template | str,
    contexts: Iterable[Mapping[str, Any]],
    workers: int | Sequence[int] = 4,
    *,
    executor: Executor | None = None,
    limit: int = LIMIT,
    rounds: int = ROUNDS,
    progress: Progress = True,
) -> ParallelRun:
    """Render a template with many contexts at once, and show whether each came out as if it had been alone.

    Every context is rendered alone first, in this thread, and then among the others, both recorded; the renders are
    compared one by one. Then the numbers of workers are timed, without recording. ::

        from kida_jupyter import parallel

        parallel("card.html", rows)                    # a named cell, on 4 threads
        parallel(template, contexts, workers=[1, 2, 4])
        run = parallel("Dear {{ name }}", people)
        run.isolated, run.failures, run.speedups

    Parameters: ``template``, a `kida.Template`, the name of a named cell or searched file, or the text of a template;
    ``contexts``, mappings of variables or a data frame. A template of the notebook's, given by name or as text, also
    sees the notebook's variables behind them; with an executor it does not. ``workers``, how many threads, or several
    numbers to be compared: the most of them are recorded. ``executor``, any of ``concurrent.futures``, in place of
    threads. ``limit``, how many contexts are taken at most, so that those of an endless iterable come to an end.
    ``rounds``, how often the renders are timed, 0 for not at all. ``progress``, whether to show any, or a function of
    what is being done, the renders done so far and the number of all.

    Each context is rendered several times: values that a render uses up, such as generators, are empty the next time,
    and are shown as a difference. An interrupt stops it: what has begun comes to its end, nothing more begins.

    Raises ``TypeError`` and ``ValueError`` for arguments that cannot be meant, and what getting the template raises.
    Errors of renders are not raised but shown.
    """
    shell, notebook = _surroundings()
    counts = _counts(workers)
    if executor is not None and len(set(counts)) > 1:
        raise ValueError(
            f"an executor has workers of its own: give it alone, or with their number, and not with {workers!r}"
        )
    _check_whole("rounds", rounds, 0)
    _check_whole("limit", limit, 1)
    found = template_of(template, notebook)
    taken, more = contexts_of(contexts, limit)
    if executor is not None and notebook is not None and not isinstance(executor, ThreadPoolExecutor):
        found = travelling(found, notebook)
    mine = notebook is not None and isinstance(template, str) and executor is None
    given = behind(taken, notebook.variables) if mine and notebook is not None else taken
    most = _workers_of(executor, max(counts))
    timed = sorted({1, *((most,) if executor is not None else counts)})
    total = len(given) * (2 + rounds * len(timed))
    with reporting(progress, total, shell) as tick:
        serial, _ = _recorded(found, given, None, 1, partial(tick, "Rendering one after the other"))
        records, seconds = _recorded(
            found, given, executor, most, partial(tick, f"Rendering by {most} workers")
        )
        seen = _tried_again(found, given, serial, differences(records, serial))
        speedups = (
            measured(timed, partial(_render_all, found, given, executor, tick), rounds) if given else ()
        )
    return ParallelRun(
        found,
        tuple(taken),
        records,
        serial,
        seen,
        shared_contexts(records),
        speedups,
        gil(),
        most,
        seconds,
        None if executor is None else type(executor).__name__,
        more,
        notebook,
    )


def _surroundings() -> tuple[Any, Notebook | None]:
    from IPython.core.getipython import get_ipython

    from kida_jupyter.notebook import notebook_of

    shell = get_ipython()
    return shell, notebook_of(shell)


def _counts(workers: Any) -> tuple[int, ...]:
    asked = (workers,) if isinstance(workers, int) else workers
    if (
        isinstance(asked, (str, Mapping))
        or not isinstance(asked, Iterable)
        or not (counts := tuple(asked))
        or any(isinstance(count, bool) or not isinstance(count, int) for count in counts)
    ):
        raise TypeError(f"workers is a whole number or several, as in [1, 2, 4], not {workers!r}")
    if min(counts) < 1:
        raise ValueError(f"workers must be at least 1, not {min(counts)}")
    return counts


def _check_whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def _workers_of(executor: Executor | None, asked: int) -> int:
    """How many workers there are: an executor of the standard library tells, any other has as many as were asked for."""
    told = getattr(executor, "_max_workers", None)
    return told if isinstance(told, int) else asked


def _recorded(
    template: kida.Template, contexts: list[Any], executor: Executor | None, workers: int, done: Any
) -> tuple[tuple[RenderRecord, ...], float]:
    """The records in the order of the contexts, and the seconds that all of them took."""
    records: list[RenderRecord] = []
    started = perf_counter()
    with closing(
        render_many(
            template,
            contexts,
            executor=executor,
            max_workers=workers,
            ordered=False,
            on_error="return",
            record=True,
        )
    ) as renders:
        for record in renders:
            records.append(record)
            done(1)
    return tuple(sorted(records, key=lambda record: record.index)), perf_counter() - started


def _tried_again(
    template: kida.Template,
    contexts: list[Any],
    serial: tuple[RenderRecord, ...],
    found: tuple[Difference, ...],
) -> tuple[Difference, ...]:
    """The differences, the first of them with the answer to whether that render is always the same when alone."""
    some = found[:_TRIED_AGAIN]
    again, _ = _recorded(template, [contexts[one.index] for one in some], None, 1, lambda _more: None)
    told = (replace(one, steady=not aspects(record, serial[one.index])) for one, record in zip(some, again))
    return (*told, *found[_TRIED_AGAIN:])


def _render_all(
    template: kida.Template, contexts: list[Any], executor: Executor | None, tick: Tick, workers: int
) -> None:
    """Render everything and keep nothing. One worker is this thread, also where there is an executor."""
    with closing(
        render_many(
            template,
            contexts,
            executor=executor if workers > 1 else None,
            max_workers=workers,
            ordered=False,
            on_error="return",
        )
    ) as renders:
        deque(renders, maxlen=0)
    tick(f"Timing {workers} {'worker' if workers == 1 else 'workers'}", len(contexts))
