"""Interleaved timing: small batches, round-robin, in a new order each round."""

from __future__ import annotations

import gc
import itertools
import math
import random
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from harness.model import Prepared


class RunFailedError(Exception):
    """An engine that had been made ready raised while it was timed; its exception is the cause.

    engine: its name.
    """

    def __init__(self, engine: str) -> None:
        super().__init__(engine)
        self.engine = engine


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and in which order to measure.

    rounds: how many samples each engine gives; self_timed_rounds: the same for workloads that start a process.
    batch_seconds: how long one sample should take, so that the clock's grain and the loop's cost vanish in it.
    """

    rounds: int
    self_timed_rounds: int
    batch_seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Timing:
    """Samples of one engine: seconds a call, one for each round, in the order of rounds."""

    samples: tuple[float, ...]
    batch: int

    @property
    def median(self) -> float:
        """The middle sample, in seconds a call."""
        return statistics.median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The samples' first and third quartile, in seconds a call."""
        if len(self.samples) == 1:
            return self.samples[0], self.samples[0]
        first, _, third = statistics.quantiles(self.samples, n=4, method="inclusive")
        return first, third

    def ratio_to(self, other: Timing) -> float:
        """This engine's time over the other's: the median of the ratios round by round.

        Two samples of one round lie milliseconds apart, so that a machine that slows down for a second slows
        down both; a ratio of two medians would not have that.
        """
        return statistics.median(a / b for a, b in zip(self.samples, other.samples, strict=True))


@contextmanager
def settled_collector() -> Iterator[None]:
    """The garbage collector emptied and then off, so that no engine pays for another's garbage."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def time_batch(run: Callable[[], object], calls: int) -> float:
    """Seconds that `calls` calls of `run` take, together."""
    numbers = itertools.repeat(None, calls)
    start = perf_counter()
    for _ in numbers:
        run()
    return perf_counter() - start


def calibrated_batch(run: Callable[[], object], batch_seconds: float) -> int:
    """How many calls of `run` take about `batch_seconds`; calling it so often is its warm-up too."""
    calls = 1
    while True:
        seconds = time_batch(run, calls)
        if seconds >= batch_seconds / 2:
            return max(1, round(calls * batch_seconds / seconds))
        calls = max(calls * 2, min(calls * 10, math.ceil(calls * batch_seconds / max(seconds, 1e-9))))


def measure(prepared: Mapping[str, Prepared], settings: Settings) -> dict[str, Timing]:
    """Time every engine of one workload in one interleaved run; raises RunFailedError where one fails in it."""
    order = list(prepared)
    shuffled = random.Random(settings.seed)
    samples: dict[str, list[float]] = {name: [] for name in order}
    self_timed = any(item.self_timed for item in prepared.values())
    with settled_collector():
        batches = {}
        for name, item in prepared.items():
            with blamed(name):
                batches[name] = 1 if item.self_timed else calibrated_batch(item.run, settings.batch_seconds)
        for _ in range(settings.self_timed_rounds if self_timed else settings.rounds):
            shuffled.shuffle(order)
            for name in order:
                gc.collect()
                with blamed(name):
                    samples[name].append(one_sample(prepared[name], batches[name]))
    return {name: Timing(tuple(values), batches[name]) for name, values in samples.items()}


@contextmanager
def blamed(engine: str) -> Iterator[None]:
    """Names the engine in whose run something was raised."""
    try:
        yield
    except Exception as error:
        raise RunFailedError(engine) from error


def one_sample(item: Prepared, calls: int) -> float:
    """Seconds a call: of one batch, or what a self-timed run says of itself."""
    if item.self_timed:
        seconds = item.run()
        if not isinstance(seconds, float):
            raise TypeError(f"a self-timed run returns seconds, not {seconds!r}")
        return seconds
    return time_batch(item.run, calls) / calls
