"""The samples of `docs/tracing.md` print what the page says, and its table of what survives is true."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from .reading import texts_and_parts, traced

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "tracing.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
CARD = "{% macro card(x) %}<b>{{ x }}</b>{% endmacro %}"
WHOLE = [("<b>", "<b>"), ("Ada", "x"), ("</b>", "</b>")]


def test_the_page_has_samples() -> None:
    assert len(SAMPLES) == 2


@pytest.mark.thread_unsafe(reason="what is printed is caught for the whole process")
@pytest.mark.parametrize(("program", "expected"), SAMPLES)
def test_a_sample_prints_what_the_page_says(program: str, expected: str) -> None:
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(program, "docs/tracing.md", "exec"), {"__name__": "sample"})
    assert printed.getvalue() == expected


@pytest.mark.parametrize(
    "expression",
    [
        "card('Ada')",
        "card('Ada')|trim",
        "card('Ada')|indent",
        "card('Ada')|safe",
        "card('Ada')|center(40)",
        "'<p>%s</p>'|format(card('Ada'))",
    ],
)
def test_what_the_page_says_to_survive_does(expression: str) -> None:
    found = texts_and_parts(traced(CARD + f"{{{{ {expression} }}}}"))
    assert [one for one in found if one[1] != expression] == WHOLE


def test_what_the_page_says_not_to_survive_does_not() -> None:
    assert texts_and_parts(traced(CARD + "{{ card('Ada')|upper }}")) == [("<B>ADA</B>", "card('Ada')|upper")]
    assert texts_and_parts(traced(CARD + "{{ [x, card('Ada')]|join }}", {"x": "<b>Ada</b>"})) == [
        ("<b>Ada</b>" * 2, "[x, card('Ada')]|join")
    ]
    letter = "{% macro a() %}a{% endmacro %}{% set b = a() %}{{ b }}"
    assert texts_and_parts(traced(letter)) == [("a", "b")]
    assert texts_and_parts(traced(letter, autoescape=True)) == [("a", "a")]


def test_what_a_filter_of_a_named_text_adds_belongs_to_the_name() -> None:
    source = CARD + "{% set a = card('Ada')|indent(2, true) %}{{ a }}"
    assert texts_and_parts(traced(source)) == [("  ", "a"), *WHOLE]
