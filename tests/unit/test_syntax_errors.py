"""All the syntax errors of a text at once: those that are there, and none that only follow from another."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kida

ENVIRONMENT = kida.Environment()


def found(text: str, **options: object) -> list[tuple[int, str]]:
    """The line of each error and the text that it underlines."""
    environment = kida.Environment(**options)
    lines = text.replace("\r\n", "\n").split("\n")
    return [
        (error.lineno or 0, lines[(error.lineno or 1) - 1][error.column : error.end_column])
        for error in environment.syntax_errors(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all is well {{ x }}", []),
        ("{{ 1 + }}\n{{ x }}\n{{ (2 }}\n{{ a b }}", [(1, "}}"), (3, "}"), (4, "b")]),
        ("{% if a = b %}\n{{ 1 + }}\n{% endif %}", [(1, "="), (2, "}}")]),
        ("{% for x y %}\n{% break %}\n{% else %}{% endfor %}\n{{ 1 + }}", [(1, "y"), (4, "}}")]),
        ("{% for x in y %}\n{% if %}\n{% elif = %}{% else %}{% endif %}{% end %}", [(2, "%}"), (3, "=")]),
        ("{% macro %}x{% endmacro %}\n{% call 3 %}x{% endcall %}", [(1, "%}"), (2, "3")]),
        ("{% block a %}{% endblock %}\n{% block a %}{% endblock %}\n{{ - }}", [(2, "a"), (3, "}}")]),
        ("{% block %}{% endblock x %}\n{{ - }}", [(1, "%}"), (2, "}}")]),
        ("{% block b %}{% endblock b c %}\n{{ - }}", [(1, "c"), (2, "}}")]),
        ("{% set = 3 %}\n{% set %}x{% endset %}\n{{ - }}", [(1, "="), (2, "%}"), (3, "}}")]),
        ("{% set x 3 %}\n{{ - }}", [(1, "3"), (2, "}}")]),
        ("{% inclde 'x' %}\n{{ - }}", [(1, "inclde"), (2, "}}")]),
        ("{% fro x in y %}\n{{ - }}{% endfor %}\n{{ - }}", [(1, "fro"), (2, "}}"), (3, "}}")]),
        ("{% component x %}\n{{ - }}{% endcomponent %}\n{{ - }}", [(1, "component"), (2, "}}"), (3, "}}")]),
        ("{% component x %}\n{{ - }}{% end %}", [(1, "component"), (2, "}}")]),
        ("{% break %}\n{{ - }}", [(1, "break"), (2, "}}")]),
        ("{% match x %}{% case = %}a{% case 2 %}b{% end %}\n{{ - }}", [(1, "="), (2, "}}")]),
        ("{{ a ! b }}\n{% if x ! y %}{% endif %}\n{{ - }}", [(1, "!"), (2, "!"), (3, "}}")]),
        ("{{ 'abc }}\n{{ - }}", [(1, "'abc }}"), (2, "}}")]),
        ("{% if 'x %}\n{% endif %}{{ - }}", [(1, "'x %}"), (2, "}}")]),
        ("{%- if x ! y -%}{% endif %}\n{{- ) -}}", [(1, "!"), (2, ")")]),
    ],
)
def test_each_error_is_told_and_none_that_follows_from_another(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ - }}\n{% for x in y %}", 2),
        ("{% if x = 1 %}\n{% for x in y %}", 1),
        ("{% for x in y %}{% endif %}\n{{ - }}", 1),
        ("{{ - }}\n{# never closed", 1),
        ("{{ a ! b }}\n{{ never closed", 2),
        ("{% else %}\n{{ - }}", 1),
    ],
)
def test_where_tags_do_not_fit_together_nothing_behind_is_guessed_at(text: str, expected: int) -> None:
    assert len(ENVIRONMENT.syntax_errors(text)) == expected


def test_other_delimiters_are_passed_over_as_well() -> None:
    options = {"variable_start_string": "<<", "variable_end_string": ">>"}
    assert [line for line, _ in found("<< 1 + >>\n{{ 1 + }}\n<< a ! >>", **options)] == [1, 3]


def test_the_error_raised_knows_of_the_others() -> None:
    with pytest.raises(kida.TemplateSyntaxError) as caught:
        ENVIRONMENT.from_string("{{ 1 + }}\n{{ 2 + }}\n{{ 3 ! }}", name="page.html")
    error = caught.value
    assert sorted([error.lineno, *(other.lineno for other in error.others)]) == [1, 2, 3]
    assert [other.template for other in error.others] == ["page.html"] * 2
    assert " 1 | {{ 1 + }}" in (error.others[0].source_snippet or "")
    assert [other.lineno for other in pickle.loads(pickle.dumps(error)).others] == [
        other.lineno for other in error.others
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ a|uper }}\n{{ b is evn }}\n{{ c|uper }}", [(1, "uper"), (2, "evn"), (3, "uper")]),
        ("{% filter uper %}{{ a|lowr }}{% endfilter %}", [(1, "uper"), (1, "lowr")]),
        ("{% if a %}{{ b|nope }}{% for c in d %}{{ c|nope2 }}{% end %}{% end %}", [(1, "nope2")]),
        ("{{ a|nope if b else c|nope }}{{ (d if e else f)|nope2 }}", [(1, "nope2")]),
        ("{% macro m(caller) %}{% end %}\n{{ a|nope }}", [(1, "caller"), (2, "nope")]),
        ("{% for a in b %}{% set loop = 1 %}{% set loop = 2 %}{{ a|nope }}{% end %}", [(1, "loop"), (1, "loop"), (1, "nope")]),
        ("{{ a|nope }}\n{{ 1 + }}\n{{ b is nope }}", [(1, "nope"), (2, "}}"), (3, "nope")]),
        ("{% filter 3 %}{% endfilter %}\n{{ a|nope }}", [(1, "3"), (2, "nope")]),
        ("{{ a|nope + }}", [(1, "}}")]),
        ("{% inclde 'x' %}{{ a|nope }}", [(1, "inclde"), (1, "nope")]),
    ],
)  # fmt: skip
def test_unknown_filters_and_tests_and_what_else_does_not_compile_are_told_with_the_others(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert found(text) == expected
    with pytest.raises(kida.TemplateSyntaxError) as caught:
        ENVIRONMENT.from_string(text)
    assert 1 + len(caught.value.others) == len(expected)
    assert caught.value.column == ENVIRONMENT.syntax_errors(text)[0].column


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>{{ title </p>\n<p>It's 5 $ for {{ name }}</p>\n{% if x %}y{% endif %}{{ 1 + }}", [(1, "{{"), (3, "}}")]),
        ("<p>{{ title </p>\n<p>5 $ {% if x %}y{% endif %}\n{{ x|nope }}", [(1, "{{"), (3, "nope")]),
        ("{{ title\n{% if x %}y{% endif %}\n{{ 1 + }}", [(1, "{{"), (3, "}}")]),
        ("{{ f(a \n{# a comment #}{{ b }}\n{{ 1 + }}", [(1, "{{"), (3, "}}")]),
        ("{% for x in y\n it's {{ x }}\n{% endfor %}{{ 1 + }}", [(1, "{%"), (3, "}}")]),
        ("{% if x\n{{ other! }}\n{% endif %}{{ 1 + }}", [(1, "{%"), (2, "!"), (3, "}}")]),
        ("{{ a {{ b }}{{ 1 + }}", [(1, "{{"), (1, "}}")]),
        # these are closed
        ("{{ '{% x %}' ! }}\n{{ 1 + }}", [(1, "!"), (2, "}}")]),
        ("{% if {{ x }} %}a{% endif %}{{ 1 + }}", [(1, "}"), (1, "}}")]),
        ("{% if x }}a{% endif %}{{ 1 + }}", [(1, "}"), (1, "}}")]),
        ("{{ a \n ! b }}{{ 1 + }}", [(2, "!"), (2, "}}")]),
    ],
)  # fmt: skip
def test_what_is_never_closed_is_told_where_it_begins_and_hides_nothing_behind_its_line(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize("text", ["{{ a ", "text {{", "{% if x", "{{ a {{", "{%", "{{ it's {%", "{{ {{ {{ ("])
def test_what_is_never_closed_at_the_end_of_a_text_is_told_once(text: str) -> None:
    assert len(ENVIRONMENT.syntax_errors(text)) >= 1
    with pytest.raises(kida.TemplateSyntaxError):
        ENVIRONMENT.from_string(text)


def test_all_wrong_calls_are_told_where_calls_are_checked() -> None:
    text = "{% macro m(a) %}{% endmacro %}\n{{ m(1, 2) }}\n{{ m(b=1) }}\n{{ x|nope }}"
    assert found(text, check_calls=True) == [(2, "2"), (3, "b"), (4, "nope")]
    assert found(text) == [(4, "nope")]


def test_an_unknown_filter_is_told_with_what_to_do() -> None:
    first, second = ENVIRONMENT.syntax_errors("{{ a|uper }}{{ b is zzzqqq }}", name="page.html")
    assert (first.suggestion, first.hint) == ("upper", "add one with env.add_filter('uper', function)")
    assert (second.suggestion, second.hint) == (None, "add one with env.add_test('zzzqqq', function)")
    assert second.template == "page.html"


def test_an_expression_that_uses_an_unknown_filter_is_refused_for_that_alone() -> None:
    with pytest.raises(kida.TemplateSyntaxError, match="no filter named 'nope'") as caught:
        ENVIRONMENT.compile_expression("'{{ 1 + }}'|nope")
    assert caught.value.others == ()


def test_an_endless_number_of_errors_is_cut() -> None:
    assert len(ENVIRONMENT.syntax_errors("{{ 1 + }}\n" * 500)) == 20
    assert len(ENVIRONMENT.syntax_errors("{{ ! }}\n" * 500)) == 20


PIECES = st.lists(
    st.sampled_from(
        ["text\n", "{{ x }}", "{{ 1 + }}", "{{ a ! }}", "{% if x %}", "{% if = %}", "{% else %}", "{% endif %}",
         "{% for x in y %}", "{% for %}", "{% endfor %}", "{% end %}", "{% set x = 1 %}", "{% set x %}",
         "{% endset %}", "{% nope %}", "{% endnope %}", "{{ 'x }}", "{# c #}", "{% break %}", "{{ (", "}}",
         "{{ x <p>", "{% if x <p>", "it's 5 $\n", "{%", "{{",
         "{{ x|nope }}", "{{ x is nope }}", "{{ x if y|nope else z is nope }}", "{% filter nope %}", "{% endfilter %}",
         "{% set loop = 1 %}", "{% macro m(caller) %}", "{% endmacro %}", "{% for x in y if x|nope recursive %}",
         "{% with a = x|nope %}", "{% call(a=x|nope) m() %}", "{% match x|nope %}", "{% case 1 if x|nope %}"]
    ),
    max_size=8,
)  # fmt: skip


def raised_for(text: str) -> tuple[int | None, int | None] | None:
    """The place of the error that a template of this text is refused with, if it is."""
    try:
        ENVIRONMENT.from_string(text)
    except kida.TemplateSyntaxError as error:
        return error.lineno, error.column
    return None


@given(PIECES)
def test_a_text_has_errors_exactly_if_it_does_not_compile_and_the_one_raised_is_among_them(
    pieces: list[str],
) -> None:
    text = "".join(pieces)
    errors = ENVIRONMENT.syntax_errors(text)
    places = [(error.lineno, error.column) for error in errors]
    assert len(set(places)) == len(places)
    assert places == sorted(places)
    raised = raised_for(text)
    assert raised in places if raised else errors == []


@given(
    st.lists(
        st.sampled_from(["{{ 1 + }}\n", "{{ x }}\n", "{{ a b }}\n", "{{ a ! }}\n", "text\n"]), max_size=12
    )
)
def test_every_wrong_output_is_told_and_no_right_one(lines: list[str]) -> None:
    wrong = [number for number, line in enumerate(lines, 1) if line[3:5] in ("1 ", "a ")]
    assert [error.lineno for error in ENVIRONMENT.syntax_errors("".join(lines))] == wrong


def test_what_is_too_deep_to_be_looked_through_is_told_as_such() -> None:
    errors = ENVIRONMENT.syntax_errors("{{ " + "+".join(["1"] * 3000) + " }}")
    assert [error.code for error in errors] == [kida.ErrorCode.TOO_DEEP]
