"""From the events of a traced render to its segments, values and calls.

A text that a macro, a capture or a block made apart, and that is written as it is, is known by its identity: the
segments within it stand for it. A text that was made of such texts, by a filter, a concatenation, a function, is looked
through for those that it was made of: where they stand in it unchanged, as a whole or in lines, their segments stand;
the rest is what the expression wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from kida.runtime.marks import Marks
from kida.runtime.stacks import StackMark
from kida.source import Span
from kida.tracing.matching import claims_of, may_be_found, survivor
from kida.tracing.recording import INHERITED, MADE_INHERITED, Events, Kept, Place, Recorder, Role, each
from kida.tracing.result import CallSpan, Loop, SeenValue, Segment, Step, TemplatePart

_OUTPUTS: Final = (Role.OUTPUT, Role.MADE, Role.WRITTEN)
_WITH_VALUES: Final = (Role.OUTPUT, Role.MADE, Role.SEEN)
_DEEPEST: Final = 60
"""Texts made of texts that are looked through within each other, each by a recursion of its own."""
_LINE_ENDS: Final = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where ``str.splitlines`` ends a line."""

_Piece = tuple[str, Place, Step | None, int]
"""A text, the place that wrote it, the step it was written in, and how much of what the place wrote stood before it."""
_segment: Final = partial(tuple.__new__, Segment)
"""As ``Segment(…)``, without a call of Python's."""


def segments_of(events: Events, recorder: Recorder) -> Iterator[Segment]:
    """The segments of an output, in order."""
    at = 0
    text_roles = Role.TEXT, Role.TURN_TEXT
    reader = _Reader(recorder)
    pieces = reader.pieces(events, None, INHERITED)
    if recorder.marks is not None:
        read = list(pieces)  # where things were pushed is known behind the last
        reader.find_pushes()
        pieces = _with_stacks(iter(read), reader, recorder.marks)
    for text, place, step, skipped in pieces:
        size = len(text)
        end = at + size
        part = place.part
        is_text = place.role in text_roles
        if is_text and part.span.end - part.span.start != size:
            part = _part_of_text(part, text, skipped)
        yield _segment((at, end, part, step, is_text))
        at = end


def _with_stacks(pieces: Iterator[_Piece], reader: _Reader, marks: Marks) -> Iterator[_Piece]:
    """Pieces, with what was pushed to stacks in place of their marks: it was written where it was pushed."""
    for text, place, step, skipped in pieces:
        if marks.first_in(text) < 0:
            yield text, place, step, skipped
            continue
        for part in marks.parts(text):
            if isinstance(part, str):
                if part:
                    yield part, place, step, 0
                continue
            for push in part.pushes if isinstance(part, StackMark) else ():
                if push.told is None:  # kept by a cache
                    inner = iter([(push.text, place, step, 0)] if push.text else [])
                else:
                    pushed_in, pushed_by = reader.pushed.get(id(push.told), (None, place))
                    inner = reader.pieces(push.told, pushed_in, pushed_by)
                yield from _with_stacks(inner, reader, marks)


def _part_of_text(whole: TemplatePart, text: str, skipped: int) -> TemplatePart:
    """Of the text that a template writes the part that is left of it, as a filter may have taken some away."""
    start, end = whole.span
    likely = start + skipped
    found = likely if whole.source.text.startswith(text, likely) else whole.source.text.find(text, start, end)
    stop = found + len(text)
    return whole if found < 0 or stop > end else TemplatePart(whole.source, Span(found, stop))


class _Frame:
    """How far a list of events has been read, and where that is within the render.

    ``place`` is that of the expression that writes the text of the events.
    """

    __slots__ = ("called", "events", "loop", "opened", "place", "step")

    def __init__(self, events: Events, step: Step | None, place: Place, called: TemplatePart | None) -> None:
        self.events = each(events)
        self.step = step
        self.place = place
        self.called = called
        self.loop: tuple[TemplatePart, Loop, Step | None] | None = None
        """The loop around, and the step that it stands in."""
        self.opened: list[tuple[Step | None, tuple[TemplatePart, Loop, Step | None] | None]] = []

    def turn(self) -> Step | None:
        """Another turn of the loop around; gives the step."""
        if self.loop is not None:
            part, loop, outer = self.loop
            loop.turns += 1
            self.step = Step("loop", loop.target, part, outer, loop.turns, loop)
        return self.step

    def note(self, place: Place, told: Any) -> None:
        """Follow the steps: what is entered and left."""
        role = place.role
        if role == Role.LOOP:
            self.opened.append((self.step, self.loop))
            self.loop = place.part, Loop(place.name), self.step
        elif role == Role.CALLED:
            self.called = place.part
        elif role == Role.ENTERED:
            self.opened.append((self.step, self.loop))
            self.loop = None
            _, kind, name = told
            self.step = Step(kind, name, self.called, self.step)
            self.called = None
        elif role in (Role.LEFT, Role.ENDED):
            self.step, self.loop = self.opened.pop()


