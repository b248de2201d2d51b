"""Branches, loops and what leaves them; try and fallback."""

from __future__ import annotations

from .reading import steps_of, texts_and_parts, traced, written


def test_only_the_branch_that_is_taken_writes() -> None:
    source = "{% if a %}one{% elif b %}two{% else %}three{% endif %}{% unless b %}four{% endunless %}"
    assert texts_and_parts(traced(source, {"a": 0, "b": 1})) == [("two", "two")]


def test_a_turn_that_is_left_early_is_a_turn_and_those_behind_have_their_own_numbers() -> None:
    source = "{% for i in 'abcd' %}{% if i == 'b' %}{% continue %}{% elif i == 'd' %}{% break %}{% endif %}{{ i }}{% endfor %}!"
    trace = traced(source)
    assert steps_of(trace, "a") == ("turn 1 of 4",)
    assert steps_of(trace, "c") == ("turn 3 of 4",)
    assert steps_of(trace, "!") == ()


def test_a_loop_left_in_a_captured_text_leaves_the_steps_as_they_were() -> None:
    source = (
        "{% for i in 'ab' %}{% set t %}{{ i }}{% if i == 'a' %}{% continue %}{% endif %}{% endset %}({{ t }})"
        "{% endfor %}!"
    )
    trace = traced(source)
    assert trace.output == "(b)!"
    assert steps_of(trace, "b") == ("turn 2 of 2",)
    assert steps_of(trace, "!") == ()


def test_an_inner_loop_left_early_leaves_the_outer_turn_as_it_was() -> None:
    source = "{% for i in 'ab' %}{% for j in 'xy' %}{{ j }}{% break %}{% endfor %}{{ i }}{% endfor %}"
    trace = traced(source)
    assert trace.output == "xaxb"
    assert steps_of(trace, "a") == ("turn 1 of 2",)
    assert steps_of(trace, "b") == ("turn 2 of 2",)


def test_the_else_of_a_loop_stands_outside_of_it() -> None:
    source = "{% for i in [] %}{{ i }}{% else %}none{% endfor %}{% for i in 'a' %}{% else %}none{% endfor %}"
    assert written(traced(source)) == [("none", "none", ())]


def test_a_turn_that_begins_with_text_and_goes_on_with_text_writes_both() -> None:
    source = "{% for i in 'ab' %}one{% with %} two{% endwith %} three{{ i }}{% endfor %}"
    trace = traced(source)
    assert [one.text for one in written(trace)] == [
        "one",
        " two",
        " three",
        "a",
        "one",
        " two",
        " three",
        "b",
    ]
    assert written(trace)[5].steps == ("turn 2 of 2",)


def test_a_turn_that_begins_with_a_branch_writes_what_is_in_it() -> None:
    source = "{% for i in 'abc' %}{% if i == 'b' %}one{% endif %}two{% endfor %}"
    assert [one.text for one in written(traced(source))] == ["two", "one", "two", "two"]


def test_a_while_loop_has_turns() -> None:
    source = (
        "{% set ns = namespace(n=0) %}{% while ns.n < 2 %}{% set ns.n = ns.n + 1 %}<{{ ns.n }}{% endwhile %}"
    )
    trace = traced(source)
    assert steps_of(trace, "2") == ("turn 2 of 2",)


def test_a_filtered_loop_counts_the_turns_it_made() -> None:
    trace = traced("{% for i in range(5) if i is odd %}{{ i }},{% endfor %}")
    assert steps_of(trace, "3") == ("turn 2 of 2",)


def test_a_comprehension_writes_no_turns_of_its_own() -> None:
    source = "{% macro m(i) %}<{{ i }}>{% endmacro %}{{ [m(i) for i in range(2)]|join }}"
    assert [one.steps for one in written(traced(source))] == [("macro m",)] * 6


def test_what_a_case_matches_writes() -> None:
    source = "{% match x %}{% case [a, b] %}{{ a }}+{{ b }}{% case _ %}other{% endmatch %}"
    assert texts_and_parts(traced(source, {"x": [1, 2]})) == [("1", "a"), ("+", "+"), ("2", "b")]


def test_what_was_written_before_an_error_is_gone_and_the_fallback_is_there() -> None:
    source = (
        "{% for i in [1, 0] %}{% try %}{% for j in 'xy' %}{{ 1 // i }}{% endfor %}"
        "{% fallback error %}F{{ error }}{% endtry %}{% endfor %}!"
    )
    trace = traced(source)
    assert [one.steps for one in written(trace)] == [
        ("turn 1 of 2", "turn 1 of 2"), ("turn 1 of 2", "turn 2 of 2"), ("turn 2 of 2",), ("turn 2 of 2",), (),
    ]  # fmt: skip


def test_an_error_in_a_macro_or_an_include_leaves_the_steps_as_they_were() -> None:
    source = (
        "{% macro m() %}in{{ 1 // 0 }}{% endmacro %}"
        "{% try %}{{ m() }}{% fallback %}one{% endtry %}{% try %}{% include 'bad' %}{% fallback %}two{% endtry %}!"
    )
    trace = traced(source, templates={"bad": "{% for i in 'a' %}{{ 1 // 0 }}{% endfor %}"})
    assert written(trace) == [("one", "one", ()), ("two", "two", ()), ("!", "!", ())]


def test_what_a_try_has_written_when_a_loop_is_left_in_it_is_kept() -> None:
    source = "{% for i in 'ab' %}{% try %}<{{ i }}{% break %}{% fallback %}F{% endtry %}{% endfor %}!"
    trace = traced(source)
    assert texts_and_parts(trace) == [("<", "<"), ("a", "i"), ("!", "!")]
    assert steps_of(trace, "a") == ("turn 1 of 1",)


def test_more_loops_inside_each_other_than_python_takes_are_all_steps() -> None:
    depth = 24
    source = "".join(f"{{% for v{i} in 'x' %}}" for i in range(depth)) + "in" + "{% endfor %}" * depth
    assert steps_of(traced(source), "in") == ("turn 1 of 1",) * depth
