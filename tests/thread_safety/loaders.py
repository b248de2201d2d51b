"""A loader that a test can count, stop and change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from threading import Lock

from kida import TemplateNotFoundError
from kida.environment.loading import LoadedSource


class WatchedLoader:
    """Templates from a mapping, which may be changed; `loads` counts how often each was asked for.

    ``while_loading`` and ``while_asked`` are called by name inside `load` and `is_current`, after these have looked.
    """

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts
        self.loads: Counter[str] = Counter()
        self.while_loading: dict[str, Callable[[], object]] = {}
        self.while_asked: dict[str, Callable[[], object]] = {}
        self._lock = Lock()

    def get_source(self, name: str) -> tuple[str, None]:
        return self.load(name).text, None

    def load(self, name: str) -> LoadedSource:
        text = self.texts.get(name)
        with self._lock:
            self.loads[name] += 1
        self.while_loading.get(name, str)()
        if text is None:
            raise TemplateNotFoundError(name)
        return LoadedSource(text, None, text)

    def is_current(self, name: str, version: Hashable | None) -> bool:
        current = self.texts.get(name) == version
        self.while_asked.get(name, str)()
        return current

    def list_templates(self) -> list[str]:
        return sorted(self.texts)
