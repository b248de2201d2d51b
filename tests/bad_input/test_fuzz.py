"""Random texts: each becomes a template, or gets a TemplateError that says where.

A few hundred examples of each kind, always the same ones; KIDA_FUZZ_EXAMPLES=20000 asks for more, and other ones.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input import texts
from tests.bad_input.outcome import compiled, guarded

pytestmark = pytest.mark.filterwarnings("ignore")  # what Python warns of is the subject of test_warnings.py

EXAMPLES_ASKED_FOR = os.environ.get("KIDA_FUZZ_EXAMPLES")
CI_EXAMPLES = 300

fuzzed = settings(
    max_examples=int(EXAMPLES_ASKED_FOR or CI_EXAMPLES),
    derandomize=EXAMPLES_ASKED_FOR is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@fuzzed
@given(text=texts.arbitrary_texts(), number=texts.environments())
def test_arbitrary_text_is_a_template_or_an_error_with_a_place(text: str, number: int) -> None:
    with guarded():
        compiled(texts.environment(number), text)


@fuzzed
@given(data=st.data(), number=texts.environments())
def test_a_soup_of_the_languages_words_is_a_template_or_an_error_with_a_place(
    data: st.DataObject, number: int
) -> None:
    text = data.draw(texts.soups(number))
    with guarded():
        compiled(texts.environment(number), text)


@fuzzed
@given(data=st.data(), number=texts.environments())
def test_a_spoilt_template_is_a_template_or_an_error_with_a_place(data: st.DataObject, number: int) -> None:
    text = data.draw(texts.spoilt_templates(number))
    with guarded():
        compiled(texts.environment(number), text)


@pytest.mark.parametrize("text", texts.LONG_TEMPLATES)
def test_what_is_spoilt_was_a_template(text: str) -> None:
    assert compiled(texts.environment(0), text) is not None
