"""What the instrumented form adds: each rule generates what it does in the other forms, and beside it what
`kida.tracing.recording` is to know.

Nothing of this is at work, nor imported, in the other forms.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kida.compiler import python as py
from kida.compiler.python import At
from kida.semantics.scopes import Origin
from kida.source import Span
from kida.syntax import nodes
from kida.tracing.recording import EVENT_ITEMS, FIRST_TURNS, PlaceSpec, Role

if TYPE_CHECKING:
    from kida.compiler.generator import Generator

_RECORDER: Final = ".recording"
"""The variable of a generated function that has the recorder."""
_START: Final = ".started"
_TURN_STATEMENTS: Final = 3
"""Those that begin the turn of a loop; the first writes the event."""
_SIMPLE: Final = (
    nodes.Constant, nodes.Name, nodes.Attribute, nodes.Subscript, nodes.Unary, nodes.Comparison, nodes.Test
)  # fmt: skip
"""Expressions whose text is one value's."""


def _is_made(node: nodes.Expression) -> bool:
    """Whether the text of an expression may be made of several texts, and not be a value that one part of it has."""
    if isinstance(node, nodes.Conditional):
        return _is_made(node.value) or (node.other is not None and _is_made(node.other))
    if isinstance(node, nodes.Logic):
        return any(map(_is_made, node.items))
    if isinstance(node, nodes.Coalesce):
        return _is_made(node.left) or _is_made(node.right)
    return not isinstance(node, _SIMPLE)


