"""A thousand levels of anything compile, or get an error that says where."""

from __future__ import annotations

import pytest

import kida
from tests.bad_input import probe
from tests.bad_input.nesting import MONSTERS
from tests.bad_input.outcome import assert_renders, compiled, guarded

pytestmark = pytest.mark.filterwarnings("ignore")  # what Python warns of is the subject of test_warnings.py


@pytest.mark.parametrize("name", MONSTERS)
def test_a_thousand_levels_are_a_template_or_an_error_with_a_place(name: str) -> None:
    with guarded():
        compiled(kida.Environment(), MONSTERS[name](1000))


def test_some_levels_do_not_crash_python() -> None:
    assert probe.run("nest", 1000, "90") == []
    comprehensions = [name for name in MONSTERS if "comprehension" in name]
    assert probe.run("nest", 1000, "15,19,23,30,50", "for", "while", "try", *comprehensions) == []


PILED = (
    "if", "call", "elifs", "parentheses", "null-safe attributes", "calls of calls", "filters", "conditionals", "sums", "coalescings",
    "set blocks' chains", "dotted patterns",
)  # fmt: skip
"""What Python's limit ends rather than the language's, and some of what the language's does."""


def test_three_thousand_levels_do_not_crash_a_python_that_allows_deep_recursion() -> None:
    assert probe.run("nest", 10_000, "3000", *PILED) == []


def _levels(opening: str, middle: str, closing: str, count: int = 50) -> str:
    return "".join(opening.replace("#", str(level)) for level in range(count)) + middle + closing * count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_levels("{% if true %}", "x", "{% endif %}"), "x"),
        (_levels("{% if false %}{% else %}", "x", "{% endif %}"), "x"),
        (_levels("{% if false %}{% elif true %}", "x", "{% endif %}"), "x"),
        (_levels("{% with a# = # %}", "{{ a0 + a49 }}", "{% endwith %}"), "49"),
        (_levels("{% with a = a|default(0) + 1 %}", "{{ a }}", "{% endwith %}"), "50"),
        (_levels("{% filter upper %}", "x", "{% endfilter %}"), "X"),
        (_levels("{% set a# %}<", "x", ">{% endset %}{{ a# }}".replace("#", "0"), 1), "<x>"),
        (_levels("{% block b# %}(", "x", "){% endblock %}"), "(" * 50 + "x" + ")" * 50),
        (_levels("{% autoescape true %}", "{{ '<' }}", "{% endautoescape %}"), "&lt;"),
        (
            "{% macro m() %}[{{ caller() }}]{% endmacro %}" + _levels("{% call m() %}", "x", "{% endcall %}"),
            "[" * 50 + "x" + "]" * 50,
        ),
        (
            "{% macro m() %}[{{ caller(1) }}]{% endmacro %}"
            + _levels("{% call(a#) m() %}", "{{ a0 + a49 }}", "{% endcall %}"),
            "[" * 50 + "2" + "]" * 50,
        ),
        (
            "".join(f"{{% macro m{level}() %}}<" for level in range(50))
            + "x"
            + "".join(f">{{% endmacro %}}{{{{ m{level}() }}}}" for level in reversed(range(50))),
            "<" * 50 + "x" + ">" * 50,
        ),
        (_levels("{% match 1 %}{% case 1 %}", "x", "{% end %}"), "x"),
        ("{{ " + "(" * 50 + "1" + ")" * 50 + " }}", "1"),
        ("{{ " + "[" * 50 + "1" + "]" * 50 + " }}", "[" * 50 + "1" + "]" * 50),
        ("{{ " + "range(" * 1 + "3" + ")|list" * 1 + " }}", "[0, 1, 2]"),
        ("{{ " + "not " * 1001 + "1 }}", "False"),
        ("{{ " + " ~ ".join("1" for _ in range(1000)) + " }}", "1" * 1000),
        ("{{ " + " + ".join("1" for _ in range(100)) + " }}", "100"),
        ("{{ " + " and ".join(f"{n}" for n in range(1, 1001)) + " }}", "1000"),
        ("{{ " + " or ".join(["0"] * 999 + ["7"]) + " }}", "7"),
        ("{{ " + " < ".join(f"{n}" for n in range(1000)) + " }}", "True"),
        ("{{ " + " ".join(["'x'"] * 1000) + " }}", "x" * 1000),
        ("{{ 'x'" + "|upper" * 100 + " }}", "X"),
        ("{{ " + "1 if false else " * 100 + "2 }}", "2"),
        ("{{ " + "nope ?? " * 50 + "2 }}", "2"),
        ("{% set d = {} %}{{ d" + "?.a" * 50 + " }}", "None"),
        (
            "{% if false %}0" + "".join(f"{{% elif {n} == 299 %}}{n}" for n in range(300)) + "{% endif %}",
            "299",
        ),
        ("{% match 999 %}" + "".join(f"{{% case {n} %}}{n}" for n in range(1000)) + "{% end %}", "999"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 40 else str(value)[:40],
)
def test_what_the_limits_allow_renders_right(text: str, expected: str) -> None:
    assert_renders(kida.Environment(), text, expected)
