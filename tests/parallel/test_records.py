"""What `record=True` tells of each render: who did it, when, and in which context."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from kida import CallSpan, DictLoader, Environment
from kida.parallel import render_many
from kida.parallel.witness import MAX_CALLS
from kida.render_context import get_render_context
from tests.parallel.functions import numbers

ENVIRONMENT = Environment(
    loader=DictLoader(
        {
            "page.html": "{% extends 'base.html' %}{% from 'parts.html' import share %}"
            "{% block body %}{{ share(n) }}{% include 'foot.html' %}{% endblock %}",
            "base.html": "<p>{% block body %}{% endblock %}</p>",
            "parts.html": "{% if undefined_at_import is defined %}{{ 1 / 0 }}{% endif %}"
            "{% macro share(n) %}{{ 12 // n }}{% endmacro %}",
            "foot.html": "{{ 12 // (n - 1) }}",
            "bad.html": "{% import 'broken.html' as broken %}",
            "broken.html": "{{ 1 / 0 }}",
        }
    )
)
PAGE = ENVIRONMENT.get_template("page.html")
WORKERS = pytest.mark.parametrize("workers", [1, 3])


@WORKERS
def test_a_record_says_what_was_rendered_where_and_from_when_to_when(workers: int) -> None:
    before = time.perf_counter()
    contexts = [{"n": n} for n in range(2, 12)]
    records = list(render_many(PAGE, contexts, max_workers=workers, record=True))
    after = time.perf_counter()
    assert [record.index for record in records] == list(range(10))
    assert [record.output for record in records] == [PAGE.render(context) for context in contexts]
    assert all(record.context is context for record, context in zip(records, contexts, strict=True))
    for record in records:
        assert (record.error, record.trace) == (None, None)
        assert before <= record.started <= record.ended <= after
        assert record.seconds == record.ended - record.started
        assert record.worker is not None
        assert (record.worker.host, record.worker.process) == (platform.node(), os.getpid())
        assert record.worker.thread_name.startswith("kida-render" if workers > 1 else "MainThread")
        assert record.templates == ("page.html", "base.html", "parts.html", "foot.html")
        assert (record.template_stack, record.import_stack) == (("page.html",), ())


def test_renders_at_the_same_time_have_other_threads_and_contexts_and_overlap() -> None:
    barrier = threading.Barrier(3)
    template = ENVIRONMENT.from_string("{{ meet() >= 0 }}")
    contexts = [{"meet": lambda: barrier.wait(30)}] * 3
    records = list(render_many(template, contexts, max_workers=3, record=True))
    assert max(record.started for record in records) <= min(record.ended for record in records)
    assert len({record.render_context for record in records}) == 3
    assert len({record.worker and record.worker.thread for record in records}) == 3


def test_the_render_context_of_a_record_is_the_renders_own() -> None:
    template = ENVIRONMENT.from_string("{{ ident() }}")
    [record] = render_many(template, [{"ident": lambda: id(get_render_context())}], record=True)
    assert record.output == str(record.render_context)


@WORKERS
def test_a_failed_render_is_recorded_with_the_stacks_of_where_it_failed(workers: int) -> None:
    contexts = [{"n": 2}, {"n": 1}, {"n": 3}]
    records = list(render_many(PAGE, contexts, max_workers=workers, record=True, on_error="return"))
    assert [record.output is None for record in records] == [False, True, False]
    failed = records[1]
    assert isinstance(failed.error, ZeroDivisionError)
    assert failed.trace is not None
    assert failed.trace.innermost is not None
    assert failed.trace.innermost.template == "foot.html"
    assert failed.template_stack[0] == "page.html"
    assert failed.template_stack[-1] == "foot.html"
    assert failed.import_stack == ()
    assert failed.started <= failed.ended


def test_an_import_that_fails_is_on_the_import_stack() -> None:
    [record] = render_many(ENVIRONMENT.get_template("bad.html"), [{}], record=True, on_error="return")
    assert record.template_stack == ("bad.html", "broken.html")
    assert record.import_stack == ("broken.html",)


def nested(spans: Iterable[CallSpan]) -> list[Any]:
    """Calls by kind and name, as they nest."""
    return [(span.kind, span.name, nested(span.children)) for span in spans]


@WORKERS
def test_a_record_has_the_calls_as_they_nest_within_its_time(workers: int) -> None:
    for record in render_many(PAGE, [{"n": n} for n in range(2, 8)], max_workers=workers, record=True):
        inner = [("macro", "share", []), ("include", "foot.html", [])]
        parts = ("import", "parts.html", [])
        base = ("template", "base.html", [("block", "body", inner)])
        assert nested(record.spans) == [("template", "page.html", [parts, base])]
        for span in record.spans[0].walk():
            assert 0 <= span.start <= span.end <= record.seconds * 1e9
            assert record.worker is not None
            assert span.thread == record.worker.thread
        assert record.dropped == 0


@WORKERS
def test_a_record_tells_the_stacks_of_each_template_and_block_it_came_to(workers: int) -> None:
    records = list(render_many(PAGE, [{"n": n} for n in range(2, 8)], max_workers=workers, record=True))
    page, parts, base = ("page.html",), ("page.html", "parts.html"), ("page.html", "base.html")
    for record in records:
        assert [(p.kind, p.name, p.template_stack, p.import_stack) for p in record.passages] == [
            ("template", "page.html", page, ()),
            ("import", "parts.html", parts, ("parts.html",)),
            ("template", "base.html", base, ()),
            ("block", "body", base, ()),
            ("include", "foot.html", (*base, "foot.html"), ()),
        ]
        assert record.passages[0].render_context == record.render_context
        assert (
            len({passage.render_context for passage in record.passages}) == 4
        )  # the block's is its template's


def test_a_failed_record_tells_how_far_it_came() -> None:
    [record] = render_many(PAGE, [{"n": 1}], record=True, on_error="return")
    assert [passage.name for passage in record.passages][-1] == "foot.html"
    assert ("macro", "share", []) in nested(record.spans)


def test_a_record_is_bounded_however_long_the_render() -> None:
    template = ENVIRONMENT.from_string(
        "{% macro one() %}1{% endmacro %}{% for n in range(5000) %}{{ one() }}{% include 'empty' ignore missing %}{% endfor %}"
    )
    [record] = render_many(template, [{}], record=True)
    assert record.output == "1" * 5000
    [whole] = record.spans
    assert (whole.kind, len(whole.children)) == ("template", MAX_CALLS)
    assert record.dropped == 5000 - MAX_CALLS


def test_recording_raises_errors_unless_told_to_return_them() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        list(render_many(PAGE, [{"n": 2}, {"n": 0}], record=True))
    assert raised.value.__notes__[-1] == "while rendering context 1"


def test_recording_changes_neither_texts_nor_notes() -> None:
    plain, recorded = (
        next(iter(render_many(PAGE, [{"n": 0}], on_error="return", record=record)))  # type: ignore[call-overload]
        for record in (False, True)
    )
    assert plain.error.__notes__ == recorded.error.__notes__
    assert [frame.describe() for frame in plain.trace] == [frame.describe() for frame in recorded.trace]


def test_a_context_that_is_none_has_no_worker() -> None:
    contexts: list[Any] = [4]
    [record] = render_many(PAGE, contexts, record=True, on_error="return")
    assert isinstance(record.error, TypeError)
    assert (record.worker, record.render_context, record.templates, record.seconds) == (None, None, (), 0)


def test_asynchronous_renders_are_recorded() -> None:
    template = ENVIRONMENT.from_string("{% async for n in numbers(3) %}{{ 4 // (n - k) }} {% endfor %}")
    contexts = [{"numbers": numbers, "k": 4}, {"numbers": numbers, "k": 1}]
    first, second = render_many(template, contexts, record=True, on_error="return")
    assert (first.output, first.template_stack) == ("-1 -2 -2 ", ("<template>",))
    assert isinstance(second.error, ZeroDivisionError)
    assert second.render_context is not None


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_records_of_other_processes_are_on_the_same_clock() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        before = time.perf_counter()
        contexts = [{"n": 3}, {"n": 1}, {"n": 2}]
        records = list(render_many(PAGE, contexts, executor=pool, record=True, on_error="return"))
        after = time.perf_counter()
    for record in records:
        assert before <= record.started <= record.ended <= after
        assert record.worker is not None
        assert record.worker.process != os.getpid()
        assert record.templates[0] == "page.html"
    assert records[1].template_stack[-1] == "foot.html"
    assert records[0].output == PAGE.render(n=3)
