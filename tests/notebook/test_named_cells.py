"""Cells with names, in a real kernel: other cells include, extend and import them."""

from __future__ import annotations

from tests.notebook.kernel import Kernel


def test_a_named_cell_can_be_included_extended_and_imported(kernel: Kernel) -> None:
    kernel.run("%%kida --name base.html\n<main>{% block body %}empty{% end %}</main>")
    kernel.run("%%kida --name part.html\n<b>{{ word ?? 'no word' }}</b>")
    kernel.run("%%kida --name macros.html\n{% macro twice(text) %}{{ text }}{{ text }}{% end %}")
    kernel.run("word = 'hey'")
    cell = (
        "%%kida\n{% extends 'base.html' %}{% from 'macros.html' import twice %}"
        "{% block body %}{{ twice('<') }}{% include 'part.html' %}{% end %}"
    )
    assert kernel.run(cell).data["text/html"] == "<main>&lt;&lt;<b>hey</b></main>"


def test_running_a_named_cell_again_replaces_it_for_the_cells_that_use_it(kernel: Kernel) -> None:
    kernel.run("%%kida --name part.html\none")
    kernel.run("%%kida --name page.html\n<p>{% include 'part.html' %}</p>")
    kernel.run("%%kida --name part.html\ntwo")
    assert kernel.run("%%kida --as text\n{% include 'page.html' %}").text == "<p>two</p>"


def test_running_it_again_with_another_format_changes_what_is_escaped(kernel: Kernel) -> None:
    kernel.run("value = '<'")
    assert kernel.run("%%kida --name part --as text\n{{ value }}").text == "<"
    assert kernel.run("%%kida --name part --as html\n{{ value }}").text == "&lt;"
    assert kernel.run("%%kida --as text\n{% include 'part' %}{{ value }}").text == "&lt;<"


def test_a_cell_that_fails_while_it_renders_is_registered_all_the_same(kernel: Kernel) -> None:
    assert not kernel.run("%%kida --name card.html\n<b>{{ title }}</b>").ok
    assert kernel.run("%%kida\n{% include 'card.html' with context %}{% set title = 1 %}").ok is False
    kernel.run("title = 'now'")
    assert kernel.run("%%kida --as html\n{% include 'card.html' %}").text == "<b>now</b>"


def test_a_cell_that_does_not_compile_replaces_what_had_its_name(kernel: Kernel) -> None:
    kernel.run("%%kida --name part.html\nold")
    kernel.run("%%kida --name part.html\n{{ new")
    assert "part.html 1:1" in kernel.run("%%kida\n{% include 'part.html' %}").view


def test_a_name_may_have_spaces_between_quotes(kernel: Kernel) -> None:
    kernel.run('%%kida --name "my part.html"\nfound')
    assert kernel.run("%%kida\n{% include 'my part.html' %}").text == "found"


def test_a_missing_cell_is_told_from_one_that_has_not_run(kernel: Kernel) -> None:
    kernel.run("%%kida --name chart.html\nchart")
    view = kernel.run("%%kida\n{% include 'chrat.html' %}").view
    assert "template 'chrat.html' not found" in view
    assert "did you mean 'chart.html'?" in view
    assert "no cell of that name has run" in view


def test_a_cell_without_a_name_cannot_be_included(kernel: Kernel) -> None:
    kernel.run("%%kida\nplain")
    assert not kernel.run("%%kida\n{% include 'In[1]' %}").ok
