"""What people write who come from other languages, and how it is said here: the hints of syntax errors."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

_SLIPS: Final = (
    (re.compile(r"\|\|"), "write 'or' for '||'"),
    (re.compile(r"==="), "write '==' for '==='"),
    (re.compile(r"!=="), "write '!=' for '!=='"),
    (re.compile(r"\belse\s+if\b"), "write 'elif' for 'else if'"),
    (re.compile(r"->"), "write '.' for '->'"),
    (re.compile(r"::"), "write '.' for '::'"),
    (re.compile(r"\bfor\b.*?\bof\b"), "write 'in' for 'of'"),
    (re.compile(r":="), "write '=' for ':='"),
    (re.compile(r"\blambda\b[^:]*:?"), "there is no lambda; write a macro, or a filter in Python"),
)
"""What is written, and what to write."""

_TAGS: Final = MappingProxyType(
    {
        "assign": "set",
        "const": "set",
        "var": "let",
        "each": "for",
        "foreach": "for",
        "endforeach": "endfor",
        "elseif": "elif",
        "elsif": "elif",
        "elsefor": "else",
        "switch": "match",
        "when": "case",
        "fn": "def",
        "func": "def",
        "function": "def",
        "endfunction": "enddef",
        "layout": "extends",
        "inherit": "extends",
        "partial": "include",
        "section": "block",
        "except": "fallback",
        "catch": "fallback",
        "verbatim": "raw",
        "endverbatim": "endraw",
    }
)
"""Tags of other languages, and the ones that do this here."""


def hint_at(line: str, column: int) -> str | None:
    """What to write instead, where a token that does not fit is part of a known slip.

    Parameters: ``line``, its text; ``column``, where the token begins in it.
    """
    for slip, hint in _SLIPS:
        if any(found.start() <= column < found.end() for found in slip.finditer(line)):
            return hint
    return None


def tag_meant(name: str) -> str | None:
    """The tag that does here what a tag of another language does there."""
    return _TAGS.get(name.lower())
