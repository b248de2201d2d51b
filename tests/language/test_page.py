"""Each line of docs/language.md names what tries it, and each folder of cases is named there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from kida.filters import FILTERS
from kida.globals import GLOBALS
from kida.syntax.tags import TAGS
from tests.language.cases import CASES_ROOT, case_paths

TESTS = CASES_ROOT.parent
PAGE = TESTS.parent / "docs" / "language.md"
_NAMED = re.compile(r"`([a-z_0-9/]+(?:\.py::test_\w+|/|/[a-z_0-9]+))`")
_CELLS = re.compile(r"(?<!\\)\|")


def rows() -> list[tuple[str, list[str]]]:
    """The lines of the tables, each with what it names."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in _CELLS.split(line)][1:-1]
        if line.startswith("| ") and len(cells) == 2 and cells[0]:
            found.append((cells[0], _NAMED.findall(cells[1])))
    return found


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return frozenset(function.name for function in functions)


def exists(name: str) -> bool:
    """Whether a folder of cases, a case or a test is there."""
    file, is_test, function = name.partition("::")
    if is_test:
        return (TESTS / file).is_file() and function in functions_of(TESTS / file)
    if name.endswith("/"):
        return any((CASES_ROOT / name).rglob("*.txt"))
    return (CASES_ROOT / f"{name}.txt").is_file()


def test_each_line_names_what_tries_it() -> None:
    table = rows()
    assert len(table) >= 70
    assert [line for line, named in table if not named] == []


def test_what_is_named_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = {name for _, names in rows() for name in names} | set(re.findall(r"`([a-z_/]+\.py::\w+)`", text))
    assert sorted(name for name in named if not exists(name)) == []


def test_no_folder_of_cases_is_missing() -> None:
    named = {name.partition("/")[0] for _, names in rows() for name in names}
    folders = {path.relative_to(CASES_ROOT).parts[0] for path in case_paths()}
    assert sorted(folders - named) == []


def test_each_tag_and_each_global_stands_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    written = {
        word
        for code in re.findall(r"`([^`]+)`|^    (.+)$", text, re.MULTILINE)
        for word in re.findall(r"\w+", " ".join(code))
    }
    assert sorted((set(TAGS) | set(GLOBALS)) - written) == []


def test_each_filter_has_a_folder_of_cases_and_each_of_them_is_named() -> None:
    named = {name for _, names in rows() for name in names}
    assert [name for name in FILTERS if not exists(f"filters/{name}/") and name != "spaceless"] == []
    assert {"filters/", "spaceless/"} <= named
