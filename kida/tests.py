"""The built-in tests, what stands behind ``is``: all of Jinja2 3.1's."""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Mapping
from numbers import Number
from types import MappingProxyType
from typing import Any

from kida.runtime.by_name import functions_in_use
from kida.runtime.hooks import HookEnvironment, pass_environment
from kida.runtime.undefined import Undefined


def is_defined(value: Any) -> bool:
    """Whether the value is there at all."""
    return not isinstance(value, Undefined)


def is_undefined(value: Any) -> bool:
    """Whether the value is missing."""
    return isinstance(value, Undefined)


def is_none(value: Any) -> bool:
    """Whether the value is none."""
    return value is None


def is_boolean(value: Any) -> bool:
    """Whether the value is true or false itself."""
    return value is True or value is False


def is_true(value: Any) -> bool:
    """Whether the value is true itself, not merely like it."""
    return value is True


def is_false(value: Any) -> bool:
    """Whether the value is false itself, not merely like it."""
    return value is False


def is_integer(value: Any) -> bool:
    """Whether the value is an integer and no boolean."""
    return isinstance(value, int) and value is not True and value is not False


def is_float(value: Any) -> bool:
    """Whether the value is a floating point number."""
    return isinstance(value, float)


def is_number(value: Any) -> bool:
    """Whether the value is a number of any kind."""
    return isinstance(value, Number)


def is_string(value: Any) -> bool:
    """Whether the value is text."""
    return isinstance(value, str)


def is_mapping(value: Any) -> bool:
    """Whether the value is a dictionary or the like."""
    return isinstance(value, Mapping)


def is_sequence(value: Any) -> bool:
    """Whether the value has a length and items."""
    try:
        len(value)
        value.__getitem__  # noqa: B018 - asked for, not used
    except Exception:
        return False
    return True


def is_iterable(value: Any) -> bool:
    """Whether one can loop over the value."""
    try:
        iter(value)
    except TypeError:
        return False
    return True


def is_escaped(value: Any) -> bool:
    """Whether the value is safe, so that it is not escaped."""
    return hasattr(value, "__html__")


def is_lower(value: Any) -> bool:
    """Whether the text is in lower case."""
    return str(value).islower()


def is_upper(value: Any) -> bool:
    """Whether the text is in upper case."""
    return str(value).isupper()


def is_odd(value: Any) -> bool:
    """Whether the number is odd."""
    return bool(value % 2 == 1)


def is_even(value: Any) -> bool:
    """Whether the number is even."""
    return bool(value % 2 == 0)


def is_divisible_by(value: Any, num: Any) -> bool:
    """Whether the number divides by ``num`` without a rest."""
    return bool(value % num == 0)


def is_same_as(value: Any, other: Any) -> bool:
    """Whether both are one and the same object."""
    return value is other


def is_in(value: Any, seq: Container[Any]) -> bool:
    """Whether the value is in ``seq``."""
    return value in seq


@pass_environment
def is_filter(environment: HookEnvironment, value: Any) -> bool:
    """Whether there is a filter of this name."""
    return value in functions_in_use(environment, "filter")


@pass_environment
def is_test(environment: HookEnvironment, value: Any) -> bool:
    """Whether there is a test of this name."""
    return value in functions_in_use(environment, "test")


TESTS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "boolean": is_boolean,
        "callable": callable,
        "defined": is_defined,
        "divisibleby": is_divisible_by,
        "escaped": is_escaped,
        "even": is_even,
        "false": is_false,
        "filter": is_filter,
        "float": is_float,
        "in": is_in,
        "integer": is_integer,
        "iterable": is_iterable,
        "lower": is_lower,
        "mapping": is_mapping,
        "none": is_none,
        "number": is_number,
        "odd": is_odd,
        "sameas": is_same_as,
        "sequence": is_sequence,
        "string": is_string,
        "test": is_test,
        "true": is_true,
        "undefined": is_undefined,
        "upper": is_upper,
        "==": operator.eq,
        "eq": operator.eq,
        "equalto": operator.eq,
        "!=": operator.ne,
        "ne": operator.ne,
        "<": operator.lt,
        "lt": operator.lt,
        "lessthan": operator.lt,
        "<=": operator.le,
        "le": operator.le,
        ">": operator.gt,
        "gt": operator.gt,
        "greaterthan": operator.gt,
        ">=": operator.ge,
        "ge": operator.ge,
    }
)
"""Each test by its name in templates. Read-only: an environment makes its own copy."""
