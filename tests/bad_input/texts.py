"""Hypothesis strategies for texts that are no templates, or almost."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

import kida
from kida.syntax.tags import TAGS
from tests.language.cases import case_paths, read_case

OPTIONS: Final[tuple[Mapping[str, Any], ...]] = tuple(
    MappingProxyType(options)
    for options in (
        {},
        {"trim_blocks": True, "lstrip_blocks": True},
        {"autoescape": False, "check_calls": True, "keep_trailing_newline": True},
        {"line_statement_prefix": "#", "line_comment_prefix": "##"},
        {
            "line_statement_prefix": "%",
            "line_comment_prefix": "//",
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
        {
            "block_start_string": "<%",
            "block_end_string": "%>",
            "variable_start_string": "<%=",
            "variable_end_string": "%>",
            "comment_start_string": "<%#",
            "comment_end_string": "%>",
        },
        {
            "block_start_string": "(*",
            "block_end_string": "*)",
            "variable_start_string": "[",
            "variable_end_string": "]",
            "comment_start_string": "\\",
            "comment_end_string": "\n",
            "newline_sequence": "\r\n",
        },
        {
            "block_start_string": "{",
            "block_end_string": "}",
            "variable_start_string": "${",
            "variable_end_string": "}",
            "comment_start_string": "{#",
            "comment_end_string": "}",
            "lstrip_blocks": True,
        },
    )
)
"""Environments' options: the defaults, white space, line statements, and delimiters that are operators too."""

_WORDS: Final = (
    *TAGS, *(f"end{name}" for name in TAGS), *(f"end {name}" for name in ("if", "for")),
    "end", "else", "elif", "empty", "case", "fallback", "raw", "endraw", "recursive", "scoped", "required",
    "ignore missing", "with context", "without context", "as", "in", "not", "is", "is not", "and", "or", "await",
    "true", "none", "False", "self", "super", "loop", "caller", "varargs", "kwargs", "namespace", "_",
    "a", "b", "xs", "été", "x²", "__class__", "__debug__", "print", "upper", "join", "defined", "default", "no_such",
)  # fmt: skip
_OPERATORS: Final = (
    *"+-*/%~[](){}<>=.:|,;?!&^$@#\\`", "??=", "?|>", "??", "?.", "?[", "?|", "|>", "//", "**", "==", "!=", ">=", "<=", ":=", "->", "...", "&&", "||",
)  # fmt: skip
_LITERALS: Final = (
    "0", "1", "42", "1_000", "0x1F", "0b1", "0o7", "1e400", "1.5", "1.", ".5", "1__0", "00", "08", "9" * 5000,
    "''", '"text"', "'", '"', r"'\n'", r"'\x'", r"'\N{no such}'", r"'\ud800'", r"'\777'", "'\ud800'", r'"\"',
)  # fmt: skip
_WHITE: Final = (
    " ",
    "  ",
    "\n",
    "\t",
    "\r",
    "\r\n",
    "\v",
    "\f",
    "\x00",
    "\x1c",
    "\x85",
    "\u2028",
    "\xa0",
    "\u3000",
)
_ODD: Final = (
    "\x00",
    "\x1b",
    "\x7f",
    "\ud800",
    "\udfff",
    "\ufeff",
    "\u200d",
    "🦜",
    "e\u0301",
    "ℌ",
    "१",
    "·",
    "\U0010ffff",
)
_CLAUSES: Final = (
    "{% if a %}", "{% for x in xs %}", "{% for k, v in xs recursive %}", "{% macro m(a, b=1) %}", "{% call m() %}",
    "{% def d(a: int, *, b=2) %}", "{% block b %}", "{% set x %}", "{% set x = a %}", "{% filter upper %}",
    "{% match a %}", "{% case [x, *y] if x %}", "{% case {'k': 1 | 2} %}", "{% try %}", "{% fallback e %}", "{% while a %}",
    "{% with x = a %}", "{% autoescape a %}", "{% raw %}", "{% endraw %}", "{% else %}", "{% end %}", "{{ a }}",
    "{% let x = 1, y = 2 %}", "{% export x ??= 1 %}", "{% extends 'a' %}", "{% include a ignore missing %}",
    "{% from 'a' import b as c %}", "{% import a as b %}", "{% break %}", "{% set a.b = 1 %}", "{{ loop(x) }}", "{# #}",
    "{{ super() }}", "{{ caller() }}", "{{ [x for x in xs] }}", "{% async for x in xs %}", "{{ await a }}", "{% do a %}",
)  # fmt: skip

