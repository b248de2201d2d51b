"""Jinja2 answers every case of its own language as the file says: the same text, or the same class of error."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from tests.language.answers import jinja2_answer
from tests.language.cases import CASES_ROOT, case_paths, read_case

JINJA2_NAMES = MappingProxyType({"TemplateNotFoundError": "TemplateNotFound"})
"""Kida's error classes that Jinja2 knows under another name."""

JINJA2_PATHS = [path for path in case_paths() if read_case(path).jinja2 is not False]


# Python itself warns of an escape that it does not know; Jinja2 reads strings by Python.
@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@pytest.mark.parametrize(
    "path", JINJA2_PATHS, ids=lambda path: str(path.relative_to(CASES_ROOT).with_suffix(""))
)
def test_jinja2_answers_as_the_file_says(path: Path) -> None:
    case = read_case(path)
    answer = jinja2_answer(case)
    if case.kind == "result":
        assert answer.text == case.expected, case.why
        return
    assert case.raises is not None
    expected = case.jinja2 if isinstance(case.jinja2, str) else JINJA2_NAMES.get(case.raises, case.raises)
    assert expected in {kind.__name__ for kind in type(answer.error).__mro__}, f"{answer}: {case.why}"
