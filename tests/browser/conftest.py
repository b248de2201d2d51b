"""A JupyterLab and a Chromium for the browser tests, and a notebook for each of them.

``KIDA_REQUIRE_BROWSER=1`` lets them fail where they would skip; ``KIDA_SCREENSHOTS=FOLDER`` keeps their pictures.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.driver import MILLISECONDS, USUAL, Notebook, Seen
from tests.browser.lab import HOST, Lab, running_lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# what needs a Python without the GIL beside the one that the tests run in: `make test-browser-free-threaded`
collect_ignore = (
    [] if os.environ.get("KIDA_FREE_THREADED_PYTHON") else ["test_without_the_gil_in_the_browser.py"]
)

_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # whatever a page asks for from elsewhere is not found; that it asked is seen
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
)
_BROWSERS: Final = ("chromium", "chromium-browser")


def _what_is_missing() -> str | None:
    """What the tests cannot do without, and how to get it; ``None`` where all is there."""
    packages = [name for name in ("jupyterlab", "playwright") if find_spec(name) is None]
    if not packages and _chromium() is not None:
        return None
    how = f"pip install {' '.join(packages)}" if packages else "apt-get install chromium"
    return f"browser tests need JupyterLab, Playwright and Chromium: {how}"


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


class _Missing(pytest.Item):
    """Stands for the tests of a file that cannot run here: skipped, or failed where they must run."""

    def runtest(self) -> None:
        reason = _what_is_missing() or ""
        if os.environ.get("KIDA_REQUIRE_BROWSER") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


class _Unread(pytest.Module):
    """A file of tests that cannot run here: not so much as imported."""

    def collect(self) -> Iterator[pytest.Item]:
        yield _Missing.from_parent(self, name="in_the_browser")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if _what_is_missing() is None:
        return None
    made: pytest.Module = _Unread.from_parent(parent, path=module_path)
    return made


# Of the package, not of the session: Playwright keeps an event loop running, in which no other can be, and coroutines
# may be tested after these.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium with a profile of its own."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=_chromium(), headless=True, args=_ARGUMENTS)
        try:
            yield running
        finally:
            running.close()


@pytest.fixture(scope="package")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab, ended here; none is started where there is no browser."""
    with running_lab(tmp_path_factory.mktemp("jupyterlab")) as running:
        yield running


@pytest.fixture(scope="package")
def page(browser: Browser, lab: Lab) -> Page:
    """JupyterLab's page, in which one notebook after the other is opened: it takes five seconds to load."""
    context = browser.new_context(viewport=USUAL, service_workers="block")
    context.set_default_timeout(MILLISECONDS)
    opened = context.new_page()
    seen = Seen(opened)
    opened.goto(lab.page)
    opened.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
    seen.end()
    assert seen.from_elsewhere == []
    return opened


@pytest.fixture
def notebook(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook. No test may fetch anything from elsewhere, or leave errors of Kida's in the console."""
    folder = os.environ.get("KIDA_SCREENSHOTS")
    name = re.sub(r"\W+", "-", request.node.name)
    opened = Notebook(page, lab, name, Path(folder).absolute() if folder else None)
    try:
        yield opened
        assert opened.seen.requests, "the page asked for nothing"
        assert opened.seen.from_elsewhere == []
        assert opened.seen.about_kida == []
    finally:
        opened.close()
