"""A bounded mapping that forgets what was used longest ago, and that threads may share."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Any, Generic, TypeVar, overload

from kida.utils.locks import RLock
from kida.values import Value

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
D = TypeVar("D")

_UNBOUNDED = -1


class CacheInfo(Value):
    """What a cache has done since it was made or cleared.

    ``hits`` and ``misses`` count `LRUCache.get` and ``cache[key]``; ``size`` is the number of entries held;
    ``capacity`` the most it holds, ``None`` where there is no bound.
    """

    hits: int
    misses: int
    size: int
    capacity: int | None


class LRUCache(Generic[K, V]):
    """A mapping of at most ``capacity`` entries: adding one to a full cache drops the least recently used.

    Every method is one atomic step, guarded by a lock of the cache's own; iterating walks a snapshot. Copies and
    pickles carry the entries and start their statistics at zero.

    Parameters: ``capacity``, the most entries to hold: 0 holds nothing, ``None`` or -1 have no bound (as Jinja2's
    ``cache_size``). Raises ``ValueError`` for any other negative number.
    """

    __slots__ = ("_capacity", "_entries", "_hits", "_lock", "_misses")

    def __init__(self, capacity: int | None) -> None:
        if capacity is not None and capacity < _UNBOUNDED:
            raise ValueError(f"a cache holds 0 or more entries, or -1 or None for no bound, not {capacity}")
        self._capacity = None if capacity == _UNBOUNDED else capacity
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._hits = 0
        self._misses = 0
        self._lock = RLock()

    @property
    def capacity(self) -> int | None:
        """The most entries held, or ``None`` for no bound."""
        return self._capacity

    @overload
    def get(self, key: K) -> V | None: ...
    @overload
    def get(self, key: K, default: D) -> V | D: ...
    def get(self, key: K, default: Any = None) -> Any:
        """The value of a key, which is now the most recently used; ``default`` where there is none."""
        with self._lock:
            try:
                value = self._entries[key]
            except KeyError:
                self._misses += 1
                return default
            self._entries.move_to_end(key)
            self._hits += 1
            return value

    def peek(self, key: K) -> V | None:
        """The value of a key, or ``None``, without counting this or making the key more recently used."""
        with self._lock:
            return self._entries.get(key)

    def set(self, key: K, value: V) -> None:
        """Keep a value under a key, as the most recently used."""
        with self._lock:
            if self._capacity == 0:
                return
            self._entries[key] = value
            self._entries.move_to_end(key)
            if self._capacity is not None and len(self._entries) > self._capacity:
                self._entries.popitem(last=False)

    def setdefault(self, key: K, default: V) -> V:
        """The value of a key, after keeping ``default`` there if it had none.

        The one that all threads agree on: of several that call this at once, each gets the same value back.
        """
        with self._lock:
            value = self.get(key, _MISSING)
            if not isinstance(value, _Missing):
                return value
            self.set(key, default)
            return default

    def pop(self, key: K, default: D) -> V | D:
        """Take a key out and give its value, or ``default`` where there is none."""
        with self._lock:
            return self._entries.pop(key, default)

    def clear(self) -> None:
        """Drop all entries and start counting anew."""
        with self._lock:
            self._entries.clear()
            self._hits = self._misses = 0

    def keys(self) -> list[K]:
        """A snapshot of the keys, most recently used first."""
        with self._lock:
            return list(reversed(self._entries))

    def values(self) -> list[V]:
        """A snapshot of the values, most recently used first."""
        with self._lock:
            return list(reversed(self._entries.values()))

    def items(self) -> list[tuple[K, V]]:
        """A snapshot of keys and values, most recently used first."""
        with self._lock:
            return list(reversed(self._entries.items()))

    def copy(self) -> LRUCache[K, V]:
        """A cache of the same capacity with the same entries."""
        twin: LRUCache[K, V] = LRUCache(self._capacity)
        with self._lock:
            twin._entries = self._entries.copy()
        return twin

    __copy__ = copy

    def info(self) -> CacheInfo:
        """Hits, misses, size and capacity, all of one moment."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, len(self._entries), self._capacity)

    def __getitem__(self, key: K) -> V:
        with self._lock:
            value = self.get(key, _MISSING)
        if isinstance(value, _Missing):
            raise KeyError(key)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self.set(key, value)

    def __delitem__(self, key: K) -> None:
        with self._lock:
            del self._entries[key]

    def __contains__(self, key: object) -> bool:
        with self._lock:
            return key in self._entries

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def __iter__(self) -> Iterator[K]:
        return iter(self.keys())

    def __repr__(self) -> str:
        return f"<LRUCache {len(self)} of {'any number' if self._capacity is None else self._capacity}>"

    def __getstate__(self) -> tuple[int | None, list[tuple[K, V]]]:
        # a lock does not pickle, and oldest first is the order to put entries back in
        return self._capacity, self.items()[::-1]

    def __setstate__(self, state: tuple[int | None, list[tuple[K, V]]]) -> None:
        capacity, entries = state
        LRUCache.__init__(self, capacity)
        self._entries.update(entries)


class _Missing:
    """The type of what stands for no value, which ``None`` cannot: it may be one."""

    __slots__ = ()


_MISSING = _Missing()
