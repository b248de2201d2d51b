"""The playground and the error view know each construct beyond Jinja2, alone and in a component's content."""

from __future__ import annotations

from typing import Any

import pytest

import kida
from kida_jupyter.playground import Playground
from kida_jupyter.views import drawing
from kida_jupyter.views.report import report_of
from tests.language.test_matrix import CONSTRUCTS, CONTEXT, MARK, WHERE, made

PLAIN = [name for name, construct in CONSTRUCTS.items() if not construct.awaits]


class Failing:
    """A value that fails where it is written."""

    def __str__(self) -> str:
        raise ZeroDivisionError("not to be written")

    __html__ = __str__


@pytest.mark.parametrize("place", ["top", "content"])
@pytest.mark.parametrize("name", PLAIN)
def test_the_playground_shows_what_a_construct_gives(name: str, place: str) -> None:
    construct, where = CONSTRUCTS[name], WHERE[place]
    template = made(construct, where, "directly")
    played = Playground(template, notebook=None, context=dict(CONTEXT))
    assert (played.output, played.error) == (where.gives.replace("@", construct.gives), None)


@pytest.mark.parametrize("place", ["top", "content"])
@pytest.mark.parametrize("name", [name for name in PLAIN if MARK in CONSTRUCTS[name].gives])
def test_the_error_view_shows_where_a_construct_failed(name: str, place: str) -> None:
    template = made(CONSTRUCTS[name], WHERE[place], "directly")
    context: dict[str, Any] = {**CONTEXT, "mark": Failing()}
    try:
        template.render(context)
    except Exception as error:
        innermost = kida.trace_of(error).innermost
        report = report_of(error)
        assert innermost is not None
        assert innermost.source_line is not None
        failed = innermost.source_line[innermost.column : innermost.end_column]
        assert failed.strip()
        shown = drawing.text(report, colours=False)
        assert "not to be written" in shown
        assert failed in shown
        assert "not to be written" in drawing.html(report)
    played = Playground(template, notebook=None, context=context)
    assert played.error is not None or "{% try %}" in CONSTRUCTS[name].source
