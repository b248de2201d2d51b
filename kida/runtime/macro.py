"""Macros, as values that templates and Python call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, NoReturn

from markupsafe import Markup

from kida.errors import MacroArgumentError, did_you_mean
from kida.render_context import RenderContext, entered
from kida.runtime.recursion import check_depth
from kida.runtime.text import markup


class MacroShape(NamedTuple):
    """What is known of a macro when its template is compiled.

    ``name``, ``None`` for the body of a call; ``arguments``, the names of its parameters; ``catch_kwargs``,
    ``catch_varargs``, ``caller``: whether it uses those; ``direct``, whether it calls nothing that could come back to
    it: nobody has to count how deep.
    """

    name: str | None
    arguments: tuple[str, ...]
    catch_kwargs: bool
    catch_varargs: bool
    caller: bool
    direct: bool = False


class Macro:
    """A macro: called, it gives the text that its body writes.

    ``name``; ``arguments``, the names of its parameters; ``catch_kwargs``, ``catch_varargs``, ``caller``: whether it
    uses those (Jinja2's "Template Designer Documentation", Macros). ``function`` is what runs: it takes what to write
    with, and then the arguments. Raises `MacroArgumentError` for arguments that it does not take.
    """

    contents: Any

    __slots__ = ("_context", "contents", "function", "shape")

    def __init__(self, context: RenderContext, function: Callable[..., Any], shape: MacroShape) -> None:
        self._context = context
        self.function = function
        self.shape = shape

    @property
    def name(self) -> str | None:
        """The name that it was defined by; ``None`` for the body of a call."""
        return self.shape.name

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return self.shape.arguments

    @property
    def catch_kwargs(self) -> bool:
        """Whether it takes keyword arguments that it does not name."""
        return self.shape.catch_kwargs

    @property
    def catch_varargs(self) -> bool:
        """Whether it takes more arguments than it names."""
        return self.shape.catch_varargs

    @property
    def caller(self) -> bool:
        """Whether it uses the body of a call."""
        return self.shape.caller

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the macro from Python: text, ``Markup`` where its template escapes."""
        from kida.template.boundary import inside

        context = self._context
        called = context.called()
        text = called.whole(inside(called, partial(self.run, args, kwargs)))
        return markup(text) if context.escaping else str(text)

    def html(self, /, *args: Any, **kwargs: Any) -> Markup:
        """Call the macro from a place whose output is escaped."""
        written: list[str] = []
        self.write(written.append, *args, **kwargs)
        return markup("".join(written))

    def text(self, /, *args: Any, **kwargs: Any) -> str:
        """Call the macro from a place whose output is not."""
        written: list[str] = []
        self.write(written.append, *args, **kwargs)
        return "".join(written)

    def run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the body writes."""
        return self.text(*args, **kwargs)

    def write(self, write: Callable[[str], Any] | None, /, *args: Any, **kwargs: Any) -> Any:
        """Have the body write with a function; gives what its own gives."""
        entry = entered.get()
        context = self._context
        state = context.state if entry is None else entry.state
        depth = state.depth
        if depth >= context.unit.max_recursion:
            check_depth(context, depth, "macro", self.shape.name)
        state.depth = depth + 1
        try:
            return self.function(write, *args, **kwargs)
        except TypeError as error:
            # raised by the call itself and not inside the function: Python could not bind the arguments
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                self._refuse(args, kwargs, error)
            raise
        finally:
            state.depth = depth

    def _signature(self) -> inspect.Signature:
        """How the template calls it."""
        code = self.function.__code__
        # the first parameter is what to write with: Python's own way to a signature does not take its name
        names = code.co_varnames[1:]
        count, kinds = code.co_argcount - 1, inspect._ParameterKind
        only, by_name = code.co_posonlyargcount - 1, code.co_kwonlyargcount
        defaults = self.function.__defaults__ or ()
        found = [
            inspect.Parameter(
                name,
                kinds.POSITIONAL_ONLY if at < only else kinds.POSITIONAL_OR_KEYWORD,
                default=defaults[at - count] if at - count >= -len(defaults) else inspect.Parameter.empty,
            )
            for at, name in enumerate(names[:count])
        ]
        rest = count + by_name
        if code.co_flags & inspect.CO_VARARGS:
            found.append(inspect.Parameter(names[rest], kinds.VAR_POSITIONAL))
            rest += 1
        of_names = self.function.__kwdefaults__ or {}
        found += [
            inspect.Parameter(name, kinds.KEYWORD_ONLY, default=of_names.get(name, inspect.Parameter.empty))
            for name in names[count : count + by_name]
        ]
        if code.co_flags & inspect.CO_VARKEYWORDS:
            found.append(inspect.Parameter(names[rest], kinds.VAR_KEYWORD))
        return inspect.Signature(found)

    def _refuse(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], error: TypeError) -> NoReturn:
        """Raise the error for arguments that do not fit."""
        word, _, slot = self.function.__name__.partition(" ")
        if word == "slot":
            self._refuse_handed(slot.rpartition(".")[0], kwargs)
        who = f"macro {self.name!r}" if self.name else "the body of a call"
        suggestion = None
        signature = self._signature()
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


class TextMacro(Macro):
    """A macro whose function gives its text, or a coroutine of it, and writes nothing."""

    __slots__ = ()

    def html(self, /, *args: Any, **kwargs: Any) -> Markup:
        """Call the macro from a place whose output is escaped."""
        return markup(self.write(None, *args, **kwargs))

    def text(self, /, *args: Any, **kwargs: Any) -> str:
        """Call the macro from a place whose output is not."""
        return str(self.write(None, *args, **kwargs))

    def run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the body writes."""
        return self.write(None, *args, **kwargs)


class AsyncMacro(TextMacro):
    """A macro of an asynchronous render: calls give coroutines."""

    __slots__ = ()

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the macro from Python, to be awaited."""
        from kida.template.boundary import Boundary

        context = self._context
        called = context.called()
        called.be_beside()
        with Boundary(called):
            text = await self.run_async(args, kwargs)
        text = called.whole(text)
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
