"""What the parallel view works out of records: differences, diffs, speed-ups, bars, and what it says in words."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType

import pytest

from kida import Environment, trace_of
from kida.parallel import Passage, RemoteError, RenderRecord, Worker, render_many
from kida.source import Source, Span
from kida.tracing.result import CallSpan, TemplatePart
from kida_jupyter.parallel_view import words
from kida_jupyter.parallel_view.comparing import Aspect, Difference, aspects, differences, shared_contexts
from kida_jupyter.parallel_view.gil import Gil, gil, switched_on_by
from kida_jupyter.parallel_view.measuring import Measured, measured
from kida_jupyter.parallel_view.texts import DiffLine, diff
from kida_jupyter.parallel_view.timeline import (
    MAX_BARS,
    MAX_LANES,
    Bar,
    Timeline,
    closer,
    timeline,
    worker_name,
)
from tests.notebook.parallel_records import OTHER, PLAIN, THREAD, record, row_of

# --- comparing ---------------------------------------------------------------------------------------------------


def names(one: RenderRecord, twin: RenderRecord) -> list[str]:
    return [aspect.name for aspect in aspects(one, twin)]


def test_renders_that_differ_in_time_thread_and_identity_alone_are_equal() -> None:
    assert aspects(record(at=20.0, lasts=5.0, worker=OTHER, render_context=7), PLAIN) == ()


def test_a_text_that_differs_is_told_with_both_texts() -> None:
    assert aspects(record(output="other\n"), PLAIN) == (Aspect("text", ("text\n",), ("other\n",)),)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"templates": ("page", "part")}, "templates"),
        ({"template_stack": ("page", "part")}, "template stack at the end"),
        ({"import_stack": ("part",)}, "import stack at the end"),
    ],
)
def test_stacks_that_differ_are_told(changes: dict[str, tuple[str, ...]], name: str) -> None:
    assert names(record(**changes), PLAIN) == [name]


@pytest.mark.parametrize(
    "changes", [{"template_stack": ("x",)}, {"import_stack": ("x",)}, {"kind": "include"}, {"name": "x"}]
)
def test_an_inclusion_with_another_stack_is_told(changes: dict[str, object]) -> None:
    passage = replace(PLAIN.passages[0], **changes)  # type: ignore[arg-type]
    assert names(record(passages=(passage,)), PLAIN) == ["stacks at each inclusion"]


def test_an_inclusion_that_is_missing_is_told() -> None:
    assert names(record(passages=()), PLAIN) == ["stacks at each inclusion"]


def test_calls_are_compared_by_what_was_called_from_where_and_how_often() -> None:
    env = Environment()
    page = env.from_string(
        "{% macro m() %}x{% endmacro %}{% for i in range(n) %}{{ m() }}{% end %}", name="page"
    )
    three, also_three, four = render_many(page, [{"n": 3}, {"n": 3}, {"n": 4}], max_workers=1, record=True)
    assert aspects(three, also_three) == ()
    found = next(one for one in aspects(four, three) if one.name == "calls")
    assert "macro m at page 1:4: 3" in found.serial
    assert "macro m at page 1:4: 4" in found.here


def failed(source: str, context: dict[str, object]) -> RenderRecord:
    template = Environment().from_string(source, name="page")
    (found,) = render_many(template, [context], max_workers=1, record=True, on_error="return")
    return found


def test_errors_are_equal_where_type_message_and_place_are() -> None:
    assert aspects(failed("{{ 1 // n }}", {"n": 0}), failed("{{ 1 // n }}", {"n": 0})) == ()


@pytest.mark.parametrize(("source", "value"), [("{{ 1 // n }} ", "x"), (" {{ 1 // n }}", 0)])
def test_errors_differ_with_type_or_place(source: str, value: object) -> None:
    found = names(failed(source, {"n": value}), failed("{{ 1 // n }}", {"n": 0}))
    assert "error" in found


def test_an_error_of_another_process_that_did_not_pickle_is_compared_by_the_name_of_its_type() -> None:
    here = failed("{{ 1 // n }}", {"n": 0})
    assert here.error is not None
    remote = RemoteError("builtins.ZeroDivisionError", str(here.error))
    assert aspects(replace(here, error=remote), here) == ()
    assert names(replace(here, error=RemoteError("other.Error", str(here.error))), here) == ["error"]


def test_an_error_whose_text_cannot_be_had_is_compared_all_the_same() -> None:
    class HostileError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    one = replace(record(output=None), error=HostileError(), trace=trace_of(HostileError()))
    assert names(one, PLAIN) == ["text", "error"]


def test_only_renders_that_differ_are_among_the_differences() -> None:
    serial = row_of(3)
    found = differences([serial[0], replace(serial[1], output="x"), serial[2]], serial)
    assert [one.index for one in found] == [1]
    assert found[0].steady is None


def test_two_renders_that_ran_at_the_same_time_must_not_have_one_context() -> None:
    one, two = record(0, at=1.0, lasts=2.0), record(1, at=2.0, lasts=2.0)
    assert shared_contexts([one, two]) == ((0, 1),)
    assert shared_contexts([one, record(1, at=2.0, lasts=2.0, render_context=1001)]) == ()


def test_a_context_whose_memory_was_used_again_later_is_not_shared() -> None:
    assert shared_contexts([record(0, at=1.0, lasts=1.0), record(1, at=2.0, lasts=1.0)]) == ()


def test_a_context_counts_from_where_it_was_first_seen() -> None:
    later = Passage("template", "page", 1000, ("page",), (), 1_500_000_000)
    one = record(0, at=1.0, lasts=2.0)
    assert shared_contexts([one, record(1, at=2.0, lasts=3.0, passages=(later,))]) == ()


def test_the_same_identity_in_two_processes_is_not_shared() -> None:
    assert shared_contexts([record(0), record(1, worker=Worker("here", 2, 11, "t"))]) == ()


def test_a_long_render_is_compared_with_all_that_run_beside_it() -> None:
    inside = record(1, at=1.1, lasts=0.1)
    beside = record(2, at=3.0, lasts=0.1)
    assert shared_contexts([record(0, at=1.0, lasts=9.0), inside, beside]) == ((0, 1), (0, 2))


# --- texts -------------------------------------------------------------------------------------------------------


def test_a_diff_marks_what_differs_within_a_line() -> None:
    found = diff(["a\n", "Yours, Ada.\n", "z\n"], ["a\n", "Yours, Emmy.\n", "z\n"])
    assert DiffLine("-", "Yours, ", "Ada", ".") in found
    assert DiffLine("+", "Yours, ", "Emmy", ".") in found
    assert DiffLine(" ", "a") in found


def test_a_diff_marks_whole_words() -> None:
    found = [line for line in diff(["Professor Meitner!"], ["Professor Hopper!"]) if line.sign in "-+"]
    assert [(line.before, line.marked, line.after) for line in found] == [
        ("Professor ", "Meitner", "!"),
        ("Professor ", "Hopper", "!"),
    ]


def test_a_diff_tells_the_lines_it_begins_at() -> None:
    lines = [str(number) for number in range(100)]
    assert diff(lines, [*lines[:50], "x", *lines[51:]])[0].before == "@@ -49,5 +49,5 @@"


def test_texts_that_differ_only_in_line_ends_show_them() -> None:
    assert [line.sign for line in diff(["a\n"], ["a\r\n"]) if line.sign != "@"] == ["-", "+"]
    assert diff(["a\n"], ["a"]) != ()


def test_a_diff_of_huge_texts_is_short() -> None:
    found = diff([f"{n}\n" for n in range(100_000)], [f"{n + 1}\n" for n in range(100_000)])
    assert len(found) <= 60
    assert found[-1].sign == "@"


def test_a_diff_of_one_huge_line_shows_the_place_where_it_differs() -> None:
    same = "x" * 1_000_000
    found = [line for line in diff([f"{same}old{same}"], [f"{same}new{same}"]) if line.sign in "-+"]
    assert [line.marked for line in found] == ["old", "new"]
    assert sum(len(line.before + line.marked + line.after) for line in found) < 1_000


# --- measuring ---------------------------------------------------------------------------------------------------


class Clock:
    """A clock that goes on only where it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[int] = []

    def work(self, workers: int) -> None:
        self.asked.append(workers)
        self.now += 8.0 / workers / 100

    def __call__(self) -> float:
        return self.now


