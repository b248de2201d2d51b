"""A value in a line, from what the built-in types keep: no ``repr`` of anybody is called."""

from __future__ import annotations

import pathlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from types import FunctionType, ModuleType
from typing import Any, Final
from uuid import UUID

from kida_jupyter.help.values import (
    FUNCTIONS,
    Value,
    is_a,
    is_exactly,
    is_frame,
    member_of,
    own_names,
    static,
    type_name,
)

_ITEMS: Final = 6
"""Items of a collection that are shown."""
_NESTED: Final = 3
"""How deep collections are shown within each other."""
_BITS: Final = 400
"""The size of a number whose digits are shown: those of an enormous one take for ever."""
HARMLESS: Final = (
    datetime,
    date,
    time,
    timedelta,
    Decimal,
    Fraction,
    UUID,
    pathlib.PosixPath,
    pathlib.WindowsPath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    range,
    complex,
)
"""Types of the standard library whose own ``repr`` shows them best, and does nothing else."""


def shortly(value: Any, limit: int = 200) -> str:
    """A value in at most some ``limit`` characters."""
    text = _shown(value, limit, _NESTED)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _shown(value: Any, limit: int, depth: int) -> str:
    if value is None or is_exactly(value, (bool, float)):
        return repr(value)
    if type(value) is int:
        return repr(value) if value.bit_length() < _BITS else f"an int of {value.bit_length()} bits"
    if is_a(value, str, bytes):
        base: Any = str if is_a(value, str) else bytes
        cut = base.__getitem__(value, slice(limit))
        return f"{base.__repr__(cut)}{'…' if base.__len__(value) > limit else ''}"
    if is_exactly(value, (list, tuple, set, frozenset)):
        return _items(value, limit, depth)
    if is_a(value, dict):
        return _mapping(value, limit, depth)
    if is_exactly(value, HARMLESS):
        return repr(value)
    if is_exactly(value, FUNCTIONS) or is_a(value, type, ModuleType):
        name = value.__name__ if is_exactly(value, (FunctionType,)) else static(value, "__name__")
        return name if type(name) is str else type_name(value)
    if is_frame(value):
        rows, columns = value.shape
        return f"{rows} rows × {columns} columns: {', '.join(map(str, islice(value.columns, 20)))}"
    return _object(value, limit, depth)


def _items(value: Any, limit: int, depth: int) -> str:
    brackets = "[]" if type(value) is list else "()" if type(value) is tuple else "{}"
    if not value and brackets == "{}":
        return f"{type(value).__name__}()"
    shown = (
        [_shown(one, limit, depth - 1) for one in islice(tuple(value), _ITEMS)]
        if depth
        else ["…"] * bool(value)
    )
    more = f", … {len(value)} in all" if depth and len(value) > _ITEMS else ""
    return f"{brackets[0]}{', '.join(shown)}{more}{brackets[1]}"


def _mapping(value: dict[Any, Any], limit: int, depth: int) -> str:
    count = dict.__len__(value)
    if not depth:
        return "{…}" if count else "{}"
    pairs = [
        f"{_shown(key, limit, depth - 1)}: {_shown(one, limit, depth - 1)}"
        for key, one in islice(tuple(dict.items(value)), _ITEMS)
    ]
    return "{" + ", ".join(pairs) + (f", … {count} in all" if count > _ITEMS else "") + "}"


def _object(value: Any, limit: int, depth: int) -> str:
    """An object as its class would be called: by the attributes that it holds itself."""
    name = type_name(value).rpartition(".")[2]
    if not depth:
        return f"{name}(…)"
    fields = static(value, "_fields") if is_a(value, tuple) else None
    names = list(fields) if type(fields) is tuple else own_names(value) or _slots(value)
    pairs = []
    for one in [one for one in names if type(one) is str and not one.startswith("_")][:_ITEMS]:
        found = member_of(Value(value), one)
        if isinstance(found, Value):
            pairs.append(f"{one}={_shown(found.value, limit, depth - 1)}")
    return f"{name}({', '.join(pairs)})" if pairs else f"<{name}>"


def _slots(value: Any) -> list[str]:
    slots = static(value, "__slots__")
    return list(slots) if type(slots) is tuple else []
