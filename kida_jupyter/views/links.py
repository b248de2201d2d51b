"""Where a notebook shows a template or a Python file: the cells that were run, and addresses that JupyterLab opens.

JupyterLab takes the address of an output's link for a path beside the notebook, and the fragment ``#cell-id=…`` for
one of its cells. It tells the kernel the notebook's file in ``JPY_SESSION_NAME``, and each cell's id with the cell.
Where a front end does not, there are no links.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_CELL_NAME: Final = re.compile(r"In\[(\d+)\]")
_MAGIC: Final = "%%kida"


class CellLinks:
    """Which cell of a notebook ran as which number, and what the template cells hold.

    Parameters: ``shell``, whose cells they are; ``follow``, whether to be told of the cells to come.
    """

    def __init__(self, shell: InteractiveShell, *, follow: bool = True) -> None:
        self._shell = shell
        self._ids: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._running: str | None = None
        self._follows = (
            {"pre_run_cell": self._before_cell, "post_run_cell": self._after_cell} if follow else {}
        )
        for event, follower in self._follows.items():
            shell.events.register(event, follower)

    def remove(self) -> None:
        """Be told of no more cells."""
        for event, follower in self._follows.items():
            self._shell.events.unregister(event, follower)

    def _before_cell(self, info: Any) -> None:
        self._running = _identity(info)
        options, _, text = str(info.raw_cell).partition("\n")
        if self._running is not None and options.startswith(_MAGIC):
            self._texts[self._running] = text.rstrip("\n")

    def _after_cell(self, result: Any) -> None:
        self._running = None
        identity = _identity(result.info)
        if identity is not None and result.execution_count is not None:
            self._ids[str(result.execution_count)] = identity

    def file_name(self, path: str) -> str:
        """How people are shown a Python file: the number of a cell, whose own name means nothing, or the file's name."""
        describe = getattr(self._shell.compile, "format_code_name", None)
        cell = describe(path) if describe is not None else None
        return cell[1] if cell else Path(path).name

    def link_to(self, named_cells: Mapping[str, str]) -> Callable[[str | None, str | None], str | None]:
        """The function that gives the address of a template or Python file, by its name and file, where it has one."""

        def link(name: str | None, filename: str | None) -> str | None:
            if filename is not None:
                number = _CELL_NAME.fullmatch(self.file_name(filename))
                return self._cell(number.group(1)) if number else _file(filename)
            if name is not None and name in named_cells:
                return self._template_cell(named_cells[name].rstrip("\n"))
            number = _CELL_NAME.fullmatch(name or "")
            return self._cell(number.group(1)) if number else None

        return link

    def _cell(self, number: str) -> str | None:
        # IPython counts on before a cell runs, or after, as its version has it: what shows results knows.
        running = self._running if number == str(self._shell.displayhook.prompt_count) else None
        identity = running or self._ids.get(number)
        return None if identity is None else _address(identity)

    def _template_cell(self, text: str) -> str | None:
        identities = [identity for identity, held in self._texts.items() if held == text]
        return _address(identities[-1]) if identities else None


def _identity(info: Any) -> str | None:
    """A cell's id, where the front end tells it."""
    identity = getattr(info, "cell_id", None)
    return identity if isinstance(identity, str) else None


def _address(cell: str) -> str | None:
    notebook = os.environ.get("JPY_SESSION_NAME", "")
    name = re.split(r"[/\\]", notebook)[-1]
    return f"{quote(name)}#cell-id={quote(cell)}" if name.endswith(".ipynb") else None


def _file(filename: str) -> str | None:
    """The address of a file in the notebook's folder or below, which is where the kernel runs."""
    try:
        inside = Path(filename).resolve().relative_to(Path.cwd())
    except (OSError, ValueError):
        return None
    return quote(inside.as_posix()) if inside.parts and Path(filename).is_file() else None
