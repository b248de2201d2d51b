"""Live cells: their output is kept up to date, after every cell that may have changed what they read.

What a cell read is known from its render: a mapping notes the names that were looked up. After each cell of the
notebook, those names' values are compared with what they were like; the live cells that are concerned render again,
each at most once, those that others read first.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from kida_jupyter.live.watching import Present, Recording, Watched
from kida_jupyter.magics.cells import Cell, template_of, variables_of
from kida_jupyter.magics.options import usage
from kida_jupyter.output import NotShown, show_result, value_of
from kida_jupyter.views.error import show_error, with_view

if TYPE_CHECKING:
    import kida
    from kida_jupyter.notebook import Notebook


class Follower(Protocol):
    """What is kept up to date besides live cells, and after them: a playground."""

    def after_cell(self, cell_id: str | None) -> None:
        """A cell has run; ``cell_id`` is its identity, where the front end gives one. Raises no ``Exception``."""
        ...


@dataclass(frozen=True, slots=True)
class LiveCell:
    """A live cell for people: what it is called, the variables that it read last, the one it writes.

    ``in_part`` are those of the read ones that are too large to be looked at in full: a change deep within them may
    not be seen.
    """

    id: str
    read: tuple[str, ...]
    writes: str | None
    in_part: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class _Live:
    """A live cell: where it shows, its template as compiled, and what it was made of when it rendered last."""

    cell: Cell
    cell_id: str | None
    display_id: str = field(default_factory=lambda: uuid4().hex)
    template: kida.Template | None = None
    text: str | None = None
    is_shown: bool = False
    watched: Watched = field(default_factory=Watched)


class LiveCells:
    """The live cells of a notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._cells: list[_Live] = []
        self._started: list[_Live] = []
        self._followers: list[Follower] = []
        self._is_listening = False

    def start(self, cell: Cell) -> None:
        """Render a cell, show it, and keep it up to date from now on, in place of itself as it ran before.

        An error is shown as its output, which mends itself when what caused it does.
        """
        live = _Live(cell, current_cell_id(self._notebook))
        self._cells = [one for one in self._cells if not _is_same(one, live)]
        self._cells.append(live)
        self._started.append(live)
        self.resume()
        try:
            self._render(live, Present(self._notebook), is_first=True)
        except KeyboardInterrupt as error:
            self._cells.remove(live)
            interrupted = with_view(error, self._notebook)
        else:
            return
        # outside of the except clause: IPython would look at the context of an exception that stands in for another
        raise interrupted

    def stop(self, id: str | None = None) -> None:
        """Keep a cell up to date no longer, or none of them; what it shows stays."""
        self._cells = [] if id is None else [one for one in self._cells if one.cell.id != id]
        self._rest_if_idle()

    def follow(self, follower: Follower) -> None:
        """Tell a follower of each cell that has run, after the live cells are up to date."""
        if follower not in self._followers:
            self._followers.append(follower)
        self.resume()

    def leave(self, follower: Follower) -> None:
        """Tell it no longer."""
        self._followers = [one for one in self._followers if one is not follower]
        self._rest_if_idle()

    def list(self) -> list[LiveCell]:
        """The cells that are kept up to date, in the order in which they were started."""
        return [
            LiveCell(one.cell.id, tuple(sorted(one.watched.names)), one.cell.options.to, _in_part(one))
            for one in self._cells
        ]

    def resume(self) -> None:
        """Listen to the shell, if there is anything to keep up to date."""
        if (self._cells or self._followers) and not self._is_listening:
            self._notebook.shell.events.register("post_run_cell", self._after_cell)
            self._is_listening = True

    def rest(self) -> None:
        """Listen to the shell no longer; the cells are kept."""
        if self._is_listening:
            self._notebook.shell.events.unregister("post_run_cell", self._after_cell)
            self._is_listening = False

    def _rest_if_idle(self) -> None:
        if not self._cells and not self._followers:
            self.rest()

    def _after_cell(self, result: Any) -> None:
        ran = getattr(getattr(result, "info", None), "cell_id", None)
        texts = self._notebook.named_cells
        # a cell that ran without --live, or another one that took its name, has taken its place
        self._cells = [
            one
            for one in self._cells
            if (one.cell_id is None or one.cell_id != ran or one in self._started)
            and (one.cell.options.name is None or texts.get(one.cell.options.name) == one.cell.text)
        ]
        self._update()
        self._started.clear()
        try:
            for follower in tuple(self._followers):
                follower.after_cell(ran)
        except KeyboardInterrupt:
            pass  # whoever interrupts wants the notebook back
        self._rest_if_idle()

    def _update(self) -> None:
        """Render what may have changed, each cell at most once."""
        present = Present(self._notebook)
        for live in _in_order(self._cells):
            # what rendered in the cell that ran is up to date
            if live not in self._started and live.watched.may_have_changed(present):
                try:
                    self._render(live, present, is_first=False)
                except KeyboardInterrupt as error:
                    # whoever interrupts wants the notebook back
                    show_error(error, self._notebook, display_id=live.display_id, update=live.is_shown)
                    live.text = None
                    return
        # of cells that feed each other in a circle, what they made now is no reason to render again
        made = {live.cell.options.to for live in self._cells}
        for live in self._cells:
            for key in [key for key in live.watched.values if key in made]:
                live.watched.values[key] = present.fingerprint(key)

    def _render(self, live: _Live, present: Present, *, is_first: bool) -> None:
        notebook, cell = self._notebook, live.cell
        recording = Recording(notebook.variables)
        environment = notebook.environment
        try:
            variables = variables_of(notebook, cell, recording)
            if live.template is None or environment is not live.watched.environment:
                live.template = None
                live.template = template_of(notebook, cell)
            text = notebook.render(live.template, variables=variables)
        except KeyboardInterrupt:
            raise
        except (
            BaseException
        ) as error:  # an exit, too: it is the template's, not that of the kernel or of the cell that ran
            live.text = None
            show_error(error, notebook, display_id=live.display_id, update=live.is_shown)
            live.is_shown = True
        else:
            self._show(live, text, is_first=is_first)
        finally:
            options = cell.options
            live.watched.note(
                present,
                recording,
                (cell.text, options.name),
                environment=environment,
                also=_names_in(options.with_),
                written=options.to or "",
            )

    def _show(self, live: _Live, text: str, *, is_first: bool) -> None:
        cell = live.cell
        if text == live.text and live.is_shown:
            return
        if is_first or cell.options.to is not None:
            self._notebook.keep(value_of(text, escapes=cell.escapes), cell.options.to)
        was_shown, live.text, live.is_shown = live.is_shown, text, True
        try:
            show_result(text, cell.output, display_id=live.display_id, update=was_shown)
        except NotShown as error:
            if is_first:
                raise usage("%%kida", str(error)) from None


