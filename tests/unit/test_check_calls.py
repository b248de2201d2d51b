"""Calls of macros, checked when a template is compiled: its own and imported ones, all at once, each at its place."""

from __future__ import annotations

import time

import pytest

from kida import DictLoader, Environment, TemplateSyntaxError
from kida.environment.importing import importing
from kida.semantics.analysis import analyse
from kida.semantics.calls import call_errors
from kida.source import Source
from kida.template.introspection import parsed

LIB = "{% def c(a: str, *, b: int = 0) %}{{ a }}{{ b }}{% end %}{% macro m(x) %}{{ caller() }}{% endmacro %}"


def found(source: str, name: str = "pages/page", **templates: str) -> list[tuple[str, str]]:
    """Where there are mistakes, and what they are, as an environment tells when the template is loaded."""
    env = Environment(
        loader=DictLoader({name: source, "l": LIB, **templates}),
        check_calls=True,
        template_aliases={"ui": "parts"},
    )
    try:
        env.get_template(name)
    except TemplateSyntaxError as error:
        return [told(source, one) for one in (error, *error.others)]
    return []


def told(source: str, error: TemplateSyntaxError) -> tuple[str, str]:
    lines = source.split("\n")
    assert error.lineno is not None
    assert error.lineno == error.end_lineno
    return lines[error.lineno - 1][error.column : error.end_column], error.message


def test_every_wrong_call_of_an_imported_macro_is_reported_at_once() -> None:
    source = '{% from "l" import c %}{{ c("y", z=1) }}\n{{ c() }}\n{{ c("x", b="y") }}'
    assert found(source) == [
        ("z", "macro 'c' takes no argument 'z'"),
        ("c()", "macro 'c' needs the argument 'a'"),
        ('"y"', "macro 'c' takes int for 'b'"),
    ]


def test_the_report_shows_all_of_them_and_where_the_macro_is_defined() -> None:
    env = Environment(loader=DictLoader({"l": LIB}), check_calls=True)
    with pytest.raises(TemplateSyntaxError) as caught:
        env.from_string('{% from "l" import c %}{{ c("y", z=1) }}\n{{ c(2) }}', name="page")
    assert caught.value.format_compact() == (
        "K-SEM-003 TemplateSyntaxError: macro 'c' takes no argument 'z'\n"
        "  --> page:1:34\n"
        "   |\n"
        ' 1 | {% from "l" import c %}{{ c("y", z=1) }}\n'
        "   |                                  ^\n"
        " 2 | {{ c(2) }}\n"
        "  hint: it is defined in l at 1:4 as c(a: str, *, b: int = 0)\n"
        "K-SEM-003 TemplateSyntaxError: macro 'c' takes str for 'a'\n"
        "  --> page:2:6\n"
        "   |\n"
        ' 1 | {% from "l" import c %}{{ c("y", z=1) }}\n'
        " 2 | {{ c(2) }}\n"
        "   |      ^\n"
        "  hint: it is defined in l at 1:4 as c(a: str, *, b: int = 0)"
    )


