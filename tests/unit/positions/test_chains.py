"""The chain of an error tells every template, block, macro and call it came through, outermost first."""

from __future__ import annotations

import pytest

from tests.unit.positions.blame import FORMS, check, given, steps

LIBRARY = "{% macro bad(x) %}a\n{{ ⟦x / zero⟧ }}{% endmacro %}"

CHAINS: dict[str, tuple[dict[str, str], list[str]]] = {
    "a macro": (
        {"page": "{% macro bad(x) %}{{ ⟦x / 0⟧ }}{% endmacro %}\n{{ one }} {{ bad(1) }}"},
        ["template | page:2:13 | bad(1)", "macro bad | page:1:21 | x / 0"],
    ),
    "a macro that calls a macro": (
        {
            "page": "{% macro a(x) %}{{ ⟦x / 0⟧ }}{% endmacro %}\n{% macro b(y) %}\n{{ 1 + a(y) }}{% endmacro %}\n{{ b(1) }}"
        },
        ["template | page:4:3 | b(1)", "macro b | page:3:7 | a(y)", "macro a | page:1:19 | x / 0"],
    ),
    "an include": (
        {"page": 'a\n{{ one }}{% include "part" %}', "part": "b\nc\n{{ ⟦one / zero⟧ }}"},
        ['template | page:2:20 | "part"', "include | part:3:3 | one / zero"],
    ),
    "an include in an include": (
        {"page": '{% include "a" %}', "a": '\n{% include "b" %}', "b": "{{ ⟦one / zero⟧ }}"},
        ['template | page:1:11 | "a"', 'include | a:2:11 | "b"', "include | b:1:3 | one / zero"],
    ),
    "an include without context": (
        {"page": '{% include "part" without context %}', "part": "{{ 1 }}{{ ⟦one⟧ }}"},
        ['template | page:1:11 | "part"', "include | part:1:10 | one"],
    ),
    "an include of the first that there is": (
        {"page": '{% include ["no", "part"] ignore missing %}', "part": "{{ ⟦one / zero⟧ }}"},
        ['template | page:1:11 | ["no", "part"]', "include | part:1:3 | one / zero"],
    ),
    "an include of what is not there": (
        {"page": 'a\n{{ one }}{% include ⟦"nope"⟧ %}'},
        ['template | page:2:20 | "nope"'],
    ),
    "an include in a loop": (
        {"page": '{% for x in xs %}{{ x }}\n{% include "part" %}{% endfor %}', "part": "{{ ⟦x / zero⟧ }}"},
        ['template | page:2:11 | "part"', "include | part:1:3 | x / zero"],
    ),
    "the top of an imported template": (
        {"page": '{{ one }}\n{% import "lib" as lib %}', "lib": "a\n{{ ⟦1 / 0⟧ }}"},
        ['template | page:2:10 | "lib"', "import | lib:2:3 | 1 / 0"],
    ),
    "the top of an imported template, with context": (
        {"page": '{{ one }}\n{% import "lib" as lib with context %}', "lib": "a\n{{ ⟦one / zero⟧ }}"},
        ['template | page:2:10 | "lib"', "import | lib:2:3 | one / zero"],
    ),
    "the top of a template that a name is imported from": (
        {"page": '{% from "lib" import m %}', "lib": "{{ ⟦1 / 0⟧ }}{% macro m() %}{% endmacro %}"},
        ['template | page:1:8 | "lib"', "import | lib:1:3 | 1 / 0"],
    ),
    "a name that is not exported": (
        {"page": '{{ one }}{% from "lib" import m, ⟦bad⟧ %}', "lib": "{% macro m() %}{% endmacro %}"},
        ["template | page:1:33 | bad"],
    ),
    "a macro of an imported template": (
        {"page": '{% import "lib" as lib %}\n{{ lib.bad(1) }}', "lib": LIBRARY.replace("zero", "0")},
        ["template | page:2:3 | lib.bad(1)", "macro bad | lib:2:3 | x / 0"],
    ),
    "a macro of a template imported with context": (
        {"page": '{% import "lib" as lib with context %}\n{{ lib.bad(1) }}', "lib": LIBRARY},
        ["template | page:2:3 | lib.bad(1)", "macro bad | lib:2:3 | x / zero"],
    ),
    "an imported macro": (
        {"page": '{% from "lib" import bad as b %}\n{{ one, b(1) }}', "lib": LIBRARY.replace("zero", "0")},
        ["template | page:2:8 | b(1)", "macro bad | lib:2:3 | x / 0"],
    ),
    "a macro imported with context": (
        {"page": '{% from "lib" import bad with context %}\n{{ bad(1) }}', "lib": LIBRARY},
        ["template | page:2:3 | bad(1)", "macro bad | lib:2:3 | x / zero"],
    ),
    "a macro that is not there": (
        {
            "page": '{% import "lib" as lib %}\n{{ one, ⟦lib.nope(1)⟧ }}',
            "lib": LIBRARY.replace("⟦", "").replace("⟧", ""),
        },
        ["template | page:2:8 | lib.nope(1)"],
    ),
    "a block": (
        {"page": "a\n{% block body %}{{ one }}\n{{ ⟦one / zero⟧ }}{% endblock %}"},
        ["template | page:2:3 | block body", "block body | page:3:3 | one / zero"],
    ),
    "a block in a block": (
        {"page": "{% block a %}\n{% block b %}\n{{ ⟦one / zero⟧ }}{% endblock %}{% endblock %}"},
        [
            "template | page:1:3 | block a",
            "block a | page:2:3 | block b",
            "block b | page:3:3 | one / zero",
        ],
    ),
    "a scoped block in a loop": (
        {"page": "{% for x in xs %}{% block a scoped %}\n{{ ⟦x / zero⟧ }}{% endblock %}{% endfor %}"},
        ["template | page:1:20 | block a scoped", "block a | page:2:3 | x / zero"],
    ),
    "the top of a parent": (
        {"page": '{% extends "base" %}', "base": "a\n{{ ⟦one / zero⟧ }}"},
        ['template | page:1:11 | "base"', "template | base:2:3 | one / zero"],
    ),
    "a block that overrides": (
        {
            "page": '{% extends "base" %}\n{% block body %}\n{{ ⟦one / zero⟧ }}{% endblock %}',
            "base": "<{% block body %}{% endblock %}>",
        },
        [
            'template | page:1:11 | "base"',
            "template | base:1:4 | block body",
            "block body | page:3:3 | one / zero",
        ],
    ),
    "super": (
        {
            "page": '{% extends "base" %}\n{% block body %}a{{ super() }}{% endblock %}',
            "base": "<{% block body %}\n{{ ⟦one / zero⟧ }}{% endblock %}>",
        },
        [
            'template | page:1:11 | "base"',
            "template | base:1:4 | block body",
            "block body | page:2:20 | super()",
            "block body | base:2:3 | one / zero",
        ],
    ),
    "super over three levels": (
        {
            "page": '{% extends "middle" %}{% block body %}{{ super() }}{% endblock %}',
            "middle": '{% extends "base" %}{% block body %}\n{{ super() }}{% endblock %}',
            "base": "<{% block body %}\n{{ ⟦one / zero⟧ }}{% endblock %}>",
        },
        [
            'template | page:1:11 | "middle"',
            'template | middle:1:11 | "base"',
            "template | base:1:4 | block body",
            "block body | page:1:41 | super()",
            "block body | middle:2:3 | super()",
            "block body | base:2:3 | one / zero",
        ],
    ),
    "super.super": (
        {
            "page": '{% extends "middle" %}{% block body %}{{ super.super() }}{% endblock %}',
            "middle": '{% extends "base" %}{% block body %}{% endblock %}',
            "base": "<{% block body %}\n{{ ⟦one / zero⟧ }}{% endblock %}>",
        },
        [
            'template | page:1:11 | "middle"',
            'template | middle:1:11 | "base"',
            "template | base:1:4 | block body",
            "block body | page:1:41 | super.super()",
            "block body | base:2:3 | one / zero",
        ],
    ),
    "super where there is no parent": (
        {"page": "{% block body %}{{ one }}{{ ⟦super()⟧ }}{% endblock %}"},
        ["template | page:1:3 | block body", "block body | page:1:28 | super()"],
    ),
    "a block by self": (
        {
            "page": "{% if zero %}{% block body %}\n{{ ⟦one / zero⟧ }}{% endblock %}{% endif %}\n{{ self.body() }}"
        },
        ["template | page:3:3 | self.body()", "block body | page:2:3 | one / zero"],
    ),
    "a block by self that is not there": (
        {"page": "{% block body %}{% endblock %}{{ one }}{{ ⟦self.boddy()⟧ }}"},
        ["template | page:1:42 | self.boddy()"],
    ),
    "a required block": (
        {"page": '{% extends "base" %}', "base": "a\n{% ⟦block body required⟧ %}{% endblock %}"},
        ['template | page:1:11 | "base"', "template | base:2:3 | block body required"],
    ),
    "a parent that is not there": (
        {"page": "{% extends ⟦parent⟧ %}"},
        ["template | page:1:11 | parent"],
    ),
    "an include in a block of a parent": (
        {
            "page": '{% extends "base" %}',
            "base": '{% block body %}{% include "part" %}{% endblock %}',
            "part": "{{ ⟦one / zero⟧ }}",
        },
        [
            'template | page:1:11 | "base"',
            "template | base:1:3 | block body",
            'block body | base:1:27 | "part"',
            "include | part:1:3 | one / zero",
        ],
    ),
    "an included template that extends": (
        {
            "page": '{% include "part" %}',
            "part": '{% extends "base" %}{% block a %}{{ ⟦one / zero⟧ }}{% endblock %}',
            "base": "{% block a %}{% endblock %}",
        },
        [
            'template | page:1:11 | "part"',
            'include | part:1:11 | "base"',
            "include | base:1:3 | block a",
            "block a | part:1:36 | one / zero",
        ],
    ),
    "the body of a call": (
        {
            "page": "{% macro m() %}a\n{{ caller() }}{% endmacro %}\n{% call m() %}b\n{{ ⟦one / zero⟧ }}{% endcall %}"
        },
        [
            "template | page:3:8 | m()",
            "macro m | page:2:3 | caller()",
            "caller | page:4:3 | one / zero",
        ],
    ),
    "a macro in the body of a call": (
        {
            "page": "{% macro a() %}{{ caller() }}{% endmacro %}{% macro b() %}{{ ⟦one / zero⟧ }}{% endmacro %}\n"
            "{% call a() %}{{ b() }}{% endcall %}"
        },
        [
            "template | page:2:8 | a()",
            "macro a | page:1:18 | caller()",
            "caller | page:2:17 | b()",
            "macro b | page:1:61 | one / zero",
        ],
    ),
    "the body of a call of an imported macro": (
        {
            "page": '{% from "lib" import m %}{% call m() %}\n{{ ⟦one / zero⟧ }}{% endcall %}',
            "lib": "\n\n{% macro m() %}{{ caller() }}{% endmacro %}",
        },
        [
            "template | page:1:33 | m()",
            "macro m | lib:3:18 | caller()",
            "caller | page:2:3 | one / zero",
        ],
    ),
    "a macro inside a call's macro": (
        {
            "page": "{% macro inner() %}{{ ⟦one / zero⟧ }}{% endmacro %}\n"
            "{% macro outer() %}{{ inner() }}{{ caller() }}{% endmacro %}\n"
            "{% call outer() %}x{% endcall %}"
        },
        [
            "template | page:3:8 | outer()",
            "macro outer | page:2:22 | inner()",
            "macro inner | page:1:22 | one / zero",
        ],
    ),
    "calls in calls": (
        {
            "page": "{% macro m() %}{{ caller() }}{% endmacro %}\n"
            "{% call m() %}\n{% call m() %}{{ ⟦one / zero⟧ }}{% endcall %}{% endcall %}"
        },
        [
            "template | page:2:8 | m()",
            "macro m | page:1:18 | caller()",
            "caller | page:3:8 | m()",
            "macro m | page:1:18 | caller()",
            "caller | page:3:17 | one / zero",
        ],
    ),
    "a recursive macro": (
        {"page": "{% macro m(n) %}{{ m(n - 1) if n else ⟦1 / n⟧ }}{% endmacro %}{{ m(2) }}"},
        [
            "template | page:1:63 | m(2)",
            "macro m | page:1:19 | m(n - 1)",
            "macro m | page:1:19 | m(n - 1)",
            "macro m | page:1:38 | 1 / n",
        ],
    ),
    "a comprehension in a macro, which is no step of its own": (
        {"page": "{% macro m() %}{{ [⟦x / zero⟧ for x in xs] }}{% endmacro %}{{ m() }}"},
        ["template | page:1:60 | m()", "macro m | page:1:19 | x / zero"],
    ),
    "a loop's condition in a block, which is no step of its own": (
        {"page": "{% block b %}{% for x in xs if ⟦x / zero⟧ %}{% endfor %}{% endblock %}"},
        ["template | page:1:3 | block b", "block b | page:1:31 | x / zero"],
    ),
    "more than twenty loops in a macro": (
        {
            "page": "{% macro m() %}"
            + "{% for x in [1] %}" * 24
            + "\n{{ ⟦x / zero⟧ }}"
            + "{% endfor %}" * 24
            + "{% endmacro %}\n{{ m() }}"
        },
        ["template | page:3:3 | m()", "macro m | page:2:3 | x / zero"],
    ),
    "set, with and filter blocks, which are no steps of their own": (
        {
            "page": "{% set a %}{% with b = 1 %}{% filter upper %}{% autoescape false %}\n{{ ⟦b / zero⟧ }}"
            "{% endautoescape %}{% endfilter %}{% endwith %}{% endset %}"
        },
        ["template | page:2:3 | b / zero"],
    ),
    "a filter that raises": (
        {"page": '{{ one }}{{ ⟦"a" | fails⟧ }}'},
        ['template | page:1:12 | "a" | fails', "python fails", "python inner"],
    ),
    "a function that raises in a macro": (
        {"page": "{% macro m(f) %}{{ ⟦f()⟧ }}{% endmacro %}{{ m(boom) }}"},
        ["template | page:1:42 | m(boom)", "macro m | page:1:19 | f()", "python boom"],
    ),
    "a property that raises": (
        {"page": "{{ one }}{{ ⟦bad.attribute⟧ }}"},
        ["template | page:1:12 | bad.attribute", "python attribute"],
    ),
    "a method of text": (
        {"page": "{{ one }}{{ ⟦bad⟧ }}"},
        ["template | page:1:12 | bad", "python _refuse"],
    ),
    "a test that raises": (
        {"page": "{{ one }}{{ [⟦one is failing⟧] }}"},
        ["template | page:1:13 | one is failing", "python fails", "python inner"],
    ),
    "a function between a template and a macro": (
        {"page": "{% macro m(x) %}{{ ⟦x / zero⟧ }}{% endmacro %}\n{{ through(m) }}"},
        ["template | page:2:3 | through(m)", "python through", "macro m | page:1:19 | x / zero"],
    ),
}

SYNCHRONOUS = {"a function between a template and a macro"}
"""Python functions that call a macro get a coroutine when rendering is asynchronous."""


def inner(value: object) -> object:
    raise ValueError(value)


def fails(value: object) -> object:
    return inner(value)


def through(macro: object) -> object:
    return macro(1)  # type: ignore[operator]


OPTIONS = {"filters": {"fails": fails}, "tests": {"failing": fails}}


@pytest.mark.parametrize(
    ("name", "form"),
    [(name, form) for name in CHAINS for form in FORMS if "async" not in form or name not in SYNCHRONOUS],
)
def test_the_chain_is_told_outermost_first(name: str, form: str) -> None:
    templates, expected = CHAINS[name]
    error = check(templates, form=form, options=OPTIONS, **given(), through=through, parent="no parent")
    assert steps(error) == expected