def _is_same(one: _Live, other: _Live) -> bool:
    """Whether two are the same cell of the notebook: by its identity there, by its name, or else by its text."""
    if one.cell.options.name is not None and one.cell.options.name == other.cell.options.name:
        return True
    if one.cell_id is not None or other.cell_id is not None:
        return one.cell_id == other.cell_id
    return (one.cell.text, one.cell.options) == (other.cell.text, other.cell.options)


def _in_part(live: _Live) -> tuple[str, ...]:
    """The variables that a cell read and that are too large to be looked at in full."""
    values = live.watched.values
    return tuple(sorted(name for name in live.watched.names if name in values and not values[name].is_whole))


def current_cell_id(notebook: Notebook) -> str | None:
    """The identity that the front end gives to the cell that runs, where it gives one."""
    kernel = getattr(notebook.shell, "kernel", None)
    if kernel is None:
        return None
    found = kernel.get_parent("shell").get("metadata", {}).get("cellId")
    return found if isinstance(found, str) else None


def _in_order(cells: list[_Live]) -> list[_Live]:
    """The cells, those before others whose results or texts those read; where they go round, as they were started."""
    writers: dict[tuple[str, str], list[int]] = {}
    for index, live in enumerate(cells):
        if live.cell.options.to is not None:
            writers.setdefault(("variable", live.cell.options.to), []).append(index)
    if not writers:
        return list(cells)
    reads = {
        index: [
            one for name in live.watched.names for one in writers.get(("variable", name), ()) if one != index
        ]
        for index, live in enumerate(cells)
    }
    try:
        return [cells[index] for index in TopologicalSorter(reads).static_order()]
    except CycleError:
        return list(cells)


def _names_in(expression: str | None) -> set[str]:
    """The names that an expression of Python reads."""
    if expression is None:
        return set()
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
