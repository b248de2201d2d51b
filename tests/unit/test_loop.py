"""The loop object: Jinja2's, and as lazy."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import jinja2
import pytest
from jinja2.runtime import LoopContext as JinjaLoopContext

from kida.errors import TemplateRuntimeError
from kida.runtime.loop import AsyncLoopContext, LoopContext, async_iterate, auto_await
from kida.runtime.undefined import StrictUndefined, Undefined

ATTRIBUTES = (
    "index index0 revindex revindex0 first last length depth depth0 previtem nextitem".split()  # noqa: SIM905
)


class WrongLength:
    """Says that it has 99 items."""

    def __init__(self, items: list[int]) -> None:
        self.items = items

    def __iter__(self) -> Iterator[int]:
        return iter(self.items)

    def __len__(self) -> int:
        return 99


SOURCES: dict[str, Callable[[list[int]], Any]] = {
    "list": lambda items: items,
    "tuple": tuple,
    "generator": lambda items: (item for item in items),
    "iterator": iter,
    "dict": dict.fromkeys,
    "range": lambda items: range(len(items)),
    "text": lambda items: "ab" * len(items),
    "wrong length": WrongLength,
}

ACTIONS: dict[str, Callable[[Any], Any]] = {
    **{name: lambda loop, name=name: getattr(loop, name) for name in ATTRIBUTES},
    "cycle": lambda loop: loop.cycle("a", "b", "c"),
    "cycle nothing": lambda loop: loop.cycle(),
    "changed": lambda loop: loop.changed(loop.index0 // 2),
    "changed nothing": lambda loop: loop.changed(),
    "len": len,
    "bool": bool,
    "repr": repr,
}


def answer(action: Callable[[Any], Any], loop: Any) -> Any:
    try:
        result = action(loop)
    except Exception as error:
        return type(error).__name__, str(error)
    return getattr(result, "_undefined_message", result)


def run(kind: type, undefined: type, source: Any, seed: int) -> list[Any]:
    """What a loop gives and answers to questions drawn by chance, the same for the same seed."""
    chance = random.Random(seed)
    loop = kind(source, undefined, None, chance.randint(0, 2))
    told: list[Any] = []
    for item, same in loop:
        assert same is loop
        told.append(item)
        told += [
            answer(ACTIONS[name], loop)
            for name in chance.choices(list(ACTIONS), k=chance.choice([0, 0, 1, 3]))
        ]
        if chance.random() < 0.05:
            break
    return told + [answer(ACTIONS[name], loop) for name in ("index", "last", "revindex", "nextitem", "repr")]


@pytest.mark.parametrize("source", SOURCES)
def test_any_questions_in_any_order_are_answered_as_in_jinja2(source: str) -> None:
    for seed in range(500):
        items = list(range(seed % 6))
        ours = run(LoopContext, Undefined, SOURCES[source](items), seed)
        theirs = run(JinjaLoopContext, jinja2.Undefined, SOURCES[source](items), seed)
        assert ours == theirs, seed


def counted(pulled: list[int], count: int = 5) -> Iterator[int]:
    for number in range(count):
        pulled.append(number)
        yield number


def test_an_iterator_is_read_one_item_at_a_time() -> None:
    pulled: list[int] = []
    for _, loop in LoopContext(counted(pulled), Undefined):
        assert loop.index is not None
        assert loop.previtem is not None
        if loop.index == 2:
            break
    assert pulled == [0, 1]


def test_asking_for_the_next_item_reads_one_ahead_and_no_more() -> None:
    pulled: list[int] = []
    for item, loop in LoopContext(counted(pulled), Undefined):
        assert loop.last is (item == 4)
        assert len(pulled) == min(item + 2, 5)
    assert pulled == [0, 1, 2, 3, 4]


def test_asking_for_the_length_reads_an_iterator_to_its_end_and_loses_nothing() -> None:
    pulled: list[int] = []
    seen = []
    for item, loop in LoopContext(counted(pulled), Undefined):
        seen.append(item)
        if item == 1:
            assert loop.nextitem == 2
        if item == 2:
            assert loop.length == len(loop) == 5
            assert len(pulled) == 5
    assert seen == [0, 1, 2, 3, 4]


def test_the_first_item_has_none_before_it_and_the_last_none_behind() -> None:
    loop = LoopContext([1], StrictUndefined)
    assert loop.previtem._undefined_message == "there is no previous item"
    for _ in loop:
        assert loop.previtem._undefined_message == "there is no previous item"
        assert loop.nextitem._undefined_message == "there is no next item"


def test_a_loop_that_is_not_recursive_refuses_to_be_called() -> None:
    with pytest.raises(TemplateRuntimeError, match="'recursive' marker") as caught:
        LoopContext([1], Undefined)([2])
    assert isinstance(caught.value, TypeError)


def test_a_recursive_loop_runs_its_body_one_level_deeper() -> None:
    calls = []
    loop = LoopContext([1], Undefined, lambda items, depth0: calls.append((items, depth0)), depth0=2)
    loop([9])
    assert calls == [([9], 3)]
    assert (loop.depth, loop.depth0) == (3, 2)


def test_what_cannot_be_looped_over_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="'int' object is not iterable"):
        LoopContext(5, Undefined)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="'int' object is not iterable"):
        AsyncLoopContext(5, Undefined)  # type: ignore[arg-type]


async def asynchronous(items: Any) -> AsyncIterator[Any]:
    for item in items:
        yield item


ASYNC_SOURCES: dict[str, Callable[[list[int]], Any]] = {**SOURCES, "asynchronous generator": asynchronous}


@pytest.mark.parametrize("source", ASYNC_SOURCES)
async def test_an_asynchronous_loop_answers_as_in_jinja2(source: str) -> None:
    environment = jinja2.Environment(enable_async=True)
    for name in ATTRIBUTES:
        for first in ("", "{% if loop.index == 1 %}{{ loop.nextitem }}{{ loop.length }}{% endif %}"):
            text = f"{{% for item in items %}}{first}{{{{ item }}}}:{{{{ loop.{name} }}}} {{% endfor %}}"
            theirs = await environment.from_string(text).render_async(items=ASYNC_SOURCES[source]([4, 5, 6]))
            ours = ""
            async for item, loop in AsyncLoopContext(ASYNC_SOURCES[source]([4, 5, 6]), Undefined):
                if first and loop.index == 1:
                    ours += f"{await loop.nextitem}{await loop.length}"
                ours += f"{item}:{await auto_await(getattr(loop, name))} "
            assert ours == theirs, (name, first)


async def test_an_asynchronous_loop_is_read_no_further_than_asked() -> None:
    pulled: list[int] = []
    async for item, loop in AsyncLoopContext(asynchronous(counted(pulled)), Undefined):
        if item == 1:
            assert await loop.last is False
            break
    assert pulled == [0, 1, 2]


async def test_an_asynchronous_loop_cycles_changes_recurses_and_prints() -> None:
    loop = AsyncLoopContext([1, 2], Undefined, lambda items, depth0: (items, depth0))
    assert await loop.__anext__() == (1, loop)
    assert loop.cycle("a", "b") == "a"
    assert loop.changed(1)
    assert not loop.changed(1)
    assert loop([3]) == ([3], 1)
    assert repr(loop) == "<AsyncLoopContext 1/…>"
    assert await loop.length == 2
    assert repr(loop) == "<AsyncLoopContext 1/2>"


async def test_plain_and_asynchronous_iterables_are_iterated_alike() -> None:
    assert [item async for item in async_iterate([1, 2])] == [1, 2]
    assert [item async for item in async_iterate(asynchronous([1, 2]))] == [1, 2]


async def test_what_can_be_awaited_is_awaited() -> None:
    async def five() -> int:
        return 5

    assert await auto_await(five()) == 5
    assert await auto_await(5) == 5
    assert await auto_await([5]) == [5]
    assert type(await auto_await(StrictUndefined(name="x"))) is StrictUndefined
