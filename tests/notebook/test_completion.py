"""What Tab offers in ``%%kida`` cells: the pure function at many places, and through a real kernel."""

from __future__ import annotations

import enum
import types
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

import kida
from kida.syntax.tags import TAGS as ENGINE_TAGS
from kida_jupyter import completion
from kida_jupyter.help.completing import Completions, complete
from kida_jupyter.help.resolving import World
from kida_jupyter.help.scanning import place_of
from kida_jupyter.help.tags import CLOSERS, TAGS
from kida_jupyter.notebook import Notebook
from tests.notebook.kernel import PATIENCE, Kernel

CURSOR = "‸"

TEMPLATES = {
    "cards.html": '{% macro card(title, footer="x", *, wide=false) %}{% end %}{% def row(cells) %}{% end %}{% set _own = 1 %}',
    "base.html": "{% block title %}{% end %}{% block body %}{% end %}",
    "page.html": '{% extends "base.html" %}{% block side %}{% end %}',
    "broken.html": "{% macro usable(a, b) %}{{ never closed",
}


@dataclass
class Address:
    city: str = "Bern"
    lines: list[str] = field(default_factory=list)


@dataclass
class User:
    name: str = "Ada"
    address: Address = field(default_factory=Address)
    roles: tuple[str, ...] = ("admin",)


class Point(NamedTuple):
    x: Address
    y: int


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self) -> None:
        self.left = Address()


class Colour(enum.Enum):
    RED = 1


def world(**variables: Any) -> World:
    module = types.ModuleType("settings")
    module.__dict__.update(debug=True, limits={"rows": 10})
    known = {
        "user": User(),
        "users": [User()],
        "order": {"total": 3, "customer": {"mail": "a@b.c"}, "two words": 1, 7: "seven"},
        "orders": {"first": User()},
        "point": Point(Address(), 2),
        "slotted": Slotted(),
        "settings": module,
        "text": "some",
        "Colour": Colour,
        "greet": lambda name, greeting="Hi": "",
        **variables,
    }
    return World(known, kida.Environment(loader=kida.DictLoader(TEMPLATES)))


def at(marked: str, **variables: Any) -> Completions:
    """What is offered where the cursor is marked."""
    return complete(marked.replace(CURSOR, ""), marked.index(CURSOR), world(**variables))


def texts(marked: str, **variables: Any) -> list[str]:
    return [item.text for item in at(marked, **variables).items]


