"""Errors in cells, in a real kernel: the view as output, the error itself in a line, and no Python traceback."""

from __future__ import annotations

import pytest

from tests.notebook.in_process import Session
from tests.notebook.kernel import Kernel, Run

ENGINE = "import kida\nenv = kida.Environment(loader=kida.DictLoader(pages))\n"


def text_of(run: Run) -> str:
    """The view as text; it must be the one thing shown."""
    assert not run.ok
    [shown] = run.shown
    assert 'class="kida-error"' in shown["text/html"]
    return str(shown["text/plain"])


def test_the_view_is_shown_once_as_html_with_text_beside_it_and_the_error_in_a_line(kernel: Kernel) -> None:
    kernel.run("title = 'Report'")
    run = kernel.run("%%kida --name page.html\n<h1>\n  {{ titel }}\n</h1>")
    assert text_of(run).splitlines() == [
        "K-RUN-001 UndefinedError: 'titel' is undefined",
        "  did you mean 'title'?",
        "",
        "  in template at page.html 2:6",
        "   |",
        " 1 | <h1>",
        " 2 |   {{ titel }}",
        "   |      ^^^^^",
        " 3 | </h1>",
    ]
    assert run.error is not None
    assert run.error["ename"] == "UndefinedError"
    assert run.error["traceback"] == [
        "K-RUN-001 UndefinedError: 'titel' is undefined (in template at page.html 2:6)"
    ]
    assert run.reply["status"] == "error"


