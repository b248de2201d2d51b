"""Errors in a traced render are those of a plain one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import kida

TEMPLATES = {
    "lib": "{% macro m(x) %}\n{{ x.a.b }}{% endmacro %}",
    "base": "{% block b %}{% endblock %}",
    "part": "\n\n{{ 1 // n }}",
}

SOURCES = [
    "{{ x.a.b }}",
    "a\n  {{ 1 // n }}",
    "{% for i in [2, 1, 0] %}\n{{ 1 // i }}{% endfor %}",
    "{% for i in n %}{% endfor %}",
    "{% for i in [1] if 1 // n %}{% endfor %}",
    "{% while 1 // n %}{% endwhile %}",
    "{% if 1 // n %}{% endif %}",
    "{% set a = 1 // n %}",
    "{% set a %}{{ 1 // n }}{% endset %}",
    "{% set a, b = [1] %}",
    "{% filter upper %}{{ 1 // n }}{% endfilter %}",
    "{{ n|round('x') }}",
    "{{ 'a'|indent(1, 2, 3, 4) }}",
    "{{ ['a', 1]|sort }}",
    "{{ 'a' ~ x.a.b }}",
    "{{ [i // n for i in [1]] }}",
    "{% macro m(x) %}{{ x // n }}{% endmacro %}\n{{ m(1) }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}\n{{ 1 // n }}{% endcall %}",
    "{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for i in tree recursive %}{{ loop(i) }}{% endfor %}",
    "{% import 'lib' as lib %}{{ lib.m(x) }}",
    "{% import 'lib' as lib %}{{ lib.none() }}",
    "{% from 'lib' import other %}",
    "{% include 'part' %}",
    "{% include 'absent' %}",
    "{% extends 'absent' %}",
    "{% extends 'base' %}{% block b %}{{ super() }}\n{{ 1 // n }}{% endblock %}",
    "{% extends 'base' %}{% block b %}{{ super.super() }}{% endblock %}",
    "{{ self.none() }}",
    "{{ boom() }}",
    "{{ x|boom }}",
    "{% autoescape x.a.b %}{% endautoescape %}",
    "{% try %}{{ 1 // n }}{% fallback %}{{ 2 // n }}{% endtry %}",
    "{% match n %}{% case 0 %}{{ 1 // n }}{% endmatch %}",
    "{% do 1 // n %}",
    "{% with a = 1 // n %}{% endwith %}",
]


class BoomError(Exception):
    pass


def boom(*_: object) -> str:
    raise BoomError("of the user's own")


def failing(source: str, render: Callable[[kida.Template, dict[str, Any]], object]) -> BaseException:
    environment = kida.Environment(loader=kida.DictLoader(TEMPLATES))
    environment.add_filter("boom", boom)
    tree: list[Any] = []
    tree.append(tree)
    context = {"x": {}, "n": 0, "boom": boom, "tree": tree}
    with pytest.raises(Exception) as caught:
        render(environment.from_string(source, name="main"), context)
    return caught.value


def frames(error: BaseException) -> list[tuple[object, ...]]:
    return [
        (one.kind, one.name, one.template, one.line, one.column, one.end_line, one.end_column)
        for one in kida.trace_of(error).without_repeats().frames
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_an_error_has_the_class_the_message_and_the_places_that_it_has_in_a_plain_render(source: str) -> None:
    plain = failing(source, lambda template, context: template.render(context))
    traced = failing(source, lambda template, context: template.trace(context))
    assert type(traced) is type(plain)
    assert str(traced) == str(plain)
    assert frames(traced) == frames(plain)
    assert getattr(traced, "__notes__", None) == getattr(plain, "__notes__", None)


def test_an_error_in_a_macro_that_python_calls_is_as_in_a_plain_render() -> None:
    environment = kida.Environment()
    environment.add_filter("call", lambda macro: macro())
    template = environment.from_string("{% macro m() %}\n{{ 1 // 0 }}{% endmacro %}{{ m|call }}")
    places = []
    for render in (template.render, template.trace):
        with pytest.raises(ZeroDivisionError) as caught:
            render()
        places.append(frames(caught.value))
    assert places[0] == places[1]


def test_variables_and_loops_of_an_error_are_as_in_a_plain_render() -> None:
    source = "{% set a = 7 %}{% for i in [2, 0] %}{% for j in [1] %}{{ j // i + a }}{% endfor %}{% endfor %}"
    answers = []
    template = kida.Environment().from_string(source)
    for render in (template.render, template.trace):
        with pytest.raises(ZeroDivisionError) as caught:
            render()
        frame = kida.trace_of(caught.value).innermost
        assert frame is not None
        answers.append((frame.locals(), frame.loops()))
    assert answers[0] == answers[1]
    assert answers[1][0]["a"] == 7


def test_a_template_that_awaits_is_refused_as_in_a_plain_render() -> None:
    template = kida.Environment().from_string("{{ await x }}")
    with pytest.raises(kida.TemplateRuntimeError) as plain:
        template.render(x=1)
    with pytest.raises(kida.TemplateRuntimeError) as traced:
        template.trace(x=1)
    assert traced.value.code == plain.value.code
