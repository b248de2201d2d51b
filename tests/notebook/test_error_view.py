"""The error view itself: what a report tells of an exception, how it is drawn, and how it gets into a shell."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

import kida
from kida_jupyter.notebook import Notebook
from kida_jupyter.views import drawing
from kida_jupyter.views.error import (
    CellError,
    error_text,
    install,
    is_templates,
    show_error,
    uninstall,
    with_view,
)
from kida_jupyter.views.links import CellLinks
from kida_jupyter.views.report import ErrorReport, Surroundings, report_of
from kida_jupyter.views.report import _folded as folded

THREE_TEMPLATES = {
    "base.html": "<body>\n{% block body %}{% endblock %}\n</body>",
    "page.html": "{% extends 'base.html' %}{% import 'parts.html' as p %}\n{% block body %}\n"
    "{% for row in rows %}{{ loop.index }}{{ p.card(row) }}{% endfor %}{% endblock %}",
    "parts.html": "{% macro share(part, whole) %}\n\t{{ part / whole }}\n{% endmacro %}\n"
    "{% macro card(row) %}<b>{{ share(row.a, row.b) }}</b>{% endmacro %}",
}


def fails(text: str, context: dict[str, Any] | None = None, **options: Any) -> Exception:
    """The exception of a template."""
    environment = kida.Environment(**options)
    with pytest.raises(Exception) as caught:
        environment.from_string(text, name="page.html").render(context or {})
    return caught.value


def report(text: str, context: dict[str, Any] | None = None, **options: Any) -> ErrorReport:
    return report_of(fails(text, context, **options))


def marked(found: ErrorReport) -> list[str]:
    """What is underlined in the innermost frame, line by line."""
    return [line.marked for line in found.frames[-1].lines if line.marked]


class Reader(HTMLParser):
    """What a browser would show of a view: the text outside of its style, what is marked, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.marked: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "the elements are well nested"

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if self.open[-1] == "mark":
            self.marked.append(data)


# --- what a report tells -------------------------------------------------------------------------------------------


def test_a_chain_through_three_templates_and_two_macros_is_told_outermost_first() -> None:
    environment = kida.Environment(loader=kida.DictLoader(THREE_TEMPLATES))
    with pytest.raises(ZeroDivisionError) as caught:
        environment.render("page.html", rows=[{"a": 1, "b": 1}, {"a": 1, "b": 0}])
    frames = report_of(caught.value).frames
    assert [
        (frame.words, frame.name, frame.place, frame.called_from, frame.iteration) for frame in frames
    ] == [
        ("in template", None, "page.html 1:12", None, None),
        ("in template", None, "base.html 2:4", "page.html 1:12", None),
        ("in block", "body", "page.html 3:41", "base.html 2:4", "iteration 2"),
        ("in macro", "card", "parts.html 4:28", "page.html 3:41", None),
        ("in macro", "share", "parts.html 2:5", "parts.html 4:28", None),
    ]
    assert [(one.name, one.value) for one in frames[-1].variables] == [("part", "1"), ("whole", "0")]
    assert [line.marked for frame in frames[2:] for line in frame.lines if line.marked] == [
        "p.card(row)",
        "share(row.a, row.b)",
        "part / whole",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 1 / 0 }}", ["1 / 0"]),
        ("a\tb\t{{ 1 / 0 }}", ["1 / 0"]),
        ("漢字 {{ '漢' ~ 1 / 0 }} 漢", ["1 / 0"]),
        ("👩 é {{ 1 / 0 }}", ["1 / 0"]),
        ("one\r\ntwo {{ 1 / 0 }}\r\nthree", ["1 / 0"]),
        ("{{ 1 /\n\t  0 }}", ["1 /", "0"]),
        ("{{ (1,\n2,\n3) / 0 }}", ["(1,", "2,", "3) / 0"]),
        ("x" * 500 + "{{ 1 / 0 }}" + "y" * 500, ["1 / 0"]),
        ("…" + "x" * 60 + "{{ 1 / 0 }}", ["1 / 0"]),
        ("x" * 70 + "{{ 1 / 0 }}" + "y" * 500, ["1 / 0"]),
        ("{{ 1 / 0 }}{# \x1b[31m #}", ["1 / 0"]),
    ],
)
def test_exactly_the_failing_expression_is_marked(text: str, expected: list[str]) -> None:
    found = report(text)
    assert [part.strip("(").strip() for part in marked(found)] == [part.strip("(") for part in expected]
    assert Reader(drawing.html(found)).marked == marked(found)


