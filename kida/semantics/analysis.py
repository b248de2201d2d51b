"""Finds out what every name means. Scoping is Jinja2's ("Template Designer Documentation", Assignments, Scoping).

A scope is read twice: first the statements that stand in it directly, to learn which of its names are read or
assigned first, then the scopes inside it. What is first decides where a name's first value comes from:

- read first: from the enclosing scope, or the context;
- assigned first: from the enclosing scope, or it has none yet;
- assigned in some arms of an ``if`` only: as if it were read first;
- bound by ``let`` in a loop, ``case`` or ``fallback``: as if it were read first, where it may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final

from kida.errors import ErrorCode, TemplateSyntaxError
from kida.semantics.first_uses import FirstUses
from kida.semantics.flow import read_before_assigned
from kida.semantics.overview import Overview
from kida.semantics.python_names import PythonNames
from kida.semantics.scopes import Origin, Scope, Scopes, Variable
from kida.semantics.uses import (
    ASSIGNED,
    READ,
    Uses,
    is_in_loop,
    scopes_around,
)
from kida.source import Source, Span
from kida.syntax import nodes

_MACRO_NAMES: Final = frozenset(("caller", "varargs", "kwargs"))
_SLOT_NAMES: Final = frozenset((nodes.SLOTS, "has_slot"))
_LOOP_NAMES: Final = frozenset(("loop",))


def analyse(template: nodes.Template, source: Source) -> Scopes:
    """What each name of a template means.

    Raises `TemplateSyntaxError` where ``loop`` is assigned inside a loop.
    """
    scopes, errors = analysed(template, source)
    if errors:
        raise errors[0]
    return scopes


def analysed(template: nodes.Template, source: Source) -> tuple[Scopes, list[TemplateSyntaxError]]:
    """What each name of a template means, and where ``loop`` is assigned inside a loop."""
    analysis = _Analysis(template, source)
    return analysis.run(), analysis.errors


class _Analysis:
    def __init__(self, template: nodes.Template, source: Source) -> None:
        self.source = source
        self.template = template
        self.errors: list[TemplateSyntaxError] = []
        self.opened: dict[tuple[nodes.Node, str], Scope] = {}
        self.variables: dict[nodes.Node, Variable] = {}
        self.overview = Overview(template)
        self.first = FirstUses(self.overview.has_reaching)
        self.exported_in_blocks = self.overview.exported_in_blocks
        given = self.overview.parameters | _MACRO_NAMES | _SLOT_NAMES
        self.python_names = PythonNames(frozenset(self.overview.exported & given))
        self._ends: dict[nodes.Node, int] = {}

    def run(self) -> Scopes:
        top = self._function(self.template, "body", self.template.span, None, frozenset(("self",)))
        self._statements(top, self.template.body)
        seen = self.overview
        for block in (*seen.blocks.values(), *chain.from_iterable(seen.embedded.values())):
            scope = self._function(block, "body", block.span, None, frozenset(("self", "super")))
            self._statements(scope, block.body)
        exported = frozenset(self.exported_in_blocks)
        return Scopes(
            top, self.opened, self.variables, seen.blocks, seen.embedded, exported, seen.extends, seen.awaits
        )

    def end_of(self, node: nodes.Node) -> int:
        """The last offset of what stands below a node, which is found once for each node."""
        path = []
        while node not in self._ends:
            path.append(node)
            below = nodes.children(node)
            if not below:
                break
            node = max(below, key=_start)  # those beside each other do not overlap
        end = self._ends.get(node, 0)
        for around in reversed(path):
            end = self._ends[around] = max(end, around.span.end)
        return self._ends[node] if not path else end

    # --- scopes and variables ----------------------------------------------------------------------------------

    def _function(
        self,
        node: nodes.Node,
        part: str,
        span: Span,
        parent: Scope | None,
        implicit: frozenset[str] = frozenset(),
    ) -> Scope:
        scope = Scope(node, span, parent, implicit=implicit)
        self.opened[node, part] = scope
        return scope

    def _scope(
        self, node: nodes.Node, part: str, span: Span, parent: Scope, implicit: frozenset[str] = frozenset()
    ) -> Scope:
        scope = Scope(node, span, parent, parent.function, implicit=implicit)
        self.opened[node, part] = scope
        return scope

    def _new(
        self,
        scope: Scope,
        name: str,
        origin: Origin,
        outer: Variable | None = None,
        *,
        parameter: bool = False,
    ) -> Variable:
        names = self.python_names
        if parameter:
            python_name = names.parameter(scope, name)
        elif origin is Origin.IMPLICIT:
            python_name = names.choose_everywhere(scope, name)
        else:
            python_name = names.choose(scope, name)
        variable = Variable(name, python_name, origin, scope, outer)
        variable.stored = origin is not Origin.CONTEXT and origin is not Origin.IMPLICIT
        scope.variables[name] = variable
        return variable

    def _given(self, scope: Scope, target: nodes.Node) -> None:
        """Declare the names of a target that whatever opens the scope assigns."""
        for node in nodes.walk(target):
            if isinstance(node, nodes.TargetName):
                self.variables[node] = scope.variables.get(node.name) or self._new(
                    scope, node.name, Origin.GIVEN
                )
            elif isinstance(node, nodes.Name):
                self._refer(scope, node)

    def _find(self, scope: Scope, name: str) -> Variable | None:
        """The variable a name means in a scope, making implicit ones of the scopes around it real."""
        around: Scope | None = scope
        while around is not None:
            found = around.variables.get(name)
            if found is None and name in around.implicit:
                is_parameter = isinstance(around.node, (nodes.Macro, nodes.CallBlock, nodes.SlotContent))
                found = self._new(around, name, Origin.IMPLICIT, parameter=is_parameter)
                if name == "has_slot":
                    self._find(around, nodes.SLOTS)
                if is_parameter and around.parent is not None and name not in _SLOT_NAMES:
                    # as in Jinja2 the macros around take what a call's body inside of them mentions
                    self._find(around.parent, name)
            if found is not None:
                found.used = True
                return found
            around = around.parent
        return None

    def _from_context(self, scope: Scope, name: str) -> Variable:
        function = scope.function
        variable = function.context_names.get(name)
        if variable is None:
            dynamic = name in self.exported_in_blocks
            origin = Origin.DYNAMIC if dynamic else Origin.CONTEXT
            variable = Variable(name, self.python_names.choose_everywhere(function, name), origin, function)
            function.context_names[name] = variable
        return variable

    def _refer(self, scope: Scope, node: nodes.Name) -> None:
        variable = self._find(scope, node.name)
        if variable is None:
            variable = scope.variables[node.name] = self._from_context(scope, node.name)
        self.variables[node] = variable

    def _declare(self, scope: Scope, uses: Uses, statements: Iterable[nodes.Node]) -> None:
        """Make the variables that the statements directly in a scope use."""
        perhaps = {name for name in uses.own - self.exported_in_blocks if uses.first[name] is READ}
        if perhaps:
            reaching = frozenset(("let", "export") if scope.is_top else ("let",) if scope.is_function else ())
            perhaps -= read_before_assigned(statements, perhaps, reaching)
        for name, how in uses.first.items():
            if name in scope.variables:
                scope.variables[name].stored |= name in uses.assigned
                continue
            stored = name in uses.assigned
            if name in self.exported_in_blocks and scope.is_top:
                variable = self._from_context(scope, name)
                scope.variables[name] = variable
            elif not stored:
                found = self._find(scope, name)
                if found is None:
                    scope.variables[name] = self._from_context(scope, name)
                continue
            else:
                outer = self._find(scope.parent, name) if scope.parent is not None else None
                if outer is not None:
                    variable = self._new(scope, name, Origin.OUTER, outer)
                elif how is ASSIGNED or name in perhaps:
                    variable = self._new(scope, name, Origin.UNSET)
                elif scope.is_function:
                    variable = scope.variables[name] = self._from_context(scope, name)
                else:
                    variable = self._new(scope, name, Origin.OUTER, self._from_context(scope, name))
            variable.stored = True

    # --- statements --------------------------------------------------------------------------------------------

    def _statements(self, scope: Scope, *bodies: nodes.Body) -> None:
        """Read the statements directly in a scope, make its variables, then read the scopes inside."""
        uses = Uses()
        for body in bodies:
            self.first.of_body(scope, body, uses)
        self._finish(scope, uses, bodies)

    def _finish(self, scope: Scope, uses: Uses, bodies: Iterable[nodes.Body]) -> None:
        self._declare(scope, uses, [statement for body in bodies for statement in body])
        for body in bodies:
            for statement in body:
                self._resolve(scope, statement)

    def _resolve(self, scope: Scope, node: nodes.Node) -> None:
        """Connect the names below a node with their variables, and read the scopes that it opens."""
        rule = _RESOLVE.get(type(node))
        if rule is not None:
            rule(self, scope, node)
            return
        for child in nodes.children(node):
            self._resolve(scope, child)

    def _assign(
        self, scope: Scope, target: nodes.TargetName, reach: str = "set", *, imported: bool = False
    ) -> None:
        name = target.name
        if reach != "set":
            top = scope.function
            while top.parent is not None and (reach == "export" or isinstance(top.node, nodes.For)):
                top = top.parent.function
            variable = top.variables.get(name) or self._from_context(top, name)
            if reach == "export" and not top.is_top:
                variable = self._from_context(top, name)
            scope_variable = self._find(scope, name)
            if scope_variable is not None and scope_variable.scope is top:
                variable = scope_variable
        else:
            variable = scope.variables[name]
            if (
                name == "loop"
                and not imported
                and any(is_in_loop(s, self.overview.loop_blocks) for s in scopes_around(scope))
            ):
                message = "'loop' cannot be assigned inside a loop: it is the loop object"
                code = ErrorCode.INVALID_TARGET
                error = TemplateSyntaxError(message, code=code, source=self.source, span=target.span)
                self.errors.append(error)
        variable.stored = True
        self.variables[target] = variable

    def _target(self, scope: Scope, target: nodes.Node, reach: str = "set") -> None:
        for node in nodes.walk(target):
            if isinstance(node, nodes.TargetName):
                self._assign(scope, node, reach)
            elif isinstance(node, nodes.Name):
                self._refer(scope, node)


def _start(node: nodes.Node) -> int:
    return node.span.start


# --- which variable a name means, and the scopes inside: a rule a node ---------------------------------------------

_ResolveRule = Callable[[_Analysis, Scope, Any], None]


def _resolve_target_name(a: _Analysis, scope: Scope, node: nodes.TargetName) -> None:
    a._assign(scope, node)


def _resolve_assign(a: _Analysis, scope: Scope, node: nodes.Assign) -> None:
    a._resolve(scope, node.value)
    a._target(scope, node.target, node.reach)


def _resolve_for(a: _Analysis, scope: Scope, node: nodes.For) -> None:
    a._resolve(scope, node.iterable)
    end = a.end_of(node)
    recursive = node.recursive
    outer = scope
    if recursive:
        outer = a._function(node, "function", Span(node.span.start, end), scope)
    if node.condition is not None:
        condition = a._scope(node, "condition", node.condition.span, outer)
        a._given(condition, node.target)
        for name, variable in list(condition.variables.items()):
            del name
            variable.used = True
        a._resolve(condition, node.condition)
    body = a._scope(node, "body", Span(node.span.start, end), outer, _LOOP_NAMES)
    a._given(body, node.target)
    if node in a.overview.loops_of_scoped:
        a._find(body, "loop")
    a._statements(body, node.body)
    otherwise = a._scope(node, "otherwise", Span(end, end), outer)
    a._statements(otherwise, node.otherwise)


def _resolve_macro(a: _Analysis, scope: Scope, node: nodes.Macro) -> None:
    variable = scope.variables[node.name]
    variable.stored = True
    a.variables[node] = variable
    own = _SLOT_NAMES if node.strict or node.slots else frozenset[str]()
    _resolve_callable(a, scope, node, node.parameters, node.body, _MACRO_NAMES | own)


def _resolve_call_block(a: _Analysis, scope: Scope, node: nodes.CallBlock) -> None:
    a._resolve(scope, node.call)
    _resolve_callable(a, scope, node, node.parameters, node.body)
    if node.condition is not None:
        a._resolve(scope, node.condition)
    for content in node.contents:
        if content.condition is not None:
            a._resolve(scope, content.condition)
        # nobody gives a content a caller of its own: it sees that of the macro that the call stands in
        _resolve_callable(a, scope, content, content.parameters, content.body, frozenset())


def _resolve_callable(
    a: _Analysis,
    scope: Scope,
    node: nodes.Node,
    parameters: tuple[nodes.Parameter, ...],
    body: nodes.Body,
    implicit: frozenset[str] = _MACRO_NAMES,
) -> None:
    span = Span(node.span.start, a.end_of(node))
    inner = a._function(node, "body", span, scope, implicit)
    for parameter in parameters:
        a.variables[parameter] = a._new(inner, parameter.name, Origin.GIVEN, parameter=True)
    uses = Uses()
    for parameter in parameters:
        if parameter.default is not None:
            a.first.of(inner, parameter.default, uses)
    a.first.of_body(inner, body, uses)
    for name in sorted(_MACRO_NAMES & implicit & uses.assigned):
        if name not in inner.variables and _is_read_first(body, name):
            a._find(inner, name)  # as in Jinja2 it is what the call gave, until it is assigned
    defaults = [parameter.default for parameter in parameters if parameter.default is not None]
    a._declare(inner, uses, (*defaults, *body))
    for parameter in parameters:
        if parameter.default is not None:
            a._resolve(inner, parameter.default)
    for statement in body:
        a._resolve(inner, statement)


def _is_read_first(body: nodes.Body, name: str) -> bool:
    """Whether a name is read before it is assigned, in the order of the text."""
    found = (
        node
        for statement in body
        for node in nodes.walk(statement)
        if isinstance(node, (nodes.Name, nodes.TargetName)) and node.name == name
    )
    return isinstance(min(found, key=_start, default=None), nodes.Name)


def _resolve_capture(a: _Analysis, scope: Scope, node: nodes.Capture) -> None:
    a._target(scope, node.target, node.reach)
    inner = a._scope(node, "body", Span(node.span.start, a.end_of(node)), scope)
    _statements_then(a, inner, node.body, node.filter)


def _resolve_filter_block(a: _Analysis, scope: Scope, node: nodes.FilterBlock) -> None:
    inner = a._scope(node, "body", Span(node.span.start, a.end_of(node)), scope)
    _statements_then(a, inner, node.body, node.filter)


def _statements_then(a: _Analysis, scope: Scope, body: nodes.Body, last: nodes.Node | None) -> None:
    """Statements, and an expression that is evaluated behind them in the same scope."""
    uses = Uses()
    a.first.of_body(scope, body, uses)
    if last is not None:
        a.first.of(scope, last, uses)
    a._declare(scope, uses, body if last is None else (*body, last))
    for node in body if last is None else (*body, last):
        a._resolve(scope, node)


def _resolve_with(a: _Analysis, scope: Scope, node: nodes.With) -> None:
    for value in node.values:
        a._resolve(scope, value)
    inner = a._scope(node, "body", Span(node.span.start, a.end_of(node)), scope)
    for target in node.targets:
        a._given(inner, target)
    a._statements(inner, node.body)


def _resolve_autoescape(a: _Analysis, scope: Scope, node: nodes.Autoescape) -> None:
    inner = a._scope(node, "body", Span(node.span.start, a.end_of(node)), scope)
    uses = Uses()
    a.first.of(inner, node.enabled, uses)
    a.first.of_body(inner, node.body, uses)
    a._declare(inner, uses, (node.enabled, *node.body))
    a._resolve(inner, node.enabled)
    for statement in node.body:
        a._resolve(inner, statement)


def _resolve_scope(a: _Analysis, scope: Scope, node: nodes.Scope) -> None:
    a._statements(a._scope(node, "body", node.span, scope), node.body)


def _resolve_block(a: _Analysis, scope: Scope, node: nodes.Block) -> None:
    """A block's body is a function of its own; here only its call stands."""
    a.opened[node, "call"] = scope
    if node.condition is not None:
        a._resolve(scope, node.condition)


