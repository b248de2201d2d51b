"""When a stream hands on what it has written: before the template may have to wait, and when it is much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from kida import DictLoader, Environment

Pieces = Callable[..., list[str]]


def environment(**templates: str) -> Environment:
    return Environment(loader=DictLoader(templates))


def pieces(source: str, **context: Any) -> list[str]:
    return list(Environment().from_string(source).render_stream(context))


def pieces_async(source: str, **context: Any) -> list[str]:
    async def gathered() -> list[str]:
        return [piece async for piece in Environment().from_string(source).render_stream_async(context)]

    return asyncio.run(gathered())


in_both = pytest.mark.parametrize("pieces", [pieces, pieces_async], ids=["sync", "async"])


@in_both
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain {{ x }} text", ["plain 1 text"]),
        ("a{{ f() }}b{{ x }}c{{ f() }}", ["a", "0b1c", "0"]),
        ("a{% set y = f() %}b{{ y }}", ["a", "b0"]),
        ("a{% flush %}b{{ x }}{% flush %}{% flush %}c", ["a", "b1", "c"]),
        ("a{% for i in [1, 2] %}{{ i }}{% flush %}{% endfor %}b", ["a1", "2", "b"]),
        ("a{% set t %}b{% flush %}c{% endset %}{{ t }}", ["abc"]),
        ("a{% if f() %}b{% else %}c{% endif %}d", ["a", "cd"]),
        (
            "a{% macro m() %}b{% endmacro %}c{% call m() %}{% endcall %}".replace("b", "b{{ caller() }}"),
            ["ac", "b"],
        ),
        (
            "a{% for i in [1, 2, 3] %}{{ loop.index }}{{ range(i) | list | length }}{% endfor %}b",
            ["a112233b"],
        ),
        ("a{% for i in [1, 2] %}{{ f() }}{% endfor %}b", ["a", "0", "0b"]),
        ("a{% for i in {1: 2, 3: 4}.items() %}{{ i[0] }}{% endfor %}", ["a", "13"]),
        ("a{% while x < 3 %}{% let x = x + 1 %}{{ x }}{% end %}b", ["a2", "3", "b"]),
    ],
)
def test_what_is_written_is_handed_on_where_the_template_may_have_to_wait(
    pieces: Pieces, source: str, expected: list[str]
) -> None:
    assert pieces(source, x=1, f=lambda: 0) == expected


def test_each_row_is_handed_on_before_the_next_is_asked_for() -> None:
    log: list[str] = []
    note = log.append

    def rows() -> Iterator[int]:
        for number in range(4):
            note(f"asked for {number}")
            yield number

    source = (
        "<ul>{% for row in rows %}{% if row == 1 %}{% continue %}{% endif %}<li>{{ row }}{% endfor %}</ul>"
    )
    for piece in Environment().from_string(source).render_stream(rows=rows()):
        note(piece)
    # the turn that is left early wrote nothing
    assert log == [
        "<ul>",
        "asked for 0",
        "<li>0",
        "asked for 1",
        "asked for 2",
        "<li>2",
        "asked for 3",
        "<li>3",
        "</ul>",
    ]


async def test_each_row_is_handed_on_before_the_next_is_awaited() -> None:
    log: list[str] = []
    note = log.append

    async def rows() -> AsyncIterator[int]:
        for number in range(3):
            note(f"asked for {number}")
            yield number

    template = Environment().from_string("<ul>{% for row in rows %}<li>{{ row }}{% endfor %}</ul>")
    async for piece in template.render_stream_async(rows=rows()):
        note(piece)
    assert log == ["<ul>", "asked for 0", "<li>0", "asked for 1", "<li>1", "asked for 2", "<li>2", "</ul>"]


@in_both
def test_the_pieces_of_a_long_page_are_small_at_first_and_then_large(pieces: Pieces) -> None:
    source = "{% for row in rows %}<i>{{ row }}</i>{% endfor %}"
    found = pieces(source, rows=list(range(10_000)))
    assert "".join(found) == Environment().from_string(source).render(rows=list(range(10_000)))
    sizes = [piece.count("<i>") for piece in found]
    assert sizes[0] <= 10
    assert sizes[:-1] == sorted(sizes[:-1])
    assert 100 < max(sizes) < 1_000


def test_a_long_template_without_loops_is_handed_on_in_pieces() -> None:
    found = pieces("text {{ x }}\n" * 2_000, x=1)
    assert "".join(found) == "\n".join(["text 1"] * 2_000)
    assert len(found[0]) < 1_000
    assert len(found) > 10


@in_both
def test_what_was_written_before_an_error_is_handed_on_before_it(pieces: Pieces) -> None:
    log: list[str] = []
    note = log.append
    template = Environment().from_string("a{{ x }}b{{ x // 0 }}c")

    def read() -> None:
        for piece in template.render_stream(x=1):
            note(piece)

    async def read_async() -> None:
        async for piece in template.render_stream_async(x=1):
            note(piece)

    with pytest.raises(ZeroDivisionError) as caught:
        read() if pieces is not pieces_async else asyncio.run(read_async())
    assert log == ["a1b"]
    assert caught.value.__notes__ == ["in template <template> 1:13"]


PARTS = {
    "base": "<{% block title %}base{% endblock %}|{% block body %}{{ x }}{% endblock %}>",
    "page": "{% extends 'base' %}{% block title %}[{{ super() }}]{% endblock %}"
    "{% block body %}{% try %}held {% include 'part' %}{{ self.title() }}{{ many() }} {% fallback %}no{% end %}"
    "{% include 'part' %}{{ super() }}{% for i in many() %}{% include 'part' %}{% endfor %}{% endblock %}",
    "part": "({{ x }}{% for i in range(40) %}.{% endfor %})",
}


@pytest.mark.parametrize("x", ["one", "<two>"])
def test_parts_that_hold_back_what_they_write_keep_its_order(x: str) -> None:
    template = environment(**PARTS).get_template("page")

    def many() -> list[int]:
        return list(range(30))

    async def gathered() -> list[str]:
        return [piece async for piece in template.render_stream_async(x=x, many=many)]

    whole = template.render(x=x, many=many)
    assert "".join(template.render_stream(x=x, many=many)) == whole
    assert "".join(asyncio.run(gathered())) == whole


def test_what_a_try_held_back_is_dropped_with_what_was_included_in_it() -> None:
    template = environment(
        page="a{% try %}b{% include 'part' %}{{ 1 // 0 }}{% fallback %}!{% end %}c",
        part="x" * 50 + "{{ n }}" * 50,
    ).get_template("page")
    assert "".join(template.render_stream(n=1)) == "a!c"


def test_a_stream_that_is_left_lets_its_loop_be_closed() -> None:
    closed: list[bool] = []

    def rows() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            closed.append(True)

    stream = (
        Environment().from_string("{% for row in rows %}{{ row }}{% endfor %}").render_stream(rows=rows())
    )
    assert next(stream) == "0"
    del stream
    assert closed == [True]


def test_nothing_is_held_back_forever_where_the_reader_throws() -> None:
    stream: Any = Environment().from_string("a{{ f() }}b").render_stream(f=lambda: 1)
    assert next(stream) == "a"
    with pytest.raises(KeyError):
        stream.throw(KeyError("mine"))
    assert list(stream) == []


def test_generate_and_generate_async_are_jinja2s_names_for_streams() -> None:
    async def one() -> int:
        return 1

    template = Environment().from_string("a{{ f() }}b{% for x in xs %}{{ x }}{% endfor %}")

    async def gathered() -> list[str]:
        return [piece async for piece in template.generate_async({"f": one}, xs=[2])]

    assert asyncio.run(gathered()) == ["a", "1b2"]
    assert list(template.generate(f=int, xs=[2])) == ["a", "0b2"]
