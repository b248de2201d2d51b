"""The built-in filters: those of Jinja2 3.1, and a few of our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from markupsafe import escape

from kida.filters import (
    beyond_checks,
    beyond_sequences,
    beyond_text,
    html,
    links,
    numbers,
    ordering,
    selection,
    sequences,
    strings,
    values,
)

FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "abs": abs,
        "attr": values.attr,
        "batch": sequences.batch,
        "capitalize": strings.capitalize,
        "center": strings.center,
        "count": len,
        "d": values.default,
        "default": values.default,
        "dictsort": ordering.dictsort,
        "e": escape,
        "escape": escape,
        "filesizeformat": numbers.filesizeformat,
        "first": sequences.first,
        "float": numbers.float_,
        "forceescape": html.forceescape,
        "format": strings.format_,
        "groupby": ordering.groupby,
        "indent": strings.indent,
        "int": numbers.int_,
        "items": sequences.items,
        "join": sequences.join,
        "last": sequences.last,
        "length": len,
        "list": sequences.list_,
        "lower": strings.lower,
        "map": selection.map_,
        "max": ordering.max_,
        "min": ordering.min_,
        "pprint": values.pprint,
        "random": sequences.random_,
        "reject": selection.reject,
        "rejectattr": selection.rejectattr,
        "replace": strings.replace,
        "reverse": sequences.reverse,
        "round": numbers.round_,
        "safe": html.safe,
        "select": selection.select,
        "selectattr": selection.selectattr,
        "slice": sequences.slice_,
        "sort": ordering.sort,
        "string": strings.string,
        "striptags": html.striptags,
        "sum": numbers.sum_,
        "title": strings.title,
        "tojson": html.tojson,
        "trim": strings.trim,
        "truncate": strings.truncate,
        "unique": ordering.unique,
        "upper": strings.upper,
        "urlencode": html.urlencode,
        "urlize": links.urlize,
        "wordcount": strings.wordcount,
        "wordwrap": strings.wordwrap,
        "xmlattr": html.xmlattr,
        # beyond Jinja2
        "classes": beyond_sequences.classes,
        "compact": beyond_sequences.compact,
        "date": beyond_text.date,
        "debug": beyond_checks.debug,
        "decimal": beyond_text.decimal,
        "format_number": beyond_text.format_number,
        "get": beyond_sequences.get,
        "pluralize": beyond_text.pluralize,
        "require": beyond_checks.require,
        "skip": beyond_sequences.skip,
        "slug": beyond_text.slug,
        "spaceless": beyond_text.spaceless,
        "take": beyond_sequences.take,
    }
)
"""Each filter by its name in templates. Read-only: an environment makes its own copy."""
