"""A template is immutable, and what renders of it work on is each render's own."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from kida import DictLoader, Environment, RenderContext, Template, pass_context
from tests.thread_safety.forms import FORMS, rendered, rendered_here
from tests.thread_safety.threads import Rendezvous, together

TEXTS = {
    "page": "{% extends 'base' %}{% block title %}{{ super() }}{{ x }}{% endblock %}{% macro m() %}m{% endmacro %}",
    "base": "<{% block title %}base {% endblock %}|{{ change() }}{% block body %}body{% endblock %}>",
}


def made(change: Callable[..., str] = lambda: "") -> Template:
    return Environment(loader=DictLoader(TEXTS), globals={"change": change}).get_template("page")


def attributes(template: Template) -> list[str]:
    """All that a template has: its slots, what its class offers, and a name that it has not."""
    slots = [name for kind in type(template).__mro__ for name in getattr(kind, "__slots__", ())]
    public = [name for name in dir(template) if not name.startswith("__")]
    return sorted({*slots, *public, "something_new"} - {"__weakref__"})


def test_no_attribute_of_a_template_can_be_assigned() -> None:
    accepted = []
    for name in attributes(made()):
        template = made()
        try:
            setattr(template, name, None)
        except AttributeError:
            continue
        accepted.append(name)
    assert accepted == []


def test_no_attribute_of_a_template_can_be_deleted() -> None:
    accepted = []
    for name in attributes(made()):
        template = made()
        try:
            delattr(template, name)
        except AttributeError:
            continue
        accepted.append(name)
    assert accepted == []


def test_a_template_has_no_room_for_other_attributes() -> None:
    assert not hasattr(made(), "__dict__")


def test_globals_given_for_a_template_may_change_later_without_effect() -> None:
    given = {"site": "here"}
    template = Environment().from_string("{{ site }}", globals=given)
    given["site"] = "elsewhere"
    assert template.render() == "here"


def test_a_template_that_was_pickled_in_one_thread_renders_the_same_in_others() -> None:
    data = pickle.dumps(Environment(loader=DictLoader(TEXTS), globals={"change": str}).get_template("page"))
    texts = together(4, lambda number: pickle.loads(data).render(x=number))
    assert texts == [f"<base {number}|body>" for number in range(4)]


@pytest.mark.parametrize("form", FORMS)
async def test_a_function_can_change_nothing_of_the_blocks_of_a_render(form: str) -> None:
    refused: list[type[Exception]] = []

    @pass_context
    def spoil(context: RenderContext) -> str:
        blocks: Any = context.blocks
        for change in (
            lambda: blocks["title"].insert(0, None),
            lambda: blocks["body"].append(lambda *_: "spoilt"),
            lambda: blocks.pop("body"),
            lambda: blocks.pop("title", None),
            lambda: blocks.update(more=[]),
            lambda: blocks.__setitem__("more", []),
            lambda: blocks.__delitem__("body"),
            lambda: setattr(context, "blocks", {}),
        ):
            try:
                change()
            except (AttributeError, TypeError) as error:
                refused.append(type(error))
        return ""

    env = Environment(loader=DictLoader(TEXTS), globals={"change": str, "spoil": spoil})
    spoiling = env.from_string("{% extends 'base' %}{% block title %}{{ x }}{{ spoil() }}{% endblock %}")
    for number in range(1, 3):
        assert await rendered(spoiling, form, x=1) == "<1|body>"
        assert len(refused) == 8 * number
        assert await rendered(env.get_template("page"), form, x=1) == "<base 1|body>"


def test_renders_of_templates_that_extend_now_one_now_another_have_the_blocks_of_their_own() -> None:
    texts = {
        "page": "{% extends parent %}{% block title %}{{ super() }}{{ x }}{{ wait() }}{% endblock %}",
        "one": "1{% block title %}one {% endblock %}{% block more %}more{% endblock %}",
        "two": "2{% block title %}two {% endblock %}",
    }
    count = 8
    env = Environment(loader=DictLoader(texts), globals={"wait": Rendezvous(count)})
    template = env.get_template("page")
    parents = [("one", "two")[number % 2] for number in range(count)]
    for _ in range(3):
        seen = together(count, lambda number: template.render(parent=parents[number], x=number))
        assert seen == [
            f"1one {number}more" if parent == "one" else f"2two {number}"
            for number, parent in enumerate(parents)
        ]


def test_renders_with_different_ready_made_blocks_do_not_mix() -> None:
    count = 6
    template = made(Rendezvous(count))
    texts = together(count, lambda n: template.render_with_blocks({"body": f"ready {n}"}, x=n))
    assert texts == [f"<base {n}|ready {n}>" for n in range(count)]
    alone = made()
    assert alone.render(x=9) == "<base 9|body>"


def test_one_template_in_all_its_forms_at_once_gives_in_each_what_it_gives_alone() -> None:
    template = made()
    ways: list[Callable[[int], Any]] = [
        *(lambda n, form=form: rendered_here(template, form, x=n) for form in FORMS),
        lambda n: template.render_block("title", x=n),
        lambda n: template.render_with_blocks({"body": "ready"}, x=n),
        lambda n: str(template.make_module(x=n)),
        lambda n: template.make_module(x=n).m(),
    ]
    serial = [[way(n) for n in range(5)] for way in ways]
    fresh = made()

    def work(number: int) -> list[Any]:
        nonlocal template
        return [ways[number % len(ways)](n) for n in range(5)]

    template = fresh  # its forms are compiled by whichever thread comes first
    assert together(2 * len(ways), work) == serial * 2
