"""Whether a value may have changed: told by identity and a digest of what it holds, running none of its code.

What is looked at is bounded, whatever the value's size: of one that does not fit, its identity and its length, and a
sample of what it holds.
"""

from __future__ import annotations

import hashlib
import marshal
import re
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any, Final

from kida_jupyter.help.values import is_a, is_exactly, namespace_of, own_attributes
from kida_jupyter.live.arrays import read_array
from kida_jupyter.live.classes import Layout, is_library, layout_of

OBJECTS: Final = 10_000
"""Objects that are looked at one by one, some ten microseconds each."""
_OBJECTS_OF_SAMPLE: Final = 5_000
"""As many, where not all are looked at."""
PLAIN: Final = 250_000
"""Numbers, texts and the like in collections, which are noted many at once."""
BYTES: Final = 8 << 20
"""Bytes of such plain values, and of arrays."""
_MOST: Final = 500
_LEAST: Final = 10
"""Items of a collection that a sample has: the fewer, the more objects were found already."""
_LARGE: Final = 64 << 10
"""Bytes of a text or number that is told by its identity alone: it cannot be changed."""
_PLAIN_TYPES: Final = (type(None), bool, int, float, complex, str, bytes)
_PLAIN_IDS: Final = frozenset(map(id, _PLAIN_TYPES))
"""By identity: to look for a class in a set or tuple may call what its metaclass defines."""
_VERSION: Final = 2
"""Of `marshal`'s format: those after it tell apart equal values by who else holds them."""
_FIXED: Final = (
    re.Pattern,
    CodeType,
    BuiltinFunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
    type(...),
    type(NotImplemented),
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

Names = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a value was like: a digest of its data, the objects in it that are told by their identity alone, and
    whether that is all there is to know of it.

    ``is_whole`` says that the value was looked at in full, ``looked_at`` how many parts of it were: what was noted
    many at once counts one each.
    """

    digest: bytes
    objects: tuple[Callable[[], Any], ...]
    is_known: bool
    is_whole: bool = True
    looked_at: int = 0

    def fits(self, other: Fingerprint) -> bool:
        """Whether a value that has the other fingerprint now has not changed, as far as was looked."""
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
    walk = _Walk(names, is_whole=True)
    walk.over(value)
    looked_at = walk.looked_at
    if not walk.fits:
        walk = _Walk(names, is_whole=False)
        walk.over(value)
        looked_at += walk.looked_at
    return Fingerprint(walk.hash.digest(), tuple(walk.objects), walk.is_known, walk.is_whole, looked_at)


class _Walk:
    """One walk over what a value holds: the whole of it, or a sample of each collection.

    ``fits`` turns false where that is too much. A walk over the whole ends there; one over a sample goes on, and notes
    the identity of what it comes to.
    """

    def __init__(self, names: Names, *, is_whole: bool) -> None:
        self.names = names
        self.hash = hashlib.blake2b(digest_size=16)
        self.objects: list[Callable[[], Any]] = []
        self.is_known = True
        self.is_whole = is_whole
        self.fits = True
        self.looked_at = 0
        self._objects, self._plain, self._bytes = OBJECTS if is_whole else _OBJECTS_OF_SAMPLE, PLAIN, BYTES
        self._seen: dict[int, int] = {}
        self._layouts: dict[int, Layout] = {}
        # what was made for the walk alone is kept, so that no other object gets its address meanwhile
        self._kept: list[Any] = []
        self._note("whole", str(is_whole).encode())

    def over(self, value: Any) -> None:
        """Walk over a value."""
        pending: list[Any] = []
        self._take((value,), pending)
        while pending and (self.fits or not self.is_whole):
            value = pending.pop()
            self.looked_at += 1
            if id(type(value)) in _PLAIN_IDS:
                self._note("large", type(value).__name__.encode())
                self._identity(value)
                continue
            known = self._seen.setdefault(id(value), len(self._seen))
            if known != len(self._seen) - 1:
                self._note("again", str(known).encode())
                continue
            self._kept.append(value)
            if not self._take(self._held(value), pending):
                self._identity(value)

    def _take(self, held: Sequence[Any], pending: list[Any]) -> bool:
        """Note the plain values of what something holds, and go on with the others; not so where there is no room."""
        kinds = set(map(id, map(type, held)))
        plain, others = held, []
        if not kinds <= _PLAIN_IDS:
            plain = [one if id(type(one)) in _PLAIN_IDS else ... for one in held]
            others = [one for one in held if id(type(one)) not in _PLAIN_IDS]
        sizes = list(map(sys.getsizeof, plain))
        if max(sizes, default=0) > _LARGE:
            plain = [one if size <= _LARGE else ... for one, size in zip(plain, sizes)]
            others = [one for one, noted in zip(held, plain) if noted is ...]
            sizes = list(map(sys.getsizeof, plain))
        self.looked_at += len(plain) - len(others)
        left = (self._objects - len(others), self._plain - len(plain) + len(others), self._bytes - sum(sizes))
        if min(left) < 0:
            self.fits = False
            return False
        self._objects, self._plain, self._bytes = left
        self._note("holds", marshal.dumps(list(plain), _VERSION))
        pending += reversed(others)
        return True

    def _note(self, kind: str, data: bytes) -> None:
        self.hash.update(f"{kind} {len(data)} ".encode())
        self.hash.update(data)

    def _held(self, value: Any) -> Sequence[Any]:
        """What a value holds, after what it is was noted."""
        cls = type(value)
        layout = self._layout(cls)
        if layout.container is not None:
            items = self._items(value, layout.container)
            return items if cls is layout.container else [*items, cls, *self._attributes(value, layout)]
        for plain, written in _PLAIN:
            if layout.plain is plain:
                self._note(plain.__name__, written(value))
                return [cls, *self._attributes(value, layout)]
        if layout.shows_itself:
            self._note("harmless", f"{cls.__name__} {value!r}".encode("utf-8", "backslashreplace"))
            return ()
        if layout.is_plain_object:
            return self._object(value, layout)
        return list(self._held_by_pythons_own(value, layout))

    def _held_by_pythons_own(self, value: Any, layout: Layout) -> Iterable[Any]:
        if is_exactly(value, (FunctionType,)):
            return self._function(value)
        if is_exactly(value, (MethodType,)):
            return (value.__func__, value.__self__)
        if is_exactly(value, (property,)):
            return (value.fget,)
        if is_exactly(value, (classmethod, staticmethod)):
            return (value.__func__,)
        if is_a(value, ModuleType):
            self._identity(value)
            # what it defines stays, what it is told may change
            kept = (*_PLAIN_TYPES, dict, list, tuple, set, frozenset)
            own = () if is_library(value) else own_attributes(value).items()
            return _pairs({name: one for name, one in tuple(own) if is_exactly(one, kept)})
        if is_a(value, type):
            self._identity(value)
            is_notebooks = namespace_of(value).get("__module__") == "__main__"
            return _pairs(dict(namespace_of(value))) if is_notebooks else ()
        found = read_array(value, self._plain, self._bytes, _MOST)
        if found is None:
            return self._object(value, layout)
        self.is_known &= found.is_known
        if not found.is_whole:
            self._identity(value)
            self.fits &= not self.is_whole
        self._bytes = max(0, self._bytes - len(found.data))
        self._note("array", found.data)
        return found.held

    def _items(self, value: Any, base: Any) -> Sequence[Any]:
        """The items of a collection, or a sample of them; keys and values of a dict in turn."""
        length: int = base.__len__(value)
        self._note("items", f"{base.__name__} {length}".encode())
        most = max(_LEAST, min(_MOST, self._objects // _LEAST))
        if self.is_whole or length <= most:
            if length > self._plain:
                self.fits = False
                return ()
            return (
                tuple(chain.from_iterable(dict.items(value))) if base is dict else tuple(base.__iter__(value))
            )
        self._identity(value)
        if base is list or base is tuple:
            step = -(-length // most)
            return (
                *base.__getitem__(value, slice(None, None, step)),
                *base.__getitem__(value, slice(-1, None)),
            )
        try:
            if base is dict:
                # from both ends: to come to the middle would mean to pass by all before it
                half = most // 2
                first = islice(dict.items(value), half)
                last = islice(reversed(dict.items(value)), half)
                return tuple(chain.from_iterable(chain(first, last)))
            return tuple(islice(base.__iter__(value), most))
        except RuntimeError:  # a thread of the notebook's adds to it
            self.is_known = False
            return ()

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

    def _object(self, value: Any, layout: Layout) -> Sequence[Any]:
        self._identity(value)
        if value is _MISSING or is_exactly(value, _FIXED):
            return ()
        if layout.is_iterator:
            return ()  # to render it again would go on where it is, or find it empty
        # what a class written in C keeps is its own business
        self.is_known &= not layout.is_opaque
        return [*self._class(value), *self._attributes(value, layout), *layout.slots_of(value, _MISSING)]

    def _class(self, value: Any) -> Sequence[type]:
        """The class of a value, where it was not looked at for another one."""
        cls = type(value)
        known = self._seen.get(id(cls))
        self._note("of", str(known).encode())
        return (cls,) if known is None else ()

    def _attributes(self, value: Any, layout: Layout) -> Iterable[Any]:
        """The attributes that a value holds itself, names and values in turn."""
        if not layout.has_attributes:
            return ()
        try:
            own: Any = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return ()
        return _pairs(own) if is_a(own, dict) else ()

    def _layout(self, cls: type) -> Layout:
        found = self._layouts.get(id(cls))
        if found is None:
            found = self._layouts[id(cls)] = layout_of(cls)
            self._kept.append(cls)
        return found

    def _identity(self, value: Any) -> None:
        try:
            self.objects.append(weakref.ref(value))
        except TypeError:
            self.objects.append(lambda: value)


def _pairs(names: dict[Any, Any]) -> Iterable[Any]:
    """Names and values in turn, but for those that Python keeps in every class or module."""
    return [
        part
        for pair in tuple(dict.items(names))
        if type(pair[0]) is str and not pair[0].startswith("__")
        for part in pair
    ]


def _names_in(code: CodeType) -> Iterator[str]:
    """The global names that a function reads, those of the functions inside it included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
