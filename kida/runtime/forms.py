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

    # attributes rather than properties: a render asks for them again and again
    streams: bool
    """Whether text is yielded."""
    is_async: bool
    """Whether the code awaits."""
    traces: bool
    """Whether it is recorded where text comes from."""

    # Enum's own is a function in Python, and each render looks something up by its form
    __hash__ = object.__hash__

    def __init__(self, words: str) -> None:
        self.streams = words.endswith("stream")
        self.is_async = words.startswith("async")
        self.traces = words.endswith("trace")

    @property
    def whole(self) -> Form:
        """The form of the same kind that makes whole texts: what modules are rendered in."""
        if self.traces:
            return self
        return Form.ASYNC_RENDER if self.is_async else Form.RENDER
