"""Undefined values allow and refuse what Jinja2's do, and say what was perhaps meant."""

from __future__ import annotations

import copy
import logging
import operator
import pickle
from collections.abc import Callable
from typing import Any

import jinja2
import pytest

from kida.errors import ErrorCode, TemplateRuntimeError, UndefinedError
from kida.runtime import undefined as kida_undefined
from kida.runtime.undefined import (
    MAX_CANDIDATES,
    ChainableUndefined,
    DebugUndefined,
    StrictUndefined,
    Undefined,
    make_logging_undefined,
    missing,
)

KINDS = ["Undefined", "StrictUndefined", "ChainableUndefined", "DebugUndefined"]


class Plain:
    __slots__ = ()


MAKINGS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a name": {"name": "x"},
    "a hint": {"hint": "what went wrong", "name": "x"},
    "an empty hint": {"hint": "", "name": "x"},
    "a hint and an object": {"hint": "what went wrong", "obj": {}, "name": "x"},
    "a missing key": {"obj": {}, "name": "key"},
    "a missing attribute": {"obj": Plain(), "name": "attribute"},
    "a missing element": {"obj": [1], "name": 3},
    "an element of an object": {"obj": Plain(), "name": 3},
    "an attribute of none": {"obj": None, "name": "a"},
    "an attribute of a class": {"obj": Plain, "name": "a"},
    "an attribute of an ellipsis": {"obj": ..., "name": "a"},
    "a number for a name": {"name": 3},
    "a tuple for a name": {"name": ("a", 1)},
    "another error": {"name": "x", "exc": KeyError},
}

USES: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "repr": repr,
    "len": len,
    "list": list,
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "bytes": bytes,
    "abs": abs,
    "round": round,
    "next": next,
    "format": format,
    "format with a width": lambda u: format(u, ">5"),
    "percent": lambda u: "%s" % u,  # noqa: UP031 - the operator is what is asked about
    "call": lambda u: u(1, a=2),
    "item": lambda u: u["a"],
    "attribute": lambda u: u.foo,
    "attribute of an attribute": lambda u: u.foo.bar is u,
    "special attribute": lambda u: u.__foo__,
    "half a special attribute": lambda u: getattr(u, "__foo"),
    "underscores alone": lambda u: u.___,
    "html": lambda u: u.__html__(),
    "hasattr": lambda u: hasattr(u, "foo"),
    "set an attribute": lambda u: setattr(u, "foo", 1),
    "contains": lambda u: 1 in u,
    "reversed": lambda u: list(reversed(u)),
    "equal to itself": lambda u: u == u,
    "equal to another": lambda u: u == type(u)(name="another"),
    "equal to none": lambda u: u == None,  # noqa: E711
    "unequal to itself": lambda u: u != u,
    "unequal to a number": lambda u: u != 1,
    "hash": lambda u: hash(u) == hash(type(u)(name="another")),
    "key of a dict": lambda u: {u: 1}[u],
    "negative": operator.neg,
    "positive": operator.pos,
    "inverted": operator.invert,
    "index": operator.index,
    "divmod": lambda u: divmod(u, 1),
    "copy": copy.copy,
    "deep copy": copy.deepcopy,
    "pickle": lambda u: pickle.loads(pickle.dumps(u))._undefined_name,
    "message": lambda u: u._undefined_message,
}
for _name in "add sub mul truediv floordiv mod pow matmul lt le gt ge and_".split():  # noqa: SIM905
    _operation = getattr(operator, _name)
    USES[f"u {_name} 2"] = lambda u, operation=_operation: operation(u, 2)
    USES[f"2 {_name} u"] = lambda u, operation=_operation: operation(2, u)
    USES[f"u {_name} u"] = lambda u, operation=_operation: operation(u, u)


def outcome(use: Callable[[Any], Any], value: Any) -> Any:
    try:
        result = use(value)
    except Exception as error:
        return type(error).__name__, getattr(error, "message", None) or str(error)
    return type(result).__name__, repr(result)


