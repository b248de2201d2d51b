"""Tags of one's own, in all forms; the worked example of docs/extensions.md is run as it stands."""

from __future__ import annotations

import asyncio
import pickle
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

import kida
from tests.tracing.reading import assert_tiled

PAGE = Path(__file__).parents[2] / "docs" / "extensions.md"


class Generation(kida.Extension):
    tag = "generation"

    def render(self, context: kida.RenderContext, body: Any) -> Any:  # type: ignore[override]
        return self.noting_range(context, body, lambda start, end: context["ranges"].append((start, end)))


class Note(kida.Extension):
    tag = "note"

    def render(self, context: kida.RenderContext, body: Any, kind: str, *, wide: bool = False) -> Any:  # type: ignore[override]
        return kida.Markup(f"<div class='{kind}{' wide' if wide else ''}'>{body}</div>")


class Now(kida.Extension):
    tag = "now"
    has_body = False

    def render(self, context: kida.RenderContext, body: Any, zone: str = "UTC") -> Any:  # type: ignore[override]
        assert body is None
        return f"<{zone} {context['clock']}>"


class Waiting(kida.Extension):
    tag = "waiting"

    async def render(self, context: kida.RenderContext, body: Any) -> Any:  # type: ignore[override]
        await asyncio.sleep(0)
        return f"waited for {body}"


EXTENSIONS = [Generation, Note, Now(), Waiting]


def made(source: str, **templates: str) -> kida.Template:
    loader = kida.DictLoader({"page": source, **templates})
    return kida.Environment(loader=loader, extensions=EXTENSIONS).get_template("page")


