"""The templates that a template names."""

from __future__ import annotations

import pytest

from kida import DictLoader, Environment


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("nothing {{ 'a.html' }}", []),
        ("{% extends 'a.html' %}{% block b %}{% include 'b.html' %}{% endblock %}", ["a.html", "b.html"]),
        ("{% import 'a' as x %}{% from 'b' import y %}{% include 'a' %}", ["a", "b"]),
        (
            "{% embed 'card' %}{% block b %}{% include 'inner' with x=1 only %}{% end %}{% end %}",
            ["card", "inner"],
        ),
        ("{% include ['a', 'b'] ignore missing %}{% include ('c', name) %}", ["a", "b", "c"]),
        ("{% extends 'a' if x else 'b' %}", ["a", "b"]),
        (
            "{% include x ?? 'a' %}{% include x or y or 'b' %}{% include 'no' and x and 'c' %}",
            ["a", "b", "c"],
        ),
        ("{% include name %}{% include 'a' ~ name %}{% include 1 %}", []),
        ("{% include './near' %}{% include '../above' %}{% include '../../out' %}", ["pages/near", "above"]),
        (
            "{% macro m() %}{% for x in xs %}{% include '@ui/' ~ x %}{% include '@ui/y' %}{% endfor %}{% endmacro %}",
            ["@ui/y"],
        ),
    ],
)
def test_what_is_named_literally_is_told_in_the_order_of_the_text(source: str, names: list[str]) -> None:
    env = Environment(loader=DictLoader({"pages/page": source}))
    assert env.get_template("pages/page").template_dependencies() == names


def test_each_of_them_can_be_loaded() -> None:
    env = Environment(
        loader=DictLoader(
            {
                "a/page": "{% include './part' %}{% include '../top' %}",
                "a/part": "part",
                "top": "{% include 'a/part' %}",
            }
        )
    )
    seen: list[str] = []
    pending = ["a/page"]
    while pending:
        name = pending.pop()
        seen.append(name)
        pending += [
            other
            for other in env.get_template(name).template_dependencies()
            if other not in (*seen, *pending)
        ]
    assert sorted(seen) == ["a/page", "a/part", "top"]
