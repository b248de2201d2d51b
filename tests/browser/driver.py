"""A notebook open in JupyterLab, as whoever sits before it has it: cells, keys, and what is to be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tests.browser.lab import HOST, PATIENCE, Lab

if TYPE_CHECKING:
    from playwright.sync_api import Locator, LocatorAssertions, Page, Request, ViewportSize

MILLISECONDS: Final = PATIENCE * 1000
_RAN: Final = re.compile(r"\[\d+\]")
_AT_HOME: Final = ("data", "blob", "about")
"""Schemes of addresses behind which there is no network."""
_NEVER_SENT: Final = frozenset(("csp", "origin"))
"""What Chromium says of a request that it stopped: by a content security policy, or as SVG's ``use`` has to stay within its origin."""
USUAL: Final[ViewportSize] = {"width": 1280, "height": 900}
"""The size of the page."""
_LIST_STANDS_MS: Final = 300
"""CodeMirror's own ``interactionDelay`` is 75."""
_LIST_IS_MADE_ANEW: Final = re.compile("cm-tooltip-autocomplete-disabled")
_KERNEL_IS_IDLE: Final = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.status === "idle";
}"""
_LIT: Final = """frame => [...(frame.contentWindow.CSS.highlights.get("kida-lit") ?? [])].map(range => {
  const found = frame.contentDocument.createRange();
  found.setStart(range.startContainer, range.startOffset);
  found.setEnd(range.endContainer, range.endOffset);
  return found.toString();
})"""
"""The texts of the ranges that the page of a frame has lit."""
_CLOSE: Final = """() => {
  const { shell } = window.jupyterapp;
  for (const widget of [...shell.widgets("main")]) widget.dispose();
  shell.expandLeft();
}"""


def expect(found: Locator) -> LocatorAssertions:
    """What is claimed of a place of the page, which is waited for. Playwright may not be there: it comes when called."""
    from playwright.sync_api import expect

    return expect(found)


class Seen:
    """What a page says and asks for from now on, beside what it shows."""

    def __init__(self, page: Page) -> None:
        self.console: list[str] = []
        self._requests: list[Request] = []
        self._sockets: list[str] = []
        self._page = page
        self._listeners: dict[str, Callable[[Any], None]] = {
            "console": lambda message: self.console.append(f"{message.type}: {message.text}"),
            "pageerror": lambda error: self.console.append(f"error: {error.stack or error.message}"),
            "request": self._asked_for,
            "websocket": lambda socket: self._sockets.append(socket.url),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)

    def _asked_for(self, request: Request) -> None:
        # a method of Python's own, which list.append is not: Playwright marks it
        self._requests.append(request)

    def end(self) -> None:
        """See no more."""
        for event, listener in self._listeners.items():
            self._page.remove_listener(event, listener)

    @property
    def requests(self) -> list[str]:
        """The addresses of what was asked for; what Chromium stops is told too, and never sent."""
        return [one.url for one in self._requests if one.failure not in _NEVER_SENT] + self._sockets

    @property
    def from_elsewhere(self) -> list[str]:
        """The addresses that are not on this machine."""
        parts = ((url, urlsplit(url)) for url in self.requests)
        return [url for url, part in parts if part.scheme not in _AT_HOME and part.hostname != HOST]

    @property
    def about_kida(self) -> list[str]:
        """The errors and warnings that name Kida."""
        told = ("error", "warning")
        return [line for line in self.console if line.startswith(told) and "kida" in line.lower()]


class Cell:
    """A cell: its editor, its prompt and its output."""

    def __init__(self, page: Page, number: int) -> None:
        self._page = page
        self.whole = page.locator(".jp-Notebook .jp-Cell").nth(number)
        self.output = self.whole.locator(".jp-Cell-outputWrapper .jp-OutputArea").first
        self.editor = self.whole.locator(".jp-InputArea-editor .cm-content")
        self.prompt = self.whole.locator(".jp-InputPrompt")

    def run(self) -> Cell:
        """Run it by the keyboard, and wait for its end."""
        before = self.prompt.inner_text()
        self.editor.click()
        self._page.keyboard.press("Control+Enter")
        expect(self.prompt).not_to_have_text(before)
        expect(self.prompt).to_have_text(_RAN)
        return self

    def start(self) -> Cell:
        """Run it by the keyboard, and wait for nothing."""
        self.editor.click()
        self._page.keyboard.press("Control+Enter")
        return self

    def write(self, text: str) -> Cell:
        """Put a text in place of the cell's."""
        self.editor.click()
        self._page.keyboard.press("Control+a")
        self._page.keyboard.insert_text(text)
        return self

    def press(self, *keys: str) -> None:
        """Press keys with the cursor at the end of the cell."""
        self.editor.click()
        for key in ("Control+End", *keys):
            self._page.keyboard.press(key)

    def shown(self, mime: str) -> Locator:
        """Its output of a MIME type."""
        return self.output.locator(f'.jp-OutputArea-output[data-mime-type="{mime}"]')

    @property
    def html(self) -> Locator:
        return self.shown("text/html")

    @property
    def text(self) -> Locator:
        return self.shown("text/plain")

    @property
    def printed(self) -> Locator:
        return self.shown("application/vnd.jupyter.stdout")

    @property
    def error(self) -> Locator:
        """The error view."""
        return self.html.locator(".kida-error")


