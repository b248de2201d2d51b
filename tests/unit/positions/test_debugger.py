"""Python's tools at work on templates: pdb steps through a template's file, and coverage sees its lines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import coverage
import pytest

from kida import Environment, FileSystemLoader
from tests.unit.positions.blame import FORMS

PAGE = """\
<h1>{{ title | upper }}</h1>
{% macro row(item) %}
  {% set price = item.price * 2 %}
  <td>{{ item.name }}</td>
  <td>{{ price }}</td>
{% endmacro %}
{% for entry in entries %}
  {% if entry.price %}
    <tr>{{ row(entry) }}</tr>
  {% else %}
    <tr>{{ entry.name }} is free</tr>
  {% endif %}
{% endfor %}
{% include "foot.html" %}
"""
FOOT = """\
{% set year = 2024 %}
<p>{{ year }}</p>
{% if never %}
  <p>{{ never }}</p>
{% endif %}
"""
SCRIPT = """\
import asyncio, pdb, kida
template = kida.Environment(loader=kida.FileSystemLoader({folder!r})).get_template("page.html")
entries = [{{"name": "tea", "price": 3}}, {{"name": "water", "price": 0}}]
context = {{"title": "tea", "entries": entries, "never": 0}}
debugger = pdb.Pdb()
for place in {breaks!r}:
    assert debugger.set_break(*place) is None
debugger.run({call!r}, globals())
"""
RENDER = "print(template.render(context))"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "foot.html").write_text(FOOT)
    return tmp_path


def answers_of(script: str, *commands: str) -> list[str]:
    """What pdb, started by a script, answers to each command."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input="\n".join([*commands, "quit", ""]),
        capture_output=True,
        check=False,
        text=True,
        timeout=180,
        cwd=ROOT,
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHON_COLORS": "0"},
    )
    answers = done.stdout.split("(Pdb) ")
    assert len(answers) > len(commands), done.stdout + done.stderr
    return [answer.strip() for answer in answers[1 : len(commands) + 1]]


def debugged(
    folder: Path,
    *commands: str,
    at: int,
    file: str = "page.html",
    condition: str | None = None,
    call: str = RENDER,
) -> list[str]:
    """The place where pdb first stops in a template, and its answers to commands there."""
    breaks = [(str(folder / file), at, False, condition)]
    return answers_of(SCRIPT.format(folder=str(folder), breaks=breaks, call=call), "continue", *commands)


def test_pdb_stops_at_a_line_of_a_template_and_shows_its_variables(folder: Path) -> None:
    answers = debugged(folder, "p price", "p item", "p item['name']", "p title", at=5)
    assert answers[0] == f"> {folder / 'page.html'}(5)macro row()\n-> <td>{{{{ price }}}}</td>"
    assert answers[1] == "6"
    assert answers[2] == "{'name': 'tea', 'price': 3}"
    assert answers[3] == "'tea'"
    assert answers[4].startswith("*** NameError")


def test_pdb_shows_the_variables_of_a_loop_by_their_names(folder: Path) -> None:
    answers = debugged(folder, "p entry['name']", "p title", "p len(entries)", at=11)
    assert answers[0].startswith(f"> {folder / 'page.html'}(11)template()")
    assert answers[1:] == ["'water'", "'tea'", "2"]


TEA = "{'name': 'tea', 'price': 3}"
SAME_NAMES = {
    "a macro's parameter, in a loop": (
        "{% macro m(x) %}{{ x }}{% endmacro %}\n{% for x in entries %}\n{{ x.name }}{% endfor %}",
        3,
        TEA,
    ),
    "another loop's, in a loop": (
        "{% for x in [1] %}{{ x }}{% endfor %}\n{% for x in entries %}\n{{ x.name }}{% endfor %}",
        3,
        TEA,
    ),
    "a loop's, in a macro": (
        "{% for x in [1] %}{{ x }}{% endfor %}\n{% macro m(x) %}\n{{ x }}\n{% endmacro %}\n{{ m(2) }}",
        3,
        "2",
    ),
    "another block's, in a block": (
        "{% block a %}{% set x = 1 %}{% endblock %}{% block b %}{% set x = 2 %}\n{{ x }}{% endblock %}",
        2,
        "2",
    ),
    "another macro's, in a macro": (
        "{% macro a() %}{% set x = 1 %}{% endmacro %}{% macro b() %}{% set x = 2 %}\n{{ x }}\n{% endmacro %}{{ b() }}",
        2,
        "2",
    ),
}


