"""A template rendered in each of its forms, to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from kida import Template
from tests.thread_safety.threads import TIMEOUT, Hang

T = TypeVar("T")

FORMS = ("render", "stream", "async", "async stream")
SYNCHRONOUS = FORMS[:2]


async def rendered(
    template: Template, form: str, mapping: Mapping[str, Any] | None = None, /, **context: Any
) -> str:
    """The template's text in one of `FORMS`."""
    if form == "render":
        return template.render(mapping, **context)
    if form == "stream":
        return "".join(template.render_stream(mapping, **context))
    if form == "async":
        return await template.render_async(mapping, **context)
    return "".join([chunk async for chunk in template.render_stream_async(mapping, **context)])


def rendered_here(
    template: Template, form: str, mapping: Mapping[str, Any] | None = None, /, **context: Any
) -> str:
    """The same in this thread, with an event loop of its own."""
    return asyncio.run(ending(rendered(template, form, mapping, **context)))


async def ending(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives; a `Hang` where it does not end."""
    try:
        return await asyncio.wait_for(work, TIMEOUT)
    except TimeoutError:
        raise Hang("the end of a coroutine") from None
