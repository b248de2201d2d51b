"""Sixteen times as much text takes some sixteen times as long, whatever the text: no pattern of the lexer goes back and
forth, and nothing is searched again from the start.

Measured in processor time, the least of some runs; a limit of four times the linear figure leaves room for noise, and what grows
with the square takes sixteen times it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

import kida
from tests.bad_input.outcome import guarded

SMALL = 2000
FACTOR = 16
LIMIT = 4 * FACTOR
LEAST = 0.0005
"""Seconds below which nothing is measured: what a text of no size may take."""

TEXTS: dict[str, Callable[[int], str]] = {
    "digits": lambda n: "{{ " + "1" * n + "a }}",
    "underscores in digits": lambda n: "{{ " + "1_" * n + " }}",
    "double underscores in digits": lambda n: "{{ " + "1__" * n + " }}",
    "zeros": lambda n: "{{ " + "0_" * n + "1 }}",
    "dots and digits": lambda n: "{{ " + "1." * n + " }}",
    "exponents": lambda n: "{{ " + "1e" * n + " }}",
    "a number that is almost a float": lambda n: "{{ " + "1_" * n + "1.e }}",
    "hexadecimal digits": lambda n: "{{ 0x" + "_f" * n + "_ }}",
    "underscores": lambda n: "{{ " + "_" * n + "! }}",
    "single quotes": lambda n: "{{ " + "'" * (2 * n + 1) + " }}",
    "double quotes": lambda n: "{{ " + '"' * (2 * n + 1) + " }}",
    "mixed quotes": lambda n: "{{ " + "'\"" * n + " }}",
    "backslashes": lambda n: "{{ '" + "\\" * n + " }}",
    "escaped quotes": lambda n: "{{ '" + "\\'" * n + " }}",
    "an unclosed string": lambda n: "{{ '" + "a" * n,
    "unclosed strings": lambda n: "{{ 'a' 'b' " * n,
    "spaces": lambda n: "{{" + " " * n + "!}}",
    "spaces before a sign": lambda n: "{{ a" + " " * n + "- }}",
    "spaces in text": lambda n: " " * n + "{{- 1 }}",
    "spaces behind an output": lambda n: "{{ 1 -}}" + " " * n + "a",
    "blank lines": lambda n: "\n \t" * n + "{%- if a -%}" + "\n \t" * n + "{% endif %}",
    "runs of spaces in text": lambda n: ("a" + " " * 50) * (n // 10) + "{{ 1 }}",
    "braces": lambda n: "{" * n,
    "braces and spaces": lambda n: "{ " * n,
    "percent signs": lambda n: "{" + "%" * n,
    "closing braces": lambda n: "}" * n,
    "tag beginnings and spaces": lambda n: "{%" + " " * n + "raw" + " " * n + "x",
    "raw beginnings": lambda n: "{% raw " * n,
    "raw blocks that do not end": lambda n: "{% raw %}" + "{% endraw " * n,
    "raw blocks and spaces": lambda n: "{% raw %}{%" + " " * n + "endraw" + " " * n + "x",
    "comments that do not end": lambda n: "{#" + "# }" * n,
    "comment beginnings": lambda n: "{#" * n,
    "minus signs before a comment's end": lambda n: "{#" + "-" * n + "#}" + " " * n,
    "outputs that do not end": lambda n: "{{ a " * n,
    "outputs": lambda n: "{{ a }}" * (n // 8),
    "outputs on lines": lambda n: "{{ a }}\n" * (n // 8),
    "outputs on one line beyond ASCII": lambda n: "é{{ a }}" * (n // 8),
    "indented tags": lambda n: ("   {% if a %}\n   {% endif %}\n") * (n // 8),
    "operators": lambda n: "{{ a" + "?" * n + " }}",
    "marks of combining": lambda n: "{{ e" + "\u0301" * n + " }}",
    "middle dots": lambda n: "{{ a" + "\u00b7" * n + " }}",
    "digits of other scripts": lambda n: "{{ " + "\u0967" * n + " }}",
    "closing brackets": lambda n: "{{ a" + "]" * n + " }}",
    "commas": lambda n: "{{ [" + "1," * n + "] }}",
    "adjacent strings": lambda n: "{{ " + "'a' " * n + " }}",
    "carriage returns": lambda n: "\r" * n + "{{ a }}",
    "an unknown tag": lambda n: "{% " + "f" * n + " %}",
    "an unknown filter": lambda n: "{{ a|" + "u" * n + " }}",
    "an unknown closer": lambda n: "{% if a %}{% end" + "f" * n + " %}",
    "keyword arguments": lambda n: "{{ f(" + ",".join(f"a{k}=1" for k in range(n // 4)) + ") }}",
    "parameters": lambda n: "{% macro m(" + ",".join(f"a{k}" for k in range(n // 4)) + ") %}{% endmacro %}",
    "macros": lambda n: "".join(f"{{% macro m{k}() %}}{{% endmacro %}}" for k in range(n // 40)),
    "blocks": lambda n: "".join(f"{{% block m{k} %}}{{% endblock %}}" for k in range(n // 40)),
    "variables": lambda n: "".join(f"{{{{ m{k} }}}}" for k in range(n // 40)),
    "sets": lambda n: "".join(f"{{% set m{k} = 1 %}}" for k in range(n // 40)),
    "lets in loops": lambda n: "".join(
        f"{{% for x in y %}}{{% let m{k} = 1 %}}{{% endfor %}}" for k in range(n // 40)
    ),
    "sets in ifs": lambda n: "".join(
        f"{{% if y %}}{{% set m{k} = 1 %}}{{% endif %}}" for k in range(n // 40)
    ),
    "includes in the sight of variables": lambda n: "{% set a = 1 %}" + "{% include a %}" * (n // 40),
    "alternatives": lambda n: "{% match a %}{% case 0" + "|1" * (n // 4) + " %}{% end %}",
    "an annotation": lambda n: "{% def f(a: " + "x." * n + ") %}{% end %}",
    "pieces of text": lambda n: "a{# #}" * n,
}


def _time(text: str) -> float:
    env = kida.Environment()
    started = time.process_time()
    try:
        env.from_string(text)
    except kida.TemplateError as error:
        error.format_compact()
    return time.process_time() - started


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TEXTS)
def test_time_grows_with_the_text_and_no_faster(name: str) -> None:
    build = TEXTS[name]
    with guarded():
        small = max(LEAST, min(_time(build(SMALL)) for _ in range(5)))
        limit = LIMIT * small
        assert min(_time(build(FACTOR * SMALL)) for _ in range(2)) < limit
