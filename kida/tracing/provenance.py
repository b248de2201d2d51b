"""From the events of a traced render to its segments, values and calls.

A text that a macro, a capture or a block made apart, and that is written as it is, is known by its identity: the
segments within it stand for it. A text that was made of such texts, by a filter, a concatenation, a function, is looked
through for those that it was made of: where they stand in it unchanged, as a whole or in lines, their segments stand;
the rest is what the expression wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from kida.source import Span
from kida.tracing.recording import Event, Kept, Place, Recorder, Role
from kida.tracing.result import CallSpan, Loop, SeenValue, Segment, Step, TemplatePart

_FEW: Final = 32
"""Texts whose order is found out by looking for each."""
_REACH: Final = 256
"""Characters that a filter may have put between two lines of a text that it took, for the second to be found again."""
_SURE: Final = 3
"""Characters of a line that is looked for at a distance; shorter ones are found by chance."""

_Piece = tuple[str, Place, Step | None]
"""A text, the place that wrote it, and the step it was written in."""


def segments_of(events: list[Event], recorder: Recorder) -> Iterator[Segment]:
    """The segments of an output, in order."""
    at = 0
    for text, place, step in _Reader(recorder).pieces(events, None):
        end = at + len(text)
        is_text = place.role == Role.TEXT
        part = _part_of_text(place.part, text) if is_text else place.part
        yield Segment(at, end, part, step, is_text)
        at = end


def _part_of_text(whole: TemplatePart, text: str) -> TemplatePart:
    """Of the text that a template writes the part that is left of it, as a filter may have taken some away."""
    start, end = whole.span
    if end - start == len(text):
        return whole
    found = whole.source.text.find(text, start, end)
    return whole if found < 0 else TemplatePart(whole.source, Span(found, found + len(text)))


class _Frame:
    """How far a list of events has been read, and where that is within the render."""

    __slots__ = ("called", "events", "loop", "opened", "step")

    def __init__(self, events: Iterable[Event], step: Step | None, called: TemplatePart | None) -> None:
        self.events = iter(events)
        self.step = step
        self.called = called
        self.loop: tuple[TemplatePart, Loop, Step | None] | None = None
        """The loop around, and the step that it stands in."""
        self.opened: list[tuple[Step | None, tuple[TemplatePart, Loop, Step | None] | None]] = []

    def note(self, event: Event, place: Place) -> None:
        """Follow the steps: what is entered and left, and the turns of loops."""
        role = place.role
        if role == Role.TURN:
            if self.loop is not None:
                part, loop, outer = self.loop
                loop.turns += 1
                self.step = Step("loop", loop.target, part, outer, loop.turns, loop)
        elif role == Role.LOOP:
            self.opened.append((self.step, self.loop))
            self.loop = place.part, Loop(place.name), self.step
        elif role == Role.CALLED:
            self.called = place.part
        elif role == Role.ENTERED:
            self.opened.append((self.step, self.loop))
            self.loop = None
            self.step = Step(event[2], event[3], self.called, self.step)
            self.called = None
        elif role in (Role.LEFT, Role.ENDED):
            self.step, self.loop = self.opened.pop()


class _Reader:
    """Reads events, with the texts that were kept while they were written."""

    def __init__(self, recorder: Recorder) -> None:
        self._by_id = recorder.by_id
        self._kept = recorder.kept

    def pieces(self, events: Iterable[Event], step: Step | None) -> Iterator[_Piece]:
        """What events wrote, piece by piece. Not by recursion: macros may call themselves as deep as they are let."""
        frames = [_Frame(events, step, None)]
        by_id, text_role, output_role = self._by_id, Role.TEXT, Role.OUTPUT
        while frames:
            frame = frames[-1]
            step = frame.step
            for event in frame.events:
                text = event[0]
                place: Place = event[1]
                role = place.role
                if role == text_role:
                    if text:
                        yield text, place, step
                elif role != output_role:
                    frame.note(event, place)
                    step = frame.step
                elif text:
                    if not by_id:
                        yield text, place, step
                        continue
                    kept = by_id.get(id(text))
                    if kept is not None:
                        frames.append(_Frame(kept.events, _called(kept, place, step), place.part))
                        break
                    if len(event) > 3:
                        yield from self._made(event, step)
                    elif len(event) > 2 and id(event[2]) in by_id:  # escaped since it was kept
                        yield from self._spliced(text, place, [by_id[id(event[2])]], step)
                    else:
                        yield text, place, step
            else:
                frames.pop()

    def _made(self, event: Event, step: Step | None) -> Iterator[_Piece]:
        """The text of an expression that may be made of several."""
        text, place, value, before, behind, operands = event
        candidates = self._kept[before:behind]
        for other in (value, *operands):
            kept = self._by_id.get(id(other))
            if kept is not None and all(kept is not one for one in candidates):
                candidates.append(kept)
        if not candidates:
            yield text, place, step
            return
        # what is within another stands for itself only where that one does not
        within = {id(inner[0]) for kept in candidates for inner in kept.events}
        yield from self._spliced(text, place, [c for c in candidates if id(c.text) not in within], step)

    def _spliced(
        self, text: str, place: Place, candidates: list[Kept], step: Step | None
    ) -> Iterator[_Piece]:
        """A text that may have been made of others."""
        at = 0
        for start, end, pieces in self._found(text, place, candidates, step):
            if start > at:
                yield text[at:start], place, step
            yield from pieces
            at = end
        if at < len(text):
            yield text[at:], place, step

    def _found(
        self, text: str, place: Place, candidates: list[Kept], step: Step | None
    ) -> Iterator[tuple[int, int, Iterable[_Piece]]]:
        """Where texts stand in another, in its order: start, end and the pieces there."""
        at = 0
        lost: list[Kept] = []
        if 1 < len(candidates) <= _FEW:  # those that a loop made are in order already
            candidates = sorted(candidates, key=lambda kept: text.find(kept.text) % (len(text) + 1))
        for kept in candidates:
            found = text.find(kept.text, at) if kept.text else -1
            if found < 0:
                lost.append(kept)
                continue
            for other in lost:
                for line in self._lines(text, at, found, other, _called(other, place, step)):
                    yield line
                    at = line[1]
            lost.clear()
            end = found + len(kept.text)
            yield found, end, self.pieces(kept.events, _called(kept, place, step))
            at = end
        for other in lost:
            for line in self._lines(text, at, len(text), other, _called(other, place, step)):
                yield line
                at = line[1]

    def _lines(
        self, text: str, at: int, end: int, kept: Kept, step: Step | None
    ) -> Iterator[tuple[int, int, Iterable[_Piece]]]:
        """What of a text's lines stands in a range of another."""
        for written, place, inner in self.pieces(kept.events, step):
            for line in written.splitlines(keepends=True):
                for part in dict.fromkeys((line, line.strip())):
                    reach = _REACH if len(part) >= _SURE else 0
                    found = text.find(part, at, min(end, at + reach + len(part))) if part else -1
                    if found >= 0:
                        at = found + len(part)
                        yield found, at, [(part, place, inner)]
                        break


