"""A stream may rest for any time and go on in any thread; its context is current only while it is advanced."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from kida import DictLoader, Environment
from kida.render_context import get_render_context, get_render_context_required, render_context
from tests.thread_safety.forms import ending
from tests.thread_safety.threads import elsewhere, together

TEXTS = {
    "page": "{% extends 'base' %}{% block body %}b{{ here() }}{% include 'part' %}{{ here() }}{% endblock %}",
    "base": "a{{ here() }}{% block body %}{% endblock %}z{{ here() }}",
    "part": "{% for i in range(3) %}{{ here() }}{{ n }}{% include 'leaf' %}{% endfor %}",
    "leaf": "<{{ here() }}>",
    "broken": "a{{ here() }}{% include 'broken part' %}",
    "broken part": "{{ here() }}{{ 1 // 0 }}",
}


def here() -> str:
    return f"[{get_render_context_required().name}]"


ENV = Environment(loader=DictLoader(TEXTS), globals={"here": here})


def advanced(stream: Iterator[str]) -> str | None:
    """The next piece, after which nothing may be left to see."""
    before = get_render_context()
    piece = next(stream, None)
    assert get_render_context() is before
    return piece


def test_a_stream_goes_on_in_another_thread_at_each_piece() -> None:
    template = ENV.get_template("page")
    serial = list(template.render_stream(n=1))
    stream = template.render_stream(n=1)
    pieces = []
    while (piece := elsewhere(lambda: advanced(stream))) is not None:
        pieces.append(piece)
        assert get_render_context() is None
    assert pieces == serial
    assert "".join(pieces) == template.render(n=1)


def test_a_stream_that_was_begun_inside_a_render_goes_on_outside_of_it() -> None:
    begun: list[Iterator[str]] = []

    def begin() -> str:
        begun.append(ENV.get_template("page").render_stream(n=2))
        return next(begun[0])

    head = ENV.replace(globals={"begin": begin}).render_string("{{ begin() }}")
    assert head + "".join(begun[0]) == ENV.render("page", n=2)


def test_streams_that_take_turns_in_one_thread_do_not_see_each_other() -> None:
    template = ENV.get_template("page")
    serial = [list(template.render_stream(n=number)) for number in range(4)]
    streams = [template.render_stream(n=number) for number in range(4)]
    pieces: list[list[str]] = [[] for _ in streams]
    for _ in serial[0]:
        for number, stream in enumerate(streams):
            pieces[number].append(advanced(stream) or "")
            # a whole render between two pieces
            assert ENV.render("leaf") == "<[leaf]>"
    assert pieces == serial
    assert [advanced(stream) for stream in streams] == [None] * 4


def test_streams_that_take_turns_in_changing_threads_do_not_see_each_other() -> None:
    template = ENV.get_template("page")
    count = 4
    serial = [list(template.render_stream(n=number)) for number in range(count)]
    streams = [template.render_stream(n=number) for number in range(count)]
    pieces: list[list[str]] = [[] for _ in streams]
    for turn in range(len(serial[0])):
        # in each turn all threads advance at once, each another stream than the turn before
        got = together(count, lambda number, turn=turn: advanced(streams[(number + turn) % count]) or "")
        for number in range(count):
            pieces[(number + turn) % count].append(got[number])
    assert pieces == serial


def test_what_is_current_where_a_stream_is_read_stays_current() -> None:
    with render_context("reader") as reader:
        stream = ENV.get_template("page").render_stream(n=1)
        for _ in range(5):
            advanced(stream)
            assert get_render_context() is reader
        stream.close()  # type: ignore[attr-defined]
        assert get_render_context() is reader


@pytest.mark.parametrize("pieces", range(12))
def test_a_stream_may_be_closed_in_another_thread_wherever_it_rests(pieces: int) -> None:
    stream = ENV.get_template("page").render_stream(n=1)

    def close() -> object:
        stream.close()  # type: ignore[attr-defined]
        return get_render_context()

    for _ in range(pieces):
        advanced(stream)
    assert elsewhere(close) is None
    assert get_render_context() is None
    assert list(stream) == []


def test_a_stream_that_fails_in_another_thread_leaves_nothing_in_either() -> None:
    stream = ENV.get_template("broken").render_stream()
    assert advanced(stream) == "a"

    def fail() -> object:
        with pytest.raises(ZeroDivisionError) as raised:
            list(stream)
        assert raised.value.__notes__ == ["in template broken part 1:16, called from broken 1:25"]
        return get_render_context()

    assert elsewhere(fail) is None
    assert get_render_context() is None


async def test_asynchronous_streams_that_take_turns_in_one_task_do_not_see_each_other() -> None:
    template = ENV.get_template("page")
    serial = list(template.render_stream(n=0))
    streams = [template.render_stream_async(n=0) for _ in range(3)]
    pieces: list[list[str]] = [[] for _ in streams]
    for _ in serial:
        for number, stream in enumerate(streams):
            pieces[number].append(await ending(anext(stream)))  # type: ignore[arg-type]
            assert get_render_context() is None
            assert await ENV.get_template("leaf").render_async() == "<[leaf]>"
    assert pieces == [serial] * 3
    for stream in streams:
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


async def test_asynchronous_streams_go_on_in_another_task_at_each_piece() -> None:
    template = ENV.get_template("page")
    stream = template.render_stream_async(n=3)

    async def next_piece() -> str | None:
        piece = await anext(stream, None)
        assert get_render_context() is None
        return piece

    pieces = []
    while (piece := await ending(next_piece())) is not None:
        pieces.append(piece)
    assert "".join(pieces) == template.render(n=3)


async def test_an_asynchronous_stream_left_behind_leaves_nothing() -> None:
    async def leave() -> Any:
        async for _ in ENV.get_template("page").render_stream_async(n=1):
            break
        return get_render_context()

    assert await asyncio.gather(*[leave() for _ in range(5)]) == [None] * 5
    assert get_render_context() is None
