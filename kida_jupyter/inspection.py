"""Help in ``%%kida`` cells, for every front end that sends ``inspect_request``: Shift-Tab in JupyterLab.

IPython's inspector is handed a name and nothing else, so the kernel's ``do_inspect`` is what has to be asked first:
it is what kernels define for this (https://jupyter-client.readthedocs.io/en/stable/wrapperkernels.html#introspection).
Terminals have no such request, and nothing is installed there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kida_jupyter.magics.help import help_at

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from kida_jupyter.notebook import Notebook

_METHOD: Final = "do_inspect"
_KEPT_AS: Final = "kida_jupyter.inspection"


class _Inspecting:
    """A kernel's ``do_inspect`` with that of templates before it. Parameters: ``kernel``; ``notebook``."""

    def __init__(self, kernel: Any, notebook: Notebook) -> None:
        self._kernel = kernel
        self._further = kernel.do_inspect
        self._was_own = _METHOD in vars(kernel)
        self._notebook: Notebook | None = notebook
        kernel.do_inspect = self

    def __call__(self, code: str, cursor_pos: int, *rest: Any, **options: Any) -> Any:
        told = None if self._notebook is None else help_at(code, cursor_pos, self._notebook)
        if told is None:
            return self._further(code, cursor_pos, *rest, **options)
        data = {"text/plain": told} if told else {}
        return {"status": "ok", "found": bool(told), "data": data, "metadata": {}}

    def remove(self) -> None:
        """Put back what was there; where somebody else's stands before it, do no more than pass on."""
        self._notebook = None
        if vars(self._kernel).get(_METHOD) is not self:
            return
        if self._was_own:
            self._kernel.do_inspect = self._further
        else:
            del self._kernel.do_inspect


def install(shell: InteractiveShell, notebook: Notebook) -> None:
    """Let the kernel of a shell help with templates; a second time changes nothing."""
    kernel = getattr(shell, "kernel", None)
    if kernel is None or _KEPT_AS in shell.meta:
        return
    # shell.meta is IPython's place for what extensions keep
    shell.meta[_KEPT_AS] = _Inspecting(kernel, notebook)


def uninstall(shell: InteractiveShell) -> None:
    """Put back how the kernel of a shell inspected before."""
    installed = shell.meta.pop(_KEPT_AS, None) if getattr(shell, "kernel", None) is not None else None
    if installed is not None:
        installed.remove()
