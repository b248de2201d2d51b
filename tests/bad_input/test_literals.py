"""Literals at the edge of what Python takes."""

from __future__ import annotations

import pytest

import kida
from tests.bad_input.outcome import assert_renders, compiled, guarded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 9" + "9" * 4000 + " % 7 }}", str(int("9" * 4001) % 7)),
        ("{{ 0x" + "f" * 100_000 + " % 7 }}", str(int("f" * 100_000, 16) % 7)),
        ("{{ 0b" + "1" * 100_000 + " % 7 }}", str(int("1" * 100_000, 2) % 7)),
        ("{{ 0o" + "7" * 100_000 + " % 7 }}", str(int("7" * 100_000, 8) % 7)),
        ("{{ 1_000_000 }}", "1000000"),
        ("{{ 0_0 }}", "0"),
        ("{{ 1e308 * 10 }}", "inf"),
        ("{{ 1e400 }}", "inf"),
        ("{{ -1e400 }}", "-inf"),
        ("{{ 1e-400 }}", "0.0"),
        ("{{ 1." + "0" * 10_000 + " }}", "1.0"),
        ("{{ 1." + "1" * 100_000 + "e-5 < 1 }}", "True"),
        ("{{ 1e400 - 1e400 }}", "nan"),
        ("{{ [1e400, -1e400] }}", "[inf, -inf]"),
        ("{{ {1e400: 1} }}", "{inf: 1}"),
        ("{% match x %}{% case 1e400 %}infinite{% case _ %}finite{% end %}", "infinite"),
        ("{% macro m(a=1e400) %}{{ a }}{% endmacro %}{{ m() }}", "inf"),
        ("{% if 1e400 > 1 %}yes{% endif %}", "yes"),
        ("{{ '\\x00\\ud800\\U0010ffff' == x2 }}", "True"),
    ],
    ids=lambda value: str(value)[:30].encode("ascii", "backslashreplace").decode(),
)
def test_numbers_and_strings_at_the_edge_render_right(text: str, expected: str) -> None:
    assert_renders(kida.Environment(), text, expected, x=float("inf"), x2="\x00\ud800\U0010ffff")


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "9" * 5000 + " }}", "{{ " + "9" * 1_000_000 + " }}", "{{ -" + "9" * 5000 + " }}", "{{ x." + "9" * 5000 + " }}",
        "{{ x[" + "9" * 5000 + "] }}", "{% match x %}{% case " + "9" * 5000 + " %}{% end %}", "{{ 0x }}", "{{ 0b2 }}", "{{ 0o8 }}", "{{ 012 }}",
        "{{ 1__0 }}", "{{ 1_ }}", "{{ 1.0.0 }}", "{{ 1.e5 }}", "{{ 1e }}", "{{ 1e+ }}", "{{ 1.a }}", "{{ 1a }}", "{{ 1..2 }}", "{{ x.1.2 }}", "{{ x.1.a }}",
        "{{ x.1e5 }}", "{{ x.0x1 }}", "{{ 5.upper() }}", r"{{ '\x1' }}", r"{{ '\u12' }}", r"{{ '\U00110000' }}", r"{{ '\N{nothing}' }}", r"{{ '\N' }}",
        r"{{ '\N{' }}", "{{ '\\", "{{ '\\' }}", r"{{ '\\\' }}", "{{ 0x" + "f" * 100_000 + " }}", "{{ 1j }}", "{{ b'' }}", "{{ f'{x}' }}", "{{ r'\\' }}",
        "{{ ''''a'''' }}", "{{ '\n' }}", "{{ '\r\n' }}", "{{ '\\\n' }}", "{{ '\\\r\n' }}", "{{ '\\\ud800' }}", "{{ '\\é' }}", "{{ 'é\\' }}",
        "{% match x %}{% case 'a' 'b' %}{% case -1 %}{% case +1.5 %}{% case 1e400 %}{% case -1e400 %}{% end %}",
        "{% match x %}{% case {1e400: a} %}{% case {'k': a, 'k': b} %}{% end %}", "{% match x %}{% case {true: a, 1: b} %}{% end %}",
    ],
    ids=lambda value: value[:30].encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_odd_literals_are_a_template_or_an_error_with_a_place(text: str) -> None:
    with guarded():
        compiled(kida.Environment(), text)
