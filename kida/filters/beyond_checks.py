"""Filters beyond Jinja2's that look at a value and hand it on: ``require`` and ``debug``."""

from __future__ import annotations

from typing import Any

from kida.errors import ErrorCode, TemplateRuntimeError, UndefinedError
from kida.runtime.undefined import Undefined

# Enough to know a value by, and short enough for a log.
MAX_SHOWN = 200


def require(value: Any, message: str | None = None) -> Any:
    """The value, which must be there.

    Parameters: ``message``, what the error says. Raises ``UndefinedError`` for an undefined value and
    ``TemplateRuntimeError`` for none.
    """
    if isinstance(value, Undefined):
        code = ErrorCode.UNDEFINED_VARIABLE if message else None
        if message is None:
            value._fail_with_undefined_error()
        raise UndefinedError(message, code=code)
    if value is None:
        raise TemplateRuntimeError(message or "a required value is none")
    return value


def debug(value: Any, label: str = "debug") -> Any:
    """The value itself, after writing its type and a short form of it to standard error.

    Parameters: ``label``, what the line begins with.
    """
    import sys

    try:
        shown = repr(value)
    except Exception as error:
        shown = f"<repr raised {type(error).__name__}>"
    if len(shown) > MAX_SHOWN:
        shown = f"{shown[:MAX_SHOWN]}…"
    if isinstance(value, Undefined):
        shown = value._undefined_message
    sys.stderr.write(f"{label}: {type(value).__name__} {shown}\n")
    return value
