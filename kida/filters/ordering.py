"""Filters that compare items: sort them, group them, find the least, the greatest and the distinct ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from itertools import groupby as group_runs
from typing import Any, NamedTuple

from kida.errors import FilterArgumentError
from kida.filters.attributes import attribute_getter, fold_case, multi_attribute_getter
from kida.runtime.hooks import HookEnvironment, pass_environment

_STR = frozenset((str,))
_PLAIN_NUMBERS = frozenset((int, float, bool))


class Group(NamedTuple):
    """Items that share a value: the value, and the items. Prints as a plain tuple, as in Jinja2."""

    grouper: Any
    list: list[Any]

    def __repr__(self) -> str:
        return tuple.__repr__(self)

    def __str__(self) -> str:
        return tuple.__repr__(self)


@pass_environment
def sort(
    environment: HookEnvironment,
    value: Iterable[Any],
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: Any = None,
) -> list[Any]:
    """The items in order; equal ones keep theirs.

    Parameters: ``reverse``, the greatest first; ``case_sensitive``, upper case before lower case;
    ``attribute``, an attribute path to sort by, or several joined with commas.
    """
    if attribute is None:
        value = items = list(value)
        if _STR.issuperset(map(type, items)):
            items.sort(key=None if case_sensitive else str.lower, reverse=reverse)
            return items
        if _PLAIN_NUMBERS.issuperset(map(type, items)):
            items.sort(reverse=reverse)
            return items
    # the keys are lists, as in Jinja2: lists of equal values are equal even where the values have no order
    transform = None if case_sensitive else fold_case
    return sorted(value, key=multi_attribute_getter(environment, attribute, transform), reverse=reverse)


def dictsort(
    value: Mapping[Any, Any], case_sensitive: bool = False, by: str = "key", reverse: bool = False
) -> list[tuple[Any, Any]]:
    """The pairs of a mapping in order.

    Parameters: ``by``, ``"key"`` or ``"value"``; the others as in `sort`. Raises `FilterArgumentError` for
    another ``by``.
    """
    if by not in ("key", "value"):
        raise FilterArgumentError('You can only sort by either "key" or "value"')
    position = 0 if by == "key" else 1
    transform: Callable[[Any], Any] = (lambda item: item) if case_sensitive else fold_case
    return sorted(value.items(), key=lambda pair: transform(pair[position]), reverse=reverse)


@pass_environment
def groupby(
    environment: HookEnvironment,
    value: Iterable[Any],
    attribute: Any,
    default: Any = None,
    case_sensitive: bool = False,
) -> list[Group]:
    """The items grouped by an attribute, groups in the order of its values.

    Parameters: ``attribute``, an attribute path; ``default``, for items without it; ``case_sensitive``, keep
    values apart that differ in case alone. A group is named by the value of its first item.
    """
    transform = None if case_sensitive else fold_case
    key = attribute_getter(environment, attribute, transform, default)
    groups = [Group(found, list(run)) for found, run in group_runs(sorted(value, key=key), key)]
    if case_sensitive:
        return groups
    written = attribute_getter(environment, attribute, default=default)
    return [Group(written(group.list[0]), group.list) for group in groups]


@pass_environment
def unique(
    environment: HookEnvironment, value: Iterable[Any], case_sensitive: bool = False, attribute: Any = None
) -> Iterator[Any]:
    """The items, each value once, in their order.

    Parameters: ``case_sensitive``, tell upper from lower case; ``attribute``, compare this of each item.
    """
    key = attribute_getter(environment, attribute, None if case_sensitive else fold_case)
    seen = set()
    for item in value:
        found = key(item)
        if found not in seen:
            seen.add(found)
            yield item


@pass_environment
def min_(
    environment: HookEnvironment, value: Iterable[Any], case_sensitive: bool = False, attribute: Any = None
) -> Any:
    """The least item; undefined where there is none. The parameters are those of `unique`."""
    return _extreme(min, environment, value, case_sensitive, attribute)


@pass_environment
def max_(
    environment: HookEnvironment, value: Iterable[Any], case_sensitive: bool = False, attribute: Any = None
) -> Any:
    """The greatest item; undefined where there is none. The parameters are those of `unique`."""
    return _extreme(max, environment, value, case_sensitive, attribute)


def _extreme(
    choose: Callable[..., Any],
    environment: HookEnvironment,
    value: Iterable[Any],
    case_sensitive: bool,
    attribute: Any,
) -> Any:
    rest = iter(value)
    for item in rest:
        key = attribute_getter(environment, attribute, None if case_sensitive else fold_case)
        return choose(chain((item,), rest), key=key)
    return environment.undefined(hint="No aggregated item, sequence was empty.")
