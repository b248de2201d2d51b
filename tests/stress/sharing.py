"""What can be counted exactly however many threads take part: caches, what is compiled, what is registered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from threading import Lock

from kida import Environment
from kida.template.core import CachedBlocksDict
from kida.utils.lru_cache import LRUCache

from .functions import FILTERS, GLOBALS, Suffixed
from .threads import Crew, together
from .worlds import Library, Steady

_STEPS = 150


def miscounted(seed: int, threads: int, patience: float) -> list[str]:
    """What does not add up; nothing, where everything does."""
    found: list[str] = []
    for check in (_lru_cache, _small_lru_cache, _cached_blocks, _compiled_once, _registered):
        found += [f"{check.__name__.strip('_')}: {problem}" for problem in check(seed, threads, patience)]
    return found


class _Sums:
    """Counts that threads add to."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.of: dict[str, int] = {}

    def add(self, name: str, number: int = 1) -> None:
        with self._lock:
            self.of[name] = self.of.get(name, 0) + number

    def get(self, name: str) -> int:
        return self.of.get(name, 0)


def _each(
    seed: int, threads: int, patience: float, step: Callable[[Random, int], None], steps: int = _STEPS
) -> list[str]:
    def work(crew: Crew, number: int) -> None:
        random = Random(f"sharing {seed} {number}")
        for _ in range(steps):
            step(random, number)
            crew.progressed(number)

    return together([work] * threads, patience)


def _lru_cache(seed: int, threads: int, patience: float) -> list[str]:
    cache: LRUCache[int, object] = LRUCache(None)
    sums = _Sums()
    agreed: dict[int, set[object]] = {}
    guard = Lock()

    def step(random: Random, number: int) -> None:
        key = random.randrange(40)
        if random.random() < 0.5:
            sums.add("gets")
            sums.add("hits" if cache.get(key) is not None else "misses")
        else:
            sums.add("gets")
            kept = cache.setdefault(key, object())
            with guard:
                agreed.setdefault(key, set()).add(kept)

    raised = _each(seed, threads, patience, step)
    info = cache.info()
    if info.hits + info.misses != sums.get("gets"):
        raised.append(f"{info} after {sums.get('gets')} lookups")
    if any(len(values) != 1 for values in agreed.values()):
        raised.append("setdefault gave two threads different values")
    if info.size != len(agreed):
        raised.append(f"{info} with {len(agreed)} keys")
    return raised


def _small_lru_cache(seed: int, threads: int, patience: float) -> list[str]:
    cache: LRUCache[int, int] = LRUCache(5)
    sums = _Sums()

    def step(random: Random, number: int) -> None:
        key = random.randrange(12)
        action = random.randrange(4)
        if action == 0:
            cache.set(key, key)
        elif action == 1:
            cache.pop(key, None)
        elif action == 2 and any(a != b for a, b in cache.items()):
            sums.add("mixed")
        else:
            value = cache.get(key)
            sums.add("misses" if value is None else "hits")
            if value not in (None, key):
                sums.add("mixed")
        if len(cache) > 5:
            sums.add("too many")

    raised = _each(seed, threads, patience, step)
    info = cache.info()
    if (info.hits, info.misses) != (sums.get("hits"), sums.get("misses")):
        raised.append(f"{info}, threads counted {sums.of}")
    return raised + [f"{what}: {sums.get(what)}" for what in ("mixed", "too many") if sums.get(what)]


def _cached_blocks(seed: int, threads: int, patience: float) -> list[str]:
    blocks = CachedBlocksDict()
    sums = _Sums()

    def rendered(name: str) -> str:
        sums.add("rendered")
        return name

    def step(random: Random, number: int) -> None:
        name = f"block{random.randrange(30)}"
        action = random.randrange(3)
        if action == 0:
            sums.add("lookups")
            blocks.get_or_render(name, partial(rendered, name))
        elif action == 1:
            sums.add("lookups")
            sums.add("misses" if blocks.get(name) is None else "hits")
        elif any(blocks[other] != other for other in blocks):
            sums.add("mixed")
        else:
            sums.add("read all")

    raised = _each(seed, threads, patience, step, _STEPS // 3)
    stats = blocks.stats()
    if sums.get("rendered") != stats["size"]:
        raised.append(f"{sums.get('rendered')} blocks were rendered, {stats['size']} are kept")
    if stats["misses"] != sums.get("misses") + sums.get("rendered"):
        raised.append(f"{stats}, threads counted {sums.of}")
    if sums.get("mixed"):
        raised.append("a block had the text of another")
    return raised


def _compiled_once(seed: int, threads: int, patience: float) -> list[str]:
    """Nothing is evicted, nothing changes: each name is loaded once, and all threads have the same template."""
    library = Library()
    environment = Environment(loader=Steady(library), filters=FILTERS, globals=GLOBALS, cache_size=-1)
    names = [f"fresh/{number}.html" for number in range(40) if number % 7 != 6 and number % 5 != 4]
    found: dict[str, set[object]] = {name: set() for name in names}
    guard = Lock()

    def work(crew: Crew, number: int) -> None:
        for name in names:
            crew.barrier.wait()
            template = environment.get_template(name)
            with guard:
                found[name].add(template)
            crew.progressed(number)

    raised = together([work] * threads, patience)
    often = {name: count for name, count in library.loads.items() if count != 1}
    if often:
        raised.append(f"loaded more often than once: {often}")
    if any(len(templates) != 1 for templates in found.values()):
        raised.append("two threads had different templates of a name")
    info = environment.cache_info()
    if info.hits + info.misses != threads * len(names):
        raised.append(f"{info} after {threads * len(names)} calls of get_template")
    return raised


def _registered(seed: int, threads: int, patience: float) -> list[str]:
    """Competing writers lose nothing."""
    environment = Environment()
    sums = _Sums()

    def step(random: Random, number: int) -> None:
        place = sums.of.get(f"of {number}", 0)
        sums.add(f"of {number}")
        environment.add_filter(f"f{number}_{place}", Suffixed("x"))
        environment.add_test(f"t{number}_{place}", bool)
        environment.add_global(f"g{number}_{place}", place)

    raised = _each(seed, threads, patience, step, _STEPS // 3)
    for kind in ("filters", "tests", "globals"):
        registered = getattr(environment, kind)
        absent = [
            f"{kind[0]}{number}_{place}"
            for number in range(threads)
            for place in range(_STEPS // 3)
            if f"{kind[0]}{number}_{place}" not in registered
        ]
        if absent and not raised:
            raised.append(f"{len(absent)} {kind} were lost, as {absent[0]}")
    return raised
