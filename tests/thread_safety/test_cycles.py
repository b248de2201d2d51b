"""Templates that lead back to themselves are found out, in each render by itself; and nothing else is taken for that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kida import DictLoader, Environment, ErrorCode, TemplateRuntimeError, trace_of
from tests.thread_safety.forms import FORMS, ending, rendered, rendered_here
from tests.thread_safety.threads import Gate, Rendezvous, Running, outcomes, together

DIAMONDS = {
    "imports": "{% import 'left' as l %}{% import 'right' as r %}{{ l.m() }}{{ r.m() }}",
    "left": "{% import 'shared' as s %}{% macro m() %}{{ s.m() }}{% endmacro %}",
    "right": "{% from 'shared' import m as inner %}{% macro m() %}{{ inner() }}{% endmacro %}",
    "shared": "{{ meet() }}{% macro m() %}s{% endmacro %}",
    "imports with context": "{% import 'left c' as l with context %}{% import 'right c' as r with context %}{{ l.m() }}{{ r.m() }}",
    "left c": "{% import 'shared' as s with context %}{% macro m() %}{{ s.m() }}{% endmacro %}",
    "right c": "{% import 'shared' as s with context %}{% macro m() %}{{ s.m() }}{% endmacro %}",
    "includes": "{% include 'one' %}{% include 'two' %}{% include 'leaf' %}",
    "one": "{% include 'leaf' %}",
    "two": "{% include 'leaf' %}",
    "leaf": "{{ meet() }}x",
    "inherits": "{% extends 'base' %}{% block b %}{% include 'child' %}{% endblock %}",
    "child": "{% extends 'base' %}{% block b %}c{% endblock %}",
    "base": "{{ meet() }}<{% block b %}{% endblock %}>",
    "macro that imports where it is": "{% macro m() %}{% from 'shared' import m %}{{ m() }}{% endmacro %}{{ m() }}{{ m() }}",
    "import and include of the same": "{% import 'shared' as s %}{% include 'shared' %}{{ s.m() }}",
}
TEXTS = {
    "imports": "ss",
    "imports with context": "ss",
    "includes": "xxx",
    "inherits": "<<c>>",
    "macro that imports where it is": "ss",
    "import and include of the same": "s",
}

CYCLES = {
    "a": "{% import 'b' as b %}",
    "b": "\n{% from 'c' import m %}",
    "c": "{% set x = meet() %}{% import 'a' as a %}{% macro m() %}{% endmacro %}",
    "imports itself": "{{ meet() }}{% import 'imports itself' as me %}",
    "extends a": "{% extends 'extends b' %}",
    "extends b": "{% set x = meet() %}{% extends 'extends c' %}",
    "extends c": "{% extends 'extends a' %}",
    "extends itself": "{% set x = meet() %}{% extends 'extends itself' %}",
    "includes a": "{{ meet() }}{% include 'includes b' %}",
    "includes b": "\n {% include 'includes a' %}",
}
CODES = {
    "a": ("K-RUN-007", "b → c → a → b"),
    "imports itself": ("K-RUN-007", "imports itself → imports itself"),
    "extends a": ("K-RUN-006", "'extends a' → 'extends b' → 'extends c' → 'extends a'"),
    "extends itself": ("K-RUN-006", "'extends itself' → 'extends itself'"),
    "includes a": ("K-RUN-004", "includes a → includes b → includes a"),
}


def env(texts: dict[str, str], meet: Callable[[], Any] = str, **more: Any) -> Environment:
    return Environment(loader=DictLoader(texts), globals={"meet": meet, **more}, max_include_depth=12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TEXTS)
async def test_a_template_that_is_reached_by_two_ways_is_no_cycle(name: str, form: str) -> None:
    assert await rendered(env(DIAMONDS).get_template(name), form) == TEXTS[name]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_template_that_many_threads_have_come_to_at_the_same_time_is_no_cycle(name: str, form: str) -> None:
    count = 4
    template = env(DIAMONDS, Rendezvous(count)).get_template(name)
    assert together(count, lambda _: rendered_here(template, form)) == [TEXTS[name]] * count


def test_a_render_is_not_disturbed_by_another_that_stands_in_the_middle_of_the_same_import() -> None:
    inside = Gate()
    stops = [inside]
    template = env(DIAMONDS, lambda: stops.pop()() if stops else "").get_template("imports")
    running = Running(template.render)
    inside.reached()
    assert [template.render() for _ in range(3)] == ["ss"] * 3
    inside.open()
    assert running.result() == "ss"


def test_a_macro_of_a_shared_module_may_import_in_several_threads_at_once() -> None:
    inside = Gate()
    stops = [inside]
    texts = {
        "lib": "{% macro m() %}{% from 'shared' import m %}{{ m() }}{% endmacro %}",
        "shared": DIAMONDS["shared"],
    }
    module = env(texts, lambda: stops.pop()() if stops else "").get_template("lib").module
    running = Running(module.m)
    inside.reached()
    assert module.m() == "s"
    inside.open()
    assert running.result() == "s"


def test_macros_of_a_shared_module_do_not_use_up_each_others_depth() -> None:
    gates: dict[int, Gate] = {}
    e = Environment(globals={"stop": lambda n: gates[n]()}, max_recursion=4)
    module = e.from_string("{% macro m(n) %}{{ stop(n) }}{{ n }}{% endmacro %}").module
    # each call begins before the one before it ends, so that there is never none
    gates[0] = Gate()
    running = Running(lambda: module.m(0))
    gates[0].reached()
    for number in range(1, 12):
        gates[number] = Gate()
        following = Running(lambda number=number: module.m(number))  # type: ignore[misc]
        gates[number].reached()
        gates[number - 1].open()
        assert running.result() == str(number - 1)
        running = following
    gates[11].open()
    assert running.result() == "11"
    # and pairs of which the later one ends last, so that what one leaves is what the next begins with
    for _ in range(6):
        gates |= {1: Gate(), 2: Gate()}
        first = Running(lambda: module.m(1))
        gates[1].reached()
        second = Running(lambda: module.m(2))
        gates[2].reached()
        gates[1].open()
        assert first.result() == "1"
        gates[2].open()
        assert second.result() == "2"


async def test_macros_awaited_at_once_within_a_render_may_import_the_same_template() -> None:
    arrived: list[int] = []
    all_here = asyncio.Event()

    async def meet() -> str:
        arrived.append(1)
        if len(arrived) == 2:
            all_here.set()
        await all_here.wait()
        return ""

    async def gathered(macro: Callable[[int], Awaitable[str]]) -> str:
        return "".join(await asyncio.gather(macro(1), macro(2)))

    texts = {
        "page": "{% macro m(n) %}{% import 'shared' as s with context %}{{ n }}{{ s.m() }}{% endmacro %}{{ gathered(m) }}",
        "shared": DIAMONDS["shared"],
    }
    template = env(texts, meet, gathered=gathered).get_template("page")
    assert await ending(template.render_async()) == "1s2s"


def told(error: BaseException) -> tuple[Any, ...]:
    """What an error says of a cycle."""
    assert isinstance(error, TemplateRuntimeError)
    places = [(frame.kind, frame.template, frame.line, frame.column) for frame in trace_of(error)]
    return error.code, error.message, error.hint, error.template, error.lineno, error.column, places


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CODES)
async def test_a_cycle_is_an_error_that_shows_the_chain(name: str, form: str) -> None:
    with pytest.raises(TemplateRuntimeError) as raised:
        await rendered(env(CYCLES).get_template(name), form)
    code, chain = CODES[name]
    assert raised.value.code == ErrorCode(code)
    assert chain in (raised.value.hint or "")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CODES)
def test_a_cycle_is_the_same_error_in_each_of_many_threads_that_are_in_it_at_once(
    name: str, form: str
) -> None:
    count = 4
    (alone,) = outcomes(1, lambda _: rendered_here(env(CYCLES).get_template(name), form))
    meet = Rendezvous(count)
    template = env(CYCLES, meet).get_template(name)
    found = outcomes(count, lambda _: rendered_here(template, form))
    assert [told(error) for error in found if isinstance(error, BaseException)] == [told(alone)] * count  # type: ignore[arg-type]
    assert len({id(error) for error in found}) == count


def test_a_template_whose_cycle_was_found_out_renders_when_there_is_none() -> None:
    e = env({"a": "{% if again %}{% import 'a' as a with context %}{% endif %}ok"})
    template = e.get_template("a")
    for _ in range(2):
        with pytest.raises(TemplateRuntimeError):
            template.render(again=True)
        assert template.render(again=False) == "ok"


def test_threads_with_a_cycle_and_threads_without_one_do_not_disturb_each_other() -> None:
    count = 6
    meet = Rendezvous(count)
    texts = {
        "a": "{% import 'b' as b with context %}ok",
        "b": "{{ meet() }}{% if again %}{% import 'a' as a with context %}{% endif %}",
    }
    template = env(texts, meet).get_template("a")

    def work(number: int) -> str:
        try:
            return template.render(again=number % 2)
        except TemplateRuntimeError as error:
            return error.code.value

    assert together(count, work) == ["ok", "K-RUN-007"] * 3
