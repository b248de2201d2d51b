"""Random nests of everything that gives names their values: each compiles, and gives the same in every form."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

import kida

EXAMPLES: Final = 150
DEPTH: Final = 3
TEMPLATES: Final = {
    "card": "<{% block body %}base{{ x ?? '-' }}{% end %}>",
    "lib": "{% set x = 'of the library' %}{% macro y(a) %}{{ a }}{{ x }}{% endmacro %}",
}
LEAVES: Final = (
    "{{ N ?? '-' }}", "{{ E }}", "{% set N = E %}", "{% let N = E %}", "{% export N = E %}", "{% set N ??= E %}",
    "{% let N ??= E %}", "{% export N ??= E %}", "{% set x, y = 1, 2 %}", "{% import 'lib' as N %}",
    "{% from 'lib' import x as N %}", "{% include 'card' with N = E %}", "{% set N = namespace(a=E) %}",
)  # fmt: skip
EXPRESSIONS: Final = ("1", "N", "N ?? 2", "[N for N in [1, 2]]", "{N: N for N in [1] if N}", "'s'")
NESTS: Final = (
    "{% if N ?? 0 %}B{% else %}B{% end %}", "{% for N in [1, 2] if N %}B{% else %}B{% end %}",
    "{% for N in [1] recursive %}B{% end %}", "{% with N = E %}B{% end %}", "{% set N %}B{% end %}",
    "{% macro mU(x=1, y=x) %}B{% endmacro %}{{ mU() }}", "{% macro N(x=1) %}B{% endmacro %}",
    "{% macro mU() %}{{ caller(1) }}{% endmacro %}{% call(N) mU() %}B{% endcall %}",
    "{% def dU(N=1) %}B{% slot s let:N=N %}{% endslot %}{% enddef %}{% call dU() %}{% slot s let:N %}B{% endslot %}{% endcall %}",
    "{% def dU(N=1) %}{% slot s %}B{% endslot %}{% enddef %}{{ dU() }}", "{% push 'p' %}B{% end %}",
    "{% match [1, 2] %}{% case [N, *r] if N %}B{% case _ %}B{% end %}", "{% provide x = 1 %}B{% end %}",
    "{% try %}B{{ 1 / 0 }}{% fallback N %}B{% end %}", "{% filter trim %}B{% end %}", "{% cache U %}B{% end %}",
    "{% embed 'card' with N = E %}{% block body %}B{% end %}{% end %}", "{% block bU scoped %}B{% end %}",
    "{% block bU if N ?? 1 %}B{% end %}", "{% fragment fU %}B{% end %}", "{% spaceless %}B{% end %}",
)  # fmt: skip


@st.composite
def templates(draw: st.DrawFn) -> str:
    """A template in which two names are bound and read in all ways."""
    count = 0

    def filled(pattern: str, depth: int) -> str:
        nonlocal count
        count += 1
        own, name = str(count), draw(st.sampled_from("xy"))

        def part(found: re.Match[str]) -> str:
            match found[0]:
                case "U":
                    return own
                case "E":
                    return filled(draw(st.sampled_from(EXPRESSIONS)), 0)
                case "B":
                    return body(depth - 1)
            return name

        return re.sub(r"\b[BEN]\b|(?<=[mdbf ])U\b|(?<=})B(?={)", part, pattern)

    def body(depth: int) -> str:
        leaf = depth <= 0 or draw(st.integers(0, 2)) == 0
        size = draw(st.integers(1, 3))
        return "".join(filled(draw(st.sampled_from(LEAVES if leaf else NESTS)), depth) for _ in range(size))

    return body(draw(st.integers(1, DEPTH))) + body(2) + "{{ x ?? '-' }}{{ y ?? '-' }}"


async def _joined(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


FORMS: Final[dict[str, Callable[[kida.Template], str]]] = {
    "render": lambda template: template.render(),
    "stream": lambda template: "".join(template.render_stream()),
    "async": lambda template: asyncio.run(template.render_async()),
    "async stream": lambda template: asyncio.run(_joined(template.render_stream_async())),
    "trace": lambda template: template.trace().output,
}


def answer(source: str, rendered: Callable[[kida.Template], str]) -> str:
    """What a template gives, or its error, without what differs between forms."""
    template = kida.Environment(loader=kida.DictLoader(TEMPLATES)).from_string(source)
    try:
        text = rendered(template)
    except (kida.TemplateError, ArithmeticError, TypeError, ValueError) as error:
        text = f"{type(error).__name__}: {error}"
    return re.sub(r"Async(?=Macro)|0x[0-9a-f]+", "", text)


@settings(max_examples=EXAMPLES)
@given(templates())
def test_names_mean_the_same_in_every_form(source: str) -> None:
    answers = {form: answer(source, rendered) for form, rendered in FORMS.items()}
    assert len(set(answers.values())) == 1, answers
