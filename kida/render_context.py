"""The render context: what one render, or one included, imported or extended template within it, sees and says of itself.

One is made for each render and kept in a ``ContextVar``, so that threads, tasks and nested renders each have their
own. Where a template includes, imports or extends another, that one gets a context of its own, made from a copy; the
one that Python entered with then says that it is ``within`` it, as setting the variable takes longer than all the rest.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from kida.runtime.hooks import EvalContext
from kida.runtime.undefined import missing

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.environment.registry import Registry
    from kida.runtime.forms import Form
    from kida.runtime.layout import BlockFunction, Layout
    from kida.runtime.marks import Marks
    from kida.runtime.route import Route
    from kida.runtime.stacks import Stacks
    from kida.template.core import Template
    from kida.template.linking import Unit
    from kida.template.module import TemplateModule

entered: Final[ContextVar[RenderContext | None]] = ContextVar("kida render context", default=None)
"""The context that Python entered a template with: made for that by a render, or by the call of a macro, and no other's."""

_NOTHING: Final[Mapping[str, Any]] = {}


class RenderState:
    """What all contexts of one render have in common.

    ``depth`` counts the calls of macros and blocks inside each other; ``escapings`` says where an ``autoescape`` block
    is at work, and what it decided; ``ambient`` are the values that ``provide`` gives here; ``templates`` are those met, by name, ``steps`` the ways from one to another that it includes; ``modules`` those imported
    without context; ``stacks`` is what ``push`` collects, and ``marks`` are the places in the text that wait for the end.
    They begin as attributes of the class: most renders have nothing to put there, and each makes a state.
    It is apart from the contexts so that none refers to itself, and what a render leaves is freed at once; and so that
    macros of one module that threads or tasks call at the same time each have their caller's.
    """

    depth: int = 0
    ambient: Mapping[str, Any] = _NOTHING
    escapings: dict[RenderContext, bool] | None = None
    templates: dict[str, Template] | None = None
    steps: Mapping[str, tuple[Route, Route, Unit]] = _NOTHING
    modules: dict[Template, TemplateModule] | None = None
    stacks: Stacks | None = None
    marks: Marks | None = None

    @property
    def origin(self) -> RenderState:
        """The state that the render began with."""
        return self

    def whole(self, text: str, size: int = 0) -> str:
        """The text of the whole render, with what stands for marks in it; ``size``, how much was handed on before."""
        return text if self.marks is None else self.marks.resolved(text, size)

    def kept(self, events: list[Any], escaping: bool) -> str:
        """The text of a block of a traced render, whose events are given, as a value."""
        from kida.tracing.recording import kept, recorder

        return kept(recorder(), events, escaping=escaping)


SHARED: Final = RenderState()
"""The state of a module that renders share: stands for that of whichever calls one of its macros."""


