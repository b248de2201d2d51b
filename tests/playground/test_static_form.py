"""A playground where no kernel runs: as HTML in notebooks and exports, as text elsewhere."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter

from kida_jupyter.playground import Playground
from tests.notebook.kernel import PATIENCE, Kernel
from tests.playground.page import Page, opened


class Read(HTMLParser):
    """What a page is made of: its elements with their attributes, and the text in some of them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data


def form(p: Playground) -> Read:
    return Read(p._repr_mimebundle_()[0]["text/html"])


HOSTILE = '</iframe></pre><script>alert(1)</script><img src="//x" onerror=x>" onload="x'


def test_the_form_has_the_templates_and_the_result_escaped_and_nothing_that_runs() -> None:
    text = f"{HOSTILE}{{{{ 1 }}}}"
    p = Playground({"</style>.html": text}, notebook=None)
    read = form(p)
    assert {tag for tag, _ in read.elements} <= {
        *("div", "style", "p", "figure", "figcaption", "pre", "span", "iframe", "details", "summary"),
    }
    assert [one for _, found in read.elements for one in found if one.startswith("on")] == []
    assert read.texts["pre"] == [text, f"{HOSTILE}1"]
    assert read.texts["span"] == ["{{ 1 }}"]
    frame = dict(read.elements)["iframe"]
    assert frame["sandbox"] == ""
    assert str(frame["srcdoc"]).endswith(f"{HOSTILE}1")
    policy = Read(str(frame["srcdoc"]).removesuffix(f"{HOSTILE}1")).elements[1][1]
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert str(policy["content"]).startswith("default-src 'none'")


def test_a_result_that_is_no_page_is_shown_as_text_alone() -> None:
    read = form(Playground("# {{ 1 }}", format="markdown", notebook=None))
    assert "iframe" not in dict(read.elements)
    assert read.texts["pre"] == ["# {{ 1 }}", "# 1"]


def test_a_failure_is_shown_with_the_last_good_result() -> None:
    p = Playground("{{ 1 }}", format="text", notebook=None)
    p.source = "{{ 1 / 0 }}"
    read = form(p)
    assert "ZeroDivisionError" in "".join(read.texts["div"])
    assert read.texts["pre"][-1] == "1"
    assert "division by zero" in p._repr_mimebundle_()[0]["text/plain"]


def test_of_a_long_result_the_beginning_is_kept() -> None:
    p = Playground("{{ 'x' * 250_000 }}", format="text", notebook=None)
    read = form(p)
    assert len(read.texts["pre"][-1]) == 100_000
    assert "150,000 more characters" in "".join(read.texts["p"])
    assert len(p._repr_mimebundle_()[0]["text/plain"]) < 3_000


def test_all_forms_are_there_for_who_asks_for_them() -> None:
    data, _ = Playground("{{ 1 }}", notebook=None)._repr_mimebundle_()
    assert data["text/plain"] == "Playground of template.txt\n\n1"
    assert data["application/vnd.jupyter.widget-view+json"]["version_major"] == 2


def test_the_form_hides_itself_by_the_class_that_views_of_the_widget_have(kernel: Kernel) -> None:
    page = opened(kernel, "from kida_jupyter import Playground\np = Playground('{{ 1 }}'); p")
    (name,) = page.state["_dom_classes"]
    assert f":root:has(.{name}) .{name.replace('playground', 'static')} {{ display: none; }}" in kernel.value(
        "p._static()"
    )


def test_the_form_is_brought_up_to_date_when_no_more_edits_come(page: Page) -> None:
    page.edit("<i>{{ title }}</i>")
    while True:  # without a cell that runs
        message = page.kernel.client.get_iopub_msg(timeout=PATIENCE)
        if message["msg_type"] == "update_display_data":
            break
    assert "&lt;i&gt;Dream&lt;/i&gt;" in message["content"]["data"]["text/html"]


def notebook(cells: list[dict[str, Any]]) -> Any:
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize("is_state_kept", [False, True])
def test_an_export_shows_the_last_state(kernel: Kernel, is_state_kept: bool) -> None:
    run = kernel.run("from kida_jupyter import Playground\nPlayground('<i>{{ 1 + 1 }}</i>')")
    outputs = [
        nbformat.v4.new_output("display_data", data=json.loads(json.dumps(data))) for data in run.shown
    ]
    made = notebook([nbformat.v4.new_code_cell("p", outputs=outputs)])
    if is_state_kept:
        model = run.shown[0]["application/vnd.jupyter.widget-view+json"]["model_id"]
        made.metadata["widgets"] = {
            "application/vnd.jupyter.widget-state+json": {"state": {model: {}}, "version_major": 2}
        }
    html, _ = HTMLExporter().from_notebook_node(made)
    assert "<pre>&lt;i&gt;2&lt;/i&gt;</pre>" in html
    assert ("&lt;Playground of template.html&gt;" in html) is not is_state_kept