@pytest.mark.parametrize(
    ("source", "messages"),
    [
        ("{% import 'l' as l %}{{ l.c(1) }}", ["macro 'c' takes str for 'a'"]),
        ("{% import '../l' as l %}{{ l.c('', z=1) }}", ["macro 'c' takes no argument 'z'"]),
        ("{% from './near' import n %}{{ n(1) }}", ["macro 'n' takes not more than 0 argument(s)"]),
        ("{% from '@ui/far' import f as g %}{{ g() }}", ["macro 'f' needs the arguments 'p' and 'q'"]),
        ("{% from 'l' import c %}{% call c('') %}{% end %}", ["macro 'c' takes no caller: its body does not use 'caller()'"]),
        ("{% import 'l' as l %}{% call l.m() %}{% end %}", []),
        ("{% from 'l' import c %}{% block b %}{{ c(1) }}{% end %}", ["macro 'c' takes str for 'a'"]),
        ("{% from 'l' import c %}{% def d() %}{{ c(1) }}{% end %}", ["macro 'c' takes str for 'a'"]),
        ("{% def d() %}{% from 'l' import c %}{{ c(1) }}{% end %}", ["macro 'c' takes str for 'a'"]),
        ("{% from 'l' import c %}{{ c(1, b='', z=2, y=3) }}", ["macro 'c' takes str for 'a'", "macro 'c' takes int for 'b'",
            "macro 'c' takes no argument 'z'", "macro 'c' takes no argument 'y'"]),
        ("{% from 'l' import c %}{{ c('', a='') }}", ["macro 'c' gets the argument 'a' twice"]),
        ("{% from 's' import s %}{% call s() %}{% slot rwo %}{% end %}loose{% end %}",
            ["macro 's' has no slot 'default'", "macro 's' has no slot 'rwo'"]),
        ("{% from 's' import s %}{% call s() %} {% slot row let:x %}{% end %}{% end %}{% call s() %}{% end %}", []),
        ("{% from 's' import t %}{% call t() %}loose{% slot head %}{% end %}{% end %}", []),
        ("{% def p(a, /, b) %}{% end %}{{ p(a=1, b=2) }}", ["macro 'p' takes the argument 'a' by position only"]),
        ("{% def p(a, /, **b) %}{% end %}{{ p(1, a=2) }}", []),
        ("{% from 's' import s %}{% call s() %}{% slot row let:x let:xx %}{% end %}{% end %}",
            ["macro 's' hands up no 'xx' in slot 'row'"]),
        ("{% from 's' import u %}{% call u() %}{% slot a let:x let:y %}{% end %}{% slot let:z %}{% end %}{% end %}", []),
        # what cannot be known
        ("{% import 'l' as l %}{% set l = other %}{{ l.c(z=1) }}", []),
        ("{% from 'l' import c %}{% block b %}{% export c = other %}{% end %}{{ c(z=1) }}", []),
        ("{% from 'l' import c %}{% embed 'l' with c=other %}{% block b %}{{ c(z=1) }}{% end %}{% end %}", []),
        ("{% embed 'l' %}{% block b %}{% from 'l' import c %}{{ c(1) }}{% end %}{% end %}", ["macro 'c' takes str for 'a'"]),
        ("{% from 'l' import c %}{{ c(**kw) }}{{ c(*xs) }}{{ c(x) }}", []),
        ("{% from name import c %}{{ c(z=1) }}", []),
        ("{% from 'nowhere' import c %}{{ c(z=1) }}", []),
        ("{% from 'broken' import c %}{{ c(z=1) }}", []),
        ("{% from 'twice' import c %}{{ c(z=1) }}", []),
        ("{% import 'l' as l %}{{ l.nothing(z=1) }}", []),
        ("{% for c in cs %}{{ c(z=1) }}{% end %}{% from 'l' import c %}", []),
        ("{% from '../../out' import c %}{{ c(z=1) }}", []),
        ("{% from 'pages/page' import d %}{% def d() %}{% end %}{{ d(z=1) }}", []),
        ("{% import 'pages/page' as me %}{% def d() %}{% end %}{{ me.d(z=1) }}", ["macro 'd' takes no argument 'z'"]),
    ],
)  # fmt: skip
def test_calls_of_what_is_imported_by_a_literal_name_are_checked(source: str, messages: list[str]) -> None:
    others = {
        "pages/near": "{% def n() %}{% end %}",
        "parts/far": "{% def f(p, q, r=1) %}{% end %}",
        "s": "{% def s() %}{% slot row let:x=1 %}{% endslot %}{% enddef %}"
        "{% def t() %}{% call s() %}{% slot row %}{% yield head %}{% end %}{% end %}{{ caller() }}{% end %}"
        "{% def u() %}{% slot a let:x=1 %}{% slot a let:y=1 %}{{ caller(z=1) }}{% enddef %}",
        "broken": "{% def c() %}",
        "twice": "{% def c() %}{% end %}{% if x %}{% def c(z) %}{% end %}{% end %}",
    }
    assert [message for _, message in found(source, **others)] == messages


