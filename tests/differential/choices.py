"""Where the generator's decisions come from: a seeded generator (fast) or Hypothesis (shrinks)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st

DrawFunction = Callable[[st.SearchStrategy[int]], int]


class Choices(Protocol):
    """A source of decisions; every decision is a number below a bound, and 0 is the simplest one."""

    def below(self, bound: int) -> int:
        """Return a number from 0 to ``bound - 1``."""
        ...


class RandomChoices:
    """Decisions from a seed: the same seed gives the same case, on every Python."""

    __slots__ = ("_random",)

    def __init__(self, seed: str) -> None:
        self._random = Random(seed).random

    def below(self, bound: int) -> int:
        return int(self._random() * bound)


@cache
def _numbers_below(bound: int) -> st.SearchStrategy[int]:
    return st.integers(0, bound - 1)


class HypothesisChoices:
    """Decisions that Hypothesis draws, remembers and shrinks."""

    __slots__ = ("_draw",)

    def __init__(self, draw: DrawFunction | Any) -> None:
        self._draw = draw

    def below(self, bound: int) -> int:
        return self._draw(_numbers_below(bound)) if bound > 1 else 0
