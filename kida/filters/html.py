"""Filters that make text safe for HTML, or make HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from kida.runtime.hooks import EvalContext, pass_eval_context
from kida.runtime.undefined import Undefined

# Each of these would end an attribute's name and begin something else.
_NOT_IN_ATTRIBUTE_NAME = re.compile(r"[\s/>=]")

# Characters that end a script element, open a tag or leave an attribute, as JSON spells them harmlessly.
_JSON_ESCAPES = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027"))


def forceescape(value: Any) -> Markup:
    """The value escaped, even when it is safe already."""
    return escape(str(value.__html__() if hasattr(value, "__html__") else value))


def safe(value: Any) -> Markup:
    """The value marked as safe: it is not escaped."""
    return Markup(value)


def striptags(value: Any) -> str:
    """The text of some HTML: no tags, no comments, each run of white space one space."""
    return Markup(str(value.__html__() if hasattr(value, "__html__") else value)).striptags()


@pass_eval_context
def xmlattr(eval_ctx: EvalContext, value: Mapping[str, Any], autospace: bool = True) -> str:
    """A mapping as attributes of a tag, without those that are none or undefined.

    Parameters: ``autospace``, put a space in front where there is any attribute. Raises ``ValueError`` for a
    key that could end the attribute's name.
    """
    pairs = []
    for key, item in value.items():
        if item is None or isinstance(item, Undefined):
            continue
        if _NOT_IN_ATTRIBUTE_NAME.search(key):
            raise ValueError(f"Invalid character in attribute name: {key!r}")
        pairs.append(f'{escape(key)}="{escape(item)}"')
    text = " ".join(pairs)
    if autospace and text:
        text = " " + text
    return Markup(text) if eval_ctx.autoescape else text


def urlencode(value: Any) -> str:
    """Text quoted for a URL's path, or a mapping or pairs as a URL's query."""
    import urllib.parse

    quote = urllib.parse.quote_from_bytes
    if isinstance(value, str) or not isinstance(value, Iterable):
        return quote(_octets(value))
    pairs: Iterable[Any] = value.items() if isinstance(value, Mapping) else value
    fields = [f"{quote(_octets(key), '')}={quote(_octets(item), '')}" for key, item in pairs]
    return "&".join(fields).replace("%20", "+")


def _octets(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def tojson(value: Any, indent: int | str | None = None) -> Markup:
    """The value as JSON with sorted keys, safe in HTML text, scripts and single-quoted attributes.

    Parameters: ``indent``, how far to indent nested values; by default all is on one line.
    """
    from json import dumps

    text = dumps(value, sort_keys=True, indent=indent)
    for character, spelled in _JSON_ESCAPES:
        text = text.replace(character, spelled)
    return Markup(text)
