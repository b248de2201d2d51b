"""Texts that ``cache`` keeps, and the renders that are making them: one makes each, and the others wait for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from contextvars import ContextVar
from os import getpid
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Final

from kida.utils.locks import RLock
from kida.utils.lru_cache import CacheInfo

if TYPE_CHECKING:
    from contextvars import Token

    from kida.runtime.stacks import Push

_is_making: Final[ContextVar[bool]] = ContextVar("kida fragment being made", default=False)
"""Whether a text is being made here: what is rendered meanwhile waits for no other, so that none wait for each other."""


class Kept:
    """A text that was there, with what its body pushed to stacks."""

    __slots__ = ("pushes", "text")

    def __init__(self, text: str, pushes: tuple[Push, ...]) -> None:
        self.text = text
        self.pushes = pushes


class Making:
    """A text that one render makes: it has to `land`, and be closed with or without."""

    __slots__ = ("_cache", "_process", "_token", "key", "landed", "text", "ttl", "waiting")

    def __init__(self, cache: FragmentCache, key: Hashable, ttl: float | None) -> None:
        self._cache = cache
        self.key = key
        self.ttl = ttl
        self.text: str | None = None
        self.landed = Event()
        self.waiting: list[Callable[[], object]] = []
        self._process = getpid()
        self._token: Token[bool] = _is_making.set(True)

    def land(self, text: str, pushes: tuple[Push, ...] = ()) -> None:
        """Keep the text, and what its body pushed to stacks."""
        self.text = text
        self._cache.keep(self, text, pushes)

    def close(self) -> None:
        """Let those who wait go on: with the text, or to make it themselves."""
        _is_making.reset(self._token)
        self._cache.end(self)
        self.landed.set()
        for go_on in self.waiting:
            go_on()

    @property
    def is_here(self) -> bool:
        """Whether it can land: in the child of a fork, the threads of its parent are gone."""
        return self._process == getpid()


class FragmentCache:
    """Texts by key, for renders that threads and tasks do at the same time.

    Parameters: ``capacity``, the most texts to keep: the one that was not asked for the longest goes first (0 none, -1 or ``None``
    without bound); ``ttl``,
    the seconds that one is kept where its tag does not say it, ``None`` without end.
    """

    __slots__ = ("_capacity", "_entries", "_hits", "_lock", "_making", "_misses", "_ttl")

    def __init__(self, capacity: int | None, ttl: float | None) -> None:
        self._capacity = None if capacity == -1 else capacity
        self._ttl = ttl
        self._entries: OrderedDict[Hashable, tuple[Kept, float | None]] = OrderedDict()
        self._making: dict[Hashable, Making] = {}
        self._hits = 0
        self._misses = 0
        self._lock = RLock()

    def get(self, key: Hashable, ttl: float | None) -> Kept | Making:
        """The text of a key, or the making of it, whose ``text`` is ``None``.

        Waits where another render makes it, unless one is being made here.
        """
        while True:
            found = self._found(key, ttl)
            if not isinstance(found, Event):
                return found
            found.wait()

    async def get_async(self, key: Hashable, ttl: float | None) -> Kept | Making:
        """The same; other tasks go on while this one waits."""
        loop = asyncio.get_running_loop()
        while True:
            landed: asyncio.Future[None] = loop.create_future()

            def go_on(landed: asyncio.Future[None] = landed) -> None:
                with suppress(RuntimeError):  # a loop that is closed waits for nothing
                    loop.call_soon_threadsafe(_resolve, landed)

            found = self._found(key, ttl, go_on)
            if not isinstance(found, Event):
                return found
            await landed

    def info(self) -> CacheInfo:
        """Hits, misses, size and capacity, all of one moment. A text that another render was waited for is a hit."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, len(self._entries), self._capacity)

    def clear(self) -> None:
        """Forget all texts and start counting anew. What is being made is not kept."""
        with self._lock:
            self._entries.clear()
            self._making.clear()
            self._hits = self._misses = 0

    def keep(self, making: Making, text: str, pushes: tuple[Push, ...]) -> None:
        """Keep what was made, unless it is no longer wanted: all was forgotten since, or another makes it, too."""
        key, ttl = making.key, making.ttl
        with self._lock:
            if self._making.get(key) is not making or self._capacity == 0 or (ttl is not None and ttl <= 0):
                return
            self._entries[key] = Kept(text, pushes), None if ttl is None else monotonic() + ttl
            self._entries.move_to_end(key)
            if self._capacity is not None and len(self._entries) > self._capacity:
                self._entries.popitem(last=False)

    def end(self, making: Making) -> None:
        """Nobody waits for this one any longer."""
        with self._lock:
            if self._making.get(making.key) is making:
                del self._making[making.key]

    def _found(
        self, key: Hashable, ttl: float | None, go_on: Callable[[], object] | None = None
    ) -> Kept | Making | Event:
        """A text, a making that begins, or what to wait for; ``go_on`` is called when that is over."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                kept, end = entry
                if end is None or monotonic() < end:
                    self._hits += 1
                    self._entries.move_to_end(key)
                    return kept
                del self._entries[key]
            other = self._making.get(key)
            if other is not None and not other.is_here:
                other = None
            if other is not None and not _is_making.get():
                if go_on is not None:
                    other.waiting.append(go_on)
                return other.landed
            self._misses += 1
            making = Making(self, key, self._ttl if ttl is None else ttl)
            if other is None:
                self._making[key] = making
            return making


def _resolve(landed: asyncio.Future[None]) -> None:
    if not landed.done():
        landed.set_result(None)
