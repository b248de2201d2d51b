"""``cache``: the text of a body, made once for a key."""

from __future__ import annotations

import re
from typing import Any, Final

from kida.environment.fragments import FragmentCache, Kept, Making
from kida.errors import ErrorCode, TemplateRuntimeError
from kida.render_context import RenderContext
from kida.runtime.undefined import Undefined

_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_FOR_EVER: Final = 1e12
"""More seconds than any program runs; an int may be more than a float can be."""
_DURATION: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*", re.ASCII)


def fragment(context: RenderContext, key: Any, ttl: float | None, escaping: bool) -> Kept | Making:
    """The text for a key, or the making of it. Parameters: ``ttl``, how many seconds to keep it; ``escaping``, whether
    it is escaped: a text that is not must never be found where it has to be.
    """
    return _cache_of(context).get((escaping, _hashable(key)), ttl)


async def fragment_async(
    context: RenderContext, key: Any, ttl: float | None, escaping: bool
) -> Kept | Making:
    """The same, asynchronously."""
    return await _cache_of(context).get_async((escaping, _hashable(key)), ttl)


def seconds(ttl: Any) -> float | None:
    """How long a text is kept: a number of seconds, or a text as ``"30s"``, ``"5m"``, ``"2h"``, ``"1d"``; ``None`` as it is.

    Raises `TemplateRuntimeError` for anything else.
    """
    if ttl is None:
        return None
    if isinstance(ttl, Undefined):
        ttl._fail_with_undefined_error()
    if isinstance(ttl, (int, float)) and not isinstance(ttl, bool) and ttl >= 0:
        return float(min(ttl, _FOR_EVER))
    match = _DURATION.fullmatch(ttl) if isinstance(ttl, str) else None
    if match is None:
        raise TemplateRuntimeError(
            f"{ttl!r} is no length of time",
            code=ErrorCode.INVALID_DURATION,
            hint="a number of seconds, or a text as '30s', '5m', '2h' or '1d'",
        )
    return float(match[1]) * _SECONDS[match[2]]


def _cache_of(context: RenderContext) -> FragmentCache:
    if context.environment is None:
        raise AssertionError("a template has an environment")
    return context.environment._fragments


def _hashable(key: Any) -> Any:
    for part in key if isinstance(key, tuple) else (key,):
        if isinstance(part, Undefined):
            part._fail_with_undefined_error()
    try:
        hash(key)
    except TypeError as error:
        raise TemplateRuntimeError(
            f"the key of a cache must be hashable: {error}",
            code=ErrorCode.UNHASHABLE_KEY,
            hint="use what tells one from the other: an id, a text, a number, or several of them with commas between",
        ) from None
    return key
