"""`render_many` in other processes: what travels there, and what comes back."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from pickle import PicklingError, UnpicklingError
from typing import Any

import pytest

from kida import DictLoader, Environment, FileSystemLoader, TemplateNotFoundError, UndefinedError, trace_of
from kida.parallel import RemoteError, RemoteTraceback, RenderFailure, render_many
from tests.parallel import functions

TEXTS = {
    "page.html": "{% extends 'base.html' %}{% import 'parts.html' as parts %}"
    "{% block body %}\n{{ parts.share(n) }}{% endblock %}",
    "base.html": "<p>{% block body %}{% endblock %}</p>",
    "parts.html": "{% macro share(n) %}{{ (12 / n)|int }}{% endmacro %}",
}
PAGE = Environment(loader=DictLoader(TEXTS)).get_template("page.html")

# a fork of a process with threads is what these tests want to be sure of
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture(
    scope="module", params=[m for m in ("fork", "spawn") if m in multiprocessing.get_all_start_methods()]
)
def pool(request: pytest.FixtureRequest) -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(request.param)) as executor:
        executor.submit(os.getpid).result()
        yield executor


@pytest.fixture
def spare() -> Iterator[ProcessPoolExecutor]:
    """A pool that a test may break."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def with_filter(function: Any) -> Any:
    return Environment(filters={"act": function}).from_string("{{ value|act }}", name="act.txt")


@pytest.mark.parametrize("ordered", [True, False])
def test_texts_are_those_of_a_serial_render(pool: Executor, ordered: bool) -> None:
    contexts = [{"n": n} for n in range(1, 20)]
    texts = list(render_many(PAGE, contexts, executor=pool, ordered=ordered))
    expected = [PAGE.render(context) for context in contexts]
    assert (texts if ordered else sorted(texts)) == (expected if ordered else sorted(expected))


def test_they_are_rendered_in_other_processes_and_the_pool_stays_open(pool: Executor) -> None:
    records = list(render_many(PAGE, [{"n": 1}] * 6, executor=pool, record=True))
    assert all(record.worker is not None and record.worker.process != os.getpid() for record in records)
    assert pool.submit(str, 1).result() == "1"


def test_templates_from_files_and_filters_from_modules_travel(pool: Executor, tmp_path: Path) -> None:
    (tmp_path / "card.txt").write_text("{% include 'name.txt' %}", encoding="utf-8")
    (tmp_path / "name.txt").write_text("{{ name|shout }}", encoding="utf-8")
    environment = Environment(loader=FileSystemLoader(tmp_path), filters={"shout": functions.shout})
    template = environment.get_template("card.txt")
    assert list(render_many(template, [{"name": "ada"}], executor=pool)) == ["ADA!"]


def test_contexts_without_end_stay_bounded_there_too(pool: Executor) -> None:
    taken = 0

    def contexts() -> Iterator[dict[str, Any]]:
        nonlocal taken
        while True:
            taken += 1
            yield {"n": 1}

    texts = render_many(PAGE, contexts(), executor=pool)
    for given in range(1, 50):
        next(texts)
        assert taken - given < 2 * 4
    texts.close()


def test_an_error_comes_home_as_itself_with_its_trace_and_its_context(pool: Executor) -> None:
    with pytest.raises(ZeroDivisionError, match="division by zero") as raised:
        list(render_many(PAGE, [{"n": 1}, {"n": 0}], executor=pool))
    here = trace_of(_error_of(PAGE, {"n": 0})).detached()
    there = trace_of(raised.value)
    assert [frame.describe() for frame in there] == [frame.describe() for frame in here]
    assert [frame.snippet for frame in there] == [frame.snippet for frame in here]
    assert raised.value.__notes__[-1] == "while rendering context 1"
    assert raised.value.__notes__[0].startswith("in template parts.html 1:25, in macro share, called from")
    assert isinstance(raised.value.__cause__, RemoteTraceback)
    assert 'File "parts.html", line 1, in macro share' in str(raised.value.__cause__)


