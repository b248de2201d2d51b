"""Tasks, event loops and `asyncio.to_thread`: what a render keeps is its own, and goes with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kida import DictLoader, Environment, RenderContext
from kida.render_context import get_render_context, get_render_context_required
from tests.thread_safety.forms import ending
from tests.thread_safety.threads import together


class Meeting:
    """A place where each task waits for all the others. Awaited, it gives an empty text."""

    def __init__(self, count: int) -> None:
        self._missing = count
        self._all = asyncio.Event()

    async def __call__(self) -> str:
        self._missing -= 1
        if self._missing == 0:
            self._all.set()
        await self._all.wait()
        return ""


def name_here() -> str:
    return f"[{get_render_context_required().name}]"


async def test_tasks_that_render_at_the_same_time_each_see_their_own() -> None:
    count = 20
    meet = Meeting(count)
    contexts: list[RenderContext] = []

    async def here() -> str:
        before = get_render_context_required()
        await meet()
        contexts.append(before)
        assert get_render_context_required() is before
        return before.name or ""

    texts = {f"page {n}": "{{ n }}{% include 'part' %}{{ here() }}{{ n }}" for n in range(count)}
    env = Environment(loader=DictLoader({**texts, "part": "({{ n }})"}), globals={"here": here})
    renders = [env.get_template(f"page {n}").render_async(n=n) for n in range(count)]
    assert await ending(_all(renders)) == [f"{n}({n})page {n}{n}" for n in range(count)]
    assert len({id(context) for context in contexts}) == count
    assert get_render_context() is None


async def test_renders_that_wait_inside_of_included_and_imported_templates_do_not_mix() -> None:
    count = 8
    meet = Meeting(count)
    env = Environment(
        loader=DictLoader(
            {
                "page": "{% extends 'base' %}{% import 'lib' as lib %}{% block body %}{{ n }}{{ lib.m(n) }}{% include 'part' %}{% endblock %}",
                "base": "{{ n }}{% block body %}{% endblock %}{{ here() }}",
                "lib": "{{ meet() }}{% macro m(n) %}({{ n }}){% endmacro %}",
                "part": "{{ here() }}{{ n }}",
            }
        ),
        globals={"here": name_here, "meet": meet},
    )
    template = env.get_template("page")
    texts = await ending(_all([template.render_async(n=n) for n in range(count)]))
    assert texts == [f"{n}{n}({n})[part]{n}[base]" for n in range(count)]


async def test_to_thread_inside_of_a_render_sees_that_render() -> None:
    async def in_thread() -> str:
        return await asyncio.to_thread(name_here)

    env = Environment(
        loader=DictLoader({"page": "{{ in_thread() }}{% include 'part' %}", "part": "{{ in_thread() }}"}),
        globals={"in_thread": in_thread},
    )
    template = env.get_template("page")
    assert await ending(_all([template.render_async() for _ in range(10)])) == ["[page][part]"] * 10
    assert await asyncio.to_thread(get_render_context) is None


async def test_what_a_thread_renders_inside_of_a_render_does_not_change_that_render() -> None:
    async def render_elsewhere(name: str) -> str:
        outer = get_render_context_required()
        text = await asyncio.to_thread(lambda: env.render(name))
        assert get_render_context_required() is outer
        return text

    env = Environment(
        loader=DictLoader({"page": "{{ elsewhere('part') }}{{ here() }}", "part": "{{ here() }}"}),
        globals={"elsewhere": render_elsewhere, "here": name_here},
    )
    assert await ending(env.get_template("page").render_async()) == "[part][page]"


async def test_renders_in_threads_of_to_thread_see_nothing_of_each_other() -> None:
    env = Environment(
        loader=DictLoader({"page": "{{ user }}{% include 'part' %}{{ here() }}", "part": "{{ user }}"}),
        globals={"here": name_here},
    )
    template = env.get_template("page")
    texts = await ending(_all([asyncio.to_thread(template.render, user=n) for n in range(100)]))
    assert texts == [f"{n}{n}[page]" for n in range(100)]
    assert get_render_context() is None


async def test_a_task_begun_inside_of_a_render_keeps_that_render_and_the_render_ends_without_it() -> None:
    tasks: list[asyncio.Task[str]] = []
    go_on = asyncio.Event()

    async def later() -> str:
        await go_on.wait()
        return name_here()

    def begin() -> str:
        tasks.append(asyncio.create_task(later()))
        return ""

    env = Environment(globals={"begin": begin})
    assert await env.from_string("{{ begin() }}done", name="page").render_async() == "done"
    assert get_render_context() is None
    go_on.set()
    assert await ending(_all(tasks)) == ["[page]"]
    assert get_render_context() is None


async def test_failing_renders_leave_nothing_and_do_not_disturb_those_beside_them() -> None:
    meet = Meeting(10)
    env = Environment(globals={"here": name_here, "meet": meet})
    template = env.from_string("{{ n }}{{ meet() }}{{ 12 // (n % 2) }}{{ here() }}", name="page")

    async def one(n: int) -> str:
        try:
            return await template.render_async(n=n)
        except ZeroDivisionError as error:
            assert get_render_context() is None
            return error.__notes__[0]

    texts = await ending(_all([one(n) for n in range(10)]))
    assert texts == ["in template page 1:23" if n % 2 == 0 else f"{n}12[page]" for n in range(10)]


async def test_a_synchronous_render_inside_of_an_asynchronous_one_gives_back_what_was_current() -> None:
    env = Environment(
        loader=DictLoader({"inner": "{{ here() }}"}),
        globals={"here": name_here, "inner": lambda: env.render("inner")},
    )
    template = env.from_string("{{ here() }}{{ inner() }}{{ here() }}", name="outer")
    assert await template.render_async() == "[outer][inner][outer]"


async def test_a_macro_awaited_several_times_at_once_within_a_render_writes_each_text_whole() -> None:
    async def gathered(macro: Callable[[int], Awaitable[str]]) -> str:
        return ",".join(await asyncio.gather(*[macro(n) for n in range(5)]))

    meet = Meeting(5)
    env = Environment(globals={"gathered": gathered, "meet": meet})
    template = env.from_string("{% macro m(n) %}<{{ n }}{{ meet() }}{{ n }}>{% endmacro %}{{ gathered(m) }}")
    text = await ending(template.render_async())
    assert text.replace("&lt;", "<").replace("&gt;", ">") == ",".join(f"<{n}{n}>" for n in range(5))


def test_event_loops_in_many_threads_render_one_template() -> None:
    env = Environment(
        loader=DictLoader(
            {
                "page": "{% for i in range(3) %}{{ wait(n) }}{% include 'part' %}{% endfor %}{{ here() }}",
                "part": "{{ n }}",
            }
        ),
        globals={"here": name_here, "wait": _waited},
    )
    template = env.get_template("page")

    def loop(number: int) -> list[str]:
        numbers = range(number * 10, number * 10 + 10)
        return asyncio.run(ending(_all([template.render_async(n=n) for n in numbers])))

    texts = [text for found in together(4, loop) for text in found]
    assert texts == [f"{n}{n}" * 3 + "[page]" for n in range(40)]


async def _waited(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def _all(work: list[Awaitable[str]] | list[asyncio.Task[str]]) -> list[str]:
    return list(await asyncio.gather(*work))
