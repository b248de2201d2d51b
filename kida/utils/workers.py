"""How many threads a number of renders is worth, on this interpreter and this machine.

The constants are measured: ``python benchmarks/break_even.py`` prints them, and where a pool wins, for the machine that
it runs on.
"""

from __future__ import annotations

import os
import sys
from math import ceil

THREAD_SECONDS = 0.001
"""What a thread of a pool costs, started, woken and joined. ``benchmarks/break_even.py`` measured 0.1 to 0.5 ms on an
idle core of 2.5 GHz (CPython 3.11 and free-threaded 3.13) and 1.0 to 1.7 ms on a busy one. The dearer figure: with it the
break-even comes where the table of that program has it, and a pool that does not pay is worse than a loop that could
have been quicker."""

TASK_SECONDS = 0.000_03
"""What it costs to hand out one task and to take its result: 18 to 38 µs, measured in the same run."""

THREAD_SHARE = 0.9
"""What a thread beside others does of what it does alone: two threads render 1.8 times as fast as one, or a little
less (``docs/scaling.md``)."""

RENDER_SECONDS = 0.001
"""How long a render takes where nobody says: about a page with a table of forty rows, as ``benchmarks/scaling.py``
renders it."""

WAITING_WORKERS_PER_CPU = 4
"""Threads for each core where tasks mostly wait: a core that each of them needs a quarter of the time is then busy."""

MAX_WAITING_WORKERS = 32
"""No more threads than this wait, however many cores there are: the bound of ``concurrent.futures.ThreadPoolExecutor``
too, where it is left to choose."""


def is_free_threading_build() -> bool:
    """Whether this interpreter was built to run without the GIL (PEP 703); it may still run with it."""
    import sysconfig

    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def is_gil_enabled() -> bool:
    """Whether threads of this process take turns now: always, but on a free-threading build where no extension
    module and no ``PYTHON_GIL=1`` has turned the GIL back on.
    """
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else bool(ask())


def available_cpus() -> int:
    """The cores this process may run on, at least one: fewer than the machine's where affinity says so."""
    count = getattr(os, "process_cpu_count", None)  # Python 3.13
    if count is not None:
        return count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def get_optimal_workers(
    task_count: int,
    *,
    seconds_per_task: float | None = None,
    max_workers: int | None = None,
    waits: bool = False,
    cpu_count: int | None = None,
    gil_enabled: bool | None = None,
) -> int:
    """The number of threads that finish ``task_count`` renders first, at least 1.

    Rendering computes. With the GIL one thread does that as fast as many, so the answer is 1; without it there are as
    many threads as pay for themselves, and no more than cores. Renders that wait (a filter that reads files, a lazy
    query) gain from threads with the GIL too.

    Parameters: ``task_count``, 0 or more; ``seconds_per_task``, how long one render takes, its waiting included,
    `RENDER_SECONDS` where it is not known and does not wait; ``max_workers``, an upper bound; ``waits``, whether the renders spend most of their time waiting;
    ``cpu_count`` and ``gil_enabled``, to be asked about another machine than this. Raises ``ValueError`` for a
    ``max_workers`` below 1.
    """
    if max_workers is not None and max_workers < 1:
        raise ValueError(f"max_workers must be at least 1, not {max_workers}")
    cpus = available_cpus() if cpu_count is None else max(1, cpu_count)
    has_gil = is_gil_enabled() if gil_enabled is None else gil_enabled
    if waits:
        most = min(task_count, cpus * WAITING_WORKERS_PER_CPU, MAX_WAITING_WORKERS)
    else:
        most = 1 if has_gil else min(task_count, cpus)
    most = max(1, most if max_workers is None else min(most, max_workers))
    if waits and seconds_per_task is None:
        return most  # what a render waits for takes longer than a thread costs
    seconds = RENDER_SECONDS if seconds_per_task is None else seconds_per_task
    return min(range(1, most + 1), key=lambda workers: expected_seconds(task_count, seconds, workers))


def expected_seconds(task_count: int, seconds_per_task: float, workers: int) -> float:
    """How long so many threads, each with a core or waiting, take for tasks that one thread does in a loop.

    One worker is the loop: it has no pool to start.
    """
    if workers == 1:
        return task_count * seconds_per_task
    longest = ceil(task_count / workers)
    return workers * THREAD_SECONDS + task_count * TASK_SECONDS + longest * seconds_per_task / THREAD_SHARE


def should_parallelize(
    task_count: int,
    *,
    seconds_per_task: float | None = None,
    waits: bool = False,
    cpu_count: int | None = None,
    gil_enabled: bool | None = None,
) -> bool:
    """Whether a pool of threads would finish ``task_count`` renders sooner than a loop; parameters as of
    `get_optimal_workers`.
    """
    workers = get_optimal_workers(
        task_count,
        seconds_per_task=seconds_per_task,
        waits=waits,
        cpu_count=cpu_count,
        gil_enabled=gil_enabled,
    )
    return workers > 1
