"""How many threads a number of renders is worth, on this interpreter and this machine."""

from __future__ import annotations

import os
import sys

MIN_PARALLEL_TASKS = 4
"""Fewer renders than this are done before a pool of threads has handed them out."""

MIN_TASKS_PER_WORKER = 2
"""A thread that renders only once costs about what it saves: starting one takes as long as a small render."""

MIN_PARALLEL_SECONDS = 0.005
"""Work shorter than this in all is done sooner on the thread that is already running: a pool of threads takes
about a millisecond to start and to join."""

MAX_WAITING_WORKERS = 32
"""Threads that mostly wait need no core each, but each needs a stack and a turn: more than this buys nothing.
It is also the bound of ``concurrent.futures.ThreadPoolExecutor``."""

WAITING_WORKERS_PER_CPU = 4
"""Threads for each core where tasks spend most of their time waiting for files, databases or the network."""


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
    max_workers: int | None = None,
    waits: bool = False,
    cpu_count: int | None = None,
    gil_enabled: bool | None = None,
) -> int:
    """The number of threads to render ``task_count`` templates on, at least 1.

    Rendering computes. With the GIL one thread does that as fast as many, so the answer is 1; without it there is
    a thread for each core, as long as each has `MIN_TASKS_PER_WORKER` renders to do. Renders that wait (a filter
    that reads files, a lazy query) gain from threads with the GIL too.

    Parameters: ``task_count``, 0 or more; ``max_workers``, an upper bound; ``waits``, whether the renders spend
    most of their time waiting; ``cpu_count`` and ``gil_enabled``, to be asked about another machine than this.
    Raises ``ValueError`` for a ``max_workers`` below 1.
    """
    if max_workers is not None and max_workers < 1:
        raise ValueError(f"max_workers must be at least 1, not {max_workers}")
    cpus = available_cpus() if cpu_count is None else max(1, cpu_count)
    has_gil = is_gil_enabled() if gil_enabled is None else gil_enabled
    if waits:
        useful = min(task_count, cpus * WAITING_WORKERS_PER_CPU, MAX_WAITING_WORKERS)
    elif has_gil or task_count < MIN_PARALLEL_TASKS:
        useful = 1
    else:
        useful = min(task_count // MIN_TASKS_PER_WORKER, cpus)
    return max(1, useful if max_workers is None else min(useful, max_workers))


def should_parallelize(
    task_count: int,
    *,
    seconds_per_task: float | None = None,
    waits: bool = False,
    cpu_count: int | None = None,
    gil_enabled: bool | None = None,
) -> bool:
    """Whether threads would finish ``task_count`` renders sooner than a loop.

    Parameters: ``seconds_per_task``, how long one render takes, where that is known: work of less than
    `MIN_PARALLEL_SECONDS` in all is not worth a pool; the others as for `get_optimal_workers`.
    """
    if seconds_per_task is not None and seconds_per_task * task_count < MIN_PARALLEL_SECONDS:
        return False
    return get_optimal_workers(task_count, waits=waits, cpu_count=cpu_count, gil_enabled=gil_enabled) > 1
