"""The second function of a template's top, made when a block is rendered by name: it runs what gives names their values.

Those are assignments, macros and imports, and the loops and conditions that they stand in; nothing is written, and no
block or include runs. What fails there fails where its name is read: a block may not need it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from kida.compiler import joining
from kida.compiler import python as py
from kida.compiler.generator import Generator, StatementRule
from kida.compiler.matching import captured
from kida.semantics.scopes import Scopes, Variable
from kida.syntax import nodes

_INTO: Final = ".into"
"""What the function notes with where it is traced."""
_WHOLE: Final = (
    nodes.Assign,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.Do,
    nodes.Macro,
    nodes.Capture,
)
"""What gives names their values, or may change what they have."""
_AROUND: Final = (
    nodes.If, nodes.For, nodes.While, nodes.Match, nodes.Try, nodes.With, nodes.Scope, nodes.Autoescape, nodes.Provide
)  # fmt: skip
_LEAVING: Final = (nodes.Break, nodes.Continue)


def names_function(
    g: Generator, template: nodes.Template, name: str, rules: Mapping[type[nodes.Node], StatementRule]
) -> None:
    """Emit the function; it gives the context of the template that this one extends, if there is one.

    Parameters: ``rules``, those of the statements, for what stands in macros and captures.
    """
    at = g.at(template.span._replace(end=template.span.start))
    top = g.scopes.top
    arguments = py.arguments([".ctx", _INTO], at)
    kept = _Kept(template)
    with (
        g.defining(name, arguments, at, top, span=template.span, text=False, sink=_INTO),
        g.entering(top, at),
        g.following(kept.rules(rules)),
    ):
        joining.references(g, top.variables, None, at)
        g.emit(py.assign(".parent", py.constant(None, at), at))
        for statement in template.body:
            if statement not in kept:
                continue
            if any(isinstance(node, nodes.Extends) for node in nodes.walk(statement)):
                g.body((statement,))
            else:
                _guarded(g, statement)
        g.emit(ast.Return(py.load(".parent", at), **at))


def _guarded(g: Generator, statement: nodes.Statement) -> None:
    """A statement whose failure becomes the value of the names that it is about."""
    at = g.at(statement.span)
    with g.collecting() as body, g.loop_block(loop=False):
        g.body((statement,))
    failed = g.temporary("failed")
    with g.collecting() as handler:
        g.emit(py.assign(failed, py.call(".unmade", [py.load(".error", at)], at), at))
        for variable in dict.fromkeys(_names_of(statement, g.scopes)):
            g.assign(variable, py.load(failed, at), at, exported=False)
    caught = ast.ExceptHandler(py.load(".Exception", at), ".error", handler, **at)
    g.emit(ast.Try(body or [ast.Pass(**at)], [caught], [], [], **at))


def _names_of(statement: nodes.Statement, scopes: Scopes) -> Iterator[Variable]:
    """The variables at the top that a statement assigns to, or whose value it may change."""
    pending: list[nodes.Node] = [statement]
    while pending:
        node = pending.pop()
        about: list[nodes.Node] = []
        if isinstance(node, (nodes.TargetName, nodes.Macro)):
            about = [node]
        elif isinstance(node, nodes.TargetAttribute):
            about = [node.target]
        elif isinstance(node, nodes.Do):
            about = [inner for inner in nodes.walk(node) if isinstance(inner, nodes.Name)]
        for name in about:
            variable = scopes.variables.get(name)
            if variable is not None and variable.scope.is_top and variable.stored:
                yield variable
        if not isinstance(node, nodes.Macro):
            pending += nodes.children(node)


class _Kept:
    """The statements of a template's top that are run, found in one walk."""

    def __init__(self, template: nodes.Template) -> None:
        self._nodes: set[nodes.Node] = set()
        self._leaving: set[nodes.Node] = set()
        path: list[tuple[nodes.Node, Iterator[nodes.Node]]] = [(template, iter(template.body))]
        while path:
            node, below = path[-1]
            child = next(below, None)
            if child is None:
                path.pop()
                if path and node in self._nodes:
                    self._nodes.add(path[-1][0])
                if path and node in self._leaving and not isinstance(node, (nodes.For, nodes.While)):
                    self._leaving.add(path[-1][0])
            elif isinstance(child, _WHOLE):
                self._nodes |= {child, node}
            elif isinstance(child, _LEAVING):
                self._leaving.add(node)
            elif isinstance(child, (*_AROUND, nodes.Branch, nodes.Case)):
                if isinstance(child, nodes.Case) and captured(child):
                    self._nodes |= {child, node}
                path.append((child, iter(nodes.children(child))))

    def __contains__(self, node: nodes.Node) -> bool:
        return node in self._nodes

    def rules(
        self, rules: Mapping[type[nodes.Node], StatementRule]
    ) -> Mapping[type[nodes.Node], StatementRule]:
        """The rules of the statements at the top."""
        made: dict[type[nodes.Node], StatementRule] = dict.fromkeys(rules, _nothing)
        made |= {kind: _inside(rules[kind], rules) for kind in _WHOLE}
        made |= {kind: self._if_kept(rules[kind]) for kind in _AROUND}
        made |= {kind: rules[kind] for kind in _LEAVING}
        return MappingProxyType(made)

    def _if_kept(self, rule: StatementRule) -> StatementRule:
        def generate(g: Generator, node: nodes.Node) -> None:
            # what may leave a loop that is kept does so here too
            is_loop = isinstance(node, (nodes.For, nodes.While))
            if node in self or (not is_loop and node in self._leaving):
                rule(g, node)

        return generate


def _inside(rule: StatementRule, rules: Mapping[type[nodes.Node], StatementRule]) -> StatementRule:
    """A rule below which all statements count."""

    def generate(g: Generator, node: nodes.Node) -> None:
        with g.following(rules):
            rule(g, node)

    return generate


def _nothing(g: Generator, node: nodes.Node) -> None:
    pass
