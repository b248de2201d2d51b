"""Blocks that are rendered by name, and blocks that are given ready-made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kida.errors import ErrorCode, TemplateRuntimeError, did_you_mean
from kida.render_context import RenderContext, entered
from kida.runtime.blocks import collect, required_block
from kida.runtime.forms import Form
from kida.runtime.layout import BlockFunction

if TYPE_CHECKING:
    from kida.template.linking import Unit


def block_root(form: Form, name: str) -> Callable[[RenderContext, Any], Any]:
    """What renders one block in place of a template's top: a function such as `Unit.root` is in that form.

    The block is the most derived template's, and sees of all templates that extend each other the names at the top.
    It raises `TemplateRuntimeError` where there is no such block.
    """

    def render(context: RenderContext, write: Any) -> None:
        context = _outermost(context, write)
        _block_function(context, name)(context, write)

    def stream(context: RenderContext, pending: Any) -> Iterator[str]:
        context = _outermost(context, _drop)
        yield from _block_function(context, name)(context, pending)

    async def render_async(context: RenderContext, write: Any) -> None:
        context = await _outermost_async(context, write)
        await _block_function(context, name)(context, write)

    async def stream_async(context: RenderContext, pending: Any) -> AsyncIterator[str]:
        context = await _outermost_async(context, _drop)
        async for piece in _block_function(context, name)(context, pending):
            yield piece

    if form.is_async:
        return stream_async if form.streams else render_async
    return stream if form.streams else render


def _drop(event: object) -> None:
    pass


def _outermost(context: RenderContext, note: Callable[..., Any]) -> RenderContext:
    """The context of the outermost template that one extends, which knows the blocks of all of them and the names at
    their tops; the render is within that from now on.
    """
    while True:
        _be_within(context)
        parent: RenderContext | None = _names(context.unit).root(context, note)
        if parent is None:
            return context
        context = parent


async def _outermost_async(context: RenderContext, note: Callable[..., Any]) -> RenderContext:
    while True:
        _be_within(context)
        parent: RenderContext | None = await _names(context.unit).root(context, note)
        if parent is None:
            return context
        context = parent


def _be_within(context: RenderContext) -> None:
    entry = entered.get()
    if entry is not None and entry is not context:
        entry.within = context


def _names(unit: Unit) -> Unit:
    return unit.template.names_unit(unit)


def _block_function(context: RenderContext, name: str) -> BlockFunction:
    if name not in context.blocks:
        raise no_block(context.layout.lineage[0].display_name, name, context.blocks)
    if len(context.blocks[name]) < 2 and any(
        name in _names(unit).required for unit in context.layout.lineage
    ):
        return required_block(context, name)
    return context.layout.first[name]


def rendered_with(
    context: RenderContext, blocks: Mapping[str, str], again: Callable[[], RenderContext]
) -> str:
    """The text of a template with some of its blocks given ready-made, each of which has to be come to.

    Parameters: ``again`` gives another context, to look for a block's name in.
    """
    given = dict(blocks.items())
    for name, text in given.items():
        if not isinstance(text, str):
            raise TypeError(f"the text of block {name!r} is a str, not {type(text).__name__}")
        if not context.unit.extends and name not in context.unit.blocks:
            raise no_block(context.unit.display_name, name, context.unit.blocks)
    unused = set(given)
    ready = {name: _ready_made(name, text, unused) for name, text in given.items()}
    context.layout = context.layout.with_first(ready)
    whole: str = collect(Form.RENDER, context.unit.root, context)
    for name in given:
        if name in unused:
            raise _not_come_to(name, again())
    return context.state.whole(whole)


def _ready_made(name: str, text: str, unused: set[str]) -> BlockFunction:
    """A block that writes a text, and says that it has been come to."""

    def write_text(context: RenderContext, write: Callable[[str], Any]) -> None:
        unused.discard(name)
        write(text)

    return write_text


def _not_come_to(name: str, context: RenderContext) -> TemplateRuntimeError:
    outermost = _outermost(context, _drop)
    lineage = outermost.layout.lineage
    if name not in outermost.blocks:
        return no_block(lineage[0].display_name, name, outermost.blocks)
    return TemplateRuntimeError(
        f"template {lineage[0].display_name!r} did not render its block {name!r}, so that its text has no place",
        code=ErrorCode.BLOCK_NOT_RENDERED,
        hint="a fragment is rendered by render_block() alone; another block may stand in one that was replaced, or under"
        " a condition that does not hold: leave its text out",
    )


def no_block(template: str, name: str, known: Mapping[str, Any]) -> TemplateRuntimeError:
    """The error for a block that a template has not."""
    return TemplateRuntimeError(
        f"template {template!r} has no block {name!r}",
        code=ErrorCode.BLOCK_NOT_FOUND,
        suggestion=did_you_mean(name, known),
    )
