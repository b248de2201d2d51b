"""``%kida``: its help, its commands, and what it says to those that cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

import kida
from kida_jupyter.magics.commands import COMMANDS
from kida_jupyter.magics.configuring import OPTIONS
from tests.notebook.in_process import Session
from tests.notebook.kernel import Kernel


def test_help_for_a_command_that_there_is_not_offers_the_near_one(session: Session) -> None:
    assert session.complaint("%kida help lst").endswith("Did you mean %kida help list?")


def test_alone_it_prints_help_that_names_each_command_and_what_a_cell_can_do(session: Session) -> None:
    run = session.run("%kida")
    assert run.shown == []
    for command in COMMANDS.values():
        assert f"  {command.usage} " in run.stdout
        assert command.about in run.stdout
    for expected in (
        "%%kida --as html",
        "--name card.html",
        "--live",
        "%%kida?",
        "@kida_jupyter.filter",
        "| table",
    ):
        assert expected in run.stdout
    assert max(map(len, run.stdout.splitlines())) <= 120


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_tells_about_itself(session: Session, name: str) -> None:
    text = session.run(f"%kida {name} --help").stdout
    for asked in (
        f"help {name}",
        f"{name} -h",
        f"{name} ?",
        f"{name} x --help",
        f"help {name} x",
        f"? {name}",
    ):
        assert session.run(f"%kida {asked}").stdout == text
    assert text.startswith(COMMANDS[name].usage)


def test_a_question_mark_shows_the_help_too(kernel: Kernel) -> None:
    (page,) = kernel.run("%kida?").reply["payload"]
    assert "%kida config undefined=lenient" in page["data"]["text/plain"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "lst",
            f"%kida: no command lst; there are {', '.join(COMMANDS)}. Did you mean %kida list?",
        ),
        ("show", "%kida show: name is missing; it is %kida show NAME"),
        ("save", "%kida save: name and file are missing; it is %kida save NAME FILE [--force]"),
        ("save --force=1 a b", "%kida save: --force takes no value"),
        (
            "config undefined = lenient",
            "%kida config: an option and its value have no space between them. Did you mean undefined=lenient?",
        ),
        (
            "config undefined =lenient",
            "%kida config: an option and its value have no space between them. Did you mean undefined=lenient?",
        ),
        ("config =", "%kida config: an option and its value have no space between them"),
        ("show one two", "%kida show: 'two' is one word too many; it is %kida show NAME"),
        ("save --forse a b", "%kida save: no option --forse; there is --force. Did you mean --force?"),
        ("list --all", "%kida list: no option --all; it has none"),
        ("show 'card", "%kida show: a quote is not closed"),
        ("live halt", "%kida live: nothing is called halt. Did you mean %kida live stop?"),
        ("path --reset x", "%kida path: --reset takes no folders with it"),
        ("env --reset x", "%kida env: --reset takes no variable with it"),
        ("config --reset x=1", "%kida config: --reset takes no options with it"),
    ],
)
def test_a_line_that_cannot_be_meant_gets_one_clear_line(session: Session, line: str, complaint: str) -> None:
    assert session.complaint(f"%kida {line}") == complaint


# --- list and show ---------------------------------------------------------------------------------------------


def test_list_says_where_each_template_comes_from_and_what_macros_it_has(session: Session) -> None:
    Path("files").mkdir()
    Path("files/base.html").write_text("{% macro page(title, body='') %}{% end %}")
    Path("letter.txt").write_text("Dear {{ name }}")
    session.run("%%kida --name card.html\n{% macro card(item) %}{% end %}{% macro row() %}{% end %}")
    session.run("%%kida --name broken.html\n{% if %}")
    session.run("%kida load letter.txt")
    session.run("%kida path files")
    lines = session.run("%kida list").text.splitlines()
    assert [line.split()[0] for line in lines] == [
        "NAME",
        "broken.html",
        "card.html",
        "letter.txt",
        "base.html",
    ]
    assert lines[1].split(maxsplit=2)[1:] == [
        "In[2]",
        "(does not compile: unexpected end of the tag, expected an expression)",
    ]
    assert lines[2].split(maxsplit=2)[1:] == ["In[1]", "card(item), row()"]
    assert lines[3].split()[1:] == ["letter.txt"]
    assert lines[4].split(maxsplit=2)[1:] == ["files/base.html", "page(title, body)"]


def test_a_list_is_a_table_of_html_too_with_names_escaped(session: Session) -> None:
    session.run("%%kida --name <b>.html\ntext")
    assert '<td style="text-align: left">&lt;b&gt;.html</td>' in session.run("%kida list").data["text/html"]


def test_an_empty_list_says_how_to_begin(session: Session) -> None:
    assert "%%kida --name" in session.run("%kida list").stdout


def test_show_prints_the_text_of_a_cell_or_a_file(session: Session) -> None:
    Path("page.html").write_text("<p>{{ x }}</p>\n")
    session.run("%%kida --name 'my card.html'\n<b>{{ title ?? '' }}</b>\n")
    session.run("%kida path .")
    assert session.run("%kida show 'my card.html'").stdout == "<b>{{ title ?? '' }}</b>\n"
    assert session.run("%kida show page.html").stdout == "<p>{{ x }}</p>\n"


def test_show_highlights_the_text_in_a_notebook(kernel: Kernel) -> None:
    kernel.run("%%kida --name card.html\n<b>{{ 1 }}</b>")
    shown = kernel.run("%kida show card.html").data
    assert shown["text/plain"] == "<b>{{ 1 }}</b>\n"
    assert '<pre class="kida-source">' in shown["text/html"]
    assert '<span class="p">&lt;</span><span class="nt">b</span>' in shown["text/html"]


@pytest.mark.parametrize("command", ["show", "save"])
def test_a_name_that_is_not_there_gets_the_nearest_one(session: Session, command: str) -> None:
    session.run("%%kida --name card.html\ntext")
    file = " out.html" if command == "save" else ""
    complaint = session.complaint(f"%kida {command} crad.html{file}")
    assert complaint == f"%kida {command}: no template crad.html. Did you mean card.html?"
    complaint = session.complaint(f"%kida {command} other{file}")
    assert complaint == f"%kida {command}: no template other; %kida list shows those that there are"


# --- live ------------------------------------------------------------------------------------------------------


def test_live_cells_are_listed_with_what_they_read_and_can_be_stopped(session: Session) -> None:
    assert (
        session.run("%kida live").stdout == "No live cells. A cell that starts with %%kida --live is one.\n"
    )
    session.run("a = b = 1")
    session.run("%%kida --live --name card.txt\n{{ a }}")
    session.run("%%kida --live --to sum\n{{ a + b }}")
    table = session.run("%kida live").text
    assert [line.split() for line in table.splitlines()] == [
        ["LIVE", "READS", "WRITES"],
        ["card.txt", "a"],
        ["In[4]", "a,", "b", "sum"],
    ]
    assert table in [shown["text/plain"] for shown in session.run("%kida list").shown]
    complaint = session.complaint("%kida live stop crad.txt")
    assert complaint == "%kida live: no live cell crad.txt; there are card.txt, In[4]. Did you mean card.txt?"
    assert session.run("%kida live stop card.txt").stdout == "Stopped card.txt\n"
    assert session.complaint("%kida live stop zebra") == "%kida live: no live cell zebra; there is In[4]"
    assert session.run("%kida live stop").stdout == "Stopped In[4]\n"
    assert session.run("%kida live stop").stdout == "There are no live cells.\n"


# --- save and load ---------------------------------------------------------------------------------------------


def test_save_writes_the_text_as_it_is_and_load_reads_it(session: Session) -> None:
    session.run("%%kida --name card.html --quiet\n<b>für {{ 1 }}</b>\n\n")
    assert session.run("%kida save card.html out.html").stdout == "Saved card.html to out.html\n"
    assert Path("out.html").read_bytes() == "<b>für {{ 1 }}</b>\n\n".encode()
    assert session.run("%kida load out.html").stdout == "Loaded out.html from out.html\n"
    assert session.run("%%kida\n{% include 'out.html' %}").text == "<b>für 1</b>\n"


def test_save_overwrites_nothing_unless_it_is_told_to(session: Session) -> None:
    Path("out.html").write_text("precious")
    session.run("%%kida --name card.html\nnew")
    complaint = session.complaint("%kida save card.html out.html")
    assert complaint == "%kida save: out.html is there already; --force overwrites it"
    assert Path("out.html").read_text() == "precious"
    session.run("%kida save card.html out.html --force")
    assert Path("out.html").read_text() == "new\n"


def test_save_into_a_folder_calls_the_file_as_the_cell(session: Session) -> None:
    Path("out").mkdir()
    session.run("%%kida --name card.html\nnew")
    session.run("%kida save card.html out")
    assert Path("out/card.html").read_text() == "new\n"
    assert session.complaint("%kida save card.html no/card.html") == "%kida save: there is no folder no"


def test_load_takes_several_files_and_patterns_and_names_them_by_their_file_names(session: Session) -> None:
    for file in ("one.html", "deep/er/two.html", "three[1].txt"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(file)
    session.run("%kida load **/*.html three[1].txt")
    assert dict(session.notebook.named_cells) == {
        "one.html": "one.html",
        "two.html": "deep/er/two.html",
        "three[1].txt": "three[1].txt",
    }


def test_what_is_loaded_is_escaped_as_its_suffix_says(session: Session) -> None:
    Path("a.html").write_text("{{ '<' }}")
    Path("a.txt").write_text("{{ '<' }}")
    session.run("%kida load a.html a.txt")
    assert session.run("%%kida --as text\n{% include 'a.html' %} {% include 'a.txt' %}").text == "&lt; <"


def test_a_loaded_file_takes_the_place_of_a_cell_and_the_other_way_round(session: Session) -> None:
    Path("a.html").write_text("{{ '<' }}")
    session.run("%%kida --name a.html --as text\n{{ '<' }}")
    session.run("%kida load a.html")
    assert session.run("%%kida --as text\n{% include 'a.html' %}").text == "&lt;"
    session.run("%%kida --name a.html --as text\n{{ '<' }}")
    assert session.run("%%kida --as html\n{% include 'a.html' %}").text == "<"


def test_load_reads_all_files_or_none(session: Session) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "a.html").write_text(folder)
    Path("good.html").write_text("good")
    Path("latin.txt").write_bytes(b"caf\xe9")
    for line, complaint in (
        ("good.html god.html", "%kida load: there is no file god.html. Did you mean good.html?"),
        ("good.html *.sql", "%kida load: no file is like *.sql"),
        ("good.html latin.txt", "%kida load: latin.txt cannot be read: it is not valid UTF-8"),
        ("good.html one", "%kida load: one is a folder. Did you mean %kida path one?"),
        (
            "good.html */a.html",
            "%kida load: one/a.html and two/a.html would both be called a.html; %kida path keeps them apart",
        ),
    ):
        assert session.complaint(f"%kida load {line}") == complaint
    assert session.notebook.named_cells == {}


# --- path ------------------------------------------------------------------------------------------------------


def test_the_files_of_a_folder_are_found_after_the_named_cells(session: Session) -> None:
    for folder in ("first", "second"):
        Path(folder).mkdir()
        Path(folder, "a.html").write_text(folder)
    Path("second/b.html").write_text("{{ '<' }}{% include 'a.html' %}")
    session.run("%kida path first second")
    assert session.run("%%kida --as text\n{% include 'b.html' %}").text == "&lt;first"
    Path("first/a.html").write_text("changed")
    assert session.run("%%kida --as text\n{% include 'b.html' %}").text == "&lt;changed"
    session.run("%%kida --name a.html\nmine")
    assert session.run("%%kida --as text\n{% include 'b.html' %}").text == "&lt;mine"


def test_folders_take_the_place_of_those_before_and_can_be_listed_and_reset(session: Session) -> None:
    for folder in ("first", "second"):
        Path(folder).mkdir()
    Path("second/a.html").write_text("a")
    session.run("%kida path first")
    assert session.run("%kida path second").text.splitlines()[1:] == ["second  1"]
    assert session.run("%kida path").text.splitlines()[1:] == ["second  1"]
    assert "No folders are searched" in session.run("%kida path --reset").stdout
    run = session.run("%%kida\n{% include 'a.html' %}")
    assert "%kida path DIR adds a folder" in run.view


def test_a_folder_that_is_not_there_gets_one_clear_line_and_changes_nothing(session: Session) -> None:
    Path("templates").mkdir()
    Path("file.html").write_text("")
    session.run("%kida path templates")
    complaint = session.complaint("%kida path tempaltes")
    assert complaint == "%kida path: there is no folder tempaltes. Did you mean templates?"
    complaint = session.complaint("%kida path file.html")
    assert complaint == "%kida path: file.html is a file, and no folder. Did you mean %kida load file.html?"
    assert session.notebook.folders == ("templates",)


def test_a_missing_template_says_what_was_searched(session: Session) -> None:
    Path("templates").mkdir()
    session.run("%kida path templates")
    run = session.run("%%kida\n{% include 'a.html' %}")
    assert "no cell of that name has run" in run.view
    assert "Searched then: templates" in run.view


# --- env -------------------------------------------------------------------------------------------------------


def test_env_shows_what_the_environment_is_made_of(session: Session) -> None:
    session.run("%kida config trim_blocks=on")
    lines = [line.split(maxsplit=1) for line in session.run("%kida env").text.splitlines()[1:]]
    shown = {" ".join(line[:-1]): line[-1] for line in lines}
    assert shown["filters"] == "the built-in ones, table"
    assert shown["trim_blocks"] == "on"
    assert "lstrip_blocks" not in shown


def test_an_environment_in_a_variable_becomes_the_base(session: Session) -> None:
    session.names["mine"] = kida.Environment(
        loader=kida.DictLoader({"base.html": "{{ who }}: {% block b %}{% end %}{{ '<' }}"}),
        filters={"twice": lambda value: value * 2},
        globals={"who": "base"},
        autoescape=False,
        trim_blocks=True,
    )
    assert "the variable mine" in session.run("%kida env mine").text
    cell = "%%kida --as html\n{% extends 'base.html' %}{% block b %}\n{{ '<' | twice }}{% end %}"
    assert session.run(cell).text == "base: &lt;&lt;<"
    session.run("%kida env --reset")
    assert "no filter named 'twice'" in session.run("%%kida\n{{ 1 | twice }}").view


def test_what_is_registered_with_the_base_later_is_seen_and_so_is_another_environment(
    session: Session,
) -> None:
    session.names["mine"] = environment = kida.Environment(globals={"who": "one"})
    session.run("%kida env mine")
    environment.add_filter("shout", str.upper)
    assert session.run("%%kida\n{{ who | shout }}").text == "ONE"
    session.names["mine"] = kida.Environment(globals={"who": "two"})
    assert session.run("%%kida\n{{ who }}").text == "two"
    del session.names["mine"]
    assert session.run("%%kida\n{{ who }}").text == "two"


def test_a_variable_that_is_no_environment_gets_one_clear_line(session: Session) -> None:
    session.names.update(mine=kida.Environment(), other=1)
    assert (
        session.complaint("%kida env mnie")
        == "%kida env: the notebook has no variable mnie. Did you mean mine?"
    )
    assert (
        session.complaint("%kida env other") == "%kida env: other is no kida.Environment: it is of type int"
    )


# --- filters ---------------------------------------------------------------------------------------------------


def test_filters_are_listed_with_the_parameters_that_a_template_gives_and_a_line(session: Session) -> None:
    session.run(
        "import kida_jupyter\n@kida_jupyter.filter\ndef eur(amount, places=2):\n    'Euros.'\n    return amount"
    )
    lines = session.run("%kida filters").text.splitlines()
    assert lines[0].split() == ["FILTER", "ABOUT"]
    assert next(line for line in lines if line.startswith("eur")).split() == ["eur(places=2)", "Euros."]
    assert [line.split("(")[0].split()[0] for line in lines[1:]] == sorted(
        session.notebook.environment.filters
    )
    assert not any("environment" in line.split("  ")[0] or "context" in line.split("  ")[0] for line in lines)
    assert not any(" at 0x" in line for line in lines)


def test_a_word_chooses_among_them(session: Session) -> None:
    lines = session.run("%kida filters json").text.splitlines()
    assert [line.split("(")[0].split()[0] for line in lines[1:]] == ["tojson"]
    assert (
        session.complaint("%kida filters tojsn")
        == "%kida filters: no filter has tojsn in its name. Did you mean tojson?"
    )


def test_tests_are_listed_likewise(session: Session) -> None:
    lines = session.run("%kida filters --tests").text.splitlines()
    assert lines[0].split() == ["TEST", "ABOUT"]
    assert any(line.startswith("divisibleby(num)") for line in lines)


# --- config ----------------------------------------------------------------------------------------------------


def test_config_sets_options_and_shows_them(session: Session) -> None:
    run = session.run("%kida config undefined=lenient trim_blocks=on")
    assert run.stdout == "undefined = lenient\ntrim_blocks = on\n"
    assert session.run("%%kida\n{% if true %}\n[{{ nothing }}]{% end %}").text == "[]"
    assert session.run("%kida config undefined").text.splitlines()[1].split()[:2] == ["undefined", "lenient"]
    session.run("%kida config --reset")
    assert not session.run("%%kida\n{{ nothing }}").ok


def test_config_alone_lists_all_options_with_what_they_are_for(session: Session) -> None:
    lines = session.run("%kida config").text.splitlines()
    assert [line.split()[0] for line in lines] == ["OPTION", *OPTIONS]
    assert "newline_sequence" in lines[6]
    assert "'\\n'" in lines[6]


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_can_be_set_to_what_it_is_shown_as(session: Session, name: str) -> None:
    from kida_jupyter.magics.configuring import shown_value

    before = shown_value(session.notebook, name)
    # quoted, as a value may be white space
    assert session.run(f'%kida config "{name}={before}"').stdout == f"{name} = {before}\n"


@pytest.mark.parametrize(
    ("value", "cell", "text"),
    [
        ("on", "%%kida --as text\n{{ '<' }}", "&lt;"),
        ("off", "%%kida --as html\n{{ '<' }}", "<"),
        ("auto", "%%kida --as html\n{{ '<' }}", "&lt;"),
        ("off", "%%kida --as html --autoescape\n{{ '<' }}", "&lt;"),
    ],
)
def test_config_says_whether_cells_escape_that_do_not_say_it(
    session: Session, value: str, cell: str, text: str
) -> None:
    session.run(f"%kida config autoescape={value}")
    assert session.run(cell).text == text


@pytest.mark.parametrize("line_end", [r"\r\n", r"\n", r"\r"])
@pytest.mark.parametrize("written", ["{}", "'{}'", '"{}"', "\"'{}'\""])
def test_a_line_end_is_written_with_quotes_and_without(session: Session, written: str, line_end: str) -> None:
    run = session.run(f"%kida config newline_sequence={written.format(line_end)}")
    assert run.stdout == f"newline_sequence = '{line_end}'\n"
    meant = line_end.replace("\\r", "\r").replace("\\n", "\n")
    assert session.notebook.environment.newline_sequence == meant
    assert session.run("%%kida --to kept\na\nb").ok
    assert session.names["kept"] == f"a{meant}b"


def test_a_backslash_keeps_a_space_and_stays_before_other_letters(session: Session) -> None:
    session.run("%%kida --name 'my card.txt' --quiet\ntext")
    assert session.run(r"%kida show my\ card.txt").stdout == "text\n"
    complaint = session.complaint(r"%kida path C:\reports\new")
    assert complaint == r"%kida path: there is no folder C:\reports\new"


def test_other_delimiters_can_be_set(session: Session) -> None:
    session.run("%kida config variable_start_string=<< variable_end_string=>>")
    assert session.run("%%kida\n<< 6 * 7 >>").text == "42"


@pytest.mark.parametrize(
    ("assignment", "complaint"),
    [
        ("undefind=strict", "no option undefind. Did you mean undefined=?"),
        (
            "undefined=lenint",
            "undefined=lenint is none of strict|lenient|chainable|debug. Did you mean undefined=lenient?",
        ),
        ("trim_blocks=maybe", "trim_blocks=maybe is none of on|off"),
        ("max_recursion=many", "max_recursion=many: a value is a whole number"),
        ("max_recursion=0", "max_recursion must be a positive whole number"),
        ("trim_blocks=on undefined", "undefined needs a value. Did you mean undefined=strict?"),
    ],
)
def test_an_option_that_cannot_be_gets_one_clear_line_and_changes_nothing(
    session: Session, assignment: str, complaint: str
) -> None:
    assert session.complaint(f"%kida config lstrip_blocks=on {assignment}") == f"%kida config: {complaint}"
    assert session.notebook.options == {}
