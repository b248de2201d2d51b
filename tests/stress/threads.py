"""Threads that begin at one barrier and are watched: a deadlock is a failure with the stacks of all threads."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

SMALLEST_SWITCH_INTERVAL = 1e-6  # seconds; a GIL is then given up about as often as Python can
_LOOKS = 20
"""How often the watch looks whether there was progress before it loses its patience."""


class Stuck(Exception):
    """No thread got on; the message has the stacks of all of them."""


class Crew:
    """What the threads of a run have in common.

    ``barrier``, where they meet; `progressed` is called after each step, so that the watch sees that they live.
    """

    def __init__(self, size: int) -> None:
        self.barrier = threading.Barrier(size)
        self._steps = [0] * size

    def progressed(self, thread: int) -> None:
        self._steps[thread] += 1

    def steps(self) -> int:
        return sum(self._steps)


Work = Callable[[Crew, int], None]


def together(works: Sequence[Work], patience: float) -> list[str]:
    """Run functions in a thread each, from one barrier on; gives the tracebacks of those that raised.

    Parameters: ``works``, called with the crew and their number; ``patience``, seconds without any progress after
    which the threads are given up. Raises `Stuck` then.
    """
    crew = Crew(len(works))
    raised: list[str] = []

    def run(number: int, work: Work) -> None:
        try:
            crew.barrier.wait()
            work(crew, number)
        except threading.BrokenBarrierError:
            return  # another thread raised, and said so
        except BaseException:
            raised.append(traceback.format_exc())
            crew.barrier.abort()

    threads = [
        threading.Thread(target=run, args=(number, work), name=f"stress-{number}", daemon=True)
        for number, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    _watch(crew, threads, patience)
    return raised


def _watch(crew: Crew, threads: Sequence[threading.Thread], patience: float) -> None:
    seen, idle = (-1, -1), 0
    while alive := [thread for thread in threads if thread.is_alive()]:
        alive[0].join(patience / _LOOKS)
        steps = crew.steps(), len(alive)
        idle = idle + 1 if steps == seen else 0
        seen = steps
        if idle >= _LOOKS:
            stacks = stacks_of_all()
            crew.barrier.abort()
            raise Stuck(f"no progress in {patience:g} seconds\n{stacks}")


def stacks_of_all() -> str:
    """Where each thread is, the most recent call last."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"thread {names.get(ident, ident)}:\n{''.join(traceback.format_stack(frame))}"
        for ident, frame in sys._current_frames().items()
    )


@contextmanager
def smallest_switch_interval() -> Iterator[None]:
    """Threads take turns as often as can be, where there is a GIL to take turns with."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SMALLEST_SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
