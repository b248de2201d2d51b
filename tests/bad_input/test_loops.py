"""Loops nested deeper than CPython nests blocks (20 in a function) render right, whatever they hold."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import kida
from tests.bad_input.outcome import assert_renders

DEPTH = 25


def _loops(opening: str, middle: str, closing: str = "{% endfor %}", depth: int = DEPTH) -> str:
    """Loops in loops. ``#`` becomes the level and ``@`` that of the loop around it."""

    def at_level(text: str, level: int) -> str:
        return text.replace("#", str(level)).replace("@", str(max(0, level - 1)))

    openings = "".join(at_level(opening, level) for level in range(depth))
    closings = "".join(at_level(closing, level) for level in reversed(range(depth)))
    return openings + middle + closings


async def _asynchronously() -> AsyncIterator[int]:
    yield 1


class Asynchronous:
    """An asynchronous iterable that can be iterated over and over."""

    def __aiter__(self) -> AsyncIterator[int]:
        return _asynchronously()


ALL = "".join(f"{level}," for level in range(DEPTH))
BACK = "".join(f"{level}," for level in reversed(range(DEPTH)))

LOOPS = {
    "plain": (_loops("{% for a# in [1] %}", "x"), "x"),
    "two items in the outermost and the innermost": (
        "{% for a in [1, 2] %}" + _loops("{% for x in [1] %}", "{% for b in [3, 4] %}{{ a }}{{ b }},{% endfor %}") + "{% endfor %}",
        "13,14,23,24,",
    ),
    "every variable of every loop": (
        _loops("{% for a# in [#] %}", "".join(f"{{{{ a{level} }}}}," for level in range(DEPTH))),
        ALL,
    ),
    "one name in all loops": (_loops("{% set x = x|default(-1) + 1 %}{% for x in [x] %}", "{{ x }}"), str(DEPTH - 1)),
    "the name of the loop outside, behind the loop": (
        _loops("{% for a in [#] %}", "", "{{ a }},{% endfor %}"), BACK
    ),
    "what is iterated over depends on the loop outside": (
        "{% set x = namespace(deep=7) %}"
        + _loops("{% set x = {'deep': x} %}", "", "")
        + _loops("{% for x in [x.deep] %}", "{{ x.deep }}"),
        "7",
    ),
    "loop variables": (_loops("{% for a in [#] %}{{ loop.index }}{{ loop.last }},", ""), "1True," * DEPTH),
    "the loop of the loop outside": (
        _loops("{% set l# = loop|default({'depth': 0}) %}{% for a in [1] %}", "{{ l24.index }}{{ l1.index }}{{ loop.length }}"),
        "111",
    ),
    "loop variables behind inner loops": (_loops("{% for a in [1] %}", "", "{{ loop.index }}{{ loop.depth }},{% endfor %}"), "11," * DEPTH),
    "conditions": (_loops("{% for a# in [#, -1] if a# >= 0 %}", "".join(f"{{{{ a{n} }}}}," for n in range(DEPTH))), ALL),
    "unpacking": (
        _loops("{% for a#, (b#, c#) in [(1, (2, #))] %}", "".join(f"{{{{ c{n} }}}}," for n in range(DEPTH))), ALL
    ),
    "else of the innermost": (_loops("{% for a in [1] %}", "{% for b in [] %}no{% else %}yes{% endfor %}"), "yes"),
    "else of all": (_loops("{% for a in [] %}no{% else %}#,", "", "{% endfor %}"), ALL),
    "else that is not reached": (_loops("{% for a in [1] %}", "x", "{% else %}no{% endfor %}"), "x"),
    "else of an empty middle": (
        _loops("{% for a in [1] %}", "{% for b in [] %}" + _loops("{% for c in [1] %}", "no") + "{% else %}yes{% endfor %}"),
        "yes",
    ),
    "let accumulates": (
        "{% let n = 0 %}{% for a in [1, 2] %}"
        + _loops("{% for b in [1] %}", "{% for c in [1, 2, 3] %}{% let n = n + c %}{% endfor %}")
        + "{% endfor %}{{ n }}",
        "12",
    ),
    "let at each level": (
        "{% let n = 0 %}" + _loops("{% for a in [1] %}{% let n = n + 1 %}{{ n }},", "", "{% let n = n - 1 %}{% endfor %}") + "{{ n }}",
        "".join(f"{level}," for level in range(1, DEPTH + 1)) + "0",
    ),
    "let when missing": (_loops("{% for a in [1] %}", "{% let n ??= 3 %}{% let n ??= 4 %}") + "{{ n }}", "3"),
    "export": (_loops("{% for a in [1] %}", "{% export n = 5 %}") + "{{ n }}", "5"),
    "set stays inside": (
        "{% set n = 0 %}" + _loops("{% for a in [1] %}{% set n = n + 1 %}", "{{ n }}", "{% endfor %}") + "{{ n }}", f"{DEPTH}0"
    ),
    "set of a namespace": (
        "{% set ns = namespace(n=0) %}" + _loops("{% for a in [1] %}{% set ns.n = ns.n + 1 %}", "") + "{{ ns.n }}", str(DEPTH)
    ),
    "break of the innermost": (
        _loops("{% for a in [1] %}", "{% for b in [1, 2, 3] %}{% if b == 2 %}{% break %}{% endif %}{{ b }}{% endfor %}"), "1"
    ),
    "break of all": (_loops("{% for a in [1, 2] %}", "x", "{% break %}{% endfor %}"), "x"),
    "break at the depth where a function ends": (
        _loops("{% for a in [1, 2] %}#,{% if # in (13, 14, 15, 16) %}{% for z in [1] %}{% endfor %}{% endif %}", "x", "{% break %}{% endfor %}"),
        ALL + "x",
    ),
    "break in a second round skips else": (
        _loops("{% for a in [1] %}", "{% for b in [1, 2] %}{% if b == 2 %}{% break %}{% endif %}{% else %}no{% endfor %}yes"), "yes"
    ),
    "continue of the innermost": (
        _loops("{% for a in [1] %}", "{% for b in [1, 2, 3] %}{% if b == 2 %}{% continue %}{% endif %}{{ b }}{% endfor %}"), "13"
    ),
    "continue of all": (
        _loops("{% for a in [1] %}#,{% if # == 24 %}{% continue %}{% endif %}", "no", "{% continue %}no{% endfor %}"), ALL
    ),
    "break out of an outer loop's body": (
        "{% for a in [1, 2, 3] %}{% if a == 2 %}{% break %}{% endif %}" + _loops("{% for b in [1] %}", "{{ a }}") + "{% endfor %}", "1"
    ),
    "ifs between": (_loops("{% for a in [1] %}{% if a %}", "x", "{% else %}no{% endif %}{% endfor %}"), "x"),
    "withs between": (_loops("{% for a in [#] %}{% with b# = a %}", "{{ b0 + b24 }}", "{% endwith %}{% endfor %}"), "24"),
    "recursive innermost": (
        _loops("{% for a in [1] %}", "{% for b in [[[]]] recursive %}<{{ loop(b) }}>{% endfor %}"), "<<>>"
    ),
    "recursive outermost": (
        "{% for t in [[[]]] recursive %}<" + _loops("{% for a in [1] %}", "{{ loop.depth }}") + "{{ loop(t) }}>{% endfor %}",
        "<1<1>>",
    ),
    "in a macro": ("{% macro m(n) %}" + _loops("{% for a in [n] %}", "{{ a }}") + "{% endmacro %}{{ m(3) }}{{ m(4) }}", "34"),
    "with a macro inside": (_loops("{% for a in [#] %}", "{% macro m(n) %}{{ a }}{{ n }}{% endmacro %}{{ m(3) }}"), "243"),
    "with a call inside": (
        "{% macro m() %}[{{ caller(3) }}]{% endmacro %}" + _loops("{% for a in [#] %}", "{% call(n) m() %}{{ a }}{{ n }}{% endcall %}"),
        "[243]",
    ),
    "in a block": ("{% block b %}" + _loops("{% for a in [1] %}", "{{ a }}") + "{% endblock %}{{ self.b() }}", "11"),
    "with a block inside": (_loops("{% for a in [#] %}", "{% block b scoped %}{{ a }}{% endblock %}"), "24"),
    "in a captured text": ("{% set x %}" + _loops("{% for a in [1] %}", "{{ a }}") + "{% endset %}{{ x }}", "1"),
    "with captured texts inside": (_loops("{% for a in [1] %}{% set x# %}#{% endset %}", "{{ x0 }}{{ x24 }}"), "024"),
    "with filter blocks between": (_loops("{% for a in [1] %}{% filter upper %}", "x", "{% endfilter %}{% endfor %}"), "X"),
    "with try inside": (_loops("{% for a in [1] %}", "{% try %}{{ 1 // 0 }}{% fallback %}f{% end %}"), "f"),
    "in try": ("{% try %}" + _loops("{% for a in [1] %}", "{{ 1 // 0 }}") + "{% fallback %}f{% end %}", "f"),
    "with while inside": (
        _loops("{% for a in [1] %}", "{% let n = 0 %}{% while n < 3 %}{% let n = n + 1 %}{{ n }}{% end %}"), "123"
    ),
    "with match inside": (_loops("{% for a in [(#, 1)] %}", "{% match a %}{% case (x, y) %}{{ x + y }}{% end %}"), "25"),
    "with a comprehension inside": (_loops("{% for a in [#] %}", "{{ [a + b for b in [1, 2]] }}"), "[25, 26]"),
    "comprehension clauses": (
        "{{ [" + "a0 + a14" + "".join(f" for a{level} in [{level}]" for level in range(15)) + "] }}", "[14]"
    ),
    "comprehensions in comprehensions' items": ("{{ " + "[" * 8 + "1" + " for x in [1]]" * 8 + " }}", "[" * 8 + "1" + "]" * 8),
    "comprehensions in comprehensions' iterables": ("{{ " + "[x for x in " * 20 + "[1]" + "]" * 20 + " }}", "[1]"),
    "with include inside": (_loops("{% for a in [#] %}", "{% include 'included' %}"), "24"),
    "an undefined variable inside": (_loops("{% for a in [1] %}", "{{ nope ?? 'none' }}"), "none"),
    "awaited inside": (_loops("{% for a in [1] %}", "{{ (await f()) if false else 2 }}"), "2"),
    "asynchronous": (_loops("{% async for a# in xs %}", "{{ a0 + a24 }}"), "2"),
    "asynchronous, with loop and else": (
        _loops("{% async for a# in xs %}{% if loop.first %}", "{{ loop.index }}", "{% endif %}{% else %}no{% endfor %}"), "1"
    ),
    "asynchronous, with let": (
        "{% let n = 0 %}" + _loops("{% async for a in xs %}{% let n = n + a %}", "") + "{{ n }}", str(DEPTH)
    ),
    "asynchronous and not, in turns": (
        _loops("{% async for a# in xs %}{% for b# in [a#] %}", "{{ b0 }}{{ b24 }}", "{% endfor %}{% endfor %}"), "11"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_deeply_nested_loops_render_right(name: str) -> None:
    text, expected = LOOPS[name]
    env = kida.Environment(kida.DictLoader({"included": "{{ a }}"}))
    assert_renders(env, text, expected, xs=Asynchronous())


@pytest.mark.parametrize("depth", range(10, 45))
def test_loops_render_right_at_each_depth(depth: int) -> None:
    text = "{% let n = 0 %}" + _loops(
        "{% for a# in [#, 99] %}{% if a# == 99 %}{% break %}{% endif %}{% let n = n + a# %}",
        "{{ a0 }}{{ n }}",
        "{{ loop.index }}{% else %}no{% endfor %}",
        depth,
    )
    total = sum(range(depth))
    assert_renders(kida.Environment(), text, f"0{total}" + "1" * depth)
