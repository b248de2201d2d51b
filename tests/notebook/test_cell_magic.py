"""``%%kida`` in a real kernel: what a cell shows, keeps and reads."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import pytest

from kida_jupyter.magics import core
from tests.notebook.in_process import Session
from tests.notebook.kernel import Kernel


def test_a_cell_is_rendered_with_the_notebooks_variables(kernel: Kernel) -> None:
    kernel.run("name = 'Ada'")
    assert kernel.run("%%kida\nHello, {{ name }}!").data == {"text/plain": "Hello, Ada!"}


@pytest.mark.parametrize(
    ("output", "mime"),
    [("html", "text/html"), ("markdown", "text/markdown"), ("latex", "text/latex"), ("svg", "image/svg+xml")],
)
def test_as_says_how_a_result_is_shown_and_the_text_stands_beside_it(
    kernel: Kernel, output: str, mime: str
) -> None:
    shown = kernel.run(f"%%kida --as {output}\n*{{{{ 1 + 1 }}}}*").data
    assert shown == {mime: "*2*", "text/plain": "*2*"}


def test_as_json_shows_the_value_that_the_text_means(kernel: Kernel) -> None:
    kernel.run("names = ['Ada', 'Grace']")
    shown = kernel.run('%%kida --as json\n{"names": {{ names | tojson }}}').data
    assert shown["application/json"] == {"names": ["Ada", "Grace"]}


def test_a_result_that_is_no_json_is_shown_as_text_with_a_line_that_says_why(kernel: Kernel) -> None:
    run = kernel.run('%%kida --as json\n{"names": }')
    assert not run.ok
    assert run.shown == [{"text/plain": '{"names": }'}]
    assert run.stderr.startswith(
        "UsageError: %%kida: the result is not JSON: Expecting value: line 1 column 11"
    )
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("output", "text"), [("html", "&lt;b&gt;"), ("svg", "&lt;b&gt;"), ("text", "<b>"), ("json", '"<b>"')]
)
def test_values_are_escaped_for_html_and_svg_alone(kernel: Kernel, output: str, text: str) -> None:
    kernel.run("value = '<b>'")
    quote = '"' if output == "json" else ""
    assert kernel.run(f"%%kida --as {output}\n{quote}{{{{ value }}}}{quote}").text == text


@pytest.mark.parametrize("cell", ["%%kida --name page.html\nplain", "%%kida\n<p>closed</p>"])
def test_without_as_a_cell_is_html_if_its_name_or_its_text_says_so(kernel: Kernel, cell: str) -> None:
    assert "text/html" in kernel.run(cell).data


@pytest.mark.parametrize("cell", ["%%kida\n1 < 2", "%%kida --name letter.txt\n<p>quoted</p>"])
def test_without_as_any_other_cell_is_text(kernel: Kernel, cell: str) -> None:
    assert list(kernel.run(cell).data) == ["text/plain"]


def test_the_result_is_left_in_the_underscore_variable(kernel: Kernel) -> None:
    kernel.run("%%kida --as text\n{{ 6 * 7 }}")
    assert kernel.value("_") == "'42'"
    kernel.run("%%kida --as html\n<p>{{ 6 * 7 }}</p>")
    assert kernel.value("_") == "Markup('<p>42</p>')"


def test_an_underscore_that_the_notebook_assigned_is_left_alone(kernel: Kernel) -> None:
    kernel.run("_ = 'mine'")
    kernel.run("%%kida\nother")
    assert kernel.value("_") == "'mine'"
    kernel.run("del _")


def test_to_stores_text_as_str_and_html_as_markup_and_shows_both(kernel: Kernel) -> None:
    kernel.run("value = 'a & b'")
    assert kernel.run("%%kida --as text --to plain\n{{ value }}").text == "a & b"
    assert kernel.run("%%kida --as html --to page\n{{ value }}").text == "a &amp; b"
    assert kernel.value("[plain, page]") == "['a & b', Markup('a &amp; b')]"
    assert kernel.run("%%kida --as html\n<p>{{ page }}</p>").text == "<p>a &amp; b</p>"
    assert kernel.value("_") == "Markup('<p>a &amp; b</p>')"
    kernel.run("%%kida --to plain\nother")
    assert kernel.value("_") == "Markup('<p>a &amp; b</p>')"


def test_a_cell_that_ends_with_a_semicolon_is_shown_and_kept(kernel: Kernel) -> None:
    assert kernel.run("%%kida\nSELECT 1;").text == "SELECT 1;"
    assert kernel.value("_") == "'SELECT 1;'"


def test_a_blank_result_shows_nothing(kernel: Kernel) -> None:
    run = kernel.run("%%kida --name macros.html\n{% macro one() %}1{% end %}\n")
    assert run.ok
    assert run.shown == []


def test_variables_that_a_template_does_not_name_are_not_looked_at(kernel: Kernel) -> None:
    kernel.run(
        "class Watched(dict):\n"
        "    read = []\n"
        "    def __getitem__(self, name):\n"
        "        self.read.append(name)\n"
        "        return super().__getitem__(name)\n"
        "from kida_jupyter.notebook import Variables\n"
        "from types import SimpleNamespace\n"
        "watched = Watched(a=1, b=2)\n"
        "import kida\n"
        "text = kida.Environment().render_string('{{ a }}', Variables(SimpleNamespace(user_ns=watched, user_ns_hidden={})))"
    )
    assert kernel.value("(text, set(Watched.read))") == "('1', {'a'})"


def test_a_template_never_writes_to_the_notebook(kernel: Kernel) -> None:
    kernel.run(
        "%%kida --name lib.html\n{% macro helper() %}{% set inside = 1 %}{% end %}{% export shared = 2 %}"
    )
    kernel.run("kept = [1]\nbefore = None")
    kernel.run("before = {k: id(v) for k, v in globals().items() if not k.startswith('_')}")
    run = kernel.run(
        "%%kida --as text\n"
        "{% set kept = 2 %}{% let fresh = 3 %}{% export other = 4 %}{% for item in [1] %}{% end %}"
        "{% macro made() %}{% end %}{% from 'lib.html' import helper %}{% import 'lib.html' as lib %}"
        "{% with x = 1 %}{% end %}{% capture text %}5{% end %}{{ kept }}"
    )
    assert run.text == "2"
    after = kernel.value(
        "{k: id(v) for k, v in globals().items() if not k.startswith('_')} == before | {'before': id(before)}"
    )
    assert after == "True"
    assert kernel.value("kept") == "[1]"


def test_the_underscore_of_a_template_is_gettext_and_not_ipythons(kernel: Kernel) -> None:
    kernel.run("40 + 2")
    assert kernel.run("%%kida --as text\n{{ _ is callable }}").text == "True"


@pytest.mark.parametrize(
    "name",
    [
        "In",
        "Out",
        "__",
        "_i",
        "_ii",
        "_1",
        "_i1",
        "_ih",
        "_dh",
        "exit",
        "quit",
        "open",
        "get_ipython",
        "__name__",
    ],
)
def test_ipythons_own_names_are_no_template_variables(kernel: Kernel, name: str) -> None:
    kernel.run("40 + 2")
    assert kernel.run(f"%%kida --as text\n{{{{ {name} is defined }}}}").text == "False"


def test_a_name_that_the_notebook_took_from_ipython_is_a_variable(kernel: Kernel) -> None:
    kernel.run("open = 17.5\n_private = 1")
    assert kernel.run("%%kida\n{{ open }} {{ _private }}").text == "17.5 1"


def test_a_template_may_await(kernel: Kernel) -> None:
    kernel.run("import asyncio\nasync def fetch():\n    await asyncio.sleep(0)\n    return 42")
    assert kernel.run("%%kida\n{{ await fetch() }}").text == "42"


@pytest.mark.parametrize(
    "cell",
    [
        "{{ begun() }}{% while true %}{% end %}",
        "{{ begun() }}{{ await sleep(600) }}",
        "{{ begun() }}{{ await sleep(0) }}{% while true %}{% end %}",
    ],
    ids=["busy", "waiting", "busy after waiting"],
)
@pytest.mark.parametrize("options", ["", " --stream"])
def test_interrupting_the_kernel_interrupts_a_render_and_the_next_cell_works(
    kernel: Kernel, cell: str, options: str
) -> None:
    kernel.run("from asyncio import sleep\ndef begun():\n    print('begun', flush=True)\n    return ''")
    reply = kernel.interrupt_when_busy(f"%%kida{options}\n{cell}")
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert kernel.run("%%kida\n{{ 1 + 1 }}").text == "2"
    assert kernel.run("import gc\n_ = gc.collect()").stderr == ""
    # nor does it go on unseen
    assert "%%kida" not in kernel.value("[thread.name for thread in __import__('threading').enumerate()]")


def test_help_shows_the_options(kernel: Kernel) -> None:
    (page,) = kernel.run("%%kida?").reply["payload"]
    help_text = page["data"]["text/plain"]
    for expected in ("%%kida [--as html|markdown|text|latex|json|svg]", "--name NAME", "--to VAR"):
        assert expected in help_text


@pytest.mark.parametrize("option", ["--help", "-h", "?"])
@pytest.mark.parametrize(
    "cell",
    [
        "%%kida {}",
        "%%kida {}\n",
        "\n%%kida  {} --live",
        "%%kida --as html {} --name card.html\n{{{{ nobody }}}}",
    ],
)
def test_asked_for_help_a_cell_prints_what_a_question_mark_shows_and_renders_nothing(
    session: Session, cell: str, option: str
) -> None:
    run = session.run(cell.format(option))
    assert (run.ok, run.shown, run.stderr) == (True, [], "")
    assert run.stdout.startswith("  %%kida [--as html|markdown|text|latex|json|svg] [--name NAME]")
    documented = inspect.getdoc(session.shell.magics_manager.magics["cell"]["kida"]) or ""
    assert run.stdout.rstrip() in documented
    assert session.notebook.named_cells == {}
    assert session.notebook.live.list() == []


def test_help_as_the_value_of_an_option_is_none(session: Session) -> None:
    session.run("row = {'h': 1}")
    assert session.run("%%kida --with row\n{{ h }}--help").text == "1--help"


def test_a_cell_without_a_body_that_does_not_ask_for_help_is_as_ever(session: Session) -> None:
    assert "the cell body is empty" in session.run("%%kida --live").stderr


# --- --with, --undefined and --autoescape ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "rows[1]",
        "{'name': 'Grace', 'n': 2}",
        "dict(name = 'Grace', n=2)",
        "\"dict(name = 'Grace') | {'n': 2}\"",
        "=dict(name='Grace', n=2)",
        "ChainMap({}, rows[1])",
        "series",
    ],
)
def test_with_puts_a_mapping_before_the_variables(session: Session, expression: str) -> None:
    session.run("import pandas\nfrom collections import ChainMap\nname, other = 'hidden', 'seen'")
    session.run(
        "rows = [{'name': 'Ada', 'n': 1}, {'name': 'Grace', 'n': 2}]\nseries = pandas.Series(rows[1])"
    )
    option = f"--with{expression}" if expression[0] == "=" else f"--with {expression}"
    run = session.run(f"%%kida --to kept {option} --as text\n{{{{ name }}}} {{{{ n }}}} {{{{ other }}}}")
    assert run.text == "Grace 2 seen"
    assert session.names["kept"] == "Grace 2 seen"


def test_names_are_looked_up_in_with_then_the_variables_then_the_globals(session: Session) -> None:
    session.run(
        "import kida_jupyter\nkida_jupyter.global_(a='global', b='global', c='global')\na = b = 'variable'"
    )
    cell = "%%kida --with dict(a='with')\n{{ a }} {{ b }} {{ c }}"
    assert session.run(cell).text == "with variable global"


def test_a_mapping_that_makes_what_it_lacks_is_not_asked_for_it(session: Session) -> None:
    session.run("from collections import defaultdict\nrow = defaultdict(list, a=1)\nb = 2")
    assert session.run("%%kida --with row\n{{ a }} {{ b }}").text == "1 2"
    assert dict(session.names["row"]) == {"a": 1}


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ("[1, 2]", "--with [1, 2] gives no mapping of names to values: it is of type list"),
        ("dict", "--with dict gives no mapping of names to values: it is of type type"),
        ("rwos[0]", "--with rwos[0]: name 'rwos' is not defined. Did you mean rows?"),
        ("rows[5]", "--with rows[5] failed: IndexError: list index out of range"),
        ("{'a' 1}", "--with {'a' 1} is no expression of Python: "),
        ("{'a': 1", "--with {'a': 1: a '}' is missing"),
        ("", "--with needs a value: --with EXPR"),
        ("--quiet", "--with needs a value: --with EXPR"),
        ("rows[0] | other", "no option |; put brackets around an expression that has spaces"),
    ],
)
def test_an_expression_that_gives_no_mapping_gets_one_clear_line(
    session: Session, expression: str, line: str
) -> None:
    session.run("rows = [{}]\nother = {}")
    complaint = session.complaint(f"%%kida --name part.html --with {expression}\ntext")
    assert complaint.startswith(f"%%kida: {line}")
    assert session.notebook.named_cells == {}


@pytest.mark.parametrize(
    ("undefined", "text"), [("lenient", "[]"), ("chainable", "[]"), ("debug", "[{{ nothing }}]")]
)
def test_undefined_says_what_becomes_of_names_that_are_not_there(
    session: Session, undefined: str, text: str
) -> None:
    cell = "\n[{{ nothing }}]"
    assert session.run(f"%%kida --undefined {undefined}{cell}").text == text
    assert not session.run(f"%%kida{cell}").ok
    session.run("%kida config undefined=lenient")
    assert not session.run(f"%%kida --undefined strict{cell}").ok


def test_undefined_holds_for_what_a_cell_includes_in_this_render(session: Session) -> None:
    session.run("%%kida --name part.html --undefined lenient\n[{{ nothing }}]")
    assert session.run("%%kida --undefined lenient\n{% include 'part.html' %}").text == "[]"
    assert not session.run("%%kida\n{% include 'part.html' %}").ok


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("--as text --autoescape", "&lt;"),
        ("--as html --no-autoescape", "<"),
        ("--as svg", "&lt;"),
        ("--autoescape --no-autoescape", "<"),
        ("--no-autoescape --autoescape", "&lt;"),
    ],
)
def test_autoescape_goes_before_what_the_format_says(session: Session, options: str, text: str) -> None:
    session.run("value = '<'")
    assert session.run(f"%%kida {options} --to kept\n{{{{ value }}}}").text == text
    assert hasattr(session.names["kept"], "__html__") == (text == "&lt;")


# --- --quiet and --stream ----------------------------------------------------------------------------------------


def test_quiet_shows_nothing_and_keeps_the_result(session: Session) -> None:
    run = session.run("%%kida --quiet\n{{ 6 * 7 }}")
    assert (run.ok, run.shown, run.stdout) == (True, [], "")
    assert session.names["_"] == "42"
    assert session.run("%%kida --quiet --stream --as json --to kept\n{").shown == []
    assert session.names["kept"] == "{"


def test_stream_shows_one_output_that_is_updated_as_it_grows(kernel: Kernel) -> None:
    kernel.run(
        "from threading import Event\nfrom time import sleep\ndef pause():\n    sleep(0.15)\n    return ''"
    )
    run = kernel.run(
        "%%kida --stream --as html --to page\n<p>{% for n in range(4) %}{{ n }}{{ pause() }}{% end %}</p>"
    )
    assert run.text.startswith("<p>")
    texts = [run.text, *(data["text/plain"] for data in run.updates)]
    assert len(texts) > 2
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert texts[-1] == "<p>0123</p>"
    assert run.updates[-1]["text/html"] == "<p>0123</p>"
    assert kernel.value("page") == "Markup('<p>0123</p>')"


def test_thousands_of_pieces_are_few_updates(kernel: Kernel) -> None:
    run = kernel.run("%%kida --stream\n{% for n in range(20000) %}{{ n }} {% end %}")
    assert run.updates[-1]["text/plain"].endswith("19999 ")
    assert len(run.updates) < 2000


def test_a_stream_that_fails_keeps_what_came_before_on_the_page(kernel: Kernel) -> None:
    run = kernel.run("%%kida --stream\n{% for n in [2, 1, 0] %}{{ 2 // n }} {% end %}")
    assert not run.ok
    assert run.updates[-1] == {"text/plain": "1 2 "}
    assert "ZeroDivisionError" in run.view


def test_a_stream_may_await(kernel: Kernel) -> None:
    kernel.run("async def fetch(n):\n    return n")
    run = kernel.run("%%kida --stream\n{% for n in [1, 2] %}{{ await fetch(n) }}{% end %}")
    assert [run.text, *(data["text/plain"] for data in run.updates)][-1] == "12"


def test_json_is_shown_as_json_once_it_is_whole(kernel: Kernel) -> None:
    run = kernel.run("%%kida --stream --as json\n[{{ 1 }}, {{ 2 }}]")
    assert "application/json" not in run.data
    assert run.updates[-1]["application/json"] == [1, 2]
    run = kernel.run("%%kida --stream --as json --to kept\n[{{ 1 }}")
    assert run.stderr.startswith("UsageError: %%kida: the result is not JSON")
    assert kernel.value("kept") == "'[1'"


def test_a_terminal_gets_a_stream_piece_by_piece(session: Session) -> None:
    run = session.run("%%kida --stream\n{{ 1 }} {{ 2 }}")
    assert (run.shown, run.stdout) == ([], "1 2\n")
    assert session.names["_"] == "1 2"


def test_a_stream_that_is_interrupted_while_a_piece_is_shown_ends_at_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(pieces: Iterator[str], *_: object) -> str:
        next(pieces)
        raise KeyboardInterrupt

    monkeypatch.setattr(core, "show_stream", interrupted)
    session.names.update(pause=partial(asyncio.sleep, 0), kept="kept")
    run = session.run("%%kida --stream --to kept\n{% while true %}on {{ await pause() }}{% end %}")
    assert run.error is not None
    assert run.error["ename"] == "KeyboardInterrupt"
    assert session.names["kept"] == "kept"
    assert "%%kida" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("--live --quiet", "--live and --quiet do not go together"),
        ("--stream --live", "--live and --stream do not go together"),
        (
            "--undefined lenint",
            "--undefined lenint is none of strict, lenient, chainable, debug. Did you mean --undefined lenient?",
        ),
        ("lenient", "no option lenient. Did you mean --undefined lenient?"),
        ("card.html", "no option card.html. Did you mean --name card.html?"),
        ("--name", "--name needs a value: --name NAME"),
        ("--as", "--as needs a value: --as html|markdown|text|latex|json|svg"),
        ("--live=yes", "--live takes no value"),
        ("--name 'a", "a quote is not closed"),
        ("--autoscape", "Did you mean --autoescape?"),
    ],
)
def test_options_that_cannot_be_meant_get_one_clear_line(session: Session, options: str, line: str) -> None:
    assert session.complaint(f"%%kida {options}\ntext").endswith(line)


# --- hints -------------------------------------------------------------------------------------------------------


def test_a_missing_variable_is_spoken_of_as_the_notebooks(session: Session) -> None:
    view = session.run("%%kida\n{{ zebra }}").view
    assert "No variable of the notebook has that name: assign 'zebra' in a cell" in view
    assert "render()" not in view
    assert "'In' is IPython's own" in session.run("%%kida\n{{ In }}").view


def test_a_variable_that_an_imported_macro_does_not_see_is_told_from_one_that_is_missing(
    session: Session,
) -> None:
    session.run("title = 'now'")
    session.run("%%kida --name lib.html --quiet\n{% macro head() %}{{ title }}{% end %}")
    view = session.run("%%kida\n{% from 'lib.html' import head %}{{ head() }}").view
    assert "'title' is a variable of the notebook, which an imported template does not see" in view
    session.run("import kida_jupyter\nkida_jupyter.global_(title='global')")
    assert session.run("%%kida\n{% from 'lib.html' import head %}{{ head() }}").text == "global"


@pytest.mark.parametrize("kind", ["filter", "test"])
def test_a_filter_that_is_not_there_can_be_written_in_a_cell(session: Session, kind: str) -> None:
    view = session.run(f"%%kida\n{{{{ 1 {'|' if kind == 'filter' else 'is'} zebra }}}}").view
    assert f"@kida_jupyter.{kind} above def zebra(value)" in view
