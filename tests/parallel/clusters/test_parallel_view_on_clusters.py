"""`kida_jupyter.parallel` on Dask's and ipyparallel's executors: what comes home, and what is shown of it."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Executor
from typing import Any

import pytest

from kida import DictLoader, Environment, trace_of
from kida_jupyter import parallel
from kida_jupyter.parallel_view.report import report_of_run

PAGE = Environment(
    loader=DictLoader(
        {
            "page.html": "{% extends 'base.html' %}{% block body %}{% include 'list.html' %}{% endblock %}",
            "base.html": "<p>{% block body %}{% endblock %}</p>",
            "list.html": "{% from 'parts.html' import share %}{% for n in numbers %}{{ share(n) }}{% endfor %}",
            "parts.html": "{% macro share(n) %}{{ 12 // n }},{% endmacro %}",
        }
    )
).get_template("page.html")
BROKEN = 3
CONTEXTS = [{"numbers": [1, 2, 0 if at == BROKEN else 3]} for at in range(8)]

pytestmark = [
    # the libraries' own: sockets that the garbage collector closes, and what they call of each other
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_records_calls_stacks_and_errors_come_home_and_are_shown(cluster: Executor) -> None:
    told: list[int] = []
    run = parallel(
        PAGE,
        CONTEXTS,
        workers=2,
        executor=cluster,
        rounds=1,
        progress=lambda _doing, done, _total: told.append(done),
    )
    assert run.isolated, run.text()
    assert run.outputs == [None if at == BROKEN else PAGE.render(one) for at, one in enumerate(CONTEXTS)]
    workers = {record.worker.process for record in run.records if record.worker is not None}
    assert workers
    assert os.getpid() not in workers
    assert told == sorted(told)
    assert told[-1] == 8 * (2 + 2)

    (failure,) = run.failures
    with pytest.raises(ZeroDivisionError) as here:
        PAGE.render(CONTEXTS[BROKEN])
    assert failure.trace is not None
    assert [one.describe() for one in failure.trace] == [one.describe() for one in trace_of(here.value)]
    assert [(span.kind, span.name) for span in failure.spans[0].walk() if span.failed] == [
        ("template", "page.html"),
        ("template", "base.html"),
        ("block", "body"),
        ("include", "list.html"),
        ("macro", "share"),
    ]
    for record, twin in zip(run.records, run.serial, strict=True):
        assert [(one.kind, one.name, one.template_stack) for one in record.passages] == [
            (one.kind, one.name, one.template_stack) for one in twin.passages
        ]

    report = report_of_run(run)
    assert report.headline.endswith("each as if it had been alone; 1 failed")
    assert f"of a {type(cluster).__name__}" in report.headline
    assert "with an interpreter of its own" in report.together[0]
    assert [(frame.words, frame.name) for frame in report.failures[0].view.frames][-1] == (
        "in macro",
        "share",
    )
    assert "Traceback" not in run.text()
    html = run.html()
    assert "macro share at parts.html 1:4" in html
    assert html.count('class="kida-error"') == 1
    assert [one.workers for one in run.speedups] == [1, 2]


def test_a_context_that_does_not_travel_is_shown_as_a_difference(cluster: Executor) -> None:
    run = parallel(
        Environment().from_string("{{ lock is defined }}"),
        [{}, {"lock": threading.Lock()}],
        workers=2,
        executor=cluster,
        rounds=0,
        progress=False,
    )
    assert run.outputs == ["False", None]
    assert [one.index for one in run.differences] == [1]
    assert "alone it did not fail" in run.text()


def test_an_interrupt_stops_a_run_and_the_cluster_goes_on(cluster: Executor) -> None:
    def interrupt(doing: str, done: int, _total: int) -> None:
        if doing == "Rendering by 2 workers" and done == len(many) + 5:
            signal.raise_signal(signal.SIGINT)

    many: list[dict[str, Any]] = [{"numbers": [1]}] * 200
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            parallel(PAGE, many, workers=2, executor=cluster, rounds=50, progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    again = parallel(PAGE, CONTEXTS[:2], workers=2, executor=cluster, rounds=0, progress=False)
    assert again.outputs == [PAGE.render(one) for one in CONTEXTS[:2]]
