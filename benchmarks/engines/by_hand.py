"""Plain Python, as a careful programmer would write each page by hand; the code stands beside each page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.model import Api, Engine, Render, RenderJob, UnsupportedError


def open_api() -> Api:
    """Nothing to open: the code by hand stands beside each page."""

    def renderer(_job: RenderJob) -> Callable[[], str]:
        raise UnsupportedError("the page has no code by hand")

    def compiler(_workspace: Path) -> Callable[[str], Render]:
        raise UnsupportedError("nothing to compile or import")

    def cached_compiler(_source: str, _workspace: Path) -> Callable[[], Render]:
        raise UnsupportedError("nothing to compile or import")

    def constructor(_workspace: Path) -> Callable[[], object]:
        raise UnsupportedError("nothing to compile or import")

    return Api(renderer, compiler, cached_compiler, constructor)


BY_HAND = Engine(name="python", dialect="python", distribution=None, imports="", hello="", open=open_api)
