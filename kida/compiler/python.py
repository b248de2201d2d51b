"""Short ways to make Python ``ast`` nodes, each with a place in the template.

Names of the engine's own begin with a dot, which no template can write: the template's variables keep their own
names, for debuggers and for keyword arguments.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from kida.source import Source, Span
from kida.utils.workers import is_gil_enabled

At: TypeAlias = dict[str, Any]
"""The place of a node, as the keyword arguments that ``ast``'s classes take."""

LOAD: Final = ast.Load()
STORE: Final = ast.Store()


class Places:
    """Turns spans into places, counted as Python counts them: columns in UTF-8 bytes."""

    __slots__ = ("_known", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[Span, At] = {}

    def of(self, span: Span) -> At:
        """The place of a span."""
        at = self._known.get(span)
        if at is None:
            line, column, end_line, end_column = self._source.region(span)
            byte_column = self._source.byte_column
            at = self._known[span] = {
                "lineno": line,
                "col_offset": byte_column(line, column),
                "end_lineno": end_line,
                "end_col_offset": byte_column(end_line, end_column),
            }
        return at


_new: Final = ast.AST.__new__
"""Makes a node without its class's ``__init__``, which takes most of the time: for the kinds that most nodes are of."""


def load(name: str, at: At) -> ast.Name:
    """A variable that is read."""
    node = _new(ast.Name)
    node.__dict__ = fields = at.copy()
    fields["id"] = name
    fields["ctx"] = LOAD
    return node


def store(name: str, at: At) -> ast.Name:
    """A variable that is assigned to."""
    return ast.Name(name, STORE, **at)


def constant(value: Any, at: At) -> ast.Constant:
    """A constant.

    Where threads run at the same time, texts are interned, as Python does with names: an interned text is not counted
    by the threads that write it, which would otherwise wait for each other at every piece of a template's text.
    """
    if type(value) is str and not is_gil_enabled():
        value = sys.intern(value)
    node = _new(ast.Constant)
    node.__dict__ = fields = at.copy()
    fields["value"] = value
    fields["kind"] = None
    return node


def call(function: str | ast.expr, arguments: Iterable[ast.expr], at: At) -> ast.Call:
    """A call of a function, by name or by value, with positional arguments."""
    node = _new(ast.Call)
    node.__dict__ = fields = at.copy()
    fields["func"] = load(function, at) if isinstance(function, str) else function
    fields["args"] = list(arguments)
    fields["keywords"] = []
    return node


def attribute(value: ast.expr, name: str, at: At) -> ast.Attribute:
    """A real attribute of one of the engine's own objects."""
    node = _new(ast.Attribute)
    node.__dict__ = fields = at.copy()
    fields["value"] = value
    fields["attr"] = name
    fields["ctx"] = LOAD
    return node


def assign(name: str, value: ast.expr, at: At) -> ast.Assign:
    """``name = value``."""
    return ast.Assign([ast.Name(name, STORE, **at)], value, **at)


def named(name: str, value: ast.expr, at: At) -> ast.NamedExpr:
    """``name := value``."""
    return ast.NamedExpr(ast.Name(name, STORE, **at), value, **at)


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr, at: At) -> ast.Compare:
    """A comparison with one operator."""
    return ast.Compare(left, [operator], [right], **at)


def is_missing(value: ast.expr, at: At) -> ast.Compare:
    """Whether a value is the mark for no value."""
    return compare(value, ast.Is(), load(".missing", at), at)


def statement(value: ast.expr, at: At) -> ast.Expr:
    """An expression as a statement."""
    node = _new(ast.Expr)
    node.__dict__ = fields = at.copy()
    fields["value"] = value
    return node


def when(test: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt], at: At) -> ast.If:
    """``if``."""
    return ast.If(test, body or [ast.Pass(**at)], otherwise, **at)


def choose(test: ast.expr, value: ast.expr, other: ast.expr, at: At) -> ast.IfExp:
    """``value if test else other``."""
    return ast.IfExp(test, value, other, **at)


def joined(buffer: str, at: At) -> ast.Call:
    """``"".join(buffer)``."""
    return call(attribute(constant("", at), "join", at), [load(buffer, at)], at)


def tuple_of(items: Iterable[ast.expr], at: At) -> ast.Tuple:
    """A tuple that is read."""
    return ast.Tuple(list(items), LOAD, **at)


def function(
    name: str, arguments: ast.arguments, body: list[ast.stmt], at: At, *, is_async: bool
) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """A function definition."""
    kind = ast.AsyncFunctionDef if is_async else ast.FunctionDef
    if sys.version_info >= (3, 12):
        return kind(name, arguments, body, [], None, None, [], **at)
    return kind(name, arguments, body, [], None, **at)


def arguments(names: Iterable[str], at: At, *, optional: int = 0) -> ast.arguments:
    """Plain parameters, of which the last ``optional`` may be left out (they are then missing)."""
    return ast.arguments(
        posonlyargs=[],
        args=[ast.arg(name, **at) for name in names],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[load(".missing", at) for _ in range(optional)],
    )
