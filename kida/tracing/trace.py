"""Where an exception happened in templates, read from Python's own traceback.

Compiled templates carry the positions of the template's text in their code, so nothing is recorded while rendering:
the frames of the traceback say it all.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final

from kida.source import Region, Source, Span, printable

if TYPE_CHECKING:
    from kida.render_context import RenderContext
    from kida.template.linking import Unit
    from kida.tracing.variables import LoopTurn

_MARK: Final = ".template"
"""The name under which the code of a template finds its own unit."""
_ENGINE: Final = ("kida.", "markupsafe")


@dataclass(frozen=True, slots=True)
class TemplateFrame:
    """A step of the chain that led to an error.

    ``kind`` is ``"template"``, ``"block"``, ``"macro"``, ``"include"``, ``"import"``, ``"caller"`` or ``"slot"``; or
    ``"python"`` for a function of the user's that a template called. ``template`` is the template's name and
    ``filename`` its file. ``name`` is what the macro or block is called. ``line`` and ``end_line`` count from 1,
    ``column`` and ``end_column`` count characters from 0, the end exclusive; columns are ``None`` where Python was
    told to keep none (``-X no_debug_ranges``). ``source_line`` is the text of the line.
    """

    kind: str
    name: str | None
    template: str | None
    filename: str | None
    line: int
    column: int | None
    end_line: int
    end_column: int | None
    source_line: str
    _source: Source | None = None
    _frames: tuple[FrameType, ...] = ()
    """The Python frame of this step, and before it those of the loops and comprehensions within, innermost first."""

    def locals(self) -> dict[str, Any]:
        """The variables that are visible at this place, by their names in the template; empty once detached."""
        if not self._frames:
            return {}
        if self._source is None:
            values = self._frames[0].f_locals
            return {name: value for name, value in values.items() if not name.startswith(".")}
        from kida.tracing.variables import visible_variables

        return visible_variables(self._frames, self._source, self.line, self.column or 0)

    def loops(self) -> tuple[LoopTurn, ...]:
        """The loops of the template that were running here, outermost first; empty once detached."""
        if not self._frames or self._source is None:
            return ()
        from kida.tracing.variables import running_loops

        return running_loops(self._frames, self._source, self.line, self.column or 0)

    def context_names(self) -> list[str]:
        """The names of the variables that the template was rendered with, and of the globals."""
        context = context_of(self._frames)
        return [] if context is None else [*context.vars, *context.parent]

    @property
    def region(self) -> Region:
        """The place as a whole."""
        end = len(self.source_line) if self.end_column is None else self.end_column
        return Region(self.line, self.column or 0, self.end_line, end)

    @property
    def snippet(self) -> str | None:
        """The lines around the place with what failed underlined."""
        if self._source is None:
            return None
        return self._source.excerpt(self.region)

    @property
    def display_name(self) -> str:
        """The name of the template or, of a Python frame, its file."""
        if self.kind == "python":
            return self.filename or "<python>"
        return printable(self.template or self.filename or "<template>")

    def __reduce__(self) -> tuple[Any, ...]:
        # Python's frames do not pickle: what arrives elsewhere is detached
        values = [getattr(self, name) for name in self.__slots__ if name != "_frames"]
        return TemplateFrame, tuple(values)

    def describe(self) -> str:
        """The step in a few words: ``in macro card at page.html 2:4``."""
        what = f"{self.kind} {self.name}" if self.name else self.kind
        column = "" if self.column is None else f":{self.column + 1}"
        return f"in {what} at {self.display_name} {self.line}{column}"


@dataclass(frozen=True, slots=True)
class TemplateTrace:
    """The way of an exception through templates; ``frames`` are outermost first."""

    frames: tuple[TemplateFrame, ...]

    @property
    def innermost(self) -> TemplateFrame | None:
        """The innermost frame that is a template's."""
        return next((frame for frame in reversed(self.frames) if frame.kind != "python"), None)

    def detached(self) -> TemplateTrace:
        """The same without the frames' variables, which keep objects alive and do not pickle."""
        return TemplateTrace(tuple(replace(frame, _frames=()) for frame in self.frames))

    def without_repeats(self) -> TemplateTrace:
        """The same up to where an endless recursion comes to a place for the second time."""
        seen: set[tuple[str | None, Region]] = set()
        for index, frame in enumerate(self.frames):
            place = (frame.template, frame.region)
            if place in seen:
                return TemplateTrace(self.frames[: index + 1])
            seen.add(place)
        return self

    def __iter__(self) -> Iterator[TemplateFrame]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def __bool__(self) -> bool:
        return bool(self.frames)


def trace_of(exception: BaseException) -> TemplateTrace:
    """The way of any exception through templates.

    Parameters: ``exception``, the engine's or any other, that was raised while a template rendered. The trace is
    empty where it passed through none. Frames of the application around the render are not part of it.
    """
    kept = getattr(exception, "_trace", None)
    if isinstance(kept, TemplateTrace):
        return kept
    frames: list[TemplateFrame] = []
    step = exception.__traceback__
    while step is not None:
        unit = unit_of(step.tb_frame)
        if unit is not None:
            _add(frames, _template_frame(step.tb_frame, step.tb_lasti, step.tb_lineno, unit))
        elif frames and not _is_engine(step.tb_frame):
            frames.append(_python_frame(step.tb_frame, step.tb_lineno))
        step = step.tb_next
    return TemplateTrace(tuple(frames))


