"""The samples of docs/translation.md do what the page says."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import kida

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "translation.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.thread_unsafe(reason="what is printed is caught for the whole process")
def test_the_program_prints_what_the_page_says() -> None:
    [program], [expected] = _blocks("python"), _blocks("text")
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(program, "docs/translation.md", "exec"), {"__name__": "sample"})
    assert printed.getvalue() == expected


def test_the_template_renders() -> None:
    environment = kida.Environment()
    environment.install_null_translations(newstyle=True)
    [template] = _blocks("jinja")
    text = environment.render_string(template, user={"name": "Ada"}, items=[1, 2])
    assert text.splitlines()[1:] == [
        "Ada has 2 items",
        "Open",
        "Lines are joined, and the space around them is left out.",
        "Hello 2 items Open",
    ]


def test_the_methods_named_are_there() -> None:
    for name in re.findall(r"^\| `(install_\w+)`", PAGE, re.MULTILINE):
        assert callable(getattr(kida.Environment, name))