def test_the_numbers_of_workers_take_turns_and_one_is_always_among_them() -> None:
    clock = Clock()
    found = measured([4, 2], clock.work, rounds=3, clock=clock)
    assert clock.asked == [1, 2, 4, 4, 2, 1, 1, 2, 4]
    assert [(one.workers, round(one.speedup, 6), one.rounds) for one in found] == [
        (1, 1, 3),
        (2, 2, 3),
        (4, 4, 3),
    ]


def test_a_disturbed_round_does_not_count() -> None:
    times = iter([0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 99.0])
    (found,) = measured([1], lambda _: None, rounds=3, clock=lambda: next(times), computing=lambda: 0.0)
    assert (found.seconds, found.best, found.computed) == (1.0, 1.0, 0.0)


def test_how_much_of_the_time_was_computed_is_told_of_the_best_run() -> None:
    clock, cores = Clock(), Clock()
    pace = iter([0.5, 2.0])

    def work(_: int) -> None:
        clock.now += 1.0 if not cores.now else 4.0
        cores.now += next(pace)

    (found,) = measured([1], work, rounds=2, clock=clock, computing=cores)
    assert (found.best, found.computed) == (1.0, 0.5)


def test_rounds_end_when_they_have_taken_long_enough() -> None:
    clock = Clock()

    def slow(workers: int) -> None:
        clock.now += 20.0

    assert measured([1], slow, rounds=5, clock=clock)[0].rounds == 1