def test_the_variables_of_the_failing_expression_come_first_and_functions_are_left_out() -> None:
    context = {"a": 1, "b": 0, "f": len, "z": "z"}
    found = report("{% set z = 1 %}{{ f('x') }}{{ z }}{{ a / b }}{{ missing }}", context)
    assert [one.name for one in found.frames[-1].variables][:2] == ["a", "b"]
    assert not {one.name for one in found.frames[-1].variables} & {"f", "missing"}


def test_of_many_variables_some_are_shown_and_the_others_counted() -> None:
    names = [f"v{number}" for number in range(30)]
    found = report("".join(f"{{{{ {name} }}}}" for name in names) + "{{ 1 / 0 }}", dict.fromkeys(names, 1))
    assert len(found.frames[-1].variables) == 12
    assert found.frames[-1].more_variables == 18
    assert "… 18 more variables" in drawing.text(found)
    assert "… 18 more variables" in drawing.html(found)


def test_the_middle_of_a_long_chain_is_left_out() -> None:
    macros = "".join(f"{{% macro f{n}() %}}{{{{ f{n + 1}() }}}}{{% endmacro %}}" for n in range(60))
    found = report(macros + "{% macro f60() %}{{ 1 / 0 }}{% endmacro %}{{ f0() }}")
    assert len(found.frames) == 12
    assert [frame.skipped for frame in found.frames].count(50) == 1
    assert "… 50 more calls …" in drawing.text(found)
    assert "… 50 more calls …" in Reader(drawing.html(found)).text
    assert found.frames[-1].name == "f60"


def test_of_a_recursion_the_first_and_the_last_turn_are_shown() -> None:
    found = report("{% macro f(n) %}{{ f(n + 1) if n < 60 else 1 / 0 }}{% endmacro %}{{ f(0) }}")
    assert [(frame.skipped, frame.times) for frame in found.frames] == [(0, 0), (0, 0), (58, 58), (0, 0)]
    assert [frame.variables[0].value for frame in found.frames[1:]] == ["0", "59", "60"]
    assert "  … the same 58 more times …" in drawing.text(found)
    assert "… the same 58 more times …" in Reader(drawing.html(found)).text


def test_a_circle_of_includes_is_told_once() -> None:
    texts = {"a.html": "{% include 'b.html' %}", "b.html": "text\n{% include 'a.html' %}"}
    environment = kida.Environment(loader=kida.DictLoader(texts))
    with pytest.raises(kida.TemplateError) as caught:
        environment.render("a.html")
    found = report_of(caught.value)
    assert len(found.frames) <= 6
    assert [frame.place for frame in found.frames[-2:]] == ["b.html 2:12", "a.html 1:12"]
    [times] = [frame.times for frame in found.frames if frame.times]
    assert f"  … the same 2 calls {times} more times …" in drawing.text(found)


def test_endless_recursion_is_told_in_a_few_frames() -> None:
    found = report(
        "{% macro f(n) %}{{ g(n) }}{% endmacro %}{% macro g(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}"
    )
    assert 3 < len(found.frames) <= 6
    assert sum(frame.times for frame in found.frames) > 10


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ("", []),
        ("abc", [(0, 0), (1, 0), (2, 0)]),
        ("aaa", [(0, 0), (1, 0), (2, 0)]),
        ("aaaa", [(0, 0), (3, 2)]),
        ("xaaaaay", [(0, 0), (1, 0), (5, 3), (6, 0)]),
        ("abababab", [(0, 0), (1, 0), (6, 2), (7, 0)]),
        ("ababababa", [(0, 0), (1, 0), (6, 2), (7, 0), (8, 0)]),
        ("abcabcabc", [(number, 0) for number in range(9)]),
        ("aaaabbbb", [(0, 0), (3, 2), (4, 0), (7, 2)]),
    ],
)
def test_steps_that_repeat_are_folded(steps: str, shown: list[tuple[int, int]]) -> None:
    assert folded(steps) == shown


def test_the_users_functions_are_told_behind_the_templates_and_steps_in_libraries_are_folded() -> None:
    import json

    def read(text: str) -> Any:
        return json.loads(text)

    found = report("{{ read('{') }}", {"read": read})
    [step] = found.python
    assert (step.function, step.line) == ("read", "return json.loads(text)")
    assert [(one.name, one.value) for one in step.variables] == [("text", "'{'")]
    assert found.folded > 0
    assert "json" not in [step.function for step in found.python]
    assert drawing.text(found).splitlines()[-1] == f"  … {found.folded} steps in libraries"


