"""A template cell: what was asked for with its options, and how it is rendered."""

# mypy: disable-error-code="no-untyped-call"
# IPython's shell has few types.

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import kida
from kida_jupyter.magics.options import UNDEFINED, CellOptions, nearest, usage
from kida_jupyter.notebook import Layers, Notebook
from kida_jupyter.output import Format, format_of

_CELL: Final = "%%kida"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell to render, as often as one likes: its text, its options and what follows from them.

    ``shown_as`` is what messages call it where it has no name: the number with which it ran.
    """

    text: str
    options: CellOptions
    output: Format
    escapes: bool
    shown_as: str

    @property
    def id(self) -> str:
        """What people call it: its name, or its number."""
        return self.options.name or self.shown_as


def cell_of(notebook: Notebook, options: CellOptions, text: str) -> Cell:
    """The cell that runs now, with this text."""
    output = format_of(options.format, options.name, text)
    escapes = options.autoescape
    if escapes is None:
        escapes = output.escapes if notebook.escaping is None else notebook.escaping
    return Cell(text, options, output, escapes, notebook.current_cell)


def template_of(notebook: Notebook, cell: Cell) -> kida.Template:
    """Its template, known by its name from now on. Raises `kida.TemplateSyntaxError`."""
    undefined = cell.options.undefined
    return notebook.template(
        cell.text,
        cell.options.name,
        escapes=cell.escapes,
        undefined=None if undefined is None else UNDEFINED[undefined],
        shown_as=cell.shown_as,
    )


def variables_of(
    notebook: Notebook, cell: Cell, variables: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """What it is rendered with: the mapping of ``--with``, evaluated now, before the notebook's variables.

    Parameters: ``notebook``, ``cell``; ``variables``, what stands for the notebook's. Raises ``UsageError`` where
    the expression gives no mapping.
    """
    behind = notebook.variables if variables is None else variables
    expression = cell.options.with_
    return behind if expression is None else Layers(_mapping(notebook, expression), behind)


def _mapping(notebook: Notebook, expression: str) -> Mapping[str, Any]:
    try:
        value = notebook.shell.ev(expression)
    except SyntaxError as error:
        raise usage(_CELL, f"--with {expression} is no expression of Python: {error.msg}") from None
    except NameError as error:
        near = error.name and nearest(error.name, notebook.variables)
        raise usage(_CELL, f"--with {expression}: {error}".partition(". Did")[0], near) from None
    except Exception as error:
        raise usage(_CELL, f"--with {expression} failed: {_told(error)}") from None
    if isinstance(value, Mapping):
        return value
    keys: Callable[[], Any] | None = getattr(value, "keys", None)
    if isinstance(value, type) or not callable(keys) or not hasattr(value, "__getitem__"):
        message = (
            f"--with {expression} gives no mapping of names to values: it is of type {type(value).__name__}"
        )
        raise usage(_CELL, message)
    # a row of pandas or of sqlite3 has what dict() asks for
    return dict(value)


def _told(error: Exception) -> str:
    try:
        message = str(error)
    except Exception:  # whatever the exception's own class does there
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
