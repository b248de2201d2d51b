"""Progress of `render_many`: who is told what, and what is needed for a bar."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from kida import Environment
from kida.parallel import render_many

TEMPLATE = Environment().from_string("{{ 6 // n }}")
WORKERS = pytest.mark.parametrize("workers", [1, 3])


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"n": n} for n in range(1, count + 1)]


@WORKERS
def test_a_function_is_told_before_each_result_in_the_callers_thread(workers: int) -> None:
    told: list[Any] = []

    def tell(done: int, total: int | None) -> None:
        told.append((done, total, threading.current_thread() is threading.main_thread()))

    for given, _ in enumerate(render_many(TEMPLATE, numbered(4), max_workers=workers, progress=tell), 1):
        assert told == [(done, 4, True) for done in range(1, given + 1)]


@WORKERS
def test_the_total_of_contexts_that_do_not_tell_their_number_is_none(workers: int) -> None:
    told: list[Any] = []
    contexts = iter(numbered(3))
    list(render_many(TEMPLATE, contexts, max_workers=workers, progress=lambda *said: told.append(said)))
    assert told == [(1, None), (2, None), (3, None)]


def test_failures_that_are_returned_count() -> None:
    told: list[Any] = []
    contexts = [{"n": 1}, {"n": 0}]
    list(render_many(TEMPLATE, contexts, on_error="return", progress=lambda *said: told.append(said)))
    assert told == [(1, 2), (2, 2)]


def test_an_error_of_the_function_ends_it() -> None:
    def tell(done: int, total: int | None) -> None:
        raise LookupError("no display")

    with pytest.raises(LookupError, match="no display"):
        list(render_many(TEMPLATE, numbered(9), max_workers=3, progress=tell))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("kida-")]


@WORKERS
def test_a_bar_is_drawn_and_closed_and_leaves_no_thread(
    workers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    threads = set(threading.enumerate())
    list(render_many(TEMPLATE, numbered(5), max_workers=workers, progress=True))
    drawn = capsys.readouterr().err
    assert "5/5" in drawn
    assert drawn.endswith("\n")
    assert set(threading.enumerate()) == threads


def test_a_bar_is_closed_when_it_ends_early(capsys: pytest.CaptureFixture[str]) -> None:
    with closing(render_many(TEMPLATE, numbered(5), max_workers=2, progress=True)) as texts:
        next(texts)
    assert capsys.readouterr().err.endswith("\n")


def test_a_bar_without_tqdm_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "tqdm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Without("tqdm"), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'kida-jupyter\[cluster\]'"):
        render_many(TEMPLATE, [], progress=True)


def test_a_module_that_tqdm_misses_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "tqdm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Without("tqdm", says="colours"), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match=r"^no colours$"):
        render_many(TEMPLATE, [], progress=True)


def test_false_and_none_draw_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for progress in (None, False):
        list(render_many(TEMPLATE, numbered(2), progress=progress))
    captured = capsys.readouterr()
    assert captured == ("", "")


class Without:
    """An importer that finds a package missing."""

    def __init__(self, package: str, says: str | None = None) -> None:
        self._package = package
        self._says = says or package

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Iterator[Any] | None:
        if name.partition(".")[0] == self._package:
            raise ModuleNotFoundError(f"no {self._says}", name=self._says)
        return None
