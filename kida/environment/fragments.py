"""Texts that ``cache`` keeps, and the renders that are making them: one makes each, and the others wait for it."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from contextvars import ContextVar
from os import getpid
from threading import Event, get_ident
from time import monotonic
from typing import TYPE_CHECKING, Final

from kida.utils.locks import RLock
from kida.utils.lru_cache import CacheInfo

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from contextvars import Token

    from kida.runtime.stacks import Push

_innermost: Final[ContextVar[Making | None]] = ContextVar("kida fragment being made", default=None)
"""The text that is being made here: what is rendered meanwhile belongs to it."""


def is_making() -> bool:
    """Whether a text is being made here."""
    return _innermost.get() is not None


class Kept:
    """A text that was there, with what its body pushed to stacks."""

    __slots__ = ("pushes", "text")

    def __init__(self, text: str, pushes: tuple[Push, ...]) -> None:
        self.text = text
        self.pushes = pushes


class Making:
    """A text that one render makes: it has to `land`, and be closed with or without.

    ``needs`` are those that have to be closed before this one can be: what is made or waited for within its body.
    """

    __slots__ = (
        "_cache",
        "_outer",
        "_process",
        "_thread",
        "_token",
        "key",
        "landed",
        "needs",
        "text",
        "ttl",
        "waiting",
    )

    def __init__(self, cache: FragmentCache, key: Hashable, ttl: float | None) -> None:
        self._cache = cache
        self.key = key
        self.ttl = ttl
        self.text: str | None = None
        self.landed = Event()
        self.waiting: list[Callable[[], object]] = []
        self.needs: list[Making] = []
        self._process = getpid()
        self._thread = get_ident()
        self._outer = _innermost.get()
        if self._outer is not None:
            self._outer.needs.append(self)
        self._token: Token[Making | None] = _innermost.set(self)

    def land(self, text: str, pushes: tuple[Push, ...] = ()) -> None:
        """Keep the text, and what its body pushed to stacks."""
        self.text = text
        self._cache.keep(self, text, pushes)

    def close(self) -> None:
        """Let those who wait go on: with the text, or to make it themselves."""
        with suppress(ValueError):  # a coroutine that nobody awaits any longer is closed in another context
            _innermost.reset(self._token)
        if self._outer is not None:
            self._outer.needs.remove(self)
        self._cache.end(self)
        self.landed.set()
        for go_on in self.waiting:
            go_on()

    @property
    def is_here(self) -> bool:
        """Whether it can land: in the child of a fork, the threads of its parent are gone."""
        return self._process == getpid()

    @property
    def is_of_this_thread(self) -> bool:
        """Whether it cannot land while this thread waits."""
        return self._thread == get_ident()

    def cannot_land_before(self, other: Making) -> bool:
        """Whether another has to be closed first."""
        met: set[Making] = set()
        pending = [self]
        while pending:
            making = pending.pop()
            if making is other:
                return True
            if making not in met:
                met.add(making)
                pending += making.needs
        return False


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

        Waits where another render makes it, unless that may have to wait for this one: it needs what is made here, or it
        is a task of the event loop that runs in this thread.
        """
        while True:
            found = self._found(key, ttl)
            if not isinstance(found, _Wait):
                return found
            with found:
                found.other.landed.wait()

    async def get_async(self, key: Hashable, ttl: float | None) -> Kept | Making:
        """The same; other tasks go on while this one waits, which only ``asyncio`` knows how to do."""
        loop = _running_loop()
        while True:
            found = self._found(key, ttl, loop, may_wait=loop is not None)
            if not isinstance(found, _Wait):
                return found
            with found:
                await found.landed

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
        self,
        key: Hashable,
        ttl: float | None,
        loop: AbstractEventLoop | None = None,
        *,
        may_wait: bool = True,
    ) -> Kept | Making | _Wait:
        """A text, a making that begins, or what to wait for. Parameters: ``loop``, the one to wait in, if not the thread
        itself waits.
        """
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
            if other is not None and may_wait:
                wait = _wait_for(other, loop)
                if wait is not None:
                    return wait
            self._misses += 1
            making = Making(self, key, self._ttl if ttl is None else ttl)
            if other is None:
                self._making[key] = making
            return making


class _Wait:
    """What waits for a text that another render makes; to be entered for as long as it waits."""

    __slots__ = ("_inner", "landed", "other")

    def __init__(self, other: Making, inner: Making | None) -> None:
        self.other = other
        self.landed: Future[None]
        self._inner = inner
        if inner is not None:
            inner.needs.append(other)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        if self._inner is not None:
            self._inner.needs.remove(self.other)


def _wait_for(other: Making, loop: AbstractEventLoop | None) -> _Wait | None:
    """The waiting for a text, ``None`` where that could be without end."""
    if loop is None and (other.is_of_this_thread or _running_loop() is not None):
        return None
    inner = _innermost.get()
    wait = _Wait(other, inner)
    # said first and looked at then: of threads that close a ring at once, at least one sees it closed
    if inner is not None and other.cannot_land_before(inner):
        wait.__exit__()
        return None
    if loop is not None:
        landed = wait.landed = loop.create_future()

        def go_on() -> None:
            with suppress(RuntimeError):  # a loop that is closed waits for nothing
                loop.call_soon_threadsafe(_resolve, landed)

        other.waiting.append(go_on)
    return wait


def _running_loop() -> AbstractEventLoop | None:
    """The event loop that runs in this thread; where ``asyncio`` was never imported there is none, and it need not be."""
    running = getattr(sys.modules.get("asyncio"), "_get_running_loop", None)
    return None if running is None else running()


def _resolve(landed: Future[None]) -> None:
    if not landed.done():
        landed.set_result(None)
