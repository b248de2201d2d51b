"""Records of renders made by hand, for what is worked out from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kida.parallel import Passage, RenderRecord, Worker

THREAD = Worker("here", 1, 11, "kida-render_0")
OTHER = Worker("here", 1, 12, "kida-render_1")
PLAIN = RenderRecord(
    index=0,
    context={},
    output="text\n",
    error=None,
    trace=None,
    started=10.0,
    ended=10.001,
    worker=THREAD,
    render_context=1000,
    templates=("page",),
    template_stack=("page",),
    import_stack=(),
    spans=(),
    passages=(Passage("template", "page", 1000, ("page",), (), 0),),
    dropped=0,
)


def record(index: int = 0, *, at: float = 10.0, lasts: float = 0.001, **changes: Any) -> RenderRecord:
    """A record of a render that wrote a line: ``at`` and ``lasts`` are seconds."""
    made = replace(PLAIN, index=index, started=at, ended=at + lasts, **changes)
    identity = made.render_context
    if identity is None or "passages" in changes:
        return made
    return replace(made, passages=(replace(PLAIN.passages[0], render_context=identity),))


def row_of(count: int, worker: Worker = THREAD, **changes: Any) -> list[RenderRecord]:
    """Records of renders that followed each other on one worker, a millisecond each."""
    return [record(at, at=10 + at / 1000, worker=worker, **changes) for at in range(count)]
