"""The LRU cache: every method holds its lock, the counts are exact, and the bound is kept."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

from kida.utils.lru_cache import LRUCache
from tests.thread_safety.threads import Gate, Running, elsewhere, together

METHODS: dict[str, Callable[[LRUCache[Any, Any], Any], object]] = {
    "get": lambda cache, key: cache.get(key),
    "peek": lambda cache, key: cache.peek(key),
    "set": lambda cache, key: cache.set(key, 2),
    "setdefault": lambda cache, key: cache.setdefault(key, 2),
    "pop": lambda cache, key: cache.pop(key, None),
    "[] to read": lambda cache, key: cache[key],
    "[] to write": lambda cache, key: cache.__setitem__(key, 2),
    "[] to delete": lambda cache, key: cache.__delitem__(key),
    "in": lambda cache, key: key in cache,
}


class Key:
    """A key that is equal to any other; in a mapping, it says so to whoever asks only after `meanwhile` is done."""

    def __init__(self, meanwhile: Callable[[], object] = str) -> None:
        self.meanwhile = meanwhile

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        self.meanwhile()
        return True


def test_the_lock_is_one_that_its_holder_can_take_again() -> None:
    assert isinstance(LRUCache(1)._lock, type(threading.RLock()))


@pytest.mark.parametrize("method", METHODS)
def test_a_method_holds_the_lock_from_start_to_end(method: str) -> None:
    cache: LRUCache[Any, Any] = LRUCache(2)
    inside = Gate()
    cache.set(Key(inside), 1)
    running = Running(lambda: METHODS[method](cache, Key()))
    inside.reached()
    taken = elsewhere(lambda: cache._lock.acquire(blocking=False))
    inside.open()
    running.result()
    assert taken is False
    assert elsewhere(lambda: cache._lock.acquire(blocking=False)) is True


@pytest.mark.parametrize("inner", METHODS)
@pytest.mark.parametrize("method", METHODS)
def test_a_key_may_use_the_cache_while_it_is_compared(method: str, inner: str) -> None:
    cache: LRUCache[Any, Any] = LRUCache(4)
    cache.set("other", 1)
    compared = []

    def use_the_cache() -> None:
        if not compared:
            compared.append(True)
            METHODS[inner](cache, "other")

    cache.set(Key(use_the_cache), 1)
    elsewhere(lambda: METHODS[method](cache, Key()))
    assert compared
    assert (cache.peek("other") is None) is (inner in ("pop", "[] to delete"))


@pytest.mark.usefixtures("_restless")
def test_hits_and_misses_add_up_to_what_was_asked_however_many_threads_ask() -> None:
    cache: LRUCache[int, int] = LRUCache(16)
    threads, asked = 8, 400

    def work(number: int) -> int:
        found = 0
        for step in range(asked):
            key = (number * 7 + step) % 24
            value = cache.get(key)
            if value is None:
                cache.set(key, key)
            else:
                found += value == key
        return found

    hits = sum(together(threads, work))
    info = cache.info()
    assert (info.hits, info.misses) == (hits, threads * asked - hits)
    assert info.size == 16


@pytest.mark.usefixtures("_restless")
def test_the_cache_never_holds_more_than_its_capacity() -> None:
    cache: LRUCache[int, int] = LRUCache(3)

    def work(number: int) -> int:
        most = 0
        for step in range(300):
            cache.set(number * 1000 + step, step)
            most = max(most, len(cache), cache.info().size, len(cache.keys()), len(cache.items()))
        return most

    assert max(together(6, work)) == 3


def test_all_threads_agree_on_what_was_first_under_a_key() -> None:
    for _ in range(20):
        cache: LRUCache[str, object] = LRUCache(3)
        values = together(6, lambda number, cache=cache: cache.setdefault("key", object()))
        assert set(values) == {cache.peek("key")}


@pytest.mark.usefixtures("_restless")
def test_walking_through_the_cache_and_copying_it_go_on_while_others_write() -> None:
    cache: LRUCache[int, int] = LRUCache(50)

    def work(number: int) -> bool:
        for step in range(60):
            if number % 2:
                cache.set(step * number, step * number)
                cache.pop(step, None)
            else:
                whole = [*cache.items(), *cache.copy().items(), *copy.copy(cache).items()]
                whole += pickle.loads(pickle.dumps(cache)).items()
                whole += [(key, key) for key in cache]
                if any(key != value for key, value in whole):
                    return False
        return True

    assert all(together(4, work))


@pytest.mark.usefixtures("_restless")
def test_clearing_forgets_entries_and_counts_at_one_moment() -> None:
    cache: LRUCache[int, int] = LRUCache(10)

    def work(number: int) -> bool:
        whole = True
        for step in range(200):
            if number == 0:
                cache.clear()
            elif number == 1:
                info = cache.info()
                # nothing is put in that was not asked for and missed before
                whole = whole and info.size <= info.misses
            elif cache.setdefault(step % 10, step) is None:
                whole = False
        return whole

    assert all(together(4, work))
