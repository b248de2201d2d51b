"""Offsets in characters and in UTF-16 units, line ends, and what a message can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kida_jupyter.playground.positions import Units, line_end_of, plain_line_ends, sendable

TEXTS = st.text(alphabet=st.sampled_from("ab\n\té́😀👩‍🔬中🇫"), max_size=30)


def units_of(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(TEXTS)
def test_an_offset_in_units_is_the_length_of_what_stands_before_it(text: str) -> None:
    units = Units(text)
    assert [units.at(offset) for offset in range(len(text) + 1)] == [
        units_of(text[:offset]) for offset in range(len(text) + 1)
    ]
    assert units.length == units_of(text)


@given(TEXTS)
def test_an_offset_goes_there_and_back(text: str) -> None:
    units = Units(text)
    assert all(units.characters(units.at(offset)) == offset for offset in range(len(text) + 1))


def test_between_the_halves_of_an_emoji_is_before_it() -> None:
    assert [Units("a😀b😀").characters(offset) for offset in range(7)] == [0, 1, 1, 2, 3, 3, 4]


@pytest.mark.parametrize("text", ["", "abc", "a😀"])
def test_an_offset_outside_of_the_text_is_cut_to_it(text: str) -> None:
    units = Units(text)
    assert (units.characters(-3), units.characters(99)) == (0, len(text))


def test_line_ends_are_made_plain_and_the_most_frequent_one_is_known() -> None:
    assert plain_line_ends("a\r\nb\rc\nd") == "a\nb\nc\nd"
    assert [line_end_of(text) for text in ("a\r\nb\r\nc\nd", "a\rb", "a\nb", "ab")] == [
        "\r\n",
        "\r",
        "\n",
        "\n",
    ]


def test_lone_surrogates_are_replaced_one_by_one() -> None:
    text = "a\ud83d b\udc00\U0001f600"
    sent = sendable(text)
    assert sent == "a\ufffd b\ufffd\U0001f600"
    assert Units(sent).length == units_of(text)
    sent.encode("utf-8")
