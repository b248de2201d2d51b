"""The tree of calls."""

from __future__ import annotations

import threading
import time
from typing import Any

import kida

from .reading import traced


def tree(spans: tuple[kida.CallSpan, ...]) -> list[Any]:
    """The calls as ``[kind name, [children]]``."""
    return [[f"{one.kind} {one.name or ''}".rstrip(), tree(one.children)] for one in spans]


def test_calls_nest_as_they_were_made() -> None:
    source = (
        "{% macro row(x) %}{{ cell(x) }}{{ cell(x)|upper }}{% endmacro %}"
        "{% macro cell(x) %}{{ x|trim }}{% endmacro %}{{ row('a') }}"
    )
    assert tree(traced(source).spans) == [
        [
            "template main",
            [
                [
                    "macro row",
                    [
                        ["macro cell", [["filter trim", []]]],
                        ["filter upper", [["macro cell", [["filter trim", []]]]]],
                    ],
                ]
            ],
        ]
    ]


def test_templates_blocks_includes_imports_and_callers_are_calls() -> None:
    trace = traced(
        "{% extends 'base' %}{% import 'lib' as lib %}"
        "{% block b %}{% include 'part' %}{% call lib.box() %}in{% endcall %}{{ super() }}{% endblock %}",
        templates={
            "base": "{% block b %}base{% endblock %}",
            "part": "p",
            "lib": "{% macro box() %}{{ caller() }}{% endmacro %}",
        },
    )
    assert tree(trace.spans) == [
        [
            "template main",
            [
                ["load base", []],
                ["load lib", []],
                ["import lib", []],
                [
                    "template base",
                    [
                        [
                            "block b",
                            [
                                ["load part", []],
                                ["include part", []],
                                ["macro box", [["caller", []]]],
                                ["block b", []],
                            ],
                        ]
                    ],
                ],
            ],
        ]
    ]


def test_a_template_is_loaded_once_and_told_in_the_render_that_came_to_it_first() -> None:
    templates = {"part": "p", "page": "{% for i in 'ab' %}{% include 'part' %}{% endfor %}"}
    environment = kida.Environment(loader=kida.DictLoader(templates))
    page = environment.get_template("page")
    first, second = page.trace().spans, page.trace().spans
    assert tree(first) == [["template page", [["load part", []], ["include part", []], ["include part", []]]]]
    assert tree(second) == [["template page", [["include part", []], ["include part", []]]]]
    load = first[0].children[0]
    assert load.part.text == "p"
    assert load.part.template == "part"


def test_what_loading_takes_is_not_the_including_templates_own_time() -> None:
    entered: list[int] = []

    def source(name: str) -> str | None:
        entered.append(time.perf_counter_ns())
        while time.perf_counter_ns() < entered[-1] + 20_000_000:
            pass
        return "p" if name == "part" else None

    environment = kida.Environment(loader=kida.FunctionLoader(source))
    (root,) = environment.from_string("{% include ['none', 'part'] %}").trace().spans
    load, include = root.children
    assert (load.kind, load.name, include.kind) == ("load", "part", "include")
    assert load.seconds >= 0.02
    assert root.own_seconds <= root.seconds - load.seconds
    assert load.end <= include.start


def test_a_template_that_a_plain_render_has_loaded_is_compiled_for_the_first_trace() -> None:
    environment = kida.Environment(loader=kida.DictLoader({"part": "p"}))
    page = environment.from_string("{% include 'part' %}", name="page")
    page.render()
    assert tree(page.trace().spans) == [["template page", [["load part", []], ["include part", []]]]]


def test_a_call_tells_its_part_its_times_and_its_thread() -> None:
    (root,) = traced("{% macro m() %}in{% endmacro %}{{ m() }}").spans
    (macro,) = root.children
    assert macro.part.text.startswith("{% macro m()") or macro.part.text.startswith("macro m()")
    assert 0 <= root.start <= macro.start <= macro.end <= root.end
    assert root.thread == threading.get_ident()
    assert root.seconds == (root.end - root.start) / 1e9


def test_own_time_is_never_negative_and_all_of_it_is_the_whole() -> None:
    source = "{% macro m(n) %}{% if n %}{{ m(n - 1)|upper }}{% endif %}{% endmacro %}{% for i in range(9) %}{{ m(5) }}{% endfor %}"
    (root,) = traced(source).spans
    calls = list(root.walk())
    assert len(calls) == 1 + 9 * (6 + 5)
    assert all(one.own_seconds > -1e-12 for one in calls)
    assert abs(sum(one.own_seconds for one in calls) - root.seconds) < 1e-6


def test_a_call_is_walked_before_its_children_in_order() -> None:
    (root,) = traced("{{ 'a'|upper }}{{ 'b'|lower }}").spans
    assert [one.name for one in root.walk()] == ["main", "upper", "lower"]


def test_a_call_that_failed_is_no_call_and_leaves_the_tree_whole() -> None:
    source = (
        "{% macro m() %}{{ 1 // 0 }}{% endmacro %}{% try %}{{ m() }}{% fallback %}{{ 'a'|upper }}{% endtry %}"
    )
    assert tree(traced(source).spans) == [["template main", [["filter upper", []]]]]


def test_a_recursive_loop_is_a_call_each_time() -> None:
    nodes: list[dict[str, Any]] = [{"c": [{"c": []}]}]
    (root,) = traced("{% for i in nodes recursive %}{{ loop(i.c) }}{% endfor %}", {"nodes": nodes}).spans
    assert [one.kind for one in root.walk()] == ["template", "loop", "loop", "loop"]


def test_calls_in_another_thread_tell_that_thread() -> None:
    idents: list[int] = []

    def elsewhere(macro: Any) -> str:
        results: list[str] = []

        def work() -> None:
            idents.append(threading.get_ident())
            results.append(macro())

        # the render's context goes with the work, as executors that copy it do
        from contextvars import copy_context

        thread = threading.Thread(target=copy_context().run, args=(work,))
        thread.start()
        thread.join()
        return results[0]

    environment = kida.Environment(autoescape=False)
    environment.add_filter("elsewhere", elsewhere)
    trace = environment.from_string("{% macro m() %}in it{% endmacro %}{{ m|elsewhere }}").trace()
    assert trace.output == "in it"
    macro = next(one for root in trace.spans for one in root.walk() if one.kind == "macro")
    assert macro.thread == idents[0] != threading.get_ident()


def test_calls_past_those_that_are_kept_are_counted() -> None:
    few = traced("{% for i in range(10) %}{{ i|string }}{% endfor %}")
    assert few.dropped_calls == 0
    template = kida.Environment().from_string("{% for i in range(200100) %}{{ i|string }}{% endfor %}")
    many = template.trace()
    (root,) = many.spans
    assert root.kind == "template"
    assert len(root.children) == 200_000
    assert many.dropped_calls == 100
