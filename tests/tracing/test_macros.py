"""What macros, callers and recursive loops write."""

from __future__ import annotations

import pytest

from .reading import segment_of, steps_of, traced, written

CARD = "{% macro card(x) %}[{{ x }}]{% endmacro %}"


def test_what_a_macro_writes_is_its_own() -> None:
    assert written(traced(CARD + "<{{ card(1) }}>")) == [
        ("<", "<", ()),
        ("[", "[", ("macro card",)),
        ("1", "x", ("macro card",)),
        ("]", "]", ("macro card",)),
        (">", ">", ()),
    ]


def test_each_call_of_a_macro_has_a_step_that_tells_where_from() -> None:
    trace = traced(CARD + "\n{{ card('a') }}\n{{ card('b') }}")
    for text, line in (("a", 2), ("b", 3)):
        called_from = segment_of(trace, text).chain[-1].called_from
        assert called_from is not None
        assert called_from.text == f"card('{text}')"
        assert called_from.region.line == line


def test_macros_within_macros_are_steps_within_steps() -> None:
    source = CARD + "{% macro row(x) %}({{ card(x) }}){% endmacro %}{{ row('a') }}"
    trace = traced(source)
    assert steps_of(trace, "a") == ("macro row", "macro card")
    assert steps_of(trace, "(") == ("macro row",)


def test_a_macro_given_to_a_macro_keeps_its_segments() -> None:
    trace = traced(CARD + "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}{{ bold(card('a')) }}")
    assert steps_of(trace, "a") == ("macro bold", "macro card")
    assert segment_of(trace, "a").part.text == "x"


def test_a_macro_that_calls_itself_is_a_step_for_each_call() -> None:
    source = "{% macro down(n) %}{{ n }}{% if n %}({{ down(n - 1) }}){% endif %}{% endmacro %}{{ down(2) }}"
    trace = traced(source)
    assert trace.output == "2(1(0))"
    for text, depth in (("2", 1), ("1", 2), ("0", 3)):
        assert steps_of(trace, text) == ("macro down",) * depth


def test_the_body_of_a_call_is_the_callers() -> None:
    source = "{% macro box() %}<{{ caller() }}>{% endmacro %}{% call box() %}in {{ x }}{% endcall %}"
    assert written(traced(source, {"x": 1})) == [
        ("<", "<", ("macro box",)),
        ("in ", "in ", ("macro box", "caller")),
        ("1", "x", ("macro box", "caller")),
        (">", ">", ("macro box",)),
    ]


def test_a_caller_that_is_called_twice_has_its_place_each_time() -> None:
    source = (
        "{% macro box() %}{{ caller('a') }}\n{{ caller('b') }}{% endmacro %}"
        "{% call(k) box() %}in {{ k }}{% endcall %}"
    )
    trace = traced(source)
    for text, line in (("a", 1), ("b", 2)):
        step = segment_of(trace, text).chain[-1]
        assert step.kind == "caller"
        assert step.called_from is not None
        assert step.called_from.region.line == line


def test_a_call_in_a_call_is_a_caller_in_a_caller() -> None:
    source = (
        "{% macro box() %}<{{ caller() }}>{% endmacro %}"
        "{% call box() %}{% call box() %}deep{% endcall %}{% endcall %}"
    )
    assert steps_of(traced(source), "deep") == ("macro box", "caller", "macro box", "caller")


@pytest.mark.parametrize("autoescape", [False, True])
@pytest.mark.parametrize("text", ["x", "1", "é", "😀", "-"])
def test_a_macro_that_writes_one_character_wrote_it(text: str, autoescape: bool) -> None:
    trace = traced(f"{{% macro one() %}}{text}{{% endmacro %}}{{{{ one() }}}}", autoescape=autoescape)
    assert written(trace) == [(text, text, ("macro one",))]


def test_a_macro_that_writes_nothing_has_no_segment() -> None:
    assert written(traced("{% macro empty() %}{% endmacro %}a{{ empty() }}b")) == [
        ("a", "a", ()),
        ("b", "b", ()),
    ]


def test_a_macro_that_only_writes_its_argument_is_known_from_the_argument() -> None:
    trace = traced(
        "{% macro same(x) %}{{ x }}{% endmacro %}{{ word }}{{ same(word) }}{{ word }}", {"word": "hey"}
    )
    assert [one.steps for one in written(trace)] == [(), ("macro same",), ()]


def test_a_turn_of_a_recursive_loop_stands_in_the_turn_around_it() -> None:
    tree = [{"n": "a", "c": [{"n": "b", "c": []}, {"n": "c", "c": [{"n": "d", "c": []}]}]}]
    trace = traced("{% for i in tree recursive %}{{ i.n }}<{{ loop(i.c) }}>{% endfor %}", {"tree": tree})
    assert trace.output == "a<b<>c<d<>>>"
    assert steps_of(trace, "a") == ("turn 1 of 1",)
    assert steps_of(trace, "b") == ("turn 1 of 1", "turn 1 of 2")
    assert steps_of(trace, "c") == ("turn 1 of 1", "turn 2 of 2")
    assert steps_of(trace, "d") == ("turn 1 of 1", "turn 2 of 2", "turn 1 of 1")


def test_a_macro_without_arguments_called_by_a_call_block_keeps_its_parts() -> None:
    source = "{% macro box(t) %}{{ t }}:{{ caller() }}{% endmacro %}{% call box('T') %}{{ x }}{% endcall %}"
    trace = traced(source, {"x": "X"})
    assert [one.part for one in written(trace)] == ["t", ":", "x"]
    step = segment_of(trace, "T").chain[-1]
    assert step.called_from is not None
    assert step.called_from.text == "box('T')"


def test_macros_of_a_list_or_mapping_are_known_when_they_are_written_later() -> None:
    source = CARD + "{% set all = [card('a'), {'k': card('b')}] %}{{ all[1].k }}{{ all[0] }}"
    assert [one.part for one in written(traced(source))] == ["[", "x", "]"] * 2
