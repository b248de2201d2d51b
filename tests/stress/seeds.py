"""One seed of the stress run: plans, the twin's answers, the threads, and what differed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kida.render_context import get_render_context

from .changing import SOUND
from .operations import SELF_CHECKED, Operation, all_that_wait, perform
from .outcomes import Broken
from .plans import ROUND, plan
from .sharing import miscounted
from .threads import Crew, smallest_switch_interval, together
from .worlds import Setting, World, make_world, new_folder

PATIENCE = 60.0  # seconds in which at least one operation of some thread must end


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is not the twin's."""

    thread: int
    step: int
    operation: Operation
    expected: str
    got: str

    def __str__(self) -> str:
        return (
            f"thread {self.thread}, step {self.step}: {self.operation}\n"
            f"--- expected\n{self.expected}\n--- got\n{self.got}\n---"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a seed: ``operations`` that ran, and ``failures``, drawn for people."""

    seed: int
    setting: Setting
    operations: int
    failures: tuple[str, ...]


def run_seed(
    seed: int,
    threads: int,
    operations: int,
    patience: float = PATIENCE,
    without: frozenset[str] = frozenset(),
) -> Report:
    """Run a seed: ``operations`` in each of so many threads. Raises `Stuck` where no thread gets on any more."""
    setting = Setting.drawn(seed)
    plans = [plan(seed, thread, threads, operations, without) for thread in range(threads)]
    expected: dict[Operation, str] = {}
    failures: list[str] = []
    with new_folder() as folder:
        twin = make_world(setting, Path(folder, "twin"), held=0)
        failures += together([partial(_answer_serially, twin, plans, expected)], patience)
        if failures:
            return Report(seed, setting, 0, tuple(failures))
        shared = make_world(setting, Path(folder, "shared"), held=threads)
        differing: list[Failure] = []
        works = [partial(_answer, shared, operations, expected, differing) for operations in plans]
        with smallest_switch_interval():
            failures += together(works, patience)
            failures += miscounted(seed, threads, patience)
        if not failures:
            _compare(all_that_wait(shared), expected, differing, -1, operations)
        failures += [str(failure) for failure in differing]
        failures += _lost(shared, plans)
    return Report(seed, setting, threads * operations, tuple(failures))


def _answer_serially(
    twin: World, plans: list[list[Operation]], expected: dict[Operation, str], crew: Crew, number: int
) -> None:
    for operations in plans:
        for operation in operations:
            for answered, outcome in perform(twin, operation):
                if answered.kind in SELF_CHECKED and outcome != SOUND:
                    raise Broken(f"{answered} of one thread alone: {outcome}")
                expected[answered] = outcome
            crew.progressed(number)


def _answer(
    shared: World,
    operations: list[Operation],
    expected: dict[Operation, str],
    differing: list[Failure],
    crew: Crew,
    number: int,
) -> None:
    for step, operation in enumerate(operations):
        if step % ROUND < 2:
            crew.barrier.wait()
        _compare(perform(shared, operation), expected, differing, number, step)
        if get_render_context() is not None:
            differing.append(
                Failure(number, step, operation, "no render context", repr(get_render_context()))
            )
        crew.progressed(number)


def _compare(
    answers: list[tuple[Operation, str]],
    expected: dict[Operation, str],
    differing: list[Failure],
    thread: int,
    step: int,
) -> None:
    differing += [
        Failure(thread, step, operation, expected[operation], got)
        for operation, got in answers
        if got != expected[operation]
    ]


def _lost(shared: World, plans: list[list[Operation]]) -> list[str]:
    """What was registered and is not there."""
    environment = shared.environment
    made = {"add filter": ("suffix", environment.filters), "add global": ("global", environment.globals)}
    return [
        f"{kind} {operation.number} was lost"
        for operations in plans
        for operation in operations
        for kind, (stem, registered) in made.items()
        if operation.kind == kind and f"{stem}_{operation.number}" not in registered
    ]
