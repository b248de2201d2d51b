"""Other templates within a render: include, import and extends, each in a context of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from time import perf_counter_ns
from typing import Any, Final

from kida.errors import (
    ErrorCode,
    TemplateNotFoundError,
    TemplateRuntimeError,
    TemplatesNotFound,
    did_you_mean,
)
from kida.render_context import RenderContext, begun, entered, get_render_context, overlaid
from kida.runtime.blocks import writer
from kida.runtime.layout import BlockFunction, Overriding
from kida.runtime.pending import Pending
from kida.runtime.undefined import Undefined, missing
from kida.template.core import Template
from kida.template.module import TemplateModule

_STEPS: Final = 64
"""Names of included templates that a render remembers the way to."""

Write = Callable[[str], Any]
Variables = Mapping[str, Any]


def template_named(context: RenderContext, name: Any) -> Template:
    """The template of a name, or a template itself; within a render a name always means the same one."""
    state = context.running_state
    known = state.templates
    if known is None:
        known = state.templates = {}
    elif type(name) is str and name in known:
        return known[name]
    if isinstance(name, Template):
        return name
    if isinstance(name, Undefined):
        name._fail_with_undefined_error()
    if context.environment is None:
        raise AssertionError("a template has an environment")
    template = (
        _loaded_traced(context, name) if context.form.traces else context.environment.get_template(name)
    )
    known[name] = template
    return template


def _loaded_traced(context: RenderContext, name: Any) -> Template:
    """A template with its instrumented form, whose making is no part of what the including template takes."""
    if context.environment is None:
        raise AssertionError("a template has an environment")
    start = perf_counter_ns()
    template = context.environment.get_template(name)
    is_new = context.form not in template._units
    template.unit(context.form, context.registry)
    if is_new:
        from kida.tracing.recording import recorder

        recorder().loaded(template._source, start)
    return template


def _one_of(context: RenderContext, names: Any) -> Template:
    """The first template that there is."""
    if isinstance(names, (str, Template, Undefined)):
        return template_named(context, names)
    tried: list[str] = []
    for name in names:
        if isinstance(name, Undefined):
            name._fail_with_undefined_error()
        try:
            return template_named(context, name)
        except TemplateNotFoundError as error:
            if name not in error.names:
                raise
            tried.append(name)
    raise TemplatesNotFound(tried)


def _included(
    context: RenderContext, names: Any, ignore_missing: bool, with_context: bool, local: Variables | None
) -> RenderContext | None:
    """The context to render an included template in, or ``None`` where there is none and none is needed."""
    entry = entered.get() or context
    running = entry.within or entry
    state = running.state
    # an include often stands in a loop: the way to a template that this render has gone already is found without a call
    step = state.steps.get(names) if type(names) is str else None
    if step is None or step[0] is not context.route or step[1].imports is not running.route.imports:
        template = _found(context, names, ignore_missing)
        if template is None:
            return None
        unit = template.unit(context.unit.form, context.unit.registry)
        step = context.route, context.route.included(unit, running.route), unit
        if type(names) is str:
            state.steps = {**state.steps, names: step} if len(state.steps) < _STEPS else {names: step}
    _, route, unit = step
    if not with_context:
        return begun(unit, local or {}, True, state, route)
    if not local:
        child = begun(unit, context._vars, False, state, route)
        child._below = context._below
        return child
    child = begun(unit, local, True, state, route)
    child._below = context
    return child


def _found(context: RenderContext, names: Any, ignore_missing: bool) -> Template | None:
    """The template to include, or ``None`` where there is none and none is needed."""
    if names is None:
        names = ()
    try:
        return _one_of(context, names)
    except TemplateNotFoundError as error:
        asked = [names] if isinstance(names, str) else list(names)
        # an error about no name is about a mistake in one: an alias that there is not
        if ignore_missing and set(error.names) <= set(asked) and (error.names or not asked):
            return None
        raise


def include(
    context: RenderContext,
    names: Any,
    ignore: bool,
    with_context: bool,
    local: Variables | None,
    write: Write,
) -> None:
    """``include`` in a render."""
    child = _included(context, names, ignore, with_context, local)
    if child is None:
        return
    entry = entered.get() or context  # as `run`
    outer, entry.within = entry.within, child
    try:
        child.unit.root(child, write)
    finally:
        entry.within = outer


def include_stream(
    context: RenderContext,
    names: Any,
    ignore: bool,
    with_context: bool,
    local: Variables | None,
    pending: Pending,
) -> Iterator[str]:
    """``include`` in a stream."""
    child = _included(context, names, ignore, with_context, local)
    if child is not None:
        yield from run_stream(child, pending)


async def include_async(
    context: RenderContext,
    names: Any,
    ignore: bool,
    with_context: bool,
    local: Variables | None,
    write: Write,
) -> None:
    """``include`` in an asynchronous render."""
    child = _included(context, names, ignore, with_context, local)
    if child is not None:
        await run_async(child, write)


async def include_stream_async(
    context: RenderContext,
    names: Any,
    ignore: bool,
    with_context: bool,
    local: Variables | None,
    pending: Pending,
) -> AsyncIterator[str]:
    """``include`` in an asynchronous stream."""
    child = _included(context, names, ignore, with_context, local)
    if child is not None:
        async for piece in run_stream_async(child, pending):
            yield piece


def _embedded(
    context: RenderContext,
    names: Any,
    ignore: bool,
    with_context: bool,
    local: Variables | None,
    blocks: Mapping[str, BlockFunction],
    overriding: Overriding,
) -> RenderContext | None:
    """The same for an embedded template, whose blocks others go before."""
    child = _included(context, names, ignore, with_context, local)
    if child is not None:
        child.layout = child.layout.with_first(blocks, overriding)
    return child


def embed(context: RenderContext, *given: Any) -> None:
    """``embed`` in a render; ``given`` as of `_embedded`, and what to write with."""
    *told, write = given
    child = _embedded(context, *told)
    if child is not None:
        run(child, write)


def embed_stream(context: RenderContext, *given: Any) -> Iterator[str]:
    """The same in a stream."""
    *told, pending = given
    child = _embedded(context, *told)
    if child is not None:
        yield from run_stream(child, pending)


async def embed_async(context: RenderContext, *given: Any) -> None:
    """The same, asynchronously."""
    *told, write = given
    child = _embedded(context, *told)
    if child is not None:
        await run_async(child, write)


async def embed_stream_async(context: RenderContext, *given: Any) -> AsyncIterator[str]:
    """The same in an asynchronous stream."""
    *told, pending = given
    child = _embedded(context, *told)
    if child is not None:
        async for piece in run_stream_async(child, pending):
            yield piece


def run(context: RenderContext, write: Write) -> None:
    """Render the template of a context, with the render within it."""
    entry = entered.get() or context
    outer, entry.within = entry.within, context
    try:
        context.unit.root(context, write)
    finally:
        entry.within = outer


def run_stream(context: RenderContext, pending: Pending) -> Iterator[str]:
    """The same, yielding."""
    entry = entered.get() or context
    outer, entry.within = entry.within, context
    try:
        yield from context.unit.root(context, pending)
    finally:
        entry.within = outer


async def run_async(context: RenderContext, write: Write) -> None:
    """The same, asynchronously."""
    entry = entered.get() or context
    outer, entry.within = entry.within, context
    try:
        await context.unit.root(context, write)
    finally:
        entry.within = outer


async def run_stream_async(context: RenderContext, pending: Pending) -> AsyncIterator[str]:
    """The same, yielding asynchronously."""
    entry = entered.get() or context
    outer, entry.within = entry.within, context
    try:
        async for piece in context.unit.root(context, pending):
            yield piece
    finally:
        entry.within = outer


def extend(context: RenderContext, name: Any) -> RenderContext:
    """The context of the template that a template extends."""
    own = context.unit
    return context.of_parent(template_named(context, name).unit(own.form, own.registry))


def extended_twice() -> None:
    """Refuse a second ``extends``."""
    raise TemplateRuntimeError(
        "extended multiple times", code=ErrorCode.EXTENDED_TWICE, hint="a template has one parent"
    )


def _imported(
    context: RenderContext, name: Any, with_context: bool, local: Variables | None
) -> TemplateModule | RenderContext:
    """The module of an imported template, or the context to make it in."""
    template = template_named(context, name)
    if not with_context:
        known = context.running_state.modules
        if known is not None and template in known:
            return known[template]
    unit = template.unit(context.form.whole, context.registry)
    running = get_render_context() or context
    route = context.route.imported(unit, running.route)
    if not with_context:
        return begun(unit, local or {}, True, running.state, route)
    # as of now: macros of the module may be called when the names here have other values
    variables = overlaid(context.vars, local) if local else context.vars
    return begun(unit, variables, bool(local), running.state, route)


def _module(
    context: RenderContext, child: RenderContext, written: list[Any], with_context: bool
) -> TemplateModule:
    if child.form.traces:
        from kida.tracing.recording import module_text

        written = [module_text(written)]
    module = TemplateModule(child, "".join(written))
    if not with_context:
        state = context.running_state
        if state.modules is None:
            state.modules = {}
        state.modules[child.unit.template] = module
    return module


def import_module(
    context: RenderContext, name: Any, with_context: bool, local: Variables | None
) -> TemplateModule:
    """``import``: the template's top is run, once in a render where it takes no context."""
    found = _imported(context, name, with_context, local)
    if isinstance(found, TemplateModule):
        return found
    written: list[str] = []
    try:
        run(found, writer(found.form, written))
    finally:
        found.route.imports[-1].active = False
    return _module(context, found, written, with_context)


async def import_module_async(
    context: RenderContext, name: Any, with_context: bool, local: Variables | None
) -> TemplateModule:
    """The same, asynchronously."""
    found = _imported(context, name, with_context, local)
    if isinstance(found, TemplateModule):
        return found
    written: list[str] = []
    try:
        await run_async(found, writer(found.form, written))
    finally:
        found.route.imports[-1].active = False
    return _module(context, found, written, with_context)


def imported(module: TemplateModule, name: str) -> Any:
    """A name of a module, for ``from … import``. Raises where the module has it not, at once and not at first use."""
    value = getattr(module, name, missing)
    if value is missing:
        names = module._exported_names
        shown = ", ".join(names) if names else "nothing"
        raise TemplateRuntimeError(
            f"template {module._display_name!r} does not export {name!r}",
            code=ErrorCode.MACRO_NOT_FOUND,
            suggestion=did_you_mean(name, names),
            hint=f"it exports {shown}",
        )
    return value
