"""Whether a message has the shape that a module of messages writes down: strictly, with no key too many."""

from __future__ import annotations

import sys
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict


def misfits(value: Any, shape: Any, at: str = "message") -> list[str]:
    """What of a message, as JSON gives it, does not fit a type; empty where all does."""
    if is_typeddict(shape):
        return _of_mapping(value, get_type_hints(shape, vars(sys.modules[shape.__module__])), at)
    origin, parts = get_origin(shape), get_args(shape)
    if shape is Any:
        return []
    if shape is None or shape is type(None):
        return [] if value is None else [f"{at}: null expected"]
    if origin in (Union, UnionType):
        found = [misfits(value, part, at) for part in parts]
        return min(found, key=len)
    if origin is Literal:
        return [] if value in parts else [f"{at}: one of {parts} expected, not {value!r}"]
    if origin is list:
        return (
            [one for index, item in enumerate(value) for one in misfits(item, parts[0], f"{at}[{index}]")]
            if isinstance(value, list)
            else [f"{at}: a list expected"]
        )
    if origin is dict:
        return (
            [one for key, item in value.items() for one in misfits(item, parts[1], f"{at}[{key!r}]")]
            if isinstance(value, dict)
            else [f"{at}: an object expected"]
        )
    if origin is tuple:
        if not isinstance(value, (list, tuple)) or len(value) != len(parts):
            return [f"{at}: {len(parts)} items expected"]
        return [
            one
            for index, (item, part) in enumerate(zip(value, parts))
            for one in misfits(item, part, f"{at}[{index}]")
        ]
    wanted = (int, float) if shape is float else shape
    fits = isinstance(value, wanted) and not (isinstance(value, bool) and shape is not bool)
    return [] if fits else [f"{at}: {shape.__name__} expected, not {value!r}"]


def _of_mapping(value: Any, hints: dict[str, Any], at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: an object expected"]
    found = [f"{at}.{name}: missing" for name in hints.keys() - value.keys()]
    found += [f"{at}.{name}: not known" for name in value.keys() - hints.keys()]
    for name, hint in hints.items():
        if name in value:
            found += misfits(value[name], hint, f"{at}.{name}")
    return found


def out_of_range(result: Any) -> list[str]:
    """What in a result points to nothing: numbers of spans, chains and templates, and segments that do not tile."""
    found: list[str] = []

    def number(value: int, length: int, at: str) -> None:
        if not -1 <= value < length:
            found.append(f"{at}: {value} of {length}")

    spans, chains = len(result["spans"]), len(result["chains"])
    for template, start, end, line, column in result["spans"]:
        number(template, len(result["templates"]), "span.template")
        if not (0 <= start <= end and line >= 1 and column >= 1):
            found.append(f"span: {start, end, line, column}")
    for index, (_, _, span, parent) in enumerate(result["chains"]):
        number(span, spans, "chain.span")
        number(parent, index, "chain.parent")
    for index, (_, _, span, _, _, _, parent) in enumerate(result["calls"]):
        number(span, spans, "call.span")
        number(parent, index, "call.parent")
    for span, *_ in result["values"]:
        number(span, spans, "value.span")
    flat, reached = result["segments"], 0
    for at in range(0, len(flat), 4):
        start, end, span, chain = flat[at : at + 4]
        number(span, spans, "segment.span")
        number(chain, chains, "segment.chain")
        if start != reached or end <= start:
            found.append(f"segment: {start} to {end} behind {reached}")
        reached = end
    if reached != len(result["output"].encode("utf-16-le")) // 2:
        found.append(f"segments: to {reached} only")
    return found
