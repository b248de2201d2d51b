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
from kida.runtime.macro import Macro
from kida.runtime.undefined import missing

Names = tuple[tuple[str, str], ...]
"""Pairs of a variable's name in the template and in the running function."""

_PLAIN: Final = frozenset((BuiltinFunctionType, type, LoopContext, AsyncLoopContext, BlockReference))
"""Types whose values take no more than what a template gives them."""


class CallSite:
    """A call in a template whose text is written as it is: it gives so many ``positional`` arguments, and these ``keywords``.

    ``of_caller`` says that it is ``caller()``: then the body of a call need not be counted, as it is called by what
    stands around it alone. ``fitting`` is the code of the macro that it was last found to fit, as a rule always the same one.
    """

    __slots__ = ("fitting", "keywords", "of_caller", "positional")

    def __init__(self, positional: int, keywords: tuple[str, ...] = (), of_caller: bool = False) -> None:
        self.positional = positional + 1  # and what to write with
        self.keywords = keywords
        self.of_caller = of_caller
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


def writing(
    function: Any, context: RenderContext, site: CallSite, escaping: bool
) -> Callable[..., None] | None:
    """What writes the text of a macro, called with what to write with and the arguments; ``None`` for all else.

    Parameters: ``escaping``, whether what a function gives would be escaped at this place.
    """
    if type(function) is not Macro:
        return None
    if escaping:
        entry = entered.get()
        state = context.state if entry is None else entry.state
        if not (context._escaping if state.escapings is None else context.escaping):
            return None  # then it gives a text, and that is escaped
    shape = function.shape
    if shape.direct or (site.of_caller and shape.name is None):
        direct: Callable[..., None] = function.function
        if direct.__code__ is site.fitting or site.fits(direct):  # type: ignore[arg-type]
            return direct
    return function.write


def callee(function: Any, context: RenderContext, names: Names) -> Callable[..., Any]:
    """What to call for a value.

    A macro's result is ``Markup`` where output is escaped at the place that is rendered, as in Jinja2. ``names`` are
    the variables of the block that the call stands in.
    """
    kind = type(function)
    if isinstance(function, Macro):
        return function.html if context.escaping else function.text
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
