"""A macro that a template does not have is an error where it is imported, and not where it is first called."""

from __future__ import annotations

import pytest

from kida import DictLoader, Environment, ErrorCode, TemplateRuntimeError
from tests.thread_safety.forms import FORMS, rendered, rendered_here
from tests.thread_safety.threads import Rendezvous, outcomes

TEXTS = {
    "partials/x.html": "{% macro button(text) %}[{{ text }}]{% endmacro %}{% macro _own() %}{% endmacro %}{% set size = 1 %}",
    "good": "{% from 'partials/x.html' import button %}{{ button('ok') }}",
    "never called": "{{ step('before') }}\n  {% from 'partials/x.html' import buton %}{{ step('after') }}",
    "unused branch": "{% if false %}{% from 'partials/x.html' import buton %}{% endif %}fine",
    "one of several": "{% from 'partials/x.html' import button, missing as other %}",
    "with context": "{% from 'partials/x.html' import missing with context %}",
    "filter": "{% from 'partials/x.html' import upper %}",
    "global": "{% from 'partials/x.html' import range %}",
    "test": "{% from 'partials/x.html' import defined %}",
    "in a block": "{% extends 'base' %}{% block b %}{% from 'partials/x.html' import missing %}{% endblock %}",
    "beside extends": "{% extends 'base' %}{% from 'partials/x.html' import missing %}",
    "included": "{% include 'one of several' %}",
    "imported": "{% import 'one of several' as lib %}",
    "base": "{% block b %}{% endblock %}",
}
FAILING = {
    "never called": ("buton", "never called", "buton"),
    "one of several": ("missing", "one of several", "missing as other"),
    "with context": ("missing", "with context", "missing"),
    "filter": ("upper", "filter", "upper"),
    "global": ("range", "global", "range"),
    "test": ("defined", "test", "defined"),
    "in a block": ("missing", "in a block", "missing"),
    "beside extends": ("missing", "beside extends", "missing"),
    "included": ("missing", "one of several", "missing as other"),
    "imported": ("missing", "one of several", "missing as other"),
}
"""The template: which macro is not there, in which template it is asked for, and what of it is underlined."""


def place(name: str) -> tuple[str, int, int, int, int]:
    """Where the error must be: template, line and column of its beginning, and of its end."""
    _, template, shown = FAILING[name]
    before = TEXTS[template][: TEXTS[template].index(shown)]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)
    return template, line, column, line, column + len(shown)


def place_of(error: TemplateRuntimeError) -> tuple[object, ...]:
    return error.template, error.lineno, error.column, error.end_lineno, error.end_column


def env(steps: list[str] | None = None) -> Environment:
    return Environment(loader=DictLoader(TEXTS), globals={"step": ([] if steps is None else steps).append})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", FAILING)
async def test_importing_a_macro_that_is_not_there_raises_at_the_import(name: str, form: str) -> None:
    steps: list[str] = []
    with pytest.raises(TemplateRuntimeError) as raised:
        await rendered(env(steps).get_template(name), form)
    error = raised.value
    macro = FAILING[name][0]
    assert (error.code, error.code.value) == (ErrorCode.MACRO_NOT_FOUND, "K-RUN-008")
    assert error.message == f"template 'partials/x.html' does not export {macro!r}"
    assert place_of(error) == place(name)
    assert steps == (["before"] if name == "never called" else [])


@pytest.mark.parametrize("form", FORMS)
async def test_an_import_that_is_not_come_to_raises_nothing(form: str) -> None:
    assert await rendered(env().get_template("unused branch"), form) == "fine"
    assert await rendered(env().get_template("good"), form) == "[ok]"


def test_the_error_tells_what_there_is_to_import_and_what_was_perhaps_meant() -> None:
    with pytest.raises(TemplateRuntimeError) as raised:
        env().render("never called")
    assert raised.value.suggestion == "button"
    assert raised.value.hint == "it exports button, size"


@pytest.mark.parametrize("form", FORMS)
def test_each_of_many_threads_gets_the_error_of_its_own_import(form: str) -> None:
    count = 2 * len(FAILING)
    e = env()
    for name in TEXTS:
        e.get_template(name)
    names = list(FAILING) * 2
    begin = Rendezvous(count)

    def work(number: int) -> str:
        begin()
        return rendered_here(e.get_template(names[number]), form)

    for name, error in zip(names, outcomes(count, work), strict=True):
        assert isinstance(error, TemplateRuntimeError)
        assert error.code is ErrorCode.MACRO_NOT_FOUND
        assert error.message.endswith(repr(FAILING[name][0]))
        assert place_of(error) == place(name)
