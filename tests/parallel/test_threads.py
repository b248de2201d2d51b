"""`render_many` on threads: what is rendered, when, by whom, and what ends it."""

from __future__ import annotations

import asyncio
import gc
import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from kida import Environment, TemplateError, UndefinedError, trace_of
from kida.parallel import IN_FLIGHT_PER_WORKER, RenderFailure, render_many
from kida.parallel.crew import Crew
from tests.parallel.functions import LANGUAGE, numbers, swap_language

WAIT = 30
"""Seconds after which a test that waits for another thread has failed."""

WORKERS = pytest.mark.parametrize("workers", [1, 2, 5])
ORDERED = pytest.mark.parametrize("ordered", [True, False])

ENVIRONMENT = Environment()
SQUARE = ENVIRONMENT.from_string("{{ n * n }}", name="square.txt")
QUOTIENT = ENVIRONMENT.from_string(
    "{% macro share(n) %}{{ 12 // n }}{% endmacro %}{{ share(n) }}", name="q.txt"
)


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"n": n} for n in range(count)]


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("kida-")]


class Source:
    """Contexts without end, which count how many were taken and by which thread."""

    def __init__(self) -> None:
        self.taken = 0
        self.threads: set[int] = set()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            self.taken += 1
            self.threads.add(threading.get_ident())
            yield {"n": self.taken - 1}


@WORKERS
def test_texts_come_in_the_order_of_their_contexts(workers: int) -> None:
    contexts = numbered(50)
    assert list(render_many(SQUARE, contexts, max_workers=workers)) == [
        SQUARE.render(context) for context in contexts
    ]


@WORKERS
def test_unordered_texts_are_the_same_texts(workers: int) -> None:
    texts = list(render_many(SQUARE, numbered(50), max_workers=workers, ordered=False))
    assert sorted(texts) == sorted(str(n * n) for n in range(50))


def test_unordered_texts_come_as_they_are_done() -> None:
    gate = threading.Event()
    template = ENVIRONMENT.from_string("{{ wait() }}{{ n }}")
    contexts = [
        {"n": 0, "wait": lambda: "" if gate.wait(WAIT) else "too late"},
        {"n": 1, "wait": lambda: ""},
    ]
    texts = render_many(template, contexts, max_workers=2, ordered=False)
    assert next(texts) == "1"
    gate.set()
    assert list(texts) == ["0"]


def test_as_many_threads_render_at_once_as_were_asked_for() -> None:
    barrier = threading.Barrier(3)
    template = ENVIRONMENT.from_string("{{ meet() >= 0 }}")
    contexts = [{"meet": lambda: barrier.wait(WAIT)}] * 3
    assert list(render_many(template, contexts, max_workers=3)) == ["True"] * 3


def test_one_worker_is_the_callers_own_thread() -> None:
    template = ENVIRONMENT.from_string("{{ ident() }}")
    contexts = [{"ident": threading.get_ident}] * 3
    assert set(render_many(template, contexts, max_workers=1)) == {str(threading.get_ident())}


