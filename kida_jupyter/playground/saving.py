"""A playground's templates written to files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath


def save(texts: Mapping[str, str], folder: str | Path, *, force: bool) -> list[Path]:
    """Write templates to files that are called as they are, all or none, and give the files.

    Parameters: ``texts`` by name, written as they are, in UTF-8; ``folder``, made where it is not there; ``force``,
    whether files that are there are overwritten. Raises ``FileExistsError`` for one that is there with another text,
    ``ValueError`` for a name that leads out of the folder.
    """
    root = Path(folder).expanduser()
    written = {_path(root, name): text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    if not force:
        others = [path for path, data in written.items() if path.exists() and not _has(path, data)]
        if others:
            raise FileExistsError(
                f"{', '.join(map(str, others))} {'is' if len(others) == 1 else 'are'} there already, with another text; "
                "force=True overwrites"
            )
    for path, data in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return list(written)


def _path(folder: Path, name: str) -> Path:
    inside = PurePosixPath(name)
    # as a Windows path would: a drive, and its own separator
    if inside.is_absolute() or ".." in inside.parts or not inside.parts or ":" in name or "\\" in name:
        raise ValueError(f"{name!r} is no name for a file within a folder")
    return folder.joinpath(*inside.parts)


def _has(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False