LONG_TEMPLATES: Final = (
    """\
{%- extends layout if layout else "base.html" -%}
{% import "forms.html" as forms with context %}{% from "cards.html" import card, plain as simple %}
{% macro field(name, value="", *args, type="text") -%}
  <input name="{{ name }}" value="{{ value|e }}" {{ {"type": type}|xmlattr }}>
  {%- for extra in varargs if extra is not none %}{{ loop.index }}/{{ loop.length }}{% else %}-{% endfor %}
{%- endmacro %}
{% block title %}{{ super() }} — {{ page.title ?? "untitled" |> upper }}{% endblock title %}
{% block body scoped %}
  {% set ns = namespace(total=0) %}
  {% for item in items|sort(attribute="price", reverse=true) recursive %}
    {% set ns.total = ns.total + item.price * (1 - item.discount|default(0)) %}
    {{ loop.cycle("odd", "even") }}: {{ item?.name?["de"] ?? item.name }} {{ "%.2f"|format(item.price) }}
    {% if item.children %}{{ loop(item.children) }}{% elif not loop.last %},{% else %}.{% endif %}
  {% endfor %}
  {% call(row) forms.table(rows=[1, 2, 3][::-1], **options) %}<td>{{ row ~ ns.total }}</td>{% endcall %}
{% endblock %}
""",
    """\
{% def card(title: str, items: list[str] = [], *, footer: str | None = none) %}
  {% match items %}
    {% case [] %}nothing
    {% case [only] %}{{ only }}
    {% case [first, *rest] if rest|length > 2 %}{{ first }} and {{ rest|length }} more
    {% case {"role": "admin" | "owner" as role, **others} %}{{ role }}{{ others }}
    {% case _ %}{{ items|join(", ") }}
  {% end %}
{% end %}
{% let seen = 0, names = [] %}
{% while seen < 3 %}{% let seen = seen + 1 %}{% if seen == 2 %}{% continue %}{% end %}{{ seen }}{% empty %}none{% end %}
{% try %}{{ 1 // (seen - 3) }}{% fallback err %}{{ err }}{% end %}
{% unless names %}{% capture shout %}{% filter upper|trim %} {{ [x * 2 for x in range(3) if x] }} {% endfilter %}{% end %}{% end %}
{% export total ??= {k: v for k, v in {"a": 1}.items()} %}{{ {x for x in "abc"}|sort }}
{% with a = 1, b = 2 %}{% autoescape false %}{{ "<" ~ a ** -b if a < b <= 3 is odd else none }}{% endautoescape %}{% endwith %}
{% raw %}{{ not }} {% this %}{% endraw %}{# nor this #}{% do names.append(seen) %}
""",
)  # fmt: skip
"""Valid templates that use most of the language, to be spoilt."""

_PIECES: Final = re.compile(r"\s+|\w+|[^\w\s]")


@cache
def environment(number: int) -> kida.Environment:
    """The environment with the options of a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kida.Environment(**OPTIONS[number])


@cache
def _seeds() -> tuple[str, ...]:
    """The templates of the language's cases, and the long ones, each a few times."""
    cases = [read_case(path) for path in case_paths()]
    texts = [text for case in cases for text in case.templates.values() if text]
    return tuple(texts) + LONG_TEMPLATES * 20


def environments() -> st.SearchStrategy[int]:
    """Numbers of environments, the default one most often."""
    return st.one_of(st.just(0), st.integers(0, len(OPTIONS) - 1))