@pytest.mark.parametrize("name", SAME_NAMES)
def test_pdb_knows_a_variable_by_its_name_though_another_has_the_same(tmp_path: Path, name: str) -> None:
    text, line, expected = SAME_NAMES[name]
    (tmp_path / "page.html").write_text(text)
    assert debugged(tmp_path, "p x", at=line)[1] == expected


def test_pdb_shows_who_called(folder: Path) -> None:
    where = debugged(folder, "where", at=4)[1]
    assert re.search(r"page\.html\(9\)template\(\)\n-> <tr>\{\{ row\(entry\) \}\}</tr>", where)
    assert re.search(r"> .*page\.html\(4\)macro row\(\)\n-> <td>\{\{ item\.name \}\}</td>$", where)
    assert where.index("(9)template()") < where.index("(4)macro row()")


def test_pdb_goes_up_to_the_caller(folder: Path) -> None:
    answers = debugged(folder, *["up"] * 3, at=4)
    assert f"> {folder / 'page.html'}(9)template()\n-> <tr>{{{{ row(entry) }}}}</tr>" in answers


def test_pdb_goes_from_line_to_line(folder: Path) -> None:
    answers = debugged(folder, *["next"] * 8, at=7)
    place = re.compile(rf"> {re.escape(str(folder / 'page.html'))}\((\d+)\)")
    lines = [int(match[1]) for answer in answers if (match := place.match(answer))]
    told = [line for number, line in enumerate(lines) if not number or line != lines[number - 1]]
    assert told[:3] == [7, 8, 9]
    assert told[told.index(9) :].index(8) < told[told.index(9) :].index(11)


def test_pdb_steps_from_a_template_into_a_macro(folder: Path) -> None:
    answers = debugged(folder, *["step"] * 60, at=9)
    assert any(answer.split("\n-> ")[0].endswith("page.html(3)macro row()") for answer in answers)


def test_pdb_sets_a_break_by_the_line_alone_once_it_is_in_a_template(folder: Path) -> None:
    answers = debugged(folder, "break 11", "continue", "p entry['name']", at=8)
    assert answers[1] == f"Breakpoint 2 at {folder / 'page.html'}:11"
    assert answers[3] == "'water'"


def test_pdb_stops_in_an_included_template(folder: Path) -> None:
    answers = debugged(folder, "p year", "p never", at=2, file="foot.html")
    assert answers[0] == f"> {folder / 'foot.html'}(2)template()\n-> <p>{{{{ year }}}}</p>"
    assert answers[1:] == ["2024", "0"]


def test_pdb_stops_where_a_condition_holds(folder: Path) -> None:
    assert debugged(folder, "p entry['name']", at=8, condition="entry['price'] == 0")[1] == "'water'"


def test_pdb_lists_the_text_of_the_template(folder: Path) -> None:
    listed = debugged(folder, "list 1, 4", at=3)[1]
    assert "1  \t<h1>{{ title | upper }}</h1>\n" in listed
    assert "  3 B->\t  {% set price" in listed


@pytest.mark.parametrize(
    "call", ["list(template.render_stream(context))", "asyncio.run(template.render_async(context))"]
)
def test_pdb_stops_in_every_form(folder: Path, call: str) -> None:
    answers = debugged(folder, "p price", at=5, call=call)
    assert answers[0].startswith(f"> {folder / 'page.html'}(5)macro row()")
    assert answers[1] == "6"


def test_pdb_after_a_failure_stands_in_the_template(folder: Path) -> None:
    call = "try: template.render(context, entries=[{'price': {}, 'name': 'x'}, {'price': {1: 2}, 'name': 'y'}])\n"
    call += "except TypeError: pdb.post_mortem()"
    script = SCRIPT.format(folder=str(folder), breaks=[], call="0").replace(
        "debugger.run('0', globals())", call
    )
    answers = answers_of(script, "list 3, 3", "p item", "up")
    assert "{% set price = item.price * 2 %}" in answers[0]
    assert answers[1] == "{'price': {1: 2}, 'name': 'y'}"
    assert answers[2].startswith(f"> {folder / 'page.html'}(9)template()")


