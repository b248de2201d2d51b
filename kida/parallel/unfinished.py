"""The calls that were going on when a recorded render failed: a recorder notes a call when it ends, and these did not.

They stand in Python's traceback: the frame of each has the time at which it began.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import get_ident
from types import FrameType

from kida.parallel.witness import MAX_CALLS, Witness
from kida.tracing.provenance import spans_of
from kida.tracing.recording import Place, Role
from kida.tracing.result import CallSpan
from kida.tracing.trace import unit_of

_START = ".started"
"""Where the instrumented form keeps the time, see `kida.compiler.traced`."""
_NO_CALLS = ("filter", "capture")
"""Kinds of places that code refers to besides its own."""


def spans_with_unfinished(witness: Witness, error: Exception, failed_at: int) -> tuple[CallSpan, ...]:
    """The calls of a failed render as they nest, those that the error left among them, which ended when it did.

    Parameters: ``witness``, which is used up; ``error``, with its traceback; ``failed_at``, in nanoseconds of
    ``time.perf_counter_ns()``.
    """
    thread = get_ident()
    left = [(place, kind, name, start, failed_at, thread) for place, kind, name, start in _left_by(error)]
    if len(left) > MAX_CALLS:  # a recursion: what it began with, and where it failed
        half = MAX_CALLS // 2
        witness.dropped += len(left) - 2 * half
        left = [*left[:half], *left[-half:]]
    # before the others, as each of them is around all that began behind it, whatever the clock's steps
    witness.calls[:0] = left
    return _marked(spans_of(witness), len(left))


def _left_by(error: Exception) -> Iterator[tuple[Place, str, str | None, int]]:
    """The calls that an error passed through, outermost first: the place, what it is, its name, when it began."""
    step = error.__traceback__
    while step is not None:
        frame = step.tb_frame
        step = step.tb_next
        # what a function's inner ones see of its variables is not theirs
        if unit_of(frame) is None or _START in frame.f_code.co_freevars:
            continue
        start, place = frame.f_locals.get(_START), _place_of(frame)
        if start is None or place is None:
            continue
        if place.kind == "template":
            context = frame.f_locals[".ctx"]
            yield place, context.kind, context.name, start
        else:
            yield place, place.kind, place.name, start


def _place_of(frame: FrameType) -> Place | None:
    """The place of the function that a frame runs: the one place of a function that its code refers to."""
    found = (frame.f_globals.get(name) for name in frame.f_code.co_names)
    return next(
        (
            one
            for one in found
            if type(one) is Place and one.role == Role.FUNCTION and one.kind not in _NO_CALLS
        ),
        None,
    )


def _marked(spans: tuple[CallSpan, ...], depth: int) -> tuple[CallSpan, ...]:
    """Calls of which the last one of each level is unfinished, to a depth."""
    path: list[CallSpan] = []
    level = spans
    for _ in range(depth):
        path.append(level[-1])
        level = level[-1].children
    inner: tuple[CallSpan, ...] = ()
    for span in reversed(path):
        children = (*span.children[:-1], *inner) if inner else span.children
        inner = (replace(span, children=children, failed=True),)
    return (*spans[:-1], *inner)
