"""The built-in globals behave as Jinja2's."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from kida.globals import GLOBALS

ORACLE = jinja2.Environment().globals


def outcome(use: Callable[[], Any]) -> Any:
    try:
        return use()
    except Exception as error:
        return type(error).__name__, str(error)


def both(name: str, use: Callable[[Any], Any]) -> None:
    """A use of a global ends alike in both engines."""
    assert outcome(lambda: use(GLOBALS[name])) == outcome(lambda: use(ORACLE[name]))


def test_the_globals_are_those_of_jinja2_with_consume_and_gettexts_alias() -> None:
    assert set(GLOBALS) == {*ORACLE, "consume", "_"}
    assert isinstance(GLOBALS, MappingProxyType)


@given(st.lists(st.sampled_from(["next", "current", "reset", "pos", "items"])))
def test_a_cycler_goes_round_as_in_jinja2(steps: list[str]) -> None:
    def use(cycler: Any) -> list[Any]:
        row = cycler("a", "b", "c")
        told = []
        for step in steps:
            found = getattr(row, step)
            told.append(found() if callable(found) else found)
        return [*told, next(row)]

    both("cycler", use)


def test_a_cycler_needs_values() -> None:
    both("cycler", lambda cycler: cycler())


def test_a_joiner_leaves_out_the_first_separator() -> None:
    def use(joiner: Any) -> list[Any]:
        return [each() for each in (joiner(), joiner("|")) for each in [each] * 3]

    both("joiner", use)


@pytest.mark.parametrize(
    "use",
    [
        lambda namespace: repr(namespace(a=1)),
        lambda namespace: repr(namespace({"a": 1}, b=2)),
        lambda namespace: repr(namespace([("a", 1)])),
        lambda namespace: repr(namespace(self=1)),
        lambda namespace: namespace(items=3).items,
        lambda namespace: namespace(a=1).b,
        lambda namespace: namespace(a=1).items,
        lambda namespace: namespace(1),
        lambda namespace: len(namespace(a=1)),
        lambda namespace: list(namespace(a=1)),
        lambda namespace: namespace(a=1) == namespace(a=1),
        lambda namespace: namespace(__class__=1).__class__ is namespace,
    ],
)
def test_a_namespace_is_made_and_read_as_in_jinja2(use: Callable[[Any], Any]) -> None:
    ours, theirs = outcome(lambda: use(GLOBALS["namespace"])), outcome(lambda: use(ORACLE["namespace"]))
    if isinstance(theirs, tuple) and theirs[0] == "AttributeError":
        # the messages differ: ours is Python's own
        assert ours[0] == "AttributeError"
    else:
        assert ours == theirs


def test_what_a_template_assigns_is_found_as_attribute_and_as_item() -> None:
    both("namespace", _assigned)
    own = GLOBALS["namespace"]()
    own["a"] = 1
    own.b = 2
    assert (own.a, own["a"], own.b, own["b"]) == (1, 1, 2, 2)
    with pytest.raises(KeyError):
        own["c"]


def _assigned(namespace: Any) -> Any:
    value = namespace(a=0)
    value["a"] = 1
    value["items"] = 2
    value["__class__"] = 3
    return value.a, value.items, repr(value)


@settings(max_examples=50)
@given(n=st.integers(0, 4), least=st.integers(0, 30), span=st.integers(1, 60), html=st.booleans())
@pytest.mark.thread_unsafe(reason="hypothesis watches the state of Python's one source of random numbers")
def test_filler_text_has_the_shape_asked_for(n: int, least: int, span: int, html: bool) -> None:
    text = GLOBALS["lipsum"](n=n, html=html, min=least, max=least + span)
    assert type(text) is (Markup if html else str)
    paragraphs = str(text).split("\n" if html else "\n\n") if text else []
    assert len(paragraphs) == n
    for paragraph in paragraphs:
        if html:
            assert paragraph.startswith("<p>")
            assert paragraph.endswith("</p>")
            paragraph = paragraph[3:-4]
        assert paragraph.endswith(".")
        words = re.findall(r"[A-Za-z]+", paragraph)
        assert least <= len(words) < least + span
        assert re.fullmatch(r"(?:[A-Z][a-z]*(?:,? [a-z]+)*(?:\. |\.$))*|\.", paragraph)
        assert all(one.lower() != other.lower() for one, other in pairwise(words))


def test_filler_text_differs_each_time_and_needs_room() -> None:
    assert GLOBALS["lipsum"]() != GLOBALS["lipsum"]()
    both_fail = [
        outcome(lambda make=make: make(1, min=5, max=5))[0] for make in (GLOBALS["lipsum"], ORACLE["lipsum"])
    ]
    assert both_fail == ["ValueError", "ValueError"]


def test_range_and_dict_are_pythons() -> None:
    assert GLOBALS["range"] is range
    assert GLOBALS["dict"] is dict
