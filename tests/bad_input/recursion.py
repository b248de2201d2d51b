"""Templates that call themselves for ever, and how they must end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import pytest

import kida
from kida.render_context import get_render_context
from tests.bad_input.outcome import RENDERINGS, assert_can_be_drawn, guarded

Templates = Mapping[str, str]

_CODE: Final = kida.ErrorCode
_INCLUDE: Final = frozenset({_CODE.INCLUDE_DEPTH, _CODE.RECURSION_LIMIT})
_CALLS: Final = frozenset({_CODE.RECURSION_LIMIT, _CODE.INCLUDE_DEPTH})

ENDLESS: Final[Mapping[str, tuple[Templates, frozenset[kida.ErrorCode]]]] = MappingProxyType(
    {
        "includes itself": ({"main": "a{% include 'main' %}"}, _INCLUDE),
        "includes itself without context": ({"main": "a{% include 'main' without context %}"}, _INCLUDE),
        "includes itself ignoring what is missing": ({"main": "{% include 'main' ignore missing %}"}, _INCLUDE),
        "includes itself by a list": ({"main": "{% include ['none', 'main'] %}"}, _INCLUDE),
        "includes itself in a loop": ({"main": "{% for x in [1, 2] %}{% include 'main' %}{% endfor %}"}, _INCLUDE),
        "include each other": (
            {"main": "{% include 'b' %}", "b": "{% include 'c' %}", "c": "{% include 'main' %}"}, _INCLUDE
        ),
        "includes itself from a block": (
            {"main": "{% extends 'base' %}{% block b %}{% include 'main' %}{% endblock %}", "base": "{% block b %}{% endblock %}"},
            _INCLUDE,
        ),
        "includes itself from a macro": ({"main": "{% macro m() %}{% include 'main' %}{% endmacro %}{{ m() }}"}, _INCLUDE),
        "includes itself from a captured text": ({"main": "{% set x %}{% include 'main' %}{% endset %}{{ x }}"}, _INCLUDE),
        "include and extend each other": ({"main": "{% extends 'b' %}", "b": "{% include 'main' %}"}, _INCLUDE),
        "extends itself": ({"main": "{% extends 'main' %}"}, frozenset({_CODE.CIRCULAR_INHERITANCE})),
        "extends itself by a variable": (
            {"main": "{% set x = 'main' %}{% extends x %}"}, frozenset({_CODE.CIRCULAR_INHERITANCE})
        ),
        "extend each other": (
            {"main": "{% extends 'b' %}", "b": "{% extends 'c' %}", "c": "{% extends 'main' %}"},
            frozenset({_CODE.CIRCULAR_INHERITANCE}),
        ),
        "extend each other and not the first": (
            {"main": "{% extends 'b' %}", "b": "{% extends 'c' %}", "c": "{% extends 'b' %}"},
            frozenset({_CODE.CIRCULAR_INHERITANCE}),
        ),
        "imports itself": ({"main": "{% import 'main' as m %}"}, frozenset({_CODE.CIRCULAR_IMPORT})),
        "imports itself with context": (
            {"main": "{% import 'main' as m with context %}"}, frozenset({_CODE.CIRCULAR_IMPORT})
        ),
        "imports a name from itself": ({"main": "{% from 'main' import m %}"}, frozenset({_CODE.CIRCULAR_IMPORT})),
        "import each other": (
            {"main": "{% import 'b' as b %}", "b": "{% from 'c' import x %}", "c": "{% import 'b' as b %}"},
            frozenset({_CODE.CIRCULAR_IMPORT}),
        ),
        "import each other from macros": (
            {
                "main": "{% import 'b' as b %}{{ b.m() }}",
                "b": "{% macro m() %}{% import 'c' as c %}{{ c.m() }}{% endmacro %}",
                "c": "{% macro m() %}{% import 'b' as b %}{{ b.m() }}{% endmacro %}",
            },
            _CALLS | {_CODE.CIRCULAR_IMPORT},
        ),
        "imports what includes it": (
            {"main": "{% import 'b' as b %}", "b": "{% include 'main' %}"}, _INCLUDE | {_CODE.CIRCULAR_IMPORT}
        ),
        "imports what extends it": (
            {"main": "{% import 'b' as b %}{% block x %}{% endblock %}", "b": "{% extends 'main' %}"},
            _INCLUDE | {_CODE.CIRCULAR_IMPORT},
        ),
        "a macro calls itself": ({"main": "{% macro m(n) %}{{ n }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}"}, _CALLS),
        "a macro calls itself without writing it": (
            {"main": "{% macro m() %}{% set x = m() %}{% endmacro %}{% if m() %}{% endif %}"}, _CALLS
        ),
        "a macro calls itself in a filter's argument": (
            {"main": "{% macro m() %}{{ none|default(m(), true) }}{% endmacro %}{{ m() }}"}, _CALLS
        ),
        "a macro calls itself by way of map": (
            {"main": "{% macro m(x) %}{{ [x]|map('add')|join }}{{ m(x)|upper }}{% endmacro %}{{ m(1) }}"}, _CALLS
        ),
        "a macro calls itself as its default": ({"main": "{% macro m(a=m()) %}{{ a }}{% endmacro %}{{ m() }}"}, _CALLS),
        "a def calls itself": ({"main": "{% def m(n: int = 0) %}{{ m(n=n + 1) }}{% end %}{{ m() }}"}, _CALLS),
        "macros call each other": (
            {"main": "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}"}, _CALLS
        ),
        "an imported macro calls itself": (
            {"main": "{% import 'm' as m %}{{ m.m() }}", "m": "{% macro m() %}<{{ m() }}>{% endmacro %}"}, _CALLS
        ),
        "a macro calls itself with a body": (
            {"main": "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}"}, _CALLS
        ),
        "a body calls the macro that calls it": (
            {"main": "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}"},
            _CALLS,
        ),
        "a macro calls itself in a fallback": (
            {"main": "{% macro m() %}{% try %}{{ 1 // 0 }}{% fallback %}{{ m() }}{% end %}{% endmacro %}{{ m() }}"}, _CALLS
        ),
        "a macro calls itself in a try and in its fallback": (
            {"main": "{% macro m() %}{% try %}{{ m() }}{% fallback %}{{ m() }}{% end %}{% endmacro %}{{ m() }}"}, _CALLS
        ),
        "a macro calls itself in a comprehension": (
            {"main": "{% macro m() %}{{ [m() for x in [1]] }}{% endmacro %}{{ m() }}"}, _CALLS
        ),
        "a macro calls itself in a filter block": (
            {"main": "{% macro m() %}{% filter upper %}{{ m() }}{% endfilter %}{% endmacro %}{{ m() }}"}, _CALLS
        ),
        "a macro calls itself in a loop": (
            {"main": "{% macro m() %}{% for x in [1] recursive %}{{ m() }}{% endfor %}{% endmacro %}{{ m() }}"}, _CALLS
        ),
        "a recursive loop": ({"main": "{% for x in [1] recursive %}{{ loop([x]) }}{% endfor %}"}, _CALLS),
        "a recursive loop over itself": (
            {"main": "{% set ns = namespace(a=[1]) %}{% for x in ns.a recursive %}{{ loop.depth }}{{ loop(ns.a) }}{% endfor %}"},
            _CALLS,
        ),
        "a recursive loop in a recursive loop": (
            {"main": "{% for x in [1] recursive %}{% set outer = loop %}{% for y in [1] recursive %}{{ outer([1]) }}{% endfor %}{% endfor %}"},
            _CALLS,
        ),
        "a block writes itself": ({"main": "{% block a %}{{ self.a() }}{% endblock %}"}, _CALLS),
        "blocks write each other": (
            {"main": "{% block a %}{{ self.b() }}{% endblock %}{% block b %}{{ self.a() }}{% endblock %}"}, _CALLS
        ),
        "a block writes itself from a macro": (
            {"main": "{% block a %}{% macro m() %}{{ self.a() }}{% endmacro %}{{ m() }}{% endblock %}"},
            _CALLS | {_CODE.UNDEFINED_VARIABLE, _CODE.UNDEFINED_ATTRIBUTE},
        ),
        "a parent's block writes itself": (
            {
                "main": "{% extends 'base' %}{% block a %}{{ super() }}{% endblock %}",
                "base": "{% block a %}{{ self.a() }}{% endblock %}",
            },
            _CALLS,
        ),
        "a block includes what writes it": (
            {"main": "{% block a %}{% include 'b' %}{% endblock %}", "b": "{% extends 'main' %}"}, _CALLS
        ),
    }
)  # fmt: skip
"""Sets of templates of which ``main`` never ends, each with the codes that it may end with."""


def environment(templates: Templates, **options: Any) -> kida.Environment:
    """An environment of these templates."""
    return kida.Environment(
        kida.DictLoader({**templates, "other": "{{ 1 + 1 }}"}), filters={"add": str}, **options
    )


def assert_ends_with_an_error(name: str, form: str, **options: Any) -> None:
    """Rendering it raises the right error, and leaves nothing behind that a later render would notice."""
    templates, codes = ENDLESS[name]
    env = environment(templates, **options)
    with guarded():
        with pytest.raises(kida.TemplateError) as caught:
            RENDERINGS[form](env.get_template("main"), {})
        error = caught.value
        assert error.code in codes, error.format_compact()
        assert error.template in templates
        assert error.lineno == 1
        assert_can_be_drawn(error)
        assert len(error.format_compact()) < 10_000, "a chain of a thousand callers is to be shortened"
        assert get_render_context() is None
        assert RENDERINGS[form](env.get_template("other"), {}) == "2"
