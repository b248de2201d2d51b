"""Where errors leave the engine: what is said there about the templates they passed through.

It runs only when something went wrong; a render that succeeds pays nothing for it.
"""

from __future__ import annotations

from kida.errors import ErrorCode, TemplateError, TemplateRuntimeError
from kida.tracing.trace import forget_stale_lines, one_line, trace_of

_NOTE = "in template "


def explained(error: Exception) -> Exception:
    """The error to raise in place of one that reaches the boundary of a render.

    An error of another library keeps its type, and gets a note that says where it happened (PEP 678). Python's own
    for running out of stack becomes a `TemplateRuntimeError`, as a template caused it.
    """
    trace = trace_of(error)
    forget_stale_lines(error)
    if not trace.frames:
        return error
    if isinstance(error, RecursionError):
        made = TemplateRuntimeError(
            "a template calls itself without end: Python's recursion limit was reached",
            code=ErrorCode.RECURSION_LIMIT,
            hint="give the recursion an end; a macro, a recursive loop or an include calls itself",
        )
        made._trace = trace.shortened()
        made.__cause__ = error
        return made
    if not isinstance(error, TemplateError):
        note = _NOTE + one_line(trace)
        notes = getattr(error, "__notes__", None)
        if not isinstance(notes, list):
            error.add_note(note)
        else:
            # an inner render has said its part: this one knows the whole chain
            notes[:] = [other for other in notes if not str(other).startswith(_NOTE)] + [note]
    return error
