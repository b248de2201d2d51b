"""In a trace, the values within a translated message keep their own origin."""

from __future__ import annotations

import pytest

from kida import Environment
from tests.language.fixtures import Catalogue


def traced(text: str, *, newstyle: bool = False, **context: object) -> list[tuple[str, str]]:
    """What was written, with the template's text that wrote it."""
    environment = Environment()
    environment.install_gettext_translations(Catalogue(), newstyle=newstyle)
    trace = environment.from_string(text).trace(context)
    found = []
    for segment in trace.segments:
        span = segment.part.span
        found.append((trace.output[segment.start : segment.end], text[span.start : span.end]))
    return found


@pytest.mark.parametrize("newstyle", [False, True])
def test_a_value_is_its_variables_and_the_rest_is_the_tags(newstyle: bool) -> None:
    tag = "trans a=1 + 1, b"
    found = traced("{% trans a=1 + 1, b %}swapped {{ a }} {{ b }}{% endtrans %}", newstyle=newstyle, b="<")
    assert found == [("&lt;", "b"), (" ", tag), ("2", "1 + 1"), (" getauscht", tag)]


def test_a_short_value_is_not_taken_for_letters_of_the_message() -> None:
    found = traced("{% trans %}Hello {{ user }}{% endtrans %}", user="a")
    assert found == [("Hallo ", "trans"), ("a", "user")]


def test_a_macros_text_within_is_the_macros() -> None:
    text = "{% macro m() %}<b>{{ 1 }}</b>{% endmacro %}{% trans user=m() %}Hello {{ user }}{% endtrans %}"
    assert traced(text) == [("Hallo ", "trans user=m()"), ("<b>", "<b>"), ("1", "1"), ("</b>", "</b>")]


def test_percent_signs_are_the_tags() -> None:
    tag = "trans"
    found = traced("{% trans %}100% {{ user }}{% endtrans %}", user="U")
    assert ("U", "user") in found
    assert "".join(text for text, of in found if of == tag) == ": 100%"


def test_a_message_without_variables_is_the_tags() -> None:
    assert traced("{% trans %}Hello{% endtrans %}") == [("Hallo", "trans")]


def test_a_text_that_finalize_changed_is_the_tags() -> None:
    environment = Environment(finalize=lambda value: f"{value}!")
    environment.install_null_translations()
    trace = environment.from_string("{% trans %}a {{ x }}{% endtrans %}").trace(x=1)
    assert trace.output == "a 1!"
