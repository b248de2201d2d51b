"""What a playground previews cannot get out: it runs nothing, asks nobody for anything, and covers nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.driver import Playground, expect

if TYPE_CHECKING:
    from tests.browser.driver import Cell, Notebook

FAR: Final = "https://elsewhere.test"
"""Where nothing is asked for: nobody answers, but whoever asks is seen."""
WATCH: Final = "() => { window.escaped = []; }"


def got_out(how: str) -> str:
    """A script that tells the notebook's page that it ran."""
    return f"top.escaped.push('{how}')"


RUNS: Final = f"""
<script>{got_out("script")}; fetch("{FAR}/script")</script>
<img src="x" onerror="{got_out("image handler")}"><body onload="{got_out("body handler")}">
<svg onload="{got_out("svg handler")}"><script>{got_out("svg script")}</script>
<animate attributeName="x" dur="1ms" onend="{got_out("animation")}" onbegin="{got_out("animation")}"/></svg>
<details open ontoggle="{got_out("toggle handler")}"><summary>more</summary></details>
<input autofocus onfocus="{got_out("focus handler")}">
<style>@keyframes moves {{ from {{ left: 0 }} }} b {{ animation: moves 1ms }}</style>
<b onanimationstart="{got_out("style animation")}">moving</b>
<iframe srcdoc="<script>{got_out("frame in frame")}</script>"></iframe>
<iframe src="javascript:{got_out("frame address")}"></iframe>
<object data="javascript:{got_out("object address")}"></object>
<noscript><p title="</noscript><img src=x onerror={got_out("mutation")}>">x</p></noscript>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={got_out("mutated")}&gt;">
</table></math>
"""
"""What would run by being there."""
ASKS: Final = f"""
<base href="{FAR}/"><meta http-equiv="refresh" content="0;url={FAR}/refresh">
<link rel="stylesheet" href="{FAR}/link.css"><link rel="preload" as="image" href="{FAR}/preload.png">
<link rel="prefetch" href="{FAR}/prefetch"><link rel="dns-prefetch" href="{FAR}"><script src="{FAR}/script.js"></script>
<style>@import url({FAR}/import.css); @font-face {{ font-family: far; src: url({FAR}/font.woff) }}
p {{ font-family: far; background: url({FAR}/background.png); list-style: url("{FAR}/list.png") }}</style>
<p style="background-image: url({FAR}/style.png)">text</p><img src="relative.png"><img src="//elsewhere.test/no-scheme.png">
<img src="{FAR}/image.png"><img srcset="{FAR}/set.png 2x"><picture><source srcset="{FAR}/source.png"><img></picture>
<input type="image" src="{FAR}/input.png"><table background="{FAR}/table.png"><tr><td>cell</td></tr></table>
<svg><image href="{FAR}/svg.png"/><use href="{FAR}/use.svg#a"/><filter id="f"><feImage href="{FAR}/fe.png"/></filter></svg>
<video src="{FAR}/video" poster="{FAR}/poster.png" autoplay></video><audio src="{FAR}/audio" autoplay></audio>
<iframe src="{FAR}/frame"></iframe><object data="{FAR}/object"></object><embed src="{FAR}/embed">
"""
"""What would fetch by being there."""
WHEN_USED: Final = f"""
<p><a id="script" href="javascript:{got_out("link")}">script link</a></p>
<p><a id="spaced" href=" java&#10;script:{got_out("spaced link")}">spaced link</a></p>
<p><a id="out" href="{FAR}/link" ping="{FAR}/ping">link</a></p><p><a id="top" href="{FAR}/top" target="_top">to the top</a></p>
<p><a id="new" href="{FAR}/new" target="_blank">new window</a></p>
<p onclick="{got_out("click")}" onpointerover="{got_out("pointer")}" id="handler">handled</p>
<form action="{FAR}/form" method="post"><input id="field" name="a" value="b"><button id="send">Send</button>
<button id="other" formaction="javascript:{got_out("form action")}">Other</button></form>
<svg width="60" height="20"><a href="javascript:{got_out("svg link")}"><text id="svg" y="15">svg link</text></a></svg>
"""
"""What would run or fetch when it is clicked."""
COVERS: Final = """
<style>html, body, .cover { position: fixed !important; inset: 0; z-index: 2147483647; width: 500vw; height: 500vh;
background: red; margin: -1000px } :root { --jp-layout-color0: red } .jp-Cell, .playground, * { display: block }
</style><div class="cover" style="position: fixed; inset: -1000px; z-index: 2147483647">cover</div>
"""
"""What would lie over everything."""


