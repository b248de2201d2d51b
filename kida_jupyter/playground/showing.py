"""Where a playground is made and shown: the notebook around it, and its static form among a cell's outputs."""

# mypy: disable-error-code="no-untyped-call"
# IPython's display() has no types.

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from kida_jupyter.notebook import Notebook, notebook_of

_KEPT_AS: Final = "kida_jupyter"
"""Where the extension finds a notebook when it is loaded later."""
_QUIET: Final = 1.0
"""Seconds without an edit until the static form is sent: it is for a file that is saved now and then."""
_MOST_OUTPUTS: Final = 8
"""Outputs that are kept up to date, of a playground that is shown again and again."""


def notebook_here() -> Notebook | None:
    """The notebook of the shell that runs, also where the extension is not loaded; ``None`` in plain Python."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        return None
    notebook: Notebook | None = notebook_of(shell) or shell.meta.get(_KEPT_AS)
    if notebook is None:
        notebook = shell.meta[_KEPT_AS] = Notebook(shell)
    return notebook


def has_kernel() -> bool:
    """Whether there is a front end that can show widgets."""
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


class Outputs:
    """The outputs that show a playground's static form, kept up to date: not at each key, but before a cell is over."""

    def __init__(self) -> None:
        self._ids: deque[str] = deque(maxlen=_MOST_OUTPUTS)
        self._is_due = False
        self._timer: asyncio.TimerHandle | None = None

    def add(self, html: str) -> None:
        """Show the form in one more output."""
        from IPython.display import display

        identity = uuid4().hex
        self._ids.append(identity)
        display(_bundle(html), raw=True, display_id=identity)

    def update_soon(self, form: Callable[[], str]) -> None:
        """Show the form as it is when no more edits come. Parameters: ``form``, which makes it."""
        if not self._ids:
            return
        self._is_due = True
        self.rest()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a cell runs, at whose end it is due
        self._timer = loop.call_later(_QUIET, self.update_now, form)

    def update_now(self, form: Callable[[], str]) -> None:
        """Show the form as it is, if it has changed."""
        from IPython.display import update_display

        self.rest()
        if self._is_due:
            self._is_due = False
            bundle = _bundle(form())
            for identity in self._ids:
                update_display(bundle, raw=True, display_id=identity)

    def rest(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _bundle(html: str) -> dict[str, Any]:
    # without text: a front end that shows no HTML has the text of the widget's own output
    return {"text/html": html}
