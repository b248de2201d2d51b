"""What an engine answers to a case: its text, or its error as drawn for people."""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tests.language.cases import Case, Place
from tests.language.fixtures import FIXTURES

if TYPE_CHECKING:
    from kida import RenderTrace

T = TypeVar("T")

_KIDAS_LIMITS = ("max_include_depth", "max_recursion")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Answer:
    """An engine's answer: `error` is set where it raised, `at` where the error says its place."""

    kind: Literal["result", "error"]
    text: str
    error: Exception | None = None
    at: Place | None = None

    def __str__(self) -> str:
        return self.text


def kida_answers(case: Case) -> dict[str, Answer]:
    """Kida's answer to `case` in each form of rendering that the case has."""
    import kida

    async def joined(parts: AsyncIterator[str]) -> str:
        return "".join([part async for part in parts])

    def answer(form: Callable[[Any, dict[str, Any]], str]) -> Answer:
        try:
            environment, context = _prepare(kida, case, {})
            return Answer("result", form(environment.get_template(case.main), context))
        except Exception as error:
            return Answer("error", _drawn(kida, error), error, _place(kida, case, error))

    forms: dict[str, Callable[[Any, dict[str, Any]], str]] = {
        "render": lambda template, context: template.render(context),
        "render_stream": lambda template, context: "".join(template.render_stream(context)),
        "render_async": lambda template, context: _run(template.render_async(context)),
        "render_stream_async": lambda template, context: _run(joined(template.render_stream_async(context))),
        "trace": lambda template, context: _whole(template.trace(context)),
        "trace_async": lambda template, context: _whole(_run(kida.trace_render_async(template, context))),
    }
    return {name: answer(form) for name, form in forms.items() if case.is_async in {None, "async" in name}}


def jinja2_answer(case: Case) -> Answer:
    """The installed Jinja2's answer to `case`."""
    import jinja2

    extensions = ["jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.debug", "jinja2.ext.i18n"]
    options: dict[str, Any] = {"extensions": extensions, "enable_async": bool(case.is_async)}
    try:
        environment, context = _prepare(jinja2, case, options)
        template = environment.get_template(case.main)
        text = _run(template.render_async(context)) if case.is_async else template.render(context)
        return Answer("result", text)
    except Exception as error:
        return Answer("error", f"{type(error).__name__}: {error}", error)


def _whole(trace: RenderTrace) -> str:
    """A traced output, put together from its segments, which must tile it."""
    text, at = "", 0
    for segment in trace.segments:
        assert segment.start == at < segment.end
        text, at = text + trace.output[segment.start : segment.end], segment.end
    assert text == trace.output
    return text


def _run(awaitable: Awaitable[T]) -> T:
    async def main() -> T:
        return await awaitable

    return asyncio.run(main())


def _prepare(engine: ModuleType, case: Case, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """An environment of `engine` for `case`, and its context; Kida's defaults hold in both engines."""
    options = {"autoescape": True, "undefined": "StrictUndefined", **options, **case.options}
    if engine.__name__ != "kida":
        # limits that Python alone sets in Jinja2
        options = {name: value for name, value in options.items() if name not in _KIDAS_LIMITS}
    options["undefined"] = getattr(engine, options["undefined"])
    if isinstance(options["autoescape"], dict):
        options["autoescape"] = engine.select_autoescape(**options["autoescape"])
    context = copy.deepcopy(dict(case.context))
    additions = [FIXTURES[name](engine) for name in case.fixtures]
    for added in additions:
        options.update(added.options)
        context.update(added.context)
    environment = engine.Environment(loader=engine.DictLoader(dict(case.templates)), **options)
    for added in additions:
        for kind in ("filters", "tests", "globals"):
            for name, value in getattr(added, kind).items():
                if engine.__name__ == "kida":
                    getattr(environment, f"add_{kind[:-1]}")(name, value)
                else:
                    getattr(environment, kind)[name] = value
        if added.install is not None:
            added.install(environment)
    return environment, context


def _drawn(kida: Any, error: Exception) -> str:
    if isinstance(error, kida.TemplateError):
        return str(error.format_compact())
    return "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])


def _place(kida: Any, case: Case, error: Exception) -> Place | None:
    """Where `error` says that it happened, with the characters of the template between its two ends."""
    if isinstance(error, kida.TemplateError):
        template, first, last = error.template, error.lineno, error.end_lineno
        start, end = error.column, error.end_column
    else:
        frames = [frame for frame in kida.trace_of(error).frames if frame.kind != "python"]
        if not frames:
            return None
        innermost = frames[-1]
        template, first, last = innermost.template, innermost.line, innermost.end_line
        start, end = innermost.column, innermost.end_column
    if None in (template, first, last, start, end) or template not in case.templates:
        return None
    lines = _LINE_BREAK.split(case.templates[template])[first - 1 : last]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    return Place(template, first, "\n".join(lines))
