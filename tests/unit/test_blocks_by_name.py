"""Blocks rendered by name: in every form, with the names that they see in the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import kida
from kida import DictLoader, Environment, Template, TemplateError, TemplateRuntimeError, UndefinedError


async def _joined(template: Template, block: str, **context: Any) -> str:
    return "".join([piece async for piece in template.render_block_stream_async(block, **context)])


def _trace_async(template: Template, block: str, **context: Any) -> str:
    return asyncio.run(kida.trace_render_async(template, context, block=block)).output


FORMS: dict[str, Callable[..., str]] = {
    "render": Template.render_block,
    "stream": lambda template, block, **context: "".join(template.render_block_stream(block, **context)),
    "async": lambda template, block, **context: asyncio.run(template.render_block_async(block, **context)),
    "async stream": lambda template, block, **context: asyncio.run(_joined(template, block, **context)),
    "trace": lambda template, block, **context: template.trace_block(block, **context).output,
    "async trace": _trace_async,
}


@pytest.fixture(params=FORMS.values(), ids=list(FORMS))
def rendered(request: pytest.FixtureRequest) -> Callable[..., str]:
    form: Callable[..., str] = request.param
    return form


def page(source: str, **others: str) -> Template:
    return Environment(loader=DictLoader({"page": source, **others})).get_template("page")


@pytest.mark.parametrize(
    ("top", "text"),
    [
        ("{% def c() %}C{% end %}", "{{ c() }}"),
        ("{% set y = 2 %}", "{{ y }}"),
        ("{% set y = 1 %}{% let y = y + 1 %}", "{{ y }}"),
        ("{% set y = 1 %}{% def c(a) %}{{ a + y }}{% end %}", "{{ c(2) }}"),
        ("{% export y = 2 %}", "{{ y }}"),
        ("{% set a, b = 1, 2 %}", "{{ a }}{{ b }}"),
        ("{% capture y %}<{{ 1 + 1 }}>{% end %}", "{{ y }}"),
        ("{% from 'lib' import c as d %}", "{{ d('<') }}"),
        ("{% import 'lib' as l %}", "{{ l.c('<') }}"),
        ("{% import 'lib' as l with context %}", "{{ l.seen() }}"),
        ("{% if x %}{% set y = 1 %}{% else %}{% set y = 2 %}{% end %}", "{{ y }}"),
        ("{% match x %}{% case 'X' %}{% set y = 1 %}{% case _ %}{% set y = 2 %}{% end %}", "{{ y }}"),
        ("{% match [1, x] %}{% case [a, y] if a > 1 %}{% case [_, y] | {'k': y} %}{% end %}", "{{ y }}"),
        ("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% end %}", "{{ ns.n }}"),
        ("{% let n = 0 %}{% for i in [1, 2, 3] %}{% if i == 3 %}{% break %}{% end %}{% let n = n + i %}{% end %}", "{{ n }}"),
        ("{% let n = 0 %}{% while n < 5 %}{% let n = n + 2 %}{% end %}", "{{ n }}"),
        ("{% set xs = [] %}{% do xs.append(1) %}", "{{ xs }}"),
        ("{% try %}{% set y = 1 // 0 %}{% fallback %}{% set y = 'none' %}{% end %}", "{{ y }}"),
        ("{% with a = 3 %}{% let y = a %}{% end %}", "{{ y }}"),
        ("{% autoescape false %}{% capture c %}<b>{% end %}{% let y = c %}{% end %}", "{{ y }}"),
    ],
)  # fmt: skip
def test_a_block_by_name_is_what_it_is_in_the_page(top: str, text: str, rendered: Callable[..., str]) -> None:
    lib = "{% def c(a) %}({{ a }}){% end %}{% def seen() %}{{ x }}{% end %}"
    template = page(f"{top}{{% block f %}}{text}{{% end %}}", lib=lib)
    assert rendered(template, "f", x="X") == template.render(x="X")


def test_a_block_sees_the_tops_of_all_templates_that_extend_each_other(rendered: Callable[..., str]) -> None:
    template = page(
        "{% extends 'middle' %}{% set a = 'a' %}{% block f %}[{{ super() }}{{ a }}]{% end %}",
        middle="{% extends 'base' %}{% def m() %}m{% end %}{% block f %}{{ m() }}{{ super() }}{% end %}",
        base="{% set b = 'b' %}{% block f %}{{ b }}{% block g %}g{% end %}{% end %}",
    )
    assert rendered(template, "f") == template.render() == "[mbga]"
    assert rendered(template, "g") == "g"


def test_output_loops_includes_and_blocks_of_the_top_do_not_run(rendered: Callable[..., str]) -> None:
    template = page(
        "{{ missing }}{% include 'missing' %}{% for i in missing %}{{ i }}{% end %}{% set y = 1 %}{% call missing() %}{% end %}"
        "{% block other %}{{ missing }}{% end %}{% for i in [1] %}{{ missing }}{% let n = i %}{% end %}"
        "{% filter upper %}{{ missing }}{% end %}{% if true %}{{ missing }}{% set z = 3 %}{% end %}"
        "{% fragment f %}{{ y }}{{ z }}{% end %}"
    )
    assert rendered(template, "f") == "13"


def test_what_fails_at_the_top_fails_where_it_is_read(rendered: Callable[..., str]) -> None:
    source = (
        "{% set title = user.name %}{% from 'nowhere' import card %}{% set ratio = 1 // zero %}"
        "{% def both() %}{{ title }}{% end %}"
        "{% fragment plain %}plain {{ x }}{% end %}\n{% fragment titled %}{{ title }}{% end %}"
        "{% fragment carded %}{{ card() }}{% end %}{% fragment divided %}{{ ratio }}{% end %}"
        "{% fragment called %}{{ both() }}{% end %}{% fragment spared %}{{ title ?? 'no title' }}{% end %}"
    )
    template = page(source)
    assert rendered(template, "plain", x=1, zero=0) == "plain 1"
    assert rendered(template, "spared", zero=1) == "no title"
    with pytest.raises(UndefinedError, match="'user' is undefined") as caught:
        rendered(template, "titled", zero=0)
    frames = caught.value.trace.frames
    assert [(frame.kind, frame.line) for frame in frames] == [("block", 2), ("template", 1)]
    assert caught.value.column == source.index("user")
    with pytest.raises(UndefinedError, match="'user' is undefined"):
        rendered(template, "called", zero=0)
    with pytest.raises(kida.TemplateNotFoundError, match="nowhere"):
        rendered(template, "carded", zero=1)
    with pytest.raises(ZeroDivisionError):
        rendered(template, "divided", zero=0)
    assert rendered(page("{% set y = nobody %}{% fragment f %}{{ y is defined }}{% end %}"), "f") == "False"


def test_a_lenient_undefined_value_is_as_in_the_page(rendered: Callable[..., str]) -> None:
    template = Environment(undefined=kida.Undefined).from_string(
        "{% set y = nobody %}{% block f %}<{{ y }}>{% end %}"
    )
    assert rendered(template, "f") == template.render() == "<>"


def test_where_a_block_stands_is_not_seen(rendered: Callable[..., str]) -> None:
    template = page(
        "{% set x %}{% fragment kept %}kept{% end %}{% end %}"
        "{% for i in [1] %}{% fragment turn %}{{ i ?? 'no turn' }}{% end %}{% end %}"
        "{% provide t = 1 %}{% fragment told %}{{ consume('t', 'not provided') }}{% end %}{% end %}"
        "{% def m(a) %}{% block inside %}{{ a ?? 'no argument' }}{% end %}{% end %}"
        "{% block never if false %}never{% end %}"
    )
    texts = [rendered(template, name) for name in ("kept", "turn", "told", "inside", "never")]
    assert texts == ["kept", "no turn", "not provided", "no argument", "never"]


def test_a_required_block_has_to_be_defined(rendered: Callable[..., str]) -> None:
    template = page(
        "{% extends 'base' %}{% block b %}B{% end %}",
        base="{% block a required %}{% end %}{% block b required %}{% end %}",
    )
    assert rendered(template, "b") == "B"
    with pytest.raises(TemplateRuntimeError, match="Required block 'a' not found"):
        rendered(template, "a")


def test_a_block_that_is_not_there_is_told_with_the_one_that_was_meant(rendered: Callable[..., str]) -> None:
    template = page(
        "{% extends 'base' %}",
        base="{% block header %}{% end %}{% embed 'c' %}{% block own %}{% end %}{% end %}",
        c="",
    )
    with pytest.raises(TemplateRuntimeError, match="template 'page' has no block 'heder'") as caught:
        rendered(template, "heder")
    assert caught.value.suggestion == "header"
    with pytest.raises(TemplateRuntimeError, match="has no block 'own'"):
        rendered(template, "own")


def test_any_name_may_be_that_of_a_variable() -> None:
    template = page("{% fragment f %}{{ block }}{{ mapping }}{% end %}")
    assert template.render_block("f", {"mapping": 1}, block=2) == "21"
    assert "".join(template.render_block_stream("f", block=2, mapping=1)) == "21"
    assert asyncio.run(template.render_block_async("f", block=2, mapping=1)) == "21"
    assert template.trace_block("f", {"block": 1}, block=2, mapping=1).output == "21"


def test_a_block_that_awaits_is_rendered_asynchronously() -> None:
    template = page("{% set y = await f() %}{% fragment a %}{{ y }}{{ await f() }}{% end %}")

    async def one() -> int:
        await asyncio.sleep(0)
        return 1

    assert asyncio.run(template.render_block_async("a", f=one)) == "11"
    assert asyncio.run(_joined(template, "a", f=one)) == "11"
    assert _trace_async(template, "a", f=one) == "11"
    with pytest.raises(TemplateRuntimeError, match="awaits"):
        template.render_block("a", f=one)


def test_a_stream_of_a_block_is_handed_on_piece_by_piece() -> None:
    stream = page(
        "{% set y = 1 %}{% fragment f %}{{ y }}{% flush %}{{ 1 // 0 }}{% end %}"
    ).render_block_stream("f")
    assert next(stream) == "1"
    with pytest.raises(ZeroDivisionError):
        next(stream)


def test_a_trace_of_a_block_names_what_wrote_each_character() -> None:
    template = page("{% def c(a) %}<{{ a }}>{% end %}{% set y = 2 %}{% block f %}{{ c(y) }} {{ y }}{% end %}")
    trace = template.trace_block("f")
    assert trace.output == "<2> 2"
    assert [(s.start, s.end, s.part.text) for s in trace.segments] == [
        (0, 1, "<"), (1, 2, "a"), (2, 3, ">"), (3, 4, " "), (4, 5, "y")
    ]  # fmt: skip
    assert [step.kind for step in trace.segments[1].step.chain] == ["template", "block", "macro"]


def test_a_filter_registered_later_is_found_at_the_top_too() -> None:
    template = page("{% set y = 'a' | upper %}{% fragment f %}{{ y }}{% end %}")
    assert template.render_block("f") == "A"
    template.environment.add_filter("upper", lambda text: text * 2)
    assert template.render_block("f") == "aa"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("f", "{% fragment f %}{% end %}{% block b %}{% end %}"),
        ("f", "{% if false %}{% block f %}{% end %}{% end %}"),
        ("f", "{% block f if false %}{% end %}"),
        ("f", "{% extends 'base' %}{% block f %}{% end %}"),
    ],
)
def test_a_text_for_a_block_that_is_not_rendered_is_refused(name: str, source: str) -> None:
    template = page(source, base="{% fragment f %}{% end %}")
    with pytest.raises(TemplateRuntimeError, match="'page' did not render its block 'f'") as caught:
        template.render_with_blocks({name: "text"})
    assert caught.value.code is kida.ErrorCode.BLOCK_NOT_RENDERED
    assert "render_block()" in str(caught.value.hint)


def test_a_text_for_a_block_that_is_rendered_takes_its_place() -> None:
    template = page(
        "{% extends 'base' %}{% block header %}A{% end %}",
        base="{% block header %}{% end %}{% block b required %}{% end %}{{ self.f() }}{% fragment f %}{% end %}",
    )
    assert template.render_with_blocks({"header": "<1>", "b": "2", "f": "3"}) == "<1>23"
    with pytest.raises(TemplateRuntimeError, match="has no block 'heder'") as caught:
        template.render_with_blocks({"heder": "", "b": ""})
    assert isinstance(caught.value, TemplateError)
    assert caught.value.suggestion == "header"
    with pytest.raises(TypeError, match="the text of block 'header' is a str, not int"):
        template.render_with_blocks({"header": 1})  # type: ignore[dict-item]
