"""Compiled templates kept between processes: their form on disk, and the cache that holds them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import CodeType
from typing import Any, Protocol, runtime_checkable

from kida.values import Value

_MAGIC = b"kida bundle\n"
_CHECKSUM_SIZE = 4  # of CRC-32
_LENGTH_SIZE = 4

BUNDLE_FORMAT = 9
"""Raised whenever the form below changes, or what compiled templates expect of the runtime does: a bundle of
another format is compiled anew."""

_OTHERS_MAY_WRITE = 0o022  # the permission bits of group and others


class Bundle(Value):
    """A compiled template as it was stored.

    ``code`` is ``None`` where another Python or another Kida compiled it and it must not run here; ``metadata``
    is what `dump_bundle` was given, and can be read all the same.
    """

    code: CodeType | None
    metadata: dict[str, Any]


def dump_bundle(code: CodeType, metadata: Mapping[str, Any]) -> bytes:
    """A code object and a few facts about it as bytes for a file.

    Parameters: ``code``; ``metadata``, a mapping that JSON can hold.

    The form: a magic line, a CRC-32 of all that follows, the length of the header, the header (JSON: who made
    it, the metadata), the code (``marshal``). The checksum tells a damaged file from a whole one; it is no
    signature, and whoever can write the file can run code here, as with Python's own ``.pyc`` files.
    """
    import json
    import marshal

    header = json.dumps({"maker": _maker(), "metadata": dict(metadata)}).encode("ascii")
    body = len(header).to_bytes(_LENGTH_SIZE, "big") + header + marshal.dumps(code)
    return _MAGIC + _checksum(body) + body


def load_bundle(data: bytes) -> Bundle | None:
    """What `dump_bundle` made bytes of, or ``None`` where the bytes are damaged or something else altogether."""
    import json
    import marshal

    start = len(_MAGIC) + _CHECKSUM_SIZE
    body = data[start:]
    if not data.startswith(_MAGIC) or data[len(_MAGIC) : start] != _checksum(body):
        return None
    try:
        end = _LENGTH_SIZE + int.from_bytes(body[:_LENGTH_SIZE], "big")
        header = json.loads(body[_LENGTH_SIZE:end])
        if header["maker"] != _maker():
            return Bundle(None, header["metadata"])
        code = marshal.loads(body[end:])
    except (ValueError, KeyError, TypeError, EOFError):
        return None
    return Bundle(code, header["metadata"]) if isinstance(code, CodeType) else None


def fingerprint(name: str | None, source: str, options: str, filename: str | None = None) -> str:
    """The key of a compiled template: equal where the compiler would make the same code, and nowhere else.

    Parameters: ``name``, ``source`` (its text) and ``filename`` of the template, all of which its code carries;
    ``options``, the environment's options that the compiler heeds, written out in a fixed order.
    """
    parts = (repr(name), repr(filename), options, source)
    # lengths between the parts: no two different sequences of parts make the same text
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return _digest(text.encode("utf-8", "surrogatepass")).hex()


@runtime_checkable
class BytecodeCache(Protocol):
    """Where an environment keeps compiled templates between processes: bytes under keys.

    Keys are `fingerprint`s: an entry is never out of date, and two writers of a key write the same. What is
    loaded runs as Python code, so only trusted hands may be able to write it.
    """

    def load(self, key: str) -> bytes | None:
        """The bytes stored under a key, or ``None``. Raises nothing: a cache that fails has no entry."""
        ...

    def store(self, key: str, data: bytes) -> None:
        """Keep bytes under a key. Raises nothing: a cache that fails forgets."""
        ...

    def clear(self) -> None:
        """Drop all entries."""
        ...


class FileSystemBytecodeCache:
    """Compiled templates as files in a folder.

    A file appears whole or not at all, so any number of threads and processes may share the folder. Files that
    cannot be read or written are as good as absent.

    Parameters: ``directory``, which is made if need be, by default one in the user's cache folder that nobody else
    can write to; ``pattern``, the files' name, with ``%s`` for the key. Raises ``ValueError`` for a pattern that names no single file of the folder, ``PermissionError`` where the
    default folder is in somebody else's hands.
    """

    __slots__ = ("_prefix", "_suffix", "directory", "pattern")

    def __init__(
        self, directory: str | os.PathLike[str] | None = None, pattern: str = "__kida_%s.cache"
    ) -> None:
        prefix, found, suffix = pattern.partition("%s")
        if not found or "%" in suffix or "%" in prefix or os.path.basename(pattern) != pattern:
            raise ValueError(f"the pattern is a file name with one %s for the key, not {pattern!r}")
        self.directory = _private_directory() if directory is None else os.fspath(directory)
        self.pattern = pattern
        self._prefix = prefix
        self._suffix = suffix

    def load(self, key: str) -> bytes | None:
        """The bytes stored under a key, or ``None``."""
        try:
            with open(self._path(key), "rb") as file:
                return file.read()
        except OSError:
            return None

    def store(self, key: str, data: bytes) -> None:
        """Keep bytes under a key, if the folder can be written to."""
        try:
            os.makedirs(self.directory, exist_ok=True)
            write_atomically(self._path(key), data)
        except OSError:
            # a full disk or a read-only folder costs speed, never a render
            pass

    def clear(self) -> None:
        """Remove the files of this cache from the folder; others stay."""
        try:
            names = os.listdir(self.directory)
        except OSError:
            return
        for name in names:
            if name.startswith(self._prefix) and name.endswith(self._suffix):
                try:
                    os.unlink(os.path.join(self.directory, name))
                except OSError:
                    continue

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.directory!r}, {self.pattern!r})"

    def _path(self, key: str) -> str:
        return os.path.join(self.directory, self._prefix + key + self._suffix)


def write_atomically(path: str, data: bytes) -> None:
    """Write a file so that readers find the old one or the new one, and never a part of either.

    Raises ``OSError`` where that fails, and leaves nothing behind.
    """
    import tempfile

    handle, temporary = tempfile.mkstemp(prefix=".kida-", suffix=".tmp", dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise


def _private_directory() -> str:
    """The folder for compiled templates in this user's cache folder, made if need be."""
    import stat

    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    path = os.path.join(base, "kida", "bytecode")
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.lstat(path)
    except OSError:
        return path  # a home that cannot be written to: nothing will be stored, nor found
    # HOME may be somebody else's (sudo, a container), and what the folder holds is run as code
    strange = hasattr(os, "getuid") and (
        found.st_uid != os.getuid() or bool(found.st_mode & _OTHERS_MAY_WRITE)
    )
    if strange or not stat.S_ISDIR(found.st_mode):
        raise PermissionError(
            f"{path!r} is not a folder that this user alone can write to, and what it holds would be run as code; "
            "name another: FileSystemBytecodeCache(directory)"
        )
    return path


def _maker() -> str:
    """Who compiles here: code of another maker must not run."""
    from importlib.util import MAGIC_NUMBER

    from kida import __version__

    return f"kida {__version__}/{BUNDLE_FORMAT} {sys.implementation.cache_tag} {MAGIC_NUMBER.hex()}"


def _digest(data: bytes) -> bytes:
    from hashlib import sha256

    return sha256(data).digest()


def _checksum(data: bytes) -> bytes:
    from zlib import crc32

    return crc32(data).to_bytes(_CHECKSUM_SIZE, "big")
