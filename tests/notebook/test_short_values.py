"""Values in the error view: short, whatever they are, and made without running a line of theirs."""

from __future__ import annotations

import datetime as dt
import enum
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from typing import Any, NoReturn

import pytest

import kida
from kida_jupyter.views.values import MAX_LENGTH, is_data, short


class Touched(BaseException):
    """Raised by hostile values when their code runs: not an ``Exception``, so that nothing swallows it."""


def touched(*args: Any) -> NoReturn:
    raise Touched


class Hostile:
    __repr__ = __str__ = __len__ = __iter__ = __eq__ = __hash__ = touched  # type: ignore[assignment]
    price = property(touched)

    def __getattr__(self, name: str) -> NoReturn:
        raise Touched


class HostileDict(dict[str, int]):
    __repr__ = __len__ = __iter__ = items = keys = touched  # type: ignore[assignment]


class HostileText(str):
    __slots__ = ()
    __repr__ = __str__ = __len__ = __getitem__ = __iter__ = touched  # type: ignore[assignment]


class HostileFields:
    __dict__ = property(touched)  # type: ignore[assignment]


class HostileType(type):
    __name__ = __mro__ = __module__ = __dict__ = property(touched)  # type: ignore[assignment]


class OfHostileType(metaclass=HostileType):
    pass


class Everything:
    def __getattribute__(self, name: str) -> NoReturn:
        raise Touched


class Impostor:
    __repr__ = touched
    shape = property(touched)


Impostor.__module__ = "numpy"


def test_a_value_cannot_run_code_of_its_own() -> None:
    # not parametrized: pytest would ask the values for their names
    assert short(Hostile()) == "<Hostile>"
    assert short([Hostile()]) == "[<Hostile>]"
    assert short(HostileDict(a=1)) == "HostileDict({'a': 1})"
    assert short(HostileText("abc")) == "HostileText('abc')"
    assert short(HostileFields()) == "<HostileFields>"
    assert short(OfHostileType()) == "<OfHostileType>"
    assert short(Everything()) == "<Everything>"
    assert short(Impostor()) == "<Impostor>"
    assert short(deque([Hostile()])) == "deque([<Hostile>])"


@dataclass
class Row:
    name: str
    more: Any = None
    _hidden: int = 0


class Slots:
    __slots__ = ("x", "y")

    def __init__(self) -> None:
        self.x = 3


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 2


Point = namedtuple("Point", "x y")  # noqa: PYI024 - one without types


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        ("a'b", '"a\'b"'),
        ("x" * 500, "'" + "x" * 60 + "'… (500 characters)"),
        (b"y" * 500, "b'" + "y" * 60 + "'… (500 bytes)"),
        (list(range(10**6)), "[0, 1, 2, 3, 4, 5, … 1,000,000 in all]"),
        ((1,), "(1,)"),
        (set(), "set()"),
        ({1}, "{1}"),
        (frozenset([1]), "frozenset({1})"),
        ({"a": [1]}, "{'a': [1]}"),
        (OrderedDict(a=1), "OrderedDict({'a': 1})"),
        ([[[[[1]]]]], "[[[[… 1 …]]]]"),
        (Row("<b>"), "Row(name='<b>', more=None)"),
        (Slots(), "Slots(x=3)"),
        (Colour.RED, "Colour.RED"),
        (Level.HIGH, "Level.HIGH"),
        (Point(1, 2), "Point(x=1, y=2)"),
        (dt.date(2020, 1, 2), "datetime.date(2020, 1, 2)"),
        (range(3), "range(0, 3)"),
        (kida.Markup("<b>"), "Markup('<b>')"),
        (kida.Undefined(name="x"), "undefined"),
        (len, "<function len>"),
        (Row, "<class Row>"),
        (object(), "<object>"),
        ("\x1b[31m\u202e\ud800", r"'\x1b[31m\u202e\ud800'"),
    ],
)
def test_a_value_is_shown_as_people_know_it(value: Any, expected: str) -> None:
    assert short(value) == expected


def test_an_integer_that_takes_long_to_write_is_told_by_its_size() -> None:
    assert short(10**5000) == "<int of 16,610 bits>"


def test_a_value_within_itself_is_shown_once() -> None:
    items: list[Any] = [1]
    items.append(items)
    row = Row("a")
    row.more = row
    assert short(items) == "[1, …]"
    assert short(row) == "Row(name='a', more=…)"


def test_tables_and_arrays_are_told_by_their_shape() -> None:
    import numpy as np
    import pandas as pd

    assert short(pd.DataFrame({"a": [1, 2], "b": [3, 4]})) == "DataFrame 2 × 2: a, b"
    assert short(pd.Series([1, 2])) == "Series 2 int64"
    assert short(np.zeros((2, 3))) == "ndarray 2 × 3 float64"
    assert short(np.float64(1.5)) == "float64(1.5)"


def test_no_value_is_longer_than_a_line() -> None:
    nested = {f"key{number}": ["x" * 100] * 10 for number in range(10)}
    assert len(short(nested)) == MAX_LENGTH


def test_functions_classes_modules_and_the_engines_own_are_no_data() -> None:
    macro = kida.Environment().from_string("{% macro m() %}{% endmacro %}").module.m
    assert not any(is_data(one) for one in (len, lambda: 0, Row, pytest, macro))
    assert all(is_data(one) for one in (1, Row("a"), kida.Markup("a"), None))
