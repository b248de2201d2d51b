"""The end of recursion: how many calls of macros, blocks and recursive loops may stand inside each other.

Python's own limit is a second net. It can be set so high that the C stack ends first, and with it the process.
"""

from __future__ import annotations

from typing import Final

from kida.errors import ErrorCode, TemplateError, TemplateRuntimeError
from kida.render_context import RenderContext

_FINAL: Final = frozenset((ErrorCode.RECURSION_LIMIT, ErrorCode.INCLUDE_DEPTH, ErrorCode.BUDGET_EXCEEDED))


def is_final(error: Exception) -> bool:
    """Whether an error ends a render that would not end otherwise: no ``try`` of the template holds it up.

    One that calls itself in its fallback, too, would go on for longer than the world has time.
    """
    return isinstance(error, RecursionError) or (isinstance(error, TemplateError) and error.code in _FINAL)


def check_depth(context: RenderContext, depth: int, what: str, name: str | None = None) -> None:
    """Raise `TemplateRuntimeError` where ``depth`` calls are more than the environment allows.

    Parameters: ``what`` it is that calls itself, and its ``name``, where it has one.
    """
    environment = context.environment
    if environment is not None and depth >= environment.max_recursion:
        raise TemplateRuntimeError(
            f"{what if name is None else f'{what} {name!r}'} calls itself without end: more than {environment.max_recursion} calls inside each other",
            code=ErrorCode.RECURSION_LIMIT,
            hint="give the recursion an end, or raise Environment(max_recursion=…)",
        )
