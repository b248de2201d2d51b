"""Filters and tests called by name from Python: by ``map``, ``select`` and others, and by users."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kida.errors import ErrorCode, TemplateRuntimeError, did_you_mean
from kida.render_context import get_render_context
from kida.runtime.hooks import EvalContext, PassArg, pass_arg_of

if TYPE_CHECKING:
    from kida.environment.core import Environment


def functions_in_use(environment: Any, kind: str) -> Mapping[str, Callable[..., Any]]:
    """The filters or tests of an environment: those that the render going on began with, else the newest.

    Parameters: ``kind``, ``"filter"`` or ``"test"``.
    """
    running = get_render_context()
    if running is not None and running.environment is environment:
        return running.registry.functions(kind)
    newest: Mapping[str, Callable[..., Any]] = environment.filters if kind == "filter" else environment.tests
    return newest


def call_by_name(
    environment: Environment,
    kind: str,
    name: str,
    value: Any,
    args: Sequence[Any] | None,
    kwargs: Mapping[str, Any] | None,
    context: Any,
    eval_context: Any,
) -> Any:
    """The value of a filter or test. Raises `TemplateRuntimeError` for an unknown name, or one that needs a context."""
    functions = functions_in_use(environment, kind)
    function = functions.get(name)
    if function is None:
        code = ErrorCode.UNKNOWN_FILTER if kind == "filter" else ErrorCode.UNKNOWN_TEST
        raise TemplateRuntimeError(
            f"there is no {kind} named {name!r}",
            code=code,
            suggestion=did_you_mean(name, sorted(functions)),
        )
    given = [value, *(args or ())]
    wanted = pass_arg_of(function)
    if wanted is PassArg.CONTEXT:
        if context is None:
            raise TemplateRuntimeError(f"the {kind} {name!r} needs a render context to be called by name")
        given.insert(0, context)
    elif wanted is PassArg.EVAL_CONTEXT:
        if eval_context is None:
            eval_context = context.eval_ctx if context is not None else EvalContext(environment)
        given.insert(0, eval_context)
    elif wanted is PassArg.ENVIRONMENT:
        given.insert(0, environment)
    return function(*given, **(kwargs or {}))