@pytest.mark.parametrize(("best", "alone"), [(1, True), (3, False)])
def test_without_max_workers_the_best_number_for_the_contexts_is_used(
    best: int, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def chosen(count: int, *, waits: bool) -> int:
        asked.append((count, waits))
        return best

    monkeypatch.setattr("kida.parallel.many.get_optimal_workers", chosen)
    template = ENVIRONMENT.from_string("{{ ident() }}")
    idents = set(render_many(template, [{"ident": threading.get_ident}] * 5))
    assert (str(threading.get_ident()) in idents) is alone
    assert asked == [(5, False)]


def test_no_contexts_give_no_texts() -> None:
    assert list(render_many(SQUARE, [])) == []
    assert list(render_many(SQUARE, iter([]), max_workers=4)) == []


def test_any_mapping_is_a_context_and_is_not_written_to() -> None:
    template = ENVIRONMENT.from_string("{% set n = n + 1 %}{{ n }}")
    given = {"n": 1}
    assert list(render_many(template, [MappingProxyType(given), given], max_workers=2)) == ["2", "2"]
    assert given == {"n": 1}


# --- laziness --------------------------------------------------------------------------------------------------------


def test_nothing_happens_before_the_first_text_is_asked_for() -> None:
    source = Source()
    texts = render_many(SQUARE, source, max_workers=3)
    assert source.taken == 0
    assert own_threads() == []
    texts.close()


def test_one_worker_takes_each_context_when_its_text_is_asked_for() -> None:
    source = Source()
    texts = render_many(SQUARE, source, max_workers=1)
    for expected in range(1, 5):
        next(texts)
        assert source.taken == expected


@ORDERED
@WORKERS
def test_contexts_without_end_are_taken_a_bounded_number_ahead_in_the_callers_thread(
    workers: int, ordered: bool
) -> None:
    source = Source()
    with closing(render_many(SQUARE, source, max_workers=workers, ordered=ordered)) as texts:
        for given, _ in enumerate(itertools.islice(texts, 300), 1):
            assert source.taken - given < IN_FLIGHT_PER_WORKER * workers
    assert source.threads == {threading.get_ident()}


def test_a_slow_first_render_does_not_let_the_rest_pile_up() -> None:
    gate = threading.Event()
    template = ENVIRONMENT.from_string("{{ wait(n) }}")
    source = Source()
    reached = threading.Event()

    def wait(n: int) -> int:
        if n == 0:
            gate.wait(WAIT)
        elif n == 2 * IN_FLIGHT_PER_WORKER - 1:
            reached.set()
            gate.set()
        return n

    contexts = ({**context, "wait": wait} for context in source)
    with closing(render_many(template, contexts, max_workers=2)) as texts:
        assert next(texts) == "0"
        assert reached.is_set()
        assert source.taken == 2 * IN_FLIGHT_PER_WORKER


def test_results_and_contexts_that_were_taken_are_not_kept() -> None:
    class Big:
        pass

    def contexts() -> Iterator[dict[str, Any]]:
        while True:
            yield {"n": 2, "big": Big()}

    with closing(render_many(SQUARE, contexts(), max_workers=2, ordered=False)) as texts:
        for _ in itertools.islice(texts, 500):
            pass
        gc.collect()
        alive = sum(type(found) is Big for found in gc.get_objects())
    assert alive <= 2 * IN_FLIGHT_PER_WORKER + 4


def test_a_text_that_is_done_is_given_while_there_is_room_for_more_contexts() -> None:
    given = threading.Event()
    rendered = threading.Event()

    def contexts() -> Iterator[dict[str, Any]]:
        yield {"n": 3, "tell": lambda: rendered.set() or ""}
        assert rendered.wait(WAIT)
        yield {"n": 4, "tell": str}
        assert given.is_set()
        yield {"n": 5, "tell": str}

    template = ENVIRONMENT.from_string("{{ n }}{{ tell() }}")
    with ThreadPoolExecutor(1) as executor:
        texts = render_many(template, contexts(), executor=Settled(executor), max_workers=4)
        assert next(texts) == "3"
        given.set()
        assert list(texts) == ["4", "5"]


class Settled(Executor):
    """An executor whose jobs are done when `submit` returns."""

    def __init__(self, inner: Executor) -> None:
        self._inner = inner

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = self._inner.submit(fn, *args, **kwargs)
        future.exception(WAIT)
        return future


# --- errors ----------------------------------------------------------------------------------------------------------


@WORKERS
def test_the_first_error_in_order_is_raised_as_it_is_and_names_its_context(workers: int) -> None:
    contexts = [{"n": n} for n in (3, 2, 0, 1, "x")]
    texts = render_many(QUOTIENT, contexts, max_workers=workers)
    assert [next(texts), next(texts)] == ["4", "6"]
    with pytest.raises(ZeroDivisionError) as raised:
        next(texts)
    assert "while rendering context 2" in raised.value.__notes__
    assert [(frame.kind, frame.name) for frame in trace_of(raised.value)] == [
        ("template", None),
        ("macro", "share"),
    ]
    assert list(texts) == []
    assert own_threads() == []


@ORDERED
@WORKERS
def test_errors_are_returned_in_their_places_and_the_others_are_untouched(
    workers: int, ordered: bool
) -> None:
    contexts = [{"n": n} for n in (3, 0, 2, "x", 1, None)]
    results = list(render_many(QUOTIENT, contexts, max_workers=workers, on_error="return", ordered=ordered))
    failures = {result.index: result for result in results if isinstance(result, RenderFailure)}
    assert {index: type(failure.error) for index, failure in failures.items()} == {
        1: ZeroDivisionError,
        3: TypeError,
        5: TypeError,
    }
    assert all(failure.context is contexts[index] for index, failure in failures.items())
    innermost = failures[1].trace.innermost
    assert innermost is not None
    assert (innermost.kind, innermost.name, innermost.column) == ("macro", "share", 23)
    assert innermost.locals()["n"] == 0
    texts = [result for result in results if isinstance(result, str)]
    assert sorted(texts) == ["12", "4", "6"]
    if ordered:
        assert [isinstance(result, str) for result in results] == [True, False, True, False, True, False]


@ORDERED
@WORKERS
def test_what_is_no_mapping_fails_with_its_index(workers: int, ordered: bool) -> None:
    contexts: list[Any] = [{"n": 1}, [("n", 2)], {"n": 3}]
    results = list(render_many(SQUARE, contexts, max_workers=workers, on_error="return", ordered=ordered))
    [failure] = [result for result in results if isinstance(result, RenderFailure)]
    assert (failure.index, failure.context) == (1, [("n", 2)])
    assert sorted(result for result in results if isinstance(result, str)) == ["1", "9"]
    with pytest.raises(TypeError, match=r"contexts\[1\] is a mapping of variables, not list"):
        list(render_many(SQUARE, contexts, max_workers=workers))


@ORDERED
@WORKERS
def test_an_error_of_the_contexts_comes_behind_the_texts_of_those_before(workers: int, ordered: bool) -> None:
    def contexts() -> Iterator[dict[str, Any]]:
        yield from numbered(3)
        raise OSError("the data base is gone")

    texts = render_many(SQUARE, contexts(), max_workers=workers, ordered=ordered, on_error="return")
    assert sorted(str(next(texts)) for _ in range(3)) == ["0", "1", "4"]
    with pytest.raises(OSError, match="the data base is gone"):
        next(texts)
    assert own_threads() == []


@WORKERS
@pytest.mark.parametrize("on_error", ["raise", "return"])
def test_an_exit_is_no_failure_of_a_context(workers: int, on_error: Any) -> None:
    def leave() -> None:
        raise SystemExit(4)

    template = ENVIRONMENT.from_string("{{ leave() }}")
    with pytest.raises(SystemExit):
        list(render_many(template, [{"leave": leave}] * 3, max_workers=workers, on_error=on_error))
    assert own_threads() == []


def test_an_error_that_takes_no_notes_is_raised_as_it_is() -> None:
    class Closed(Exception):
        def add_note(self, note: str) -> None:
            raise RuntimeError("closed")

    def fail() -> None:
        raise Closed

    with pytest.raises(Closed):
        list(render_many(ENVIRONMENT.from_string("{{ fail() }}"), [{"fail": fail}], max_workers=2))


def test_a_missing_variable_is_reported_with_its_context() -> None:
    template = ENVIRONMENT.from_string("{{ title }}")
    with pytest.raises(UndefinedError) as raised:
        list(render_many(template, [{"title": 1}, {"titel": 1}], max_workers=2))
    assert raised.value.suggestion == "titel"
    assert "while rendering context 1" in raised.value.__notes__


# --- the end ---------------------------------------------------------------------------------------------------------


class Gate:
    """A function for templates that waits, and counts how many came to it."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()
        self.count = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            self.count += 1
        self.entered.release()
        assert self.open.wait(WAIT)
        return ""


@ORDERED
def test_closing_begins_no_more_renders_and_leaves_no_thread(
    ordered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    handed_out = threading.Event()

    class Opening(Crew):
        """Lets the renders that run go on when they are waited for."""

        def stop(self) -> None:
            gate.open.set()
            super().stop()

    def contexts() -> Iterator[dict[str, Any]]:
        yield {"wait": lambda: handed_out.wait(WAIT)}
        for n in itertools.count(2):
            if n == 2 * IN_FLIGHT_PER_WORKER:
                handed_out.set()
            yield {"wait": gate}

    monkeypatch.setattr("kida.parallel.many.Crew", Opening)
    texts = render_many(ENVIRONMENT.from_string("{{ wait() }}"), contexts(), max_workers=2, ordered=ordered)
    assert next(texts) == "True"
    for _ in range(2):
        assert gate.entered.acquire(timeout=WAIT)
    texts.close()
    assert gate.count == 2
    assert own_threads() == []
    assert list(texts) == []


def test_what_has_not_begun_is_cancelled() -> None:
    submitted: list[Future[Any]] = []

    class Idle(Executor):
        """An executor that runs the first job and leaves the others lying."""

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if not submitted:
                future.set_result(fn(*args, **kwargs))
            submitted.append(future)
            return future

    texts = render_many(QUOTIENT, [{"n": 4}] + [{"n": 0}] * 9, executor=Idle(), max_workers=1)
    assert next(texts) == "3"
    texts.close()
    assert len(submitted) == 1
    submitted.clear()
    with pytest.raises(ZeroDivisionError):
        list(render_many(QUOTIENT, [{"n": 0}] * 9, executor=Idle()))
    assert all(future.cancelled() for future in submitted[1:])


def test_an_error_cancels_what_was_handed_out() -> None:
    futures: list[Future[Any]] = []
    all_handed_out = threading.Event()
    gate = Gate()

    class Watched(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            futures.append(super().submit(fn, *args, **kwargs))
            if len(futures) == 2 * IN_FLIGHT_PER_WORKER:
                all_handed_out.set()
            return futures[-1]

    def fail() -> str:
        # the other worker holds on, and the rest of what is in flight waits behind it
        assert gate.entered.acquire(timeout=WAIT)
        assert all_handed_out.wait(WAIT)
        raise KeyError("first")

    template = ENVIRONMENT.from_string("{{ act() }}")
    contexts: list[dict[str, Any]] = [{"act": fail}, *({"act": gate} for _ in range(20))]
    with Watched(2) as executor:
        with pytest.raises(KeyError):
            list(render_many(template, contexts, executor=executor))
        gate.open.set()
    assert sum(future.cancelled() for future in futures) >= 2 * IN_FLIGHT_PER_WORKER - 3


def test_an_executor_of_the_users_stays_open() -> None:
    with ThreadPoolExecutor(2) as executor:
        with closing(render_many(SQUARE, Source(), executor=executor)) as texts:
            next(texts)
        assert list(render_many(SQUARE, numbered(3), executor=executor)) == ["0", "1", "4"]
        assert executor.submit(str, 5).result() == "5"


def test_an_executor_that_was_shut_down_is_told_of() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(RuntimeError, match="shutdown"):
        list(render_many(SQUARE, numbered(3), executor=executor, on_error="return"))


def test_renders_that_someone_else_cancelled_end_it() -> None:
    class Cancelling(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            return future

    with pytest.raises(CancelledError) as raised:
        list(render_many(SQUARE, numbered(3), executor=Cancelling(), on_error="return"))
    assert raised.value.__notes__ == ["while waiting for context 0"]


def test_an_exception_thrown_in_ends_it() -> None:
    texts = render_many(SQUARE, Source(), max_workers=3)
    next(texts)
    with pytest.raises(RuntimeError, match="enough"):
        texts.throw(RuntimeError("enough"))
    assert own_threads() == []


def test_an_iterator_that_is_forgotten_leaves_no_thread() -> None:
    texts = render_many(SQUARE, Source(), max_workers=3)
    next(texts)
    assert own_threads()
    del texts
    gc.collect()
    assert own_threads() == []


INTERRUPTED_AT_RANDOM = """
import faulthandler, random, signal
from contextlib import closing
from itertools import count
from kida import Environment
from kida.parallel import render_many

faulthandler.dump_traceback_later(60, exit=True)
signal.signal(signal.SIGALRM, signal.default_int_handler)
chance = random.Random(7)
template = Environment().from_string("{{ n }}")
for _ in range(60):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0005 + chance.random() * 0.004)
        with closing(render_many(template, ({"n": n} for n in count()), max_workers=3, ordered=ORDERED)) as texts:
            for text in texts:
                pass
    except KeyboardInterrupt:
        pass
