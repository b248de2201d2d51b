"""The variables of a running template, by the names that its author gave them."""

from __future__ import annotations

from types import FrameType
from typing import Any

from kida.runtime.undefined import missing
from kida.semantics.analysis import analyse
from kida.semantics.scopes import Scope
from kida.source import Source
from kida.tracing.trace import unit_of


def visible_variables(frame: FrameType, source: Source, line: int, column: int) -> dict[str, Any]:
    """What a template's names mean at a place, as far as they have a value.

    The scopes are found out again from the text: nothing is kept for this while all goes well.
    """
    unit = unit_of(frame)
    if unit is None:
        return {}
    from kida.template.introspection import parsed

    scopes = analyse(parsed(unit.template.environment, source), source)
    offset = source.offset(line, column)
    around = [
        scope
        for scope in {scopes.top, *scopes.opened.values()}
        if scope.is_top or scope.span.start <= offset <= scope.span.end
    ]
    around.sort(key=_depth, reverse=True)
    values = frame.f_locals
    found: dict[str, Any] = {}
    for scope in around:
        for name, variable in (*scope.variables.items(), *scope.context_names.items()):
            value = values.get(variable.python_name, missing)
            if value is not missing:
                found.setdefault(name, value)
    return found


def _depth(scope: Scope) -> tuple[int, int]:
    depth = 0
    around = scope.parent
    while around is not None:
        depth += 1
        around = around.parent
    return depth, scope.span.start
