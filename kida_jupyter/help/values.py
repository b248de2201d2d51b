"""What is known of a Python value without running any code of its class: names of attributes, keys, the values behind them.

Properties are not evaluated, and neither ``__getattr__``, ``__dir__``, ``__getitem__`` nor ``__iter__`` of anybody is
called: what is read is what the built-in types keep themselves, and what stands in the dicts of objects and classes.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    NoneType,
    WrapperDescriptorType,
)
from typing import Any, Final, NamedTuple, TypeAlias

from kida_jupyter.help import data

KEYS_READ: Final = 500
"""Keys of one mapping that are offered: more than one reads through."""

FUNCTIONS: Final = (
    FunctionType,
    MethodType,
    BuiltinFunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
    classmethod,
    staticmethod,
)


class _Named(NamedTuple):
    field: Any


_TUPLE_FIELD: Final = type(_Named.__dict__["field"])
NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Value:
    """A value that is there."""

    value: Any


@dataclass(frozen=True, slots=True)
class OfType:
    """A value that is not there, but of a known type, with what it has beside the type's own: keys of a mapping or a
    row, else attributes, each with what is known of it.
    """

    type: type
    fields: tuple[tuple[str, Known], ...] = ()


@dataclass(frozen=True, slots=True)
class Computed:
    """What is worked out whenever it is asked for, and so is not asked for: a property, or whatever is like one."""

    raw: Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a macro, filter, test or function: its name, ``*`` or ``**`` before it, and how it was written."""

    name: str
    written: str
    stars: str = ""
    by_keyword: bool = True


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro that a template defines, and the template where that is another one."""

    name: str
    parameters: tuple[Parameter, ...]
    template: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateModule:
    """What ``{% import %}`` binds: the names of another template."""

    template: str


Known: TypeAlias = "Value | OfType | Computed | Macro | TemplateModule | None"
"""What is known of an expression; ``None`` for nothing."""


@dataclass(frozen=True, slots=True)
class Member:
    """A name behind a ``.`` or in ``[ ]``, and what it is."""

    name: str
    kind: str


def mro_of(cls: type) -> tuple[type, ...]:
    """The classes of a class, not asking its metaclass."""
    mro: tuple[type, ...] = type.__dict__["__mro__"].__get__(cls)
    return mro


def namespace_of(cls: type) -> Mapping[str, Any]:
    """What a class itself has, not asking its metaclass."""
    names: Mapping[str, Any] = type.__dict__["__dict__"].__get__(cls)
    return names


def is_a(value: Any, *classes: type) -> bool:
    """``isinstance`` that does not ask the value what its ``__class__`` is."""
    # by identity: a metaclass may say of a class that it equals another
    return any(cls is one for cls in mro_of(type(value)) for one in classes)


def type_name(value: Any) -> str:
    """The name of a value's class, with its module where that is not the built-ins' or the notebook's."""
    cls = value if is_a(value, type) else type(value)
    name = type.__dict__["__qualname__"].__get__(cls)
    module = type.__dict__["__module__"].__get__(cls)
    is_plain = module in ("builtins", "__main__") if type(module) is str else True
    return f"{name}" if is_plain else f"{module}.{name}"


def keys_of(known: Known) -> list[Member]:
    """The text keys of a mapping, or the columns of a table, or the labels of its row."""
    if isinstance(known, OfType):
        return [Member(name, "key") for name, _ in known.fields if _has_keys(known.type)]
    if not isinstance(known, Value):
        return []
    value = known.value
    if is_a(value, dict):
        keys = islice(tuple(dict.keys(value)), KEYS_READ)
        return [Member(key, "key") for key in keys if type(key) is str]
    if data.is_frame(value):
        return [Member(name, "column") for name in dict.fromkeys(data.names_of(value))]
    if data.is_series(value):
        return [Member(name, "key") for name in dict.fromkeys(data.names_of(value))]
    return []


def _has_keys(cls: type) -> bool:
    return cls is dict or type.__dict__["__name__"].__get__(cls) == "Series"


