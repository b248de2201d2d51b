"""Stacks where streams, modules, renders inside of renders and traces meet them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import kida
from tests.tracing.reading import segment_of, step_in_words, traced

PAGE = "a{% flush %}b{% stack 's' %}c{% flush %}d{% push 's' %}P{% end %}"


def environment(**templates: str) -> kida.Environment:
    return kida.Environment(loader=kida.DictLoader(templates))


async def pieces_of(template: kida.Template, **context: Any) -> list[str]:
    return [piece async for piece in template.render_stream_async(**context)]


def test_a_stream_holds_back_what_follows_the_first_stack() -> None:
    template = environment().from_string(PAGE)
    assert list(template.render_stream()) == ["a", "b", "Pcd"]
    assert asyncio.run(pieces_of(template)) == ["a", "b", "Pcd"]


def test_a_stack_at_the_end_holds_back_nothing_else() -> None:
    asked: list[int] = []

    def rows() -> Iterator[int]:
        for number in range(3):
            asked.append(number)
            yield number

    text = "{% for x in rows %}{{ x }}{% push 's' %}<{{ x }}>{% end %}{% end %}{% stack 's' %}"
    stream = environment().from_string(text).render_stream(rows=rows())
    assert next(stream) == "0"
    assert asked == [0]
    assert "".join(stream) == "12<0><1><2>"


@pytest.mark.parametrize("text", ["{% stack 's' %}x{% push 's' %}p{% end %}{{ 1 / 0 }}"])
def test_what_a_stream_holds_back_before_an_error_comes_before_it(text: str) -> None:
    stream = environment().from_string(text).render_stream()
    assert next(stream) == "px"
    with pytest.raises(ZeroDivisionError):
        next(stream)


@pytest.mark.parametrize("source", ["{% push 's' %}{% stack 's' %}{% end %}", "{{ x | first }}"])
def test_the_error_of_a_stream_is_the_first_though_its_stacks_would_fail_too(source: str) -> None:
    template = environment().from_string(
        "{% set x %}{% stack 's' %}{% end %}a{% flush %}{{ x }}" + source + "{{ 1 / 0 }}"
    )
    pieces: list[str] = []
    with pytest.raises(ZeroDivisionError):
        pieces.extend(template.render_stream())
    assert pieces == ["a"]

    async def consume() -> None:
        async for piece in template.render_stream_async():
            pieces[:] = [*pieces, piece]

    with pytest.raises(ZeroDivisionError):
        asyncio.run(consume())
    assert pieces == ["a", "a"]


def test_a_render_inside_of_a_render_has_stacks_of_its_own() -> None:
    env = environment(inner="{% push 's' %}inner{% end %}[{% stack 's' %}]")
    env.add_global("inner", lambda: env.get_template("inner").render())
    template = env.from_string("{% push 's' %}outer{% end %}{{ inner() }}{% stack 's' %}")
    assert template.render() == "[inner]outer"
    assert template.render() == "[inner]outer"


def test_renders_do_not_see_what_others_pushed() -> None:
    template = environment().from_string("{% if x %}{% push 's' %}{{ x }}{% end %}{% end %}[{% stack 's' %}]")
    assert [template.render(x=x) for x in (1, 0, 2)] == ["[1]", "[]", "[2]"]


def test_a_module_has_its_text_whole_and_so_has_a_macro_that_python_calls() -> None:
    module = (
        environment()
        .from_string(
            "{% macro m() %}m{% push 's' %}late{% end %}{% stack 's' %}{% end %}{% stack 's' %}{% push 's' %}p{% end %}"
        )
        .module
    )
    assert str(module) == "p"
    assert [module.m(), module.m()] == ["mlate", "mlate"]


def test_a_block_rendered_by_its_name_writes_what_it_pushes() -> None:
    template = environment().from_string(
        "{% stack 's' %}{% block b %}{% push 's' %}p{% end %}[{% stack 's' %}]{% end %}"
    )
    assert template.render_block("b") == "[p]"
    assert template.render_with_blocks({"b": "B"}) == "B"
    assert template.render() == "p[p]"


def test_text_with_characters_for_private_use_stays_as_it_is() -> None:
    icons = "\ue000\ue001\ue100\ue205"
    template = environment().from_string("{{ icons }}{% stack 's' %}{% push 's' %}{{ icons }}{% end %}")
    assert template.render(icons=icons) == icons * 2


def test_text_with_characters_for_private_use_is_not_taken_for_what_is_left_of_a_stack_that_is_not_written() -> (
    None
):
    icons = "".join(map(chr, [*range(0xE000, 0xE300), 0xF8FF, 0xF0000]))
    for around in (
        "{% set held %}@{% end %}",
        "{% try %}@{{ 1 / 0 }}{% fallback %}{% end %}",
        "{% import 'lib' as l %}",
    ):
        env = environment(lib="{% stack 's' %}")
        template = env.from_string(around.replace("@", "{% stack 's' %}") + "{{ icons }}")
        assert template.render(icons=icons) == icons


@pytest.mark.parametrize(
    "name", ["first", "last", "join('-')", "reverse", "tojson", "urlencode", "truncate(5)"]
)
def test_what_is_left_of_the_place_of_a_stack_is_never_written(name: str) -> None:
    template = environment().from_string("{% set x %}{% stack 's' %}{% end %}{{ x | " + name + " }}")
    for _ in range(20):  # it has characters of chance in it
        with pytest.raises(kida.TemplateError, match="has changed the text of stack 's'"):
            template.render()


def test_a_trace_tells_who_pushed() -> None:
    trace = traced(
        "<{% stack 's' %}>{% from 'lib' import m %}{% for x in [1, 2] %}{{ m('value ' ~ x) }}{% end %}",
        templates={"lib": "{% macro m(v) %}{% push 's' %}[{{ v }}]{% end %}m{% end %}"},
    )
    assert trace.output == "<[value 1][value 2]>mm"
    segment = segment_of(trace, "value 2")
    assert segment.part.text == "v"
    assert [step_in_words(step) for step in segment.chain] == ["template main", "turn 2 of 2", "macro m"]
    assert {"v"} <= {value.part.text for value in trace.values}


def test_a_trace_tells_who_pushed_where_nothing_was_written() -> None:
    trace = traced(
        "{% stack 's' %}{% macro m(v) %}{% push 's' %}[{{ v }}]{% end %}{% end %}{{ m('a value') }}",
        autoescape=True,
    )
    segment = segment_of(trace, "a value")
    assert [step_in_words(step) for step in segment.chain] == ["template main", "macro m"]


def test_a_trace_of_what_was_kept_tiles() -> None:
    env = environment()
    template = env.from_string("{% cache 'k' %}c{% push 's' %}{{ 1 }}{% end %}{% end %}[{% stack 's' %}]")
    for _ in range(2):
        trace = template.trace()
        assert trace.output == "c[1]"
        assert "".join(trace.output[s.start : s.end] for s in trace.segments) == trace.output


def test_a_stack_in_a_text_that_a_filter_changed_still_tiles() -> None:
    trace = traced("{% filter upper %}a {% stack 's' %} b{% end %}{% push 's' %}pushed{% end %}")
    assert trace.output == "A pushed B"
    assert segment_of(trace, "pushed").is_text


def test_what_a_kept_text_pushes_once_is_there_though_its_maker_had_pushed_it_before() -> None:
    template = environment().from_string(
        "{% stack 's' %}|{% if before %}{% push 's' once 'k' %}charts{% end %}{% end %}"
        "{% cache 'part' %}part{% cache 'inner' %}{% try %}{% push 's' once 'k' %}charts{% end %}{{ 1 / 0 }}"
        "{% fallback %}{% end %}{% push 's' once 'k' %}charts{% end %}{% end %}{% end %}"
    )
    for before in (True, False, True):
        assert template.render(before=before) == "charts|part"
        assert template.trace(before=before).output == "charts|part"
