"""What a loader is, and how an environment asks one for templates."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from kida.errors import TemplateError, TemplateNotFoundError, did_you_mean
from kida.values import Value

if TYPE_CHECKING:
    from kida.environment.bytecode_cache import Bundle

MAX_NAMES_COMPARED = 1000
"""Names looked at for a "did you mean": a slip of the pen must not cost a walk through a whole file system."""

MAX_SHOWN = 5
"""Places or names listed in a hint; of more, the first ones stand for all."""


@runtime_checkable
class Loader(Protocol):
    """Where templates come from. These two methods are all that a loader must have.

    Names use ``/`` between folders on every platform. A loader is shared by threads: it may be asked for several
    templates at once.
    """

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text of a template, and its file where it has one. Raises `TemplateNotFoundError`."""
        ...

    def list_templates(self) -> list[str]:
        """The names of all templates, sorted. Raises ``TypeError`` where they cannot be listed."""
        ...


class LoadedSource(Value):
    """A template's text as it was at one moment.

    ``text``; ``filename``, where it has one; ``version``, a token of the loader's that `ReloadingLoader.is_current`
    understands, ``None`` where the text is for good; ``bundle``, its compiled form, where the loader has that too.
    """

    text: str
    filename: str | None = None
    version: Hashable | None = None
    bundle: Bundle | None = None


@runtime_checkable
class ReloadingLoader(Loader, Protocol):
    """A loader that notices when a template changes, for ``Environment(auto_reload=True)``.

    The built-in loaders are such, and any loader with these methods; of another, what was loaded is taken to be current for good.
    """

    def load(self, name: str) -> LoadedSource:
        """The text of a template with a version of that very text: where the two cannot be read in one step, the
        version is read first, so that a change in between is noticed later. Raises `TemplateNotFoundError`.
        """
        ...

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Whether `load` would give the text of ``version`` again. Asked each time a cached template is fetched, so
        it must be cheap: for a file one ``os.stat``. Where the template is gone it is not current.
        """
        ...


def load(loader: Loader, name: str) -> LoadedSource:
    """A template from any loader. Raises `TemplateNotFoundError`, and `TemplateError` for one that cannot be read."""
    if hasattr(loader, "is_current"):
        loaded: LoadedSource = loader.load(name)  # type: ignore[attr-defined]
        return loaded
    return LoadedSource(*loader.get_source(name))


def is_current(loader: Loader, name: str, version: Hashable | None) -> bool:
    """Whether what `load` gave with this version is still what the loader has."""
    if version is None:
        return True
    # an attribute, not isinstance(): this runs at every get_template, and a protocol's isinstance() is slow
    ask = getattr(loader, "is_current", None)
    return ask is None or bool(ask(name, version))


def nearest_template(loader: Loader | None, name: str) -> str | None:
    """The template perhaps meant by a name that was not found, or ``None``.

    Only loaders whose names come cheaply are asked (those with ``iter_templates``, as the built-in ones), and of
    them the first `MAX_NAMES_COMPARED`. To be called when an error is shown, not whenever a name is missing.
    """
    names = getattr(loader, "iter_templates", None)
    if names is None:
        return None
    try:
        known: list[str] = list(islice(names(), MAX_NAMES_COMPARED))
    except (OSError, TypeError, TemplateError):
        return None
    # without the suffix that they share, or every short name ending in .html would be near every other
    stem, dot, suffix = name.rpartition(".")
    stems = {other[: -len(dot + suffix)]: other for other in known if dot and other.endswith(dot + suffix)}
    near = did_you_mean(stem, stems)
    if near is not None:
        return stems[near]
    file = name.rpartition("/")[2]
    elsewhere = next((other for other in known if other.rpartition("/")[2] == file != ""), None)
    return elsewhere or did_you_mean(name, [other for other in known if other not in stems.values()])


def not_found(name: str, searched: str) -> TemplateNotFoundError:
    """The error for a missing template, with a hint that says where it was looked for."""
    return TemplateNotFoundError(name, hint=f"looked in {searched}")


def listed(items: Sequence[str], none: str) -> str:
    """A few of the items for a hint, or the word for none."""
    shown = ", ".join(repr(item) for item in items[:MAX_SHOWN])
    return f"{shown} …" if len(items) > MAX_SHOWN else shown or none
