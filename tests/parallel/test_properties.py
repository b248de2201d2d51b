"""For any contexts, workers and orders: the results are those of a loop, and failures are where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kida import DictLoader, Environment
from kida.parallel import RenderFailure, RenderRecord, render_many

TEMPLATE = Environment(
    loader=DictLoader(
        {
            "list": "{% from 'row' import row %}{% for item in items %}{{ row(item, loop.index) }}{% endfor %}",
            "row": "{% macro row(item, index) %}{{ index }}:{{ 60 // item }}<{{ title }}>{% endmacro %}",
        }
    ),
    globals={"title": "&"},
).get_template("list")

CONTEXTS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"items": st.lists(st.integers(-2, 5), max_size=4)}),
        st.just({}),
        st.just({"items": ["x"]}),
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(3) as executor:
        yield executor


def serial(contexts: list[dict[str, Any]]) -> list[Any]:
    results: list[Any] = []
    for context in contexts:
        try:
            results.append(TEMPLATE.render(context))
        except Exception as error:
            results.append((type(error), str(error)))
    return results


def shown(result: Any) -> Any:
    if isinstance(result, RenderFailure):
        return type(result.error), str(result.error)
    if isinstance(result, RenderRecord):
        return result.output if result.error is None else (type(result.error), str(result.error))
    return result


@settings(deadline=None)
@given(
    contexts=CONTEXTS,
    workers=st.integers(1, 6),
    ordered=st.booleans(),
    record=st.booleans(),
    given_executor=st.booleans(),
    endless=st.booleans(),
)
def test_results_are_those_of_a_loop(
    threads: Executor,
    contexts: list[dict[str, Any]],
    workers: int,
    ordered: bool,
    record: bool,
    given_executor: bool,
    endless: bool,
) -> None:
    results = list(
        render_many(  # type: ignore[call-overload]
            TEMPLATE,
            iter(contexts) if endless else contexts,
            executor=threads if given_executor else None,
            max_workers=workers,
            ordered=ordered,
            on_error="return",
            record=record,
        )
    )
    expected = serial(contexts)
    if ordered:
        assert [shown(result) for result in results] == expected
    else:
        assert sorted(map(repr, map(shown, results))) == sorted(map(repr, expected))
    failures = [result for result in results if isinstance(result, RenderFailure)]
    records = [result for result in results if isinstance(result, RenderRecord)]
    if record:
        assert sorted(result.index for result in records) == list(range(len(contexts)))
        assert all(shown(result) == expected[result.index] for result in records)
    else:
        assert sorted(failure.index for failure in failures) == [
            index for index, result in enumerate(expected) if not isinstance(result, str)
        ]
        assert all(failure.context is contexts[failure.index] for failure in failures)


@settings(deadline=None)
@given(contexts=CONTEXTS, workers=st.integers(1, 6))
def test_the_error_that_is_raised_is_the_first(contexts: list[dict[str, Any]], workers: int) -> None:
    expected = serial(contexts)
    wrong = next((index for index, result in enumerate(expected) if not isinstance(result, str)), None)
    texts: list[str] = []
    if wrong is None:
        texts.extend(render_many(TEMPLATE, contexts, max_workers=workers))
    else:
        with pytest.raises(expected[wrong][0]) as raised:
            texts.extend(render_many(TEMPLATE, contexts, max_workers=workers))
        assert f"while rendering context {wrong}" in raised.value.__notes__
        assert str(raised.value) == expected[wrong][1]
    assert texts == expected[:wrong]
