"""Attributes and items of the values in a template.

``a.b`` of a mapping is its key first, then its attribute; of anything else the attribute first, then the item, as in
Jinja2 ("Template Designer Documentation", Variables). What is called, ``a.b()``, is the attribute first for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kida.runtime.undefined import Undefined, missing

_Look = Callable[[Any, Any], Any]


class Lookup(NamedTuple):
    """The look-ups of an environment; what is not there is its undefined."""

    attribute: _Look
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


def make_lookup(undefined: Callable[..., Any]) -> Lookup:
    """The look-ups that answer with this undefined."""

    def key_of_mapping(value: Any, name: str) -> Any:
        try:
            return value[name]
        except LookupError:
            pass
        try:
            return getattr(value, name)
        except AttributeError:
            return undefined(obj=value, name=name)

    def attribute(value: Any, name: str) -> Any:
        match value:  # the quickest way that CPython has to tell a mapping (PEP 634)
            case {}:
                return key_of_mapping(value, name)
        try:
            return getattr(value, name)
        except AttributeError:
            pass
        try:
            return value[name]
        except (TypeError, LookupError, AttributeError):
            return undefined(obj=value, name=name)

    def method(value: Any, name: str) -> Any:
        try:
            return getattr(value, name)
        except AttributeError:
            pass
        try:
            return value[name]
        except (TypeError, LookupError, AttributeError):
            return undefined(obj=value, name=name)

    def item(value: Any, key: Any) -> Any:
        try:
            return value[key]
        except (TypeError, LookupError, AttributeError):
            pass
        if isinstance(key, str):
            try:
                return getattr(value, str(key))
            except AttributeError:
                pass
        return undefined(obj=value, name=key)

    def soft_attribute(value: Any, name: str) -> Any:
        return value if isinstance(value, Undefined) else attribute(value, name)

    def soft_item(value: Any, key: Any) -> Any:
        return value if isinstance(value, Undefined) else item(value, key)

    def soft_method(value: Any, name: str) -> Any:
        return value if isinstance(value, Undefined) else method(value, name)

    def safe(look: _Look) -> _Look:
        def find(value: Any, name: Any) -> Any:
            if is_absent(value):
                return missing
            found = look(value, name)
            if is_mapping(value) and isinstance(found, Undefined):
                return missing
            return found

        return find

    return Lookup(
        attribute,
        item,
        method,
        soft_attribute,
        soft_item,
        soft_method,
        safe(attribute),
        safe(item),
        safe(method),
    )
