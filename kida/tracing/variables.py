"""The variables of a running template, by the names that its author gave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from kida.compiler.control import turns_name
from kida.runtime.loop import AsyncLoopContext, LoopContext
from kida.runtime.undefined import missing
from kida.semantics.scopes import Origin, Scope, Scopes, Variable
from kida.source import Source, Span
from kida.syntax import nodes
from kida.tracing.trace import context_of, unit_of

_COUNTED: Final[tuple[type, ...]] = (type(iter([])), type(iter(())))
"""Iterators that tell how far they have come (``__reduce__``) without being moved."""


@dataclass(frozen=True, slots=True)
class LoopTurn:
    """A loop that was running: ``target`` is its variables as written, ``line`` where it stands in the template, and
    ``index`` its turn, from 1; ``None`` where only the iterator knows.
    """

    target: str
    line: int
    index: int | None


def visible_variables(frames: Sequence[FrameType], source: Source, line: int, column: int) -> dict[str, Any]:
    """What a template's names mean at a place, as far as they have a value.

    Parameters: ``frames``, the Python frame that runs there and those of the same macro, block or template around it
    (Python gives comprehensions and some loops a frame of their own), innermost first; ``source``; the place.
    The scopes are found out again from the text: nothing is kept for this while all goes well.
    """
    unit = unit_of(frames[0])
    if unit is None:
        return {}
    from kida.template.introspection import analysed

    scopes = analysed(unit.template.environment, source).scopes
    scope: Scope | None = _innermost(scopes, source.offset(line, column))
    found: dict[str, Any] = {}
    while scope is not None:
        for name, variable in (*scope.variables.items(), *scope.context_names.items()):
            value = _value(variable, frames)
            if value is not missing:
                found.setdefault(name, value)
        scope = scope.parent
    return found


def running_loops(
    frames: Sequence[FrameType], source: Source, line: int, column: int
) -> tuple[LoopTurn, ...]:
    """The loops that a place stands in and that were running there, outermost first; parameters as above."""
    unit = unit_of(frames[0])
    if unit is None:
        return ()
    from kida.template.introspection import analysed

    known = analysed(unit.template.environment, source)
    tree, scopes = known.tree, known.scopes
    offset = source.offset(line, column)
    return tuple(
        LoopTurn(
            source.text[node.target.span.start : node.target.span.end],
            source.position(node.span.start).line,
            _turn(node, scopes, frames),
        )
        for node in _loops_around(tree, offset)
        if any(
            _local(variable.python_name, frames) is not missing
            for variable in scopes.opened[node, "body"].variables.values()
            if variable.scope is scopes.opened[node, "body"]
        )
    )


def _loops_around(tree: nodes.Template, offset: int) -> Iterator[nodes.For]:
    for node in nodes.walk(tree):
        if isinstance(node, nodes.For):
            extent = _extent(node, "body")
            if extent is not None and extent.start <= offset <= extent.end:
                yield node


def _turn(node: nodes.For, scopes: Scopes, frames: Sequence[FrameType]) -> int | None:
    loop = scopes.opened[node, "body"].variables.get("loop")
    counted = missing if loop is None else _local(loop.python_name, frames)
    if isinstance(counted, (LoopContext, AsyncLoopContext)):
        return counted.index
    iterator = _local(turns_name(node), frames)
    if isinstance(iterator, _COUNTED):
        state = iterator.__reduce__()
        reached: Any = state[2] if len(state) > 2 else None  # it has none behind the last turn
        return reached if isinstance(reached, int) else None
    return None


def _local(name: str, frames: Sequence[FrameType]) -> Any:
    for frame in frames:
        if name in frame.f_locals:
            return frame.f_locals[name]
    return missing


def _value(variable: Variable, frames: Sequence[FrameType]) -> Any:
    """A variable's value in the innermost frame that knows it."""
    if variable.origin is Origin.DYNAMIC:
        context = context_of(frames)
        return missing if context is None else context.resolve_or_missing(variable.name)
    name = variable.python_name
    for frame in frames:
        code = frame.f_code
        if name in code.co_varnames or name in code.co_cellvars or name in code.co_freevars:
            return frame.f_locals.get(name, missing)
    return missing


def _innermost(scopes: Scopes, offset: int) -> Scope:
    """The scope of a place: the one that the smallest part of the text around it opens."""
    found: list[tuple[int, int, Scope]] = []
    for (node, part), scope in scopes.opened.items():
        extent = _extent(node, part)
        if extent is not None and extent.start <= offset <= extent.end:
            # of the two scopes that a recursive loop opens for the same text, the inner one
            found.append((extent.end - extent.start, -_depth(scope), scope))
    return min(found, key=lambda entry: entry[:2])[2] if found else scopes.top


def _extent(node: nodes.Node, part: str) -> Span | None:
    """The text in which the names of the scope hold that a part of a node opens."""
    held = getattr(node, part, node)
    inside: list[nodes.Node] = [held] if isinstance(held, nodes.Node) else list(held)
    if part == "body":
        # the defaults of parameters are evaluated inside, what a loop runs over is not
        inside += getattr(node, "parameters", ())
    if not inside:
        return None
    spans = [inner.span for start in inside for inner in nodes.walk(start)]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _depth(scope: Scope) -> int:
    depth = 0
    while scope.parent is not None:
        scope, depth = scope.parent, depth + 1
    return depth