EXACTLY = [
    # variables
    ("{{ us‸", ["user", "users"]),
    ("{{ us‸ }} and more {{ text }}", ["user", "users"]),
    ("before {{ us‸ }}", ["user", "users"]),
    ("{{-us‸", ["user", "users"]),
    ("{{ a + us‸ }}", ["user", "users"]),
    ("{{ [1, {'a': (us‸", ["user", "users"]),
    ("{{ text if not us‸", ["user", "users"]),
    ("{% if us‸ %}", ["user", "users"]),
    ("{% if text and\n   us‸ %}", ["user", "users"]),
    ("{{ x ?? us‸", ["user", "users"]),
    ("{% set a = us‸", ["user", "users"]),
    ("{% with a = 1, b = us‸", ["user", "users"]),
    ("{% for x in us‸", ["user", "users"]),
    ("{% do us‸", ["user", "users"]),
    ("{% macro m(a=us‸", ["user", "users"]),
    ("{{ f'us‸", []),
    # attributes and keys
    ("{{ user.‸ }}", ["name", "address", "roles"]),
    ("{{ user.na‸ }}", ["name"]),
    ("{{ user.address.c‸ }}", ["city"]),
    ("{{ user?.address?.c‸ }}", ["city"]),
    ("{{ users[0].na‸ }}", ["name"]),
    ("{{ order.cu‸ }}", ["customer"]),
    ("{{ order.customer.m‸ }}", ["mail"]),
    ('{{ order["‸"] }}', ["total", "customer", "two words"]),
    ('{{ order["cu‸', ["customer"]),
    ("{{ order['cu‸'] | upper }}", ["customer"]),
    ('{{ order?["cu‸', ["customer"]),
    ('{{ order["customer"].m‸', ["mail"]),
    ('{{ order["customer"]["‸', ["mail"]),
    ('{{ order.get("customer").m‸', ["mail"]),
    ("{{ point.x.c‸", ["city"]),
    ("{{ slotted.left.c‸", ["city"]),
    ("{{ slotted.right.c‸", []),
    ("{{ settings.de‸", ["debug"]),
    ("{{ settings.limits.r‸", ["rows"]),
    ("{{ Colour.RE‸", ["RED"]),
    ("{{ (user).na‸", ["name"]),
    ("{{ (users | first).na‸", ["name"]),
    ("{{ unknown.‸ }}", []),
    ("{{ user.unknown.‸ }}", []),
    ("{{ users | first.‸", []),
    ("{{ greet().‸", []),
    ("{{ 1.‸", []),
    ("{{ 12‸", []),
    # names that the template binds
    ("{% for item in users %}{{ it‸", ["item"]),
    ("{% for item in users %}{{ item.na‸", ["name"]),
    ("{% for item in users %}{% end %}{{ it‸", []),
    ("{% for item in users %}{% endfor %}{{ it‸", []),
    ("{% for a, b in orders.items() %}{{ b.na‸", ["name"]),
    ("{% for b in orders.values() %}{{ b.na‸", ["name"]),
    ("{% for (i, (aa, bb)) in x %}{{ b‸", ["bb"]),
    ("{% for item in users if item.na‸", ["name"]),
    ("{% for item in users | sort %}{{ item.na‸", ["name"]),
    ("{% async for item in users %}{{ item.na‸", ["name"]),
    ("{% for x in users %}{{ loop.inde‸", ["index", "index0"]),
    ("{{ loop‸", []),
    ("{% set mine = user %}{{ mi‸", ["mine"]),
    ("{% set mine = user.address %}{{ mine.c‸", ["city"]),
    ('{% set mine = {"one": {"two": 2}} %}{{ mine.one.t‸', ["two"]),
    ("{% set ns = namespace(count=0) %}{{ ns.‸", ["count"]),
    ("{% set ns.mine = 1 %}{{ mi‸", []),
    ("{% set mine %}text{% end %}{{ mi‸", ["mine"]),
    ("{% let one_a = 1, one_b = 2 %}{{ one‸", ["one_a", "one_b"]),
    ("{% for x in y %}{% let one = 1 %}{% end %}{{ on‸", ["one"]),
    ("{% for x in y %}{% set one = 1 %}{% end %}{{ on‸", []),
    ("{% if x %}{% set one = 1 %}{% end %}{{ on‸", ["one"]),
    ("{% capture one %}text{% end %}{{ on‸", ["one"]),
    ("{% with one = user %}{{ one.na‸", ["name"]),
    ("{% with one = user %}{% end %}{{ on‸", []),
    ("{% macro card(title, wide=1) %}{{ ti‸", ["title"]),
    ("{% macro card(title) %}{{ call‸", ["caller"]),
    ("{% def card(title) %}{{ has_‸", ["has_slot"]),
    ("{% call table() %}{% slot row let:item let:number %}{{ nu‸", ["number"]),
    ("{% macro card(title) %}{% end %}{{ ti‸", []),
    ("{% call(one) card() %}{{ on‸", ["one"]),
    ("{% match v %}{% case {'role': role} if ro‸", ["role"]),
    ("{% match v %}{% case {'role': role} %}{{ ro‸", ["role"]),
    ("{% match v %}{% case [first, *others] %}{{ oth‸", ["others"]),
    ("{% match v %}{% case one %}{% case two %}{{ on‸", []),
    ("{% try %}{% fallback problem %}{{ pro‸", ["problem"]),
    ("{{ [one.na‸ for one in users] }}", ["name"]),
    ("{{ {k: one.na‸ for k, one in orders.items()} }}", ["name"]),
    ("{{ [one for one in users if one.na‸] }}", ["name"]),
    ("{% block one %}{{ sup‸", ["super"]),
    ("{% set user = user.address %}{{ user.c‸", ["city"]),
    ("{% set a = b %}{% set b = a %}{{ a.‸", []),
    # filters
    ("{{ x | uppe‸", ["upper"]),
    ("{{ x|uppe‸ }}", ["upper"]),
    ("{{ x |> uppe‸ }}", ["upper"]),
    ("{{ x ?| uppe‸ }}", ["upper"]),
    ("{{ x ?|> uppe‸ }}", ["upper"]),
    ("{{ a + (x | uppe‸) }}", ["upper"]),
    ("{% filter uppe‸ %}", ["upper"]),
    ("{% filter trim | uppe‸ %}", ["upper"]),
    ("{% set x | uppe‸ %}", ["upper"]),
    ('{{ xs | map("uppe‸', ["upper"]),
    # tests
    ("{{ x is define‸", ["defined"]),
    ("{{ x is not define‸ }}", ["defined"]),
    ("{% if x is define‸ and y %}", ["defined"]),
    ('{{ xs | select("define‸', ["defined"]),
    # tags
    ("{% inclu‸", ["include"]),
    ("{%- inclu‸", ["include"]),
    ("{%+ inclu‸ %}", ["include"]),
    ("text {% inclu‸ %} text", ["include"]),
    ("{% en‸", []),
    ("{% for x in y %}{% en‸", ["end", "endfor"]),
    ("{% for x in y %}{% if a %}{% en‸", ["end", "endif"]),
    ("{% for x in y %}{% if a %}{% end %}{% en‸", ["end", "endfor"]),
    ("{% if a %}{% el‸", ["elif", "else"]),
    ("{% for x in y %}{% emp‸", ["empty"]),
    ("{% for x in y %}{% brea‸", ["break"]),
    ("{% brea‸", []),
    ("{% for x in y %}{% macro m() %}{% brea‸", []),
    ("{% match x %}{% ca‸", ["case", "capture", "cache", "call"]),
    ("{% set x = 1 %}{% en‸", []),
    ("{% set x %}{% en‸", ["end", "endset"]),
    ("{% for x‸", []),
    ("{% for x ‸", ["in"]),
    ("{% set ‸", []),
    ("{% macro ‸", []),
    ("{% macro m(‸", []),
    ("{% macro m(a, ‸", []),
    ("{% endfor ‸", []),
    ("{% block a %}{% endblock ‸", ["a"]),
    ("{% if user ‸", ["and", "or", "in", "not in", "is", "if", "else"]),
    # macros and their parameters
    ("{% macro card(title) %}{% end %}{{ car‸", ["card"]),
    ("{% macro card(title, width=1) %}{% end %}{{ card(ti‸", ["title="]),
    ("{% macro card(title, width=1) %}{% end %}{{ card(title=1, wi‸", ["width="]),
    ("{% macro card(title, width=1) %}{% end %}{{ card(title=1, ti‸", []),
    ("{% macro card(title, width=1) %}{% end %}{{ card(user, wi‸) }}", ["width="]),
    ("{% macro card(title, width=1) %}{% end %}{{ card([1, 2], (3), wi‸", ["width="]),
    ("{% macro card(title, width=1) %}{% end %}{{ card(ti‸=1) }}", ["title"]),
    ("{% macro card(title, width=1) %}{% end %}{{ card(title=us‸", ["user", "users"]),
    ("{% macro card(title, width=1) %}{% end %}{% call card(wi‸", ["width="]),
    ("{% def card(title: str, *, width: int = 1) %}{% end %}{{ card(wi‸", ["width="]),
    ("{{ text | truncate(kill‸", ["killwords="]),
    ("{{ 4 is divisibleby(nu‸", ["num="]),
    ("{{ greet(gree‸", ["greeting=", "greet"]),
    ("{{ (gree‸", ["greet"]),
    ('{% from "cards.html" import card %}{{ card(ti‸', ["title="]),
    ('{% from "cards.html" import card as c %}{{ c(ti‸', ["title="]),
    ('{% import "cards.html" as ui %}{{ ui.‸', ["card", "row"]),
    ('{% import "cards.html" as ui %}{{ ui.card(fo‸', ["footer="]),
    # other templates
    ('{% include "‸', ["base.html", "broken.html", "cards.html", "page.html"]),
    ('{% include "ca‸', ["cards.html"]),
    ("{% include 'ca‸' %}", ["cards.html"]),
    ('{% include ["x", "ca‸', ["cards.html"]),
    ('{% extends "ba‸" %}', ["base.html"]),
    ('{% import "ca‸', ["cards.html"]),
    ('{% from "ca‸', ["cards.html"]),
    ('{% from "cards.html" import ‸', ["card", "row"]),
    ('{% from "cards.html" import card, ‸', ["card", "row"]),
    ('{% from "cards.html" import ro‸ %}', ["row"]),
    ('{% from "broken.html" import ‸', ["usable"]),
    ('{% from "missing.html" import ‸', []),
    ('{% from "cards.html" ‸', ["import"]),
    ('{% import "cards.html" ‸', ["as"]),
    ('{% include "cards.html" ‸', ["with", "with context", "without context", "only", "ignore missing"]),
    ('{% embed "cards.html" with a=1 ‸', ["only", "ignore missing"]),
    ('{% extends "page.html" %}{% block ‸', ["side", "title", "body"]),
    # words and names of tags beyond Jinja2's
    ("{% slot ‸", []),
    ("{% slot row ‸", ["let:"]),
    ("{% slot row let:item=us‸", ["user", "users"]),
    ("{% slot row let:item=user ‸", ["let:"]),
    ("{% yield us‸", []),
    ("{% fragment us‸", []),
    ("{% provide us‸", []),
    ("{% provide theme=us‸", ["user", "users"]),
    ("{% push 's' ‸", ["once"]),
    ("{% push 's' once us‸", ["user", "users"]),
    ("{% cache user, tt‸", ["ttl="]),
    ("{% block side if us‸", ["user", "users"]),
    ("{% trans tr‸", ["trimmed", "true"]),
    ("{% trans mine=1 %}{{ min‸", ["mine"]),
    ('{% embed "page.html" %}{% block ‸', ["side", "title", "body"]),
    ("{% for x in users %}{% fragment f %}{% br‸", []),
    ("{% for x in users %}{% cache 1 %}{% br‸", []),
    ("{% filter upper %}{% set inner = 1 %}{% end %}{{ inn‸", []),
    ("{% fragment f %}{% let inner = 1 %}{% end %}{{ inn‸", []),
    # where nothing is offered
    ("us‸", []),
    ("<p class='us‸'>", []),
    ("{{ user }} us‸", []),
    ("{{ user }}us‸{{ user }}", []),
    ("{% if user %}us‸", []),
    ('{{ "us‸" }}', []),
    ("{{ 'us‸", []),
    ("{{ 'it\\'s us‸' }}", []),
    ('{{ "us‸er" | upper }}', []),
    ('{{ x("us‸") }}', []),
    ("{# us‸ #}", []),
    ("{# us‸", []),
    ("{# {{ us‸", []),
    ("{% raw %}{{ us‸ }}{% endraw %}", []),
    ("{% raw %}{% us‸", []),
    ("{‸", []),
    ("{{ user }‸}", []),
    ("{{ user }}‸", []),
    # what was left open before
    ("{{ user.name <p> {{ us‸", ["user", "users"]),
    ('{{ "never closed }} {{ us‸', ["user", "users"]),
    ('{{ "never closed }} a "quoted" word {{ us‸ }}', ["user", "users"]),
    ("{% if it's %} {{ us‸ }}", ["user", "users"]),
    ("{{ card(user, [1 }} {{ us‸", ["user", "users"]),
    ("{{ ) ] }} {{ us‸", ["user", "users"]),
    ("{% endfor %}{% else %}{% case %}{{ us‸", ["user", "users"]),
    ("{% raw %}{{ x }}{% endraw %}{{ us‸", ["user", "users"]),
    ("{# {{ x }} #}{{ us‸", ["user", "users"]),
    ("{{ {'a': {'b': 1}} }}{{ us‸", ["user", "users"]),
]


