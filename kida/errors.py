"""The errors a template can cause: what went wrong, where exactly, why, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any

from kida.source import Region, Source, Span, encodable

if TYPE_CHECKING:
    from kida.tracing.trace import TemplateFrame, TemplateTrace


class ErrorCode(str, Enum):
    """A stable name for each kind of error, for search engines, logs and tests."""

    UNEXPECTED_CHARACTER = "K-LEX-001"
    UNCLOSED_COMMENT = "K-LEX-002"
    UNCLOSED_RAW = "K-LEX-003"
    UNCLOSED_TAG = "K-LEX-004"
    UNCLOSED_STRING = "K-LEX-005"
    INVALID_ESCAPE = "K-LEX-006"
    UNBALANCED_BRACKET = "K-LEX-007"

    UNEXPECTED_TOKEN = "K-PAR-001"
    UNKNOWN_TAG = "K-PAR-002"
    UNCLOSED_BLOCK = "K-PAR-003"
    WRONG_CLOSER = "K-PAR-004"
    INVALID_TARGET = "K-PAR-005"
    DUPLICATE_BLOCK = "K-PAR-006"
    DUPLICATE_NAME = "K-PAR-007"
    TOO_DEEP = "K-PAR-008"
    MISPLACED_TAG = "K-PAR-009"
    PARAMETER_ORDER = "K-PAR-010"
    INVALID_REQUIRED_BLOCK = "K-PAR-011"
    INVALID_PATTERN = "K-PAR-012"
    INVALID_LITERAL = "K-PAR-013"

    UNKNOWN_FILTER = "K-SEM-001"
    UNKNOWN_TEST = "K-SEM-002"
    INVALID_CALL = "K-SEM-003"

    RUNTIME = "K-RUN-000"
    UNDEFINED_VARIABLE = "K-RUN-001"
    UNDEFINED_ATTRIBUTE = "K-RUN-002"
    UNDEFINED_ITEM = "K-RUN-003"
    INCLUDE_DEPTH = "K-RUN-004"
    RECURSION_LIMIT = "K-RUN-005"
    CIRCULAR_INHERITANCE = "K-RUN-006"
    CIRCULAR_IMPORT = "K-RUN-007"
    MACRO_NOT_FOUND = "K-RUN-008"
    MACRO_ARGUMENTS = "K-RUN-009"
    BLOCK_NOT_FOUND = "K-RUN-010"
    REQUIRED_BLOCK = "K-RUN-011"
    EXTENDED_TWICE = "K-RUN-012"
    FILTER_ARGUMENTS = "K-RUN-013"
    NEEDS_ASYNC = "K-RUN-014"
    NOT_A_NAMESPACE = "K-RUN-015"
    BUDGET_EXCEEDED = "K-RUN-016"
    NOT_PROVIDED = "K-RUN-017"
    UNHASHABLE_KEY = "K-RUN-018"
    INVALID_DURATION = "K-RUN-019"
    INVALID_STACK = "K-RUN-020"
    CHANGED_MARK = "K-RUN-021"
    UNKNOWN_SLOT = "K-RUN-022"
    BLOCK_NOT_RENDERED = "K-RUN-023"
    NO_LOADER = "K-TPL-003"

    TEMPLATE_NOT_FOUND = "K-TPL-001"
    UNREADABLE_TEMPLATE = "K-TPL-002"

    SECURITY = "K-SEC-001"


class TemplateError(Exception):
    """An error that a template caused.

    Parameters: ``message``, what is wrong in a sentence; ``code``; ``hint``, how to mend it; ``suggestion``,
    the near name that was perhaps meant; ``source`` and ``span``, the place, where it is known when the error
    is made. Where it is not (an error while rendering), the place is read from the traceback, which has it.
    """

    default_code = ErrorCode.RUNTIME

    def __init__(
        self,
        message: str | None = None,
        *,
        code: ErrorCode | None = None,
        hint: str | None = None,
        suggestion: str | None = None,
        source: Source | None = None,
        span: Span | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message or ""
        self.code = code or self.default_code
        self.hint = hint
        self.suggestion = suggestion
        self._source = source
        self._span = span
        self._trace: TemplateTrace | None = None
        self.missing_name: str | None = None
        """The name of the variable that is undefined, where that is the error."""

    @property
    def trace(self) -> TemplateTrace:
        """The template frames this error passed through, outermost first, and where it happened."""
        if self._trace is not None:
            return self._trace
        from kida.tracing.trace import trace_of

        return trace_of(self)

    @property
    def region(self) -> Region | None:
        """The place of the error in its template."""
        if self._source is not None and self._span is not None:
            return self._source.region(self._span)
        frame = self._frame()
        return frame.region if frame else None

    @property
    def template(self) -> str | None:
        """The name of the template the error is in."""
        if self._source is not None:
            return self._source.name
        frame = self._frame()
        return frame.template if frame else None

    @property
    def filename(self) -> str | None:
        """The file of that template, where it has one."""
        if self._source is not None:
            return self._source.filename
        frame = self._frame()
        return frame.filename if frame else None

    @property
    def lineno(self) -> int | None:
        """The line where the failing expression begins, from 1."""
        region = self.region
        return region.line if region else None

    @property
    def column(self) -> int | None:
        """The character column where the failing expression begins, from 0."""
        region = self.region
        return region.column if region else None

    @property
    def end_lineno(self) -> int | None:
        """The line where the failing expression ends."""
        region = self.region
        return region.end_line if region else None

    @property
    def end_column(self) -> int | None:
        """The column behind the failing expression's last character."""
        region = self.region
        return region.end_column if region else None

    @property
    def source_snippet(self) -> str | None:
        """The lines around the error with the failing expression underlined."""
        region = self.region
        if region is None:
            return None
        if self._source is not None:
            return self._source.excerpt(region)
        frame = self._frame()
        return frame.snippet if frame else None

    def format_compact(self) -> str:
        """The error as drawn for people: code and message, place, excerpt, hint, and the chain of callers."""
        from kida.tracing.rendering import format_error

        return format_error(self)

    def __str__(self) -> str:
        text = self.message
        if self.suggestion:
            text += f"{'' if text.endswith(('.', '?', '!')) else '.'} Did you mean {self.suggestion!r}?"
        if self._source is not None and self._span is not None:
            region = self._source.region(self._span)
            place = f"{self._source.display_name}:{region.line}:{region.column + 1}"
            text += f"\n  --> {place}\n{self._source.excerpt(region)}"
        return encodable(text)

    def _frame(self) -> TemplateFrame | None:
        return self.trace.innermost

    def __reduce__(self) -> tuple[Any, ...]:
        # a traceback does not pickle: what it says of the templates travels as a trace
        state = {**self.__dict__, "_trace": self.trace.detached()}
        return _rebuild, (type(self), self.args), state


