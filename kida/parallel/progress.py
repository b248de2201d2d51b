"""Progress of many renders: a bar by tqdm, or a function of the caller's."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias

Progress: TypeAlias = "bool | Callable[[int, int | None], Any] | None"
Report: TypeAlias = "tuple[Callable[[int], None], Callable[[], None]]"
"""What is called with the number of results so far, and what is called at the end."""


def reporting(progress: Progress, total: int | None) -> Callable[[], Report]:
    """What begins the report.

    Parameters: ``progress``, as of `render_many`; ``total``, the number of contexts where that is known. Raises
    ``ModuleNotFoundError`` where a bar is asked for and tqdm is missing, ``TypeError`` for anything else.
    """
    if progress is None or progress is False:
        return lambda: (lambda _done: None, lambda: None)
    if progress is True:
        make_bar = _tqdm()
        return lambda: _drawn(make_bar, total)
    if not callable(progress):
        raise TypeError(f"progress is True, a function of (done, total), or None, not {progress!r}")
    told = progress
    return lambda: (lambda done: told(done, total), lambda: None)


def _drawn(make_bar: Callable[..., Any], total: int | None) -> Report:
    bar = make_bar(total=total, unit="render")
    return lambda _done: bar.update(), bar.close


def _tqdm() -> Callable[..., Any]:
    try:
        bar = import_module("tqdm.auto").tqdm
    except ModuleNotFoundError as error:
        if error.name not in ("tqdm", "tqdm.auto"):
            raise
        raise ModuleNotFoundError(
            "progress=True draws its bar with tqdm, which is not installed: install tqdm or the extra 'cluster'"
            " (pip install 'kida-jupyter[cluster]'), or give progress a function of (done, total)",
            name="tqdm",
        ) from error
    # tqdm's watch over bars that stand still is a thread that outlives them
    return type("Bar", (bar,), {"monitor_interval": 0})