@pytest.mark.parametrize(("marked", "expected"), EXACTLY, ids=[one[0] for one in EXACTLY])
def test_what_can_stand_at_a_place_is_offered(marked: str, expected: list[str]) -> None:
    assert texts(marked) == expected


class Quote(kida.Extension):
    """Writes a quotation,
    with its source.

    More of it.
    """

    tag = "quote"

    def render(self, context: kida.RenderContext, body: Any, source: str, /, *, wide: bool = False) -> Any:  # type: ignore[override]
        return body


class Rule(kida.Extension):
    tag = "rule"
    has_body = False

    def render(self, context: kida.RenderContext, body: Any) -> Any:  # type: ignore[override]
        return "-"


OWN_TAGS = World({"user": 1}, kida.Environment(extensions=[Quote, Rule(), "jinja2.ext.do"]))


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("{% quo‸", ["quote"]),
        ("{% ru‸", ["rule"]),
        ("{% quote us‸", ["user"]),
        ("{% quote user, ‸", ["wide="]),
        ("{% quote user, wide=us‸", ["user"]),
        ("{% quote user %}{% endq‸", ["endquote"]),
        ("{% if user %}{% quote user %}{% end %}{% els‸", ["else"]),
        ("{% if user %}{% rule %}{% els‸", ["else"]),
        ("{% if user %}{% quote user %}{% endquote %}{% endi‸", ["endif"]),
    ],
)
def test_tags_of_ones_own_are_completed(marked: str, expected: list[str]) -> None:
    cursor = marked.index(CURSOR)
    offered = [item.text for item in complete(marked.replace(CURSOR, ""), cursor, OWN_TAGS).items]
    assert offered[: len(expected)] == expected
    assert len(offered) == len(expected) or expected == ["wide="]


