"""The budget of a traced render: what ends it, and what it leaves unharmed."""

from __future__ import annotations

import time
from itertools import count
from threading import Barrier, Thread
from typing import Any

import pytest

import kida
from kida import Budget, BudgetExceededError

ENDLESS = "{% while true %}{% endwhile %}"
BRIEF = Budget(seconds=0.02)


def trace(source: str, budget: Budget | None, /, **context: Any) -> kida.RenderTrace:
    return kida.trace_render(kida.Environment().from_string(source), context, budget=budget)


@pytest.mark.parametrize(
    "source",
    [
        ENDLESS,
        "{% while true %}x{% endwhile %}",
        "{% while true %}{% continue %}{% endwhile %}",
        "{% for i in range(10 ** 12) %}{% endfor %}",
        "{% for i in range(10 ** 12) %}{% continue %}{% endfor %}",
        "{% for i in range(10 ** 12) %}{{ i }}{% endfor %}",
        "{% set t %}{% for i in range(10 ** 12) %}{{ i }}{% endfor %}{% endset %}",
        "{% macro m() %}{% while true %}x{% endwhile %}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% endmacro %}{% for i in range(10 ** 12) %}{{ m() }}{% endfor %}",
        "{% block b %}{% while true %}{% endwhile %}{% endblock %}",
        "{% for i in range(10 ** 12) recursive %}{{ loop([]) }}{% endfor %}",
        "{% for i in range(10 ** 12) if false %}{% endfor %}",
        "{% for i in range(10 ** 12) if i < 0 %}{{ loop.index }}{% endfor %}",
        "{% for i in range(10 ** 12) if true %}{{ loop.length }}{% endfor %}",
        "{{ [i for i in range(10 ** 12) if i < 0] }}",
        "{{ {i: i for i in range(10 ** 12) if i < 0} }}",
        "{{ [0 for i in range(10 ** 6) for j in range(10 ** 6) if j < 0] }}",
        "{{ range(10 ** 12)|sum }}",
        "{{ range(10 ** 12)|max }}",
        "{{ range(10 ** 12)|select('lt', 0)|list }}",
        "{{ range(10 ** 12)|map('abs')|unique|select('lt', 0)|join }}",
        "{% for i in range(10 ** 12)|reject('ge', 0) %}{% endfor %}",
        "{% for i in range(10 ** 12)|batch(7)|select('string') %}{% endfor %}",
    ],
)
def test_what_has_no_end_is_ended(source: str) -> None:
    with pytest.raises(BudgetExceededError, match=r"longer than the 0\.02 seconds"):
        trace(source, BRIEF)


def test_loops_of_few_turns_inside_each_other_are_ended() -> None:
    source = "".join(f"{{% for v{i} in range(15) %}}" for i in range(12)) + "{% endfor %}" * 12
    with pytest.raises(BudgetExceededError):
        trace(source, BRIEF)


def test_comprehensions_of_few_items_inside_each_other_are_ended() -> None:
    clauses = " ".join(f"for v{i} in range(15)" for i in range(12))
    with pytest.raises(BudgetExceededError):
        trace(f"{{{{ [0 {clauses} if v11 > 99] }}}}", BRIEF)


def test_an_iterator_without_end_is_ended_in_a_filter() -> None:
    with pytest.raises(BudgetExceededError):
        trace("{{ numbers|select('lt', 0)|first }}", BRIEF, numbers=count())


@pytest.mark.parametrize(
    "source",
    [
        "{{ range(5)|sum }} {{ range(5)|max }} {{ range(5)|list }} {{ range(0)|list }} {{ range(0)|map('nope')|list }}",
        "{{ range(5)|select('odd')|list }} {{ range(6)|batch(4)|list }} {{ range(5)|slice(2)|list }}",
        "{{ range(5)|first }} {{ range(5)|last }} {{ range(5)|length }} {{ range(5)|reverse|list }}",
        "{{ numbers()|sort(reverse=true) }} {{ numbers()|join('-') }} {{ numbers()|unique|list }} {{ numbers()|min }}",
        "{{ [i for i in range(5) if i != 2] }} {{ {i: j for i in 'ab' for j in numbers()} }}",
        "{% for i in numbers() if i > 1 %}{{ loop.index }}/{{ loop.length }} {{ i }};{% endfor %}",
        "{% for i in range(5) if i > 9 %}{% else %}none{% endfor %}",
    ],
)
def test_what_ends_within_its_time_is_as_without_a_budget(source: str) -> None:
    template = kida.Environment().from_string(source)
    context = {"numbers": lambda: iter([3, 1, 2, 3])}
    traced = kida.trace_render(template, context, budget=Budget(seconds=60))
    assert traced.output == template.render(context)