def test_an_error_of_the_engine_comes_home_with_all_it_says(pool: Executor) -> None:
    template = Environment().from_string("a\n{{ title }}", name="t.html")
    [failure] = render_many(template, [{"titel": 1}], executor=pool, on_error="return")
    assert isinstance(failure, RenderFailure)
    here = _error_of(template, {"titel": 1})
    assert isinstance(here, UndefinedError)
    assert isinstance(failure.error, UndefinedError)
    for attribute in ("message", "code", "lineno", "column", "hint", "suggestion", "source_snippet"):
        assert getattr(failure.error, attribute) == getattr(here, attribute), attribute
    assert failure.error.suggestion == "titel"
    assert failure.error.format_compact() == here.format_compact()


def test_errors_are_returned_in_their_places(pool: Executor) -> None:
    contexts = [{"n": n} for n in (1, 0, 2, "x", 3)]
    results = list(render_many(PAGE, contexts, executor=pool, on_error="return"))
    assert [type(r.error).__name__ if isinstance(r, RenderFailure) else r for r in results] == [
        PAGE.render(n=1),
        "ZeroDivisionError",
        PAGE.render(n=2),
        "TypeError",
        PAGE.render(n=3),
    ]
    assert [r.context for r in results if isinstance(r, RenderFailure)] == [{"n": 0}, {"n": "x"}]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (functions.fail_unpicklable, "tests.parallel.functions.Unpicklable: no way home"),
        (functions.fail_fussy, "tests.parallel.functions.Fussy: badly made"),
    ],
)
def test_an_error_that_does_not_pickle_is_told_in_words(pool: Executor, function: Any, said: str) -> None:
    environment = Environment(filters={"act": function})
    template = environment.from_string("{% if value %}{{ value|act }}{% endif %}", name="act.txt")
    failed, fine = render_many(template, [{"value": 1}, {"value": 0}], executor=pool, on_error="return")
    assert isinstance(failed, RenderFailure)
    assert isinstance(failed.error, RemoteError)
    assert str(failed.error) == said
    assert function.__name__ in failed.error.traceback
    assert [frame.kind for frame in failed.trace] == ["template", "python"]
    assert trace_of(failed.error) == failed.trace
    assert failed.error.__notes__ == ["in template act.txt 1:18"]
    assert fine == ""


def test_an_error_of_the_users_keeps_its_type_and_state(pool: Executor) -> None:
    with pytest.raises(functions.Rebuilt) as raised:
        list(render_many(with_filter(functions.fail_rebuilt), [{"value": 5}], executor=pool))
    assert raised.value.code == 5


def test_a_context_that_does_not_pickle_fails_alone(pool: Executor) -> None:
    contexts: list[Any] = [{"n": 1}, {"n": lambda: 1}, {"n": 2}, {"n": functions.Breaks()}, [], {"n": 3}]
    results = list(render_many(PAGE, contexts, executor=pool, on_error="return"))
    failures = {result.index: result.error for result in results if isinstance(result, RenderFailure)}
    assert list(failures) == [1, 3, 4]
    assert "the context does not pickle, which another process needs it to" in failures[1].__notes__
    assert isinstance(failures[3], LookupError)
    assert "the context could not be unpacked in the worker's process" in failures[3].__notes__
    assert isinstance(failures[4], TypeError)
    assert results[5] == PAGE.render(n=3)


def test_an_asynchronous_template_is_rendered_there(pool: Executor) -> None:
    template = Environment(globals={"numbers": functions.numbers}).from_string(
        "{% async for n in numbers(count) %}{{ n }}{% endfor %}"
    )
    assert list(render_many(template, [{"count": 3}] * 2, executor=pool)) == ["012", "012"]


def test_what_a_render_sets_in_context_variables_the_next_does_not_see(pool: Executor) -> None:
    template = Environment(globals={"swap": functions.swap_language}).from_string("{{ swap('x') }}")
    assert list(render_many(template, [{}] * 10, executor=pool)) == ["none"] * 10


class Counted:
    """A filter that counts how often it is pickled."""

    count = 0

    def __call__(self, value: Any) -> Any:
        return value

    def __reduce__(self) -> Any:
        type(self).count += 1
        return str, ("a",)


