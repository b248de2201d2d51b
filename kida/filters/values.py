"""Filters that stand for or describe a value of any type."""

from __future__ import annotations

from typing import Any

from kida.runtime.hooks import HookEnvironment, pass_environment
from kida.runtime.undefined import Undefined


def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """The value, or ``default_value`` where it is undefined.

    Parameters: ``boolean``, also where it is false, zero, none or empty.
    """
    if isinstance(value, Undefined) or (boolean and not value):
        return default_value
    return value


@pass_environment
def attr(environment: HookEnvironment, value: Any, name: Any) -> Any:
    """The attribute of this name; undefined where there is none. Never an item, unlike ``value.name``."""
    try:
        return getattr(value, name)
    except AttributeError:
        return environment.undefined(obj=value, name=name)


def pprint(value: Any) -> str:
    """The value as Python writes it, on several lines where it is long."""
    from pprint import pformat

    return pformat(value)
