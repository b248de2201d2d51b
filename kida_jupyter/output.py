"""How a result is shown: the formats of ``--as``, which of them a cell has, and what is sent to the front end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from kida import Markup


@dataclass(frozen=True, slots=True)
class Format:
    """A way to show a result: its name for ``--as``, its MIME type, and whether values are escaped in it."""

    name: str
    mime: str
    escapes: bool = False


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format("html", "text/html", escapes=True),
            Format("markdown", "text/markdown"),
            Format("text", "text/plain"),
            Format("latex", "text/latex"),
            Format("json", "application/json"),
            Format("svg", "image/svg+xml", escapes=True),
        )
    }
)

_TEMPLATE_SUFFIX: Final = re.compile(r"\.(?:kida|j2|jinja2?)$", re.IGNORECASE)
"""What editors know a template by; the suffix before it says what it is a template of."""
_HTML_SUFFIX: Final = re.compile(r"\.x?html?$", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"\.\w+$")
_HTML_TEXT: Final = re.compile(
    r"""
      <!doctype\ html
    # elements of HTML, closed or void: an LLM's <instructions> and a page of XML are none
    | </(?:html|head|body|main|header|footer|nav|section|article|aside|figure|figcaption|div|span|p|h[1-6]|a|b|i|em|strong
          |small|sub|sup|code|pre|blockquote|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|style|button|details)\s*>
    | <(?:br|hr|img|input|meta|link)\b[^<>]*>
    # a page takes after the layout that it extends
    | \{%[-+]?\s*extends\s+["'][^"']*\.x?html?["']
    """,
    re.IGNORECASE | re.VERBOSE,
)


def format_of(asked: str | None, name: str | None, text: str) -> Format:
    """The format of a cell.

    Parameters: ``asked``, the name given with ``--as``, one of `FORMATS`; ``name``, the cell's; ``text``, its
    template. What was asked for goes first, then what the suffix of the name says, then what the text looks like.
    """
    if asked is not None:
        return FORMATS[asked]
    stem = _TEMPLATE_SUFFIX.sub("", name or "")
    is_html = _HTML_SUFFIX.search(stem) if _SUFFIX.search(stem) else _HTML_TEXT.search(text)
    return FORMATS["html" if is_html else "text"]


def value_of(output: Format, text: str) -> str:
    """A result as a Python value: ``Markup`` where values were escaped, so that it is not escaped once more."""
    return Markup(text) if output.escapes else text


def bundle_of(output: Format, text: str) -> dict[str, Any]:
    """A result by MIME type, with the text itself for terminals and logs.

    Raises ``ValueError`` where the format is JSON and the text is not.
    """
    shown = json.loads(text) if output.name == "json" else text
    return {"text/plain": text, output.mime: shown}
