"""How much faster several workers render than one, measured without recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Final

ROUNDS: Final = 5
"""Times that each number of workers renders all contexts: the fewest whose median forgets two that were disturbed."""
_ENOUGH: Final = 10.0
"""Seconds after which no further round begins: who looks at a view has not got longer."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a number of workers took for all contexts.

    ``seconds`` is the median of ``rounds``, ``speedup`` how many times as fast that is as one worker. ``best`` is the
    quickest of them, which other programs disturbed least, and ``computed`` the part of it, from 0 to 1, in which this
    process had a core: little where renders wait.
    """

    workers: int
    seconds: float
    speedup: float
    rounds: int
    best: float
    computed: float


def measured(
    counts: Sequence[int],
    render_all: Callable[[int], None],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = perf_counter,
    computing: Callable[[], float] = process_time,
) -> tuple[Measured, ...]:
    """The speed-ups, least workers first; one worker, with which the others are compared, is always among them.

    The numbers of workers take turns in each round, every second time backwards, so that a machine that grows slower
    does not favour any. Parameters: ``counts``; ``render_all``, which renders all with so many workers; ``rounds``,
    0 for no measuring; ``clock``, in seconds, and ``computing``, those of them in which this process had a core.
    """
    asked = sorted({1, *counts})
    took: dict[int, list[tuple[float, float]]] = {count: [] for count in asked}
    begun = clock()
    for turn in range(rounds):
        if turn and clock() - begun > _ENOUGH:
            break
        for count in asked if turn % 2 == 0 else reversed(asked):
            started, computed = clock(), computing()
            render_all(count)
            took[count].append((clock() - started, computing() - computed))
    if not rounds:
        return ()
    alone = median(seconds for seconds, _ in took[1])
    found: list[Measured] = []
    for count, times in took.items():
        middle = median(seconds for seconds, _ in times)
        best, computed = min(times)
        speedup = alone / middle if middle else 1.0
        share = min(1.0, computed / best) if best else 1.0
        found.append(Measured(count, middle, speedup, len(times), best, share))
    return tuple(found)