class RenderContext:
    """What a template sees while it renders; handed to functions marked with ``pass_context``.

    ``name`` and ``filename`` are the template's. ``template_stack`` names the templates from the one that is
    rendered to this one, ``import_stack`` those that are being imported; both are tuples, so that no context can
    change another's. ``vars`` are the variables given and exported so far. ``exported_vars`` are the names that an
    importer sees. ``kind`` says how this template came in: ``"template"``, ``"include"`` or ``"import"``.

    Renders make them, and so does `render_context`.
    """

    # each render makes some of them: what can be told from these is a property, and there is no ``__init__``
    __slots__ = (
        "_below",
        "_escaping",
        "_exported",
        "_owned",
        "_vars",
        "layout",
        "route",
        "state",
        "unit",
        "within",
    )

    unit: Unit
    _vars: Mapping[str, Any]
    _below: RenderContext | None
    state: RenderState
    layout: Layout
    route: Route
    within: RenderContext | None
    _escaping: bool
    _exported: set[str] | None
    _owned: bool

    # --- what a template and its functions ask -----------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The template's name; ``None`` for a string."""
        return self.unit.name

    @property
    def template_name(self) -> str | None:
        """The template's name, as `name`."""
        return self.unit.name

    @property
    def filename(self) -> str | None:
        """The file that the template was read from, where there is one."""
        return self.unit.filename

    @property
    def environment(self) -> Environment | None:
        """The template's environment; ``None`` in a context of `render_context` that was given none."""
        return self.unit.environment

    @property
    def kind(self) -> str:
        """How this template came in: ``"template"``, ``"include"`` or ``"import"``."""
        return self.route.kind

    @property
    def template_stack(self) -> tuple[str, ...]:
        """The names of the templates from the one that is rendered to this one."""
        return self.route.template_stack

    @property
    def import_stack(self) -> tuple[str, ...]:
        """The names of the templates that are being imported, the outermost first."""
        return self.route.import_stack

    @property
    def registry(self) -> Registry:
        """The filters, tests and globals that the render began with."""
        return self.unit.registry

    @property
    def form(self) -> Form:
        """The form that the template is rendered in."""
        return self.unit.form

    @property
    def exported_vars(self) -> set[str]:
        """The names that an importer sees."""
        if self._exported is None:
            self._exported = set()
        return self._exported

    @property
    def blocks(self) -> Mapping[str, tuple[BlockFunction, ...]]:
        """The functions of each block, the most derived first."""
        return self.layout.blocks

    @property
    def line(self) -> int | None:
        """The line, from 1, that the innermost template running in this thread has come to.

        Read from the running frames, so that a render does not have to keep count; ``None`` outside of a render.
        """
        from kida.tracing.trace import running_line

        return running_line()

    @property
    def eval_ctx(self) -> EvalContext:
        """The environment, and whether output is escaped where the template has come to."""
        return EvalContext(self.environment, self.escaping)

    @property
    def parent(self) -> Mapping[str, Any]:
        """The globals that variables shadow."""
        return self.unit.globals

    @property
    def vars(self) -> Mapping[str, Any]:
        """The variables given and exported so far."""
        below = self._below
        if below is not None:
            # an included template's own names are put in front of the others once somebody asks for all of them
            self._vars = overlaid(below.vars, self._vars)
            self._below = None
        return self._vars

    def resolve_or_missing(self, key: str) -> Any:
        """A variable's or global's value, or ``missing``."""
        value = self._vars.get(key, missing)
        return self.found_below(key) if value is missing else value

    def found_below(self, key: str) -> Any:
        """The value of a name that is none of the template's own: of those around it, or a global's; or ``missing``."""
        context = self._below
        while context is not None:
            value = context._vars.get(key, missing)
            if value is not missing:
                return value
            context = context._below
        return self.unit.globals.get(key, missing)

    def resolve(self, key: str) -> Any:
        """A variable's or global's value; undefined where there is none."""
        value = self.resolve_or_missing(key)
        environment = self.unit.environment
        if value is missing and environment is not None:
            return environment.undefined(name=key)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """A variable's or global's value, or the default."""
        value = self.resolve_or_missing(key)
        return default if value is missing else value

    def __getitem__(self, key: str) -> Any:
        value = self.resolve_or_missing(key)
        if value is missing:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return key in self.vars or key in self.unit.globals

    def keys(self) -> list[str]:
        """The names of all variables and globals."""
        return list(self.get_all())

    def values(self) -> list[Any]:
        """Their values."""
        return list(self.get_all().values())

    def items(self) -> list[tuple[str, Any]]:
        """Names and values."""
        return list(self.get_all().items())

    def get_all(self) -> dict[str, Any]:
        """All variables and globals, as a new dict."""
        return {**self.unit.globals, **self.vars}

    def get_exported(self) -> dict[str, Any]:
        """The variables that an importer sees, as a new dict."""
        return {name: self.vars[name] for name in self._exported or ()}

    def __repr__(self) -> str:
        return f"<RenderContext of {self.name or '<template>'!r}>"

    # --- what compiled templates and the runtime do ------------------------------------------------------------

    @property
    def running_state(self) -> RenderState:
        """The state of the render that is going on; it is another than this context's where a module is called again."""
        entry = entered.get()
        return self.state if entry is None else entry.state

    @property
    def escaping(self) -> bool:
        """Whether output is escaped where the template has come to. Set by ``autoescape`` blocks, for this render alone."""
        entry = entered.get()  # as `running_state`: this is asked for at every call of a macro
        escapings = (self.state if entry is None else entry.state).escapings
        return self._escaping if escapings is None else escapings.get(self, self._escaping)

    @escaping.setter
    def escaping(self, escaping: bool) -> None:
        state = self.running_state
        if state.escapings is None:
            state.escapings = {}
        if escaping is self._escaping:
            state.escapings.pop(self, None)
        else:
            state.escapings[self] = escaping

    def called(self) -> RenderContext:
        """The context to enter with where Python calls a macro of this one: with a state of the call's own, unless
        the render that is going on is this context's.
        """
        entry = entered.get()
        made = self._copy()
        if entry is not None and (self.state is SHARED or entry.state.origin is self.state.origin):
            made.state = entry.state
        else:
            made.state = RenderState()
            if entry is not None:
                made.state.depth = entry.state.depth
        return made

    def be_beside(self) -> None:
        """Have this context of a call a state beside that of the render, where it is part of one: others may run meanwhile."""
        if entered.get() is not None:
            from kida.runtime.beside import BesideState

            self.state = BesideState(self.state)

    def whole(self, text: str) -> str:
        """What a call gave, with what stands for marks in it, unless that is for the render to tell that it is part of."""
        entry = entered.get()
        is_part = entry is not None and entry.state.origin is self.state.origin
        return text if is_part else self.state.whole(text)

    def bind(self, name: str, value: Any) -> None:
        """Set a variable for the blocks and included templates, but not for importers."""
        if not self._owned:
            self._own()
        self._vars[name] = value  # type: ignore[index]
        if self._exported:
            self._exported.discard(name)

    def export(self, name: str, value: Any) -> None:
        """Set a variable for the blocks, included templates and importers."""
        if not self._owned:
            self._own()
        self._vars[name] = value  # type: ignore[index]
        self.exported_vars.add(name)

    def _own(self) -> None:
        """Copy on write: what the caller gave is never written to."""
        found = self.vars
        self._vars = dict(found) if type(found) is dict else ChainMap({}, found)  # type: ignore[arg-type]
        self._owned = True

    def derived(self, local: Mapping[str, Any]) -> RenderContext:
        """This context with the variables of a place in the template in front."""
        made = _Derived()
        made.outer = self
        for name in RenderContext.__slots__:
            setattr(made, name, getattr(self, name))
        made._escaping = self.escaping
        made._exported = self.exported_vars
        made._vars = overlaid(self.vars, local)
        made._below = None
        made._owned = True
        return made

    def of_parent(self, unit: Unit) -> RenderContext:
        """The context of the template that this one extends: the same variables, its blocks behind, stacks of its own."""
        if not self._owned:
            self._own()
        # both write to the same mapping, whole as it is from now on
        made = begun(unit, self.vars, True, self.state, self.route.extended(unit))
        made.layout = self.layout = self.layout.extended(unit)
        made._escaping = self._escaping if self.state.escapings is None else self.escaping
        made._exported = self.exported_vars
        return made

    def _copy(self) -> RenderContext:
        made = begun(self.unit, self._vars, self._owned, self.state, self.route)
        made._below = self._below
        made.layout = self.layout
        made._escaping = self.escaping
        made._exported = self.exported_vars
        return made


