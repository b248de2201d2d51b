"""Functions and errors that worker processes find by the name of this module."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any

LANGUAGE: ContextVar[str] = ContextVar("language", default="none")


def shout(value: Any) -> str:
    return str(value).upper() + "!"


def leave(value: Any) -> str:
    raise SystemExit(value)


def die(value: Any) -> str:
    os._exit(3)


def count_up(path: str) -> str:
    """Add a line to a file, which all processes share."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("x\n")
    return "done"


class Unpicklable(Exception):
    """An error with something in it that does not pickle."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.held = Lock()


class Fussy(Exception):
    """An error that pickles, and cannot be made again from that."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return refuse, ()


class Rebuilt(Exception):
    """An error with state of its own that travels."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def fail_unpicklable(value: Any) -> str:
    raise Unpicklable("no way home")


def fail_fussy(value: Any) -> str:
    raise Fussy("badly made", code=7)


def fail_rebuilt(value: Any) -> str:
    raise Rebuilt(int(value))


class Breaks:
    """A value that pickles, and fails when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return refuse, ()


def refuse() -> None:
    raise LookupError("not here")


def refuse_in_other_processes(home: int) -> Any:
    if os.getpid() != home:
        raise ImportError("only at home")
    return str


class AtHome:
    """A filter that can be unpickled in the process that made it alone."""

    def __call__(self, value: Any) -> str:
        return str(value)

    def __reduce__(self) -> tuple[Any, ...]:
        return refuse_in_other_processes, (os.getpid(),)


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number


def swap_language(language: str) -> str:
    before = LANGUAGE.get()
    LANGUAGE.set(language)
    return before
