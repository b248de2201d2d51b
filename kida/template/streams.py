"""Streams: a render whose pieces are handed on while it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from kida.render_context import RenderContext, current
from kida.runtime.pending import Pending
from kida.template.boundary import Boundary, inside


def streamed(context: RenderContext) -> Iterator[str]:
    """The pieces of a render, whose context is current only while it is being advanced.

    What was written before an error is handed on before it.
    """
    inner: RenderContext | None = context
    pending = Pending()
    pieces: Iterator[str] = context.unit.root(context, pending)  # type: ignore[union-attr]

    def advance() -> str | None:
        nonlocal inner
        try:
            return next(pieces, None)
        finally:
            inner = current.get()

    try:
        try:
            while (piece := inside(inner, advance)) is not None:
                if piece:
                    yield piece
        except Exception:
            if pending:
                yield pending.take()
            raise
        if pending:
            yield pending.take()
    finally:
        inside(inner, pieces.close)  # type: ignore[attr-defined]


async def streamed_async(context: RenderContext) -> AsyncIterator[str]:
    """The same, asynchronously."""
    inner: RenderContext | None = context
    pending = Pending()
    pieces = context.unit.root(context, pending)  # type: ignore[union-attr]
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
                if piece:
                    yield piece
        except Exception:
            if pending:
                yield pending.take()
            raise
        if pending:
            yield pending.take()
    finally:
        with Boundary(inner):
            await pieces.aclose()
