"""Filters beyond Jinja2's for sequences and mappings: ``take skip compact get classes``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from kida.errors import FilterArgumentError
from kida.runtime.hooks import HookEnvironment, pass_environment
from kida.runtime.undefined import Undefined


def take(value: Any, count: int = 1) -> Any:
    """The first ``count`` items as a list, or the first characters of a text. Reads no further.

    Raises `FilterArgumentError` for a negative count.
    """
    wanted = _count(count, "take")
    return value[:wanted] if isinstance(value, str) else list(islice(value, wanted))


def skip(value: Any, count: int = 1) -> Any:
    """What follows the first ``count`` items as a list, or the first characters of a text.

    Raises `FilterArgumentError` for a negative count.
    """
    unwanted = _count(count, "skip")
    return value[unwanted:] if isinstance(value, str) else list(islice(value, unwanted, None))


def _count(count: Any, name: str) -> int:
    if not isinstance(count, int) or count < 0:
        raise FilterArgumentError(f"{name} needs a number of items from 0 up, got {count!r}")
    return count


def compact(value: Any, falsy: bool = False) -> Any:
    """The items without those that are none or undefined: a list, or a dictionary where a mapping is given.

    Parameters: ``falsy``, without everything false, too: zeros, empty texts and empty lists.
    """

    def kept(item: Any) -> bool:
        return not (item is None or isinstance(item, Undefined) or (falsy and not item))

    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if kept(item)}
    return [item for item in value if kept(item)]


@pass_environment
def get(environment: HookEnvironment, value: Any, key: Any, default: Any = None) -> Any:
    """The item or attribute of this name; ``default`` where it, or the value itself, is not there.

    Unlike ``value.get(key)`` it works for objects and lists as well, and a key such as ``items`` finds the
    data.
    """
    if value is None or isinstance(value, Undefined):
        return default
    found = environment.getitem(value, key)
    return default if isinstance(found, Undefined) else found


def classes(value: Any) -> str:
    """The names for a ``class`` attribute, each once, joined with spaces.

    Parameters: the value: a text, an iterable of values, or a mapping of names to whether they apply, nested
    as one likes; whatever is false is left out: ``["card", {"card--open": open}, none]``.
    """
    return " ".join(dict.fromkeys(_class_names(value)))


def _class_names(value: Any) -> Iterable[str]:
    if not value or value is True:
        return
    if isinstance(value, Mapping):
        for name, applies in value.items():
            if applies:
                yield from _class_names(name)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for item in value:
            yield from _class_names(item)
    else:
        yield from str(value).split()
