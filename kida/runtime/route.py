"""How a render came to a template: immutable, so that no context can change another's, and shared by renders."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from kida.errors import ErrorCode, TemplateRuntimeError

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.template.core import Template
    from kida.template.linking import Unit

_REMEMBERED: Final = 8
"""Included templates that a route remembers the way to: an include in a loop is as a rule of one, or of a few."""


class ImportMark:
    """That a template is being imported, until it no longer is; the contexts within that import have it."""

    __slots__ = ("active", "template")

    def __init__(self, template: Template) -> None:
        self.template = template
        self.active = True


class Route:
    """The way from the template that is rendered to one within that render.

    ``kind`` says how the last came in: ``"template"``, ``"include"`` or ``"import"``. ``template_stack`` names the
    templates from the first to this one, ``import_stack`` those that are being imported, ``imports`` are their marks.
    """

    __slots__ = ("_extended", "import_stack", "imports", "kind", "template_stack", "to")

    def __init__(
        self,
        kind: str,
        template_stack: tuple[str, ...],
        import_stack: tuple[str, ...] = (),
        imports: tuple[ImportMark, ...] = (),
    ) -> None:
        self.kind = kind
        self.template_stack = template_stack
        self.import_stack = import_stack
        self.imports = imports
        self.to: dict[Unit, Route] = {}
        self._extended: tuple[Unit, Route] | None = None

    def included(self, unit: Unit, running: Route) -> Route:
        """The way on to a template that is included. Parameters: ``running``, that of the context that is current.

        Raises `TemplateRuntimeError` where templates include each other too deeply.
        """
        known = self.to.get(unit)
        if known is not None and running.imports is known.imports:
            return known
        self._check(unit.environment)
        made = Route("include", self.template_stack + unit.stack, self.import_stack, running.imports)
        if running.imports is self.imports:
            # others are not changed while another thread looks something up in them
            self.to = {unit: made} if len(self.to) >= _REMEMBERED else {**self.to, unit: made}
        return made

    def extended(self, unit: Unit) -> Route:
        """The way on to a template that this one extends."""
        known = self._extended
        if known is not None and known[0] is unit:
            return known[1]
        made = Route(self.kind, self.template_stack + unit.stack, self.import_stack, self.imports)
        self._extended = unit, made
        return made

    def imported(self, unit: Unit, running: Route) -> Route:
        """The way on to a template that is imported, with a mark of its own; parameters and errors as of `included`.

        Raises `TemplateRuntimeError` where that import is going on already.
        """
        self._check(unit.environment)
        template, name = unit.template, unit.stack[0]
        if any(mark.active and mark.template is template for mark in running.imports):
            chain = " → ".join((*self.import_stack, name))
            raise TemplateRuntimeError(
                f"template {template.name!r} imports itself",
                code=ErrorCode.CIRCULAR_IMPORT,
                hint=f"the chain of imports is {chain}; move what both need into a third template",
            )
        return Route(
            "import",
            self.template_stack + unit.stack,
            (*self.import_stack, name),
            (*running.imports, ImportMark(template)),
        )

    def _check(self, environment: Environment | None) -> None:
        limit = sys.maxsize if environment is None else environment.max_include_depth
        if len(self.template_stack) > limit:
            raise TemplateRuntimeError(
                f"templates include each other more than {limit} levels deep",
                code=ErrorCode.INCLUDE_DEPTH,
                hint=f"the innermost are {' → '.join(self.template_stack[-3:])}; an include needs a condition that"
                " ends it, or Environment(max_include_depth=…) a higher limit",
            )
