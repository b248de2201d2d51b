"""Reads a trace for tests: what wrote what, in which steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import kida


class Written(NamedTuple):
    """A segment in words: its text, the part of the template that wrote it, and the steps around, outermost first.

    The template itself is left out of the steps where it is the outermost.
    """

    text: str
    part: str
    steps: tuple[str, ...] = ()


def traced(
    source: str,
    context: Mapping[str, Any] | None = None,
    /,
    *,
    templates: Mapping[str, str] | None = None,
    autoescape: bool = False,
    **options: Any,
) -> kida.RenderTrace:
    """Trace a template named "main"; its text is that of a plain render, and the segments tile it."""
    environment = kida.Environment(
        loader=kida.DictLoader(dict(templates or {})), autoescape=autoescape, **options
    )
    template = environment.from_string(source, name="main")
    trace = template.trace(context or {})
    assert trace.output == template.render(context or {})
    assert_tiled(trace)
    return trace


def assert_tiled(trace: kida.RenderTrace) -> None:
    """The segments cover the output without gap or overlap, and none is empty."""
    at = 0
    for segment in trace.segments:
        assert segment.start == at
        assert segment.end > at
        at = segment.end
    assert at == len(trace.output)


def step_in_words(step: kida.Step) -> str:
    """A step without the place it was called from: ``macro m``, ``turn 1 of 2``."""
    if step.kind == "loop":
        return f"turn {step.index} of {step.count}"
    return f"{step.kind} {step.name}" if step.name else step.kind


def written(trace: kida.RenderTrace) -> list[Written]:
    """The segments in words."""
    found = []
    for segment in trace.segments:
        steps = tuple(step_in_words(step) for step in segment.chain)
        if steps[:1] == ("template main",):
            steps = steps[1:]
        found.append(Written(trace.output[segment.start : segment.end], segment.part.text, steps))
    return found


def texts_and_parts(trace: kida.RenderTrace) -> list[tuple[str, str]]:
    """The segments' texts, and the parts that wrote them."""
    return [(one.text, one.part) for one in written(trace)]


def segment_of(trace: kida.RenderTrace, text: str) -> kida.Segment:
    """The one segment of a text."""
    found = [one for one in trace.segments if trace.output[one.start : one.end] == text]
    assert len(found) == 1, f"{len(found)} segments say {text!r}"
    return found[0]


def steps_of(trace: kida.RenderTrace, text: str) -> tuple[str, ...]:
    """The steps around the one segment of a text, without the outermost template."""
    return tuple(map(step_in_words, segment_of(trace, text).chain[1:]))
