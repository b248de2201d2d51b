"""What `record=True` tells of each render: who did it, when, and in which context."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import CodeType, FrameType
from typing import Any

import pytest

from kida import CallSpan, DictLoader, Environment, Template
from kida.parallel import RenderRecord, render_many
from kida.parallel.witness import MAX_CALLS
from kida.render_context import get_render_context, get_render_context_required
from kida.runtime.forms import Form
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
    assert nested(record.spans[0].walk())[-2:] == [("macro", "share", []), ("include", "foot.html", [])]


def failed_in(record: RenderRecord) -> list[str]:
    """The calls that an error left, outermost first, each with where its function begins."""
    level, found = record.spans, []
    while level and level[-1].failed:
        found.append(f"{level[-1].kind} {level[-1].name} at {level[-1].part.describe()}")
        level = level[-1].children
    assert sum(span.failed for root in record.spans for span in root.walk()) == len(found)
    return found


WHOLE = ["template page.html at page.html 1:1", "template base.html at base.html 1:1"]
BODY = "block body at page.html 1:65"


@WORKERS
@pytest.mark.parametrize(
    ("n", "innermost"), [(0, "macro share at parts.html 1:65"), (1, "include foot.html at foot.html 1:1")]
)
def test_a_failed_record_has_the_calls_that_the_error_left_up_to_where_it_failed(
    workers: int, n: int, innermost: str
) -> None:
    contexts = [{"n": 2}, {"n": n}, {"n": 3}]
    records = list(render_many(PAGE, contexts, max_workers=workers, record=True, on_error="return"))
    assert [failed_in(record) for record in records] == [[], [*WHOLE, BODY, innermost], []]
    whole = records[1].seconds * 1e9
    for span in records[1].spans[0].walk():
        assert 0 <= span.start <= span.end
        assert span.end == pytest.approx(whole, abs=1) if span.failed else span.end < whole


def test_calls_that_had_ended_stand_beside_those_that_the_error_left() -> None:
    template = ENVIRONMENT.from_string(
        "{% macro row(n) %}{{ 6 // n }}{% endmacro %}{% for n in numbers %}{{ row(n) }}{% endfor %}", name="t"
    )
    [record] = render_many(template, [{"numbers": [1, 2, 0, 3]}], record=True, on_error="return")
    [whole] = record.spans
    assert [(call.name, call.failed) for call in whole.children] == [
        ("row", False),
        ("row", False),
        ("row", True),
    ]


def test_an_import_that_failed_is_among_the_calls_that_the_error_left() -> None:
    [record] = render_many(ENVIRONMENT.get_template("bad.html"), [{}], record=True, on_error="return")
    assert failed_in(record) == [
        "template bad.html at bad.html 1:1",
        "import broken.html at broken.html 1:1",
    ]


def test_bodies_of_calls_are_told_from_the_macros_of_the_same_template_that_take_them() -> None:
    text = (
        "{% macro a() %}{% macro b() %}{{ caller() | upper }}{% endmacro %}{% call b() %}{{ (1 / 0) | int }}"
        "{% endcall %}{% endmacro %}{{ a() }}"
    )
    template = ENVIRONMENT.from_string(text, name="t")
    [record] = render_many(template, [{}], record=True, on_error="return")
    assert failed_in(record) == [
        "template t at t 1:1",
        "macro a at t 1:4",
        "macro b at t 1:19",
        "caller None at t 1:70",
    ]


def test_an_error_that_the_template_deals_with_leaves_no_call_marked() -> None:
    text = "{% try %}{% include 'foot.html' %}{% fallback %}-{% endtry %}"
    [record] = render_many(ENVIRONMENT.from_string(text), [{"n": 1}], record=True)
    assert record.output == "-"
    assert not any(span.failed for span in record.spans[0].walk())


def test_a_filter_that_calls_a_macro_and_fails_stands_behind_the_macro_that_had_ended() -> None:
    def once(call: Any) -> str:
        call()
        raise ValueError("no more")

    template = ENVIRONMENT.from_string("{% macro m() %}x{% endmacro %}{{ once(m) }}", name="t")
    [record] = render_many(template, [{"once": once}], record=True, on_error="return")
    assert failed_in(record) == ["template t at t 1:1"]
    assert nested(record.spans) == [("template", "t", [("macro", "m", [])])]


def test_a_recursion_without_end_is_recorded_to_where_it_was_ended() -> None:
    environment = Environment(max_recursion=50)
    template = environment.from_string("{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}", name="t")
    [record] = render_many(template, [{}], record=True, on_error="return")
    assert failed_in(record) == ["template t at t 1:1", *["macro m at t 1:4"] * 50]


def test_of_a_deep_recursion_what_it_began_with_and_where_it_failed_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kida.parallel.unfinished.MAX_CALLS", 10)
    text = "{% macro m(n) %}{{ 1 // n + m(n - 1) | int }}{% endmacro %}{{ m(40) }}{% include 'foot.html' %}"
    [record] = render_many(
        ENVIRONMENT.from_string(text, name="t"), [{}], max_workers=1, record=True, on_error="return"
    )
    assert isinstance(record.error, ZeroDivisionError)
    assert failed_in(record) == ["template t at t 1:1", *["macro m at t 1:4"] * 9]
    starts = [span.start for span in record.spans[0].walk()]
    assert starts == sorted(starts)
    assert record.dropped == 1 + 41 - 10


def test_asynchronous_renders_that_fail_are_recorded_to_where_they_failed() -> None:
    template = ENVIRONMENT.from_string(
        "{% block b %}{% macro m(k) %}{% async for n in numbers(3) %}{{ 4 // (n - k) }}{% endfor %}"
        "{% endmacro %}{{ m(k) }}{% endblock %}",
        name="t",
    )
    [record] = render_many(template, [{"numbers": numbers, "k": 1}], record=True, on_error="return")
    assert failed_in(record) == ["template t at t 1:1", "block b at t 1:4", "macro m at t 1:17"]


def test_a_record_is_bounded_however_long_the_render() -> None:
    template = ENVIRONMENT.from_string(
        "{% macro one() %}1{% endmacro %}{% for n in range(5000) %}{{ one() }}{% include 'empty' ignore missing %}{% endfor %}"
    )
    [record] = render_many(template, [{}], record=True)
    assert record.output == "1" * 5000
    [whole] = record.spans
    assert (whole.kind, len(whole.children)) == ("template", MAX_CALLS)
    assert record.dropped == 5000 - MAX_CALLS


def test_passages_are_bounded_too() -> None:
    template = ENVIRONMENT.from_string("{% for turn in range(3000) %}{% include 'foot.html' %}{% endfor %}")
    [record] = render_many(template, [{"n": 2}], record=True)
    assert record.output == "12" * 3000
    assert len(record.passages) == MAX_CALLS


def test_no_more_is_kept_while_a_long_render_runs_than_its_text_and_what_is_bounded() -> None:
    text = (
        "{% macro m(n) %}{% for i in range(9) %}{{ i }}{% endfor %}{% endmacro %}"
        "{% for n in range(turns) %}{% import 'wordy.html' as wordy with context %}{% set text = m(n) %}{% endfor %}{{ kept() }}"
    )
    environment = Environment(loader=DictLoader({"wordy.html": "a word" * 10}))

    def kept() -> int:
        recorder = get_render_context_required().state.recorder
        lists = (recorder.calls, recorder.passages, recorder.kept, recorder.by_id, recorder.others)
        return sum(map(len, lists)) + len(recorder._looked_at)

    template = environment.from_string(text, globals={"kept": kept})
    records = render_many(template, [{"turns": 2 * MAX_CALLS}, {"turns": 4 * MAX_CALLS}], record=True)
    few, many = (int(record.output or "") for record in records)
    assert few == many <= 2 * MAX_CALLS + 2


def code_of_each_call(template: Template, **options: Any) -> list[CodeType]:
    """The code that rendered a template, as a function that it calls sees it in the stack."""
    seen: list[CodeType] = []

    def look() -> str:
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            if frame.f_code.co_filename == "looked.txt":
                seen.append(frame.f_code)
            frame = frame.f_back
        return ""

    list(render_many(template, [{"look": look}], **options))
    return seen


@WORKERS
def test_what_is_not_recorded_runs_the_very_code_of_a_plain_render(workers: int) -> None:
    source = "{% macro m() %}{{ look() }}{% endmacro %}{% for n in (1, 2) %}{{ m() }}{% endfor %}"
    template = Environment().from_string(source, name="looked.txt")
    before = code_of_each_call(template, max_workers=workers)
    assert set(template._units) == {Form.RENDER}  # nothing else was even compiled
    recorded = code_of_each_call(template, max_workers=workers, record=True)
    after = code_of_each_call(template, max_workers=workers)
    assert len(before) == len(recorded) == len(after) == 4
    assert all(one is other for one, other in zip(before, after, strict=True))
    assert not set(map(id, recorded)) & set(map(id, before))
    seen_by_render: list[CodeType] = []
    template.render(look=lambda: seen_by_render.append(sys._getframe(1).f_code) or "")
    assert seen_by_render[0] is before[0]


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
    assert failed_in(records[1]) == [*WHOLE, BODY, "include foot.html at foot.html 1:1"]
    for record in records:
        assert record.spans
        assert record.passages[0].render_context == record.render_context
