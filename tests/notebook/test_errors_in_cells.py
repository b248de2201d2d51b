"""Errors in cells, in a real kernel: a short view of the template, and no Python traceback."""

from __future__ import annotations

import pytest

from tests.notebook.kernel import Kernel


def test_an_error_shows_the_engines_own_drawing(kernel: Kernel) -> None:
    kernel.run("title = 'Report'")
    run = kernel.run("%%kida --name page.html\n<h1>\n  {{ titel }}\n</h1>")
    assert run.error is not None
    assert run.error["ename"] == "UndefinedError"
    assert run.view.splitlines()[:6] == [
        "K-RUN-001 UndefinedError: 'titel' is undefined",
        "  --> page.html:2:6",
        "   |",
        " 1 | <h1>",
        " 2 |   {{ titel }}",
        "   |      ^^^^^",
    ]
    assert "did you mean 'title'?" in run.view


def test_an_exception_of_pythons_keeps_its_type_and_shows_the_chain_of_templates(kernel: Kernel) -> None:
    kernel.run("%%kida --name macros.html\n{% macro share(part, whole) %}\n{{ part / whole }}{% end %}")
    run = kernel.run("%%kida --name page.html\n{% from 'macros.html' import share %}\n{{ share(1, 0) }}")
    assert run.error is not None
    assert (run.error["ename"], run.error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert run.view.splitlines() == [
        "ZeroDivisionError: division by zero",
        "  --> macros.html:2:4 in macro share",
        "   |",
        " 1 | {% macro share(part, whole) %}",
        " 2 | {{ part / whole }}{% end %}",
        "   |    ^^^^^^^^^^^^",
        "  called from page.html:2:4: {{ share(1, 0) }}",
    ]


def test_an_error_in_a_function_of_the_notebook_names_the_function_and_its_cell(kernel: Kernel) -> None:
    number = kernel.run("def read(text):\n    return int(text)").reply["execution_count"]
    view = kernel.run("%%kida\n{{ read('x') }}").view
    assert view.splitlines()[-1] == f"  in Python: read at In[{number}]:2: return int(text)"
    assert "/" not in view


def test_a_cell_without_a_name_goes_by_its_number(kernel: Kernel) -> None:
    run = kernel.run("%%kida\n{{ 1 / 0 }}")
    assert f"  --> In[{run.reply['execution_count']}]:1:4" in run.view


def test_a_syntax_error_shows_the_place_and_what_to_do(kernel: Kernel) -> None:
    view = kernel.run("%%kida --name page.html\n{% for x in y %}\n").view
    assert "TemplateSyntaxError" in view
    assert "--> page.html:1:" in view


@pytest.mark.parametrize(
    "body",
    [
        "raise ExceptionGroup('several', [ValueError('one')])",
        "eval('1 +')",
        "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "raise KeyError('missing')",
    ],
    ids=["group", "syntax", "unprintable", "key"],
)
def test_no_exception_shows_the_engines_frames(kernel: Kernel, body: str) -> None:
    kernel.run(f"def fail():\n    {body}")
    run = kernel.run("%%kida --name page.html\n{{ fail() }}")
    assert not run.ok
    assert "page.html" in run.view
    assert "in Python: fail" in run.view
    assert "Traceback" not in run.view + run.stderr
    assert "kida/" not in run.view + run.stderr


def test_notes_that_others_put_on_an_exception_are_shown(kernel: Kernel) -> None:
    kernel.run(
        "def fail():\n    error = ValueError('no')\n    error.add_note('look at the third row')\n    raise error"
    )
    view = kernel.run("%%kida\n{{ fail() }}").view
    assert view.splitlines()[:2] == ["ValueError: no", "look at the third row"]


def test_python_debuggers_still_find_the_template(kernel: Kernel) -> None:
    kernel.run("%%kida --name page.html\n{{ 1 / 0 }}")
    names = kernel.value(
        "[(f.f_code.co_filename, f.f_lineno) for f, _ in __import__('traceback').walk_tb(__import__('sys').last_traceback)]"
    )
    assert "('page.html', 1)" in names


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("--nmae card.html", "no option --nmae; there are --as, --name, --to. Did you mean --name?"),
        ("--na card.html", "no option --na; there are --as, --name, --to. Did you mean --name?"),
        ("--too=page", "no option --too; there are --as, --name, --to. Did you mean --to?"),
        ("html", "no option html. Did you mean --as html?"),
        ("card.html", "no option card.html; there are --as, --name, --to"),
        (
            "--as markdwon",
            "--as markdwon is none of html, markdown, text, latex, json, svg. Did you mean --as markdown?",
        ),
        ("--as HTML", "--as HTML is none of html, markdown, text, latex, json, svg. Did you mean --as html?"),
        ("--to", "argument --to: expected one argument"),
        ("--name ''", "--name needs a name"),
        ("--to my-page", "--to my-page: that is no name for a variable"),
        ("--to class", "--to class: that is no name for a variable"),
        ("--to In", "--to In: that variable is IPython's own"),
        ("--name 'card.html", "No closing quotation"),
    ],
)
def test_a_wrong_option_gets_one_clear_line(kernel: Kernel, options: str, line: str) -> None:
    run = kernel.run(f"%%kida {options}\ntext")
    assert not run.ok
    assert run.stderr == f"UsageError: %%kida: {line}\n"
    assert run.shown == []
    assert run.error is None


def test_a_wrong_option_leaves_everything_as_it_was(kernel: Kernel) -> None:
    kernel.run("%%kida --name part.html --too page\nnew")
    assert not kernel.run("%%kida\n{% include 'part.html' %}").ok
