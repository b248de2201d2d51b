"""The template: what a loader's text becomes, and what is rendered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from kida.compiler.options import Compiled
from kida.errors import ErrorCode, TemplateRuntimeError
from kida.render_context import RenderContext, RenderState, begun, entered, overlaid
from kida.runtime.blocks import collect, collect_async
from kida.runtime.forms import Form
from kida.source import Source
from kida.template.blocks import block_root, rendered_with
from kida.template.boundary import Boundary, explained, inside
from kida.template.cached_blocks import CachedBlocksDict
from kida.template.linking import SourceLoader, Unit, fits
from kida.template.module import TemplateModule
from kida.template.streams import streamed, streamed_async
from kida.utils.locks import RLock

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.environment.registry import Registry
    from kida.template.introspection import MacroMetadata
    from kida.tracing.result import RenderTrace

__all__ = ["CachedBlocksDict", "Template"]


class Template:
    r"""A compiled template, made by an environment. Immutable: threads may share it and render it at the same time.

    ``name`` is what its loader knows it by, ``filename`` its file, where it has one; ``source`` its text, with
    ``\n`` line ends; ``is_async`` whether it can only be rendered asynchronously, as it awaits.

    A template pickles as its environment's recipe, its name and its text.
    """

    __slots__ = (
        "__weakref__",
        "_autoescape",
        "_compiled",
        "_environment",
        "_globals",
        "_lines",
        "_lock",
        "_names",
        "_source",
        "_units",
        "_version",
        "is_async",
    )

    def __init__(
        self,
        environment: Environment,
        source: Source,
        *,
        globals: Mapping[str, Any] | None = None,
        version: Any = None,
        compiled: Mapping[Form, Compiled] | None = None,
        is_async: bool | None = None,
    ) -> None:
        known = dict(compiled or {})
        if is_async is None:
            from kida.template.introspection import analysed

            template = analysed(environment, source)
            is_async = template.scopes.awaits
            form = Form.ASYNC_RENDER if is_async else Form.RENDER
            if environment._traces_first:
                form = Form.ASYNC_TRACE if is_async else Form.TRACE
            # compiling here finds errors when a template is loaded, and not when it is rendered
            known[form] = environment._compile(template, form)
        put = partial(object.__setattr__, self)
        put("_environment", environment)
        put("_source", source)
        put("_globals", dict(globals or {}))
        put("_version", version)
        put("_autoescape", environment.autoescapes(source.name))
        put("_lines", SourceLoader(source))
        put("_lock", RLock())
        put("_units", {})
        put("_names", {})
        put("_compiled", known)
        put("is_async", is_async)

    _environment: Environment
    _source: Source
    _globals: Mapping[str, Any]
    _version: Any
    _autoescape: bool
    _lines: SourceLoader
    _lock: RLock
    _units: dict[Form, Unit]
    _names: dict[Form, Unit]
    _compiled: dict[Form, Compiled]
    is_async: bool

    # --- what it is --------------------------------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The name that its loader knows it by; ``None`` for a string."""
        return self._source.name

    @property
    def filename(self) -> str | None:
        """The file it was read from, where there is one."""
        return self._source.filename

    @property
    def source(self) -> str:
        r"""The text it was compiled from, with ``\n`` line ends."""
        return self._source.text

    @property
    def environment(self) -> Environment:
        """The environment that made it."""
        return self._environment

    @property
    def is_up_to_date(self) -> bool:
        """Whether its loader would give the same text again."""
        return self._environment._is_current(self)

    # --- rendering ---------------------------------------------------------------------------------------------

    def render(self, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> str:
        """The template's text for these variables.

        Parameters: a mapping of variables (read when they are needed, never written to), and variables by keyword,
        which go first. Raises `TemplateError`, and whatever the template's expressions raise.
        """
        variables, owned = (context, True) if mapping is None else _together(mapping, context)
        unit = self._units.get(Form.RENDER)
        if unit is None or unit.registry is not self._environment._registry:
            unit = self.unit(Form.RENDER, self._environment._registry)
        if unit.plain is not None and type(variables) is dict:
            plain = unit.plain(variables)
            if plain is not None:
                return plain
        state = RenderState()
        render_context = begun(unit, variables, owned, state, unit.route)
        outer = entered.get()
        try:
            entered.set(render_context)  # inside: an interrupt may come at once
            written: list[str] = []
            unit.root(render_context, written.append)
            text = "".join(written)
            return text if state.marks is None else state.whole(text)
        except Exception as error:
            better = explained(error)
            if better is error:
                raise
            raise better from error
        finally:
            entered.set(outer)

    def render_stream(self, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> Iterator[str]:
        """The text piece by piece, as it is rendered; parameters as of `render`.

        A piece ends where the template may have to wait: at a call, an include, the next turn of a loop over what is
        not there yet, as a generator; and when it has become long. The iterator may be resumed in another thread.
        """
        render_context = self._context(Form.STREAM, mapping, context)
        return streamed(render_context, render_context.unit.root)

    async def render_async(self, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> str:
        """The template's text, with what is awaitable in it awaited; parameters as of `render`."""
        render_context = self._context(Form.ASYNC_RENDER, mapping, context)
        with Boundary(render_context):
            written: list[str] = []
            await render_context.unit.root(render_context, written.append)
            return render_context.state.whole("".join(written))

    async def render_stream_async(
        self, mapping: Mapping[str, Any] | None = None, /, **context: Any
    ) -> AsyncIterator[str]:
        """The text piece by piece, asynchronously; parameters as of `render`."""
        render_context = self._context(Form.ASYNC_STREAM, mapping, context)
        root = render_context.unit.root
        async for piece in streamed_async(render_context, root):
            yield piece

    generate_async = render_stream_async
    """Jinja2's name for `render_stream_async`."""
    generate = render_stream
    """Jinja2's name for `render_stream`."""

    # --- parts of it -------------------------------------------------------------------------------------------

    def render_block(self, block: str, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> str:
        """The text of one block, as the most derived template has it, without what stands around it.

        The block sees what is assigned, defined and imported at the top of its template and of those that it extends;
        nothing else of them runs. What fails there is an error once the block reads it.
        Parameters: ``block``, its name; the variables as of `render`. Raises `TemplateRuntimeError` where there is no
        such block, or it is one that another template must define.
        """
        render_context = self._context(Form.RENDER, mapping, context)
        root = block_root(Form.RENDER, block)
        text: str = inside(render_context, partial(collect, Form.RENDER, root, render_context))
        return render_context.state.whole(text)

    def render_block_stream(
        self, block: str, mapping: Mapping[str, Any] | None = None, /, **context: Any
    ) -> Iterator[str]:
        """The text of one block piece by piece, as of `render_stream`; parameters as of `render_block`."""
        render_context = self._context(Form.STREAM, mapping, context)
        return streamed(render_context, block_root(Form.STREAM, block))

    async def render_block_async(
        self, block: str, mapping: Mapping[str, Any] | None = None, /, **context: Any
    ) -> str:
        """The text of one block, with what is awaitable awaited; parameters as of `render_block`."""
        render_context = self._context(Form.ASYNC_RENDER, mapping, context)
        with Boundary(render_context):
            root = block_root(Form.ASYNC_RENDER, block)
            text: str = await collect_async(Form.ASYNC_RENDER, root, render_context)
            return render_context.state.whole(text)

    async def render_block_stream_async(
        self, block: str, mapping: Mapping[str, Any] | None = None, /, **context: Any
    ) -> AsyncIterator[str]:
        """The text of one block piece by piece, asynchronously; parameters as of `render_block`."""
        render_context = self._context(Form.ASYNC_STREAM, mapping, context)
        async for piece in streamed_async(render_context, block_root(Form.ASYNC_STREAM, block)):
            yield piece

    def trace_block(
        self, block: str, mapping: Mapping[str, Any] | None = None, /, **context: Any
    ) -> RenderTrace:
        """Render one block, and record what wrote each character of its text; parameters as of `render_block`."""
        variables = overlaid(dict(mapping or {}), context) if context else mapping
        return _tracing()(self, variables, block=block)

    def render_with_blocks(
        self, blocks: Mapping[str, str], mapping: Mapping[str, Any] | None = None, /, **context: Any
    ) -> str:
        """The template's text with some of its blocks given ready-made.

        Parameters: ``blocks``, texts by the names of the blocks they replace, written as they are; the variables
        as of `render`. Raises `TemplateRuntimeError` for a name that is no block of it or of those it extends, and for
        a block that this render does not come to, as a fragment is one; ``TypeError`` for a text that is no ``str``.
        """
        render_context = self._context(Form.RENDER, mapping, context)
        again = partial(self._context, Form.RENDER, mapping, context)
        return inside(render_context, partial(rendered_with, render_context, blocks, again))

    def _context(
        self,
        form: Form,
        mapping: Mapping[str, Any] | None,
        context: dict[str, Any],
        state: RenderState | None = None,
    ) -> RenderContext:
        variables, owned = (context, True) if mapping is None else _together(mapping, context)
        unit = self.unit(form, self._environment._registry)
        return begun(unit, variables, owned, state or RenderState(), unit.route)

    def trace(self, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> RenderTrace:
        """Render, and record what wrote each character of the output; parameters and errors as of `render`.

        See `kida.trace_render` for a render that may take so much time, or write so many characters.
        """
        return _tracing()(self, overlaid(dict(mapping or {}), context) if context else mapping)

    # --- as a module -------------------------------------------------------------------------------------------

    @property
    def module(self) -> TemplateModule:
        """The template as a module, made without variables: its macros can be called from Python."""
        return self.make_module()

    def make_module(self, mapping: Mapping[str, Any] | None = None, /, **context: Any) -> TemplateModule:
        """The template as a module; parameters as of `render`."""
        render_context = self._context(Form.RENDER, mapping, context)
        root = render_context.unit.root
        body = inside(render_context, partial(collect, Form.RENDER, root, render_context))
        return TemplateModule(render_context, render_context.state.whole(body))

    async def make_module_async(
        self, mapping: Mapping[str, Any] | None = None, /, **context: Any
    ) -> TemplateModule:
        """The same for an asynchronous template."""
        render_context = self._context(Form.ASYNC_RENDER, mapping, context)
        with Boundary(render_context):
            body = await collect_async(Form.ASYNC_RENDER, render_context.unit.root, render_context)
            return TemplateModule(render_context, render_context.state.whole(body))

    # --- introspection -----------------------------------------------------------------------------------------

    def list_blocks(self) -> list[str]:
        """The names of the blocks that this template defines itself, in the order of the text."""
        from kida.template import introspection

        return introspection.list_blocks(self)

    def list_defs(self) -> list[str]:
        """The names of the macros at the top of this template, in the order of the text."""
        return list(self.def_metadata())

    def def_metadata(self) -> dict[str, MacroMetadata]:
        """The macros at the top of this template by name: parameters with annotations and defaults, and the line."""
        from kida.template import introspection

        return introspection.def_metadata(self)

    def undeclared_variables(self) -> set[str]:
        """The names that this template looks up in its context: variables that it needs, and globals."""
        from kida.template import introspection

        return introspection.undeclared_variables(self)

    def template_dependencies(self) -> list[str]:
        """The templates that this one names literally, to extend, include, embed or import them: full names, as
        `Environment.get_template` takes them, in the order of the text. A name worked out by an expression is not among them.
        """
        from kida.template import introspection

        return introspection.template_dependencies(self)

    def python_source(self, form: Form = Form.RENDER) -> str:
        """The Python that this template compiles to, for people to read."""
        from kida.template import introspection

        return introspection.python_source(self, form)

    # --- linking -----------------------------------------------------------------------------------------------

    def unit(self, form: Form, registry: Registry | None) -> Unit:
        """This template's functions in a form, bound to a registry; made when they are first asked for.

        Raises `TemplateRuntimeError` where the template awaits and the form does not.
        """
        unit = self._units.get(form)
        if unit is not None and unit.registry is registry:
            return unit
        if registry is None:
            raise AssertionError("a template is rendered with a registry")
        if self.is_async and not form.is_async:
            raise TemplateRuntimeError(
                f"template {self._source.display_name!r} awaits: it can only be rendered asynchronously",
                code=ErrorCode.NEEDS_ASYNC,
                hint="use 'await template.render_async(…)'",
            )
        with self._lock:
            compiled = self._compiled.get(form)
            if compiled is None or not fits(compiled, registry):
                from kida.environment.compiled import in_another_form

                compiled = in_another_form(self._environment, self, form, registry)
                self._compiled[form] = compiled
            unit = Unit(self, compiled, form, registry, self._environment._namespace(form))
            self._units[form] = unit
            return unit

    def names_unit(self, unit: Unit) -> Unit:
        """A unit of this template's whose ``root`` only gives the names at the top their values, and whose functions
        are of the same form and registry; made when a block is first rendered by name.
        """
        known = self._names.get(unit.form)
        if known is not None and known.registry is unit.registry:
            return known
        with self._lock:
            from kida.template.introspection import analysed

            environment = self._environment
            template = analysed(environment, self._source)
            compiled = environment._compile(template, unit.form, unit.registry, names_only=True)
            made = Unit(self, compiled, unit.form, unit.registry, environment._namespace(unit.form))
            self._names[unit.form] = made
            return made

    def __reduce__(self) -> tuple[Any, ...]:
        source = self._source
        return _unpickled, (self._environment, source.text, source.name, source.filename, dict(self._globals))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a template cannot be changed: {name!r} cannot be assigned")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a template cannot be changed")

    def __repr__(self) -> str:
        return f"<Template {self._source.display_name!r}>"


def _together(mapping: Mapping[str, Any], context: dict[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The variables that a render is given, and whether they may be written to."""
    # asked of most: whether a dict is a Mapping takes Python longer to say
    known = type(mapping) is dict or isinstance(mapping, Mapping)
    given: Mapping[str, Any] = mapping if known else dict(mapping)
    return (overlaid(given, context), True) if context else (given, False)


def _unpickled(
    environment: Environment, text: str, name: str | None, filename: str | None, globals: dict[str, Any]
) -> Template:
    return Template(environment, Source(text, name, filename), globals=globals)


@cache
def _tracing() -> Callable[..., RenderTrace]:
    # imported once, and only by those who trace
    from kida.tracing.traced import trace_render

    return trace_render
