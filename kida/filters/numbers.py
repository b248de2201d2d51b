"""Filters that read, round and write numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from kida.errors import FilterArgumentError
from kida.filters.attributes import attribute_getter
from kida.runtime.hooks import HookEnvironment, pass_environment

_DECIMAL_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")


def int_(value: Any, default: Any = 0, base: int = 10) -> Any:
    """The value as an integer, or ``default`` where it is none.

    Parameters: ``base``, of the digits where the value is text; prefixes such as ``0x`` are understood.
    """
    try:
        return int(value, base) if isinstance(value, str) else int(value)
    except (TypeError, ValueError):
        pass
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default


def float_(value: Any, default: Any = 0.0) -> Any:
    """The value as a floating point number, or ``default`` where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def round_(value: Any, precision: int = 0, method: str = "common") -> Any:
    """The number rounded to ``precision`` decimal places.

    Parameters: ``method``, ``"common"`` (to the nearest), ``"ceil"`` (up) or ``"floor"`` (down). Raises
    `FilterArgumentError` for another method.
    """
    if method == "common":
        return round(value, precision)
    if method not in ("ceil", "floor"):
        raise FilterArgumentError("method must be common, ceil or floor")
    step = math.ceil if method == "ceil" else math.floor
    return step(value * (10**precision)) / (10**precision)


def filesizeformat(value: Any, binary: bool = False) -> str:
    """A number of bytes for people: ``13 kB``, ``4.1 MB``.

    Parameters: ``binary``, count by 1024 and write ``KiB``, ``MiB``.
    """
    size = float(value)
    if size == 1:
        return "1 Byte"
    base, units = (1024, _BINARY_UNITS) if binary else (1000, _DECIMAL_UNITS)
    if size < base:
        return f"{int(size)} Bytes"
    unit = base
    for name in units[:-1]:
        if size < unit * base:
            return f"{size / unit:.1f} {name}"
        unit *= base
    return f"{size / unit:.1f} {units[-1]}"


@pass_environment
def sum_(environment: HookEnvironment, value: Iterable[Any], attribute: Any = None, start: Any = 0) -> Any:
    """The sum of the items, or of an attribute of each, and of ``start``."""
    if attribute is not None:
        value = map(attribute_getter(environment, attribute), value)
    return sum(value, start)
