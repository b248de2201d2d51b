"""The calls of a traced render, those from one place taken together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import kida


@dataclass(slots=True)
class Call:
    """What was called from one place: how often, and how long it took in all.

    ``seconds`` include the calls within, ``own`` does not; ``children`` are those, and ``depth`` says how deep this
    one stands.
    """

    kind: str
    name: str | None
    part: kida.TemplatePart
    depth: int
    count: int = 0
    seconds: float = 0.0
    own: float = 0.0
    children: list[Call] = field(default_factory=list)

    def walk(self) -> Iterator[Call]:
        """This one and all within it, each before its children. A recursion may be deep: there is none here."""
        pending = [self]
        while pending:
            call = pending.pop()
            yield call
            pending += reversed(call.children)


def calls_of(trace: kida.RenderTrace) -> list[Call]:
    """The outermost calls of a render, in the order in which they first began."""
    roots: list[Call] = []
    pending: list[tuple[Iterable[kida.CallSpan], list[Call], int]] = [(trace.spans, roots, 0)]
    while pending:
        spans, found, depth = pending.pop()
        known = {(call.kind, call.name, call.part): call for call in found}
        for span in spans:
            key = span.kind, span.name, span.part
            call = known.get(key)
            if call is None:
                call = known[key] = Call(*key, depth)
                found.append(call)
            call.count += 1
            call.seconds += span.seconds
            call.own += span.own_seconds
            pending.append((span.children, call.children, depth + 1))
    return roots
