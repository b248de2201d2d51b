"""The values that the comparison passes around: engines, workloads, and what is to be timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

Render: TypeAlias = Callable[..., str]
"""A compiled template: called with the context as keywords, gives the text."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class UnsupportedError(Exception):
    """An engine cannot run a workload; the message is the reason that stands below the table."""


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One page to render: its templates by name, the one to start with, the context.

    `workspace` is an empty folder of the job's own, for engines that load from files.
    """

    sources: Mapping[str, str]
    entry: str
    context: Mapping[str, Any]
    autoescape: bool
    workspace: Path


@dataclass(frozen=True, slots=True)
class Api:
    """What an engine can be asked for; each raises UnsupportedError where it has no such thing.

    renderer: a job, its templates loaded and compiled beforehand, as a call without arguments.
    compiler: source text to compiled template, HTML autoescape on, nothing cached.
    cached_compiler: the same for one source whose compiled form lies on disk already.
    constructor: makes an environment with autoescape on.
    """

    renderer: Callable[[RenderJob], Callable[[], str]]
    compiler: Callable[[Path], Callable[[str], Render]]
    cached_compiler: Callable[[str, Path], Callable[[], Render]]
    constructor: Callable[[Path], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Engine:
    """A template engine to compare.

    dialect: whose template sources it reads ("jinja", "mako", "chameleon", or "python" for code by hand).
    distribution: the installed distribution that carries the version, None for code by hand.
    imports: the import statement of a program that uses it; hello: the statement after it that renders
    "Hello World!" into `text`. Both are empty for code by hand.
    """

    name: str
    dialect: str
    distribution: str | None
    imports: str
    hello: str
    open: Callable[[], Api]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One engine made ready for one workload.

    run: what is timed. output: the text that it stands for, compared between engines before timing, or None
    where there is no text. self_timed: `run` measures itself and returns seconds.
    """

    run: Callable[[], object]
    output: str | None = None
    self_timed: bool = False


@dataclass(frozen=True, slots=True)
class Workload:
    """Something to time: `prepare(engine, api, workspace)` makes an engine ready for it.

    markup: the output is HTML, so that white space beside a tag does not count when outputs are compared.
    """

    name: str
    title: str
    prepare: Callable[[Engine, Api, Path], Prepared]
    markup: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """A page written once for each dialect, and once by hand.

    by_hand: the same text by plain Python, from the same context.
    cannot: a reason by engine name, for the engines that cannot express the page.
    """

    entry: str
    context: Mapping[str, Any]
    jinja: Mapping[str, str]
    mako: Mapping[str, str]
    chameleon: Mapping[str, str]
    by_hand: Callable[..., str]
    autoescape: bool = True
    cannot: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def sources(self, dialect: str) -> Mapping[str, str]:
        """The page's templates by name in a dialect; empty for code by hand."""
        by_dialect = {"jinja": self.jinja, "mako": self.mako, "chameleon": self.chameleon}
        return by_dialect.get(dialect, NOTHING)


def render_workload(name: str, title: str, page: Page) -> Workload:
    """A workload that renders `page` with templates that are already loaded and compiled."""

    def prepare(engine: Engine, api: Api, workspace: Path) -> Prepared:
        if engine.name in page.cannot:
            raise UnsupportedError(page.cannot[engine.name])
        if engine.dialect == "python":
            by_hand, context = page.by_hand, page.context

            def run() -> str:
                return by_hand(**context)
        else:
            sources = page.sources(engine.dialect)
            run = api.renderer(RenderJob(sources, page.entry, page.context, page.autoescape, workspace))
        return Prepared(run, output=run())

    return Workload(name, title, prepare, markup=page.autoescape)
