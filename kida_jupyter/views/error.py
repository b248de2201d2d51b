"""The error view: an exception that passed through a template, as text, in place of Python's traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import kida

_ENGINE_NOTE: Final = "in template "
"""The engine's note of where a foreign exception happened begins so; the view tells the same at length."""
_OWN_FILES: Final = str(Path(__file__).parents[1])
_NAMED_KINDS: Final = frozenset(("macro", "block", "caller", "slot"))

PythonFileName = Callable[[str], str]
"""How people are shown a Python file: the cell's number for a notebook's, whose own name means nothing."""


class CellError(Exception):
    """Stands in for an exception that IPython would show in its own way, whatever the exception says.

    Parameters: ``error``, what happened; ``view``, the text to show for it.
    """

    def __init__(self, error: BaseException, view: str) -> None:
        super().__init__(_headline(error))
        self._view = view

    def _render_traceback_(self) -> list[str]:
        return self._view.splitlines()


def with_view(error: BaseException, file_name: PythonFileName = str) -> BaseException:
    """The exception to raise for IPython to show the error view of one.

    It is the same exception, so that its type and ``%debug`` stay, where IPython lets it speak for itself.
    Parameters: ``error``; ``file_name``, as in `error_text`.
    """
    try:
        view = error_text(error, file_name)
    except Exception:
        return error  # Python's own traceback says more than an error about an error
    if isinstance(error, SyntaxError) or _comes_of_group(error):
        return CellError(error, view)
    try:
        str(error)  # IPython asks for it too
        # and it asks an exception for the lines to show by this name
        error._render_traceback_ = view.splitlines  # type: ignore[attr-defined]
    except Exception:  # whatever the exception's own class does there
        return CellError(error, view)
    return error


def error_text(error: BaseException, file_name: PythonFileName = str) -> str:
    """An exception in a few lines: what, where, and the chain of templates that led there.

    Parameters: ``error``; ``file_name``, how the files of the user's own functions are shown.
    """
    if isinstance(error, kida.TemplateError):
        return "\n".join([error.format_compact(), *_python_steps(error, file_name)])
    return "\n".join([_headline(error), *_notes(error), *_chain(error), *_python_steps(error, file_name)])


def _headline(error: BaseException) -> str:
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be shown)"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _notes(error: BaseException) -> Iterator[str]:
    for note in getattr(error, "__notes__", ()):
        if not str(note).startswith(_ENGINE_NOTE):
            yield str(note)


def _chain(error: BaseException) -> Iterator[str]:
    """The place, with what failed underlined, and its callers from the nearest outwards."""
    steps = [frame for frame in kida.trace_of(error).frames if frame.kind != "python"]
    if not steps:
        return
    *callers, innermost = steps
    yield f"  --> {_place(innermost)}"
    if innermost.snippet:
        yield innermost.snippet
    for caller in reversed(callers):
        yield f"  called from {_place(caller)}: {caller.source_line.strip()}"


def _python_steps(error: BaseException, file_name: PythonFileName) -> Iterator[str]:
    """The user's own functions that the template called, from the nearest outwards."""
    for frame in reversed(kida.trace_of(error).frames):
        if frame.kind == "python" and not (frame.filename or "").startswith(_OWN_FILES):
            line = f": {frame.source_line.strip()}" if frame.source_line.strip() else ""
            yield f"  in Python: {frame.name} at {file_name(frame.filename or '?')}:{frame.line}{line}"


def _place(frame: kida.TemplateFrame) -> str:
    column = "" if frame.column is None else f":{frame.column + 1}"
    inside = ""
    if frame.kind in _NAMED_KINDS:
        inside = f" in {frame.kind} {frame.name}" if frame.name else f" in {frame.kind}"
    return f"{frame.display_name}:{frame.line}{column}{inside}"


def _comes_of_group(error: BaseException | None) -> bool:
    """Whether IPython takes an exception for one with a group behind it: it prints Python's own traceback then."""
    while error is not None:
        if isinstance(error, BaseExceptionGroup):
            return True
        error = error.__context__
    return False
