"""A render leaves nothing behind, and one that succeeds pays nothing for being traceable."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import linecache
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from kida import DictLoader, Environment, FileSystemBytecodeCache, FileSystemLoader, Template, trace_of
from kida.render_context import get_render_context
from tests.unit.positions.blame import FORMS

pytestmark = pytest.mark.thread_unsafe(reason="looks at what the whole process holds")

PAGE = (
    '{% extends "base" %}{% import "lib" as lib %}{% block b %}{{ super() }}{% for x in xs if x %}{{ lib.m(x) }}'
    '{% include "part" %}{% set t %}{{ x }}{% endset %}{{ loop.index }}{% endfor %}'
    "{% call lib.c() %}{{ xs | join }}{% endcall %}{{ 1 / n }}{% endblock %}"
)
TEMPLATES = {
    "page": PAGE,
    "base": "<{% block b %}{{ xs }}{% endblock %}>",
    "lib": "{% macro m(x) %}{{ x }}{% endmacro %}{% macro c() %}{{ caller() }}{% endmacro %}",
    "part": "{{ x | string | upper }}{% if x is odd %}odd{% endif %}",
}


def made() -> Environment:
    return Environment(loader=DictLoader(TEMPLATES))


def fail(template: Template, form: str) -> None:
    with pytest.raises(ZeroDivisionError):
        FORMS[form](template, {"xs": [1, 2], "n": 0})


@pytest.mark.parametrize("form", FORMS)
def test_a_failing_render_adds_nothing_to_the_line_cache(form: str) -> None:
    template = made().get_template("page")
    fail(template, form)
    before = dict(linecache.cache)
    fail(template, form)
    assert linecache.cache == before
    assert not any(name in linecache.cache for name in TEMPLATES)


def test_tracing_a_failure_adds_nothing_of_a_template_to_the_line_cache() -> None:
    template = made().get_template("page")
    with pytest.raises(ZeroDivisionError) as caught:
        template.render(xs=[1], n=0)
    for frame in trace_of(caught.value):
        assert frame.source_line
        frame.locals()
    assert not any(name in linecache.cache for name in TEMPLATES)


@pytest.mark.parametrize("form", FORMS)
def test_loading_and_rendering_adds_no_module(form: str) -> None:
    template = made().get_template("page")
    fail(template, form)
    FORMS[form](template, {"xs": [1], "n": 1})
    before = set(sys.modules)
    template = Environment(
        loader=DictLoader({name + "2": text.replace('" ', '2" ') for name, text in TEMPLATES.items()})
    ).get_template("page2")
    fail(template, form)
    FORMS[form](template, {"xs": [1], "n": 1})
    assert set(sys.modules) == before
    assert not any("page" in name and "template" in name for name in sys.modules)


FATES: dict[str, Callable[[Template], Any]] = {
    "never rendered": lambda template: None,
    "rendered": lambda template: template.render(xs=[1], n=1),
    "failed": lambda template: fail(template, "render"),
    "streamed": lambda template: list(template.render_stream(xs=[1], n=1)),
    "streamed in part": lambda template: next(template.render_stream(xs=[1], n=1)),
    "failed in a stream": lambda template: fail(template, "stream"),
    "rendered asynchronously": lambda template: asyncio.run(template.render_async(xs=[1], n=1)),
    "failed asynchronously": lambda template: fail(template, "async"),
    "used as a module": lambda template: template.environment.get_template("lib").module.m(1),
    "asked about": lambda template: (
        template.list_blocks(),
        template.undeclared_variables(),
        template.python_source(),
    ),
}


@pytest.mark.parametrize("fate", FATES)
def test_a_template_is_freed_once_nobody_holds_it(fate: str) -> None:
    template = made().get_template("page")
    apart(FATES[fate], template)
    held = [weakref.ref(template), weakref.ref(template.environment)]
    del template
    gc.collect()
    assert [reference() for reference in held] == [None, None]


def apart(call: Callable[..., Any], *arguments: Any) -> None:
    """Run something in a context of its own, so that what it leaves behind does not spoil other tests."""
    contextvars.Context().run(call, *arguments)


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_a_stream_that_is_left_early_leaves_no_context_behind(pieces: int) -> None:
    def leave() -> None:
        chunks = made().get_template("page").render_stream(xs=[1], n=1)
        for _ in range(pieces):
            next(chunks)
            assert get_render_context() is None
        chunks.close()  # type: ignore[attr-defined]
        assert get_render_context() is None

    apart(leave)


def test_an_asynchronous_stream_that_is_left_early_leaves_no_context_behind() -> None:
    async def leave() -> None:
        chunks = made().get_template("page").render_stream_async(xs=[1], n=1)
        await anext(chunks)
        assert get_render_context() is None
        await chunks.aclose()  # type: ignore[attr-defined]
        assert get_render_context() is None

    apart(lambda: asyncio.run(leave()))


@pytest.mark.parametrize("form", FORMS)
def test_a_failing_render_leaves_no_context_behind(form: str) -> None:
    def leave() -> None:
        fail(made().get_template("page"), form)
        assert get_render_context() is None

    apart(leave)


def test_a_template_from_a_string_is_freed_though_its_environment_lives() -> None:
    env = made()
    template = env.from_string("{% macro m() %}{{ 1 / 0 }}{% endmacro %}{{ m() }}")
    with pytest.raises(ZeroDivisionError):
        template.render()
    held = weakref.ref(template)
    del template
    gc.collect()
    assert held() is None


def test_what_a_render_was_given_is_freed_when_it_has_failed_and_the_error_is_gone() -> None:
    class Value(list[int]):
        pass

    value = Value([1])
    held = weakref.ref(value)
    template = made().get_template("page")
    with pytest.raises(ZeroDivisionError):
        template.render(xs=value, n=0)
    del value
    gc.collect()
    assert held() is None


def test_an_old_template_is_freed_when_its_text_has_changed(tmp_path: Any) -> None:
    (tmp_path / "page").write_text("{{ 1 }}")
    env = Environment(loader=FileSystemLoader(tmp_path))
    held = weakref.ref(env.get_template("page"))
    (tmp_path / "page").write_text("{{ 1 }}{{ 2 }}")
    assert env.get_template("page").render() == "12"
    gc.collect()
    assert held() is None


# --- what a render pays ----------------------------------------------------------------------------------------------


def called_during(call: Callable[[], Any]) -> set[str]:
    """The Python functions that run, as ``module.name``."""
    functions: set[str] = set()

    def note(frame: Any, event: str, _argument: Any) -> None:
        if event == "call":
            functions.add(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return functions


FOR_FAILURES = (
    "kida.tracing.",
    "kida.source.",
    "kida.template.boundary.",
    "kida.semantics.",
    "kida.syntax.",
    "kida.compiler.",
)
# It keeps the context current for streams, asynchronous renders and macros of a module, failing or not.
KEEPS_THE_CONTEXT = ("kida.template.boundary.Boundary.", "kida.template.boundary.inside")


def for_failures(functions: set[str]) -> list[str]:
    """Those of the functions that are there for errors alone."""
    return [
        function
        for function in functions
        if function.startswith(FOR_FAILURES) and not function.startswith(KEEPS_THE_CONTEXT)
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_render_that_succeeds_runs_no_code_for_tracing(form: str) -> None:
    template = made().get_template("page")
    context = {"xs": [1, 2, 3], "n": 1}
    FORMS[form](template, context)
    functions = called_during(lambda: FORMS[form](template, context))
    assert any(function.startswith("template page.") for function in functions), "the template's own are seen"
    assert for_failures(functions) == []


def test_a_macro_of_a_module_runs_no_code_for_tracing() -> None:
    module = made().get_template("lib").module
    functions = called_during(lambda: module.m(1))
    assert any(function.startswith("template lib.") for function in functions)
    assert for_failures(functions) == []


def test_generated_code_keeps_no_count_of_lines() -> None:
    source = made().get_template("page").python_source()
    assert "line" not in source


@pytest.mark.parametrize("form", FORMS)
def test_a_failing_render_does_trace(form: str) -> None:
    template = made().get_template("page")
    functions = called_during(lambda: fail(template, form))
    assert {"kida.template.boundary.explained", "kida.tracing.trace.trace_of"} <= functions


def test_importing_kida_does_not_import_what_only_failures_need() -> None:
    import subprocess

    code = (
        "import sys, kida; kida.Environment().from_string('{{ 1 }}').render();"
        "print([n for n in sys.modules if n in ('kida.tracing.rendering', 'kida.tracing.variables', 'traceback')"
        " or n.startswith('kida_jupyter')])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert shown.stdout.strip() in ("[]", "['traceback']")


def test_the_bytecode_cache_holds_no_frame_or_trace(tmp_path: Any) -> None:
    env = Environment(loader=DictLoader(TEMPLATES), bytecode_cache=FileSystemBytecodeCache(str(tmp_path)))
    template = env.get_template("page")
    fail(template, "render")
    held = weakref.ref(template)
    del template, env
    gc.collect()
    assert held() is None
