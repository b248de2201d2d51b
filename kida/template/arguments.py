"""Filters and tests that were given arguments they do not take: Python's ``TypeError``, told in the template's terms."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from kida.errors import FilterArgumentError, did_you_mean
from kida.source import Source, Span
from kida.syntax import nodes
from kida.tracing.trace import trace_of, unit_of

if TYPE_CHECKING:
    from kida.template.linking import Unit

_LINKING: Final = "kida.template.linking"


def refused_arguments(error: TypeError) -> FilterArgumentError | None:
    """The engine's error for a ``TypeError`` that binding the arguments of a filter or test raised.

    ``None`` for any other: one raised inside of a function, or by something else than a filter or test.
    """
    step = error.__traceback__
    unit: Unit | None = None
    while step is not None:
        # in asynchronous forms the engine's linking stands between a template and its filters
        if step.tb_frame.f_globals.get("__name__") != _LINKING:
            unit = unit_of(step.tb_frame)
        step = step.tb_next
    place = trace_of(error).innermost
    if unit is None or place is None:
        return None
    source: Source = unit.source
    span = Span(
        source.offset(place.line, place.column or 0), source.offset(place.end_line, place.end_column or 0)
    )
    from kida.template.introspection import parsed

    for node in nodes.walk(parsed(unit.template.environment, source)):
        if isinstance(node, (nodes.Filter, nodes.Test)) and node.span == span:
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            function = unit.registry.functions(kind).get(node.name)
            return (
                None
                if function is None
                else _refusal(kind, node, function, unit.registry.passes_of(kind, node.name))
            )
    return None


def _refusal(
    kind: str, node: nodes.Filter | nodes.Test, function: Any, passes: str | None
) -> FilterArgumentError | None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    arguments = node.arguments
    own = list(signature.parameters.values())[1 if passes else 0 :][1:]
    shown = (
        f"{node.name}({', '.join(str(parameter.replace(annotation=parameter.empty)) for parameter in own)})"
    )
    keywords = [name for name, _ in arguments.keywords]
    names = [p.name for p in own if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    unknown = [name for name in keywords if name not in names]
    positional = [p for p in own if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    given = len(arguments.positional)
    required = [p.name for p in positional[given:] if p.default is p.empty and p.name not in keywords]
    suggestion = None
    if any(p.kind is p.VAR_KEYWORD for p in own):
        unknown = []
    if unknown:
        message = f"{kind} {node.name!r} takes no argument {unknown[0]!r}"
        suggestion = did_you_mean(unknown[0], names)
    elif given > len(positional) and not any(p.kind is p.VAR_POSITIONAL for p in own):
        message = (
            f"{kind} {node.name!r} takes not more than {len(positional)} argument(s), {given} were given"
        )
    elif required and arguments.star is None and arguments.double_star is None:
        message = f"{kind} {node.name!r} needs the argument {required[0]!r}"
    else:
        return None
    return FilterArgumentError(message, suggestion=suggestion, hint=f"it is {shown}")
