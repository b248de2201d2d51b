"""Decorators that give a function of the notebook to its templates: as a filter, a test or a global."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


@overload
def as_filter(function: F, /) -> F: ...
@overload
def as_filter(name: str | None = None, /) -> Callable[[F], F]: ...
def as_filter(name: Any = None, /) -> Any:
    """Register a function of the notebook as a filter, under its own name or another.

    Run the cell again to replace it: templates that use it see the new one. ::

        @kida_jupyter.filter
        def shout(text):
            return text.upper() + "!"

        @kida_jupyter.filter("eur")
        def euros(amount, places=2):
            return f"{amount:,.{places}f} €"

    Raises ``UsageError``, which IPython shows in a line, where the extension is not loaded.
    """
    return _registering("filters", name)


@overload
def as_test(function: F, /) -> F: ...
@overload
def as_test(name: str | None = None, /) -> Callable[[F], F]: ...
def as_test(name: Any = None, /) -> Any:
    """Register a function of the notebook as a test, for ``{% if value is … %}``; otherwise as `as_filter`."""
    return _registering("tests", name)


@overload
def as_global(function: F, /) -> F: ...
@overload
def as_global(name: str | None = None, /) -> Callable[[F], F]: ...
@overload
def as_global(**values: Any) -> None: ...
def as_global(name: Any = None, /, **values: Any) -> Any:
    """Register a function of the notebook, or values by name, for all templates; otherwise as `as_filter`.

    A cell sees the notebook's variables anyway; what is global is also seen by templates that it imports. Its name
    ends in an underscore as ``global`` is a keyword of Python's. ::

        @kida_jupyter.global_
        def asset(path):
            return "/static/" + path

        kida_jupyter.global_(site="Palmer Station")
    """
    if values and name is not None:
        raise TypeError("kida_jupyter.global_ takes a function or a name, or values by keyword, not both")
    if not values:
        return _registering("globals", name)
    for key, value in values.items():
        _register("globals", key, value)
    return None


def _registering(kind: str, name: Any) -> Any:
    if callable(name):
        _register(kind, getattr(name, "__name__", type(name).__name__), name)
        return name
    if name is not None and not isinstance(name, str):
        raise TypeError(f"the name of a {kind[:-1]} is a str, not {type(name).__name__}")

    def register(function: F) -> F:
        _register(kind, str(name or getattr(function, "__name__", type(function).__name__)), function)
        return function

    return register


def _register(kind: str, name: str, value: Any) -> None:
    # here, as what only registers nothing needs no IPython
    from IPython.core.error import UsageError
    from IPython.core.getipython import get_ipython

    from kida_jupyter.notebook import notebook_of

    notebook = notebook_of(get_ipython())
    if notebook is None:
        raise UsageError(
            f"kida_jupyter: no notebook to register {name!r} with; run %load_ext kida_jupyter first"
        )
    notebook.register(kind, name, value)
