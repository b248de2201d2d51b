"""What Shift-Tab tells on the lines of ``%%kida`` and ``%kida``, word by word."""

from __future__ import annotations

import pytest

import kida
from kida_jupyter.magics.commands import COMMANDS, help_of, help_text
from kida_jupyter.magics.core import cell_help
from kida_jupyter.magics.help import completions_at, help_at
from tests.notebook.in_process import Session
from tests.notebook.test_completion import CURSOR


def told(session: Session, marked: str) -> str | None:
    """What is told where the cursor is marked, once a few things are there."""
    session.run("page = 'text'\nrow = {'name': 'Ada'}")
    session.names["site"] = kida.Environment()
    session.run("%%kida --name card.html --quiet\n{% macro card(title, w=1) %}<b>{% end %}")
    session.run("%%kida --live --name live.txt\n{{ page }}")
    return help_at(marked.replace(CURSOR, ""), marked.index(CURSOR), session.notebook)


@pytest.mark.parametrize(
    "marked",
    [
        "‸%%kida\nx",
        "%%ki‸da --live\nx",
        "%%kida‸ --live\nx",
        "%%kida ‸ --live\nx",
        "%%kida wrd‸\nx",
        "\n%%ki‸da\nx",
    ],
)
def test_the_magic_and_what_says_nothing_itself_show_the_help_of_the_magic(
    session: Session, marked: str
) -> None:
    assert told(session, marked) == cell_help()


@pytest.mark.parametrize(
    ("marked", "part"),
    [
        ("%%kida --a‸s html\n", "--as html|markdown|"),
        ("%%kida --a‸s=html\n", "--as html|markdown|"),
        ("%%kida --as ht‸ml\n", "html: shown as text/html; values are escaped"),
        ("%%kida --as=te‸xt\n", "text: shown as text/plain; values are not escaped"),
        ("%%kida --as htlm‸\n", "htlm is none of them. Did you mean html?"),
        ("%%kida --live --name car‸d.html\n", "template card.html, from In[2]\n\nmacro: card(title, w=1)"),
        ("%%kida --name ne‸w.html\n", "--name NAME"),
        ("%%kida --to pa‸ge\n", "page: str, 4 characters\n\n'text'"),
        ("%%kida --undefined len‸ient\n", "lenient writes nothing"),
        ("%%kida --with ro‸w --live\n", "row: dict, 1 item"),
        ("%%kida --with row['na‸me'] --live\n", "row['name']: str, 3 characters"),
        ("%%kida --with=ro‸w\n", "row: dict, 1 item"),
        ("%%kida --with row --li‸ve\n", "--live\n"),
        ("%%kida --wi‸th row\n", "--with EXPR"),
        ("%%kida --lvie‸\n", "no option --lvie. Did you mean --live?"),
        ("%%kida --he‸lp\n", "prints the help, and renders nothing"),
    ],
)
def test_options_and_their_values_are_told(session: Session, marked: str, part: str) -> None:
    assert part in (told(session, marked) or "")


@pytest.mark.parametrize("marked", ["%ki‸da", "%kida‸", "%kida ‸", "x = 1\n  %kida he‸lp\ny", "%kida help ‸"])
def test_the_line_magic_shows_its_help(session: Session, marked: str) -> None:
    assert told(session, marked) == help_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_its_help_on_itself_and_where_nothing_is_said_of_a_word(
    session: Session, name: str
) -> None:
    expected = help_of(COMMANDS[name])
    for marked in (
        f"%kida {name}‸",
        f"%kida ‸{name} x",
        f"%kida {name} ‸",
        f"%kida help {name}‸",
        f"%kida {name} --help‸",
    ):
        assert told(session, marked) == expected


@pytest.mark.parametrize(
    ("marked", "part"),
    [
        ("%kida show car‸d.html", "template card.html, from In[2]\n\nmacro: card(title, w=1)\n\n{% macro"),
        ("%kida show 'car‸d.html'", "template card.html, from In[2]"),
        ("%kida show crad‸.html", "no template 'crad.html'. Did you mean card.html?"),
        ("%kida save card‸.html out.html", "template card.html, from In[2]"),
        ("%kida save card.html out‸.html", "%kida save NAME FILE"),
        ("%kida save card.html out.html --fo‸rce", "--force: overwrite the file"),
        ("%kida save card.html out.html --frce‸", "no option --frce. Did you mean --force?"),
        ("%kida filters trun‸cate", "filter truncate(length=255"),
        ("%kida filters --tests divis‸ibleby", "test divisibleby(num)"),
        ("%kida config undef‸ined=strict", "undefined=strict|lenient|chainable|debug"),
        ("%kida config trim_blocks=on undefined=str‸ict", "undefined=strict|lenient|chainable|debug"),
        ("%kida config undefnd‸", "no option undefnd. Did you mean undefined?"),
        ("%kida env si‸te", "site: kida.environment"),
        ("%kida env sit‸", "no variable sit. Did you mean site?"),
        ("%kida live stop live‸.txt", "live cell live.txt, reads page"),
        ("%kida shwo‸", "no command shwo. Did you mean show?"),
    ],
)
def test_what_a_command_is_given_is_told(session: Session, marked: str, part: str) -> None:
    assert (told(session, marked) or "").startswith(part)


@pytest.mark.parametrize(
    "marked", ["pri‸nt(1)\n%kida list", "%%time\n%kida sh‸ow", "%kidas‸", "x = %kida sh‸ow"]
)
def test_nothing_is_told_where_kida_has_no_part(session: Session, marked: str) -> None:
    assert told(session, marked) is None


@pytest.mark.parametrize(
    "line",
    [
        "%%kida --as html --name 'a b' --to page --with row['name'] --lvie = - --\nx",
        "%kida show 'card.html --x",
        '%kida config a=b= "c',
    ],
)
def test_help_and_completion_can_be_asked_for_at_every_place_of_a_line(session: Session, line: str) -> None:
    for cursor in range(len(line) + 1):
        help_at(line, cursor, session.notebook)
        completions_at(line, cursor, session.notebook)
