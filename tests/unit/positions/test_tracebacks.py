"""Python's own traceback, its warnings and the running line show a template's text, with no state left behind."""

from __future__ import annotations

import asyncio
import io
import linecache
import logging
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kida import (
    DictLoader,
    Environment,
    FileSystemLoader,
    RenderContext,
    Template,
    make_logging_undefined,
    pass_context,
)
from kida.render_context import get_render_context, render_context
from tests.unit.positions.blame import FORMS

# of two templates of one name that fail at the same moment, one may be shown without its line
pytestmark = pytest.mark.thread_unsafe(reason="Python keeps one text for a file name")


def shown(template: Template, **context: Any) -> list[str]:
    """The lines of Python's traceback for a render that fails, from the template's first."""
    try:
        template.render(context)
    except Exception:
        lines = traceback.format_exc().splitlines()
        first = next(n for n, line in enumerate(lines) if line.endswith(", in template"))
        return lines[first:]
    raise AssertionError("nothing was raised")


PAGE = "<ul>\n{% macro card(x) %}\n  <b>{{ x.price / x.count }}</b>{% endmacro %}\n{{ card(item) }}"
ITEM = {"price": 1, "count": 0}
CARETS = ("       ^^^^^^^^^^", "       ~~~~^^^^^^")
"""Below ``card(item)``: up to Python 3.12, and since."""


def test_the_traceback_shows_the_templates_lines_with_carets() -> None:
    lines = shown(Environment(loader=DictLoader({"cards.html": PAGE})).get_template("cards.html"), item=ITEM)
    at = lines.index('  File "cards.html", line 3, in macro card')
    assert lines[0] == '  File "cards.html", line 4, in template'
    assert lines[1] == "    {{ card(item) }}"
    assert lines[2] in CARETS
    assert lines[at + 1 : at + 4] == [
        "    <b>{{ x.price / x.count }}</b>{% endmacro %}",
        "          ~~~~~~~~^~~~~~~~~",
        "ZeroDivisionError: division by zero",
    ]


def test_the_traceback_of_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "cards.html").write_text(PAGE)
    lines = shown(Environment(loader=FileSystemLoader(tmp_path)).get_template("cards.html"), item=ITEM)
    assert lines[0] == f'  File "{tmp_path / "cards.html"}", line 4, in template'
    assert lines[1] == "    {{ card(item) }}"
    assert lines[2] in CARETS


def test_the_traceback_of_a_string_shows_its_lines() -> None:
    lines = shown(Environment().from_string("a\n{{ one / zero }}"), one=1, zero=0)
    assert lines[1:4] == [
        "    {{ one / zero }}",
        "       ~~~~^~~~~~",
        "ZeroDivisionError: division by zero",
    ]


def test_two_strings_are_told_apart() -> None:
    env = Environment()
    first = shown(env.from_string("a{{ 1 / 0 }}"))
    second = shown(env.from_string("b{{ 2 / 0 }}"))
    assert first[1].strip() == "a{{ 1 / 0 }}"
    assert second[1].strip() == "b{{ 2 / 0 }}"


