"""The values that expressions had."""

from __future__ import annotations

from .reading import traced


def seen(source: str, **context: object) -> list[tuple[str, str, int, object]]:
    return [(one.part.text, one.kind, one.count, one.value) for one in traced(source, context).values]


def test_an_expression_has_the_value_it_had_and_not_its_text() -> None:
    value = [1, 2]
    (one,) = traced("{{ x }}", {"x": value}).values
    assert one.value is value
    assert (one.part.text, one.kind, one.count) == ("x", "output", 1)


def test_an_expression_in_a_loop_is_counted_and_its_last_value_kept() -> None:
    assert seen("{% for i in xs %}{{ i }}{% endfor %}", xs=[3, 4, 5]) == [
        ("xs", "for", 1, [3, 4, 5]),
        ("i", "output", 3, 5),
    ]


def test_what_is_not_written_is_seen_too_and_its_kind_told() -> None:
    source = (
        "{% set a = x + 1 %}{% let b = x %}{% export c = x %}{% if a %}{% endif %}"
        "{% for i in [] %}{% endfor %}{% while false %}{% endwhile %}"
    )
    assert seen(source, x=1) == [
        ("x + 1", "set", 1, 2),
        ("x", "let", 1, 1),
        ("x", "export", 1, 1),
        ("a", "if", 1, 2),
        ("[]", "for", 1, []),
        ("false", "while", 1, False),
    ]


def test_conditions_are_seen_as_far_as_they_were_asked() -> None:
    source = "{% if a %}{% elif b %}{% elif c %}{% endif %}"
    assert seen(source, a=0, b=1, c=2) == [("a", "if", 1, 0), ("b", "if", 1, 1)]


def test_a_while_loops_condition_is_seen_once_more_than_it_turns() -> None:
    source = "{% set ns = namespace(n=0) %}{% while ns.n < 3 %}{% set ns.n = ns.n + 1 %}{% endwhile %}"
    assert ("ns.n < 3", "while", 4, False) in seen(source)


def test_what_was_never_evaluated_is_not_seen() -> None:
    assert seen("{% if false %}{{ x }}{% endif %}", x=1) == [("false", "if", 1, False)]


def test_values_of_macros_captures_and_imports_are_seen() -> None:
    trace = traced(
        "{% macro m(x) %}{{ x }}-{% endmacro %}{{ m(1) }}{{ m(2) }}{% set t %}{{ y }}!{% endset %}{% import 'lib' as l %}",
        {"y": 3},
        templates={"lib": "{{ 4 }}{% set z = 5 %}"},
    )
    found = {(one.part.template, one.part.text): (one.count, one.value) for one in trace.values}
    assert found["main", "x"] == (2, 2)
    assert found["main", "y"] == (1, 3)
    assert found["lib", "4"] == (1, 4)
    assert found["lib", "5"] == (1, 5)


def test_values_of_a_macro_that_writes_a_letter_or_nothing_are_seen() -> None:
    source = "{% macro m(x) %}{% set y = x + 1 %}{% endmacro %}{{ m(1) }}{% macro n(x) %}{{ x }}{% endmacro %}{{ n(7) }}"
    found = {(part, kind): value for part, kind, _, value in seen(source)}
    assert found["x + 1", "set"] == 2
    assert found["x", "output"] == 7


def test_values_of_what_is_filtered_or_concatenated_are_counted_once() -> None:
    source = "{% macro m() %}ab{% endmacro %}{{ m()|trim ~ m() }}{{ m()|trim }}"
    assert [(part, count) for part, _, count, _ in seen(source)] == [("m()|trim ~ m()", 1), ("m()|trim", 1)]


def test_values_are_in_the_order_of_the_text() -> None:
    parts = [
        part
        for part, *_ in seen("{% macro m() %}{{ a }}-{% endmacro %}{{ b }}{{ m() }}{{ c }}", a=1, b=2, c=3)
    ]
    assert parts == ["a", "b", "m()", "c"]


def test_values_of_what_a_template_extends_and_includes_are_seen() -> None:
    trace = traced(
        "{% extends 'base' %}{% block b %}{{ x }}{% include 'part' %}{% endblock %}",
        {"x": 1},
        templates={"base": "{{ x + 1 }}{% block b %}{% endblock %}", "part": "{{ x + 2 }}"},
    )
    assert sorted((one.part.template, one.value) for one in trace.values) == [
        ("base", 2),
        ("main", 1),
        ("part", 3),
    ]
