"""Each template within a render, however it came in, has stacks of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

import pytest

from kida import DictLoader, Environment, RenderContext, pass_context
from kida.render_context import render_context
from tests.thread_safety.forms import FORMS, rendered, rendered_here
from tests.thread_safety.threads import Rendezvous, together

TEXTS = {
    "page": "{% extends 'layout' %}{% from 'lib' import m %}{% set said = look('page top') %}"
    "{% block body %}{{ look('block before') }}{% include 'nav' %}{{ m() }}{{ look('block after') }}{% endblock %}",
    "layout": "{% extends 'root' %}{% import 'theme' as theme %}{% set said = look('layout top') %}",
    "root": "{{ look('root before') }}{% block body %}{% endblock %}{{ look('root after') }}",
    "lib": "{% from 'deep lib' import d %}{{ look('lib') }}{% macro m() %}{{ look('macro') }}{{ d() }}{% endmacro %}",
    "deep lib": "{{ look('deep lib') }}{% macro d() %}{{ look('deep macro') }}{% endmacro %}",
    "theme": "{{ look('theme') }}",
    "nav": "{{ look('nav before') }}{% include 'item' %}{% import 'lib' as lib with context %}{{ look('nav after') }}",
    "item": "{{ look('item') }}",
}

PAGE = ("page",)
LAYOUT = ("page", "layout")
ROOT = ("page", "layout", "root")
WANTED = [
    ("deep lib", ("page", "lib", "deep lib"), ("lib", "deep lib")),
    ("lib", ("page", "lib"), ("lib",)),
    ("page top", PAGE, ()),
    ("theme", ("page", "layout", "theme"), ("theme",)),
    ("layout top", LAYOUT, ()),
    ("root before", ROOT, ()),
    ("block before", ROOT, ()),
    ("nav before", (*ROOT, "nav"), ()),
    ("item", (*ROOT, "nav", "item"), ()),
    ("lib", (*ROOT, "nav", "lib"), ("lib",)),
    ("nav after", (*ROOT, "nav"), ()),
    ("macro", ("page", "lib"), ("lib",)),
    ("deep macro", ("page", "lib", "deep lib"), ("lib", "deep lib")),
    ("block after", ROOT, ()),
    ("root after", ROOT, ()),
]
"""Where the render comes to in turn, with the stacks that are seen there."""

Seen = tuple[str, tuple[str, ...], tuple[str, ...]]
RECORD: ContextVar[list[Seen]] = ContextVar("what the render of a test has seen")


def recording(
    meet: Callable[[], object] = str, spoil: bool = False
) -> tuple[Environment, list[tuple[str, RenderContext]]]:
    """An environment whose templates write down what they see of their stacks, and the contexts they did it with."""
    contexts: list[tuple[str, RenderContext]] = []

    @pass_context
    def look(context: RenderContext, place: str) -> str:
        RECORD.get().append((place, tuple(context.template_stack), tuple(context.import_stack)))
        contexts.append((place, context))
        if place in ("deep lib", "theme", "item", "deep macro"):
            meet()
        if spoil and place in ("deep lib", "theme", "item"):
            _spoil(context)
        return ""

    return Environment(loader=DictLoader(TEXTS), globals={"look": look}), contexts


def _spoil(context: RenderContext) -> None:
    """Try to change the stacks of one context; it refuses."""
    for name in ("template_stack", "import_stack"):
        stack: Any = getattr(context, name)
        if hasattr(stack, "append"):
            stack.append("spoilt")
        with pytest.raises(AttributeError):
            setattr(context, name, (*stack, "spoilt"))


@pytest.mark.parametrize("form", FORMS)
async def test_every_extends_include_and_import_has_the_stacks_of_its_own_place(form: str) -> None:
    env, _ = recording()
    RECORD.set([])
    await rendered(env.get_template("page"), form)
    assert RECORD.get() == WANTED


@pytest.mark.parametrize("form", FORMS)
async def test_stacks_changed_in_one_template_are_seen_changed_in_no_other(form: str) -> None:
    env, _ = recording(spoil=True)
    RECORD.set([])
    await rendered(env.get_template("page"), form)
    assert RECORD.get() == WANTED


def test_no_two_templates_of_a_render_share_a_context_or_what_can_be_changed_of_one() -> None:
    env, contexts = recording()
    RECORD.set([])
    env.get_template("page").render()
    own = {(context.template_stack, context.import_stack): context for _, context in contexts}
    assert len(own) == len({id(context) for context in own.values()}) == 9
    for name in ("template_stack", "import_stack"):
        stacks = [getattr(context, name) for context in own.values()]
        changeable = [stack for stack in stacks if not isinstance(stack, tuple)]
        assert len({id(stack) for stack in changeable}) == len(changeable)
    for context in own.values():
        assert type(context.blocks) is MappingProxyType
        assert all(type(functions) is tuple for functions in context.blocks.values())


def test_a_context_cannot_change_a_stack_in_place() -> None:
    with render_context("page") as context:
        for stack in (context.template_stack, context.import_stack):
            assert not {"append", "extend", "pop", "clear", "add", "__setitem__", "__iadd__"} & set(
                dir(stack)
            )


@pytest.mark.parametrize("form", FORMS)
def test_renders_that_stand_in_the_same_places_at_the_same_time_do_not_mix_their_stacks(form: str) -> None:
    count = 4
    env, contexts = recording(Rendezvous(count))
    template = env.get_template("page")

    def work(number: int) -> list[Seen]:
        RECORD.set([])
        rendered_here(template, form)
        return RECORD.get()

    assert together(count, work) == [WANTED] * count
    by_place: dict[str, list[RenderContext]] = {}
    for place, context in contexts:
        by_place.setdefault(place, []).append(context)
    assert len({id(context) for context in by_place["item"]}) == count


def test_different_pages_rendered_at_the_same_time_have_different_stacks() -> None:
    count = 6
    meet = Rendezvous(count)

    @pass_context
    def look(context: RenderContext) -> str:
        meet()
        return f"[{'>'.join(context.template_stack)}|{'>'.join(context.import_stack)}]"

    pages = {
        f"page {n}": f"{{% extends 'base {n % 2}' %}}{{% from 'lib' import m %}}{{% block b %}}{{{{ m() }}}}{{% endblock %}}"
        for n in range(count)
    }
    env = Environment(
        loader=DictLoader(
            {
                **pages,
                "base 0": "{% block b %}{% endblock %}{% include 'end' %}",
                "base 1": "{% block b %}{% endblock %}{% include 'end' %}",
                "lib": "{% macro m() %}{{ look() }}{% endmacro %}",
                "end": "{{ look() }}",
            }
        ),
        globals={"look": look},
        autoescape=False,
    )
    texts = together(count, lambda n: env.render(f"page {n}"))
    assert texts == [f"[page {n}>lib|lib][page {n}>base {n % 2}>end|]" for n in range(count)]
