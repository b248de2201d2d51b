"""The playground in JupyterLab: an editor, its result, and what wrote what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import kida_jupyter
from tests.browser.driver import Playground, expect

if TYPE_CHECKING:
    from tests.browser.driver import Cell, Notebook

DATA = """%load_ext kida_jupyter
title = "Penguins 🐧 of Palmer"
birds = [
    {"species": "Adelie", "mass": 3706, "island": "Torgersen & Dream"},
    {"species": "Chinstrap", "mass": 3733, "island": "Dream"},
    {"species": "Gentoo", "mass": 5092, "island": "Biscoe <north>"},
]"""
MAKE = '''from kida_jupyter import Playground
p = Playground({"report.html": """{% from "parts.html" import row %}
<h1>{{ title }}</h1>
<p>Counted: {{ birds | length }}</p>
<table>
{% for bird in birds %}
  {{ row(bird) }}
{% end %}
</table>
""", "parts.html": """{% macro row(bird) %}<tr>
  <td>{{ bird.species }}</td><td>{{ bird.island }}</td><td>{{ bird.mass }} g</td>
</tr>{% end %}
"""})
p'''
AXE = Path(kida_jupyter.__file__).parent / "frontend/node_modules/axe-core/axe.min.js"
"""What looks for barriers; ``make test-frontend`` installs it."""
RUN_AXE = """playground => axe.run(playground, { iframes: false }).then(found => found.violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => [one.id, ...one.nodes.map(node => node.target.join(" ") + ": " + node.failureSummary)]))"""
WHERE_THE_FOCUS_IS = """() => {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  const label = found.getAttribute("aria-label") ?? found.innerText ?? "";
  const isDrawn = style => style.boxShadow !== "none" || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  const after = one => getComputedStyle(one, "::after");
  const ring = isDrawn(getComputedStyle(found))
    || [found.parentElement, found.closest(".cm-editor")].some(one => one && after(one).content !== "none" && isDrawn(after(one)))
    || (found.matches(".divider:focus-visible") && after(found).backgroundColor !== "rgba(0, 0, 0, 0)");
  return { name: found.tagName === "IFRAME" ? "frame" : label.trim().replace(/\\s+/g, " "), inside: !!found.closest(".playground"), ring };
}"""
"""What has the focus, whether that is in a playground, and whether it is to be seen."""


def opened(notebook: Notebook, *more: str) -> tuple[Playground, list[Cell]]:
    """A playground of a report, and the cells that come after, which have not run."""
    load, make, *others = notebook.open(DATA, MAKE, *more)
    load.run()
    make.run()
    playground = Playground(notebook.page)
    expect(playground.preview.locator("td")).to_have_count(9)
    return playground, others


def test_a_playground_shows_its_result_and_follows_what_is_typed(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    expect(playground.preview.locator("h1")).to_have_text("Penguins 🐧 of Palmer")
    playground.write_after("Counted", " by Zoë 😀")
    expect(playground.preview.locator("p")).to_have_text("Counted: 3")
    expect(playground.preview).to_contain_text("by Zoë 😀")
    notebook.keep_picture("playground")
    notebook.use_theme("Dark")
    expect(playground.whole.locator('.playground[data-theme="dark"]')).to_be_visible()
    notebook.keep_picture("playground-dark")


def test_pointing_at_a_piece_of_the_preview_lights_the_expression_that_wrote_it(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    playground.preview.locator("h1").hover()
    expect(playground.code.locator(".here")).to_have_text("title")
    expect(playground.chain).to_contain_text("title at report.html 2:8")
    playground.preview.get_by_text("Gentoo").hover()
    expect(playground.chain).to_contain_text("bird.species at parts.html 2:10")
    expect(playground.chain).to_contain_text("in macro row, called from report.html 6:6")
    expect(playground.chain).to_contain_text("bird 3 of 3")
    # the expression is in another tab; in this one, the call that led to it is lit
    expect(playground.code.locator(".here")).to_have_text("row(bird)")
    assert playground.chain.inner_text().startswith(playground.chain.get_attribute("title") or "nothing")
    notebook.keep_picture("playground-pointed-at")
    playground.preview.get_by_text("Gentoo").click()
    expect(playground.tab("parts.html")).to_have_attribute("aria-selected", "true")
    notebook.use_theme("Dark")
    playground.preview.get_by_text("5092").hover()
    expect(playground.code.locator(".here")).to_have_text("bird.mass")
    notebook.keep_picture("playground-pointed-at-dark")


def test_the_cursor_on_an_expression_lights_all_that_it_wrote(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    playground.tab("parts.html").click()
    playground.line("bird.island").get_by_text("island").click()
    expect(playground.chain).to_contain_text("bird.island wrote 3 pieces")
    assert playground.lit == ["Torgersen & Dream", "Dream", "Biscoe <north>"]
    playground.tab("Text").click()
    expect(playground.whole.locator(".text-view .lit")).to_have_text(
        ["Torgersen &amp; Dream", "Dream", "Biscoe &lt;north&gt;"]
    )
    notebook.keep_picture("playground-lit-text")


def test_a_broken_template_keeps_the_last_good_result_and_one_click_mends_it(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    playground.write_after("Counted", "{{ titel | upper }}")
    notebook.page.keyboard.press("Escape")
    expect(playground.state).to_have_text("error: shows the last good result")
    expect(playground.error).to_contain_text("titel")
    expect(playground.preview.locator("td")).to_have_count(9)
    underlined = playground.code.locator(".cm-lintRange-error")
    expect(underlined).to_have_text("titel")
    notebook.keep_picture("playground-error")
    notebook.use_theme("Dark")
    notebook.keep_picture("playground-error-dark")
    underlined.hover()
    playground.whole.get_by_role("button", name="Replace with title").click()
    expect(playground.state).to_have_text("up to date")
    expect(playground.preview).to_contain_text("PENGUINS 🐧 OF PALMER")
    expect(playground.error).to_be_hidden()
    expect(underlined).to_have_count(0)


def test_a_syntax_error_is_told_and_goes_with_its_cause(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    playground.write_after("Counted", "{% if %}")
    expect(playground.state).to_have_text("error: shows the last good result")
    expect(playground.error).to_be_visible()
    expect(playground.code.locator(".cm-lintRange-error").first).to_be_visible()
    expect(playground.preview.locator("td")).to_have_count(9)
    for _ in range(len("{% if %}")):
        notebook.page.keyboard.press("Backspace")
    expect(playground.state).to_have_text("up to date")
    expect(playground.error).to_be_hidden()


def test_completion_offers_the_variables_of_the_notebook(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    playground.write_after("Counted", " {{ ti")
    offered = playground.whole.locator(".cm-tooltip-autocomplete")
    expect(offered.get_by_role("option").filter(has_text="title")).to_be_visible()
    notebook.keep_picture("playground-completion")
    expect(offered.locator("[aria-selected]")).to_contain_text("title")
    playground.accept(offered)
    notebook.page.keyboard.type(" }}")
    expect(playground.line("Counted")).to_contain_text("{{ title")
    expect(playground.preview).to_contain_text("3 Penguins 🐧 of Palmer")


def test_a_cell_that_changes_a_variable_changes_the_result(notebook: Notebook) -> None:
    playground, (change,) = opened(notebook, "title = 'Geese'")
    change.run()
    expect(playground.preview.locator("h1")).to_have_text("Geese")


def test_a_variable_is_overridden_as_json_for_the_playground_alone(notebook: Notebook) -> None:
    playground, (look,) = opened(notebook, "print(title, p.overrides)")
    playground.button("Context").click()
    expect(playground.panel.locator('tr[data-name="title"]')).to_contain_text("notebook")
    playground.button("Override: title").click()
    value = playground.whole.get_by_label("title in this playground, as JSON")
    value.fill("Birds")
    value.press("Enter")
    expect(playground.panel.locator(".input-error")).to_contain_text("not JSON")
    value.fill("12345678901234567890.50")
    value.press("Enter")
    expect(playground.preview.locator("h1")).to_have_text("1.2345678901234567e+19")
    playground.button("Change: title").click()
    expect(value).to_have_value("1.2345678901234567e+19")
    value.fill("12345678901234567890")
    value.press("Enter")
    expect(playground.preview.locator("h1")).to_have_text("12345678901234567890")
    playground.button("Change: title").click()
    value.fill('"Birds"')
    value.press("Enter")
    expect(playground.preview.locator("h1")).to_have_text("Birds")
    expect(playground.panel.locator('tr[data-name="title"]')).to_contain_text("override")
    notebook.keep_picture("playground-context")
    look.run()
    expect(look.printed).to_contain_text("Penguins 🐧 of Palmer {'title': 'Birds'}")
    playground.button("Reset: title").click()
    expect(playground.preview.locator("h1")).to_have_text("Penguins 🐧 of Palmer")


def test_the_trace_tells_what_was_called_and_leads_to_it(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    playground.button("Trace").click()
    row = playground.panel.get_by_role("row").filter(has_text="macro row")
    expect(row).to_contain_text("parts.html 1:")
    expect(row).to_contain_text("×3")
    row.hover()
    expect(playground.chain).to_have_text("macro row wrote 3 pieces")
    notebook.keep_picture("playground-trace")
    assert [text for text in playground.lit if text.strip()][:2] == ["Adelie", "Torgersen & Dream"]
    row.click()
    expect(playground.tab("parts.html")).to_have_attribute("aria-selected", "true")
    playground.panel.get_by_role("button", name="Close the panel").click()
    expect(playground.panel).to_be_hidden()


def test_the_python_code_is_linked_to_the_lines_of_the_template(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    playground.line("Counted").click()
    playground.button("Python").click()
    code = playground.panel.locator(".cm-content")
    expect(code).to_contain_text("Counted")
    expect(code.locator(".lit").first).to_be_visible()
    code.locator(".cm-line", has_text="_filter_length").first.hover()
    expect(playground.code.locator(".here")).to_have_text("<p>Counted: {{ birds | length }}</p>")
    notebook.keep_picture("playground-python")


def test_a_playground_that_is_shown_twice_stays_in_step(notebook: Notebook) -> None:
    playground, (again,) = opened(notebook, "p")
    again.run()
    second = Playground(notebook.page, 1)
    expect(second.preview.locator("td")).to_have_count(9)
    playground.write_after("Counted", " of all")
    expect(second.line("Counted")).to_contain_text("of all")
    expect(second.preview).to_contain_text("of all")
    second.write_after("Counted", " kinds")
    expect(playground.line("Counted")).to_contain_text("of all kinds")
    expect(playground.preview).to_contain_text("of all kinds")


def test_all_of_it_is_reached_by_keyboard_with_the_focus_to_be_seen(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    keys = notebook.page.keyboard
    playground.tab("report.html main").focus()
    seen: list[dict[str, Any]] = []
    for _ in range(40):
        found = notebook.page.evaluate(WHERE_THE_FOCUS_IS)
        if not found["inside"]:
            break
        if not found["ring"]:  # CodeMirror marks its focus a little later
            notebook.page.wait_for_function(f"() => ({WHERE_THE_FOCUS_IS})().ring")
        seen.append(found)
        if found["name"].startswith("Template "):
            keys.press("Escape")  # Tab indents in the editor, but after this
        keys.press("Tab")
    names = [one["name"] for one in seen]
    assert not found["inside"], f"the focus does not come out: {names}"
    for name in ("report.html main", "Preview", "Pin", "frame", "Values", "Context", "Trace", "Python"):
        assert name in names, names


def test_a_value_is_overridden_and_the_result_walked_through_by_keyboard(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    keys = notebook.page.keyboard
    playground.tab("report.html main").focus()
    keys.press("ArrowRight")
    expect(playground.tab("parts.html")).to_have_attribute("aria-selected", "true")
    expect(playground.line("bird.species")).to_be_visible()
    keys.press("ArrowLeft")
    expect(playground.tab("report.html main")).to_be_focused()
    playground.button("Context").focus()
    keys.press("Enter")
    playground.button("Override: title").focus()
    keys.press("Enter")
    expect(playground.whole.get_by_label("title in this playground, as JSON")).to_be_focused()
    keys.type('"Keys"')
    keys.press("Enter")
    expect(playground.preview.locator("h1")).to_have_text("Keys")
    keys.press("Escape")
    expect(playground.panel).to_be_hidden()
    expect(playground.button("Context")).to_be_focused()
    playground.frame.focus()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(playground.chain).to_contain_text("at report.html 2:")
    keys.press("Enter")
    expect(playground.code).to_be_focused()


def test_axe_finds_no_serious_barrier(notebook: Notebook) -> None:
    if not AXE.exists():
        tell = pytest.fail if os.environ.get("KIDA_REQUIRE_BROWSER") == "1" else pytest.skip
        tell("axe-core is not installed: make test-frontend")
    playground, _ = opened(notebook)
    notebook.page.evaluate(AXE.read_text(encoding="utf-8"))

    def look(what: str) -> None:
        assert playground.whole.evaluate(RUN_AXE) == [], what

    for theme in ("Light", "Dark"):
        notebook.use_theme(theme)
        expect(playground.whole.locator(f'.playground[data-theme="{theme.lower()}"]')).to_be_visible()
        for tab in ("Text", "Diff", "Preview"):
            playground.tab(tab).click()
            look(f"{theme}, {tab}")
        for panel in ("Trace", "Python", "Context"):
            playground.button(panel).click()
            expect(playground.panel.get_by_role("heading", name=panel)).to_be_visible()
            look(f"{theme}, {panel}")
        playground.write_after("Counted", "{{ titel }}")
        notebook.page.keyboard.press("Escape")
        expect(playground.error).to_be_visible()
        look(f"{theme}, an error")
        for _ in range(len("{{ titel }}")):
            notebook.page.keyboard.press("Backspace")
        expect(playground.state).to_have_text("up to date")
        playground.button("Context").click()


def test_a_narrow_page_shows_editor_and_result_one_over_the_other(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    notebook.make_narrow()
    expect(playground.whole.locator('.playground[data-layout="narrow"]')).to_be_visible()
    above = playground.code.bounding_box()
    below = playground.frame.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    notebook.keep_picture("playground-narrow")


def test_the_diff_compares_with_the_result_before_or_with_a_pinned_one(notebook: Notebook) -> None:
    playground, (change,) = opened(notebook, "title = 'Geese'")
    playground.tab("Diff").click()
    diff = playground.whole.locator(".diff")
    expect(diff).to_contain_text("Nothing to compare with yet")
    playground.button("Pin").click()
    change.run()
    expect(diff).to_contain_text("1 change since the pinned result")
    expect(diff.locator(".cm-deletedChunk")).to_contain_text("Penguins 🐧 of Palmer")
    expect(diff.locator(".cm-changedLine")).to_contain_text("Geese")
    notebook.keep_picture("playground-diff")
    playground.button("Pinned").click()
    playground.write_after("Counted", "x")
    expect(diff).to_contain_text("1 change since the result before")
    expect(diff.locator(".cm-changedLine")).to_contain_text("x")


def test_live_values_stand_at_the_ends_of_lines_and_go_with_one_click(notebook: Notebook) -> None:
    playground, _ = opened(notebook)
    values = playground.code.locator(".cm-value")
    expect(playground.line("birds | length").locator(".cm-value")).to_have_text("3×1")
    playground.button("Values").click()
    expect(values).to_have_count(0)
    expect(playground.button("Values")).to_have_attribute("aria-pressed", "false")
    playground.button("Values").click()
    expect(values.first).to_be_visible()


def test_a_template_is_added_in_the_page_and_rendered_on_its_own(notebook: Notebook) -> None:
    playground, (look,) = opened(notebook, "print(p.main, sorted(p.templates))")
    playground.button("Add a template").click()
    for name, complaint in [
        ("parts.html", "is there already"),
        ("../note.md", "not a name of a file within a folder"),
    ]:
        notebook.page.keyboard.type(name)
        notebook.page.keyboard.press("Enter")
        expect(playground.whole.locator(".add .input-error")).to_contain_text(complaint)
        notebook.page.keyboard.press("Control+a")
    notebook.keep_picture("playground-no-name")
    notebook.page.keyboard.type("note.md")
    expect(playground.whole.locator(".add .input-error")).to_have_text("")
    notebook.page.keyboard.press("Enter")
    expect(playground.tab("note.md")).to_have_attribute("aria-selected", "true")
    playground.code.click()
    notebook.page.keyboard.type("# About {{ title")
    notebook.page.keyboard.press("End")
    playground.button("Render this").click()
    playground.whole.get_by_label("Format").select_option("markdown")
    expect(playground.preview.locator("h1")).to_have_text("About Penguins 🐧 of Palmer")
    notebook.keep_picture("playground-markdown")
    look.run()
    expect(look.printed).to_contain_text("note.md ['note.md', 'parts.html', 'report.html']")


def test_tags_are_typed_as_they_are_and_a_change_from_python_is_undone_as_one(notebook: Notebook) -> None:
    playground, (change,) = opened(notebook, "p.source = 'from Python'")
    playground.code.click()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.type("<p>x<i>two</i></p>{% if title %}!{% end %")
    expect(playground.preview).to_have_text("xtwo!")
    # The brace is there: typing over it changes nothing, and is nothing to keep when Python sets the text.
    notebook.page.keyboard.type("}")
    assert (
        playground.code.inner_text().splitlines()[0].startswith("<p>x<i>two</i></p>{% if title %}!{% end %}")
    )
    change.run()
    expect(playground.preview).to_have_text("from Python")
    playground.code.click()
    notebook.page.keyboard.press("Control+z")
    expect(playground.preview).to_have_text("xtwo!")
