"""``map``, ``select`` and their kin for asynchronous templates: what the inner filter gives is awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import Any

from kida.filters.selection import attribute_predicate, mapper, predicate
from kida.runtime.hooks import HookContext, HookEnvironment, pass_context, pass_environment
from kida.runtime.loop import async_iterate, auto_await


@pass_context
async def map_(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    """As `kida.filters.selection.map_`."""
    if value:
        convert = mapper(context, args, kwargs)
        async for item in async_iterate(value):
            yield await auto_await(convert(item))


@pass_context
def select(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    """As `kida.filters.selection.select`."""
    return _chosen(context, value, args, kwargs, wanted=True)


@pass_context
def reject(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    """As `kida.filters.selection.reject`."""
    return _chosen(context, value, args, kwargs, wanted=False)


@pass_context
def selectattr(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    """As `kida.filters.selection.selectattr`."""
    return _chosen_by_attribute(context, value, args, kwargs, wanted=True)


@pass_context
def rejectattr(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    """As `kida.filters.selection.rejectattr`."""
    return _chosen_by_attribute(context, value, args, kwargs, wanted=False)


@pass_environment
async def first(environment: HookEnvironment, value: Any) -> Any:
    """As `kida.filters.sequences.first`; takes no more than one item."""
    async for item in async_iterate(value):
        return item
    return environment.undefined("No first item, sequence was empty.")


async def _chosen(
    context: HookContext, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, wanted: bool
) -> AsyncIterator[Any]:
    if value:
        passes = predicate(context, args, kwargs)
        async for item in async_iterate(value):
            if bool(await auto_await(passes(item))) is wanted:
                yield item


async def _chosen_by_attribute(
    context: HookContext, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, wanted: bool
) -> AsyncIterator[Any]:
    if value:
        read, passes = attribute_predicate(context, args, kwargs)
        async for item in async_iterate(value):
            if bool(await auto_await(passes(await auto_await(read(item))))) is wanted:
                yield item


ASYNC_FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "first": first,
        "map": map_,
        "reject": reject,
        "rejectattr": rejectattr,
        "select": select,
        "selectattr": selectattr,
    }
)
"""The filters to use in place of the plain ones of the same name: they are as lazy as those."""
