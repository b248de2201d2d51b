"""The widgets on a kernel without the GIL, in the same JupyterLab: they work, and nothing of theirs turns the GIL on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.browser.driver import Playground, expect
from tests.browser.lab import WITHOUT_THE_GIL
from tests.browser.parallel_page import ParallelView
from tests.browser.test_parallel_in_the_browser import LEAKY
from tests.browser.test_playground_in_the_browser import DATA, MAKE

if TYPE_CHECKING:
    from tests.browser.driver import Notebook

HAS_NO_GIL: Final = "import sys\nprint('GIL:', sys._is_gil_enabled())"


def test_the_parallel_view_says_that_threads_ran_at_once_and_shows_a_leak(notebook: Notebook) -> None:
    make, look = notebook.open(LEAKY, HAS_NO_GIL, kernel=WITHOUT_THE_GIL)
    make.run()
    view = ParallelView(notebook.page).ready()
    expect(view.whole).to_contain_text("No GIL")
    expect(view.whole).to_contain_text("is a free-threaded build and nothing has turned the GIL on")
    for render in (0, 2, 4, 6):
        expect(view.part(render)).to_be_attached()
    view.press("ArrowRight")
    expect(view.selected).to_be_visible()
    notebook.keep_picture("parallel-without-the-gil")
    look.run()
    expect(look.printed).to_contain_text("GIL: False")


def test_the_playground_renders_as_one_types_and_tells_what_wrote_what(notebook: Notebook) -> None:
    load, make, look = notebook.open(DATA, MAKE, HAS_NO_GIL, kernel=WITHOUT_THE_GIL)
    load.run()
    make.run()
    playground = Playground(notebook.page)
    expect(playground.preview.locator("td")).to_have_count(9)
    playground.write_after("Counted", " by Zoë 😀")
    expect(playground.preview).to_contain_text("by Zoë 😀")
    playground.preview.get_by_text("Gentoo").hover()
    expect(playground.chain).to_contain_text("in macro row, called from report.html 6:6")
    notebook.keep_picture("playground-without-the-gil")
    look.run()
    expect(look.printed).to_contain_text("GIL: False")
