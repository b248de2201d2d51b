"""What a template tells of itself: its macros, its blocks, and the Python that it compiles to."""

from __future__ import annotations

import pytest

from kida import Environment
from kida.runtime.forms import Form
from kida.syntax.tags import TAGS
from kida.template.introspection import ParameterMetadata, SlotMetadata

MAX_LINE = 300
"""Characters of a line of generated Python: what is written of one short expression stays within it, the call of an imported
macro being the longest."""

EVERY = {
    "async": "{% async for item in items %}{{ item }}{% end %}",
    "autoescape": "{% autoescape flag %}{{ name }}{% end %}",
    "block": "{% block body scoped %}{{ name }}{{ super() }}{% end %}",
    "break": "{% for item in items %}{% break %}{% end %}",
    "cache": "{% cache name, ttl='5m' %}{{ name }}{% end %}",
    "call": "{% call(item) name(1) %}{{ item }}{% end %}",
    "capture": "{% capture name | upper %}{{ item }}{% end %}",
    "continue": "{% for item in items %}{% continue %}{% end %}",
    "debug": "{% debug %}{{ name }}",
    "def": "{% def card(name: str, *, item=1) %}{{ name }}{{ item }}{% end %}",
    "do": "{% do name.append(item) %}",
    "embed": "{% embed name with item=1 %}{% block body %}{{ item }}{% end %}{% end %}",
    "export": "{% export name = item %}",
    "extends": "{% extends name %}{% set item = 1 %}",
    "filter": "{% filter replace(name, item) %}a{% end %}",
    "flush": "{{ name }}{% flush %}",
    "for": "{% for item in items if item recursive %}{{ loop(item) }}{% else %}{{ name }}{% end %}",
    "fragment": "{% fragment body %}{{ name }}{% end %}",
    "from": "{% from name import item as other %}{{ other }}",
    "if": "{% if name %}{{ item }}{% elif item %}{% else %}{{ other }}{% end %}",
    "import": "{% import name as item with context %}{{ item.other() }}",
    "include": "{% include [name, 'other'] ignore missing with item=1 only %}",
    "let": "{% let name = item, item ??= 2 %}",
    "macro": "{% macro card(name, item=1) %}{{ caller(name) }}{{ varargs }}{{ kwargs }}{% endmacro %}",
    "match": "{% match name %}{% case {'item': item} if item %}{{ item }}{% case [other, *rest] %}{{ rest }}{% end %}",
    "promote": "{% promote name = item %}",
    "provide": "{% provide name = item %}{{ consume('name') }}{% end %}",
    "push": "{% push name once item %}{{ other }}{% end %}",
    "set": "{% set name, item = items %}{% set name.item = 1 %}{% set item %}{{ other }}{% endset %}",
    "slot": "{% def card() %}{% slot body let:item=name %}{{ other }}{% endslot %}{% enddef %}",
    "stack": "{% stack name %}",
    "trans": "{% trans item=name %}one {{ item }}{% pluralize %}many {{ item }}{% endtrans %}",
    "yield": "{% def card() %}{% call name() %}{% yield body let:item=other %}{% end %}{% end %}",
    "spaceless": "{% spaceless %}<b> {{ name }} </b>{% end %}",
    "try": "{% try %}{{ name }}{% fallback item %}{{ item }}{% end %}",
    "unless": "{% unless name %}{{ item }}{% end %}",
    "while": "{% while name %}{{ item }}{% end %}",
    "with": "{% with name = item %}{{ name }}{% end %}",
}
"""A template for each tag; its names are words that are looked for in the Python."""
WORDS = ("name", "item", "items", "other", "card", "body", "rest")


def test_there_is_a_template_for_every_tag() -> None:
    missing = set(TAGS) - set(EVERY) - {"raw"}
    assert {tag for tag in missing if TAGS[tag] not in {TAGS[known] for known in EVERY}} == set()


@pytest.mark.parametrize("form", Form, ids=lambda form: form.value)
@pytest.mark.parametrize("tag", EVERY)
def test_the_python_of_every_tag_is_python_that_can_be_read(tag: str, form: Form) -> None:
    source = EVERY[tag]
    if tag == "async" and not form.is_async:
        form = Form.ASYNC_RENDER
    python = Environment().from_string(source).python_source(form)
    compile(python, "template", "exec")
    assert max(map(len, python.splitlines())) <= MAX_LINE
    for word in WORDS:
        if word in source:
            assert word in python, f"{word!r} is not in\n{python}"


def test_the_metadata_of_a_macro() -> None:
    template = Environment().from_string(
        "{% set top = 1 %}\n{% def m(a: int = 2, /, b=a, *c, d: list[str], **e) %}{{ x }}{{ top }}{{ a }}{% end %}"
        "{% macro n() %}{% endmacro %}{% for i in [1] %}{% macro inner() %}{% endmacro %}{% endfor %}"
    )
    assert template.list_defs() == ["m", "n"]
    found = template.def_metadata()["m"]
    assert (found.name, found.line, found.reads) == ("m", 2, frozenset({"x"}))
    assert found.parameters == (
        ParameterMetadata("a", "positional", "int", "2"),
        ParameterMetadata("b", "normal", None, "a"),
        ParameterMetadata("c", "star", None, None),
        ParameterMetadata("d", "keyword", "list[str]", None),
        ParameterMetadata("e", "double_star", None, None),
    )


def test_the_slots_of_a_macro() -> None:
    template = Environment().from_string(
        "{% def m(rows) %}{% slot %}{% for r in rows %}\n{% slot row let:item=r let:rows %}none{% endslot %}{% end %}"
        "{% call n() %}{% yield foot %}{% end %}{% slot row let:item=1 %}{% enddef %}{% def n() %}{{ caller() }}{% end %}"
    )
    found = template.def_metadata()
    assert found["m"].slots == (
        SlotMetadata("default", (), False, 1),
        SlotMetadata("row", ("item", "rows"), True, 2),
        SlotMetadata("foot", (), False, 2),
    )
    assert found["n"].slots == ()


def test_a_macro_reads_what_the_functions_inside_of_it_read() -> None:
    template = Environment().from_string(
        "{% def m(p=a) %}{{ b }}{% for i in tree recursive %}{{ c }}{{ loop(i) }}{% end %}"
        "{% call n() %}{{ d }}{% macro deep() %}{{ e }}{% for j in [1] recursive %}{{ f }}{% end %}{% endmacro %}{% end %}"
        "{{ range(2) }}{{ consume('t') }}{{ p }}{% set own = g %}{{ own }}{% end %}{{ outside }}"
    )
    reads = template.def_metadata()["m"].reads
    assert reads == {"a", "b", "c", "d", "e", "f", "g", "n", "tree"}
    assert template.undeclared_variables() == reads | {"outside"}


def test_blocks_and_fragments_are_listed_in_the_order_of_the_text() -> None:
    template = Environment().from_string(
        "{% block b %}{% block c %}{% end %}{% end %}{% fragment a %}{% end %}"
        "{% embed 'x' %}{% block own %}{% end %}{% end %}{% def m() %}{% block d %}{% end %}{% end %}"
    )
    assert template.list_blocks() == ["b", "c", "a", "d"]
