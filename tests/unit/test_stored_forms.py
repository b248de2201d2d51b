"""A template's code in each form is kept in the bytecode cache, and found by the next environment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kida
from kida.environment import compiled

PAGE = "{% macro m(a) %}<{{ a }}>{% endmacro %}{% for x in xs %}{{ m(x) }}{% endfor %}"


async def _joined(template: kida.Template) -> str:
    return "".join([piece async for piece in template.render_stream_async(xs="ab")])


FORMS: dict[str, Callable[[kida.Template], str]] = {
    "render": lambda template: template.render(xs="ab"),
    "stream": lambda template: "".join(template.render_stream(xs="ab")),
    "async render": lambda template: asyncio.run(template.render_async(xs="ab")),
    "async stream": lambda template: asyncio.run(_joined(template)),
}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., kida.Environment]:
    def made(**options: Any) -> kida.Environment:
        cache = kida.FileSystemBytecodeCache(str(tmp_path))
        return kida.Environment(loader=kida.DictLoader({"page": PAGE}), bytecode_cache=cache, **options)

    return made


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The forms that are compiled."""
    found: list[str] = []
    compile_template = compiled.compile_template

    def counted(tree: Any, scopes: Any, source: Any, options: Any, *rest: Any, **more: Any) -> Any:
        found.append(options.form.value)
        return compile_template(tree, scopes, source, options, *rest, **more)

    monkeypatch.setattr(compiled, "compile_template", counted)
    return found


@pytest.mark.thread_unsafe(reason="puts another function in a module's place")
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_compiled_once_for_all_environments(
    form: str, make: Callable[..., kida.Environment], compilations: list[str]
) -> None:
    first = FORMS[form](make().get_template("page"))
    assert form in compilations
    compilations.clear()
    assert FORMS[form](make().get_template("page")) == first == "<a><b>"
    assert compilations == []


@pytest.mark.thread_unsafe(reason="puts another function in a module's place")
def test_what_other_options_made_is_not_used(
    make: Callable[..., kida.Environment], compilations: list[str]
) -> None:
    assert FORMS["stream"](make().get_template("page")) == "<a><b>"
    compilations.clear()
    page = make(autoescape=False).get_template("page")
    assert "".join(page.render_stream(xs="&")) == "<&>"
    assert compilations == ["render", "stream"]


def test_what_records_is_compiled_anew(make: Callable[..., kida.Environment]) -> None:
    for _ in range(2):
        trace = make().get_template("page").trace(xs="ab")
        assert trace.output == "".join(trace.output[s.start : s.end] for s in trace.segments) == "<a><b>"


def test_a_string_is_not_stored(make: Callable[..., kida.Environment], tmp_path: Path) -> None:
    assert FORMS["stream"](make().from_string(PAGE)) == "<a><b>"
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_entry_is_compiled_anew(make: Callable[..., kida.Environment], tmp_path: Path) -> None:
    FORMS["stream"](make().get_template("page"))
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:-3])
    assert FORMS["stream"](make().get_template("page")) == "<a><b>"
