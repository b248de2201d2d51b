"""`render_many` on Dask's and ipyparallel's executors, for real."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path
from pickle import PicklingError
from threading import Lock
from typing import Any

import pytest

from kida import DictLoader, Environment, trace_of
from kida.parallel import IN_FLIGHT_PER_WORKER, RemoteError, RenderFailure, render_many
from tests.parallel import functions

PAGE = Environment(
    loader=DictLoader(
        {
            "page.html": "{% import 'parts.html' as parts %}{{ parts.share(n)|shout }}",
            "parts.html": "{% macro share(n) %}a{{ 12 // n }}{% endmacro %}",
        }
    ),
    filters={"shout": functions.shout},
).get_template("page.html")

pytestmark = [
    # the libraries' own: sockets that the garbage collector closes, and what they call of each other
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize("ordered", [True, False])
def test_texts_are_those_of_a_serial_render(cluster: Executor, ordered: bool) -> None:
    contexts = [{"n": n} for n in range(1, 30)]
    texts = list(render_many(PAGE, contexts, executor=cluster, ordered=ordered))
    expected = [PAGE.render(context) for context in contexts]
    assert (texts if ordered else sorted(texts)) == (expected if ordered else sorted(expected))


def test_they_are_rendered_by_the_clusters_processes(cluster: Executor) -> None:
    records = list(render_many(PAGE, [{"n": 1}] * 8, executor=cluster, record=True))
    processes = {record.worker.process for record in records if record.worker is not None}
    assert processes
    assert os.getpid() not in processes
    assert all(record.started <= record.ended for record in records)


def test_equal_contexts_are_rendered_each_and_every_time(cluster: Executor, tmp_path: Path) -> None:
    template = Environment(filters={"count_up": functions.count_up}).from_string("{{ path|count_up }}")
    contexts = [{"path": str(tmp_path / "counted")}] * 6
    for _ in range(2):
        records = list(render_many(template, contexts, executor=cluster, record=True))
        assert len({(record.worker, record.started) for record in records}) == 6
    assert (tmp_path / "counted").read_text(encoding="utf-8") == "x\n" * 12


def test_functions_that_no_module_has_travel_too(cluster: Executor) -> None:
    template = Environment(filters={"double": lambda value: value * 2}).from_string("{{ n|double }}{{ f() }}")
    contexts = [{"n": n, "f": lambda: "!"} for n in range(4)]
    assert list(render_many(template, contexts, executor=cluster)) == ["0!", "2!", "4!", "6!"]


def test_errors_come_home_with_their_traces_in_their_places(cluster: Executor) -> None:
    contexts = [{"n": n} for n in (1, 0, 2, "x")]
    first, zero, second, word = render_many(PAGE, contexts, executor=cluster, on_error="return")
    assert (first, second) == ("A12!", "A6!")
    assert isinstance(zero, RenderFailure)
    assert isinstance(word, RenderFailure)
    assert (type(zero.error), type(word.error)) == (ZeroDivisionError, TypeError)
    with pytest.raises(ZeroDivisionError) as here:
        PAGE.render(n=0)
    described = [frame.describe() for frame in trace_of(here.value)]
    assert [frame.describe() for frame in trace_of(zero.error)] == described
    assert described[-1].startswith("in macro share at parts.html")
    assert zero.error.__notes__ == here.value.__notes__


def test_the_first_error_is_raised_and_names_its_context(cluster: Executor) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        list(render_many(PAGE, [{"n": n} for n in (1, 2, 0, 3)], executor=cluster))
    assert raised.value.__notes__[-1] == "while rendering context 2"


def test_an_error_that_does_not_pickle_is_told_in_words(cluster: Executor) -> None:
    template = Environment(filters={"act": functions.fail_unpicklable}).from_string("{{ 1|act }}")
    [failure] = render_many(template, [{}], executor=cluster, on_error="return")
    assert isinstance(failure, RenderFailure)
    assert isinstance(failure.error, RemoteError)
    assert str(failure.error) == "tests.parallel.functions.Unpicklable: no way home"


def test_a_template_that_does_not_pickle_is_told_of_by_its_part(cluster: Executor) -> None:
    template = Environment().from_string("{{ lock }}", globals={"lock": Lock()})
    with pytest.raises(PicklingError, match="own global 'lock' does not pickle"):
        list(render_many(template, [{}], executor=cluster))


def test_a_context_that_does_not_pickle_fails_alone(cluster: Executor) -> None:
    contexts: list[dict[str, Any]] = [{"n": 1}, {"n": Lock()}, {"n": functions.Breaks()}, {"n": 2}]
    first, locked, broken, last = render_many(PAGE, contexts, executor=cluster, on_error="return")
    assert (first, last) == ("A12!", "A6!")
    assert isinstance(locked, RenderFailure)
    assert locked.index == 1
    assert isinstance(broken, RenderFailure)
    assert isinstance(broken.error, LookupError)


def test_contexts_without_end_stay_bounded_and_can_be_left(cluster: Executor) -> None:
    taken = 0

    def contexts() -> Iterator[dict[str, Any]]:
        nonlocal taken
        while True:
            taken += 1
            yield {"n": 1}

    texts = render_many(PAGE, contexts(), executor=cluster, max_workers=2)
    for given, text in enumerate(islice(texts, 40), 1):
        assert text == "A12!"
        assert taken - given < 2 * IN_FLIGHT_PER_WORKER
    texts.close()
    # and the cluster goes on
    assert list(render_many(PAGE, [{"n": 3}], executor=cluster)) == ["A4!"]


def test_asynchronous_templates_are_rendered_there(cluster: Executor) -> None:
    template = Environment(globals={"numbers": functions.numbers}).from_string(
        "{% async for n in numbers(count) %}{{ n }}{% endfor %}"
    )
    assert list(render_many(template, [{"count": 3}] * 3, executor=cluster)) == ["012"] * 3
