"""The variables that a render is given stay the caller's: nothing is added to them, before, in between or after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from kida import DictLoader, Environment, RenderContext, pass_context
from tests.thread_safety.forms import FORMS, rendered
from tests.thread_safety.threads import together

TEXTS = {
    "page": "{% extends 'base' %}{% import 'lib' as lib with context %}{% set own = 1 %}"
    "{% block body %}{{ look('block') }}{{ lib.m() }}{% include 'part' %}"
    "{% for i in range(2) %}{{ look('loop') }}{% endfor %}{% endblock %}",
    "base": "{{ user }}{{ look('base') }}{% block body %}{% endblock %}",
    "lib": "{{ look('lib') }}{% macro m() %}{{ user }}{{ look('macro') }}{% endmacro %}",
    "part": "{{ look('part') }}{% set inner = 2 %}{{ look('part later') }}",
}


ENGINE_LIKE = (
    *("_template", "_line", "_context", "_out", "_blocks", "_import_stack", "_template_stack"),
    *("template", "block", "context", "ctx", "environment", "write", "written", "out", "buf", "root", "unit"),
    *("registry", "mapping", "name", "form", "l_0_user", "missing"),
)


class Recorded(dict[str, Any]):
    """Variables that write down what is done with them."""

    def __init__(self, **variables: Any) -> None:
        super().__init__(variables)
        self.asked: set[Any] = set()
        self.written: list[str] = []

    def __getitem__(self, key: Any) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.asked.add(key)
        return super().__contains__(key)


def _recording(name: str) -> Any:
    def method(self: Recorded, *args: Any, **kwargs: Any) -> Any:
        self.written.append(name)
        return getattr(dict, name)(self, *args, **kwargs)

    return method


for _name in ("__setitem__", "__delitem__", "update", "setdefault", "pop", "popitem", "clear", "__ior__"):
    setattr(Recorded, _name, _recording(_name))


def looking() -> tuple[Environment, dict[str, list[RenderContext]]]:
    seen: dict[str, list[RenderContext]] = {}

    @pass_context
    def look(context: RenderContext, place: str) -> str:
        seen.setdefault(place, []).append(context)
        variables[place] = set(context.vars)
        everything[place] = set(context.keys())
        return ""

    variables: dict[str, set[str]] = {}
    everything: dict[str, set[str]] = {}
    env = Environment(loader=DictLoader(TEXTS), globals={"look": look})
    env.add_global("seen_variables", variables)
    env.add_global("seen_everything", everything)
    return env, seen


@pytest.mark.parametrize("form", FORMS)
async def test_a_mapping_given_is_asked_for_nothing_but_what_the_template_names_and_never_written(
    form: str,
) -> None:
    env, _ = looking()
    given = Recorded(user="u")
    text = await rendered(env.get_template("page"), form, given)
    assert text == "uu"
    assert given.written == []
    assert dict(given) == {"user": "u"}
    assert given.asked <= {"user", "look", "lib", "range", "own", "inner"}


@pytest.mark.parametrize("form", FORMS)
async def test_a_plain_dict_given_is_the_same_afterwards(form: str) -> None:
    env, _ = looking()
    given = {"user": "u", "things": [1]}
    before = {**given}
    template = env.from_string("{% set user = 'other' %}{% set new = 1 %}{{ user }}{% include 'part' %}")
    await rendered(template, form, given)
    assert given == before


@pytest.mark.parametrize("form", FORMS)
async def test_functions_of_the_context_see_the_variables_and_globals_and_no_others(form: str) -> None:
    env, seen = looking()
    await rendered(env.get_template("page"), form, user="u")
    own = {"user", "own", "lib"}
    allowed = {
        "base": own,
        "block": own,
        "loop": own | {"i", "loop"},
        "part": own,
        "part later": own | {"inner"},
        # imported with the context of where the import stands, before what is set there later
        "lib": own | {"m"},
        "macro": own | {"m"},
    }
    assert set(seen) == set(allowed)
    for place, names in allowed.items():
        assert env.globals["seen_variables"][place] <= names, place
        assert env.globals["seen_everything"][place] <= names | set(env.globals), place
        assert "user" in env.globals["seen_variables"][place], place


def test_a_dump_of_the_context_shows_no_key_of_the_engine() -> None:
    env, _ = looking()
    text = env.replace(autoescape=False).render_string("{% set own = 1 %}{% debug %}", user="u")
    shown = text[text.index("'context'") : text.index("'filters'")]
    keys = set(re.findall(r"'([^']*)':", shown)) - {"context"}
    assert keys == {"user", "own", *env.globals}
    assert not [key for key in keys - {"_"} if key.startswith((".", "_"))]  # `_` is a global: gettext


@pytest.mark.parametrize("form", FORMS)
async def test_names_that_an_engine_might_use_are_free_for_users(form: str) -> None:
    names = ENGINE_LIKE
    env = Environment()
    template = env.from_string(" ".join(f"{{{{ {name} }}}}" for name in names))
    given = {name: f"<{name}>" for name in names}
    text = await rendered(template, form, given)
    assert text == " ".join(f"&lt;{name}&gt;" for name in names)


def test_none_of_those_names_is_defined_where_the_user_gives_none() -> None:
    env = Environment(globals={})
    for name in ENGINE_LIKE:
        assert env.render_string(f"{{{{ {name} is defined }}}}") == "False"


def test_one_mapping_shared_by_renders_in_many_threads_stays_as_it_is() -> None:
    env, _ = looking()
    given = {"user": "u"}
    template = env.get_template("page")
    texts = together(8, lambda number: [template.render(given) for _ in range(20)])
    assert texts == [["uu"] * 20] * 8
    assert given == {"user": "u"}


def test_a_mapping_that_cannot_be_written_to_is_enough() -> None:
    class Frozen(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            raise AssertionError("written to")

        def __iter__(self) -> Iterator[str]:
            return super().__iter__()

    env, _ = looking()
    assert env.get_template("page").render(Frozen(user="u")) == "uu"
