"""Loaders that read files: of folders, and of Python packages."""

from __future__ import annotations

import codecs
import os
from collections.abc import Hashable, Iterator, Sequence
from stat import S_ISREG
from typing import TYPE_CHECKING, TypeAlias

from kida.environment.loading import LoadedSource, listed, not_found
from kida.errors import ErrorCode, TemplateError, TemplateNotFoundError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

StrPath: TypeAlias = "str | os.PathLike[str]"

_MAX_READS = 5
"""Attempts at reading a file that is being written meanwhile, before its text is taken as it is."""


class FileSystemLoader:
    """Templates from files in one or more folders, of which the first that has a name wins.

    A name cannot lead out of the folders: ``..``, backslashes, drive letters and NUL bytes are in no template's
    name, and a leading ``/`` means the folder itself, as in Jinja2. A symbolic link in a folder is followed: whoever
    can put one there can also put a template there.

    Parameters: ``searchpath``, a folder or several; ``encoding`` of the files; ``followlinks``, whether listing
    enters folders that are symbolic links. Raises ``LookupError`` for an unknown encoding.
    """

    __slots__ = ("encoding", "followlinks", "searchpath")

    def __init__(
        self, searchpath: StrPath | Sequence[StrPath], encoding: str = "utf-8", followlinks: bool = False
    ) -> None:
        codecs.lookup(encoding)
        paths = [searchpath] if isinstance(searchpath, (str, os.PathLike)) else searchpath
        self.searchpath = tuple(os.fspath(path) for path in paths)
        self.encoding = encoding
        self.followlinks = followlinks

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text and the file of a template."""
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def load(self, name: str) -> LoadedSource:
        """The text of a template and a version of that text: its file, that one's time, size and inode."""
        found = self._find(name)
        if found is None:
            searched = listed(self.searchpath, "no folders")
            if _split(name) is None:  # a path like it may lead to a file
                searched += " (where no name has '..', a backslash, a drive letter or a NUL in it)"
            raise not_found(name, searched)
        path = found[0]
        data, version = _read(name, path)
        return LoadedSource(_decode(name, data, self.encoding, path), path, version)

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Whether the template's file is the same, unchanged."""
        return self._find(name) == version

    def iter_templates(self) -> Iterator[str]:
        """The names of all templates as they are met, some perhaps twice."""
        for root in self.searchpath:
            for folder, _, files in os.walk(root, followlinks=self.followlinks):
                inside = os.path.relpath(folder, root).replace(os.sep, "/")
                for file in files:
                    yield file if inside == "." else f"{inside}/{file}"

    def list_templates(self) -> list[str]:
        """The names of all files in the folders."""
        return sorted(set(self.iter_templates()))

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.searchpath)!r})"

    def _find(self, name: str) -> _FileVersion | None:
        parts = _split(name)
        if not parts:
            return None
        for root in self.searchpath:
            path = os.path.join(root, *parts)
            try:
                found = os.stat(path)
            except (OSError, ValueError):
                # ValueError: a name that no file system can hold, such as one with a lone surrogate
                continue
            if S_ISREG(found.st_mode):
                return _version(path, found)
        return None


class PackageLoader:
    """Templates that a Python package ships, from its folder or from within a zip file.

    Parameters: ``package``, its import name; ``package_path``, the folder in it; ``encoding`` of the files. Raises
    ``ModuleNotFoundError`` where there is no such package and ``ValueError`` where it has no such folder.
    """

    __slots__ = ("_files", "_root", "encoding", "package", "package_path")

    def __init__(self, package: str, package_path: str = "templates", encoding: str = "utf-8") -> None:
        from importlib.resources import files

        root: Traversable = files(package)
        for part in _split(package_path) or ():
            root = root.joinpath(part)
        if _split(package_path) is None or not root.is_dir():
            raise ValueError(f"the package {package!r} has no folder {package_path!r}")
        self.package = package
        self.package_path = package_path
        self.encoding = encoding
        self._root = root
        # an installed package is a folder, and then this is a FileSystemLoader by another name
        self._files = FileSystemLoader(root, encoding) if isinstance(root, os.PathLike) else None

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text of a template, and its file unless that is in a zip file."""
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def load(self, name: str) -> LoadedSource:
        """The text of a template. What is in a zip file is taken not to change while the program runs."""
        if self._files is not None:
            try:
                return self._files.load(name)
            except TemplateNotFoundError:
                raise self._not_found(name) from None
        found = self._resource(name)
        if found is None:
            raise self._not_found(name)
        return LoadedSource(_decode(name, found.read_bytes(), self.encoding, str(found)))

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Whether the template's file is unchanged."""
        return self._files is None or self._files.is_current(name, version)

    def iter_templates(self) -> Iterator[str]:
        """The names of all templates as they are met."""
        return _walk(self._root, "") if self._files is None else self._files.iter_templates()

    def list_templates(self) -> list[str]:
        """The names of all files in the package's folder."""
        return sorted(self.iter_templates())

    def __contains__(self, name: str) -> bool:
        return self._resource(name) is not None if self._files is None else name in self._files

    def __reduce__(self) -> tuple[type[PackageLoader], tuple[str, str, str]]:
        # where the package is may differ in the process that unpickles
        return type(self), (self.package, self.package_path, self.encoding)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.package!r}, {self.package_path!r})"

    def _not_found(self, name: str) -> TemplateNotFoundError:
        return not_found(name, f"{self.package_path!r} of the package {self.package!r}")

    def _resource(self, name: str) -> Traversable | None:
        parts = _split(name)
        found = self._root
        for part in parts or ():
            found = found.joinpath(part)
        return found if parts and found.is_file() else None


_FileVersion: TypeAlias = tuple[str, int, int, int]
"""A file and its state: path, modification time in nanoseconds, size in bytes, inode."""


def _version(path: str, state: os.stat_result) -> _FileVersion:
    return path, state.st_mtime_ns, state.st_size, state.st_ino


def _read(name: str, path: str) -> tuple[bytes, _FileVersion]:
    """A file's bytes with the state they were read in: never bytes of one state with the stamp of another."""
    try:
        with open(path, "rb") as file:
            for _ in range(_MAX_READS):
                file.seek(0)
                version = _version(path, os.fstat(file.fileno()))
                data = file.read()
                if version == _version(path, os.fstat(file.fileno())):
                    break
            return data, version
    except FileNotFoundError:
        raise not_found(name, repr(path)) from None
    except OSError as error:
        raise TemplateError(
            f"template {name!r} cannot be read: {error.strerror}",
            code=ErrorCode.UNREADABLE_TEMPLATE,
            hint=f"its file is {path!r}",
        ) from error


def _decode(name: str, data: bytes, encoding: str, path: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateError(
            f"template {name!r} is not valid {encoding}: {error.reason} (byte 0x{data[error.start]:02x}, line {line})",
            code=ErrorCode.UNREADABLE_TEMPLATE,
            hint=f"save {path!r} as {encoding}, or name its encoding: FileSystemLoader(…, encoding=…)",
        ) from error


def _split(name: str) -> list[str] | None:
    """The folders and the file in a template's name, or ``None`` where one of them could lead elsewhere.

    The same on every platform, so that a name that is refused on one is no surprise on another.
    """
    if "\\" in name or "\0" in name:
        return None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if any(part == ".." or (part[1:2] == ":" and part[0].isalpha()) for part in parts):
        return None
    return parts


def _walk(folder: Traversable, inside: str) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{inside}{entry.name}/")
        else:
            yield inside + entry.name
