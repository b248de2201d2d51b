"""Tab and Shift-Tab within a template, in JupyterLab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.driver import expect

if TYPE_CHECKING:
    from tests.browser.driver import Notebook

LOAD = "%load_ext kida_jupyter\ncustomer = {'name': 'Ada', 'city': 'Paris'}\ncustoms = 3"


def test_tab_offers_the_variables_of_the_notebook_and_writes_the_one_chosen(notebook: Notebook) -> None:
    load, cell = notebook.open(LOAD, "%%kida\nDear {{ cust")
    load.run()
    cell.press("Tab")
    offered = notebook.page.locator(".jp-Completer-item")
    expect(offered).to_have_text([re.compile("customer"), re.compile("customs")])
    notebook.keep_picture("completion")
    notebook.page.keyboard.press("Enter")
    expect(cell.editor).to_have_text(re.compile(r"Dear \{\{ customer$"))


def test_tab_offers_the_keys_of_a_variable(notebook: Notebook) -> None:
    load, cell = notebook.open(LOAD, "%%kida\nDear {{ customer.")
    load.run()
    cell.press("Tab")
    names = notebook.page.locator(".jp-Completer-match")
    expect(names.filter(has_text=re.compile("^name$"))).to_be_visible()
    expect(names.filter(has_text=re.compile("^city$"))).to_be_visible()


def test_tab_behind_a_pipe_offers_filters(notebook: Notebook) -> None:
    load, cell = notebook.open(LOAD, "%%kida\n{{ customer.name | up")
    load.run()
    cell.press("Tab")
    expect(notebook.page.locator(".jp-Completer-item")).to_have_text([re.compile("upper.*filter")])
    notebook.page.keyboard.press("Enter")
    expect(cell.editor).to_have_text(re.compile(r"customer\.name \| upper$"))


def test_tab_in_plain_text_offers_no_names_of_python(notebook: Notebook) -> None:
    load, cell = notebook.open(LOAD, "%%kida\nDear cust\n{{ custo")
    load.run()
    cell.press("ArrowUp", "End", "Tab")
    # what the kernel answers to a second request comes after its answer to the first
    cell.press("Tab")
    expect(notebook.page.locator(".jp-Completer-item")).to_have_count(2)
    expect(cell.editor).to_have_text(re.compile(r"Dear cust\s*\{\{ custo$"))


def test_shift_tab_shows_the_help_of_a_filter(notebook: Notebook) -> None:
    load, cell = notebook.open(LOAD, "%%kida\n{{ customer.name | truncate")
    load.run()
    cell.press("Shift+Tab")
    tooltip = notebook.page.locator(".jp-Tooltip")
    expect(tooltip).to_contain_text("truncate(")
    expect(tooltip).to_contain_text("length")
    notebook.keep_picture("help-of-a-filter")
    notebook.page.keyboard.press("Escape")
    expect(tooltip).to_have_count(0)


def test_shift_tab_shows_the_type_and_value_of_a_variable(notebook: Notebook) -> None:
    load, cell = notebook.open(LOAD, "%%kida\n{{ customs")
    load.run()
    cell.press("Shift+Tab")
    tooltip = notebook.page.locator(".jp-Tooltip")
    expect(tooltip).to_contain_text("int")
    expect(tooltip).to_contain_text("3")