def _resolve_embed(a: _Analysis, scope: Scope, node: nodes.Embed) -> None:
    """Its blocks are functions of their own, as others are."""
    a.opened[node, "call"] = scope
    for child in (node.template, *(value for _, value in node.names), *node.body):
        a._resolve(scope, child)


def _resolve_import(a: _Analysis, scope: Scope, node: nodes.Import | nodes.FromImport) -> None:
    a.opened[node, "call"] = scope
    a._resolve(scope, node.template)
    targets = (
        [node.target] if isinstance(node, nodes.Import) else [imported.target for imported in node.names]
    )
    for target in targets:
        a._assign(scope, target, imported=True)


def _resolve_here(a: _Analysis, scope: Scope, node: nodes.Node) -> None:
    """Nodes that hand on what is visible where they stand."""
    a.opened[node, "call"] = scope
    for child in nodes.children(node):
        a._resolve(scope, child)


def _resolve_comprehension(a: _Analysis, scope: Scope, node: nodes.Comprehension) -> None:
    first = node.clauses[0]
    a._resolve(scope, first.iterable)
    inner = a._scope(node, "body", node.span, scope)
    for clause in node.clauses:
        if clause is not first:
            a._resolve(inner, clause.iterable)
        a._given(inner, clause.target)
        for condition in clause.conditions:
            a._resolve(inner, condition)
    if node.key is not None:
        a._resolve(inner, node.key)
    a._resolve(inner, node.value)


_RESOLVE: Final[dict[type[nodes.Node], _ResolveRule]] = {
    nodes.Name: _Analysis._refer,
    nodes.TargetName: _resolve_target_name,
    nodes.Assign: _resolve_assign,
    nodes.For: _resolve_for,
    nodes.Macro: _resolve_macro,
    nodes.CallBlock: _resolve_call_block,
    nodes.Capture: _resolve_capture,
    nodes.FilterBlock: _resolve_filter_block,
    nodes.With: _resolve_with,
    nodes.Autoescape: _resolve_autoescape,
    nodes.Scope: _resolve_scope,
    nodes.Block: _resolve_block,
    nodes.Call: _resolve_here,
    nodes.Include: _resolve_here,
    nodes.Embed: _resolve_embed,
    nodes.Import: _resolve_import,
    nodes.FromImport: _resolve_import,
    nodes.Debug: _resolve_here,
    nodes.Comprehension: _resolve_comprehension,
}
