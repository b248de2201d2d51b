"""Each render has a context of its own in a ContextVar, and nothing of it is to be seen elsewhere or afterwards."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from collections.abc import Callable
from typing import Any

import pytest

from kida import DictLoader, Environment, RenderContext, TemplateError, pass_context
from kida.render_context import (
    async_render_context,
    get_render_context,
    get_render_context_required,
    render_context,
)
from tests.thread_safety.threads import Gate, Rendezvous, Running, elsewhere, together

TEXTS = {
    "page": "{% extends 'base' %}{% from 'lib' import m %}{% block body %}{{ here() }}{{ m() }}{% include 'part' %}{% endblock %}",
    "base": "<{% block body %}{% endblock %}>{{ here() }}",
    "lib": "{% macro m() %}{{ here() }}{% endmacro %}",
    "part": "{{ here() }}",
    "broken": "{{ here() }}{% include 'broken part' %}",
    "broken part": "{{ here() }}{{ 1 // 0 }}",
    "missing": "{{ here() }}{{ nothing }}",
    "unfinished": "{{ here() }}{% include 'no such template' %}",
}


def here() -> str:
    return f"[{get_render_context_required().name}]"


def env(**more: Any) -> Environment:
    return Environment(loader=DictLoader(TEXTS), globals={"here": here, **more})


def close_early(e: Environment) -> None:
    stream = e.get_template("page").render_stream()
    next(stream)
    assert get_render_context() is None
    stream.close()  # type: ignore[attr-defined]


def leave_behind(e: Environment) -> None:
    stream = e.get_template("page").render_stream()
    next(stream)
    del stream
    gc.collect()


async def async_stream(e: Environment, name: str) -> None:
    async for _ in e.get_template(name).render_stream_async():
        assert get_render_context() is None
    assert get_render_context() is None


async def async_close(e: Environment) -> None:
    stream = e.get_template("page").render_stream_async()
    await anext(stream)
    assert get_render_context() is None
    await stream.aclose()  # type: ignore[attr-defined]
    assert get_render_context() is None


async def then_none(e: Environment, name: str) -> None:
    try:
        await e.get_template(name).render_async()
    finally:
        assert get_render_context() is None


WAYS: dict[str, Callable[[Environment], object]] = {
    "render": lambda e: e.render("page"),
    "render_string": lambda e: e.render_string("{{ here() }}", here=str),
    "stream": lambda e: list(e.get_template("page").render_stream()),
    "stream closed early": close_early,
    "stream left behind": leave_behind,
    "stream never begun": lambda e: e.get_template("page").render_stream(),
    "block": lambda e: e.get_template("page").render_block("body"),
    "with blocks": lambda e: e.get_template("page").render_with_blocks({"body": "text"}),
    "module": lambda e: e.get_template("lib").module,
    "macro of a module": lambda e: e.get_template("lib").module.m(),
    "expression": lambda e: e.compile_expression("here()")(),
    "async": lambda e: asyncio.run(then_none(e, "page")),
    "async stream": lambda e: asyncio.run(async_stream(e, "page")),
    "async stream closed early": lambda e: asyncio.run(async_close(e)),
    "failing render": lambda e: e.render("broken"),
    "undefined variable": lambda e: e.render("missing"),
    "missing template": lambda e: e.render("unfinished"),
    "failing stream": lambda e: list(e.get_template("broken").render_stream()),
    "failing module": lambda e: e.get_template("broken").module,
    "failing async": lambda e: asyncio.run(then_none(e, "broken")),
    "failing async stream": lambda e: asyncio.run(async_stream(e, "broken")),
    "missing block": lambda e: e.get_template("page").render_block("nothing"),
    "interrupted": lambda e: e.render_string("{{ stop() }}"),
    "interrupted stream": lambda e: list(e.from_string("{{ stop() }}").render_stream()),
}
FAILING = {"undefined variable", "missing template", "missing block", "interrupted", "interrupted stream"}


def stop() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_visible_after_a_render_however_it_ends(way: str) -> None:
    before = contextvars.copy_context()
    raised = None
    try:
        WAYS[way](env(stop=stop))
    except (ZeroDivisionError, TemplateError, KeyboardInterrupt) as error:
        raised = error
    assert (raised is not None) is (way in FAILING or way.startswith("failing"))
    assert get_render_context() is None
    with pytest.raises(RuntimeError):
        get_render_context_required()
    after = contextvars.copy_context()
    seen = {var.name: after[var] for var in after if after[var] is not before.get(var)}
    assert {name: value for name, value in seen.items() if value is not None} == {}


def test_inside_of_a_render_the_context_is_that_of_the_template_that_has_come_to_run() -> None:
    # a macro and a block run within what renders them, an included template is its own
    assert env().render("page") == "<[base][base][part]>[base]"


def test_the_context_tells_the_line_that_the_render_has_come_to() -> None:
    lines = env(line=lambda: get_render_context_required().line)
    assert (
        lines.render_string("{{ line() }}\n{{ line() }}{% if true %}\n\n{{ line() }}{% endif %}")
        == "1\n2\n\n4"
    )
    with render_context("page") as context:
        assert context.line is None


def test_two_renders_of_a_template_have_two_contexts() -> None:
    seen: list[RenderContext] = []
    template = env(keep=lambda: seen.append(get_render_context_required())).from_string("{{ keep() }}")
    template.render()
    template.render()
    first, second = seen
    assert first is not second
    for name in ("exported_vars", "vars"):
        assert getattr(first, name) is not getattr(second, name)


def test_another_thread_sees_nothing_of_a_render_that_is_going_on() -> None:
    inside = Gate()
    running = Running(lambda: env(stop=inside).render_string("{{ stop() }}{{ here() }}"))
    inside.reached()
    assert get_render_context() is None
    assert env().render("part") == "[part]"
    inside.open()
    assert running.result() == "[None]"


def test_threads_that_render_at_the_same_time_each_see_their_own() -> None:
    count = 6
    inside = Rendezvous(count)

    def context_here() -> str:
        before = get_render_context_required()
        inside()
        contexts.append(before)
        inside()
        assert get_render_context_required() is before
        return before.name or ""

    contexts: list[RenderContext] = []
    names = {f"page {number}": "{{ number }}:{% include 'inner' %}{{ here() }}" for number in range(count)}
    e = Environment(loader=DictLoader({**names, "inner": "{{ number }}"}), globals={"here": context_here})
    texts = together(count, lambda number: e.render(f"page {number}", number=number))
    assert texts == [f"{number}:{number}page {number}" for number in range(count)]
    assert len({id(context) for context in contexts}) == count


@pytest.mark.parametrize("failing", [False, True], ids=["succeeding", "failing"])
def test_a_filter_may_render_another_template_and_the_outer_render_goes_on(failing: bool) -> None:
    depth = 5
    trail: list[str] = []

    def inner(level: int) -> str:
        outer = get_render_context_required()
        trail.append(f"{outer.name} of {outer.template_stack}")
        try:
            text = e.render("bad" if failing and level == depth else "nested", level=level)
        except ZeroDivisionError:
            text = "failed"
        assert get_render_context_required() is outer
        trail.append(f"{outer.name} again")
        return text

    e = Environment(
        loader=DictLoader(
            {
                "nested": "({{ level }}{% if level < 5 %}{{ (level + 1)|inner }}{% endif %}{{ here() }})",
                "bad": "{{ 1 // 0 }}",
            }
        ),
        filters={"inner": inner},
        globals={"here": here},
        autoescape=False,
    )
    core = "failed" if failing else "(5[nested])"
    assert e.render("nested", level=1) == f"(1(2(3(4{core}[nested])[nested])[nested])[nested])"
    # each is a render of its own: its stack holds no template of the render around it
    assert trail == ["nested of ('nested',)"] * 4 + ["nested again"] * 4
    assert get_render_context() is None


def test_a_nested_render_sees_no_variable_of_the_render_around_it() -> None:
    e = Environment(filters={"inner": lambda text: e.from_string(text).render()})
    outer = e.from_string("{{ secret }}{% set own = 1 %}{{ text|inner }}{{ own }}")
    text = "{{ secret is defined }}{{ own is defined }}"
    assert outer.render(secret="s", text=text) == "sFalseFalse1"


def test_a_stream_that_a_filter_leaves_suspended_does_not_change_the_render_around_it() -> None:
    kept: list[Any] = []

    def begin(name: str) -> str:
        stream = e.get_template(name).render_stream()
        kept.append(stream)
        return next(stream)

    e = Environment(loader=DictLoader(TEXTS), globals={"here": here}, filters={"begin": begin})
    assert e.render_string("{{ 'page'|begin }}{{ here() }}") == "&lt;[None]"
    assert "".join(kept[0]) == "[base][base][part]>[base]"
    assert get_render_context() is None


def test_a_context_manager_restores_what_was_current_before() -> None:
    with render_context("outer") as outer:
        with render_context("inner") as inner:
            assert get_render_context() is inner
        assert get_render_context() is outer
        with pytest.raises(LookupError), render_context("failing"):
            raise LookupError
        assert get_render_context() is outer
        assert elsewhere(lambda: contextvars.Context().run(get_render_context)) is None
    assert get_render_context() is None


async def test_the_asynchronous_context_manager_is_seen_by_its_task_alone() -> None:
    async def seen() -> RenderContext | None:
        return get_render_context()

    before = asyncio.create_task(seen())
    async with async_render_context("page") as context:
        assert get_render_context() is context
        assert await before is None
        # a task begins with a copy of what its maker sees (PEP 567)
        assert await asyncio.create_task(seen()) is context
    assert get_render_context() is None


def test_state_lives_in_the_context_of_the_render_and_not_in_the_template() -> None:
    seen: list[tuple[str | None, tuple[str, ...], list[str], int | None]] = []

    def keep() -> str:
        context = get_render_context_required()
        seen.append((context.name, context.import_stack, sorted(context.blocks), context.line))
        return ""

    texts = {
        "outer": "\n{% import 'lib' as lib %}{% block b %}{{ keep() }}{% endblock %}",
        "lib": "{{ keep() }}",
    }
    e = Environment(loader=DictLoader(texts), globals={"keep": keep})
    e.render("outer")
    assert seen == [("lib", ("lib",), [], 1), ("outer", (), ["b"], 2)]


def test_what_is_set_behind_extends_in_an_included_template_is_seen_by_its_blocks_whoever_looked_at_the_context() -> (
    None
):
    @pass_context
    def names(context: RenderContext) -> str:
        return f"{sorted(context.vars)}"

    sources = {
        "page": "{% for i in [1] %}{% include 'part' %}{% endfor %}",
        "part": "{% extends 'base' %}{% set seen = names() %}{% set late = i %}",
        "base": "{% block b %}{{ seen }}{{ late }}{{ outer }}{% endblock %}",
    }
    env = Environment(loader=DictLoader(sources), globals={"names": names}, autoescape=False)
    assert env.get_template("page").render(outer="o") == "['i', 'outer']1o"
