from __future__ import annotations

import sys
import sysconfig

import pytest

from kida.utils import workers
from kida.utils.workers import (
    available_cpus,
    expected_seconds,
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
    ("tasks", "seconds", "cpus", "expected"),
    [
        (0, 1.0, 8, 1),
        (1, 1.0, 8, 1),
        (2, 1.0, 8, 2),
        (100, 1.0, 8, 8),
        (100, 1.0, 1, 1),
        (1000, 0.001, 8, 8),
        (100, 0.000_01, 8, 1),
    ],
)
def test_without_the_gil_there_are_as_many_threads_as_pay_for_themselves(
    tasks: int, seconds: float, cpus: int, expected: int
):
    found = get_optimal_workers(tasks, seconds_per_task=seconds, cpu_count=cpus, gil_enabled=False)
    assert found == expected


@pytest.mark.parametrize("tasks", [1, 2, 3, 7, 40, 1000])
@pytest.mark.parametrize("seconds", [0.000_01, 0.000_2, 0.001, 0.02])
def test_no_other_number_of_threads_is_expected_to_be_quicker(tasks: int, seconds: float):
    chosen = get_optimal_workers(tasks, seconds_per_task=seconds, cpu_count=16, gil_enabled=False)
    expected = {workers: expected_seconds(tasks, seconds, workers) for workers in range(1, 17)}
    assert expected[chosen] == min(expected.values())


def test_a_pool_costs_its_threads_and_each_task_and_a_loop_only_the_work():
    assert expected_seconds(10, 1.0, 1) == 10.0
    two, shared = expected_seconds(10, 0.0, 2), 2 * workers.THREAD_SECONDS + 10 * workers.TASK_SECONDS
    assert two == pytest.approx(shared)
    assert expected_seconds(9, 1.0, 2) == pytest.approx(5 / workers.THREAD_SHARE, rel=0.01)


def test_many_short_renders_take_fewer_threads_than_there_are_cores():
    few = get_optimal_workers(100, seconds_per_task=0.001, cpu_count=64, gil_enabled=False)
    assert 1 < few < 64
    assert get_optimal_workers(100, seconds_per_task=0.1, cpu_count=64, gil_enabled=False) > few


def test_a_render_of_unknown_length_is_taken_for_a_medium_page():
    assert get_optimal_workers(100, cpu_count=64, gil_enabled=False) == get_optimal_workers(
        100, seconds_per_task=workers.RENDER_SECONDS, cpu_count=64, gil_enabled=False
    )


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
    assert not should_parallelize(1, cpu_count=4, gil_enabled=False)
    assert should_parallelize(100, waits=True, cpu_count=1, gil_enabled=True)


def test_parallel_is_not_worth_it_for_work_done_before_the_threads_start():
    assert not should_parallelize(100, seconds_per_task=1e-6, cpu_count=4, gil_enabled=False)
    assert should_parallelize(100, seconds_per_task=1e-3, cpu_count=4, gil_enabled=False)
    assert not should_parallelize(100, seconds_per_task=1e-6, waits=True, cpu_count=4, gil_enabled=True)
