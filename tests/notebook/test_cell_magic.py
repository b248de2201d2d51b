"""``%%kida`` in a real kernel: what a cell shows, keeps and reads."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    "name",
    [
        "In",
        "Out",
        "_",
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
    ["{{ begun() }}{% while true %}{% end %}", "{{ begun() }}{{ await sleep(600) }}"],
    ids=["busy", "waiting"],
)
def test_interrupting_the_kernel_interrupts_a_render_and_the_next_cell_works(
    kernel: Kernel, cell: str
) -> None:
    kernel.run("from asyncio import sleep\ndef begun():\n    print('begun', flush=True)\n    return ''")
    reply = kernel.interrupt_when_busy(f"%%kida\n{cell}")
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert kernel.run("%%kida\n{{ 1 + 1 }}").text == "2"


def test_help_shows_the_options(kernel: Kernel) -> None:
    (page,) = kernel.run("%%kida?").reply["payload"]
    help_text = page["data"]["text/plain"]
    for expected in ("%%kida [--as html|markdown|text|latex|json|svg]", "--name NAME", "--to VAR"):
        assert expected in help_text
