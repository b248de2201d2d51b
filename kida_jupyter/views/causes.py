"""What led to an exception, in short: what it was raised from, and what a group of exceptions holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final

import kida

_MAX_CAUSES: Final = 5
_MAX_IN_GROUP: Final = 5


@dataclass(frozen=True, slots=True)
class Cause:
    """``relation`` says what it is to the exception (``caused by``, ``while handling``, ``in the group``)."""

    relation: str
    headline: str
    place: str


def causes_of(
    error: BaseException, message_of: Callable[[BaseException], str], file_name: Callable[[str], str]
) -> tuple[Cause, ...]:
    """The members of a group, then what the exception was raised from, the nearest first.

    Parameters: ``error``; ``message_of``, what an exception says; ``file_name``, how a Python file is shown.
    """

    def cause(relation: str, one: BaseException) -> Cause:
        message = message_of(one)
        headline = f"{type(one).__name__}: {message}" if message else type(one).__name__
        return Cause(relation, headline, _place(one, file_name))

    found = [cause("in the group", one) for one in _members(error)]
    left = _count(error) - len(found)
    if left > 0:
        found.append(Cause("in the group", f"{left} more", ""))
    # how the engine came to its error is its own business
    own = [pair for pair in led_from(error) if pair[0] == "caused by" or not _is_engines(_last(pair[1]))]
    return tuple(found + [cause(relation, one) for relation, one in own])


def _members(error: BaseException) -> list[BaseException]:
    return [one for one in _leaves(error) if one is not error][:_MAX_IN_GROUP]


def _count(error: BaseException) -> int:
    return sum(one is not error for one in _leaves(error))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions of a group and of the groups in it; an exception that is none is its own."""
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseExceptionGroup):
            waiting[:0] = one.exceptions
        else:
            yield one


def led_from(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    """What an exception was raised from or while handling, the nearest first, as Python tells it."""
    seen = {id(error)}
    while len(seen) <= _MAX_CAUSES:
        if error.__cause__ is not None:
            relation, earlier = "caused by", error.__cause__
        elif error.__context__ is not None and not error.__suppress_context__:
            relation, earlier = "while handling", error.__context__
        else:
            return
        if id(earlier) in seen:
            return
        seen.add(id(earlier))
        error = earlier
        yield relation, error


def _place(error: BaseException, file_name: Callable[[str], str]) -> str:
    frame = kida.trace_of(error).innermost
    if frame is not None:
        column = "" if frame.column is None else f":{frame.column + 1}"
        return f"{frame.display_name} {frame.line}{column}"
    last = _last(error)
    return (
        ""
        if last is None or _is_engines(last)
        else f"{file_name(last.tb_frame.f_code.co_filename)}:{last.tb_lineno}"
    )


def _last(error: BaseException) -> TracebackType | None:
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step


def _is_engines(step: TracebackType | None) -> bool:
    return step is not None and str(step.tb_frame.f_globals.get("__name__", "")).partition(".")[0] == "kida"