def test_a_template_is_pickled_once_for_all_contexts(pool: Executor) -> None:
    Counted.count = 0
    environment = Environment(globals={"held": Counted()})
    template = environment.from_string("{{ n }}{{ held }}")
    assert list(render_many(template, [{"n": n} for n in range(30)], executor=pool)) == [
        f"{n}a" for n in range(30)
    ]
    assert Counted.count == 1


def test_a_worker_unpacks_a_template_once(pool: Executor, tmp_path: Path) -> None:
    path = str(tmp_path / "count")
    environment = Environment(globals={"loaded": functions_loaded(path)})
    list(render_many(environment.from_string("{{ loaded }}"), [{}] * 30, executor=pool))
    assert len((tmp_path / "count").read_text(encoding="utf-8").split()) <= 2  # there are two workers


class functions_loaded:  # noqa: N801
    """A value that notes in a file that it was unpickled."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return functions.count_up, (self._path,)


# --- templates that cannot travel ------------------------------------------------------------------------------------


def _local() -> Any:
    def local(value: Any) -> Any:
        return value

    return local


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"filters": {"upper": str.upper, "shout": lambda value: value}}, "the filter 'shout'"),
        ({"filters": {"local": _local()}}, "the filter 'local'"),
        ({"tests": {"odd one": lambda value: value}}, "the test 'odd one'"),
        ({"globals": {"now": lambda: 1}}, "the global 'now'"),
        ({"finalize": lambda value: value}, "the environment's finalize"),
    ],
)
def test_what_does_not_pickle_is_named_with_what_to_do(pool: Executor, options: Any, part: str) -> None:
    template = Environment(**options).from_string("{{ n }}", name="page.html")
    with pytest.raises(PicklingError) as raised:
        render_many(template, [{"n": 1}], executor=pool)
    message = str(raised.value)
    assert message.startswith(
        f"template 'page.html' cannot be sent to another process: {part} does not pickle ("
    )
    assert "write it with def at the top of a module" in raised.value.__notes__[0]


def test_a_global_that_is_no_function_gets_other_advice(pool: Executor) -> None:
    template = Environment().from_string("{{ lock }}", globals={"lock": multiprocessing.Lock()})
    with pytest.raises(PicklingError, match=r"the template's own global 'lock' does not pickle") as raised:
        render_many(template, [{}], executor=pool)
    assert raised.value.__notes__ == ["hint: give it something that pickles, or use threads, which share it"]


@pytest.mark.parametrize("on_error", ["raise", "return"])
def test_a_template_that_cannot_be_unpacked_there_ends_it(pool: Executor, on_error: Any) -> None:
    with pytest.raises(
        UnpicklingError, match=r"template 'act.txt' could not be unpacked .* only at home"
    ) as raised:
        list(
            render_many(with_filter(functions.AtHome()), [{"value": 1}] * 3, executor=pool, on_error=on_error)
        )
    assert "modules that the worker can import" in raised.value.__notes__[0]
    assert isinstance(raised.value.__cause__, ImportError)
    # and the pool goes on
    assert list(render_many(PAGE, [{"n": 1}], executor=pool)) == [PAGE.render(n=1)]


# --- workers that are lost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_error", ["raise", "return"])
def test_a_worker_that_dies_ends_it(spare: Executor, on_error: Any) -> None:
    with pytest.raises(BrokenProcessPool) as raised:
        list(render_many(with_filter(functions.die), [{"value": 1}] * 50, executor=spare, on_error=on_error))
    assert raised.value.__notes__ == ["while waiting for context 0"]


def test_an_exit_is_raised_as_one(spare: Executor) -> None:
    with pytest.raises(SystemExit) as raised:
        list(render_many(with_filter(functions.leave), [{"value": 4}], executor=spare, on_error="return"))
    assert raised.value.code == 4


def test_a_missing_template_is_told_with_its_name(pool: Executor) -> None:
    template = Environment(loader=DictLoader({"a": "{% include b %}"})).get_template("a")
    with pytest.raises(TemplateNotFoundError) as raised:
        list(render_many(template, [{"b": "nowhere"}], executor=pool))
    assert raised.value.name == "nowhere"


def _error_of(template: Any, context: dict[str, Any]) -> Exception:
    try:
        template.render(context)
    except Exception as error:
        return error
    raise AssertionError("it rendered")
