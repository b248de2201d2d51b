"""Traced renders that await."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

import kida

from .reading import assert_tiled, steps_of, texts_and_parts, written


async def later(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


async def items() -> AsyncIterator[str]:
    for item in "abc":
        await asyncio.sleep(0)
        yield item


async def traced(source: str, templates: dict[str, str] | None = None, **context: Any) -> kida.RenderTrace:
    environment = kida.Environment(loader=kida.DictLoader(templates or {}), autoescape=False)
    template = environment.from_string(source, name="main")
    context |= {"later": later, "items": items}
    trace = await kida.trace_render_async(template, context)
    assert trace.output == await template.render_async(context)
    assert_tiled(trace)
    return trace


async def test_what_is_awaited_is_written_by_its_expression() -> None:
    trace = await traced("{{ later('x') }}{{ await later('y') }}{{ later(later)('z') }}")
    assert texts_and_parts(trace) == [
        ("x", "later('x')"), ("y", "await later('y')"), ("z", "later(later)('z')"),
    ]  # fmt: skip


async def test_asynchronous_loops_have_turns() -> None:
    trace = await traced(
        "{% for i in items() %}{{ i }}{% endfor %}{% async for i in items() %}<{{ loop.index }}{% endfor %}"
    )
    assert steps_of(trace, "b") == ("turn 2 of 3",)
    assert steps_of(trace, "3") == ("turn 3 of 3",)


async def test_macros_captures_filters_and_blocks_keep_their_parts() -> None:
    trace = await traced(
        "{% extends 'base' %}{% macro m(x) %}<{{ later(x) }}>{% endmacro %}"
        "{% block b %}{% set t %}{{ m('aa') }}{% endset %}{{ t|trim }}{{ super() }}{% include 'part' %}"
        "{% filter indent(1, true) %}{{ m('bb') }}{% endfilter %}{{ 'n' ~ m('cc') }}{% endblock %}",
        {"base": "{% block b %}base{% endblock %}", "part": "part"},
    )
    assert trace.output == "<aa>basepart <bb>n<cc>"
    steps = ("template base", "block b")
    assert steps_of(trace, "aa") == (*steps, "macro m")
    assert steps_of(trace, "base") == (*steps, "block b")
    assert steps_of(trace, "part") == (*steps, "include part")
    assert steps_of(trace, "bb") == (*steps, "macro m")
    assert steps_of(trace, "cc") == (*steps, "macro m")


async def test_a_caller_and_a_recursive_loop_keep_their_parts() -> None:
    trace = await traced(
        "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}"
        "{% for i in tree recursive %}{{ i.n }}{{ loop(i.c) }}{% endfor %}",
        tree=[{"n": "a", "c": [{"n": "b", "c": []}]}],
    )
    assert steps_of(trace, "in") == ("macro m", "caller")
    assert steps_of(trace, "b") == ("turn 1 of 1", "turn 1 of 1")


async def test_values_and_calls_are_those_of_the_awaited() -> None:
    trace = await traced("{% macro m() %}{{ later(1) }}{% endmacro %}{{ m()|string }}")
    assert [one.value for one in trace.values if one.part.text == "later(1)"] == [1]
    (root,) = trace.spans
    assert [one.kind for one in root.walk()] == ["template", "filter", "macro"]


async def test_renders_at_the_same_time_in_one_loop_do_not_mix() -> None:
    template = kida.Environment(autoescape=False).from_string(
        "{% macro m(x) %}[{{ later(x) }}]{% endmacro %}{% for i in range(20) %}{{ m(x) }}{% endfor %}"
    )
    traces = await asyncio.gather(
        *(kida.trace_render_async(template, {"x": name, "later": later}) for name in "abc")
    )
    for name, trace in zip("abc", traces, strict=True):
        assert trace.output == f"[{name}]" * 20
        assert {one.text for one in written(trace) if one.part == "later(x)"} == {name}
        assert len(list(trace.spans[0].walk())) == 21


async def test_an_endless_asynchronous_render_is_ended() -> None:
    template = kida.Environment().from_string("{% while true %}{{ later('') }}{% endwhile %}")
    with pytest.raises(kida.BudgetExceededError):
        await kida.trace_render_async(template, {"later": later}, budget=kida.Budget(seconds=0.02))


async def test_an_error_is_as_in_a_plain_render() -> None:
    template = kida.Environment().from_string("\n{{ later(0) // later(0) }}")
    with pytest.raises(ZeroDivisionError) as plain:
        await template.render_async(later=later)
    with pytest.raises(ZeroDivisionError) as error:
        await kida.trace_render_async(template, {"later": later})
    for one in (plain, error):
        assert [(frame.line, frame.column) for frame in kida.trace_of(one.value).frames] == [(2, 3)]


async def test_a_template_that_needs_not_wait_can_be_traced_either_way() -> None:
    template = kida.Environment().from_string("{{ x }}")
    assert (await kida.trace_render_async(template, {"x": 1})).output == template.trace(x=1).output == "1"
