"""Columns count characters and lines count as editors count them, whatever the text is made of."""

from __future__ import annotations

import pytest

from kida import Environment, TemplateSyntaxError
from tests.unit.positions.blame import FORMS, check, given, marked_place, unmarked

LINES = {
    "a tab before": "\t\t{{ ⟦one / zero⟧ }}",
    "a tab within": "{{ ⟦one\t/\tzero⟧ }}",
    "emoji before": "🎉🎉 {{ ⟦one / zero⟧ }}",
    "emoji within": '{{ ⟦"🎉" ~ (bad)⟧ }}',
    "an emoji of several characters": "👩‍👩‍👧‍👦 {{ one }} {{ ⟦one / zero⟧ }}",
    "a flag": "🇨🇭{{ ⟦one / zero⟧ }}🇨🇭",
    "combining marks": "e\u0301a\u0308\u0323 {{ ⟦one / zero⟧ }}",
    "a combining mark within": '{{ one, ⟦"e\u0301" ~ bad⟧ }}',
    "Chinese": "中文模板：{{ ⟦one / zero⟧ }}。",
    "Japanese on the lines around": "日本語\n日本語{{ ⟦one / zero⟧ }}日本語\n日本語",
    "Arabic": "مرحبا {{ ⟦one / zero⟧ }} مرحبا",
    "no-break and zero-width spaces": "\u00a0\u200b\ufeff{{ ⟦one / zero⟧ }}",
    "characters of every length in UTF-8": "aé中🎉{{ ⟦one / zero⟧ }}aé中🎉",
    "a variable that is not ASCII": "é {{ ⟦größe⟧ }}",
    "an expression over lines that are not ASCII": 'é{{ ⟦same("中",\n "🎉", **one)⟧ }}',
    "a string that is not ASCII before": '{{ "🎉中", ⟦one / zero⟧ }}',
    "a line end of Windows": "a\r\nb\r\n{{ one }}{{ ⟦one / zero⟧ }}\r\n",
    "a line end of Windows within": "a\r\n{{ one + (⟦one\r\n / zero⟧) }}",
    "a lone carriage return": "a\rb\r{{ ⟦one / zero⟧ }}\rc",
    "all line ends mixed": "a\nb\r\nc\rd\n\r{{ ⟦one / zero⟧ }}",
    "line ends in the middle of text that Python also cuts at": "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029{{ ⟦one / zero⟧ }}",
    "a form feed on the line": "\x0c{{ ⟦one / zero⟧ }}",
    "many empty lines": "\n" * 500 + "{{ ⟦one / zero⟧ }}",
    "a very long line": "x" * 50_000 + "{{ ⟦one / zero⟧ }}" + "y" * 1000,
    "a very long line that is not ASCII": "é" * 5_000 + "{{ ⟦one / zero⟧ }}" + "中" * 1000,
    "many expressions on one line": "{{ one }}" * 2_000 + "{{ ⟦one / zero⟧ }}",
    "a very long expression": "{{ " + "one + " * 200 + "(⟦one / zero⟧) }}",
    "a NUL": "a\0b {{ ⟦one / zero⟧ }}",
    "a lone surrogate": "\ud800é{{ ⟦one / zero⟧ }}",
    "a lone surrogate within": '{{ ⟦"\udc80" ~ bad⟧ }}',
    "far down": "{# a #}\n" * 3000 + "  {{ ⟦one / zero⟧ }}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LINES)
def test_columns_count_characters(name: str, form: str) -> None:
    error = check(LINES[name], form=form, **given())
    frame = _innermost(error)
    assert frame.source_line[frame.column :].startswith(_marked(LINES[name]).split("\n")[0])


def _marked(text: str) -> str:
    return text[text.index("⟦") + 1 : text.index("⟧")].replace("\r\n", "\n").replace("\r", "\n")


def _innermost(error: Exception) -> object:
    from kida import trace_of

    return trace_of(error).innermost


@pytest.mark.parametrize("option", ["trim_blocks", "lstrip_blocks", "keep_trailing_newline"])
@pytest.mark.parametrize("form", FORMS)
def test_white_space_that_is_trimmed_still_counts(option: str, form: str) -> None:
    text = "  {% if one %}  \n  {% set x = 1 %}\n   {{- one -}}\n\n {% if x %}\n  {{ ⟦x / zero⟧ }}{% endif %}{% endif %}"
    check(text, form=form, options={option: True}, **given())


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_line_ends_of_the_output_change_no_place(newline: str) -> None:
    check("a\nb\r\n{{ one }}{{ ⟦one / zero⟧ }}", options={"newline_sequence": newline}, **given())


DELIMITERS = {
    "angle brackets": (
        {
            "block_start_string": "<%",
            "block_end_string": "%>",
            "variable_start_string": "<%=",
            "variable_end_string": "%>",
            "comment_start_string": "<#",
            "comment_end_string": "#>",
        },
        "<# a\nb #><% for x in xs %><%= x %>\n <%= ⟦x / zero⟧ %><% endfor %>",
    ),
    "long ones": (
        {
            "variable_start_string": "\\VAR{",
            "variable_end_string": "}",
            "block_start_string": "\\BLOCK{",
            "block_end_string": "}",
        },
        "\\BLOCK{if one}é \\VAR{one}\\VAR{⟦one / zero⟧}\\BLOCK{endif}",
    ),
    "ones that are not ASCII": (
        {"variable_start_string": "«", "variable_end_string": "»"},
        "é«one»«⟦one / zero⟧»",
    ),
    "line statements": (
        {"line_statement_prefix": "%", "line_comment_prefix": "##"},
        "% for x in xs\n  {{ x }} ## why\n  {{ ⟦x / zero⟧ }}\n% endfor",
    ),
    "an expression in a line statement": (
        {"line_statement_prefix": "%"},
        "a\n  % for x in [\n    1, ⟦one / zero⟧]\n{{ x }}\n% endfor",
    ),
    "a line statement behind Windows line ends": (
        {"line_statement_prefix": "#"},
        "é\r\n# if one\r\n# set x = ⟦one / zero⟧\r\n# endif",
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DELIMITERS)
def test_places_do_not_depend_on_the_delimiters(name: str, form: str) -> None:
    options, text = DELIMITERS[name]
    check(text, form=form, options=options, **given())


SYNTAX = {
    "a tag that there is none of": "a\n🎉{% ⟦nope⟧ %}",
    "a filter that there is none of": "é\t{{ one | ⟦uper⟧ }}",
    "a test that there is none of": "é\r\n{{ one is ⟦od⟧ }}",
    "an operand that is missing": "中{{ one + ⟦}}⟧",
    "an unclosed bracket": "{{ (1, 2 ⟦}⟧}",
}


@pytest.mark.parametrize("name", SYNTAX)
def test_a_syntax_error_is_placed_in_characters_too(name: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Environment().from_string(unmarked(SYNTAX[name]), name="page")
    error = caught.value
    place = marked_place("page", SYNTAX[name])
    assert (error.template, error.lineno, error.column, error.end_lineno, error.end_column) == place[:-1]
