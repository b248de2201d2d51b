"""Where errors leave the engine: what is said there about the templates they passed through.

It runs only when something went wrong; a render that succeeds pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kida.errors import ErrorCode, TemplateError, TemplateRuntimeError, did_you_mean
from kida.render_context import RenderContext, entered

if TYPE_CHECKING:
    from kida.tracing.trace import TemplateTrace

R = TypeVar("R")

_NOTE = "in template "


def inside(context: RenderContext | None, work: Callable[[], R]) -> R:
    """What a piece of work in a render gives, entered with a context; errors that leave it are explained.

    An interrupt may come between any two steps: there is none between entering and the block that undoes it, nor in
    undoing it.
    """
    outer = entered.get()
    try:
        entered.set(context)
        return work()
    except Exception as error:
        better = explained(error)
        if better is error:
            raise
        raise better from error
    finally:
        entered.set(outer)


class Boundary:
    """The same for asynchronous work: has entered with a context inside of a ``with`` block, and explains the errors that leave it."""

    __slots__ = ("_context", "_outer")

    def __init__(self, context: RenderContext | None) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._outer = entered.get()
        entered.set(self._context)

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        entered.set(self._outer)
        if isinstance(error, Exception):
            better = explained(error)
            if better is not error:
                raise better from error


def explained(error: Exception) -> Exception:
    """The error to raise in place of one that reaches the boundary of a render.

    An error of another library keeps its type, and gets a note that says where it happened (PEP 678). Two of
    Python's own become the engine's, as a template caused them: running out of stack, and a filter or test given
    arguments that it does not take.
    """
    from kida.tracing.trace import forget_stale_lines, trace_of

    trace = trace_of(error)
    forget_stale_lines(error)
    if not trace.frames:
        return error
    if isinstance(error, RecursionError):
        return _replaced(
            error,
            trace.without_repeats(),
            TemplateRuntimeError(
                "a template calls itself without end: Python's recursion limit was reached",
                code=ErrorCode.RECURSION_LIMIT,
                hint="give the recursion an end; a macro, a recursive loop or an include calls itself",
            ),
        )
    if isinstance(error, TemplateError):
        _suggest(error, trace)
        return error
    if type(error) is TypeError:
        from kida.template.arguments import refused_arguments

        better = refused_arguments(error)
        if better is not None:
            return _replaced(error, trace, better)
    _note(error, trace)
    return error


def _replaced(error: Exception, trace: TemplateTrace, better: TemplateError) -> TemplateError:
    better._trace = trace
    better.__cause__ = error
    return better


def _note(error: Exception, trace: TemplateTrace) -> None:
    from kida.tracing.trace import one_line

    note = _NOTE + one_line(trace)
    notes = getattr(error, "__notes__", None)
    if isinstance(notes, list):
        # an inner render has said its part: this one knows the whole chain
        notes[:] = [other for other in notes if not str(other).startswith(_NOTE)] + [note]
    else:
        try:
            error.add_note(note)
        except Exception:  # an exception of the user's may refuse new attributes, and is raised as it is
            return


def _suggest(error: TemplateError, trace: TemplateTrace) -> None:
    """Find the variable that was perhaps meant among those that the template had."""
    frame = trace.innermost
    if error.missing_name is None or error.suggestion is not None or frame is None:
        return
    names = dict.fromkeys(frame.locals())
    names |= dict.fromkeys(frame.context_names())
    error.suggestion = did_you_mean(error.missing_name, names)
    if error.suggestion is not None:
        error.hint = None  # it tells what to do about a name that is right
