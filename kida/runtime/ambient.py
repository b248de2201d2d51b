"""Ambient values: what ``provide`` gives to all that is rendered inside of it, and ``consume`` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kida.errors import ErrorCode, TemplateRuntimeError, did_you_mean
from kida.render_context import RenderContext
from kida.runtime.hooks import pass_context
from kida.runtime.undefined import Undefined, missing

Ambient = Mapping[str, Any]


def provide(context: RenderContext, values: dict[str, Any]) -> Ambient:
    """Add to the ambient values of the render that is going on; gives those before, for `restore`."""
    state = context.running_state
    before = state.ambient
    state.ambient = {**before, **values} if before else values
    return before


def restore(context: RenderContext, before: Ambient) -> None:
    """End what `provide` began."""
    context.running_state.ambient = before


@pass_context
def consume(context: RenderContext, name: str, default: Any = missing) -> Any:
    """The value that the innermost ``provide`` around gives a name, through macros, includes and inheritance.

    Parameters: ``default``, what to give where none does. Raises `TemplateRuntimeError` without one.
    """
    if not isinstance(name, str):
        raise _no_name(name)
    ambient = context.running_state.ambient
    if name in ambient:
        return ambient[name]
    if default is not missing:
        return default
    raise TemplateRuntimeError(
        f"nothing provides {name!r} here",
        code=ErrorCode.NOT_PROVIDED,
        suggestion=did_you_mean(name, ambient),
        hint=f"write {{% provide {name} = … %}} around it, or consume({name!r}, default)",
    )


def _no_name(given: object) -> TemplateRuntimeError:
    if isinstance(given, Undefined) and given._undefined_name and given._undefined_obj is missing:
        return TemplateRuntimeError(
            f"what is consumed is told by its name, and {given._undefined_name!r} is undefined",
            hint=f"write the name in quotes: consume({given._undefined_name!r})",
        )
    return TemplateRuntimeError(f"what is consumed is told by its name, not by {type(given).__name__}")
