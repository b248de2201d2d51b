"""The trace view under a cell: what was called, which values there were, what wrote each piece."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

import kida
from kida_jupyter.views.trace import report_of_trace, trace_html, trace_text
from tests.notebook.kernel import Kernel

PAGE = "{% macro card(x) %}<b>{{ x }}</b>{% end %}{% for n in names %}{{ card(n) }}{% end %}"


def traced(text: str, **variables: Any) -> kida.RenderTrace:
    return kida.Environment().from_string(text, name="page.html").trace(variables)


class Seen(HTMLParser):
    """The elements of a page, and the texts of its pieces with their titles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.pieces: list[tuple[str, str]] = []
        self._title: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._title = dict(attrs).get("title")

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self.pieces.append((data, self._title))

    def handle_endtag(self, tag: str) -> None:
        self._title = None


def test_calls_from_one_place_are_a_row_with_how_often_and_how_deep() -> None:
    report = report_of_trace(traced(PAGE, names=["a", "b", "c"]))
    assert [(row.what, row.place, row.depth, row.count) for row in report.calls] == [
        ("template page.html", "page.html 1:1", 0, 1),
        ("macro card", "page.html 1:4", 1, 3),
    ]
    whole, card = report.calls
    assert 0 < card.own <= card.milliseconds < whole.milliseconds == report.milliseconds
    assert whole.share == pytest.approx(whole.own / whole.milliseconds)


def test_an_expression_is_a_row_with_its_last_value() -> None:
    report = report_of_trace(traced(PAGE, names=["a", "b", "c"]))
    assert [(row.expression, row.place, row.count, row.value) for row in report.values] == [
        ("x", "page.html 1:26", 3, "'c'"),
        ("names", "page.html 1:55", 1, "['a', 'b', 'c']"),
        ("card(n)", "page.html 1:66", 3, "Markup('<b>c</b>')"),
    ]


def test_each_piece_of_the_output_tells_what_wrote_it() -> None:
    page = Seen(trace_html(report_of_trace(traced(PAGE, names=["<i>", "b"]))))
    assert "".join(text for text, _ in page.pieces) == "<b>&lt;i&gt;</b><b>b</b>"
    text, title = page.pieces[1]
    assert (text, title.splitlines()) == (
        "&lt;i&gt;",
        ["x at page.html 1:26", "in macro card, called from page.html 1:66", "in turn 1 of 2, for n"],
    )


def test_html_in_values_names_and_output_stays_text() -> None:
    hostile = "</pre><script>alert(1)</script>"
    page = Seen(
        trace_html(report_of_trace(traced("{{ x | safe }}{{ '<img onerror=1>' | safe }}", x=hostile)))
    )
    assert {"script", "img"}.isdisjoint(page.tags)
    assert "".join(text for text, _ in page.pieces) == hostile + "<img onerror=1>"


def test_a_long_render_shows_its_beginning_and_how_much_more_there_is() -> None:
    text = "{% for n in range(5000) %}{{ n }}{% end %}" + "".join(f"{{{{ v{n} }}}}" for n in range(100))
    report = report_of_trace(traced(text, **{f"v{n}": "x" for n in range(100)}))
    assert report.segments == 5100
    assert len(report.pieces) + report.more_pieces == 5100
    assert len(report.values) + report.more_values == 102
    assert len(trace_html(report)) < 200_000
    assert "… 42 more" in trace_text(report)


def test_an_empty_result_has_a_view_too() -> None:
    report = report_of_trace(traced(""))
    assert (report.characters, report.segments, report.pieces) == (0, 0, ())
    assert "0 characters" in trace_text(report)
    assert "kida-trace" in trace_html(report)


def test_a_deep_recursion_is_drawn() -> None:
    text = "{% macro down(n) %}{{ n }}{% if n %}{{ down(n - 1) }}{% end %}{% end %}{{ down(200) }}"
    report = report_of_trace(traced(text))
    assert len(report.calls) + report.more_calls == 202
    assert trace_html(report).count("<tr>") > 60


def test_a_cell_shows_the_view_under_its_result(kernel: Kernel) -> None:
    kernel.run("names = ['a', 'b']")
    run = kernel.run(f"%%kida --trace --as text --to out\n{PAGE}")
    result, view = (output["text/plain"] for output in run.shown)
    assert result == "<b>a</b><b>b</b>"
    assert view.startswith("16 characters in ")
    assert "macro card at In[" in view
    assert kernel.value("out") == "'<b>a</b><b>b</b>'"


def test_a_quiet_cell_shows_the_view_alone(kernel: Kernel) -> None:
    assert kernel.run("%%kida --trace --quiet\nwords").text.startswith("5 characters in ")


def test_a_template_that_awaits_is_traced_too(kernel: Kernel) -> None:
    kernel.run("async def word(): return 'tea'")
    run = kernel.run("%%kida --trace --as text\n{{ await word() }}")
    result, view = (output["text/plain"] for output in run.shown)
    assert (result, view[:15]) == ("tea", "3 characters in")


def test_an_error_is_shown_as_without_a_trace(kernel: Kernel) -> None:
    run = kernel.run("%%kida --trace\n{{ 1 / 0 }}")
    assert run.error is not None
    assert run.view.startswith("ZeroDivisionError: division by zero")


def test_a_notebook_gets_the_view_as_html(kernel: Kernel) -> None:
    kernel.run("names = ['a']")
    run = kernel.run(f"%%kida --trace --as html\n{PAGE}")
    assert run.ok
    result, view = (output["text/html"] for output in run.shown)
    assert result == "<b>a</b>"
    assert 'class="kida-trace"' in view
