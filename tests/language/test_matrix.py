"""Every construct beyond Jinja2 in every place, in every form: what it gives is written down once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest

import kida
from kida.runtime.forms import Form
from kida.syntax.tags import TAGS
from tests.tracing.reading import assert_tiled, step_in_words

MARK = "what the mark is"
"""Written by ``{{ mark }}``: long enough to be found again in a text that was captured and changed."""


class Construct(NamedTuple):
    """A piece of a template with `{{ mark }}` in it, what it gives, and the steps that lead to the mark inside of it."""

    source: str
    gives: str
    steps: tuple[str, ...] = ()
    awaits: bool = False


class Where(NamedTuple):
    """A template around a construct, ``@`` in all texts, the steps that lead there, and what other templates it takes."""

    source: str
    gives: str
    steps: tuple[str, ...] = ()
    others: Mapping[str, str] = {}

    @property
    def is_child(self) -> bool:
        """Whether it is a whole template, and no part of one."""
        return self.source.startswith("{% extends")


class Note(kida.Extension):
    """A tag of one's own: brackets around its body."""

    tag = "note"

    def render(self, context: kida.RenderContext, body: Any, /, *args: Any, **kwargs: Any) -> Any:
        return kida.Markup("[{}]").format(body)


CONSTRUCTS: dict[str, Construct] = {
    "one closer": Construct("{% if true %}{{ mark }}{% end %}", MARK),
    "null safety": Construct("{{ none?.a ?? mark }}", MARK),
    "null-safe item": Construct("{{ {}?['k'].l ?? '-' }}{{ {'k': mark}?['k'] }}", f"-{MARK}"),
    "optional filter": Construct("{{ none ?| upper ?? '-' }}{{ mark ?| trim }}", f"-{MARK}"),
    "optional pipeline": Construct("{{ none ?|> upper ?? '-' }}{{ mark ?|> trim }}", f"-{MARK}"),
    "pipeline": Construct("{{ mark |> trim |> upper }}", MARK.upper()),
    "mapping first": Construct("{{ {'items': mark}.items }}", MARK),
    "method called": Construct(
        "{% for k, v in {'items': mark}.items() %}{{ k }} {{ v }}{% end %}", f"items {MARK}", ("turn 1 of 1",)
    ),
    "comprehension": Construct("{{ [x for x in [mark, 1] if x == mark][0] }}", MARK),
    "comprehensions of sets and dicts": Construct(
        "{{ {x for x in [1, 1]} | length }}{{ {k: v for k, v in [('a', mark)]}.a }}", f"1{MARK}"
    ),
    "let": Construct("{% let a = 1, b = mark %}{{ a }}{{ b }}", f"1{MARK}"),
    "let from inside of a loop": Construct(
        "{% let n = 0 %}{% for i in [1, 2] %}{% let n = n + i %}{% end %}{{ n }}{{ mark }}", f"3{MARK}"
    ),
    "export": Construct("{% export e = mark %}{{ e }}", MARK),
    "promote": Construct("{% promote e = mark %}{{ e }}", MARK),
    "set when missing": Construct("{% set fresh ??= mark %}{{ fresh }}", MARK),
    "let and export when missing": Construct(
        "{% let new ??= mark, new ??= 1 %}{{ new }}{% export top ??= mark %}{% export top ??= 1 %}{{ top }}",
        MARK * 2,
    ),
    "capture": Construct("{% capture held %}[{{ mark }}]{% end %}{{ held }}", f"[{MARK}]"),
    "match": Construct("{% match [1, mark] %}{% case [1, *r] if r %}{{ r[0] }}{{ mark }}{% end %}", MARK * 2),
    "match of a mapping": Construct(
        "{% match {'role': mark} %}{% case 1 | 2 %}no{% case {'role': r} if r != 'guest' %}{{ r }}{% case _ %}no{% end %}",
        MARK,
    ),
    "while": Construct(
        "{% let n = 2 %}{% while n %}{{ n }}{% let n = n - 1 %}{{ mark }}{% end %}", f"2{MARK}1{MARK}"
    ),
    "unless": Construct("{% unless false %}{{ mark }}{% end %}", MARK),
    "empty": Construct("{% for x in [] %}{% empty %}{{ mark }}{% end %}", MARK),
    "async for": Construct(
        "{% async for x in two() %}{{ x }}{{ mark }}{% end %}",
        f"1{MARK}2{MARK}",
        ("turn 2 of 2",),
        awaits=True,
    ),
    "await": Construct("{{ await one() }}{{ mark }}", f"1{MARK}", awaits=True),
    "try": Construct("{% try %}lost{{ 1 / 0 }}{% fallback e %}{{ mark }}{% end %}", MARK),
    "try that goes well": Construct("{% try %}{{ mark }}{% fallback e %}no{% end %}", MARK),
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
    "default content": Construct(
        "{% def box() %}{% slot s %}{{ mark }}{% endslot %}{{ has_slot('s') }}{% enddef %}{{ box() }}",
        f"{MARK}False",
        ("macro box",),
    ),
    "forwarded content": Construct(
        "{% def inner() %}({% slot s %}{% endslot %}){% enddef %}"
        "{% def outer() %}{% call inner() %}{% slot s %}{% yield s %}{% endslot %}{% endcall %}{% enddef %}"
        "{% call outer() %}{% slot s %}{{ mark }}{% endslot %}{% endcall %}",
        f"({MARK})",
        ("macro outer", "macro inner", "slot s"),
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
    "embed with": Construct(
        "{% embed 'card' with given=mark only %}{% block body %}{{ given }}{{ mark ?? '-' }}{% end %}{% end %}",
        f"<{MARK}->",
        ("block body",),
    ),
    "spaceless": Construct("{% spaceless %}<a> <b>{{ mark }}</b> </a>{% end %}", f"<a><b>{MARK}</b></a>"),
    "translation": Construct("{% trans mark %}<{{ mark }}>{% end %}", f"<{MARK}>"),
    "flush": Construct("a{% flush %}{{ mark }}", f"a{MARK}"),
    "push": Construct("{% push 'nowhere' once mark %}{{ mark }}{% end %}pushed", "pushed"),
    "include with": Construct(
        "{% include 'part' with a=1, b=mark %}{% include 'part' only %}", f"(1{MARK})(--)"
    ),
    "relative name": Construct("{% include './part' with a=mark %}", f"({MARK}-)"),
    "alias": Construct("{% include '@ui/button' %}", f"button {MARK}", ("include ui/button",)),
    "more filters": Construct(
        "{{ [none, mark] |> compact |> take(1) |> first |> require }}{{ 2 | pluralize }}", f"{MARK}s"
    ),
    "tag of one's own": Construct("{% note %}{{ mark }}{% endnote %}", f"[{MARK}]"),
}

WHERE: dict[str, Where] = {
    "top": Where("@", "@"),
    "macro": Where("{% macro m() %}@{% end %}[{{ m() }}]", "[@]", ("macro m",)),
    "def in a def": Where(
        "{% def m() %}{% def n() %}@{% enddef %}{{ n() }}{% enddef %}{{ m() }}", "@", ("macro m", "macro n")
    ),
    "block": Where("{% block b %}@{% end %}", "@", ("block b",)),
    "block if": Where("{% block b if true %}@{% end %}", "@", ("block b",)),
    "scoped block in a loop": Where(
        "{% for i in [1] %}{% block b scoped %}@{% end %}{% end %}", "@", ("turn 1 of 1", "block b")
    ),
    "loop": Where("{% for i in [1, 2] %}{{ i }}@{% end %}", "1@2@", ("turn 2 of 2",)),
    "recursive loop": Where("{% for i in [1] recursive %}@{% end %}", "@", ("turn 1 of 1",)),
    "empty loop": Where("{% for i in [] %}{% empty %}@{% end %}", "@"),
    "if": Where("{% if false %}{% else %}@{% end %}", "@"),
    "call": Where(
        "{% macro m() %}({{ caller() }}){% end %}{% call m() %}@{% end %}", "(@)", ("macro m", "caller")
    ),
    "call with parameters": Where(
        "{% macro m() %}({{ caller(1) }}){% end %}{% call(p) m() %}@{{ p }}{% end %}",
        "(@1)",
        ("macro m", "caller"),
    ),
    "loose content": Where(
        "{% def around() %}({% slot %}{% endslot %}){% enddef %}{% call around() %}@{% endcall %}",
        "(@)",
        ("macro around", "caller"),
    ),
    "content": Where(
        "{% def around() %}({% slot s let:up=1 %}{% endslot %}){% enddef %}"
        "{% call around() %}{% slot s let:up %}@{{ up }}{% endslot %}{% endcall %}",
        "(@1)",
        ("macro around", "slot s"),
    ),
    "forwarded content": Where(
        "{% def within() %}({% slot s %}{% endslot %}){% enddef %}{% def around() %}"
        "{% call within() %}{% slot s %}{% yield s %}{% endslot %}{% endcall %}{% enddef %}"
        "{% call around() %}{% slot s %}@{% endslot %}{% endcall %}",
        "(@)",
        ("macro around", "macro within", "slot s"),
    ),
    "default content": Where(
        "{% def around() %}({% slot s %}@{% endslot %}){% enddef %}{{ around() }}", "(@)", ("macro around",)
    ),
    "capture": Where("{% set z %}@{% end %}{{ z }}", "@"),
    "filter": Where("{% filter trim %}@{% end %}", "@"),
    "try": Where("{% try %}@{% fallback %}{% end %}", "@"),
    "fallback": Where("{% try %}lost{{ 1 / 0 }}{% fallback %}@{% end %}", "@"),
    "cache": Where("{% cache 'around' %}@{% end %}", "@"),
    "autoescape": Where("{% autoescape on %}@{% end %}", "@"),
    "child": Where("{% extends 'base' %}{% block main %}@{% end %}", "{@}", ("block main",)),
    "parent": Where(
        "{% extends 'above' %}{% block b %}{{ super() }}{% end %}",
        "[@]",
        ("block b",),
        {"above": "[{% block b %}@{% end %}]"},
    ),
    "embed": Where("{% embed 'card' %}{% block body %}@{% end %}{% end %}", "<@>", ("block body",)),
    "embedded": Where("{% embed 'held' %}{% end %}", "(@)", ("include held",), {"held": "(@)"}),
    "provide": Where("{% provide around = 1 %}@{% end %}", "@"),
    "with": Where("{% with around = 1 %}@{% end %}", "@"),
    "match": Where("{% match 1 %}{% case 1 %}@{% end %}", "@"),
    "while": Where("{% let w = 1 %}{% while w %}{% let w = 0 %}@{% end %}", "@"),
    "spaceless": Where("{% spaceless %}@{% end %}", "@"),
    "pushed": Where("{% push 'around' %}@{% end %}({% stack 'around' %})", "(@)"),
    "tag of one's own": Where("{% note %}@{% endnote %}", "[@]"),
}

REACHED: dict[str, tuple[str, ...]] = {
    "directly": (),
    "by an include": ("include whole",),
    "by an import": ("macro go",),
    "by name": ("block alone",),
}

TEMPLATES = {
    "card": "<{% block body %}base{% end %}>",
    "base": "{{ '{' }}{% stack 's' %}{% block main %}{% end %}}",
    "part": "({{ a ?? '-' }}{{ b ?? '-' }})",
    "ui/button": "button {{ mark }}",
}


async def one() -> int:
    return 1


async def two() -> AsyncIterator[int]:
    yield 1
    yield 2


CONTEXT: dict[str, Any] = {"mark": MARK, "on": True, "one": one, "two": two}
OPTIONS: dict[str, Any] = {"template_aliases": {"ui": "ui"}, "extensions": [Note]}


async def _joined(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


FORMS: dict[str, Callable[[kida.Template], str]] = {
    "render": lambda template: template.render(CONTEXT),
    "stream": lambda template: "".join(template.render_stream(CONTEXT)),
    "async": lambda template: asyncio.run(template.render_async(CONTEXT)),
    "async stream": lambda template: asyncio.run(_joined(template.render_stream_async(CONTEXT))),
}
BY_NAME: dict[str, Callable[[kida.Template], str]] = {
    "render": lambda template: template.render_block("alone", CONTEXT),
    "stream": lambda template: "".join(template.render_block_stream("alone", CONTEXT)),
    "async": lambda template: asyncio.run(template.render_block_async("alone", CONTEXT)),
    "async stream": lambda template: asyncio.run(
        _joined(template.render_block_stream_async("alone", CONTEXT))
    ),
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
        "by name": {"page": f"before{{% block alone %}}{whole}{{% end %}}after"},
    }
    others = {name: text.replace("@", construct.source) for name, text in where.others.items()}
    loader = kida.DictLoader({**TEMPLATES, **others, **pages[reached]})
    environment = kida.Environment(loader=loader, **OPTIONS)
    environment.install_null_translations()
    return environment.get_template("page")


def texts(template: kida.Template, *, is_async: bool, reached: str) -> Iterator[tuple[str, str]]:
    """What it gives in each form, none of which finds a text that another kept."""
    for form, rendered in (BY_NAME if reached == "by name" else FORMS).items():
        if is_async <= form.startswith("async"):
            _forget_texts(template)
            yield form, rendered(template)


def traces(template: kida.Template, *, is_async: bool, reached: str) -> Iterator[kida.RenderTrace]:
    """What is recorded of it, synchronously and asynchronously."""
    block = "alone" if reached == "by name" else None
    if not is_async:
        _forget_texts(template)
        yield template.trace_block(block, CONTEXT) if block else template.trace(CONTEXT)
    _forget_texts(template)
    yield asyncio.run(kida.trace_render_async(template, CONTEXT, block=block))


def _forget_texts(template: kida.Template) -> None:
    if template.environment.fragment_cache_info().size:
        template.environment.clear_cache()


def steps_to_the_mark(trace: kida.RenderTrace) -> list[set[str]]:
    return [
        {step_in_words(step) for step in segment.chain}
        for segment in trace.segments
        if trace.output[segment.start : segment.end] == MARK
    ]


def cells() -> Iterator[Any]:
    for name, construct in CONSTRUCTS.items():
        for place, where in WHERE.items():
            for reached in REACHED:
                if where.is_child and reached in ("by an import", "by name"):
                    continue  # extends belongs to the top of a template
                yield pytest.param(construct, where, reached, id=f"{name}-{place}-{reached}")


@pytest.mark.parametrize(("construct", "where", "reached"), list(cells()))
def test_a_construct_gives_the_same_wherever_it_stands(
    construct: Construct, where: Where, reached: str
) -> None:
    expected = where.gives.replace("@", construct.gives)
    template = made(construct, where, reached)
    assert template.is_async == (construct.awaits and reached in ("directly", "by name") and not where.others)
    for form, text in texts(template, is_async=construct.awaits, reached=reached):
        assert text == expected, form
    if reached == "directly":
        python = template.python_source(Form.ASYNC_RENDER if construct.awaits else Form.RENDER)
        compile(python, "python source", "exec")
    wanted = {*REACHED[reached], *where.steps, *construct.steps}
    for trace in traces(template, is_async=construct.awaits, reached=reached):
        assert trace.output == expected
        assert_tiled(trace)
        found = steps_to_the_mark(trace)
        if found:
            assert any(wanted <= steps for steps in found), f"{sorted(wanted)} lead to none of {found}"
        else:
            assert MARK not in expected, "the mark has no segment of its own"


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_gives_the_same_in_a_fragment(name: str) -> None:
    construct = CONSTRUCTS[name]
    template = made(
        construct, Where("before{% fragment alone %}@{% end %}after{{ on }}", "beforeafterTrue"), "directly"
    )
    for form, text in texts(template, is_async=construct.awaits, reached="by name"):
        assert text == construct.gives, form
    for trace in traces(template, is_async=construct.awaits, reached="by name"):
        assert trace.output == construct.gives
        assert_tiled(trace)
    for form, text in texts(template, is_async=construct.awaits, reached="directly"):
        assert text == "beforeafterTrue", form


@pytest.mark.parametrize("reached", REACHED)
@pytest.mark.parametrize("place", WHERE)
def test_what_is_pushed_anywhere_stands_in_the_stack(place: str, reached: str) -> None:
    where = WHERE[place]
    if where.is_child and reached in ("by an import", "by name"):
        return  # extends belongs to the top of a template
    construct = Construct("{% push 's' %}({{ mark }}){% end %}pushed", "pushed")
    pushed = f"({MARK})" * where.gives.count("@")
    gives = where.gives.replace("@", construct.gives)
    stack = "{% stack 's' %}|"
    expected = f"{pushed}|{gives}"
    if place == "child":
        expected = f"{{{pushed}{gives[1:]}"  # its base has the stack
    elif where.is_child:
        where = where._replace(others={name: stack + text for name, text in where.others.items()})
    else:
        where = where._replace(source=stack + where.source)
    template = made(construct, where, reached)
    for form, text in texts(template, is_async=False, reached=reached):
        assert text == expected, form
    for trace in traces(template, is_async=False, reached=reached):
        assert trace.output == expected
        assert_tiled(trace)
        steps = steps_to_the_mark(trace)
        assert any({*REACHED[reached], *where.steps} <= found for found in steps), steps


OF_JINJA2 = frozenset(
    """autoescape block break call continue debug do extends filter for from if import include macro raw set trans
    with""".split()  # noqa: SIM905
)


def test_every_tag_beyond_jinja2_is_a_construct() -> None:
    written = {tag for one in CONSTRUCTS.values() for tag in re.findall(r"\{%\s*(\w+)", one.source)}
    # a stack shows what is pushed anywhere: its matrix is the one of pushes
    assert sorted(set(TAGS) - OF_JINJA2 - written) == ["stack"]


@pytest.mark.parametrize("operator", ["?.", "?[", "??", "??=", "?|", "?|>", "|>"])
def test_every_operator_beyond_jinja2_is_in_a_construct(operator: str) -> None:
    alone = re.compile(rf"(?<![?|]){re.escape(operator)}(?![?|>=])")
    assert any(alone.search(one.source) for one in CONSTRUCTS.values())