@pytest.mark.parametrize("making", MAKINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_use_ends_as_in_jinja2(kind: str, making: str) -> None:
    for name, use in USES.items():
        ours = outcome(use, getattr(kida_undefined, kind)(**MAKINGS[making]))
        theirs = outcome(use, getattr(jinja2, kind)(**MAKINGS[making]))
        theirs = tuple(part.replace("jinja2.runtime", "kida.runtime.undefined") for part in theirs)
        assert ours == theirs, name


async def collect(value: Any) -> list[Any]:
    return [item async for item in value]


async def test_an_asynchronous_loop_over_an_undefined_value_runs_over_nothing() -> None:
    for kind in (Undefined, ChainableUndefined, DebugUndefined):
        assert await collect(kind(name="x")) == []


async def test_a_strict_undefined_value_refuses_an_asynchronous_loop_as_it_does_a_plain_one() -> None:
    with pytest.raises(UndefinedError, match="'x' is undefined"):
        await collect(StrictUndefined(name="x"))


def test_undefined_values_hold_no_dictionary() -> None:
    for kind in (Undefined, StrictUndefined, ChainableUndefined, DebugUndefined, make_logging_undefined()):
        assert not hasattr(kind(name="x"), "__dict__")


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_missing_is_one_object_however_it_is_copied(copied: Callable[[Any], Any]) -> None:
    assert copied(missing) is missing
    assert repr(missing) == "missing"


class Order:
    total = 1

    def __init__(self) -> None:
        self.customer = "Ann"

    @property
    def price(self) -> int:
        raise AssertionError("an error message reads no properties")


def error_of(**made: Any) -> UndefinedError:
    with pytest.raises(UndefinedError) as caught:
        str(StrictUndefined(**made))
    return caught.value


@pytest.mark.parametrize(
    ("obj", "name", "meant"),
    [
        ({"price": 1}, "prise", "price"),
        ({"price": 1, 2: 3}, "quantity", None),
        (Order(), "prise", "price"),
        (Order(), "custmer", "customer"),
        (Order(), "totl", "total"),
        (Plain(), "x", None),
        ({"_secret": 1}, "secret", None),
    ],
)
def test_the_error_offers_the_near_name(obj: Any, name: str, meant: str | None) -> None:
    assert error_of(obj=obj, name=name).suggestion == meant


def test_candidates_of_a_huge_mapping_are_bounded() -> None:
    huge = {f"key{number}": number for number in range(100_000)}
    assert len(kida_undefined.names_of(huge)) == MAX_CANDIDATES


def test_candidates_are_found_without_running_the_objects_own_code() -> None:
    class Hostile(dict[str, int]):
        def __iter__(self) -> Any:
            raise AssertionError

        def keys(self) -> Any:
            raise AssertionError

        def __dir__(self) -> Any:
            raise AssertionError

        def __getattribute__(self, name: str) -> Any:
            raise AssertionError

    assert error_of(obj=Hostile(price=1), name="prise").suggestion == "price"


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"name": "x"}, ErrorCode.UNDEFINED_VARIABLE),
        ({"obj": {}, "name": "x"}, ErrorCode.UNDEFINED_ATTRIBUTE),
        ({"obj": [], "name": 1}, ErrorCode.UNDEFINED_ITEM),
        ({"hint": "something else"}, ErrorCode.UNDEFINED_VARIABLE),
    ],
)
def test_the_error_has_the_code_of_what_is_missing(made: dict[str, Any], code: ErrorCode) -> None:
    assert error_of(**made).code is code


def test_an_attribute_of_none_hints_at_the_null_safe_dot() -> None:
    assert "?.name" in str(error_of(obj=None, name="name").hint)


def test_another_error_of_the_engine_keeps_its_own_code() -> None:
    with pytest.raises(TemplateRuntimeError) as caught:
        str(StrictUndefined(name="x", exc=TemplateRuntimeError))
    assert caught.value.code is ErrorCode.RUNTIME


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("use", [str, list, bool, len, lambda u: u.foo, lambda u: u + 1, lambda u: u(), repr])
@pytest.mark.thread_unsafe(reason="reads the records of all threads")
def test_a_logging_undefined_value_logs_as_in_jinja2(
    kind: str, use: Callable[[Any], Any], caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("test_undefined")
    seen = []
    for module in (jinja2, kida_undefined):
        caplog.clear()
        logged = module.make_logging_undefined(logger, getattr(module, kind))
        seen.append((outcome(use, logged(name="x")), [(r.levelname, r.getMessage()) for r in caplog.records]))
    assert seen[0] == seen[1]


@pytest.mark.thread_unsafe(reason="reads the records of all threads")
def test_a_logging_undefined_value_logs_to_kida_by_default(caplog: pytest.LogCaptureFixture) -> None:
    str(make_logging_undefined()(name="x"))
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("kida", "Template variable warning: 'x' is undefined")
    ]