class _Reader:
    """Reads events, with the texts that were kept while they were written."""

    def __init__(self, recorder: Recorder) -> None:
        self._by_id = recorder.by_id
        self._kept = recorder.kept
        self._depth = 0
        self._has_pushes = recorder.marks is not None
        self._made_of: list[tuple[int, Any, Place, Step | None]] = []
        """What is told of the texts that were written, and where."""
        self.pushed: dict[int, tuple[Step | None, Place]] = {}
        """The steps and places in which texts were pushed, by the identities of their events."""

    def pieces(self, events: Events, step: Step | None, place: Place) -> Iterator[_Piece]:
        """What events wrote, piece by piece; ``place`` writes what belongs to no other.

        Not by recursion: macros may call themselves as deep as they are let.
        """
        frames = [_Frame(events, step, place, None if place is INHERITED else place.part)]
        by_id, any_kept = self._by_id, bool(self._kept)
        text_role, output_role, turn_roles = Role.TEXT, Role.OUTPUT, (Role.TURN, Role.TURN_TEXT)
        made_role, pushed_role, output_roles = Role.MADE, Role.PUSHED, _OUTPUTS
        while frames:
            frame = frames[-1]
            step = frame.step
            for text, place, told in frame.events:
                role = place.role
                if role == text_role:
                    if text:
                        yield text, place, step, 0
                elif role in turn_roles:
                    step = frame.turn()
                    if text:
                        yield text, place, step, 0
                elif role == pushed_role:
                    if id(told) not in self.pushed:
                        self.pushed[id(told)] = step, place
                        self._made_of.append((role, told, place, step))
                elif role not in output_roles:
                    frame.note(place, told)
                    step = frame.step
                elif text or self._has_pushes:
                    if place is INHERITED or place is MADE_INHERITED:
                        place = frame.place
                    if self._has_pushes:
                        self._made_of.append((role, told, place, step))
                    if not text:
                        continue
                    if not any_kept:
                        yield text, place, step, 0
                        continue
                    kept = by_id.get(id(text))
                    if kept is not None:
                        frames.append(_Frame(kept.events, _called(kept, place, step), place, place.part))
                        break
                    if role == made_role:
                        yield from self._made(text, told, place, step)
                    elif role == output_role and id(told) in by_id:  # escaped since it was kept
                        yield from self._spliced(text, place, [by_id[id(told)]], step)
                    else:
                        yield text, place, step, 0
            else:
                frames.pop()

    def find_pushes(self) -> None:
        """Read also what wrote nothing, once the rest is read, and what was pushed: it may have pushed."""
        walked: set[int] = set()
        for role, told, place, step in self._made_of:  # more come while it is read
            if role == Role.PUSHED:
                for _ in self.pieces(told, step, place):
                    pass
                continue
            known = self._by_id.get(id(told))
            candidates = self._outermost(told[1], told[2]) if role == Role.MADE else [known] if known else []
            for kept in candidates:
                if id(kept) not in walked:
                    walked.add(id(kept))
                    for _ in self.pieces(kept.events, _called(kept, place, step), place):
                        pass

    def _made(self, text: str, told: Any, place: Place, step: Step | None) -> Iterator[_Piece]:
        """The text of an expression that may be made of several."""
        value, before, behind, *operands = told
        if any(value is operand and id(operand) not in self._by_id for operand in operands):
            yield text, place, step, 0  # it is a variable's, whatever else was made meanwhile
            return
        candidates = self._outermost(before, behind)
        known = set(map(id, candidates))
        for other in (value, *operands):
            for one in other if type(other) in (list, tuple) else (other,):
                kept = self._by_id.get(id(one))
                if kept is not None and id(kept) not in known:
                    candidates.append(kept)
        # what is within another stands for itself only where that one does not
        within: set[int] = set()
        for kept in candidates:
            for written, origin, its in each(kept.events):
                if origin.role in _OUTPUTS:
                    held = its[0] if origin.role == Role.MADE else its
                    # a letter is one object wherever it stands
                    within.update(id(one) for one in (written, held) if one is not kept.text)
        chosen = [
            kept
            for kept in candidates
            if id(kept.text) not in within and may_be_found(kept.text, text)
        ]  # fmt: skip
        yield from self._spliced(text, place, chosen, step)

    def _outermost(self, before: int, behind: int) -> list[Kept]:
        """Of the texts that were kept in a while those that were not made within another of them."""
        found: list[Kept] = []
        while behind > before:
            kept = self._kept[behind - 1]
            found.append(kept)
            behind = min(behind - 1, _first(kept, behind - 1))
        found.reverse()
        return found

    def _spliced(
        self, text: str, place: Place, candidates: list[Kept], step: Step | None
    ) -> Iterator[_Piece]:
        """A text that may have been made of others."""
        if not candidates or self._depth > _DEEPEST:
            yield text, place, step, 0
            return
        self._depth += 1
        text = str.__str__(text)  # of Markup each slice would be made by Python's code
        at = 0
        claims = claims_of(text, candidates)
        bounds: list[int] = []
        for _, start in reversed(claims):
            bounds.append(start if start >= 0 else bounds[-1] if bounds else len(text))
        for (kept, start), bound in zip(claims, reversed(bounds), strict=True):
            if start < 0:  # changed: what is left of it stands before the next that is not
                for found, piece in self._lines(text, at, bound, kept, place, _called(kept, place, step)):
                    if found > at:
                        yield text[at:found], place, step, 0
                    yield piece
                    at = found + len(piece[0])
                continue
            if start > at:
                yield text[at:start], place, step, 0
            yield from self.pieces(kept.events, _called(kept, place, step), place)
            at = start + len(kept.text)
        if at < len(text):
            yield text[at:], place, step, 0
        self._depth -= 1

    def _lines(
        self, text: str, at: int, end: int, kept: Kept, place: Place, step: Step | None
    ) -> Iterator[tuple[int, _Piece]]:
        """What of a text's lines, or else of the pieces of a line, stands in a range of another, and where."""
        for line in _in_lines(self.pieces(kept.events, step, place)):
            whole = "".join([piece[0] for piece in line])
            found, part = survivor(whole, text, at, end)
            if found >= 0:
                at = found
                for piece in _cut(line, whole.index(part), len(part)):
                    yield at, piece
                    at += len(piece[0])
                continue
            for piece in line:
                found, part = survivor(piece[0], text, at, end)
                if found >= 0:
                    yield found, next(_cut([piece], piece[0].index(part), len(part)))
                    at = found + len(part)


