"""The forms a template compiles to: how text leaves it, and whether it may wait."""

from __future__ import annotations

from enum import Enum


class Form(Enum):
    """A form of a template's code.

    RENDER appends to a list, STREAM yields, TRACE appends and records (`kida.tracing`); each also asynchronously.
    """

    RENDER = "render"
    STREAM = "stream"
    ASYNC_RENDER = "async render"
    ASYNC_STREAM = "async stream"
    TRACE = "trace"
    ASYNC_TRACE = "async trace"

    @property
    def streams(self) -> bool:
        """Whether text is yielded."""
        return self in (Form.STREAM, Form.ASYNC_STREAM)

    @property
    def is_async(self) -> bool:
        """Whether the code awaits."""
        return self in (Form.ASYNC_RENDER, Form.ASYNC_STREAM, Form.ASYNC_TRACE)

    @property
    def traces(self) -> bool:
        """Whether it is recorded where text comes from."""
        return self in (Form.TRACE, Form.ASYNC_TRACE)

    @property
    def whole(self) -> Form:
        """The form of the same kind that makes whole texts: what modules are rendered in."""
        if self.traces:
            return self
        return Form.ASYNC_RENDER if self.is_async else Form.RENDER
