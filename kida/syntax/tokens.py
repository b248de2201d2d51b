"""Tokens: the words of a template, each with its place."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

TEXT: Final = "text"
BEGIN_OUTPUT: Final = "start of an output"
END_OUTPUT: Final = "end of the output"
BEGIN_TAG: Final = "start of a tag"
END_TAG: Final = "end of the tag"
NAME: Final = "name"
STRING: Final = "string"
INTEGER: Final = "integer"
FLOAT: Final = "float"
OPERATOR: Final = "operator"
END: Final = "end of the template"


class Token(NamedTuple):
    """A word of a template.

    ``value`` is the text of a name or an operator, the Python value of a literal, the text to write of a TEXT.
    ``start`` and ``end`` are character offsets.
    """

    kind: str
    value: Any
    start: int
    end: int

    def describe(self) -> str:
        """What this token is, in words, for an error message."""
        if self.kind in (NAME, OPERATOR):
            return repr(self.value)
        if self.kind in (STRING, INTEGER, FLOAT):
            return f"{self.kind} {self.value!r}"
        return self.kind
