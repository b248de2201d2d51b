"""Blocks as values: ``self.name()``, ``super()`` and the choice of the most derived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kida.errors import ErrorCode, TemplateRuntimeError
from kida.render_context import RenderContext, entered
from kida.runtime.forms import Form
from kida.runtime.layout import BlockFunction
from kida.runtime.pending import Pending
from kida.runtime.recursion import check_depth
from kida.runtime.text import markup


def required_block(context: RenderContext, name: str) -> BlockFunction:
    """The same for a block that some other template must define."""
    functions = context.layout.blocks[name]
    if len(functions) < 2:
        raise TemplateRuntimeError(
            f"Required block {name!r} not found",
            code=ErrorCode.REQUIRED_BLOCK,
            hint=f"a template that extends this one must define it: {{% block {name} %}}…{{% endblock %}}",
        )
    return functions[0]


def super_block(context: RenderContext, name: str, function: BlockFunction) -> Any:
    """``super`` in a block: the next less derived one, undefined where there is none."""
    functions = context.layout.blocks.get(name, ())
    for depth, known in enumerate(functions, 1):
        if known is function and depth < len(functions):
            return BlockReference(context, name, depth)
    return no_parent(context, name)


def overridden(context: RenderContext, function: BlockFunction, escaping: bool) -> BlockFunction | None:
    """The function of the parent block, where its text is written as it is; ``None`` where it has to be collected
    first, and where there is none.

    Parameters: ``function``, that of the block itself; ``escaping``, whether what ``super()`` gives would be escaped.
    """
    if escaping:
        entry = entered.get()
        state = context.state if entry is None else entry.state
        if not (context._escaping if state.escapings is None else context.escaping):
            return None
    return context.layout.after.get(function)


def no_parent(context: RenderContext, name: str) -> Any:
    """Undefined, for want of a parent block."""
    if context.environment is None:
        raise AssertionError("a template has an environment")
    return context.environment.undefined(f"there is no parent block called {name!r}.", name="super")


class BlockReference:
    """A block that can be called for its text: of a name's blocks the one that ``depth`` others override.

    ``super`` is the next less derived one.
    """

    __slots__ = ("_context", "depth", "name")

    def __init__(self, context: RenderContext, name: str, depth: int) -> None:
        self._context = context
        self.name = name
        self.depth = depth

    @property
    def super(self) -> Any:
        """The block that this one overrides."""
        if self.depth + 1 >= len(self._context.layout.blocks[self.name]):
            return no_parent(self._context, self.name)
        return BlockReference(self._context, self.name, self.depth + 1)

    @property
    def function(self) -> BlockFunction:
        """The function that renders it."""
        return self._context.layout.blocks[self.name][self.depth]

    def __call__(self) -> Any:
        context = self._context
        function = self.function
        if context.form.is_async:
            return self._collect_async(function)
        state = context.running_state
        check_depth(context, state.depth, "block", self.name)
        state.depth += 1
        try:
            text = collect(context.form, function, context)
        finally:
            state.depth -= 1
        return _as_value(context, text)

    async def _collect_async(self, function: BlockFunction) -> str:
        state = self._context.running_state
        check_depth(self._context, state.depth, "block", self.name)
        state.depth += 1
        try:
            text = await collect_async(self._context.form, function, self._context)
        finally:
            state.depth -= 1
        return _as_value(self._context, text)

    def __repr__(self) -> str:
        return f"<BlockReference {self.name!r}>"


def _as_value(context: RenderContext, text: str | list[Any]) -> str:
    """The text of a block as a value; of a traced one the events that it wrote are given."""
    if isinstance(text, str):
        return markup(text) if context.escaping else text
    return context.running_state.kept(text, context.escaping)


class TemplateReference:
    """``self`` in a template: its blocks by name."""

    __slots__ = ("_context",)

    def __init__(self, context: RenderContext) -> None:
        self._context = context

    def __getattr__(self, name: str) -> BlockReference:
        if name not in self._context.layout.blocks:
            raise AttributeError(name)
        return BlockReference(self._context, name, 0)

    def __getitem__(self, name: str) -> BlockReference:
        if name not in self._context.layout.blocks:
            raise KeyError(name)
        return BlockReference(self._context, name, 0)

    def _describe_missing(self, name: object) -> str:
        """The message for a block that it does not have."""
        return f"the template has no block {name!r}"

    def _names_for_errors(self) -> list[str]:
        """The names that may have been meant."""
        return list(self._context.layout.blocks)

    def __repr__(self) -> str:
        return f"<TemplateReference {self._context.name!r}>"


def writer(form: Form, written: list[Any]) -> Callable[[Any], None]:
    """What a rendering function writes to a list with: texts, or the events of a traced form."""
    return written.extend if form.traces else written.append


def collect(form: Form, function: BlockFunction, context: RenderContext) -> Any:
    """All that a rendering function of a synchronous form writes: a text, or the list of events of a traced form."""
    if form.streams:
        pending = Pending()
        return "".join([*function(context, pending), pending.take()])
    written: list[Any] = []
    function(context, writer(form, written))
    return written if form.traces else "".join(written)


async def collect_async(form: Form, function: BlockFunction, context: RenderContext) -> Any:
    """The same of an asynchronous form."""
    if form.streams:
        pending = Pending()
        pieces = [piece async for piece in function(context, pending)]
        return "".join([*pieces, pending.take()])
    written: list[Any] = []
    await function(context, writer(form, written))
    return written if form.traces else "".join(written)
