"""A shell within this process that answers as a kernel does: quicker, for what needs no front end."""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from kida_jupyter.notebook import Notebook, notebook_of
from tests.notebook.kernel import Run


class Session:
    """A shell with the extension loaded."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    @property
    def notebook(self) -> Notebook:
        notebook = notebook_of(self.shell)
        assert notebook is not None
        return notebook

    @property
    def names(self) -> dict[str, Any]:
        """The variables of the notebook, to be read and written."""
        return self.shell.user_ns

    def run(self, cell: str) -> Run:
        """Run a cell, and give what came of it."""
        with capture_output() as captured:
            result = self.shell.run_cell(cell, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        return Run(
            [output.data for output in captured.outputs],
            captured.stdout,
            captured.stderr,
            None if error is None else {"ename": type(error).__name__, "traceback": [captured.stdout]},
            {"status": "ok" if result.success else "error", "execution_count": result.execution_count},
        )

    def complaint(self, cell: str) -> str:
        """The one line that a cell is answered with, which must be all that comes of it."""
        run = self.run(cell)
        assert not run.ok
        assert (run.shown, run.stdout) == ([], "")
        assert run.stderr.count("\n") == 1
        assert run.stderr.startswith("UsageError: ")
        return run.stderr.removeprefix("UsageError: ").rstrip("\n")
