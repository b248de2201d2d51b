"""What compiling costs grows with the template and no faster: counted in calls, a number that no noise changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

import kida
from kida.source import Source
from kida.syntax.slot_bodies import with_bodies

BOX = "{% macro box(size=1) %}[{{ caller() }}]{% endmacro %}"

# lines with names of their own: their number stands for the at sign
LINES = {
    "read": "{{ v@ }}",
    "set": "{% set v@ = 1 %}{{ v@ }}",
    "set in an if": "{% if a %}{% set v@ = 1 %}{% endif %}",
    "the same name": "{% set v = 1 %}{{ v }}",
    "let in a loop": "{% for x in xs %}{% let v@ = 1 %}{% endfor %}",
    "export in a loop": "{% for x in xs %}{% export v@ = 1 %}{% endfor %}",
    "loop": "{% for v@ in xs %}{{ loop.index }}{{ v@ }}{% endfor %}",
    "macro": "{% macro v@(a) %}{{ a }}{% endmacro %}",
    "body of a call": "{% call box() %}{{ a }}{% endcall %}",
    "block": "{% block v@ %}{{ a }}{% endblock %}",
    "content": "{% call box() %}{% slot a %}{{ a }}{% end %}{% end %}",
    "match": "{% match a %}{% case {'k': v@} %}{{ v@ }}{% endmatch %}",
    "try": "{% try %}{{ a }}{% fallback v@ %}{{ v@ }}{% endtry %}",
    "comprehension": "{{ [v@ for v@ in xs] }}",
}

# what is opened and closed inside itself
LEVELS = {
    "if": ("{% if a %}a", "{% endif %}"),
    "if that sets": ("{% if a %}{% set v@ = 1 %}", "{% endif %}"),
    "for": ("{% for v@ in xs %}a", "{% endfor %}"),
    "for, one name": ("{% for x in xs %}a{{ loop.index }}", "{% endfor %}"),
    "let in for": ("{% for x in xs %}{% let v@ = 1 %}", "{% endfor %}"),
    "with, one name": ("{% with v = a %}b{{ v }}", "{% endwith %}"),
    "capture": ("{% capture v@ %}a", "{% endcapture %}"),
    "body of a call": ("{% call box() %}a", "{% endcall %}"),
    "let in the body of a call": ("{% call box() %}{% let v = 1 %}", "{% endcall %}"),
    "block": ("{% block v@ %}a", "{% endblock %}"),
}


def calls(function: Callable[[], object]) -> int:
    """How many calls a function makes, of Python's functions and of C's."""
    count = 0

    def seen(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


def growth(source: Callable[[int], str], small: int, large: int) -> float:
    """By how much more calls grow than the size does."""
    environment: Any = kida.Environment()
    environment.from_string("{{ warm }}")
    taken = [calls(lambda size=size: environment.from_string(source(size))) for size in (small, large)]  # type: ignore[misc]
    return (taken[1] / taken[0]) / (large / small)


@pytest.mark.thread_unsafe(reason="counts what its thread runs")
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_compiling_is_linear_in_lines(line: str) -> None:
    assert (
        growth(lambda size: BOX + "\n".join(line.replace("@", str(n)) for n in range(size)), 100, 800) < 1.05
    )


@pytest.mark.thread_unsafe(reason="counts what its thread runs")
@pytest.mark.parametrize(("opened", "closed"), LEVELS.values(), ids=LEVELS)
def test_compiling_is_linear_in_levels(opened: str, closed: str) -> None:
    def source(size: int) -> str:
        return BOX + "".join(opened.replace("@", str(n)) for n in range(size)) + closed * size

    assert growth(source, 12, 96) < 1.5, "walks up the scopes around are short, and are all that grows"


@pytest.mark.thread_unsafe(reason="measures what its thread does")
def test_which_places_have_default_content_is_found_in_linear_time() -> None:
    environment: Any = kida.Environment()

    def seconds(size: int) -> float:
        source = Source("{% def box() %}" + "{% if a %}{% slot x %}{% end %}" * size + "{% end %}")
        tokens = list(environment._lexer.tokens(source))
        start = time.process_time()
        assert with_bodies(tokens, frozenset()) == frozenset()
        return time.process_time() - start

    assert seconds(1200) < 10 * min(seconds(300) for _ in range(3))


def test_a_chain_of_elif_can_be_long() -> None:
    arms = "".join(f"{{% elif a == {number} %}}{number}" for number in range(4000))
    template = kida.Environment().from_string("{% if a is none %}none" + arms + "{% else %}else{% endif %}")
    assert [template.render(a=a) for a in (None, 0, 98, 99, 100, 3999, 4000)] == [
        *("none", "0", "98", "99", "100", "3999", "else")
    ]