def test_what_a_template_binds_is_offered_before_the_notebooks_variables() -> None:
    offered = texts("{% for us_mine in users %}{{ us‸")
    assert offered == ["us_mine", "user", "users"]


def test_a_name_of_the_template_stands_for_its_own_value_and_not_the_notebooks() -> None:
    assert texts("{% for user in orders %}{{ user.na‸") == []


def test_everything_that_an_expression_may_begin_with_is_offered_where_one_begins() -> None:
    offered = texts("{% macro card() %}{% end %}{{ ‸ }}")
    assert {"card", "user", "range", "not", "true"} <= set(offered)
    assert "upper" not in offered
    assert len(offered) == len(set(offered))


def test_the_word_around_the_cursor_is_what_is_replaced() -> None:
    found = at("{{ us‸er }}")
    assert (found.start, found.end) == (3, 7)


def test_a_template_name_is_replaced_as_a_whole() -> None:
    found = at('{% include "ca‸rds.txt" %}')
    assert (found.start, found.end) == (12, 21)


def test_macros_are_offered_with_their_parameters() -> None:
    (card,) = at('{% from "cards.html" import card %}{{ car‸').items
    assert (card.kind, card.detail) == ("macro", 'card(title, footer="x", wide=false)')


def test_private_names_are_offered_when_they_are_asked_for() -> None:
    assert "_secret" not in texts("{{ ‸", _secret=1)
    assert texts("{{ _se‸", _secret=1) == ["_secret"]


