"""Fragments as Python asks for them, and ambient values beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from kida import DictLoader, Environment, TemplateError

TABLE = "<table>{% for row in rows %}{{ self.row() }}{% endfor %}</table>{% fragment row %}<tr>{{ cell ~ '!' }}</tr>{% end %}"


def test_a_fragment_is_rendered_through_render_block() -> None:
    template = Environment().from_string(TABLE)
    assert template.render_block("row", cell="<1>") == "<tr>&lt;1&gt;!</tr>"
    assert template.render(rows=[1, 2], cell=3) == "<table><tr>3!</tr><tr>3!</tr></table>"
    assert template.list_blocks() == ["row"]


def test_the_fragment_of_the_most_derived_template_is_rendered() -> None:
    env = Environment(
        loader=DictLoader(
            {
                "base": "{% fragment row %}base {{ x }}{% end %}",
                "page": "{% extends 'base' %}{% fragment row %}page, {{ super() }}{% end %}",
            }
        )
    )
    assert env.get_template("page").render_block("row", x=1) == "page, base 1"
    assert env.get_template("page").render() == ""


def test_what_a_stream_provides_is_its_own_while_it_rests() -> None:
    template = Environment().from_string(
        "{% provide t = name %}{{ consume('t') }}{% flush %}{{ consume('t') }}{% end %}{{ consume('t', '-') }}"
    )
    first, second = template.render_stream(name="a"), template.render_stream(name="b")
    assert [next(first), next(second)] == ["a", "b"]
    assert ["".join(second), "".join(first)] == ["b-", "a-"]
    third = template.render_stream(name="c")
    assert next(third) == "c"
    with pytest.raises(TemplateError, match="nothing provides 't'"):
        Environment().from_string("{{ consume('t') }}").render()
    assert "".join(third) == "c-"


async def test_tasks_that_provide_at_the_same_time_see_their_own() -> None:
    template = Environment().from_string(
        "{% provide t = name %}{{ consume('t') }}{{ rest() }}{{ consume('t') }}{% end %}{{ consume('t', '-') }}"
    )

    async def rest() -> str:
        await asyncio.sleep(0)
        return ""

    texts = await asyncio.gather(*(template.render_async(name=number, rest=rest) for number in range(20)))
    assert texts == [f"{number}{number}-" for number in range(20)]


async def at_once(macro: Callable[[int], Awaitable[str]]) -> str:
    """Three calls of a macro that take turns."""
    return "|".join(await asyncio.gather(*(macro(number) for number in range(3))))


async def rest() -> str:
    await asyncio.sleep(0)
    return ""


AT_ONCE = {
    "macro": """
{%- macro m(x) %}{% provide t = x %}{{ rest() }}{{ n() }}{% end %}{{ rest() }}{{ consume('t', '-') }}{% end %}
{%- macro n() %}{{ rest() }}{{ consume('t') }}{% end %}{{ at_once(m) }}{{ consume('t', '-') }}""",
    "body of a call": """
{%- call(x) at_once() %}{% provide t = x %}{{ rest() }}{{ consume('t') }}{{ consume('u') }}{% end %}{% end %}""",
    "escaping": """
{%- macro m(x) %}{% if x == 1 %}{% autoescape false %}{{ rest() }}{{ rest() }}{% end %}
{%- else %}{{ rest() }}{% set called = n() %}{{ called }}{% end %}{% end %}
{%- macro n() %}{{ '<' }}{% end %}{{ at_once(m) | safe }}""",
    "stack": """
{%- macro m(x) %}{{ rest() }}{% push 's' %}{{ rest() }}{{ x }}{% end %}{{ x }}{% end %}
{%- stack 's' %}:{{ at_once(m) }}""",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (AT_ONCE["macro"], "0-|1-|2--"),
        (AT_ONCE["body of a call"], "05|15|25"),
        (AT_ONCE["escaping"], "&lt;||&lt;"),
        (AT_ONCE["stack"], "012:0|1|2"),
    ],
    ids=AT_ONCE,
)
async def test_calls_that_run_at_the_same_time_in_one_render_do_not_mix(source: str, expected: str) -> None:
    env = Environment(
        globals={"at_once": lambda macro=None, caller=None: at_once(macro or caller), "rest": rest}
    )
    template = env.from_string("{% provide u = 5 %}" + source + "{% end %}")
    assert await template.render_async() == expected
    assert "".join([piece async for piece in template.render_stream_async()]) == expected


@pytest.mark.parametrize("fallback", ["", "{% include 'page' %}"])
def test_no_try_holds_up_what_includes_itself_without_end(fallback: str) -> None:
    source = f"{{% try %}}{{% include 'page' %}}{{% fallback %}}{fallback}{{% end %}}"
    template = Environment(loader=DictLoader({"page": source})).get_template("page")
    with pytest.raises(TemplateError, match="include each other more than 50 levels deep"):
        template.render()
    with pytest.raises(TemplateError, match="include each other more than 50 levels deep"):
        list(template.render_stream())


def test_a_stream_that_is_closed_inside_of_a_provide_ends_it() -> None:
    stream = Environment().from_string("{% provide t = 1 %}a{% flush %}b{% end %}").render_stream()
    assert next(stream) == "a"
    stream.close()  # type: ignore[attr-defined]
    assert list(stream) == []


def test_a_render_inside_of_a_render_begins_with_nothing_provided() -> None:
    env = Environment()
    inner = env.from_string("{{ consume('t', 'nothing') }}")
    text = env.from_string("{% provide t = 1 %}{{ inner() }}{{ consume('t') }}{% end %}").render(
        inner=inner.render
    )
    assert text == "nothing1"