@pytest.mark.parametrize(
    "source",
    [
        "{{ [i for i in 5] }}",
        "{{ [j for i in [1] for j in i] }}",
        "{% for i in 5 if i %}{% endfor %}",
        "{{ 5|list }}",
        "{{ range(3)|list(1, 2, 3) }}",
        "{{ numbers|sum(no=1) }}",
        "{{ range(3)|map(nope=1)|list }}",
        "{{ range(3)|map('no_such')|list }}",
        "{{ ['a']|sum }}",
        "{{ numbers|sum(start='a') }}",
    ],
)
def test_what_fails_fails_as_without_a_budget(source: str) -> None:
    template = kida.Environment().from_string("\n" + source)
    with pytest.raises(Exception) as plain:
        template.render(numbers=iter([1, 2]))
    with pytest.raises(Exception) as traced:
        kida.trace_render(template, {"numbers": iter([1, 2])}, budget=Budget(seconds=60))
    assert type(traced.value) is type(plain.value)
    assert str(traced.value) == str(plain.value)
    places = [
        [
            (f.kind, f.line, f.column, f.end_column)
            for f in kida.trace_of(e.value).frames
            if f.kind != "python"
        ]
        for e in (traced, plain)
    ]
    assert places[0] == places[1]


def test_what_is_left_unread_may_be_read_when_the_time_is_over() -> None:
    kept: list[Any] = []
    environment = kida.Environment()
    environment.add_filter("hand_out", lambda value: kept.append(value) or "")
    template = environment.from_string("{{ range(1000)|select|hand_out }}")
    kida.trace_render(template, budget=Budget(seconds=0.5))
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        pass
    assert len(list(kept[0])) == 999


def test_macros_that_call_each_other_ever_more_often_are_ended() -> None:
    source = "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}"
    with pytest.raises(BudgetExceededError):
        trace(source, BRIEF)


def test_filters_that_take_their_time_are_ended_between_two_of_them() -> None:
    environment = kida.Environment()
    calls: list[int] = []

    def slow(value: int) -> str:
        calls.append(value)
        until = time.monotonic() + 0.03
        while time.monotonic() < until:
            pass
        return str(value)

    environment.add_filter("slow", slow)
    template = environment.from_string("{{ 1|slow }}{{ 2|slow }}{{ 3|slow }}")
    with pytest.raises(BudgetExceededError):
        kida.trace_render(template, budget=BRIEF)
    assert calls == [1]


def test_functions_that_take_their_time_are_ended_after_a_few_turns() -> None:
    calls: list[int] = []

    def slow() -> str:
        calls.append(1)
        until = time.monotonic() + 0.03
        while time.monotonic() < until:
            pass
        return "x"

    with pytest.raises(BudgetExceededError):
        trace("{% for i in range(1000) %}{{ slow() }}{% endfor %}", Budget(seconds=0.05), slow=slow)
    assert len(calls) <= 3


def test_a_budget_that_suffices_changes_nothing() -> None:
    source = "{% macro m(x) %}<{{ x }}>{% endmacro %}{% for i in range(100) %}{{ m(i) }}{% endfor %}"
    with_budget = trace(source, Budget(seconds=60, characters=100_000))
    without = trace(source, None)
    assert with_budget.output == without.output
    assert with_budget.segments[-1].end == without.segments[-1].end


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'x' * 101 }}",
        "x" * 101,
        "{% for i in range(101) %}x{% endfor %}",
        "{% set t %}{{ 'x' * 101 }}{% endset %}",
        "{% macro m() %}{{ 'x' * 101 }}{% endmacro %}{% if m() %}{% endif %}",
        "{% for i in range(2) %}{% set t %}{{ 'x' * 51 }}{% endset %}{% endfor %}",
    ],
)
def test_what_writes_more_than_it_may_is_refused(source: str) -> None:
    with pytest.raises(BudgetExceededError, match="more than the 100 characters"):
        trace(source, Budget(characters=100))


def test_what_writes_as_much_as_it_may_is_not_refused() -> None:
    assert len(trace("{{ 'x' * 100 }}", Budget(characters=100)).output) == 100
    assert len(trace("{% set t %}{{ 'x' * 50 }}{% endset %}{{ t }}", Budget(characters=100)).output) == 50


def test_characters_that_a_capture_writes_count_again_where_they_are_written() -> None:
    with pytest.raises(BudgetExceededError):
        trace("{% set t %}{{ 'x' * 51 }}{% endset %}{{ t }}", Budget(characters=100))


