"""What a traced render gives: its output, and of each character where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from kida.source import Region, Source, Span

if TYPE_CHECKING:
    from kida.tracing.recording import Events, Recorder


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """A part of a template: ``span`` are character offsets into its text."""

    source: Source = field(repr=False)
    span: Span

    @property
    def template(self) -> str | None:
        """The template's name; ``None`` for one made of a string."""
        return self.source.name

    @property
    def filename(self) -> str | None:
        """The template's file, where it has one."""
        return self.source.filename

    @property
    def region(self) -> Region:
        """Lines from 1, columns in characters from 0, the end exclusive."""
        return self.source.region(self.span)

    @property
    def text(self) -> str:
        """The part itself, as it stands in the template."""
        return self.source.text[self.span.start : self.span.end]

    def describe(self) -> str:
        """The part in a few words: ``page.html 2:4``."""
        region = self.region
        return f"{self.source.display_name} {region.line}:{region.column + 1}"


class Loop:
    """A loop that was run: ``turns`` is how often."""

    __slots__ = ("target", "turns")

    def __init__(self, target: str | None) -> None:
        self.target = target
        self.turns = 0


class Step:
    """A step of a call chain.

    ``kind`` is ``"template"``, ``"block"``, ``"macro"``, ``"include"``, ``"import"``, ``"caller"``,
    ``"slot"`` or ``"loop"``; ``name`` what the macro, block, slot or template is called, or the variables of a loop. ``called_from`` is the part of a
    template that led there, ``None`` for what was rendered. ``index`` is the turn of a loop, from 1, and ``count`` how
    many turns there were; ``None`` for all else. ``parent`` is the step around it.
    """

    __slots__ = ("_loop", "called_from", "index", "kind", "name", "parent")

    def __init__(
        self,
        kind: str,
        name: str | None,
        called_from: TemplatePart | None,
        parent: Step | None,
        index: int | None = None,
        loop: Loop | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.called_from = called_from
        self.parent = parent
        self.index = index
        self._loop = loop

    @property
    def count(self) -> int | None:
        """How many turns the loop had."""
        return None if self._loop is None else self._loop.turns

    @property
    def chain(self) -> tuple[Step, ...]:
        """The steps that led here, outermost first, with this one."""
        found: list[Step] = []
        step: Step | None = self
        while step is not None:
            found.append(step)
            step = step.parent
        return tuple(reversed(found))

    def describe(self) -> str:
        """The step in a few words: ``macro card, called from page.html 2:4``; ``turn 3 of 10``."""
        if self.kind == "loop":
            return f"turn {self.index} of {self.count}" + (f", for {self.name}" if self.name else "")
        what = f"{self.kind} {self.name}" if self.name else self.kind
        return what if self.called_from is None else f"{what}, called from {self.called_from.describe()}"

    def __repr__(self) -> str:
        return f"<Step: {self.describe()}>"


class Segment(NamedTuple):
    """A range of the output that one part of a template wrote.

    ``start`` and ``end`` are character offsets into the output, ``part`` is what wrote it; ``step`` is the innermost
    step of the chain that led there, and ``is_text`` says that it is text of the template, not an expression's.
    """

    start: int
    end: int
    part: TemplatePart
    step: Step | None
    is_text: bool

    @property
    def chain(self) -> tuple[Step, ...]:
        """The steps that led there, outermost first."""
        return () if self.step is None else self.step.chain


@dataclass(frozen=True, slots=True)
class SeenValue:
    """An expression and the value that it last had.

    ``kind`` is ``"output"`` for what is written, ``"if"``, ``"for"``, ``"while"``, ``"set"``, ``"let"`` or
    ``"export"``; ``count`` how often it was evaluated.
    """

    part: TemplatePart
    kind: str
    count: int
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallSpan:
    """A call within a render: of a template, block, macro, include, import, caller or filter.

    ``kind`` is one of these; or ``"load"``, where a template that is included, imported or extended was loaded or
    compiled first.

    ``start`` and ``end`` are nanoseconds since the render began, ``thread`` is the number of the thread (as of
    ``threading.get_ident``); ``children`` are the calls within it. ``failed`` says that it did not come to its end: an
    error left it at ``end``, and the render failed.
    """

    kind: str
    name: str | None
    part: TemplatePart
    start: int
    end: int
    thread: int
    children: tuple[CallSpan, ...] = ()
    failed: bool = False

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.end - self.start) / 1e9

    @property
    def own_seconds(self) -> float:
        """How long it took without the calls within it."""
        return self.seconds - sum(child.seconds for child in self.children)

    def walk(self) -> Iterator[CallSpan]:
        """This call and all within it, each before its children."""
        pending = [self]
        while pending:
            span = pending.pop()
            yield span
            pending += reversed(span.children)


class RenderTrace:
    """What a traced render gives.

    ``output`` is the text, the same as `Template.render` gives. The rest is worked out when it is first asked for.
    """

    def __init__(self, output: str, events: Events, recorder: Recorder) -> None:
        self.output = output
        self.dropped_calls = recorder.dropped
        """How many calls are not among the spans, as there were too many."""
        self._events = events
        self._recorder = recorder

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The ranges of the output with what wrote them, in order, without gap or overlap."""
        from kida.tracing.provenance import segments_of

        return tuple(segments_of(self._events, self._recorder))

    @cached_property
    def spans(self) -> tuple[CallSpan, ...]:
        """What was called, as a tree: the outermost calls, in order."""
        from kida.tracing.provenance import spans_of

        return spans_of(self._recorder)

    @cached_property
    def values(self) -> tuple[SeenValue, ...]:
        """The expressions that were evaluated, in the order of their templates' text."""
        from kida.tracing.provenance import values_of

        return values_of(self._events, self._recorder)

    def segment_at(self, offset: int) -> Segment | None:
        """The segment of a character of the output, ``None`` outside of it."""
        from bisect import bisect_right

        if not 0 <= offset < len(self.output):
            return None
        return self.segments[bisect_right(self.segments, offset, key=lambda segment: segment.start) - 1]

    def __repr__(self) -> str:
        return f"<RenderTrace of {len(self.output):,} characters>"
