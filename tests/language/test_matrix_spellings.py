"""Every construct beyond Jinja2 under other delimiters, and with line statements: it gives what it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

import kida
from tests.language.test_matrix import CONSTRUCTS, OPTIONS, TEMPLATES, WHERE, Construct, Where, texts, traces
from tests.tracing.reading import assert_tiled

_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}(?!\})", re.DOTALL)


class Spelling(NamedTuple):
    """How a template is written, and the options that say so; ``squeezed`` where it adds white space."""

    written: Callable[[str], str]
    options: Mapping[str, Any]
    squeezed: bool = False


def _delimited(tag: tuple[str, str], output: tuple[str, str], **more: str) -> Spelling:
    def written(text: str) -> str:
        def other(found: re.Match[str]) -> str:
            start, end = tag if found[0].startswith("{%") else output
            return start + found[0][2:-2] + end

        return _TAG.sub(other, text)

    options = dict(
        zip(
            ("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"),
            (*tag, *output),
            strict=True,
        )
    )
    return Spelling(written, {**options, **more})


def _lines(text: str) -> str:
    made = ""
    for part in re.split(r"(\{%.*?%\})", text):
        if part.startswith("{%"):
            made += "\n" * (made[-1:] not in ("", "\n")) + f"# {part[2:-2].strip()}\n"
        else:
            made += part
    return made


SPELLINGS: dict[str, Spelling] = {
    "angles": _delimited(("<%", "%>"), ("${", "}"), comment_start_string="<%#", comment_end_string="%>"),
    "LaTeX": _delimited(
        ("\\BLOCK{", "}"), ("\\VAR{", "}"), comment_start_string="\\#{", comment_end_string="}"
    ),
    "the same at both ends": _delimited(("@@", "@@"), ("@=", "=@")),
    "one begins the other": _delimited(("[%", "%]"), ("[%=", "=%]")),
    "lines": Spelling(_lines, {"line_statement_prefix": "#", "line_comment_prefix": "##"}, squeezed=True),
}

AROUND = ("top", "macro")


@pytest.mark.parametrize("place", AROUND)
@pytest.mark.parametrize("name", CONSTRUCTS)
@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_construct_gives_the_same_however_it_is_spelled(spelled: str, name: str, place: str) -> None:
    spelling, construct, where = SPELLINGS[spelled], CONSTRUCTS[name], WHERE[place]
    template = _made(spelling, construct, where)
    expected = where.gives.replace("@", construct.gives)
    found = [text for _, text in texts(template, is_async=construct.awaits, reached="directly")]
    for trace in traces(template, is_async=construct.awaits, reached="directly"):
        found.append(trace.output)
        assert_tiled(trace)
    for text in found:
        if spelling.squeezed:
            assert "".join(text.split()) == "".join(expected.split())
        else:
            assert text == expected


def _made(spelling: Spelling, construct: Construct, where: Where) -> kida.Template:
    pages = {**TEMPLATES, "page": where.source.replace("@", construct.source)}
    loader = kida.DictLoader({name: spelling.written(text) for name, text in pages.items()})
    environment = kida.Environment(loader=loader, **OPTIONS, **spelling.options)
    environment.install_null_translations()
    return environment.get_template("page")