def test_no_rounds_measure_nothing() -> None:
    assert measured([1, 2], pytest.fail, rounds=0) == ()


# --- the GIL -----------------------------------------------------------------------------------------------------

WARNING = (
    "The global interpreter lock (GIL) has been enabled to load module 'fast.core', which has not declared that it can"
    " run safely without the GIL. To override this behavior and keep the GIL disabled (at your own risk), run with"
    " PYTHON_GIL=0 or -Xgil=0."
)


@pytest.mark.parametrize(
    ("state", "words_of_it"),
    [
        (Gil(False, True, python="CPython 3.14.0"), "No GIL: CPython 3.14.0 is a free-threaded build"),
        (Gil(True, False, python="CPython 3.11.7"), "CPython 3.11.7 is a build with the GIL"),
        (Gil(True, True, forced=True), "PYTHON_GIL=1 or -X gil=1, with which this process was started"),
        (Gil(True, True, module="fast.core"), "import of the extension module 'fast.core' switched it on"),
        (Gil(True, True), "which, Python has not kept"),
    ],
)
def test_the_state_of_the_gil_is_told_with_its_reason(state: Gil, words_of_it: str) -> None:
    assert words_of_it in state.describe()


def test_the_import_that_switched_the_gil_on_is_read_from_the_warning_that_python_gave() -> None:
    kept = {"version": 3, ("other", UserWarning, 1): True, (WARNING, RuntimeWarning, 488): True}
    assert switched_on_by(iter([{}, {"__warningregistry__": kept}])) == "fast.core"


@pytest.mark.parametrize("registry", [None, {}, {"version": 0}, {(): True}, {(1, 2): True}, "text", {3: 4}])
def test_what_modules_keep_of_other_warnings_switched_nothing_on(registry: object) -> None:
    assert switched_on_by(iter([{"__warningregistry__": registry}])) is None


