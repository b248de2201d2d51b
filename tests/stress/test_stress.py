"""What many threads do at once comes to what one thread does: a few short seeds, always the same ones.

KIDA_STRESS_SEEDS=25 asks for more; ``python -m tests.stress.run`` for longer ones.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

import pytest

from kida import RenderContext
from kida.runtime import inclusion
from kida.template import core

from .changing import wrong_with
from .outcomes import outcome_of
from .plans import plan
from .seeds import run_seed
from .sharing import miscounted
from .templates import CHANGING
from .threads import Crew, Stuck, smallest_switch_interval, together
from .worlds import REGISTRY

SEEDS = int(os.environ.get("KIDA_STRESS_SEEDS", "3"))
THREADS = 6
OPERATIONS = 60
PATIENCE = 120.0
LEAST = dict.fromkeys([*CHANGING, REGISTRY], 4)
MOST = dict.fromkeys([*CHANGING, REGISTRY], 6)
PARTS = "<part 5>4=4<lib 5>4=4<lib 5><part 5>" * 3
SOUND_TEXT = f"<base 5>4=4<page 5>{PARTS}<base 5>4=4<page 5><lib 5>4=4<lib 5>4=4<base 5>"


@pytest.mark.parametrize("seed", range(1, 1 + SEEDS))
def test_each_answer_of_many_threads_is_that_of_a_serial_twin(seed: int) -> None:
    report = run_seed(seed, THREADS, OPERATIONS, PATIENCE)
    again = f"python -m tests.stress.run --seed {seed} --threads {THREADS} --operations {OPERATIONS}"
    assert not report.failures, "\n".join([*report.failures[:3], f"{report.setting}\nagain: {again}"])


def test_a_seed_always_makes_the_same_plans() -> None:
    assert plan(5, 0, 2, 80) == plan(5, 0, 2, 80)
    assert plan(5, 0, 2, 80) != plan(6, 0, 2, 80)
    assert {one.number for one in plan(5, 0, 2, 80)}.isdisjoint(one.number for one in plan(5, 1, 2, 80))


def test_a_render_that_keeps_its_state_where_another_sees_it_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last: dict[int, str | None] = {}  # the name that each thread rendered last, which no other ought to see

    def shared(make: Callable[..., RenderContext], *args: Any) -> RenderContext:
        made = make(*args)
        own = threading.get_ident()
        seen = [name for thread, name in tuple(last.items()) if thread != own]
        last[own] = made.name
        if seen:
            made.unit = copy(made.unit)
            made.unit.name = seen[-1]
        return made

    for module in (core, inclusion):
        monkeypatch.setattr(module, "begun", partial(shared, module.begun))
    with smallest_switch_interval():
        report = run_seed(2, 4, 40, PATIENCE)
    assert any("--- expected" in failure for failure in report.failures)


def test_caches_and_registries_that_lose_nothing_add_up() -> None:
    assert miscounted(1, 4, PATIENCE) == []


def test_threads_that_wait_for_each_other_are_given_up_with_their_stacks() -> None:
    released = threading.Event()

    def wait_for_ever(crew: Crew, number: int) -> None:
        released.wait()

    try:
        with pytest.raises(Stuck, match=r"thread stress-1:\n(?s:.*)in wait_for_ever"):
            together([wait_for_ever, wait_for_ever], patience=0.2)
    finally:
        released.set()


def test_a_thread_that_raises_ends_the_run_and_is_shown() -> None:
    def work(crew: Crew, number: int) -> None:
        if number == 1:
            raise ValueError("the second thread fails")
        crew.barrier.wait()

    (raised,) = together([work, work, work], PATIENCE)
    assert "the second thread fails" in raised


def test_the_switch_interval_is_put_back() -> None:
    before = sys.getswitchinterval()
    with smallest_switch_interval():
        assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == before


def test_a_sound_render_of_what_changes_is_told_from_every_mixture() -> None:
    assert wrong_with(SOUND_TEXT, LEAST, MOST) == ""
    for part, other in {
        "<page 5>": "<page 6>",
        "<lib 5><part": "<lib 6><part",
        "4=4<lib": "5=5<lib",
        "4=4<page 5><lib": "5=5<page 5><lib",
    }.items():
        mixed = SOUND_TEXT.replace(part, other, 1)
        assert mixed != SOUND_TEXT
        assert "in one render" in wrong_with(mixed, LEAST, MOST) or "never there" in wrong_with(
            mixed, LEAST, MOST
        )
    assert "allowed are 5 to 6" in wrong_with(SOUND_TEXT, {**LEAST, REGISTRY: 5}, MOST)
    assert "allowed are 4 to 4" in wrong_with(SOUND_TEXT, LEAST, {**MOST, "changing/lib.html": 4})


def test_an_outcome_says_all_that_the_engine_says_of_an_error() -> None:
    from kida import DictLoader, Environment

    environment = Environment(
        loader=DictLoader({"a.html": "{% macro m(x) %}\n{{ 1 / x }}{% endmacro %}{{ m(0) }}"})
    )
    said = outcome_of(lambda: environment.render("a.html"))
    assert said.startswith("ZeroDivisionError: division by zero\nin template a.html 2:4, in macro m")
    assert "in macro m at a.html 2:4 to 2:8 m | {{ 1 / x }}" in said
    assert '  File "a.html", line 2, in macro m' in said
