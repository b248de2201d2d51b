"""Live cells in JupyterLab: their output changes in place, and never goes away in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.browser.driver import expect

if TYPE_CHECKING:
    from tests.browser.driver import Cell, Notebook

LOAD = "%load_ext kida_jupyter\nnames = ['Ada']\nn = 4"
LIVE = "%%kida --as html --live\n<ul>{% for name in names %}<li>{{ name }}</li>{% end %}</ul>"

WATCH = """area => {
  const state = {texts: [], heights: [], outputs: []};
  const output = area.querySelector(".jp-OutputArea-output");
  const look = () => {
    state.texts.push(area.innerText.trim());
    state.heights.push(area.getBoundingClientRect().height);
    state.outputs.push([...area.querySelectorAll(".jp-OutputArea-output")].map(one => one === output));
  };
  new MutationObserver(look).observe(area, {childList: true, subtree: true, characterData: true});
  area.watched = state;
}"""
"""Note what an output area shows after each change, whether that is in the same node, and how high it is."""


def watch(cell: Cell) -> None:
    cell.output.evaluate(WATCH)


def watched(cell: Cell) -> dict[str, Any]:
    found: dict[str, Any] = cell.output.evaluate("area => area.watched")
    return found


def test_a_live_cell_changes_in_place_after_another_cell_ran(notebook: Notebook) -> None:
    load, live, change = notebook.open(LOAD, LIVE, "names.append('Bob')")
    load.run()
    live.run()
    expect(live.html.locator("li")).to_have_text(["Ada"])
    watch(live)
    change.run()
    expect(live.html.locator("li")).to_have_text(["Ada", "Bob"])
    seen = watched(live)
    assert seen["texts"], "no change was seen"
    assert "" not in seen["texts"]
    assert min(seen["heights"]) > 10
    assert all(same == [True] for same in seen["outputs"]), seen["outputs"]
    notebook.keep_picture("live")


def test_a_live_cell_whose_variables_stay_is_left_alone(notebook: Notebook) -> None:
    load, live, other, change = notebook.open(LOAD, LIVE, "n = 5", "names = ['Bob']")
    load.run()
    live.run()
    watch(live)
    other.run()
    change.run()
    expect(live.html.locator("li")).to_have_text(["Bob"])
    assert set(watched(live)["texts"]) == {"Bob"}


def test_an_error_in_a_live_cell_shows_in_its_place_and_mends_itself(notebook: Notebook) -> None:
    load, live, fail, mend = notebook.open(LOAD, "%%kida --live\n{{ 100 / n }} each", "n = 0", "n = 5")
    load.run()
    live.run()
    expect(live.text).to_have_text("25.0 each")
    watch(live)
    fail.run()
    expect(live.error.locator(".headline")).to_contain_text("ZeroDivisionError")
    expect(live.error.locator("mark:visible")).to_have_text("100 / n")
    expect(fail.output.locator(".jp-OutputArea-output")).to_have_count(0)
    notebook.keep_picture("live-error")
    mend.run()
    expect(live.text).to_have_text("20.0 each")
    expect(live.error).to_have_count(0)
    expect(live.output.locator(".jp-OutputArea-output")).to_have_count(1)


def test_live_cells_that_are_stopped_stay_as_they_are(notebook: Notebook) -> None:
    load, live, stop, change, last = notebook.open(
        LOAD, LIVE, "%kida live stop", "names = ['Bob']", "%kida live"
    )
    for cell in (load, live, stop, change, last):
        cell.run()
    expect(last.printed).to_contain_text("No live cells")
    expect(live.html.locator("li")).to_have_text(["Ada"])
