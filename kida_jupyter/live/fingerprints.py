"""Whether a value may have changed: told by identity and a cheap digest of what it holds, running none of its code."""

from __future__ import annotations

import hashlib
import re
import struct
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any, Final

from kida_jupyter.help.showing import HARMLESS
from kida_jupyter.help.values import is_a, is_exactly, mro_of, namespace_of, own_attributes, own_names, static

_PARTS: Final = 20_000
"""Parts of a value that are looked at, some 20 ms of it: what is larger is rendered again, and the texts compared."""
_ATOMS: Final = (type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented))
_CONTAINERS: Final = (dict, list, tuple, set, frozenset)
_FIXED: Final = (
    re.Pattern,
    CodeType,
    BuiltinFunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
"""Types of Python's whose values stay as they are."""
_PLAIN: Final[tuple[tuple[type, Callable[[Any], bytes]], ...]] = (
    (str, lambda value: str.encode(value, "utf-8", "surrogatepass")),
    (bytes, lambda value: bytes.__getitem__(value, slice(None))),
    # decimals of an enormous one take for ever
    (int, lambda value: int.__format__(value, "x").encode()),
    (float, lambda value: float.__repr__(value).encode()),
)
"""What the classes made from Python's plain types hold, written down by those types and not by the classes."""
_MISSING: Final = object()
_POINTER: Final = struct.calcsize("P")
_PLAIN_SIZE: Final = object.__basicsize__ + 2 * _POINTER
"""Bytes of an object of a class written in Python without slots: at most a place for its dict and its weak references."""

Names = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a value was like: a digest of its data, the objects in it that are told by their identity alone, and
    whether that is all there is to know of it.
    """

    digest: bytes
    objects: tuple[Callable[[], Any], ...]
    is_known: bool

    def fits(self, other: Fingerprint) -> bool:
        """Whether a value that has the other fingerprint now has surely not changed."""
        return (
            self.is_known
            and other.is_known
            and self.digest == other.digest
            and len(self.objects) == len(other.objects)
            # an object that is gone may have left its address to another one
            and all(a() is b() and a() is not None for a, b in zip(self.objects, other.objects))
        )


MISSING: Final = Fingerprint(b"missing", (), is_known=True)
"""The fingerprint of a variable that is not there."""


def fingerprint_of(value: Any, names: Names) -> Fingerprint:
    """The fingerprint of a value. Parameters: ``names``, the notebook's, which its functions read when they are called."""
    walk = _Walk(names)
    walk.add(value)
    return Fingerprint(walk.hash.digest(), tuple(walk.objects), walk.is_known)


class _Walk:
    """One walk over what a value holds."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.hash = hashlib.blake2b(digest_size=16)
        self.objects: list[Callable[[], Any]] = []
        self.is_known = True
        self.seen: dict[int, int] = {}
        # what was made for the walk alone is kept, so that no other object gets its address meanwhile
        self.kept: list[Any] = []

    def add(self, value: Any) -> None:
        pending = [value]
        parts = 0
        while pending:
            parts += 1
            if parts > _PARTS:
                self.is_known = False
                return
            value = pending.pop()
            if is_exactly(value, _ATOMS):
                self._note(type(value).__name__, _atom(value))
                continue
            known = self.seen.setdefault(id(value), len(self.seen))
            if known != len(self.seen) - 1:
                self._note("again", str(known).encode())
                continue
            self.kept.append(value)
            held = list(self._held(value))
            self._note("holds", str(len(held)).encode())
            pending += reversed(held)

    def _note(self, kind: str, data: bytes) -> None:
        self.hash.update(f"{kind} {len(data)} ".encode())
        self.hash.update(data)

    def _held(self, value: Any) -> Iterator[Any]:
        """What a value holds, after what it is was noted."""
        for base in _CONTAINERS:
            if is_a(value, base):
                yield from self._items(value, base)
                return
        for plain, written in _PLAIN:
            if is_a(value, plain):
                self._note(plain.__name__, written(value))
                self._identity(type(value))
                yield from self._attributes(value)
                return
        if is_exactly(value, HARMLESS):
            self._note("plain", f"{type(value).__name__} {value!r}".encode("utf-8", "backslashreplace"))
        elif is_exactly(value, (FunctionType,)):
            yield from self._function(value)
        elif is_exactly(value, (MethodType,)):
            yield from (value.__func__, value.__self__)
        elif is_exactly(value, (property,)):
            yield value.fget
        elif is_exactly(value, (classmethod, staticmethod)):
            yield value.__func__
        elif is_a(value, ModuleType):
            # what it defines stays, what it is told may change
            self._identity(value)
            if not _is_library(value):
                yield from self._attributes(value, lambda one: is_exactly(one, (*_ATOMS, *_CONTAINERS)))
        elif is_a(value, type):
            self._identity(value)
            if namespace_of(value).get("__module__") == "__main__":
                for name, one in tuple(namespace_of(value).items()):
                    if not name.startswith("__"):
                        yield from (name, one)
        elif not self._array(value):
            yield from self._object(value)

    def _items(self, value: Any, base: Any) -> Iterator[Any]:
        self._note("items", base.__name__.encode())
        if base is dict:
            for key, one in tuple(dict.items(value)):
                yield key
                yield one
        else:
            yield from tuple(base.__iter__(value))
        if type(value) is not base:
            self._identity(type(value))
            yield from self._attributes(value)

    def _function(self, value: Any) -> Iterator[Any]:
        """A function: its code, what it was given when it was made, and the notebook's names that it reads."""
        self._identity(value)
        self._identity(value.__code__)
        yield from (value.__defaults__, value.__kwdefaults__, dict(value.__dict__))
        for cell in value.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # it has none yet
                yield None
        if value.__globals__.get("__name__") == "__main__":
            for name in _names_in(value.__code__):
                yield name
                yield self.names.get(name, _MISSING)

    def _object(self, value: Any) -> Iterator[Any]:
        self._identity(value)
        if value is _MISSING or is_exactly(value, _FIXED):
            return
        if any("__next__" in namespace_of(cls) for cls in mro_of(type(value))):
            return  # to render it again would go on where it is, or find it empty
        yield type(value)
        yield from self._attributes(value)
        slots = [name for name in _slots(value) if name not in ("__dict__", "__weakref__")]
        for name in slots:
            yield name
            yield _slot(value, name)
        # what a class written in C keeps is its own business
        size: int = type.__dict__["__basicsize__"].__get__(type(value))
        self.is_known &= size <= _PLAIN_SIZE + _POINTER * len(slots)

    def _attributes(self, value: Any, wanted: Callable[[Any], bool] = lambda one: True) -> Iterator[Any]:
        for name in own_names(value):
            one = own_attributes(value).get(name)
            if wanted(one) and not name.startswith("__"):
                yield name
                yield one

    def _identity(self, value: Any) -> None:
        try:
            self.objects.append(weakref.ref(value))
        except TypeError:
            self.objects.append(lambda: value)

    def _array(self, value: Any) -> bool:
        """Whether a value is an array of numpy's, or a table or column of pandas', and its data was noted."""
        numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
        try:
            if numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
                self._note("array", f"{value.shape} {value.dtype.str}".encode())
                self._note("data", numpy.ascontiguousarray(value).tobytes())
                return True
            if numpy is not None and isinstance_of(value, numpy, "generic") and not value.dtype.hasobject:
                self._note("scalar", value.dtype.str.encode() + value.tobytes())
                return True
            if pandas is None or not any(
                isinstance_of(value, pandas, name) for name in ("DataFrame", "Series", "Index")
            ):
                return False
            columns = getattr(value, "columns", ())
            names = f"{type(value).__name__} {list(columns)!r} {list(getattr(value, 'dtypes', ())) if len(columns) else value.dtype!r}"
            self._note(
                "table", f"{names} {getattr(value, 'name', None)!r}".encode("utf-8", "backslashreplace")
            )
            self._note("data", pandas.util.hash_pandas_object(value).to_numpy().tobytes())
        except Exception:  # cells that cannot be hashed, say
            self.is_known = False
        return True


def isinstance_of(value: Any, module: Any, name: str) -> bool:
    """Whether a value is of a class of a module, or of one made from it in the same package."""
    kind = getattr(module, name, None)
    package = type.__dict__["__module__"].__get__(type(value))
    return kind is not None and is_a(value, kind) and f"{package}.".startswith(f"{module.__name__}.")


def _names_in(code: CodeType) -> Iterator[str]:
    """The global names that a function reads, those of the functions inside it included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _slots(value: Any) -> list[str]:
    """The attributes that the classes of a value have places for."""
    found = (pair for cls in mro_of(type(value)) for pair in namespace_of(cls).items())
    return [name for name, raw in found if type(raw) is MemberDescriptorType]


def _slot(value: Any, name: str) -> Any:
    try:
        return static(value, name).__get__(value, type(value))
    except AttributeError:  # never set
        return _MISSING


def _is_library(module: Any) -> bool:
    """Whether a module is Python's own or an installed one: those are not where people keep what changes."""
    name, file = static(module, "__name__"), static(module, "__file__")
    return (type(name) is str and name.partition(".")[0] in sys.stdlib_module_names) or (
        type(file) is str and ("site-packages" in file or "dist-packages" in file)
    )


def _atom(value: Any) -> bytes:
    for base, written in _PLAIN:
        if type(value) is base:
            return written(value)
    return repr(value).encode()
