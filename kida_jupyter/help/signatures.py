"""How functions and macros are called, told without calling or asking them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType
from typing import Any, Final

from kida_jupyter.help.showing import shortly
from kida_jupyter.help.values import Parameter, is_a, static

_UNEVALUATED: Final[dict[str, Any]] = {}
if sys.version_info >= (3, 14):
    import annotationlib

    # annotations are evaluated when they are asked for, unless that is for their text (PEP 649)
    _UNEVALUATED["annotation_format"] = annotationlib.Format.STRING


def parameters_of(function: Any, *, skip: int = 0) -> tuple[Parameter, ...] | None:
    """The parameters of a function, or of a class's ``__init__``; ``None`` where they cannot be told without asking.

    Parameters: ``skip``, how many of the first ones the engine fills in.
    """
    if is_a(function, classmethod, staticmethod):
        skip += is_a(function, classmethod)
        function = function.__func__
    if type(function) is MethodType:
        function, skip = function.__func__, skip + 1
    if is_a(function, type):
        function, skip = static(function, "__init__"), skip + 1
    for _ in range(100):  # decorators around decorators, which might go round
        wrapped = function.__dict__.get("__wrapped__") if type(function) is FunctionType else None
        if type(wrapped) is not FunctionType:
            break
        function = wrapped
    # a method of a built-in type, which has the value itself first
    skip += type(function) is MethodDescriptorType
    is_plain = type(function) is FunctionType and "__signature__" not in function.__dict__
    if not is_plain and type(function) not in (BuiltinFunctionType, MethodDescriptorType):
        return None
    try:
        signature = inspect.Signature.from_callable(function, follow_wrapped=False, **_UNEVALUATED)
    except (ValueError, TypeError):
        return None
    return tuple(map(_parameter, list(signature.parameters.values())[skip:]))


def signature_of(name: str, parameters: Iterable[Parameter]) -> str:
    """A macro or function as it is called: ``card(title, *, footer=none)``."""
    return f"{name}({', '.join(one.written for one in parameters)})"


def _parameter(one: inspect.Parameter) -> Parameter:
    stars = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    written = stars + one.name
    if one.default is not one.empty:
        written += "=" + shortly(one.default, limit=60)
    return Parameter(one.name, written, stars, not stars and one.kind is not one.POSITIONAL_ONLY)
