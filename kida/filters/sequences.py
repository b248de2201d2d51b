"""Filters that take items from a sequence, cut it, or put it together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Reversible, Sequence
from typing import Any, Final

from markupsafe import escape, soft_str

from kida.errors import FilterArgumentError
from kida.filters.attributes import attribute_getter
from kida.runtime.hooks import (
    EvalContext,
    HookContext,
    HookEnvironment,
    pass_context,
    pass_environment,
    pass_eval_context,
)
from kida.runtime.undefined import Undefined


@pass_environment
def first(environment: HookEnvironment, value: Iterable[Any]) -> Any:
    """The first item; undefined where there is none."""
    for item in value:
        return item
    return environment.undefined(hint="No first item, sequence was empty.")


@pass_environment
def last(environment: HookEnvironment, value: Reversible[Any]) -> Any:
    """The last item; undefined where there is none. Takes no iterators: make a list of one first."""
    for item in reversed(value):
        return item
    return environment.undefined(hint="No last item, sequence was empty.")


@pass_context
def random_(context: HookContext, value: Sequence[Any]) -> Any:
    """One of the items, by chance; undefined where there is none."""
    # takes the context so that no compiler may compute it ahead
    import random

    try:
        return random.choice(value)
    except IndexError:
        return context.environment.undefined(hint="No random item, sequence was empty.")


def list_(value: Iterable[Any]) -> list[Any]:
    """The items as a list; those of a text are its characters."""
    return list(value)


def reverse(value: Any) -> Any:
    """A text backwards, or an iterator over the items from the last to the first.

    Raises `FilterArgumentError` for what has no items.
    """
    if isinstance(value, str):
        return value[::-1]
    try:
        return reversed(value)
    except TypeError:
        pass
    try:
        return list(value)[::-1]
    except TypeError:
        raise FilterArgumentError("argument must be iterable") from None


def items(value: Any) -> Iterator[tuple[Any, Any]]:
    """The pairs of a mapping; none of an undefined value. Raises ``TypeError`` for anything else."""
    if isinstance(value, Undefined):
        return
    if not isinstance(value, Mapping):
        raise TypeError("Can only get item pairs from a mapping.")
    yield from value.items()


def batch(value: Iterable[Any], linecount: int, fill_with: Any = None) -> Iterator[list[Any]]:
    """Lists of ``linecount`` items each; ``fill_with``, where given, fills up the last."""
    line: list[Any] = []
    for item in value:
        if len(line) == linecount:
            yield line
            line = []
        line.append(item)
    if line:
        if fill_with is not None and len(line) < linecount:
            line += [fill_with] * (linecount - len(line))
        yield line


def slice_(value: Iterable[Any], slices: int, fill_with: Any = None) -> Iterator[list[Any]]:
    """The items parted into ``slices`` lists of nearly one length; ``fill_with`` evens out the shorter."""
    every = list(value)
    length, longer = divmod(len(every), slices)
    start = 0
    for position in range(slices):
        end = start + length + (position < longer)
        part = every[start:end]
        if fill_with is not None and position >= longer:
            part.append(fill_with)
        yield part
        start = end


_STR: Final = frozenset((str,))


@pass_eval_context
def join(eval_ctx: EvalContext, value: Iterable[Any], d: Any = "", attribute: Any = None) -> str:
    """The items, or an attribute of each, as one text.

    Parameters: ``d``, what stands between two items. Where output is escaped and any item or ``d`` is safe,
    the others are escaped and the result is safe.
    """
    if attribute is not None:
        value = map(attribute_getter(eval_ctx.environment, attribute), value)
    parts = value if type(value) is list else list(value)
    if type(d) is str and _STR.issuperset(map(type, parts)):
        return d.join(parts)
    if not eval_ctx.autoescape:
        return str(d).join(map(str, parts))
    if hasattr(d, "__html__"):
        return soft_str(d).join(map(soft_str, parts))
    if any(hasattr(part, "__html__") for part in parts):
        return escape(d).join([part if hasattr(part, "__html__") else str(part) for part in parts])
    return str(d).join(map(str, parts))