def members_of(known: Known) -> list[Member]:
    """The names behind a ``.``: what the value holds first, then what its class has."""
    found = {key.name: key for key in keys_of(known)}
    if isinstance(known, Computed):
        known = given_by(known)
    if isinstance(known, OfType):
        for name, _ in known.fields:
            found.setdefault(name, Member(name, "attribute"))
        owners: Iterable[type] = mro_of(known.type)
    elif isinstance(known, Value):
        value = known.value
        for name in own_names(value):
            found.setdefault(name, Member(name, _kind_of(known, name)))
        # a module's class has nothing that a template would want
        owners = () if is_a(value, ModuleType) else mro_of(value if is_a(value, type) else type(value))
    else:
        return []
    for owner in owners:
        for name, raw in tuple(namespace_of(owner).items()):
            if type(name) is str:
                found.setdefault(name, Member(name, _kind_of_raw(raw)))
    return list(found.values())


def member_of(known: Known, name: str) -> Known:
    """What is behind a ``.``: for a mapping the key first, as the engine has it; a table's columns come last."""
    if isinstance(known, Computed):
        known = given_by(known)
    if isinstance(known, OfType):
        return _member_of_type(known, name)
    if not isinstance(known, Value):
        return None
    value = known.value
    is_table = data.is_frame(value) or data.is_series(value)
    of_key = None if is_table else item_of(known, name)
    if of_key is not None:
        return of_key
    raw = static(value, name)
    if raw is NOTHING:
        return item_of(known, name) if is_table else None
    if is_exactly(raw, (MemberDescriptorType, _TUPLE_FIELD)):
        try:
            return Value(raw.__get__(value, type(value)))
        except Exception:  # a slot that was never set
            return None
    if type(raw) is FunctionType and not is_a(value, type) and name not in own_names(value):
        return Value(MethodType(raw, value))
    # what computes its value is left alone: a property, any other descriptor
    return Computed(raw) if _computes(raw) else Value(raw)


def _member_of_type(known: OfType, name: str) -> Known:
    for field, value in known.fields:
        if field == name:
            return value or OfType(object)
    raw = _in_classes(mro_of(known.type), name)
    if raw is NOTHING:
        return None
    if type(raw) is FunctionType:
        return Value(MethodType(raw, known))  # for its parameters without the first one
    return Computed(raw) if _computes(raw) else Value(raw)


def _computes(raw: Any) -> bool:
    return not is_exactly(raw, FUNCTIONS) and _defines(type(raw), "__get__")


def given_by(computed: Computed) -> OfType | None:
    """What a property gives by its own account: the class that it is annotated with."""
    getter = getter_of(computed.raw)
    annotation: Any = None if getter is None else annotated_result(getter)
    if getter is not None and type(annotation) is str:
        annotation = dict.get(getter.__globals__, annotation, vars(builtins).get(annotation))
    is_told = annotation is not None and annotation is not NoneType and is_a(annotation, type)
    return OfType(annotation) if is_told else None


def annotated_result(function: FunctionType) -> Any:
    """What a function is annotated to give, perhaps as text; ``None`` where it is not."""
    if sys.version_info >= (3, 14):
        import annotationlib

        # as text: to read them otherwise evaluates them (PEP 649)
        written = annotationlib.get_annotations(function, format=annotationlib.Format.STRING)
        return written.get("return")
    return dict.get(function.__annotations__, "return")


def getter_of(raw: Any) -> FunctionType | None:
    """The function behind a property, also one that keeps what it gives."""
    getter = None
    if is_a(raw, property):
        getter = property.__dict__["fget"].__get__(raw)  # past what a subclass may have made of it
    elif is_exactly(raw, (cached_property,)):
        getter = object.__getattribute__(raw, "func")
    return getter if type(getter) is FunctionType else None


def is_exactly(value: Any, classes: tuple[type, ...]) -> bool:
    """Whether a value is of exactly one of these types."""
    return any(type(value) is one for one in classes)


def static(value: Any, name: str) -> Any:
    """What a value or its class keeps under a name, as it is kept: a property itself, and not what it gives.

    `inspect.getattr_static` does the same, but that it asks the metaclass for what is in a class.
    """
    is_class = is_a(value, type)
    raw = _in_classes(mro_of(value if is_class else type(value)), name)
    if is_class or (raw is not NOTHING and _defines(type(raw), "__set__", "__delete__")):
        return raw
    return dict.get(own_attributes(value), name, raw)


