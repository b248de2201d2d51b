"""What a playground's templates are templates of, told by their name or their text."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from kida_jupyter.output import format_of
from kida_jupyter.playground.messages import Format

ESCAPING: Final[frozenset[Format]] = frozenset(("html", "svg"))
"""Formats in which values are escaped."""
_BY_SUFFIX: Final[MappingProxyType[str, Format]] = MappingProxyType(
    {
        "html": "html",
        "htm": "html",
        "xhtml": "html",
        "md": "markdown",
        "markdown": "markdown",
        "tex": "latex",
        "json": "json",
        "svg": "svg",
        "sql": "sql",
        "yaml": "yaml",
        "yml": "yaml",
        "txt": "text",
    }
)
SUFFIXES: Final[MappingProxyType[Format, str]] = MappingProxyType(
    {
        "html": ".html",
        "markdown": ".md",
        "text": ".txt",
        "latex": ".tex",
        "json": ".json",
        "svg": ".svg",
        "sql": ".sql",
        "yaml": ".yaml",
    }
)
"""What a file of each format is called."""
_SUFFIX: Final = re.compile(r"\.(\w+)(?:\.(?:kida|j2|jinja2?))?$", re.IGNORECASE)


def format_by_name(name: str) -> Format | None:
    """The format that the suffix of a name tells; ``None`` where it tells none."""
    found = _SUFFIX.search(name)
    return _BY_SUFFIX.get(found.group(1).lower()) if found else None


def format_for(name: str | None, text: str) -> Format:
    """The format of a template: what its name's suffix says, or else what its text looks like."""
    known = format_by_name(name) if name else None
    return known or ("html" if format_of(None, None, text).name == "html" else "text")
