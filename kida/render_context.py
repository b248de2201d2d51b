"""The render context: what one render, or one included, imported or extended template within it, sees and says of itself.

One is made for each render and kept in a ``ContextVar``, so that threads, tasks and nested renders each have their
own. Where a template includes, imports or extends another, that one gets a context of its own, made from a copy.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from kida.runtime.forms import Form
from kida.runtime.hooks import EvalContext
from kida.runtime.layout import EMPTY, BlockFunction
from kida.runtime.undefined import missing

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.environment.registry import Registry
    from kida.runtime.marks import Marks
    from kida.runtime.stacks import Stacks
    from kida.template.core import Template
    from kida.template.linking import Unit
    from kida.template.module import TemplateModule

current: Final[ContextVar[RenderContext | None]] = ContextVar("kida render context", default=None)


_NOTHING: Final[Mapping[str, Any]] = {}


class RenderState:
    """What all contexts of one render have in common.

    ``depth`` counts the calls of macros and blocks inside each other; ``escapings`` says where an ``autoescape`` block
    is at work, and what it decided; ``ambient`` are the values that ``provide`` gives here; ``templates`` are those met, by name, ``modules`` those imported
    without context; ``stacks`` is what ``push`` collects, and ``marks`` are the places in the text that wait for the end. What can
    be ``None`` is made when there is something to put into it: most renders have nothing.
    It is apart from the contexts so that none refers to itself, and what a render leaves is freed at once; and so that
    macros of one module that threads or tasks call at the same time each have their caller's.
    """

    __slots__ = ("ambient", "depth", "escapings", "marks", "modules", "stacks", "templates")

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.ambient: Mapping[str, Any] = _NOTHING
        self.escapings: dict[RenderContext, bool] | None = None
        self.templates: dict[str, Template] | None = None
        self.modules: dict[Template, TemplateModule] | None = None
        self.stacks: Stacks | None = None
        self.marks: Marks | None = None

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


class ImportMark:
    """That a template is being imported, until it no longer is; the contexts within that import have it."""

    __slots__ = ("active", "template")

    def __init__(self, template: Template) -> None:
        self.template = template
        self.active = True


class RenderContext:
    """What a template sees while it renders; handed to functions marked with ``pass_context``.

    ``name`` and ``filename`` are the template's. ``template_stack`` names the templates from the one that is
    rendered to this one, ``import_stack`` those that are being imported; both are tuples, so that no context can
    change another's. ``vars`` are the variables given and exported so far. ``exported_vars`` are the names that an
    importer sees. ``kind`` says how this template came in: ``"template"``, ``"include"`` or ``"import"``.
    """

    __slots__ = (
        "_escaping",
        "_exported",
        "_globals",
        "_owned",
        "environment",
        "filename",
        "form",
        "import_stack",
        "imports",
        "kind",
        "layout",
        "name",
        "registry",
        "state",
        "template_stack",
        "unit",
        "vars",
    )

    environment: Environment | None
    registry: Registry | None
    unit: Unit | None

    def __init__(
        self,
        template_name: str | None = None,
        filename: str | None = None,
        *,
        environment: Environment | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = template_name
        self.filename = filename
        self.environment = environment
        self.registry = None if environment is None else environment._registry
        self.unit = None
        self.form = Form.RENDER
        self.vars: Mapping[str, Any] = {} if variables is None else variables
        self._owned = variables is None
        self._globals: Mapping[str, Any] = {}
        self.kind = "template"
        self._escaping = False
        self._exported: set[str] | None = None
        self.layout = EMPTY
        self.state = RenderState()
        self.template_stack: tuple[str, ...] = (template_name or "<template>",)
        self.import_stack: tuple[str, ...] = ()
        self.imports: tuple[ImportMark, ...] = ()

    # --- what a template and its functions ask -----------------------------------------------------------------

    @property
    def template_name(self) -> str | None:
        """The template's name, as `name`."""
        return self.name

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
        return self._globals

    def resolve_or_missing(self, key: str) -> Any:
        """A variable's or global's value, or ``missing``."""
        value = self.vars.get(key, missing)
        return self._globals.get(key, missing) if value is missing else value

    def resolve(self, key: str) -> Any:
        """A variable's or global's value; undefined where there is none."""
        value = self.resolve_or_missing(key)
        if value is missing and self.environment is not None:
            return self.environment.undefined(name=key)
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
        return key in self.vars or key in self._globals

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
        return {**self._globals, **self.vars}

    def get_exported(self) -> dict[str, Any]:
        """The variables that an importer sees, as a new dict."""
        return {name: self.vars[name] for name in self._exported or ()}

    def __repr__(self) -> str:
        return f"<RenderContext of {self.name or '<template>'!r}>"

    # --- what compiled templates and the runtime do ------------------------------------------------------------

    @property
    def running_state(self) -> RenderState:
        """The state of the render that is going on; it is another than this context's where a module is called again."""
        running = current.get()
        return self.state if running is None else running.state

    @property
    def escaping(self) -> bool:
        """Whether output is escaped where the template has come to. Set by ``autoescape`` blocks, for this render alone."""
        running = current.get()  # as `running_state`: this is asked for at every call of a macro
        escapings = (self.state if running is None else running.state).escapings
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
        """The context to keep current while Python calls a macro of this one: with a state of the call's own, unless
        the render that is going on is this context's.
        """
        running = current.get()
        if running is not None and running.state.origin is self.state.origin:
            return self
        made = self._copy()
        made.state = RenderState(0 if running is None else running.state.depth)
        return made

    def beside(self) -> RenderContext:
        """The context to keep current while a call runs that others of this render may run beside."""
        from kida.runtime.beside import BesideState

        made = self._copy()
        made.state = BesideState(self.running_state)
        return made

    def bind(self, name: str, value: Any) -> None:
        """Set a variable for the blocks and included templates, but not for importers."""
        if not self._owned:
            self._own()
        self.vars[name] = value  # type: ignore[index]
        if self._exported:
            self._exported.discard(name)

    def export(self, name: str, value: Any) -> None:
        """Set a variable for the blocks, included templates and importers."""
        if not self._owned:
            self._own()
        self.vars[name] = value  # type: ignore[index]
        self.exported_vars.add(name)

    def _own(self) -> None:
        """Copy on write: what the caller gave is never written to."""
        self.vars = dict(self.vars) if type(self.vars) is dict else ChainMap({}, self.vars)  # type: ignore[arg-type]
        self._owned = True

    def derived(self, local: Mapping[str, Any]) -> RenderContext:
        """This context with the variables of a place in the template in front."""
        made = self._copy()
        made.vars = overlaid(self.vars, local)
        made._owned = True
        return made

    def of_parent(self, unit: Unit) -> RenderContext:
        """The context of the template that this one extends: the same variables and blocks, stacks of its own."""
        if not self._owned:
            self._own()
        made = self._copy()
        made.unit = unit
        made.name = unit.name
        made.filename = unit.filename
        made._globals = unit.globals
        made.template_stack = self.template_stack + unit.stack
        return made

    def _copy(self) -> RenderContext:
        made = _new(RenderContext)
        made._escaping = self.escaping
        made._globals = self._globals
        made._owned = self._owned
        made.environment = self.environment
        made._exported = self.exported_vars
        made.filename = self.filename
        made.form = self.form
        made.import_stack = self.import_stack
        made.imports = self.imports
        made.kind = self.kind
        made.layout = self.layout
        made.name = self.name
        made.registry = self.registry
        made.state = self.state
        made.template_stack = self.template_stack
        made.unit = self.unit
        made.vars = self.vars
        return made


