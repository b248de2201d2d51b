"""Loading the extension into a shell, and taking it out again without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kida_jupyter import completion, inspection
from kida_jupyter.magics.core import add_magics, remove_magics
from kida_jupyter.notebook import Notebook, notebook_of
from kida_jupyter.views import error as error_view

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_KEPT_AS: Final = "kida_jupyter"


def load(shell: InteractiveShell) -> None:
    """Add everything to a shell; a second time changes nothing."""
    if notebook_of(shell) is not None:
        return
    # shell.meta is IPython's place for what extensions keep
    notebook = shell.meta.pop(_KEPT_AS, None) or Notebook(shell)
    add_magics(shell, notebook)
    error_view.install(shell, notebook)
    completion.install(shell, notebook)
    inspection.install(shell, notebook)
    notebook.live.resume()


def unload(shell: InteractiveShell) -> None:
    """Take everything out of a shell again. Where it is not loaded, nothing changes.

    What the notebook knows is kept until the cell ends: %reload_ext unloads and loads in one, and loses nothing.
    """
    notebook = notebook_of(shell)
    if notebook is None:
        return
    notebook.live.rest()
    inspection.uninstall(shell)
    completion.uninstall(shell)
    error_view.uninstall(shell)
    remove_magics(shell)
    shell.meta[_KEPT_AS] = notebook

    def forget(result: Any) -> None:
        shell.events.unregister("post_run_cell", forget)
        if shell.meta.get(_KEPT_AS) is notebook:
            del shell.meta[_KEPT_AS]

    shell.events.register("post_run_cell", forget)
