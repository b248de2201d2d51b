"""`kida.trace_of`: the frames of any exception, with what could be seen in each."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

import kida
from kida import DictLoader, Environment, TemplateTrace, Undefined, UndefinedError, trace_of
from tests.unit.positions.blame import FORMS, error_of, given, place_of, steps


def raised(call: Callable[[], Any]) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


# --- frames ------------------------------------------------------------------------------------------------------


def test_a_frame_says_all_of_its_place() -> None:
    error = error_of({"page": "a\n  {{ one }}{{ ⟦one\n / zero⟧ }}"}, **given())
    (frame,) = trace_of(error).frames
    assert (frame.kind, frame.name, frame.template, frame.filename) == ("template", None, "page", None)
    assert (frame.line, frame.column, frame.end_line, frame.end_column) == (2, 14, 3, 7)
    assert frame.source_line == "  {{ one }}{{ one"
    assert frame.region == (2, 14, 3, 7)
    assert frame.display_name == "page"


def test_the_frames_of_an_error_outside_of_templates_are_none() -> None:
    error = raised(lambda: int("a"))
    assert not trace_of(error)
    assert trace_of(error).frames == ()
    assert trace_of(error).innermost is None
    assert trace_of(ValueError("never raised")).frames == ()


def test_a_syntax_error_went_through_no_template() -> None:
    error = raised(lambda: Environment().from_string("{% nope %}"))
    assert trace_of(error).frames == ()


def test_a_syntax_error_of_an_included_template_is_called_from_the_including_one() -> None:
    error = error_of({"page": 'a\n{% include "part" %}', "part": "b\n{% nope %}"})
    assert steps(error) == ['template | page:2:11 | "part"']
    assert (error.template, error.lineno, error.column) == ("part", 2, 3)
    assert "called from page:2" in error.format_compact()


def test_the_applications_own_frames_around_a_render_are_left_out() -> None:
    def application() -> None:
        Environment().from_string("{{ 1 / 0 }}").render()

    assert steps(raised(application)) == ["template | <template>:1:3 | 1 / 0"]


def test_a_trace_is_read_while_the_exception_is_still_on_its_way() -> None:
    seen: list[list[str]] = []

    def watching(function: Any) -> str:
        try:
            return function()
        except ZeroDivisionError as error:
            seen.append(steps(error))
            return "caught"

    env = Environment(filters={"watching": watching})
    text = "{% macro m() %}{{ 1 / 0 }}{% endmacro %}{{ m | watching }}"
    assert env.from_string(text).render() == "caught"
    assert seen == [["macro m | <template>:1:18 | 1 / 0"]]


def test_an_error_caught_in_a_template_can_be_traced_from_there() -> None:
    seen: list[list[str]] = []
    env = Environment(filters={"traced": lambda error: seen.append(steps(error))})
    text = "{% try %}a\n{{ 1 / 0 }}{% fallback err %}{{ err | traced }}{% end %}"
    assert env.from_string(text).render() == "None"
    assert seen == [["template | <template>:2:3 | 1 / 0"]]


# --- functions of the user's -----------------------------------------------------------------------------------------


def innermost_function(value: int) -> float:
    shown = "a local of Python"
    assert shown
    return value / 0


def outer_function(value: int) -> float:
    return innermost_function(value)


def test_functions_of_the_users_are_told_with_their_file_and_line() -> None:
    env = Environment(filters={"f": outer_function})
    frames = trace_of(raised(lambda: env.from_string("{{ 1 | f }}").render())).frames
    assert [(frame.kind, frame.name) for frame in frames] == [
        ("template", None),
        ("python", "outer_function"),
        ("python", "innermost_function"),
    ]
    last = frames[-1]
    assert last.template is None
    assert last.filename == __file__
    assert last.source_line.strip() == "return value / 0"
    assert last.line == innermost_function.__code__.co_firstlineno + 3
    assert last.locals() == {"value": 1, "shown": "a local of Python"}


def test_the_innermost_template_frame_is_the_place_though_a_function_failed_below_it() -> None:
    env = Environment(filters={"f": outer_function})
    trace = trace_of(raised(lambda: env.from_string("{{ 1 }}{{ 1 | f }}").render()))
    assert trace.innermost is trace.frames[0]


@pytest.mark.parametrize(
    "text",
    [
        '{{ [1] | map("f") | list }}',
        "{{ {1: 2} | dictsort(by=3) }}",
        '{{ [bad] | join(",") }}',
        '{{ [1] | select("f") | first }}',
    ],
)
def test_the_engines_own_functions_are_no_steps(text: str) -> None:
    env = Environment(filters={"f": outer_function}, tests={"f": outer_function})
    trace = trace_of(raised(lambda: env.from_string(text).render(bad=given()["bad"])))
    for frame in trace.frames:
        assert "kida/" not in str(frame.filename).replace("tests/unit", "")


def test_a_filter_that_renders_another_template_is_in_the_middle_of_the_chain() -> None:
    env = Environment(loader=DictLoader({"inner": "a\n{% macro m() %}{{ 1 / x }}{% endmacro %}{{ m() }}"}))

    def shown(name: str) -> str:
        return env.get_template(name).render(x=0)

    env.add_filter("shown", shown)
    error = raised(lambda: env.from_string('b\n{{ "inner" | shown }}').render())
    assert steps(error) == [
        'template | <template>:2:3 | "inner" | shown',
        "python shown",
        "template | inner:2:43 | m()",
        "macro m | inner:2:18 | 1 / x",
    ]


def test_a_nested_render_of_another_environment_is_part_of_the_chain() -> None:
    other = Environment(loader=DictLoader({"page": "{{ missing }}"}))
    env = Environment(loader=DictLoader({"page": "a\n{{ other() }}"}))
    error = raised(lambda: env.get_template("page").render(other=lambda: other.render("page")))
    assert isinstance(error, UndefinedError)
    assert steps(error) == [
        "template | page:2:3 | other()",
        "python <lambda>",
        "template | page:1:3 | missing",
    ]


def test_an_error_caught_in_a_filter_and_raised_again_keeps_its_chain() -> None:
    env = Environment(loader=DictLoader({"inner": "{{ 1 / 0 }}"}))

    def again(name: str) -> str:
        try:
            return env.get_template(name).render()
        except ZeroDivisionError:
            raise

    env.add_filter("again", again)
    error = raised(lambda: env.from_string('{{ "inner" | again }}').render())
    assert [frame.kind for frame in trace_of(error)] == ["template", "python", "template"]
    assert place_of(error).text == "1 / 0"


def test_an_error_caught_in_a_filter_and_replaced_has_a_chain_of_its_own_and_one_of_its_cause() -> None:
    env = Environment(loader=DictLoader({"inner": "\n{{ 1 / 0 }}"}))

    def replaced(name: str) -> str:
        try:
            return env.get_template(name).render()
        except ZeroDivisionError as error:
            raise KeyError("replaced") from error

    env.add_filter("replaced", replaced)
    error = raised(lambda: env.from_string('{{ "inner" | replaced }}').render())
    assert isinstance(error, KeyError)
    assert steps(error) == ['template | <template>:1:3 | "inner" | replaced', "python replaced"]
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert steps(error.__cause__) == ["template | inner:2:3 | 1 / 0"]


@pytest.mark.parametrize("form", FORMS)
def test_the_cause_of_an_error_is_kept_by_every_form(form: str) -> None:
    def replaced(value: int) -> float:
        try:
            return value / 0
        except ZeroDivisionError as error:
            raise KeyError("replaced") from error

    error = error_of("{{ 1 | replaced }}", form=form, options={"filters": {"replaced": replaced}})
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert error.__suppress_context__


@pytest.mark.parametrize("form", FORMS)
def test_a_cause_that_was_denied_stays_denied(form: str) -> None:
    def replaced(value: int) -> float:
        try:
            return value / 0
        except ZeroDivisionError:
            raise KeyError("replaced") from None

    error = error_of("{{ 1 | replaced }}", form=form, options={"filters": {"replaced": replaced}})
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize("form", FORMS)
def test_what_was_being_handled_is_still_the_context(form: str) -> None:
    def replaced(value: int) -> float:
        try:
            return value / 0
        except ZeroDivisionError:
            raise KeyError("replaced")  # noqa: B904, this is about errors without a cause

    error = error_of("{{ 1 | replaced }}", form=form, options={"filters": {"replaced": replaced}})
    assert error.__cause__ is None
    assert isinstance(error.__context__, ZeroDivisionError)
    assert not error.__suppress_context__


def test_an_error_of_a_thread_that_a_filter_started_tells_its_own_frames() -> None:
    env = Environment(loader=DictLoader({"inner": "{{ 1 / 0 }}"}))
    seen: list[list[str]] = []

    def threaded(name: str) -> str:
        def work() -> None:
            seen.append(steps(raised(env.get_template(name).render)))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return "done"

    env.add_filter("threaded", threaded)
    assert env.from_string('{{ "inner" | threaded }}').render() == "done"
    assert seen == [["template | inner:1:3 | 1 / 0"]]


def test_the_members_of_an_exception_group_each_have_their_chain() -> None:
    env = Environment()

    def both(*macros: Any) -> None:
        raise ExceptionGroup("both", [raised(macro) for macro in macros])

    text = "{% macro a() %}{{ 1 / 0 }}{% endmacro %}{% macro b() %}\n{{ nope }}{% endmacro %}{{ both(a, b) }}"
    error = raised(lambda: env.from_string(text).render(both=both))
    assert isinstance(error, ExceptionGroup)
    assert place_of(error).text == "both(a, b)"
    assert [place_of(member).text for member in error.exceptions] == ["1 / 0", "nope"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_exception_passes_untouched_and_can_be_traced(kind: type[BaseException]) -> None:
    def stop() -> None:
        raise kind

    template = Environment().from_string("a\n{{ stop() }}")
    with pytest.raises(kind) as caught:
        template.render(stop=stop)
    assert steps(caught.value) == ["template | <template>:2:3 | stop()", "python stop"]
    assert not hasattr(caught.value, "__notes__")


# --- variables -------------------------------------------------------------------------------------------------------

LOCALS = {
    "a template's variables": ("{{ a }}{{ b }}{{ 1 / 0 }}", {"a": 1, "b": 2}),
    "a variable that is only named further on": ("{{ 1 / 0 }}{{ a }}", {"a": 1}),
    "what the template set": ("{% set x = a + 1 %}{{ 1 / 0 }}", {"a": 1, "x": 2}),
    "a variable that was set anew": ("{% set a = a + 1 %}{{ 1 / 0 }}", {"a": 2}),
    "a variable that is not set yet": ("{{ 1 / 0 }}{% set x = 1 %}", {}),
    "a loop's variables": ("{% for x in [7] %}{{ 1 / 0 }}{% endfor %}", {"x": 7}),
    "a loop's variables by unpacking": (
        "{% for x, (y, z) in [[7, [8, 9]]] %}{{ 1 / 0 }}{% endfor %}",
        {"x": 7, "y": 8, "z": 9},
    ),
    "a variable that a loop shadows": ("{% set x = 1 %}{% for x in [7] %}{{ 1 / 0 }}{% endfor %}", {"x": 7}),
    "a variable behind the loop that shadowed it": (
        "{% set x = 1 %}{% for x in [7] %}{% endfor %}{{ 1 / 0 }}",
        {"x": 1},
    ),
    "a loop in a loop": (
        "{% for x in [7] %}{% for x in [8] %}{{ 1 / 0 }}{% endfor %}{% endfor %}",
        {"x": 8},
    ),
    "behind the inner loop": (
        "{% for x in [7] %}{% for x in [8] %}{% endfor %}{{ 1 / 0 }}{% endfor %}",
        {"x": 7},
    ),
    "what a loop set": ("{% for x in [7] %}{% set y = x + 1 %}{{ 1 / 0 }}{% endfor %}", {"x": 7, "y": 8}),
    "a with": ("{% set x = 1 %}{% with x = 2, y = 3 %}{{ 1 / 0 }}{% endwith %}", {"x": 2, "y": 3}),
    "behind a with": ("{% set x = 1 %}{% with x = 2 %}{% endwith %}{{ 1 / 0 }}", {"x": 1}),
    "a block set": ("{% set x %}a{{ a }}{% endset %}{{ 1 / 0 }}", {"x": "a1", "a": 1}),
    "a name that Python keeps for itself": (
        "{% set class = 1 %}{% set def, is = 2, 3 %}{{ 1 / 0 }}".replace(", is", ", lambda"),
        {"class": 1, "def": 2, "lambda": 3},
    ),
    "a capture of a match": (
        "{% match [1, 2, 3] %}{% case [x, *rest] %}{{ 1 / 0 }}{% end %}",
        {"x": 1, "rest": [2, 3]},
    ),
    "a variable that let sets from inside a loop": (
        "{% let n = 0 %}{% for x in [7] %}{% let n = n + x %}{{ 1 / 0 }}{% endfor %}",
        {"n": 7, "x": 7},
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LOCALS)
def test_variables_are_told_by_the_names_they_have_in_the_template(name: str, form: str) -> None:
    text, expected = LOCALS[name]
    frame = trace_of(error_of(text, form=form, a=1, b=2)).frames[-1]
    assert {
        key: str(value) if key == "x" and value == "a1" else value for key, value in frame.locals().items()
    } == expected


MACRO_LOCALS = {
    "parameters": ("{% macro m(x, y=2) %}{{ 1 / 0 }}{% endmacro %}{{ m(1) }}", {"x": 1, "y": 2}),
    "a parameter that shadows": (
        "{% set x = 5 %}{% macro m(x) %}{{ 1 / 0 }}{% endmacro %}{{ m(1) }}",
        {"x": 1},
    ),
    "varargs and kwargs": (
        "{% macro m(x) %}{% set y = varargs, kwargs %}{{ 1 / 0 }}{% endmacro %}{{ m(1, 2, z=3) }}",
        {"x": 1, "varargs": (2,), "kwargs": {"z": 3}, "y": ((2,), {"z": 3})},
    ),
    "star parameters of a def": (
        "{% def m(x, *rest, k=1, **more) %}{{ 1 / 0 }}{% end %}{{ m(1, 2, z=3) }}",
        {"x": 1, "rest": (2,), "k": 1, "more": {"z": 3}},
    ),
    "a parameter that was set anew": (
        "{% macro m(x) %}{% set x = x + 1 %}{{ 1 / 0 }}{% endmacro %}{{ m(1) }}",
        {"x": 2},
    ),
    "a loop in a macro": (
        "{% macro m(x) %}{% for x in [x + 1] %}{{ 1 / 0 }}{% endfor %}{% endmacro %}{{ m(1) }}",
        {"x": 2},
    ),
    "a variable of the template that a macro uses": (
        "{% set t = 5 %}{% macro m(x) %}{{ t }}{{ 1 / 0 }}{% endmacro %}{{ m(1) }}",
        {"x": 1, "t": 5},
    ),
    "parameters of a call's body": (
        "{% macro m() %}{{ caller(4) }}{% endmacro %}{% call(z) m() %}{{ 1 / 0 }}{% endcall %}",
        {"z": 4},
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", MACRO_LOCALS)
def test_the_variables_of_a_macro_are_its_own(name: str, form: str) -> None:
    text, expected = MACRO_LOCALS[name]
    found = trace_of(error_of(text, form=form)).frames[-1].locals()
    assert {key: found.get(key, "no value") for key in expected} == expected


def test_every_frame_of_the_chain_has_its_own_variables() -> None:
    text = "{% macro m(x) %}{{ 1 / x }}{% endmacro %}{% for y in [0] %}{{ m(y) }}{% endfor %}"
    outer, inner = trace_of(error_of(text)).frames
    assert outer.locals()["y"] == 0
    assert "x" not in outer.locals()
    assert inner.locals() == {"x": 0}


def test_an_included_template_has_the_variables_it_was_given() -> None:
    error = error_of(
        {"page": "{% set x = 1 %}{% include 'part' %}", "part": "{% set y = 2 %}{{ x }}{{ 1 / 0 }}"}
    )
    assert trace_of(error).frames[-1].locals() == {"x": 1, "y": 2}


def test_a_block_has_the_variables_it_sees() -> None:
    text = "{% set x = 1 %}{% block b %}{% set y = 2 %}{{ x }}{{ 1 / 0 }}{% endblock %}"
    assert trace_of(error_of(text)).frames[-1].locals() == {"x": 1, "y": 2}


def test_a_loops_own_object_is_among_the_variables_where_it_is_used() -> None:
    text = "{% for x in [7, 8] %}{{ loop.index }}{{ 1 / (8 - x) }}{% endfor %}"
    found = trace_of(error_of(text)).frames[-1].locals()
    assert found["x"] == 8
    assert found["loop"].index == 2


def test_an_undefined_variable_is_told_as_undefined() -> None:
    found = trace_of(error_of("{{ missing }}")).frames[-1].locals()
    assert list(found) == ["missing"]
    assert isinstance(found["missing"], Undefined)


@pytest.mark.parametrize("form", FORMS)
def test_the_variables_of_and_around_a_comprehension_are_told(form: str) -> None:
    text = "{% set y = 1 %}{{ [x / 0 for x in [7]] }}{{ y }}"
    found = trace_of(error_of(text, form=form)).frames[-1].locals()
    assert found.pop("y") == 1
    # since PEP 709 a comprehension's variable is gone before its error is seen
    assert found == ({"x": 7} if sys.version_info < (3, 12) else {})


@pytest.mark.parametrize("form", FORMS)
def test_a_variable_that_a_comprehension_shadowed_is_not_told_as_the_comprehensions(form: str) -> None:
    text = "{% set x = 1 %}{% set ys = [x for x in [7]] %}{{ x / 0 }}"
    assert trace_of(error_of(text, form=form)).frames[-1].locals()["x"] == 1


@pytest.mark.parametrize("form", FORMS)
def test_in_a_loops_else_the_loops_variable_is_over(form: str) -> None:
    text = "{% set x = 1 %}{% for x in [] %}{% else %}{{ x / 0 }}{% endfor %}"
    assert trace_of(error_of(text, form=form)).frames[-1].locals() == {"x": 1}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_block_exported_is_told(form: str) -> None:
    text = "{% block b %}{% export x = 1 %}{{ x / 0 }}{% endblock %}"
    assert trace_of(error_of(text, form=form)).frames[-1].locals() == {"x": 1}


@pytest.mark.parametrize("form", FORMS)
def test_the_variables_around_a_loops_condition_are_told_too(form: str) -> None:
    text = "{% set y = 1 %}{% for x in [7] if x / 0 %}{% endfor %}{{ y }}"
    assert trace_of(error_of(text, form=form)).frames[-1].locals() == {"x": 7, "y": 1}


@pytest.mark.parametrize("form", FORMS)
def test_the_variables_around_a_recursive_loop_are_told_too(form: str) -> None:
    text = "{% set y = 1 %}{% for x in [7] recursive %}{{ x / 0 }}{{ loop([]) }}{% endfor %}{{ y }}"
    found = trace_of(error_of(text, form=form)).frames[-1].locals()
    assert (found["x"], found["y"]) == (7, 1)


def test_no_name_of_the_engines_own_is_among_the_variables() -> None:
    text = (
        "{% set ns = namespace(a=1) %}{% macro m(x) %}{{ caller() }}{% endmacro %}"
        "{% for x in [1] if x %}{% for y in [1] recursive %}{% set z %}a{% endset %}{% call m(x ?? 1) %}"
        "{% match x %}{% case v if v %}{{ loop.index }}{{ 1 / 0 }}{% end %}{% endcall %}{% endfor %}{% endfor %}"
    )
    for frame in trace_of(error_of(text)).frames:
        assert all(name.isidentifier() for name in frame.locals())
        assert set(frame.locals()) <= {"ns", "m", "x", "y", "z", "v", "loop", "caller", "namespace"}


# --- the trace as a value --------------------------------------------------------------------------------------------


def turns(template: str, **context: Any) -> list[tuple[str, int, int | None]]:
    error = raised(lambda: Environment().render_string(template, context))
    return [(turn.target, turn.line, turn.index) for turn in trace_of(error).frames[-1].loops()]


def test_a_frame_tells_the_turns_of_the_loops_around() -> None:
    nested = "{% for x in xs %}\n{% for y in [1, 2, 3] %}{{ 1 / (x - y) }}{% end %}{% end %}"
    assert turns(nested, xs=(5, 3)) == [("x", 1, 2), ("y", 2, 3)]
    assert turns("{% for k, v in xs %}{{ 1 / v }}{{ loop.index }}{% end %}", xs={1: 2, 2: 0}.items()) == [
        ("k, v", 1, 2)
    ]


def test_a_turn_that_only_an_iterator_knows_is_none() -> None:
    assert turns("{% for x in xs %}{{ 1 / x }}{% end %}", xs=iter({2: 1, 0: 1})) == [("x", 1, None)]
    assert turns("{% for x in xs if x < 2 %}{{ 1 / x }}{% end %}", xs=[5, 0]) == [("x", 1, None)]


def test_an_error_behind_a_loop_or_in_what_it_runs_over_is_in_no_turn() -> None:
    assert turns("{% for x in xs %}{{ x }}{% end %}{{ 1 / 0 }}", xs=[1]) == []
    assert turns("{% for x in 1 / 0 %}{{ x }}{% end %}") == []


def test_a_loop_that_calls_a_macro_is_in_the_callers_frame_alone() -> None:
    text = "{% macro m(v) %}{{ 1 / v }}{% end %}{% for x in [1, 0] %}{{ m(x) }}{% end %}"
    error = raised(lambda: Environment().render_string(text))
    assert [[turn.index for turn in frame.loops()] for frame in trace_of(error).frames] == [[2], []]


def test_a_detached_trace_pickles_and_has_no_variables() -> None:
    trace = trace_of(error_of("{% set x = 1 %}{{ 1 / 0 }}")).detached()
    revived = pickle.loads(pickle.dumps(trace))
    assert isinstance(revived, TemplateTrace)
    assert steps(revived) == steps(trace) == ["template | page:1:18 | 1 / 0"]
    assert revived.frames[0].locals() == {}
    assert revived.frames[0].snippet == trace.frames[0].snippet


def test_a_trace_is_a_sequence_of_its_frames() -> None:
    trace = trace_of(error_of("{% macro m() %}{{ 1 / 0 }}{% endmacro %}{{ m() }}"))
    assert len(trace) == 2
    assert tuple(trace) == trace.frames
    assert trace.innermost is trace.frames[-1]


def test_an_endless_macro_is_told_by_its_two_ends() -> None:
    error = error_of("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")
    assert isinstance(error, kida.TemplateRuntimeError)
    assert place_of(error).text == "m()"
    assert len(error.format_compact().splitlines()) < 60


def test_an_error_deep_in_recursion_has_its_whole_chain() -> None:
    error = error_of("{% macro m(n) %}{{ m(n - 1) if n else 1 / n }}{% endmacro %}{{ m(50) }}")
    assert len(trace_of(error)) == 52
    assert len("".join(error.__notes__)) < 2000