def opened(notebook: Notebook, text: str, kind: str = "html") -> tuple[Playground, Cell]:
    """A playground of a text with a variable at its end, and a cell that changes the variable."""
    notebook.page.evaluate(WATCH)
    load, make, change = notebook.open(
        "%load_ext kida_jupyter\nlast = 'shown'",
        f"from kida_jupyter import Playground\nPlayground({text + END[kind]!r}, format={kind!r})",
        "last = 'changed'",
    )
    load.run()
    make.run()
    playground = Playground(notebook.page)
    expect(playground.preview.locator(LAST[kind]).last).to_have_text("shown")
    return playground, change


END: Final = {
    "html": '<p id="end">{{ last }}</p>',
    "markdown": "\n\n## {{ last }}\n",
    "svg": '<text id="end" y="50">{{ last }}</text></svg>',
}
LAST: Final = {"html": "#end", "markdown": "h2", "svg": "#end"}
"""Where the variable is shown."""


def expect_all_inside(
    notebook: Notebook, playground: Playground, change: Cell, pages: Sequence[object], kind: str = "html"
) -> None:
    """Nothing ran, nothing was asked for, nothing went away; the notebook and the preview go on."""
    change.run()
    expect(playground.preview.locator(LAST[kind]).last).to_have_text("changed")
    assert notebook.page.evaluate("() => window.escaped") == []
    assert notebook.seen.from_elsewhere == []
    assert notebook.page.context.pages == pages
    # the preview, and behind it the form for pages without a kernel, whose frame is as shut
    frames = notebook.page.main_frame.child_frames
    assert {frame.url for frame in frames} == {"about:srcdoc"}
    preview = playground.frame.element_handle().content_frame()
    assert preview is not None
    assert preview.child_frames == []


def test_the_same_text_does_run_where_the_notebook_shows_it(notebook: Notebook) -> None:
    """Without which the others would prove nothing."""
    notebook.page.evaluate(WATCH)
    text = RUNS.replace(FAR, "data:,")
    notebook.run(f"from IPython.display import HTML\nHTML({text!r})")
    notebook.page.wait_for_function(
        "() => ['script', 'image handler', 'frame in frame'].every(how => window.escaped.includes(how))"
    )


@pytest.mark.parametrize("text", [RUNS, ASKS], ids=["run", "ask"])
def test_a_preview_cannot(notebook: Notebook, text: str) -> None:
    before = notebook.page.context.pages
    playground, change = opened(notebook, text)
    expect_all_inside(notebook, playground, change, before)
    notebook.keep_picture(f"preview-{'run' if text is RUNS else 'ask'}")


def test_a_preview_cannot_be_used_to_get_out(notebook: Notebook) -> None:
    before = notebook.page.context.pages
    playground, change = opened(notebook, WHEN_USED)
    for place in ("script", "spaced", "out", "top", "new", "handler", "send", "other", "svg"):
        playground.preview.locator(f"#{place}").click(force=True)
    playground.preview.locator("#out").click(force=True, button="middle")
    playground.preview.locator("#out").click(force=True, modifiers=["Control"])
    playground.preview.locator("#field").press("Enter")
    expect_all_inside(notebook, playground, change, before)


@pytest.mark.parametrize("kind", ["markdown", "svg"])
def test_other_formats_cannot_get_out_either(notebook: Notebook, kind: str) -> None:
    link = f"[link](javascript:{got_out('markdown')}) ![far]({FAR}/markdown.png) <{FAR}/auto>\n\n"
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" onload="{got_out("svg")}"><script>{got_out("svg script")}</script>
<image href="{FAR}/svg.png"/><style>@import url({FAR}/svg.css);</style><foreignObject><img src="x" onerror="{got_out("foreign")}">
<iframe src="{FAR}/svg-frame"></iframe></foreignObject>"""
    before = notebook.page.context.pages
    playground, change = opened(notebook, {"markdown": link + RUNS + ASKS, "svg": svg}[kind], kind)
    expect_all_inside(notebook, playground, change, before, kind)


def test_a_preview_covers_nothing_but_itself(notebook: Notebook) -> None:
    before = notebook.page.context.pages
    playground, change = opened(notebook, COVERS)
    notebook.keep_picture("preview-covering")
    playground.button("Context").click()
    expect(playground.panel).to_contain_text("last")
    colour = notebook.page.locator(".jp-NotebookPanel").first.evaluate(
        "one => getComputedStyle(one).getPropertyValue('--jp-layout-color0')"
    )
    assert colour.strip() != "red"
    expect_all_inside(notebook, playground, change, before)
