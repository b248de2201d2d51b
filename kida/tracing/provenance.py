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

from kida.source import Span
from kida.tracing.recording import INHERITED, Event, Kept, Place, Recorder, Role
from kida.tracing.result import CallSpan, Loop, SeenValue, Segment, Step, TemplatePart

_FEW: Final = 32
"""Texts whose order is found out by looking for each."""
_REACH: Final = 256
"""Characters that a filter may have put between two lines of a text that it took, for the second to be found again."""
_SURE: Final = 3
"""Characters of a line that is looked for behind others; shorter ones, found by chance, only behind space."""
_SHORT: Final = 1_000
"""Characters of a text that is looked for everywhere in another."""
_DEEPEST: Final = 60
"""Texts made of texts that are looked through within each other, each by a recursion of its own."""
_LINE_ENDS: Final = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where ``str.splitlines`` ends a line."""
_MOST_LOOKED_THROUGH: Final = 5_000_000
"""Characters to look through for texts whose order is not known, and for such as may have been found by chance."""

_Piece = tuple[str, Place, Step | None, int]
"""A text, the place that wrote it, the step it was written in, and how much of what the place wrote stood before it."""
_segment: Final = partial(tuple.__new__, Segment)
"""As ``Segment(…)``, without a call of Python's."""


def segments_of(events: list[Event], recorder: Recorder) -> Iterator[Segment]:
    """The segments of an output, in order."""
    at = 0
    text_roles = Role.TEXT, Role.TURN_TEXT
    for text, place, step, skipped in _Reader(recorder).pieces(events, None, INHERITED):
        size = len(text)
        end = at + size
        part = place.part
        is_text = place.role in text_roles
        if is_text and part.span.end - part.span.start != size:
            part = _part_of_text(part, text, skipped)
        yield _segment((at, end, part, step, is_text))
        at = end


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

    def __init__(
        self, events: Iterable[Event], step: Step | None, place: Place, called: TemplatePart | None
    ) -> None:
        self.events = iter(events)
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

    def note(self, event: Event, place: Place) -> None:
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
            self.step = Step(event[3], event[4], self.called, self.step)
            self.called = None
        elif role in (Role.LEFT, Role.ENDED):
            self.step, self.loop = self.opened.pop()


