"""Throughput of one to many threads that do the same work, each with things of its own."""

from __future__ import annotations

import gc
import random
import statistics
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import Self, TypeAlias

Work: TypeAlias = Callable[[], object]
MakeWork: TypeAlias = Callable[[], Work]
"""Makes the work of one thread; called in that thread, so that what it makes belongs to it."""

WARM_UP_SHARE = 0.2
"""Of a sample's time, before the clock starts: the caches of the thread and the core are then the work's own."""

TRIES = 3
"""How often a sample is taken that other programs disturb; the least disturbed one counts."""

QUIET = 0.03
"""The share of its time that a thread may wait for a core in a sample that is not taken again."""

WAITED_FILE = Path("/proc/thread-self/schedstat")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `sample_seconds` is how long the threads work for one sample."""

    thread_counts: Sequence[int]
    rounds: int
    sample_seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with its quartiles."""

    median: float
    first: float
    third: float


def spread_of(samples: Sequence[float]) -> Spread:
    """The median and the quartiles of some samples, at least one."""
    if len(samples) == 1:
        return Spread(samples[0], samples[0], samples[0])
    first, median, third = statistics.quantiles(samples, n=4, method="inclusive")
    return Spread(median, first, third)


@dataclass(frozen=True, slots=True)
class Sample:
    """Calls a second, and the share of the time in which other programs had the core."""

    rate: float
    waited: float


@dataclass(frozen=True, slots=True)
class Scaling:
    """Calls a second of all threads together: `rates[threads]` has one figure a round, in the order of rounds.

    waited: of every sample, the share of the time in which its threads were kept from a core.
    """

    rates: Mapping[int, tuple[float, ...]]
    waited: tuple[float, ...]

    def speed_up(self, threads: int) -> Spread:
        """How many times the calls of one thread so many threads make: ratios taken round by round."""
        return spread_of(self.speed_ups(threads))

    def speed_ups(self, threads: int) -> list[float]:
        """The same for each round."""
        return [many / one for many, one in zip(self.rates[threads], self.rates[1], strict=True)]

    def share_of(self, limit: Scaling, threads: int) -> Spread:
        """This speed-up over that of `limit`, taken round by round."""
        pairs = zip(self.speed_ups(threads), limit.speed_ups(threads), strict=True)
        return spread_of([own / other for own, other in pairs])

    def speed_over(self, other: Scaling) -> float:
        """How many times the calls of `other` this makes on one thread: the median of the rounds' ratios."""
        return statistics.median(own / its for own, its in zip(self.rates[1], other.rates[1], strict=True))


@dataclass(frozen=True, slots=True)
class _Order:
    """What one thread is told: to work on `name` for `seconds`, once all that share the barrier have come."""

    name: str
    seconds: float
    start: threading.Barrier
    end: threading.Barrier
    answers: SimpleQueue[Sample | BaseException]


class Crew:
    """Threads that live as long as the run and wait where they are not needed.

    `makers`: how each work is made, by name. Every thread makes its own of each before it answers the first order.
    """

    def __init__(self, size: int, makers: Mapping[str, MakeWork]) -> None:
        self._orders: list[SimpleQueue[_Order | None]] = [SimpleQueue() for _ in range(size)]
        self._threads = [
            threading.Thread(target=_serve, args=(orders, dict(makers)), daemon=True)
            for orders in self._orders
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for orders in self._orders:
            orders.put(None)
        for thread in self._threads:
            thread.join()

    def sample(self, name: str, threads: int, seconds: float) -> Sample:
        """What so many threads do together in a time that other programs leave them; raises what a call raised."""
        taken: list[Sample] = []
        while len(taken) < TRIES and (not taken or taken[-1].waited > QUIET):
            taken.append(self._sample(name, threads, seconds))
        return min(taken, key=lambda sample: sample.waited)

    def _sample(self, name: str, threads: int, seconds: float) -> Sample:
        answers: SimpleQueue[Sample | BaseException] = SimpleQueue()
        start, end = threading.Barrier(threads), threading.Barrier(threads)
        for orders in self._orders[:threads]:
            orders.put(_Order(name, seconds, start, end, answers))
        samples = []
        for _ in range(threads):
            answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            samples.append(answer)
        return Sample(sum(sample.rate for sample in samples), max(sample.waited for sample in samples))


def _serve(orders: SimpleQueue[_Order | None], makers: Mapping[str, MakeWork]) -> None:
    """A thread of the crew: does one order after the other."""
    own: dict[str, Work] = {}
    while (order := orders.get()) is not None:
        try:
            work = own.get(order.name)
            if work is None:
                work = own[order.name] = makers[order.name]()
            _sample_of(work, order.seconds * WARM_UP_SHARE)
            order.start.wait()
            sample = _sample_of(work, order.seconds)
            order.end.wait()
        except BaseException as error:  # handed to the thread that asked
            order.start.abort()
            order.end.abort()
            order.answers.put(error)
        else:
            order.answers.put(sample)


def _sample_of(work: Work, seconds: float) -> Sample:
    """What one thread does until its time is over.

    All threads work for the same time, and not the same number of calls each: nobody is then left to work alone.
    """
    clock, calls = perf_counter, 0
    waited = _waited_seconds()
    start = now = clock()
    stop = start + seconds
    while now < stop:
        work()
        calls += 1
        now = clock()
    return Sample(calls / (now - start), (_waited_seconds() - waited) / (now - start))


def _waited_seconds() -> float:
    """How long this thread could have run and had no core; always 0 where the system is not Linux.

    Waiting for a lock is not in it: an engine that waits for one is as slow as it is.
    """
    try:
        return int(WAITED_FILE.read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def measure_scaling(makers: Mapping[str, MakeWork], plan: Plan) -> dict[str, Scaling]:
    """Measure every work on every number of threads, in an order shuffled anew in each round."""
    shuffled = random.Random(plan.seed)
    counts = sorted({1, *plan.thread_counts})
    cells = [(name, threads) for name in makers for threads in counts]
    samples: dict[tuple[str, int], list[Sample]] = {cell: [] for cell in cells}
    with Crew(max(counts), makers) as crew:
        for _ in range(plan.rounds):
            shuffled.shuffle(cells)
            for name, threads in cells:
                gc.collect()
                samples[name, threads].append(crew.sample(name, threads, plan.sample_seconds))
    return {
        name: Scaling(
            {count: tuple(sample.rate for sample in samples[name, count]) for count in counts},
            tuple(sample.waited for count in counts for sample in samples[name, count]),
        )
        for name in makers
    }


def count_down(steps: int) -> int:
    """Pure Python work that shares nothing with another thread: what the machine's limit is measured by.

    Its numbers stay below 257, for those alone belong to no thread: others, the constants of a function too, are
    objects whose references every thread counts, and the limit would then be that of the counting. `steps` is counted
    by whoever calls.
    """
    state = 1
    for _ in range(steps):
        state = (state * 5 + 3) & 127
    return state
