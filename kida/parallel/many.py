"""`render_many`: a template rendered with many contexts, lazily, by any number of workers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sized
from concurrent.futures import Executor
from contextvars import Context as ContextVars
from contextvars import copy_context
from functools import partial
from pickle import UnpicklingError
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from kida.parallel.crew import Crew
from kida.parallel.handing import Answer, Done, Entry, Submit, hand_out
from kida.parallel.jobs import Job, rendered, run
from kida.parallel.progress import Progress, Report, reporting
from kida.parallel.results import Caught, Context, Outcome, RenderFailure, RenderRecord, note
from kida.parallel.travel import Parcel, cluster_dumps, plain_dumps
from kida.template.core import Template
from kida.tracing.trace import TemplateTrace
from kida.utils.workers import get_optimal_workers

if TYPE_CHECKING:
    OnError = Literal["raise", "return"]

IN_FLIGHT_PER_WORKER: Final = 4
"""Contexts that are handed out for each worker and whose results are not yet taken: one it renders, and enough more
that it does not run dry while the caller deals with a result or an executor takes its time to hand work over."""

UNKNOWN_WORKERS: Final = 32
"""Workers that an executor is taken to have which does not tell: a cluster of a few machines. Waiting in its queue
costs a context's memory and no more; ``max_workers`` says it better."""

_ENDLESS: Final = sys.maxsize
"""The number of contexts of an iterable that does not tell, for the choice of workers."""


@overload
def render_many(
    template: Template,
    contexts: Iterable[Context],
    *,
    executor: Executor | None = None,
    max_workers: int | None = None,
    ordered: bool = True,
    on_error: Literal["raise"] = "raise",
    progress: Progress = None,
    record: Literal[False] = False,
) -> Generator[str]: ...


@overload
def render_many(
    template: Template,
    contexts: Iterable[Context],
    *,
    executor: Executor | None = None,
    max_workers: int | None = None,
    ordered: bool = True,
    on_error: Literal["return"],
    progress: Progress = None,
    record: Literal[False] = False,
) -> Generator[str | RenderFailure]: ...


@overload
def render_many(
    template: Template,
    contexts: Iterable[Context],
    *,
    executor: Executor | None = None,
    max_workers: int | None = None,
    ordered: bool = True,
    on_error: OnError = "raise",
    progress: Progress = None,
    record: Literal[True],
) -> Generator[RenderRecord]: ...


def render_many(
    template: Template,
    contexts: Iterable[Context],
    *,
    executor: Executor | None = None,
    max_workers: int | None = None,
    ordered: bool = True,
    on_error: OnError = "raise",
    progress: Progress = None,
    record: bool = False,
) -> Generator[Any]:
    """A template's texts for many contexts, as an iterator that renders while it is read.

    Parameters: ``template``; ``contexts``, mappings of variables, without end if need be: they are taken in the
    caller's thread, a bounded number ahead. ``executor``, any of ``concurrent.futures``, which stays open; without one,
    threads of its own, as many as `get_optimal_workers` finds worth it, and where that is one the caller's thread.
    ``max_workers``, how many threads instead or, with an executor, how many workers it has, where it does not tell.
    ``ordered``: in the order of the contexts, or as they are done. ``on_error``: ``"raise"`` the first error with a
    note that names its context, or ``"return"`` a `RenderFailure` in its place. ``progress``: ``True`` for a bar by
    tqdm, or a function called with the number of results so far and of contexts (``None`` where that is not known).
    ``record``: give `RenderRecord` values, failed renders among them where ``on_error`` is ``"return"``.

    An asynchronous template is rendered in an event loop of its own for each context. Closing the iterator cancels
    what has not begun and waits for its own threads; a render that runs is not interrupted.

    Raises ``TypeError`` and ``ValueError`` for arguments that cannot be meant, ``pickle.PicklingError`` for a template
    that cannot go to other processes, ``ModuleNotFoundError`` for a bar without tqdm, all of them at once; and while it
    is read, what renders and contexts raise.
    """
    _check(template, contexts, executor, max_workers, on_error)
    total = len(contexts) if isinstance(contexts, Sized) else None
    begin_report = reporting(progress, total)
    answers: Generator[Answer]
    if executor is not None:
        workers = max_workers or getattr(executor, "_max_workers", None) or UNKNOWN_WORKERS
        submit = _submitting(executor, template, record)
        answers = hand_out(contexts, submit, ordered, workers * IN_FLIGHT_PER_WORKER)
    else:
        # what awaits mostly waits, and then threads gain whatever the GIL does
        workers = max_workers or get_optimal_workers(
            _ENDLESS if total is None else total, waits=template.is_async
        )
        answers = (
            _in_turn(template, contexts, record)
            if workers == 1
            else _on_threads(template, contexts, record, ordered, workers)
        )
    return _results(answers, begin_report, on_error, record, template)


def _check(template: Any, contexts: Any, executor: Any, max_workers: int | None, on_error: str) -> None:
    if not isinstance(template, Template):
        raise TypeError(
            f"render_many takes a Template, as env.get_template gives, not {type(template).__name__}"
        )
    if isinstance(contexts, Mapping) or not isinstance(contexts, Iterable):
        raise TypeError(
            "contexts is an iterable of mappings, one for each render, not "
            + ("one mapping" if isinstance(contexts, Mapping) else type(contexts).__name__)
        )
    if isinstance(executor, type) or (
        executor is not None and not callable(getattr(executor, "submit", None))
    ):
        raise TypeError(f"executor is a concurrent.futures.Executor, not {type(executor).__name__}")
    if max_workers is not None and not isinstance(max_workers, int):
        raise TypeError(f"max_workers is a whole number, not {max_workers!r}")
    if max_workers is not None and max_workers < 1:
        raise ValueError(f"max_workers must be at least 1, not {max_workers}")
    if on_error not in ("raise", "return"):
        raise ValueError(f"on_error is 'raise' or 'return', not {on_error!r}")


