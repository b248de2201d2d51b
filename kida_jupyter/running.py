"""Running a template that awaits, from a cell that cannot: on an event loop of its own, in a thread of its own."""

from __future__ import annotations

import asyncio
import ctypes
import re
import sys
import warnings
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar

T = TypeVar("T")

_FORGOTTEN: Final = re.compile(r"coroutine '(.+)' was never awaited")
"""What Python warns of once a coroutine is gone that nobody awaited: as the text of it was all that was wanted."""

_SLICE: Final = 0.2
"""Seconds that this thread waits at a time: no interrupt wakes it that came just before it began to wait."""
_GRACE: Final = 0.5
"""Seconds that an interrupted render has to see that it was cancelled, before its thread is interrupted itself."""
_ATTEMPTS: Final = 10
"""Interruptions of a thread that goes on all the same, as it does while it is in code that is not Python's."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns. The kernel's own loop runs in this thread, and waits for this cell.

    Raises what it raises; an interrupt of this thread interrupts it too, and is raised with the place that it was at.
    """
    failures: list[BaseException] = []

    async def watched() -> T:
        try:
            return await work
        except BaseException as error:
            failures.append(error)
            raise

    try:
        with _loop() as loop:
            return _result(watched(), loop)
    except KeyboardInterrupt as interrupt:
        if not failures:
            raise
        raise interrupt.with_traceback(failures[0].__traceback__) from None


def stream(pieces: AsyncIterator[str]) -> Generator[str, None, None]:
    """The pieces of an asynchronous iterator, as they come. Raises what it raises, and is interrupted as `run` is."""
    came: SimpleQueue[str | None] = SimpleQueue()

    async def forward() -> None:
        try:
            async for piece in pieces:
                came.put(piece)
        finally:
            came.put(None)

    with _loop() as loop:
        running = asyncio.run_coroutine_threadsafe(forward(), loop)
        try:
            while (piece := _next(came)) is not None:
                yield piece
            running.result()
        except BaseException:
            running.cancel()
            raise


@contextmanager
def telling_of_coroutines() -> Iterator[None]:
    """Say in a line what is to be done where a template writes coroutines, in place of Python's own warnings."""
    forgotten: dict[str, None] = {}

    def notice(message: Warning | str, category: type[Warning], *place: Any, **options: Any) -> None:
        found = _FORGOTTEN.match(str(message))
        if found is None:
            before(message, category, *place, **options)
        else:
            forgotten[found.group(1).rpartition(".")[2]] = None

    with warnings.catch_warnings():
        warnings.filterwarnings("always", _FORGOTTEN.pattern, RuntimeWarning)
        before, warnings.showwarning = warnings.showwarning, notice
        try:
            yield
        finally:
            for name in forgotten:
                hint = f"{name}() is asynchronous, and was written without being awaited: {{{{ await {name}(…) }}}}"
                sys.stderr.write(f"{hint}\n")


def _result(work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> T:
    running = asyncio.run_coroutine_threadsafe(work, loop)
    try:
        while not wait([running], _SLICE).done:
            pass
        return running.result()
    except KeyboardInterrupt:
        running.cancel()
        raise


def _next(came: SimpleQueue[T]) -> T:
    while True:
        try:
            return came.get(timeout=_SLICE)
        except Empty:
            pass


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread until the block ends."""
    loop = asyncio.new_event_loop()

    def drive() -> None:
        try:
            loop.run_forever()
            # what was cancelled is let come to its end: else Python complains of it at some later time
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left, timeout=_GRACE / 2))
            loop.run_until_complete(loop.shutdown_asyncgens())
        except KeyboardInterrupt:
            # this thread's, from below; asyncio would complain that nobody took it from the task
            loop.set_exception_handler(lambda *_: None)

    thread = Thread(target=drive, name="%%kida", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        if _ended(thread):
            loop.close()


def _ended(thread: Thread) -> bool:
    """Wait for a thread to end; one that does not hear its loop, as its template is busy, is interrupted."""
    for _ in range(_ATTEMPTS):
        thread.join(_GRACE)
        if not thread.is_alive():
            return True
        if thread.ident is not None:
            identity, interrupt = ctypes.c_ulong(thread.ident), ctypes.py_object(KeyboardInterrupt)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, interrupt)
    return not thread.is_alive()