def _called(kept: Kept, place: Place, step: Step | None) -> Step | None:
    """The step that a text made apart was written in."""
    if kept.place is None or kept.place.kind not in ("macro", "caller"):
        return step
    return Step(kept.place.kind, kept.place.name, place.part, step)


def values_of(events: list[Event], recorder: Recorder) -> tuple[SeenValue, ...]:
    """The expressions that events tell the values of."""
    found: dict[Place, list[Any]] = {}
    for written in (events, *recorder.others, *(kept.events for kept in recorder.kept)):
        for event in written:
            place: Place = event[1]
            if len(event) > 2 and place.role in (Role.OUTPUT, Role.SEEN):
                known = found.setdefault(place, [0, None])
                known[0] += 1
                known[1] = event[2]
    seen = (
        SeenValue(place.part, place.kind or "output", count, value) for place, (count, value) in found.items()
    )
    return tuple(sorted(seen, key=lambda one: (one.part.template or "", one.part.span)))


def spans_of(recorder: Recorder) -> tuple[CallSpan, ...]:
    """The tree of calls, by the times they began and ended."""
    pending: list[list[Any]] = []
    roots: list[list[Any]] = []
    for call in sorted(recorder.calls, key=lambda call: (call[3], -call[4])):
        node = [call, []]
        while pending and not call[4] <= pending[-1][0][4]:
            pending.pop()
        (pending[-1][1] if pending else roots).append(node)
        pending.append(node)
    return tuple(_span(node, recorder.started) for node in roots)


def _span(node: list[Any], began: int) -> CallSpan:
    """A node as a value; the tree is walked without recursion, as it is as deep as the templates' calls."""
    made: dict[int, CallSpan] = {}
    pending: list[tuple[list[Any], bool]] = [(node, False)]
    while pending:
        current, children_done = pending.pop()
        if not children_done:
            pending.append((current, True))
            pending += [(child, False) for child in current[1]]
            continue
        (place, kind, name, start, end, thread), children = current
        within = tuple(made.pop(id(child)) for child in children)
        made[id(current)] = CallSpan(kind, name, place.part, start - began, end - began, thread, within)
    return made[id(node)]
