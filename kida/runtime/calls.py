"""Calls of the values in a template: macros know where they are called from, marked functions get what they ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Final

from kida.render_context import RenderContext
from kida.runtime.blocks import BlockReference
from kida.runtime.hooks import EvalContext, PassArg, pass_arg_of
from kida.runtime.loop import AsyncLoopContext, LoopContext
from kida.runtime.macro import AsyncMacro, Macro
from kida.runtime.undefined import missing

Names = tuple[tuple[str, str], ...]
"""Pairs of a variable's name in the template and in the running function."""

_PLAIN: Final = frozenset((BuiltinFunctionType, type, LoopContext, AsyncLoopContext, BlockReference))
"""Types whose values take no more than what a template gives them."""


def callee(function: Any, context: RenderContext, names: Names) -> Callable[..., Any]:
    """What to call for a value.

    A macro's result is ``Markup`` where output is escaped at the place that is rendered, as in Jinja2. ``names`` are
    the variables of the block that the call stands in.
    """
    kind = type(function)
    if kind is Macro or kind is AsyncMacro:
        return function.html if context.escaping else function.text  # type: ignore[no-any-return]
    if kind in _PLAIN:
        return function  # type: ignore[no-any-return]
    if (kind is FunctionType and not function.__dict__) or (
        kind is MethodType and type(function.__func__) is FunctionType and not function.__func__.__dict__
    ):
        return function  # type: ignore[no-any-return]
    wanted = pass_arg_of(function)
    if wanted is None:
        return function  # type: ignore[no-any-return]
    if wanted is PassArg.ENVIRONMENT:
        return partial(function, context.environment)
    if wanted is PassArg.EVAL_CONTEXT:
        return partial(function, EvalContext(context.environment, context.escaping))
    # the variables of the place are read from the running template, whose frame is the one above
    running = sys._getframe(1).f_locals
    local = {name: running[own] for name, own in names if running.get(own, missing) is not missing}
    return partial(function, context.derived(local) if local else context)
