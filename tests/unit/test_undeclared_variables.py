"""Which names a template looks up in its context, and which it binds itself before it reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import kida


class Recording(Mapping[str, Any]):
    """A context that notes what is looked up."""

    def __init__(self, **values: Any) -> None:
        self.values_of = values
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return self.values_of[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)


CASES = [
    # bound before they are read
    ("{% for x in xs %}{% let y = x %}{{ y }}{% end %}", {"xs"}),
    ("{% for x in xs %}{% for z in x %}{% let y = z %}{{ y }}{% end %}{{ x }}{% end %}", {"xs"}),
    ("{% for x in xs %}{% if x %}{% let y = 1 %}{% else %}{% let y = 2 %}{% end %}{{ y }}{% end %}", {"xs"}),
    ("{% for x in xs %}{% export y = x %}{{ y }}{% end %}", {"xs"}),
    ("{% macro m(xs) %}{% for x in xs %}{% let y = x %}{{ y }}{% end %}{% end %}", set()),
    ("{% block b %}{% for x in xs %}{% let y = x %}{{ y }}{% end %}{% end %}", {"xs"}),
    ("{% match v %}{% case [a, *b] %}{{ a }}{{ b }}{% case {'k': c, **d} if c %}{{ d }}{% case e %}{{ e }}{% end %}", {"v"}),
    ("{% match v %}{% case 1 as a %}{{ a }}{% end %}", {"v"}),
    ("{% for x in xs %}{% match x %}{% case a %}{{ a }}{% end %}{% end %}", {"xs"}),
    ("{% match v %}{% case a %}{% for x in xs %}{{ a }}{% end %}{% end %}", {"v", "xs"}),
    ("{% try %}{{ x }}{% fallback error %}{{ error }}{% end %}", {"x"}),
    ("{% for x in xs %}{% try %}{{ x }}{% fallback error %}{{ error }}{% end %}{% end %}", {"xs"}),
    ("{% with q = 1 %}{% try %}{{ x }}{% fallback error %}{{ error }}{% end %}{% end %}", {"x"}),
    # read where nothing may be bound
    ("{% for x in xs %}{% let y = x %}{% end %}{{ y }}", {"xs", "y"}),
    ("{% for x in xs %}{{ y }}{% let y = x %}{% end %}", {"xs", "y"}),
    ("{% for x in xs %}{% let y = y + x %}{% end %}", {"xs", "y"}),
    ("{% for x in xs %}{% let y ??= x %}{% end %}", {"xs", "y"}),
    ("{% for x in xs %}{% if x %}{% let y = 1 %}{% end %}{{ y }}{% end %}", {"xs", "y"}),
    ("{% for x in xs %}{% let y = x %}{% end %}{% macro m() %}{{ y }}{% end %}", {"xs", "y"}),
    ("{% for x in xs %}{% let y = x %}{% else %}{{ y }}{% end %}", {"xs", "y"}),
    ("{% match v %}{% case 2 %}{{ a }}{% case a %}{{ a }}{% end %}", {"v", "a"}),
    ("{% match v %}{% case [a] %}{% case _ %}{% end %}{{ a }}", {"v", "a"}),
    ("{% try %}{{ x }}{% fallback error %}{% end %}{{ error }}", {"x", "error"}),
    ("{% try %}{{ error }}{% fallback error %}{% end %}", {"error"}),
    # as in Jinja2
    ("{% if a %}{% set q = 1 %}{% end %}{{ q }}", {"a", "q"}),
    ("{% set q = 1 %}{{ q }}", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_name_counts_as_looked_up_where_it_may_be_read_before_it_is_bound(
    text: str, expected: set[str]
) -> None:
    assert kida.Environment().from_string(text).undeclared_variables() == expected


@pytest.mark.parametrize(("text", "expected"), [case for case in CASES if "macro" not in case[0]])
def test_only_those_names_are_looked_up_while_rendering(text: str, expected: set[str]) -> None:
    context = Recording(xs=[[1], [2]], v=[1, 2])
    environment = kida.Environment(undefined=kida.ChainableUndefined)
    try:
        environment.from_string(text).render(context)
    except kida.UndefinedError:  # it has no sum with a number
        pass
    assert context.read <= expected | {"loop"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{% for x in [] %}{% let y = x %}{{ y }}{% end %}{{ y }}", "from the context"),
        ("{% for x in [] %}{% let y = x %}{% end %}{% include 'part' %}", "from the context"),
        ("{% for x in [] %}{% let y = x %}{% end %}{% block b scoped %}{{ y }}{% end %}", "from the context"),
        ("{% for x in [] %}{% let y = x %}{% end %}{% macro m() %}{{ y }}{% end %}{{ m() }}", "from the context"),
        ("{% match 1 %}{% case 2 as y %}{% end %}{{ y }}", "from the context"),
        ("{% match 1 %}{% case 2 as y %}{% end %}{% for x in [1] %}{{ y }}{% end %}", "from the context"),
        ("{% try %}{% fallback y %}{% end %}{{ y }}", "from the context"),
        ("{% try %}{% fallback y %}{% end %}{% set z %}{{ y }}{% end %}{{ z }}", "from the context"),
        ("{% for x in [1] %}{% let y = x %}{% if x == 2 %}{% set y = 3 %}{% end %}{{ y }}{% end %}", "from the context"),
        ("{% for x in [1] %}{% let y = 'bound' %}{{ y }}{% end %}", "bound"),
        ("{% for x in [1] %}{% let y = 'bound' %}{% include 'part' %}{% end %}", "bound"),
    ],
)  # fmt: skip
def test_where_nothing_was_bound_the_context_has_the_value(text: str, written: str) -> None:
    environment = kida.Environment(loader=kida.DictLoader({"page": text, "part": "{{ y }}"}))
    assert environment.render("page", y="from the context") == written


def test_what_is_bound_in_no_way_yet_is_undefined_and_no_error_of_pythons() -> None:
    template = kida.Environment().from_string(
        "{% for x in xs %}{% let y = x %}{{ y }}{% end %}{{ z ?? 'none' }}"
    )
    assert template.render(xs=[]) == "none"
    assert template.render(xs=[1]) == "1none"
