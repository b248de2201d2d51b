"""``%kida parallel``: the parallel view from a line."""

# mypy: disable-error-code="no-untyped-call"
# IPython's shell and display() have no types.

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any, Final

from IPython.display import display

from kida_jupyter.magics import files
from kida_jupyter.magics.options import nearest, usage
from kida_jupyter.notebook import Notebook
from kida_jupyter.parallel_view.measuring import ROUNDS
from kida_jupyter.parallel_view.running import LIMIT, parallel

_MAGIC: Final = "%kida parallel"


def run_parallel(notebook: Notebook, given: Any) -> None:
    """Do what a line behind ``%kida parallel`` says, and show the view. Raises ``UsageError`` for what cannot be meant.

    Parameters: ``notebook``; ``given``, the words by their names.
    """
    name, _ = files.found(_MAGIC, notebook, given.name)
    workers = [_number("--workers", word, 1) for word in (given.workers or "4").split(",")]
    rounds = ROUNDS if given.rounds is None else _number("--rounds", given.rounds, 0)
    limit = LIMIT if given.limit is None else _number("--limit", given.limit, 1)
    if given.contexts is None:
        raise usage(_MAGIC, f"--contexts is missing: {_MAGIC} {given.name} --contexts EXPR")
    contexts = _value(notebook, "--contexts", given.contexts)
    try:
        iter(contexts)
    except TypeError:
        kind = type(contexts).__name__
        raise usage(_MAGIC, f"--contexts {given.contexts} gives no contexts: it is of type {kind}") from None
    if isinstance(contexts, (dict, str)):
        raise usage(
            _MAGIC, f"--contexts {given.contexts} is one {type(contexts).__name__}, not several mappings"
        )
    executor = None if given.executor is None else _value(notebook, "--executor", given.executor)
    if executor is not None and not isinstance(executor, Executor):
        kind = type(executor).__name__
        raise usage(
            _MAGIC, f"--executor {given.executor} is no executor of concurrent.futures: it is of type {kind}"
        )
    display(parallel(name, contexts, workers, executor=executor, rounds=rounds, limit=limit))


def _number(option: str, word: str, least: int) -> int:
    try:
        number = int(word)
    except ValueError:
        raise usage(_MAGIC, f"{option} {word!r} is no whole number") from None
    if number < least:
        raise usage(_MAGIC, f"{option} must be at least {least}, not {number}")
    return number


def _value(notebook: Notebook, option: str, expression: str) -> Any:
    try:
        return notebook.shell.ev(expression)
    except SyntaxError as error:
        raise usage(_MAGIC, f"{option} {expression} is no expression of Python: {error.msg}") from None
    except NameError as error:
        near = error.name and nearest(error.name, notebook.variables)
        raise usage(_MAGIC, f"{option} {expression}: {error}".partition(". Did")[0], near) from None
    except Exception as error:
        raise usage(_MAGIC, f"{option} {expression} failed: {type(error).__name__}: {error}") from None
