"""Templates that are being loaded: one thread loads each, and the others wait for it."""

from __future__ import annotations

from contextvars import ContextVar
from os import getpid
from threading import Event, get_ident
from typing import TYPE_CHECKING, Final

from kida.errors import TemplateError

if TYPE_CHECKING:
    from contextvars import Token

    from kida.template.core import Template

_innermost: Final[ContextVar[Flight | None]] = ContextVar("kida template being loaded", default=None)


class Flight:
    """A template being loaded by the thread that made this and enters it; others call `wait`.

    A loader may ask an environment for other templates. Flights then stand on each other: ``_blocked_on`` is the
    one that has to land before this one goes on. Loaders that wait for each other in a ring get an error, whether
    one thread goes round it or several threads meet in it.
    """

    __slots__ = ("_blocked_on", "_error", "_landed", "_outer", "_owner", "_process", "_template", "_token")

    def __init__(self) -> None:
        self._landed = Event()
        self._owner = get_ident()
        self._process = getpid()
        self._template: Template | None = None
        self._error: Exception | None = None
        self._blocked_on: Flight | None = None
        self._outer: Flight | None = None

    def __enter__(self) -> None:
        self._outer = _innermost.get()
        self._token: Token[Flight | None] = _innermost.set(self)
        if self._outer is not None:
            self._outer._blocked_on = self

    def __exit__(self, *error: object) -> None:
        _innermost.reset(self._token)
        if self._outer is not None:
            self._outer._blocked_on = None

    @property
    def is_here(self) -> bool:
        """Whether it can land: in the child of a fork, the threads of its parent are gone."""
        return self._process == getpid()

    def land(self, template: Template | None, error: BaseException | None) -> None:
        """Let those who wait go on: with the template, with the error, or to load it themselves where there is neither.

        What is no ``Exception`` (``KeyboardInterrupt``, ``SystemExit``) is meant for the thread that loads alone.
        """
        self._template = template
        self._error = _own(error) if isinstance(error, Exception) else None
        self._landed.set()

    def wait(self) -> Template | None:
        """The template once it has landed, ``None`` where whoever loaded it gave up. Raises the error it ended with."""
        inner = _innermost.get()
        if self._owner == get_ident():
            raise _in_a_ring()
        if inner is not None:
            inner._blocked_on = self
        try:
            # said first and looked at then: of threads that close a ring at once, at least one sees it closed
            if inner is not None and self._needs(inner):
                raise _in_a_ring()
            self._landed.wait()
        finally:
            if inner is not None:
                inner._blocked_on = None
        if self._error is not None:
            raise _own(self._error)
        return self._template

    def _needs(self, other: Flight) -> bool:
        """Whether this flight cannot land before another has."""
        met: set[int] = set()
        step: Flight | None = self
        while step is not None and id(step) not in met:
            if step is other:
                return True
            met.add(id(step))
            step = step._blocked_on
        return False


def _in_a_ring() -> RuntimeError:
    return RuntimeError("a loader asked its environment for the template that it is loading")


def _own(error: Exception) -> Exception:
    """The same error for one more thread: each writes its own traceback to it, and its own notes."""
    from copy import copy

    try:
        own = copy(error)
    except Exception:  # an exception of the user's that cannot be copied is better shared than lost
        return error
    if type(own) is not type(error):
        return error
    own.__cause__ = error.__cause__
    own.__suppress_context__ = error.__suppress_context__
    if isinstance(own, TemplateError) and isinstance(error, TemplateError):
        own._trace = error._trace
    notes = vars(error).get("__notes__")
    if isinstance(notes, list):
        vars(own)["__notes__"] = list(notes)
    return own