def test_an_exception_of_pythons_keeps_its_type_and_shows_the_chain_outermost_first(kernel: Kernel) -> None:
    kernel.run("%%kida --name macros.html\n{% macro share(part, whole) %}\n{{ part / whole }}{% end %}")
    run = kernel.run("%%kida --name page.html\n{% from 'macros.html' import share %}\n{{ share(1, 0) }}")
    assert run.error is not None
    assert (run.error["ename"], run.error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert text_of(run).splitlines() == [
        "ZeroDivisionError: division by zero",
        "",
        "  in template at page.html 2:4",
        "   |",
        " 1 | {% from 'macros.html' import share %}",
        " 2 | {{ share(1, 0) }}",
        "   |    ^^^^^^^^^^^",
        "",
        "  in macro `share` at macros.html 2:4, called from page.html 2:4",
        "   |",
        " 1 | {% macro share(part, whole) %}",
        " 2 | {{ part / whole }}{% end %}",
        "   |    ^^^^^^^^^^^^",
        "      part = 1",
        "      whole = 0",
    ]


def test_an_error_in_a_function_of_the_notebook_names_the_function_its_cell_and_its_variables(
    kernel: Kernel,
) -> None:
    number = kernel.run("def read(text):\n    return int(text)").reply["execution_count"]
    lines = text_of(kernel.run("%%kida\n{{ read('x') }}")).splitlines()
    assert lines[-2:] == [f"  in Python: read at In[{number}]:2: return int(text)", "      text = 'x'"]
    assert "/" not in "".join(lines)


def test_a_template_rendered_in_a_plain_cell_shows_the_same_view_and_the_line_that_rendered_it(
    kernel: Kernel,
) -> None:
    run = kernel.run("pages = {'page.html': '{{ 1 / 0 }}'}\n" + ENGINE + "env.render('page.html')")
    number = run.reply["execution_count"]
    assert text_of(run).splitlines() == [
        "ZeroDivisionError: division by zero",
        f"  called at In[{number}]:4: env.render('page.html')",
        "",
        "  in template at page.html 1:4",
        "   |",
        " 1 | {{ 1 / 0 }}",
        "   |    ^^^^^",
    ]


def test_an_awaited_render_shows_the_same_view(kernel: Kernel) -> None:
    run = kernel.run(
        "pages = {'page.html': '{{ 1 / 0 }}'}\n"
        + ENGINE
        + "await env.get_template('page.html').render_async()"
    )
    lines = text_of(run).splitlines()
    assert lines[0] == "ZeroDivisionError: division by zero"
    assert lines[3:] == ["  in template at page.html 1:4", "   |", " 1 | {{ 1 / 0 }}", "   |    ^^^^^"]


def test_a_variable_of_the_notebook_that_a_plain_render_was_not_given_is_pointed_out(kernel: Kernel) -> None:
    kernel.run("title = 'Report'\npages = {'a': '{{ title }}', 'b': '{{ titel }}'}\n" + ENGINE)
    run = kernel.run("env.render('a')")
    assert "  hint: the notebook has a variable 'title': pass it to render(), as title=title" in text_of(run)
    assert "the notebook has a variable 'title', which the template was not given" in text_of(
        kernel.run("env.render('b')")
    )


def test_an_error_that_has_nothing_to_do_with_templates_stays_ipythons(kernel: Kernel) -> None:
    for cell in ("1 / 0", "1 +", "raise ExceptionGroup('several', [ValueError('one')])"):
        run = kernel.run(cell)
        assert not run.ok
        assert run.shown == []
    run = kernel.run("1 / 0")
    assert run.error is not None
    assert "Traceback" in "\n".join(run.error["traceback"])


def test_an_error_that_is_caught_shows_nothing(kernel: Kernel) -> None:
    kernel.run("pages = {'a': '{{ 1 / 0 }}'}\n" + ENGINE)
    run = kernel.run("try:\n    env.render('a')\nexcept ZeroDivisionError:\n    pass")
    assert run.ok
    assert run.shown == []


def test_a_missing_template_shows_where_it_was_looked_for(kernel: Kernel) -> None:
    kernel.run("%%kida --name cart.html\ncart")
    text = text_of(kernel.run("%%kida\n{% include 'card.html' %}"))
    assert "did you mean 'cart.html'?" in text
    assert "no cell of that name has run" in text
    assert len(text.split("\n\n")[0].splitlines()) == 3, "the message and two lines"


def test_the_turn_of_a_loop_and_its_variable_are_shown(kernel: Kernel) -> None:
    kernel.run("rows = [{'a': 4, 'b': 2}, {'a': 1, 'b': 0}]")
    text = text_of(
        kernel.run("%%kida\n{% for row in rows %}{{ loop.index }}: {{ row.a / row.b }}{% endfor %}")
    )
    assert ", iteration 2" in text
    assert "      row = {'a': 1, 'b': 0}" in text


def test_the_lines_shown_are_those_of_the_cell_as_it_was_last_run(kernel: Kernel) -> None:
    kernel.run("%%kida --name part.html\nold\n{{ 1 / 0 }}")
    kernel.run("%%kida --name part.html\n{{ 1 / 0 }} new")
    text = text_of(kernel.run("%%kida --name page.html\n{% include 'part.html' %}"))
    assert " 1 | {{ 1 / 0 }} new" in text
    assert "old" not in text


def test_a_cell_without_a_name_goes_by_its_number(kernel: Kernel) -> None:
    run = kernel.run("%%kida\n{{ 1 / 0 }}")
    assert f"  in template at In[{run.reply['execution_count']}] 1:4" in text_of(run)


def test_a_syntax_error_shows_the_place_and_what_to_do(kernel: Kernel) -> None:
    text = text_of(kernel.run("%%kida --name page.html\n{% for x in y %}\n"))
    assert "K-PAR-003 TemplateSyntaxError: the template ends while 'for' is open" in text
    assert "hint: close it with {% endfor %} or {% end %}" in text
    assert "  in template at page.html 1:4" in text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("raise ExceptionGroup('several', [ValueError('one')])", "ExceptionGroup"),
        ("eval('1 +')", "SyntaxError"),
        ("raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()", "Odd"),
        ("raise KeyError('missing')", "KeyError"),
    ],
    ids=["group", "syntax", "unprintable", "key"],
)
def test_no_exception_shows_the_engines_frames(kernel: Kernel, body: str, kind: str) -> None:
    kernel.run(f"def fail():\n    {body}")
    run = kernel.run("%%kida --name page.html\n{{ fail() }}")
    assert "page.html" in text_of(run)
    assert "in Python: fail" in text_of(run)
    assert run.error is not None
    assert run.error["ename"] == kind
    assert "Traceback" not in run.view + run.stderr
    assert "kida/" not in run.view + run.stderr


def test_notes_that_others_put_on_an_exception_are_shown(kernel: Kernel) -> None:
    kernel.run(
        "def fail():\n    error = ValueError('no')\n    error.add_note('look at the third row')\n    raise error"
    )
    text = text_of(kernel.run("%%kida\n{{ fail() }}"))
    assert text.splitlines()[:2] == ["ValueError: no", "look at the third row"]


def test_a_value_whose_repr_never_ends_is_shown_by_its_fields(kernel: Kernel) -> None:
    kernel.run(
        "class Endless:\n"
        "    def __init__(self): self.price = 3\n"
        "    def __repr__(self):\n        while True: pass\n"
        "item = Endless()"
    )
    assert "      item = Endless(price=3)" in text_of(kernel.run("%%kida\n{{ item.price / 0 }}"))


def test_html_in_values_messages_and_templates_is_escaped(kernel: Kernel) -> None:
    kernel.run("evil = '<script>1</script>'\ndef fail(x): raise ValueError(x)")
    run = kernel.run("%%kida\n<script>2</script>{{ fail(evil) }}")
    html = run.shown[0]["text/html"]
    assert "<script>" not in html
    assert "&lt;script&gt;1" in html
    assert "&lt;script&gt;2" in html


