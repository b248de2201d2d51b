"""Filters beyond Jinja2's that write values for people: ``slug pluralize date decimal format_number spaceless``.

All of them are the same wherever they run: no locale, and no time zone of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, soft_str

from kida.errors import FilterArgumentError
from kida.runtime.undefined import Undefined

if TYPE_CHECKING:
    from decimal import Decimal

_NOT_IN_SLUG = re.compile(r"[\W_]+")
_SPACE: Final = " \t\n\f\r"
"""White space as HTML has it (HTML Living Standard, "ASCII whitespace"): a no-break space is content."""
_BETWEEN_TAGS: Final = re.compile(f">[{_SPACE}]+<")
_APOSTROPHES = re.compile("['\u2019]")

# A longer fraction is a mistake, and would cost memory in proportion.
MAX_DECIMAL_PLACES = 100


def slug(value: Any, separator: str = "-") -> str:
    """The text as a name for URLs and anchors: lower case, accents dropped, words joined with ``separator``.

    Letters of other scripts stay, so that no title gives an empty slug for its language.
    """
    from unicodedata import combining, normalize

    plain = "".join(character for character in normalize("NFKD", str(value)) if not combining(character))
    words = _NOT_IN_SLUG.split(_APOSTROPHES.sub("", normalize("NFC", plain)).lower())
    return separator.join(word for word in words if word)


def pluralize(value: Any, *forms: str) -> str:
    """The form of a word for a count.

    Parameters: the value, a number, or a collection to count; the plural ending (``vote{{ n | pluralize }}``,
    by default ``s``, or ``box{{ n | pluralize("es") }}``), or singular and plural (``{{ n |
    pluralize("entry", "entries") }}``). Raises `FilterArgumentError` for more forms, or where there is
    nothing to count.
    """
    if len(forms) > 2:
        raise FilterArgumentError(
            f"pluralize takes a plural ending, or singular and plural; got {len(forms)} forms"
        )
    singular, plural = forms if len(forms) == 2 else ("", forms[0] if forms else "s")
    number = (
        len(value)
        if isinstance(value, Sized) and not isinstance(value, str | Undefined)
        else _number(value, "pluralize")
    )
    return singular if number == 1 else plural


def date(value: Any, format: str = "%Y-%m-%d") -> str:
    """A moment in the given form (the directives of Python's ``strftime``).

    Parameters: the value, a ``date``, ``datetime`` or ``time``, an ISO 8601 text, or seconds since 1970 in
    UTC. Raises `FilterArgumentError` for anything else.
    """
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if hasattr(value, "strftime"):
        return str(value.strftime(format))
    from datetime import UTC, datetime

    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value.strip()).strftime(format)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).strftime(format)
    except (ValueError, OverflowError, OSError) as error:
        raise FilterArgumentError(f"date cannot read {value!r}: {error}") from error
    raise FilterArgumentError(
        f"date needs a date, an ISO 8601 text or seconds since 1970, got {_described(value)}",
        hint="Write '?| date' to leave out a value that is none.",
    )


def decimal(value: Any, places: int = 2) -> str:
    """The number with exactly this many decimal places, halves away from zero: ``2.675`` gives ``2.68``.

    Raises `FilterArgumentError` for what is no number.
    """
    return _fixed(_number(value, "decimal"), places, grouping="")


def format_number(value: Any, decimals: int | None = None, separator: str = ",", point: str = ".") -> str:
    """The number with its thousands set apart: ``1234567.5`` gives ``1,234,567.5``.

    Parameters: ``decimals``, decimal places, by default as many as the number has; ``separator``, between
    thousands; ``point``, before the fraction. Raises `FilterArgumentError` for what is no number.
    """
    text = _fixed(_number(value, "format_number"), decimals, grouping=",")
    whole, dot, fraction = text.partition(".")
    return whole.replace(",", separator) + (point + fraction if dot else "")


def spaceless(value: Any) -> str:
    """The text without the white space between tags, before the first and behind the last.

    Between tags is what stands between ``>`` and ``<``; white space is what it is in HTML, and no other.
    """
    text = soft_str(value).strip(_SPACE)
    without = _BETWEEN_TAGS.sub("><", text)
    return Markup(without) if isinstance(text, Markup) else without


def _number(value: Any, name: str) -> Decimal:
    from decimal import Decimal, InvalidOperation

    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    try:
        # by way of text: a float is meant as it is written, not as it is stored
        return Decimal(str(int(value) if isinstance(value, bool) else value).strip())
    except InvalidOperation:
        pass
    raise FilterArgumentError(f"{name} needs a number, got {_described(value)}")


def _fixed(number: Decimal, places: int | None, grouping: str) -> str:
    from decimal import ROUND_HALF_UP, Context, Decimal

    if places is not None and not (isinstance(places, int) and 0 <= places <= MAX_DECIMAL_PLACES):
        raise FilterArgumentError(f"decimal places must be from 0 to {MAX_DECIMAL_PLACES}, got {places!r}")
    if number.is_finite() and places is not None:
        enough = max(number.adjusted(), 0) + places + 2
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=enough))
    if number == 0:
        number = abs(number)
    return f"{number:{grouping}f}" if number.is_finite() else str(number).lower()


def _described(value: Any) -> str:
    return "none" if value is None else f"{type(value).__name__} {value!r:.60}"
