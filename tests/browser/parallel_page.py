"""The parallel view of a page, as whoever sits before it has it: its timeline, and the rows that are linked with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.browser.driver import expect

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator, Page

_RANGE: Final = re.compile(r"(?:all |([\d.,]+) – )([\d.,]+) ms(?: of ([\d.,]+) ms)?")


class ParallelView:
    """The live view of a page, by its number from above, from 0."""

    def __init__(self, page: Page, number: int = 0) -> None:
        self._page = page
        self.whole = page.locator(".kida-parallel-live").nth(number)
        self.headline = self.whole.locator(".kida-parallel > .headline")
        self.timeline = self.whole.locator(".kida-timeline")
        self.stage = self.timeline.get_by_role("application")
        self.tooltip = self.timeline.get_by_role("tooltip")
        self.line = self.timeline.locator(".line")
        self.range = self.timeline.locator(".range")
        self.selected = self.timeline.locator(".mark.select")
        self.hovered = self.timeline.locator(".mark.hover")
        self.overview = self.timeline.locator(".overview")

    def button(self, name: str) -> Locator:
        return self.timeline.get_by_role("button", name=name, exact=True)

    def row(self, render: int) -> Locator:
        """A render's row in the table."""
        return self.whole.locator(f'tr[data-render="{render}"]')

    def part(self, render: int) -> Locator:
        """What is told of a render beside its row: its difference or its error."""
        return self.whole.locator(f'details[data-render="{render}"]')

    def press(self, *keys: str) -> None:
        """Press keys in the timeline."""
        for key in keys:
            self.stage.press(key)

    def ready(self) -> ParallelView:
        """Wait until it is drawn, and stands in the middle of the page."""
        expect(self.range).to_contain_text("all ")
        self.stage.evaluate("stage => stage.scrollIntoView({ block: 'center' })")
        return self

    def seen(self) -> tuple[float, float]:
        """From when to when one sees, in milliseconds, when it has come to rest."""
        self.rest()
        found = _RANGE.fullmatch(self.range.inner_text())
        assert found is not None, self.range.inner_text()
        first, last, _ = (float((one or "0").replace(",", "")) for one in found.groups())
        return first, last

    def rest(self) -> None:
        """Wait until nothing moves any more."""
        self.range.evaluate(
            """range => new Promise(done => {
              let before = null, still = 0;
              const look = () => {
                still = range.textContent === before ? still + 1 : 0;
                before = range.textContent;
                if (still > 12) done(); else requestAnimationFrame(look);
              };
              look();
            })"""
        )

    def box(self, found: Locator) -> FloatRect:
        box = found.bounding_box()
        assert box is not None
        return box

    def colour_of_selected(self) -> str:
        """What the selected bar is painted with, near its upper left corner."""
        found: str = self.stage.evaluate(
            """stage => {
              const canvas = stage.querySelector("canvas");
              const ratio = canvas.width / canvas.clientWidth;
              const [corner, box] = [canvas, stage.querySelector(".mark.select")].map(one => one.getBoundingClientRect());
              const place = [box.x - corner.x + 2, box.y - corner.y + 2].map(one => Math.round(one * ratio));
              const [red, green, blue] = canvas.getContext("2d").getImageData(...place, 1, 1).data;
              return `rgb(${red}, ${green}, ${blue})`;
            }"""
        )
        return found

    def point_at(self, found: Locator) -> None:
        """Move the pointer to the middle of something, which may not be able to catch it."""
        box = self.box(found)
        self._page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def leave(self) -> None:
        """Move the pointer away."""
        self._page.mouse.move(5, 5)

    def wheel(self, delta: float, *keys: str) -> None:
        """Turn the wheel where the pointer is, with keys held."""
        for key in keys:
            self._page.keyboard.down(key)
        self._page.mouse.wheel(0, delta)
        for key in keys:
            self._page.keyboard.up(key)