def test_what_an_exception_was_raised_from_is_told_in_short() -> None:
    def fail() -> None:
        try:
            raise KeyError("row")
        except KeyError as error:
            raise ValueError("no such row") from error

    def handle() -> None:
        try:
            raise KeyError("row")
        except KeyError:
            raise ValueError("no such row")  # noqa: B904 - the point

    [cause] = report("{{ f() }}", {"f": fail}).causes
    assert (cause.relation, cause.headline) == ("caused by", "KeyError: 'row'")
    assert cause.place.startswith("test_error_view.py:")
    [cause] = report("{{ f() }}", {"f": handle}).causes
    assert cause.relation == "while handling"


def test_the_members_of_a_group_are_told_in_short() -> None:
    def fail() -> None:
        raise ExceptionGroup("several", [ExceptionGroup("inner", [ValueError("one")]), *[KeyError(2)] * 8])

    causes = report("{{ f() }}", {"f": fail}).causes
    assert [cause.headline for cause in causes] == ["ValueError: one", *["KeyError: 2"] * 4, "4 more"]


def test_exceptions_that_cause_each_other_in_a_circle_are_told_once() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert [cause.headline for cause in report_of(one).causes] == ["ValueError: other"]


def test_how_the_engine_came_to_its_own_error_is_not_told() -> None:
    assert report("{{ row.price.net }}", {"row": {}}).causes == ()


def test_the_lines_that_called_the_engine_are_told() -> None:
    [step] = [one for one in report("{{ 1 / 0 }}").callers if one.function == "fails"]
    assert step.line == 'environment.from_string(text, name="page.html").render(context or {})'


def test_a_syntax_error_has_its_place_and_what_was_expected() -> None:
    found = report("<ul>\n{% for x y %}\n</ul>")
    assert found.message == "unexpected 'y', expected 'in'"
    assert found.frames[-1].place == "page.html 2:10"
    assert marked(found) == ["y"]


def test_the_other_syntax_errors_of_the_text_are_shown_with_their_places_and_what_to_do() -> None:
    found = report("{% for x y %}\n<li>{{ 1 + }}\n{% endfor %}{% inclde 'x' %}")
    assert [(one.headline, one.frame.place, one.suggestion) for one in found.others] == [
        ("unexpected end of the output, expected an expression", "page.html 2:12", None),
        ("unknown tag 'inclde'", "page.html 3:16", "include"),
    ]
    reader = Reader(drawing.html(found))
    assert reader.marked == ["y", "}}", "inclde"]
    assert "Did you mean include?" in reader.text
    assert drawing.text(found).count("TemplateSyntaxError") == 3


def test_a_syntax_error_in_an_included_template_has_the_chain_that_led_there() -> None:
    found = report("{% include 'part.html' %}", loader=kida.DictLoader({"part.html": "{{ 1 + }}"}))
    assert [frame.place for frame in found.frames] == ["page.html 1:12", "part.html 1:8"]
    assert found.frames[-1].called_from == "page.html 1:12"


def test_a_missing_template_tells_the_nearest_name_or_else_the_named_cells() -> None:
    error = fails("{% include 'card.html' %}", loader=kida.DictLoader({"cart.html": ""}))
    found = report_of(error, Surroundings(cells=("cart.html", "other.html")))
    assert (found.suggestion, found.cells) == ("cart.html", ())
    error = fails("{% include 'zzzqqq' %}", loader=kida.DictLoader({"cart.html": ""}))
    found = report_of(error, Surroundings(cells=("cart.html", "other.html")))
    assert (found.suggestion, found.cells) == (None, ("cart.html", "other.html"))
    assert "  named cells: cart.html, other.html" in drawing.text(found)
    assert "cart.html, other.html" in Reader(drawing.html(found)).text
    many = tuple(f"{number}.html" for number in range(50))
    assert report_of(error, Surroundings(cells=many)).cells == (*many[:8], "…")


@pytest.mark.parametrize(
    "text",
    ["{{ df.pirce }}", "{{ df['pirce'] }}", '{{ df["pirce"] }}', "{{ row.pirce }}", "{{ row['pirce'] }}"],
)
def test_a_misspelt_column_or_label_of_a_table_gets_the_one_that_was_perhaps_meant(text: str) -> None:
    import pandas as pd

    df = pd.DataFrame({"price": [1], "name": ["a"], 3: [1]})
    found = report(text, {"df": df, "row": df.iloc[0]})
    assert found.suggestion == "price"
    assert "did you mean 'price'?" in drawing.text(found)
    assert report(text.replace("pirce", "zzzqqq"), {"df": df, "row": df.iloc[0]}).suggestion is None


