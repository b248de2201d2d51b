"""From a trace to what the page is told of it: spans, call chains and segments, each once and referred to by its number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import kida
from kida_jupyter.help.values import type_name
from kida_jupyter.playground.messages import Call, Chain, Provenance, Span
from kida_jupyter.playground.positions import Units, sendable
from kida_jupyter.views.values import short

if TYPE_CHECKING:
    from kida.tracing.result import CallSpan, Segment, Step, TemplatePart

NOWHERE: Final = -1
_SECONDS: Final = 9
"""Digits behind the point: what is measured are nanoseconds."""


def provenance_of(trace: kida.RenderTrace, units: Units, shown: int) -> Provenance:
    """What the page is told of a trace.

    Parameters: ``trace``; ``units``, of its output; ``shown``, the characters of the output that the page gets.
    """
    index = _Index()
    segments = index.segments(trace.segments, units, shown)
    values = [
        (index.span(one.part), one.count, sendable(short(one.value)), type_name(type(one.value)))
        for one in trace.values
    ]
    calls = index.calls(trace.spans)
    return {
        "templates": index.templates,
        "spans": index.spans,
        "chains": index.chains,
        "segments": segments,
        "values": values,
        "calls": calls,
    }


class _Index:
    """What was met so far, numbered."""

    def __init__(self) -> None:
        self.templates: list[str] = []
        self.spans: list[Span] = []
        self.chains: list[Chain] = []
        self._sources: dict[int, tuple[int, Units]] = {}
        # a part, a step and a source live as long as the trace, so that their identities stand for them
        self._parts: dict[int, int] = {}
        self._known: dict[tuple[int, int, int], int] = {}
        self._steps: dict[int, int] = {}

    def span(self, part: TemplatePart | None) -> int:
        """The number of a part of a template."""
        if part is None:
            return NOWHERE
        found = self._parts.get(id(part))
        if found is not None:
            return found
        template, units = self._template(part)
        start, end = part.span
        key = (template, start, end)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.spans)
            line, column = part.source.position(start)
            self.spans.append((template, units.at(start), units.at(end), line, column + 1))
        self._parts[id(part)] = found
        return found

    def _template(self, part: TemplatePart) -> tuple[int, Units]:
        source = part.source
        found = self._sources.get(id(source))
        if found is None:
            name = sendable(source.name or source.filename or "<template>")
            if name not in self.templates:
                self.templates.append(name)
            found = self._sources[id(source)] = self.templates.index(name), Units(source.text)
        return found

    def chain(self, step: Step | None) -> int:
        """The number of a step of a call chain, and with it those around it."""
        if step is None:
            return NOWHERE
        found = self._steps.get(id(step))
        if found is not None:
            return found
        pending: list[Step] = []
        around: Step | None = step
        while around is not None and id(around) not in self._steps:
            pending.append(around)
            around = around.parent
        number = NOWHERE if around is None else self._steps[id(around)]
        for one in reversed(pending):
            self.chains.append((one.kind, _name_of(one), self.span(one.called_from), number))
            number = self._steps[id(one)] = len(self.chains) - 1
        return number

    def segments(self, segments: Iterable[Segment], units: Units, shown: int) -> list[int]:
        """The segments of the first characters of an output, four numbers each."""
        found: list[int] = []
        parts, steps = self._parts, self._steps
        plain = units.are_characters
        for start, end, part, step, _ in segments:
            if start >= shown:
                break
            if end > shown:
                end = shown
            span = parts.get(id(part))
            if span is None:
                span = self.span(part)
            chain = steps.get(id(step))
            if chain is None:
                chain = self.chain(step)
            if not plain:
                start, end = units.at(start), units.at(end)
            found += (start, end, span, chain)
        return found

    def calls(self, spans: Iterable[CallSpan]) -> list[Call]:
        """The calls as a tree, those of one thing within the same one as a single call, with sums."""
        merged: list[tuple[str, str, int, int]] = []
        sums: list[list[float]] = []
        numbers: dict[tuple[str, str, int, int], int] = {}
        pending = [(span, NOWHERE) for span in reversed(tuple(spans))]
        while pending:
            span, parent = pending.pop()
            key = (span.kind, sendable(span.name or ""), self.span(span.part), parent)
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(merged)
                merged.append(key)
                sums.append([0, 0.0, 0.0])
            total = sums[number]
            total[0] += 1
            total[1] += span.seconds
            total[2] += span.own_seconds
            pending += ((child, number) for child in reversed(span.children))
        return [
            (kind, name, at, int(count), round(seconds, _SECONDS), round(max(own, 0.0), _SECONDS), parent)
            for (kind, name, at, parent), (count, seconds, own) in zip(merged, sums)
        ]


def _name_of(step: Step) -> str:
    """What a step is called: of a loop its variables and its turn."""
    if step.kind == "loop":
        return sendable(f"{step.name or 'turn'} {step.index} of {step.count}")
    return sendable(step.name or "")
