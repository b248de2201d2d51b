"""What travels between processes: errors with all they say, traces, templates by digest."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

import kida.errors
from kida import Environment, ErrorCode, TemplateError, TemplateTrace, trace_of
from kida.parallel import RemoteError, RenderFailure, render_many
from kida.parallel.results import Caught
from kida.parallel.travel import WORKER_TEMPLATES, Parcel, plain_dumps, unpacked_template
from kida.source import Source, Span
from tests.parallel.functions import Fussy, Unpicklable

CLASSES = sorted(
    {
        kind
        for kind in vars(kida.errors).values()
        if inspect.isclass(kind) and issubclass(kind, TemplateError)
    },
    key=lambda kind: kind.__name__,
)
FIELDS = (
    "args",
    "message",
    "code",
    "hint",
    "suggestion",
    "template",
    "filename",
    "lineno",
    "column",
    "end_lineno",
    "end_column",
    "source_snippet",
    "missing_name",
    "__notes__",
)


def told(error: Any) -> dict[str, Any]:
    fields = {name: getattr(error, name) for name in FIELDS}
    names = {name: getattr(error, name, None) for name in ("name", "names")}
    return fields | names | {"text": str(error), "drawn": error.format_compact()}


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_of_the_engine_pickles_with_all_its_fields(kind: Any, protocol: int) -> None:
    error = kind(
        "what",
        code=ErrorCode.SECURITY,
        hint="mend it",
        suggestion="that",
        source=Source("a\n{{ é }}{{ b }}", "t.html", "/t.html"),
        span=Span(13, 14),
    )
    error.missing_name = "b"
    error.add_note("a note")
    revived = pickle.loads(pickle.dumps(error, protocol))
    assert type(revived) is kind
    assert told(revived) == told(error)
    assert (revived.lineno, revived.column) == (2, 11)


def caught(error: Exception) -> Caught:
    return Caught(error, trace_of(error))


def sent(error: Exception) -> Any:
    return pickle.loads(pickle.dumps(caught(error)))


def raised(text: str, **context: Any) -> Exception:
    try:
        Environment().from_string(text, name="t").render(context)
    except Exception as error:
        return error
    raise AssertionError("it rendered")


def test_an_error_is_found_where_trace_of_looks() -> None:
    arrived = sent(raised("{{ 1 / 0 }}"))
    assert isinstance(arrived.error, ZeroDivisionError)
    assert trace_of(arrived.error) == arrived.trace
    assert [frame.describe() for frame in arrived.trace] == ["in template at t 1:4"]
    assert arrived.error.__notes__ == ["in template t 1:4"]


def test_an_error_can_travel_on() -> None:
    arrived = sent(sent(raised("{{ 1 / 0 }}")).error)
    assert [frame.describe() for frame in arrived.trace] == ["in template at t 1:4"]
    remote = sent(sent(Unpicklable("no")).error)
    assert isinstance(remote.error, RemoteError)
    assert remote.error.type_name == "tests.parallel.functions.Unpicklable"


@pytest.mark.parametrize("error", [Unpicklable("why"), Fussy("why", code=1)])
def test_an_error_that_does_not_pickle_is_told_with_type_message_notes_and_traceback(
    error: Exception,
) -> None:
    error.add_note("seen before")
    arrived = sent(error).error
    assert isinstance(arrived, RemoteError)
    assert (arrived.type_name, arrived.message) == (f"tests.parallel.functions.{type(error).__name__}", "why")
    assert arrived.__notes__ == ["seen before"]
    assert "why" in arrived.traceback
    assert str(RemoteError("a.B", "")) == "a.B"


def test_an_error_whose_text_cannot_be_had_is_told_of_too() -> None:
    class Silent(Unpicklable):
        def __str__(self) -> str:
            raise ValueError("no text")

    arrived = sent(Silent("x")).error
    assert arrived.message == "<its text cannot be had: ValueError>"


def test_a_trace_with_variables_pickles_without_them() -> None:
    trace = trace_of(raised("{% set x = f %}{{ x.y.z }}", f=lambda: None))
    assert "x" in trace.frames[0].locals()
    for revived in (pickle.loads(pickle.dumps(trace)), copy.deepcopy(trace)):
        assert isinstance(revived, TemplateTrace)
        assert revived.frames[0].locals() == {}
        assert revived.frames[0].snippet == trace.frames[0].snippet
        assert [frame.describe() for frame in revived] == [frame.describe() for frame in trace]


def test_failures_pickle() -> None:
    [failure] = render_many(Environment().from_string("{{ 1 / n }}"), [{"n": 0}], on_error="return")
    revived = pickle.loads(pickle.dumps(failure))
    assert isinstance(revived, RenderFailure)
    assert (revived.index, revived.context, type(revived.error)) == (0, {"n": 0}, ZeroDivisionError)
    assert isinstance(failure, RenderFailure)
    assert revived.trace.frames[0].describe() == failure.trace.frames[0].describe()


def test_a_worker_keeps_a_bounded_number_of_templates_by_their_digests() -> None:
    environment = Environment()
    unpacked_template.cache_clear()
    parcels = [
        Parcel(environment.from_string(f"{n}"), plain_dumps).packed() for n in range(WORKER_TEMPLATES + 5)
    ]
    templates = [unpacked_template(pickle.loads(pickle.dumps(packed))) for packed in parcels]
    assert [template.render() for template in templates] == [str(n) for n in range(WORKER_TEMPLATES + 5)]
    assert unpacked_template(pickle.loads(pickle.dumps(parcels[-1]))) is templates[-1]
    assert unpacked_template.cache_info().currsize == WORKER_TEMPLATES
    unpacked_template.cache_clear()
