"""The live form of the parallel view: what the page is told of a run, what it may ask, and what is shown behind it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter

import kida
from kida.parallel import Worker
from kida_jupyter import parallel
from kida_jupyter.parallel_view import ParallelRun
from kida_jupyter.parallel_view.live import answer
from kida_jupyter.parallel_view.live_data import MAX_CALLS, MAX_RENDERS, calls_data, timeline_data
from kida_jupyter.parallel_view.messages import CallsAnswer, TimelineData
from kida_jupyter.parallel_view.timeline import MAX_LANES
from tests.notebook.kernel import PATIENCE, Kernel, Run, _collect
from tests.notebook.leaky import LEAKY_CONTEXTS, leaky_template
from tests.notebook.parallel_records import THREAD, record, row_of
from tests.playground.fitting import misfits

SAMPLES = Path(__file__).parent / "parallel_samples"
PAGE = kida.Environment(
    loader=kida.DictLoader(
        {
            "layout.html": "<h1>{% block title %}{% end %}</h1>{% block body %}{% end %}",
            "parts.html": "{% macro row(n) %}<li>{{ 12 // n }}</li>{% end %}",
            "page.html": "{% extends 'layout.html' %}{% from 'parts.html' import row %}{% block title %}{{ title }}{% end %}"
            "{% block body %}{% for n in numbers %}{{ row(n) }}{% end %}{% end %}",
        }
    )
).get_template("page.html")


def contexts(number: int, broken: int | None = None) -> list[dict[str, Any]]:
    return [{"title": f"Page {at}", "numbers": [1, 2, 0 if at == broken else 3]} for at in range(number)]


def quick(number: int, broken: int | None = None, template: Any = PAGE) -> ParallelRun:
    """A run that is not timed."""
    return parallel(template, contexts(number, broken), workers=2, rounds=0, progress=False)


@pytest.fixture(scope="module")
def run() -> ParallelRun:
    return quick(8, broken=3)


@pytest.fixture(scope="module")
def data(run: ParallelRun) -> TimelineData:
    return timeline_data(run)


def rendered(records: Any) -> ParallelRun:
    """A run whose records are made by hand: each is its own twin."""
    made = quick(0)
    return replace(made, records=tuple(records), serial=tuple(records), contexts=tuple({} for _ in records))


# --- messages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_sample_message_has_the_shape_that_is_written_down(path: Path) -> None:
    sample = json.loads(path.read_text(encoding="utf-8"))
    shapes = {"timeline": TimelineData, "answer": CallsAnswer}
    if sample["what"] == "question":
        assert answer(sample["message"], None) is not None
    else:
        assert misfits(sample["message"], shapes[sample["what"]]) == []


def test_what_the_page_is_told_has_that_shape_and_is_json(run: ParallelRun, data: TimelineData) -> None:
    assert misfits(json.loads(json.dumps(data, allow_nan=False)), TimelineData) == []
    answered = answer({"type": "calls", "id": "1", "renders": [0, 3]}, run)
    assert misfits(json.loads(json.dumps(answered, allow_nan=False)), CallsAnswer) == []


# --- renders -----------------------------------------------------------------------------------------------------


def test_each_render_is_a_bar_with_what_its_record_says(run: ParallelRun, data: TimelineData) -> None:
    bars = data["bars"]
    assert sorted(bars["index"]) == list(range(8))
    first = min(record.started for record in run.records)
    for at, index in enumerate(bars["index"]):
        here, twin = run.records[index], run.serial[index]
        assert bars["start"][at] == pytest.approx((here.started - first) * 1e3, abs=1e-3)
        assert bars["length"][at] == pytest.approx(here.seconds * 1e3, abs=1e-3)
        assert bars["alone"][at] == pytest.approx(twin.seconds * 1e3, abs=1e-3)
        assert f"Page {index}" in bars["context"][at]
        assert data["states"][bars["state"][at]][0] == ("failed" if index == 3 else "equal")
    assert data["failures"] == {"3": "in macro row at parts.html 1:26"}


def test_bars_stand_lane_by_lane_and_by_their_start(data: TimelineData) -> None:
    bars = data["bars"]
    places = list(zip(bars["lane"], bars["start"]))
    assert places == sorted(places)
    assert [lane["renders"] for lane in data["lanes"]] == [
        bars["lane"].count(number) for number in range(len(data["lanes"]))
    ]
    assert data["milliseconds"] == pytest.approx(max(map(sum, zip(bars["start"], bars["length"]))), abs=1e-3)


def test_a_render_that_differs_is_told_to() -> None:
    made = parallel(leaky_template(), LEAKY_CONTEXTS, workers=2, rounds=0, progress=False)
    bars = timeline_data(made)["bars"]
    assert {bars["index"][at] for at, state in enumerate(bars["state"]) if state == 2} == {
        one.index for one in made.differences
    }


def test_a_run_of_nothing_has_a_timeline_of_nothing() -> None:
    data = timeline_data(quick(0))
    assert (data["lanes"], data["bars"]["index"], data["closer"]) == ([], [], None)
    assert data["milliseconds"] > 0
    assert misfits(json.loads(json.dumps(data)), TimelineData) == []


def test_a_render_that_never_came_to_a_worker_has_no_bar() -> None:
    data = timeline_data(rendered([record(0), record(1, worker=None)]))
    assert data["bars"]["index"] == [0]


def test_each_machine_has_its_own_clock() -> None:
    far = Worker("there", 2, 21, "kida-render_0")
    data = timeline_data(rendered([record(0, at=10.0), record(1, at=99_999.0, worker=far)]))
    assert data["bars"]["start"] == [0.0, 0.0]
    assert data["clocks"] == 2


def test_of_very_many_renders_what_is_wrong_is_kept() -> None:
    records = row_of(MAX_RENDERS + 10)
    records[-1] = replace(records[-1], output=None, error=ValueError("last"))
    data = timeline_data(rendered(records))
    assert len(data["bars"]["index"]) == MAX_RENDERS
    assert data["more_renders"] == 10
    assert data["bars"]["index"][-1] == MAX_RENDERS + 9


def test_of_very_many_workers_the_first_are_lanes() -> None:
    workers = [replace(THREAD, thread=at, thread_name=f"kida-render_{at}") for at in range(MAX_LANES + 3)]
    data = timeline_data(rendered([record(at, worker=worker) for at, worker in enumerate(workers)]))
    assert len(data["lanes"]) == MAX_LANES
    assert [lane["name"] for lane in data["lanes"][9:11]] == ["kida-render_9", "kida-render_10"]
    assert data["more_lanes"] == 3


# --- calls -------------------------------------------------------------------------------------------------------


def calls_of(data: Any, index: int) -> list[tuple[str, str, int, bool]]:
    """Kind, name, depth of a render's calls, and whether an error left them."""
    flat = data["calls"][str(index)]
    kinds = data["kinds"]
    return [
        (kinds[kind][0], kinds[kind][1], depth, bool(failed))
        for kind, depth, failed in zip(flat[::5], flat[1::5], flat[4::5])
    ]


