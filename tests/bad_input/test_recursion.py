"""Templates that call, include, import or extend themselves without end get an error, in every form of rendering."""

from __future__ import annotations

import pytest

from tests.bad_input import probe
from tests.bad_input.outcome import RENDERINGS
from tests.bad_input.recursion import ENDLESS, assert_ends_with_an_error


@pytest.mark.parametrize("form", RENDERINGS)
@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_ended_with_an_error(name: str, form: str) -> None:
    assert_ends_with_an_error(name, form)


DEEP = (
    "includes itself",
    "a macro calls itself",
    "a macro calls itself with a body",
    "a recursive loop",
    "a block writes itself",
    "a parent's block writes itself",
)
"""One of each kind of call."""


def test_it_is_ended_where_python_allows_ten_times_as_many_calls() -> None:
    assert probe.run("recur", 10_000, 400, *DEEP) == []


def test_it_is_ended_by_the_environment_where_python_would_let_the_stack_overflow() -> None:
    assert probe.run("recur", 100_000, 400, *DEEP) == []


def test_it_is_ended_by_python_where_the_environment_allows_any_number_of_calls() -> None:
    assert probe.run("recur", 1000, 10**9, *DEEP) == []


def test_it_is_ended_by_python_where_both_allow_many_calls() -> None:
    assert probe.run("recur", 10_000, 10**9, "a macro calls itself") == []
