"""An error says where it happened in its own render, whatever fails beside it at the same moment."""

from __future__ import annotations

import linecache
from typing import Any

import pytest

from kida import DictLoader, Environment, TemplateError, TemplateSyntaxError, trace_of
from tests.thread_safety.forms import FORMS, rendered_here
from tests.thread_safety.loaders import WatchedLoader
from tests.thread_safety.threads import Gate, Rendezvous, Running, outcomes, until

TEXTS = {
    "page 0": "{% from 'lib' import card %}\n<p>{{ card(items) }}</p>",
    "page 1": "{% extends 'base' %}{% import 'lib' as lib %}{% block body %}\n\n  {{ lib.outer(items) }}{% endblock %}",
    "page 2": "{% from 'lib' import wrap, card %}{% call wrap() %}\n{{ card(items) }}{% endcall %}",
    "page 3": "{% include 'part' %}",
    "page 4": "{% macro own(x) %}\n\n\n{{ meet() }}{{ x.nothing.more }}{% endmacro %}{{ own(items) }}",
    "page 5": "{{ meet() }}{% for i in items %}{{ 6 // i }}{% endfor %}",
    "base": "<{% block body %}{% endblock %}>",
    "part": "\n{% from 'lib' import outer as other %}{% for i in [1] %}{{ other(items) }}{% endfor %}",
    "lib": "{% macro card(x) %}{{ meet() }}\n{{ 10 // x[0] }}{% endmacro %}\n"
    "{% macro outer(x) %}before {{ card(x) }}{% endmacro %}\n"
    "{% macro wrap() %}<b>{{ caller() }}</b>{% endmacro %}",
}
PAGES = 6


def env(meet: Any = str) -> Environment:
    return Environment(loader=DictLoader(TEXTS), globals={"meet": meet})


def told(error: object) -> tuple[Any, ...]:
    """All that an error says of where it happened."""
    assert isinstance(error, Exception)
    frames = [
        (f.kind, f.name, f.template, f.line, f.column, f.end_line, f.end_column, f.source_line)
        for f in trace_of(error)
        if f.kind != "python"
    ]
    own = (
        (error.code, error.message, error.lineno, error.column)
        if isinstance(error, TemplateError)
        else str(error)
    )
    return type(error), own, getattr(error, "__notes__", None), frames


@pytest.mark.parametrize("form", FORMS)
def test_macros_are_named_rightly_in_every_one_of_many_renders_that_fail_at_once(form: str) -> None:
    serial = env()
    alone = [
        told(outcomes(1, lambda _, n=n: rendered_here(serial.get_template(f"page {n}"), form, items=[0]))[0])
        for n in range(PAGES)
    ]
    assert [what[3][-1][:2] for what in alone] == [
        *[("macro", "card")] * 4,
        ("macro", "own"),
        ("template", None),
    ]
    count = 2 * PAGES
    parallel = env(Rendezvous(count))
    found = outcomes(
        count, lambda n: rendered_here(parallel.get_template(f"page {n % PAGES}"), form, items=[0])
    )
    assert [told(error) for error in found] == alone * 2


def test_one_macro_that_fails_for_many_callers_is_told_with_the_caller_of_each() -> None:
    count = 10
    lib = "{% macro m(n) %}{{ meet() }}{{ 1 // (n - n) }}{% endmacro %}"
    pages = {
        f"page {n}": "\n" * n + f"{{% from 'lib' import m %}}{' ' * n}{{{{ m({n}) }}}}" for n in range(count)
    }
    e = Environment(loader=DictLoader({"lib": lib, **pages}), globals={"meet": Rendezvous(count)})
    found = outcomes(count, lambda n: e.render(f"page {n}"))
    for number, error in enumerate(found):
        assert isinstance(error, ZeroDivisionError)
        outer, inner = [
            (f.kind, f.name, f.template, f.line, f.column) for f in trace_of(error) if f.kind != "python"
        ]
        assert outer == ("template", None, f"page {number}", number + 1, 28 + number)
        assert inner == ("macro", "m", "lib", 1, 31)
        assert error.__notes__ == [
            f"in template lib 1:32, in macro m, called from page {number} {number + 1}:{29 + number}"
        ]


def test_an_error_keeps_the_variables_of_its_own_render() -> None:
    count = 8
    template = env(Rendezvous(count)).from_string(
        "{% macro m(x) %}{{ meet() }}{{ 1 // 0 }}{% endmacro %}{{ m(n) }}"
    )
    found = outcomes(count, lambda n: template.render(n=n))
    assert [
        trace_of(error).frames[-1].locals()["x"] for error in found if isinstance(error, Exception)
    ] == list(range(count))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("\n{% if %}", TemplateSyntaxError), (None, TemplateError)],
    ids=["that cannot be compiled", "that is not there"],
)
def test_threads_that_wait_for_a_template_are_each_told_of_their_own_way_to_it(
    text: str | None, kind: type
) -> None:
    count = 4
    pages = {f"page {n}": "\n" * n + "{% include 'part' %}" for n in range(count)}
    texts = {**pages, **({} if text is None else {"part": text})}

    def made() -> tuple[Environment, WatchedLoader]:
        loader = WatchedLoader(texts)
        return Environment(loader=loader), loader

    alone = [outcomes(1, lambda _, n=n: made()[0].render(f"page {n}"))[0] for n in range(count)]
    e, loader = made()
    for n in range(count):
        e.get_template(f"page {n}")
    known = e.cache_info().misses
    inside = Gate()
    loader.while_loading["part"] = inside
    running = [Running(lambda n=n: e.render(f"page {n}")) for n in range(count)]  # type: ignore[misc]
    inside.reached()
    until(lambda: e.cache_info().misses == known + count, "the arrival of all threads at one template")
    inside.open()
    found = [one.outcome() for one in running]
    assert all(isinstance(error, kind) for error in found)
    assert [told(error) for error in found] == [told(error) for error in alone]
    assert len({id(error) for error in found}) == count


def test_lines_kept_by_python_that_vanish_meanwhile_do_not_hide_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Vanishing(dict[str, Any]):
        """What another thread takes out as soon as it was seen to be there."""

        def __contains__(self, key: object) -> bool:
            found = super().__contains__(key)
            if key == "page":
                self.pop(key, None)
            return found

    template = Environment().from_string("{{ 1 // 0 }}", name="page")
    with monkeypatch.context() as patched:
        patched.setattr(linecache, "cache", Vanishing({"page": (1, None, ["other\n"], "page")}))
        (error,) = outcomes(1, lambda _: template.render())
    assert isinstance(error, ZeroDivisionError)
    assert error.__notes__ == ["in template page 1:4"]


def test_templates_of_one_name_that_fail_at_once_show_each_its_own_lines() -> None:
    count = 6
    meet = Rendezvous(count)

    def fail(number: int) -> list[str]:
        e = Environment(globals={"meet": meet})
        template = e.from_string(f"{{{{ meet() }}}}{{{{ {number} // 0 }}}}", name="page")
        try:
            template.render()
        except ZeroDivisionError as error:
            return [frame.source_line for frame in trace_of(error)]
        return []

    found = outcomes(count, fail)
    assert found == [[f"{{{{ meet() }}}}{{{{ {number} // 0 }}}}"] for number in range(count)]
