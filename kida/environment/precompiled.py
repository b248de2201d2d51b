"""Templates compiled ahead of time: the folder they are written to, and the loader that reads it."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

from kida.environment.bytecode_cache import dump_bundle, load_bundle, write_atomically
from kida.environment.loading import LoadedSource, not_found
from kida.errors import ErrorCode, TemplateError

INDEX = "index.json"
"""The file that lists a folder's templates: ``{"templates": {name: file}}``."""

_REQUIRED = ("name", "source", "filename", "options")


def bundle_filename(name: str) -> str:
    """The file of a template's compiled form: a digest, since names may hold what file names may not."""
    from hashlib import sha256

    return f"template_{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.kida"


def write_bundles(
    target: str | os.PathLike[str], templates: Iterable[tuple[CodeType, Mapping[str, Any]]]
) -> list[str]:
    """Write compiled templates to a folder, for `ModuleLoader`, and list them in its index.

    Parameters: ``target``, the folder, made if need be; ``templates``, code objects with their metadata, which has
    at least ``name``, ``source``, ``filename`` (or ``None``) and ``options`` (as for `fingerprint`).
    Returns the names written, in order. Templates of an earlier run stay, and stay listed. Raises ``OSError``.
    """
    import json

    folder = os.fspath(target)
    os.makedirs(folder, exist_ok=True)
    index = _read_index(folder)
    written = []
    for code, metadata in templates:
        name = metadata["name"]
        file = bundle_filename(name)
        write_atomically(os.path.join(folder, file), dump_bundle(code, metadata))
        index[name] = file
        written.append(name)
    text = json.dumps({"templates": index}, indent=1, sort_keys=True)
    write_atomically(os.path.join(folder, INDEX), text.encode("ascii"))
    return written


class ModuleLoader:
    """Templates from folders that ``Environment.compile_templates`` wrote.

    Each file holds the compiled code and the text: where the code does not fit (another Python, another Kida, other
    options of the environment) the text is compiled as usual. The code runs as it is, so a folder must come from
    whoever may also change the program. What is there is taken not to change while the program runs.

    Parameters: ``path``, a folder or several, of which the first that has a name wins.
    """

    __slots__ = ("path",)

    def __init__(self, path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> None:
        paths = [path] if isinstance(path, (str, os.PathLike)) else path
        self.path = tuple(os.fspath(folder) for folder in paths)

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text that was compiled, and the file it was read from then."""
        loaded = self.load(name)
        return loaded.text, loaded.filename

    def load(self, name: str) -> LoadedSource:
        """A template with its compiled form. Raises `TemplateError` for a damaged file."""
        for folder in self.path:
            file = os.path.join(folder, bundle_filename(name))
            try:
                with open(file, "rb") as opened:
                    data = opened.read()
            except FileNotFoundError:
                continue
            bundle = load_bundle(data)
            if bundle is None or any(key not in bundle.metadata for key in _REQUIRED):
                raise TemplateError(
                    f"the compiled form of template {name!r} is damaged",
                    code=ErrorCode.UNREADABLE_TEMPLATE,
                    hint=f"run Environment.compile_templates again; the file is {file!r}",
                )
            return LoadedSource(bundle.metadata["source"], bundle.metadata["filename"], None, bundle)
        raise not_found(name, "the compiled templates in " + ", ".join(map(repr, self.path)))

    def is_current(self, name: str, version: Hashable | None) -> bool:
        """Always: compiled templates change when the program does."""
        return True

    def iter_templates(self) -> Iterator[str]:
        """The names in the folders' indexes."""
        for folder in self.path:
            yield from _read_index(folder)

    def list_templates(self) -> list[str]:
        """The names in the folders' indexes."""
        return sorted(set(self.iter_templates()))

    def __contains__(self, name: str) -> bool:
        return any(os.path.isfile(os.path.join(folder, bundle_filename(name))) for folder in self.path)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.path)!r})"


def _read_index(folder: str) -> dict[str, str]:
    import json

    try:
        with open(os.path.join(folder, INDEX), encoding="ascii") as file:
            templates = json.load(file)["templates"]
        return {str(name): str(file) for name, file in templates.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TemplateError(
            f"the index of compiled templates in {folder!r} is damaged",
            code=ErrorCode.UNREADABLE_TEMPLATE,
            hint="run Environment.compile_templates again",
        ) from error