def _first(kept: Kept, index: int) -> int:
    """How many texts were kept when one was begun, whose own place among them is ``index``."""
    if not kept.events:
        return index
    place, told = kept.events[1:3]
    if place.role == Role.BEGUN:
        return int(told)
    if place.role == Role.ENTERED:
        return int(told[0])
    return int(told[1]) if place is MADE_INHERITED else index


def _in_lines(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces, cut where lines end."""
    line: list[_Piece] = []
    for written, place, step, skipped in pieces:
        for text in written.splitlines(keepends=True):
            line.append((text, place, step, skipped))
            skipped += len(text)
            if text[-1] in _LINE_ENDS:
                yield line
                line = []
    if line:
        yield line


def _cut(pieces: Iterable[_Piece], start: int, size: int) -> Iterator[_Piece]:
    """So many characters of what pieces wrote."""
    for written, place, step, skipped in pieces:
        text = written[start : start + size]
        if text:
            yield text, place, step, skipped + start
            size -= len(text)
        start = max(0, start - len(written))


def _called(kept: Kept, place: Place, step: Step | None) -> Step | None:
    """The step that a text made apart was written in."""
    if kept.place is None or kept.place.kind not in ("macro", "caller", "slot"):
        return step
    return Step(kept.place.kind, kept.place.name, place.part, step)


def values_of(events: Events, recorder: Recorder) -> tuple[SeenValue, ...]:
    """The expressions that events tell the values of."""
    found: dict[Place, list[Any]] = {}
    for written in (events, *recorder.others, *(kept.events for kept in recorder.kept)):
        for _, place, told in each(written):
            role = place.role
            if role in _WITH_VALUES and place is not INHERITED and place is not MADE_INHERITED:
                known = found.setdefault(place, [0, None])
                known[0] += 1
                known[1] = told[0] if role == Role.MADE else told
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
