"""What is recorded of a render among many: its calls as they nest, and the contexts it went through."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any, Final

from kida.render_context import RenderContext
from kida.tracing.recording import Event, Place, Recorder, Write

MAX_CALLS: Final = 2_000
"""Calls and contexts that are kept of one render: a timeline of a thousand renders shows no more, and has to fit."""

_ENDLESS: Final = (1 << 30) - 1
"""Turns of a loop: as many as Python counts in one digit, which is quickest."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A template or block that a render came to.

    ``kind`` is ``"template"``, ``"include"``, ``"import"`` or ``"block"``, ``name`` what it is called. The stacks are
    those of its context, which ``render_context`` identifies as `RenderRecord` does; ``at`` is in nanoseconds since
    the render began.
    """

    kind: str
    name: str | None
    render_context: int
    template_stack: tuple[str, ...]
    import_stack: tuple[str, ...]
    at: int


class Witness(Recorder):
    """A recorder that keeps no text: what wrote what is not asked of a render among many."""

    __slots__ = ("passages",)

    def __init__(self) -> None:
        super().__init__()
        self.passages: list[Passage] = []
        # what imported templates wrote: nobody reads it, and a render may import without end
        self.others = deque(maxlen=0)  # type: ignore[assignment]

    def look(self, write: Write) -> int:
        """There is no budget to be looked at, however many turns a loop makes."""
        return _ENDLESS

    def enter(self, write: Write, context: RenderContext, place: Place) -> int:
        """Note that a template's top or a block begins, and in which context."""
        if len(self.passages) < MAX_CALLS:
            top = place.kind == "template"
            self.passages.append(
                Passage(
                    context.kind if top else place.kind,
                    context.name if top else place.name,
                    id(context),
                    context.template_stack,
                    context.import_stack,
                    perf_counter_ns() - self.started,
                )
            )
        return super().enter(write, context, place)

    def keep(self, text: Any, events: list[Event], place: Place | None, start: int | None) -> Any:
        """A text that a macro gave, and that it was called."""
        if place is not None and start is not None:
            self._called(place, place.kind, place.name, start)
        return text

    def filtered(self, place: Place, start: int, before: int, value: Any, operands: tuple[Any, ...]) -> Any:
        """The value that a filter gave: filters are too many to be shown."""
        return value

    def _called(self, place: Place, kind: str, name: str | None, start: int) -> None:
        # what all others are in comes to its end last
        if len(self.calls) < MAX_CALLS or kind == "template":
            super()._called(place, kind, name, start)
        else:
            self.dropped += 1
