"""`kida_jupyter.parallel`: renders alone and at once, the comparison, and the view of it."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count, cycle
from multiprocessing import get_context
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import kida
from kida_jupyter import parallel
from kida_jupyter.parallel_view import ParallelRun
from kida_jupyter.parallel_view.report import MAX_DIFFS, MAX_ERRORS, MAX_ROWS, report_of_run
from tests.notebook.leaky import LEAKY_CONTEXTS, leaky_template

ENV = kida.Environment(
    loader=kida.DictLoader(
        {
            "layout.html": "<h1>{% block title %}{% end %}</h1>\n{% block body %}{% end %}",
            "parts.html": "{% macro row(n) %}<li>{{ 12 // n }}</li>{% end %}",
            "list.html": "{% from 'parts.html' import row %}<ul>{% for n in numbers %}{{ row(n) }}{% end %}</ul>",
            "page.html": "{% extends 'layout.html' %}{% block title %}{{ title }}{% end %}"
            "{% block body %}{% include 'list.html' %}{% end %}",
        }
    ),
    autoescape=True,
)
PAGE = ENV.get_template("page.html")
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


def contexts(number: int, broken: int | None = None) -> list[dict[str, Any]]:
    return [{"title": f"Page {at}", "numbers": [1, 2, 0 if at == broken else 3]} for at in range(number)]


def quick(template: Any, given: Any, workers: Any = 3, **options: Any) -> ParallelRun:
    """A run that is not timed."""
    return parallel(template, given, workers, rounds=0, progress=False, **options)


# --- isolation ---------------------------------------------------------------------------------------------------


def test_renders_that_keep_apart_are_told_to_be_as_if_they_had_been_alone() -> None:
    run = quick(PAGE, contexts(20))
    assert run.isolated
    assert run.outputs == [PAGE.render(one) for one in contexts(20)]
    assert report_of_run(run).headline.endswith("each as if it had been alone")
    assert 'class="kida-parallel"' in run.html()
    assert "differs" not in {row.state for row in report_of_run(run).rows}


def test_a_leaky_filter_makes_rows_red_with_a_diff() -> None:
    run = quick(leaky_template(), LEAKY_CONTEXTS, workers=2)
    assert not run.isolated
    assert [one.index for one in run.differences] == [0, 2, 4]
    assert [[aspect.name for aspect in one.aspects] for one in run.differences] == [["text"]] * 3
    assert all(one.steady for one in run.differences)
    html = run.html()
    assert 'class="kida-parallel wrong"' in html
    assert html.count('<tr class="differs"') == 3
    assert html.count('<tr class="equal"') == 3
    assert html.count(' differs"') >= 3  # the bars too
    assert "<mark>Ada</mark>." in html
    assert "<mark>Emmy</mark>." in html
    assert "what ran at the same time made the difference" in html
    assert "- Yours, Ada." in run.text()
    assert "+ Yours, Emmy." in run.text()


def test_what_differs_by_chance_is_not_called_a_leak() -> None:
    run = quick("{{ chance() }}", [{"chance": random.random}] * 3)
    assert [one.steady for one in run.differences] == [False] * 3
    assert "depends on time or chance" in run.text()


def test_a_value_that_a_render_uses_up_is_a_difference() -> None:
    run = quick("{{ n | list }}", [{"n": iter([1, 2])}])
    assert run.differences[0].aspects[0].serial == ("[1, 2]",)
    assert run.differences[0].aspects[0].here == ("[]",)


def test_each_row_has_its_context_and_its_stacks_at_each_inclusion() -> None:
    row = report_of_run(quick(PAGE, contexts(2))).rows[1]
    assert row.context.startswith("{'title': 'Page 1'")
    assert re.fullmatch(r"[0-9a-f]+", row.render_context)
    shown = {(one.what, one.templates, one.imports) for one in row.passages}
    assert ("include list.html", "page.html › layout.html › list.html", "–") in shown
    assert ("import parts.html", "page.html › layout.html › list.html › parts.html", "parts.html") in shown
    assert row.passages[0].context == row.render_context


# --- failures ----------------------------------------------------------------------------------------------------


def test_a_failing_render_is_shown_by_the_error_view_and_the_others_are_untouched() -> None:
    run = quick(PAGE, contexts(8, broken=5))
    assert run.isolated
    assert [record.index for record in run.failures] == [5]
    assert [text is None for text in run.outputs] == [at == 5 for at in range(8)]
    html = run.html()
    assert html.count('class="kida-error"') == 1
    assert "Context 5, {&#39;title&#39;: &#39;Page 5&#39;" in html
    assert "fails, as alone" in html
    view = report_of_run(run).failures[0].view
    assert [(frame.words, frame.name) for frame in view.frames][-1] == ("in macro", "row")
    assert view.frames[-1].place == "parts.html 1:26"
    assert view.frames[-2].iteration == "iteration 3"


def test_failures_beyond_the_first_are_named_and_not_drawn() -> None:
    run = quick("{{ 1 // n }}", [{"n": 0}] * 20)
    html = run.html()
    assert html.count('class="kida-error"') == MAX_ERRORS
    assert "… and contexts 5, 6, 7" in html


def test_what_is_no_context_fails_alone() -> None:
    run = quick("{{ n }}", [{"n": 1}, 7, {"n": 2}])
    assert run.outputs == ["1", None, "2"]
    assert "contexts[1] is a mapping of variables, not int" in run.text()
    assert run.isolated


def test_a_render_that_fails_only_among_others_differs() -> None:
    main = threading.current_thread()

    def fragile() -> str:
        if threading.current_thread() is not main:
            raise RuntimeError("not here")
        return "fine"

    run = quick("{{ fragile() }}", [{"fragile": fragile}] * 2)
    assert [aspect.name for aspect in run.differences[0].aspects][:2] == ["text", "error"]
    assert "alone it did not fail" in run.text()


# --- where it runs -----------------------------------------------------------------------------------------------


def test_traces_of_failures_come_home_from_a_process_pool() -> None:
    with ProcessPoolExecutor(2) as pool:
        run = quick(PAGE, contexts(6, broken=2), executor=pool)
    assert run.isolated, run.text()
    assert run.executor == "ProcessPoolExecutor"
    view = report_of_run(run).failures[0].view
    assert [(frame.words, frame.name) for frame in view.frames][-1] == ("in macro", "row")
    assert "of its own: they run at the same time" in run.text()
    assert "Traceback" not in run.text()
    records = [record for record in run.records if record.error is None]
    assert all(record.spans and record.passages for record in records)


def test_an_executor_says_itself_how_many_workers_it_has() -> None:
    with ThreadPoolExecutor(3) as pool:
        run = quick(PAGE, contexts(6), executor=pool)
    assert run.workers == 3
    assert "of a ThreadPoolExecutor" in report_of_run(run).headline


def test_asynchronous_templates_are_rendered_too() -> None:
    async def numbers(most: int) -> AsyncIterator[int]:
        for number in range(most):
            yield number

    template = "{% async for n in numbers(most) %}{{ n }}{% endfor %}"
    run = quick(template, [{"numbers": numbers, "most": 2}, {"numbers": numbers, "most": 3}])
    assert (run.outputs, run.isolated) == (["01", "012"], True)


def test_several_numbers_of_workers_are_timed_and_the_most_are_recorded() -> None:
    run = parallel(PAGE, contexts(4), workers=[2, 4], rounds=2, progress=False)
    assert [(one.workers, one.rounds) for one in run.speedups] == [(1, 2), (2, 2), (4, 2)]
    assert run.speedups[0].speedup == 1.0
    assert run.workers == 4
    assert 'aria-label="Times as fast as one worker' in run.html()
    assert "ideal" in run.html()


def test_a_run_that_is_not_timed_has_no_plot() -> None:
    assert "Times as fast" not in quick(PAGE, contexts(2)).html()


def test_no_threads_are_left_behind() -> None:
    before = threading.active_count()
    parallel(PAGE, contexts(10), workers=[1, 2, 4], rounds=1, progress=False)
    assert threading.active_count() == before


# --- what is given -----------------------------------------------------------------------------------------------


def test_a_text_is_a_template() -> None:
    assert quick("Dear {{ name }},", [{"name": "Ada"}]).outputs == ["Dear Ada,"]
    assert quick("no marks\n", [{}]).outputs == ["no marks"]


def test_a_text_of_html_is_escaped_as_in_a_cell() -> None:
    assert quick("<p>{{ x }}</p>", [{"x": "<"}]).outputs == ["<p>&lt;</p>"]
    assert quick("{{ x }}", [{"x": "<"}]).outputs == ["<"]


def test_a_name_that_nothing_has_is_an_error_and_no_text() -> None:
    with pytest.raises(kida.TemplateError):
        quick("missing.html", [{}])


def test_an_endless_iterable_is_taken_up_to_the_limit_and_the_view_says_so() -> None:
    taken: list[int] = []

    def for_ever() -> Iterator[dict[str, int]]:
        for number in count():
            taken.append(number)
            yield {"n": number}

    run = quick("{{ n }}", for_ever(), limit=5)
    assert run.outputs == ["0", "1", "2", "3", "4"]
    assert len(taken) == 5
    assert "No more than the first 5 contexts were taken" in run.html()


def test_a_generator_may_fill_one_dict_again_and_again() -> None:
    def again() -> Iterator[dict[str, int]]:
        one: dict[str, int] = {}
        for one["n"] in range(4):
            yield one

    assert quick("{{ n }}", again()).outputs == ["0", "1", "2", "3"]


def test_a_context_that_cannot_be_read_fails_alone() -> None:
    class Broken:
        def keys(self) -> list[str]:
            raise RuntimeError("no keys")

        def __getitem__(self, key: str) -> int:
            return 1

    run = quick("{{ n }}", [{"n": 1}, Broken(), {"n": 3}])
    assert run.outputs == ["1", None, "3"]
    assert [record.index for record in run.failures] == [1]


@pytest.mark.parametrize("value", [1.5, "3", None, True, float("inf")])
@pytest.mark.parametrize("name", ["rounds", "limit"])
def test_what_is_no_whole_number_is_refused_before_anything_is_rendered(name: str, value: Any) -> None:
    rendered: list[int] = []
    with pytest.raises(TypeError, match=f"{name} is a whole number, not"):
        parallel("{{ f(1) }}", [{"f": rendered.append}], progress=False, **{name: value})
    assert rendered == []


def test_several_numbers_of_workers_are_refused_beside_an_executor() -> None:
    with ThreadPoolExecutor(2) as pool:
        with pytest.raises(ValueError, match="has workers of its own"):
            quick("{{ n }}", [{"n": 1}], workers=[1, 2, 8], executor=pool)
        assert quick("{{ n }}", [{"n": 1}], workers=8, executor=pool).workers == 2


def test_what_differs_alone_is_not_put_down_to_others() -> None:
    turns = cycle(["odd", "even"])
    for workers, given in (
        (1, [{"c": lambda: next(turns)}] * 3),
        (4, [{"c": iter(["a", "b", "a"]).__next__}]),
    ):
        run = quick("{{ c() }}", given, workers=workers)
        assert not run.isolated
        assert "what ran at the same time made the difference" not in run.text()
        assert "nothing ran at the same time" in run.text()


def test_differences_between_processes_are_not_put_down_to_a_lock() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        run = quick("Hi {{ n }}\n", [{"n": 1}, {"n": lambda: 1}], executor=pool)
        assert "1 process of a ProcessPoolExecutor" in run.text()
    assert "no lock" not in run.text()
    assert "Context 1 could not be rendered there at all" in run.text()


def test_long_texts_that_differ_are_shown_at_once() -> None:
    run = quick("{{ x * n }}{{ r() }}\n", [{"x": "x", "n": 3_000_000, "r": random.random}] * 2)
    assert [len(one.aspects) for one in run.differences] == [1, 1]
    assert len(run.html()) < 100_000


def test_a_list_as_long_as_the_limit_was_taken_whole() -> None:
    assert not quick("{{ n }}", [{"n": 1}] * 5, limit=5).more
    assert quick("{{ n }}", [{"n": 1}] * 6, limit=5).more


def test_a_data_frame_gives_a_context_for_each_row() -> None:
    class Frame:
        """As much of a frame of pandas as is asked for."""

        columns = ("n",)

        def to_dict(self, orient: str) -> list[dict[str, int]]:
            assert orient == "records"
            return [{"n": 1}, {"n": 2}]

        def __iter__(self) -> Iterator[str]:
            return iter(self.columns)

    assert quick("{{ n }}", Frame()).outputs == ["1", "2"]


def test_rows_with_keys_are_contexts() -> None:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("select 7 as n").fetchall()
    connection.close()
    assert quick("{{ n }}", rows).outputs == ["7"]


def test_no_contexts_are_told() -> None:
    run = parallel(PAGE, [], progress=False)
    assert run.text().startswith("No contexts: nothing was rendered")
    assert run.speedups == ()
    ET.fromstring(re.sub(r"<style>.*?</style>", "", run.html(), flags=re.DOTALL))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((3, [{}]), TypeError, "parallel() takes a kida.Template, the name of a named cell"),
        ((PAGE, {"a": 1}), TypeError, "one for each render, not one mapping"),
        ((PAGE, 3), TypeError, "not int"),
        ((PAGE, "abc"), TypeError, "not str"),
        ((PAGE, [{}], 0), ValueError, "workers must be at least 1, not 0"),
        ((PAGE, [{}], []), TypeError, "workers is a whole number or several"),
        ((PAGE, [{}], "4"), TypeError, "workers is a whole number or several"),
        ((PAGE, [{}], [1, 2.5]), TypeError, "workers is a whole number or several"),
    ],
)
def test_arguments_that_cannot_be_meant_are_answered(
    arguments: tuple[Any, ...], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        parallel(*arguments, rounds=0, progress=False)


def test_a_limit_and_rounds_have_their_bounds() -> None:
    with pytest.raises(ValueError, match="limit must be at least 1"):
        quick(PAGE, [{}], limit=0)
    with pytest.raises(ValueError, match="rounds must be at least 0"):
        parallel(PAGE, [{}], rounds=-1)


def test_progress_counts_every_render_up_to_all_of_them() -> None:
    told: list[tuple[str, int, int]] = []
    parallel(PAGE, contexts(5), workers=[1, 2], rounds=2, progress=lambda *step: told.append(step))
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert told[-1][1:] == (5 * (2 + 2 * 2), 5 * (2 + 2 * 2))
    assert told[0][0] == "Rendering one after the other"
    assert {step[0] for step in told} >= {"Rendering by 2 workers", "Timing 1 worker", "Timing 2 workers"}


# --- the view ----------------------------------------------------------------------------------------------------


def well_formed(html: str) -> None:
    """The view is HTML that an XML parser reads too, but for its style: nothing in it was left open."""
    ET.fromstring(re.sub(r"<style>.*?</style>|(?<=<details) open", "", html, flags=re.DOTALL))


def hostile(text: str) -> Callable[[], str]:
    main = threading.current_thread()
    return lambda: text if threading.current_thread() is main else text + "<script>alert(2)</script>"


NASTY = "</pre></div><script>alert(1)</script><!-- \x1b[31m \u202e \x00 ]]> {{ 7 * 7 }} \"'"


def test_hostile_values_texts_and_names_are_shown_and_never_run() -> None:
    texts = {NASTY: "{{ text() }}", "page": "{% include name %}"}
    env = kida.Environment(loader=kida.DictLoader(texts), autoescape=False)
    given = [{"name": NASTY, "text": hostile(NASTY), NASTY: NASTY}] * 3
    run = quick(env.get_template("page"), given)
    assert len(run.differences) == 3
    html = run.html()
    assert "<script" not in html
    assert "\x1b" not in html + run.text()
    assert "\u202e" not in html + run.text()
    assert "\x00" not in html + run.text()
    assert "&lt;script&gt;alert(2)" in html
    well_formed(html)


def test_the_view_is_static() -> None:
    html = quick(PAGE, contexts(4, broken=1)).html()
    for forbidden in (
        "<script",
        "javascript:",
        "onload",
        "onclick",
        "<iframe",
        "http://",
        "https://",
        "url(",
    ):
        assert forbidden not in html
    well_formed(html)


def test_the_view_of_thousands_of_renders_is_no_larger_than_that_of_hundreds() -> None:
    hundreds, thousands = (len(quick(PAGE, contexts(number, broken=3)).html()) for number in (600, 2000))
    assert thousands < 220_000
    assert thousands < hundreds * 1.5


def test_the_view_is_bounded_where_everything_is_wrong() -> None:
    def text(n: int) -> str:
        here = threading.current_thread() is threading.main_thread()
        return ("alone " if here else "among ") * 500 + "\n".join(str(line) for line in range(n % 7, 200))

    run = quick("{{ text(n) }}", [{"n": n, "text": text} for n in range(300)])
    assert len(run.differences) == 300
    html = run.html()
    assert len(html) < 300_000
    assert html.count('<tr class="differs"') == MAX_ROWS
    assert f"… {300 - MAX_DIFFS} more differ" in html


def test_the_drawing_needs_no_style_to_be_read() -> None:
    for drawing in SVG.findall(quick(PAGE, contexts(4)).html()):
        for shape in re.findall(r"<(?:rect|circle)\b[^>]*>", drawing):
            assert " fill=" in shape


def test_every_bar_tells_its_render_to_whoever_points_at_it() -> None:
    html = quick(PAGE, contexts(4, broken=2)).html()
    assert re.search(
        r"<rect class=\"bar[^>]*><title>context 2: \d+\.\d\d ms, failed, as its serial twin did,"
        r" in macro row at parts\.html 1:26</title>",
        html,
    )
    assert re.search(r"<title>macro row at parts\.html 1:4: \d+\.\d{3} ms</title>", html)


def test_the_calls_that_an_error_left_are_marked_by_more_than_colour() -> None:
    html = quick(PAGE, contexts(4, broken=2)).html()
    left = re.findall(
        r'<rect class="piece (\w+) failed"[^>]*stroke-dasharray[^>]*><title>([^<]*)</title>', html
    )
    assert [kind for kind, _ in left] == ["block", "include", "macro"]
    titles = [re.sub(r": \d+\.\d{3} ms", "", title) for _, title in left]
    assert titles == [
        "block body at page.html 1:68, left by the error",
        "include list.html at list.html 1:1, left by the error",
        "macro row at parts.html 1:4, left by the error: it failed here",
    ]
    assert html.count('<text class="left"') == 3
    assert "✗</b> left by an error: the innermost is where the render failed" in html
    assert re.search(r'<text class="label"[^>]*>2 !</text>', html)


def test_a_view_without_failures_says_nothing_of_errors() -> None:
    html = quick(PAGE, contexts(4)).html()
    assert "left by" not in html
    assert 'class="left"' not in html


def test_calls_that_an_error_left_only_among_others_are_a_difference_of_calls() -> None:
    main = threading.current_thread()

    def fragile() -> int:
        return 1 // (threading.current_thread() is main)

    run = quick("{% macro m() %}{{ f() }}{% end %}{{ m() }}", [{"f": fragile}])
    calls = next(aspect for aspect in run.differences[0].aspects if aspect.name == "calls")
    assert calls.serial[-1] == "macro m at <template> 1:4: 1"
    assert calls.here[-1] == "macro m at <template> 1:4: 1, left by the error"


def test_the_run_displays_itself_as_html_and_as_text() -> None:
    run = quick(PAGE, contexts(2))
    bundle = run._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == run.text()
    assert repr(run) == "<ParallelRun: 2 renders by 3 workers, 0 differ, 0 failed>"


def test_parallel_stays_the_function_after_its_package_was_imported() -> None:
    import kida_jupyter.parallel_view.running

    assert kida_jupyter.parallel is kida_jupyter.parallel_view.running.parallel
