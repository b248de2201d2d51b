"""Streams: a render whose pieces are handed on while it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from kida.errors import TemplateError
from kida.render_context import RenderContext, current
from kida.runtime.pending import Pending
from kida.template.boundary import Boundary, inside


class _HeldBack:
    """What a stream cannot hand on yet, as a mark that waits stands in it or before it; ``size`` is how much it handed on."""

    __slots__ = ("_context", "_texts", "size")

    def __init__(self, context: RenderContext) -> None:
        self._context = context
        self._texts: list[str] = []
        self.size = 0

    def passed(self, piece: str) -> str:
        """Of a piece what can be handed on; the rest is held."""
        state = self._context.state
        if state.marks is not None:
            if self._texts:
                self._texts.append(piece)
                return ""
            start = state.marks.first_waiting_in(piece)
            if start >= 0:
                self._texts.append(piece[start:])
                piece = piece[:start]
            piece = state.whole(piece, self.size)
        self.size += len(piece)
        return piece

    def rest(self, pending: Pending) -> str:
        """All that is left at the end, with what stands for marks."""
        if not self._texts and self._context.state.marks is None:
            return pending.take()
        return self._context.state.whole("".join([*self._texts, pending.take()]), self.size)

    def rest_of_failed(self, pending: Pending) -> str:
        """The same of a render that failed: nothing where this would fail, too, as the first error is the one to tell."""
        try:
            return self.rest(pending)
        except TemplateError:
            return ""


def streamed(context: RenderContext, root: Callable[..., Any]) -> Iterator[str]:
    """The pieces of a render, whose context is current only while it is being advanced.

    Parameters: ``root``, the function that renders, of a template's top or of a block.
    What was written before an error is handed on before it. From the first mark on all is held back until the end,
    which tells what stands in its place.
    """
    inner: RenderContext | None = context
    pending = Pending()
    held = _HeldBack(context)
    pieces: Iterator[str] = root(context, pending)

    def advance() -> str | None:
        nonlocal inner
        try:
            return next(pieces, None)
        finally:
            inner = current.get()

    try:
        try:
            while (piece := inside(inner, advance)) is not None:
                if piece and (piece := held.passed(piece)):
                    yield piece
        except Exception:
            if last := held.rest_of_failed(pending):
                yield last
            raise
        if last := held.rest(pending):
            yield last
    finally:
        inside(inner, pieces.close)  # type: ignore[attr-defined]


async def streamed_async(context: RenderContext, root: Callable[..., Any]) -> AsyncIterator[str]:
    """The same, asynchronously."""
    inner: RenderContext | None = context
    pending = Pending()
    held = _HeldBack(context)
    pieces = root(context, pending)
    try:
        try:
            while True:
                # what the stream made current is put away at each piece, so that its consumer does not see it
                with Boundary(inner):
                    try:
                        piece = await anext(pieces, None)
                    finally:
                        inner = current.get()
                if piece is None:
                    break
                if piece and (piece := held.passed(piece)):
                    yield piece
        except Exception:
            if last := held.rest_of_failed(pending):
                yield last
            raise
        if last := held.rest(pending):
            yield last
    finally:
        with Boundary(inner):
            await pieces.aclose()
