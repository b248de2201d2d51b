"""How templates, contexts and errors travel between processes."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from importlib import import_module
from threading import Lock
from traceback import format_exception
from typing import TYPE_CHECKING, Any, Final

from kida.parallel.results import Caught, RemoteError, RemoteTraceback

if TYPE_CHECKING:
    from kida.template.core import Template
    from kida.tracing.trace import TemplateTrace

Dumps = Callable[[Any], bytes]

WORKER_TEMPLATES: Final = 16
"""Templates that a worker process keeps unpacked. It needs one for each `render_many` that runs at the same time;
some more spare those who call it for a few templates in turn the unpacking."""


def plain_dumps(value: Any) -> bytes:
    """A value pickled: functions and classes by their module and name."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def cluster_dumps(value: Any) -> bytes:
    """A value pickled as clusters do it: by cloudpickle where there is one, as functions of a notebook have no
    module that another machine could import.
    """
    try:
        dumps = import_module("cloudpickle").dumps
    except ImportError:
        dumps = plain_dumps
    return dumps(value)  # type: ignore[no-any-return]


# --- templates -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PackedTemplate:
    """A pickled template; two are equal where their digests are."""

    digest: bytes
    data: bytes = field(compare=False, repr=False)
    shown: str = field(compare=False)


class Parcel:
    """A template that may have to travel: pickled once, when that is first needed.

    Parameters: ``template``; ``dumps``, what pickles it. ``failure`` is why it could not be.
    """

    __slots__ = ("_lock", "_packed", "dumps", "failure", "template")

    def __init__(self, template: Template, dumps: Dumps) -> None:
        self.template = template
        self.dumps = dumps
        self._lock = Lock()
        self._packed: PackedTemplate | None = None
        self.failure: pickle.PicklingError | None = None

    def packed(self) -> PackedTemplate:
        """The template as bytes. Raises ``pickle.PicklingError`` that says what in it does not pickle."""
        with self._lock:
            if self._packed is None:
                shown = repr(self.template.name or "<template>")
                try:
                    data = self.dumps(self.template)
                except Exception as error:
                    self.failure = _refused(self.template, shown, self.dumps, error)
                    raise self.failure from error
                self._packed = PackedTemplate(blake2b(data).digest(), data, shown)
            return self._packed


@lru_cache(maxsize=WORKER_TEMPLATES)
def unpacked_template(packed: PackedTemplate) -> Template:
    """The template of a parcel; in a process the same one each time, with its environment's caches."""
    return pickle.loads(packed.data)  # type: ignore[no-any-return]


def _refused(template: Template, shown: str, dumps: Dumps, error: Exception) -> pickle.PicklingError:
    said = f"template {shown} cannot be sent to another process: "
    for part, value in _parts(template):
        try:
            dumps(value)
        except Exception as reason:
            made = pickle.PicklingError(f"{said}{part} does not pickle ({reason})")
            if _is_function(value):
                advice = (
                    "other processes find a function by its module and name: write it with def at the top of a module"
                    " that they can import, not as a lambda or inside another function; or use threads"
                )
            else:
                advice = "give it something that pickles, or use threads, which share it"
            made.add_note(f"hint: {advice}")
            return made
    return pickle.PicklingError(f"{said}{error}")


def _parts(template: Template) -> Iterator[tuple[str, Any]]:
    """What a template pickles with, each with its name for people."""
    for option, value in template.environment._recipe().items():
        if option in ("filters", "tests", "globals"):
            for name, entry in (value or {}).items():
                yield f"the {option[:-1]} {name!r}", entry
        else:
            yield f"the environment's {option}", value
    for name, value in template._globals.items():
        yield f"the template's own global {name!r}", value


def _is_function(value: Any) -> bool:
    return hasattr(value, "__qualname__") and callable(value)


# --- errors --------------------------------------------------------------------------------------------------------


def packed_error(caught: Caught) -> tuple[Any, ...]:
    """What `arrived_error` takes: the error as bytes if it has such, and in words; its notes; its trace."""
    error = caught.error
    data = None
    for dumps in (plain_dumps, cluster_dumps):
        try:
            data = dumps(error)
            break
        except Exception:
            continue
    kind = type(error)
    notes = tuple(str(said) for said in getattr(error, "__notes__", ()))
    return (
        data,
        f"{kind.__module__}.{kind.__qualname__}",
        _text(error),
        _traceback(error),
        notes,
        caught.trace.detached(),
    )


def arrived_error(
    data: bytes | None,
    type_name: str,
    message: str,
    traceback: str,
    notes: tuple[str, ...],
    trace: TemplateTrace,
) -> Caught:
    """An error of another process, as itself or, where it does not pickle, as a `RemoteError`."""
    error: Any = None
    if data is not None:
        try:
            error = pickle.loads(data)
        except Exception:  # many exceptions pickle, and then cannot be made from what they pickled
            error = None
    if not isinstance(error, Exception):
        error = RemoteError(type_name, message, traceback)
    try:
        error._trace = trace  # where trace_of looks first
        error.__notes__ = list(notes)
    except Exception:  # slots, or attributes that the class refuses: RenderFailure has the trace all the same
        pass
    error.__cause__ = RemoteTraceback(traceback)
    return Caught(error, trace)


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception as second:
        return f"<its text cannot be had: {type(second).__name__}>"


def _traceback(error: Exception) -> str:
    try:
        return "".join(format_exception(error))
    except Exception as second:
        return f"<the traceback cannot be had: {type(second).__name__}>"
