"""What the figures depend on: the Python, its build, the engines' versions. No paths, no host names."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
import sysconfig

PATH = re.compile(r"(?<![\w<.])/(?:[^\s/'\"<>()]+/)+")
REASON_LENGTH = 200


def gil_is_on() -> bool:
    """Whether this process has a GIL now; an extension module can have turned it on."""
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else bool(ask())


def is_free_threaded() -> bool:
    """Whether this Python was built without the need of a GIL (PEP 703)."""
    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def build() -> str:
    """The build of this Python in words, and what became of its GIL."""
    if not is_free_threaded():
        return "with GIL"
    return f"free-threaded, GIL {'on' if gil_is_on() else 'off'}"


def describe() -> dict[str, str]:
    """The machine's lines of the header."""
    implementation = f"{platform.python_implementation()} {platform.python_version()}"
    return {
        "python": f"{implementation} ({build()})",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
    }


def version_of(distribution: str) -> str:
    """The installed version of a distribution, or a word for a checkout that is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "checkout"


def reason(error: BaseException) -> str:
    """An exception in one line, without the paths of this machine."""
    return one_line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def one_line(text: str) -> str:
    """Text cut to one line of a sane length, without the paths of this machine."""
    text = PATH.sub("", " ".join(text.split()))
    return text if len(text) <= REASON_LENGTH else text[: REASON_LENGTH - 1] + "…"