print("ended")
"""

INTERRUPTED = """
import itertools, signal, threading
from contextlib import closing
from kida import Environment
from kida.parallel import render_many

started, release = threading.Event(), threading.Event()

def hold():
    started.set()
    release.wait(30)
    return ""

def interrupt():
    started.wait(30)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    release.set()

threading.Thread(target=interrupt).start()
contexts = ({"hold": hold} for _ in itertools.count())
try:
    with closing(render_many(Environment().from_string("{{ hold() }}"), contexts, max_workers=WORKERS)) as texts:
        for _ in texts:
            pass
except KeyboardInterrupt:
    print("interrupted", [t.name for t in threading.enumerate() if t.name.startswith("kida-")])
"""


def test_a_mapping_that_its_source_uses_again_is_rendered_as_it_was() -> None:
    def reusing() -> Iterator[dict[str, Any]]:
        context: dict[str, Any] = {}
        for n in range(50):
            context["n"] = n
            yield context

    assert list(render_many(SQUARE, reusing(), max_workers=4)) == [str(n * n) for n in range(50)]


def test_an_executor_that_takes_no_more_gives_what_it_took_before_its_error() -> None:
    pulled: list[int] = []

    def contexts() -> Iterator[dict[str, Any]]:
        for n in range(40):
            pulled.append(n)
            yield {"n": n}

    executor = ThreadPoolExecutor(2)
    results = render_many(SQUARE, contexts(), executor=executor)
    taken = [next(results)]
    executor.shutdown(wait=True)
    with pytest.raises(RuntimeError, match="after shutdown"):
        taken.extend(results)
    assert taken == [str(n * n) for n in pulled[:-1]]  # the last was refused


@pytest.mark.parametrize("ordered", [True, False])
def test_many_interrupts_at_any_moment_end_in_no_deadlock(ordered: bool) -> None:
    script = INTERRUPTED_AT_RANDOM.replace("ORDERED", repr(ordered))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("ended\n", "", 0)


@pytest.mark.parametrize("workers", [1, 3])
def test_control_c_ends_it_and_leaves_no_thread(workers: int) -> None:
    script = INTERRUPTED.replace("WORKERS", str(workers))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted []\n", "", 0)


# --- isolation -------------------------------------------------------------------------------------------------------


@WORKERS
def test_renders_see_the_callers_context_variables_and_keep_their_own_to_themselves(workers: int) -> None:
    template = ENVIRONMENT.from_string("{{ swap(language) }}")
    contexts = [{"swap": swap_language, "language": f"l{n}"} for n in range(20)]
    token = LANGUAGE.set("mine")
    try:
        assert list(render_many(template, contexts, max_workers=workers)) == ["mine"] * 20
        assert LANGUAGE.get() == "mine"
    finally:
        LANGUAGE.reset(token)


def test_a_filter_can_render_many_itself() -> None:
    def inner(n: int) -> str:
        return "+".join(render_many(SQUARE, numbered(n), max_workers=2))

    template = ENVIRONMENT.from_string("{{ inner(n) }}")
    contexts = [{"n": n, "inner": inner} for n in range(4)]
    assert list(render_many(template, contexts, max_workers=2)) == ["", "0", "0+1", "0+1+4"]


# --- asynchronous templates ------------------------------------------------------------------------------------------

AWAITING = ENVIRONMENT.from_string("{% async for n in numbers(count) %}{{ 6 // (n - 2) }} {% endfor %}")


@WORKERS
def test_asynchronous_templates_are_rendered_in_loops_of_their_own(workers: int) -> None:
    contexts = [{"numbers": numbers, "count": count} for count in (1, 3, 2)]
    first, failure, last = render_many(AWAITING, contexts, max_workers=workers, on_error="return")
    assert (first, last) == ("-3 ", "-3 -6 ")
    assert isinstance(failure, RenderFailure)
    assert isinstance(failure.error, ZeroDivisionError)
    assert failure.trace.innermost is not None


def test_asynchronous_templates_wait_and_so_get_threads() -> None:
    contexts = [{"numbers": numbers, "count": 1}] * 3
    records = list(render_many(AWAITING, contexts, record=True))
    assert all(record.worker and record.worker.thread_name.startswith("kida-render") for record in records)


@pytest.mark.parametrize("record", [False, True])
def test_asynchronous_templates_can_be_rendered_where_a_loop_runs(record: bool) -> None:
    async def in_a_notebook() -> list[Any]:
        contexts = [{"numbers": numbers, "count": 2}] * 2
        return list(render_many(AWAITING, contexts, max_workers=1, record=record))  # type: ignore[call-overload, no-any-return]

    results = asyncio.run(in_a_notebook())
    assert [result.output if record else result for result in results] == ["-3 -6 "] * 2
    assert own_threads() == []


# --- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "message"),
    [
        (("{{ n }}", []), {}, TypeError, "takes a Template, as env.get_template gives, not str"),
        ((SQUARE, {"n": 1}), {}, TypeError, "not one mapping"),
        ((SQUARE, 5), {}, TypeError, "not int"),
        ((SQUARE, []), {"executor": 4}, TypeError, "executor is a concurrent.futures.Executor, not int"),
        ((SQUARE, []), {"max_workers": 0}, ValueError, "max_workers must be at least 1, not 0"),
        ((SQUARE, []), {"on_error": "ignore"}, ValueError, "on_error is 'raise' or 'return', not 'ignore'"),
        ((SQUARE, []), {"progress": 3}, TypeError, "progress is True, a function"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused_at_once(
    arguments: Any, options: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        render_many(*arguments, **options)


def test_importing_kida_brings_in_neither_this_nor_what_it_needs() -> None:
    code = (
        "import sys, kida; print([m for m in sys.modules if 'parallel' in m or m.startswith('concurrent')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "[]\n"


def test_an_error_of_the_engine_keeps_its_type() -> None:
    template = ENVIRONMENT.from_string("{% include 'nowhere' %}")
    with pytest.raises(TemplateError):
        list(render_many(template, [{}], max_workers=2))
