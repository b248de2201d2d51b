"""An error in a tag is at the tag's expression that failed, and not at the tag."""

from __future__ import annotations

import sys

import pytest

from tests.unit.positions.blame import FORMS, check, given

CONDITIONS = {
    "an if": "{% if ⟦one / zero⟧ %}{% endif %}",
    "the truth of an if's condition": "{% if ⟦bad⟧ %}\n{{ one }}\n{% endif %}",
    "the truth of an undefined condition": "{% if ⟦missing⟧ %}\n{{ one }}\n{% endif %}",
    "the truth of an operand": "{% if one and ⟦bad⟧ %}{% endif %}"
    if sys.version_info >= (3, 12)
    else "{% if ⟦one and bad⟧ %}{% endif %}",  # CPython 3.11 places these jumps at the whole condition
    "an elif": "{% if zero %}\n{% elif ⟦one / zero⟧ %}{% endif %}",
    "the truth of an elif's condition": "{% if zero %}\n{% elif ⟦bad⟧ %}{% endif %}",
    "the body of an if": "{% if one %}{{ one }}{{ ⟦one / zero⟧ }}{% endif %}",
    "the body of an else": "{% if zero %}{% else %}{{ ⟦one / zero⟧ }}{% endif %}",
    "an unless": "{% unless ⟦one / zero⟧ %}{% end %}",
    "the truth of an inline if's condition": "{{ 1 if ⟦bad⟧ else 2 }}",
    "a while": "{% while ⟦one / zero⟧ %}{% end %}",
    "the truth of a while's condition": "{% while ⟦bad⟧ %}{% end %}",
    "the body of a while": "{% while one %}{{ ⟦one / zero⟧ }}{% end %}",
    "a while's condition in its second round": "{% let n = 1 %}{% while ⟦1 / n⟧ %}{% let n = n - 1 %}{% end %}",
}

LOOPS = {
    "what a loop runs over": "{% for x in ⟦one / zero⟧ %}{% endfor %}",
    "what cannot be run over": "{% for x in ⟦one⟧ %}{% endfor %}",
    "what is undefined and run over": "{% for x in ⟦missing⟧ %}\n{{ x }}{% endfor %}",
    "an iterator that fails": "{% for x in ⟦failing⟧ %}{{ x }}{% endfor %}",
    "an iterator that fails, with a loop object": "{% for x in ⟦failing⟧ %}{{ loop.index }}{% endfor %}",
    "the unpacking of a loop": "{% for ⟦a, b, c⟧ in pairs %}{% endfor %}",
    "the unpacking of a loop with a loop object": "{% for ⟦a, b, c⟧ in pairs %}{{ loop.index }}{% endfor %}",
    "the body of a loop": "{% for x in xs %}{{ x }}{{ ⟦x / zero⟧ }}{% endfor %}",
    "the body of a loop with a loop object": "{% for x in xs %}{{ loop.index }}{{ ⟦x / zero⟧ }}{% endfor %}",
    "the body of an inner loop": "{% for x in xs %}{% for y in xs %}{{ ⟦x / zero⟧ }}{% endfor %}{% endfor %}",
    "a loop's condition": "{% for x in xs if ⟦x / zero⟧ %}{{ x }}{% endfor %}",
    "the truth of a loop's condition": "{% for x in xs if ⟦bad⟧ %}{{ x }}{% endfor %}",
    "a loop's condition that unpacks": "{% for a, b in pairs if ⟦a / zero⟧ %}{{ a }}{% endfor %}",
    "what a filtered loop runs over": "{% for x in ⟦one / zero⟧ if x %}{{ x }}{% endfor %}",
    "what a filtered loop cannot run over": "{% for x in ⟦one⟧ if x %}{{ x }}{% endfor %}",
    "a loop's else": "{% for x in [] %}{% else %}{{ ⟦one / zero⟧ }}{% endfor %}",
    "a loop's attribute": "{% for x in xs %}{{ ⟦loop.nothing⟧ }}{% endfor %}",
    "a call of a loop's method": "{% for x in xs %}{{ 1, ⟦loop.cycle()⟧ }}{% endfor %}",
    "a call of a loop that is not recursive": "{% for x in xs %}{{ 1, ⟦loop(xs)⟧ }}{% endfor %}",
    "the first level of a recursive loop": "{% for x in [0] recursive %}{{ ⟦one / x⟧ }}{% endfor %}",
    "a deeper level of a recursive loop": "{% for x in [1] recursive %}{{ ⟦1 / x⟧ }}{{ loop([0]) }}{% endfor %}",
    "an argument of a recursive loop": "{% for x in xs recursive %}{{ loop(⟦one / zero⟧) }}{% endfor %}",
    "what a recursive loop runs over": "{% for x in ⟦one / zero⟧ recursive %}{{ loop(x) }}{% endfor %}",
    "what a recursive loop is called with and cannot run over": "{% for x in ⟦[1]⟧ recursive %}{{ x }}{{ loop(one) }}{% endfor %}",
    "what stands behind a loop": "{% for x in xs %}{{ x }}{% endfor %}\n{{ ⟦one / zero⟧ }}",
    "a loop in a loop of more than twenty": "".join(f"{{% for a{n} in [1] %}}" for n in range(24))
    + "\n{{ a23 }}{{ ⟦one / zero⟧ }}"
    + "{% endfor %}" * 24,
}