class _Derived(RenderContext):
    """A context with the variables of a place in front; what is exported there is also the template's, as ever."""

    __slots__ = ("outer",)

    outer: RenderContext

    def export(self, name: str, value: Any) -> None:
        super().export(name, value)
        self.outer.export(name, value)


def begun(
    unit: Unit, variables: Mapping[str, Any], owned: bool, state: RenderState, route: Route
) -> RenderContext:
    """The context that a template's render begins with. Parameters: ``owned``, whether the variables may be written to."""
    made = RenderContext()
    made.unit = unit
    made._vars = variables
    made._below = None
    made.state = state
    made.route = route
    made.layout = unit.layout
    made._escaping = unit.autoescape
    made._owned = owned
    made._exported = None
    made.within = None
    return made


def overlaid(variables: Mapping[str, Any], local: Mapping[str, Any]) -> Mapping[str, Any]:
    """Variables with others in front, as a new mapping."""
    if isinstance(variables, dict):
        return {**variables, **local}
    return ChainMap(dict(local), variables)  # type: ignore[arg-type]


def get_render_context() -> RenderContext | None:
    """The context of the render that is going on in this thread or task, or ``None``."""
    entry = entered.get()
    return None if entry is None else entry.within or entry


def get_render_context_required() -> RenderContext:
    """The context of the render that is going on. Raises ``RuntimeError`` outside of one."""
    context = get_render_context()
    if context is None:
        raise RuntimeError("there is no render context here: no template is being rendered")
    return context


@contextmanager
def render_context(
    template_name: str | None = None,
    filename: str | None = None,
    *,
    environment: Environment | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Iterator[RenderContext]:
    """Make a render context, and have entered with it inside of a ``with`` block.

    Parameters: ``template_name``, ``filename``, ``environment``: what it says of itself; ``variables``, never written to.
    """
    from kida.template.linking import nobodys

    unit = nobodys(template_name, filename, environment)
    owned = variables is None
    context = begun(unit, {} if variables is None else variables, owned, RenderState(), unit.route)
    token = entered.set(context)
    try:
        yield context
    finally:
        entered.reset(token)


@asynccontextmanager
async def async_render_context(
    template_name: str | None = None, filename: str | None = None, **options: Any
) -> AsyncIterator[RenderContext]:
    """The same for an ``async with`` block."""
    with render_context(template_name, filename, **options) as context:
        yield context