def test_python_debuggers_still_find_the_template(kernel: Kernel) -> None:
    kernel.run("%%kida --name page.html\n{{ 1 / 0 }}")
    names = kernel.value(
        "[(f.f_code.co_filename, f.f_lineno) for f, _ in __import__('traceback').walk_tb(__import__('sys').last_traceback)]"
    )
    assert "('page.html', 1)" in names


def test_the_last_error_can_be_shown_again(kernel: Kernel) -> None:
    kernel.run("%%kida --name page.html\n{{ 1 / 0 }}")
    run = kernel.run("%tb")
    [shown] = run.shown
    assert "in template at page.html 1:4" in shown["text/plain"]


def test_all_unknown_filters_and_tests_of_a_cell_are_told_with_what_to_do(session: Session) -> None:
    run = session.run("%%kida\n{{ 1 | shoutt }}\n{{ 1 is heavvy }}\n{{ 1 | uper }}")
    assert [line for line in run.view.splitlines() if "there is no" in line and "K-SEM" in line] == [
        "K-SEM-001 TemplateSyntaxError: there is no filter named 'shoutt'",
        "K-SEM-002 TemplateSyntaxError: there is no test named 'heavvy'",
        "K-SEM-001 TemplateSyntaxError: there is no filter named 'uper'",
    ]
    assert "@kida_jupyter.filter above def shoutt(value): …" in run.view
    assert "@kida_jupyter.test above def heavvy(value): …" in run.view
    assert "did you mean 'upper'?" in run.view
    assert "env.add_" not in run.view


def test_a_cell_that_awaits_cannot_be_imported_by_one_that_does_not_and_is_told_how_it_can(
    session: Session,
) -> None:
    session.run("async def fetch(): return 42")
    session.run("%%kida --name later.txt\n{% macro later() %}{{ await fetch() }}{% endmacro %}")
    cell = "%%kida\n{% from 'later.txt' import later with context %}{{ later() }}"
    shown = session.run(cell).view
    assert "template 'later.txt' awaits: it can only be rendered asynchronously" in shown
    assert "hint: write 'await' in this cell as well, as in {{ await name(…) }}" in shown
    assert session.run(cell.replace("{{ later", "{{ await later")).text == "42"


@pytest.mark.parametrize("options", ["", " --stream"])
def test_a_coroutine_that_is_written_without_being_awaited_is_pointed_out(
    session: Session, options: str
) -> None:
    session.run("async def fetch(n): return n")
    for _ in range(2):
        run = session.run(f"%%kida{options}\n{{{{ fetch(1) }}}}{{{{ fetch(2) }}}}")
        assert run.stderr.splitlines() == [
            "fetch() is asynchronous, and was written without being awaited: {{ await fetch(…) }}"
        ]
    assert session.run("%%kida\n{{ await fetch(1) }}").stderr == ""


def test_other_warnings_of_a_render_are_shown_as_always(session: Session) -> None:
    session.run("import warnings\ndef warn():\n    warnings.warn('look out', UserWarning)\n    return ''")
    with pytest.warns(UserWarning, match="look out"):
        session.run("%%kida\n{{ warn() }}")


def test_an_interrupted_render_that_awaits_shows_where_it_was_and_leaves_no_task_behind(
    kernel: Kernel,
) -> None:
    kernel.run(
        "from asyncio import sleep\nimport gc\nasync def wait():\n    print('begun', flush=True)\n    await sleep(600)"
    )
    reply = kernel.interrupt_when_busy("%%kida --name waits.txt\nfirst\n{{ await wait() }}")
    assert reply["ename"] == "KeyboardInterrupt"
    assert "waits.txt 2:4" in "".join(reply["traceback"])
    assert kernel.run("gc.collect()").stderr == ""


def test_beneath_an_exception_of_ones_own_stands_the_view_of_the_template(kernel: Kernel) -> None:
    run = kernel.run(
        "pages = {'a': '{{ 1 / 0 }}'}\n"
        + ENGINE
        + "try:\n    env.render('a')\nexcept Exception as error:\n    raise RuntimeError('mine') from error"
    )
    assert run.error is not None
    assert (run.error["ename"], run.error["evalue"]) == ("RuntimeError", "mine")
    assert "Traceback" in "\n".join(run.error["traceback"])
    assert text_of(run).startswith("RuntimeError was caused by this:\nZeroDivisionError: division by zero")


def test_what_a_live_cell_binds_itself_is_not_among_what_it_reads(session: Session) -> None:
    session.run("rows = [1]")
    session.run(
        "%%kida --live\n{% for row in rows %}{% let last = row %}{{ last }}{% end %}"
        "{% match rows %}{% case [one] %}{{ one }}{% end %}{% try %}{{ 1 / 0 }}{% fallback error %}{{ error }}{% end %}"
    )
    [cell] = session.notebook.live.list()
    assert cell.read == ("rows",)
    session.run("%kida live stop")