def _in_classes(classes: tuple[type, ...], name: str) -> Any:
    for cls in classes:
        names = namespace_of(cls)
        if name in names:
            return names[name]
    return NOTHING


def _defines(cls: type, *names: str) -> bool:
    return any(_in_classes(mro_of(cls), name) is not NOTHING for name in names)


def item_of(known: Known, key: Any) -> Known:
    """What is in ``[ ]``: of a dict, list, tuple or table alone."""
    if isinstance(known, OfType) and known.fields:
        if type(key) is int and known.type is tuple and -len(known.fields) <= key < len(known.fields):
            return known.fields[key][1]
        return dict(known.fields).get(key) if type(key) is str and _has_keys(known.type) else None
    if not isinstance(known, Value):
        return None
    value = known.value
    if is_a(value, dict):
        if type(key) not in (str, int):
            return None
        found = dict.get(value, key, NOTHING)
        return None if found is NOTHING else Value(found)
    if type(key) is int and is_a(value, list, tuple):
        kind: Any = list if is_a(value, list) else tuple
        return (
            Value(kind.__getitem__(value, key)) if -kind.__len__(value) <= key < kind.__len__(value) else None
        )
    if data.is_frame(value):
        if type(key) is not str or key not in data.names_of(value):
            return None
        column = data.column_of(value, key)
        return OfType(data.series_type()) if column is data.NO_CELL else Value(column)
    if data.is_series(value):
        cell = data.cell_of(value, key)
        return None if cell is data.NO_CELL else Value(cell)
    return None


def element_of(known: Known) -> Known:
    """What a loop over a value would run over first."""
    if not isinstance(known, Value):
        return None
    value = known.value
    for kind in (dict, list, tuple, str, set, frozenset, range):
        if is_a(value, kind):
            for first in kind.__iter__(value):
                return Value(first)
            return None
    if data.is_frame(value):
        return next((Value(name) for name in data.labels_of(value)), None)
    if data.is_series(value) or data.is_index(value):
        return next((Value(item) for item in data.head_of(value)), None)
    return None


def rows_of(frame: Any, method: str) -> Known:
    """The first of what ``itertuples()``, ``iterrows()`` or ``to_dict("records")`` of a data frame run over."""
    fields = tuple(
        (name, None if cell is data.NO_CELL else Value(cell)) for name, cell in data.first_row(frame).items()
    )
    if method == "itertuples":
        return OfType(tuple, (("Index", None), *(one for one in fields if one[0].isidentifier())))
    if method == "iterrows":
        return OfType(tuple, (("index", None), ("row", OfType(data.series_type(), fields))))
    return OfType(dict, fields)


def values_of(known: Known) -> Known:
    """What a loop over ``values()`` of a mapping would run over first."""
    if isinstance(known, Value) and is_a(known.value, dict):
        for first in dict.values(known.value):
            return Value(first)
    return None


def own_attributes(value: Any) -> dict[Any, Any]:
    """The attributes that a value holds itself; none of a class."""
    shadows = (namespace_of(cls).get("__dict__") for cls in mro_of(type(value)))
    # a class may have made a property of it
    is_plain = all(is_exactly(one, (NoneType, GetSetDescriptorType, MemberDescriptorType)) for one in shadows)
    if is_a(value, type) or not is_plain:
        return {}
    try:
        own: Any = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return own if is_a(own, dict) else {}


def own_names(value: Any) -> list[str]:
    """The names of the attributes that a value holds itself."""
    return [name for name in tuple(dict.keys(own_attributes(value))) if type(name) is str]


def _kind_of(known: Value, name: str) -> str:
    found = member_of(known, name)
    if not isinstance(found, Value):
        return "attribute"
    return kind_of_value(found.value, "attribute")


def kind_of_value(value: Any, otherwise: str) -> str:
    """What a value is, in a word: a function, a class, a module, or else what the caller says."""
    if is_exactly(value, FUNCTIONS):
        return "function"
    return "module" if is_a(value, ModuleType) else "class" if is_a(value, type) else otherwise


def _kind_of_raw(raw: Any) -> str:
    if is_exactly(raw, FUNCTIONS):
        return "method"
    return "property" if is_a(raw, property) else "attribute"
