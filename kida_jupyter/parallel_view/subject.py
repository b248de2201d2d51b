"""What is rendered: the template and the contexts, from what people give for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from itertools import islice
from typing import TYPE_CHECKING, Any

import kida
from kida_jupyter.notebook import Layers
from kida_jupyter.output import format_of

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook


def template_of(given: Any, notebook: Notebook | None) -> kida.Template:
    """A template from itself, its name or its text.

    A str with a delimiter or a line end in it is a text; any other the name of a named cell or of a file that the
    notebook knows. Parameters: ``given``; ``notebook``, ``None`` where the extension is not loaded. Raises
    `kida.TemplateNotFoundError`, `kida.TemplateSyntaxError`, and ``TypeError`` for what is none of them.
    """
    if isinstance(given, kida.Template):
        return given
    if not isinstance(given, str):
        raise TypeError(
            "parallel() takes a kida.Template, the name of a named cell, or the text of a template, not"
            f" {type(given).__name__}"
        )
    environment = (
        kida.Environment(autoescape=kida.select_autoescape()) if notebook is None else notebook.environment
    )
    if not _is_text(given, environment):
        return environment.get_template(given)
    escapes = format_of(None, None, given).escapes
    if notebook is None:
        return environment.replace(autoescape=escapes).from_string(given)
    return notebook.template(given, None, escapes=escapes)


def _is_text(given: str, environment: kida.Environment) -> bool:
    marks = (
        environment.variable_start_string,
        environment.block_start_string,
        environment.comment_start_string,
        "\n",
    )
    return not given or any(mark in given for mark in marks)


def contexts_of(given: Any, limit: int) -> tuple[list[Any], bool]:
    """The contexts, at most ``limit``, and whether there are more, or may be.

    A data frame gives one for each row. A ``dict`` is copied, as a generator may fill the same one again. What is no
    mapping, and has no ``keys()`` as rows of sqlite3 do, is kept as it is: it fails as a context. Raises ``TypeError``
    for what gives no contexts, ``ValueError`` for a data frame with two columns of one name.
    """
    rows = _rows(given, limit)
    if isinstance(rows, (Mapping, str)) or not isinstance(rows, Iterable):
        said = "one mapping" if isinstance(rows, Mapping) else type(given).__name__
        raise TypeError(f"contexts is an iterable of mappings, one for each render, not {said}")
    taken = [_mapping(one) for one in islice(rows, limit)]
    if isinstance(rows, Sized):
        return taken, len(rows) > len(taken)
    # one that is taken to see whether there is another is lost to whoever goes on with a generator
    return taken, len(taken) == limit


def behind(contexts: Sequence[Any], variables: Mapping[str, Any]) -> list[Any]:
    """The contexts, each before the notebook's variables, which a template then sees as in a cell."""
    return [Layers(one, variables) if isinstance(one, Mapping) else one for one in contexts]


def _rows(given: Any, limit: int) -> Any:
    """The rows of a data frame of pandas or polars, of which iterating gives columns; anything else as it is.

    Of a long one so many that it is seen that there are more.
    """
    if not hasattr(given, "columns") or isinstance(given, Mapping):
        return given
    if not callable(getattr(given, "to_dicts", None)) and not callable(getattr(given, "to_dict", None)):
        return given
    names = list(given.columns)
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"the data frame has several columns named {', '.join(map(repr, twice))}: rename them"
        )
    few = given.head(limit + 1) if callable(getattr(given, "head", None)) else given
    return few.to_dicts() if callable(getattr(few, "to_dicts", None)) else few.to_dict("records")


def _mapping(one: Any) -> Any:
    if type(one) is dict:
        return dict(one)
    if isinstance(one, (Mapping, type)) or not callable(getattr(one, "keys", None)):
        return one
    try:
        return dict(one) if hasattr(one, "__getitem__") else one
    except Exception:  # one that breaks fails alone, and not all others with it
        return one