def test_the_calls_within_a_render_are_told_each_before_those_within_it(data: TimelineData) -> None:
    rows = [("macro", "row", 1, False)] * 3
    assert [one for one in calls_of(data["calls"], 0) if one[0] in ("block", "macro")] == [
        ("block", "title", 0, False),
        ("block", "body", 0, False),
        *rows,
    ]
    assert ["macro", "row", "parts.html 1:4"] in [list(kind) for kind in data["calls"]["kinds"]]
    flat = data["calls"]["calls"]["0"]
    assert all(start >= 0 and length >= 0 for start, length in zip(flat[2::5], flat[3::5]))


def test_calls_that_an_error_left_say_so(data: TimelineData) -> None:
    left = [one for one in calls_of(data["calls"], 3) if one[3]]
    assert left == [("block", "body", 0, True), ("macro", "row", 1, True)]


def test_deep_calls_are_counted_and_not_sent() -> None:
    nested = "{% macro down(n) %}{% if n %}{{ down(n - 1) }}{% end %}{% end %}{{ down(20) }}"
    made = quick(1, template=kida.Environment().from_string(nested))
    data = calls_data(made.records)
    depths = data["calls"]["0"][1::5]
    assert max(depths) == 5
    assert data["more"]["0"] + len(depths) == 21


def test_what_is_wrong_has_its_calls_before_what_is_not(data: TimelineData) -> None:
    assert next(iter(data["calls"]["calls"])) == "3"


def test_calls_are_sent_of_as_many_renders_as_there_is_room_for(run: ParallelRun) -> None:
    each = len(calls_of(calls_data(run.records), 0))
    some = calls_data(run.records, most=2 * each + 1)
    assert list(some["calls"]) == ["0", "1"]
    assert list(calls_data(run.records, most=0)["calls"]) == ["0"]
    assert MAX_CALLS >= 20_000


def test_the_page_asks_for_the_calls_of_renders_and_is_answered(run: ParallelRun) -> None:
    answered = answer({"type": "calls", "id": "7", "renders": [5, 3]}, run)
    assert answered is not None
    assert (answered["type"], answered["id"], list(answered["calls"])) == ("calls", "7", ["5", "3"])
    assert calls_of(answered, 5) == calls_of(calls_data([run.records[5]]), 5)


@pytest.mark.parametrize(
    "question",
    [
        None,
        "calls",
        {},
        {"type": "calls"},
        {"type": "calls", "id": 7, "renders": [1]},
        {"type": "calls", "id": "7", "renders": "1"},
        {"type": "other", "id": "7", "renders": [1]},
    ],
)
def test_what_is_no_question_is_not_answered(run: ParallelRun, question: Any) -> None:
    assert answer(question, run) is None


