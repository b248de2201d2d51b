"""What Shift-Tab tells on the lines of ``%%kida`` and ``%kida``: of the magic, of options and commands, and of what they are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import kida
from kida_jupyter.help.explaining import explain
from kida_jupyter.help.resolving import World
from kida_jupyter.help.telling import explain_function, explain_template, explain_value, paragraphs, perhaps
from kida_jupyter.magics import listing
from kida_jupyter.magics.configuring import OPTIONS, shown_value
from kida_jupyter.magics.options import HELP
from kida_jupyter.output import FORMATS

if TYPE_CHECKING:
    from argparse import Action

    from kida_jupyter.magics.commands import Command
    from kida_jupyter.notebook import Notebook

_WORD: Final = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")
_EXPRESSION: Final = "--with"


class _At(NamedTuple):
    """The word of a line at the cursor, ``""`` between two; the words before it; where it begins."""

    word: str
    before: list[str]
    start: int


def on_cell_line(text: str, cursor: int, notebook: Notebook, world: World) -> str:
    """What is told at a place of the line behind ``%%kida``: of the magic itself where there is nothing else to tell.

    Parameters: ``text``, that line; ``cursor``, a character offset in it; ``notebook``; ``world``, what templates see.
    """
    from kida_jupyter.magics.core import KidaMagics, cell_help

    actions: dict[str, Action] = {
        name: action for action in KidaMagics.kida.parser._actions for name in action.option_strings
    }
    at = _at(text, cursor)
    name, equals, value = at.word.partition("=")
    if equals and cursor <= at.start + len(name):
        value = ""
    elif not equals and at.before and at.before[-1] in actions and actions[at.before[-1]].nargs != 0:
        name, value = at.before[-1], at.word
    expression = _expression_at(text, cursor)
    if expression is not None and not (name in actions and name != _EXPRESSION):
        told = _of_expression(text, expression, cursor, world)
        return told or _of_option(_EXPRESSION, actions[_EXPRESSION])
    if name in HELP:
        return f"{name}\n\nprints the help, and renders nothing."
    if name in actions:
        about = _of_value(name, value.strip("\"'"), notebook, world)
        return paragraphs(_of_option(name, actions[name]), about)
    if name.startswith("-"):
        return f"no option {name}{perhaps(name, actions)}"
    return cell_help()


def on_command_line(text: str, cursor: int, notebook: Notebook, world: World) -> str:
    """What is told at a place of the line behind ``%kida``; the parameters are `on_cell_line`'s."""
    from kida_jupyter.magics.commands import COMMANDS, help_of, help_text

    at = _at(text, cursor)
    name = at.before[0] if at.before else at.word
    asks = name in ("help", *HELP)
    if asks:
        name = at.word if at.before else ""
    if not name:
        return help_text()
    command = COMMANDS.get(name)
    if command is None:
        return f"no command {name}{perhaps(name, COMMANDS)}\n\nThere are {', '.join(COMMANDS)}."
    if asks or not at.before or at.word in ("", *HELP):
        return help_of(command)
    if at.word.startswith("-"):
        return _of_flag(command, at.word)
    given = [word for word in at.before[1:] if not word.startswith("-")]
    tell: Mapping[str, Callable[[str, int, Notebook, World], str]] = {
        "show": _of_template,
        "save": _of_template,
        "parallel": _of_template,
        "filters": _of_function,
        "config": _of_setting,
        "env": _of_environment,
        "live": _of_live_cell,
    }
    known = tell.get(command.name)
    word = at.word.strip("\"'")
    return (known(word, len(given), notebook, world) if known is not None else "") or help_of(command)


def _at(text: str, cursor: int) -> _At:
    before: list[str] = []
    for found in _WORD.finditer(text):
        if found.start() <= cursor <= found.end():
            return _At(found.group(), before, found.start())
        if found.start() > cursor:
            break
        before.append(found.group())
    return _At("", before, cursor)


def _expression_at(text: str, cursor: int) -> int | None:
    """Where the expression of ``--with`` begins in which the cursor stands."""
    found = max(text.rfind(f"{_EXPRESSION}{mark}", 0, cursor) for mark in (" ", "="))
    start = found + len(_EXPRESSION) + 1
    return start if found >= 0 and " --" not in text[start:cursor] else None


def _of_expression(text: str, start: int, cursor: int, world: World) -> str | None:
    # an expression of Python reads as one of a template does, for as much as help knows of it
    end = text.find(" --", cursor)
    shown = "{{" + text[start : end if end >= 0 else len(text)] + "}}"
    return explain(shown, cursor - start + 2, World(world.variables, kida.Environment()))


def _of_option(name: str, action: Action) -> str:
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    return f"{name} {metavar}".rstrip() + f"\n\n{plain(action.help)}"


def _of_value(option: str, value: str, notebook: Notebook, world: World) -> str:
    if not value:
        return ""
    if option == "--as" and value in FORMATS:
        escapes = "escaped" if FORMATS[value].escapes else "not escaped"
        return f"{value}: shown as {FORMATS[value].mime}; values are {escapes}"
    if option == "--as":
        return f"{value} is none of them{perhaps(value, FORMATS)}"
    if option == "--name" and value in notebook.named_cells:
        return explain_template(value, world)
    if option == "--to" and value in notebook.variables:
        return explain_value(value, notebook.variables[value])
    return ""


def _of_flag(command: Command, flag: str) -> str:
    flags = {
        name: str(details.get("help", ""))
        for names, details in command.arguments
        for name in names
        if name.startswith("-")
    }
    return f"{flag}: {flags[flag]}" if flag in flags else f"no option {flag}{perhaps(flag, flags)}"


def _of_template(name: str, place: int, notebook: Notebook, world: World) -> str:
    return "" if place else explain_template(name, world)


def _of_function(word: str, place: int, notebook: Notebook, world: World) -> str:
    kinds = ("filters", world.environment.filters), ("tests", world.environment.tests)
    told = [explain_function(kind[:-1], word, known) for kind, known in kinds if word in known]
    return "\n\n".join(told)


def _of_setting(word: str, place: int, notebook: Notebook, world: World) -> str:
    name = word.partition("=")[0]
    option = OPTIONS.get(name)
    if option is None:
        return f"no option {name}{perhaps(name, OPTIONS)}"
    return f"{name}={option.values}\n\n{option.about}; now {shown_value(notebook, name)}"


def _of_environment(word: str, place: int, notebook: Notebook, world: World) -> str:
    if word in notebook.variables:
        return explain_value(word, notebook.variables[word])
    return f"no variable {word}{perhaps(word, notebook.variables)}"


def _of_live_cell(word: str, place: int, notebook: Notebook, world: World) -> str:
    for name, reads, writes in listing.live_cells(notebook).values:
        if word == name:
            return (
                f"live cell {name}"
                + (f", reads {reads}" if reads else "")
                + (f", writes {writes}" if writes else "")
            )
    return ""


def plain(text: Any) -> str:
    """The help of an option as it is read: argparse has each ``%`` twice."""
    return str(text or "").replace("%%", "%")
