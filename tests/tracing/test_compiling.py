"""What is compiled for a traced render, and when."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

import kida
import kida.template.introspection
from kida.runtime.forms import Form
from kida.tracing.traced import trace_first

PAGE = "{% for x in xs %}{{ x|upper }}{% endfor %}"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were parsed."""
    found: list[str] = []
    parse = kida.template.introspection.parse

    def counted(source: Any, tokens: Any, tags: Any) -> Any:
        found.append(source.text)
        return parse(source, tokens, tags)

    monkeypatch.setattr(kida.template.introspection, "parse", counted)
    return found


@pytest.mark.thread_unsafe(reason="replaces a function of the module")
def test_a_text_is_parsed_once_for_its_plain_and_its_traced_form(parsed: list[str]) -> None:
    template = kida.Environment().from_string(PAGE)
    template.trace(xs="ab")
    template.render(xs="ab")
    template.python_source(Form.TRACE)
    assert template.undeclared_variables() == {"xs"}
    assert parsed == [PAGE]


@pytest.mark.thread_unsafe(reason="replaces a function of the module")
def test_a_text_that_changed_is_parsed_anew(parsed: list[str]) -> None:
    texts = {"page": "one {{ x }}"}
    environment = kida.Environment(loader=kida.DictLoader(texts))
    for text in ("one {{ x }}", "two {{ x }}", "one {{ x }}"):
        texts["page"] = text
        assert environment.get_template("page").trace(x=1).output == text.replace("{{ x }}", "1")
    assert parsed == ["one {{ x }}", "two {{ x }}", "one {{ x }}"]


def test_templates_of_the_same_text_that_take_turns_are_traced_as_themselves() -> None:
    environment = kida.Environment(loader=kida.DictLoader({"a": "{{ x }}", "b": "{{ x }}"}))
    templates = [environment.get_template(name) for name in "abab"]
    for template in templates:
        (segment,) = template.trace(x="x").segments
        assert segment.part.template == template.name


def test_threads_that_trace_a_template_first_at_the_same_time_get_the_same() -> None:
    count = 6
    environment = kida.Environment(loader=kida.DictLoader({"page": PAGE, "other": "{{ xs }}"}))
    barrier = Barrier(count)
    found: list[tuple[str, list[str]]] = []

    def work(number: int) -> None:
        barrier.wait()
        environment.get_template("other" if number % 3 == 0 else "page").trace(xs="ab")
        trace = environment.get_template("page").trace(xs="ab")
        found.append((trace.output, [one.part.text for one in trace.segments]))

    threads = [Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [("AB", ["x|upper", "x|upper"])] * count


def test_the_plain_code_stays_the_object_that_it_was() -> None:
    template = kida.Environment().from_string(PAGE)
    template.render(xs="ab")
    before = template.unit(Form.RENDER, template.environment._registry).root.__code__
    template.trace(xs="ab")
    assert template.unit(Form.RENDER, template.environment._registry).root.__code__ is before
    assert template.render(xs="ab") == "AB"


def test_an_environment_that_traces_first_compiles_plainly_when_a_plain_render_is_asked_for() -> None:
    environment = kida.Environment(
        loader=kida.DictLoader({"page": "{% include 'part' %}!", "part": "{{ x }}"})
    )
    trace_first(environment)
    page = environment.get_template("page")
    assert page.trace(x=1).output == "1!"
    assert set(page._compiled) == set(environment.get_template("part")._compiled) == {Form.TRACE}
    assert page.render(x=1) == "1!"
    assert set(page._compiled) == {Form.TRACE, Form.RENDER}


@pytest.mark.parametrize(
    "text", ["{% if %}", "{{ x|no_such }}", "{% for x in y %}{% set loop = 1 %}{% endfor %}"]
)
def test_an_environment_that_traces_first_finds_the_same_errors_when_it_loads(text: str) -> None:
    told = []
    for is_traced in (False, True):
        environment = kida.Environment(loader=kida.DictLoader({"page": text}))
        if is_traced:
            trace_first(environment)
        with pytest.raises(kida.TemplateSyntaxError) as caught:
            environment.get_template("page")
        told.append((caught.value.code, str(caught.value), caught.value.column))
    assert told[0] == told[1]
