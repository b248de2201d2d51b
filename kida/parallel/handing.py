"""Handing jobs out: how many at a time, in which order their answers are taken, and what ends it all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from queue import SimpleQueue
from typing import Any, TypeAlias

from kida.parallel.results import Caught, Outcome, note
from kida.tracing.trace import trace_of

Answer: TypeAlias = "tuple[int, Any, Outcome]"
"""A context's index, the context, and what became of it."""


class Entry:
    """A context on its way. Whoever renders it sets ``outcome`` or ``error``, or gives a ``future`` that knows."""

    __slots__ = ("context", "error", "future", "index", "landed", "outcome")

    def __init__(self, index: int, context: Any) -> None:
        self.index = index
        self.context = context
        self.landed = False
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None
        self.future: Future[Outcome] | None = None

    def result(self) -> Outcome:
        """What became of it, when that is known. Raises what is no answer: that no worker is left, an exit."""
        if self.error is not None:
            raise self.error
        if self.outcome is not None:
            return self.outcome
        if self.future is None:
            raise AssertionError("an entry that has landed has a future, an outcome or an error")
        try:
            return self.future.result()
        except (BrokenExecutor, CancelledError) as error:
            note(error, f"while waiting for context {self.index}")
            raise
        except Exception as error:
            # not of the render, which answers with its errors: the executor could not do with this one
            return Outcome(caught=Caught(error, trace_of(error)))


Done: TypeAlias = "SimpleQueue[Entry]"
Submit: TypeAlias = "Callable[[Entry, Done], None]"
"""Has a context rendered, and its entry put into the queue when that is done."""


def hand_out(contexts: Iterable[Any], submit: Submit, ordered: bool, limit: int) -> Generator[Answer]:
    """Answers for contexts, of which no more than ``limit`` are taken and not yet answered.

    A context is taken for each answer given, and more only while no answer is ready, so that a slow source of
    contexts holds up nothing that is done. An error of the source, or of an executor that takes no more, comes behind
    the answers for what was given before.
    """
    source = enumerate(contexts)
    waiting: dict[int, Entry] = {}
    done: Done = SimpleQueue()
    end: Exception | None = None
    ended = False
    try:
        while True:
            while not ended and len(waiting) < limit:
                try:
                    index, context = next(source)
                except StopIteration:
                    ended = True
                    break
                except Exception as error:
                    ended, end = True, error
                    break
                entry = Entry(index, context)
                try:
                    submit(entry, done)
                except Exception as error:
                    ended, end = True, error
                    break
                waiting[index] = entry
                if _is_ready(waiting, done, ordered):
                    break
            if not waiting:
                break
            entry = _next_done(waiting, done, ordered)
            outcome = entry.result()
            del waiting[entry.index]
            entry.future = None  # which knows the entry: together they would wait for the garbage collector
            yield entry.index, entry.context, outcome
        if end is not None:
            raise end
    finally:
        for entry in waiting.values():
            if entry.future is not None:
                entry.future.cancel()


def _is_ready(waiting: dict[int, Entry], done: Done, ordered: bool) -> bool:
    """Whether an answer can be given at once."""
    if not ordered:
        return not done.empty()
    while not done.empty():
        done.get_nowait().landed = True
    return next(iter(waiting.values())).landed


def _next_done(waiting: dict[int, Entry], done: Done, ordered: bool) -> Entry:
    """The entry to answer next, when it is done."""
    if not ordered:
        return done.get()
    first = next(iter(waiting.values()))
    while not first.landed:
        done.get().landed = True
    return first
