"""Libraries of macros that keep nothing have one module for all renders; no render is disturbed by another's use of it."""

from __future__ import annotations

import pytest

from kida import DictLoader, Environment, trace_of
from tests.thread_safety.threads import Rendezvous, outcomes, together

LIBRARY = """
{%- macro box(title) %}<b>{{ title }}</b>{{ caller() }}{% endmacro %}
{%- macro share(part) %}{{ 100 // part }}{% endmacro %}
"""
PAGE = (
    "{% from 'lib' import box, share %}{% provide who = n %}{% call box('<' ~ n ~ '>') %}{{ meet() }}"
    "{{ consume('who') }}{% push 'css' %}{{ n }};{% end %}{{ share(n) }}{% endcall %}{% end %}{% stack 'css' %}"
)


def environment(meet: object) -> Environment:
    return Environment(loader=DictLoader({"lib": LIBRARY}), globals={"meet": meet})


def test_renders_that_stand_in_one_macro_at_the_same_time_keep_what_is_theirs() -> None:
    count = 6
    meeting = Rendezvous(count)

    def meet() -> str:
        meeting()
        return ""

    page = environment(meet).from_string(PAGE, name="page")
    texts = together(count, lambda number: page.render(n=number + 1))
    assert texts == [f"<b>&lt;{n}&gt;</b>{n}{100 // n}{n};" for n in range(1, count + 1)]


def test_a_macro_that_fails_in_one_render_fails_in_no_other_and_is_told_with_its_caller() -> None:
    page = environment(lambda: "").from_string(PAGE, name="page")
    for number, ended in enumerate(outcomes(8, lambda number: page.render(n=number % 2))):
        if number % 2:
            assert ended == "<b>&lt;1&gt;</b>11001;"
            continue
        assert isinstance(ended, ZeroDivisionError)
        names = [(frame.kind, frame.name) for frame in trace_of(ended).frames]
        assert names == [("template", None), ("macro", "box"), ("caller", None), ("macro", "share")]


@pytest.mark.parametrize("escaping", [True, False])
def test_escaping_is_decided_by_each_render_for_itself(escaping: bool) -> None:
    source = "{% from 'lib' import box %}{% autoescape e %}{% call box('<') %}{{ '&' }}{% endcall %}{% endautoescape %}"
    page = environment(None).from_string(source)
    wanted = {e: page.render(e=e) for e in (True, False)}
    texts = together(8, lambda number: page.render(e=(number % 2 == 0) is escaping))
    assert texts == [wanted[(number % 2 == 0) is escaping] for number in range(8)]
