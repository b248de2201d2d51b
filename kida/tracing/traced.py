"""Rendering in the instrumented form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from kida.render_context import RenderContext, RenderState
from kida.runtime.forms import Form
from kida.template.blocks import block_root
from kida.template.boundary import Boundary, inside
from kida.tracing.budget import Budget
from kida.tracing.recording import Events, Recorder, TracedState, text_of
from kida.tracing.result import RenderTrace

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.template.core import Template


def trace_render(
    template: Template,
    context: Mapping[str, Any] | None = None,
    *,
    budget: Budget | None = None,
    block: str | None = None,
) -> RenderTrace:
    """Render a template and record what wrote each character of the output.

    Parameters: ``template``; ``context``, a mapping of variables; ``budget``, the time and the characters it may
    take; ``block``, the name of a block to render alone. Time and characters are looked at in loops and calls, so that
    a filter that never returns is not ended by it. Raises `BudgetExceededError` where they do not suffice, and what
    `Template.render` raises.
    """
    render_context, recorder = _begun(template, Form.TRACE, context, budget)
    events: Events = []
    root = _root(render_context, block)
    inside(render_context, partial(root, render_context, events.extend))
    return _finished(events, recorder, render_context.state)


async def trace_render_async(
    template: Template,
    context: Mapping[str, Any] | None = None,
    *,
    budget: Budget | None = None,
    block: str | None = None,
) -> RenderTrace:
    """The same with what is awaitable awaited, as `Template.render_async` does."""
    render_context, recorder = _begun(template, Form.ASYNC_TRACE, context, budget)
    events: Events = []
    with Boundary(render_context):
        await _root(render_context, block)(render_context, events.extend)
        return _finished(events, recorder, render_context.state)


def trace_first(environment: Environment) -> None:
    """Have an environment compile templates for tracing when it loads them, and for plain renders once these are asked for.

    For tools that trace whatever they load: each text is compiled once, and not twice. What is loaded already stays as
    it is, and environments made of this one by `Environment.replace` know nothing of it.
    """
    environment.__dict__["_traces_first"] = True


def _begun(
    template: Template, form: Form, context: Mapping[str, Any] | None, budget: Budget | None
) -> tuple[RenderContext, Recorder]:
    recorder = Recorder(budget)
    return template._context(form, context, {}, TracedState(recorder)), recorder


def _root(context: RenderContext, block: str | None) -> Callable[..., Any]:
    return context.unit.root if block is None else block_root(context.form, block)


def _finished(events: Events, recorder: Recorder, state: RenderState) -> RenderTrace:
    output = state.whole(text_of(events))
    recorder.marks = state.marks
    if state.stacks is not None:
        recorder.others += [push.told for push in state.stacks.pushes if push.told is not None]
    recorder.finish(output, events)
    return RenderTrace(output, events, recorder)