class Instruments:
    """What the instrumented form of one template adds; ``g`` is its generator.

    ``places`` are the places of the template that the code refers to, each by a name of its own.
    """

    def __init__(self, g: Generator) -> None:
        self._g = g
        self.places: dict[tuple[object, ...], PlaceSpec] = {}
        self._turn: tuple[list[ast.stmt], int] = [], 0
        """Where the turn of a loop has just begun: the statements, and how many of them there are."""
        self._variables: dict[nodes.Node, tuple[str, ...]] = {}

    # --- what is written ---------------------------------------------------------------------------------------

    def text(self, node: nodes.Text, at: At) -> None:
        """Text as it is: an event that is there when the template is linked."""
        statements, count = self._turn
        begins = statements is self._g.statements and len(statements) == count
        role = Role.TURN_TEXT if begins else Role.TEXT
        text = py.load(self._name_of(node.span, role, "", None, node.text), at)
        if begins:  # one event for both
            statements[count - _TURN_STATEMENTS] = py.statement(py.call(self._g.sink, [text], at), at)
            self._turn = [], 0
        else:
            self._write(text, at)

    def output(
        self, node: nodes.Expression, span: Span, as_output: Callable[[ast.expr], ast.expr], at: At
    ) -> None:
        """``{{ value }}``: ``as_output`` gives the text of a value."""
        before = self.begin_making(at) if _is_made(node) else None
        made = self._g.expression(node)
        if isinstance(made, ast.Name):
            value = made.id
        else:
            value = self._g.temporary("value")
            self._g.emit(py.assign(value, made, at))
        text = as_output(py.load(value, at))
        if before is None:
            self._event(text, self._place(span, Role.OUTPUT, at), py.load(value, at), at)
        else:
            self.made(text, py.load(value, at), before, node, span, at)

    def plain(self, text: ast.expr, span: Span, at: At) -> None:
        """Any other text."""
        self._event(text, self._place(span, Role.WRITTEN, at), py.constant(None, at), at)

    def begin_making(self, at: At) -> str:
        """Emit what must stand before a text is made that may be made of several; give it to `made`."""
        before = self._g.temporary("before")
        self._g.emit(py.assign(before, self._kept(at), at))
        return before

    def made(
        self, text: ast.expr, value: ast.expr, before: str, node: nodes.Node, span: Span, at: At
    ) -> None:
        """A text with those that it may be made of: what was kept meanwhile, and what variables hold."""
        operands = [py.load(name, at) for name in self._variables_in(node)]
        told = [value, py.load(before, at), self._kept(at), *operands]
        self._event(text, self._place(span, Role.MADE, at), py.tuple_of(told, at), at)

    def translated(
        self,
        text: ast.expr,
        value: str,
        message: str,
        variables: ast.expr,
        before: str,
        node: nodes.Translation,
        at: At,
    ) -> None:
        """A message with variables filled in; ``value`` and ``message`` are the names of what it became and was."""
        names: list[ast.expr | None] = [py.constant(name, at) for name, _ in node.variables]
        places = [self._place(one.span, Role.OUTPUT, at) for _, one in node.variables]
        made = py.tuple_of([py.load(value, at), py.load(before, at), self._kept(at)], at)
        written = [self._place(node.span, role, at) for role in (Role.WRITTEN, Role.MADE)]
        told = [text, py.load(message, at), variables, ast.Dict(names, [*places], **at), *written, made]
        self._write(py.call(".translated", told, at), at)

    def joined(self, buffer: str, at: At) -> ast.expr:
        """The text of events."""
        texts = ast.Slice(None, None, py.constant(EVENT_ITEMS, at), **at)
        every = ast.Subscript(py.load(buffer, at), texts, py.LOAD, **at)
        return py.call(py.attribute(py.constant("", at), "join", at), [every], at)

    def pushed(self, buffer: str, span: Span, at: At) -> None:
        """A body that is written somewhere else, with its events."""
        self._event(py.constant("", at), self._place(span, Role.PUSHED, at), py.load(buffer, at), at)

    def extend(self, buffer: str, at: At) -> None:
        """Write what was held back, with all that is known of it."""
        self._write(py.load(buffer, at), at)

    def called_from(self, span: Span, at: At) -> None:
        """Where the block or template is called from that writes next."""
        self._note(self._place(span, Role.CALLED, at), at)

    # --- what is seen ------------------------------------------------------------------------------------------

    def seen(self, value: ast.expr, node: nodes.Expression, kind: str) -> ast.expr:
        """A value that is not written itself: ``kind`` says what it is for."""
        at = self._g.at(node.span)
        held = self._g.temporary("seen")
        place = self._place(node.span, Role.SEEN, at, kind)
        event = py.tuple_of([py.constant("", at), place, py.named(held, value, at)], at)
        noted = py.call(self._g.sink, [event], at)  # writing gives none
        return ast.BoolOp(ast.Or(), [noted, py.load(held, at)], **at)

    def begin_loop(self, node: nodes.For | nodes.While, at: At) -> str:
        """A loop begins: gives what `turn` needs."""
        target = None
        if isinstance(node, nodes.For):
            target = self._g.source.text[node.target.span.start : node.target.span.end]
        self._note(self._place(node.span, Role.LOOP, at, "loop", target), at)
        left = self._g.temporary("left")
        self._g.emit(py.assign(left, py.constant(FIRST_TURNS, at), at))
        return left

    def turn(self, left: str, at: At) -> None:
        """A turn of a loop begins. That it is time to look at the budget is told without a call: ``left`` counts."""
        self._write(py.load(".turn", at), at)
        fewer = ast.BinOp(py.load(left, at), ast.Sub(), py.constant(1, at), **at)
        self._g.emit(py.assign(left, fewer, at))
        looked = py.assign(left, self._ask("look", [py.load(self._g.sink, at)], at), at)
        over = ast.UnaryOp(ast.Not(), py.load(left, at), **at)
        self._g.emit(py.when(over, [looked], [], at))
        self._turn = self._g.statements, len(self._g.statements)

    def watched(self, iterable: ast.expr, at: At) -> ast.expr:
        """What is run through without the turns of a loop, by a comprehension or the condition of a loop."""
        return self._ask("watched_async" if self._g.form.is_async else "watched", [iterable], at)

    def end_loop(self, at: At) -> None:
        """A loop has ended."""
        self._write(py.load(".ended", at), at)

    # --- what is called ----------------------------------------------------------------------------------------

    def begin_function(self, at: At) -> None:
        """A function begins that gives a text."""
        self._find_recorder(at)
        self._event(py.constant("", at), py.load(".begun", at), self._kept(at), at)
        self._g.emit(py.assign(_START, py.call(".now", [], at), at))

    def function_text(self, text: ast.expr, buffer: str, name: str, span: Span, at: At) -> ast.expr:
        """The text that it gives; ``name`` is the function's, as ``macro card``."""
        kind, _, called = name.partition(" ")
        if kind == "slot":
            called = called.rpartition(".")[0]  # the number that tells functions of one name apart
        place = self._place(span, Role.FUNCTION, at, kind, called if kind in ("macro", "slot") else None)
        return self._ask("keep", [text, py.load(buffer, at), place, py.load(_START, at)], at)

    def body_text(self, text: ast.expr, buffer: str, span: Span, at: At) -> ast.expr:
        """The text of a body that is taken up again."""
        place = self._place(span, Role.FUNCTION, at, "capture")
        return self._ask("keep", [text, py.load(buffer, at), place, py.constant(None, at)], at)

    def begin_writing(self, name: str, span: Span, at: At) -> None:
        """A template's top or a block begins to write; ``name`` is the function's, as ``block body``."""
        self._find_recorder(at)
        self._g.emit(py.assign(_START, self._ask("enter", self._of_function(name, span, at), at), at))

    def end_writing(self, name: str, span: Span, at: At) -> None:
        """It has come to its end."""
        self._tell("leave", [*self._of_function(name, span, at), py.load(_START, at)], at)

    def filtered(self, node: nodes.Filter, value: ast.expr, at: At) -> ast.expr:
        """What a filter gives, and how long that took."""
        place = self._place(node.span, Role.FUNCTION, at, "filter", node.name)
        operands = [py.load(name, at) for name in self._variables_in(node)]
        arguments = [place, py.call(".now", [], at), self._kept(at), value, py.tuple_of(operands, at)]
        return self._ask("filtered", arguments, at)

    # --- within ------------------------------------------------------------------------------------------------

    def _name_of(self, span: Span, role: int, kind: str, name: str | None, text: str | None) -> str:
        key = (span, role, kind, name, text)
        known = self.places.get(key)
        if known is None:
            known = PlaceSpec(f".place{len(self.places)}", role, kind, name, span, text)
            self.places[key] = known
        return known.variable

    def _place(self, span: Span, role: int, at: At, kind: str = "", name: str | None = None) -> ast.expr:
        return py.load(self._name_of(span, role, kind, name, None), at)

    def _of_function(self, name: str, span: Span, at: At) -> list[ast.expr]:
        kind, _, called = name.partition(" ")
        place = self._place(span, Role.FUNCTION, at, kind, called or None)
        return [py.load(self._g.sink, at), py.load(".ctx", at), place]

    def _variables_in(self, node: nodes.Node) -> tuple[str, ...]:
        """The variables that an expression names and that still hold what it saw, by their names in Python.

        What stands in a chain of filters is asked for by each of them: what was found for an inner one is kept.
        """
        found: dict[str, None] = {}
        pending = [node]
        while pending:
            inner = pending.pop()
            known = self._variables.get(inner)
            if known is not None:
                found.update(dict.fromkeys(known))
                continue
            # what is called is no text that goes into another
            called = inner.target if isinstance(inner, nodes.Call) else None
            below = [
                child
                for child in nodes.children(inner)
                if child is not called or not isinstance(child, nodes.Name)
            ]
            pending += reversed(below)
            variable = self._g.scopes.variables.get(inner) if isinstance(inner, nodes.Name) else None
            if variable is None or variable.origin is Origin.DYNAMIC:
                continue
            if not isinstance(variable.scope.node, nodes.Comprehension):
                found[variable.python_name] = None
        self._variables[node] = tuple(found)
        return self._variables[node]

    def _find_recorder(self, at: At) -> None:
        self._g.emit(py.assign(_RECORDER, py.call(".recorder", [], at), at))

    def _kept(self, at: At) -> ast.expr:
        return py.call(".len", [py.attribute(py.load(_RECORDER, at), "kept", at)], at)

    def _ask(self, what: str, arguments: list[ast.expr], at: At) -> ast.expr:
        return py.call(py.attribute(py.load(_RECORDER, at), what, at), arguments, at)

    def _tell(self, what: str, arguments: list[ast.expr], at: At) -> None:
        self._g.emit(py.statement(self._ask(what, arguments, at), at))

    def _event(self, text: ast.expr, place: ast.expr, told: ast.expr, at: At) -> None:
        self._write(py.tuple_of([text, place, told], at), at)

    def _note(self, place: ast.expr, at: At) -> None:
        self._event(py.constant("", at), place, py.constant(None, at), at)

    def _write(self, event: ast.expr, at: At) -> None:
        self._g.emit(py.statement(py.call(self._g.sink, [event], at), at))
