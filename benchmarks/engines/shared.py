"""One template for many threads: each engine's, called with the context of whoever renders."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from harness.model import Page

SharedRender: TypeAlias = Callable[[Mapping[str, Any]], str]
"""A compiled template, called with a context: what the threads share, and all that they share."""


def jinja_family(module_name: str) -> Callable[[Page, Path], SharedRender]:
    """The opener for `kida` and `jinja2`."""

    def share(page: Page, _workspace: Path) -> SharedRender:
        module: Any = importlib.import_module(module_name)
        env = module.Environment(
            loader=module.DictLoader(dict(page.jinja)),
            autoescape=page.autoescape,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        render: SharedRender = env.get_template(page.entry).render
        return render

    return share


def share_mako(page: Page, _workspace: Path) -> SharedRender:
    """Mako's template."""
    lookup: Any = importlib.import_module("mako.lookup").TemplateLookup(default_filters=["h"])
    for name, source in page.mako.items():
        lookup.put_string(name, source)
    render = lookup.get_template(page.entry).render
    return lambda context: render(**context)


def share_minijinja(page: Page, _workspace: Path) -> SharedRender:
    """MiniJinja's environment: it has no object for a compiled template."""
    module: Any = importlib.import_module("minijinja")
    env = module.Environment(templates=dict(page.jinja), trim_blocks=True, lstrip_blocks=True)
    render, entry = env.render_template, page.entry
    return lambda context: render(entry, **context)


def share_chameleon(page: Page, workspace: Path) -> SharedRender:
    """Chameleon's template, from a file."""
    module: Any = importlib.import_module("chameleon")
    for name, source in page.chameleon.items():
        (workspace / name).write_text(source, encoding="utf-8")
    render = module.PageTemplateFile(str(workspace / page.entry)).render
    return lambda context: render(**context)


def share_by_hand(page: Page, _workspace: Path) -> SharedRender:
    """The page's code by hand."""
    render = page.by_hand
    return lambda context: render(**context)


SHARED: Mapping[str, Callable[[Page, Path], SharedRender]] = MappingProxyType(
    {
        "kida": jinja_family("kida"),
        "jinja2": jinja_family("jinja2"),
        "mako": share_mako,
        "minijinja": share_minijinja,
        "chameleon": share_chameleon,
        "python": share_by_hand,
    }
)
"""How to make the shared template of each engine, by the engine's name; the folder is empty and its own."""