ASSIGNMENTS = {
    "a set": "{% set x = ⟦one / zero⟧ %}",
    "the second of a set's values": "{% set x, y = one, ⟦one / zero⟧ %}",
    "a set of several names": "{% set ⟦x, y, z⟧ = 1, 2 %}",
    "an attribute that is set of what is no namespace": "{% set ⟦d.x⟧ = 1 %}",
    "a namespace's value": "{% set ns = namespace() %}{% set ns.x = ⟦one / zero⟧ %}",
    "a let": "{% let x = 1, y = ⟦one / zero⟧ %}",
    "an export": "{% export x = ⟦one / zero⟧ %}",
    "a set that only fills a gap": "{% set x ??= ⟦one / zero⟧ %}",
    "the body of a block set": "{% set x %}a{{ one }}{{ ⟦one / zero⟧ }}{% endset %}",
    "the argument of a block set's filter": "{% set x | join(⟦one / zero⟧) %}a{% endset %}",
    "a capture": "{% capture x %}\n{{ ⟦one / zero⟧ }}{% end %}",
    "a with": "{% with x = 1, y = ⟦one / zero⟧ %}{% endwith %}",
    "the body of a with": "{% with x = 0 %}{{ one }}{{ ⟦one / x⟧ }}{% endwith %}",
    "a do": "{% do ⟦xs.index(7)⟧ %}",
}

BODIES = {
    "a filter block's argument": "{% filter join(⟦one / zero⟧) %}a{% endfilter %}",
    "a filter block's filter": "{% filter ⟦round⟧ %}a{% endfilter %}",
    "the second of a filter block's filters": "{% filter ⟦upper | round⟧ %}a{% endfilter %}",
    "the body of a filter block": "{% filter upper %}a{{ one }}\n{{ ⟦one / zero⟧ }}{% endfilter %}",
    "what is matched": "{% match ⟦one / zero⟧ %}{% case 1 %}{% end %}",
    "a value in a case": "{% match one %}{% case 0 %}{% case ⟦missing.x⟧ %}{% end %}",
    "a guard": "{% match xs %}{% case [a, *b] if ⟦a / zero⟧ %}{{ a }}{% end %}",
    "the truth of a guard": "{% match xs %}{% case [a, *b] if ⟦bad⟧ %}{{ a }}{% end %}",
    "the body of a case": "{% match xs %}{% case [a, *b] %}{{ a }}{{ ⟦a / zero⟧ }}{% end %}",
    "the body of the last case": "{% match one %}{% case 3 %}{% case _ %}\n{{ ⟦one / zero⟧ }}{% end %}",
    "the comparison with a case": "{% match bad_eq %}{% case ⟦1⟧ %}{% end %}",
    "a fallback": "{% try %}{{ missing }}{% fallback err %}{{ err }}{{ ⟦one / zero⟧ }}{% end %}",
    "a fallback without a name": "{% try %}{{ missing }}{% fallback %}\n{{ ⟦one / zero⟧ }}{% end %}",
    "what stands behind a try": "{% try %}{{ missing }}{% fallback %}{% end %}{{ ⟦one / zero⟧ }}",
    "what is undefined in an autoescape block": "{% autoescape false %}{{ 1 }}{{ ⟦missing⟧ }}{% endautoescape %}",
    "what is undefined in a block": "{% block a %}{{ 1 }}\n{{ ⟦missing⟧ }}{% endblock %}",
}