def test_names_that_are_no_words_of_a_template_are_not_offered_behind_a_dot() -> None:
    assert "two words" not in texts("{{ order.‸")


def test_a_key_that_the_quotes_cannot_hold_is_not_offered() -> None:
    assert texts("{{ d['‸", d={"it's": 1, "plain": 2}) == ["plain"]


def test_the_columns_of_a_data_frame_are_offered() -> None:
    import pandas as pd

    frame = pd.DataFrame({"price": [1], "unit price": [2]})
    assert texts("{{ df.pri‸", df=frame) == ["price"]
    assert texts('{{ df["‸', df=frame) == ["price", "unit price"]
    assert texts("{% for row in df.itertuples() %}{{ row.pri‸", df=frame) == ["price"]
    assert "mean" in texts("{{ df.price.mea‸", df=frame)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("{{ df. ‸ }}", ["price", "shape"]),
        ("{{ df.pri‸ }}", ["price"]),
        ('{{ df["‸"] }}', ["price", "mean price", "shape"]),
        ("{% for row in df.itertuples() %}{{ row.‸", ["Index", "price", "shape", "index", "count"]),
        ("{% for row in df.itertuples(index=false) %}{{ row.‸", ["price", "shape", "index", "count"]),
        ("{% for index, cost, _ in df.itertuples() %}{{ cost.is_int‸", ["is_integer"]),
        ("{% for row in df.sort_values('price').head(3).itertuples() %}{{ row.pri‸", ["price"]),
        ("{% for row in df[df.price > 2].itertuples() %}{{ row.pri‸", ["price"]),
        ('{% for row in df.to_dict("records") %}{{ row["‸', ["price", "mean price", "shape"]),
        ("{% for row in df.to_dict('records') %}{{ row.pri‸", ["price"]),
        ("{% for row in df.to_dict('list') %}{{ row.pri‸", []),
        ("{% for label, row in df.iterrows() %}{{ row['‸", ["price", "mean price", "shape"]),
        ("{% for label, row in df.iterrows() %}{{ row.pri‸", ["price"]),
        ('{{ first_row["‸', ["price", "mean price", "shape"]),
        ('{{ df["price"].medi‸', ["median"]),
        ("{% for row in dicts %}{{ row.‸", ["price"]),
        ("{% for row in dicts | sort(attribute='price') | reverse %}{{ row['‸", ["price"]),
        ("{% for row in held.rows %}{{ row.pri‸", ["price"]),
        ("{% for row in dicts %}{% for key, value in row.items() %}{{ value.is_int‸", ["is_integer"]),
        ("{% for key, value in dicts[0] | dictsort %}{{ value.is_int‸", ["is_integer"]),
    ],
)
def test_the_columns_and_keys_of_rows_are_offered(marked: str, expected: list[str]) -> None:
    import pandas as pd

    frame = pd.DataFrame({"price": [1.5, 2.5], "mean price": [2.0, 2.0], "shape": ["a", "b"]})
    dicts = [{"price": 1.5}]
    held = types.SimpleNamespace(rows=dicts)
    offered = texts(marked, df=frame, first_row=frame.iloc[0], dicts=dicts, held=held)
    assert offered[: len(expected)] == expected
    assert expected or not offered


