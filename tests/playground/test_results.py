"""What the page is told of a render: segments, chains, values, calls, and an output that is too long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kida
from kida_jupyter.playground.messages import (
    Completions,
    Explanation,
    Format,
    PythonCode,
    Result,
    Show,
    Whole,
)
from kida_jupyter.playground.reading import as_json
from kida_jupyter.playground.result import empty_result, failed_result, good_result
from tests.playground.fitting import misfits, out_of_range

SAMPLES = Path(__file__).parent / "samples"
ANSWERS: dict[str, Any] = {
    "complete": Completions,
    "explain": Explanation,
    "python": PythonCode,
    "whole": Whole,
}


def traced(
    templates: dict[str, str], context: dict[str, Any] | None = None, **options: Any
) -> tuple[Result, dict[str, str]]:
    """The result of the first of some templates."""
    environment = kida.Environment(loader=kida.DictLoader(templates), autoescape=False)
    trace = kida.trace_render(environment.get_template(next(iter(templates))), context)
    result = good_result(1, trace, 0.5, [], [], **options)
    assert misfits(json.loads(json.dumps(result)), Result) == []
    assert out_of_range(result) == []
    return result, templates


def written(result: Result, templates: dict[str, str]) -> list[tuple[str, str]]:
    """Each segment of the output with the part of a template that wrote it, both cut out in UTF-16 units."""

    def cut(text: str, start: int, end: int) -> str:
        return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")

    flat, found = result["segments"], []
    for at in range(0, len(flat), 4):
        start, end, span, _ = flat[at : at + 4]
        template, first, last, _, _ = result["spans"][span]
        found.append(
            (
                cut(result["output"], start, end),
                cut(templates[result["templates"][template]], first, last),
            )
        )
    return found


def chain(result: Result, index: int) -> list[tuple[str, str]]:
    """The steps that led to a segment, outermost first."""
    found = []
    number = result["chains"] and result["segments"][4 * index + 3]
    while number != -1:
        kind, name, _, number = result["chains"][number]
        found.append((kind, name))
    return found[::-1]


def test_segments_are_in_utf_16_units_of_the_output_and_of_the_template() -> None:
    result, templates = traced({"😀.html": "👩‍🔬 é\t{{ a }}😀{{ b }}\r\n{{ a }}"}, {"a": "🇫🇷", "b": "plain"})
    assert written(result, {"😀.html": templates["😀.html"].replace("\r\n", "\n")}) == [
        ("👩‍🔬 é\t", "👩‍🔬 é\t"),
        ("🇫🇷", "a"),
        ("😀", "😀"),
        ("plain", "b"),
        ("\n", "\n"),
        ("🇫🇷", "a"),
    ]
    line, column = result["spans"][result["segments"][-2]][3:]
    assert (line, column) == (2, 4)


def test_a_chain_leads_through_blocks_macros_and_turns_of_loops() -> None:
    result, templates = traced(
        {
            "page": "{% extends 'base' %}{% from 'lib' import card %}{% block b %}{% for x in [1, 2] %}{{ card(x) }}{% end %}{% end %}",
            "base": "<{% block b %}{% end %}>",
            "lib": "{% macro card(x) %}({{ x }}){% end %}",
        }
    )
    assert result["output"] == "<(1)(2)>"
    inner = [index for index, (text, _) in enumerate(written(result, templates)) if text == "2"]
    steps = chain(result, inner[0])
    assert steps[-3:] == [("block", "b"), ("loop", "x 2 of 2"), ("macro", "card")]


def test_what_writes_nothing_has_no_segment() -> None:
    assert written(*traced({"t": "{{ a }}b"}, {"a": ""})) == [("b", "b")]


def test_an_output_that_is_too_long_is_cut_with_its_segments() -> None:
    result, templates = traced({"t": "{% for i in range(9) %}😀{{ i }}{% end %}"}, most=5)
    assert result["output"] == "😀0😀1😀"
    assert result["cut"] == {"shown": 8, "whole": 27}
    assert [text for text, _ in written(result, templates)] == ["😀", "0", "😀", "1", "😀"]
    assert traced({"t": "12345"}, most=5)[0]["cut"] is None


def test_calls_of_one_thing_within_another_are_one_with_sums() -> None:
    result, _ = traced(
        {"t": "{% macro m(x) %}{{ x | upper }}{% end %}{% for x in 'abc' %}{{ m(x) }}{% end %}{{ m('d') }}"}
    )
    names = [call[:2] for call in result["calls"]]
    found = [(*call[:2], call[3], names[call[6]] if call[6] >= 0 else None) for call in result["calls"]]
    assert found == [
        ("template", "t", 1, None),
        ("macro", "m", 4, ("template", "t")),
        ("filter", "upper", 4, ("macro", "m")),
    ]
    assert all(0 <= own <= seconds for _, _, _, _, seconds, own, _ in result["calls"])


def test_values_are_short_and_run_no_code_of_theirs() -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise SystemExit

        def __str__(self) -> str:
            return "shown"

        __eq__ = __len__ = __bool__ = __hash__ = property(lambda self: 1 / 0)  # type: ignore[assignment]

    result, _ = traced({"t": "{{ a }}{{ b }}"}, {"a": Hostile(), "b": "x" * 10_000})
    shown = [text for _, _, text, _ in result["values"]]
    assert len(shown) == 2
    assert all(len(text) <= 120 for text in shown)


def test_a_failure_keeps_what_the_last_good_render_gave() -> None:
    good, _ = traced({"t": "{{ 1 }}"})
    error: Any = {"kind": "X", "code": None, "message": "m", "hint": None, "html": "<b>", "text": "t"}
    failed = failed_result(good, 7, 0.1, error, [], None)
    assert (failed["edition"], failed["ok"], failed["lastGood"]) == (7, False, 1)
    assert (failed["output"], failed["segments"]) == (good["output"], good["segments"])
    never = failed_result(empty_result(), 0, 0.1, error, [], [])
    assert (never["lastGood"], never["output"], never["ok"]) == (None, "", False)
    assert misfits(failed, Result) == misfits(never, Result) == []


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)


@given(PLAIN)
def test_plain_data_is_offered_for_an_override_as_it_is(value: Any) -> None:
    text = as_json(value)
    assert text is not None
    text.encode()
    assert repr(json.loads(text)) == repr(value)


class Keyed(dict[str, int]):
    pass


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(10**5000, id="digits"),
        float("inf"),
        float("nan"),
        {1: 2},
        object(),
        ["x" * 30_000],
        list(range(3000)),
        Keyed(a=1),
        b"x",
    ],
    ids=lambda value: str(value)[:12].encode("ascii", "replace").decode(),
)
def test_what_json_cannot_say_or_is_long_is_not_offered(value: Any) -> None:
    assert as_json(value) is None


def test_a_value_that_holds_itself_is_not_offered() -> None:
    value: list[Any] = []
    value.append(value)
    assert as_json(value) is None


def samples() -> list[Any]:
    return [
        pytest.param(json.loads(path.read_text("utf-8")), id=path.stem) for path in SAMPLES.glob("*.json")
    ]


@pytest.mark.parametrize("sample", samples())
def test_the_samples_that_the_page_is_tested_with_fit(sample: dict[str, Any]) -> None:
    message = sample["message"]
    match sample["what"]:
        case "result":
            assert misfits(message, Result) == []
            assert out_of_range(message) == []
        case "answer":
            assert misfits(message, ANSWERS[sample["to"]]) == []
        case "question":
            assert {"type", "id"} <= message.keys()
            assert message["type"] in ANSWERS
        case "traits":
            assert misfits(message["show"], Show) == []
            assert misfits(message["format"], Format) == []
        case what:
            pytest.fail(f"what is {what}?")


@pytest.mark.parametrize(
    "sample",
    [pytest.param(json.loads(p.read_text("utf-8")), id=p.stem) for p in SAMPLES.glob("malformed/*.json")],
)
def test_the_samples_that_the_page_refuses_do_not_fit(sample: dict[str, Any]) -> None:
    message = sample["message"]
    found = misfits(message, Result)
    assert found or out_of_range(message) or any(one["from"] > one["to"] for one in message["problems"])
