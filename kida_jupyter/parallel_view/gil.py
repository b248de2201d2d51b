"""Whether the threads of this process can run Python at the same time and, where they cannot, what stands in the way."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kida.utils.workers import available_cpus, is_free_threading_build, is_gil_enabled

_TOLD: Final = re.compile(r"The global interpreter lock \(GIL\) has been enabled to load module '([^']+)'")
"""How CPython's import warns of a module that turns the GIL on (``Python/import.c``, since 3.13)."""


@dataclass(frozen=True, slots=True)
class Gil:
    """The GIL of a process.

    ``enabled`` says whether threads take turns; ``free_build`` whether this build can do without; ``forced`` whether
    ``PYTHON_GIL=1`` or ``-X gil=1`` keeps it on; ``module`` is the extension module whose import turned it on, where
    Python said so and it is still known. ``python`` is the version in words, ``cpus`` the cores it may run on.
    """

    enabled: bool
    free_build: bool
    forced: bool = False
    module: str | None = None
    python: str = ""
    cpus: int = 1

    def describe(self) -> str:
        """The state and its reason, in a sentence or two."""
        if not self.enabled:
            return (
                f"No GIL: {self.python} is a free-threaded build and nothing has turned the GIL on, so threads run"
                " template code at the same time."
            )
        if not self.free_build:
            return (
                f"The GIL is on: {self.python} is a build with the GIL, in which threads take turns running Python."
                " Only a free-threaded build (python3.13t or later) has none."
            )
        said = f"The GIL is on, although {self.python} is a free-threaded build: threads take turns running Python."
        if self.forced:
            return f"{said} PYTHON_GIL=1 or -X gil=1, with which this process was started, keeps it on."
        if self.module is not None:
            return (
                f"{said} The import of the extension module {self.module!r} switched it on, as that module does not say"
                " that it can do without. PYTHON_GIL=0 keeps it off all the same, at your own risk."
            )
        return (
            f"{said} An extension module that was imported switched it on; which, Python has not kept. Started with"
            " -W error::RuntimeWarning, Python stops at that import."
        )


def gil() -> Gil:
    """The GIL of this process, now."""
    free, enabled = is_free_threading_build(), is_gil_enabled()
    return Gil(
        enabled=enabled,
        free_build=free,
        forced=free and enabled and getattr(sys.flags, "gil", None) == 1,
        module=switched_on_by(vars(module) for module in _modules()) if free and enabled else None,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        cpus=available_cpus(),
    )


def switched_on_by(namespaces: Iterator[Mapping[str, Any]]) -> str | None:
    """The extension module whose import turned the GIL on, by the warnings that modules have given.

    Python keeps, in each module's ``__warningregistry__``, which of its warnings were shown. Parameters:
    ``namespaces``, those of the modules.
    """
    for namespace in namespaces:
        registry = namespace.get("__warningregistry__")
        if type(registry) is not dict:
            continue
        for key in tuple(registry):
            told = _TOLD.match(key[0]) if type(key) is tuple and key and type(key[0]) is str else None
            if told is not None:
                return told[1]
    return None


def _modules() -> Iterator[Any]:
    # what is in sys.modules may be anything; the loop may meet an import in another thread
    return (
        module for module in tuple(sys.modules.values()) if type(getattr(module, "__dict__", None)) is dict
    )
