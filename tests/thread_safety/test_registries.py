"""Filters, tests and globals: read-only to look at, copied to be changed, and the same all through a render."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from kida import DictLoader, Environment, pass_environment
from tests.thread_safety.forms import FORMS, rendered
from tests.thread_safety.threads import together

KINDS = ("filter", "test", "global")


def registry(env: Environment, kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(env, f"{kind}s")
    return found


def adder(env: Environment, kind: str) -> Callable[[str, Any], None]:
    found: Callable[[str, Any], None] = getattr(env, f"add_{kind}")
    return found


def one(value: Any = None) -> str:
    return "one"


def two(value: Any = None) -> str:
    return "two"


@pytest.mark.parametrize("kind", KINDS)
def test_a_registry_cannot_be_written_to(kind: str) -> None:
    seen: Any = registry(Environment(), kind)
    with pytest.raises(TypeError):
        seen["new"] = one
    with pytest.raises(TypeError):
        del seen[next(iter(seen))]
    assert not {"update", "pop", "clear", "setdefault"} & set(dir(seen))


@pytest.mark.parametrize("kind", KINDS)
def test_a_registry_seen_before_stays_as_it_was(kind: str) -> None:
    env = Environment()
    adder(env, kind)("mine", one)
    seen = registry(env, kind)
    before = dict(seen)
    adder(env, kind)("mine", two)
    getattr(env, f"update_{kind}s")({"more": one})
    assert seen == before
    assert registry(env, kind) is not seen
    assert (registry(env, kind)["mine"], registry(env, kind)["more"]) == (two, one)


@pytest.mark.parametrize("kind", KINDS)
def test_walking_through_a_registry_is_not_disturbed_by_writers(kind: str) -> None:
    env = Environment()
    before = sorted(registry(env, kind))
    walked = []
    for number, name in enumerate(registry(env, kind)):
        walked.append(name)
        adder(env, kind)(f"new_{number}", one)
    assert sorted(walked) == before


def test_registering_in_one_environment_is_not_seen_in_another() -> None:
    one_env, other = Environment(), Environment()
    one_env.add_filter("mine", one)
    assert "mine" not in other.filters
    assert "mine" not in Environment().filters


@pytest.mark.usefixtures("_restless")
def test_competing_writers_lose_nothing() -> None:
    env = Environment()
    begun = {kind: dict(registry(env, kind)) for kind in KINDS}
    threads, names = 8, 60

    def write(number: int) -> None:
        for step in range(names):
            kind = KINDS[(number + step) % 3]
            if step % 2:
                adder(env, kind)(f"{number}_{step}", one)
            else:
                getattr(env, f"update_{kind}s")({f"{number}_{step}": one, f"{number}_{step}_too": one})

    together(threads, write)
    written = {name for kind in KINDS for name in registry(env, kind) if name not in begun[kind]}
    wanted = {f"{number}_{step}" for number in range(threads) for step in range(names)}
    wanted |= {f"{number}_{step}_too" for number in range(threads) for step in range(0, names, 2)}
    assert written == wanted


def test_a_mapping_that_registers_something_while_it_is_read_loses_nothing() -> None:
    env = Environment()

    class Registering(dict[str, Any]):
        def keys(self) -> Any:
            env.add_filter("inner", one)
            return super().keys()

        def items(self) -> Any:
            env.add_filter("inner_too", one)
            return super().items()

        def __iter__(self) -> Iterator[str]:
            env.add_filter("inner_third", one)
            return super().__iter__()

    env.update_filters(Registering(outer=two))
    assert env.filters["outer"] is two
    # which of them a mapping's reader calls is its own affair: what was registered is there
    assert {"inner", "inner_too", "inner_third"} & set(env.filters)


@pytest.mark.usefixtures("_restless")
def test_several_names_registered_at_once_are_seen_all_or_none() -> None:
    env = Environment(globals={"a": 0, "b": 0})

    def work(number: int) -> set[tuple[int, int]]:
        seen = set()
        for step in range(200):
            if number % 2:
                env.update_globals({"a": step, "b": step})
            else:
                now = env.globals
                seen.add((now["a"], now["b"]))
        return seen

    seen = set().union(*together(4, work))
    assert seen
    assert all(a == b for a, b in seen)


TEXTS = {
    "part.html": "{{ 1|which }}",
    "lib.html": "{% macro m() %}{{ 1|which }}{% endmacro %}",
    "base.html": "{{ 1|which }}{% block body %}{% endblock %}",
    "here.html": "{{ change() }}{{ 1|which }}",
    "earlier macro.html": "{% macro m() %}{{ 1|which }}{% endmacro %}{{ change() }}{{ m() }}",
    "include.html": "{{ change() }}{% include 'part.html' %}",
    "import.html": "{{ change() }}{% import 'lib.html' as lib %}{{ lib.m() }}",
    "from import.html": "{{ change() }}{% from 'lib.html' import m %}{{ m() }}",
    "import before.html": "{% from 'lib.html' import m %}{{ change() }}{{ m() }}",
    "extends.html": "{% set said = change() %}{% extends 'base.html' %}{% block body %}{{ 1|which }}{% endblock %}",
    "by name.html": "{{ change() }}{{ [1]|map('which')|first }}",
    "test.html": "{{ change() }}{{ 1 is asked }}",
    "test by name.html": "{{ change() }}{{ [1]|select('asked')|list|length }}",
    "included global.html": "{{ change() }}{% include 'global.html' %}",
    "global.html": "{{ word }}",
    "own global.html": "{{ change() }}{{ word }}",
    "known filter.html": "{{ change() }}{{ 'added' is filter }}",
}
PLACES = [name for name in TEXTS if "change()" in TEXTS[name]]
BEFORE = {
    "test.html": "True",
    "test by name.html": "1",
    "extends.html": "oneone",
    "known filter.html": "False",
}
AFTER = {
    "test.html": "False",
    "test by name.html": "0",
    "extends.html": "twotwo",
    "known filter.html": "True",
}


def changing() -> Environment:
    def change() -> str:
        env.add_filter("which", two)
        env.add_filter("added", two)
        env.add_test("asked", lambda value: False)
        env.add_global("word", "two")
        return ""

    env = Environment(
        loader=DictLoader(TEXTS),
        filters={"which": one},
        tests={"asked": lambda value: True},
        globals={"word": "one", "change": change},
    )
    return env


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
async def test_a_render_sees_one_registry_from_start_to_end(place: str, form: str) -> None:
    env = changing()
    assert await rendered(env.get_template(place), form) == BEFORE.get(place, "one")
    assert await rendered(env.get_template(place), form) == AFTER.get(place, "two")


def test_a_stream_sees_the_registry_that_there_was_when_it_was_made() -> None:
    env = Environment(loader=DictLoader(TEXTS), filters={"which": one})
    stream = env.from_string("{{ 1|which }} {% include 'part.html' %} {{ 1|which }}").render_stream()
    pieces = [next(stream)]
    env.add_filter("which", two)
    assert "".join([*pieces, *stream]) == "one one one"


def test_a_macro_kept_from_a_module_sees_the_registry_that_there_was_when_the_module_was_made() -> None:
    env = Environment(loader=DictLoader(TEXTS), filters={"which": one})
    macro = env.get_template("lib.html").module.m
    env.add_filter("which", two)
    assert macro() == "one"
    assert env.get_template("lib.html").module.m() == "two"


def test_a_filter_that_asks_for_something_else_than_before_is_called_as_it_wants() -> None:
    env = Environment(filters={"which": one})
    template = env.from_string("{{ 1|which }}")
    assert template.render() == "one"
    env.add_filter("which", pass_environment(lambda environment, value: str(environment is env)))
    assert template.render() == "True"


@pytest.mark.usefixtures("_restless")
def test_renders_while_the_registry_changes_are_each_of_one_registry() -> None:
    env = Environment(loader=DictLoader(TEXTS), filters={"which": lambda value: "0"})
    template = env.from_string(
        "{{ 1|which }},{% include 'part.html' %},{% include 'import lib' %},{{ 1|which }}"
    )
    env = env.replace(loader=DictLoader({**TEXTS, "import lib": "{% from 'lib.html' import m %}{{ m() }}"}))
    template = env.from_string(template.source)

    def work(number: int) -> list[str]:
        if number == 0:
            for step in range(100):
                env.add_filter("which", lambda value, step=step: str(step))
            return []
        return [template.render() for _ in range(60)]

    texts = [text for found in together(4, work) for text in found]
    assert len(texts) == 180
    assert [text for text in texts if len(set(text.split(","))) != 1] == []
