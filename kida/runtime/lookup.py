"""Attributes and items of the values in a template.

``a.b`` of a mapping is its key first, then its attribute; of anything else the attribute first, then the item, as in
Jinja2 ("Template Designer Documentation", Variables). What is called, ``a.b()``, is the attribute first for all.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, NamedTuple

from kida.runtime.undefined import Undefined, missing

_Look = Callable[[Any, Any], Any]


class Lookup(NamedTuple):
    """The look-ups of an environment; what is not there is its undefined."""

    attribute: _Look
    attribute_missing: _Look
    item: _Look
    method: _Look
    soft_attribute: _Look
    soft_item: _Look
    soft_method: _Look
    safe_attribute: _Look
    safe_item: _Look
    safe_method: _Look


def is_absent(value: Any) -> bool:
    """Whether a value is none or undefined."""
    return value is None or isinstance(value, Undefined)


def is_undefined(value: Any) -> bool:
    """Whether a value is undefined."""
    return isinstance(value, Undefined)


def is_mapping(value: Any) -> bool:
    """Whether a value is a mapping, told by its type alone."""
    match value:
        case {}:
            return True
    return False


_undefined: Callable[..., Any] = Undefined
"""What is not there; `make_lookup` gives the environment's own in its place."""


def _key_of_mapping(value: Any, name: str) -> Any:
    try:
        return value[name]
    except LookupError:
        pass
    return _attribute_missing(value, name)


def _attribute(value: Any, name: str) -> Any:
    match value:  # the quickest way that CPython has to tell a mapping (PEP 634)
        case {}:
            return _key_of_mapping(value, name)
    try:
        return getattr(value, name)
    except AttributeError:
        pass
    return _attribute_missing(value, name)


def _attribute_missing(value: Any, name: str) -> Any:
    """What ``a.b`` is where the first look found nothing: of a mapping the attribute, of anything else the item."""
    if is_mapping(value):
        try:
            return getattr(value, name)
        except AttributeError:
            return _undefined(obj=value, name=name)
    try:
        return value[name]
    except (TypeError, LookupError, AttributeError):
        return _undefined(obj=value, name=name)


def _method(value: Any, name: str) -> Any:
    try:
        return getattr(value, name)
    except AttributeError:
        pass
    try:
        return value[name]
    except (TypeError, LookupError, AttributeError):
        return _undefined(obj=value, name=name)


def _item(value: Any, key: Any) -> Any:
    try:
        # that there is no item is told quicker by the type than by an error
        if hasattr(type(value), "__getitem__") or isinstance(value, type):
            return value[key]
    except (TypeError, LookupError, AttributeError):
        pass
    if isinstance(key, str):
        try:
            return getattr(value, str(key))
        except AttributeError:
            pass
    return _undefined(obj=value, name=key)


def _soft_attribute(value: Any, name: str) -> Any:
    return value if isinstance(value, Undefined) else _attribute(value, name)


def _soft_item(value: Any, key: Any) -> Any:
    return value if isinstance(value, Undefined) else _item(value, key)


def _soft_method(value: Any, name: str) -> Any:
    return value if isinstance(value, Undefined) else _method(value, name)


def _safe_attribute(value: Any, name: str) -> Any:
    return _guarded(value, name, _attribute)


def _safe_item(value: Any, key: Any) -> Any:
    return _guarded(value, key, _item)


def _safe_method(value: Any, name: str) -> Any:
    return _guarded(value, name, _method)


def _guarded(value: Any, name: Any, look: _Look) -> Any:
    if is_absent(value):
        return missing
    found = look(value, name)
    return missing if is_mapping(value) and isinstance(found, Undefined) else found


_FUNCTIONS: Final = (
    _key_of_mapping,
    _attribute,
    _attribute_missing,
    _item,
    _method,
    _soft_attribute,
    _soft_item,
    _soft_method,
    _safe_attribute,
    _safe_item,
    _safe_method,
)


def make_lookup(undefined: Callable[..., Any]) -> Lookup:
    """The look-ups that answer with this undefined.

    They are this module's functions, each with ``undefined`` and the others among its globals. Closures would be the
    shorter way to the same, but a closure and its cells are counted by every thread that calls it, and without the
    GIL the threads then wait for each other; functions of a module's top are not counted (PEP 703, "Deferred
    Reference Counting").
    """
    namespace: dict[str, Any] = {**globals(), "_undefined": undefined}
    for function in _FUNCTIONS:
        namespace[function.__name__] = FunctionType(function.__code__, namespace)
    return Lookup(*[namespace[f"_{name}"] for name in Lookup._fields])
