"""In random templates every token is found where it was written: its part, and the call that it stands in."""

from __future__ import annotations

import re

from hypothesis import given, settings

import kida

from .random_templates import Generated, generated_templates
from .reading import assert_tiled

TOKEN = re.compile("⟦[a-z]\\d+⟧")


def traced(made: Generated, autoescape: bool) -> kida.RenderTrace:
    environment = kida.Environment(loader=kida.DictLoader(made.templates), autoescape=autoescape)
    template = environment.get_template("main")
    trace = template.trace(made.context)
    assert trace.output == template.render(made.context)
    return trace


def check(made: Generated, autoescape: bool) -> None:
    trace = traced(made, autoescape)
    assert_tiled(trace)
    for match in TOKEN.finditer(trace.output):
        token, origin = match.group(), made.origins[match.group()]
        segment = trace.segment_at(match.start())
        assert segment is not None
        assert segment.end >= match.end(), token
        if origin.expression is None:
            assert segment.is_text, f"{token} is no text, but {segment.part.text!r}"
            assert token in segment.part.text
        else:
            assert not segment.is_text, token
            assert segment.part.text == origin.expression, f"{token} is by {segment.part.text!r}"
        calls = [step for step in segment.chain if step.kind != "loop"]
        assert (calls[-1].kind, calls[-1].name) == origin.home, f"{token} is in {calls[-1]}"


@settings(max_examples=80, derandomize=True, database=None)
@given(made=generated_templates())
def test_each_token_is_in_a_segment_of_its_text_or_expression_and_of_its_call(made: Generated) -> None:
    check(made, autoescape=False)


@settings(max_examples=60, derandomize=True, database=None)
@given(made=generated_templates())
def test_so_it_is_where_output_is_escaped(made: Generated) -> None:
    check(made, autoescape=True)


@settings(max_examples=30, derandomize=True, database=None)
@given(made=generated_templates())
def test_values_are_counted_as_often_as_their_tokens_are_written_or_more(made: Generated) -> None:
    trace = traced(made, autoescape=False)
    counts = {one.part.text: one.count for one in trace.values if one.kind == "output"}
    for name, value in made.context.items():
        if value in trace.output:
            assert counts[name] >= 1
    (root,) = trace.spans
    assert all(call.own_seconds > -1e-9 for call in root.walk())
