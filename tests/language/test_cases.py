"""Case files are read as README.md in this folder says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.language.cases import CASES_ROOT, case_paths, parse_case, read_case, write_case

HEAD = "What it pins.\n--- page.html\n"


def read(body: str, head: str = HEAD) -> tuple[str, str]:
    case = parse_case(CASES_ROOT / "topic" / "case.txt", head + body)
    return case.templates["page.html"], case.expected


@pytest.mark.parametrize(
    ("body", "template", "expected"),
    [
        ("x\n--- result\ny\n", "x", "y"),
        ("x\n\n--- result\ny\n\n", "x\n", "y\n"),
        ("--- result\n", "", ""),
        ("\n\n--- result\n\n\n", "\n", "\n"),
    ],
    ids=["no newline at the end", "a newline at the end", "empty", "newlines alone"],
)
def test_the_newline_before_a_marker_belongs_to_the_marker(body: str, template: str, expected: str) -> None:
    assert read(body) == (template, expected)


def test_a_backslash_shields_a_line_that_looks_like_a_marker() -> None:
    assert read("\\--- result\n\\\\--- x\n--- y z\n---\n--- result\n") == (
        "--- result\n\\--- x\n--- y z\n---",
        "",
    )


def test_escapes_spell_characters_that_an_editor_would_hide() -> None:
    head = 'What it pins.\n{"escapes": true}\n--- page.html\n'
    assert read("a\\r\\n\\tb\\x20\\u2003\\\\n\n--- result\n", head) == ("a\r\n\tb \u2003\\n", "")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("--- page.html\n--- result\n", "in a sentence"),
        ('Why.\n{"contxt": {}}\n--- page.html\n--- result\n', "contxt"),
        ("Why.\n--- page.html\n", "then a result"),
        ("Why.\n--- page.html\n--- error\nx\n", '"raises"'),
    ],
)
def test_a_file_that_is_no_case_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_case(CASES_ROOT / "topic" / "case.txt", text)


def test_every_case_is_written_as_update_would_write_it() -> None:
    def written(path: Path) -> str:
        case = read_case(path)
        return write_case(path, case.why, case.settings, case.templates, case.kind, case.expected)

    assert [path for path in case_paths() if written(path) != path.read_bytes().decode("utf-8")] == []
