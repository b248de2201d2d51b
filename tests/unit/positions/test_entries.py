"""Errors are placed the same however a template is entered: by its module, a block, an expression, or from Python."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from kida import DictLoader, Environment, UndefinedError, trace_of
from tests.unit.positions.blame import expected_place, place_of, steps, unmarked


def environment(**templates: str) -> Environment:
    return Environment(loader=DictLoader({name: unmarked(text) for name, text in templates.items()}))


def raised(call: Callable[[], Any]) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_macro_called_from_a_module_in_plain_python_blames_its_expression() -> None:
    templates = {"page": "{% macro card(x) %}\n{{ x }}{{ ⟦x.price / x.count⟧ }}{% endmacro %}"}
    module = environment(**templates).get_template("page").module
    error = raised(lambda: module.card({"price": 1, "count": 0}))
    assert isinstance(error, ZeroDivisionError)
    assert place_of(error) == expected_place(templates)
    assert steps(error) == ["macro card | page:2:10 | x.price / x.count"]


def test_a_macro_called_from_a_module_has_its_undefined_error_placed() -> None:
    templates = {"page": "{% macro card(x) %}\n{{ 1 }} {{ ⟦x.price⟧ }}{% endmacro %}"}
    error = raised(lambda: environment(**templates).get_template("page").module.card({}))
    assert isinstance(error, UndefinedError)
    assert place_of(error) == expected_place(templates)


def test_a_macro_called_from_a_module_tells_the_macros_it_calls_in_other_templates() -> None:
    env = environment(
        page='{% import "lib" as lib %}{% macro card(x) %}\n{{ lib.bad(x) }}{% endmacro %}',
        lib="\n{% macro bad(x) %}{{ 1 / x }}{% endmacro %}",
    )
    error = raised(lambda: env.get_template("page").module.card(0))
    assert steps(error) == ["macro card | page:2:3 | lib.bad(x)", "macro bad | lib:2:21 | 1 / x"]


def test_a_macro_called_from_a_module_with_wrong_arguments_is_a_type_error_without_a_place() -> None:
    module = environment(page="{% macro card(x) %}{{ x }}{% endmacro %}").get_template("page").module
    error = raised(lambda: module.card(y=1))
    assert isinstance(error, TypeError)
    assert error.lineno is None
    assert not trace_of(error)


def test_an_asynchronous_macro_called_from_python_blames_its_expression() -> None:
    templates = {"page": "{% macro card(x) %}\n{{ await x }}{{ ⟦1 / 0⟧ }}{% endmacro %}"}

    async def call() -> None:
        module = await environment(**templates).get_template("page").make_module_async()
        await module.card(asyncio.sleep(0))

    error = raised(lambda: asyncio.run(call()))
    assert place_of(error) == expected_place(templates)
    assert steps(error)[0].startswith("macro card")


def test_a_module_that_cannot_be_made_blames_the_top_of_its_template() -> None:
    templates = {"page": "a\n{% set x = ⟦one / zero⟧ %}"}
    error = raised(lambda: environment(**templates).get_template("page").make_module(one=1, zero=0))
    assert place_of(error) == expected_place(templates)


def test_one_block_rendered_alone_blames_its_expression() -> None:
    templates = {"page": "a\n{% block a %}{{ 1 }}\n{{ ⟦one / zero⟧ }}{% endblock %}"}
    error = raised(lambda: environment(**templates).get_template("page").render_block("a", one=1, zero=0))
    assert place_of(error) == expected_place(templates)
    assert steps(error) == ["block a | page:3:3 | one / zero"]


def test_a_block_of_a_parent_rendered_alone_is_told_in_the_parent() -> None:
    templates = {
        "page": '{% extends "base" %}',
        "base": "{% block a %}\n{{ ⟦one / zero⟧ }}{% endblock %}",
    }
    error = raised(lambda: environment(**templates).get_template("page").render_block("a", one=1, zero=0))
    assert place_of(error) == expected_place(templates)


def test_a_parent_that_is_not_there_is_blamed_when_a_block_is_rendered_alone() -> None:
    templates = {"page": '{% extends ⟦"base"⟧ %}{% block a %}{% endblock %}'}
    error = raised(lambda: environment(**templates).get_template("page").render_block("a"))
    assert place_of(error) == expected_place(templates)


def test_a_template_with_ready_made_blocks_blames_what_is_still_rendered() -> None:
    templates = {"page": "{% block a %}{% endblock %}\n{% block b %}{{ ⟦one / zero⟧ }}{% endblock %}"}
    template = environment(**templates).get_template("page")
    error = raised(lambda: template.render_with_blocks({"a": "text"}, one=1, zero=0))
    assert place_of(error) == expected_place(templates)


def test_a_stream_fails_where_it_has_come_to_and_gives_what_came_before() -> None:
    templates = {"page": "a\n{{ one }}{{ ⟦one / zero⟧ }}"}
    chunks = environment(**templates).get_template("page").render_stream(one=1, zero=0)
    given = []

    def consume() -> None:
        for chunk in chunks:
            given.append(chunk)  # noqa: PERF402, what came before the error is to be kept

    error = raised(consume)
    assert "".join(given) == "a\n1"
    assert place_of(error) == expected_place(templates)


def test_a_stream_resumed_in_another_thread_blames_its_expression() -> None:
    templates = {"page": "a{{ one }}\n{{ ⟦one / zero⟧ }}"}
    chunks = environment(**templates).get_template("page").render_stream(one=1, zero=0)
    assert next(chunks) == "a1\n"
    errors: list[Exception] = []
    thread = threading.Thread(target=lambda: errors.append(raised(lambda: list(chunks))))
    thread.start()
    thread.join()
    assert place_of(errors[0]) == expected_place(templates)


def test_an_awaited_call_that_raises_tells_the_coroutines_below_it() -> None:
    async def deep() -> None:
        await asyncio.sleep(0)
        raise ValueError("deep")

    async def outer() -> None:
        await deep()

    templates = {"page": "{{ 1 }}\n{{ [⟦await outer()⟧] }}"}
    template = environment(**templates).get_template("page")
    error = raised(lambda: asyncio.run(template.render_async(outer=outer)))
    assert steps(error)[1:] == ["python outer", "python deep"]
    assert place_of(error).line == 2


def test_concurrent_asynchronous_renders_each_have_their_own_place() -> None:
    env = environment(page="{{ await wait() }}\n{{ a / b }}{{ missing }}")
    template = env.get_template("page")

    async def both() -> list[Any]:
        async def wait() -> int:
            await asyncio.sleep(0)
            return 1

        return await asyncio.gather(
            template.render_async(wait=wait, a=1, b=0),
            template.render_async(wait=wait, a=1, b=1),
            return_exceptions=True,
        )

    first, second = asyncio.run(both())
    assert (type(first), place_of(first).text) == (ZeroDivisionError, "a / b")
    assert (type(second), place_of(second).text) == (UndefinedError, "missing")


def test_renders_in_threads_each_have_their_own_place() -> None:
    template = environment(
        page="{% for x in xs %}\n{{ 1 / x }}{% endfor %}{{ 1 }}\n{{ missing }}"
    ).get_template("page")
    errors: dict[int, Exception] = {}

    def render(number: int) -> None:
        errors[number] = raised(lambda: template.render(xs=[1] * 50 + [number % 2]))

    threads = [threading.Thread(target=render, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places = {number: place_of(error) for number, error in errors.items()}
    assert {place.text for number, place in places.items() if number % 2} == {"missing"}
    assert {place.text for number, place in places.items() if not number % 2} == {"1 / x"}


def test_an_error_passed_out_of_a_thread_keeps_its_place() -> None:
    from concurrent.futures import ThreadPoolExecutor

    templates = {"page": "a\n{{ ⟦one / zero⟧ }}"}
    template = environment(**templates).get_template("page")
    with ThreadPoolExecutor(1) as pool:
        error = raised(pool.submit(template.render, one=1, zero=0).result)
    assert place_of(error) == expected_place(templates)


@pytest.mark.parametrize("text", ["{{ ⟦one / zero⟧ }}", "a\n{% if one %}{{ ⟦missing⟧ }}{% endif %}"])
def test_a_template_from_a_string_has_places_and_no_name(text: str) -> None:
    error = raised(lambda: Environment().from_string(unmarked(text)).render(one=1, zero=0))
    assert place_of(error) == expected_place({"": text})._replace(template=None)


def test_render_and_render_string_of_the_environment_place_errors() -> None:
    templates = {"page": "a\n{{ ⟦one / zero⟧ }}"}
    env = environment(**templates)
    assert place_of(raised(lambda: env.render("page", one=1, zero=0))) == expected_place(templates)
    by_string = raised(lambda: env.render_string(unmarked(templates["page"]), one=1, zero=0))
    assert place_of(by_string) == expected_place(templates)._replace(template=None)


def test_an_error_is_placed_again_each_time_the_same_template_fails() -> None:
    template = environment(page="{% for x in xs %}{{ 1 / x }}{% endfor %}\n{{ missing }}").get_template(
        "page"
    )
    for _ in range(3):
        assert place_of(raised(lambda: template.render(xs=[0]))).text == "1 / x"
        assert place_of(raised(lambda: template.render(xs=[1]))).text == "missing"