def _rebuild(kind: type[TemplateError], args: tuple[Any, ...]) -> TemplateError:
    error = kind.__new__(kind)
    error.args = args
    return error


class TemplateSyntaxError(TemplateError):
    """A template that cannot be compiled."""

    default_code = ErrorCode.UNEXPECTED_TOKEN
    others: tuple[TemplateSyntaxError, ...] = ()
    """Further syntax errors in the same text, in its order."""


class TemplateNotFoundError(TemplateError, LookupError):
    """No loader has a template of this name.

    Parameters: ``name``, the name asked for; the others as in `TemplateError`.
    """

    default_code = ErrorCode.TEMPLATE_NOT_FOUND

    def __init__(self, name: str | None = None, message: str | None = None, **details: Any) -> None:
        super().__init__(message or f"template {name!r} not found", **details)
        self.name = name
        self.names: tuple[str, ...] = () if name is None else (name,)


TemplateNotFound = TemplateNotFoundError


class TemplatesNotFound(TemplateNotFoundError):
    """None of several templates exists.

    Parameters: ``names``, all names asked for, in order; the others as in `TemplateError`.
    """

    def __init__(self, names: Iterable[str] = (), message: str | None = None, **details: Any) -> None:
        tried = tuple(str(name) for name in names)
        listed = ", ".join(repr(name) for name in tried)
        said = message or (
            f"none of these templates was found: {listed}" if tried else "no template names were given"
        )
        super().__init__(tried[-1] if tried else None, said, **details)
        self.names = tried


class TemplateRuntimeError(TemplateError):
    """Something the engine refuses while it renders."""


class UndefinedError(TemplateRuntimeError):
    """An undefined value was used."""

    default_code = ErrorCode.UNDEFINED_VARIABLE


class SecurityError(TemplateRuntimeError):
    """A template did what its environment forbids."""

    default_code = ErrorCode.SECURITY


class BudgetExceededError(TemplateRuntimeError):
    """A traced render took more time, or wrote more, than it was given."""

    default_code = ErrorCode.BUDGET_EXCEEDED


class FilterArgumentError(TemplateRuntimeError, TypeError):
    """A filter was given arguments that it cannot take; a ``TypeError`` too."""

    default_code = ErrorCode.FILTER_ARGUMENTS


class MacroArgumentError(TemplateRuntimeError, TypeError):
    """A macro was called with arguments that it does not take; a ``TypeError`` too, as in Jinja2."""

    default_code = ErrorCode.MACRO_ARGUMENTS


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to a name, or ``None`` where none is near enough to be a slip of the pen.

    Nearest is what takes the fewest letters added, dropped, replaced or swapped with a neighbour.
    """
    known = [candidate for candidate in candidates if isinstance(candidate, str) and candidate != name]
    folded = name.lower().replace("-", "_")
    allowed = max(1, len(name) // 3)
    best: tuple[int, int] | None = None
    nearest = None
    for position, candidate in enumerate(known):
        other = candidate.lower().replace("-", "_")
        if abs(len(other) - len(folded)) > allowed:
            continue
        distance = 0 if other == folded else _edits(folded, other)
        # of short names most letters must be right: 'a' is no slip for 'b'
        if distance > allowed or distance >= min(len(name), len(candidate)):
            continue
        if best is None or (distance, position) < best:
            best, nearest = (distance, position), candidate
    return nearest


def _edits(one: str, other: str) -> int:
    """The number of edits between two words, a swap of neighbours counting as one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
    return row[-1]
