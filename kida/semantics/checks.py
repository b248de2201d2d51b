"""All that is wrong with a template whose tags are right, at once: the compiler stops at the first of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from kida.errors import TemplateSyntaxError
from kida.semantics.analysis import analysed
from kida.semantics.calls import Importing, call_errors
from kida.semantics.mistakes import caller_without_default, unknown_function
from kida.source import Source
from kida.syntax import nodes


class Known(Protocol):
    """The filters and tests that there are."""

    def passes_of(self, kind: str, name: str) -> str | None:
        """What one asks for before its value; ``None`` where there is none of that kind and name."""

    def names_of(self, kind: str) -> list[str]:
        """The names of a kind."""


Places = Iterator[tuple[nodes.Node, bool]]
"""Nodes, and whether each stands where an unknown filter is one only once it is come to."""


def semantic_errors(
    template: nodes.Template, source: Source, known: Known, *, calls: Importing | None, guessed: bool = False
) -> list[TemplateSyntaxError]:
    """What is wrong with a template, in the order of the text.

    Parameters: ``template``, ``source``; ``known``, the filters and tests that there are; ``calls``, where calls of
    macros are checked, what reads the templates that are imported; ``guessed``, whether tags were replaced by what was perhaps meant, so that only what no tag
    elsewhere could mend is told.
    """
    found = list(_unknown_functions(template, source, known))
    if not guessed:
        found += _callers_without_default(template, source)
        scopes, errors = analysed(template, source)
        found += errors
        if calls is not None:
            found += call_errors(template, scopes, source, calls)
    return sorted(found, key=lambda error: 0 if error._span is None else error._span.start)


def _unknown_functions(
    template: nodes.Template, source: Source, known: Known
) -> Iterator[TemplateSyntaxError]:
    names: dict[str, list[str]] = {}
    for node, is_conditional in _places(template):
        if not isinstance(node, (nodes.Filter, nodes.Test)) or is_conditional:
            continue
        kind = "filter" if isinstance(node, nodes.Filter) else "test"
        if known.passes_of(kind, node.name) is None:
            if kind not in names:
                names[kind] = known.names_of(kind)
            yield unknown_function(kind, node.name, names[kind], source, node.name_span)


def _callers_without_default(template: nodes.Template, source: Source) -> Iterator[TemplateSyntaxError]:
    for node in nodes.walk(template):
        for parameter in node.parameters if isinstance(node, nodes.Macro) else ():
            if parameter.name == "caller" and parameter.default is None:
                yield caller_without_default(source, parameter.span)


def _places(template: nodes.Template) -> Places:
    """All nodes, and whether what is unknown there may go unnoticed.

    As in Jinja2 that is so in the arms of an ``if`` and of an inline one, until a scope begins. (Jinja2 3.1,
    "Template Designer Documentation", Tests: ``is filter``.)
    """
    pending: list[tuple[nodes.Node, bool]] = [(template, False)]
    while pending:
        node, is_conditional = pending.pop()
        yield node, is_conditional
        inside = _INSIDE.get(type(node), _the_same)
        below = [(child, now) for children, now in inside(node, is_conditional) for child in children]
        pending += reversed(below)


_Parts = Iterable[tuple[Iterable[nodes.Node], bool]]


def _the_same(node: nodes.Node, is_conditional: bool) -> _Parts:
    return [(nodes.children(node), is_conditional)]


def _arms(node: nodes.Node, is_conditional: bool) -> _Parts:
    return [(nodes.children(node), True)]


def _scope(node: nodes.Node, is_conditional: bool) -> _Parts:
    return [(nodes.children(node), False)]


def _case(node: nodes.Case, is_conditional: bool) -> _Parts:
    guard = () if node.guard is None else (node.guard,)
    return [((node.pattern, *guard), is_conditional), (node.body, True)]


def _for(node: nodes.For, is_conditional: bool) -> _Parts:
    condition = () if node.condition is None else (node.condition,)
    inside = is_conditional and not node.recursive
    return [((node.iterable,), is_conditional), (condition, inside), ((*node.body, *node.otherwise), False)]


def _call_block(node: nodes.CallBlock, is_conditional: bool) -> _Parts:
    return [((node.call,), is_conditional), ((*node.parameters, *node.body, *node.contents), False)]


def _with(node: nodes.With, is_conditional: bool) -> _Parts:
    return [(node.values, is_conditional), (node.body, False)]


def _macro(node: nodes.Macro, is_conditional: bool) -> _Parts:
    return [((*node.parameters, *node.body), False)]


_INSIDE: Final[dict[type[nodes.Node], Callable[..., _Parts]]] = {
    nodes.If: _arms,
    nodes.Conditional: _arms,
    nodes.Case: _case,
    nodes.For: _for,
    nodes.Macro: _macro,
    nodes.CallBlock: _call_block,
    nodes.Capture: _scope,
    nodes.FilterBlock: _scope,
    nodes.With: _with,
    nodes.Autoescape: _scope,
    nodes.Scope: _scope,
    nodes.Block: _scope,
}
