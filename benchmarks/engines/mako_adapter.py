"""Mako: escapes by default_filters=['h']; its cache on disk is the module directory."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.model import Api, Engine, Render, RenderJob, UnsupportedError

ESCAPED = ("h",)
PLAIN = ("str",)


def open_api() -> Api:
    """Mako's API; raises ImportError where it is not installed."""
    lookup_class: Any = importlib.import_module("mako.lookup").TemplateLookup
    template_class: Any = importlib.import_module("mako.template").Template

    def renderer(job: RenderJob) -> Callable[[], str]:
        lookup = lookup_class(default_filters=list(ESCAPED if job.autoescape else PLAIN))
        for name, source in job.sources.items():
            lookup.put_string(name, source)
        render: Callable[..., str] = lookup.get_template(job.entry).render
        context = job.context
        return lambda: render(**context)

    def compiler(_workspace: Path) -> Callable[[str], Render]:
        return lambda source: template_class(source, default_filters=list(ESCAPED)).render

    def cached_compiler(source: str, workspace: Path) -> Callable[[], Render]:
        page, modules = workspace / "page.html", workspace / "modules"
        page.write_text(source, encoding="utf-8")

        def load() -> Render:
            render: Render = template_class(
                filename=str(page), module_directory=str(modules), default_filters=list(ESCAPED)
            ).render
            return render

        load()
        if not modules.is_dir():
            raise UnsupportedError("the module directory stayed empty")
        return load

    def constructor(_workspace: Path) -> Callable[[], object]:
        return lambda: lookup_class(default_filters=list(ESCAPED))

    return Api(renderer, compiler, cached_compiler, constructor)


MAKO = Engine(
    name="mako",
    dialect="mako",
    distribution="Mako",
    imports="from mako.lookup import TemplateLookup; from mako.template import Template",
    hello="text = Template('Hello ${name}!', default_filters=['h']).render(name='World')",
    open=open_api,
)
