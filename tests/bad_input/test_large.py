"""Templates of ten megabytes, and of tens of thousands of parts, compile and render right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import kida
from tests.bad_input.outcome import compiled, guarded

SIZE = 10_000_000

WORDS = "All work and no play makes Jack a dull boy. "
LINES = (WORDS * 2 + "\n") * (SIZE // (2 * len(WORDS) + 1))
ONE_LINE = WORDS * (SIZE // len(WORDS))
BEYOND_ASCII = "Zwölf Boxkämpfer jagen Viktor 🦜 " * (SIZE // 60)

RENDERED: dict[str, Callable[[], tuple[str, str]]] = {
    "lines of text": lambda: (LINES + "{{ 1 }}", LINES + "1"),
    "one line of text": lambda: (ONE_LINE + "{{ 1 }}", ONE_LINE + "1"),
    "text beyond ASCII": lambda: (BEYOND_ASCII + "{{ 1 }}" + BEYOND_ASCII, BEYOND_ASCII + "1" + BEYOND_ASCII),
    "line ends of all kinds": lambda: (
        "a\r\nb\rc\n" * (SIZE // 7) + "{{ 1 }}",
        "a\nb\nc\n" * (SIZE // 7) + "1",
    ),
    "almost delimiters": lambda: (
        "{ { } % # { %" * (SIZE // 13) + "{{ 1 }}",
        "{ { } % # { %" * (SIZE // 13) + "1",
    ),
    "a string": lambda: ("{{ '" + ONE_LINE + "' }}", ONE_LINE),
    "a string of escapes": lambda: ("{{ '" + r"\x41" * (SIZE // 4) + "' }}", "A" * (SIZE // 4)),
    "a comment": lambda: ("a{#" + LINES + "#}b", "ab"),
    "a raw block": lambda: (
        "{% raw %}" + "{{ x }}\n" * (SIZE // 8) + "{% endraw %}",
        "{{ x }}\n" * (SIZE // 8),
    ),
    "white space that is trimmed": lambda: (
        "a" + " \n" * (SIZE // 2) + "{{- 'b' -}}" + " \n" * (SIZE // 2),
        "ab",
    ),
    "white space in a tag": lambda: ("{{" + " \n" * (SIZE // 2) + "1 }}", "1"),
    "text in a loop": lambda: ("{% for x in [1] %}" + LINES + "{% endfor %}", LINES),
}


@pytest.mark.parametrize("name", RENDERED)
def test_ten_megabytes_render_right(name: str) -> None:
    text, expected = RENDERED[name]()
    with guarded():
        rendered = kida.Environment().from_string(text).render()
        assert rendered == expected, "too long to be shown"  # and no difference of two such texts


REFUSED: dict[str, Callable[[], str]] = {
    "an error behind ten megabytes": lambda: LINES + "{{ 1 + }}",
    "an error at the end of one line": lambda: ONE_LINE + "{{ 1 + }}",
    "an error behind text beyond ASCII": lambda: BEYOND_ASCII + "{{ 1 + }}",
    "an unclosed comment": lambda: "{#" + LINES,
    "an unclosed raw block": lambda: "{% raw %}" + LINES,
    "an unclosed string": lambda: "{{ '" + LINES,
    "an unclosed output": lambda: "{{ " + " \n" * (SIZE // 2),
    "an unclosed list": lambda: "{{ [" + "1, " * 100_000,
    "a number": lambda: "{{ " + "9" * SIZE + " }}",
    "an unknown character": lambda: "{{ " + "\x01" * SIZE + " }}",
    "an unknown tag": lambda: "{% " + "a" * SIZE + " %}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_ten_megabytes_with_a_mistake_get_an_error_with_a_place(name: str) -> None:
    with guarded():
        assert compiled(kida.Environment(), REFUSED[name]()) is None


def test_a_mistake_in_a_large_template_is_drawn_in_a_few_lines() -> None:
    with guarded(), pytest.raises(kida.TemplateSyntaxError) as caught:
        kida.Environment().from_string(ONE_LINE + "{{ 1 + }}")
    assert len(caught.value.format_compact()) < 1000


def test_a_very_long_name_is_a_name() -> None:
    name = "n" * 1_000_000
    with guarded():
        assert kida.Environment().from_string(f"{{{{ {name} }}}}").render({name: 1}) == "1"


MANY: dict[str, tuple[str, str]] = {
    "outputs": ("x{{ 1 }}" * 10_000, "x1" * 10_000),
    "outputs of variables": ("{{ v }}," * 10_000, "3," * 10_000),
    "different variables": ("".join(f"{{{{ v{n} ?? 0 }}}}" for n in range(3000)), "0" * 3000),
    "lines": ("{{ 1 }}\n" * 10_000 + "x", "1\n" * 10_000 + "x"),
    "ifs": ("{% if v %}x{% endif %}" * 3000, "x" * 3000),
    "loops": ("{% for x in [1, 2] %}{{ x }}{% endfor %}" * 1000, "12" * 1000),
    "comments": ("a{# b #}" * 10_000, "a" * 10_000),
    "raw blocks": ("{% raw %}{{{% endraw %}" * 10_000, "{{" * 10_000),
    "sets": ("{% set x = v %}" * 3000 + "{{ x }}", "3"),
    "sets of different names": ("".join(f"{{% set x{n} = {n} %}}" for n in range(3000)) + "{{ x2999 }}", "2999"),
    "macros": ("".join(f"{{% macro m{n}() %}}{n}{{% endmacro %}}" for n in range(5000)) + "{{ m4999() }}", "4999"),
    "macros of one name": ("".join(f"{{% macro m() %}}{n}{{% endmacro %}}" for n in range(1000)) + "{{ m() }}", "999"),
    "calls": ("{% macro m() %}{{ caller() }}{% endmacro %}" + "{% call m() %}x{% endcall %}" * 1000, "x" * 1000),
    "blocks": ("".join(f"{{% block b{n} %}}{n},{{% endblock %}}" for n in range(3000)), "".join(f"{n}," for n in range(3000))),
    "includes": ("{% include 'included' %}" * 1000, "3" * 1000),
    "imports": ("{% from 'macros' import m %}" * 1000 + "{{ m() }}", "m"),
    "withs": ("{% with x = v %}{{ x }}{% endwith %}" * 1000, "3" * 1000),
    "items of a list": ("{{ [" + "v," * 10_000 + "]|length }}", "10000"),
    "items of a tuple": ("{{ (" + "v," * 10_000 + ")|length }}", "10000"),
    "items of a dict": ("{{ {" + ",".join(f"{n}: v" for n in range(10_000)) + "}|length }}", "10000"),
    "arguments": ("{{ count(" + "v," * 300 + ") }}", "300 0"),
    "keyword arguments": ("{{ count(" + ",".join(f"a{n}=v" for n in range(300)) + ") }}", "0 300"),
    "arguments of a macro": (
        "{% macro m() %}{{ varargs|length }}{{ kwargs|length }}{% endmacro %}{{ m("
        + "v," * 300 + ",".join(f"a{n}=v" for n in range(300)) + ") }}", "300300",
    ),
    "parameters": (
        "{% macro m(" + ",".join(f"a{n}" for n in range(300)) + ") %}{{ a0 + a299 }}{% endmacro %}{{ m("
        + ",".join(str(n) for n in range(300)) + ") }}", "299",
    ),
    "parameters with defaults": (
        "{% macro m(" + ",".join(f"a{n}={n}" for n in range(300)) + ") %}{{ a0 + a299 }}{% endmacro %}{{ m(1) }}", "300",
    ),
    "parameters that are keywords": (
        "{% def m(*, " + ",".join(f"a{n}: int = {n}" for n in range(300)) + ") %}{{ a0 + a299 }}{% end %}{{ m(a0=1) }}", "300",
    ),
    "targets": ("{% for " + ",".join(f"a{n}" for n in range(300)) + " in [range(300)] %}{{ a299 }}{% endfor %}", "299"),
    "arguments of a filter": ("{{ v|counted(" + "v," * 300 + ") }}", "301"),
    "names of with": ("{% with " + ",".join(f"a{n} = {n}" for n in range(300)) + " %}{{ a299 }}{% endwith %}", "299"),
    "names of let": ("{% let " + ",".join(f"a{n} = {n}" for n in range(300)) + " %}{{ a299 }}", "299"),
    "imported names": ("{% from 'macros' import " + ",".join(f"m as m{n}" for n in range(300)) + " %}{{ m299() }}", "m"),
    "cases": ("{% match v %}" + "".join(f"{{% case {n} if n %}}no" for n in range(10, 300)) + "{% case 3 %}yes{% end %}", "yes"),
    "parts of a chain of comparisons": ("{{ " + " <= ".join(str(n) for n in range(500)) + " }}", "True"),
}  # fmt: skip


@pytest.mark.parametrize("name", MANY)
def test_very_many_parts_render_right(name: str) -> None:
    text, expected = MANY[name]
    env = kida.Environment(
        kida.DictLoader({"included": "{{ v }}", "macros": "{% macro m() %}m{% endmacro %}"}),
        globals={"count": lambda *args, **kwargs: f"{len(args)} {len(kwargs)}", "n": True},
        filters={"counted": lambda *args: len(args)},
    )
    with guarded():
        assert env.from_string(text).render(v=3) == expected
