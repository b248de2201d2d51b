"""The built-in tests agree with Jinja2's on every kind of value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from kida.filters import FILTERS
from kida.runtime import undefined as kida_undefined
from kida.runtime.hooks import PassArg, pass_arg_of
from kida.tests import TESTS

ORACLE = jinja2.Environment()
ENVIRONMENT = SimpleNamespace(filters=FILTERS, tests=TESTS)


class Text(str):
    __slots__ = ()


class Html:
    def __html__(self) -> str:
        return "<b>"


def undefined(kind: str) -> Callable[[Any], Any]:
    return lambda module: getattr(module, kind)(name="x")


VALUES: list[Any] = [
    undefined("Undefined"),
    undefined("StrictUndefined"),
    undefined("ChainableUndefined"),
    None,
    True,
    False,
    0,
    1,
    -3,
    4,
    2.0,
    2.5,
    float("nan"),
    float("inf"),
    1 + 2j,
    Decimal(3),
    Fraction(1, 2),
    "",
    "abc",
    "ABC",
    "Abc 1",
    "12",
    "ß",
    "upper",
    "odd",
    "no such name",
    Text("abc"),
    Markup("<b>"),
    b"abc",
    [],
    [1, 2],
    (1,),
    {1, 2},
    {},
    {"a": 1},
    range(3),
    Html(),
    len,
    str,
    object(),
    lambda _module: iter([1]),
]


def here(value: Any, module: Any) -> Any:
    return value(module) if type(value) is type(here) else value


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return call(*args)
    except Exception as error:
        return type(error).__name__


def ours(name: str, value: Any, *args: Any) -> Any:
    wants = pass_arg_of(TESTS[name])
    assert wants in (None, PassArg.ENVIRONMENT)
    passed = () if wants is None else (ENVIRONMENT,)
    return outcome(TESTS[name], *passed, value, *args)


def theirs(name: str, value: Any, *args: Any) -> Any:
    return outcome(lambda: ORACLE.call_test(name, value, args))


def test_every_test_of_jinja2_is_there_and_no_other() -> None:
    assert set(TESTS) == set(ORACLE.tests)


def test_the_table_is_read_only() -> None:
    assert isinstance(TESTS, MappingProxyType)


@pytest.mark.parametrize("name", sorted(TESTS))
def test_answers_as_in_jinja2_without_arguments(name: str) -> None:
    for value in VALUES:
        assert ours(name, here(value, kida_undefined)) == theirs(name, here(value, jinja2)), value


@pytest.mark.parametrize("name", sorted(TESTS))
def test_answers_as_in_jinja2_with_an_argument(name: str) -> None:
    for value in VALUES:
        for other in VALUES:
            expected = theirs(name, here(value, jinja2), here(other, jinja2))
            assert ours(name, here(value, kida_undefined), here(other, kida_undefined)) == expected, (
                value,
                other,
            )


@given(st.integers(), st.integers(min_value=1))
def test_numbers_divide_as_in_jinja2(number: int, divisor: int) -> None:
    for name in ("odd", "even"):
        assert ours(name, number) is theirs(name, number)
    assert ours("divisibleby", number, divisor) is theirs("divisibleby", number, divisor)


@given(st.text())
def test_the_case_of_text_is_told_as_in_jinja2(text: str) -> None:
    for name in ("lower", "upper"):
        assert ours(name, text) is theirs(name, text)


def test_names_of_filters_and_tests_are_those_of_the_environment() -> None:
    only = SimpleNamespace(filters={"mine": str}, tests={"own": bool})
    assert TESTS["filter"](only, "mine")
    assert not TESTS["filter"](only, "upper")
    assert TESTS["test"](only, "own")
    assert not TESTS["test"](only, "odd")
