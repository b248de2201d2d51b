"""The environments that an operation runs in: one that all threads share, and its twin, which one thread has alone."""

from __future__ import annotations

import os
import tempfile
from collections import Counter, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

from kida import (
    DictLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    TemplateNotFound,
    select_autoescape,
)
from kida.environment.loading import LoadedSource
from kida.template.core import CachedBlocksDict

from .functions import FILTERS, GLOBALS, Always
from .templates import ASYNCHRONOUS, CHANGING, EXPRESSIONS, STEADY, fresh_text


@dataclass(frozen=True, slots=True)
class Setting:
    """How an environment is made: what is drawn by lot for a seed."""

    in_files: bool
    cache_size: int
    auto_reload: bool
    bytecode_cache: bool
    by_name: bool

    @classmethod
    def drawn(cls, seed: int) -> Setting:
        random = Random(f"setting {seed}")
        cache_size = random.choice((0, 2, 5, 20, 400, 400, 400, -1))
        return cls(
            in_files=random.random() < 0.4,
            cache_size=cache_size,
            auto_reload=random.random() < 0.7,
            # what a small cache forgets is compiled again, which takes the time of many other operations
            bytecode_cache=random.random() < (0.9 if cache_size in range(10) else 0.4),
            by_name=random.random() < 0.3,
        )


class Library:
    """A loader whose templates are made when they are asked for, or change: the text with the number of its version.

    ``versions`` are those that `load` gives now; ``loads`` counts how often each name was asked for.
    """

    def __init__(self) -> None:
        self.versions = dict.fromkeys(CHANGING, 1)
        self.loads: Counter[str] = Counter()
        self._lock = Lock()

    def load(self, name: str) -> LoadedSource:
        with self._lock:
            self.loads[name] += 1
        version = self.versions.get(name)
        text = fresh_text(name) if version is None else versioned(name, version)
        if text is None:
            raise TemplateNotFound(name)
        return LoadedSource(text, None, version)

    def get_source(self, name: str) -> tuple[str, str | None]:
        return self.load(name).text, None

    def is_current(self, name: str, version: Hashable | None) -> bool:
        return self.versions.get(name) == version

    def put(self, name: str, version: int) -> None:
        self.versions[name] = version

    def iter_templates(self) -> Iterator[str]:
        return iter(())

    def list_templates(self) -> list[str]:
        return sorted(CHANGING)

    def __contains__(self, name: str) -> bool:
        return name in CHANGING or fresh_text(name) is not None

    def __getstate__(self) -> dict[str, int]:
        return dict(self.versions)

    def __setstate__(self, versions: dict[str, int]) -> None:
        self.__init__()  # type: ignore[misc]
        self.versions = versions


class Shelf:
    """A loader with each template in a file, replaced by another when its version changes."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.files = FileSystemLoader(folder)
        self.beyond = Library()
        for name in CHANGING:
            self.put(name, 1)

    def load(self, name: str) -> LoadedSource:
        return self.files.load(name) if name in CHANGING else self.beyond.load(name)

    def get_source(self, name: str) -> tuple[str, str | None]:
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def is_current(self, name: str, version: Hashable | None) -> bool:
        loader: Any = self.files if name in CHANGING else self.beyond
        return bool(loader.is_current(name, version))

    def put(self, name: str, version: int) -> None:
        path = Path(self.folder, name)
        path.parent.mkdir(exist_ok=True)
        new = path.with_suffix(f".{version}.new")
        new.write_text(versioned(name, version), encoding="utf-8")
        # a time of its own for each version: file systems reuse inodes, and their clocks are coarse
        os.utime(new, (version, version))
        os.replace(new, path)

    def list_templates(self) -> list[str]:
        return sorted(CHANGING)

    def __contains__(self, name: str) -> bool:
        return name in CHANGING or name in self.beyond


def versioned(name: str, version: int) -> str:
    """The text of a changing template."""
    return CHANGING[name].replace("@", str(version))


class Steady:
    """The templates that never change, and behind them a loader of those that do."""

    def __init__(self, changing: Library | Shelf) -> None:
        self.steady = DictLoader({**STEADY, **ASYNCHRONOUS})
        self.changing = changing

    def load(self, name: str) -> LoadedSource:
        return self._of(name).load(name)

    def get_source(self, name: str) -> tuple[str, str | None]:
        return self._of(name).get_source(name)

    def is_current(self, name: str, version: Hashable | None) -> bool:
        return self._of(name).is_current(name, version)

    def iter_templates(self) -> Iterator[str]:
        return self.steady.iter_templates()

    def list_templates(self) -> list[str]:
        return self.steady.list_templates() + self.changing.list_templates()

    def __contains__(self, name: str) -> bool:
        return name in self._of(name)

    def _of(self, name: str) -> DictLoader | Library | Shelf:
        return self.steady if name in self.steady.mapping else self.changing


class Generations:
    """Numbers that grow: what has begun to be true, and what readers may rely on.

    Whoever reads between the two sees either; nobody sees less than was `settled` when they began, or more than was
    `begun` when they ended.
    """

    def __init__(self, names: list[str]) -> None:
        self._begun = dict.fromkeys(names, 1)
        self._settled = dict.fromkeys(names, 1)
        self.locks = {name: Lock() for name in names}

    def begin(self, name: str) -> int:
        """A new number; to be called with the name's lock held."""
        self._begun[name] += 1
        return self._begun[name]

    def settle(self, name: str, number: int) -> None:
        self._settled[name] = max(self._settled[name], number)

    def settled(self) -> dict[str, int]:
        return dict(self._settled)

    def begun(self) -> dict[str, int]:
        return dict(self._begun)


REGISTRY = "registry"


@dataclass(slots=True)
class World:
    """An environment and what is made with it, all of it for all threads.

    ``held``: how many streams may wait, half read, for some thread to read on; ``handed``: those that do.
    """

    environment: Environment
    setting: Setting
    changing: Library | Shelf
    held: int
    raw: Environment
    library: Any
    kit: Any
    expressions: list[Any]
    blocks: CachedBlocksDict
    generations: Generations
    handed: deque[Any] = field(default_factory=deque)
    handing: Lock = field(default_factory=Lock)


def make_world(setting: Setting, folder: Path, held: int) -> World:
    """A world of its own: twins are made by calling this twice, with a folder for each."""
    changing: Library | Shelf = Library()
    if setting.in_files:
        changing = Shelf(str(folder / "templates")) if _made(folder / "templates") else changing
    cache = FileSystemBytecodeCache(folder / "bytecode") if setting.bytecode_cache else None
    environment = Environment(
        loader=Steady(changing),
        autoescape=select_autoescape(default_for_string=True) if setting.by_name else True,
        filters={**FILTERS, "left_filter": Always(1), "right_filter": Always(1)},
        globals={**GLOBALS, "left": 1, "right": 1},
        cache_size=setting.cache_size,
        auto_reload=setting.auto_reload,
        bytecode_cache=cache,
    )
    return World(
        environment,
        setting,
        changing,
        held,
        raw=environment.replace(autoescape=False),
        library=environment.get_template("lib.html").module,
        kit=environment.get_template("kit.html").module,
        expressions=[environment.compile_expression(text) for text in EXPRESSIONS],
        blocks=CachedBlocksDict({"title": "<kept title>", "foot": "<kept foot>"}),
        generations=Generations([*CHANGING, REGISTRY]),
    )


def _made(folder: Path) -> bool:
    folder.mkdir(parents=True)
    return True


def new_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for the worlds of a seed."""
    return tempfile.TemporaryDirectory(prefix="kida-stress-", ignore_cleanup_errors=True)
