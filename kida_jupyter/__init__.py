"""Kida in the notebook: ``%load_ext kida_jupyter``, and a cell that starts with ``%%kida`` is a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add ``%%kida`` to a shell: what IPython calls for ``%load_ext kida_jupyter``."""
    from kida_jupyter.magics import add_magics

    add_magics(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Put everything back as it was: what IPython calls for ``%unload_ext kida_jupyter``."""
    from kida_jupyter.magics import remove_magics

    remove_magics(shell)
