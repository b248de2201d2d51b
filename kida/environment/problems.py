"""All that is wrong with a text at once, for an environment: with its tags, and with what they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kida.compiler.compiler import too_deep
from kida.environment.importing import importing
from kida.errors import ErrorCode, TemplateSyntaxError
from kida.semantics.checks import semantic_errors
from kida.source import Source
from kida.syntax import nodes
from kida.syntax.recovery import syntax_errors

if TYPE_CHECKING:
    from kida.environment.core import Environment


def problems_of(environment: Environment, source: Source) -> tuple[TemplateSyntaxError, ...]:
    """What is wrong with a text, in its order; empty where nothing is."""

    def check(template: nodes.Template, guessed: bool) -> list[TemplateSyntaxError]:
        calls = importing(environment, source) if environment.check_calls else None
        try:
            return semantic_errors(template, source, environment._registry, calls=calls, guessed=guessed)
        except RecursionError:
            return [too_deep(template, source)]

    return syntax_errors(source, environment._lexer, environment._tags, check)


def first_of_all(environment: Environment, source: Source, error: TemplateSyntaxError) -> TemplateSyntaxError:
    """The first error in a text, which knows of the others. Parameters: ``error``, the one that was come upon."""
    if error.code is ErrorCode.TOO_DEEP:
        return error  # to look further would not come to an end either
    found = problems_of(environment, source)
    is_of_syntax = error.code.value.startswith(("K-LEX", "K-PAR"))
    if not is_of_syntax and all(other._span != error._span for other in found):
        return error  # the text is that of an expression, and no template's
    first = next((other for other in found if _place(other) < _place(error)), error)
    said = first._span, first.message
    first.others = tuple(other for other in found if (other._span, other.message) != said)
    return first


def _place(error: TemplateSyntaxError) -> int:
    return 0 if error._span is None else error._span.start
