"""How far a run has come, while it runs: an output that is updated and then emptied, or a line in a terminal."""

# mypy: disable-error-code="no-untyped-call"
# IPython's display() has no types.

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import uuid4

from kida_jupyter.output import can_update

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

Progress: TypeAlias = "bool | Callable[[str, int, int], Any]"
Tick: TypeAlias = "Callable[[str, int], None]"
"""Called with what is being done, and how many renders more are done."""

_SILENT: Final = 1.5
"""Seconds in which nothing is shown: what is done by then needs no progress."""
_BETWEEN: Final = 0.2
"""Seconds, at least, between two updates."""


@contextmanager
def reporting(
    progress: Progress,
    total: int,
    shell: InteractiveShell | None,
    clock: Callable[[], float] = monotonic,
) -> Iterator[Tick]:
    """Something to be told of renders that are done; what it shows is gone at the end, however that comes.

    Parameters: ``progress``, whether to show any, or a function of what is being done, renders done and all of them;
    ``total``; ``shell``, if there is one; ``clock``, in seconds.
    """
    done = 0
    told: Callable[[str, int, int], Any] | None = progress if callable(progress) else None
    show = _showing(shell) if progress is True else None
    due = clock() + _SILENT
    shown = False

    def tick(doing: str, more: int) -> None:
        nonlocal done, due, shown
        done += more
        if told is not None:
            told(doing, done, total)
        elif show is not None and clock() >= due:
            show(doing, done, total)
            shown = True
            due = clock() + _BETWEEN

    try:
        yield tick
    finally:
        if shown and show is not None:
            show("", total, total)


def _showing(shell: InteractiveShell | None) -> Callable[[str, int, int], None] | None:
    if shell is not None and can_update(shell):
        return _Output()
    return _line if sys.stderr.isatty() else None


class _Output:
    """An output of a front end, which takes its own place again and again."""

    __slots__ = ("_id",)

    def __init__(self) -> None:
        self._id: str | None = None

    def __call__(self, doing: str, done: int, total: int) -> None:
        from IPython.display import display, update_display

        said = f"{doing}: {done:,} of {total:,} renders" if doing else ""
        bar = f'<progress max="{total}" value="{done}"></progress> {escape(said)}' if said else ""
        bundle = {"text/plain": said, "text/html": bar}
        if self._id is None:
            self._id = uuid4().hex
            display(bundle, raw=True, display_id=self._id)
        else:
            update_display(bundle, raw=True, display_id=self._id)


def _line(doing: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r\x1b[K{doing}: {done:,} of {total:,} renders" if doing else "\r\x1b[K")
    sys.stderr.flush()