def test_the_parameters_of_a_method_are_offered_without_self() -> None:
    class Till:
        def total(self, currency: str, places: int = 2) -> str:
            return ""

    assert texts("{{ till.total(‸", till=Till())[:2] == ["currency=", "places="]
    assert texts("{{ till.total(sel‸", till=Till()) == []


def test_the_fields_of_a_pydantic_model_are_offered() -> None:
    import pydantic

    model = pydantic.create_model("Model", title=(str, ...), inner=(dict, ...))
    made = model(title="x", inner={"deep": 1})
    assert texts("{{ made.titl‸", made=made) == ["title"]
    assert texts("{{ made.inner.de‸", made=made) == ["deep"]


def test_own_delimiters_are_known() -> None:
    environment = kida.Environment(
        block_start_string="<%", block_end_string="%>", variable_start_string="${", variable_end_string="}",
        line_statement_prefix="#", line_comment_prefix="##",
    )  # fmt: skip
    own = World({"user": User()}, environment)

    def offered(marked: str) -> list[str]:
        return [one.text for one in complete(marked.replace(CURSOR, ""), marked.index(CURSOR), own).items]

    assert offered("${ us‸ }") == ["user"]
    assert offered("<% inclu‸ %>") == ["include"]
    assert offered("{{ us‸ }}") == []
    assert offered("# for x in y\n${ x‸ }\n") == ["x"]
    assert offered("# if us‸\n") == ["user"]
    assert offered("# if x\nus‸\n") == []
    assert offered("## us‸") == []


class Touched(Exception):
    """Some code of a value was run."""


class Hostile:
    """Whatever asks this for anything runs its code."""

    def __getattribute__(self, name: str) -> Any:
        raise Touched(name)

    def __getattr__(self, name: str) -> Any:
        raise Touched(name)

    def _raise(self, *_: Any) -> Any:
        raise Touched

    __getitem__ = __iter__ = __len__ = __contains__ = __repr__ = __str__ = __bool__ = __hash__ = __dir__ = (
        _raise
    )
    __call__ = __eq__ = __format__ = _raise  # type: ignore[assignment]

    @property
    def danger(self) -> str:
        raise Touched

    @property
    def __dict__(self) -> Any:
        raise Touched

    @property
    def __class__(self) -> Any:
        raise Touched

    plain = Address()


class HostileDict(dict[str, Any]):
    def _raise(self, *_: Any) -> Any:
        raise Touched

    __getitem__ = __iter__ = keys = get = __len__ = __contains__ = __missing__ = _raise  # type: ignore[assignment]


class HostileMeta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise Touched(name)

    def __eq__(cls, other: object) -> bool:
        raise Touched

    __hash__ = None  # type: ignore[assignment]


