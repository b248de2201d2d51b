"""What is told of a template, a filter, a value or a property, wherever it is asked for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import (
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    UnionType,
)
from typing import Any, Final

from kida_jupyter.help import data
from kida_jupyter.help.names import parameters_in
from kida_jupyter.help.resolving import World, passed
from kida_jupyter.help.showing import shortly, table_of
from kida_jupyter.help.signatures import parameters_of, signature_of
from kida_jupyter.help.values import (
    FUNCTIONS,
    Computed,
    annotated_result,
    getter_of,
    is_a,
    is_exactly,
    static,
    type_name,
)

_NEAR: Final = 0.6
"""How alike a name and a known one must be to ask whether it was meant."""
_QUOTED: Final = re.compile(r"``(.+?)``|`([^`]+)`")
_TEMPLATE_LINES: Final = 12
"""Lines of a template that are shown of it."""


def explain_template(name: str, world: World) -> str:
    """What can be told of a template: where it comes from, its macros, and how it begins."""
    loader = world.environment.loader
    try:
        if loader is None:
            raise LookupError(name)
        text, file = loader.get_source(name)
    except Exception:  # there is none, or it cannot be read
        return f"no template {name!r}{perhaps(name, world.template_names())}"
    origin = world.origins.get(name) or file
    macros = [
        signature_of(macro, parameters_in(one.words))
        for macro, one in world.exports_of(name).items()
        if one.kind == "macro"
    ]
    lines = text.splitlines()
    cut = [*lines[:_TEMPLATE_LINES], "…"] if len(lines) > _TEMPLATE_LINES else lines
    return paragraphs(
        f"template {name}" + (f", from {origin}" if origin else ""),
        f"{'macro' if len(macros) == 1 else 'macros'}: {', '.join(macros)}" if macros else "",
        "\n".join(cut),
    )


def explain_function(kind: str, name: str, functions: Mapping[str, Any]) -> str:
    """How a filter or test is written, and its documentation, or that there is none of that name.

    Parameters: ``kind``, ``"filter"`` or ``"test"``; ``name``; ``functions``, those that there are.
    """
    function = functions.get(name)
    if function is None:
        return f"no {kind} {name}{perhaps(name, functions)}"
    return _function(kind, name, function, skip=1)


def explain_value(name: str, value: Any) -> str:
    """The type of a value, how large it is, and how it begins."""
    if is_exactly(value, FUNCTIONS) or is_a(value, type):
        is_method = is_exactly(value, (MethodType, MethodDescriptorType))
        kind = "class" if is_a(value, type) else "method" if is_method else "function"
        return _function(kind, name, value, skip=0)
    if data.is_data(value):
        size = f", {data.size_of(value)}".removesuffix(", ")
        return paragraphs(f"{name}: {type_name(value)}{size}", table_of(value))
    size = ""
    if is_exactly(value, (list, tuple, dict, set, frozenset, str, bytes)):
        word = "character" if type(value) is str else "byte" if type(value) is bytes else "item"
        size = f", {data.counted(len(value), word)}"
    return paragraphs(f"{name}: {type_name(value)}{size}", shortly(value))


def perhaps(name: str, known: Iterable[str], quote: str = "") -> str:
    """The question whether another name was meant, where one is like it."""
    near = get_close_matches(name, [one for one in known if not one.startswith("_")], n=1, cutoff=_NEAR)
    return f". Did you mean {quote}{near[0]}{quote}?" if near else ""


def paragraphs(*parts: str | None) -> str:
    """Parts with blank lines between them, but for those that are empty."""
    return "\n\n".join(part for part in parts if part)


def _function(kind: str, name: str, function: Any, skip: int) -> str:
    parameters = parameters_of(function, skip=skip + passed(function))
    signature = name if parameters is None else signature_of(name, parameters)
    return paragraphs(f"{kind} {signature}", _doc(function))


def explain_computed(name: str, computed: Computed, about: str) -> str:
    """What a property says of itself, which is not asked for its value."""
    getter = getter_of(computed.raw)
    is_property = getter is not None or is_a(computed.raw, property)
    result = "" if getter is None else _annotation(annotated_result(getter))
    written_in_c = is_exactly(computed.raw, (GetSetDescriptorType, MemberDescriptorType))
    documented = getter if getter is not None else computed.raw if written_in_c or is_property else None
    return paragraphs(
        f"{'property' if is_property else 'attribute'} {name}{' -> ' * bool(result)}{result}",
        about
        or (_doc(documented) if documented is not None else "")
        or "Its value is not looked at here: that could run any code.",
    )


def _annotation(annotation: Any) -> str:
    """An annotation as it may have been written, where that can be told without asking anybody."""
    if type(annotation) is str:
        return annotation
    if is_a(annotation, type):
        return type_name(annotation).rpartition(".")[2]
    if is_exactly(annotation, (UnionType,)):
        parts = [_annotation(one) for one in annotation.__args__]
        return " | ".join(parts) if all(parts) else ""
    if is_exactly(annotation, (GenericAlias,)):
        parts = [_annotation(one) for one in annotation.__args__]
        return f"{_annotation(annotation.__origin__)}[{', '.join(parts)}]" if all(parts) else ""
    return ""


def _doc(function: Any) -> str:
    text = static(function, "__doc__")
    if (
        is_exactly(function, (*FUNCTIONS, GetSetDescriptorType, MemberDescriptorType))
        and type(text) is not str
    ):
        text = function.__doc__
    told = inspect.cleandoc(text) if type(text) is str else ""
    own = is_exactly(function, (FunctionType,)) and str(function.__module__).startswith("kida.")
    return _plain(told) if own else told


def _plain(told: str) -> str:
    """The engine's own documentation without its markup, each paragraph in a line: the tooltip is narrower."""
    paragraphs = (" ".join(paragraph.split("\n")) for paragraph in told.split("\n\n"))
    return _QUOTED.sub(lambda found: found.group(1) or found.group(2), "\n\n".join(paragraphs))
