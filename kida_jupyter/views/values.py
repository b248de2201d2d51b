"""Values in a few characters, made without running a line of theirs.

A ``__repr__`` of the user's may raise, change something, or never end, and a thread that never ends cannot be stopped
in Python. So none is called: values of known types are written out here, libraries of data are asked for their shape,
and of any other object its type is shown, with the fields that it keeps in its ``__dict__`` or its slots.
Addresses are left out: they say nothing, and a saved notebook would differ each time.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import pathlib
import sys
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final

import kida

MAX_LENGTH: Final = 100
"""Characters of a value: a line of the view, beside its name."""
_MAX_TEXT: Final = 60
"""Characters of a text within a value."""
_MAX_ITEMS: Final = 6
_MAX_DEPTH: Final = 3
_MAX_BITS: Final = 256
"""Of an integer: writing out a longer one takes long, and nobody reads it."""

_NUMBERS: Final = (float, complex, bool, type(None), type(...), type(NotImplemented))
_PLAIN: Final = (
    dt.date,
    dt.datetime,
    dt.time,
    dt.timedelta,
    dt.timezone,
    decimal.Decimal,
    fractions.Fraction,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    pathlib.PosixPath,
    pathlib.WindowsPath,
    range,
    uuid.UUID,
)
"""Types whose own repr is short, quick and without side effects; a subclass may have another."""
_SHAPED: Final = frozenset(("numpy", "pandas", "polars", "xarray", "torch", "scipy"))
"""Libraries whose arrays and tables are told by their shape, which costs nothing to ask."""
_TABLES: Final = frozenset(("pandas", "polars"))
_MAX_LABELS: Final = 500
"""Columns or labels among which the one that was meant is looked for."""
_FUNCTIONS: Final = (FunctionType, BuiltinFunctionType, MethodType)
_SEQUENCES: Final = (list, tuple, set, frozenset, deque)
_UNDEFINED: Final = (kida.Undefined,)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable and its value in short."""

    name: str
    value: str


def short(value: Any) -> str:
    """A value in at most `MAX_LENGTH` characters, whatever it is. Never raises, and runs no code of the value's."""
    try:
        text = _shown(value, _MAX_DEPTH, ())
    except Exception:
        text = "(cannot be shown)"
    return _cut(text, MAX_LENGTH)


def is_data(value: Any) -> bool:
    """Whether a value tells something about an error: functions, classes, modules and the engine's own do not."""
    kind = type(value)
    if issubclass(kind, (*_FUNCTIONS, ModuleType, type)):
        return False
    return not _module(kind).startswith("kida.") or issubclass(
        kind, (kida.LoopContext, kida.AsyncLoopContext, *_UNDEFINED, kida.Markup)
    )


def _shown(value: Any, depth: int, around: tuple[int, ...]) -> str:
    kind = type(value)
    if issubclass(kind, str):
        return _text(value, kind)
    if kind in _NUMBERS:
        return repr(value)
    if kind in _PLAIN:
        return repr(value)
    if issubclass(kind, (int, float)) and not issubclass(kind, enum.Enum) and _library(kind) is None:
        return _number(value, kind)
    if issubclass(kind, (bytes, bytearray)):
        return _bytes(value, bytes if issubclass(kind, bytes) else bytearray)
    if issubclass(kind, _UNDEFINED):
        return "undefined"
    if issubclass(kind, (kida.LoopContext, kida.AsyncLoopContext)):
        return f"iteration {value.index}"
    if issubclass(kind, (*_FUNCTIONS, type, ModuleType)):
        return _named(value, kind)
    if id(value) in around:
        return "…"
    around = (*around, id(value))
    return _container(value, kind, depth, around) or _object(value, kind, depth, around)


def _text(value: str, kind: type) -> str:
    # the methods of str itself: those of a subclass are the user's
    length = str.__len__(value)
    head = str.__getitem__(value, slice(_MAX_TEXT))
    shown = repr(str.__str__(head)) + (f"… ({length:,} characters)" if length > _MAX_TEXT else "")
    return shown if kind is str else f"{_name(kind)}({shown})"


def _bytes(value: Any, base: Any) -> str:
    length: int = base.__len__(value)
    head = base.__getitem__(value, slice(_MAX_TEXT))
    return repr(bytes(head)) + (f"… ({length:,} bytes)" if length > _MAX_TEXT else "")


def _number(value: float, kind: type) -> str:
    if not isinstance(value, int):
        shown = float.__repr__(value)
    elif (bits := int.bit_length(value)) > _MAX_BITS:
        return f"<int of {bits:,} bits>"
    else:
        shown = int.__repr__(value)
    return shown if kind in (int, float) else f"{_name(kind)}({shown})"


def _named(value: Any, kind: type) -> str:
    if issubclass(kind, type):
        return f"<class {_name(value)}>"
    if issubclass(kind, MethodType):
        return f"<method {getattr(value.__func__, '__name__', '?')}>"
    word = "module" if issubclass(kind, ModuleType) else "function"
    name = object.__getattribute__(value, "__dict__").get("__name__") if word == "module" else value.__name__
    return f"<{word} {name}>"


