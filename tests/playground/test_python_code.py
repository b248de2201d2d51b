"""The Python that a template compiles to, its lines linked with the template's."""

from __future__ import annotations

import pytest

import kida
from kida_jupyter.playground.python_code import python_of

TEXT = """\
<h1>{{ title }}</h1>
{% macro card(x) %}
<b>{{ x.name | upper }}</b>
{% end %}
{% block list %}
{% for i in items if i %}
  {{ card(i) ~ "😀" }}
{% else %}none{% endfor %}
{% end %}
{% if title %}
{{ -1 ** 2 }}{{ "%s" % title }}{{ [1, (2, 3)] }}
{% end %}
"""


def linked(text: str) -> dict[str, int | None]:
    """Each line of the code, with the template's line that it is for."""
    code, pairs = python_of(kida.Environment().from_string(text))
    lines = dict(pairs)
    return {line.strip(): lines.get(number) for number, line in enumerate(code.split("\n"), 1)}


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("_html(title)", 1),
        ("def macro_card", 2),
        ("_filter_upper(", 3),
        ("_ctx.layout.first['list']", 5),
        ("def block_list", 5),
        ("for i in (", 6),
        ("card", 7),
        ("'none'", 8),
        ("if title:", 10),
        ("[1, (2, 3)]", 11),
    ],
)
def test_a_line_of_the_code_is_linked_with_the_one_that_it_is_for(part: str, line: int) -> None:
    found = {number for code, number in linked(TEXT).items() if part in code}
    assert line in found, linked(TEXT)


def test_every_line_that_does_something_is_linked() -> None:
    assert [code for code, line in linked(TEXT).items() if line is None and code] == []


def test_code_that_python_does_not_read_is_shown_without_links() -> None:
    text, pairs = python_of(kida.Environment().from_string("{{ x" + "| upper" * 250 + "}}"))
    assert (text.count("_filter_upper("), pairs) == (250, [])


def test_a_template_that_awaits_has_code_too() -> None:
    found = linked("\n{{ await f() }}")
    assert next(line for code, line in found.items() if "await " in code) == 2
