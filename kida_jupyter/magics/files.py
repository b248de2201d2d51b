"""Files of templates: named cells are saved to them and loaded from them, and folders of them are searched."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

import kida
from kida_jupyter.magics.options import nearest, usage
from kida_jupyter.notebook import Notebook
from kida_jupyter.sources import Origin


def found(magic: str, notebook: Notebook, name: str) -> tuple[str, str]:
    """The name and the text of a template. Raises ``UsageError`` where there is none of that name.

    Parameters: ``magic``, for the message; ``notebook``; ``name``.
    """
    loader = notebook.environment.loader
    try:
        return name, loader.get_source(name)[0]
    except kida.TemplateError as error:
        if not isinstance(error, kida.TemplateNotFoundError):
            raise usage(magic, error.message) from None
        near = nearest(name, loader.iter_templates())
        listed = "" if near else "; %kida list shows those that there are"
        raise usage(magic, f"no template {name}{listed}", near) from None


def save(text: str, name: str, file: str, *, force: bool) -> str:
    """Write a template to a file, and give the file as it is shown. Raises ``UsageError`` where that cannot be done.

    Parameters: ``text``, ``name``; ``file``, or the folder for a file of that name; ``force``, whether one that is
    there is overwritten.
    """
    path = Path(file).expanduser()
    if path.is_dir():
        path /= Path(name).name
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError:
        raise usage("%kida save", f"{path} is there already; --force overwrites it") from None
    except FileNotFoundError:
        raise usage("%kida save", f"there is no folder {path.parent}") from None
    except (OSError, UnicodeEncodeError) as error:
        raise usage("%kida save", f"{path} cannot be written: {_reason(error)}") from None
    return str(path)


def load(notebook: Notebook, patterns: Sequence[str]) -> list[tuple[str, str]]:
    """Read files as named cells, all or none, and give the names with the files.

    Parameters: ``notebook``; ``patterns``, files, with ``*`` and the like. Raises ``UsageError`` for what cannot
    be read, and for two files that would have one name.
    """
    paths: dict[str, Path] = {}
    for pattern in patterns:
        for path in _matching(pattern):
            other = paths.setdefault(path.name, path)
            if other.resolve() != path.resolve():
                message = f"{other} and {path} would both be called {path.name}; %kida path keeps them apart"
                raise usage("%kida load", message)
    texts = {name: _text(path) for name, path in paths.items()}
    for name, text in texts.items():
        path = paths[name]
        notebook.add_cell(name, text, Origin(str(path), file=str(path.resolve())))
    return [(name, str(path)) for name, path in paths.items()]


def folders(words: Sequence[str]) -> list[str]:
    """The folders meant by words. Raises ``UsageError`` for one that is none."""
    paths = [Path(word).expanduser() for word in words]
    for path in paths:
        if path.is_file():
            raise usage("%kida path", f"{path} is a file, and no folder", f"%kida load {path}")
        if not path.is_dir():
            raise usage("%kida path", f"there is no folder {path}", _nearest_beside(path, of_folders=True))
    return [str(path) for path in dict.fromkeys(paths)]


def _matching(pattern: str) -> list[Path]:
    path = Path(pattern).expanduser()
    if path.is_file():  # also one whose name has brackets
        return [path]
    if path.is_dir():
        raise usage("%kida load", f"{path} is a folder", f"%kida path {pattern}")
    matching = [
        found for one in sorted(glob.glob(str(path), recursive=True)) if (found := Path(one)).is_file()
    ]
    if not matching:
        if glob.has_magic(pattern):
            raise usage("%kida load", f"no file is like {pattern}")
        raise usage("%kida load", f"there is no file {path}", _nearest_beside(path, of_folders=False))
    return matching


def _nearest_beside(path: Path, *, of_folders: bool) -> str | None:
    try:
        names = [one.name for one in path.parent.iterdir() if (one.is_dir() if of_folders else one.is_file())]
    except OSError:
        return None
    near = nearest(path.name, names)
    return near and str(path.with_name(near))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise usage("%kida load", f"{path} cannot be read: {_reason(error)}") from None


def _reason(error: OSError | UnicodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not valid UTF-8"
