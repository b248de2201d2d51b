"""What text and single expressions write."""

from __future__ import annotations

import pytest

import kida
from kida.source import Region

from .reading import segment_of, texts_and_parts, traced, written


def test_text_and_expressions_write_what_they_write() -> None:
    trace = traced("Dear {{ name }}, you owe {{ sum * 2 }}.", {"name": "Ada", "sum": 6})
    assert texts_and_parts(trace) == [
        ("Dear ", "Dear "),
        ("Ada", "name"),
        (", you owe ", ", you owe "),
        ("12", "sum * 2"),
        (".", "."),
    ]
    assert [one.is_text for one in trace.segments] == [True, False, True, False, True]


def test_a_template_that_writes_nothing_has_no_segments() -> None:
    trace = traced("{% set a = 1 %}{{ '' }}{{ none or '' }}{# nothing #}")
    assert trace.output == ""
    assert trace.segments == ()


def test_an_expression_that_writes_nothing_has_no_segment() -> None:
    assert texts_and_parts(traced("a{{ '' }}b{{ x }}c", {"x": ""})) == [("a", "a"), ("b", "b"), ("c", "c")]


def test_a_part_tells_template_lines_columns_and_text() -> None:
    part = segment_of(traced("one\n  {{ x }}\n{{ y }}", {"x": "X", "y": "Y"}), "X").part
    assert (part.template, part.filename, part.text) == ("main", None, "x")
    assert part.region == Region(2, 5, 2, 6)
    assert part.describe() == "main 2:6"


def test_a_character_is_found_by_its_offset() -> None:
    trace = traced("ab{{ x }}", {"x": "XY"})
    found = [trace.segment_at(offset) for offset in range(4)]
    assert [one.part.text for one in found if one is not None] == ["ab", "ab", "x", "x"]
    assert trace.segment_at(4) is None
    assert trace.segment_at(-1) is None


def test_offsets_count_characters_and_not_bytes_or_utf_16_units() -> None:
    trace = traced("😀é{{ x }}👩‍👩‍👧{{ x }}", {"x": "e\N{COMBINING ACUTE ACCENT}🎉"})
    assert [(one.start, one.end) for one in trace.segments] == [(0, 2), (2, 5), (5, 10), (10, 13)]
    assert trace.segments[1].part.region == Region(1, 5, 1, 6)


def test_line_ends_of_a_template_that_are_changed_do_not_move_its_parts() -> None:
    trace = traced("a\r\nb{{ x }}\r\nc", {"x": "X\r\n"}, newline_sequence="\r\n")
    assert texts_and_parts(trace) == [("a\r\nb", "a\nb"), ("X\r\n", "x"), ("\r\nc", "\nc")]
    assert trace.segments[1].part.region.line == 2


def test_text_that_a_comment_cuts_is_one_segment_with_the_comment() -> None:
    assert texts_and_parts(traced("a{# c #}b")) == [("ab", "a{# c #}b")]


def test_raw_text_is_text() -> None:
    trace = traced("{% raw %}{{ x }}{% endraw %}")
    assert texts_and_parts(trace) == [("{{ x }}", "{{ x }}")]
    assert trace.segments[0].is_text


def test_space_that_a_tag_takes_away_is_no_part_of_the_text() -> None:
    trace = traced("a  {%- if true %}\n  b\n  {%- endif %}", trim_blocks=True, lstrip_blocks=True)
    assert texts_and_parts(trace) == [("a", "a"), ("  b", "  b")]


def test_two_expressions_with_one_text_are_told_apart() -> None:
    assert texts_and_parts(traced("{{ a }}{{ b }}", {"a": "same", "b": "same"})) == [
        ("same", "a"),
        ("same", "b"),
    ]


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("{{ x if c else y }}", "x if c else y"),
        ("{{ x or y }}", "x or y"),
        ("{{ z ?? x }}", "z ?? x"),
        ("{{ x ~ y }}", "x ~ y"),
        ("{{ [x, y]|join }}", "[x, y]|join"),
        ("{{ d.x }}", "d.x"),
        ("{{ d['x'] }}", "d['x']"),
        ("{{ x.upper() }}", "x.upper()"),
        ("{{ x|upper }}", "x|upper"),
        ("{{ x == y }}", "x == y"),
        ("{{ x is defined }}", "x is defined"),
        ("{{ not x }}", "not x"),
        ("{{ [i for i in x] }}", "[i for i in x]"),
    ],
)
def test_an_expression_of_any_kind_is_one_segment(source: str, part: str) -> None:
    context = {"x": "one", "y": "two", "c": True, "d": {"x": "three"}}
    assert [one.part for one in written(traced(source, context))] == [part]


def test_debug_writes_what_it_shows() -> None:
    assert [one.part for one in written(traced("a{% debug %}"))] == ["a", "debug"]


def test_a_template_of_a_string_without_a_name_has_none() -> None:
    trace = kida.Environment().from_string("{{ 1 }}").trace()
    assert trace.segments[0].part.template is None
    assert trace.segments[0].part.describe() == "<template> 1:4"
