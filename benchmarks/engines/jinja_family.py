"""kida and jinja2: one adapter, for they share the names of the API that it uses."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.model import Api, Engine, Render, RenderJob, UnsupportedError


def open_api(module_name: str) -> Api:
    """The API of `kida` or `jinja2`; raises ImportError where it is not installed, AttributeError where it is a stump."""
    module: Any = importlib.import_module(module_name)
    make_environment = module.Environment

    def environment(**options: Any) -> Any:
        options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, **options}
        return make_environment(**options)

    def renderer(job: RenderJob) -> Callable[[], str]:
        env = environment(loader=module.DictLoader(dict(job.sources)), autoescape=job.autoescape)
        render: Callable[[Any], str] = env.get_template(job.entry).render
        context = job.context
        return lambda: render(context)

    def compiler(_workspace: Path) -> Callable[[str], Render]:
        from_string = environment().from_string
        return lambda source: from_string(source).render

    def cached_compiler(source: str, workspace: Path) -> Callable[[], Render]:
        # A cache_size of 0 keeps no template in memory: every get_template goes to the cache on disk.
        env = environment(
            loader=module.DictLoader({"page.html": source}),
            bytecode_cache=module.FileSystemBytecodeCache(str(workspace)),
            cache_size=0,
        )
        env.get_template("page.html")
        if not any(workspace.iterdir()):
            raise UnsupportedError("the bytecode cache wrote nothing")
        if env.get_template("page.html") is env.get_template("page.html"):
            raise UnsupportedError("cache_size=0 still keeps templates in memory")
        return lambda: env.get_template("page.html").render

    def constructor(_workspace: Path) -> Callable[[], object]:
        return lambda: make_environment(autoescape=True)

    return Api(renderer, compiler, cached_compiler, constructor)


def hello(module_name: str) -> str:
    """The statement that renders one line with a new environment."""
    return f"text = {module_name}.Environment(autoescape=True).from_string('Hello {{{{ name }}}}!').render(name='World')"


KIDA = Engine(
    name="kida",
    dialect="jinja",
    distribution="kida-jupyter",
    imports="import kida",
    hello=hello("kida"),
    open=lambda: open_api("kida"),
)
JINJA2 = Engine(
    name="jinja2",
    dialect="jinja",
    distribution="Jinja2",
    imports="import jinja2",
    hello=hello("jinja2"),
    open=lambda: open_api("jinja2"),
)