MACROS = {
    "the body of a macro": "{% macro m(x) %}a{{ one }}\n{{ ⟦x / zero⟧ }}{% endmacro %}\n{{ m(1) }}",
    "a macro's default": "{% macro m(x, y=⟦one / zero⟧) %}{{ y }}{% endmacro %}{{ m(1) }}",
    "an undefined parameter": "{% macro m(x) %}{{ 1 }}{{ ⟦x⟧ }}{% endmacro %}{{ m() }}",
    "a macro's argument": "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(⟦one / zero⟧) }}",
    "a keyword that a macro does not take": "{% macro m(x) %}{{ x }}{% endmacro %}{{ one }}{{ ⟦m(y=1)⟧ }}",
    "too many arguments of a macro": "{% macro m(x) %}{{ x }}{% endmacro %}{{ one }}{{ ⟦m(1, 2)⟧ }}",
    "an argument twice": "{% macro m(x) %}{{ x }}{% endmacro %}{{ one }}{{ ⟦m(1, x=2)⟧ }}",
    "a missing argument of a def": "{% def m(x) %}{{ x }}{% end %}{{ one }}{{ ⟦m()⟧ }}",
    "a macro within a macro": "{% macro a() %}{% macro b() %}{{ ⟦one / zero⟧ }}{% endmacro %}{{ b() }}{% endmacro %}{{ a() }}",
    "the body of a call": "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}\na{{ ⟦one / zero⟧ }}{% endcall %}",
    "an argument of a call": "{% macro m(x) %}{{ caller() }}{% endmacro %}{% call m(⟦one / zero⟧) %}{% endcall %}",
    "an argument to the body of a call": "{% macro m() %}{{ caller(⟦one / zero⟧) }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}",
    "the default of a call's parameter": "{% macro m() %}{{ caller() }}{% endmacro %}{% call(x=⟦one / zero⟧) m() %}{{ x }}{% endcall %}",
    "a caller where there is none": "{% macro m() %}{{ 1 }}{{ ⟦caller()⟧ }}{% endmacro %}{{ m() }}",
    "a macro that is called in a call": "{% macro a() %}{{ caller() }}{% endmacro %}{% macro b() %}{{ ⟦one / zero⟧ }}{% endmacro %}"
    "{% call a() %}{{ b() }}{% endcall %}",
    "a call of an undefined name": "{{ one }}{% call ⟦missing()⟧ %}a{% endcall %}",
    "a call of a function that raises": "{{ one }}{% call ⟦boom()⟧ %}a{% endcall %}",
    "a call of a macro without a caller": "{% macro m() %}{% endmacro %}{{ one }}{% call ⟦m()⟧ %}a{% endcall %}",
    "a macro in a filter's argument": "{% macro m() %}{{ ⟦one / zero⟧ }}{% endmacro %}{{ xs | join(m()) }}",
    "a macro that a filter calls": "{% macro m(x) %}{{ ⟦x / zero⟧ }}{% endmacro %}{{ xs | calling(m) }}",
}

TABLE = {
    name: template
    for table in (CONDITIONS, LOOPS, ASSIGNMENTS, BODIES, MACROS)
    for name, template in table.items()
}


class NotComparable:
    """A value that cannot be compared."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("no")

    __hash__ = None  # type: ignore[assignment]


def fails_at_its_second_item() -> object:
    yield 1
    raise ValueError("second")


SYNCHRONOUS = {"a macro that a filter calls"}
"""Python functions that call a macro get a coroutine when rendering is asynchronous."""


@pytest.mark.parametrize(
    ("name", "form"),
    [(name, form) for name in TABLE for form in FORMS if "async" not in form or name not in SYNCHRONOUS],
)
def test_an_error_in_a_tag_is_at_the_smallest_expression_that_failed(name: str, form: str) -> None:
    context = {**given(), "failing": fails_at_its_second_item(), "bad_eq": NotComparable()}
    options = {"filters": {"calling": lambda value, macro: macro(value[0])}}
    check(TABLE[name], form=form, options=options, **context)
