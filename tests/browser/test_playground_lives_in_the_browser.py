"""What a playground does when it is not alone, large, without a kernel, or only looked at; and how quick it is."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.driver import Playground, expect

if TYPE_CHECKING:
    from tests.browser.driver import Notebook
    from tests.browser.lab import Lab

LOAD: Final = "%load_ext kida_jupyter\nfrom kida_jupyter import Playground\nname = 'Zoë'"
RESTART: Final = (
    "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart().then(() => null)"
)
SHUT_DOWN: Final = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown().then(() => null)"
CODE_POINTS: Final = "👩‍🔬 é\t{{ a }}😀{{ b }}\r\n\t{{ c }}e\u0301{{ a }}"
"""What has more UTF-16 units than characters, more characters than are seen, tabs, and the line end of Windows."""

LONG: Final = '''big = [{"name": f"bird {n}", "note": "x" * 40, "mass": n * 3.5} for n in range(500)]
lines = "\\n".join(f"<p>{{{{ name }}}} line {n}: {{{{ big[{n}].mass | round }}}}</p>" for n in range(180))
source = """<h1>{{ name }}</h1>
{% macro row(bird) %}<tr><td>{{ bird.name }}</td><td>{{ bird.note | upper }}</td><td>{{ bird.mass }}</td></tr>{% endmacro %}
""" + lines + """
<table>
{% for bird in big %}
{{ row(bird) }}
{% endfor %}
</table>
<p>The end</p>
"""'''
"""A template of some 200 lines, an expression or two in each, with a result of some 50,000 characters."""
PAGE: Final = '''big = [{"name": f"bird {n}", "note": "x" * 40, "mass": n * 3.5} for n in range(500)]
lines = "\\n".join(f"<p>A line of a page, as most are</p>" if n % 6 else "<p>{{ name }}</p>" for n in range(180))
source = "<h1>{{ name }}</h1>\\n" + lines + """
<table>
{% for bird in big %}
<tr><td>{{ bird.name }}</td><td>{{ bird.note }}</td><td>{{ bird.mass }}</td></tr>
{% endfor %}
</table>
<p>The end</p>
"""'''
"""The same with an expression in every sixth line."""
PAINTED: Final = """() => new Promise(done => {
  const frame = document.querySelector(".kida-playground").shadowRoot?.querySelector("iframe.preview-frame")
    ?? document.querySelector("iframe.preview-frame");
  const shown = frame.contentDocument.querySelector("h1");
  let began;
  const watch = new MutationObserver(() => {
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  watch.observe(shown, { childList: true, characterData: true, subtree: true });
  document.addEventListener("keydown", () => { began = performance.now(); }, { once: true, capture: true });
})"""
"""Milliseconds from the next key to the screen after the heading of the preview has changed."""


def only(notebook: Notebook, code: str, *more: str) -> Playground:
    """A playground that one cell makes, which is shown."""
    load, make, *_ = notebook.open(LOAD, code, *more)
    load.run()
    make.run()
    playground = Playground(notebook.page)
    expect(playground.state).to_have_text("up to date")
    return playground


def test_several_playgrounds_do_not_disturb_each_other(notebook: Notebook) -> None:
    first = only(notebook, "Playground('<p>one {{ name }}</p>')", "Playground('<p>two {{ name }}</p>')")
    notebook.cell(2).run()
    second = Playground(notebook.page, 1)
    expect(second.preview.locator("p")).to_have_text("two Zoë")
    first.write_after("one", " and {{ titel")
    expect(first.state).to_have_text("error: shows the last good result")
    second.write_after("two", "!")
    expect(second.preview).to_contain_text("!")
    expect(second.state).to_have_text("up to date")
    expect(first.preview.locator("p")).to_have_text("one Zoë")


def test_a_template_without_end_is_stopped_and_leaves_the_kernel_usable(notebook: Notebook) -> None:
    playground = only(notebook, "p = Playground('<p>{{ name }}</p>', seconds=0.5)\np", "print(6 * 7)")
    playground.write_after("name", "{% for i in range(10 ** 12) %}{% endfor %}")
    notebook.page.keyboard.press("Escape")
    expect(playground.line("name")).to_contain_text("</p>{% for i in range(10 ** 12) %}{% endfor %}")
    expect(playground.line("name")).not_to_contain_text("%}%}")
    expect(playground.error).to_contain_text("K-RUN-016")
    expect(playground.preview.locator("p")).to_have_text("Zoë")
    notebook.keep_picture("playground-budget")
    look = notebook.cell(2).run()
    expect(look.printed).to_contain_text("42")


def test_a_restart_of_the_kernel_leaves_the_last_result_and_what_was_typed(notebook: Notebook) -> None:
    playground = only(notebook, "Playground('<p>{{ name }}</p>')")
    notebook.page.evaluate(RESTART)
    expect(playground.state).to_have_text("no kernel: shows the last result")
    playground.write_after("name", "typed later")
    expect(playground.line("typed later")).to_be_visible()
    expect(playground.preview.locator("p")).to_have_text("Zoë")
    notebook.keep_picture("playground-without-kernel")
    notebook.cell(0).run()
    notebook.cell(1).run()
    expect(Playground(notebook.page).state).to_have_text("up to date")


def saved(notebook: Notebook, lab: Lab) -> Path:
    """A notebook with a playground, edited in the page and saved as the page does it."""
    playground = only(notebook, "p = Playground('<h1>Dear {{ name }}</h1>')\np", "p.source")
    playground.write_after("Dear", "<p>It is {{ 6 * 7 }}.</p>")
    expect(playground.preview).to_contain_text("It is 42.")
    notebook.cell(2).run()  # the saved form follows at the end of a cell, if not before
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save').then(() => null)")
    (path,) = lab.folder.glob(f"{notebook.name}.ipynb")
    return path


def test_a_notebook_that_is_opened_again_shows_the_last_state_without_a_kernel(
    notebook: Notebook, lab: Lab
) -> None:
    saved(notebook, lab)
    notebook.reopen()
    form = notebook.page.locator(".kida-static")
    expect(form).to_contain_text("The playground as it was last")
    expect(form.locator(".kida-static-template")).to_contain_text("<p>It is {{ 6 * 7 }}.</p>")
    expect(form.frame_locator("iframe").get_by_text("It is 42.")).to_be_visible()
    expect(notebook.page.get_by_text("Error displaying widget")).to_have_count(0)
    expect(notebook.page.get_by_text("Loading widget")).to_have_count(0)
    notebook.keep_picture("playground-opened-again")


def test_a_notebook_exported_to_html_shows_the_last_state(
    notebook: Notebook, lab: Lab, tmp_path: Path
) -> None:
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter().from_filename(str(saved(notebook, lab)))
    exported = tmp_path / "exported.html"
    exported.write_text(text, encoding="utf-8")
    page = notebook.page.context.new_page()
    try:
        # what nbconvert's own page asks for is not there: nothing here needs it
        page.goto(exported.as_uri(), wait_until="domcontentloaded")
        form = page.locator(".kida-static")
        expect(form.locator(".kida-static-template")).to_contain_text("It is {{ 6 * 7 }}.")
        form.locator("iframe").scroll_into_view_if_needed()
        expect(form.frame_locator("iframe").get_by_text("It is 42.")).to_be_visible()
        notebook.keep_picture("playground-exported", page)
    finally:
        page.close()


@pytest.mark.parametrize(("value", "expression"), [("ä", "a"), ("𝔟 & co", "b"), ("see", "c")])
def test_places_agree_from_the_preview_to_the_template(
    notebook: Notebook, value: str, expression: str
) -> None:
    playground = only(
        notebook,
        f"a, b, c = 'ä', '𝔟 & co', 'see'\nPlayground({CODE_POINTS!r}, format='html')",
    )
    playground.tab("Text").click()
    shown = value.replace("&", "&amp;")
    place = playground.whole.locator(".text-view .cm-line").filter(has_text=shown).first
    box = place.evaluate(
        """(line, value) => {
          const text = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
          const nodes = []; let whole = "";
          for (let node = text.nextNode(); node; node = text.nextNode()) { nodes.push([node, whole.length]); whole += node.data; }
          const at = whole.indexOf(value);
          const [node, start] = nodes.filter(([, start]) => start <= at).at(-1);
          const range = document.createRange();
          range.setStart(node, at - start);
          range.setEnd(node, Math.min(node.data.length, at - start + 1));
          const { x, y, width, height } = range.getBoundingClientRect();
          return [x + width / 2, y + height / 2];
        }""",
        shown,
    )
    notebook.page.mouse.move(*box)
    expect(playground.code.locator(".here")).to_have_text(expression)


def test_typing_leaves_the_caret_the_scroll_and_the_tab_where_they_are(notebook: Notebook) -> None:
    playground = only(notebook, f"{LONG}\nPlayground(source)")
    playground.preview.evaluate("body => body.ownerDocument.scrollingElement.scrollTo(0, 900)")
    place = playground.preview.get_by_text("line 30:").bounding_box()
    assert place is not None
    playground.write_after("line 3:", " typed")
    expect(playground.preview).to_contain_text("typed")
    # a line more above: what is in view stays
    assert playground.preview.get_by_text("line 30:").bounding_box() == place
    notebook.page.keyboard.type(" on")
    expect(playground.line("line 3:")).to_contain_text(" typed on")
    playground.tab("Text").click()
    notebook.cell(1).editor.click()
    playground.write_after("line 3:", " again")
    expect(playground.whole.locator(".text-view")).to_contain_text("typed on again")
    expect(playground.tab("Text")).to_have_attribute("aria-selected", "true")


def test_two_million_characters_stay_usable(notebook: Notebook) -> None:
    playground = only(notebook, "Playground('<p>{{ name }}</p>\\n{{ \"0123456789\\n\" * 200_000 }}')")
    expect(playground.whole.get_by_text("of 2,200,", exact=False).first).to_be_visible()
    notebook.keep_picture("playground-large")
    playground.tab("Text").click()
    playground.write_after("<p>", "typed")
    expect(playground.whole.locator(".text-view")).to_contain_text("typed")
    playground.whole.get_by_role("button", name="Show all").first.click()
    expect(playground.whole.get_by_role("button", name="Show all").first).to_be_hidden()
    playground.whole.locator(".text-view .cm-content").click()
    notebook.page.keyboard.press("Control+End")
    expect(playground.whole.locator(".text-view .cm-line").last).to_be_visible()
    expect(playground.whole.locator(".text-view")).to_contain_text("0123456789")


@pytest.mark.parametrize("source", [LONG, PAGE], ids=["dense", "page"])
def test_a_key_is_seen_in_the_result(
    notebook: Notebook, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tells how long it takes; that it comes is what is tested."""
    playground = only(
        notebook,
        f"{source}\np = Playground(source)\np",
        "print(len(source.splitlines()), len(p.output), len(p.result['spans']))",
    )
    sizes = notebook.cell(2).run().printed.inner_text().split()
    playground.line("<h1>").click()
    notebook.page.keyboard.press("Home")
    for _ in range(4):
        notebook.page.keyboard.press("ArrowRight")
    took: list[float] = []
    for key in "abcdefghijkl":
        watch = notebook.page.evaluate_handle(f"() => ({{ painted: ({PAINTED})() }})")
        notebook.page.keyboard.type(key)
        took.append(watch.evaluate("it => it.painted"))
    expect(playground.preview.locator("h1")).to_have_text("abcdefghijklZoë")
    with capsys.disabled():
        sys.stdout.write(
            f"\nfrom a key to the painted result, lines, characters, places: {', '.join(sizes)}: "
            f"median {median(took):.0f} ms, from {min(took):.0f} to {max(took):.0f}\n"
        )