class Playground:
    """A playground of the page, by its number from above, from 0."""

    def __init__(self, page: Page, number: int = 0) -> None:
        self._page = page
        self.whole = page.locator(".kida-playground").nth(number)
        self.code = self.whole.locator(".editor-holder .cm-content")
        self.state = self.whole.locator(".state-word")
        self.chain = self.whole.locator(".chain")
        self.panel = self.whole.locator(".panel")
        self.error = self.whole.locator(".error-holder")
        self.frame = self.whole.locator("iframe.preview-frame")
        self.preview = self.frame.content_frame.locator("body")

    def line(self, text: str) -> Locator:
        """The lines of the editor in which a text is."""
        return self.code.locator(".cm-line", has_text=text)

    def write_after(self, text: str, written: str) -> None:
        """Type at the end of the line in which a text is, key by key."""
        self.line(text).click()
        self._page.keyboard.press("End")
        self._page.keyboard.type(written)

    def accept(self, offered: Locator) -> None:
        """Take what completion has chosen of what it offers.

        CodeMirror takes Enter for a new line where its list has only just come, and while it is made anew.
        """
        self._page.wait_for_timeout(_LIST_STANDS_MS)
        expect(offered).not_to_have_class(_LIST_IS_MADE_ANEW)
        self._page.keyboard.press("Enter")

    def button(self, name: str) -> Locator:
        return self.whole.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        return self.whole.get_by_role("tab", name=name, exact=True)

    @property
    def lit(self) -> list[str]:
        """The pieces of the preview that are lit."""
        found: list[str] = self.frame.evaluate(_LIT)
        return found


class Notebook:
    """A notebook of a test's own, opened in a page of JupyterLab.

    Parameters: ``page``; ``lab``; ``name``, the notebook's file, without the suffix; ``screenshots``, the folder for
    pictures, if they are wanted.
    """

    def __init__(self, page: Page, lab: Lab, name: str, screenshots: Path | None) -> None:
        self.page = page
        self.seen = Seen(page)
        self._lab = lab
        self.name = name
        self._screenshots = screenshots

    def open(self, *cells: str, kernel: str = "python3") -> list[Cell]:
        """Write a notebook of cells for a kernel, open it, and wait for that."""
        path = f"{self.name}.ipynb"
        self._lab.write(path, cells, kernel)
        self.command("docmanager:open", path=path)
        found = [self.cell(number) for number in range(len(cells))]
        expect(found[-1].editor).to_be_visible()
        self.page.wait_for_function(_KERNEL_IS_IDLE)
        return found

    def reopen(self) -> None:
        """Close it and end its kernel, and open what was saved."""
        self.page.evaluate(_CLOSE)
        self._lab.end_sessions()
        self.command("docmanager:open", path=f"{self.name}.ipynb")
        expect(self.cell(0).editor).to_be_visible()

    def close(self) -> None:
        """Close it, unsaved, and end its kernel; the next one finds the page as this one did."""
        self.seen.end()
        self.page.evaluate(_CLOSE)
        self.use_theme("Light")
        self.page.set_viewport_size(USUAL)
        self._lab.end_sessions()

    def cell(self, number: int) -> Cell:
        """A cell by its number from above, from 0."""
        return Cell(self.page, number)

    def run(self, *cells: str) -> list[Cell]:
        """Open a notebook of cells, and run each in turn."""
        found = self.open(*cells)
        for cell in found:
            cell.run()
        return found

    def use_theme(self, theme: str) -> None:
        """Change JupyterLab's theme, to ``Light`` or ``Dark``."""
        self.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        is_light = "true" if theme == "Light" else "false"
        expect(self.page.locator(f'body[data-jp-theme-light="{is_light}"]')).to_be_attached()

    def make_narrow(self) -> None:
        """Make the page as narrow as a phone, without the list of files."""
        self.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
        self.page.set_viewport_size({"width": 480, "height": 900})
        expect(self.page.locator("#jp-left-stack")).to_be_hidden()

    def command(self, name: str, **arguments: Any) -> None:
        """Have JupyterLab do one of its commands."""
        self.page.evaluate(
            "([name, given]) => window.jupyterapp.commands.execute(name, given).then(() => null)",
            [name, arguments],
        )

    def keep_picture(self, name: str, page: Page | None = None) -> None:
        """Save what the page, or another one, shows as ``name``.png, where pictures are wanted."""
        if self._screenshots is not None:
            self._screenshots.mkdir(parents=True, exist_ok=True)
            (page or self.page).screenshot(path=self._screenshots / f"{name}.png", animations="disabled")
