"""Filters that apply another filter or a test to each item: ``map``, ``select``, ``reject`` and their kin.

All are lazy: nothing is looked up, and no argument complained about, before the first item is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from kida.errors import ErrorCode, FilterArgumentError, TemplateRuntimeError, did_you_mean
from kida.filters.attributes import attribute_getter
from kida.runtime.by_name import functions_in_use
from kida.runtime.hooks import HookContext, PassArg, pass_arg_of, pass_context

Function = Callable[[Any], Any]


@pass_context
def map_(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
    """A filter applied to each item, or an attribute of each.

    Parameters: the filter's name and its arguments; or ``attribute``, and ``default`` for items without it.
    """
    if value:
        convert = mapper(context, args, kwargs)
        for item in value:
            yield convert(item)


@pass_context
def select(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
    """The items that pass a test, or that are true. Parameters: the test's name and its arguments."""
    if value:
        passes = predicate(context, args, kwargs)
        for item in value:
            if passes(item):
                yield item


@pass_context
def reject(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
    """The items that fail a test, or that are false. Parameters: the test's name and its arguments."""
    if value:
        passes = predicate(context, args, kwargs)
        for item in value:
            if not passes(item):
                yield item


@pass_context
def selectattr(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
    """The items with an attribute that passes a test, or is true.

    Parameters: the attribute path; the test's name and its arguments.
    """
    if value:
        read, passes = attribute_predicate(context, args, kwargs)
        for item in value:
            if passes(read(item)):
                yield item


@pass_context
def rejectattr(context: HookContext, value: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
    """The items with an attribute that fails a test, or is false.

    Parameters: the attribute path; the test's name and its arguments.
    """
    if value:
        read, passes = attribute_predicate(context, args, kwargs)
        for item in value:
            if not passes(read(item)):
                yield item


def mapper(context: HookContext, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Function:
    """The function that ``map`` with these arguments applies. Raises `FilterArgumentError`."""
    if args:
        return _named(context, "filter", args[0], args[1:], kwargs)
    if "attribute" not in kwargs:
        raise FilterArgumentError(
            "map requires a filter argument", hint="Name a filter, map('upper'), or give attribute='name'."
        )
    options = dict(kwargs)
    attribute, default = options.pop("attribute"), options.pop("default", None)
    for unknown in options:
        suggestion = did_you_mean(unknown, ("attribute", "default"))
        raise FilterArgumentError(f"Unexpected keyword argument {unknown!r}", suggestion=suggestion)
    return attribute_getter(context.environment, attribute, default=default)


def predicate(context: HookContext, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Function:
    """The test that ``select`` and ``reject`` with these arguments apply."""
    return _named(context, "test", args[0], args[1:], kwargs) if args else bool


def attribute_predicate(
    context: HookContext, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Function, Function]:
    """What ``selectattr`` reads of an item, and the test of it. Raises `FilterArgumentError`."""
    if not args:
        raise FilterArgumentError("Missing parameter for attribute name")
    return attribute_getter(context.environment, args[0]), predicate(context, args[1:], kwargs)


def _named(
    context: HookContext, kind: str, name: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Function:
    """A filter or test with its arguments and what it wants passed bound to it."""
    environment = context.environment
    registry = functions_in_use(environment, kind)
    function = registry.get(name)
    if function is None:
        return _unknown(kind, name, registry)
    wants = pass_arg_of(function)
    if wants is None:
        return function if not args and not kwargs else lambda item: function(item, *args, **kwargs)
    passed: Any = environment
    if wants is PassArg.CONTEXT:
        passed = context
    elif wants is PassArg.EVAL_CONTEXT:
        passed = context.eval_ctx
    return (
        partial(function, passed)
        if not args and not kwargs
        else lambda item: function(passed, item, *args, **kwargs)
    )


def _unknown(kind: str, name: Any, registry: Mapping[str, Any]) -> Function:
    # raised for the first item and not before it, as in Jinja2: with no items an unknown name does no harm
    def refuse(_item: Any) -> Any:
        code = ErrorCode.UNKNOWN_FILTER if kind == "filter" else ErrorCode.UNKNOWN_TEST
        suggestion = did_you_mean(name, registry) if isinstance(name, str) else None
        raise TemplateRuntimeError(f"No {kind} named {name!r}.", code=code, suggestion=suggestion)

    return refuse
