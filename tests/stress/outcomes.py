"""What an operation came to, as a text that can be compared: what was rendered, or the error as a reader sees it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

from kida import TemplateError, trace_of

_OF_LOADERS = ("load", "get_source")
"""Functions of the loaders here: of threads that ask for a template at once, only one comes through them."""


class Broken(BaseException):
    """What must never happen, in the twin neither: no outcome to be compared, but the end of the run."""


def outcome_of(run: Callable[[], object]) -> str:
    """What a call gives, as text; an error as its type, message, notes and way through the templates."""
    try:
        return str(run())
    except Exception as error:
        return described(error)


def described(error: Exception) -> str:
    """All that the engine says of an error."""
    lines = [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())]
    trace = trace_of(error)
    for frame in trace.frames:
        if frame.name in _OF_LOADERS:
            continue
        place = (
            "python"
            if frame.kind == "python"
            else f"{frame.describe()} to {frame.end_line}:{frame.end_column}"
        )
        lines.append(f"{place} {frame.name} | {frame.source_line}")
    if trace.innermost is not None:
        visible = trace.innermost.locals()
        lines.append(f"token {visible.get('token')} n {visible.get('n')} x {visible.get('x')}")
    if isinstance(error, TemplateError):
        lines += [error.code.value, error.format_compact()]
    lines += _template_lines(error)
    return "\n".join(lines)


def _template_lines(error: Exception) -> Iterator[str]:
    """The lines of Python's own traceback that are about templates."""
    within = False
    for entry in traceback.format_exception(error):
        for line in entry.splitlines():
            if line.startswith("  File "):
                name = line.split('"')[1]
                within = name.endswith(".html") or name.startswith("template ")
            if within:
                yield line.rstrip()
