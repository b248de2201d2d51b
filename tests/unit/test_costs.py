"""What a render costs, in instructions of Python's virtual machine: a number that no noise changes.

Beside Jinja2's for the same template and context, so that it means the same on each version of Python. What C does is not
in it: `benchmarks/compare.py` measures time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, SimpleNamespace
from typing import Any

import jinja2
import pytest

import kida
from kida.utils.workers import is_gil_enabled

ROWS = [{f"c{number}": f"<{row} & {number}>" for number in range(5)} for row in range(20)]
BIRDS = [SimpleNamespace(name=f"bird {number}", mass=number, tags=["b", "a"]) for number in range(20)]

# a name; the templates, of which the first is rendered; the context; at most so much of what Jinja2 takes: some 8 % more
# than it took on the version of Python that it took most on
WORKLOADS: list[tuple[str, dict[str, str], dict[str, Any], float]] = [
    (
        "a table to escape",
        {
            "page": "{% for row in rows %}{% for cell in row.values() %}<td>{{ cell }}</td>{% endfor %}{% endfor %}"
        },
        {"rows": ROWS},
        0.62,
    ),
    (
        "objects",
        {"page": "{% for b in birds %}<b>{{ b.name }}</b>{{ b.mass }}{% endfor %}"},
        {"birds": BIRDS},
        0.75,
    ),
    (
        "mappings",
        {"page": "{% for b in birds %}{{ b.name }}{% endfor %}"},
        {"birds": [vars(b) for b in BIRDS]},
        0.53,
    ),
    ("one line", {"page": "Hello {{ name }}!"}, {"name": "Zoë"}, 0.29),
    (
        "inheritance",
        {
            "page": "{% extends 'section' %}{% block title %}{{ name }}{{ super() }}{% endblock %}",
            "section": "{% extends 'base' %}{% block title %}{{ super() }}{% endblock %}",
            "base": "<{% block title %}{{ name }}{% endblock %}{% block body %}{% endblock %}>",
        },
        {"name": "Zoë"},
        0.86,
    ),
    (
        "macros",
        {
            "page": "{% macro m(b, size=1) %}{{ b.name }}{{ size }}{% endmacro %}{% for b in birds %}{{ m(b) }}{% endfor %}"
        },
        {"birds": BIRDS},
        0.39,
    ),
    (
        "includes",
        {"page": "{% for b in birds %}{% include 'part' %}{% endfor %}", "part": "{{ b.name }}"},
        {"birds": BIRDS},
        0.60,
    ),
    (
        "imports",
        {
            "page": "{% import 'lib' as lib %}{% from 'lib' import m %}{{ m(name) }}{{ lib.n(name, 2) }}{{ m(1) }}",
            "lib": "{% macro m(a) %}<{{ a }}>{% endmacro %}{% macro n(a, b=1) %}{{ a }}{{ b }}{% endmacro %}",
        },
        {"name": "Zoë"},
        0.49 if is_gil_enabled() else 0.68,  # without the GIL modules are not shared
    ),
    (
        "filters",
        {
            "page": "{% for b in birds %}{{ b.name | trim | title }}{{ b.tags | sort | join(', ') | upper }}{% endfor %}"
        },
        {"birds": BIRDS},
        0.53,
    ),
]


def instructions(render: Callable[[], str]) -> int:
    """How many instructions a render takes, once all that is made at first is there."""
    for _ in range(3):
        render()
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    with counting(one_more):
        render()
    return count


if sys.version_info >= (3, 12):

    @contextmanager
    def counting(one_more: Callable[..., None]) -> Iterator[None]:
        """Call a function at each instruction, by PEP 669."""
        monitoring = sys.monitoring
        tool = next(number for number in range(6) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(tool, "instructions")
        monitoring.register_callback(tool, monitoring.events.INSTRUCTION, one_more)
        monitoring.set_events(tool, monitoring.events.INSTRUCTION)
        try:
            yield
        finally:
            monitoring.set_events(tool, monitoring.events.NO_EVENTS)
            monitoring.register_callback(tool, monitoring.events.INSTRUCTION, None)
            monitoring.free_tool_id(tool)

else:

    @contextmanager
    def counting(one_more: Callable[..., None]) -> Iterator[None]:
        """Call a function at each instruction of the functions that are called meanwhile."""

        def seen(frame: FrameType, event: str, _: object) -> Any:
            frame.f_trace_opcodes = True
            if event == "opcode":
                one_more()
            return seen

        before = sys.gettrace()
        sys.settrace(seen)
        try:
            yield
        finally:
            sys.settrace(before)


@pytest.mark.thread_unsafe(reason="counts what its thread runs")
@pytest.mark.parametrize(
    ("templates", "context", "most"), [one[1:] for one in WORKLOADS], ids=[one[0] for one in WORKLOADS]
)
def test_a_render_takes_a_part_of_what_jinja2_takes(
    templates: dict[str, str], context: dict[str, Any], most: float
) -> None:
    ours = kida.Environment(loader=kida.DictLoader(templates), autoescape=True).get_template("page")
    theirs = jinja2.Environment(loader=jinja2.DictLoader(templates), autoescape=True).get_template("page")
    assert ours.render(context) == theirs.render(context)
    taken = instructions(lambda: ours.render(context)), instructions(lambda: theirs.render(context))
    assert taken[0] <= most * taken[1], f"{taken[0]} instructions, Jinja2 {taken[1]}"
