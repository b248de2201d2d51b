"""The user's own Python on the way of an error: functions that templates called, and the lines that called the engine."""

from __future__ import annotations

import linecache
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import kida
from kida_jupyter.views.values import Variable, is_data, short

_OWN: Final = str(Path(__file__).parents[1])
_LIBRARIES: Final = tuple(
    dict.fromkeys(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
)
_MAX_STEPS: Final = 10
_MAX_VARIABLES: Final = 12


@dataclass(frozen=True, slots=True)
class PythonStep:
    """A step in the user's Python: the function, where it is, its line, and its variables."""

    function: str
    place: str
    line: str
    variables: tuple[Variable, ...] = ()
    link: str | None = None


def short_file_name(path: str) -> str:
    """A file's own name: its folder says little, and differs from machine to machine."""
    return Path(path).name


def python_steps(
    steps: Iterable[kida.TemplateFrame],
    file_name: Callable[[str], str],
    link: Callable[[str | None, str | None], str | None],
) -> tuple[tuple[PythonStep, ...], int]:
    """The steps in the user's functions, outermost first, and the number of those that are folded away.

    Folded are steps in libraries, and of many steps in the user's functions all but the last.
    """
    calls = [step for step in steps if step.kind == "python" and not _is(step.filename, _OWN)]
    own = [step for step in calls if not is_library(step.filename)]
    shown = own[-_MAX_STEPS:]
    return tuple(_step(step, file_name, link) for step in shown), len(calls) - len(shown)


def called_from(
    error: BaseException,
    file_name: Callable[[str], str],
    link: Callable[[str | None, str | None], str | None],
) -> tuple[PythonStep, ...]:
    """The user's lines that led to the engine, outermost first; none where a cell magic led there."""
    found: list[PythonStep] = []
    step: TracebackType | None = error.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__", ""))
        if module == "kida" or module.startswith("kida."):
            return tuple(found)
        path = step.tb_frame.f_code.co_filename
        if _is(path, _OWN):
            return ()
        if not is_library(path):
            line = linecache.getline(path, step.tb_lineno, step.tb_frame.f_globals).strip()
            place = f"{file_name(path)}:{step.tb_lineno}"
            found.append(PythonStep(step.tb_frame.f_code.co_name, place, line, (), link(None, path)))
        step = step.tb_next
    return ()


def is_library(path: str | None) -> bool:
    """Whether a file belongs to Python or to an installed package."""
    return path is None or path.startswith("<frozen ") or any(_is(path, folder) for folder in _LIBRARIES)


def _is(path: str | None, folder: str) -> bool:
    return path is not None and path.startswith((folder + "/", folder + "\\"))


def _step(
    step: kida.TemplateFrame,
    file_name: Callable[[str], str],
    link: Callable[[str | None, str | None], str | None],
) -> PythonStep:
    path = step.filename or "?"
    values = step.locals()
    known = [(name, value) for name, value in values.items() if is_data(value)][:_MAX_VARIABLES]
    return PythonStep(
        step.name or "?",
        f"{file_name(path)}:{step.line}",
        step.source_line.strip(),
        tuple(Variable(name, short(value)) for name, value in known),
        link(None, step.filename),
    )
