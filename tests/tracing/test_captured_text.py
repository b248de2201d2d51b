"""What becomes of text that is captured, and what of it survives filters, concatenations and functions."""

from __future__ import annotations

import pytest

import kida

from .reading import segment_of, steps_of, texts_and_parts, traced, written

CARD = "{% macro card(x) %}[{{ x }}]{% endmacro %}"
WHOLE = [("[", "["), ("a1", "x"), ("]", "]")]


def test_text_of_a_set_block_keeps_its_parts_wherever_it_is_written() -> None:
    trace = traced("{% set a %}<{{ x }}>{% endset %}{{ a }}{{ a }}", {"x": 7})
    assert texts_and_parts(trace) == [("<", "<"), ("7", "x"), (">", ">")] * 2


def test_a_set_block_in_a_set_block_keeps_its_parts() -> None:
    source = "{% set a %}a{{ x }}{% endset %}{% set b %}b{{ a }}b{% endset %}{{ b }}"
    assert texts_and_parts(traced(source, {"x": 7})) == [("b", "b"), ("a", "a"), ("7", "x"), ("b", "b")]


def test_capture_is_a_set_block() -> None:
    assert texts_and_parts(traced("{% capture a %}<{{ x }}{% endcapture %}{{ a }}", {"x": 7})) == [
        ("<", "<"),
        ("7", "x"),
    ]


def test_a_captured_text_keeps_its_parts_through_other_names() -> None:
    source = "{% set a %}<{{ x }}>{% endset %}{% set b = a %}{% with c = b %}{{ c }}{% endwith %}"
    assert texts_and_parts(traced(source, {"x": 7})) == [("<", "<"), ("7", "x"), (">", ">")]


@pytest.mark.parametrize("kept", ["trim", "string", "safe", "indent", "default('-')", "replace('q', 'r')"])
def test_what_a_filter_leaves_as_it_is_keeps_its_parts(kept: str) -> None:
    assert texts_and_parts(traced(CARD + f"{{{{ card('a1')|{kept} }}}}")) == WHOLE


def test_what_a_filter_changes_is_the_filters() -> None:
    trace = traced("{% macro m() %}abc{{ x }}{% endmacro %}{{ m()|upper }}", {"x": "def"})
    assert written(trace) == [("ABCDEF", "m()|upper", ())]


def test_what_a_filter_puts_around_is_the_filters() -> None:
    assert texts_and_parts(traced(CARD + "{{ card('a1')|center(8) }}")) == [
        ("  ", "card('a1')|center(8)"),
        *WHOLE,
        ("  ", "card('a1')|center(8)"),
    ]


def test_indent_leaves_the_lines_their_parts_and_only_the_space_is_its_own() -> None:
    source = "{% macro m() %}ab\nab {{ x }}\n1{% endmacro %}{{ m()|indent(2, true) }}"
    trace = traced(source, {"x": "X"})
    own = ("  ", "m()|indent(2, true)")
    assert texts_and_parts(trace) == [
        own, ("ab\n", "ab\n"), own, ("ab ", "ab "), ("X", "x"), ("\n", "\n"), own, ("1", "1"),
    ]  # fmt: skip
    first, second = (one.part.span.start for one in trace.segments if one.part.text.startswith("ab"))
    assert second == first + len(
        "ab\n"
    )  # the second line is not taken for the first, which begins as it does


def test_trim_leaves_what_it_leaves_its_parts() -> None:
    trace = traced("{% macro m() %}  hello {{ x }}  {% endmacro %}{{ m()|trim }}", {"x": 3})
    assert texts_and_parts(trace) == [("hello ", "hello "), ("3", "x")]


def test_trim_leaves_lines_their_parts_where_an_empty_one_was_first() -> None:
    trace = traced("{% filter trim %}  \n one\n  \n two\n{% endfilter %}")
    assert texts_and_parts(trace) == [("one\n", "one\n"), ("  \n", "  \n"), (" two", " two")]


def test_lines_that_read_the_same_have_each_its_own_part() -> None:
    trace = traced("{% macro m() %}ab\nab\nab\n{% endmacro %}{{ m()|indent(2, true) }}")
    parts = [one.part for one in trace.segments if one.is_text]
    assert [one.region.line for one in parts] == [1, 2, 3]
    assert {one.text for one in parts} == {"ab\n"}


