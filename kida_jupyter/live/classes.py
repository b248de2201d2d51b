"""How the values of a class keep what they hold: known of the class once, for all of its values."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import GetSetDescriptorType, MemberDescriptorType, ModuleType, NoneType
from typing import Any, Final

from kida_jupyter.help.showing import HARMLESS
from kida_jupyter.help.values import mro_of, namespace_of, static

_CONTAINERS: Final = (dict, list, tuple, set, frozenset)
_PLAIN: Final = (str, bytes, int, float)
_POINTER: Final = struct.calcsize("P")
_PLAIN_SIZE: Final = object.__basicsize__ + 2 * _POINTER
"""Bytes of an object of a class written in Python without slots: at most a place for its dict and its weak references."""
_OF_ARRAYS: Final = ("numpy", "pandas")
_OF_DICTS: Final = (NoneType, GetSetDescriptorType, MemberDescriptorType)
"""What a class has for the dict of its values: nothing of its own, or Python's."""
_HEAP_TYPE: Final = 1 << 9
"""Of a type's flags: a class that was made while Python runs, as all of Python's own text are."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the values of a class keep what they hold.

    ``container`` and ``plain`` are the built-in type that it is, if it is one; ``shows_itself`` says that its ``repr``
    tells all. ``is_plain_object`` says that it is an
    ordinary class written in Python, and none of an array or a table, ``is_opaque`` that its values keep more than can be read, ``is_iterator`` that
    to read them changes them, ``has_attributes`` that they have a dict. ``slots`` are the names it has places for.
    """

    container: type | None
    plain: type | None
    shows_itself: bool
    is_plain_object: bool
    is_opaque: bool
    is_iterator: bool
    has_attributes: bool
    slots: tuple[tuple[str, MemberDescriptorType], ...]

    def slots_of(self, value: Any, missing: Any) -> Iterator[Any]:
        """The names of the slots and what is in them, in turn; ``missing`` where nothing is."""
        for name, slot in self.slots:
            yield name
            try:
                yield slot.__get__(value, type(value))
            except AttributeError:
                yield missing


def layout_of(cls: type) -> Layout:
    """The layout of a class, without asking its metaclass."""
    mro = mro_of(cls)
    slots = tuple(
        (name, raw)
        for base in mro
        for name, raw in tuple(namespace_of(base).items())
        if type(raw) is MemberDescriptorType and name not in ("__dict__", "__weakref__")
    )
    size: int = type.__dict__["__basicsize__"].__get__(cls)
    flags: int = type.__dict__["__flags__"].__get__(cls)
    is_opaque = size > _PLAIN_SIZE + _POINTER * len(slots)
    return Layout(
        container=_first_of(_CONTAINERS, mro),
        plain=_first_of(_PLAIN, mro),
        shows_itself=any(cls is one for one in HARMLESS),
        is_plain_object=bool(flags & _HEAP_TYPE)
        and not is_opaque
        and _first_of((type, ModuleType), mro) is None
        and str(type.__dict__["__module__"].__get__(cls)).partition(".")[0] not in _OF_ARRAYS,
        is_opaque=is_opaque,
        is_iterator=any("__next__" in namespace_of(base) for base in mro),
        # a class may have made a property of it
        has_attributes=type.__dict__["__dictoffset__"].__get__(cls) != 0
        and all(_first_of((type(names.get("__dict__")),), _OF_DICTS) for names in map(namespace_of, mro)),
        slots=slots,
    )


def is_library(module: Any) -> bool:
    """Whether a module is Python's own or an installed one: those are not where people keep what changes."""
    name, file = static(module, "__name__"), static(module, "__file__")
    return (type(name) is str and name.partition(".")[0] in sys.stdlib_module_names) or (
        type(file) is str and ("site-packages" in file or "dist-packages" in file)
    )


def _first_of(types: tuple[type, ...], mro: tuple[type, ...]) -> type | None:
    return next((one for one in types if any(one is base for base in mro)), None)
