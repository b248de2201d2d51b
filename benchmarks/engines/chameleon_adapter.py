"""Chameleon: page templates (TAL, METAL), which escape by themselves and load one another from files."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.model import Api, Engine, Render, RenderJob, UnsupportedError


def open_api() -> Api:
    """Chameleon's API; raises ImportError where it is not installed."""
    module: Any = importlib.import_module("chameleon")

    def renderer(job: RenderJob) -> Callable[[], str]:
        for name, source in job.sources.items():
            (job.workspace / name).write_text(source, encoding="utf-8")
        # Its "text" format knows no statements; plain text is a page template that writes `structure:`.
        render: Callable[..., str] = module.PageTemplateFile(str(job.workspace / job.entry)).render
        context = job.context
        return lambda: render(**context)

    def compiler(_workspace: Path) -> Callable[[str], Render]:
        make = module.PageTemplate
        return lambda source: make(source).render

    def cached_compiler(_source: str, _workspace: Path) -> Callable[[], Render]:
        raise UnsupportedError("its cache on disk is one setting of the process, read when it is imported")

    def constructor(workspace: Path) -> Callable[[], object]:
        make, folder = module.PageTemplateLoader, str(workspace)
        return lambda: make(folder)

    return Api(renderer, compiler, cached_compiler, constructor)


CHAMELEON = Engine(
    name="chameleon",
    dialect="chameleon",
    distribution="Chameleon",
    imports="import chameleon",
    hello="text = chameleon.PageTemplate('Hello ${name}!').render(name='World')",
    open=open_api,
)
