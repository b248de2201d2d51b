"""Scopes and variables: the values that the analysis gives and the generator reads."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from kida.source import Span
from kida.syntax import nodes
from kida.values import Value


class Origin(Enum):
    """Where a variable has its value from when its scope is entered."""

    CONTEXT = "looked up in the context"
    OUTER = "copied from the variable of an enclosing scope"
    UNSET = "none yet"
    GIVEN = "given by what opens the scope: a loop's target, a macro's parameter"
    IMPLICIT = "given where it is used: loop, caller, varargs, kwargs, self, super"
    DYNAMIC = "looked up in the context at each use, as blocks export it"


class Variable:
    """A variable of a scope.

    ``python_name`` is its name in the generated code, where it is a local variable of ``function``.
    """

    __slots__ = ("name", "origin", "outer", "python_name", "scope", "stored", "used")

    def __init__(
        self, name: str, python_name: str, origin: Origin, scope: Scope, outer: Variable | None = None
    ) -> None:
        self.name = name
        self.python_name = python_name
        self.origin = origin
        self.scope = scope
        self.outer = outer
        self.stored = False
        self.used = False

    @property
    def function(self) -> Scope:
        """The function that the variable is local to."""
        return self.scope.function

    @property
    def exported(self) -> bool:
        """Whether assigning to it also puts it into the context: it stands at the top of a template."""
        return self.scope.is_top

    @property
    def may_be_missing(self) -> bool:
        """Whether it can be without a value where it is read."""
        if self.origin is Origin.OUTER and self.outer is not None:
            return self.outer.may_be_missing
        return self.origin is Origin.UNSET


class Scope:
    """A region of a template in which names have one meaning.

    ``node`` opens it. ``function`` is the scope of the generated function it stands in: the template, a block, a
    macro, a call's body or a recursive loop; for those, the scope itself, and ``context_names`` are then the names
    that it looks up in the context when it is called. ``implicit`` are names that are there without being declared.
    """

    __slots__ = ("context_names", "function", "implicit", "node", "parent", "span", "variables")

    def __init__(
        self,
        node: nodes.Node,
        span: Span,
        parent: Scope | None,
        function: Scope | None = None,
        implicit: frozenset[str] = frozenset(),
    ) -> None:
        self.node = node
        self.span = span
        self.parent = parent
        self.function = self if function is None else function
        self.implicit = implicit
        self.variables: dict[str, Variable] = {}
        self.context_names: dict[str, Variable] = {}

    @property
    def is_function(self) -> bool:
        """Whether this is the scope of a whole generated function."""
        return self.function is self

    @property
    def is_top(self) -> bool:
        """Whether this is the top of a template."""
        return isinstance(self.node, nodes.Template)

    def find(self, name: str) -> Variable | None:
        """The variable a name means here, if any scope from here outwards has one."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.variables.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def visible(self) -> dict[str, Variable]:
        """The variables that are assigned in this scope and those around it, but the template's own."""
        found: dict[str, Variable] = {}
        scope: Scope | None = self
        while scope is not None and not scope.is_top:
            for name, variable in scope.variables.items():
                if (
                    name not in found
                    and not name.startswith(".")  # the engine's own
                    and (variable.stored or (variable.origin is Origin.IMPLICIT and variable.used))
                ):
                    found[name] = variable
            scope = scope.parent
        return found


class Scopes(Value):
    """What the analysis found out.

    ``opened`` maps a node and a part of it (``"body"``, ``"otherwise"``, ``"condition"``) to the scope that the part
    opens; ``variables`` maps every `Name` and `TargetName` to its variable; ``blocks`` are the blocks by name, ``embedded`` those of each ``embed``, with names for their functions;
    ``exported_in_blocks`` are the names that blocks export; ``extends`` is the first ``extends``, if there is one;
    ``awaits`` whether there is ``await`` or ``async for``.
    """

    top: Scope
    opened: Mapping[tuple[nodes.Node, str], Scope]
    variables: Mapping[nodes.Node, Variable]
    blocks: Mapping[str, nodes.Block]
    embedded: Mapping[nodes.Embed, Mapping[nodes.Block, str]]
    exported_in_blocks: frozenset[str]
    extends: nodes.Extends | None
    awaits: bool