def test_how_long_a_render_takes_does_not_change_how_many_characters_it_wrote() -> None:
    def slow() -> str:
        until = time.monotonic() + 0.006  # long enough that the budget is looked at in between
        while time.monotonic() < until:
            pass
        return "x" * 10

    source = "{% macro m() %}{% for i in range(5) %}{{ slow() }}{% endfor %}{% endmacro %}{{ m() }}"
    assert len(trace(source, Budget(characters=100), slow=slow).output) == 50
    with pytest.raises(BudgetExceededError):
        trace(source, Budget(characters=99), slow=slow)


def test_an_endless_loop_that_writes_is_ended_by_its_characters() -> None:
    with pytest.raises(BudgetExceededError, match="more than the 10,000 characters"):
        trace("{% while true %}0123456789{% endwhile %}", Budget(characters=10_000))


def test_recursion_without_end_is_an_error_of_recursion() -> None:
    source = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"
    with pytest.raises(kida.TemplateRuntimeError) as plain:
        kida.Environment().from_string(source).render()
    with pytest.raises(kida.TemplateRuntimeError) as traced:
        trace(source, Budget(seconds=60, characters=1000))
    assert not isinstance(traced.value, BudgetExceededError)
    assert (traced.value.code, traced.value.message) == (plain.value.code, plain.value.message)


def test_the_error_has_a_code_a_hint_and_the_place() -> None:
    with pytest.raises(BudgetExceededError) as caught:
        trace("\n{% for i in [1] %}\n{% while true %}{% endwhile %}{% endfor %}", BRIEF)
    error = caught.value
    assert isinstance(error, kida.TemplateRuntimeError)
    assert error.code is not None
    assert error.code.value == "K-RUN-016"
    assert error.hint is not None
    frame = kida.trace_of(error).innermost
    assert frame is not None
    assert frame.line == 3


def test_a_try_that_catches_the_error_does_not_get_more_time() -> None:
    source = "{% while true %}{% try %}{% while true %}{% endwhile %}{% fallback %}{% endtry %}{% endwhile %}"
    with pytest.raises(BudgetExceededError):
        trace(source, BRIEF)


def test_a_budget_ends_with_its_render() -> None:
    environment = kida.Environment(autoescape=False)
    template = environment.from_string("{% for i in range(n) %}{{ i }}{% endfor %}")
    with pytest.raises(BudgetExceededError):
        kida.trace_render(template, {"n": 1000}, budget=Budget(characters=10))
    expected = "".join(map(str, range(1000)))
    assert template.render(n=1000) == expected
    assert template.trace(n=1000).output == expected
    assert kida.trace_render(template, {"n": 1000}, budget=Budget(characters=5000)).output == expected


def test_what_a_render_that_was_ended_left_is_not_in_the_next() -> None:
    template = kida.Environment().from_string("{% for i in xs %}{{ i }}{% endfor %}")
    with pytest.raises(BudgetExceededError):
        kida.trace_render(template, {"xs": "abcdef"}, budget=Budget(characters=3))
    trace_after = kida.trace_render(template, {"xs": "xy"}, budget=Budget(characters=3))
    assert trace_after.output == "xy"
    assert [one.value for one in trace_after.values] == ["xy", "y"]


def test_a_budget_does_not_reach_other_threads() -> None:
    template = kida.Environment(autoescape=False).from_string("{% for i in range(n) %}{{ i }},{% endfor %}")
    barrier = Barrier(3)
    answers: dict[str, Any] = {}

    def render(name: str, budget: Budget | None, count: int) -> None:
        barrier.wait()
        try:
            answers[name] = len(kida.trace_render(template, {"n": count}, budget=budget).output)
        except BudgetExceededError as error:
            answers[name] = error

    works = [("ended", BRIEF, 10**12), ("free", None, 5_000), ("few", Budget(characters=10**6), 5_000)]
    threads = [Thread(target=render, args=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert isinstance(answers["ended"], BudgetExceededError)
    assert answers["free"] == answers["few"] == len("".join(f"{i}," for i in range(5_000)))


def test_macros_called_when_the_render_is_over_have_no_budget() -> None:
    kept: list[Any] = []
    environment = kida.Environment(autoescape=False)

    def hand_out(macro: Any) -> str:
        kept.append(macro)
        return ""

    environment.add_filter("hand_out", hand_out)
    template = environment.from_string(
        "{% macro m() %}{% for i in range(99) %}xy{% endfor %}{% endmacro %}{{ m|hand_out }}"
    )
    kida.trace_render(template, budget=Budget(seconds=10, characters=5))
    assert kept[0]() == "xy" * 99
