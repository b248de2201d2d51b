"""Streams: a render whose pieces are handed on while it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

from kida.render_context import RenderContext
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


def streamed(context: RenderContext, root: Callable[..., Any]) -> Iterator[str]:
    """The pieces of a render, which is entered only while it is being advanced.

    Parameters: ``root``, the function that renders, of a template's top or of a block.
    What was written before an error is handed on before it. From the first mark on all is held back until the end,
    which tells what stands in its place.
    """
    pending = Pending()
    held = _HeldBack(context)
    pieces: Iterator[str] = root(context, pending)

    try:
        try:
            while (piece := inside(context, partial(next, pieces, None))) is not None:
                if piece and (piece := held.passed(piece)):
                    yield piece
        except Exception:
            if last := held.rest(pending):
                yield last
            raise
        if last := held.rest(pending):
            yield last
    finally:
        inside(context, pieces.close)  # type: ignore[attr-defined]


async def streamed_async(context: RenderContext, root: Callable[..., Any]) -> AsyncIterator[str]:
    """The same, asynchronously."""
    pending = Pending()
    held = _HeldBack(context)
    pieces = root(context, pending)
    try:
        try:
            while True:
                # left at each piece, so that its consumer does not see it
                with Boundary(context):
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                if piece and (piece := held.passed(piece)):
                    yield piece
        except Exception:
            if last := held.rest(pending):
                yield last
            raise
        if last := held.rest(pending):
            yield last
    finally:
        with Boundary(context):
            await pieces.aclose()
