"""Every construct beyond Jinja2 in every place, in every form: what it gives is written down once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import pytest

import kida
from tests.tracing.reading import assert_tiled, step_in_words

MARK = "what the mark is"
"""Written by ``{{ mark }}``: long enough to be found again in a text that was captured and changed."""


class Construct(NamedTuple):
    """A piece of a template with `{{ mark }}` in it, what it gives, and the steps that lead to the mark inside of it."""

    source: str
    gives: str
    steps: tuple[str, ...] = ()


class Where(NamedTuple):
    """A template around a construct, ``@`` in both texts, and the steps that lead there."""

    source: str
    gives: str
    steps: tuple[str, ...] = ()


CONSTRUCTS: dict[str, Construct] = {
    "one closer": Construct("{% if true %}{{ mark }}{% end %}", MARK),
    "null safety": Construct("{{ none?.a ?? mark }}", MARK),
    "pipeline": Construct("{{ mark |> trim |> upper }}", MARK.upper()),
    "mapping first": Construct("{{ {'items': mark}.items }}", MARK),
    "comprehension": Construct("{{ [x for x in [mark, 1] if x == mark][0] }}", MARK),
    "let": Construct("{% let a = 1, b = mark %}{{ a }}{{ b }}", f"1{MARK}"),
    "set when missing": Construct("{% set fresh ??= mark %}{{ fresh }}", MARK),
    "capture": Construct("{% capture held %}[{{ mark }}]{% end %}{{ held }}", f"[{MARK}]"),
    "match": Construct("{% match [1, mark] %}{% case [1, *r] if r %}{{ r[0] }}{{ mark }}{% end %}", MARK * 2),
    "while": Construct(
        "{% let n = 2 %}{% while n %}{{ n }}{% let n = n - 1 %}{{ mark }}{% end %}", f"2{MARK}1{MARK}"
    ),
    "unless": Construct("{% unless false %}{{ mark }}{% end %}", MARK),
    "empty": Construct("{% for x in [] %}{% empty %}{{ mark }}{% end %}", MARK),
    "try": Construct("{% try %}lost{{ 1 / 0 }}{% fallback e %}{{ mark }}{% end %}", MARK),
    "def": Construct(
        "{% def d(a: str, /, *, b: int = 2) %}<{{ a }}{{ b }}{{ mark }}>{% end %}{{ d('1') }}",
        f"<12{MARK}>",
        ("macro d",),
    ),
    "slots": Construct(
        "{% def box(n) %}<{% slot head %}none{% endslot %}{% slot row let:x=n %}{% endslot %}{% slot %}{% endslot %}>"
        "{% enddef %}{% call box(1) %}{% slot row let:x %}{{ x }}{{ mark }}{% endslot %}loose{% endcall %}",
        f"<none1{MARK}loose>",
        ("macro box", "slot row"),
    ),
    "provide": Construct(
        "{% provide p = mark %}{{ consume('p') }}{{ consume('q', 0) }}{% end %}", f"{MARK}0"
    ),
    "block if": Construct(
        "{% block inner if true %}{{ mark }}{% end %}{% block none if false %}no{% end %}",
        MARK,
        ("block inner",),
    ),
    "fragment": Construct("{% fragment hidden %}no{% end %}{{ mark }}", MARK),
    "cache": Construct("{% cache 'key', ttl='5m' %}[{{ mark }}]{% end %}", f"[{MARK}]"),
    "embed": Construct(
        "{% embed 'card' %}{% block body %}{{ mark }}{{ super() }}{% end %}{% end %}",
        f"<{MARK}base>",
        ("block body",),
    ),
    "spaceless": Construct("{% spaceless %}<a> <b>{{ mark }}</b> </a>{% end %}", f"<a><b>{MARK}</b></a>"),
    "translation": Construct("{% trans mark %}<{{ mark }}>{% end %}", f"<{MARK}>"),
    "flush": Construct("a{% flush %}{{ mark }}", f"a{MARK}"),
    "push": Construct("{% push 'nowhere' %}{{ mark }}{% end %}pushed", "pushed"),
    "include with": Construct(
        "{% include 'part' with a=1, b=mark %}{% include 'part' only %}", f"(1{MARK})(--)"
    ),
    "relative name": Construct("{% include './part' with a=mark %}", f"({MARK}-)"),
    "alias": Construct("{% include '@ui/button' %}", f"button {MARK}", ("include ui/button",)),
}

WHERE: dict[str, Where] = {
    "top": Where("@", "@"),
    "macro": Where("{% macro m() %}@{% end %}[{{ m() }}]", "[@]", ("macro m",)),
    "block": Where("{% block b %}@{% end %}", "@", ("block b",)),
    "loop": Where("{% for i in [1, 2] %}{{ i }}@{% end %}", "1@2@", ("turn 2 of 2",)),
    "recursive loop": Where("{% for i in [1] recursive %}@{% end %}", "@", ("turn 1 of 1",)),
    "call": Where(
        "{% macro m() %}({{ caller() }}){% end %}{% call m() %}@{% end %}", "(@)", ("macro m", "caller")
    ),
    "loose content": Where(
        "{% def around() %}({% slot %}{% endslot %}){% enddef %}{% call around() %}@{% endcall %}",
        "(@)",
        ("macro around", "caller"),
    ),
    "content": Where(
        "{% def around() %}({% slot s %}{% endslot %}){% enddef %}{% call around() %}{% slot s %}@{% endslot %}{% endcall %}",
        "(@)",
        ("macro around", "slot s"),
    ),
    "default content": Where(
        "{% def around() %}({% slot s %}@{% endslot %}){% enddef %}{{ around() }}", "(@)", ("macro around",)
    ),
    "capture": Where("{% set z %}@{% end %}{{ z }}", "@"),
    "filter": Where("{% filter trim %}@{% end %}", "@"),
    "try": Where("{% try %}@{% fallback %}{% end %}", "@"),
    "cache": Where("{% cache 'around' %}@{% end %}", "@"),
    "autoescape": Where("{% autoescape on %}@{% end %}", "@"),
    "child": Where("{% extends 'base' %}{% block main %}@{% end %}", "{@}", ("block main",)),
    "embed": Where("{% embed 'card' %}{% block body %}@{% end %}{% end %}", "<@>", ("block body",)),
    "provide": Where("{% provide around = 1 %}@{% end %}", "@"),
    "with": Where("{% with around = 1 %}@{% end %}", "@"),
    "match": Where("{% match 1 %}{% case 1 %}@{% end %}", "@"),
    "while": Where("{% let w = 1 %}{% while w %}{% let w = 0 %}@{% end %}", "@"),
    "spaceless": Where("{% spaceless %}@{% end %}", "@"),
}

REACHED: dict[str, tuple[str, ...]] = {
    "directly": (),
    "by an include": ("include whole",),
    "by an import": ("macro go",),
}

TEMPLATES = {
    "card": "<{% block body %}base{% end %}>",
    "base": "{{ '{' }}{% stack 's' %}{% block main %}{% end %}}",
    "part": "({{ a ?? '-' }}{{ b ?? '-' }})",
    "ui/button": "button {{ mark }}",
}


async def _joined(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


FORMS: dict[str, Callable[[kida.Template, dict[str, Any]], str]] = {
    "render": lambda template, context: template.render(context),
    "stream": lambda template, context: "".join(template.render_stream(context)),
    "async": lambda template, context: asyncio.run(template.render_async(context)),
    "async stream": lambda template, context: asyncio.run(_joined(template.render_stream_async(context))),
    "trace": lambda template, context: template.trace(context).output,
}


def made(construct: Construct, where: Where, reached: str) -> kida.Template:
    """The template of a cell, in an environment of its own."""
    whole = where.source.replace("@", construct.source)
    pages = {
        "directly": {"page": whole},
        "by an include": {"page": "{% include 'whole' %}", "whole": whole},
        "by an import": {
            "page": "{% from 'lib' import go with context %}{{ go() }}",
            "lib": f"{{% macro go() %}}{whole}{{% end %}}",
        },
    }
    loader = kida.DictLoader({**TEMPLATES, **pages[reached]})
    environment = kida.Environment(loader=loader, template_aliases={"ui": "ui"})
    environment.install_null_translations()
    return environment.get_template("page")


def cells() -> Iterator[Any]:
    for name, construct in CONSTRUCTS.items():
        for place, where in WHERE.items():
            for reached in REACHED:
                if reached == "by an import" and place == "child":
                    continue  # extends belongs to the top of a template
                yield pytest.param(construct, where, reached, id=f"{name}-{place}-{reached}")


@pytest.mark.parametrize(("construct", "where", "reached"), list(cells()))
def test_a_construct_gives_the_same_wherever_it_stands(
    construct: Construct, where: Where, reached: str
) -> None:
    expected = where.gives.replace("@", construct.gives)
    context = {"mark": MARK, "on": True}
    for form, rendered in FORMS.items():
        assert rendered(made(construct, where, reached), context) == expected, form
    template = made(construct, where, reached)
    compile(template.python_source(), "python source", "exec")
    trace = template.trace(context)
    assert_tiled(trace)
    found = [
        {step_in_words(step) for step in segment.chain}
        for segment in trace.segments
        if trace.output[segment.start : segment.end] == MARK
    ]
    wanted = {*REACHED[reached], *where.steps, *construct.steps}
    if found:
        assert any(wanted <= steps for steps in found), f"{sorted(wanted)} lead to none of {found}"
    else:
        assert MARK not in expected, "the mark has no segment of its own"


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_gives_the_same_in_a_block_that_is_rendered_by_name(name: str) -> None:
    construct = CONSTRUCTS[name]
    for tag in ("block", "fragment"):
        where = Where(f"before{{% {tag} alone %}}@{{% end %}}after", "@")
        assert made(construct, where, "directly").render_block("alone", mark=MARK) == construct.gives


@pytest.mark.parametrize("reached", REACHED)
@pytest.mark.parametrize("place", WHERE)
def test_what_is_pushed_anywhere_stands_in_the_stack(place: str, reached: str) -> None:
    where = WHERE[place]
    is_child = place == "child"
    if is_child and reached == "by an import":
        return  # extends belongs to the top of a template
    first = "" if is_child else "{% stack 's' %}|"
    construct = Construct("{% push 's' %}({{ mark }}){% end %}pushed", "pushed")
    template = made(construct, where._replace(source=first + where.source), reached)
    pushed = f"({MARK})" * where.gives.count("@")
    gives = where.gives.replace("@", construct.gives)
    expected = f"{{{pushed}{gives[1:]}" if is_child else f"{pushed}|{gives}"
    for form, rendered in FORMS.items():
        assert rendered(template, {"mark": MARK, "on": True}) == expected, form
    trace = made(construct, where._replace(source=first + where.source), reached).trace(mark=MARK, on=True)
    assert_tiled(trace)
    steps = [
        {step_in_words(step) for step in segment.chain}
        for segment in trace.segments
        if trace.output[segment.start : segment.end] == MARK
    ]
    assert any({*REACHED[reached], *where.steps} <= found for found in steps), steps