@pytest.mark.parametrize(
    ("annotation", "right", "wrong"),
    [
        ("str", ["'a'", "x", "'a' ~ 1", "none ?? 1"], ["1", "-1", "none", "[]", "[x for x in y]", "not x"]),
        ("int", ["1", "-1", "+1", "true"], ["'1'", "1.5", "-1.5", "'a' ~ 'b'"]),
        ("float", ["1", "-1.5"], ["'1'"]),
        ("bool", ["true", "not x"], ["1", "'true'"]),
        ("Optional[int]", ["1", "none"], ["'a'"]),
        ("typing.Optional[typing.Union[int, str]]", ["1", "none", "'a'"], ["1.5", "{}"]),
        ("int | None", ["1", "none"], ["'a'"]),
        ("'int | None'", ["1", "none"], ["'a'"]),
        ("Literal['a', 'b']", ["'a'", "x"], ["'c'", "1", "[]"]),
        ("Literal[-1, none]", ["-1", "none"], ["1", "true"]),
        ("Literal['1', 1] | None", ["'1'", "1", "none"], ["true", "2"]),
        ("Literal[Colour.red]", ["'a'", "1"], []),
        ("list[str]", ["[]", "['a']", "[x]", "[x for x in y]"], ["{}", "[1]", "['a', 2]", "('a',)"]),
        (
            "dict[str, list[int]]",
            ["{}", "{'a': [1]}", "{k: v for k, v in x}"],
            ["[]", "{'a': ['b']}", "{1: [1]}"],
        ),
        ("set[int]", ["{x for x in y}"], ["[1]"]),
        ("Annotated[int, 'positive']", ["1"], ["'a'"]),
        ("Any", ["1", "'a'", "none"], []),
        ("Order", ["1", "'a'", "none"], []),
        ("Sequence[str]", ["1", "[1]"], []),
        ("Callable[[int], str]", ["1"], []),
    ],
)
def test_what_a_literal_may_be_meant_for(annotation: str, right: list[str], wrong: list[str]) -> None:
    def told(literal: str) -> bool:
        source = f"{{% def c(a: {annotation}) %}}{{% end %}}{{{{ c({literal}) }}}}"
        return bool(Environment(check_calls=True).syntax_errors(source))

    assert [literal for literal in right if told(literal)] == []
    assert [literal for literal in wrong if not told(literal)] == []


def test_defaults_are_checked_too() -> None:
    source = "{% def c(a: int = 'x', b: str = '', *, d: list[int] | None = none, e: Literal['p'] = 'q') %}{% end %}"
    assert found(source) == [
        ("'x'", "macro 'c' takes int for 'a', which its default is not"),
        ("'q'", "macro 'c' takes Literal['p'] for 'e', which its default is not"),
    ]


def test_nothing_is_checked_without_the_option() -> None:
    env = Environment(loader=DictLoader({"l": LIB, "page": "{% from 'l' import c %}{{ c(z=1) if false }}"}))
    assert env.get_template("page").render() == ""


def test_each_imported_text_is_read_once() -> None:
    asked: list[str] = []

    class Counting(DictLoader):
        def load(self, name: str):  # type: ignore[no-untyped-def]
            asked.append(name)
            return super().load(name)

    source = (
        "{% from 'l' import c %}{% import 'l' as l %}{% from './l' import c as d %}{{ c('') }}{{ l.c('') }}"
    )
    env = Environment(loader=Counting({"page": source, "l": LIB}), check_calls=True)
    env.get_template("page")
    assert sorted(asked) == ["l", "page"]


def test_many_calls_of_a_long_macro_are_checked_in_linear_time() -> None:
    def seconds(count: int) -> float:
        source = (
            "{% def c(a) %}" + "{{ a }}" * count + "{% end %}{% if x %}" + "{{ c(1) }}" * count + "{% end %}"
        )
        env = Environment(check_calls=True)
        text = Source(source)
        tree = parsed(env, text)
        scopes = analyse(tree, text)
        start = time.process_time()
        assert list(call_errors(tree, scopes, text, importing(env, text))) == []
        return time.process_time() - start

    seconds(100)
    assert seconds(4000) < 12 * min(seconds(1000) for _ in range(3))
