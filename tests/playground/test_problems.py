"""What is wrong with a playground's templates: the exact place, and the change that mends it."""

from __future__ import annotations

from typing import Any

import pytest

from kida_jupyter.playground import Playground
from kida_jupyter.playground.messages import Problem

FIXABLE = [
    # the template with the wrong word between ‹ and ›, and what stands in its place when the fix is taken
    ("{{ ‹titel› }}", "title"),
    ("é😀 {{ title }}{{ ‹titel› }}", "title"),
    ("{{ title | ‹uper› }}", "upper"),
    ("{% ‹fro› x in rows %}{% end %}", "for"),
    ("{{ title is ‹defind› }}", "defined"),
    ("{% if title %}{{ title | ‹uper› }}{% end %}", "upper"),
    ("{% if false %}{{ title is not ‹defind› }}{% end %}", "defined"),
    ("{% block a %}{% ‹endblok› %}", "endblock"),
    ("{{ user.‹nmae› }}", "name"),
    ("{{ title | truncate(‹lenght›=3) }}", "length"),
    ("{% if false %}{{ ‹titel› }}{% end %}", "title"),
]


def playground(text: str | dict[str, str], **options: Any) -> Playground:
    context = {"title": "Dream", "rows": [1], "user": {"name": "n"}, **options}
    return Playground(text, context=context, notebook=None, format="text")


def marked(text: str) -> tuple[str, int, int]:
    """A template, and the range between ‹ and › in UTF-16 units."""
    before, rest = text.split("‹")
    word, behind = rest.split("›")
    start = len(before.encode("utf-16-le")) // 2
    return before + word + behind, start, start + len(word)


def mended(text: str, problem: Problem) -> str:
    fix = problem["fixes"][0]
    units = text.encode("utf-16-le")
    return (units[: 2 * fix["from"]] + fix["text"].encode("utf-16-le") + units[2 * fix["to"] :]).decode(
        "utf-16-le"
    )


@pytest.mark.parametrize(("text", "right"), FIXABLE, ids=[text for text, _ in FIXABLE])
def test_a_fix_puts_the_near_word_in_the_place_of_the_wrong_one_and_nothing_else(
    text: str, right: str
) -> None:
    plain, start, end = marked(text)
    p = playground(plain)
    (problem,) = p.result["problems"]
    fix = problem["fixes"][0]
    assert (fix["from"], fix["to"], fix["text"]) == (start, end, right)
    p.source = mended(plain, problem)
    assert p.result["problems"] == []
    assert p.error is None


def test_all_that_is_wrong_is_told_at_once_and_no_place_twice() -> None:
    p = playground("{{ title | uper }}\n{{ title | lowr }}\n{% if %}{% end %}")
    found = [(one["from"], one["severity"]) for one in p.result["problems"]]
    assert len(found) == len(set(found)) == 3
    assert {severity for _, severity in found} == {"error"}


def test_an_error_is_where_it_happened_whichever_template_that_is() -> None:
    p = playground(
        {"page": "{% from 'lib' import m %}{{ m(0) }}", "lib": "😀{% macro m(x) %}{{ 1 / x }}{% end %}"}
    )
    (problem,) = p.result["problems"]
    assert (problem["template"], problem["from"], problem["to"]) == ("lib", 21, 26)
    assert problem["message"].startswith("ZeroDivisionError: ")
    assert problem["severity"] == "error"


def test_a_tab_that_nothing_renders_is_looked_through_too() -> None:
    p = playground({"page": "fine", "other": "{{ 1 | "})
    assert p.error is None
    assert [one["template"] for one in p.result["problems"]] == ["other"]


@pytest.mark.parametrize(
    "text",
    [
        "{% if titel is defined %}{{ titel }}{% end %}",
        "{{ titel ?? 'none' }}",
        "{{ titel | default('none') }}",
        "{% macro m(titel) %}{{ titel }}{% end %}{{ m(1) }}",
        "{{ user.name }}{% for titel in rows %}{{ titel }}{% end %}",
        "{{ dict(titel=1) }}",
        "{{ user['name'] }}{{ 'titel' }}",
        "{% set titel = 1 %}{{ titel }}",
    ],
)
def test_a_name_for_whose_absence_is_cared_or_that_is_the_templates_own_is_no_problem(text: str) -> None:
    assert playground(text).result["problems"] == []


def test_a_name_that_is_missing_in_a_branch_not_taken_is_a_warning() -> None:
    p = playground("{% if false %}{{ nothing_like_it }}{% end %}")
    (problem,) = p.result["problems"]
    assert (problem["severity"], problem["from"], problem["to"]) == ("warning", 17, 32)
    assert problem["fixes"] == []
    assert "override" in problem["hint"]


def test_a_name_is_missing_only_where_the_template_has_not_given_it_itself() -> None:
    text = "{% for titel in rows %}{{ titel }}{% end %}{% if false %}{{ titel }}{% end %}"
    (problem,) = playground(text).result["problems"]
    assert problem["from"] == text.rindex("titel")


async def fetch(number: int = 0) -> int:
    return number


@pytest.mark.filterwarnings("ignore:coroutine 'fetch' was never awaited:RuntimeWarning")
@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("😀 {{ [fetch()] }}", None),
        ("😀 \t{{ ‹fetch()› }}", "😀 \t{{ await fetch() }}"),
        ("😀 {% if x %}{{ ‹fetch(3)› }}{% endif %}", "😀 {% if x %}{{ await fetch(3) }}{% endif %}"),
        ("{{ ‹fetch() if x else fetch()› }}", ""),
    ],
)
def test_a_coroutine_that_is_written_is_to_be_awaited(text: str, mend: str | None) -> None:
    text, start, end = marked(text) if "‹" in text else (text, 0, 0)
    p = playground(text, fetch=fetch, x=True)
    problems = p.result["problems"]
    if mend is None:
        assert problems == []
        return
    (problem,) = problems
    assert (problem["severity"], problem["from"], problem["to"]) == ("warning", start, end)
    assert problem["message"] == "fetch() is asynchronous, and was written without being awaited"
    if mend:
        assert mended(text, problem) == mend
        p.source = mend
        assert (p.result["problems"], p.error) == ([], None)
    else:
        assert problem["fixes"] == []


def test_tabs_and_line_ends_of_windows_do_not_move_a_problem() -> None:
    p = playground("a\r\n\t\r\n{{ titel }}")
    (problem,) = p.result["problems"]
    assert p.source[problem["from"] : problem["to"]] == "titel"
