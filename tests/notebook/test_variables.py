"""The notebook's variables as a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from kida_jupyter.notebook import Variables


def variables(own: dict[str, Any], hidden: dict[str, Any] | None = None) -> Variables:
    return Variables(SimpleNamespace(user_ns=own, user_ns_hidden=hidden or {}))  # type: ignore[arg-type]


def test_they_are_the_namespace_as_it_is_now() -> None:
    names: dict[str, Any] = {"a": 1}
    seen = variables(names)
    names["b"] = 2
    assert dict(seen) == {"a": 1, "b": 2}
    assert len(seen) == 2


def test_they_cannot_be_written() -> None:
    seen = variables({"a": 1})
    assert isinstance(seen, Mapping)
    with pytest.raises(TypeError):
        seen["a"] = 2  # type: ignore[index]


def test_ipythons_own_are_left_out() -> None:
    leave = object()
    names = {"In": [], "_": 1, "_12": 2, "_i3": "", "exit": leave, "__name__": "", "_mine": 3, "_x1": 4}
    assert dict(variables(names, {"exit": leave, "_mine": 3})) == {"_mine": 3, "_x1": 4}


def test_a_missing_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        variables({})["a"]


def test_names_may_come_and_go_while_they_are_listed() -> None:
    names: dict[str, Any] = {"a": 1, "b": 2}
    listed = []
    for name in variables(names):
        listed.append(name)
        names["c"] = 3
        names.pop("b", None)
    assert listed == ["a"]
