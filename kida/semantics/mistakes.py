"""The errors that the compiler stops at, and that a look at the whole template tells with all others."""

from __future__ import annotations

from collections.abc import Iterable

from kida.errors import ErrorCode, TemplateSyntaxError, did_you_mean
from kida.source import Source, Span


def unknown_function(
    kind: str, name: str, names: Iterable[str], source: Source, span: Span
) -> TemplateSyntaxError:
    """There is no filter or test of a name. Parameters: ``kind``; ``name``; ``names``, those that there are."""
    return TemplateSyntaxError(
        f"there is no {kind} named {name!r}",
        code=ErrorCode.UNKNOWN_FILTER if kind == "filter" else ErrorCode.UNKNOWN_TEST,
        suggestion=did_you_mean(name, names),
        hint=f"add one with env.add_{kind}({name!r}, function)",
        source=source,
        span=span,
    )


def caller_without_default(source: Source, span: Span) -> TemplateSyntaxError:
    """A macro's parameter ``caller`` has no default."""
    return TemplateSyntaxError(
        "the parameter 'caller' must have a default: a plain call gives none",
        code=ErrorCode.PARAMETER_ORDER,
        hint="write caller=none, or leave it out: it is there without being declared",
        source=source,
        span=span,
    )
