from __future__ import annotations

import sys
import sysconfig

import pytest

from kida.utils import workers
from kida.utils.workers import (
    available_cpus,
    get_optimal_workers,
    is_free_threading_build,
    is_gil_enabled,
    should_parallelize,
)


def test_the_build_is_what_its_configuration_says():
    assert is_free_threading_build() is (sysconfig.get_config_var("Py_GIL_DISABLED") == 1)


def test_the_gil_can_be_off_only_in_a_free_threading_build():
    assert is_gil_enabled() or is_free_threading_build()


def test_the_interpreter_is_asked_where_it_can_tell(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert not is_gil_enabled()


def test_an_interpreter_that_cannot_tell_has_the_gil(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)
    assert is_gil_enabled()


def test_there_is_a_core_to_run_on():
    assert available_cpus() >= 1
    assert 1 <= get_optimal_workers(1000, gil_enabled=False) <= available_cpus()


@pytest.mark.parametrize(
    ("tasks", "cpus", "expected"),
    [(0, 8, 1), (1, 8, 1), (3, 8, 1), (4, 8, 2), (9, 8, 4), (100, 8, 8), (100, 1, 1)],
)
def test_without_the_gil_each_thread_gets_a_core_and_enough_to_do(tasks: int, cpus: int, expected: int):
    assert get_optimal_workers(tasks, cpu_count=cpus, gil_enabled=False) == expected


def test_with_the_gil_one_thread_renders_as_fast_as_many():
    assert get_optimal_workers(1000, cpu_count=8, gil_enabled=True) == 1


@pytest.mark.parametrize(("tasks", "cpus", "expected"), [(0, 2, 1), (3, 2, 3), (100, 2, 8), (100, 64, 32)])
def test_renders_that_wait_gain_from_threads_with_the_gil_too(tasks: int, cpus: int, expected: int):
    assert get_optimal_workers(tasks, waits=True, cpu_count=cpus, gil_enabled=True) == expected


def test_the_caller_can_bound_the_workers():
    assert get_optimal_workers(1000, max_workers=3, cpu_count=8, gil_enabled=False) == 3
    with pytest.raises(ValueError, match="at least 1"):
        get_optimal_workers(1, max_workers=0)


def test_parallel_is_worth_it_where_more_than_one_worker_is():
    assert should_parallelize(100, cpu_count=4, gil_enabled=False)
    assert not should_parallelize(100, cpu_count=4, gil_enabled=True)
    assert not should_parallelize(workers.MIN_PARALLEL_TASKS - 1, cpu_count=4, gil_enabled=False)
    assert should_parallelize(100, waits=True, cpu_count=1, gil_enabled=True)


def test_parallel_is_not_worth_it_for_work_done_before_the_threads_start():
    assert not should_parallelize(100, seconds_per_task=1e-6, cpu_count=4, gil_enabled=False)
    assert should_parallelize(100, seconds_per_task=1e-3, cpu_count=4, gil_enabled=False)