def _container(value: Any, kind: type, depth: int, around: tuple[int, ...]) -> str | None:
    """A built-in container, by the methods of its built-in type; ``None`` for anything else."""
    opening: str
    if issubclass(kind, dict):
        items: Iterable[str] = (
            f"{_shown(key, depth - 1, around)}: {_shown(item, depth - 1, around)}"
            for key, item in islice(dict.items(value), _MAX_ITEMS)
        )
        length, opening, closing = dict.__len__(value), "{", "}"
    elif issubclass(kind, tuple) and (names := _tuple_names(kind)):
        pairs = zip(names, tuple.__iter__(value))
        items = (f"{name}={_shown(item, depth - 1, around)}" for name, item in islice(pairs, _MAX_ITEMS))
        return f"{_name(kind)}({', '.join(items) if depth > 0 else '…'})"
    elif issubclass(kind, _SEQUENCES):
        base: Any = next(one for one in _SEQUENCES if issubclass(kind, one))
        length = base.__len__(value)
        items = (_shown(item, depth - 1, around) for item in islice(base.__iter__(value), _MAX_ITEMS))
        opening, closing = ("{", "}") if base in (set, frozenset) else ("[", "]")
        if base is tuple:
            opening, closing = "(", ",)" if length == 1 else ")"
    elif kind is MappingProxyType:
        return "<mappingproxy>"  # it stands for a mapping that may be anything
    else:
        return None
    if not length:
        shown = f"{_name(kind)}()" if opening == "{" and not issubclass(kind, dict) else opening + closing
    elif depth <= 0:
        shown = f"{opening}… {length:,} …{closing.lstrip(',')}"
    else:
        shown = (
            opening + ", ".join(items) + (f", … {length:,} in all" if length > _MAX_ITEMS else "") + closing
        )
    return shown if kind in (dict, list, tuple, set) or not length else f"{_name(kind)}({shown})"


def _object(value: Any, kind: type, depth: int, around: tuple[int, ...]) -> str:
    if _library(kind) is not None:
        return _shape(value, kind)
    fields = dict(islice(_fields(value, kind), _MAX_ITEMS + 1))
    if issubclass(kind, enum.Enum):
        return f"{_name(kind)}.{fields.get('_name_', '?')}"
    if not fields:
        return f"<{_name(kind)}>"
    if depth <= 0:
        return f"{_name(kind)}(…)"
    shown = [f"{name}={_shown(item, depth - 1, around)}" for name, item in islice(fields.items(), _MAX_ITEMS)]
    return f"{_name(kind)}({', '.join(shown)}{', …' if len(fields) > _MAX_ITEMS else ''})"


def _shape(value: Any, kind: type) -> str:
    """An array or table by its shape; a scalar of such a library as it writes itself, which is short."""
    shape = getattr(value, "shape", None)
    if shape == () and hasattr(value, "item"):
        return f"{_name(kind)}({_shown(value.item(), 0, ())})"
    if not isinstance(shape, tuple) or not shape:
        written = repr(value)
        return written if len(written) <= _MAX_TEXT and "\n" not in written else f"<{_name(kind)}>"
    size = " × ".join(f"{int(length):,}" for length in shape)
    if len(shape) == 2 and hasattr(value, "columns"):
        columns = islice(value.columns, _MAX_ITEMS)
        names = ", ".join(name if type(name) is str else _shown(name, 0, ()) for name in columns)
        return f"{_name(kind)} {size}: {names}{', …' if shape[1] > _MAX_ITEMS else ''}"
    dtype = getattr(value, "dtype", None)
    return f"{_name(kind)} {size}" + (f" {dtype}" if dtype is not None else "")


def labels_of(value: Any) -> list[str]:
    """The columns of a table, or the labels of a row of one, as far as they are texts; none of any other value."""
    if _library(type(value)) not in _TABLES:
        return []
    labels: Any = getattr(value, "columns", None)
    if labels is None:
        labels = getattr(value, "index", ())
    try:
        return [label for label in islice(labels, _MAX_LABELS) if type(label) is str]
    except TypeError:  # an index that is a method, say
        return []


def _tuple_names(kind: type) -> tuple[str, ...]:
    """The names of a named tuple's fields."""
    names = type.__dict__["__dict__"].__get__(kind).get("_fields")
    return names if type(names) is tuple and all(type(name) is str for name in names) else ()


def _library(kind: type) -> str | None:
    """The library of data that a type truly belongs to: a class of the user's may say anything of itself."""
    module = _module(kind)
    library = module.partition(".")[0]
    if library in _SHAPED and vars(sys.modules.get(module, object)).get(_name(kind)) is kind:
        return library
    return None


def _fields(value: Any, kind: type) -> Iterator[tuple[str, Any]]:
    """What an object keeps in its ``__dict__`` and slots, read past every property and ``__getattribute__``."""
    for base in _bases(kind):
        attributes = type.__dict__["__dict__"].__get__(base)
        if "__module__" not in attributes:
            continue  # a type that is written in C: its members are no fields
        own = attributes.get("__dict__")
        if type(own) is GetSetDescriptorType:
            for name, item in dict.items(own.__get__(value)):
                if type(name) is str and (not name.startswith("_") or name == "_name_"):
                    yield name, item
        for name, slot in attributes.items():
            if type(slot) is MemberDescriptorType and not name.startswith("_"):
                try:
                    yield name, slot.__get__(value)
                except AttributeError:  # a slot that nothing was put into
                    continue


def _bases(kind: type) -> tuple[type, ...]:
    return tuple(base for base in type.__dict__["__mro__"].__get__(kind) if base is not object)


def _name(kind: type) -> str:
    return str(type.__dict__["__name__"].__get__(kind))


def _module(kind: type) -> str:
    # a class may have anything under this name
    module = type.__dict__["__module__"].__get__(kind)
    return module if type(module) is str else ""


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
