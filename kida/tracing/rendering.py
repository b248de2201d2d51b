"""Errors as text for people: the message, the place with its excerpt, the hint, and who called whom."""

from __future__ import annotations

from kida.errors import ErrorCode, TemplateError, TemplateSyntaxError
from kida.source import encodable, printable
from kida.tracing.trace import TemplateFrame


def format_error(error: TemplateError) -> str:
    """An error in a few lines.

    The code and the message; the place, with what failed underlined; the name that was perhaps meant and the hint;
    then the chain of callers, from the nearest outwards. Of wrong calls of macros all that there are in the template.
    """
    lines = _told(error)
    if isinstance(error, TemplateSyntaxError) and error.code is ErrorCode.INVALID_CALL:
        for other in error.others:
            if other.code is ErrorCode.INVALID_CALL:
                lines += _told(other)
    callers = [frame for frame in error.trace.frames if frame.kind != "python"]
    if error._source is None:
        callers = callers[:-1]
    shown = list(dict.fromkeys(f"  called from {_place(frame)}" for frame in reversed(callers)))
    lines += shown
    if len(shown) < len(callers):
        lines.append(f"  … {len(callers) - len(shown)} more calls from the same places")
    return encodable("\n".join(lines))


def _told(error: TemplateError) -> list[str]:
    """The lines about an error itself."""
    lines = [f"{error.code.value} {type(error).__name__}: {error.message}"]
    innermost = error.trace.innermost
    region = error.region
    if region is not None:
        name = printable(error.template or error.filename or "<template>")
        lines.append(f"  --> {name}:{region.line}:{region.column + 1}{_inside(error, innermost)}")
        excerpt = error.source_snippet
        if excerpt:
            lines.append(excerpt)
    if error.suggestion:
        lines.append(f"  did you mean {error.suggestion!r}?")
    if error.hint:
        lines.append(f"  hint: {error.hint}")
    return lines


def _inside(error: TemplateError, innermost: TemplateFrame | None) -> str:
    if error._source is not None or innermost is None or innermost.kind in ("template", "include", "import"):
        return ""
    return f" in {innermost.kind}" + (f" {innermost.name}" if innermost.name else "")


def _place(frame: TemplateFrame) -> str:
    column = "" if frame.column is None else f":{frame.column + 1}"
    inside = (
        f" in {frame.kind}" + (f" {frame.name}" if frame.name else "")
        if frame.kind in ("macro", "block", "caller", "slot")
        else ""
    )
    return f"{frame.display_name}:{frame.line}{column}{inside}: {frame.source_line.strip()}"
