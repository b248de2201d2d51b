"""Random cases of the differential tests give the same text or error traced as plain, and their segments tile it."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import kida
from tests.differential.grammar import Case
from tests.differential.oracle import _seen, _shown, time_limit, without_addresses
from tests.differential.run import SECONDS_PER_CASE, case_number
from tests.differential.values import value_of

from .reading import assert_tiled

SEED = 7
CASES = 200
BATCH = 50


def prepared(case: Case) -> tuple[kida.Template, dict[str, Any]]:
    environment = kida.Environment(
        loader=kida.DictLoader(dict(case.templates)),
        undefined=getattr(kida, case.undefined),
        finalize=_shown if case.finalize else None,
        **{"autoescape": False, **case.options},
    )
    extra = {"template": environment.get_template, "seen": kida.pass_context(_seen)}
    context = {name: value_of(text, extra) for name, text in case.context.items()}
    return environment.get_template(case.main), context


def plain(case: Case) -> str:
    template, context = prepared(case)
    return asyncio.run(template.render_async(context)) if case.is_async else template.render(context)


def traced(case: Case) -> str:
    template, context = prepared(case)
    trace = (
        asyncio.run(kida.trace_render_async(template, context)) if case.is_async else template.trace(context)
    )
    assert_tiled(trace)
    assert all(one.count > 0 for one in trace.values)
    assert all(call.own_seconds > -1e-9 for root in trace.spans for call in root.walk())
    return trace.output


def answer(render: Callable[[Case], str], case: Case) -> tuple[str, str]:
    try:
        return "text", without_addresses(render(case))
    except AssertionError:
        raise
    except Exception as error:
        return type(error).__name__, without_addresses(str(error))


@pytest.mark.thread_unsafe(reason="a time limit is a signal, which the main thread alone gets")
@pytest.mark.parametrize("first", range(0, CASES, BATCH))
def test_a_random_template_answers_traced_as_it_does_plain(first: int) -> None:
    texts = 0
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # Python warns of `1()` in compiled code; random templates say such things
        for number in range(first, first + BATCH):
            case = case_number(SEED, number)
            with time_limit(SECONDS_PER_CASE):
                expected = answer(plain, case)
            with time_limit(SECONDS_PER_CASE):
                assert answer(traced, case) == expected, f"case {number} of seed {SEED}: {case!r}"
            texts += expected[0] == "text"
    assert texts > BATCH / 3