def _results(
    answers: Generator[Answer],
    begin_report: Callable[[], Report],
    on_error: str,
    record: bool,
    template: Template,
) -> Generator[Any]:
    """The answers as the caller wants them; whatever ends this ends the renders too."""
    report, end_report = begin_report()
    try:
        for done, (index, context, outcome) in enumerate(answers, 1):
            caught = outcome.caught
            if not outcome.unpacked:
                raise _not_unpacked(outcome, template)
            if caught is not None and on_error == "raise":
                note(caught.error, f"while rendering context {index}")
                raise caught.error
            report(done)
            if record:
                yield _recorded(index, context, outcome)
            elif caught is not None:
                yield RenderFailure(index, context, caught.error, caught.trace)
            else:
                yield outcome.output
    finally:
        try:
            answers.close()
        finally:
            end_report()


def _recorded(index: int, context: Any, outcome: Outcome) -> RenderRecord:
    caught, noted = outcome.caught, outcome.footprint
    error, trace = (None, None) if caught is None else (caught.error, caught.trace)
    if noted is None:
        now = perf_counter()
        return RenderRecord(index, context, None, error, trace, now, now, None, None, (), (), (), (), (), 0)
    return RenderRecord(
        index,
        context,
        outcome.output,
        error,
        trace,
        noted.started,
        noted.ended,
        noted.worker,
        noted.render_context,
        noted.templates,
        noted.template_stack,
        noted.import_stack,
        noted.spans,
        noted.passages,
        noted.dropped,
    )


def _not_unpacked(outcome: Outcome, template: Template) -> Exception:
    cause = outcome.caught.error if outcome.caught is not None else None
    error = UnpicklingError(
        f"template {template.name or '<template>'!r} could not be unpacked in a worker's process: {cause}"
    )
    error.__cause__ = cause
    error.add_note(
        "hint: filters, tests, globals and loaders have to be in modules that the worker can import; those of a"
        " notebook or of the main script are not, unless cloudpickle takes them along, as with Dask"
    )
    return error


# --- where it is rendered ------------------------------------------------------------------------------------------


def _in_turn(template: Template, contexts: Iterable[Context], record: bool) -> Generator[Answer]:
    """In the caller's thread, each when it is asked for."""
    for index, context in enumerate(contexts):
        refused = _refusal(index, context)
        yield index, context, refused or copy_context().run(rendered, template, context, record)


def _on_threads(
    template: Template, contexts: Iterable[Context], record: bool, ordered: bool, workers: int
) -> Generator[Answer]:
    """On threads that begin and end with the iterator."""
    crew = Crew(max(1, min(workers, len(contexts))) if isinstance(contexts, Sized) else workers)

    def submit(entry: Entry, done: Done) -> None:
        entry.outcome = _refusal(entry.index, entry.context)
        if entry.outcome is not None:
            done.put(entry)
        else:
            context, scope = _as_it_is_now(entry.context), copy_context()
            crew.put(partial(_render_here, entry, done, scope, template, context, record))

    try:
        crew.start()
        yield from hand_out(contexts, submit, ordered, workers * IN_FLIGHT_PER_WORKER)
    finally:
        crew.stop()


def _render_here(
    entry: Entry, done: Done, scope: ContextVars, template: Template, context: Context, record: bool
) -> None:
    """Render in a thread of this process, and say so, whatever comes of it."""
    try:
        entry.outcome = scope.run(rendered, template, context, record)
    except BaseException as error:  # an exit is the reader's
        entry.error = error
    done.put(entry)


def _as_it_is_now(context: Context) -> Context:
    """A context that its source may change, or use again for the next one, while it is being rendered."""
    return dict(context) if type(context) is dict else context


def _submitting(executor: Executor, template: Template, record: bool) -> Submit:
    """What hands a context to an executor, or says at once what is wrong with it."""
    sealed = _is_process_pool(executor)
    parcel = Parcel(template, plain_dumps if sealed else cluster_dumps)
    if sealed:
        # here and not by the pool, which would tell of a failure late and in other words
        parcel.packed()

    def submit(entry: Entry, done: Done) -> None:
        entry.outcome = _refusal(entry.index, entry.context)
        if entry.outcome is None:
            job = Job(parcel, _as_it_is_now(entry.context), record)
            try:
                future = executor.submit(run, job.packed() if sealed else job)
            except Exception as error:
                if parcel.failure is not None:
                    raise parcel.failure from error
                if job.failure is None:
                    raise
                entry.outcome = Outcome(caught=Caught(job.failure, TemplateTrace(())))
            else:
                entry.future = future
                future.add_done_callback(lambda _future: done.put(entry))
                return
        done.put(entry)

    return submit


def _is_process_pool(executor: Executor) -> bool:
    """Whether an executor is one of the standard library's that share no objects with their workers."""
    for module, name in (
        ("concurrent.futures.process", "ProcessPoolExecutor"),
        ("concurrent.futures.interpreter", "InterpreterPoolExecutor"),
    ):
        # not imported for this: whoever has such an executor has imported it
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(executor, kind):
            return True
    return False


def _refusal(index: int, context: Any) -> Outcome | None:
    """The outcome for what is no context; ``None`` for a mapping."""
    if isinstance(context, Mapping):
        return None
    error = TypeError(f"contexts[{index}] is a mapping of variables, not {type(context).__name__}")
    return Outcome(caught=Caught(error, TemplateTrace(())))
