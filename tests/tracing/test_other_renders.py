"""What tracing leaves as it is: plain renders of the same template, and renders at the same time."""

from __future__ import annotations

import subprocess
import sys
from threading import Barrier, Thread

import kida
from kida.runtime.forms import Form

from .reading import assert_tiled, written

SOURCE = "{% macro m(x) %}<{{ x|upper }}>{% endmacro %}{% block b %}{% for i in xs %}{{ m(i) }}{% endfor %}{% endblock %}"


def test_the_code_of_a_plain_render_is_the_same_object_before_and_after() -> None:
    environment = kida.Environment()
    template = environment.from_string(SOURCE)
    template.render(xs="ab")
    unit = template.unit(Form.RENDER, environment._registry)
    before = unit.root.__code__, unit.blocks["b"].__code__, template.python_source()
    template.trace(xs="ab")
    after = template.unit(Form.RENDER, environment._registry)
    assert after is unit
    assert after.root.__code__ is before[0]
    assert after.blocks["b"].__code__ is before[1]
    assert template.python_source() == before[2]


def test_the_code_of_a_plain_render_knows_nothing_of_tracing() -> None:
    plain = kida.Environment().from_string(SOURCE)
    traced = kida.Environment().from_string(SOURCE)
    traced.trace(xs="ab")
    assert traced.python_source() == plain.python_source()
    assert "record" not in plain.python_source()
    assert "record" in plain.python_source(Form.TRACE)


def test_a_traced_render_gives_the_plain_one_the_same_answers() -> None:
    template = kida.Environment(autoescape=False).from_string(SOURCE)
    first = template.render(xs="ab")
    template.trace(xs="cd")
    assert template.render(xs="ab") == first == "<A><B>"


def test_a_plain_render_does_not_import_what_records() -> None:
    program = (
        "import sys, kida; kida.Environment().from_string('{{ x }}').render(x=1); "
        "print([name for name in sys.modules if name in ('kida.tracing.recording', 'kida.tracing.provenance', "
        "'kida.compiler.traced')])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_two_traced_renders_of_one_template_at_once_do_not_mix() -> None:
    template = kida.Environment(autoescape=False).from_string(
        "{% macro m(x) %}<{{ x }}>{% endmacro %}{% for i in range(300) %}{{ m(who)|trim }}{{ who ~ m(i) }}{% endfor %}"
    )
    barrier = Barrier(4)
    traces: dict[str, kida.RenderTrace] = {}

    def work(who: str) -> None:
        barrier.wait()
        traces[who] = template.trace(who=who)

    threads = [Thread(target=work, args=(who,)) for who in ("ann", "bob", "cyd", "dan")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for who, trace in traces.items():
        assert trace.output == "".join(f"<{who}>{who}<{i}>" for i in range(300))
        assert_tiled(trace)
        assert {one.text for one in written(trace) if one.steps[-1] == "macro m"} == {
            "<", ">", who, *map(str, range(300)),
        }  # fmt: skip
        calls = list(trace.spans[0].walk())
        assert len(calls) == 1 + 3 * 300
        assert len({one.thread for one in calls}) == 1


def test_a_traced_render_within_a_traced_render_is_a_trace_of_its_own() -> None:
    environment = kida.Environment(autoescape=False)
    inner = environment.from_string("{% macro m() %}in{% endmacro %}{{ m() }}")
    inside: list[kida.RenderTrace] = []

    def render() -> str:
        inside.append(inner.trace())
        return inside[-1].output

    outer = environment.from_string("{% macro m() %}out{% endmacro %}{{ m() }}{{ render() }}{{ m() }}")
    trace = outer.trace(render=render)
    assert [one.part for one in written(trace)] == ["out", "render()", "out"]
    assert [one.part for one in written(inside[0])] == ["in"]
    assert [one.kind for one in trace.spans[0].walk()] == ["template", "macro", "macro"]


def test_a_plain_render_within_a_traced_render_is_not_recorded() -> None:
    environment = kida.Environment(autoescape=False)
    inner = environment.from_string("{% macro m() %}in{% endmacro %}{{ m() }}")
    trace = environment.from_string("<{{ render() }}>").trace(render=inner.render)
    assert [one.part for one in written(trace)] == ["<", "render()", ">"]
    assert [one.kind for one in trace.spans[0].walk()] == ["template"]


def test_a_trace_can_be_asked_later_and_again() -> None:
    environment = kida.Environment()
    trace = environment.from_string(SOURCE).trace(xs="ab")
    for _ in range(3):
        environment.from_string(SOURCE).trace(xs="qrst")
    assert trace.segments is trace.segments
    assert trace.values is trace.values
    assert trace.spans is trace.spans
    assert "".join(trace.output[one.start : one.end] for one in trace.segments) == "<A><B>"
    assert repr(trace) == "<RenderTrace of 6 characters>"


def test_variables_by_keyword_go_before_those_of_the_mapping() -> None:
    template = kida.Environment().from_string("{{ a }}{{ b }}")
    mapping = {"a": 1, "b": 2}
    assert template.trace(mapping, b=3).output == template.render(mapping, b=3) == "13"
    assert template.trace([("a", 1)], b=3).output == "13"  # type: ignore[arg-type] # what makes a dict will do
    assert mapping == {"a": 1, "b": 2}
