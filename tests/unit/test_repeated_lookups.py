"""In loops and macros attributes are looked up by other code than elsewhere: it must find the same."""

from __future__ import annotations

from collections import ChainMap, Counter, UserDict, defaultdict
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pytest

import kida
from kida import Environment

WRITTEN = (
    "{{ v.n }}",
    "{{ v.n | string }}",
    "{{ v.n is defined }}",
    "{{ v.n == 1 }}",
    "{{ -v.n }}",
    "{{ v.n.m }}",
)
PLACED = (
    "{% for _ in [1] %}WRITTEN{% endfor %}",
    "{% macro m() %}WRITTEN{% endmacro %}{{ m() }}",
    "{% for _ in [1] %}{% if v.n %}{% endif %}WRITTEN{% endfor %}",
    "{% for _ in [1] %}{% set held = v %}{{ held.n }}{% endfor %}",
    "{% for _ in [1] %}{% for one in [v] %}{{ one.n }}{% endfor %}{% endfor %}",
)


class Pair(NamedTuple):
    n: int
    m: int


class Slots:
    __slots__ = ("n",)


class Property:
    def __init__(self, error: Exception) -> None:
        self.error = error

    @property
    def n(self) -> int:
        raise self.error


class Items:
    def __getitem__(self, key: str) -> str:
        return f"item {key}"


class BadItems:
    def __getitem__(self, key: str) -> str:
        raise ValueError(key)


class Dynamic:
    def __getattr__(self, name: str) -> str:
        if name == "n":
            return "dynamic"
        raise AttributeError(name)


class Both(dict[str, Any]):
    n = "attribute"
    m = "attribute m"


class Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"missing {key}"


class Angry(dict[str, Any]):
    def __getitem__(self, key: str) -> str:
        raise RuntimeError(key)


class Lying:
    @property
    def __class__(self) -> Any:
        return dict

    n = "lying"


class Counting(UserDict[str, Any]):
    asked = 0

    def __getitem__(self, key: str) -> Any:
        self.asked += 1
        return self.data[key]


def values() -> list[Any]:
    filled = Slots()
    filled.n = 1  # type: ignore[attr-defined]
    return [
        {"n": 1}, {"n": "<x>"}, {"n": {"m": 2}}, {}, {"n": None}, {"n": kida.Undefined(name="inner")},
        Both(), Both(n=1), Missing(), Angry(), Counter("n"), ChainMap({}, {"n": 3}), MappingProxyType({"n": 4}),
        UserDict(n=5), defaultdict(int), SimpleNamespace(n=1), SimpleNamespace(n=SimpleNamespace(m=7)), SimpleNamespace(),
        Pair(1, 2), filled, Slots(), Dynamic(), Items(), BadItems(), Lying(), Counting(n=1), Counting(),
        Property(AttributeError("n")), Property(KeyError("n")), Property(ValueError("no")), Property(RuntimeError("no")),
        1, "text", None, [], object, kida.Undefined(name="v"),
    ]  # fmt: skip


def outcome(environment: Environment, text: str, value: Any) -> str:
    try:
        return environment.from_string(text).render(v=value)
    except Exception as error:
        return (
            f"{type(error).__name__}: {str(error).splitlines()[0]} {error.__cause__!r} {error.__context__!r}"
        )


@pytest.mark.parametrize("undefined", [kida.Undefined, kida.StrictUndefined, kida.ChainableUndefined])
@pytest.mark.parametrize("number", range(len(values())))
def test_what_is_repeated_finds_what_is_not(undefined: type[kida.Undefined], number: int) -> None:
    environment = Environment(autoescape=True, undefined=undefined)
    for written in WRITTEN:
        wanted = outcome(environment, written, values()[number])
        for placed in PLACED[:2]:
            assert outcome(environment, placed.replace("WRITTEN", written), values()[number]) == wanted
    for placed in PLACED[2:]:
        texts = [outcome(environment, placed.replace("WRITTEN", "{{ v.n }}"), values()[number])]
        texts.append(outcome(environment, "{{ v.n }}", values()[number]))
        if not texts[1].startswith(("UndefinedError", "ValueError", "RuntimeError", "KeyError")):
            assert texts[0] == texts[1]


@pytest.mark.parametrize("placed", ["WRITTEN", *PLACED[:2]])
def test_a_mapping_is_asked_for_a_key_once(placed: str) -> None:
    for value in (Counting(n=1), Counting()):
        Environment(undefined=kida.Undefined).from_string(placed.replace("WRITTEN", "{{ v.n }}")).render(
            v=value
        )
        assert value.asked == 1


@pytest.mark.parametrize("name", ["None", "True", "class", "__class__", "__debug__", "_private", "été"])
def test_any_name_can_be_an_attribute(name: str) -> None:
    text = f"{{% for _ in [1] %}}{{{{ v.{name} }}}}{{% endfor %}}"
    assert Environment().from_string(text).render(v={name: "found"}) == "found"
    if name != "__class__":
        assert Environment().from_string(text).render(v=SimpleNamespace(**{name: "found"})) == "found"