BY_COMMAND = ["break {page}:5"] if sys.version_info < (3, 13) else []
"""Since Python 3.13 pdb's own ``break file:line`` takes the names of ``.py`` files alone."""


@pytest.mark.parametrize("command", ["tbreak 1", *BY_COMMAND])
def test_pdb_sets_a_break_by_command(folder: Path, command: str) -> None:
    answers = debugged(folder, command.format(page=folder / "page.html"), at=7)
    assert "reakpoint 2 at " in answers[1]


# --- coverage --------------------------------------------------------------------------------------------------------


CONTEXT: dict[str, Any] = {"title": "tea", "entries": [{"name": "tea", "price": 3}], "never": 0}


def covered(folder: Path, form: str, context: dict[str, Any]) -> dict[str, set[int]]:
    measure = coverage.Coverage(data_file=None, include=[str(folder / "*")], config_file=False)
    template = Environment(loader=FileSystemLoader(folder)).get_template("page.html")
    measure.set_option("run:core", "pytrace")  # the one that is there on every Python
    with measure.collect():
        FORMS[form](template, context)
    data = measure.get_data()
    return {Path(name).name: set(data.lines(name) or ()) for name in data.measured_files()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.thread_unsafe(reason="a process has one stack of what measures its coverage")
def test_coverage_sees_the_lines_that_ran_and_not_the_others(folder: Path, form: str) -> None:
    lines = covered(folder, form, CONTEXT)
    assert {1, 3, 4, 5, 7, 8, 9, 14} <= lines["page.html"]
    assert 11 not in lines["page.html"]
    assert {1, 2, 3} <= lines["foot.html"]
    assert 4 not in lines["foot.html"]


@pytest.mark.thread_unsafe(reason="a process has one stack of what measures its coverage")
def test_coverage_sees_the_other_branch_when_it_runs(folder: Path) -> None:
    context = {**CONTEXT, "entries": [{"name": "water", "price": 0}], "never": 1}
    lines = covered(folder, "render", context)
    assert 11 in lines["page.html"]
    assert not {3, 4, 5, 9} & lines["page.html"]
    assert 4 in lines["foot.html"]


@pytest.mark.thread_unsafe(reason="a process has one stack of what measures its coverage")
def test_coverage_sees_no_line_that_the_template_does_not_have(folder: Path) -> None:
    lines = covered(folder, "render", CONTEXT)
    assert lines["page.html"] <= set(range(1, len(PAGE.splitlines()) + 2))
    assert lines["foot.html"] <= set(range(1, len(FOOT.splitlines()) + 2))


@pytest.mark.parametrize("form", FORMS)
def test_a_trace_function_sees_the_lines_in_the_order_in_which_they_run(folder: Path, form: str) -> None:
    template = Environment(loader=FileSystemLoader(folder)).get_template("page.html")
    FORMS[form](template, CONTEXT)
    seen: list[tuple[str, int]] = []

    def note(frame: Any, event: str, _argument: Any) -> Any:
        name = Path(frame.f_code.co_filename)
        if event == "line" and name.parent == folder and seen[-1:] != [(name.name, frame.f_lineno)]:
            seen.append((name.name, frame.f_lineno))
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        FORMS[form](template, CONTEXT)
    finally:
        sys.settrace(before)
    wanted = [1, 7, 8, 9, 3, 4, 5, 7, 14]
    page = [line for name, line in seen if name == "page.html" and line in wanted]
    remaining = iter(page)
    assert all(line in remaining for line in wanted), "in this order, though Python may tell a line again"
    assert list(dict.fromkeys(line for name, line in seen if name == "foot.html")) == [1, 2, 3]


@pytest.mark.thread_unsafe(reason="a process has one profiler")
def test_a_profiler_names_macros_and_templates(folder: Path) -> None:
    import cProfile
    import pstats

    template = Environment(loader=FileSystemLoader(folder)).get_template("page.html")
    profiler = cProfile.Profile()
    profiler.runcall(template.render, **{**CONTEXT, "entries": CONTEXT["entries"] * 5})
    stats: dict[tuple[str, int, str], tuple[int, ...]] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    calls = {(Path(name).name, function): counts[1] for (name, _, function), counts in stats.items()}
    assert calls["page.html", "macro row"] == 5
    assert calls["page.html", "template"] == 1
    assert calls["foot.html", "template"] == 1
