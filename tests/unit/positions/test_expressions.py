"""An error is at the smallest expression that failed, whatever form of rendering the template is in."""

from __future__ import annotations

import pytest

import kida
from tests.unit.positions.blame import FORMS, check, expected_place, given, place_of, unmarked

ARITHMETIC = {
    "a division": "{{ ⟦one / zero⟧ }}",
    "the inner of two operations": "{{ 1 + ⟦one // zero⟧ * 2 }}",
    "the outer of two operations": "{{ ⟦(1 + one) % zero⟧ }}",
    "an operand in parentheses": "{{ 1 + (⟦one / zero⟧) }}",
    "a unary operator": "{{ 1 + ⟦-bad⟧ }}",
    "an addition": "{{ ⟦one + bad⟧ }}",
    "a concatenation": '{{ "a" ~ ⟦one / zero⟧ ~ "b" }}',
    "a value that cannot be concatenated": '{{ 1, ⟦"a" ~ bad⟧ }}',
    "a comparison": "{{ 1 if ⟦bad < 1⟧ }}",
    "the second of a chained comparison's operands": "{{ 1 < 2 < ⟦one / zero⟧ }}",
    "membership": "{{ [⟦1 in bad⟧] }}",
    "the second operand of and": "{{ one and ⟦one / zero⟧ }}",
    "the second operand of or": "{{ zero or ⟦one / zero⟧ }}",
    "the operand of not": "{{ not ⟦one / zero⟧ }}",
    "the condition of an inline if": "{{ 1 if ⟦one / zero⟧ else 2 }}",
    "the value of an inline if": "{{ ⟦one / zero⟧ if one else 2 }}",
    "the else of an inline if": "{{ 1 if zero else ⟦one / zero⟧ }}",
    "the right side of ??": "{{ nothing ?? ⟦one / zero⟧ }}",
    "the left side of ??": "{{ ⟦one / zero⟧ ?? 1 }}",
    "an exponent": "{{ 2 ** (⟦one / zero⟧) }}",
    "a number too large for a float": "{{ 1, ⟦10.0 ** 400⟧ }}",
}

UNDEFINED = {
    "an undefined name": "{{ ⟦missing⟧ }}",
    "an undefined name in a sum": "{{ 1 + (⟦missing + 1⟧) }}",
    "an undefined name in a sum's other side": "{{ (⟦1 + missing⟧) * 2 }}",
    "an attribute of an undefined name": "{{ ⟦missing.x⟧.y.z }}",
    "an attribute of an attribute that is not there": "{{ ⟦d.c.x⟧ }}",
    "an attribute that is not there, as output": "{{ ⟦d.c⟧ }}",
    "an item of an item that is not there": "{{ ⟦d['c']['x']⟧ }}",
    "a deep attribute that is not there": "{{ ⟦d.a.b.c.d⟧.e }}",
    "a call of an undefined name": "{{ 1 + ⟦missing(1)⟧ }}",
    "a call of a method that is not there": "{{ ⟦d.method(1)⟧ + 1 }}",
    "an undefined name that a filter uses": "{{ 1, ⟦missing | upper⟧ | lower }}",
    "an undefined name in an item's key": "{{ d[⟦missing.x⟧] }}",
}

LOOKUPS = {
    "a property that raises": "{{ ⟦bad.attribute⟧ }}",
    "an item that raises": "{{ 1, ⟦bad[0]⟧ }}",
    "the key of an item": "{{ d[⟦one / zero⟧] }}",
    "a slice": "{{ xs[1:⟦one // zero⟧] }}",
    "the step of a slice": "{{ ⟦xs[::zero]⟧ }}",
    "the rest of a null-safe chain": "{{ d?.a[⟦one / zero⟧] }}",
    "the rest behind a null-safe item": '{{ d?["a"]?.b + ⟦one / zero⟧ }}',
    "the text of a value": "{{ ⟦bad⟧ }}",
    "the text of an attribute's value": "{{ [⟦bad ~ 1⟧] }}",
}

CALLS = {
    "a function that raises": "{{ 1 + ⟦boom(1, 2)⟧ }}",
    "a value that is not callable": "{{ [⟦one(2)⟧] }}",
    "an argument": "{{ same(1, ⟦one / zero⟧, 2) }}",
    "a keyword argument": "{{ same(1, key=⟦one / zero⟧) }}",
    "star arguments": "{{ same(*⟦one / zero⟧) }}",
    "star arguments that are no iterable": "{{ 1, ⟦same(*one)⟧ }}",
    "double star arguments": "{{ same(**⟦one / zero⟧) }}",
    "double star arguments that are no mapping": "{{ 1, ⟦same(**one)⟧ }}",
    "an argument of an argument": "{{ same(same(same(⟦boom()⟧))) }}",
    "a method": "{{ 1, ⟦xs.index(7)⟧ }}",
    "an argument of a method": "{{ xs.index(⟦one / zero⟧) }}",
    "the second of two calls": "{{ same(1) + ⟦boom()⟧ + same(1) }}",
    "a missing argument": "{{ 1, ⟦d.get()⟧ }}",
    "a built-in global": '{{ 1, ⟦range("a")⟧ }}',
}

