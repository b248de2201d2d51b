"""What ``%%kida`` and ``%kida`` show in JupyterLab."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.driver import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.driver import Notebook
    from tests.browser.lab import Lab

LOAD = "%load_ext kida_jupyter"
RUNNING = "[*]:"


def test_a_cell_shows_the_html_that_it_renders(notebook: Notebook) -> None:
    *_, cell = notebook.run(
        f"{LOAD}\ntitle, names = 'Crew & <co>', ['Ada', 'Bob']",
        "%%kida --as html\n<h1>{{ title }}</h1>\n<ul>{% for name in names %}<li>{{ name }}</li>{% end %}</ul>",
    )
    expect(cell.html.locator("h1")).to_have_text("Crew & <co>")
    expect(cell.html.locator("li")).to_have_text(["Ada", "Bob"])
    notebook.keep_picture("html")


@pytest.mark.parametrize(
    ("output", "template", "place", "text"),
    [
        ("markdown", "## {{ title }}\n\n- **{{ n }}**", "h2", "Crew"),
        ("svg", '<svg width="90" height="30"><text x="5" y="20">{{ title }}</text></svg>', "img, svg", None),
        ("json", '{"title": {{ title | tojson }}, "n": {{ n }}}', ".jp-RenderedJSON", "title"),
        ("latex", r"$$\sum_{i=1}^{ {{ n }} } i$$", "mjx-container", None),
        ("text", "<b>{{ title }}</b>", "pre", "<b>Crew</b>"),
    ],
)
def test_each_format_is_shown_as_what_it_is(
    notebook: Notebook, output: str, template: str, place: str, text: str | None
) -> None:
    _, cell = notebook.run(f"{LOAD}\ntitle, n = 'Crew', 4", f"%%kida --as {output}\n{template}")
    found = cell.output.locator(place).first
    expect(found).to_be_visible()
    if text is not None:
        expect(found).to_contain_text(text)
    size = found.bounding_box()
    assert size is not None
    assert size["height"] > 10
    notebook.keep_picture(f"format-{output}")


def test_a_streaming_cell_shows_its_beginning_before_the_render_ends(notebook: Notebook, lab: Lab) -> None:
    gate = lab.folder / "gate"
    os.mkfifo(gate)
    load, cell = notebook.open(
        f"{LOAD}\ndef rest():\n    with open('gate') as gate:\n        return gate.read()",
        "%%kida --stream\nthe beginning\n{{ rest() }}",
    )
    load.run()
    cell.start()
    expect(cell.text).to_have_text(re.compile(r"^\s*the beginning\s*$"))
    expect(cell.prompt).to_have_text(RUNNING)
    # the kernel waits to read from this
    with gate.open("w") as opened:
        opened.write("the end")
    expect(cell.text).to_have_text(re.compile(r"the beginning\s*the end"))
    expect(cell.prompt).not_to_have_text(RUNNING)
    expect(cell.output.locator(".jp-OutputArea-output")).to_have_count(1)


def lines_shown(printed: Locator) -> tuple[int, int]:
    """How many lines a text has, and as how many it is shown."""
    lines = len(printed.inner_text().rstrip("\n").split("\n"))
    height = printed.locator("pre").evaluate(
        "pre => pre.getBoundingClientRect().height / parseFloat(getComputedStyle(pre).lineHeight)"
    )
    return lines, round(height)


def test_the_help_of_the_line_magic_fits_into_the_page(notebook: Notebook) -> None:
    _, helped = notebook.run(LOAD, "%kida")
    for word in ("%%kida --as html", "%kida list", "%kida save", "%kida config"):
        expect(helped.printed).to_contain_text(word)
    lines, shown = lines_shown(helped.printed)
    assert lines > 20
    assert shown == lines
    notebook.keep_picture("help")


def test_the_list_of_named_cells_is_a_table(notebook: Notebook) -> None:
    *_, listed = notebook.run(
        f"{LOAD}\nname = 'Ada'",
        "%%kida --name card.html\n{% macro card(title, body) %}<b>{{ title }}</b>{{ body }}{% end %}",
        "%%kida --live --name greeting.txt\nHello {{ name }}",
        "%kida list",
    )
    named, live = listed.html.locator("table").all()
    expect(named.locator("th")).to_contain_text(["name", "from", "macros"])
    expect(named).to_contain_text("card.html")
    expect(named).to_contain_text("card(title, body)")
    expect(live).to_contain_text("greeting.txt")
    notebook.keep_picture("list")


def test_a_mistyped_option_gets_a_line_and_no_traceback(notebook: Notebook) -> None:
    _, cell = notebook.run(LOAD, "%%kida --as htlm\n<b></b>")
    expect(cell.output).to_contain_text("--as html")
    expect(cell.output).not_to_contain_text("Traceback")
