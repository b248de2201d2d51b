"""Texts of blocks that threads share: each method is one step, and the counts are exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import pytest

from kida import DictLoader, Environment
from kida.template import CachedBlocksDict
from tests.thread_safety.threads import Gate, Running, elsewhere, together


class Name(str):
    """A name that, when a mapping compares it, first does something else."""

    __slots__ = ("meanwhile",)

    def __new__(cls, text: str, meanwhile: Callable[[], object] = str) -> Self:
        made = super().__new__(cls, text)
        made.meanwhile = meanwhile
        return made

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        self.meanwhile()
        return str(self) == str(other)


METHODS: dict[str, Callable[[CachedBlocksDict, str], object]] = {
    "[] to read": lambda blocks, name: blocks[name],
    "[] to write": lambda blocks, name: blocks.__setitem__(name, "new"),
    "[] to delete": lambda blocks, name: blocks.__delitem__(name),
    "in": lambda blocks, name: name in blocks,
    "get": lambda blocks, name: blocks.get(name),
    "pop": lambda blocks, name: blocks.pop(name),
    "setdefault": lambda blocks, name: blocks.setdefault(name, "new"),
    "update": lambda blocks, name: blocks.update({name: "new"}),
    "get_or_render": lambda blocks, name: blocks.get_or_render(name, str),
}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_holds_the_lock_from_start_to_end(method: str) -> None:
    inside = Gate()
    blocks = CachedBlocksDict({Name("nav", inside): "text"})
    running = Running(lambda: METHODS[method](blocks, Name("nav")))
    inside.reached()
    taken = elsewhere(lambda: blocks._lock.acquire(blocking=False))
    inside.open()
    running.result()
    assert taken is False


@pytest.mark.usefixtures("_restless")
def test_hits_and_misses_add_up_to_what_was_asked_however_many_threads_ask() -> None:
    blocks = CachedBlocksDict()
    threads, asked = 8, 300

    def work(number: int) -> int:
        hits = 0
        for step in range(asked):
            name = f"block {(number + step) % 12}"
            text = blocks.get(name)
            hits += text is not None
            if step % 7 == 0:
                blocks[name] = "text"
            elif step % 11 == 0:
                try:
                    del blocks[name]
                except KeyError:
                    pass
        return hits

    hits = sum(together(threads, work))
    stats = blocks.stats()
    assert (stats["hits"], stats["misses"]) == (hits, threads * asked - hits)
    assert stats["size"] == len(blocks)


def test_a_block_is_rendered_once_however_many_threads_ask_for_it() -> None:
    count = 8
    blocks = CachedBlocksDict()
    inside = Gate()
    rendered: list[int] = []

    def render() -> str:
        rendered.append(1)
        inside()
        return "text"

    running = [Running(lambda: blocks.get_or_render("nav", render)) for _ in range(count)]
    inside.reached()
    inside.open()
    assert [one.result() for one in running] == ["text"] * count
    assert rendered == [1]
    assert blocks.stats() == {"hits": count - 1, "misses": 1, "size": 1}


def test_a_block_whose_rendering_fails_is_rendered_again_for_the_next() -> None:
    blocks = CachedBlocksDict()
    with pytest.raises(ZeroDivisionError):
        blocks.get_or_render("nav", lambda: str(1 // 0))
    assert elsewhere(lambda: blocks.get_or_render("nav", lambda: "text")) == "text"
    assert blocks.stats() == {"hits": 0, "misses": 2, "size": 1}


def test_rendering_a_block_may_ask_for_another() -> None:
    blocks = CachedBlocksDict()

    def outer() -> str:
        return "<" + blocks.get_or_render("inner", lambda: "text") + ">"

    assert elsewhere(lambda: blocks.get_or_render("outer", outer)) == "<text>"
    assert blocks.stats() == {"hits": 0, "misses": 2, "size": 2}


def test_all_threads_agree_on_what_was_first_under_a_name() -> None:
    for _ in range(20):
        blocks = CachedBlocksDict()
        texts = together(6, lambda number, blocks=blocks: blocks.setdefault("nav", f"text {number}"))
        assert set(texts) == {blocks["nav"]}


@pytest.mark.usefixtures("_restless")
def test_each_text_is_taken_out_by_one_thread() -> None:
    blocks = CachedBlocksDict({f"block {n}": f"text {n}" for n in range(300)})

    def work(number: int) -> list[Any]:
        taken: list[Any] = []
        for n in range(300):
            if number % 2:
                text = blocks.pop(f"block {n}", None)
                taken += [] if text is None else [text]
            else:
                try:
                    taken.append(blocks.popitem()[1])
                except KeyError:
                    assert len(blocks) == 0
        return taken

    taken = [text for found in together(4, work) for text in found]
    assert sorted(taken) == sorted(f"text {n}" for n in range(300))


@pytest.mark.usefixtures("_restless")
def test_walking_through_the_texts_goes_on_while_others_write() -> None:
    blocks = CachedBlocksDict({"always": "there"})

    def work(number: int) -> bool:
        whole = True
        for step in range(150):
            if number % 2:
                blocks[f"{number} {step}"] = "text"
                del blocks[f"{number} {step}"]
                blocks.update({"more": "m", "and more": "a"})
            else:
                whole = whole and dict(blocks.items())["always"] == "there"
                whole = whole and "there" in [*blocks.values()]
                whole = whole and "always" in [*blocks] and "always" in [*blocks.keys()]
        return whole

    assert all(together(4, work))


@pytest.mark.usefixtures("_restless")
def test_several_texts_kept_at_once_are_seen_all_or_none() -> None:
    blocks = CachedBlocksDict({"a": "0", "b": "0"})

    def work(number: int) -> bool:
        same = True
        for step in range(200):
            if number % 2:
                blocks.update(a=str(step), b=str(step))
            else:
                now = dict(blocks.items())
                same = same and now["a"] == now["b"]
        return same

    assert all(together(4, work))


def test_templates_rendered_with_shared_blocks_get_them_whole_while_others_change() -> None:
    env = Environment(
        loader=DictLoader({"page": "{% block nav %}own{% endblock %}|{% block body %}b{% endblock %}"})
    )
    template = env.get_template("page")
    blocks = CachedBlocksDict({"nav": "kept"})

    def work(number: int) -> set[str]:
        seen = set()
        for _ in range(60):
            if number % 2:
                blocks["body"] = "other"
                blocks.pop("body", None)
            else:
                seen.add(template.render_with_blocks(blocks))
        return seen

    seen = set().union(*together(4, work))
    assert seen <= {"kept|b", "kept|other"}
    assert seen


def test_blocks_rendered_by_many_threads_are_rendered_once_each() -> None:
    counted: list[str] = []
    env = Environment(globals={"count": lambda name: counted.append(name) or ""})
    template = env.from_string(
        "{% block nav %}{{ count('nav') }}n{% endblock %}{% block foot %}{{ count('foot') }}f{% endblock %}"
    )
    blocks = CachedBlocksDict()

    def work(number: int) -> str:
        for name in ("nav", "foot") if number % 2 else ("foot", "nav"):
            blocks.get_or_render(name, lambda name=name: template.render_block(name))  # type: ignore[misc]
        return template.render_with_blocks(blocks)

    assert together(6, work) == ["nf"] * 6
    assert sorted(counted) == ["foot", "nav"]
    assert blocks.stats()["misses"] == 2
