"""Kida answers every language case as its file says, in every form of rendering."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.language.answers import kida_answers
from tests.language.cases import CASES_ROOT, case_paths, read_case


@pytest.mark.parametrize(
    "path", case_paths(), ids=lambda path: str(path.relative_to(CASES_ROOT).with_suffix(""))
)
def test_kida_answers_as_the_file_says(path: Path) -> None:
    case = read_case(path)
    for form, answer in kida_answers(case).items():
        told = f"{case.name} by {form}: {case.why}"
        if answer.error is not None and case.kind == "result":
            raise AssertionError(told) from answer.error
        assert answer.text == case.expected, told
        assert answer.kind == case.kind, told
        if answer.error is not None:
            assert type(answer.error).__name__ == case.raises, told
            if case.at is not None:
                assert answer.at == case.at, told