@pytest.fixture
def free_build_with_gil(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a free-threaded Python has loaded a module that needs the GIL."""
    module = "kida_jupyter.parallel_view.gil"
    monkeypatch.setattr(f"{module}.is_free_threading_build", lambda: True)
    monkeypatch.setattr(f"{module}.is_gil_enabled", lambda: True)


@pytest.mark.usefixtures("free_build_with_gil")
def test_the_gil_of_this_process_is_told_with_the_module_that_switched_it_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    importer = ModuleType("importer")
    vars(importer)["__warningregistry__"] = {(WARNING, RuntimeWarning, 488): True}
    monkeypatch.setitem(sys.modules, "importer", importer)
    found = gil()
    assert (found.enabled, found.free_build, found.module) == (True, True, "fast.core")


# --- the timeline ------------------------------------------------------------------------------------------------


def bars(drawn: Timeline) -> list[Bar]:
    return [bar for lane in drawn.lanes for bar in lane.bars]


def test_a_lane_is_a_thread_and_a_bar_a_render() -> None:
    records = [
        record(0, at=1.0, lasts=1.0),
        record(1, at=1.5, lasts=0.5, worker=OTHER),
        record(2, at=2.0, lasts=1.0),
    ]
    drawn = timeline(records, ["equal", "differs", "failed"])
    assert [(lane.name, lane.renders) for lane in drawn.lanes] == [("kida-render_0", 2), ("kida-render_1", 1)]
    assert [(bar.x, bar.width, bar.state) for bar in bars(drawn)] == [
        (0, 50, "equal"),
        (50, 50, "failed"),
        (25, 25, "differs"),
    ]
    assert drawn.milliseconds == 2000
    assert [tick.label for tick in drawn.ticks][:2] == ["0 ms", "500 ms"]


def test_threads_are_in_the_order_of_their_numbers() -> None:
    workers = [Worker("here", 1, n, f"kida-render_{n}") for n in (10, 2, 1)]
    drawn = timeline([record(n, worker=worker) for n, worker in enumerate(workers)], ["equal"] * 3)
    assert [lane.name for lane in drawn.lanes] == ["kida-render_1", "kida-render_2", "kida-render_10"]


def test_a_thousand_renders_have_as_many_bars_as_can_be_told_apart() -> None:
    records = row_of(1000) + [replace(one, index=1000 + one.index, worker=OTHER) for one in row_of(1000)]
    drawn = timeline(records, ["equal"] * 2000)
    assert len(bars(drawn)) <= MAX_BARS
    assert sum(bar.renders for bar in bars(drawn)) == 2000
    assert drawn.merged


def test_what_is_wrong_keeps_a_bar_of_its_own_among_thousands() -> None:
    states = ["equal"] * 2000
    states[777] = "differs"
    (found,) = [bar for bar in bars(timeline(row_of(2000), states)) if bar.state == "differs"]
    assert (found.first, found.last, found.renders) == (777, 777, 1)


@pytest.mark.parametrize("states", [("differs",), ("differs", "equal"), ("failed", "differs", "equal")])
@pytest.mark.parametrize("threads", [1, 30])
def test_bars_are_bounded_however_much_is_wrong(states: tuple[str, ...], threads: int) -> None:
    workers = [Worker("here", 1, n, f"kida-render_{n}") for n in range(threads)]
    records = [replace(one, worker=workers[one.index % threads]) for one in row_of(2001)]
    drawn = timeline(records, [states[at % len(states)] for at in range(2001)])
    assert len(bars(drawn)) <= MAX_BARS
    assert {bar.state for bar in bars(drawn)} >= {states[0]}
    assert "differs" in {bar.state for bar in bars(drawn) if bar.renders > 1}


def test_lanes_are_bounded() -> None:
    records = [record(n, worker=Worker("here", n, 1, "MainThread")) for n in range(100)]
    drawn = timeline(records, ["equal"] * 100)
    assert (len(drawn.lanes), drawn.more_lanes) == (MAX_LANES, 100 - MAX_LANES)


def test_each_machine_begins_by_its_own_clock() -> None:
    records = [
        record(0, at=5.0, worker=Worker("a", 1, 1, "t")),
        record(1, at=9000.0, worker=Worker("b", 1, 1, "t")),
    ]
    drawn = timeline(records, ["equal", "equal"])
    assert [bar.x for bar in bars(drawn)] == [0, 0]
    assert drawn.clocks == 2


def test_workers_are_told_apart_by_process_and_machine_where_there_are_several() -> None:
    one, two, far = Worker("a", 1, 1, "t"), Worker("a", 2, 1, "t"), Worker("b", 1, 1, "t")
    assert worker_name(one, [one]) == "t"
    assert worker_name(one, [one, two]) == "process 1 · t"
    assert worker_name(far, [one, far]) == "b · process 1 · t"


def test_contexts_that_came_to_no_worker_are_on_no_lane() -> None:
    drawn = timeline([record(worker=None)], ["failed"])
    assert (drawn.lanes, closer([record(worker=None)], ["failed"])) == ((), None)


def test_the_closer_look_shows_the_calls_within_the_renders_around_the_first_that_is_wrong() -> None:
    part = TemplatePart(Source("{{ m() }}", "page"), Span(0, 9))
    inner = CallSpan("macro", "inner", part, 300_000, 600_000, 11)
    outer = CallSpan("macro", "m", part, 200_000, 800_000, 11, (inner,))
    records = [
        replace(one, spans=(CallSpan("template", "page", part, 0, 1_000_000, 11, (outer,)),))
        for one in row_of(100)
    ]
    drawn = closer(records, ["equal"] * 70 + ["differs"] + ["equal"] * 29)
    assert drawn is not None
    shown = bars(drawn)
    assert 70 in {bar.first for bar in shown}
    assert len(shown) < 20
    within = {(piece.kind, piece.label, piece.depth) for bar in shown for piece in bar.pieces}
    assert {("macro", "m", 0), ("macro", "inner", 1)} <= within
    for bar in shown:
        assert all(bar.x - 0.01 <= piece.x <= bar.x + bar.width + 0.01 for piece in bar.pieces)


def test_what_leads_to_an_error_is_drawn_however_deep_and_however_short() -> None:
    part = TemplatePart(Source("{{ m() }}", "page"), Span(0, 9))

    def calls(failed: bool) -> tuple[CallSpan, ...]:
        within: tuple[CallSpan, ...] = ()
        for depth in range(11, 0, -1):
            at = 999_980 + depth
            within = (CallSpan("macro", f"m{depth}", part, at, 1_000_000, 11, within, failed=failed),)
        return (CallSpan("template", "page", part, 0, 1_000_000, 11, within, failed=failed),)

    def drawn(failed: bool) -> Timeline:
        records = [replace(one, spans=calls(failed)) for one in row_of(4)]
        found = closer(records, ["failed" if failed else "equal"] * 4)
        assert found is not None
        return found

    assert [piece.label for piece in bars(drawn(True))[0].pieces] == [f"m{depth}" for depth in range(1, 9)]
    assert drawn(True).has_failed_calls
    assert bars(drawn(False))[0].pieces == ()
    assert not drawn(False).has_failed_calls


def test_there_is_no_closer_look_where_nothing_was_called() -> None:
    assert closer(row_of(3), ["equal"] * 3) is None


# --- in words ----------------------------------------------------------------------------------------------------

WITH_GIL = Gil(True, False, python="CPython 3.11.7", cpus=2)
WITHOUT = Gil(False, True, python="CPython 3.14.0", cpus=2)


def said(
    state: Gil,
    speedup: float,
    *,
    at_best: float | None = None,
    computed: float = 1.0,
    beside: float = 0.1,
    workers: int = 4,
    renders: int = 4,
) -> str:
    speedups = (
        Measured(1, 1.0, 1.0, 3, best=1.0, computed=computed),
        Measured(workers, 1 / speedup, speedup, 3, best=1 / (at_best or speedup), computed=1.0),
    )
    records = [record(n, lasts=beside) for n in range(renders)]
    serial = [record(n, lasts=0.1) for n in range(renders)]
    return " ".join(words.together(state, records, serial, speedups, workers, here=1))


def test_threads_that_took_turns_and_gained_nothing_are_told() -> None:
    assert "Threads that take turns gain nothing where templates compute" in said(WITH_GIL, 0.97)


def test_threads_that_took_turns_and_gained_had_something_to_wait_for() -> None:
    assert "the renders wait for something" in said(WITH_GIL, 3.1, computed=0.1)


def test_threads_that_seem_to_gain_on_a_busy_machine_are_not_told_to_wait() -> None:
    noisy = said(WITH_GIL, 2.7, at_best=1.02)
    assert "the renders wait" not in noisy
    assert "The machine had other work, too: by the best runs it is 1.02 times." in noisy
    assert "the renders wait" not in said(WITH_GIL, 2.7, computed=0.95)


def test_threads_without_gil_are_measured_by_the_cores_that_there_are() -> None:
    assert "With 2 cores up to 2 can be hoped for." in said(WITHOUT, 1.7)
    assert "the renders wait for something that they share" in said(WITHOUT, 1.05)
    assert "one worker alone computed for 50% of its time" in said(WITHOUT, 1.05, computed=0.5)
    assert "is short beside what it costs to hand it out" in said(WITHOUT, 1.05, renders=4000)


def test_the_figures_are_in_the_sentence() -> None:
    assert "4 workers took 588 ms for what one did in 1,000 ms: 1.70 times as fast" in said(WITHOUT, 1.7)


def test_renders_that_waited_for_each_other_are_told_by_how_much_longer_they_took() -> None:
    assert "a render took 3.0 times as long as alone" in said(WITH_GIL, 1.0, beside=0.3)
    assert "times as long as alone" not in said(WITH_GIL, 1.0)


def test_one_worker_ran_beside_nothing() -> None:
    assert "nothing ran at the same time" in " ".join(
        words.together(WITH_GIL, [PLAIN], [PLAIN], (), 1, here=1)
    )


def test_other_processes_run_at_the_same_time_whatever_the_gil() -> None:
    records = [record(n, worker=Worker("here", 100 + n, 1, "MainThread")) for n in range(2)]
    told = words.together(WITH_GIL, records, row_of(2), (), 2, here=1)[0]
    assert "2 other processes" in told
    assert "GIL is on" not in told


@pytest.mark.parametrize(
    ("numbers", "line"),
    [
        ((0, 0, 0, 0), "No contexts: nothing was rendered"),
        ((1, 0, 0, 0), "1 render by 4 threads, and as if it had been alone"),
        ((1, 1, 0, 0), "1 render by 4 threads, and as if it had been alone: it failed both times"),
        ((1200, 0, 0, 0), "1,200 renders by 4 threads, each as if it had been alone"),
        ((8, 1, 0, 0), "8 renders by 4 threads, each as if it had been alone; 1 failed"),
        ((8, 0, 1, 0), "1 of 8 renders by 4 threads differs from when alone"),
        ((8, 0, 4, 0), "4 of 8 renders by 4 threads differ from when alone"),
        ((8, 0, 0, 1), "8 renders by 4 threads: 1 pair shared a RenderContext"),
    ],
)
def test_the_headline_is_the_verdict(numbers: tuple[int, int, int, int], line: str) -> None:
    count, failures, differ, shared = numbers
    assert words.headline(count, "4 threads", failures, differ, shared) == line


def test_a_difference_that_only_others_make_is_told_from_one_that_comes_alone_too() -> None:
    beside = [record(n, at=10, worker=one) for n, one in enumerate((THREAD, OTHER, THREAD))]
    leak = words.apart(beside, [Difference(1, (), steady=True)], (), 1)
    chance = words.apart(beside, [Difference(1, (), steady=False)], (), 1)
    alone = words.apart(row_of(3), [Difference(1, (), steady=True)], (), 1)
    elsewhere = words.apart(beside, [Difference(1, (), steady=True)], (), 2)
    unsent = words.apart([record(0), record(1, worker=None)], [Difference(1, (), steady=True)], (), 1)
    assert "what ran at the same time made the difference" in leak[0]
    assert "depends on time or chance" in chance[0]
    assert "nothing ran at the same time" in alone[0]
    assert "in another process" in elsewhere[0]
    assert "could not be rendered there" in unsent[0]


def test_a_failure_as_alone_is_told_apart_from_differences() -> None:
    broken = replace(record(1, output=None), error=ValueError("x"))
    told = " ".join(words.apart([record(0), broken], (), (), 1))
    assert "Context 1 fails alone as among others" in told
    differs = " ".join(words.apart([record(0), broken], [Difference(1, (), steady=True)], (), 1))
    assert "fails alone" not in differs


def test_threads_that_had_no_render_are_not_counted_as_if_they_had() -> None:
    assert words.workers_in_words(row_of(3), 4, None, 1) == "1 of 4 threads"
    assert words.workers_in_words([record(), record(1, worker=OTHER)], 2, None, 1) == "2 threads"
    assert words.workers_in_words(row_of(3), 1, None, 1) == "1 worker, this thread"
    there = [record(n, worker=Worker("here", n, 1, "t")) for n in range(2)]
    assert words.workers_in_words(there, 2, "Pool", 7) == "2 processes of a Pool"
    assert THREAD != OTHER
