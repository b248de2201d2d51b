"""When a pool of threads is worth its cost, measured: `python benchmarks/break_even.py`.

It prints what `kida/utils/workers.py` has as constants (what a thread of a pool costs, and what handing out a task
costs), and a table of how many times as fast as a loop a pool is, for numbers of tasks and their lengths.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from harness import machine
from harness.report import duration
from harness.threads import count_down

from kida.utils.workers import available_cpus, should_parallelize

TASK_COUNTS = (2, 4, 8, 16, 64)
TASK_SECONDS = (0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.005)
MANY = 400
"""Tasks enough that handing them out takes longer than starting the pool."""
WARM_STEPS = 10_000


def nothing(_number: object) -> None:
    """A task of no length."""


def timed(run: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = perf_counter()
    run()
    return perf_counter() - start


def in_pool(workers: int, task: Callable[[int], object], count: int) -> None:
    """Run tasks in a pool of their own, started and joined here."""
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(task, range(count)):
            pass


def in_loop(task: Callable[[int], object], count: int) -> None:
    """Run the same tasks in a loop."""
    for number in range(count):
        task(number)


def steps_of(seconds: float) -> int:
    """How many steps of `count_down` take about so long, on a core that nobody else uses."""
    step = min(timed(partial(count_down, WARM_STEPS)) for _ in range(20)) / WARM_STEPS
    return max(1, round(seconds / step))


def spin(steps: int, _number: int) -> int:
    """A task that computes."""
    return count_down(steps)


def costs(workers: int, rounds: int) -> tuple[float, float]:
    """Seconds for each thread of a pool (started and joined), and for each task handed out.

    From the quickest tenth: a pool that had to wait for other programs tells of them, and not of itself.
    """
    few, many = [], []
    for _ in range(rounds):
        few.append(timed(partial(in_pool, workers, nothing, workers)))
        many.append(timed(partial(in_pool, workers, nothing, workers + MANY)))
    start, all_of_it = quickest_tenth(few), quickest_tenth(many)
    task = max(0.0, all_of_it - start) / MANY
    return max(0.0, start / workers - task), task


def quickest_tenth(samples: Sequence[float]) -> float:
    """The longest of the quickest tenth of some samples."""
    return sorted(samples)[len(samples) // 10]


def gains(workers: int, rounds: int, seed: int) -> dict[tuple[int, float], float]:
    """How many times as fast as a loop a pool is, by number and length of tasks: medians of rounds, interleaved."""
    tasks = {seconds: partial(spin, steps_of(seconds)) for seconds in TASK_SECONDS}
    cells = [(count, seconds) for count in TASK_COUNTS for seconds in TASK_SECONDS]
    ratios: dict[tuple[int, float], list[float]] = {cell: [] for cell in cells}
    shuffled = random.Random(seed)
    for _ in range(rounds):
        shuffled.shuffle(cells)
        for count, seconds in cells:
            loop = timed(partial(in_loop, tasks[seconds], count))
            pool = timed(partial(in_pool, min(workers, count), tasks[seconds], count))
            ratios[count, seconds].append(loop / pool)
    return {cell: statistics.median(values) for cell, values in ratios.items()}


def lines(workers: int, rounds: int, seed: int) -> list[str]:
    """The report, as Markdown."""
    header = machine.describe()
    thread, task = costs(workers, 3 * rounds)
    found = gains(workers, rounds, seed)
    result = [f"{name}: {value}  " for name, value in header.items()]
    result += [
        f"a pool of {workers} threads: {duration(thread)} for each thread, {duration(task)} for each task",
        "",
        "| tasks | " + " | ".join(f"{duration(seconds)} each" for seconds in TASK_SECONDS) + " |",
        "|---:|" + "---:|" * len(TASK_SECONDS),
    ]
    for count in TASK_COUNTS:
        row = []
        for seconds in TASK_SECONDS:
            advised = should_parallelize(count, seconds_per_task=seconds, cpu_count=workers)
            row.append(f"{found[count, seconds]:.2f}×{' *' if advised else ''}")
        result.append(f"| {count} | " + " | ".join(row) + " |")
    return [*result, "", "\\* marks where `should_parallelize` says yes."]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each is measured (default 15)")
    parser.add_argument("--workers", type=int, default=available_cpus(), help="threads of the pool")
    parser.add_argument("--seed", type=int, default=1, help="of the order in each round")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.workers < 1:
        parser.error("--rounds and --workers want at least 1")
    print("\n".join(lines(options.workers, options.rounds, options.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
