"""Places are the same whatever a template was loaded from, and whether its code was compiled before."""

from __future__ import annotations

import importlib
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kida import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    FunctionLoader,
    ModuleLoader,
    PackageLoader,
    PrefixLoader,
    Template,
    trace_of,
)
from tests.unit.positions.blame import Place, marked_place, place_of, steps, unmarked

NAME = "page.html"
TEXT = "é\t{{ one }}\r\n{% macro m(x) %}🎉{{ ⟦x / zero⟧ }}{% endmacro %}\n{{ m(1) }}"
LINES = ["é\t{{ one }}", "{% macro m(x) %}🎉{{ x / zero }}{% endmacro %}", "{{ m(1) }}"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / NAME).write_bytes(unmarked(TEXT).encode())
    return tmp_path / "templates"


@pytest.fixture
def package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = "kida_test_package_of_places"
    made = folder.parent / name
    (made / "templates").mkdir(parents=True)
    (made / "__init__.py").touch()
    (made / "templates" / NAME).write_bytes(unmarked(TEXT).encode())
    monkeypatch.syspath_prepend(str(folder.parent))
    importlib.invalidate_caches()
    yield name
    sys.modules.pop(name, None)


def failure(template: Template) -> Exception:
    with pytest.raises(ZeroDivisionError) as caught:
        template.render(one=1, zero=0)
    return caught.value


def assert_placed(template: Template, filename: str | None, name: str | None = NAME) -> None:
    error = failure(template)
    assert place_of(error) == marked_place(name, TEXT)
    assert [frame.source_line for frame in trace_of(error)] == [LINES[2], LINES[1]]
    assert {frame.filename for frame in trace_of(error)} == {filename}


def test_a_template_from_a_mapping() -> None:
    loader = DictLoader({NAME: unmarked(TEXT)})
    assert_placed(Environment(loader=loader).get_template(NAME), None)


def test_a_template_from_a_string() -> None:
    assert_placed(Environment().from_string(unmarked(TEXT)), None, None)


def test_a_template_from_a_string_with_a_name() -> None:
    assert_placed(Environment().from_string(unmarked(TEXT), name=NAME), None)


def test_a_template_from_a_file(folder: Path) -> None:
    template = Environment(loader=FileSystemLoader(folder)).get_template(NAME)
    assert_placed(template, str(folder / NAME))


def test_a_template_from_a_package(package: str) -> None:
    template = Environment(loader=PackageLoader(package)).get_template(NAME)
    assert template.filename is not None
    assert Path(template.filename).read_bytes() == unmarked(TEXT).encode()
    assert_placed(template, template.filename)


def test_a_template_from_a_function() -> None:
    loader = FunctionLoader(lambda name: unmarked(TEXT) if name == NAME else None)
    assert_placed(Environment(loader=loader).get_template(NAME), None)


def test_a_template_by_a_prefix_has_its_whole_name() -> None:
    loader = PrefixLoader({"a": DictLoader({NAME: unmarked(TEXT)})})
    assert_placed(Environment(loader=loader).get_template(f"a/{NAME}"), None, f"a/{NAME}")


def test_a_template_of_the_second_of_two_loaders(folder: Path) -> None:
    loader = ChoiceLoader([DictLoader({}), FileSystemLoader(folder)])
    assert_placed(Environment(loader=loader).get_template(NAME), str(folder / NAME))


def test_code_from_the_bytecode_cache(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()

    def template() -> Template:
        cache = FileSystemBytecodeCache(str(tmp_path / "cache"))
        return Environment(loader=FileSystemLoader(folder), bytecode_cache=cache).get_template(NAME)

    assert_placed(template(), str(folder / NAME))
    assert any((tmp_path / "cache").iterdir())
    assert_placed(template(), str(folder / NAME))


def test_code_from_the_bytecode_cache_for_templates_that_are_no_files(tmp_path: Path) -> None:
    for _ in range(2):
        cache = FileSystemBytecodeCache(str(tmp_path))
        loader = DictLoader({NAME: unmarked(TEXT)})
        assert_placed(Environment(loader=loader, bytecode_cache=cache).get_template(NAME), None)


def test_the_same_text_in_two_files_shares_no_places_by_the_bytecode_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / NAME).write_bytes(unmarked(TEXT).encode())
        cache = FileSystemBytecodeCache(str(tmp_path / "cache"))
        template = Environment(loader=FileSystemLoader(tmp_path / name), bytecode_cache=cache).get_template(
            NAME
        )
        assert_placed(template, str(tmp_path / name / NAME))


