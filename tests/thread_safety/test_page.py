"""The table of docs/thread-safety.md names tests that there are, and no file of tests is missing from it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "thread-safety.md"


def rows() -> list[tuple[str, list[str]]]:
    """The claims of the table, each with the tests it names."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 2 and "::" in cells[1]:
            found.append((cells[0], re.findall(r"`([^`]+::[^`]+)`", cells[1])))
    return found


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {function.name for function in functions if function.name.startswith("test_")}


def test_every_claim_of_the_page_names_a_test_that_there_is() -> None:
    table = rows()
    assert len(table) >= 40
    missing = []
    for claim, tests in table:
        if not tests:
            missing.append(f"{claim}: no test")
        for test in tests:
            file, _, name = test.partition("::")
            path = HERE / file
            if not path.is_file() or name not in names_in(path):
                missing.append(test)
    assert missing == []


def test_every_file_of_tests_is_named_in_the_page() -> None:
    named = {test.partition("::")[0] for _, tests in rows() for test in tests}
    assert named == {path.name for path in HERE.glob("test_*.py")}