def test_renders_that_are_not_there_are_not_answered_for(run: ParallelRun) -> None:
    answered = answer({"type": "calls", "id": "7", "renders": [-1, 8, True, "1", None, 1.0]}, run)
    assert answered is not None
    assert answered["calls"] == {}


# --- a kernel ----------------------------------------------------------------------------------------------------

CELL = """from kida_jupyter import parallel
run = parallel("{% macro row(n) %}{{ 1 // n }}{% end %}{{ row(n) }}", [dict(n=n) for n in (1, 2, 0)], workers=2, rounds=0)
run"""


def shown(kernel: Kernel, cell: str = CELL) -> tuple[Run, dict[str, Any], str]:
    """What a cell shows, the state of the widget in it, and that one's identity."""
    run = Run()
    opened: dict[str, dict[str, Any]] = {}

    def hear(message: dict[str, Any]) -> None:
        _collect(run, message)
        content = message["content"]
        if message["msg_type"] == "comm_open" and "timeline" in content["data"].get("state", {}):
            opened[content["comm_id"]] = content["data"]["state"]

    reply = kernel.client.execute_interactive(cell, allow_stdin=False, timeout=PATIENCE, output_hook=hear)
    run.reply = reply["content"]
    assert run.ok, run.view
    assert len(opened) == 1
    ((identity, state),) = opened.items()
    return run, state, identity


def test_a_cell_that_ends_with_a_run_shows_the_widget_and_behind_it_the_view(kernel: Kernel) -> None:
    run, state, identity = shown(kernel)
    widget, behind = run.shown
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == identity
    assert widget["text/plain"].startswith("<ParallelRun: 3 renders")
    assert "text/html" not in widget
    assert behind["text/plain"].startswith("3 renders by")
    assert 'class="kida-parallel"' in behind["text/html"]
    assert state["html"] in behind["text/html"]
    assert misfits(state["timeline"], TimelineData) == []
    assert run.stderr == ""


def test_the_view_behind_hides_itself_by_the_class_that_views_of_the_widget_have(kernel: Kernel) -> None:
    run, state, _ = shown(kernel)
    (name,) = state["_dom_classes"]
    key = state["key"]
    assert name == f"kida-parallel-live-{key}"
    html = run.shown[1]["text/html"]
    assert f":root:has(.{name}) .kida-parallel-static-{key} {{ display: none; }}" in html
    assert f'<div class="kida-parallel-static-{key}">' in html


def test_a_run_that_is_shown_twice_has_two_views_that_do_not_hide_each_other(kernel: Kernel) -> None:
    _, first, _ = shown(kernel)
    _, second, _ = shown(kernel, "run")
    assert first["key"] != second["key"]
    assert first["html"] == second["html"]


def test_a_run_is_still_the_value_of_its_cell(kernel: Kernel) -> None:
    shown(kernel)
    assert kernel.value("_ is run") == "True"


def test_the_kernel_answers_for_renders_whose_calls_had_no_room(kernel: Kernel) -> None:
    template = "{% macro row(n) %}{{ n }}{% end %}{% for n in range(1900) %}{{ row(n) }}{% end %}"
    cell = f"from kida_jupyter import parallel\nparallel({template!r}, [{{}}] * 13, rounds=0)"
    _, state, identity = shown(kernel, cell)
    left_out = sorted({*range(13)} - {int(index) for index in state["timeline"]["calls"]["calls"]})
    assert left_out
    client = kernel.client
    question = {"type": "calls", "id": "7", "renders": left_out}
    message = {"comm_id": identity, "data": {"method": "custom", "content": question}}
    client.shell_channel.send(client.session.msg("comm_msg", message))
    while True:
        heard = client.get_iopub_msg(timeout=PATIENCE)
        if heard["msg_type"] == "comm_msg" and heard["content"]["comm_id"] == identity:
            break
    answered = heard["content"]["data"]["content"]
    assert misfits(answered, CallsAnswer) == []
    assert [len(calls_of(answered, index)) for index in left_out] == [1900] * len(left_out)


def test_without_a_front_end_there_is_no_widget(run: ParallelRun) -> None:
    with pytest.raises(NotImplementedError):
        run._ipython_display_()
    bundle = run._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "kida-parallel-static" not in bundle["text/html"]


def test_an_export_shows_the_view_without_a_kernel(kernel: Kernel) -> None:
    run, _, _ = shown(kernel)
    outputs = [
        nbformat.v4.new_output("display_data", data=json.loads(json.dumps(data))) for data in run.shown
    ]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("run", outputs=outputs)])
    html, _ = HTMLExporter().from_notebook_node(made)
    assert html.count('class="kida-parallel"') == 1
    assert "ZeroDivisionError" in html
    assert "<script" not in run.shown[1]["text/html"]
