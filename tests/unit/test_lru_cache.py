from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from kida.utils.lru_cache import CacheInfo, LRUCache


def filled(capacity: int | None, *keys: str) -> LRUCache[str, str]:
    cache: LRUCache[str, str] = LRUCache(capacity)
    for key in keys:
        cache.set(key, key.upper())
    return cache


def test_a_full_cache_drops_the_entry_used_longest_ago():
    cache = filled(2, "a", "b")
    assert cache.get("a") == "A"
    cache.set("c", "C")
    assert cache.get("b") is None
    assert cache.keys() == ["c", "a"]


def test_setting_a_key_again_makes_it_the_most_recent():
    cache = filled(2, "a", "b")
    cache.set("a", "new")
    cache.set("c", "C")
    assert cache.items() == [("c", "C"), ("a", "new")]


def test_looking_with_in_or_at_a_snapshot_is_no_use():
    cache = filled(2, "a", "b")
    assert "a" in cache
    assert list(cache) == ["b", "a"]
    assert cache.values() == ["B", "A"]
    cache.set("c", "C")
    assert "a" not in cache
    assert cache.info() == CacheInfo(hits=0, misses=0, size=2, capacity=2)


def test_a_capacity_of_zero_keeps_nothing():
    cache = filled(0, "a")
    assert len(cache) == 0
    assert cache.setdefault("a", "x") == "x"
    assert cache.get("a", "none") == "none"


@pytest.mark.parametrize("capacity", [None, -1])
def test_none_and_minus_one_have_no_bound(capacity: int | None):
    cache = filled(capacity, *(f"k{i}" for i in range(1000)))
    assert len(cache) == 1000
    assert cache.capacity is None


def test_other_negative_capacities_are_refused():
    with pytest.raises(ValueError, match="not -2"):
        LRUCache(-2)


def test_none_is_a_value_like_any_other():
    cache: LRUCache[str, None] = LRUCache(2)
    cache["a"] = None
    assert cache.get("a", "default") is None
    assert cache["a"] is None
    assert cache.info().hits == 2


def test_it_speaks_like_a_dictionary():
    cache = filled(3, "a", "b")
    assert cache["a"] == "A"
    del cache["a"]
    with pytest.raises(KeyError, match="a"):
        cache["a"]
    with pytest.raises(KeyError):
        del cache["a"]
    assert cache.pop("b", None) == "B"
    assert cache.pop("b", None) is None
    assert cache.setdefault("z", "1") == "1"
    assert cache.setdefault("z", "2") == "1"


def test_statistics_count_hits_and_misses_until_cleared():
    cache = filled(3, "a")
    cache.get("a")
    cache.get("b")
    cache.get("b")
    assert cache.info() == CacheInfo(hits=1, misses=2, size=1, capacity=3)
    cache.clear()
    assert cache.info() == CacheInfo(hits=0, misses=0, size=0, capacity=3)


@pytest.mark.parametrize(
    "twin", [copy.copy, LRUCache.copy, lambda c: pickle.loads(pickle.dumps(c)), copy.deepcopy]
)
def test_a_copy_has_the_entries_in_their_order_and_goes_its_own_way(twin):
    cache = filled(2, "a", "b")
    cache.get("a")
    other = twin(cache)
    assert other.items() == [("a", "A"), ("b", "B")]
    assert other.info() == CacheInfo(hits=0, misses=0, size=2, capacity=2)
    other.set("c", "C")
    assert "b" not in other
    assert "b" in cache


def test_repr_says_how_full_it_is():
    assert repr(filled(4, "a")) == "<LRUCache 1 of 4>"
    assert repr(filled(None)) == "<LRUCache 0 of any number>"


def test_threads_that_set_defaults_at_once_agree_on_one():
    cache: LRUCache[int, object] = LRUCache(None)

    def work(_: int) -> list[object]:
        return [cache.setdefault(key, object()) for key in range(200)]

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(work, range(8)))
    assert all(values == seen[0] for values in seen)


def test_threads_never_see_more_entries_than_the_capacity():
    cache: LRUCache[int, int] = LRUCache(10)

    def work(start: int) -> int:
        most = 0
        for key in range(start, start + 500):
            cache.set(key, key)
            assert cache.get(key, key) == key
            most = max(most, len(cache), len(cache.items()))
        return most

    with ThreadPoolExecutor(4) as pool:
        assert max(pool.map(work, range(0, 400, 100))) <= 10
    assert cache.info().hits + cache.info().misses == 2000
