"""Attribute paths: how filters read ``"address.city"`` or ``1`` from an item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kida.runtime.hooks import HookEnvironment
from kida.runtime.undefined import Undefined

Getter = Callable[[Any], Any]
Transform = Callable[[Any], Any]


def fold_case(value: Any) -> Any:
    """A value as comparisons see it that ignore case: text in lower case, everything else as it is."""
    return value.lower() if isinstance(value, str) else value


def attribute_getter(
    environment: HookEnvironment,
    attribute: Any,
    transform: Transform | None = None,
    default: Any = None,
) -> Getter:
    """A function that reads an attribute path from an item.

    Parameters: ``attribute``, names joined with dots, digits for indices; a value that is no text is one key,
    and ``None`` is the item itself; ``transform``, applied to what is read; ``default``, in place of an
    undefined value at any step.
    """
    parts = _parts(attribute)
    getitem = environment.getitem

    # the usual cases without the loop: this runs once for each item
    if not parts:
        return transform or (lambda item: item)
    if len(parts) == 1 and default is None:
        only = parts[0]
        if transform is None:
            return lambda item: getitem(item, only)
        return lambda item: transform(getitem(item, only))

    def get(item: Any) -> Any:
        for part in parts:
            item = getitem(item, part)
            if default is not None and isinstance(item, Undefined):
                item = default
        return item if transform is None else transform(item)

    return get


def multi_attribute_getter(
    environment: HookEnvironment, attribute: Any, transform: Transform | None = None
) -> Getter:
    """A function that reads several paths, joined with commas, into a list."""
    paths = attribute.split(",") if isinstance(attribute, str) else [attribute]
    getters = [attribute_getter(environment, path, transform) for path in paths]
    if len(getters) == 1:
        only = getters[0]
        return lambda item: [only(item)]
    return lambda item: [get(item) for get in getters]


def _parts(attribute: Any) -> list[Any]:
    if attribute is None:
        return []
    if isinstance(attribute, str):
        return [int(part) if part.isdigit() else part for part in attribute.split(".")]
    return [attribute]