def unit_of(frame: FrameType) -> Unit | None:
    """The unit whose code a frame runs; ``None`` for any other code."""
    unit: Unit | None = frame.f_globals.get(_MARK)
    return unit


def context_of(frames: Iterable[FrameType]) -> RenderContext | None:
    """The context that some frames of a template run in, as far as one of them holds it."""
    contexts = (frame.f_locals.get(".ctx") for frame in frames)
    return next((context for context in contexts if context is not None), None)


def running_line() -> int | None:
    """The line that the innermost template running in this thread has come to."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if unit_of(frame) is not None:
            return frame.f_lineno
        frame = frame.f_back
    return None


@dataclass(frozen=True, slots=True)
class RunningPlace:
    """Where the innermost template had come to that ran in this thread; what that costs is paid when it is asked for."""

    unit: Unit
    code: CodeType
    instruction: int
    line: int

    @property
    def span(self) -> Span:
        """The place in the text of the template."""
        source = self.unit.source
        region, _ = _region(self.code, self.instruction, self.line, source)
        return Span(
            source.offset(region.line, region.column), source.offset(region.end_line, region.end_column)
        )


def running_place() -> RunningPlace | None:
    """The place that the innermost template running in this thread has come to."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        unit = unit_of(frame)
        if unit is not None:
            return RunningPlace(unit, frame.f_code, frame.f_lasti, frame.f_lineno)
        frame = frame.f_back
    return None


def _add(frames: list[TemplateFrame], frame: TemplateFrame) -> None:
    """Append a frame; a loop or comprehension is no step of its own, but where the step before has come to."""
    if frame.kind != "part":
        frames.append(frame)
        return
    around = next((before for before in reversed(frames) if before.kind != "python"), None)
    if around is None:
        frames.append(replace(frame, kind="template", name=None))
        return
    frame = replace(frame, kind=around.kind, name=around.name, _frames=(*frame._frames, *around._frames))
    if frames[-1] is around:
        frames.pop()
    frames.append(frame)


def _template_frame(frame: FrameType, instruction: int, line: int, unit: Unit) -> TemplateFrame:
    source = unit.source
    region, columns_known = _region(frame.f_code, instruction, line, source)
    kind, name = _kind(frame)
    return TemplateFrame(
        kind,
        name,
        source.name,
        source.filename,
        region.line,
        region.column if columns_known else None,
        region.end_line,
        region.end_column if columns_known else None,
        source.line(region.line),
        source,
        (frame,),
    )


def _kind(frame: FrameType) -> tuple[str, str | None]:
    word, _, name = frame.f_code.co_name.partition(" ")
    if word in ("block", "macro"):
        return word, name
    if word == "slot":
        return word, name.rpartition(".")[0]
    if word == "caller":
        return "caller", None
    if word == "template":
        context = frame.f_locals.get(".ctx")
        return getattr(context, "kind", "template"), None
    return "part", None


def _region(code: CodeType, instruction: int, line: int, source: Source) -> tuple[Region, bool]:
    """The place of an instruction in the template, and whether its columns are known."""
    positions = _position(code, instruction // 2)
    if positions is None or None in positions:
        return Region(line, 0, line, len(source.line(line))), False
    first, last, column, end_column = positions
    return (
        Region(
            first,
            source.character_column(first, column),
            last,
            source.character_column(last, end_column),
        ),
        True,
    )


def _position(code: CodeType, index: int) -> Any:
    for number, position in enumerate(code.co_positions()):
        if number == index:
            return position
    return None


def _is_engine(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name == "kida" or name.startswith(_ENGINE)


def _python_frame(frame: FrameType, line: int) -> TemplateFrame:
    code = frame.f_code
    text = linecache.getline(code.co_filename, line, frame.f_globals).rstrip("\n")
    return TemplateFrame(
        "python", code.co_name, None, code.co_filename, line, None, line, None, text, None, (frame,)
    )


def one_line(trace: TemplateTrace) -> str:
    """A trace in a line, innermost first: where it happened, in what, called from where."""
    steps = [frame for frame in trace.without_repeats().frames if frame.kind != "python"]
    if not steps:
        return ""
    innermost, *callers = reversed(steps)
    text = f"{innermost.display_name} {_place(innermost)}"
    if innermost.kind in ("macro", "block", "caller", "slot"):
        text += f", in {innermost.kind}" + (f" {innermost.name}" if innermost.name else "")
    for caller in callers:
        text += f", called from {caller.display_name} {_place(caller)}"
    return " ".join(text.splitlines())


def _place(frame: TemplateFrame) -> str:
    return f"{frame.line}" if frame.column is None else f"{frame.line}:{frame.column + 1}"


def forget_stale_lines(exception: BaseException) -> None:
    """Make Python's own traceback show the right lines of templates that are no files.

    ``linecache`` keeps lines by file name and takes those of templates for unchanging: lines that another template
    of the same name left there are replaced by the template's own.
    """
    step = exception.__traceback__
    while step is not None:
        unit = unit_of(step.tb_frame)
        name = step.tb_frame.f_code.co_filename
        known = None if unit is None or unit.filename is not None else linecache.cache.get(name)
        if known is not None:
            loader = step.tb_frame.f_globals["__loader__"]
            lines = [line + "\n" for line in loader.get_source("").splitlines()]
            if len(known) == 1 or known[2] != lines:
                # put in their place, not deleted: another thread may be half-way through printing a traceback
                linecache.cache[name] = (sum(map(len, lines)), None, lines, name)
        step = step.tb_next
