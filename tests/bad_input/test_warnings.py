"""Python's warnings about code that a template spells never reach the template's user: not as warnings on the terminal
that point into the engine, and not as bare errors where Python is told to make errors of warnings.
"""

from __future__ import annotations

import warnings

import pytest

import kida
from tests.bad_input.outcome import compiled

TEXTS = (
    r"{{ '\d' }}", r"{{ '\ ' }}", r"{{ '\777' }}", r"{{ x['\.'] }}", r"{% if '\(' %}{% endif %}",
    "{{ 1() }}", "{{ 'a'() }}", "{{ 1.5() }}", "{{ true() }}", "{{ none() }}", "{{ []() }}", "{{ ()() }}", "{{ {}() }}",
    "{{ [x for x in y]() }}", "{{ (a, b)() }}", "{{ (a ~ b)() }}", "{{ (not a)() }}",
    "{{ 1[2] }}", "{{ 1[1:2] }}", "{{ 1.5[:] }}", "{{ none[::2] }}", "{{ true[1:] }}", "{{ 'a'['b'] }}", "{{ 'a'['b':] }}", "{{ [1]['a'] }}",
    "{{ [1]['a':'b'] }}", "{{ (1, 2)['a'] }}", "{{ {x for x in y}[1:2] }}", "{{ (x for_y)[1] }}",
    "{{ 1 is sameas 1 }}", "{{ 'a' is none }}", "{{ 1if 1else 2 }}", "{{ 1or 2 }}", "{{ 0x1for }}", "{{ 1in xs }}", "{{ [0x1for x in y] }}",
    "{% if (a, b) %}{% endif %}", "{% while (a, b) %}{% break %}{% end %}", "{% match 1 %}{% case 1 %}{% end %}",
    "{% call 1() %}{% endcall %}", "{% do 1() %}", "{% macro m(a=1()) %}{% endmacro %}", "{% for x in 1[1:2] %}{% endfor %}",
    "{% try %}{% for x in y %}{% break %}{% endfor %}{% fallback %}{% for x in y %}{% continue %}{% endfor %}{% end %}",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_compiling_warns_of_nothing(text: str) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        compiled(kida.Environment(), text)
    assert [str(warning.message) for warning in warned] == []


@pytest.mark.parametrize("text", TEXTS)
def test_where_warnings_are_errors_the_outcome_is_the_same(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = compiled(kida.Environment(), text) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (compiled(kida.Environment(), text) is None) == expected
