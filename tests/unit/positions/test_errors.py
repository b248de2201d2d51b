"""What errors say of themselves: the engine's own by their attributes, those of others by one note."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import kida
from kida import (
    DictLoader,
    Environment,
    FileSystemLoader,
    TemplateError,
    TemplateNotFoundError,
    TemplateRuntimeError,
    TemplatesNotFound,
    TemplateSyntaxError,
    UndefinedError,
    trace_of,
)
from tests.unit.positions.blame import FORMS, error_of, given, place_of, steps

CARD = {
    "page": '{% import "lib" as lib %}\n<p>\n{{ lib.card(item) }}',
    "lib": "{% macro card(x) %}\n  <b>{{ x.price / x.count }}</b>\n{% endmacro %}",
}
ITEM = {"item": {"price": 1, "count": 0}}


def raised(call: Callable[[], Any]) -> Exception:
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


# --- errors of others ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_foreign_error_keeps_its_type_and_gets_one_note_with_place_macro_and_caller(form: str) -> None:
    error = error_of(CARD, form=form, **ITEM)
    assert type(error) is ZeroDivisionError
    assert error.args == ("division by zero",)
    assert error.__notes__ == ["in template lib 2:9, in macro card, called from page 3:4"]


def test_the_note_of_a_macro_called_from_a_module_names_the_macro() -> None:
    env = Environment(loader=DictLoader(CARD))
    error = raised(lambda: env.get_template("lib").module.card(ITEM["item"]))
    assert error.__notes__ == ["in template lib 2:9, in macro card"]


def test_the_note_of_a_block_names_the_block() -> None:
    error = error_of(
        {
            "page": '{% extends "base" %}{% block b %}{{ 1 / 0 }}{% endblock %}',
            "base": "\n{% block b %}{% endblock %}",
        }
    )
    assert error.__notes__ == [
        "in template page 1:37, in block b, called from base 2:4, called from page 1:12"
    ]


def test_the_note_of_a_file_names_the_template_and_not_the_path(tmp_path: Any) -> None:
    (tmp_path / "page.html").write_text("a\n{{ 1 / 0 }}")
    error = raised(Environment(loader=FileSystemLoader(tmp_path)).get_template("page.html").render)
    assert error.__notes__ == ["in template page.html 2:4"]


def test_the_note_is_one_line_though_names_have_several() -> None:
    env = Environment(loader=DictLoader({"a\nb": "{{ 1 / 0 }}"}))
    (note,) = raised(env.get_template("a\nb").render).__notes__
    assert "\n" not in note


@pytest.mark.parametrize("form", FORMS)
def test_a_foreign_error_of_a_nested_render_has_one_note_that_knows_the_whole_chain(form: str) -> None:
    env = Environment(loader=DictLoader({"inner": "a\n{{ 1 / 0 }}"}))
    options = {"filters": {"shown": lambda name: env.get_template(name).render()}}
    error = error_of('{{ "inner" | shown }}', form=form, options=options)
    assert error.__notes__ == ["in template inner 2:4, called from page 1:4"]


def test_notes_of_the_users_own_stay() -> None:
    def noted() -> None:
        error = ValueError("a")
        error.add_note("mine")
        raise error

    error = error_of("{{ noted() }}", noted=noted)
    assert error.__notes__ == ["mine", "in template page 1:4"]


def test_an_error_that_is_raised_again_and_again_has_one_note() -> None:
    error = ValueError("one and the same")

    def again() -> None:
        raise error

    template = Environment().from_string("{{ again() }}", name="page")
    for _ in range(3):
        assert raised(lambda: template.render(again=again)) is error
    assert len(error.__notes__) == 1


def test_an_error_with_slots_or_a_strange_constructor_is_noted_all_the_same() -> None:
    class Strange(Exception):
        __slots__ = ("a", "b")

        def __init__(self, a: int, *, b: int) -> None:
            self.a, self.b = a, b

    def strange() -> None:
        raise Strange(1, b=2)

    error = error_of("{{ strange() }}", strange=strange)
    assert isinstance(error, Strange)
    assert (error.a, error.b) == (1, 2)
    assert error.__notes__ == ["in template page 1:4"]


def test_an_error_that_refuses_notes_still_passes_as_itself() -> None:
    @dataclass(frozen=True)
    class FrozenError(Exception):
        number: int

    def frozen() -> None:
        raise FrozenError(1)

    error = error_of("{{ frozen() }}", frozen=frozen)
    assert error == FrozenError(1)
    assert steps(error)[0] == "template | page:1:3 | frozen()"


def test_an_error_caught_in_the_template_leaves_no_note_anywhere() -> None:
    caught: list[Exception] = []
    env = Environment(filters={"keep": caught.append})
    assert (
        env.from_string("{% try %}{{ 1 / 0 }}{% fallback err %}{% do err | keep %}x{% end %}").render() == "x"
    )
    assert not hasattr(caught[0], "__notes__")


def test_the_engines_own_errors_have_no_note_as_they_say_it_themselves() -> None:
    assert not hasattr(error_of("{{ missing }}"), "__notes__")


# --- the engine's own ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_an_undefined_error_knows_its_place(form: str) -> None:
    templates = {**CARD, "lib": CARD["lib"].replace("x.price / x.count", "x.price ~ x.cout.y")}
    error = error_of(templates, form=form, **ITEM)
    assert isinstance(error, UndefinedError)
    assert (error.template, error.filename) == ("lib", None)
    assert (error.lineno, error.column, error.end_lineno, error.end_column) == (2, 18, 2, 26)
    assert error.code.value == "K-RUN-002"
    assert error.suggestion == "count"
    assert [frame.kind for frame in error.trace] == ["template", "macro"]


def test_the_snippet_underlines_the_failing_expression() -> None:
    error = error_of("first\n{{ one }}\t{{ missing }}\nlast", one=1)
    assert isinstance(error, UndefinedError)
    assert error.source_snippet == (
        "   |\n 1 | first\n 2 | {{ one }}\t{{ missing }}\n   |          \t   ^^^^^^^\n 3 | last"
    )


def test_the_snippet_of_wide_characters_underlines_below_them() -> None:
    error = error_of("中文{{ missing }}")
    assert isinstance(error, UndefinedError)
    assert error.source_snippet == "   |\n 1 | 中文{{ missing }}\n   |        ^^^^^^^"


def test_the_snippet_of_a_long_line_is_cut_around_the_expression() -> None:
    error = error_of("x" * 5_000 + "{{ missing }}" + "y" * 5_000)
    assert isinstance(error, UndefinedError)
    assert error.source_snippet is not None
    _, line, carets = error.source_snippet.split("\n")
    assert len(line) < 200
    assert line[carets.index("^") :].startswith("missing }}")
    assert carets.count("^") == len("missing")


def test_the_snippet_of_several_lines_underlines_each() -> None:
    error = error_of("{{ one ~ (missing(\n    1,\n  2)) }}", one=1)
    assert isinstance(error, UndefinedError)
    assert error.source_snippet == (
        "   |\n 1 | {{ one ~ (missing(\n   |           ^^^^^^^^\n 2 |     1,\n   |     ^^\n 3 |   2)) }}\n   |   ^^"
    )


def test_the_compact_form_tells_message_place_excerpt_and_callers() -> None:
    templates = {**CARD, "lib": CARD["lib"].replace("x.count", "missing")}
    error = error_of(templates, **ITEM)
    assert isinstance(error, UndefinedError)
    lines = error.format_compact().split("\n")
    assert lines[0] == "K-RUN-001 UndefinedError: 'missing' is undefined"
    assert lines[1] == "  --> lib:2:9 in macro card"
    assert "   |         ^^^^^^^^^^^^^^^^^" in lines
    assert lines[-1] == "  called from page:3:4: {{ lib.card(item) }}"


def test_a_syntax_error_has_place_and_snippet_and_no_frames() -> None:
    env = Environment(loader=DictLoader({"page": "a\n{{ b | uper }}"}))
    error = raised(lambda: env.get_template("page"))
    assert isinstance(error, TemplateSyntaxError)
    assert (error.template, error.lineno, error.column, error.end_column) == ("page", 2, 7, 11)
    assert error.suggestion == "upper"
    assert error.source_snippet is not None
    assert "^^^^" in error.source_snippet
    assert "--> page:2:8" in str(error)


def test_an_error_made_by_hand_has_no_place() -> None:
    error = TemplateRuntimeError("by hand")
    assert (error.template, error.filename, error.lineno, error.column) == (None,) * 4
    assert (error.end_lineno, error.end_column, error.source_snippet) == (None,) * 3
    assert error.format_compact() == "K-RUN-000 TemplateRuntimeError: by hand"
    assert not error.trace


def test_an_engine_error_that_a_filter_raises_is_placed_where_the_filter_stands() -> None:
    def refuses(value: object) -> None:
        raise TemplateRuntimeError(f"refused {value}")

    error = error_of("a\n{{ one }}{{ 1 | refuses }}", options={"filters": {"refuses": refuses}}, one=1)
    assert isinstance(error, TemplateRuntimeError)
    assert (error.lineno, error.column, error.end_column) == (2, 12, 23)
    assert [frame.kind for frame in error.trace] == ["template", "python"]


def test_a_template_that_is_not_found_is_blamed_where_it_is_asked_for() -> None:
    error = error_of({"page": "a\n{% include 'oter' %}", "other": ""})
    assert isinstance(error, TemplateNotFoundError)
    assert (error.name, error.template, error.lineno, error.column) == ("oter", "page", 2, 11)
    assert error.suggestion == "other"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", TemplateRuntimeError),
        ("{% include 'page' %}", TemplateRuntimeError),
        ("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", TemplateRuntimeError),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_endless_recursion_is_an_error_with_a_place(text: str, kind: type[TemplateError], form: str) -> None:
    error = error_of(text, form=form)
    assert isinstance(error, kind)
    assert error.template == "page"
    assert error.lineno == 1
    assert len(error.format_compact()) < 10_000


# --- as objects ------------------------------------------------------------------------------------------------------

FAILURES: dict[str, tuple[dict[str, str] | str, dict[str, Any]]] = {
    "an undefined name": ("a\n{{ missing }}", {}),
    "an undefined attribute in a macro": (
        {**CARD, "lib": CARD["lib"].replace("x.count", "x.cout")},
        ITEM,
    ),
    "a template that is not there": ("a\n{% include 'other' %}", {}),
    "several templates that are not there": ("a\n{% include ['other', 'another'] %}", {}),
    "an argument that a macro does not take": ("{% macro m() %}{% endmacro %}\n{{ m(1) }}", {}),
    "a runtime error": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", {}),
    "a syntax error in an include": ({"page": "\n{% include 'part' %}", "part": "\n{% nope %}"}, {}),
}


SAID = (
    "code",
    "message",
    "template",
    "filename",
    "lineno",
    "column",
    "end_lineno",
    "end_column",
    "source_snippet",
    "hint",
    "suggestion",
)


@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
@pytest.mark.parametrize("name", FAILURES)
def test_an_error_pickles_and_keeps_what_it_says(name: str, protocol: int) -> None:
    templates, context = FAILURES[name]
    error = error_of(templates, **context)
    assert isinstance(error, TemplateError)
    revived = pickle.loads(pickle.dumps(error, protocol))
    assert type(revived) is type(error)
    assert str(revived) == str(error)
    assert revived.args == error.args
    for attribute in SAID:
        assert getattr(revived, attribute) == getattr(error, attribute), attribute
    assert revived.format_compact() == error.format_compact()
    assert steps(revived) == steps(error)
    assert trace_of(revived).frames == revived.trace.frames


def test_a_pickled_error_keeps_what_its_class_adds() -> None:
    error = error_of("{% include ['other', 'another'] %}")
    assert isinstance(error, TemplatesNotFound)
    revived = pickle.loads(pickle.dumps(error))
    assert (revived.names, revived.name) == (("other", "another"), "another")


def test_an_error_can_be_pickled_twice() -> None:
    error = error_of("{{ missing }}")
    revived = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(error))))
    assert place_of(revived) == place_of(error)


def test_an_error_can_be_copied() -> None:
    error = error_of("{{ missing }}")
    assert place_of(copy.copy(error)) == place_of(error)


def test_an_error_in_a_context_that_does_not_pickle_pickles() -> None:
    error = error_of("{% set x = f %}{{ x }}{{ missing }}", f=lambda: None)
    assert place_of(pickle.loads(pickle.dumps(error))).text == "missing"


def test_an_error_raised_in_another_process_keeps_its_place() -> None:
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        error = raised(lambda: pool.apply(_render, ("a\n{{ 1 }}{{ missing }}",)))
    assert isinstance(error, UndefinedError)
    assert (error.lineno, error.column) == (2, 10)


def _render(text: str) -> str:
    return kida.Environment().from_string(text).render()


def test_the_place_of_a_template_error_is_read_once_it_is_caught_and_does_not_change() -> None:
    error = error_of({"page": "a\n{{ one }}{{ ⟦missing⟧ }}"}, **given())
    assert isinstance(error, TemplateError)
    before = place_of(error)

    def raised_again() -> None:
        raise error

    assert raised(raised_again) is error
    assert place_of(error) == before
