"""Completion and help anywhere in a cell of the notebook: in a template, on the line of ``%%kida``, behind ``%kida``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import kida
from kida_jupyter.help.completing import Completions, Item, complete
from kida_jupyter.help.explaining import explain
from kida_jupyter.help.lines import Line, Option, Values, complete_command, complete_line
from kida_jupyter.help.resolving import World
from kida_jupyter.help.values import is_a
from kida_jupyter.magics.line_help import on_cell_line, on_command_line, plain

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook

_CELL: Final = re.compile(r"\s*%%kida(?![\w.])([^\n]*)(\n?)")
_LINE: Final = re.compile(r"[ \t]*%kida(?![\w.])([^\n]*)")
_MAGIC: Final = re.compile(r"\s*%%")
_EXPRESSION: Final = "--with"
_FILES_SHOWN: Final = 200


def completions_at(cell: str, cursor: int, notebook: Notebook) -> Completions | None:
    """What can be written at a place of a cell, ``None`` where Kida has no part in it.

    Parameters: ``cell``, its whole text; ``cursor``, a character offset in it; ``notebook``.
    """
    found = _CELL.match(cell)
    if found is not None:
        if cursor < found.start(1):
            return None
        if cursor <= found.end(1):
            return _moved(_on_cell_line(found.group(1), cursor - found.start(1), notebook), found.start(1))
        template = complete(cell[found.end() :], cursor - found.end(), world_of(notebook))
        return _moved(template, found.end())
    if _MAGIC.match(cell):
        return None  # the cell is another magic's
    start = cell.rfind("\n", 0, cursor) + 1
    line = _LINE.match(cell, start)
    if line is None or cursor <= line.start(1):
        return None
    return _moved(complete_command(line.group(1), cursor - line.start(1), _commands(notebook)), line.start(1))


def help_at(cell: str, cursor: int, notebook: Notebook) -> str | None:
    """What can be told of a place in a ``%%kida`` cell, or on a line of ``%kida``: ``""`` for nothing, ``None`` where
    Kida has no part in it.
    """
    world = world_of(notebook)
    found = _CELL.match(cell)
    if found is not None:
        if cursor <= found.end(1):
            # on the magic's name nothing of its line is meant
            at = cursor - found.start(1)
            return on_cell_line(found.group(1) if at >= 0 else "", max(at, 0), notebook, world)
        return explain(cell[found.end() :], cursor - found.end(), world) or ""
    line = None if _MAGIC.match(cell) else _LINE.match(cell, cell.rfind("\n", 0, cursor) + 1)
    if line is None:
        return None
    at = cursor - line.start(1)
    return on_command_line(line.group(1) if at > 0 else "", max(at, 0), notebook, world)


def world_of(notebook: Notebook) -> World:
    """What the templates of a notebook can see."""
    origins = {name: origin.shown for name, origin in notebook.origins.items()}
    return World(notebook.variables, notebook.environment, origins)


def _moved(found: Completions, by: int) -> Completions:
    return replace(found, start=found.start + by, end=found.end + by)


def _on_cell_line(text: str, cursor: int, notebook: Notebook) -> Completions:
    expression = text.rfind(f"{_EXPRESSION} ", 0, cursor)
    if expression >= 0 and " --" not in text[expression + len(_EXPRESSION) : cursor]:
        # an expression of Python reads as one of a template does, for as much as a completion knows of it
        start = expression + len(_EXPRESSION) + 1
        environment = kida.Environment()
        found = complete(
            "{{" + text[start:cursor], cursor - start + 2, World(notebook.variables, environment)
        )
        names = tuple(one for one in found.items if one.kind not in ("keyword", "global"))
        return Completions(found.start - 2 + start, cursor, names)
    return complete_line(text, cursor, Line(tuple(_cell_options(notebook))))


def _cell_options(notebook: Notebook) -> Iterator[Option]:
    from kida_jupyter.magics.core import KidaMagics

    values: dict[str, Values] = {
        "--name": lambda _: _cell_names(notebook),
        "--to": lambda _: (Item(name, "variable") for name in notebook.variables if not name.startswith("_")),
    }
    for action in KidaMagics.kida.parser._actions:
        known = values.get(action.option_strings[0]) if action.option_strings else None
        for name in action.option_strings:
            takes = None if action.nargs == 0 else known or _choices(action.metavar)
            yield Option(name, plain(action.help), takes)
    yield Option("--help", "print the help, and render nothing")


def _choices(written: str | None) -> Values:
    """The values in a text like ``html|text``."""
    words = (written or "").split("|")
    return lambda _: (Item(word, "value") for word in words if len(words) > 1)


def _cell_names(notebook: Notebook) -> Iterable[Item]:
    return (Item(name, "template") for name in sorted(notebook.named_cells))


def _commands(notebook: Notebook) -> dict[str, tuple[str, Line]]:
    from kida_jupyter.magics.commands import COMMANDS
    from kida_jupyter.magics.configuring import OPTIONS

    def names(known: Iterable[str], kind: str) -> Values:
        return lambda _: (Item(name, kind) for name in known)

    def templates(_: str) -> Iterable[Item]:
        return (Item(name, "template") for name in world_of(notebook).template_names())

    def cells(_: str) -> Iterable[Item]:
        return _cell_names(notebook)

    def environments(_: str) -> Iterable[Item]:
        found = (name for name, value in notebook.variables.items() if is_a(value, kida.Environment))
        return (Item(name, "variable") for name in found)

    def values(option: str) -> Values:
        return names(tuple(notebook.variables) if option in ("--contexts", "--executor") else (), "variable")

    environment = notebook.environment
    live = names(("stop",), "value"), names([cell.id for cell in notebook.live.list()], "cell")
    places: dict[str, tuple[Values, ...]] = {
        "show": (templates,),
        "play": (templates,),
        "parallel": (templates,),
        "save": (cells, _files),
        "load": (_files,),
        "path": (_folders,),
        "env": (environments,),
        "filters": (names(sorted(environment.filters), "filter"),),
        "live": live,
        "config": (names([f"{name}=" for name in OPTIONS], "option"),),
    }
    found: dict[str, tuple[str, Line]] = {}
    for command in COMMANDS.values():
        flags = tuple(
            Option(name, str(details.get("help", "")), values(name) if "metavar" in details else None)
            for written, details in command.arguments
            for name in written
            if name.startswith("-")
        )
        options = flags
        if command.name == "config":
            options += tuple(Option(name, one.about, _choices(one.values)) for name, one in OPTIONS.items())
        found[command.name] = (
            command.about,
            Line(options, places.get(command.name, ()), command.takes.count("…") > 0),
        )
    found["help"] = "what a command does", Line((), (names(COMMANDS, "command"),))
    return found


def _files(written: str) -> Iterator[Item]:
    """The files and folders of the folder that is written so far."""
    folder = written[: written.rfind("/") + 1]
    try:
        found = sorted(Path(folder or ".").iterdir())[:_FILES_SHOWN]
    except OSError:
        return
    for one in found:
        if not one.name.startswith(".") or written[len(folder) :].startswith("."):
            yield Item(folder + one.name + "/" * one.is_dir(), "folder" if one.is_dir() else "file")


def _folders(written: str) -> Iterator[Item]:
    return (one for one in _files(written) if one.kind == "folder")
