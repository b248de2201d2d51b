"""Where the templates of a notebook come from: its named cells first, then folders, then an environment's loader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import kida


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a named cell comes from: what people are told, its file where it was read from one, and whether values
    are escaped in it (``None``: as for any file of that name).
    """

    shown: str
    file: str | None = None
    escapes: bool | None = None


class NamedCells:
    """A loader: the cells that were given a name, as they were last run.

    Parameters: ``texts``, their templates by name, and ``origins``, where each comes from; both held, not copied.
    """

    def __init__(self, texts: Mapping[str, str], origins: Mapping[str, Origin]) -> None:
        self._texts = texts
        self._origins = origins
        self._loader = kida.DictLoader(texts)

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text of a cell, and the file it was read from, where there is one. Raises `kida.TemplateNotFoundError`."""
        text, _ = self._loader.get_source(name)
        origin = self._origins.get(name)
        return text, origin.file if origin else None

    def load(self, name: str) -> Any:
        """The text of a cell, which is its own version. Raises `kida.TemplateNotFoundError`."""
        text, file = self.get_source(name)
        loaded = self._loader.load(name)
        return type(loaded)(text, file, text)

    def is_current(self, name: str, version: Any) -> bool:
        """Whether the cell still has the same text."""
        return self._loader.is_current(name, version)

    def iter_templates(self) -> Iterator[str]:
        """The names of the cells."""
        return self._loader.iter_templates()

    def list_templates(self) -> list[str]:
        """The names of the cells, sorted."""
        return self._loader.list_templates()

    def __contains__(self, name: str) -> bool:
        return name in self._texts


_MAX_SEARCHED: Final = 4
"""Folders that a hint names."""
_MAX_TOLD: Final = 60
"""Characters of another loader in a hint."""


class NotebookLoader:
    """A loader: named cells, then folders, then the loader of the environment that the notebook was given.

    Parameters: ``cells``; ``folders``, searched in their order; ``further``, the other loader, if there is one.
    """

    def __init__(self, cells: NamedCells, folders: Sequence[str], further: kida.Loader | None) -> None:
        self._folders = tuple(folders)
        self._further = further
        loaders: list[kida.Loader] = [cells]
        if folders:
            loaders.append(kida.FileSystemLoader(folders))
        if further is not None:
            loaders.append(further)
        self._choice = kida.ChoiceLoader(loaders)

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text of a template and its file, where it has one. Raises `kida.TemplateNotFoundError`."""
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def load(self, name: str) -> Any:
        """The text of a template, with its version. Raises `kida.TemplateNotFoundError`."""
        try:
            return self._choice.load(name)
        except kida.TemplateNotFoundError as error:
            raise type(error)(name, hint=self._hint(name)) from None

    def is_current(self, name: str, version: Any) -> bool:
        """Whether a template is still the same, and from the same place."""
        return self._choice.is_current(name, version)

    def iter_templates(self) -> Iterator[str]:
        """The names of all templates, some perhaps twice."""
        return self._choice.iter_templates()

    def list_templates(self) -> list[str]:
        """The names of all templates that can be listed, sorted."""
        return sorted(set(self.iter_templates()))

    def __contains__(self, name: str) -> bool:
        return name in self._choice

    def _hint(self, name: str) -> str:
        searched = list(self._folders[:_MAX_SEARCHED])
        if len(self._folders) > _MAX_SEARCHED:
            searched.append(f"{len(self._folders) - _MAX_SEARCHED} more folders")
        if self._further is not None:
            further = repr(self._further)
            searched.append(further if len(further) <= _MAX_TOLD else f"{further[:_MAX_TOLD]}…")
        if searched:
            return f"no cell of that name has run. Searched then: {', '.join(searched)}"
        return f"no cell of that name has run (%%kida --name {name}); %kida path DIR adds a folder of files"
