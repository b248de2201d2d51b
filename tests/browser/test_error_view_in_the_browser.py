"""The error view in JupyterLab: what it shows, where its links go, and how it looks in each theme."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.driver import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.driver import Notebook

LOAD = """%load_ext kida_jupyter
orders = [{"id": 1, "customer": {"name": "Ada"}}, {"id": 2, "customer": None}]"""
CARD = """%%kida --name card.html
{% macro card(order) %}
<section>
  <h2>{{ order.customer.name }}</h2>
</section>
{% end %}"""
PAGE = """%%kida --as html
{% from "card.html" import card %}
{% for order in orders %}
{{ card(order) }}
{% end %}"""


def test_an_error_view_shows_the_failing_expression_underlined_and_its_chain(notebook: Notebook) -> None:
    *_, failed = notebook.run(LOAD, CARD, PAGE)
    expect(failed.error).to_have_count(1)
    headline = failed.error.locator(".headline")
    expect(headline).to_contain_text("UndefinedError")
    expect(headline).to_contain_text("name")
    expect(headline).to_contain_text("K-RUN-")
    outer, inner = failed.error.locator("summary").all()
    expect(outer).to_contain_text(re.compile(r"in template at In\[3\] 3:4, iteration 2"))
    expect(inner).to_contain_text(re.compile(r"in macro card at card\.html 3:\d+, called from In\[3\] 3:4"))
    marked = failed.error.locator("mark:visible")
    expect(marked).to_have_text("order.customer.name")
    expect(marked).to_have_css("text-decoration-line", "underline")
    notebook.keep_picture("error-light")


def test_the_frames_of_an_error_view_open_by_mouse_and_by_keyboard(notebook: Notebook) -> None:
    *_, failed = notebook.run(LOAD, CARD, PAGE)
    outer = failed.error.locator("details").first
    excerpt = outer.locator("mark")
    expect(excerpt).to_be_hidden()
    # beside its link
    outer.locator("summary").click(position={"x": 8, "y": 8})
    expect(excerpt).to_be_visible()
    expect(excerpt).to_have_text("card(order)")
    expect(outer.locator("dt").filter(has_text="order").first).to_be_visible()
    outer.locator("summary").focus()
    notebook.page.keyboard.press("Enter")
    expect(excerpt).to_be_hidden()


FAR = [f"# {number}" for number in range(30)]
"""Cells between two others, so that both are never seen at once."""


def test_the_link_of_a_frame_goes_to_the_named_cell(notebook: Notebook) -> None:
    load, card, *_, failed = notebook.open(LOAD, CARD, *FAR, PAGE)
    for cell in (load, card, failed):
        cell.run()
    expect(card.editor).not_to_be_in_viewport()
    failed.error.get_by_role("link", name="card.html").click()
    expect(card.editor).to_be_in_viewport()
    # in this tab, this notebook still
    expect(notebook.page.locator(".jp-NotebookPanel")).to_have_count(1)
    assert len(notebook.page.context.pages) == 1


@pytest.mark.parametrize("first", ["", LOAD], ids=["in the first cell", "in a later cell"])
def test_the_link_of_a_python_frame_goes_to_the_cell_of_the_function(notebook: Notebook, first: str) -> None:
    function = "import kida_jupyter\n@kida_jupyter.filter\ndef half(number):\n    return number / 0"
    cells = [first, function] if first else [f"{LOAD}\n{function}"]
    opened = notebook.open(*cells, *FAR, "%%kida\n{{ 4 | half }}")
    registered, failed = opened[len(cells) - 1], opened[-1]
    for cell in (*opened[: len(cells)], failed):
        cell.run()
    expect(registered.editor).not_to_be_in_viewport()
    step = failed.error.locator("details").filter(has_text="in Python function")
    expect(step).to_contain_text("return number / 0")
    step.get_by_role("link", name=f"In[{len(cells)}]").click()
    expect(registered.editor).to_be_in_viewport()


def test_a_syntax_error_shows_where_it_is_and_what_was_expected(notebook: Notebook) -> None:
    _, failed = notebook.run(
        LOAD,
        "%%kida --as html\n<ul>\n{% for order in orders %}\n  <li>{{ order.id | }}</li>\n{% end %}\n</ul>",
    )
    expect(failed.error.locator(".kind").first).to_have_text("TemplateSyntaxError")
    expect(failed.error).to_contain_text("filter")
    expect(failed.error.locator("summary").first).to_contain_text("In[2] 3:")
    expect(failed.error.locator("pre").first).to_contain_text("<li>{{ order.id | }}</li>")
    notebook.keep_picture("syntax-error")


def test_all_syntax_errors_of_a_template_are_shown(notebook: Notebook) -> None:
    _, failed = notebook.run(LOAD, "%%kida\n{{ orders | }}\n<p>\n{{ 1 + }}")
    expect(failed.error.locator(".headline")).to_have_count(2)
    expect(failed.error.locator("mark:visible")).to_have_count(2)
    notebook.keep_picture("syntax-errors")


@pytest.mark.parametrize("call", ["template.render()", "await template.render_async()"])
def test_a_template_rendered_in_a_cell_of_python_fails_with_the_same_view(
    notebook: Notebook, call: str
) -> None:
    _, failed = notebook.run(
        f"{LOAD}\nimport kida\ntemplate = kida.Environment().from_string('<b>{{{{ titel }}}}</b>')", call
    )
    expect(failed.error.locator("mark:visible")).to_have_text("titel")
    expect(failed.error).to_contain_text(call)
    expect(failed.output).not_to_contain_text("Traceback")


def test_html_in_values_and_messages_is_text(notebook: Notebook) -> None:
    _, failed = notebook.run(
        f"{LOAD}\nevil = '<img src=/evil.png>'\n\ndef fail(value):\n    raise ValueError(f'{{value}}<b>bold</b>')",
        "%%kida\n{{ fail(evil) }}",
    )
    expect(failed.error.locator(".headline")).to_contain_text("<img src=/evil.png><b>bold</b>")
    expect(failed.error).to_contain_text("evil")
    expect(failed.output.locator("img")).to_have_count(0)
    # JupyterLab asks for less: whether the path that it finds in the text is one of a file
    assert not [url for url in notebook.seen.requests if url.endswith("evil.png")]


CONTRASTS = """view => {
  const channels = color => color.match(/[\\d.]+/g).map(Number);
  const light = color => {
    const [r, g, b] = channels(color).map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isSeen = color => { const [,,, alpha = 1] = channels(color); return alpha > 0; };
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (isSeen(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || node.tagName === "STYLE" || !node.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
    found.push({text: texts.currentNode.data.trim(), ratio: (a + 0.05) / (b + 0.05)});
  }
  return found;
}"""
"""The texts of a view, and how their color stands out from what is behind them, as WCAG 2 counts it."""
READABLE = 4.5
"""WCAG 2.2, 1.4.3, for text of an ordinary size."""


def contrasts(view: Locator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = view.evaluate(CONTRASTS)
    return found


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_view_is_readable_in_each_theme(notebook: Notebook, theme: str) -> None:
    *_, failed, misspelt = notebook.run(LOAD, CARD, PAGE, "%%kida\n{{ ordres | join }}")
    notebook.use_theme(theme)
    for cell in (failed, misspelt):
        for summary in cell.error.locator("details:not([open]) summary").all():
            summary.click(position={"x": 8, "y": 8})
        found = contrasts(cell.error)
        assert len(found) > 5
        assert [one for one in found if one["ratio"] < READABLE] == []
    expect(misspelt.error.locator(".hint")).to_contain_text("orders")
    notebook.keep_picture(f"error-{theme.lower()}-open")


def test_the_view_of_a_narrow_page_is_cut_off_nowhere(notebook: Notebook) -> None:
    long = "x" * 300
    _, _, failed, wide = notebook.run(
        LOAD,
        CARD,
        PAGE,
        f"%%kida --name a-rather-long-name-of-a-template-in-a-folder.html\n<p>{long}{{{{ orders[0].customer.nmae }}}}</p>",
    )
    notebook.make_narrow()
    for cell in (failed, wide):
        assert cell.error.evaluate("view => view.scrollWidth - view.clientWidth") <= 0
        for part in cell.error.locator("summary, p, dl").all():
            assert part.evaluate("part => part.scrollWidth - part.clientWidth") <= 0
    expect(wide.error.locator("mark:visible")).to_have_text("orders[0].customer.nmae")
    notebook.keep_picture("error-narrow")
