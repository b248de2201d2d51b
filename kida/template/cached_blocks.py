"""Rendered blocks that are kept: a mapping with statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from threading import RLock


class CachedBlocksDict(MutableMapping[str, str]):
    """Texts of blocks by name, with exact counts of hits and misses also when threads share it.

    Parameters: ``blocks``, texts to begin with. `Template.render_with_blocks` takes one as it takes any mapping.
    """

    __slots__ = ("_blocks", "_hits", "_lock", "_misses")

    def __init__(self, blocks: dict[str, str] | None = None) -> None:
        self._blocks = dict(blocks or {})
        self._lock = RLock()
        self._hits = 0
        self._misses = 0

    def __getitem__(self, name: str) -> str:
        with self._lock:
            try:
                text = self._blocks[name]
            except KeyError:
                self._misses += 1
                raise
            self._hits += 1
            return text

    def __setitem__(self, name: str, text: str) -> None:
        with self._lock:
            self._blocks[name] = text

    def __delitem__(self, name: str) -> None:
        with self._lock:
            del self._blocks[name]

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(list(self._blocks))

    def __len__(self) -> int:
        return len(self._blocks)

    def __contains__(self, name: object) -> bool:
        return name in self._blocks

    def get_or_render(self, name: str, render: Callable[[], str]) -> str:
        """The text of a block, rendered where it is not there yet: once, however many threads ask."""
        with self._lock:
            try:
                return self[name]
            except KeyError:
                text = self._blocks[name] = render()
                return text

    def stats(self) -> dict[str, int]:
        """``hits``, ``misses`` and ``size``, as of one moment."""
        with self._lock:
            return {"hits": self._hits, "misses": self._misses, "size": len(self._blocks)}
