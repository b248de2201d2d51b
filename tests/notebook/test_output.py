"""Which format a cell has, when it does not say so."""

from __future__ import annotations

import pytest

from kida_jupyter.output import FORMATS, format_of


@pytest.mark.parametrize(
    "text",
    [
        "<p>a paragraph</p>",
        "Dear <b>{{ name }}</b>",
        "{% for x in y %}<li>{{ x }}</li>{% end %}",
        "<!DOCTYPE html>\nrest",
        "one<br>two",
        '<img src="{{ url }}">',
        "{% extends 'base.html' %}{% block title %}plain{% end %}",
        '{%- extends "base.html" -%}',
    ],
)
def test_text_that_has_elements_of_html_is_html(text: str) -> None:
    assert format_of(None, None, text).name == "html"


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "1 < 2 and 3 > 2",
        "<instructions>Answer in one word.</instructions>",
        "SELECT * FROM birds WHERE mass < {{ limit }}",
        "{% extends 'base.txt' %}",
        "a <b",
        "",
    ],
)
def test_other_text_is_text(text: str) -> None:
    assert format_of(None, None, text).name == "text"


@pytest.mark.parametrize(
    "name", ["page.html", "page.HTM", "page.xhtml", "page.html.j2", "folder/page.html.jinja"]
)
def test_a_suffix_of_html_makes_any_text_html(name: str) -> None:
    assert format_of(None, name, "plain").name == "html"


@pytest.mark.parametrize("name", ["mail.txt", "prompt.md", "query.sql.j2"])
def test_another_suffix_makes_any_text_text(name: str) -> None:
    assert format_of(None, name, "<p>quoted</p>").name == "text"


@pytest.mark.parametrize("name", ["page", "page.kida", "my.folder/page"])
def test_a_name_without_a_telling_suffix_leaves_it_to_the_text(name: str) -> None:
    assert format_of(None, name, "<p>yes</p>").name == "html"


@pytest.mark.parametrize("asked", FORMATS)
def test_what_was_asked_for_goes_first(asked: str) -> None:
    assert format_of(asked, "page.html", "<p>yes</p>").name == asked
