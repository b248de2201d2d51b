"""Macros, as values that templates and Python call."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

from markupsafe import Markup

from kida.errors import MacroArgumentError, did_you_mean
from kida.render_context import RenderContext, entered
from kida.runtime.recursion import check_depth
from kida.runtime.text import markup


class Macro:
    """A macro: called, it gives the text that its body writes.

    ``name``; ``arguments``, the names of its parameters; ``catch_kwargs``, ``catch_varargs``, ``caller``: whether it
    uses those (Jinja2's "Template Designer Documentation", Macros). ``function`` is what runs; ``direct`` says that a
    template may call that itself, as it calls nothing that could come back to it: ``True`` where it gives ``Markup``,
    ``False`` where it gives a plain text; ``None`` that it may not. Raises `MacroArgumentError` for arguments that it
    does not take.
    """

    contents: Any

    __slots__ = (
        "_context",
        "_max_depth",
        "arguments",
        "caller",
        "catch_kwargs",
        "catch_varargs",
        "contents",
        "direct",
        "function",
        "name",
    )

    def __init__(
        self,
        context: RenderContext,
        name: str | None,
        function: Callable[..., Any],
        arguments: tuple[str, ...],
        catch_kwargs: bool,
        catch_varargs: bool,
        caller: bool,
        direct: bool | None = None,
    ) -> None:
        self._context = context
        # asked for once: the environment is every thread's, and each look at it is counted
        environment = context.environment
        self._max_depth = sys.maxsize if environment is None else environment.max_recursion
        self.name = name
        self.function = function
        self.direct = direct
        self.arguments = arguments
        self.catch_kwargs = catch_kwargs
        self.catch_varargs = catch_varargs
        self.caller = caller

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the macro from Python: text, ``Markup`` where its template escapes."""
        from kida.template.boundary import inside

        context = self._context
        called = context.called()
        text = inside(called, partial(self.run, args, kwargs))
        if called.state is not context.state:
            text = called.state.whole(text)
        return markup(text) if context.escaping else str(text)

    def html(self, /, *args: Any, **kwargs: Any) -> Markup:
        """Call the macro from a place whose output is escaped."""
        return markup(self.run(args, kwargs))

    def text(self, /, *args: Any, **kwargs: Any) -> str:
        """Call the macro from a place whose output is not."""
        return str(self.run(args, kwargs))

    def run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the body writes."""
        entry = entered.get()
        state = self._context.state if entry is None else entry.state
        depth = state.depth
        if depth >= self._max_depth:
            check_depth(self._context, depth, "macro", self.name)
        state.depth = depth + 1
        try:
            return self.function(*args, **kwargs)
        except TypeError as error:
            # raised by the call itself and not inside the function: Python could not bind the arguments
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                self._refuse(args, kwargs, error)
            raise
        finally:
            state.depth = depth

    def _refuse(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], error: TypeError) -> NoReturn:
        """Raise the error for arguments that do not fit."""
        word, _, slot = self.function.__name__.partition(" ")
        if word == "slot":
            self._refuse_handed(slot.rpartition(".")[0], kwargs)
        who = f"macro {self.name!r}" if self.name else "the body of a call"
        suggestion = None
        signature = inspect.signature(self.function)
        known = [
            name
            for name, p in signature.parameters.items()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
        unknown = [name for name in kwargs if name not in known]
        positional = [name for name, p in signature.parameters.items() if p.kind in (0, 1)]
        unnamed = [name for name, p in signature.parameters.items() if p.kind == 0 and name in kwargs]
        hint: str | None = f"it is defined as {self.name or 'caller'}{_shown(signature)}"
        if unknown and not self.catch_kwargs:
            if unknown[0] == "caller":
                message = f"{who} takes no caller: its body does not use 'caller()'"
                hint = "write {{ caller() }} in the macro where the body of the call is to stand"
            else:
                message = f"{who} takes no keyword argument {unknown[0]!r}"
                suggestion = did_you_mean(unknown[0], known)
        elif unnamed and not self.catch_kwargs:
            message = f"{who} takes the argument {unnamed[0]!r} by position only"
        elif len(args) > len(positional) and not self.catch_varargs:
            message = f"{who} takes not more than {len(positional)} argument(s), {len(args)} were given"
        elif any(name in kwargs for name in positional[: len(args)]):
            twice = next(name for name in positional[: len(args)] if name in kwargs)
            message = f"{who} got the argument {twice!r} twice, by position and by name"
        else:
            absent = [
                name
                for name, p in signature.parameters.items()
                if p.default is p.empty
                and p.kind in (0, 1, 3)
                and name not in kwargs
                and name not in positional[: len(args)]
            ]
            listed = ", ".join(repr(name) for name in absent)
            message = (
                f"{who} needs the argument{'s' if len(absent) > 1 else ''} {listed}" if absent else str(error)
            )
        raise MacroArgumentError(message, suggestion=suggestion, hint=hint) from None

    def _refuse_handed(self, slot: str, handed: Mapping[str, Any]) -> NoReturn:
        """Raise the error for content that asks for what is not handed up."""
        absent = next(name for name in self._asked() if name not in handed)
        there_is = f"it hands up {', '.join(handed)}" if handed else "it hands up nothing"
        raise MacroArgumentError(
            f"slot {slot!r} hands up no {absent!r}",
            suggestion=did_you_mean(absent, list(handed)),
            hint=there_is,
        ) from None

    def _asked(self) -> tuple[str, ...]:
        code = self.function.__code__
        return code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]

    def __repr__(self) -> str:
        return f"<Macro {'anonymous' if self.name is None else repr(self.name)}>"


class AsyncMacro(Macro):
    """A macro of an asynchronous render: calls give coroutines."""

    __slots__ = ()

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the macro from Python, to be awaited."""
        from kida.template.boundary import Boundary

        context = self._context
        called = context.called()
        with Boundary(called):
            text = await self.run_async(args, kwargs)
        if called.state is not context.state:
            text = called.state.whole(text)
        return markup(text) if context.escaping else str(text)

    async def html(self, /, *args: Any, **kwargs: Any) -> Markup:  # type: ignore[override]
        """Call the macro from a place whose output is escaped."""
        return markup(await self.run_async(args, kwargs))

    async def text(self, /, *args: Any, **kwargs: Any) -> str:  # type: ignore[override]
        """Call the macro from a place whose output is not."""
        return str(await self.run_async(args, kwargs))

    async def run_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the body writes."""
        coroutine = self.run(args, kwargs)
        state = self._context.running_state
        state.depth += 1
        try:
            return await coroutine
        finally:
            state.depth -= 1


def _shown(signature: inspect.Signature) -> str:
    """A signature as a template has it: without what the engine gives as defaults, and without ``caller``."""
    parameters = [
        parameter.replace(default=parameter.empty)
        for name, parameter in signature.parameters.items()
        if not (name == "caller" and parameter.kind is parameter.KEYWORD_ONLY)
    ]
    return str(inspect.Signature(parameters))