def test_templates_compiled_ahead(folder: Path, tmp_path: Path) -> None:
    Environment(loader=FileSystemLoader(folder)).compile_templates(str(tmp_path / "compiled"))
    template = Environment(loader=ModuleLoader(str(tmp_path / "compiled"))).get_template(NAME)
    error = failure(template)
    assert place_of(error) == marked_place(NAME, TEXT)
    assert [frame.source_line for frame in trace_of(error)] == [LINES[2], LINES[1]]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_template(folder: Path, protocol: int) -> None:
    template = Environment(loader=FileSystemLoader(folder)).get_template(NAME)
    revived = pickle.loads(pickle.dumps(template, protocol))
    assert_placed(revived, str(folder / NAME))


def test_a_pickled_template_from_a_string() -> None:
    revived = pickle.loads(pickle.dumps(Environment().from_string(unmarked(TEXT))))
    assert_placed(revived, None, None)


@pytest.mark.thread_unsafe(reason="changes the folder")
def test_a_file_that_changed_is_placed_in_its_new_text(folder: Path) -> None:
    env = Environment(loader=FileSystemLoader(folder))
    before = failure(env.get_template(NAME))
    text = "a\nb\nc\n" + TEXT
    (folder / NAME).write_bytes(unmarked(text).encode())
    assert place_of(failure(env.get_template(NAME))) == marked_place(NAME, text)
    assert trace_of(before).frames[-1].source_line == LINES[1]


def test_a_mapping_that_changed_is_placed_in_its_new_text() -> None:
    known = {NAME: unmarked(TEXT)}
    env = Environment(loader=DictLoader(known))
    old = env.get_template(NAME)
    text = "a\nb\nc\n" + TEXT
    known[NAME] = unmarked(text)
    assert place_of(failure(env.get_template(NAME))) == marked_place(NAME, text)
    assert place_of(failure(old)) == marked_place(NAME, TEXT)


def test_two_environments_with_templates_of_one_name_keep_their_places_apart() -> None:
    texts = [TEXT, "a\nb\n" + TEXT]
    templates = [Environment(loader=DictLoader({NAME: unmarked(text)})).get_template(NAME) for text in texts]
    for _ in range(2):
        for template, text in zip(templates, texts, strict=True):
            assert place_of(failure(template)) == marked_place(NAME, text)


@pytest.mark.parametrize(
    "name", ["no/such/file.py", "<angles>", "a name with spaces", "日本語.html", "x" * 300, "", "nul\0"]
)
def test_any_name_will_do(name: str) -> None:
    template = Environment(loader=DictLoader({name: unmarked(TEXT)})).get_template(name)
    assert place_of(failure(template)) == marked_place(name, TEXT)


def test_a_name_that_is_a_file_of_something_else_shows_the_templates_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(NAME).write_text("not this\nnot this\nnot this\n")
    template = Environment(loader=DictLoader({NAME: unmarked(TEXT)})).get_template(NAME)
    assert_placed(template, None)


@pytest.mark.thread_unsafe(reason="changes the folder")
def test_an_included_file_has_its_own_file_name(folder: Path) -> None:
    (folder / "outer.html").write_text(f'a\n{{% include "{NAME}" %}}')
    template = Environment(loader=FileSystemLoader(folder)).get_template("outer.html")
    frames = trace_of(failure(template)).frames
    assert [frame.filename for frame in frames] == [str(folder / "outer.html")] + [str(folder / NAME)] * 2
    assert steps(failure(template))[0] == f'template | outer.html:2:11 | "{NAME}"'


LOADERS: dict[str, Callable[[Path], Any]] = {
    "DictLoader": lambda folder: DictLoader({NAME: unmarked(TEXT)}),
    "FileSystemLoader": FileSystemLoader,
}


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.thread_unsafe(reason="removes the source")
def test_places_survive_the_removal_of_the_source(folder: Path, loader: str) -> None:
    template = Environment(loader=LOADERS[loader](folder)).get_template(NAME)
    (folder / NAME).unlink()
    expected: Place = marked_place(NAME, TEXT)
    assert place_of(failure(template)) == expected
    assert trace_of(failure(template)).frames[-1].snippet is not None