HostileClass = HostileMeta("HostileClass", (), {"attribute": Address()})


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("{{ hosti‸", ["hostile", "hostile_dict", "hostile_class"]),
        ("{{ hostile.dang‸", ["danger"]),
        ("{{ hostile.danger.titl‸", ["title"]),  # it is annotated with str
        ("{{ hostile.danger['‸", []),
        ("{{ hostile.plain.c‸", ["city"]),
        ("{{ hostile['‸", []),
        ("{{ hostile(‸ }}", None),
        ("{{ hostile[0].‸", []),
        ("{% for x in hostile %}{{ x.‸", []),
        ("{% for a, b in hostile.items() %}{{ b.‸", []),
        ("{{ hostile_dict.no‸", ["nothing"]),
        ("{{ hostile_dict['‸", ["nothing"]),
        ("{% for x in hostile_dict %}{{ x.upp‸", ["upper"]),
        ("{{ hostile_class.attr‸", ["attribute"]),
        ("{{ hostile_class.attribute.c‸", ["city"]),
        ("{{ hostile_class(‸", None),
    ],
)
def test_completing_runs_no_code_of_the_values(marked: str, expected: list[str] | None) -> None:
    found = texts(marked, hostile=Hostile(), hostile_dict=HostileDict(nothing=1), hostile_class=HostileClass)
    assert expected is None or found == expected


