"""Threads for tests: started together, stopped where a test wants them, and waited for with an end.

A thread that does not end is a failure that shows where every thread stands.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

TIMEOUT = 30.0
"""Seconds after which what has not happened is taken to hang; nothing here takes a hundredth of that."""


def stacks() -> str:
    """Where every thread stands now."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    parts = []
    for ident, frame in sys._current_frames().items():
        parts.append(f"--- {names.get(ident, ident)}\n" + "".join(traceback.format_stack(frame)))
    return "\n".join(parts)


class Hang(AssertionError):
    """Something that was waited for did not happen. Shows all stacks."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} did not happen within {TIMEOUT:.0f} s\n{stacks()}")


class Running(Generic[T]):
    """Work that another thread has begun."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:
            self._error = error

    def runs(self, function: str) -> bool:
        """Whether the thread stands in a function of this name, or in what that has called."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        while frame is not None and frame.f_code.co_name != function:
            frame = frame.f_back
        return frame is not None

    def outcome(self) -> T | BaseException:
        """What the work gave or raised, when it has ended."""
        self._thread.join(TIMEOUT)
        if self._thread.is_alive():
            raise Hang("the end of a thread")
        return self._value if self._error is None else self._error

    def result(self) -> T:
        """What the work gave, when it has ended; raises what it raised."""
        outcome = self.outcome()
        if self._error is not None:
            raise self._error
        return outcome  # type: ignore[return-value]


class Gate:
    """A place where a thread stops until the test lets it go on. Called, it gives an empty text."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()

    def __call__(self, *ignored: Any) -> str:
        self._reached.set()
        if not self._opened.wait(TIMEOUT):
            raise Hang("the opening of a gate")
        return ""

    def reached(self) -> None:
        """Wait until a thread stands here."""
        if not self._reached.wait(TIMEOUT):
            raise Hang("the arrival of a thread at a gate")

    def open(self) -> None:
        """Let pass who is here, and whoever comes later."""
        self._opened.set()


class Rendezvous:
    """A place where each thread waits for all the others. Called, it gives an empty text."""

    def __init__(self, count: int) -> None:
        self._barrier = threading.Barrier(count)

    def __call__(self, *ignored: Any) -> str:
        try:
            self._barrier.wait(TIMEOUT)
        except threading.BrokenBarrierError:
            raise Hang("the arrival of all threads") from None
        return ""


def outcomes(count: int, work: Callable[[int], T]) -> list[T | BaseException]:
    """What ``count`` threads give or raise, that begin at the same moment; ``work`` is given their numbers."""
    begin = Rendezvous(count)

    def begun(number: int) -> T:
        begin()
        return work(number)

    running = [Running(lambda number=number: begun(number)) for number in range(count)]  # type: ignore[misc]
    return [one.outcome() for one in running]


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """What ``count`` threads give that begin at the same moment; raises the first error."""
    found: list[T] = []
    for outcome in outcomes(count, work):
        if isinstance(outcome, BaseException):
            raise outcome
        found.append(outcome)
    return found


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for what other threads are about to bring about, where nothing tells when they have."""
    turns = threading.Event()
    for _ in range(int(TIMEOUT * 1000)):
        if holds():
            return
        turns.wait(0.001)
    raise Hang(what)


def elsewhere(work: Callable[[], T]) -> T:
    """What some work gives in a thread of its own, which must end."""
    return Running(work).result()
