"""What other templates write: include, extends, super, self, import."""

from __future__ import annotations

from .reading import segment_of, step_in_words, steps_of, texts_and_parts, traced, written

BASE = "A{% block body %}base{{ x }}{% endblock %}Z"


def test_an_included_template_is_a_step_and_its_parts_are_its_own() -> None:
    trace = traced("<{% include 'part' %}>", {"x": 1}, templates={"part": "in {{ x }}"})
    assert written(trace) == [
        ("<", "<", ()),
        ("in ", "in ", ("include part",)),
        ("1", "x", ("include part",)),
        (">", ">", ()),
    ]
    segment = segment_of(trace, "in ")
    assert segment.part.template == "part"
    called_from = segment.chain[-1].called_from
    assert called_from is not None
    assert (called_from.template, called_from.region.column) == ("main", 4)


def test_an_include_that_is_missing_leaves_the_steps_as_they_were() -> None:
    source = "{% include 'no' ignore missing %}{% include ['no', 'part'] %}{{ x }}"
    trace = traced(source, {"x": 1}, templates={"part": "in"})
    assert [one.steps for one in written(trace)] == [("include part",), ()]


def test_an_include_in_a_loop_is_a_step_within_each_turn() -> None:
    trace = traced("{% for x in 'ab' %}{% include 'part' %}{% endfor %}", templates={"part": "{{ x }}"})
    assert steps_of(trace, "a") == ("turn 1 of 2", "include part")
    assert steps_of(trace, "b") == ("turn 2 of 2", "include part")


def test_an_include_in_a_captured_text_is_a_step_where_the_text_is_written() -> None:
    trace = traced("{% set t %}{% include 'part' %}{% endset %}{{ t }}", templates={"part": "in"})
    assert steps_of(trace, "in") == ("include part",)


def test_a_loop_in_an_included_template_counts_for_itself() -> None:
    trace = traced(
        "{% for i in range(3) %}{% include 'part' %}{% endfor %}",
        templates={"part": "{% for j in range(2) %}{{ i }}{{ j }} {% endfor %}"},
    )
    assert [one.steps for one in written(trace) if one.part == "j"][3] == (
        "turn 2 of 3", "include part", "turn 2 of 2",
    )  # fmt: skip


def test_what_a_template_extends_is_a_step_and_so_are_its_blocks() -> None:
    source = "{% extends 'base' %}{% block body %}own{{ x }}{% endblock %}"
    trace = traced(source, {"x": 1}, templates={"base": BASE})
    assert written(trace) == [
        ("A", "A", ("template base",)),
        ("own", "own", ("template base", "block body")),
        ("1", "x", ("template base", "block body")),
        ("Z", "Z", ("template base",)),
    ]
    assert [one.part.template for one in trace.segments] == ["base", "main", "main", "base"]
    block = segment_of(trace, "own").chain[-1]
    assert block.called_from is not None
    assert block.called_from.template == "base"
    base = segment_of(trace, "A").chain[-1]
    assert base.called_from is not None
    assert base.called_from.describe() == "main 1:4"


def test_super_is_a_block_within_the_block() -> None:
    source = "{% extends 'base' %}{% block body %}({{ super() }}){% endblock %}"
    trace = traced(source, {"x": 1}, templates={"base": BASE})
    assert steps_of(trace, "base") == ("template base", "block body", "block body")
    assert segment_of(trace, "base").part.template == "base"
    called_from = segment_of(trace, "base").chain[-1].called_from
    assert called_from is not None
    assert (called_from.template, called_from.text) == ("main", "super()")


def test_super_of_a_super_tells_both_calls_even_where_it_writes_a_letter() -> None:
    templates = {
        "top": "{% block b %}c{% endblock %}",
        "middle": "{% extends 'top' %}{% block b %}b{{ super() }}{% endblock %}",
    }
    source = "{% extends 'middle' %}{% block b %}a{{ super() }}{% endblock %}"
    trace = traced(source, templates=templates)
    assert trace.output == "abc"
    steps = segment_of(trace, "c").chain
    assert [step_in_words(one) for one in steps][-3:] == ["block b"] * 3
    assert [one.called_from.template for one in steps if one.called_from][-3:] == ["top", "main", "middle"]


