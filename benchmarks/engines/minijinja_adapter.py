"""MiniJinja (Rust): escapes by the template's file name, and has no object for a compiled template."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.model import Api, Engine, Render, RenderJob, UnsupportedError


def open_api() -> Api:
    """MiniJinja's API; raises ImportError where it is not installed."""
    module: Any = importlib.import_module("minijinja")

    def environment(**options: Any) -> Any:
        return module.Environment(trim_blocks=True, lstrip_blocks=True, **options)

    def renderer(job: RenderJob) -> Callable[[], str]:
        env = environment(templates=dict(job.sources))
        if job.autoescape is not job.entry.endswith(".html"):
            raise UnsupportedError(f"the name {job.entry!r} does not say what autoescape does")
        render, entry, context = env.render_template, job.entry, job.context
        return lambda: render(entry, **context)

    def compiler(_workspace: Path) -> Callable[[str], Render]:
        env = environment()

        def compile_source(source: str) -> Render:
            env.add_template("page.html", source)
            return lambda **context: env.render_template("page.html", **context)

        return compile_source

    def cached_compiler(_source: str, _workspace: Path) -> Callable[[], Render]:
        raise UnsupportedError("it has no bytecode cache")

    def constructor(_workspace: Path) -> Callable[[], object]:
        make: Callable[[], object] = module.Environment
        return make

    return Api(renderer, compiler, cached_compiler, constructor)


MINIJINJA = Engine(
    name="minijinja",
    dialect="jinja",
    distribution="minijinja",
    imports="import minijinja",
    hello="text = minijinja.Environment(templates={'a.html': 'Hello {{ name }}!'}).render_template('a.html', name='World')",
    open=open_api,
)
