"""What each thread does: drawn by lot from a seed, with beginnings of rounds that all threads share."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

from .operations import Operation
from .templates import ASYNCHRONOUS, FAILING_SNIPPETS, SNIPPETS, STEADY, WITH_BLOCKS

ROUND: Final = 20
"""Operations between two meetings of the threads; at a meeting all do the same thing at once."""

_COSTLY: Final = frozenset(("circle.html", "circle_a.html"))
_STEADY: Final = tuple(STEADY) + tuple(name for name in STEADY if name not in _COSTLY) * 9

_WEIGHTS: Final[dict[str, int]] = {
    "render": 20,
    "render keywords": 3,
    "stream": 8,
    "abandoned stream": 3,
    "hand over": 10,
    "tasks": 4,
    "to threads": 1,
    "block": 6,
    "with blocks": 6,
    "string": 8,
    "named string": 4,
    "select": 3,
    "own globals": 2,
    "pickled": 2,
    "replaced": 2,
    "raw": 3,
    "inspected": 2,
    "shared module": 8,
    "given module": 3,
    "fresh module": 3,
    "module tasks": 2,
    "expression": 5,
    "add filter": 3,
    "add global": 2,
    "clear cache": 2,
    "cache info": 2,
    "list templates": 1,
    "change template": 3,
    "change registry": 3,
    "read what changes": 6,
}


def plan(
    seed: int, thread: int, threads: int, length: int, without: frozenset[str] = frozenset()
) -> list[Operation]:
    """The operations of one thread, in order.

    Parameters: ``thread``, from 0; ``length``, how many; ``without``, kinds to leave out, in whose place the cache is
    asked how it is: the others stay as they were.
    """
    random = Random(f"{seed} {thread}")
    numbers = range(thread + 1, 1 + threads * length, threads)
    drawn = [
        _of_all(Random(f"{seed} round {step}"), number, thread)
        if step % ROUND < 2
        else _of_one(random, number)
        for step, number in enumerate(numbers)
    ]
    return [replace(one, kind="cache info") if one.kind in without else one for one in drawn]


def _of_all(shared: Random, number: int, thread: int) -> Operation:
    """What all threads do at once: the lot is drawn by a `Random` that each makes anew, from the same seed."""
    ground = shared.randrange(100_000)
    kind = shared.choice(("render", "stream", "hand over", "block", "select"))
    which = shared.randrange(6)
    if which == 0:
        # a name that is missing, included from another place in each thread
        text = "\n" * (1 + thread) + f"{{{{ token }}}}{{% include 'nowhere{ground}.html' %}}"
        return Operation("string", text, number)
    if which == 1:
        text = "\n" * (1 + thread) + f"{{% import 'fresh/{ground * 35 + 4}.html' as broken %}}"
        return Operation("string", text, number)
    if which == 2:
        return Operation("shared module", "", number, ground)
    if which == 3:
        return Operation("change registry" if thread % 2 else "read what changes", "", number, ground)
    if which == 4:
        return Operation(kind, shared.choice(_STEADY), number, ground)
    return Operation(kind, f"fresh/{ground}.html", number, ground)


def _of_one(random: Random, number: int) -> Operation:
    kind = random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    choice = random.randrange(1000)
    return Operation(kind, _subject(random, kind, number), number, choice)


def _subject(random: Random, kind: str, number: int) -> str:
    if kind in ("string", "named string"):
        parts = random.choices(SNIPPETS, k=random.randrange(1, 5))
        if random.random() < 0.3:
            parts.append(random.choice(FAILING_SNIPPETS))
        return f"{{# {number if random.random() < 0.5 else 0} #}}" + " ".join(_without_second_block(parts))
    if kind in ("block", "with blocks"):
        return random.choice(WITH_BLOCKS)
    if kind == "tasks":
        return random.choice((*ASYNCHRONOUS, random.choice(_STEADY)))
    if random.random() < 0.15:
        return f"fresh/{random.randrange(60)}.html"
    return random.choice(_STEADY)


def _without_second_block(parts: list[str]) -> list[str]:
    """A text cannot have two blocks of a name."""
    return [part for place, part in enumerate(parts) if "{% block" not in part or part not in parts[:place]]
