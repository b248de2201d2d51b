"""Templates in whose text ``⟦…⟧`` marks what is to be blamed for an error."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kida import DictLoader, Environment, Template, TemplateError, TemplateTrace, trace_of


class Place(NamedTuple):
    """Where an error is: lines from 1, columns in characters from 0, the end exclusive."""

    template: str | None
    line: int
    column: int | None
    end_line: int
    end_column: int | None
    text: str


def unmarked(text: str) -> str:
    """A template's text without its marks."""
    return text.replace("⟦", "").replace("⟧", "")


def marked_place(name: str | None, text: str) -> Place:
    """The place between the marks of a text, counted as a person with an editor would count."""
    before, rest = text.split("⟦")
    inside, _ = rest.split("⟧")
    lines_before = re.split(r"\r\n|\r|\n", before)
    lines_through = re.split(r"\r\n|\r|\n", before + inside)
    return Place(
        name,
        len(lines_before),
        len(lines_before[-1]),
        len(lines_through),
        len(lines_through[-1]),
        re.sub(r"\r\n?", "\n", inside),
    )


def place_of(error: BaseException) -> Place:
    """Where an error is, as `kida.trace_of` has it and, for the engine's own errors, as they say themselves."""
    frame = trace_of(error).innermost
    assert frame is not None, f"{error!r} went through no template"
    place = Place(frame.template, *frame.region, _text_of(frame))
    assert frame.column is not None
    assert frame.end_column is not None
    if isinstance(error, TemplateError):
        said = (error.template, error.lineno, error.column, error.end_lineno, error.end_column)
        assert said == place[:-1]
        assert error.filename == frame.filename
    return place


def _text_of(frame: Any) -> str:
    lines = frame._source.text.split("\n")
    first, last = frame.line - 1, frame.end_line - 1
    if first == last:
        return lines[first][frame.column : frame.end_column]
    return "\n".join(
        [lines[first][frame.column :], *lines[first + 1 : last], lines[last][: frame.end_column]]
    )


async def _drained(chunks: Any) -> str:
    return "".join([chunk async for chunk in chunks])


FORMS: dict[str, Callable[[Template, Mapping[str, Any]], Any]] = {
    "render": lambda template, context: template.render(context),
    "stream": lambda template, context: "".join(template.render_stream(context)),
    "async": lambda template, context: asyncio.run(template.render_async(context)),
    "async stream": lambda template, context: asyncio.run(_drained(template.render_stream_async(context))),
}
"""The ways to render a template."""


def error_of(
    templates: str | Mapping[str, str],
    /,
    *,
    form: str = "render",
    main: str = "page",
    options: Mapping[str, Any] | None = None,
    **context: Any,
) -> Exception:
    """The error of rendering ``main``; templates are given by name, or ``page`` alone."""
    known = {"page": templates} if isinstance(templates, str) else templates
    loader = DictLoader({name: unmarked(text) for name, text in known.items()})
    template = Environment(loader=loader, **(options or {})).get_template(main)
    try:
        text = FORMS[form](template, context)
    except Exception as error:
        return error
    raise AssertionError(f"it rendered to {text!r}")


def expected_place(templates: str | Mapping[str, str]) -> Place:
    """The one marked place of some templates."""
    known = {"page": templates} if isinstance(templates, str) else templates
    places = [marked_place(name, text) for name, text in known.items() if "⟦" in text]
    assert len(places) == 1, "one place is to blame"
    return places[0]


def check(templates: str | Mapping[str, str], /, **options: Any) -> Exception:
    """The error of rendering templates, which must be where they are marked."""
    error = error_of(templates, **options)
    assert place_of(error) == expected_place(templates), steps(error)
    return error


def steps(error: BaseException | TemplateTrace) -> list[str]:
    """A trace in short lines, outermost first: kind, name, template, and the text that is blamed."""
    trace = error if isinstance(error, TemplateTrace) else trace_of(error)
    lines = []
    for frame in trace.frames:
        what = f"{frame.kind} {frame.name}" if frame.name else frame.kind
        if frame.kind == "python":
            lines.append(what)
        else:
            where = f"{frame.display_name}:{frame.line}:{frame.column}"
            lines.append(f"{what} | {where} | {_text_of(frame)}")
    return lines


class Refuses:
    """A value that raises ``ValueError`` whatever is done with it."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise ValueError("no")

    __str__ = __bool__ = __call__ = __iter__ = __getitem__ = __len__ = __html__ = _refuse
    __add__ = __radd__ = __neg__ = __lt__ = __contains__ = _refuse

    @property
    def attribute(self) -> str:
        """Refused, too."""
        raise ValueError("no")


def boom(*_: Any, **__: Any) -> Any:
    """A function of the user's that fails."""
    raise ValueError("boom")


def given() -> dict[str, Any]:
    """Variables for templates that are to fail."""
    return {
        "zero": 0,
        "one": 1,
        "xs": [1, 2, 3],
        "pairs": [(1, 2), (3, 4)],
        "d": {"a": {"b": 1}},
        "nothing": None,
        "bad": Refuses(),
        "boom": boom,
        "same": lambda *args, **kwargs: args[0] if args else kwargs,
    }
