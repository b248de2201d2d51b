"""Names of templates that are relative to the template that uses them, or begin with an alias for a folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kida.errors import TemplateNotFoundError, did_you_mean


def full_name(base: str | None, name: Any) -> Any:
    """The name for the loader of what a template calls ``./a`` or ``../a``; the same for the names in a list or tuple.
    Anything else is given back as it is.

    Parameters: ``base``, the name of the template that uses it; one without a name stands at the top. Raises
    `TemplateNotFoundError` for a name that leads out of the templates.
    """
    if isinstance(name, (list, tuple)):
        return [full_name(base, each) for each in name]
    if not isinstance(name, str) or not name.startswith(("./", "../")):
        return name
    folders = (base or "").split("/")[:-1]
    for part in name.split("/"):
        if part == "..":
            if not folders:
                raise TemplateNotFoundError(
                    name,
                    f"template {name!r} not found: the name leads out of the templates",
                    hint=f"it is relative to {base!r}, which has not so many folders above it"
                    if base
                    else "it is used by a template without a name, which has no folder above it",
                )
            folders.pop()
        elif part not in (".", ""):
            folders.append(part)
    return "/".join(folders)


def unaliased(name: str, aliases: Mapping[str, str]) -> str:
    """The name for the loader of ``@alias/name``.

    Raises `TemplateNotFoundError` for an alias that there is not, and for a name that leads out of its folder; neither is
    the name of a template that may be missing, and ``names`` of the error is empty.
    """
    alias, _, rest = name[1:].partition("/")
    folder = aliases.get(alias)
    if folder is None:
        error = TemplateNotFoundError(
            name, f"there is no alias {alias!r} for templates", suggestion=did_you_mean(alias, aliases)
        )
        error.names = ()
        raise error
    try:
        inside = full_name(None, f"./{rest}")
    except TemplateNotFoundError:
        error = TemplateNotFoundError(
            name,
            f"template {name!r} not found: the name leads out of the templates",
            hint=f"it is relative to {folder!r}, which the alias {alias!r} stands for: no name leads out of that folder",
        )
        error.names = ()
        raise error from None
    return "/".join(part for part in (folder.rstrip("/"), inside) if part)
