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

Submit: TypeAlias = "Callable[[int, Any], Future[Outcome] | Outcome]"


class _Entry:
    """A context on its way."""

    __slots__ = ("context", "future", "index", "outcome")

    def __init__(self, index: int, context: Any, submitted: Future[Outcome] | Outcome) -> None:
        self.index = index
        self.context = context
        self.outcome: Outcome | None = None
        self.future: Future[Outcome] | None = None
        if isinstance(submitted, Outcome):
            self.outcome = submitted
        else:
            self.future = submitted

    def is_done(self) -> bool:
        return self.future is None or self.future.done()

    def result(self) -> Outcome:
        """What became of it, when that is known. Raises what is no answer: that no worker is left, an exit."""
        if self.outcome is not None:
            return self.outcome
        if self.future is None:
            raise AssertionError("an entry has a future or an outcome")
        try:
            return self.future.result()
        except (BrokenExecutor, CancelledError) as error:
            note(error, f"while waiting for context {self.index}")
            raise
        except Exception as error:
            # not of the render, which answers with its errors: the executor could not do with this one
            return Outcome(caught=Caught(error, trace_of(error)))


def hand_out(contexts: Iterable[Any], submit: Submit, ordered: bool, limit: int) -> Generator[Answer]:
    """Answers for contexts, of which no more than ``limit`` are taken and not yet answered.

    A context is taken for each answer given, and more only while no answer is ready, so that a slow source of
    contexts holds up nothing that is done. An error of the source comes behind the answers for what it gave before.
    """
    source = enumerate(contexts)
    waiting: dict[int, _Entry] = {}
    done: SimpleQueue[_Entry] = SimpleQueue()
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
                entry = _Entry(index, context, submit(index, context))
                waiting[index] = entry
                if not ordered:
                    _announce(entry, done)
                if next(iter(waiting.values())).is_done() if ordered else not done.empty():
                    break
            if not waiting:
                break
            entry = next(iter(waiting.values())) if ordered else done.get()
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


def _announce(entry: _Entry, done: SimpleQueue[_Entry]) -> None:
    """Have an entry put into a queue when it is done."""
    if entry.future is None:
        done.put(entry)
    else:
        entry.future.add_done_callback(lambda _future: done.put(entry))
