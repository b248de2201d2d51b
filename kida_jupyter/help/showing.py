"""A value in a line, from what the built-in types keep: no ``repr`` of anybody is called."""

from __future__ import annotations

import pathlib
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import islice
from types import FunctionType, ModuleType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kida_jupyter.help import data
from kida_jupyter.help.values import (
    FUNCTIONS,
    Value,
    is_a,
    is_exactly,
    member_of,
    own_attributes,
    own_names,
    static,
    type_name,
)

_ITEMS: Final = 6
"""Items of a collection that are shown."""
_NESTED: Final = 3
"""How deep collections are shown within each other."""
_CELL: Final = 24
"""Characters of a cell of a table."""
_FURTHER_COLUMNS: Final = 20
"""Columns that are named, where their cells are not shown."""
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
        return repr(value) if _is_known_zone(value) else f"<{type_name(value)}>"
    if is_exactly(value, FUNCTIONS) or is_a(value, type, ModuleType):
        name = value.__name__ if is_exactly(value, (FunctionType,)) else static(value, "__name__")
        return name if type(name) is str else type_name(value)
    if data.is_data(value):
        return _data(value, limit, depth)
    return _object(value, limit, depth)


def table_of(value: Any) -> str:
    """The beginning of a data frame or series as a table in text; of an array or index, its first items."""
    if data.is_frame(value):
        return _frame(value)
    if not data.is_series(value):
        return shortly(value)
    labels, cells = data.labels_of(value), data.head_of(value)
    rows = [[_cell(label), _cell(cell)] for label, cell in zip(labels, cells)]
    return (data.aligned(rows) if rows else "") + _more(data.length_of(value) - len(rows))


def _frame(frame: Any) -> str:
    columns, types, labels, rows = data.head_of_frame(frame)
    further = [_cell(name) for name in data.labels_of(frame)[len(columns) :][:_FURTHER_COLUMNS]]
    if not columns:
        return ""
    lines = [[_cell(name) for name in columns], *([types] if types else [])]
    lines += [[_cell(cell) for cell in row] for row in rows]
    if labels:
        heads = [""] * (len(lines) - len(rows)) + [_cell(label) for label in labels]
        lines = [[head, *line] for head, line in zip(heads, lines)]
    text = data.aligned(lines) + (_more(data.length_of(frame) - len(rows)) if types else "")
    return text + (f"\n… further columns: {', '.join(further)}" if further else "")


def _more(rows: int) -> str:
    return f"\n… {data.counted(rows, 'more row')}" if rows > 0 else ""


def _cell(value: Any) -> str:
    text = value if type(value) is str else shortly(value, _CELL)
    text = " ".join(text[: 2 * _CELL].split())
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def _data(value: Any, limit: int, depth: int) -> str:
    if data.is_scalar(value):
        return str(value)
    size = data.size_of(value)
    name = type_name(value).rpartition(".")[2]
    if not depth:
        return f"{name}({size})"
    if data.is_frame(value):
        names = ", ".join(_cell(label) for label in data.labels_of(value)[:_FURTHER_COLUMNS])
        return f"{name}({size}{': ' * bool(names)}{names})"
    items = data.head_of(value)
    shown = ", ".join(_shown(item, limit, depth - 1) for item in items)
    shown += ", …" if len(items) < data.length_of(value) else ""
    return f"{name}({size}{': ' * bool(items)}{shown})"


def _is_known_zone(value: Any) -> bool:
    # a time zone of somebody's own class would be asked for its text
    zone = value.tzinfo if is_exactly(value, (datetime, time)) else None
    return zone is None or is_exactly(zone, (timezone, ZoneInfo))


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
    if is_a(value, Enum):
        member = dict.get(own_attributes(value), "_name_")
        return f"{name}.{member}" if type(member) is str else f"<{name}>"
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
