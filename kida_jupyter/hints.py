"""The hints of the engine's errors in a notebook's words: its templates get variables that nobody passes to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import kida

_PASS_IT: Final = "Pass "
"""The engine's hint for a variable that is missing begins so."""
_ADD_IT: Final = re.compile(r"add one with env\.add_(filter|test)\('(\w+)'")


def reword(error: BaseException, variables: Mapping[str, Any], reserved: bool) -> None:
    """Let the hint of an error say what can be done about it in a notebook, where that is another thing.

    Parameters: ``error``, changed in place; ``variables``, the notebook's; ``reserved``, whether the missing
    name is one that IPython has for itself.
    """
    if not isinstance(error, kida.TemplateError):
        return
    for other in getattr(error, "others", ()):
        reword(other, variables, reserved=False)
    if error.code is kida.ErrorCode.NEEDS_ASYNC:
        error.hint = (
            "write 'await' in this cell as well, as in {{ await name(…) }}: a cell that awaits is rendered asynchronously, "
            "with all that it imports and includes."
        )
        return
    name = error.missing_name
    if name is not None and error.code is kida.ErrorCode.UNDEFINED_VARIABLE:
        if name in variables:
            # the notebook has it, and the template was not given the notebook's variables
            error.suggestion = None
            error.hint = (
                f"{name!r} is a variable of the notebook, which an imported template does not see: import it "
                "'with context', pass it as an argument, or give it to all templates with kida_jupyter.global_."
            )
        elif reserved:
            error.suggestion = None
            error.hint = (
                f"{name!r} is IPython's own, and no variable for templates: give the value another name."
            )
        elif error.hint is not None and error.hint.startswith(_PASS_IT):
            error.hint = (
                f"No variable of the notebook has that name: assign {name!r} in a cell, "
                f"or write '{name} ?? …' to give a value where it may be missing."
            )
    elif error.hint is not None and (found := _ADD_IT.match(error.hint)):
        kind, function = found.groups()
        error.hint = f"write one in a cell: @kida_jupyter.{kind} above def {function}(value): …"
