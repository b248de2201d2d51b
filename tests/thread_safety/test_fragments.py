"""Texts that ``cache`` keeps, where threads and tasks ask for them at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from kida import Environment
from kida.utils.lru_cache import CacheInfo

WORKERS = 8


class Counted:
    """A function for templates that counts its calls."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.calls = 0
        self._meanwhile = meanwhile
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            self.calls += 1
            mine = self.calls
        self._meanwhile()
        return mine


def test_renders_at_the_same_time_make_a_text_once() -> None:
    env = Environment()
    begun = threading.Barrier(WORKERS)
    f = Counted(lambda: threading.Event().wait(0.05))
    template = env.from_string("{% cache 'k' %}{{ f() }}{% end %}")

    def work(_: int) -> str:
        begun.wait(30)
        return template.render(f=f)

    with ThreadPoolExecutor(WORKERS) as pool:
        assert list(pool.map(work, range(WORKERS))) == ["1"] * WORKERS
    assert env.fragment_cache_info() == CacheInfo(WORKERS - 1, 1, 1, 1000)


async def test_tasks_and_threads_at_the_same_time_make_a_text_once() -> None:
    env = Environment()
    calls: list[int] = []

    async def later() -> int:
        await asyncio.sleep(0.02)
        calls.append(1)
        return len(calls)

    template = env.from_string("{% cache 'k' %}{{ f() }}{% end %}")
    texts = await asyncio.gather(
        *(template.render_async(f=later) for _ in range(5)),
        *(asyncio.to_thread(lambda: asyncio.run(template.render_async(f=later))) for _ in range(3)),
        asyncio.to_thread(lambda: template.render(f=lambda: 1)),
    )
    assert texts == ["1"] * 9
    assert len(calls) <= 1


def test_those_who_wait_for_a_body_that_fails_make_it_themselves() -> None:
    env = Environment()
    begun, go_on = threading.Event(), threading.Event()

    def fail() -> str:
        begun.set()
        assert go_on.wait(30)
        raise ValueError("first")

    template = env.from_string("{% cache 1 %}{{ f() }}{% end %}")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(template.render, f=fail)
        assert begun.wait(30)
        second = pool.submit(template.render, f=lambda: "second")
        go_on.set()
        with pytest.raises(ValueError, match="first"):
            first.result(30)
        assert second.result(30) == "second"


def test_two_that_need_each_others_text_do_not_wait_for_each_other() -> None:
    env = Environment()
    both = threading.Barrier(2)

    def meet() -> str:
        if both.n_waiting < 2 and not both.broken:
            both.wait(30)
        return ""

    first = env.from_string("{% cache 1 %}1{{ meet() }}{% cache 2 %}2{% end %}{% end %}")
    second = env.from_string("{% cache 2 %}2{{ meet() }}{% cache 1 %}1{% end %}{% end %}")
    with ThreadPoolExecutor(2) as pool:
        texts = [pool.submit(template.render, meet=meet) for template in (first, second)]
        found = [text.result(30) for text in texts]
    # each makes the other's part itself, unless that has come to its end meanwhile
    assert found[0] in ("12", "121")
    assert found[1] in ("21", "212")


def test_a_part_of_several_texts_is_made_once_too() -> None:
    env = Environment()
    begun = threading.Barrier(WORKERS)
    f = Counted(lambda: threading.Event().wait(0.05))
    template = env.from_string("{% cache page %}{{ page }}{% cache 'menu' %}{{ f() }}{% end %}{% end %}")

    def work(page: int) -> str:
        begun.wait(30)
        return template.render(page=page, f=f)

    with ThreadPoolExecutor(WORKERS) as pool:
        assert list(pool.map(work, range(WORKERS))) == [f"{page}1" for page in range(WORKERS)]
    assert env.fragment_cache_info() == CacheInfo(WORKERS - 1, WORKERS + 1, WORKERS + 1, 1000)


async def test_a_part_of_several_texts_is_made_once_by_tasks_too() -> None:
    env = Environment()
    calls: list[int] = []

    async def later() -> int:
        calls.append(1)
        await asyncio.sleep(0.02)
        return len(calls)

    template = env.from_string("{% cache page %}{{ page }}{% cache 'menu' %}{{ f() }}{% end %}{% end %}")
    texts = await asyncio.gather(*(template.render_async(page=page, f=later) for page in range(5)))
    assert texts == ["01", "11", "21", "31", "41"]


async def test_three_tasks_that_need_each_others_text_in_a_ring_come_to_their_end() -> None:
    env = Environment()
    template = env.from_string("{% cache a %}{{ a }}{{ meet() }}{% cache b %}{{ b }}{% end %}{% end %}")
    arrived: list[int] = []
    all_are_there = asyncio.Event()

    async def meet() -> str:
        arrived.append(1)
        if len(arrived) == 3:
            all_are_there.set()
        await all_are_there.wait()
        return ""

    ring = ((1, 2), (2, 3), (3, 1))
    rendering = asyncio.gather(*(template.render_async(a=a, b=b, meet=meet) for a, b in ring))
    texts = await asyncio.wait_for(rendering, 30)
    assert [text[0] for text in texts] == ["1", "2", "3"]
    # at least one makes the text that it needs itself, as whoever makes it waits
    assert any(len(text) == 2 for text in texts)


def test_a_plain_render_does_not_wait_for_a_task_of_the_event_loop_that_it_stops() -> None:
    template = Environment().from_string("{% cache 'k' %}{{ f() }}{% end %}")

    async def both() -> tuple[str, str]:
        begun = asyncio.Event()

        async def later() -> str:
            begun.set()
            await asyncio.sleep(0.01)
            return "task"

        task = asyncio.create_task(template.render_async(f=later))
        await begun.wait()
        return template.render(f=lambda: "plain"), await task

    assert _within_time(lambda: asyncio.run(both())) == ("plain", "task")


class _Rests:
    """Something to await that is never there."""

    def __await__(self) -> Generator[None, None, str]:
        yield
        raise AssertionError("it is not awaited to its end")


def test_a_text_is_free_again_where_nobody_awaits_its_render_any_longer() -> None:
    template = Environment().from_string("{% cache 'k' %}{{ f() }}{% end %}")
    # driven by hand: other event loops than asyncio's do so, too
    rendering = template.render_async(f=_Rests)
    assert copy_context().run(rendering.send, None) is None
    rendering.close()
    assert _within_time(lambda: template.render(f=lambda: "next")) == "next"


def _within_time(function: Callable[[], object]) -> object:
    """What a function gives; a test fails that would wait for ever."""
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(function()), daemon=True)
    thread.start()
    thread.join(30)
    assert found, "it has not come to its end"
    return found[0]


def test_what_is_made_while_all_is_forgotten_is_not_kept() -> None:
    env = Environment()

    def clear() -> int:
        env.clear_cache()
        return 1

    template = env.from_string("{% cache 1 %}{{ f() }}{% end %}")
    assert template.render(f=clear) == "1"
    assert env.fragment_cache_info() == CacheInfo(0, 0, 0, 1000)
    assert template.render(f=lambda: 2) == "2"
    assert template.render(f=lambda: 3) == "2"