PIECES = st.sampled_from(
    [
        *(f"{{% {name} " for name in sorted({*TAGS, *CLOSERS, "end", "else", "case"})),
        "{{ ",
        " }}",
        " %}",
        "{# ",
        " #}",
        "{% raw %}",
        "{% endraw %}",
        '"',
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\\",
        "user",
        ".",
        "?.",
        "name",
        "order",
        '["',
        " | ",
        " |> ",
        " is ",
        " not ",
        "=",
        ",",
        " in ",
        " for ",
        " as ",
        "1",
        "1.5",
        "\n",
        " ",
        "-",
        "+",
        "*",
        "é",
        "\u0000",
        "\ud800",
        "import ",
        '"cards.html"',
        "ns.x",
        "a, b",
        "_",
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join), st.data())
def test_any_place_of_any_text_can_be_completed(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    found = complete(text, cursor, world())
    assert 0 <= found.start <= cursor <= found.end <= len(text)
    assert all(item.text.startswith(text[found.start : cursor]) for item in found.items)


@given(st.sampled_from([one for one, _ in EXACTLY]), st.data())
def test_a_template_with_a_piece_cut_out_can_be_completed(marked: str, data: st.DataObject) -> None:
    text = marked.replace(CURSOR, "")
    start = data.draw(st.integers(0, len(text)))
    text = text[:start] + text[data.draw(st.integers(start, len(text))) :]
    cursor = data.draw(st.integers(0, len(text)))
    found = complete(text, cursor, world())
    assert 0 <= found.start <= cursor <= found.end <= len(text)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_words_of_a_scanned_text_are_where_they_say_and_do_not_overlap(text: str) -> None:
    own = world().delimiters
    for tag in place_of(text, len(text), own).tags:
        at = tag.start
        for word in tag.words:
            assert at <= word.start <= word.end <= tag.end
            assert text[word.start : word.end].rstrip() == word.text.rstrip()
            at = word.end


def test_every_tag_of_the_engine_is_known_here() -> None:
    assert set(TAGS) - {"raw"} == set(ENGINE_TAGS)


@pytest.mark.parametrize("tag", TAGS.values(), ids=str)
def test_the_example_of_every_tag_compiles(tag: Any) -> None:
    kida.Environment(extensions=()).from_string(tag.example)


# --- in IPython ------------------------------------------------------------------------------------------------


def test_loading_and_unloading_leaves_the_completer_as_it_was(shell: InteractiveShell) -> None:
    before = list(shell.Completer.custom_matchers)
    completion.install(shell, Notebook(shell))
    completion.install(shell, Notebook(shell))
    assert len(shell.Completer.custom_matchers) == len(before) + 1
    completion.uninstall(shell)
    completion.uninstall(shell)
    assert shell.Completer.custom_matchers == before


@dataclass
class Offered:
    """A kernel's answer: what replaces which part of the cell, and what each is."""

    texts: list[str]
    replaced: str
    types: dict[str, str]


def ask(kernel: Kernel, marked: str) -> Offered:
    """What a front end is told when Tab is pressed."""
    cell = marked.replace(CURSOR, "")
    reply = kernel.client.complete(cell, marked.index(CURSOR), reply=True, timeout=PATIENCE)["content"]
    types = {one["text"]: one["type"] for one in reply["metadata"].get("_jupyter_types_experimental", [])}
    return Offered(reply["matches"], cell[reply["cursor_start"] : reply["cursor_end"]], types)


def test_a_kernel_completes_a_template_cell(kernel: Kernel) -> None:
    assert kernel.run("customer = {'name': 'Ada'}\ncustoms = 1").ok
    offered = ask(kernel, "%%kida --as html\n<p>{{ cust‸ }}</p>\n")
    assert offered.texts == ["customer", "customs"]
    assert offered.replaced == "cust"
    assert offered.types["customer"] == "variable"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("%%kida\n{{ customer.na‸ }}", ["name"]),
        ("%%kida\nline\n{{ customer['‸'] }} rest\n", ["name"]),
        ("%%kida\n{{ customer.name | uppe‸ }}", ["upper"]),
        ("%%kida\n{{ customer is define‸ }}", ["defined"]),
        ("%%kida\n{% for x in y %}\n{% en‸ %}", ["end", "endfor"]),
        ('%%kida\n{% include "ca‸', ["card.html"]),
        ("%%kida\n{% from 'card.html' import card %}{{ card(ti‸", ["title="]),
        ("%%kida\n{{ 'cust‸' }}", []),
        ("%%kida\n<p>cust‸", []),
        ("%%kida\n<p>pri‸nt", []),
        ("%%kida\nimport o‸", []),
        ("%%kida\n{# cust‸ #}", []),
        ("%%kida\nüü {{ cust‸ }}", ["customer"]),
        ("%%kida\n%%kida {{ cust‸ }}", ["customer"]),
        ("%%kida --as ht‸", ["html"]),
        ("%%kida --as=ht‸", ["html"]),
        ("%%kida --und‸", ["--undefined"]),
        ("%%kida --he‸", ["--help"]),
        ("%%kida --undefined str‸ --live\n{{ x }}", ["strict"]),
        ("%%kida --name ca‸\n{{ x }}", ["card.html"]),
        ("%%kida --to cust‸", ["customer"]),
        ("%%kida --with cust‸", ["customer"]),
        ("%%kida --with customer['‸", ["name"]),
        ("%kida sho‸", ["show"]),
        ("%kida show ‸", ["card.html"]),
        ("x = 1\n%kida config undef‸", ["undefined="]),
        ("%kida config undefined=str‸", ["strict"]),
        ("%kida filters uppe‸", ["upper"]),
        ("%kida live st‸", ["stop"]),
        ("%kida path --re‸", ["--reset"]),
    ],
)
def test_a_kernel_offers_what_fits(kernel: Kernel, marked: str, expected: list[str]) -> None:
    kernel.run("customer = {'name': 'Ada'}")
    assert kernel.run("%%kida --name card.html\n{% macro card(title) %}{% end %}").ok
    assert ask(kernel, marked).texts == expected


def test_python_and_other_magics_are_completed_as_ever(kernel: Kernel) -> None:
    kernel.run("customer = {'name': 'Ada'}")
    assert ask(kernel, "custo‸").texts == ["customer"]
    assert ask(kernel, "%%time\ncusto‸").texts == ["customer"]
    assert ask(kernel, "x = '''\n%%kida\n'''\ncusto‸").texts == ["customer"]
    assert "%%kida" in ask(kernel, "%%kid‸").texts


def test_after_unloading_a_kernel_completes_as_before(kernel: Kernel) -> None:
    kernel.run("customer = {'name': 'Ada'}")
    assert kernel.run("%unload_ext kida_jupyter").ok
    assert ask(kernel, "%%kida\n{{ customer | uppe‸ }}").texts == []


def test_a_terminal_completes_the_same(shell: InteractiveShell) -> None:
    from IPython.core.completer import provisionalcompleter

    shell.run_line_magic("load_ext", "kida_jupyter")
    shell.push({"customer": {"name": "Ada"}})
    text = "%%kida\n{{ customer.na"
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    assert [(one.text, text[one.start : one.end]) for one in found] == [("name", "na")]
    shell.run_line_magic("unload_ext", "kida_jupyter")