def test_carets_stand_below_wide_characters_rightly() -> None:
    lines = shown(Environment().from_string("é {{ one / zero }}"), one=1, zero=0)
    assert lines[1:3] == ["    é {{ one / zero }}", "         ~~~~^~~~~~"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b\n", "\x0c\n", "\u2028\n", "\x1c\n"])
def test_line_ends_that_python_counts_otherwise_do_not_shift_the_lines(end: str) -> None:
    lines = shown(Environment().from_string(f"a{end}b{end}{{{{ 1 / 0 }}}}{end}c"))
    assert lines[0].endswith("line 3, in template")
    assert lines[1].strip().startswith("{{ 1 / 0 }}")


def test_a_replaced_template_of_the_same_name_shows_its_own_lines() -> None:
    known = {"page": "old\n{{ 1 / 0 }}"}
    env = Environment(loader=DictLoader(known))
    old = env.get_template("page")
    assert shown(old)[1].strip() == "{{ 1 / 0 }}"
    known["page"] = "new\n{{ 2 / 0 }}"
    assert shown(env.get_template("page"))[1].strip() == "{{ 2 / 0 }}"
    assert shown(old)[1].strip() == "{{ 1 / 0 }}"


def test_two_environments_with_templates_of_one_name_show_each_its_own_lines() -> None:
    templates = [
        Environment(loader=DictLoader({"page": f"{{{{ {number} / 0 }}}}"})).get_template("page")
        for number in (1, 2)
    ]
    for _ in range(2):
        assert [shown(template)[1].strip() for template in templates] == ["{{ 1 / 0 }}", "{{ 2 / 0 }}"]


def test_templates_of_one_name_in_the_same_chain_are_shown_by_their_lines_where_the_trace_is_asked() -> None:
    from kida import trace_of

    inner = Environment(loader=DictLoader({"page": "inner {{ 1 / 0 }}"}))
    outer = Environment(loader=DictLoader({"page": "outer {{ f() }}"}))
    with pytest.raises(ZeroDivisionError) as caught:
        outer.get_template("page").render(f=lambda: inner.render("page"))
    lines = [frame.source_line for frame in trace_of(caught.value) if frame.kind == "template"]
    assert lines == ["outer {{ f() }}", "inner {{ 1 / 0 }}"]


def test_a_replaced_file_shows_its_new_lines(tmp_path: Path) -> None:
    env = Environment(loader=FileSystemLoader(tmp_path))
    (tmp_path / "page").write_text("{{ 1 / 0 }}")
    assert shown(env.get_template("page"))[1].strip() == "{{ 1 / 0 }}"
    (tmp_path / "page").write_text("longer than before\n{{ 22 / 0 }}")
    assert shown(env.get_template("page"))[1].strip() == "{{ 22 / 0 }}"


def test_a_name_that_is_also_a_file_shows_the_templates_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page").write_text("something else")
    assert (
        shown(Environment(loader=DictLoader({"page": "{{ 1 / 0 }}"})).get_template("page"))[1].strip()
        == "{{ 1 / 0 }}"
    )


def test_a_name_like_a_module_of_python_shows_the_templates_lines() -> None:
    template = Environment(loader=DictLoader({"os.py": "{{ 1 / 0 }}"})).get_template("os.py")
    assert shown(template)[1].strip() == "{{ 1 / 0 }}"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_shows_the_templates_lines(form: str) -> None:
    template = Environment(loader=DictLoader({"page": PAGE})).get_template("page")
    with pytest.raises(ZeroDivisionError) as caught:
        FORMS[form](template, {"item": ITEM})
    text = "".join(traceback.format_exception(caught.value))
    assert '  File "page", line 4, in template\n    {{ card(item) }}\n' in text
    assert '  File "page", line 3, in macro card\n    <b>{{ x.price / x.count }}</b>{% endmacro %}\n' in text


def test_blocks_and_calls_are_named_in_the_traceback() -> None:
    text = "{% macro m() %}{{ caller() }}{% endmacro %}{% block b %}\n{% call m() %}\n{{ 1 / 0 }}{% endcall %}{% endblock %}"
    lines = shown(Environment(loader=DictLoader({"page": text})).get_template("page"))
    places = [line for line in lines if line.startswith('  File "page"')]
    assert places[0] == '  File "page", line 1, in template'
    assert places[1] == '  File "page", line 2, in block b'
    assert places[2] == '  File "page", line 1, in macro m'
    assert places[3].startswith('  File "page", line 3, in caller')


def test_the_traceback_ends_with_the_note() -> None:
    lines = shown(Environment(loader=DictLoader({"page": PAGE})).get_template("page"), item=ITEM)
    assert lines[-1] == "in template page 3:9, in macro card, called from page 4:4"


def test_logging_shows_the_templates_line() -> None:
    stream = io.StringIO()
    logger = logging.getLogger("kida.test.tracebacks")
    logger.addHandler(logging.StreamHandler(stream))
    try:
        Environment(loader=DictLoader({"page": PAGE})).get_template("page").render(item=ITEM)
    except ZeroDivisionError:
        logger.exception("failed")
    finally:
        logger.handlers.clear()
    assert 'File "page", line 3, in macro card\n    <b>{{ x.price / x.count }}</b>' in stream.getvalue()


def test_a_traceback_that_is_shown_later_shows_the_lines_still() -> None:
    template = Environment(loader=DictLoader({"gone": "a\n{{ 1 / 0 }}"})).get_template("gone")
    with pytest.raises(ZeroDivisionError) as caught:
        template.render()
    linecache.clearcache()
    del template
    assert "{{ 1 / 0 }}" in "".join(traceback.format_exception(caught.value))


# --- warnings --------------------------------------------------------------------------------------------------------


def warns(level: int) -> Callable[[Any], Any]:
    def warning(value: Any) -> Any:
        warnings.warn("careful", UserWarning, stacklevel=level)
        return value

    return warning


def test_a_warning_of_a_filter_is_placed_in_the_template() -> None:
    env = Environment(loader=DictLoader({"page": "a\n\n{{ 1 | warns }}"}), filters={"warns": warns(2)})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert env.get_template("page").render() == "a\n\n1"
    (warning,) = caught
    assert (warning.filename, warning.lineno) == ("page", 3)
    assert warning.category is UserWarning


def test_a_warning_is_shown_with_the_templates_line(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("a\n{{ 1 | warns }}")
    env = Environment(loader=FileSystemLoader(tmp_path), filters={"warns": warns(2)})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        env.get_template("page").render()
    (warning,) = caught
    text = warnings.formatwarning(str(warning.message), warning.category, warning.filename, warning.lineno)
    assert text == f"{tmp_path / 'page'}:2: UserWarning: careful\n  {{{{ 1 | warns }}}}\n"


def test_a_warning_made_an_error_is_placed_like_one() -> None:
    env = Environment(filters={"warns": warns(2)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning) as caught:
            env.from_string("a\n{{ 1 | warns }}", name="page").render()
    assert caught.value.__notes__ == ["in template page 2:4"]


def test_compiling_a_template_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Environment(autoescape=False).from_string("{{ 1 is number }}{{ 'a'(1) if 0 }}{{ 1[0] if 0 }}")


def test_an_unknown_escape_in_a_string_warns_of_nothing_as_jinja2_takes_it_as_it_is() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Environment().from_string(r"{{ '\d' }}").render() == r"\d"


# --- the running line ------------------------------------------------------------------------------------------------


def line(_value: Any = None) -> int | None:
    context = get_render_context()
    return None if context is None else context.line


@pass_context
def line_of_context(context: RenderContext, _value: Any = None) -> int | None:
    return context.line


LINES = {
    "the first line": ("{{ f() }}", "1"),
    "the second of two expressions in one run of output": ("{{ f() }}\n{{ f() }}", "1\n2"),
    "behind text of several lines": ("a\nb\n{{ f() }}", "a\nb\n3"),
    "an expression over lines": ("{{ f(\n\n) }}{{ [1,\nf()\n] | last }}", "14"),
    "in a loop": ("{% for x in [1, 2] %}\n{{ f() }}{% endfor %}", "\n2\n2"),
    "in a macro": ("{% macro m() %}\n{{ f() }}{% endmacro %}{{ m() }}", "\n2"),
    "behind a macro": ("{% macro m() %}\n{{ f() }}{% endmacro %}{{ m() }}\n{{ f() }}", "\n2\n3"),
    "in a call": ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}\n{{ f() }}{% endcall %}", "\n2"),
    "in a condition": ("\n{% if f() == 2 %}yes{% endif %}", "\nyes"),
    "in a comprehension": ("\n{{ [f() for x in [1, 2]] }}", "\n[2, 2]"),
    "in a block": ("{% block b %}\n{{ f() }}{% endblock %}", "\n2"),
    "in a set": ("{% set x %}\n{{ f() }}{% endset %}{{ x }}", "\n2"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("function", [line, line_of_context])
def test_a_function_can_ask_for_the_running_line(function: Callable[..., Any], name: str, form: str) -> None:
    text, expected = LINES[name]
    assert FORMS[form](Environment().from_string(text), {"f": function}) == expected


@pytest.mark.parametrize("form", FORMS)
def test_a_filter_and_a_test_can_ask_for_the_running_line(form: str) -> None:
    env = Environment(filters={"line": line}, tests={"third": lambda value: line() == 3})
    text = "\n{{ 1 | line }}\n{{ 1 is third }}\n{{ [1] | map('line') | join }}"
    assert FORMS[form](env.from_string(text), {}) == "\n2\nTrue\n4"


def test_the_line_in_an_included_template_is_its_own() -> None:
    loader = DictLoader({"page": "\n\n{% include 'part' %}{{ f() }}", "part": "{{ f() }}\n{{ f() }}"})
    assert Environment(loader=loader).get_template("page").render(f=line) == "\n\n1\n23"


def test_the_context_says_which_template_is_running() -> None:
    loader = DictLoader({"page": "{{ f() }}{% include 'part' %}{{ f() }}", "part": "{{ f() }}"})

    def name() -> str | None:
        context = get_render_context()
        return context and context.template_name

    assert Environment(loader=loader).get_template("page").render(f=name) == "pagepartpage"


def test_outside_of_a_render_there_is_no_line() -> None:
    assert line() is None
    with render_context("page") as context:
        assert context.line is None


def test_when_a_render_is_over_its_context_has_no_line() -> None:
    kept: list[RenderContext] = []
    Environment().from_string("{{ f() }}").render(f=lambda: kept.append(get_render_context()) or "")  # type: ignore[func-returns-value,arg-type]
    assert kept[0].line is None


def test_the_line_in_a_nested_render_is_that_of_the_inner_template() -> None:
    env = Environment()
    inner = env.from_string("\n\n{{ f() }}")
    outer = env.from_string("\n{{ inner() | trim }}{{ f() }}")
    assert outer.render(f=line, inner=lambda: inner.render(f=line)) == "\n32"


def test_the_line_can_be_asked_for_in_a_task_that_a_template_awaits() -> None:
    async def later() -> int | None:
        await asyncio.sleep(0)
        return line()

    template = Environment().from_string("a\n{{ await later() }}")
    assert asyncio.run(template.render_async(later=later)) == "a\n2"


def test_a_logging_undefined_is_told_with_no_python_of_the_engine(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("kida.test.positions")
    with caplog.at_level(logging.WARNING, logger.name):
        Environment(undefined=make_logging_undefined(logger)).from_string("{{ missing }}").render()
    assert "missing" in caplog.text


def test_the_line_is_read_and_not_kept() -> None:
    assert "line" not in RenderContext.__slots__
    assert isinstance(RenderContext.line, property)


def test_python_without_columns_still_tells_lines() -> None:
    import subprocess

    code = (
        "import kida\n"
        "try: kida.Environment().from_string('a\\n{{ 1 / 0 }}', name='page').render()\n"
        "except ZeroDivisionError as error:\n"
        "    frame = kida.trace_of(error).innermost\n"
        "    print(frame.line, frame.column, frame.end_column, frame.source_line, error.__notes__)\n"
    )
    shown = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert shown.stdout == "2 None None {{ 1 / 0 }} ['in template page 2']\n"
