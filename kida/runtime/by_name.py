"""Filters and tests called by name from Python: by ``map``, ``select`` and others, and by users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kida.errors import ErrorCode, TemplateRuntimeError, did_you_mean
from kida.render_context import current
from kida.runtime.hooks import EvalContext, PassArg, pass_arg_of

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.environment.registry import Registry


def registry_in_use(environment: Any) -> Registry:
    """The filters, tests and globals of an environment: those that the render going on began with, else the newest."""
    running = current.get()
    if running is not None and running.registry is not None and running.environment is environment:
        return running.registry
    newest: Registry = environment._registry
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
    registry = registry_in_use(environment)
    function = registry.functions(kind).get(name)
    if function is None:
        code = ErrorCode.UNKNOWN_FILTER if kind == "filter" else ErrorCode.UNKNOWN_TEST
        raise TemplateRuntimeError(
            f"there is no {kind} named {name!r}",
            code=code,
            suggestion=did_you_mean(name, registry.names_of(kind)),
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