async def _joined(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


FORMS: dict[str, Callable[[kida.Template, dict[str, Any]], str]] = {
    "render": lambda template, context: template.render(context),
    "stream": lambda template, context: "".join(template.render_stream(context)),
    "async": lambda template, context: asyncio.run(template.render_async(context)),
    "async stream": lambda template, context: asyncio.run(_joined(template.render_stream_async(context))),
    "trace": lambda template, context: template.trace(context).output,
}
MESSAGES = [{"role": "user", "text": "<hi>"}, {"role": "ai", "text": "<yo>"}, {"role": "ai", "text": ""}]
TURN = "{% macro turn(t) %}<{% generation %}{{ t }}{% end %}>{% end %}"

RANGED: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "in a loop": (
        "{% for m in messages %}{{ m.role }}:{% if m.role == 'ai' %}{% generation %}{{ m.text }}{% endgeneration %}{% end %}|{% end %}",
        {},
        ["&lt;yo&gt;", ""],
    ),
    "in a macro": (TURN + "{{ turn('a') }}{{ turn('bc') }}", {}, ["a", "bc"]),
    "captured and written twice": (
        "{% set x %}{% generation %}ab{% end %}{% end %}{{ x }}-{{ x }}",
        {},
        ["ab", "ab"],
    ),
    "dropped": ("{% set x %}{% generation %}ab{% end %}{% end %}", {}, []),
    "in an include": ("é{% include 'part' %}", {"part": "1{% generation %}23{% end %}4"}, ["23"]),
    "nested": ("{% generation %}a{% generation %}b{% end %}c{% end %}", {}, ["b", "abc"]),
    "through a filter": ("{% filter upper %}x{% generation %}y{% end %}{% end %}", {}, ["Y"]),
    "around a stack": (
        "{% generation %}[{% stack 's' %}]{% end %}{% push 's' %}late{% end %}",
        {},
        ["[late]"],
    ),
    "pushed": ("{% stack 's' %}x{% push 's' %}{% generation %}late{% end %}{% end %}", {}, ["late"]),
    "in a slot": (
        "{% def c() %}({% slot a %}){% end %}{% call c() %}{% slot a %}{% generation %}s{% end %}{% end %}{% end %}",
        {},
        ["s"],
    ),
    "in a child": (
        "{% extends 'base' %}{% block b %}{% generation %}child{% end %}{% end %}",
        {"base": "<{% block b %}{% end %}>"},
        ["child"],
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", RANGED)
def test_ranges_are_those_of_the_output(name: str, form: str) -> None:
    source, templates, expected = RANGED[name]
    ranges: list[tuple[int, int]] = []
    text = FORMS[form](made(source, **templates), {"messages": MESSAGES, "ranges": ranges})
    assert [text[start:end] for start, end in ranges] == expected
    assert not re.search("[\ue000-\uf8ff]", text)


def test_the_page_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = re.findall(r"```(?:python)?\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, "docs/extensions.md", "exec"), {})
    assert capsys.readouterr().out == printed


def test_a_stream_hands_on_what_has_its_range() -> None:
    ranges: list[tuple[int, int]] = []
    template = made("a{% generation %}b{% end %}{% flush %}{{ x }}{% generation %}c{% end %}")
    stream = template.render_stream(ranges=ranges, x="x")
    assert (next(stream), list(ranges)) == ("ab", [(1, 2)])
    assert ("".join(stream), ranges) == ("xc", [(1, 2), (3, 4)])


@pytest.mark.parametrize("form", FORMS)
def test_arguments_bodies_and_escaping(form: str) -> None:
    source = "{% note 'a' ~ 'b', wide=true %}{{ '<' }}{% end %}{% note 'c' %}{% endnote %}{% now %}{% now zone=clock %}"
    expected = (
        "<div class='ab wide'>&lt;</div><div class='c'></div>&lt;UTC &lt;3&gt;&gt;&lt;&lt;3&gt; &lt;3&gt;&gt;"
    )
    assert FORMS[form](made(source), {"clock": "<3>"}) == expected


def test_an_asynchronous_one_is_awaited() -> None:
    template = made("{% waiting %}{{ x }}{% end %}")
    for form in ("async", "async stream"):
        assert FORMS[form](template, {"x": "<"}) == "waited for &amp;lt;"


def test_delimiters_and_line_statements() -> None:
    env = kida.Environment(
        extensions=EXTENSIONS, block_start_string="<%", block_end_string="%>", line_statement_prefix="#"
    )
    assert env.render_string("<% note 'a' %>b<% end %>\n# note 'c'\nd\n# endnote\n") == (
        "<div class='a'>b</div>\n<div class='c'>d\n</div>"
    )


def test_a_trace_tiles_and_names_what_stands_in_it() -> None:
    trace = made("{% note 'a' %}text of {{ x }}{% end %}").trace(x="a value")
    assert_tiled(trace)
    assert "x" in {segment.part.text for segment in trace.segments}


@pytest.mark.parametrize(
    ("source", "message", "part"),
    [
        ("{% note 'a' %}", "the template ends while 'note' is open", "note"),
        ("{% note 'a' %}{% endif %}", "unexpected 'endif', expected 'endnote' or 'end'", "endif"),
        ("{% note 'a' 'b' c %}{% end %}", "unexpected 'c', expected ','", "c"),
        ("{% nota 'a' %}{% end %}", "unknown tag 'nota'", "nota"),
    ],
)
def test_mistakes_have_their_place(source: str, message: str, part: str) -> None:
    with pytest.raises(kida.TemplateSyntaxError) as caught:
        made(source)
    error = caught.value
    assert source[error.column : error.end_column] == part
    assert message in error.message


def test_wrong_arguments_and_errors_inside_have_their_place() -> None:
    with pytest.raises(kida.TemplateRuntimeError) as caught:
        made("x {% note 'a', tall=1 %}b{% end %}").render()
    assert (caught.value.lineno, caught.value.column) == (1, 5)
    assert caught.value.message == "tag 'note' got an unexpected keyword argument 'tall'"
    assert caught.value.hint == "it takes kind: 'str', wide: 'bool' = False"
    for source, message in {
        "{% note %}{% end %}": "tag 'note' needs the argument 'kind'",
        "{% note 1, 2, 3 %}{% end %}": "tag 'note' takes not more than 1 argument(s), 3 were given",
        "{% generation 1 %}{% end %}": "tag 'generation' takes not more than 0 argument(s), 1 were given",
        "{% note 1, kind=2 %}{% end %}": "tag 'note' is given the argument 'kind' twice",
    }.items():
        with pytest.raises(kida.TemplateRuntimeError) as wrong:
            made(source).render()
        assert wrong.value.message == message
    with pytest.raises(kida.UndefinedError) as undefined:
        made("{% note 'a' %}\n{{ nope }}{% end %}").render()
    assert undefined.value.lineno == 2


@pytest.mark.parametrize("form", FORMS)
def test_a_filter_that_cuts_is_an_error_at_the_tag(form: str) -> None:
    part = "\n{% macro m() %}é{% generation %}ab{% end %}{% end %}"
    template = made("{% from 'part' import m with context %}{{ m()|reverse }}", part=part)
    with pytest.raises(kida.TemplateRuntimeError) as caught:
        FORMS[form](template, {"ranges": []})
    error = caught.value
    assert error.message == "a filter has changed the text of 'generation', whose place is noted"
    assert (error.template, error.lineno) == ("part", 2)
    assert part.splitlines()[1][error.column : error.end_column] == "generation"


def test_what_is_kept_has_no_ranges() -> None:
    with pytest.raises(kida.TemplateRuntimeError, match="cannot be kept"):
        made("{% cache 1 %}{% generation %}a{% end %}{% end %}").render(ranges=[])


def test_an_environment_can_be_replaced_and_pickled() -> None:
    env = kida.Environment(extensions=EXTENSIONS, filters={"own": str.upper})
    for other in (
        env.replace(autoescape=False),
        env.replace(filters={}),
        pickle.loads(pickle.dumps(env.replace(filters={}))),
    ):
        assert other.render_string("{% note 'a' %}b{% end %}") == "<div class='a'>b</div>"
    assert "note" not in kida.Environment(extensions=[])._tags


def test_the_bytecode_cache_tells_extensions_apart(tmp_path: Path) -> None:
    def environment(*extensions: Any) -> kida.Environment:
        cache = kida.FileSystemBytecodeCache(str(tmp_path))
        loader = kida.DictLoader({"page": "{% note 'a' %}b{% end %}"})
        return kida.Environment(loader=loader, bytecode_cache=cache, extensions=extensions)

    for _ in range(2):
        assert environment(Note).get_template("page").render() == "<div class='a'>b</div>"
    with pytest.raises(kida.TemplateSyntaxError, match="unknown tag 'note'"):
        environment().get_template("page")


@pytest.mark.parametrize(
    ("extensions", "error", "message"),
    [
        ([object], TypeError, "an extension is a subclass"),
        ([kida.Extension], ValueError, "must say the name of its tag"),
        ([type("Bad", (kida.Extension,), {"tag": "if"})], ValueError, "is a tag of the language"),
        *(
            ([type("Bad", (kida.Extension,), {"tag": part})], ValueError, "is a tag of the language")
            for part in ("elif", "else", "empty", "case", "fallback", "pluralize", "raw", "end", "endown")
        ),
        ([type("Bad", (kida.Extension,), {"tag": "two words"})], ValueError, "must say the name of its tag"),
        ([Note, Note()], ValueError, "two extensions have the tag 'note'"),
        (["no.such"], ValueError, "unknown extension"),
    ],
)
def test_what_is_no_extension_is_refused(extensions: list[Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        kida.Environment(extensions=extensions)
