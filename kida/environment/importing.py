"""The templates that a template imports, as far as they can be read without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kida.environment.loading import load
from kida.errors import TemplateError
from kida.runtime.naming import full_name, unaliased
from kida.semantics.analysis import analyse
from kida.semantics.calls import Importing, Known
from kida.source import Source
from kida.syntax.parser import parse

if TYPE_CHECKING:
    from kida.environment.core import Environment


def importing(environment: Environment, source: Source) -> Importing:
    """What reads a template by the name that stands in another; each text is read once.

    Parameters: ``source``, the importing template. It gives ``None`` where there is no such template, or it has
    mistakes of its own: rendering tells.
    """
    known: dict[str, Known | None] = {}

    def find(name: str) -> Known | None:
        try:
            full: str = full_name(source.name, name)
            if environment.template_aliases and full[:1] == "@":
                full = unaliased(full, environment.template_aliases)
        except TemplateError:
            return None
        if full not in known:
            known[full] = _read(environment, full)
        return known[full]

    return find


def _read(environment: Environment, name: str) -> Known | None:
    if environment.loader is None:
        return None
    try:
        loaded = load(environment.loader, name)
        source = Source(loaded.text, name, loaded.filename)
        tree = parse(source, environment._lexer.tokens(source), environment._tags)
        return Known(source, tree, analyse(tree, source))
    except (TemplateError, OSError, UnicodeError, RecursionError):
        return None
