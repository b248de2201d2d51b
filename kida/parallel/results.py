"""What comes back from a render on a worker: failures, records, and errors that could not travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kida.parallel.witness import Passage
    from kida.tracing.result import CallSpan
    from kida.tracing.trace import TemplateTrace


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """A context that could not be rendered, in the place of its text.

    ``index`` counts contexts from 0. ``error`` is what was raised, of its own type; ``trace`` its way through
    templates. On a worker in another process the trace is detached: it has every place and no variables.
    """

    index: int
    context: Any
    error: Exception
    trace: TemplateTrace


@dataclass(frozen=True, slots=True)
class Worker:
    """Where a render ran: the machine, the process and the thread in it, as ``os`` and ``threading`` name them."""

    host: str
    process: int
    thread: int
    thread_name: str


@dataclass(frozen=True, slots=True)
class RenderRecord:
    """A render with what a timeline and a comparison of renders need to know of it.

    ``index`` counts contexts from 0. Exactly one of ``output`` and ``error`` is ``None``; ``trace`` belongs to the
    error. ``started`` and ``ended`` are seconds of ``time.perf_counter()``, which all threads and processes of a
    machine share; they compare where ``worker.host`` is the same. ``render_context`` identifies the render's own
    `RenderContext` among those that live at the same time in the same process, as ``id()`` does. ``templates``
    names the rendered template and then each that it included, imported or extended, in the order they were first
    met. ``template_stack`` and ``import_stack`` are those of the place where the render failed or, where it did
    not, of its outermost template. ``spans`` are the calls of templates, blocks, macros and bodies of calls, as they
    nest, with times in nanoseconds since ``started``: those that came to their end and, where the render failed, those
    that the error left, marked as ``failed``. ``passages`` are the templates and blocks that it came to, each with the
    stacks of its own context. ``dropped`` calls were too many to be kept. A context that never came to a worker has
    neither worker nor stacks, and started when it ended.
    """

    index: int
    context: Any
    output: str | None
    error: Exception | None
    trace: TemplateTrace | None
    started: float
    ended: float
    worker: Worker | None
    render_context: int | None
    templates: tuple[str, ...]
    template_stack: tuple[str, ...]
    import_stack: tuple[str, ...]
    spans: tuple[CallSpan, ...]
    passages: tuple[Passage, ...]
    dropped: int

    @property
    def seconds(self) -> float:
        """How long the render took."""
        return self.ended - self.started


class RemoteError(Exception):
    """An exception of another process that does not pickle, as far as it can be told in words.

    ``type_name`` is its type with the module; ``message`` its text; ``traceback`` Python's, as it would have been
    printed there. `kida.trace_of` finds its way through templates, as with any other.
    """

    def __init__(self, type_name: str, message: str, traceback: str = "") -> None:
        super().__init__(type_name, message, traceback)
        self.type_name = type_name
        self.message = message
        self.traceback = traceback

    def __str__(self) -> str:
        return f"{self.type_name}: {self.message}" if self.message else self.type_name


class RemoteTraceback(Exception):
    """The traceback of another process as text; the ``__cause__`` of an error that came from there."""

    def __str__(self) -> str:
        return "\n" + str(self.args[0]) if self.args else ""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a worker noted of a render that is recorded; the fields are those of `RenderRecord`."""

    started: float
    ended: float
    worker: Worker
    render_context: int | None
    templates: tuple[str, ...]
    template_stack: tuple[str, ...]
    import_stack: tuple[str, ...]
    spans: tuple[CallSpan, ...]
    passages: tuple[Passage, ...]
    dropped: int


class Caught:
    """An error that a render raised, with its trace; pickles whatever the error is, see `kida.parallel.travel`."""

    __slots__ = ("error", "trace")

    def __init__(self, error: Exception, trace: TemplateTrace) -> None:
        self.error = error
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        from kida.parallel.travel import arrived_error, packed_error

        return arrived_error, packed_error(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: a text or an error.

    ``unpacked`` is false where the template itself could not be unpacked on the worker: that is nobody's context's
    fault, and would happen with each.
    """

    output: str | None = None
    caught: Caught | None = None
    footprint: Footprint | None = None
    unpacked: bool = True


def note(error: BaseException, text: str) -> None:
    """Add a note (PEP 678) to an error that allows it, once."""
    try:
        if text not in getattr(error, "__notes__", ()):
            error.add_note(text)
    except Exception:  # an exception of the user's may refuse attributes, and is raised as it is
        return


Context = Mapping[str, Any]
