"""Modules of macros alone are made once, where nobody can tell; all others are made for each render."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import Markup

from kida import DictLoader, Environment, RenderContext, pass_context
from kida.utils.workers import is_gil_enabled

LIBRARY = """
{% macro badge(text, kind="info") %}<b class="{{ kind }}">{{ text | upper }}</b>{% endmacro %}
{% macro box(items=[]) %}<div>{{ caller() }}{% for i in items if i %}{{ loop.index }}{% endfor %}</div>{% endmacro %}
"""


def modules(library: str, renders: int = 2, **options: Any) -> list[Any]:
    """What renders of one page see imported."""
    seen: list[Any] = []
    env = Environment(loader=DictLoader({"lib": library}), globals={"look": seen.append}, **options)
    page = env.from_string(
        "{% import 'lib' as lib %}{{ look(lib) }}{% import 'lib' as again %}{{ look(again) }}"
    )
    for _ in range(renders):
        page.render()
    return seen


def test_macros_alone_are_shared_where_threads_take_turns() -> None:
    first, again, second, _ = modules(LIBRARY)
    assert first is again
    assert (second is first) is is_gil_enabled()


@pytest.mark.parametrize(
    "library",
    [
        LIBRARY + "{% set ns = namespace(count=0) %}",
        LIBRARY + "{% macro deep() %}{{ badge('x') }}{% endmacro %}",
        LIBRARY + "{% macro deep() %}{% include 'x' %}{% endmacro %}",
        LIBRARY + "{% macro deep() %}{% import 'x' as x %}{% endmacro %}",
        LIBRARY + "{% macro deep() %}{{ caller(caller=caller) }}{% endmacro %}",
        LIBRARY + "{% macro deep() %}{% push 'css' %}x{% end %}{% endmacro %}",
        LIBRARY + "{% macro deep() %}{% provide a = 1 %}{% end %}{% endmacro %}",
        LIBRARY + "{% def deep() %}{% slot %}{% enddef %}",
        LIBRARY + "{% macro deep() %}{{ [1] | map('upper') }}{% endmacro %}",
        LIBRARY + "{{ 1 }}",
        "only text",
    ],
)
def test_all_others_are_made_for_each_render(library: str) -> None:
    first, again, second, _ = modules(library)
    assert first is again
    assert second is not first


def test_a_shared_module_cannot_be_changed() -> None:
    for module in modules(LIBRARY, renders=1):
        if is_gil_enabled():
            with pytest.raises(AttributeError, match="renders share the module 'lib'"):
                module.badge = None
            with pytest.raises(AttributeError, match="renders share the module 'lib'"):
                del module.badge


def test_what_is_registered_or_loaded_later_is_seen() -> None:
    sources = {"lib": "{% macro m() %}{{ 'a' | f }}{{ g }}{% endmacro %}"}
    env = Environment(loader=DictLoader(sources), filters={"f": str.upper}, globals={"g": 1})
    page = env.from_string("{% from 'lib' import m %}{{ m() }}")
    assert page.render() == "A1"
    env.add_filter("f", lambda text: f"{text}!")
    env.add_global("g", 2)
    assert page.render() == "a!2"
    sources["lib"] = "{% macro m() %}new{% endmacro %}"
    assert page.render() == "new"


def test_the_body_of_a_call_is_its_renders() -> None:
    @pass_context
    def stacks(context: RenderContext) -> str:
        return f"{context.template_stack}{context.import_stack}"

    env = Environment(loader=DictLoader({"lib": LIBRARY}), globals={"stacks": stacks}, autoescape=False)
    source = (
        "{% from 'lib' import box %}{% provide a = n %}{% call box() %}{{ consume('a') }}{{ stacks() }}"
        "{% push 'css' %}{{ n }}{% end %}{% endcall %}{% end %}{% stack 'css' %}"
    )
    page = env.from_string(source, name="page")
    for n in (1, 2):
        assert page.render(n=n).strip() == f"<div>{n}('page',)()</div>{n}"


def test_macros_called_by_python_escape_and_give_what_they_gave() -> None:
    env = Environment(loader=DictLoader({"lib": LIBRARY}))
    kept: list[Any] = []
    env.add_filter("each", lambda macro, items: kept.append(macro) or "".join(map(macro, items)))
    page = env.from_string("{% from 'lib' import badge %}{{ badge | each(items) | safe }}")
    assert page.render(items=["<", "b"]) == '<b class="info">&lt;</b><b class="info">B</b>'
    assert kept[0]("&") == Markup('<b class="info">&amp;</b>')


def test_a_module_with_the_context_of_its_importer_is_its_own() -> None:
    env = Environment(loader=DictLoader({"lib": "{% macro m() %}{{ who }}{% endmacro %}"}))
    page = env.from_string("{% from 'lib' import m with context %}{{ m() }}")
    assert [page.render(who=who) for who in ("Ada", "Emmy")] == ["Ada", "Emmy"]
