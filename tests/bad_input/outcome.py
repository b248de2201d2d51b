"""The permitted outcomes of compiling and rendering, and a guard against hanging."""

from __future__ import annotations

import asyncio
import faulthandler
import re
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, MappingProxyType
from typing import Any, Final

import kida
from kida.render_context import get_render_context
from kida.runtime.forms import Form

PATIENCE: Final = 60
"""Seconds after which something hangs. Not a measure of speed: nothing guarded takes a tenth of it anywhere."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Hang(BaseException):
    """What was guarded did not come to an end. No ``Exception``, so that nothing swallows it."""


@contextmanager
def guarded(seconds: int = PATIENCE) -> Iterator[None]:
    """End what takes for ever: by an exception where Python can raise one, else by a traceback and an exit."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang(f"no end after {seconds} seconds")

    alarm = hasattr(signal, "setitimer")
    if alarm:
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(2 * seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def assert_tells_its_place(error: kida.TemplateError, text: str) -> None:
    """An error in a template of this text has a code and a place in the text, and can be drawn."""
    assert isinstance(error.code, kida.ErrorCode)
    assert error.message
    lines = _LINE_END.split(text)
    assert error.lineno is not None, error.message
    assert error.column is not None
    assert error.end_lineno is not None
    assert error.end_column is not None
    for line, column in ((error.lineno, error.column), (error.end_lineno, error.end_column)):
        assert 1 <= line <= len(lines), error.message
        assert 0 <= column <= len(lines[line - 1]), error.message
    assert (error.lineno, error.column) <= (error.end_lineno, error.end_column), error.message
    assert_can_be_drawn(error)


def assert_can_be_drawn(error: kida.TemplateError) -> None:
    """An error can be shown: on a terminal, in a log, in a file."""
    drawn = error.format_compact()
    assert error.code.value in drawn
    drawn.encode("utf-8")
    str(error).encode("utf-8")


def compiled(env: kida.Environment, text: str, name: str | None = None) -> kida.Template | None:
    """Compile a text in every form and look at it in every way; ``None`` for one that the engine refuses.

    Raises whatever is not permitted: an exception other than a `TemplateError`, or one without a place.
    """
    try:
        template = env.from_string(text, name=name)
    except kida.TemplateError as error:
        assert_tells_its_place(error, text)
        return None
    looks: list[Callable[[], object]] = [
        template.python_source,
        template.list_blocks,
        template.def_metadata,
        template.undeclared_variables,
        *(lambda form=form: template.unit(form, env._registry) for form in Form),
    ]
    for look in looks:
        try:
            look()
        except kida.TemplateError as error:
            if error.code is not kida.ErrorCode.NEEDS_ASYNC:
                assert_tells_its_place(error, text)
    return template


async def _joined(parts: AsyncIterator[str]) -> str:
    return "".join([part async for part in parts])


RENDERINGS: Final[Mapping[str, Callable[[kida.Template, Mapping[str, Any]], str]]] = MappingProxyType(
    {
        "render": lambda template, context: template.render(context),
        "render_stream": lambda template, context: "".join(template.render_stream(context)),
        "render_async": lambda template, context: asyncio.run(template.render_async(context)),
        "render_stream_async": lambda template, context: asyncio.run(
            _joined(template.render_stream_async(context))
        ),
    }
)
"""The ways to render a template to a text."""


def renderings(template: kida.Template) -> dict[str, Callable[[kida.Template, Mapping[str, Any]], str]]:
    """Those of them that a template has."""
    return {name: render for name, render in RENDERINGS.items() if not template.is_async or "async" in name}


def assert_renders(env: kida.Environment, text: str, expected: str, **context: Any) -> None:
    """A text renders to another, in every form."""
    with guarded():
        template = env.from_string(text)
        for name, render in renderings(template).items():
            given = {
                key: value() if callable(value) and key.startswith("new_") else value
                for key, value in context.items()
            }
            assert render(template, given) == expected, name
            assert get_render_context() is None