def test_replace_leaves_lines_that_it_does_not_change_their_parts() -> None:
    source = "{% macro m() %}one\nt-{{ x }}\nthree {{ y }}\n{% endmacro %}{{ m()|replace('-', '+') }}"
    trace = traced(source, {"x": "XX", "y": "YY"})
    found = texts_and_parts(trace)
    assert found[0] == ("one\n", "one\n")
    assert found[-3:] == [("three ", "three "), ("YY", "y"), ("\n", "\n")]


def test_filters_in_a_row_are_looked_through() -> None:
    trace = traced(CARD + "{{ card('a1')|trim|indent(2, true)|string }}")
    assert texts_and_parts(trace)[1:] == WHOLE


@pytest.mark.parametrize("autoescape", [False, True])
def test_a_filtered_text_that_is_named_first_keeps_its_parts(autoescape: bool) -> None:
    trace = traced(CARD + "{% set a = card('a1')|trim %}{{ a }}", autoescape=autoescape)
    assert texts_and_parts(trace) == WHOLE


def test_a_set_block_with_a_filter_keeps_the_parts_of_what_the_filter_leaves() -> None:
    source = "{% set a | trim | indent %}  one {{ x }}{% endset %}{{ a }}"
    assert texts_and_parts(traced(source, {"x": 7})) == [("one ", "one "), ("7", "x")]


def test_a_filter_block_keeps_the_parts_of_what_the_filter_leaves() -> None:
    source = "{% filter trim %}  one {{ x }} {% endfilter %}{% filter upper %}two{% endfilter %}"
    assert texts_and_parts(traced(source, {"x": 7})) == [("one ", "one "), ("7", "x"), ("TWO", "upper")]


def test_a_caller_that_is_indented_keeps_its_parts() -> None:
    source = (
        CARD
        + "{% macro box() %}{{ caller()|indent(2, true) }}{% endmacro %}"
        + "{% call box() %}one\n{{ card('a1') }}{% endcall %}"
    )
    trace = traced(source)
    assert steps_of(trace, "one\n") == ("macro box", "caller")
    assert steps_of(trace, "a1") == ("macro box", "caller", "macro card")


def test_a_step_within_a_filter_tells_where_it_was_called_from() -> None:
    trace = traced(CARD + "{{ card('a1')|indent(3, true) }}")
    called_from = segment_of(trace, "a1").chain[-1].called_from
    assert called_from is not None
    assert called_from.text == "card('a1')|indent(3, true)"


@pytest.mark.parametrize("autoescape", [False, True])
def test_a_concatenation_keeps_the_parts_of_its_operands(autoescape: bool) -> None:
    trace = traced(CARD + "{{ '-' ~ card('a1') ~ 7 ~ card('a1') }}", autoescape=autoescape)
    made = "'-' ~ card('a1') ~ 7 ~ card('a1')"
    assert texts_and_parts(trace) == [("-", made), *WHOLE, ("7", made), *WHOLE]


def test_a_text_that_grows_in_a_loop_keeps_its_parts() -> None:
    source = (
        CARD
        + "{% set ns = namespace(all='') %}"
        + "{% for i in range(200) %}{% set ns.all = ns.all ~ card(i) %}{% endfor %}{{ ns.all }}"
    )
    trace = traced(source)
    assert [one.part for one in written(trace)] == ["[", "x", "]"] * 200


@pytest.mark.parametrize("autoescape", [False, True])
@pytest.mark.parametrize("count", [3, 100])
def test_many_macros_that_are_joined_keep_their_parts(count: int, autoescape: bool) -> None:
    source = CARD + "{% set all = [card(i) for i in range(count)] %}{{ all|join(', ') }}"
    trace = traced(source, {"count": count}, autoescape=autoescape)
    expected = [*["[", "x", "]", "all|join(', ')"] * count][:-1]
    assert [one.part for one in written(trace)] == expected


@pytest.mark.parametrize("count", [3, 100])
def test_many_macros_that_are_joined_backwards_keep_their_parts(count: int) -> None:
    source = CARD + "{{ [card(i) for i in range(count)]|reverse|join(' ') }}"
    trace = traced(source, {"count": count})
    assert [one.text for one in written(trace) if one.part == "x"] == [str(i) for i in reversed(range(count))]


def test_a_format_keeps_the_parts_of_what_is_put_into_it() -> None:
    for made in ("'%s-%s' % (card('a1'), card('b2'))", "'{}-{}'.format(card('a1'), card('b2'))"):
        trace = traced(CARD + "{{ " + made + " }}")
        assert texts_and_parts(trace) == [*WHOLE, ("-", made), ("[", "["), ("b2", "x"), ("]", "]")]


