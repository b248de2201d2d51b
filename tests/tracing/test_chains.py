"""The chain of steps that led to a segment."""

from __future__ import annotations

import kida

from .reading import segment_of, traced, written


def test_the_outermost_step_is_the_template_that_was_rendered() -> None:
    chain = traced("text").segments[0].chain
    assert [(one.kind, one.name, one.called_from, one.parent) for one in chain] == [
        ("template", "main", None, None)
    ]


def test_each_step_knows_the_one_around_it() -> None:
    source = "{% macro m() %}{% for i in 'a' %}{{ i }}{% endfor %}{% endmacro %}{{ m() }}"
    step = segment_of(traced(source), "a").step
    assert step is not None
    assert step.parent is not None
    assert [one.kind for one in step.chain] == ["template", "macro", "loop"]
    assert step.chain[:-1] == step.parent.chain


def test_a_turn_tells_its_number_how_many_there_were_the_variables_and_the_loop() -> None:
    source = "\n{% for key, value in pairs %}{{ value }} {% endfor %}"
    trace = traced(source, {"pairs": [("a", "x"), ("b", "y"), ("c", "z")]})
    turn = segment_of(trace, "y").chain[-1]
    assert (turn.kind, turn.name, turn.index, turn.count) == ("loop", "key, value", 2, 3)
    assert turn.called_from is not None
    assert turn.called_from.region.line == 2
    assert turn.describe() == "turn 2 of 3, for key, value"


def test_a_while_loop_has_no_variables() -> None:
    source = "{% set ns = namespace(go=true) %}{% while ns.go %}in{% set ns.go = false %}{% endwhile %}"
    turn = segment_of(traced(source), "in").chain[-1]
    assert (turn.kind, turn.name, turn.describe()) == ("loop", None, "turn 1 of 1")


def test_turns_of_loops_in_loops_count_for_themselves() -> None:
    source = "{% for i in range(2) %}{% for j in range(3) %}{{ i }}{{ j }} {% endfor %}{% endfor %}"
    steps = [one.steps for one in written(traced(source)) if one.part == "j"]
    assert steps == [(f"turn {i} of 2", f"turn {j} of 3") for i in (1, 2) for j in (1, 2, 3)]


def test_a_loop_in_a_macro_counts_anew_in_each_call() -> None:
    source = (
        "{% macro m(n) %}{% for i in range(n) %}<{{ i }}>{% endfor %}{% endmacro %}"
        "{% for n in [1, 2] %}{{ m(n) }}{% endfor %}"
    )
    steps = [one.steps for one in written(traced(source)) if one.part == "i"]
    assert steps == [
        ("turn 1 of 2", "macro m", "turn 1 of 1"),
        ("turn 2 of 2", "macro m", "turn 1 of 2"),
        ("turn 2 of 2", "macro m", "turn 2 of 2"),
    ]


def test_text_behind_a_loop_is_outside_of_it() -> None:
    source = "{% for i in 'a' %}in{% endfor %}out{% for i in 'b' %}in again{% endfor %}"
    assert [one.steps for one in written(traced(source))] == [("turn 1 of 1",), (), ("turn 1 of 1",)]


def test_what_is_captured_in_a_loop_stands_where_it_is_written() -> None:
    source = "{% set ns = namespace(t='') %}{% for i in 'ab' %}{% set ns.t %}<{{ i }}>{% endset %}{% endfor %}{{ ns.t }}"
    assert [one.steps for one in written(traced(source))] == [(), (), ()]


def test_steps_of_one_turn_are_one_step_for_all_that_it_writes() -> None:
    trace = traced("{% for i in 'a' %}one{{ i }}two{% endfor %}")
    assert len({id(one.step) for one in trace.segments}) == 1


def test_steps_describe_themselves() -> None:
    trace = traced("{% macro m() %}{{ caller() }}{% endmacro %}\n{% call m() %}in{% endcall %}")
    assert [one.describe() for one in segment_of(trace, "in").chain] == [
        "template main",
        "macro m, called from main 2:9",
        "caller, called from main 1:19",
    ]


def test_a_template_without_a_name_is_a_template_all_the_same() -> None:
    trace = kida.Environment().from_string("text").trace()
    assert [one.describe() for one in trace.segments[0].chain] == ["template"]
