"""A notebook's template for other processes: with all named cells as they are now, and nothing of the notebook itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import kida
from kida_jupyter.sources import NotebookLoader

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook


def travelling(template: kida.Template, notebook: Notebook) -> kida.Template:
    """A template as it is, of an environment that can be sent to other processes as far as its filters can.

    Any that is not of the notebook's environment is given back. Parameters: ``template``; ``notebook``.
    """
    environment = template.environment
    if not isinstance(environment.loader, NotebookLoader):
        return template
    base = notebook.base
    loaders: list[kida.Loader] = [kida.DictLoader(dict(notebook.named_cells))]
    if notebook.folders:
        loaders.append(kida.FileSystemLoader(notebook.folders))
    if base.loader is not None:
        loaders.append(base.loader)
    loader, name = kida.ChoiceLoader(loaders), template.name
    known = {one: environment.autoescapes(one) for one in (*notebook.named_cells, name) if one is not None}
    otherwise = base.autoescape if notebook.escaping is None else notebook.escaping
    made = environment.replace(loader=loader, autoescape=partial(_escapes, known, otherwise))
    if name is not None and name in loader:
        return made.get_template(name)
    return made.from_string(template.source, name=name)


def _escapes(
    known: Mapping[str, bool], otherwise: bool | Callable[[str | None], bool], name: str | None
) -> bool:
    """Whether values are escaped in a template of this name, with what is known of some and a rule for the others."""
    found = known.get(name or "")
    if found is not None:
        return found
    return otherwise(name) if callable(otherwise) else otherwise
