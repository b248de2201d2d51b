"""``map``, ``select`` and their kin for asynchronous templates: what the inner filter gives is awaited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from kida.filters.selection import attribute_predicate, mapper, predicate
from kida.runtime.hooks import HookContext, pass_context
from kida.runtime.loop import async_iterate, auto_await


@pass_context
async def map_(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """As `kida.filters.selection.map_`."""
    if not value:
        return []
    convert = mapper(context, args, kwargs)
    return [await auto_await(convert(item)) async for item in async_iterate(value)]


@pass_context
async def select(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """As `kida.filters.selection.select`."""
    return await _chosen(context, value, args, kwargs, wanted=True)


@pass_context
async def reject(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """As `kida.filters.selection.reject`."""
    return await _chosen(context, value, args, kwargs, wanted=False)


@pass_context
async def selectattr(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """As `kida.filters.selection.selectattr`."""
    return await _chosen_by_attribute(context, value, args, kwargs, wanted=True)


@pass_context
async def rejectattr(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """As `kida.filters.selection.rejectattr`."""
    return await _chosen_by_attribute(context, value, args, kwargs, wanted=False)


async def _chosen(
    context: HookContext, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, wanted: bool
) -> list[Any]:
    if not value:
        return []
    passes = predicate(context, args, kwargs)
    return [item async for item in async_iterate(value) if bool(await auto_await(passes(item))) is wanted]


async def _chosen_by_attribute(
    context: HookContext, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, wanted: bool
) -> list[Any]:
    if not value:
        return []
    read, passes = attribute_predicate(context, args, kwargs)
    return [
        item
        async for item in async_iterate(value)
        if bool(await auto_await(passes(await auto_await(read(item))))) is wanted
    ]


ASYNC_FILTERS: Mapping[str, Callable[..., Awaitable[list[Any]]]] = MappingProxyType(
    {"map": map_, "reject": reject, "rejectattr": rejectattr, "select": select, "selectattr": selectattr}
)
"""The filters to use in place of the plain ones of the same name."""