def test_to_suggest_a_column_runs_nothing_of_the_users() -> None:
    asked: list[str] = []

    class DataFrame:
        @property
        def columns(self) -> list[str]:
            asked.append("columns")
            return ["price"]

    DataFrame.__module__ = "pandas"
    assert report("{{ df.pirce }}", {"df": DataFrame()}).suggestion is None
    assert asked == []


def test_what_python_says_of_an_undefined_value_comes_with_its_name() -> None:
    found = report("{{ shorten(widht, 1) }}", {"shorten": round, "width": 2.25})
    assert (found.kind, found.hint) == ("TypeError", "'widht' is undefined")
    found = report("{% set width = 1 %}{{ shorten(widht, width) }}", {"shorten": round})
    assert (found.hint, found.suggestion) == ("'widht' is undefined", "width")
    assert report("{{ shorten('x') }}", {"shorten": round}).hint is None


def test_a_very_long_message_is_cut() -> None:
    def fail() -> None:
        raise ValueError("x" * 100_000)

    found = report("{{ f() }}", {"f": fail})
    assert len(found.message) < 2_100
    assert found.message.endswith("(100,000 characters)")


# --- how it is drawn -----------------------------------------------------------------------------------------------


def test_text_without_colours_has_no_escape_and_with_colours_says_the_same() -> None:
    found = report("a\n{{ f() }}", {"f": lambda: 1 // 0})
    plain, painted = drawing.text(found), drawing.text(found, colours=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31m^^^\x1b[0m" in painted
    assert without_colours(painted) == plain


def test_what_moves_the_cursor_or_turns_text_around_is_made_visible() -> None:
    def fail() -> None:
        raise ValueError("\x1b[2Jgone \u202eback\nnext line")

    text = drawing.text(report("{{ f() }}", {"f": fail}))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "gone \ufffdback\nnext line" in text


def test_the_html_is_one_element_without_script_and_without_anything_from_elsewhere() -> None:
    html = drawing.html(report("{{ f('<i>') }}", {"f": lambda x: 1 // 0}))
    reader = Reader(html)
    assert reader.open == []
    assert html.strip().startswith('<div class="kida-error"')
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in reader.tags}
    assert not any(name.startswith("on") for _, attributes in reader.tags for name in attributes)
    assert "http" not in html
    assert "url(" not in html
    assert "<i>" not in html


def test_only_the_innermost_frame_is_open_and_the_others_show_what_they_called() -> None:
    html = drawing.html(report("{% macro f() %}{{ 1 / 0 }}{% endmacro %}{{ f() }}"))
    details = [attributes for tag, attributes in Reader(html).tags if tag == "details"]
    assert ["open" in one for one in details] == [False, True]
    assert '<code class="quiet">f()</code>' in html


def test_the_same_error_is_drawn_the_same_each_time() -> None:
    context = {"thing": object(), "f": lambda: 1 // 0, "again": {"self": None}}
    views = [drawing.html(report("{{ thing }}{{ again }}{{ f() }}", dict(context))) for _ in range(2)]
    assert views[0] == views[1]


# --- exceptions that do not let anything be done to them --------------------------------------------------------------


@dataclass(frozen=True)
class Frozen(Exception):
    reason: str

    def __str__(self) -> str:
        return self.reason


def test_an_exception_that_cannot_be_written_to_is_stood_in_for_under_its_own_name() -> None:
    shown = with_view(Frozen("no"))
    assert isinstance(shown, CellError)
    assert type(shown).__name__ == "Frozen"
    assert str(shown) == "Frozen: no"
    assert shown._render_traceback_() == ["Frozen: no"]


def test_any_other_is_raised_as_it_is() -> None:
    error = ValueError("no")
    assert with_view(error) is error
    assert error._render_traceback_() == ["ValueError: no"]  # type: ignore[attr-defined]


def test_an_exception_without_a_message_is_named() -> None:
    assert error_text(KeyboardInterrupt()) == "KeyboardInterrupt"


def test_a_message_that_cannot_be_made_is_said_to_be_so() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError("of all things")

    assert error_text(Odd()) == "Odd: (its message cannot be shown)"


def test_the_files_of_functions_are_shown_as_the_caller_wants_them() -> None:
    def fail() -> None:
        raise ValueError("no")

    text = error_text(fails("{{ fail() }}", {"fail": fail}), lambda path: "my file")
    assert text.splitlines()[-1].startswith("  in Python: fail at my file:")


def test_a_view_that_cannot_be_made_leaves_the_exception_to_python() -> None:
    def fail() -> None:
        raise ValueError("no")

    def broken(path: str) -> str:
        raise OSError(path)

    error = fails("{{ fail() }}", {"fail": fail})
    assert with_view(error, broken) is error
    assert not hasattr(error, "_render_traceback_")


# --- in a shell ----------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(shell: InteractiveShell) -> Iterator[InteractiveShell]:
    """A shell with the error view, and a template that fails in it."""
    install(shell, Notebook(shell))
    shell.user_ns["page"] = kida.Environment().from_string("{{ 1 / 0 }}", name="page.html")
    yield shell
    uninstall(shell)


def run(shell: InteractiveShell, cell: str) -> BaseException | None:
    """Run a cell; gives its error."""
    error: BaseException | None = asyncio.run(
        shell.run_cell_async(cell, store_history=True, transformed_cell=shell.transform_cell(cell))
    ).error_in_exec
    return error


@pytest.mark.parametrize("cell", ["page.render()", "await page.render_async()"])
def test_a_terminal_shows_the_view_as_text_once(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    assert isinstance(run(installed, cell), ZeroDivisionError)
    written = capsys.readouterr().out
    assert written.splitlines() == [
        "ZeroDivisionError: division by zero",
        f"  called at In[1]:1: {cell}",
        "",
        "  in template at page.html 1:4",
        "   |",
        " 1 | {{ 1 / 0 }}",
        "   |    ^^^^^",
    ]


def test_the_last_error_is_there_for_debuggers_and_shown_again_by_tb(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    error = run(installed, "page.render()")
    assert sys.last_value is error
    first = capsys.readouterr().out
    run(installed, "%tb")
    assert capsys.readouterr().out == first


def test_errors_of_plain_python_stay_ipythons(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(installed, "1 / 0")
    assert "Traceback (most recent call last)" in capsys.readouterr().out
    run(installed, "def (:")
    assert "SyntaxError" in capsys.readouterr().out


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


WRAPPED = "try:\n    page.render()\nexcept Exception as error:\n    raise RuntimeError('my own'){}"


@pytest.mark.parametrize(
    ("ending", "lead"),
    [
        (" from error", "RuntimeError was caused by this:"),
        ("", "RuntimeError was raised while handling this:"),
    ],
)
def test_beneath_an_exception_of_the_users_own_stands_the_view_of_the_templates_that_led_to_it(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str], ending: str, lead: str
) -> None:
    assert isinstance(run(installed, WRAPPED.format(ending)), RuntimeError)
    written = capsys.readouterr().out
    native, _, view = without_colours(written).partition(lead)
    assert "Traceback (most recent call last)" in native
    assert "RuntimeError: my own" in native
    assert view.splitlines() == [
        "",
        "ZeroDivisionError: division by zero",
        "  called at In[1]:2: page.render()",
        "",
        "  in template at page.html 1:4",
        "   |",
        " 1 | {{ 1 / 0 }}",
        "   |    ^^^^^",
    ]


def test_the_template_may_be_some_exceptions_further_behind(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = WRAPPED.format(" from error").replace("\n", "\n    ")
    run(
        installed,
        f"try:\n    {cell}\nexcept RuntimeError as error:\n    raise OSError('outermost') from error",
    )
    assert "OSError was caused by this:\nZeroDivisionError" in capsys.readouterr().out


def test_an_exception_raised_from_none_stays_alone(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(installed, WRAPPED.format(" from None"))
    written = without_colours(capsys.readouterr().out)
    assert "RuntimeError: my own" in written
    assert "page.html" not in written


def test_a_front_end_that_shows_html_gets_the_view_behind_an_exception_as_html_and_the_traceback_in_full(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    installed.display_pub = CapturingDisplayPublisher()
    run(installed, WRAPPED.format(" from error"))
    [shown] = installed.display_pub.outputs
    reader = Reader(shown["data"]["text/html"])
    assert "RuntimeError was caused by this:" in reader.text
    assert reader.marked == ["1 / 0"]
    assert shown["data"]["text/plain"].startswith("RuntimeError was caused by this:\nZeroDivisionError: ")
    assert "Traceback (most recent call last)" in capsys.readouterr().out


def test_a_front_end_that_shows_html_gets_it_with_the_text_beside_it_and_the_error_in_a_line(
    installed: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    installed.display_pub = CapturingDisplayPublisher()
    run(installed, "page.render()")
    [shown] = installed.display_pub.outputs
    assert set(shown["data"]) == {"text/html", "text/plain"}
    assert capsys.readouterr().out.strip() == (
        "ZeroDivisionError: division by zero (in template at page.html 1:4)"
    )


def test_taking_the_view_out_leaves_the_shell_as_it_was(shell: InteractiveShell) -> None:
    before, events = dict(vars(shell)), {name: list(found) for name, found in shell.events.callbacks.items()}
    install(shell, Notebook(shell))
    install(shell, Notebook(shell))
    assert vars(shell) != before
    uninstall(shell)
    uninstall(shell)
    assert vars(shell) == before
    assert {name: list(found) for name, found in shell.events.callbacks.items()} == events


def test_a_handler_that_was_there_before_is_called_and_put_back(shell: InteractiveShell) -> None:
    seen: list[Any] = []

    def others(exc_tuple: Any = None, *args: Any, **options: Any) -> None:
        seen.append(exc_tuple)

    vars(shell)["showtraceback"] = others
    install(shell, Notebook(shell))
    run(shell, "1 / 0")
    assert len(seen) == 1
    uninstall(shell)
    assert vars(shell)["showtraceback"] is others


def test_an_error_can_be_shown_without_raising_it_and_shown_anew_in_its_place(
    shell: InteractiveShell,
) -> None:
    published: list[dict[str, Any]] = []

    class Publisher(CapturingDisplayPublisher):
        def publish(self, data: Any, metadata: Any = None, **options: Any) -> None:
            published.append({"data": data, **options})

    shell.display_pub = Publisher()
    error = fails("{{ 1 / 0 }}")
    show_error(error, Notebook(shell), display_id="cell-1")
    show_error(error, Notebook(shell), display_id="cell-1", update=True)
    assert [(one["transient"], one["update"]) for one in published] == [
        ({"display_id": "cell-1"}, False),
        ({"display_id": "cell-1"}, True),
    ]
    assert "kida-error" in published[0]["data"]["text/html"]


def test_only_what_came_through_a_template_is_the_views_business() -> None:
    assert is_templates(fails("{{ 1 / 0 }}"))
    assert is_templates(fails("{% if %}"))
    assert not is_templates(ValueError("no"))


# --- links ---------------------------------------------------------------------------------------------------------


Link = Callable[[str | None, str | None], str | None]


@pytest.fixture
def link(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Link:
    """Where things are, once two cells of a notebook have run."""
    monkeypatch.setenv("JPY_SESSION_NAME", "some where/My report.ipynb")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "card.html").write_text("")
    links = CellLinks(shell)
    shell.execution_count = 1
    for number, raw in ((1, "%%kida --name page.html\n<b>\n"), (2, "%%kida\n{{ 2 }}")):
        shell.run_cell(raw, store_history=True, cell_id=f"id-{number}")
    return links.link_to({"page.html": "<b>\n"})


def test_a_named_cell_and_a_numbered_one_are_links_to_their_cells(link: Link) -> None:
    assert link("page.html", None) == "My%20report.ipynb#cell-id=id-1"
    assert link("In[2]", None) == "My%20report.ipynb#cell-id=id-2"
    assert link("In[7]", None) is None
    assert link("other.html", None) is None


def test_the_running_cell_is_a_link_too(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    shell.user_ns["link"] = CellLinks(shell).link_to({})
    shell.execution_count = 4
    shell.run_cell("found = link('In[4]', None), link('In[3]', None)", store_history=True, cell_id="here")
    assert shell.user_ns["found"] == ("a.ipynb#cell-id=here", None)


def test_a_file_in_the_notebooks_folder_is_a_link_and_one_elsewhere_is_none(
    link: Link, tmp_path: Path
) -> None:
    assert link("card.html", str(tmp_path / "parts" / "card.html")) == "parts/card.html"
    assert link("card.html", str(tmp_path.parent / "card.html")) is None
    assert link("gone.html", str(tmp_path / "gone.html")) is None


def test_where_the_front_end_tells_nothing_of_the_notebook_there_are_no_links_to_cells(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert link("page.html", None) is None
