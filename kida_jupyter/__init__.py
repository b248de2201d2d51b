"""Kida in the notebook: ``%load_ext kida_jupyter``, and a cell that starts with ``%%kida`` is a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kida_jupyter.registering import as_filter as filter  # noqa: A004 - that is what it registers
from kida_jupyter.registering import as_global as global_
from kida_jupyter.registering import as_test as test

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from kida_jupyter.parallel_view import parallel
    from kida_jupyter.playground import Playground

__all__ = [
    "Playground",
    "filter",
    "global_",
    "load_ipython_extension",
    "parallel",
    "test",
    "unload_ipython_extension",
]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add ``%%kida`` and ``%kida`` to a shell: what IPython calls for ``%load_ext kida_jupyter``."""
    from kida_jupyter.extension import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Put everything back as it was: what IPython calls for ``%unload_ext kida_jupyter``."""
    from kida_jupyter.extension import unload

    unload(shell)


def __getattr__(name: str) -> Any:
    # widgets take a while to import, and most of who imports this has none
    if name == "Playground":
        from kida_jupyter.playground import Playground

        return Playground
    if name == "parallel":
        from kida_jupyter.parallel_view import parallel

        return parallel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