FILTERS = {
    "a filter": '{{ ⟦"a" | round⟧ }}',
    "a filter argument": "{{ xs | join(⟦one / zero⟧) }}",
    "a filter's keyword argument": "{{ xs | join(d=⟦one / zero⟧) }}",
    "a filter's star arguments": "{{ xs | join(*⟦one / zero⟧) }}",
    "what a filter is applied to": '{{ (⟦one / zero⟧) | join("") }}',
    "the first of two filters": '{{ ⟦"a" | round⟧ | join }}',
    "the second of two filters": '{{ ⟦"a" | upper | round⟧ }}',
    "the second of three filters": '{{ ⟦"a" | upper | round⟧ | join }}',
    "a filter in the middle of an expression": '{{ 1 + ⟦"a" | round⟧ + 2 }}',
    "a pipeline": '{{ ⟦"a" |> upper |> round⟧ |> join }}',
    "an argument in a pipeline": '{{ "a" |> upper |> round(⟦one / zero⟧) }}',
    "a null-safe filter": '{{ ⟦"a" ?| round⟧ }}',
    "a filter that takes the context": "{{ 1, ⟦one | random⟧ }}",
    "the consumer of a lazy filter, which only runs then": '{{ 1, ⟦["a"] | map("round") | list⟧ }}',
    "a filter that gets too many arguments": '{{ 1, ⟦"a" | upper(1, 2, 3)⟧ }}',
}

TESTS = {
    "a test": "{{ [⟦3 is divisibleby(0)⟧] }}",
    "a test argument": "{{ 3 is divisibleby(⟦one // zero⟧) }}",
    "a test argument without parentheses": "{{ 3 is divisibleby ⟦missing.x⟧ }}",
    "a negated test": "{{ not (⟦3 is divisibleby(0)⟧) }}",
    "is not": "{{ [3 is not divisibleby(⟦one // zero⟧)] }}",
    "what is tested": "{{ (⟦one / zero⟧) is odd }}",
    "a test in an if": "{% if one is divisibleby(⟦one // zero⟧) %}{% endif %}",
}

LITERALS = {
    "an item of a list": "{{ [1, 2, ⟦one / zero⟧] }}",
    "an item of a tuple": "{{ (1, ⟦one / zero⟧) }}",
    "a key of a dict": "{{ {⟦one / zero⟧: 1} }}",
    "a value of a dict": '{{ {"a": ⟦one / zero⟧} }}',
    "a key that does not hash": "{{ 1, ⟦{xs: 1}⟧ }}",
    "the value of a list comprehension": "{{ [⟦x / zero⟧ for x in xs] }}",
    "the condition of a comprehension": "{{ [x for x in xs if ⟦x / zero⟧] }}",
    "the second condition of a comprehension": "{{ [x for x in xs if x if ⟦x / zero⟧] }}",
    "what a comprehension runs over": "{{ [x for x in ⟦boom()⟧] }}",
    "what a comprehension runs over, with ?? in it": "{{ [x for x in nothing ?? ⟦boom()⟧] }}",
    "what a comprehension's second clause runs over": "{{ [y for x in xs for y in ⟦boom(x)⟧] }}",
    "the value of a dict comprehension": "{{ {x: ⟦x / zero⟧ for x in xs} }}",
    "the key of a dict comprehension": "{{ {⟦x / zero⟧: x for x in xs} }}",
    "the value of a set comprehension": "{{ {⟦x / zero⟧ for x in xs} }}",
    "a comprehension's unpacking": "{{ [a for ⟦a, b, c⟧ in pairs] }}",
    "a comprehension in a comprehension": "{{ [[⟦y / zero⟧ for y in [x]] for x in xs] }}",
}

MANY_LINES = {
    "the second of two expressions in one run of output": "{{ one }}\n\n  {{ ⟦one / zero⟧ }}\n{{ one }}",
    "the third of three on one line": "{{ one }} {{ one }} {{ ⟦one / zero⟧ }} {{ one }}",
    "an operand on another line": "{{\n  one +\n  (⟦one / zero⟧)\n}}",
    "an expression over two lines": "{{ 1 + (⟦one\n   / zero⟧) }}",
    "a call over four lines": "a\n{{ ⟦boom(\n  1,\n  key=2,\n)⟧ }}",
    "an argument in a call over lines": "{{ same(\n  1,\n  key=[\n    1,\n    ⟦one / zero⟧,\n  ],\n) }}",
    "a filter over lines": '{{ ⟦"a"\n   | upper\n   | round⟧\n   | join }}',
    "an attribute on a line of its own": "{{ ⟦d\n   .c\n   .x⟧ }}",
    "such an attribute in a loop": "{% for i in [1] %}{{ ⟦d\n   .c\n   .x⟧ }}{% endfor %}",
    "behind a comment of several lines": "{# a\nb\nc #}{{ ⟦one / zero⟧ }}",
    "behind a raw block of several lines": "{% raw %}{{\n\n}}{% endraw %} {{ ⟦one / zero⟧ }}",
    "behind trimmed white space": "a  \n\n  {{- ⟦one / zero⟧ -}}  \n b",
    "behind a string of several lines": '{{ "a\nb" }}{{ ⟦one / zero⟧ }}',
    "in a literal of several lines": '{{ {\n  "a": 1,\n  "b": ⟦one / zero⟧,\n} }}',
    "at the very start of the text": "{{⟦one/zero⟧}}",
}