def test_super_that_goes_through_a_filter_keeps_its_parts_and_its_step() -> None:
    source = "{% extends 'base' %}{% block body %}{{ super()|indent(2, true) }}{% endblock %}"
    trace = traced(source, {"x": 1}, templates={"base": BASE})
    step = segment_of(trace, "base").chain[-1]
    assert step.kind == "block"
    assert step.called_from is not None
    assert step.called_from.text == "super()|indent(2, true)"


def test_a_block_that_is_written_again_by_self_keeps_its_parts() -> None:
    trace = traced("{% block title %}T{{ x }}{% endblock %}|{{ self.title() }}", {"x": 1})
    assert texts_and_parts(trace) == [("T", "T"), ("1", "x"), ("|", "|"), ("T", "T"), ("1", "x")]
    assert written(trace)[3].steps == ("block title",)
    again = trace.segments[3].chain[-1].called_from
    assert again is not None
    assert again.text == "self.title()"


def test_blocks_in_blocks_and_loops_are_steps_in_order() -> None:
    source = (
        "{% block a %}{% for i in 'xy' %}{% block b scoped %}{{ i }}{% endblock %}{% endfor %}{% endblock %}"
    )
    assert steps_of(traced(source), "y") == ("block a", "turn 2 of 2", "block b")


def test_a_template_that_extends_where_it_is_included_is_told_as_an_include() -> None:
    templates = {"base": BASE, "part": "{% extends 'base' %}{% block body %}own{% endblock %}"}
    trace = traced("{% include 'part' %}", {"x": 1}, templates=templates)
    assert steps_of(trace, "own") == ("include part", "include base", "block body")


def test_macros_of_imported_templates_are_known() -> None:
    library = {"lib": "{% macro m(x) %}<{{ x }}{{ y }}>{% endmacro %}{% set k %}K{{ 1 }}{% endset %}"}
    source = "{% import 'lib' as lib with context %}{{ lib.m('a') }}{{ lib.k }}"
    trace = traced(source, {"y": "Y"}, templates=library)
    assert written(trace) == [
        ("<", "<", ("macro m",)),
        ("a", "x", ("macro m",)),
        ("Y", "y", ("macro m",)),
        (">", ">", ("macro m",)),
        ("K", "K", ()),
        ("1", "1", ()),
    ]
    assert {one.part.template for one in trace.segments} == {"lib"}


def test_macros_imported_by_name_without_context_are_known() -> None:
    trace = traced(
        "{% from 'lib' import m as n %}{{ n('a') }}{{ n('b') }}",
        templates={"lib": "{% macro m(x) %}<{{ x }}>{% endmacro %}"},
    )
    assert steps_of(trace, "b") == ("macro m",)


def test_the_text_of_a_module_is_its_expressions() -> None:
    trace = traced("{% import 'lib' as lib %}{{ lib }}", templates={"lib": "text {{ 1 }}"})
    assert texts_and_parts(trace) == [("text 1", "lib")]


def test_text_of_a_template_that_has_extended_another_is_not_in_the_output() -> None:
    source = "before {% extends 'base' %} after {{ x }}"
    trace = traced(source, {"x": 1}, templates={"base": "[base]"})
    assert texts_and_parts(trace) == [("before ", "before "), ("[base]", "[base]")]


def test_a_template_that_extends_perhaps_writes_where_it_does_not() -> None:
    source = "{% if c %}{% extends 'base' %}{% endif %}{% for i in 'a' %}own {{ i }}{% endfor %}"
    for c, first in ((True, "[base]"), (False, "own ")):
        trace = traced(source, {"c": c}, templates={"base": "[base]"})
        assert written(trace)[0].text == first