_new: Final = object.__new__
"""Makes an object without its ``__init__``: every render makes some, and their attributes are quicker set one by one."""


def begun(
    unit: Unit,
    environment: Environment | None,
    variables: Mapping[str, Any],
    owned: bool,
    state: RenderState,
    kind: str = "template",
    template_stack: tuple[str, ...] | None = None,
    import_stack: tuple[str, ...] = (),
    imports: tuple[ImportMark, ...] = (),
) -> RenderContext:
    """The context that a render begins with, or, told its place there, a template within it.

    Parameters: ``owned``, whether the variables may be written to; the others as the context has them.
    """
    made = _new(RenderContext)
    made.name = unit.name
    made.filename = unit.filename
    made.environment = environment
    made.registry = unit.registry
    made.unit = unit
    made.form = unit.form
    made.vars = variables
    made._owned = owned
    made._globals = unit.globals
    made._escaping = unit.autoescape
    made._exported = None
    made.layout = unit.layout
    made.state = state
    made.kind = kind
    made.template_stack = template_stack or unit.stack
    made.import_stack = import_stack
    made.imports = imports
    return made


def overlaid(variables: Mapping[str, Any], local: Mapping[str, Any]) -> Mapping[str, Any]:
    """Variables with others in front, as a new mapping."""
    if isinstance(variables, dict):
        return {**variables, **local}
    return ChainMap(dict(local), variables)  # type: ignore[arg-type]


def get_render_context() -> RenderContext | None:
    """The context of the render that is going on in this thread or task, or ``None``."""
    return current.get()


def get_render_context_required() -> RenderContext:
    """The context of the render that is going on. Raises ``RuntimeError`` outside of one."""
    context = current.get()
    if context is None:
        raise RuntimeError("there is no render context here: no template is being rendered")
    return context


@contextmanager
def render_context(
    template_name: str | None = None, filename: str | None = None, **options: Any
) -> Iterator[RenderContext]:
    """Make a render context and keep it current for a ``with`` block.

    Parameters: ``template_name``, ``filename``; ``options`` as of `RenderContext`.
    """
    context = RenderContext(template_name, filename, **options)
    token = current.set(context)
    try:
        yield context
    finally:
        current.reset(token)


@asynccontextmanager
async def async_render_context(
    template_name: str | None = None, filename: str | None = None, **options: Any
) -> AsyncIterator[RenderContext]:
    """The same for an ``async with`` block."""
    with render_context(template_name, filename, **options) as context:
        yield context
