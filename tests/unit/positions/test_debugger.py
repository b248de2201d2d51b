"""Python's tools at work on templates: pdb steps through a template's file, and coverage sees its lines."""

from __future__ import annotations

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
import kida
env = kida.Environment(loader=kida.FileSystemLoader({folder!r}))
template = env.get_template("page.html")
entries = [{{"name": "tea", "price": 3}}, {{"name": "water", "price": 0}}]
print(template.{call})
"""
ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "foot.html").write_text(FOOT)
    return tmp_path


def debugged(
    folder: Path, *commands: str, call: str = 'render(title="tea", entries=entries, never=0)'
) -> list[str]:
    """What pdb answers to each command, the first of which it gets before the script has begun."""
    script = folder / "script.py"
    script.write_text(SCRIPT.format(folder=str(folder), call=call))
    done = subprocess.run(
        [sys.executable, "-m", "pdb", str(script)],
        input="\n".join([*commands, "quit", ""]),
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={
            "PYTHONPATH": ":".join(path for path in sys.path if path),
            "PYTHON_COLORS": "0",
            "PATH": "/usr/bin:/bin",
        },
    )
    answers = done.stdout.split("(Pdb) ")
    assert len(answers) > len(commands), done.stdout + done.stderr
    return [answer.strip() for answer in answers[1 : len(commands) + 1]]


def test_pdb_stops_at_a_line_of_a_template_and_shows_its_variables(folder: Path) -> None:
    answers = debugged(
        folder,
        f"break {folder / 'page.html'}:5",
        "continue",
        "p price",
        "p item",
        "p item['name']",
        "p title",
    )
    assert answers[0].startswith("Breakpoint 1 at ")
    assert answers[0].endswith("page.html:5")
    assert answers[1] == f"> {folder / 'page.html'}(5)macro row()\n-> <td>{{{{ price }}}}</td>"
    assert answers[2] == "6"
    assert answers[3] == "{'name': 'tea', 'price': 3}"
    assert answers[4] == "'tea'"
    assert answers[5].startswith("*** NameError")


def test_pdb_shows_the_variables_of_a_loop_by_their_names(folder: Path) -> None:
    answers = debugged(
        folder, f"break {folder / 'page.html'}:11", "continue", "p entry['name']", "p title", "p len(entries)"
    )
    assert answers[1].startswith(f"> {folder / 'page.html'}(11)template()")
    assert answers[2:] == ["'water'", "'tea'", "2"]


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (
            "{% macro m(x) %}{{ x }}{% endmacro %}\n{% for x in entries %}\n{{ x.name }}{% endfor %}",
            3,
            "{'name': 'tea', 'price': 3}",
        ),
        (
            "{% for x in [1] %}{{ x }}{% endfor %}\n{% for x in entries %}\n{{ x.name }}{% endfor %}",
            3,
            "{'name': 'tea', 'price': 3}",
        ),
        (
            "{% for x in [1] %}{{ x }}{% endfor %}\n{% macro m(x) %}\n{{ x }}\n{% endmacro %}\n{{ m(2) }}",
            3,
            "2",
        ),
        (
            "{% block a %}{% set x = 1 %}{% endblock %}{% block b %}{% set x = 2 %}\n{{ x }}{% endblock %}",
            2,
            "2",
        ),
    ],
)
def test_pdb_knows_a_variable_by_its_name_though_another_of_the_template_has_it_too(
    tmp_path: Path, text: str, line: int, expected: str
) -> None:
    (tmp_path / "page.html").write_text(text)
    answers = debugged(tmp_path, f"break {tmp_path / 'page.html'}:{line}", "continue", "p x")
    assert answers[2] == expected


def test_pdb_shows_who_called(folder: Path) -> None:
    answers = debugged(
        folder, f"break {folder / 'page.html'}:4", "continue", "where", "up 3", "p entry['price']"
    )
    where = answers[2]
    assert re.search(r"page\.html\(9\)template\(\)\n-> <tr>\{\{ row\(entry\) \}\}</tr>", where)
    assert re.search(r"> .*page\.html\(4\)macro row\(\)\n-> <td>\{\{ item\.name \}\}</td>$", where)
    assert where.index("(9)template()") < where.index("(4)macro row()")


def test_pdb_goes_from_line_to_line(folder: Path) -> None:
    page = folder / "page.html"
    answers = debugged(folder, f"break {page}:7", "continue", *["next"] * 8)
    lines = [
        int(match[1])
        for answer in answers[1:]
        if (match := re.match(rf"> {re.escape(str(page))}\((\d+)\)", answer))
    ]
    told = [line for number, line in enumerate(lines) if not number or line != lines[number - 1]]
    assert told[:3] == [7, 8, 9]
    assert told[told.index(9) :].index(8) < told[told.index(9) :].index(11)


def test_pdb_steps_from_a_template_into_a_macro(folder: Path) -> None:
    page = folder / "page.html"
    answers = debugged(folder, f"break {page}:9", "continue", *["step"] * 40)
    assert any(answer.split("\n-> ")[0].endswith("page.html(3)macro row()") for answer in answers[2:])


def test_pdb_steps_from_a_template_into_an_included_one(folder: Path) -> None:
    answers = debugged(folder, f"break {folder / 'foot.html'}:2", "continue", "p year", "p never")
    assert answers[1] == f"> {folder / 'foot.html'}(2)template()\n-> <p>{{{{ year }}}}</p>"
    assert answers[2] == "2024"
    assert answers[3] == "0"


def test_pdb_stops_where_a_condition_holds(folder: Path) -> None:
    answers = debugged(
        folder, f"break {folder / 'page.html'}:8, entry['price'] == 0", "continue", "p entry['name']"
    )
    assert answers[2] == "'water'"


def test_pdb_lists_the_text_of_the_template(folder: Path) -> None:
    answers = debugged(folder, f"break {folder / 'page.html'}:3", "continue", "list 1, 4")
    assert "1  \t<h1>{{ title | upper }}</h1>\n" in answers[2]
    assert "  3 B->\t  {% set price" in answers[2]


@pytest.mark.parametrize(
    "call",
    [
        '__class__ and list(template.render_stream(title="tea", entries=entries, never=0))',
        '__class__ and __import__("asyncio").run(template.render_async(title="tea", entries=entries, never=0))',
    ],
    ids=["stream", "async"],
)
def test_pdb_stops_in_every_form(folder: Path, call: str) -> None:
    answers = debugged(folder, f"break {folder / 'page.html'}:5", "continue", "p price", call=call)
    assert answers[1].startswith(f"> {folder / 'page.html'}(5)macro row()")
    assert answers[2] == "6"


def test_pdb_after_a_failure_stands_in_the_template(folder: Path) -> None:
    answers = debugged(
        folder,
        "continue",
        "bt",
        "p item",
        call='render(title="tea", entries=[{"price": {1: 2}, "name": "x"}], never=0)',
    )
    assert "Uncaught exception" in answers[0]
    assert answers[0].endswith(
        f"> {folder / 'page.html'}(3)macro row()\n-> {{% set price = item.price * 2 %}}"
    )
    assert answers[2] == "{'price': {1: 2}, 'name': 'x'}"


# --- coverage --------------------------------------------------------------------------------------------------------


CONTEXT: dict[str, Any] = {"title": "tea", "entries": [{"name": "tea", "price": 3}], "never": 0}


def covered(folder: Path, form: str, context: dict[str, Any]) -> dict[str, set[int]]:
    measure = coverage.Coverage(data_file=None, include=[str(folder / "*")], config_file=False)
    template = Environment(loader=FileSystemLoader(folder)).get_template("page.html")
    with measure.collect():
        FORMS[form](template, context)
    data = measure.get_data()
    return {Path(name).name: set(data.lines(name) or ()) for name in data.measured_files()}


@pytest.mark.parametrize("form", FORMS)
def test_coverage_sees_the_lines_that_ran_and_not_the_others(folder: Path, form: str) -> None:
    lines = covered(folder, form, CONTEXT)
    assert {1, 3, 4, 5, 7, 8, 9, 14} <= lines["page.html"]
    assert 11 not in lines["page.html"]
    assert {1, 2, 3} <= lines["foot.html"]
    assert 4 not in lines["foot.html"]


def test_coverage_sees_the_other_branch_when_it_runs(folder: Path) -> None:
    context = {**CONTEXT, "entries": [{"name": "water", "price": 0}], "never": 1}
    lines = covered(folder, "render", context)
    assert 11 in lines["page.html"]
    assert not {3, 4, 5, 9} & lines["page.html"]
    assert 4 in lines["foot.html"]


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
    assert page[: len(wanted)] == wanted  # a stream comes back to the include for each piece
    assert list(dict.fromkeys(line for name, line in seen if name == "foot.html")) == [1, 2, 3]


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
