"""The built-in loaders: templates from folders, packages, mappings and functions, and several loaders as one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeAlias

from kida.environment.file_loaders import FileSystemLoader, PackageLoader
from kida.environment.loading import MAX_SHOWN, LoadedSource, Loader, is_current, listed, load, not_found
from kida.environment.precompiled import ModuleLoader
from kida.errors import TemplateNotFoundError

__all__ = [
    "ChoiceLoader",
    "DictLoader",
    "FileSystemLoader",
    "FunctionLoader",
    "Loader",
    "ModuleLoader",
    "PackageLoader",
    "PrefixLoader",
]


class DictLoader:
    """Templates from a mapping of names to texts, which may change at any time.

    Parameters: ``mapping``, held and not copied.
    """

    __slots__ = ("mapping",)

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.mapping = mapping

    def get_source(self, name: str) -> tuple[str, None]:
        """The text of a template, which has no file."""
        try:
            return self.mapping[name], None
        except KeyError:
            count = len(self.mapping)
            raise not_found(name, f"a mapping of {count} template{'' if count == 1 else 's'}") from None

    def load(self, name: str) -> LoadedSource:
        """The text of a template, which is its own version."""
        text, _ = self.get_source(name)
        return LoadedSource(text, None, text)

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Whether the mapping has the same text."""
        return self.mapping.get(name) == version

    def iter_templates(self) -> Iterator[str]:
        """The names of all templates, as of now."""
        return iter(list(self.mapping))

    def list_templates(self) -> list[str]:
        """The names of all templates."""
        return sorted(self.mapping)

    def __contains__(self, name: str) -> bool:
        return name in self.mapping

    def __repr__(self) -> str:
        return f"{type(self).__name__}({listed(list(self.mapping), '')})"


FunctionResult: TypeAlias = (
    "str | tuple[str, str | None] | tuple[str, str | None, Callable[[], bool] | None] | None"
)


class FunctionLoader:
    """Templates from a function.

    Parameters: ``function``, called with a name. It returns the text; or text and file; or text, file and a function
    that says whether the text is still up to date; or ``None`` where there is no such template. As in Jinja2.
    """

    __slots__ = ("function",)

    def __init__(self, function: Callable[[str], FunctionResult]) -> None:
        self.function = function

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text of a template, and its file where the function names one."""
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def load(self, name: str) -> LoadedSource:
        """The text of a template; its version is the function that says whether it is up to date."""
        found = self.function(name)
        if found is None:
            raise not_found(name, f"the function {getattr(self.function, '__qualname__', self.function)!s}")
        if isinstance(found, str):
            return LoadedSource(found)
        return LoadedSource(*found)

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Whether the text's own function says that it is up to date."""
        return bool(version()) if callable(version) else True

    def list_templates(self) -> list[str]:
        """Raises ``TypeError``: a function does not tell what it would answer to."""
        raise TypeError("a FunctionLoader cannot list its templates")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.function!r})"


class ChoiceLoader:
    """Several loaders as one: the first that has a name wins, also when it comes to have it later.

    Parameters: ``loaders``, in the order they are asked. One that is itself a `FunctionLoader`, or has no
    ``in``, is not asked again for a name that a later one supplied until that is reloaded.
    """

    __slots__ = ("loaders",)

    def __init__(self, loaders: Iterable[Loader]) -> None:
        self.loaders = tuple(loaders)

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text and the file of a template, from the first loader that has it."""
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def load(self, name: str) -> LoadedSource:
        """The text of a template from the first loader that has it; which one that was belongs to its version."""
        hints = []
        for place, loader in enumerate(self.loaders):
            try:
                loaded = load(loader, name)
            except TemplateNotFoundError as error:
                if error.hint:
                    hints.append(error.hint.removeprefix("looked in "))
                continue
            return LoadedSource(loaded.text, loaded.filename, (place, loaded.version), loaded.bundle)
        raise not_found(name, "; ".join(hints[:MAX_SHOWN]) or "no loaders")

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Whether the same loader has the same text, and none before it has the name by now."""
        if not isinstance(version, tuple):
            return False
        place, inner = version
        if any(_has(loader, name) for loader in self.loaders[:place]):
            return False
        return is_current(self.loaders[place], name, inner)

    def iter_templates(self) -> Iterator[str]:
        """The names of all templates of those loaders that can tell cheaply, some perhaps twice."""
        for loader in self.loaders:
            yield from _names(loader)

    def list_templates(self) -> list[str]:
        """The names that any of the loaders has."""
        return sorted({name for loader in self.loaders for name in loader.list_templates()})

    def __contains__(self, name: str) -> bool:
        return any(_has(loader, name) for loader in self.loaders)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.loaders)!r})"


class PrefixLoader:
    """Several loaders side by side, each under a prefix of its own: ``blog/index.html`` is ``index.html`` of the
    loader called ``blog``.

    Parameters: ``mapping`` of prefixes to loaders, held and not copied; ``delimiter`` behind the prefix.
    """

    __slots__ = ("delimiter", "mapping")

    def __init__(self, mapping: Mapping[str, Loader], delimiter: str = "/") -> None:
        self.mapping = mapping
        self.delimiter = delimiter

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text and the file of a template, from the loader its prefix names."""
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def load(self, name: str) -> LoadedSource:
        """The text of a template from the loader its prefix names; it keeps the whole name."""
        loader, rest = self._route(name)
        if loader is None:
            raise not_found(name, f"the prefixes {listed(list(self.mapping), '(none)')}")
        try:
            return load(loader, rest)
        except TemplateNotFoundError as error:
            raise TemplateNotFoundError(name, hint=error.hint) from None

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Whether the loader that the prefix names still has the same text."""
        loader, rest = self._route(name)
        return loader is not None and is_current(loader, rest, version)

    def iter_templates(self) -> Iterator[str]:
        """The names of all templates of those loaders that can tell cheaply."""
        for prefix, loader in list(self.mapping.items()):
            for name in _names(loader):
                yield f"{prefix}{self.delimiter}{name}"

    def list_templates(self) -> list[str]:
        """The names of all templates of all loaders, with their prefixes."""
        return sorted(
            f"{prefix}{self.delimiter}{name}"
            for prefix, loader in self.mapping.items()
            for name in loader.list_templates()
        )

    def __contains__(self, name: str) -> bool:
        loader, rest = self._route(name)
        return loader is not None and _has(loader, rest)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self.mapping)!r}, {self.delimiter!r})"

    def _route(self, name: str) -> tuple[Loader | None, str]:
        prefix, found, rest = name.partition(self.delimiter)
        return (self.mapping.get(prefix) if found else None), rest


def _has(loader: Loader, name: str) -> bool:
    """Whether a loader has a name; of one that cannot tell without loading, no."""
    return hasattr(loader, "__contains__") and name in loader


def _names(loader: Loader) -> Iterable[str]:
    names = getattr(loader, "iter_templates", None)
    return () if names is None else names()
