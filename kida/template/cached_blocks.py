"""Rendered blocks that are kept: a mapping with statistics."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, MutableMapping, ValuesView
from threading import RLock
from typing import Any


class CachedBlocksDict(MutableMapping[str, str]):
    """Texts of blocks by name, with exact counts of hits and misses also when threads share it.

    Every method is one atomic step, guarded by a lock of its own; iterating walks a snapshot. A hit is a text handed
    out, by itself or in a snapshot of many; a miss a name asked for that has no text.

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
        return iter(self.keys())

    def __len__(self) -> int:
        with self._lock:
            return len(self._blocks)

    def __contains__(self, name: object) -> bool:
        with self._lock:
            return name in self._blocks

    # what the base class makes of several steps, in one

    def keys(self) -> KeysView[str]:
        """The names there are at this moment."""
        with self._lock:
            return dict(self._blocks).keys()

    def values(self) -> ValuesView[str]:
        """The texts there are at this moment."""
        return self._handed_out().values()

    def items(self) -> ItemsView[str, str]:
        """The names and texts there are at this moment."""
        return self._handed_out().items()

    def _handed_out(self) -> dict[str, str]:
        with self._lock:
            self._hits += len(self._blocks)
            return dict(self._blocks)

    def setdefault(self, name: str, text: str = "") -> str:
        """The text of a name, after keeping ``text`` there if it had none: the one that all threads agree on."""
        with self._lock:
            return super().setdefault(name, text)

    def pop(self, name: str, *default: Any) -> Any:
        """Take a text out and give it, or the default where there is none. Raises ``KeyError`` without a default."""
        with self._lock:
            return super().pop(name, *default)

    def popitem(self) -> tuple[str, str]:
        """Take a name and its text out. Raises ``KeyError`` where there is none left."""
        with self._lock:
            return super().popitem()

    def update(self, *others: Any, **texts: str) -> None:
        """Keep several texts at once."""
        added = dict(*others, **texts)
        with self._lock:
            self._blocks.update(added)

    def clear(self) -> None:
        """Forget all texts; what was counted stays counted."""
        with self._lock:
            self._blocks.clear()

    def get_or_render(self, name: str, render: Callable[[], str]) -> str:
        """The text of a block, rendered where it is not there yet: once, however many threads ask."""
        with self._lock:
            if name in self._blocks:
                return self[name]
            self._misses += 1
            text = self._blocks[name] = render()
            return text

    def stats(self) -> dict[str, int]:
        """``hits``, ``misses`` and ``size``, as of one moment."""
        with self._lock:
            return {"hits": self._hits, "misses": self._misses, "size": len(self._blocks)}