def test_a_text_of_a_filter_of_ones_own_keeps_the_parts_of_what_it_leaves() -> None:
    environment = kida.Environment()
    environment.add_filter("shout", lambda text: f"!{text}!")
    template = environment.from_string(CARD + "{{ card('a1')|shout }}")
    assert texts_and_parts(template.trace())[1:-1] == WHOLE


# --- texts that are equal by chance --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "{{ same }}{{ card('a1') }}",
        "{{ card('a1') }}{{ same }}",
        "{{ same if card('a1') == same else '' }}",
        "{{ same or card('a1') }}",
        "{{ user.same if card('a1') == user.same }}",
        "{{ same|default(card('a1')) }}",
        "{% set a = card('a1') %}{{ same }}{{ a }}",
        "{% set a %}[a1]{% endset %}{{ same }}{{ a }}",
        "{{ same ~ card('a1') }}",
        "{{ card('a1') ~ same }}",
        "{% set a = same ~ card('a1') %}{{ a }}",
        "{{ [same, card('a1')]|join(', ') }}",
        "{{ [card('a1'), same]|join(', ') }}",
    ],
)
def test_a_variable_that_reads_as_a_macro_is_not_taken_for_it(source: str) -> None:
    trace = traced(CARD + source, {"same": "[a1]", "user": {"same": "[a1]"}})
    from_macro = sum(one.part == "x" for one in written(trace))
    calls = source.count("{{ card") + source.count("~ card") + source.count("{{ a }}")
    assert from_macro <= min(calls, 1)


@pytest.mark.parametrize("source", ["{{ same ~ card('a1') }}", "{% set a = same ~ card('a1') %}{{ a }}"])
def test_in_a_concatenation_the_operand_that_is_the_macro_is_known_exactly(source: str) -> None:
    trace = traced(CARD + source, {"same": "[a1]"})
    assert [one.part for one in written(trace)][1:] == ["[", "x", "]"]
    assert trace.segments[0].end == len("[a1]")


def test_a_word_that_stands_in_a_longer_text_too_is_not_taken_for_the_macros() -> None:
    trace = traced("{% macro m() %}no{% endmacro %}{{ 'the note: %s'|format(m()) }}")
    assert written(trace) == [("the note: no", "'the note: %s'|format(m())", ())]


def test_a_letter_of_a_longer_text_is_not_taken_for_the_macros() -> None:
    trace = traced("{% macro m() %}a{% endmacro %}{{ 'cat'|default(m()) }}")
    assert written(trace) == [("cat", "'cat'|default(m())", ())]


def test_a_captured_letter_is_not_every_letter_like_it() -> None:
    trace = traced("{% set a %}x{% endset %}{{ a }}{{ y }}{{ 'x' }}", {"y": "x"})
    assert [one.part for one in written(trace)][1:] == ["y", "'x'"]


def test_a_macro_that_writes_a_variables_text_does_not_claim_the_variable() -> None:
    trace = traced(
        "{% macro m(x) %}{{ x }}{% endmacro %}{% set a = m(word) %}{{ word }}{{ a }}", {"word": "hey"}
    )
    assert [one.part for one in written(trace)] == ["word", "x"]
    assert [one.steps for one in written(trace)] == [(), ("macro m",)]


# --- much of it ----------------------------------------------------------------------------------------------------


def test_a_text_that_is_filtered_again_and_again_is_looked_through_without_end_of_the_stack() -> None:
    source = (
        "{% set ns = namespace(all='') %}"
        "{% for i in range(600) %}{% set part %}<{{ i }}>{% endset %}"
        "{% set ns.all = (ns.all ~ part)|safe %}{% endfor %}{{ ns.all }}"
    )
    trace = traced(source)
    assert trace.output.endswith("<599>")


def test_a_macro_that_indents_itself_keeps_its_parts_at_every_depth() -> None:
    source = "{% macro r(n) %}at {{ n }}\n{% if n %}{{ r(n - 1)|indent(1, true) }}{% endif %}{% endmacro %}{{ r(9) }}"
    trace = traced(source)
    numbers = [one for one in written(trace) if one.part == "n"]
    assert [(one.text, len(one.steps)) for one in numbers] == [(str(9 - i), i + 1) for i in range(10)]


def test_a_text_too_long_to_be_remembered_at_each_step_still_tiles() -> None:
    source = (
        "{% set part %}" + "x" * 1000 + "{% endset %}{% set ns = namespace(all='') %}"
        "{% for i in range(200) %}{% set ns.all = ns.all ~ part %}{% endfor %}{{ ns.all }}"
    )
    trace = traced(source)
    assert len(trace.output) == 200_000
