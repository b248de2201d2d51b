"""Calls of macros that go straight to the macro's function: the same in every way as those that do not."""

from __future__ import annotations

import pytest

from kida import DictLoader, Environment, TemplateError
from kida.runtime.calls import CallSite
from kida.runtime.macro import Macro

SIGNATURES = [
    "macro m()",
    "macro m(a)",
    "macro m(a, b=2)",
    "macro m(a=1, b=2)",
    "def m(a)",
    "def m(a, b=2)",
    "def m(a, /, b)",
    "def m(a, *, b)",
    "def m(a, *, b=3)",
    "def m(*a)",
    "def m(a, *b, **c)",
    "def m(**c)",
]
CALLS = [
    "",
    "7",
    "7, 8",
    "7, 8, 9",
    "a=7",
    "b=8",
    "7, b=8",
    "7, a=8",
    "b=8, a=7",
    "7, c=9",
    "c=9",
    "7, 8, b=9",
    "caller=7",
]


def written(source: str, **context: object) -> str:
    """What a template writes, or its error as people see it, without where it is."""
    try:
        return Environment().from_string(source).render(**context)
    except TemplateError as error:
        return f"{type(error).__name__}: {error.message} {error.hint} {error.suggestion}"


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("call", CALLS)
def test_arguments_are_taken_and_refused_as_in_a_call_whose_arguments_come_at_run_time(
    call: str, signature: str
) -> None:
    names = [name for name in "abc" if name in signature.partition("(")[2]]
    body = "".join(f"[{{{{ {name} }}}}]" for name in names) or "nothing"
    macro = f"{{% {signature} %}}{body}{{% end{signature.split(maxsplit=1)[0]} %}}"
    direct = written(f"{macro}{{{{ m({call}) }}}}")
    at_run_time = written(f"{macro}{{{{ m({call}{', ' if call else ''}*[], **{{}}) }}}}")
    assert direct == at_run_time


def test_the_call_of_a_macro_that_calls_nothing_needs_no_other_function_of_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("not called directly")

    monkeypatch.setattr(Macro, "write", refuse)
    env = Environment(loader=DictLoader({"lib": "{% macro m(a, b=2) %}<{{ a }}{{ b }}>{% endmacro %}"}))
    text = "{% import 'lib' as lib %}{% from 'lib' import m %}{{ m('&') }}{{ lib.m(b=1, a='<') }}"
    assert env.from_string(text).render() == "<&amp;2><&lt;1>"
    assert "".join(env.from_string(text).render_stream()) == "<&amp;2><&lt;1>"
    call = "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}{{ n }}{% endcall %}"
    assert env.from_string(call).render(n=1) == "<1>"
    for other in ("{{ m() | upper }}", "{% macro o() %}{{ m() }}{% endmacro %}{{ o() }}", "{{ m(**{}) }}"):
        with pytest.raises(AssertionError, match="not called directly"):
            env.from_string("{% macro m() %}m{% endmacro %}" + other).render()


def test_one_call_may_be_of_one_macro_after_another() -> None:
    source = (
        "{% macro one(a) %}1{{ a }}{% endmacro %}{% macro two(b, a=3) %}2{{ b }}{{ a }}{% endmacro %}"
        "{% macro three(a) %}3{{ a }}{{ one(a) }}{% endmacro %}"
        "{% for m in [one, two, one, three, f, two] %}{{ m(a='<') }};{% endfor %}"
    )
    found = written(source, f=lambda a: f"f{a}")
    assert found == written(source.replace("a='<'", "**{'a': '<'}"), f=lambda a: f"f{a}")
    positional = source.replace("a='<'", "'<'")
    assert written(positional, f=lambda a: f"f{a}") == "1&lt;;2&lt;3;1&lt;;3&lt;1&lt;;f&lt;;2&lt;3;"


