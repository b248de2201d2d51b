"""Templates that only insert variables into text go a short way, which nobody can tell from the long one but by its speed."""

from __future__ import annotations

from collections import UserDict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

import kida
from kida.render_context import get_render_context
from kida.runtime.forms import Form


def is_plain(template: kida.Template) -> bool:
    """Whether a template has the short way."""
    template.render(dict.fromkeys("abc", ""))
    return template._units[Form.RENDER].plain is not None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Dear {{ a }} {{ b }},\n{{ a }}!", True),
        ("{{ a }}{{ '<b>' }}", True),
        ("{{ a }}{# and nothing else #}", True),
        ("no variable at all", False),
        ("{{ a.b }}", False),
        ("{{ a | upper }}", False),
        ("{% if a %}{{ a }}{% endif %}", False),
        ("{% set a = 1 %}{{ a }}", False),
        ("{% block a %}{{ a }}{% endblock %}", False),
        ("{{ self }}", False),
        ("".join(f"{{{{ v{number} }}}}" for number in range(33)), False),
    ],
)
def test_which_templates_are_plain(text: str, plain: bool) -> None:
    assert is_plain(kida.Environment(undefined=kida.Undefined).from_string(text)) is plain


class Custom(str):
    """A text of a type of one's own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "[custom]"

    def __html__(self) -> str:
        return "<i>custom</i>"


VALUES = st.one_of(
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.builds(Markup, st.text()),
    st.builds(Custom, st.text()),
    st.decimals(),
    st.lists(st.text(), max_size=2),
)


@pytest.mark.parametrize("autoescape", [True, False])
@given(a=VALUES, b=VALUES)
def test_the_text_is_that_of_the_long_way(autoescape: bool, a: Any, b: Any) -> None:
    env = kida.Environment(autoescape=autoescape)
    plain = env.from_string("<p>{{ a }} & {{ b }}{{ '<>' }}{{ a }}</p>")
    long = env.from_string("{% if true %}<p>{{ a }} & {{ b }}{{ '<>' }}{{ a }}</p>{% endif %}")
    wanted = long.render(a=a, b=b)
    assert plain.render(a=a, b=b) == plain.render({"a": a, "b": b}) == plain.render({"a": a}, b=b) == wanted
    assert plain.render(UserDict(a=a, b=b)) == "".join(plain.render_stream(a=a, b=b)) == wanted
    assert type(plain.render(a=a, b=b)) is str


def test_globals_and_what_is_missing_are_found_the_long_way() -> None:
    env = kida.Environment(globals={"b": "global"})
    template = env.from_string("{{ a }} {{ b }}")
    assert template.render(a="1") == "1 global"
    assert template.render(a="1", b="given") == "1 given"
    with pytest.raises(kida.UndefinedError) as caught:
        template.render(b="given")
    assert (caught.value.lineno, caught.value.column, caught.value.end_column) == (1, 3, 4)


def test_a_value_that_asks_for_the_render_finds_it_and_is_asked_once() -> None:
    seen: list[Any] = []

    class Asking:
        def __str__(self) -> str:
            context = get_render_context()
            seen.append(context and (context.name, dict(context.vars)))
            return "asked"

    asking = Asking()
    template = kida.Environment(autoescape=False).from_string("{{ a }} {{ b }}", name="page")
    assert template.render(a="1", b=asking) == "1 asked"
    assert seen == [("page", {"a": "1", "b": asking})]


def test_what_is_registered_later_is_seen() -> None:
    env = kida.Environment(globals={"b": 1})
    template = env.from_string("{{ b }}")
    assert template.render() == "1"
    env.add_global("b", Decimal("2.0"))
    assert template.render() == "2.0"


def test_finalize_and_autoescape_by_name_are_heeded() -> None:
    shout = kida.Environment(finalize=lambda value: f"{value}!").from_string("{{ a }}")
    assert shout.render(a="x") == "x!"
    env = kida.Environment(autoescape=kida.select_autoescape())
    assert env.from_string("{{ a }}", name="a.html").render(a="<") == "&lt;"
    assert env.from_string("{{ a }}", name="a.txt").render(a="<") == "<"


def test_an_int_with_more_digits_than_python_writes_is_an_error_with_its_place() -> None:
    template = kida.Environment().from_string("a {{ a }}")
    with pytest.raises(ValueError, match="digits") as caught:
        template.render(a=10**5000)
    (frame,) = kida.trace_of(caught.value).frames
    assert (frame.line, frame.column, frame.end_column) == (1, 5, 6)
    assert len(caught.value.__notes__) == 1
