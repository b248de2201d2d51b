"""Caches that are cleared and files that are replaced while templates render: old text or new text, nothing in between."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kida import Environment, FileSystemBytecodeCache, FileSystemLoader
from kida.environment.bytecode_cache import write_atomically
from tests.thread_safety.forms import FORMS, rendered
from tests.thread_safety.loaders import WatchedLoader
from tests.thread_safety.threads import Gate, Running, together


def text_of(version: int, length: int = 0) -> str:
    """A template of which every part tells its version, so that a mixture would be seen. Longer for a longer length."""
    return f"{version}{{# {'x' * length} #}}|{{{{ x }}}}" * 10 + str(version)


def version_of(text: str, x: str = "v") -> int:
    """The version that a rendered text is of; fails for a mixture of two."""
    parts = set(text.replace(f"|{x}", " ").split())
    assert len(parts) == 1, text
    return int(parts.pop())


def replace_file(path: Path, text: str) -> None:
    write_atomically(str(path), text.encode())


@pytest.mark.parametrize("form", FORMS)
async def test_the_cache_may_be_cleared_in_the_middle_of_a_render(form: str) -> None:
    loader = WatchedLoader(
        {
            "page": "{% extends 'base' %}{% block b %}{{ clear() }}{% include 'part' %}{% endblock %}",
            "base": "<{% block b %}{% endblock %}>{% include 'part' %}",
            "part": "old",
        }
    )

    def clear() -> str:
        loader.texts.update(part="new", base="new base")
        env.clear_cache()
        assert env.cache_info().size == 0
        return ""

    env = Environment(loader=loader, globals={"clear": clear})
    # what the render has begun with it keeps, and of what it comes to later it takes one version
    assert await rendered(env.get_template("page"), form) == "<new>new"
    assert await rendered(env.get_template("page"), form) == "new base"


@pytest.mark.parametrize("form", FORMS)
async def test_a_template_that_changes_in_the_middle_of_a_render_is_one_version_in_all_of_it(
    form: str,
) -> None:
    loader = WatchedLoader(
        {
            "page": "{% include 'part' %}{{ change() }}{% include 'part' %}{% from 'part' import m %}{{ m() }}",
            "part": "old{% macro m() %}old{% endmacro %}",
        }
    )

    def change() -> str:
        loader.texts["part"] = "new{% macro m() %}new{% endmacro %}"
        return ""

    env = Environment(loader=loader, globals={"change": change})
    assert await rendered(env.get_template("page"), form) == "oldoldold"
    assert await rendered(env.get_template("page"), form) == "newnewnew"


def test_what_was_being_loaded_when_the_cache_was_cleared_is_not_kept() -> None:
    loader = WatchedLoader({"page": "old"})
    env = Environment(loader=loader, auto_reload=False)
    loader.while_loading["page"] = inside = Gate()
    slow = Running(lambda: env.get_template("page"))
    inside.reached()  # it has read the old text
    del loader.while_loading["page"]
    loader.texts["page"] = "new"
    env.clear_cache()
    # who asks after the cache was cleared does not wait for what was begun before
    assert env.get_template("page").render() == "new"
    inside.open()
    assert slow.result().render() == "old"
    assert env.get_template("page").render() == "new"
    assert loader.loads["page"] == 2


def test_a_template_changed_while_it_is_loaded_is_noticed_the_next_time() -> None:
    loader = WatchedLoader({"page": "old"})
    env = Environment(loader=loader)
    loader.while_loading["page"] = inside = Gate()
    slow = Running(lambda: env.get_template("page"))
    inside.reached()
    loader.texts["page"] = "new"
    inside.open()
    assert slow.result().render() == "old"
    assert env.get_template("page").render() == "new"


@pytest.mark.usefixtures("_restless")
def test_clearing_the_cache_while_others_load_and_render_changes_no_text() -> None:
    loader = WatchedLoader(
        {
            f"page {n}": f"{{% extends 'base' %}}{{% block b %}}{n}{{% include 'part' %}}{{% endblock %}}"
            for n in range(6)
        }
        | {"base": "<{% block b %}{% endblock %}>", "part": "{{ x }}"}
    )
    env = Environment(loader=loader, cache_size=4)

    def work(number: int) -> list[str]:
        texts = []
        for step in range(60):
            if number == 0:
                env.clear_cache()
                info = env.cache_info()
                assert 0 <= info.size <= 4
            else:
                texts.append(env.render(f"page {step % 6}", x=number))
        return texts

    found = together(4, work)
    assert found == [[]] + [[f"<{step % 6}{number}>" for step in range(60)] for number in (1, 2, 3)]


@pytest.mark.parametrize("auto_reload", [True, False])
def test_a_file_that_is_replaced_again_and_again_gives_one_version_at_a_time(
    tmp_path: Path, auto_reload: bool
) -> None:
    path = tmp_path / "page"
    replace_file(path, text_of(0))
    env = Environment(loader=FileSystemLoader(tmp_path), auto_reload=auto_reload)
    last = 120 if auto_reload else 30

    def work(number: int) -> list[int]:
        seen = []
        for step in range(1, last + 1):
            if number == 0:
                replace_file(path, text_of(step, step % 50))
            else:
                if not auto_reload:
                    env.clear_cache()
                seen.append(version_of(env.render("page", x="v")))
        return seen

    for seen in together(4, work)[1:]:
        # a file once seen replaced is not seen as it was before
        assert seen == sorted(seen)
    if not auto_reload:
        env.clear_cache()
    assert version_of(env.render("page", x="v")) == last


def test_a_file_replaced_between_being_found_and_being_read_has_the_version_of_what_was_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "page"

    class Replacing(FileSystemLoader):
        """As soon as it has found the file, that is replaced."""

        __slots__ = ()

        def _find(self, name: str) -> Any:
            found = super()._find(name)
            replace_file(path, text_of(2, 20))
            return found

    replace_file(path, text_of(1))
    loaded = Replacing(tmp_path).load("page")
    assert loaded.text == text_of(2, 20)
    assert FileSystemLoader(tmp_path).load("page") == loaded
    replace_file(path, text_of(3, 30))
    assert not FileSystemLoader(tmp_path).is_current("page", loaded.version)


@pytest.mark.usefixtures("_restless")
def test_a_version_always_belongs_to_the_text_it_came_with(tmp_path: Path) -> None:
    path = tmp_path / "page"
    replace_file(path, text_of(0))
    loader = FileSystemLoader(tmp_path)

    def work(number: int) -> list[tuple[str, int]]:
        seen = []
        for step in range(150):
            if number == 0:
                replace_file(path, text_of(step, step))
            else:
                loaded = loader.load("page")
                assert isinstance(loaded.version, tuple)
                seen.append((loaded.text, loaded.version[2]))
        return seen

    for text, size in [one for seen in together(3, work) for one in seen]:
        assert len(text.encode()) == size


def test_a_template_that_is_taken_away_and_put_back_is_there_or_not_there(tmp_path: Path) -> None:
    path, aside = tmp_path / "page", tmp_path / "aside"
    path.write_text("{{ x }}")
    env = Environment(loader=FileSystemLoader(tmp_path))

    def work(number: int) -> set[str]:
        seen = set()
        for _ in range(100):
            if number == 0:
                os.replace(path, aside)
                os.replace(aside, path)
            else:
                seen.add(_outcome(env))
        return seen

    assert set().union(*together(3, work)) <= {"v", "TemplateNotFoundError"}
    assert env.render("page", x="v") == "v"


def _outcome(env: Environment) -> str:
    try:
        return env.render("page", x="v")
    except Exception as error:
        return type(error).__name__


@pytest.mark.usefixtures("_restless")
def test_environments_that_share_a_bytecode_cache_write_and_read_whole_entries(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    path = tmp_path / "templates" / "page"
    replace_file(path, text_of(0))
    cache = FileSystemBytecodeCache(tmp_path / "cache")

    def work(number: int) -> list[int]:
        seen = []
        for step in range(1, 21):
            if number == 0:
                replace_file(path, text_of(step % 3, step))
            elif number == 1 and step % 5 == 0:
                cache.clear()
            else:
                env = Environment(loader=FileSystemLoader(tmp_path / "templates"), bytecode_cache=cache)
                seen.append(version_of(env.render("page", x="v")))
        return seen

    seen = [version for found in together(4, work) for version in found]
    assert set(seen) <= {0, 1, 2}
    assert not [name for name in os.listdir(tmp_path / "cache") if name.endswith(".tmp")]


def test_an_entry_of_a_bytecode_cache_that_is_cut_off_or_foreign_is_compiled_anew(tmp_path: Path) -> None:
    (tmp_path / "page").write_text(text_of(7))
    cache = FileSystemBytecodeCache(tmp_path / "cache")

    def make() -> Environment:
        return Environment(loader=FileSystemLoader(tmp_path), bytecode_cache=cache)

    make().get_template("page")
    (entry,) = [tmp_path / "cache" / name for name in os.listdir(tmp_path / "cache")]
    whole = entry.read_bytes()
    for damaged in (
        b"",
        whole[:-1],
        whole[: len(whole) // 2],
        whole[:20] + b"?" + whole[21:],
        b"something else",
    ):
        entry.write_bytes(damaged)
        texts = together(3, lambda _: make().render("page", x="v"))
        assert {version_of(text) for text in texts} == {7}
        assert entry.read_bytes() == whole


_PROCESS = """
import sys
from kida import Environment, FileSystemBytecodeCache, FileSystemLoader
templates, cache = sys.argv[1:]
for _ in range(10):
    env = Environment(loader=FileSystemLoader(templates), bytecode_cache=FileSystemBytecodeCache(cache))
    print(env.render("page", x="v"))
    env.bytecode_cache.clear()
"""


def test_processes_that_share_a_bytecode_cache_write_and_read_whole_entries(tmp_path: Path) -> None:
    (tmp_path / "page").write_text(text_of(3))
    command = [sys.executable, "-c", _PROCESS, str(tmp_path), str(tmp_path / "cache")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    processes = [
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=120) for process in processes]  # of all, before any assertion
    for process, (out, err) in zip(processes, told, strict=True):
        assert (process.returncode, err) == (0, "")
        assert [version_of(line) for line in out.splitlines()] == [3] * 10
    assert not [name for name in os.listdir(tmp_path / "cache") if name.endswith(".tmp")]
