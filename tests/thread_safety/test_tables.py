"""Each row of the page's two tables: the operation, done by many threads at once and mixed with all the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kida import DictLoader, Environment
from kida.template import CachedBlocksDict
from tests.thread_safety.forms import FORMS, rendered_here
from tests.thread_safety.threads import together

TEXTS = {
    "page": "{% extends 'base' %}{% from 'lib' import m %}{% block b %}{{ m(x) }}{% include 'part' %}{% endblock %}",
    "base": "<{% block b %}{% endblock %}>{% block foot %}foot{% endblock %}",
    "lib": "{% macro m(x) %}[{{ x|twice }}]{% endmacro %}",
    "part": "{% for i in range(3) %}{{ i }}{{ x }}{% endfor %}",
}
COUNT = 6
ROUNDS = 12


def made() -> Environment:
    return Environment(
        loader=DictLoader(TEXTS | {f"page {n}": f"{n}{{% include 'part' %}}" for n in range(20)}),
        filters={"twice": lambda value: f"{value}{value}"},
    )


Operation = Callable[[Environment, int], Any]
OPERATIONS: dict[str, Operation] = {
    "get_template": lambda env, n: env.get_template(f"page {n % 20}").name,
    "from_string": lambda env, n: env.from_string(f"{{{{ x|twice }}}}{n}").render(x=n),
    "render": lambda env, n: env.get_template("page").render(x=n),
    "render_stream": lambda env, n: "".join(env.get_template("page").render_stream(x=n)),
    "render_async": lambda env, n: rendered_here(env.get_template("page"), "async", x=n),
    "render_block": lambda env, n: env.get_template("page").render_block("b", x=n),
    "render_block_stream": lambda env, n: "".join(env.get_template("page").render_block_stream("b", x=n)),
    "trace_block": lambda env, n: env.get_template("page").trace_block("b", x=n).output,
    "add_filter": lambda env, n: env.add_filter(f"filter {n}", str),
    "add_test": lambda env, n: env.add_test(f"test {n}", callable),
    "add_global": lambda env, n: env.add_global(f"global {n}", n),
    "clear_cache": lambda env, n: env.clear_cache(),
    "cache_info": lambda env, n: env.cache_info().capacity,
}


@pytest.mark.usefixtures("_restless")
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_done_by_many_threads_at_once_gives_what_it_gives_alone(name: str) -> None:
    operation = OPERATIONS[name]
    alone = made()
    serial = [[operation(alone, n * ROUNDS + step) for step in range(ROUNDS)] for n in range(COUNT)]
    shared = made()
    found = together(COUNT, lambda n: [operation(shared, n * ROUNDS + step) for step in range(ROUNDS)])
    assert found == serial
    assert (set(shared.filters), set(shared.tests)) == (set(alone.filters), set(alone.tests))
    assert dict(shared.globals) == dict(alone.globals)


@pytest.mark.usefixtures("_restless")
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_not_disturbed_by_all_the_others(name: str) -> None:
    operation = OPERATIONS[name]
    others = [other for other in OPERATIONS if other != name]
    alone = made()
    serial = [operation(alone, step) for step in range(ROUNDS)]
    shared = made()

    def work(number: int) -> list[Any]:
        if number < 2:
            return [operation(shared, step) for step in range(ROUNDS)]
        return [
            OPERATIONS[others[(number + step) % len(others)]](shared, 1000 + number * ROUNDS + step)
            for step in range(2 * ROUNDS)
        ]

    assert together(5, work)[:2] == [serial, serial]


@pytest.mark.usefixtures("_restless")
def test_one_template_rendered_and_streamed_at_once_gives_each_thread_its_own_text() -> None:
    template = made().get_template("page")
    serial = [template.render(x=n) for n in range(COUNT * 2)]
    found = together(COUNT * 2, lambda n: [rendered_here(template, form, x=n) for form in FORMS])
    assert found == [[text] * len(FORMS) for text in serial]


def test_what_is_cached_is_guarded_by_a_lock_that_its_holder_can_take_again() -> None:
    env = made()
    for lock in (env._cache_lock, env._cache._lock, CachedBlocksDict()._lock):
        assert isinstance(lock, type(threading.RLock()))


def test_templates_are_put_in_the_cache_and_taken_out_under_the_lock_of_the_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    env = made()
    held: list[bool] = []
    cache = type(env._cache)

    def watched(name: str) -> None:
        method = getattr(cache, name)

        def calling(self: Any, *args: Any) -> Any:
            # another thread can take the lock only where this one does not hold it
            held.append(not _free(env._cache_lock))
            return method(self, *args)

        monkeypatch.setattr(cache, name, calling)

    watched("set")
    watched("clear")
    env.get_template("page")
    env.clear_cache()
    assert held == [True, True]


def _free(lock: Any) -> bool:
    taken: list[bool] = []

    def take() -> None:
        taken.append(lock.acquire(blocking=False))
        if taken[0]:
            lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return taken[0]