class _Reader:
    """Reads events, with the texts that were kept while they were written."""

    def __init__(self, recorder: Recorder) -> None:
        self._by_id = recorder.by_id
        self._kept = recorder.kept
        self._depth = 0

    def pieces(self, events: Iterable[Event], step: Step | None, place: Place) -> Iterator[_Piece]:
        """What events wrote, piece by piece; ``place`` writes what belongs to no other.

        Not by recursion: macros may call themselves as deep as they are let.
        """
        frames = [_Frame(events, step, place, None if place is INHERITED else place.part)]
        by_id, any_kept = self._by_id, bool(self._kept)
        text_role, output_role, turn_roles = Role.TEXT, Role.OUTPUT, (Role.TURN, Role.TURN_TEXT)
        while frames:
            frame = frames[-1]
            step = frame.step
            for event in frame.events:
                text = event[0]
                place = event[1]
                role = place.role
                if role == text_role:
                    if text:
                        yield text, place, step, 0
                elif role in turn_roles:
                    step = frame.turn()
                    if text:
                        yield text, place, step, 0
                elif role != output_role:
                    frame.note(event, place)
                    step = frame.step
                elif text:
                    if place is INHERITED:
                        place = frame.place
                    if not any_kept:
                        yield text, place, step, 0
                        continue
                    kept = by_id.get(id(text))
                    if kept is not None:
                        frames.append(_Frame(kept.events, _called(kept, place, step), place, place.part))
                        break
                    if len(event) > 3:
                        yield from self._made(event, place, step)
                    elif len(event) > 2 and id(event[2]) in by_id:  # escaped since it was kept
                        yield from self._spliced(text, place, [by_id[id(event[2])]], step)
                    else:
                        yield text, place, step, 0
            else:
                frames.pop()

    def _made(self, event: Event, place: Place, step: Step | None) -> Iterator[_Piece]:
        """The text of an expression that may be made of several."""
        text, _, value, before, behind, operands = event
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
            for inner in kept.events:
                if inner[1].role == Role.OUTPUT:
                    # a letter is one object wherever it stands
                    within.update(id(one) for one in (inner[0], *inner[2:3]) if one is not kept.text)
        chosen = [
            kept
            for kept in candidates
            if id(kept.text) not in within and _may_be_found(kept.text, text)
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
        claims = _claims(text, candidates)
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
            found, part = _survivor(whole, text, at, end)
            if found >= 0:
                at = found
                for piece in _cut(line, whole.index(part), len(part)):
                    yield at, piece
                    at += len(piece[0])
                continue
            for piece in line:
                found, part = _survivor(piece[0], text, at, end)
                if found >= 0:
                    yield found, next(_cut([piece], piece[0].index(part), len(part)))
                    at = found + len(part)


def _first(kept: Kept, index: int) -> int:
    """How many texts were kept when one was begun, whose own place among them is ``index``."""
    first = kept.events[0] if kept.events else ("", INHERITED)
    if first[1].role in (Role.BEGUN, Role.ENTERED):
        return int(first[2])
    return int(first[3]) if first[1] is INHERITED and len(first) > 3 else index


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


def _survivor(line: str, text: str, at: int, end: int) -> tuple[int, str]:
    """Where a line, perhaps without the space around it, stands next in a range of a text; -1 where it does not."""
    behind = line.lstrip()
    best = -1, ""
    for part in dict.fromkeys((line, behind, line.rstrip(), behind.rstrip())):
        if not part:
            continue
        if len(part) >= _SURE and not part.isspace():
            found = text.find(part, at, min(end, at + _REACH + len(part)))
        else:
            ahead = text[at : min(end, at + _REACH)]
            starts = at, at + len(ahead) - len(ahead.lstrip())
            found = next((one for one in starts if text.startswith(part, one, end)), -1)
        if found >= 0 and (best[0] < 0 or found < best[0]):
            best = found, part
    return best


def _cut(pieces: Iterable[_Piece], start: int, size: int) -> Iterator[_Piece]:
    """So many characters of what pieces wrote."""
    for written, place, step, skipped in pieces:
        text = written[start : start + size]
        if text:
            yield text, place, step, skipped + start
            size -= len(text)
        start = max(0, start - len(written))


def _may_be_found(kept: str, text: str) -> bool:
    """Whether a text that stands in another is likely to be no chance: a letter is in many."""
    return len(kept) > 1 or kept == text or not kept.isalnum()


def _claims(text: str, candidates: list[Kept]) -> list[tuple[Kept, int]]:
    """Where texts stand in another, in its order; -1 for one that does not, before the next that does.

    A text that stands there once more than it was made may be another's, and is not told from it: it claims nothing.
    """
    candidates = [kept for kept in candidates if kept.text]
    if 1 < len(candidates) <= _FEW:  # those that a loop made are in order already
        candidates.sort(key=lambda kept: (text.find(kept.text) % (len(text) + 1), -len(kept.text)))
    while True:
        claims = _in_order(text, candidates)
        if claims is None:
            claims = _in_any_order(text, candidates)
        gaps: list[str] = []
        texts: set[str] = set()
        at = 0
        for kept, found in claims:
            if found >= 0:
                texts.add(kept.text)
                gaps.append(text[at:found])
                at = found + len(kept.text)
        unclaimed = "\n\0\n".join((*gaps, text[at:]))
        if not texts or len(texts) * len(unclaimed) > _MOST_LOOKED_THROUGH:
            return claims
        doubted = {one for one in texts if one in unclaimed}
        if not doubted:
            return claims
        candidates = [kept for kept in candidates if kept.text not in doubted]


def _in_order(text: str, candidates: list[Kept]) -> list[tuple[Kept, int]] | None:
    """Where texts stand in another, one behind the other; ``None`` where many do not."""
    claims: list[tuple[Kept, int]] = []
    at = lost = 0
    for kept in candidates:
        found = text.find(kept.text, at)
        claims.append((kept, found))
        if found >= 0:
            at = found + len(kept.text)
        else:
            lost += 1
            if lost > _FEW:
                return None
    return claims


def _in_any_order(text: str, candidates: list[Kept]) -> list[tuple[Kept, int]]:
    """Where texts stand in another that has them in an order of its own: found by their lengths, if those are few."""
    candidates = [kept for kept in candidates if len(kept.text) <= _SHORT]
    sizes = sorted({len(kept.text) for kept in candidates}, reverse=True)
    if len(sizes) * len(text) > _MOST_LOOKED_THROUGH:
        return []
    left: dict[str, list[Kept]] = {}
    for kept in reversed(candidates):
        left.setdefault(kept.text, []).append(kept)
    claims: list[tuple[Kept, int]] = []
    at = 0
    while at < len(text):
        for size in sizes:
            found = left.get(text[at : at + size])
            if found:
                claims.append((found.pop(), at))
                at += size
                break
        else:
            at += 1
    return claims


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
            if len(event) > 2 and place.role in (Role.OUTPUT, Role.SEEN) and place is not INHERITED:
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
