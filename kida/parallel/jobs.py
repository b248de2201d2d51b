"""One render as a job for an executor: what is handed to it, and what the worker does."""

from __future__ import annotations

import os
import pickle
import platform
import threading
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from time import perf_counter, perf_counter_ns
from typing import TYPE_CHECKING, Any

from kida.parallel.results import Caught, Context, Footprint, Outcome, Worker, note
from kida.parallel.travel import PackedTemplate, Parcel, unpacked_template
from kida.parallel.unfinished import spans_with_unfinished
from kida.parallel.witness import Witness
from kida.render_context import RenderContext
from kida.runtime.blocks import collect, collect_async
from kida.runtime.forms import Form
from kida.template.boundary import Boundary, inside
from kida.tracing.provenance import spans_of
from kida.tracing.recording import TracedState, text_of
from kida.tracing.trace import TemplateTrace, context_of, trace_of

if TYPE_CHECKING:
    from kida.template.core import Template
    from kida.tracing.result import CallSpan


class Job:
    """A render of one context: the objects themselves within a process, bytes on the way to any other.

    Pickling is what tells the two apart, so that executors nobody here has heard of are served as they need.
    ``failure`` is why the context could not be pickled.
    """

    __slots__ = ("context", "failure", "parcel", "record", "scope")

    def __init__(self, parcel: Parcel, context: Context, record: bool) -> None:
        self.parcel = parcel
        self.context = context
        self.record = record
        self.scope = copy_context()
        self.failure: Exception | None = None

    def run(self) -> Outcome:
        """Render, in the caller's context variables; what the render sets of those, nobody else sees."""
        return self.scope.run(rendered, self.parcel.template, self.context, self.record)

    def packed(self) -> PackedJob:
        """The job as bytes. Raises what pickling the context raises."""
        template = self.parcel.packed()
        try:
            context = self.parcel.dumps(self.context)
        except Exception as error:
            note(error, "the context does not pickle, which another process needs it to")
            self.failure = error
            raise
        return PackedJob(template, context, self.record)

    def __dask_tokenize__(self) -> str:
        """What Dask tells calls apart by: it takes equal ones for one, and a render may have another text each time."""
        return os.urandom(16).hex()

    def __reduce__(self) -> tuple[Any, ...]:
        packed = self.packed()
        return PackedJob, (packed.template, packed.context, packed.record)


@dataclass(frozen=True, slots=True)
class PackedJob:
    """A job in a process that it was sent to.

    Template and context arrive as bytes and are unpacked here, where a failure is an answer: what fails to unpickle
    in an executor's own hands takes a process pool down.
    """

    template: PackedTemplate
    context: bytes
    record: bool

    def run(self) -> Outcome:
        """Unpack and render."""
        started = perf_counter()
        try:
            template = unpacked_template(self.template)
        except Exception as error:
            return Outcome(caught=Caught(error, trace_of(error)), unpacked=False)
        try:
            context = pickle.loads(self.context)
        except Exception as error:
            note(error, "the context could not be unpacked in the worker's process")
            return _failed(error, started, None, self.record, template)
        return copy_context().run(rendered, template, context, self.record)


def run(job: Job | PackedJob) -> Outcome:
    """What executors are asked to call."""
    return job.run()


def rendered(template: Template, context: Context, record: bool) -> Outcome:
    """The outcome of a render. An error is part of it; what is no ``Exception`` (``SystemExit``) is raised."""
    if record:
        return _recorded(template, context)
    try:
        if template.is_async:
            return Outcome(awaited(partial(template.render_async, context)))
        return Outcome(template.render(context))
    except Exception as error:
        return Outcome(caught=Caught(error, trace_of(error)))


def _recorded(template: Template, context: Context) -> Outcome:
    """The same, step by step as `Template.render` does it, to see the render's own context."""
    witness = Witness()
    started = witness.started / 1e9  # by one look at the clock: the times of its calls count from there
    root: RenderContext | None = None
    try:
        root = template._context(Form.ASYNC_TRACE if template.is_async else Form.TRACE, context, {})
        root.state = TracedState(witness)
        if template.is_async:
            output = awaited(partial(_awaitable, root))
        else:
            output = text_of(inside(root, partial(collect, root.form, root.unit.root, root)))
    except Exception as error:
        return _failed(error, started, root, True, template, witness)
    ended = perf_counter()
    noted = _footprint(started, ended, root, template, root.template_stack, (), witness, spans_of(witness))
    return Outcome(output, footprint=noted)


async def _awaitable(root: RenderContext) -> str:
    with Boundary(root):
        return text_of(await collect_async(root.form, root.unit.root, root))


def awaited(begin: Callable[[], Coroutine[Any, Any, str]]) -> str:
    """The result of a coroutine, in an event loop of its own.

    A thread that runs a loop already (a notebook's, an ipyparallel engine's) cannot run a second one inside: there
    another thread does.
    """
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(begin())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, thread_name_prefix="kida-await") as beside:
        return beside.submit(copy_context().run, lambda: asyncio.run(begin())).result()


def here() -> Worker:
    """The worker that this runs on."""
    thread = threading.current_thread()
    return Worker(platform.node(), os.getpid(), thread.ident or 0, thread.name)


def _failed(
    error: Exception,
    started: float,
    root: RenderContext | None,
    record: bool,
    template: Template,
    witness: Witness | None = None,
) -> Outcome:
    failed_at = perf_counter_ns()
    trace = trace_of(error)
    caught = Caught(error, trace)
    if not record:
        return Outcome(caught=caught)
    seen = Witness() if witness is None else witness
    spans = spans_with_unfinished(seen, error, failed_at)
    reached = _reached(trace) or root
    stacks = ((), ()) if reached is None else (reached.template_stack, reached.import_stack)
    return Outcome(
        caught=caught,
        footprint=_footprint(started, failed_at / 1e9, root, template, *stacks, seen, spans),
    )


def _reached(trace: TemplateTrace) -> RenderContext | None:
    """The context of the innermost template that an error came from."""
    found = (context_of(frame._frames) for frame in reversed(trace.frames) if frame.kind != "python")
    return next((context for context in found if context is not None), None)


def _footprint(
    started: float,
    ended: float,
    root: RenderContext | None,
    template: Template,
    template_stack: tuple[str, ...],
    import_stack: tuple[str, ...],
    witness: Witness,
    spans: tuple[CallSpan, ...],
) -> Footprint:
    met = () if root is None else tuple(root.state.templates or ())
    return Footprint(
        started,
        ended,
        here(),
        None if root is None else id(root),
        (template.name or "<template>", *met),
        template_stack,
        import_stack,
        spans,
        tuple(witness.passages),
        witness.dropped,
    )
