"""What a function may ask the engine for: the render context, the evaluation context, or the environment.

The names and their meaning are Jinja2's (https://jinja.palletsprojects.com/api/#jinja2.pass_context).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Protocol, TypeVar

from kida.values import Value

F = TypeVar("F", bound=Callable[..., Any])


class PassArg(Enum):
    """What is handed to a function before its own arguments."""

    CONTEXT = "context"
    EVAL_CONTEXT = "eval_context"
    ENVIRONMENT = "environment"


class HookEnvironment(Protocol):
    """What the built-ins use of an environment."""

    @property
    def filters(self) -> Mapping[str, Callable[..., Any]]: ...

    @property
    def tests(self) -> Mapping[str, Callable[..., Any]]: ...

    @property
    def newline_sequence(self) -> str: ...

    @property
    def undefined(self) -> Callable[..., Any]: ...

    def getitem(self, obj: Any, argument: Any, /) -> Any: ...


class EvalContext(Value):
    """What holds where an expression stands: its environment, and whether output is escaped there."""

    environment: Any
    autoescape: bool = False


class HookContext(Protocol):
    """What the built-ins use of a render context."""

    @property
    def environment(self) -> Any: ...

    @property
    def eval_ctx(self) -> EvalContext: ...


def pass_context(function: F) -> F:
    """Mark a filter, test or global as taking the render context first."""
    return _mark(function, PassArg.CONTEXT)


def pass_eval_context(function: F) -> F:
    """Mark a filter, test or global as taking the `EvalContext` first."""
    return _mark(function, PassArg.EVAL_CONTEXT)


def pass_environment(function: F) -> F:
    """Mark a filter, test or global as taking the environment first."""
    return _mark(function, PassArg.ENVIRONMENT)


def _mark(function: F, what: PassArg) -> F:
    function.kida_pass = what  # type: ignore[attr-defined]
    return function


_OF_JINJA = {what.value: what for what in PassArg}.get


def pass_arg_of(obj: Any) -> PassArg | None:
    """What a callable asked for with a decorator of this module, or with Jinja2's of the same name.

    A class's ``__call__`` may carry the mark too. Jinja2's mark is known by its shape: Jinja2 is not
    imported.
    """
    for owner in (obj, getattr(type(obj), "__call__", None)):  # noqa: B004 - the mark is on it
        own = _attribute(owner, "kida_pass")
        if isinstance(own, PassArg):
            return own
        foreign = _attribute(owner, "jinja_pass_arg")
        if isinstance(foreign, Enum):
            return _OF_JINJA(foreign.name)
    return None


def _attribute(owner: Any, name: str) -> Any:
    # a value of the user's may answer any attribute with any error; it is then no marked function
    try:
        return getattr(owner, name, None)
    except Exception:
        return None