def arbitrary_texts() -> st.SearchStrategy[str]:
    """Any characters: of all planes, unpaired surrogates, controls; many of them such as mean something."""
    meaningful = "{}%#-+'\"\\|.,()[]=<>*/~?:_ \n\tabefinorsx019\x00\ud800\udc00é"
    return st.one_of(
        st.text(st.characters(codec=None), max_size=60),
        st.text(st.sampled_from(meaningful), max_size=80),
        st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "-", *meaningful]), max_size=60).map(
            "".join
        ),
    )


@st.composite
def soups(draw: st.DrawFn, number: int) -> str:
    """The language's own words in an order of no meaning, some between delimiters as they should be."""
    options = {**_DEFAULT_DELIMITERS, **OPTIONS[number]}
    delimiters = tuple(str(options[name]) for name in _DEFAULT_DELIMITERS)
    block, block_end, variable, variable_end = delimiters[:4]
    prefixes = tuple(
        f"\n{options[name]} "
        for name in ("line_statement_prefix", "line_comment_prefix")
        if options.get(name)
    )
    word = st.one_of(
        st.sampled_from(_WORDS),
        st.sampled_from(_OPERATORS),
        st.sampled_from(_LITERALS),
        st.sampled_from(_WHITE),
    )
    words = st.lists(word, max_size=12).map(" ".join)
    part = st.one_of(
        words.map(lambda inside: f"{variable} {inside} {variable_end}"),
        st.tuples(st.sampled_from(_WORDS), words).map(lambda tag: f"{block} {tag[0]} {tag[1]} {block_end}"),
        st.sampled_from(_CLAUSES).map(lambda clause: _in_delimiters(clause, delimiters)),
        st.sampled_from((*delimiters, *prefixes, "-", "+")),
        word,
        st.sampled_from(_ODD),
    )
    return "".join(draw(st.lists(part, max_size=14)))


_DEFAULT_DELIMITERS: Final = MappingProxyType(
    {
        "block_start_string": "{%",
        "block_end_string": "%}",
        "variable_start_string": "{{",
        "variable_end_string": "}}",
        "comment_start_string": "{#",
        "comment_end_string": "#}",
    }
)


def _in_delimiters(text: str, delimiters: tuple[str, ...]) -> str:
    if delimiters == tuple(_DEFAULT_DELIMITERS.values()):
        return text
    for default, other in zip(_DEFAULT_DELIMITERS.values(), delimiters, strict=True):
        text = text.replace(default, other)
    return text


@st.composite
def spoilt_templates(draw: st.DrawFn, number: int) -> str:
    """A valid template with some of its pieces deleted, doubled, moved, exchanged, or with others put in."""
    options = {**_DEFAULT_DELIMITERS, **OPTIONS[number]}
    delimiters = tuple(str(options[name]) for name in _DEFAULT_DELIMITERS)
    text = draw(st.sampled_from(_seeds()))
    pieces = _PIECES.findall(_in_delimiters(text, delimiters))
    for _ in range(draw(st.integers(1, 4))):
        if not pieces:
            break
        start = draw(st.integers(0, len(pieces) - 1))
        end = min(len(pieces), start + draw(st.integers(1, 8)))
        other = draw(st.integers(0, len(pieces) - 1))
        match draw(
            st.sampled_from(("delete", "double", "move", "swap", "insert", "cut", "graft", "character"))
        ):
            case "delete":
                del pieces[start:end]
            case "double":
                pieces[end:end] = pieces[start:end]
            case "move":
                moved = pieces[start:end]
                del pieces[start:end]
                pieces[other:other] = moved
            case "swap":
                pieces[start], pieces[other] = pieces[other], pieces[start]
            case "insert":
                new = draw(st.sampled_from((*_WORDS, *_OPERATORS, *_LITERALS, *_WHITE, *_ODD, *delimiters)))
                pieces[start:start] = [" ", new, " "]
            case "cut":
                del pieces[end:]
            case "graft":
                grafted = _PIECES.findall(_in_delimiters(draw(st.sampled_from(_seeds())), delimiters))
                pieces[start:end] = grafted[: draw(st.integers(1, 20))]
            case _:
                at = draw(st.integers(0, len(pieces[start]) - 1))
                new = draw(st.characters(codec=None))
                pieces[start] = pieces[start][:at] + new + pieces[start][at + 1 :]
    return "".join(pieces)