def test_a_macro_gives_text_or_markup_as_the_place_wants_that_it_is_called_from() -> None:
    files = {
        "plain.txt": "{% macro m(a) %}<{{ a }}>{% endmacro %}",
        "safe.html": "{% macro m(a) %}<{{ a }}>{% endmacro %}",
        "page.html": "{% from 'plain.txt' import m as p %}{% from 'safe.html' import m as s %}"
        "{{ p('&') }}{{ s('&') }}{% autoescape false %}{{ p('&') }}{{ s('&') }}{{ s('&') is string }}"
        "{{ p('&') | upper | e }}{% endautoescape %}",
    }
    env = Environment(
        loader=DictLoader(files), autoescape=lambda name: name is not None and name.endswith("html")
    )
    text = env.get_template("page.html").render()
    # the same with arguments that come at run time, which no call goes straight with
    files["page.html"] = files["page.html"].replace("('&')", "(*['&'])")
    assert text == env.get_template("page.html").render()
    assert text.startswith("<&><&amp;><&><&amp;>")


def test_a_macro_that_comes_back_to_itself_through_python_ends_with_the_limit() -> None:
    env = Environment(max_recursion=40)
    env.add_filter("again", lambda m: m(m))
    template = env.from_string("{% macro m(f) %}{{ f | again }}{% endmacro %}{{ m(m) }}")
    with pytest.raises(TemplateError, match="calls itself without end"):
        template.render()


def test_a_call_keeps_what_it_was_found_to_fit_and_nothing_that_it_does_not() -> None:
    def takes_one(into: object, a: object) -> None: ...

    def takes_two(into: object, a: object, b: object) -> None: ...

    site = CallSite(1)
    assert site.fits(takes_one)
    assert site.fitting is takes_one.__code__
    assert not site.fits(takes_two)
    assert site.fitting is takes_one.__code__


def test_the_chain_of_an_error_names_a_macro_that_is_called_directly() -> None:
    env = Environment(loader=DictLoader({"page": "{% macro m(a) %}\n{{ 1 // a }}{% endmacro %}\n{{ m(0) }}"}))
    with pytest.raises(ZeroDivisionError) as caught:
        env.render("page")
    notes = "".join(caught.value.__notes__)
    assert "macro m" in notes, notes


@pytest.mark.parametrize(
    "source",
    [
        "{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}",
        "{% macro m(n) %}{% set n.f = caller %}{{ caller() }}{% endmacro %}{% call m(ns) %}{{ ns.f() }}{% endcall %}",
        (
            "{% macro m(n) %}{% set n.f = n.f or caller %}{{ caller() }}{% endmacro %}"
            "{% call m(ns) %}{{ m(ns, caller=ns.f) }}{% endcall %}"
        ),
        "{% macro m() %}{{ caller(caller=caller) }}{% endmacro %}{{ m(caller=m) }}",
        "{% macro m(f) %}{{ f(f) }}{% endmacro %}{{ m(m) }}",
        (
            "{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{% call m() %}{{ r() }}{% endcall %}"
            "{% endcall %}{% endmacro %}{{ r() }}"
        ),
    ],
)
def test_whatever_calls_itself_without_end_is_counted(source: str) -> None:
    template = Environment(max_recursion=60).from_string("{% set ns = namespace(f=none) %}" + source)
    with pytest.raises(TemplateError, match="calls itself without end: more than 60"):
        template.render()


def test_what_a_macro_wrote_before_it_failed_is_dropped_by_a_fallback() -> None:
    source = "{% macro m() %}a{{ 1 // 0 }}{% endmacro %}[{% try %}x{{ m() }}{% fallback %}none{% end %}]"
    template = Environment().from_string(source)
    assert template.render() == "".join(template.render_stream()) == "[none]"


def test_a_macro_defined_after_extends_writes_in_blocks() -> None:
    env = Environment(loader=DictLoader({"base": "({% block b %}{% endblock %})"}))
    source = (
        "{% extends 'base' %}{% macro m(a) %}<{{ a }}>{% endmacro %}{% block b %}{{ m('&') }}{% endblock %}"
    )
    assert env.from_string(source).render() == "(<&amp;>)"