TABLE = {
    name: template
    for table in (ARITHMETIC, UNDEFINED, LOOKUPS, CALLS, FILTERS, TESTS, LITERALS, MANY_LINES)
    for name, template in table.items()
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TABLE)
def test_an_error_is_at_the_smallest_expression_that_failed(name: str, form: str) -> None:
    check(TABLE[name], form=form, **given())


AS_TEXT = {
    "a volatile autoescape": ({}, "{% autoescape one %}{{ one }}{{ ⟦one / zero⟧ }}{% endautoescape %}"),
    "a text in a volatile autoescape": ({}, "{% autoescape one %}{{ ⟦bad⟧ }}{% endautoescape %}"),
    "what a volatile autoescape is told": ({}, "{% autoescape ⟦one / zero⟧ %}{% endautoescape %}"),
    "a concatenation in a volatile autoescape": (
        {},
        '{% autoescape one %}{{ 1, ⟦"a" ~ bad⟧ }}{% endautoescape %}',
    ),
    "a call in a volatile autoescape": ({}, "{% autoescape one %}{{ 1, ⟦boom()⟧ }}{% endautoescape %}"),
    "a filter in a volatile autoescape": (
        {},
        "{% autoescape one %}{{ 1, ⟦xs | join(bad)⟧ }}{% endautoescape %}",
    ),
    "text without autoescape": ({"autoescape": False}, "{{ 1 }}{{ ⟦bad⟧ }}"),
    "a concatenation without autoescape": ({"autoescape": False}, '{{ 1, ⟦"a" ~ bad⟧ }}'),
    "an undefined name without autoescape": ({"autoescape": False}, "{{ 1 }}{{ ⟦missing⟧ }}"),
    "a finalize that raises": ({"finalize": lambda value: 1 // value}, "{{ 1 }}{{ ⟦zero⟧ }}"),
    "autoescape by name": ({"autoescape": lambda name: name == "page"}, "{{ 1 }}{{ ⟦bad⟧ }}"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", AS_TEXT)
def test_a_value_that_cannot_become_text_is_to_blame_itself(name: str, form: str) -> None:
    options, template = AS_TEXT[name]
    check(template, form=form, options=options, **given())


@pytest.mark.parametrize("form", ["async", "async stream"])
@pytest.mark.parametrize(
    "template",
    [
        "{{ 1, await ⟦boom()⟧ }}",
        "{{ 1, ⟦await later()⟧ }}",
        "{{ 1 }}\n{{ 1, ⟦later()⟧ }}",
        "{{ 1, same(⟦later()⟧) }}",
        '{{ 1, ⟦"a" | later_filter⟧ }}',
        '{{ 1, ⟦"a" is later_test⟧ }}',
        "{{ 1, ⟦rows() | list⟧ }}",
        "{% async for x in ⟦rows()⟧ %}{{ x }}{% endfor %}",
        "{% for x in ⟦rows()⟧ %}{{ x }}{% endfor %}",
        "{% for x in xs %}{{ ⟦later()⟧ }}{% endfor %}",
        "{{ [⟦later()⟧ for x in xs] }}",
        "{% macro m() %}{{ ⟦later()⟧ }}{% endmacro %}{{ m() }}",
        "{% set x %}{{ ⟦later()⟧ }}{% endset %}{{ x }}",
        "{% call same() %}{% endcall %}{{ ⟦await missing⟧ }}",
    ],
)
def test_what_is_awaited_is_to_blame_where_it_is_awaited(template: str, form: str) -> None:
    async def later(*_: object) -> None:
        raise ValueError("later")

    async def rows() -> object:
        yield 1
        raise ValueError("rows")

    options = {"filters": {"later_filter": later}, "tests": {"later_test": later}}
    check(template, form=form, options=options, **{**given(), "later": later, "rows": rows})


def test_a_compiled_expression_counts_its_columns_without_delimiters() -> None:
    text = "1 +\n (⟦one / zero⟧)"
    function = kida.Environment().compile_expression(unmarked(text))
    with pytest.raises(ZeroDivisionError) as caught:
        function(one=1, zero=0)
    assert place_of(caught.value) == expected_place({"": text})._replace(template=None)


def test_a_compiled_expression_that_gives_an_undefined_value_does_not_blame_anything() -> None:
    assert kida.Environment().compile_expression("missing")() is None
