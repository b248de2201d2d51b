from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kida.environment import bytecode_cache
from kida.environment.bytecode_cache import (
    BytecodeCache,
    FileSystemBytecodeCache,
    dump_bundle,
    fingerprint,
    load_bundle,
)

METADATA = {"name": "seite-ü.html", "blocks": ["a", "b"], "lone": "\ud800", "none": None}


def bundle(source: str = "answer = 42") -> bytes:
    return dump_bundle(compile(source, "page.html", "exec"), METADATA)


def test_a_bundle_gives_back_its_code_and_metadata():
    loaded = load_bundle(bundle())
    assert loaded is not None
    assert loaded.metadata == METADATA
    assert loaded.code is not None
    assert loaded.code.co_filename == "page.html"
    namespace: dict[str, object] = {}
    exec(loaded.code, namespace)
    assert namespace["answer"] == 42


def test_positions_survive():
    code = compile("x = a +\\\n  b", "page.html", "exec")
    loaded = load_bundle(dump_bundle(code, {}))
    assert loaded is not None
    assert loaded.code is not None
    assert list(loaded.code.co_positions()) == list(code.co_positions())


@pytest.mark.parametrize("maker", ["kida 0.0.0/1 cpython-311 00", "somebody else"])
def test_the_code_of_another_maker_never_runs_but_its_metadata_is_read(
    monkeypatch: pytest.MonkeyPatch, maker: str
):
    monkeypatch.setattr(bytecode_cache, "_maker", lambda: maker)
    data = bundle()
    monkeypatch.undo()
    loaded = load_bundle(data)
    assert loaded is not None
    assert loaded.code is None
    assert loaded.metadata == METADATA


def test_the_maker_names_kida_and_python():
    import kida

    maker = bytecode_cache._maker()
    assert kida.__version__ in maker
    assert str(sys.implementation.cache_tag) in maker


def test_cut_off_bundles_are_refused():
    data = bundle()
    assert all(load_bundle(data[:length]) is None for length in range(len(data)))


def test_damaged_bundles_are_refused():
    data = bundle()
    for place in range(0, len(data), 7):
        damaged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert load_bundle(damaged) is None


@pytest.mark.parametrize("data", [b"", b"not a bundle", b"\0" * 1000, b"kida bundle\n"])
def test_other_files_are_refused(data: bytes):
    assert load_bundle(data) is None


def test_a_bundle_that_holds_no_code_is_refused(monkeypatch: pytest.MonkeyPatch):
    import marshal

    dump = marshal.dumps
    monkeypatch.setattr(marshal, "dumps", lambda _code: dump("text"))
    data = bundle()
    assert load_bundle(data) is None


def test_fingerprints_differ_in_each_part_and_in_nothing_else():
    parts: list[tuple[str | None, str, str, str | None]] = [
        ("a", "text", "options", None),
        ("b", "text", "options", None),
        (None, "text", "options", None),
        ("None", "text", "options", None),
        ("a", "text2", "options", None),
        ("a", "text", "options2", None),
        ("a", "text", "options", "a.html"),
        ("a", "ext", "optionst", None),
        ("a", "\ud800", "options", None),
    ]
    keys = [fingerprint(*part) for part in parts]
    assert len(set(keys)) == len(parts)
    assert keys == [fingerprint(*part) for part in parts]
    assert all(key.isalnum() for key in keys)


def test_what_was_stored_is_loaded(tmp_path: Path):
    cache = FileSystemBytecodeCache(tmp_path / "made" / "on demand")
    assert isinstance(cache, BytecodeCache)
    assert cache.load("key") is None
    cache.store("key", b"data")
    assert cache.load("key") == b"data"
    assert [file.name for file in (tmp_path / "made" / "on demand").iterdir()] == ["__kida_key.cache"]


def test_clear_removes_its_own_files_alone(tmp_path: Path):
    cache = FileSystemBytecodeCache(tmp_path, "page-%s.bin")
    cache.store("a", b"1")
    cache.store("b", b"2")
    (tmp_path / "page.txt").write_text("mine")
    (tmp_path / "page-folder.bin").mkdir()
    cache.clear()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["page-folder.bin", "page.txt"]
    FileSystemBytecodeCache(tmp_path / "missing").clear()


@pytest.mark.parametrize("pattern", ["plain", "a/%s", "../%s", "%s%s", "%d-%s"])
def test_a_pattern_must_name_one_file_in_the_folder(tmp_path: Path, pattern: str):
    with pytest.raises(ValueError, match="file name with one %s"):
        FileSystemBytecodeCache(tmp_path, pattern)


def test_a_cache_that_cannot_be_written_or_read_forgets(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    cache = FileSystemBytecodeCache(tmp_path / "file")
    cache.store("key", b"data")
    assert cache.load("key") is None
    cache.clear()
    (tmp_path / "__kida_key.cache").mkdir()
    cache = FileSystemBytecodeCache(tmp_path)
    cache.store("key", b"data")
    assert cache.load("key") is None
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".tmp")]


def test_readers_find_a_whole_entry_while_writers_replace_it(tmp_path: Path):
    cache = FileSystemBytecodeCache(tmp_path)
    texts = [bytes([65 + i]) * 50_000 for i in range(4)]
    cache.store("key", texts[0])

    def work(i: int) -> bool:
        whole = True
        for _ in range(25):
            cache.store("key", texts[i])
            whole = whole and cache.load("key") in texts
        return whole

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    assert len(list(tmp_path.iterdir())) == 1


class TestDefaultDirectory:
    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        return tmp_path

    def test_it_is_the_users_alone(self, home: Path):
        cache = FileSystemBytecodeCache()
        folder = Path(cache.directory)
        assert home in folder.parents
        assert folder.stat().st_mode & 0o777 == 0o700
        cache.store("key", b"data")
        assert FileSystemBytecodeCache().load("key") == b"data"

    def test_one_that_others_can_write_to_is_refused(self, home: Path):
        Path(FileSystemBytecodeCache().directory).chmod(0o777)
        with pytest.raises(PermissionError, match="run as code"):
            FileSystemBytecodeCache()

    def test_one_of_somebody_else_is_refused(self, home: Path, monkeypatch: pytest.MonkeyPatch):
        me = os.getuid()
        FileSystemBytecodeCache()
        monkeypatch.setattr(os, "getuid", lambda: me + 1)
        with pytest.raises(PermissionError):
            FileSystemBytecodeCache()

    def test_a_link_to_somewhere_else_is_refused(self, home: Path):
        (home / "elsewhere").mkdir()
        (home / "kida").mkdir()
        (home / "kida" / "bytecode").symlink_to(home / "elsewhere")
        with pytest.raises(PermissionError):
            FileSystemBytecodeCache()

    def test_a_home_that_cannot_be_written_to_costs_only_speed(self, home: Path):
        (home / "kida").write_text("a file in the way")
        cache = FileSystemBytecodeCache()
        cache.store("key", b"data")
        assert cache.load("key") is None
