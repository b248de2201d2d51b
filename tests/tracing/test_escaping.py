"""Escaping and finalize: which parts keep their texts."""

from __future__ import annotations

from typing import Any

import pytest

import kida

from .reading import texts_and_parts, traced, written


@pytest.mark.parametrize("autoescape", [False, True])
def test_values_are_segments_escaped_or_not(autoescape: bool) -> None:
    trace = traced("<b>{{ x }}</b>", {"x": "<&>"}, autoescape=autoescape)
    text = "&lt;&amp;&gt;" if autoescape else "<&>"
    assert texts_and_parts(trace) == [("<b>", "<b>"), (text, "x"), ("</b>", "</b>")]


def test_a_macros_text_is_not_escaped_again_and_keeps_its_parts() -> None:
    trace = traced("{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m('<') }}", autoescape=True)
    assert texts_and_parts(trace) == [("<i>", "<i>"), ("&lt;", "x"), ("</i>", "</i>")]


def test_text_captured_without_escaping_keeps_what_escaping_leaves_as_it_is() -> None:
    source = "{% set a %}<{{ x }}>{% endset %}{% autoescape true %}{{ a }}{% endautoescape %}"
    assert texts_and_parts(traced(source, {"x": "xyz"})) == [("&lt;", "a"), ("xyz", "x"), ("&gt;", "a")]


def test_text_captured_with_escaping_keeps_its_parts_where_nothing_is_escaped() -> None:
    source = (
        "{% autoescape true %}{% set a %}<{{ x }}>{% endset %}{{ a }}"
        "{% autoescape false %}{{ a }}{{ x }}{% endautoescape %}{% endautoescape %}"
    )
    own = [("<", "<"), ("&amp;", "x"), (">", ">")]
    assert texts_and_parts(traced(source, {"x": "&"})) == [*own, *own, ("&", "x")]


@pytest.mark.parametrize("escaping", [True, False])
def test_escaping_that_is_decided_while_rendering_keeps_the_parts(escaping: bool) -> None:
    source = (
        "{% macro m(x) %}<{{ x }}>{% endmacro %}"
        "{% autoescape e %}{% set a %}{{ x }}!{% endset %}{{ a }}{{ m(x)|safe }}{% endautoescape %}"
    )
    found = [one.part for one in written(traced(source, {"x": "&", "e": escaping}))]
    assert found == ["x", "!", "<", "x", ">"]


@pytest.mark.parametrize("escaping", ["main", "lib"])
def test_a_macro_of_a_template_that_escapes_otherwise_keeps_its_parts_under_a_name(escaping: str) -> None:
    environment = kida.Environment(
        loader=kida.DictLoader({"lib": "{% macro m(x) %}({{ x }}){% endmacro %}"}),
        autoescape=lambda name: name == escaping,
    )
    source = "{% import 'lib' as lib %}{% set a = lib.m('one') %}{{ a }}{{ lib.m('two')|trim }}"
    template = environment.from_string(source, name="main")
    trace = template.trace()
    assert trace.output == template.render() == "(one)(two)"
    assert texts_and_parts(trace) == [
        ("(", "("),
        ("one", "x"),
        (")", ")"),
        ("(", "("),
        ("two", "x"),
        (")", ")"),
    ]


def test_a_joined_list_of_safe_and_unsafe_texts_keeps_the_safe_ones_parts() -> None:
    source = "{% macro m() %}<i>one</i>{% endmacro %}{{ [m(), '<', m()]|join('&') }}"
    assert [one.part for one in written(traced(source, autoescape=True))] == [
        "<i>one</i>", "[m(), '<', m()]|join('&')", "<i>one</i>",
    ]  # fmt: skip


def shown(value: Any) -> Any:
    return "-" if value is None else value


def test_a_finalized_value_is_the_expressions() -> None:
    assert texts_and_parts(traced("{{ none }}{{ x }}", {"x": 1}, finalize=shown)) == [
        ("-", "none"),
        ("1", "x"),
    ]


def test_a_macros_text_that_finalize_leaves_as_it_is_keeps_its_parts() -> None:
    trace = traced("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(none) }}", finalize=shown)
    assert texts_and_parts(trace) == [("<", "<"), ("-", "x"), (">", ">")]


def test_a_macros_text_that_finalize_puts_into_another_keeps_its_parts() -> None:
    trace = traced("{% macro m() %}one{% endmacro %}{{ m() }}", finalize=lambda value: f"({value})")
    assert texts_and_parts(trace) == [("(", "m()"), ("one", "one"), (")", "m()")]
