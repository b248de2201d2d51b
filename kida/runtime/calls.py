"""Calls of the values in a template: macros know where they are called from, marked functions get what they ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any, Final

from kida.render_context import RenderContext, entered
from kida.runtime.blocks import BlockReference
from kida.runtime.hooks import EvalContext, PassArg, pass_arg_of
from kida.runtime.loop import AsyncLoopContext, LoopContext
from kida.runtime.macro import AsyncMacro, Macro
from kida.runtime.undefined import missing

Names = tuple[tuple[str, str], ...]
"""Pairs of a variable's name in the template and in the running function."""

_PLAIN: Final = frozenset((BuiltinFunctionType, type, LoopContext, AsyncLoopContext, BlockReference))
"""Types whose values take no more than what a template gives them."""


class CallSite:
    """A call in a template that gives so many ``positional`` arguments, and these ``keywords``.

    ``fitting`` is the code of the macro that it was last found to fit, as a rule always the same one.
    """

    __slots__ = ("fitting", "keywords", "positional")

    def __init__(self, positional: int, keywords: tuple[str, ...] = ()) -> None:
        self.positional = positional
        self.keywords = keywords
        self.fitting: CodeType | None = None

    def fits(self, function: FunctionType) -> bool:
        """Whether a macro's function takes these arguments."""
        code = function.__code__
        given, names = self.positional, code.co_varnames
        named = code.co_argcount + code.co_kwonlyargcount
        required = names[given : code.co_argcount - len(function.__defaults__ or ())]
        by_name = names[code.co_argcount : named]
        required += tuple(name for name in by_name if name not in (function.__kwdefaults__ or ()))
        known = names[max(given, code.co_posonlyargcount) : named]
        twice = names[:given]
        if (
            (given > code.co_argcount and not code.co_flags & CO_VARARGS)
            or any(name not in self.keywords for name in required)
            or any(name in twice for name in self.keywords)
            or any(name not in known and not code.co_flags & CO_VARKEYWORDS for name in self.keywords)
        ):
            return False
        self.fitting = code
        return True


def callee(
    function: Any, context: RenderContext, names: Names, site: CallSite | None = None
) -> Callable[..., Any]:
    """What to call for a value.

    A macro's result is ``Markup`` where output is escaped at the place that is rendered, as in Jinja2. ``names`` are
    the variables of the block that the call stands in; ``site`` the call, where its arguments are known beforehand.
    """
    kind = type(function)
    if kind is Macro or kind is AsyncMacro:
        entry = entered.get()
        state = context.state if entry is None else entry.state
        escaping = context._escaping if state.escapings is None else context.escaping
        if site is not None and function.direct is escaping:
            direct: FunctionType = function.function
            if direct.__code__ is site.fitting or site.fits(direct):
                return direct
        return function.html if escaping else function.text  # type: ignore[no-any-return]
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
    held = sys._getframe(1).f_locals
    local = {name: held[own] for name, own in names if held.get(own, missing) is not missing}
    return partial(function, context.derived(local) if local else context)
