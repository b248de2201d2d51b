"""The parallel view in JupyterLab: its timeline zoomed, pointed at and walked through, and the rows linked with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kida_jupyter
from tests.browser.driver import expect
from tests.browser.parallel_page import ParallelView

if TYPE_CHECKING:
    from tests.browser.driver import Notebook

LEAKY = '''%load_ext kida_jupyter
import kida
from kida_jupyter import parallel
from threading import Barrier, current_thread

signed_in = {}  # shared by all threads: this is the mistake
meeting = Barrier(2, timeout=30)

def meet():
    if current_thread().name.startswith("kida-render"):
        meeting.wait()

def sign_in(name, number):
    if number % 2:
        meet()
    signed_in["name"] = name
    if not number % 2:
        meet()
    meet()
    return ""

def signature(_):
    name = signed_in["name"]
    meet()
    return name

texts = {
    "letter.txt": """{{ name | sign_in(number) }}Dear reader,
{% from "parts.txt" import closing %}{{ closing() }}{% block foot %}{{ 12 // (number - 5) }}{% end %}""",
    "parts.txt": """{% macro closing() %}Yours, {{ "" | signature }}.{% end %}""",
}
letter = kida.Environment(
    loader=kida.DictLoader(texts), filters={"sign_in": sign_in, "signature": signature}
).get_template("letter.txt")
names = ["Ada", "Emmy", "Grace", "Sofia", "Lise", "Maria", "Rosalind", "Hedy"]
run = parallel(letter, [{"name": name, "number": number} for number, name in enumerate(names)], workers=2, rounds=0)
run'''
"""Renders 0, 2, 4 and 6 sign with the next one's name, render 5 fails."""
MANY = '''from kida_jupyter import parallel
page = """{% macro row(n) %}<li>{{ n }}</li>{% end %}{% block body %}<ul>{% for n in range(count) %}{{ row(n) }}{% end %}</ul>{% end %}"""
parallel(page, [{"count": 8 + number % 5} for number in range(600)], workers=[1, 2, 4], rounds=1)'''
DEEP = '''from kida_jupyter import parallel
page = """{% macro row(n) %}{{ n }}{% end %}{% for n in range(1900) %}{{ row(n) }}{% end %}"""
parallel(page, [{}] * 14, workers=2, rounds=0)'''
"""More calls than are sent at once."""
AXE = Path(kida_jupyter.__file__).parent / "frontend/node_modules/axe-core/axe.min.js"
"""What looks for barriers; ``make test-frontend`` installs it."""
RUN_AXE = """view => axe.run(view).then(found => found.violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => [one.id, ...one.nodes.map(node => node.target.join(" ") + ": " + node.failureSummary)]))"""

FINGERS = """const box = stage.getBoundingClientRect();
  const touch = (type, pointerId, x, y) => stage.dispatchEvent(new PointerEvent(type, {
    pointerId, pointerType: "touch", clientX: box.x + x, clientY: box.y + y, bubbles: true, cancelable: true,
  }));"""
PINCH = f"""stage => {{ {FINGERS}
  const middle = box.width / 2;
  touch("pointerdown", 11, middle - 50, 60);
  touch("pointerdown", 12, middle + 50, 60);
  for (let apart = 50; apart <= 100; apart += 5) {{
    touch("pointermove", 11, middle - apart, 60);
    touch("pointermove", 12, middle + apart, 60);
  }}
  touch("pointerup", 11, middle - 100, 60);
  touch("pointerup", 12, middle + 100, 60);
}}"""
TAP = f"""stage => {{ {FINGERS}
  touch("pointerdown", 11, 6, 60);
  touch("pointerup", 11, 6, 60);
}}"""
"""On the first bar of the first lane."""


def opened(notebook: Notebook, cell: str) -> ParallelView:
    """The view that a cell shows."""
    notebook.run(cell)
    return ParallelView(notebook.page).ready()


def test_a_run_is_shown_live_in_the_place_of_its_static_form(notebook: Notebook) -> None:
    view = opened(notebook, MANY)
    expect(view.headline).to_contain_text("600 renders by")
    expect(view.timeline.locator(".lane-name").first).to_have_text("kida-render_0")
    expect(view.stage.locator("canvas")).to_be_visible()
    expect(view.whole.locator("svg.timeline")).to_have_count(0)
    expect(view.whole.locator("[data-closer]")).to_have_count(0)
    static = notebook.page.locator("[class^=kida-parallel-static]")
    expect(static).to_have_count(1)
    expect(static).to_be_hidden()
    notebook.keep_picture("parallel")
    notebook.use_theme("Dark")
    notebook.keep_picture("parallel-dark")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_timeline_has_the_colours_of_the_static_form(notebook: Notebook, theme: str) -> None:
    view = opened(notebook, LEAKY)
    notebook.use_theme(theme)
    static = {
        name: notebook.page.locator(f"[class^=kida-parallel-static] rect.bar.{name}").first.evaluate(
            "shape => getComputedStyle(shape).fill"
        )
        for name in ("differs", "failed")
    }
    assert len(set(static.values())) == 2
    for index, name in ((2, "differs"), (5, "failed")):
        expect(view.timeline.locator(f".key.{name}")).to_have_css("background-color", static[name])
        view.row(index).get_by_role("button").click()
        view.rest()
        assert view.colour_of_selected() == static[name]


def test_pointing_at_a_bar_or_a_call_tells_of_it(notebook: Notebook) -> None:
    view = opened(notebook, LEAKY)
    view.press("Home", "Enter")
    view.rest()
    view.point_at(view.selected)
    expect(view.hovered).to_be_visible()
    index = int(view.tooltip.locator(".title").inner_text().split()[1])
    for word in ("worker", "kida-render_", "began", "took", "alone", "calls"):
        expect(view.tooltip).to_contain_text(word)
    told = "differs from its serial twin" if index % 2 == 0 else "serial twin"
    expect(view.tooltip.locator(".said")).to_contain_text(told)
    notebook.keep_picture("parallel-tooltip")
    view.press("Enter")
    while "macro" not in view.line.inner_text():
        view.press("ArrowRight")
    view.rest()
    view.point_at(view.selected)
    expect(view.tooltip.locator(".title")).to_have_text("macro closing")
    expect(view.tooltip).to_contain_text("parts.txt 1:4")
    expect(view.tooltip).to_contain_text(f"context {index}")
    notebook.keep_picture("parallel-call")
    view.stage.evaluate("stage => stage.blur()")
    view.leave()
    expect(view.tooltip).to_be_hidden()


def test_the_wheel_zooms_with_control_moves_with_shift_and_scrolls_alone(notebook: Notebook) -> None:
    view = opened(notebook, MANY)
    first, last = view.seen()
    box = view.box(view.stage)
    x = box["x"] + box["width"] / 4
    notebook.page.mouse.move(x, box["y"] + 60)
    view.wheel(-300, "Control")
    begin, end = view.seen()
    assert end - begin < (last - first) * 0.85
    # what the pointer was at stays where it is
    pointed = first + (last - first) / 4
    assert abs(begin + (end - begin) / 4 - pointed) < (last - first) * 0.01
    view.wheel(120, "Shift")
    moved, to = view.seen()
    assert moved > begin
    assert abs((to - moved) - (end - begin)) <= 0.25  # it is told in tenths
    before = view.box(view.stage)["y"]
    view.wheel(80)
    notebook.page.wait_for_function(
        "([stage, before]) => Math.abs(stage.getBoundingClientRect().y - before) > 5",
        arg=[view.stage.element_handle(), before],
    )
    assert view.seen() == (moved, to)


def test_buttons_drags_and_the_strip_above_zoom_and_move(notebook: Notebook) -> None:
    view = opened(notebook, MANY)
    first, last = view.seen()
    expect(view.button("Zoom out")).to_have_attribute("aria-disabled", "true")
    for _ in range(4):
        view.button("Zoom in").click()
    begin, end = view.seen()
    assert end - begin < (last - first) / 4
    mouse = notebook.page.mouse
    box = view.box(view.stage)
    mouse.move(box["x"] + 300, box["y"] + 60)
    mouse.down()
    mouse.move(box["x"] + 150, box["y"] + 60, steps=5)
    mouse.up()
    dragged, _ = view.seen()
    assert abs(dragged - begin - 150 / box["width"] * (end - begin)) < (end - begin) * 0.02
    strip = view.box(view.overview)
    mouse.move(strip["x"] + strip["width"] * 0.8, strip["y"] + 10)
    mouse.down()
    mouse.up()
    jumped, to = view.seen()
    assert jumped <= 0.8 * last <= to
    notebook.keep_picture("parallel-zoomed")
    view.button("Show all").click()
    assert view.seen() == (first, last)
    view.button("A closer look").click()
    near, far = view.seen()
    assert far - near < last - first
    notebook.keep_picture("parallel-closer")


def test_two_fingers_zoom_and_one_taps(notebook: Notebook) -> None:
    view = opened(notebook, LEAKY)
    first, last = view.seen()
    view.stage.evaluate(PINCH)
    begin, end = view.seen()
    assert (end - begin) == pytest.approx((last - first) / 2, rel=0.02)
    assert (begin + end) / 2 == pytest.approx((first + last) / 2, rel=0.02)
    expect(view.selected).to_be_hidden()
    view.button("Show all").click()
    view.press("Home")
    one = view.line.inner_text()
    view.press("ArrowRight")
    view.stage.evaluate(TAP)
    expect(view.line).to_have_text(one)
    expect(view.tooltip).to_be_visible()


def test_the_keyboard_walks_through_renders_and_calls_and_comes_back(notebook: Notebook) -> None:
    view = opened(notebook, LEAKY)
    whole = view.seen()
    notebook.page.keyboard.press("Escape")
    view.button("Zoom in").focus()
    notebook.page.keyboard.press("Tab")
    expect(view.stage).to_be_focused()
    assert view.stage.evaluate("stage => getComputedStyle(stage).outlineStyle") == "solid"
    view.press("Home")
    expect(view.line).to_contain_text("Context")
    expect(view.line).to_contain_text("worker kida-render_")
    expect(view.selected).to_be_visible()
    expect(view.tooltip).to_be_visible()
    one = view.line.inner_text()
    view.press("ArrowRight")
    expect(view.line).not_to_have_text(one)
    view.press("ArrowLeft")
    expect(view.line).to_have_text(one)
    lane = view.box(view.selected)["y"]
    view.press("ArrowDown")
    expect(view.line).not_to_have_text(one)
    assert view.box(view.selected)["y"] > lane
    view.press("ArrowUp", "Home", "Enter")
    begin, end = view.seen()
    assert end - begin < (whole[1] - whole[0]) * 0.95
    view.press("Enter")
    expect(view.line).to_contain_text("into the render")
    while "macro closing" not in view.line.inner_text():
        view.press("ArrowRight")
    view.press("Enter")
    assert view.seen()[1] - view.seen()[0] < end - begin
    view.press("Escape")
    assert view.seen() == (begin, end)
    view.press("Escape")
    expect(view.line).to_have_text(one)
    view.press("Escape")
    assert view.seen() == whole
    view.press("Escape")
    expect(view.line).to_contain_text("Point at a bar")
    view.press("+", "+")
    assert view.seen()[1] - view.seen()[0] < whole[1] / 2
    view.press("-", "-")
    assert view.seen() == whole
    view.press("+", "+", "Shift+ArrowRight")
    middle = view.seen()
    view.press("Shift+ArrowLeft")
    assert view.seen()[0] < middle[0]
    view.press("0")
    assert view.seen() == whole
    # and not a word of it went to the notebook
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)


def test_rows_of_a_leaky_filter_are_red_with_a_diff_and_linked_with_the_timeline(notebook: Notebook) -> None:
    view = opened(notebook, LEAKY)
    expect(view.headline).to_have_text("✗ 4 of 8 renders by 2 threads differ from when alone")
    expect(view.whole.locator("tr.differs")).to_have_count(4)
    expect(view.row(2)).to_have_class("differs")
    expect(view.part(2).locator(".removed")).to_contain_text("Yours, Grace.")
    expect(view.part(2).locator(".added")).to_contain_text("Yours, Sofia.")
    view.row(2).get_by_role("button", name="Show context 2 in the timeline").click()
    expect(view.stage).to_be_focused()
    expect(view.line).to_contain_text("Context 2")
    expect(view.line).to_contain_text("differs from its serial twin")
    expect(view.selected).to_be_in_viewport()
    expect(view.row(2)).to_have_attribute("aria-current", "true")
    notebook.keep_picture("parallel-red")
    view.press("r")
    expect(view.row(2).get_by_role("button")).to_be_focused()
    expect(view.row(2)).to_be_in_viewport()
    notebook.keep_picture("parallel-row")
    view.row(4).hover()
    expect(view.hovered).to_be_attached()
    view.button("Its difference").click()
    expect(view.part(2)).to_be_in_viewport()


def test_what_is_wrong_is_gone_through_and_an_error_leads_to_its_view(notebook: Notebook) -> None:
    view = opened(notebook, LEAKY)
    expect(view.timeline.locator(".wrong-at")).to_have_text("5 to look at")
    found = set()
    for number in range(5):
        view.button("Next render that differs or failed").click()
        expect(view.timeline.locator(".wrong-at")).to_have_text(f"{number + 1} of 5")
        found.add(view.line.inner_text().split()[1])
    assert found == {"0", "2", "4", "5", "6"}
    while not view.line.inner_text().startswith("Context 5 "):
        view.press("p")
    expect(view.line).to_contain_text("failed, as its serial twin did")
    expect(view.line).to_contain_text("in block foot at letter.txt 2:")
    notebook.keep_picture("parallel-failed")
    view.button("Its error").click()
    error = view.part(5).locator(".kida-error")
    expect(error.locator(".headline")).to_contain_text("ZeroDivisionError")
    expect(error).to_be_in_viewport()
    expect(error.locator("mark:visible")).to_have_text("12 // (number - 5)")
    notebook.keep_picture("parallel-error")


def test_calls_that_had_no_room_come_when_they_are_looked_at(notebook: Notebook) -> None:
    view = opened(notebook, DEEP)
    view.press("Home")
    for _ in range(14):
        expect(view.line).to_contain_text("calls 1,900")
        view.press("ArrowRight")
    view.press("ArrowDown", "Home")
    for _ in range(14):
        expect(view.line).to_contain_text("calls 1,900")
        view.press("ArrowRight")


def test_a_saved_notebook_without_a_kernel_shows_the_static_form(notebook: Notebook) -> None:
    view = opened(notebook, LEAKY)
    notebook.command("docmanager:save")
    expect(notebook.page.locator(".jp-Notebook")).to_be_visible()
    notebook.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    path = notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    notebook.command("application:close")
    expect(view.whole).to_have_count(0)
    notebook.command("docmanager:open", path=path, kernelPreference={"shouldStart": False, "canStart": False})
    static = notebook.page.locator("[class^=kida-parallel-static]")
    expect(static.locator("svg.timeline").first).to_be_visible()
    expect(static.locator("tr.differs")).to_have_count(4)
    expect(view.whole).to_have_count(0)
    expect(notebook.page.locator(".jp-OutputArea-child:visible")).to_have_count(1)
    notebook.keep_picture("parallel-saved")


def test_a_link_to_a_templates_file_opens_it(notebook: Notebook) -> None:
    view = opened(
        notebook,
        """%load_ext kida_jupyter
import kida
from pathlib import Path
from kida_jupyter import parallel

Path("linked.html").write_text("{{ 1 // n }}")
template = kida.Environment(loader=kida.FileSystemLoader(".")).get_template("linked.html")
parallel(template, [{"n": 1}, {"n": 0}], workers=2, rounds=0)""",
    )
    view.part(1).get_by_role("link", name="linked.html").first.click()
    expect(notebook.page.locator(".lm-TabBar-tab.jp-mod-current", has_text="linked.html")).to_be_visible()
    assert len(notebook.page.context.pages) == 1


def test_a_narrow_page_cuts_nothing_off(notebook: Notebook) -> None:
    view = opened(notebook, LEAKY)
    notebook.make_narrow()
    expect(view.timeline.locator('[data-layout="narrow"]')).to_be_visible()
    view.ready()
    view.press("Home")
    expect(view.tooltip).to_be_visible()
    view.rest()
    inside = view.box(view.timeline)
    for part in (view.tooltip, view.line, view.overview, view.button("Zoom in"), view.button("Its row")):
        box = view.box(part)
        assert box["x"] >= inside["x"] - 1
        assert box["x"] + box["width"] <= inside["x"] + inside["width"] + 1
    notebook.keep_picture("parallel-narrow")


def test_axe_finds_no_serious_barrier(notebook: Notebook) -> None:
    if not AXE.exists():
        tell = pytest.fail if os.environ.get("KIDA_REQUIRE_BROWSER") == "1" else pytest.skip
        tell("axe-core is not installed: make test-frontend")
    view = opened(notebook, LEAKY)
    notebook.page.evaluate(AXE.read_text(encoding="utf-8"))
    for theme in ("Light", "Dark"):
        notebook.use_theme(theme)
        view.whole.locator("details").evaluate_all("all => { for (const one of all) one.open = true; }")
        for keys in (["Escape"], ["Home"], ["n", "Enter"]):
            view.press(*keys)
            view.rest()
            assert view.whole.evaluate(RUN_AXE) == [], (theme, keys)
