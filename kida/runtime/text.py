"""Values as text: what output, concatenation and the like write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import markupsafe
from markupsafe import Markup, escape

escape_str: Final[Callable[[str], str]] = getattr(markupsafe, "_escape_inner", None) or escape
"""Escapes a ``str`` without making a ``Markup`` of it, where MarkupSafe has that apart."""


def markup(text: str) -> Markup:
    """Text that is safe already, as ``Markup``.

    Past ``Markup.__new__``, which is written in Python, asks the text for ``__html__``, and is a function with a cell
    that every thread counts.
    """
    return text if type(text) is Markup else str.__new__(Markup, text)


def html(value: Any) -> str:
    """A value that is no plain ``str``, as HTML."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float:
        return str(value)  # nothing in it to escape
    return escape(value)


def number_or_markup(value: Any) -> str | None:
    """The text of a value that is the same whether output is escaped, and that no code of others is needed for."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is not int and kind is not float:
        return None
    try:
        return str(value)
    except ValueError:  # more digits than Python writes
        return None


def output(value: Any, escaping: bool) -> str:
    """A value as it is written where only rendering tells whether output is escaped."""
    return html(value) if escaping else str(value)


def text_value(text: str, escaping: bool) -> str:
    """What was written, as a value."""
    return markup(text) if escaping else text


def concat_text(items: tuple[Any, ...]) -> str:
    """``a ~ b`` where output is not escaped."""
    return "".join([item if type(item) is str else str(item) for item in items])


def concat_html(items: tuple[Any, ...]) -> str:
    """``a ~ b`` where output is escaped: once one of them is ``Markup``, the whole is, and the others are escaped."""
    texts = [item if isinstance(item, str) else str(item) for item in items]
    if any(hasattr(text, "__html__") for text in texts):
        return Markup("").join(texts)
    return "".join(texts)
