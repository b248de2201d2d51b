"""What ``%kida`` lists: templates, folders, functions and options, as rows for tables."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import kida
from kida_jupyter.magics import configuring
from kida_jupyter.notebook import Notebook
from kida_jupyter.tables import Rows

_MAX_FILES: Final = 50
"""Templates of folders that are listed: a folder may have thousands."""

_TOLD: Final = (str, int, float, tuple, type(None))
"""Defaults that are shown as they are."""


def named_templates(notebook: Notebook) -> Rows:
    """The named cells, then the templates of folders: name, where it comes from, and its macros."""
    rows = [
        (name, origin.shown, _macros(notebook, name)) for name, origin in sorted(notebook.origins.items())
    ]
    others = (
        name for name in notebook.environment.loader.iter_templates() if name not in notebook.named_cells
    )
    files = list(islice(dict.fromkeys(others), _MAX_FILES + 1))
    rows += [(name, _file(notebook, name), _macros(notebook, name)) for name in sorted(files[:_MAX_FILES])]
    if len(files) > _MAX_FILES:
        rows.append(("…", "more in the folders", ""))
    return Rows(("name", "from", "macros"), tuple(rows))


def live_cells(notebook: Notebook) -> Rows:
    """The live cells: their id, the variables that they read when they rendered last, and the one they write."""
    rows = (
        (
            cell.id,
            ", ".join(f"{name} (in part)" if name in cell.in_part else name for name in sorted(cell.read)),
            cell.writes or "",
        )
        for cell in notebook.live.list()
    )
    return Rows(("live", "reads", "writes"), tuple(rows))


def folders(notebook: Notebook) -> Rows:
    """The folders that are searched, and how many templates each has."""
    rows = ((folder, len(kida.FileSystemLoader(folder).list_templates())) for folder in notebook.folders)
    return Rows(("folder", "templates"), tuple(rows))


def environment(notebook: Notebook) -> Rows:
    """What the notebook's environment is made of, and its options that are not the usual ones."""
    made = notebook.environment
    usual = kida.Environment()
    rows: list[tuple[str, Any]] = [
        ("based on", f"the variable {notebook.base_name}" if notebook.base_name else "the notebook's own"),
        ("named cells", len(notebook.named_cells)),
        ("folders", ", ".join(notebook.folders) or "none"),
    ]
    if notebook.base.loader is not None:
        rows.append(("then", repr(notebook.base.loader)))
    for kind in ("filters", "tests", "globals"):
        own = [
            name for name, value in getattr(made, kind).items() if getattr(usual, kind).get(name) is not value
        ]
        rows.append((kind, f"the built-in ones, {', '.join(own)}" if own else "the built-in ones"))
    rows += [
        (name, configuring.shown_value(notebook, name))
        for name in configuring.OPTIONS
        if configuring.is_changed(notebook, name)
        or (name != "autoescape" and getattr(made, name) != getattr(usual, name))
    ]
    return Rows(("environment", ""), tuple(rows))


def options(notebook: Notebook, names: Iterable[str]) -> Rows:
    """Options: their value, the values they can have, and what they are for."""
    rows = []
    for name in names:
        option = configuring.OPTIONS[name]
        rows.append((name, configuring.shown_value(notebook, name), option.values, option.about))
    return Rows(("option", "value", "values", "about"), tuple(rows))


def functions(known: Mapping[str, Callable[..., Any]], word: str, *, is_filter: bool) -> Rows:
    """Filters or tests with a word in their name: how each is written, and the first line of its documentation.

    Parameters: ``known``, the functions by name; ``word``, ``""`` for all; ``is_filter``, which of the two they are.
    """
    rows = [
        (name + signature(known[name]), _first_line(known[name])) for name in sorted(known) if word in name
    ]
    return Rows(("filter" if is_filter else "test", "about"), tuple(rows))


def signature(function: Callable[..., Any]) -> str:
    """The parameters that a template gives to a filter or test, in brackets; ``""`` where there are none."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # a function of C may not tell
        return ""
    # what the engine gives comes first, then the value
    given = 2 if _is_passed_something(function) else 1
    own = [p.replace(annotation=p.empty) for p in parameters[given:]]
    if parameters[:1] and parameters[0].kind is inspect.Parameter.VAR_POSITIONAL:
        own = [parameters[0].replace(annotation=inspect.Parameter.empty), *own]
    return f"({', '.join(_parameter(p) for p in own)})" if own else ""


def _is_passed_something(function: Any) -> bool:
    # the marks of kida.pass_context and its like, and of Jinja2's
    return any(hasattr(function, mark) for mark in ("kida_pass", "jinja_pass_arg"))


def _parameter(parameter: inspect.Parameter) -> str:
    # the repr of an object says nothing to a reader, and where it lies in memory
    told = parameter.default is parameter.empty or isinstance(parameter.default, _TOLD)
    return str(parameter) if told else f"{parameter.name}=…"


def _first_line(function: Callable[..., Any]) -> str:
    lines = (inspect.getdoc(function) or "").strip().splitlines()
    return lines[0].strip() if lines else ""


def _macros(notebook: Notebook, name: str) -> str:
    try:
        found = notebook.environment.get_template(name).def_metadata()
    except kida.TemplateError as error:
        return f"(does not compile: {error.message})"
    return ", ".join(f"{macro}({', '.join(_names(details))})" for macro, details in found.items())


def _names(macro: Any) -> Iterator[str]:
    for parameter in macro.parameters:
        yield parameter.name


def _file(notebook: Notebook, name: str) -> str:
    try:
        _, file = notebook.environment.loader.get_source(name)
    except kida.TemplateError:
        return ""
    return file or repr(notebook.base.loader)
