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


def test_an_endless_number_of_errors_is_cut() -> None:
    assert len(ENVIRONMENT.syntax_errors("{{ 1 + }}\n" * 500)) == 20
    assert len(ENVIRONMENT.syntax_errors("{{ ! }}\n" * 500)) == 20


PIECES = st.lists(
    st.sampled_from(
        ["text\n", "{{ x }}", "{{ 1 + }}", "{{ a ! }}", "{% if x %}", "{% if = %}", "{% else %}", "{% endif %}",
         "{% for x in y %}", "{% for %}", "{% endfor %}", "{% end %}", "{% set x = 1 %}", "{% set x %}",
         "{% endset %}", "{% nope %}", "{% endnope %}", "{{ 'x }}", "{# c #}", "{% break %}", "{{ (", "}}"]
    ),
    max_size=8,
)  # fmt: skip


def raised_for(text: str) -> tuple[int | None, int | None] | None:
    """The place of the error that a template of this text is refused with, if its text is what is wrong."""
    try:
        ENVIRONMENT.from_string(text)
    except kida.TemplateSyntaxError as error:
        return (error.lineno, error.column) if error.code.value.startswith(("K-LEX", "K-PAR")) else None
    return None


@given(PIECES)
def test_a_text_has_errors_exactly_if_it_does_not_parse_and_the_one_raised_is_among_them(
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
