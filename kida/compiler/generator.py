"""The generator: what it keeps track of while the rules of the nodes, which stand in the other modules, are at work."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from kida.compiler import python as py
from kida.compiler.options import Link, Options
from kida.compiler.python import At
from kida.runtime.forms import Form
from kida.semantics.scopes import Origin, Scope, Scopes, Variable
from kida.source import Source, Span
from kida.syntax import nodes

if TYPE_CHECKING:
    from kida.compiler.traced import Instruments

StatementRule: TypeAlias = "Callable[[Generator, Any], None]"
ExpressionRule: TypeAlias = "Callable[[Generator, Any], ast.expr]"

MAX_STATIC_BLOCKS = 15
"""Loops in one generated function; CPython takes 20. What is nested deeper gets a function of its own."""

INTO = ".into"
"""The name of what a macro writes with."""
WRITE = ".write"
"""The name of what a rendering function writes with; another while what is written is held back."""
_LOOKED_UP_ONE_BY_ONE = 12
_LOOKED_UP_AT_ONCE = 16
"""More names of the context than the first a function looks up by as many as the second: that is less code."""
_PIECES_AT_MOST = 32
"""How many pieces of text are written as one: with more, a function holds many of them at once."""
_QUICK_LOOKUPS = 6
"""Attributes that a template looks up by statements where nothing is repeated."""
_WRITES_AT_MOST = 64
"""How many texts a stream writes, where nothing is repeated, until it is asked whether it holds too many."""
"""The sink of text that is yielded; any other sink is the name of a function to append with."""


class Function:
    """A function that is being generated."""

    __slots__ = ("blocks", "gives_text", "nonlocals", "scope")

    def __init__(self, scope: Scope | None, *, gives_text: bool = False) -> None:
        self.scope = scope
        self.gives_text = gives_text
        self.nonlocals: set[str] = set()
        self.blocks = 0


def _instruments(g: Generator) -> Instruments | None:
    if not g.form.traces:
        return None
    from kida.compiler.traced import Instruments

    return Instruments(g)


class Generator:
    """State of the generation of one template in one form; used once.

    ``escaping`` is whether output is escaped here: true, false, or ``None`` where only rendering tells.
    ``volatile`` says that some ``autoescape`` around is of that kind, and ``outer_escaping`` what holds outside of it.
    ``silenced`` is whether output at the top goes nowhere, as the template has extended another by now:
    ``"never"``, ``"perhaps"`` or ``"always"``. ``waits`` are, of the loops around, the variables that say whether a
    stream may have to wait for the next turn. ``leaving`` emit what must happen when ``break`` or ``continue`` leave
    the bodies between here and the innermost loop. ``calls`` counts what
    may come back to where it stands, ``calls_of_caller`` those among them that the body of a call stands around; ``quick_lookups`` are
    left of those that need not be repeated to be made quick; ``macros`` are names that are macros or modules of them, as a rule. ``blocks`` are, by the
    scopes of their functions, the names of blocks and of these functions. ``instruments`` record, where the form does.
    """

    def __init__(
        self,
        source: Source,
        scopes: Scopes,
        options: Options,
        statements: Mapping[type[nodes.Node], StatementRule],
        expressions: Mapping[type[nodes.Node], ExpressionRule],
    ) -> None:
        self.source = source
        self.scopes = scopes
        self.options = options
        self.form: Form = options.form
        self.at = (options.places or py.Places(source)).of
        self.escaping: bool | None = options.autoescape
        self.outer_escaping = options.autoescape
        self.volatile = False
        self.silenced = "never"
        self.conditional = 0
        self.comprehensions = 0
        self._run: list[tuple[ast.expr, At]] = []
        self._sink = WRITE
        self._writes = 0
        self.leaving: list[Callable[[], None]] = []
        self.waits: list[str] = []
        self.scope: Scope = scopes.top
        self.function = Function(None)
        self.statements: list[ast.stmt] = []
        self.links: dict[tuple[str, str], Link] = {}
        self.constants: dict[str, tuple[str, tuple[Any, ...]]] = {}
        self.calls = self.calls_of_caller = 0
        self.macros: set[str] = set()
        self.quick_lookups = _QUICK_LOOKUPS
        self.blocks: dict[Scope, tuple[str, str]] = {}
        self.instruments = _instruments(self)
        self._statement_rules = statements
        self._expression_rules = expressions
        self._owners: dict[Scope, Function] = {}
        self._unset_parameters: set[Variable] = set()
        self._count = self._numbers = 0

    @property
    def sink(self) -> str:
        """The name of what writes here."""
        return self._sink

    @sink.setter
    def sink(self, name: str) -> None:
        self.end_run()
        self._sink = name

    @property
    def is_repeated(self) -> bool:
        """Whether what is generated here runs more than once in a render, as a rule: in a loop or a macro."""
        return self.function.blocks > 0 or self.function.gives_text

    # --- rules -------------------------------------------------------------------------------------------------

    def expression(self, node: nodes.Expression) -> ast.expr:
        """The Python expression of a node."""
        return self._expression_rules[type(node)](self, node)

    def body(self, body: nodes.Body) -> None:
        """Emit the statements of a body. They take turns with their temporaries: Python's functions stay small."""
        rules = self._statement_rules
        position = 0
        count = self._count
        while position < len(body):
            node = body[position]
            position += 1
            if type(node) is nodes.Text:
                # text that comments or raw blocks cut up is written in one piece
                while position < len(body) and type(body[position]) is nodes.Text:
                    other = body[position]
                    text = node.text + other.text  # type: ignore[attr-defined]
                    node = nodes.Text(Span(node.span.start, other.span.end), text)
                    position += 1
            rules[type(node)](self, node)
            self._count = count

    def emit(self, statement: ast.stmt) -> None:
        """Append a statement to what is being generated."""
        self.end_run()
        self.statements.append(statement)

    def emit_all(self, statements: Sequence[ast.stmt]) -> None:
        """Append statements."""
        self.end_run()
        self.statements += statements

    def emit_within(self, statement: ast.stmt) -> None:
        """Append a statement that an expression needs, where what is to be written before may still be written with it.

        It is worked out before, as the statement may fail, or change what it is made of.
        """
        for position, (piece, at) in enumerate(self._run):
            name = f".part{position}"
            if not isinstance(piece, ast.Constant) and not (isinstance(piece, ast.Name) and piece.id == name):
                self.statements.append(py.assign(name, piece, at))
                self._run[position] = py.load(name, at), at
        self.statements.append(statement)

    def end_run(self) -> None:
        """Append the writing of what is to be written, as one text: one call takes less, and is less, than one for each piece."""
        run = self._run
        if not run:
            return
        self._run = []
        if len(run) == 1:
            self.statements.append(self._written(*run[0]))
            return
        # as str() has it: what is escaped may be Markup, whose own formatting would be asked for otherwise
        conversion = -1 if self.escaping is False else ord("s")
        pieces: list[ast.expr] = [
            piece if isinstance(piece, ast.Constant) else ast.FormattedValue(piece, conversion, None, **at)
            for piece, at in run
        ]
        first, last = run[0][1], run[-1][1]
        # placed where it begins, and then where it ends: Python's lines go on from piece to piece
        text = ast.Call(py.load(self.sink, first), [ast.JoinedStr(pieces, **last)], [], **last)
        self.statements.append(py.statement(text, last))

    def temporary(self, name: str) -> str:
        """A name for a value of the engine's own, which is its until the statement of the template ends."""
        self._count += 1
        return f".{name}{self._count}"

    def number(self) -> int:
        """A number that no other part of the template has."""
        self._numbers += 1
        return self._numbers

    @contextmanager
    def following(self, statements: Mapping[type[nodes.Node], StatementRule]) -> Iterator[None]:
        """Statements inside follow other rules."""
        outer, self._statement_rules = self._statement_rules, statements
        yield
        self._statement_rules = outer

    @contextmanager
    def collecting(self) -> Iterator[list[ast.stmt]]:
        """Statements emitted inside go to a list of their own."""
        outer = self.statements, self._run
        self.statements, self._run = [], []
        yield self.statements
        self.end_run()
        self.statements, self._run = outer

    @contextmanager
    def conditionally(self) -> Iterator[None]:
        """What is generated inside may never run: unknown filters in it are errors only when it does."""
        self.conditional += 1
        yield
        self.conditional -= 1

    # --- output ------------------------------------------------------------------------------------------------

    def write(self, value: ast.expr, at: At, span: Span | None = None) -> None:
        """Emit the writing of a ``str``; ``span`` is what wrote it, where that may be recorded."""
        if self.instruments is not None and span is not None:
            self.instruments.plain(value, span, at)
        elif self.form is Form.RENDER and not self.is_repeated:
            # in loops each text made anew would wait in memory for the end of the render: there pieces are written one by one
            if len(self._run) >= _PIECES_AT_MOST:
                self.end_run()
            self._run.append((value, at))
        else:
            self.emit(self._written(value, at))
            self._writes += 1
            if self._writes % _WRITES_AT_MOST == 0:
                self.hand_on_when_full(at)

    def write_result(self, value: ast.expr, before: str | None, node: nodes.Node, at: At) -> None:
        """Emit the writing of what a call or filter of a tag gave; ``before`` as of `Instruments.made`."""
        if self.instruments is None or before is None:
            # a macro's as it is: what Python makes of Markup with str() is a copy
            name = self.temporary("value")
            is_markup = py.compare(
                py.call(".type", [py.named(name, value, at)], at), ast.Is(), py.load(".Markup", at), at
            )
            text = py.call(".str", [py.load(name, at)], at)
            self.write(py.choose(is_markup, py.load(name, at), text, at), at)
            return
        held = self.temporary("made")
        self.emit(py.assign(held, value, at))
        text = py.call(".as_str", [py.load(held, at)], at)
        self.instruments.made(text, py.load(held, at), before, node, node.span, at)

    def _written(self, value: ast.expr, at: At) -> ast.stmt:
        return py.statement(py.call(self.sink, [value], at), at)

    @property
    def hands_on(self) -> bool:
        """Whether what is written here can be handed on: in a stream, where it is not held back."""
        return self.form.streams and self.sink == WRITE

    def pause(self, at: At) -> None:
        """Emit, in a stream, that what is written is handed on, as the template may have to wait here."""
        if self.hands_on:
            self._hand_on(py.load(".pending", at), at)

    def hand_on_when_full(self, at: At) -> None:
        """Emit, in a stream, that what is written is handed on where it is much."""
        if self.hands_on:
            pending = py.load(".pending", at)
            count = py.call(".len", [pending], at)
            self._hand_on(py.compare(count, ast.Gt(), py.attribute(pending, "most", at), at), at)

    def _hand_on(self, condition: ast.expr, at: At) -> None:
        taken = py.call(py.attribute(py.load(".pending", at), "take", at), [], at)
        self.emit(py.when(condition, [py.statement(ast.Yield(taken, **at), at)], [], at))

    @contextmanager
    def escaping_as(self, escaping: bool | None) -> Iterator[None]:
        """Whether output is escaped inside."""
        outer, self.escaping = self.escaping, escaping
        yield
        self.escaping = outer

    @contextmanager
    def audible(self, at: At, *, always: bool = False) -> Iterator[bool]:
        """Output at the top of a template that has extended another goes nowhere; false says: do not generate it."""
        if self.silenced == "never" or always:
            yield True
        elif self.silenced == "always":
            yield False
        else:
            with self.collecting() as body:
                yield True
            if body:
                self.emit(
                    py.when(
                        py.compare(py.load(".parent", at), ast.Is(), py.constant(None, at), at), body, [], at
                    )
                )

    @contextmanager
    def buffered(self, at: At, *, audible: bool = True) -> Iterator[str]:
        """What is written inside goes to a list, whose name is given.

        ``audible`` says that it does also where output at the top goes nowhere.
        """
        buffer = self.temporary("buffer")
        writer = self.temporary("write")
        self.emit(py.assign(buffer, ast.List([], py.LOAD, **at), at))
        write = "append" if self.instruments is None else "extend"
        self.emit(py.assign(writer, py.attribute(py.load(buffer, at), write, at), at))
        outer = self.sink, self.silenced
        self.sink, self.silenced = writer, "never" if audible else self.silenced
        yield buffer
        self.sink, self.silenced = outer

    def deliver(
        self, function: ast.expr, arguments: list[ast.expr], at: At, span: Span | None = None
    ) -> None:
        """Emit the call of a function that renders, handing on what it writes; ``span`` is where it is called from."""
        self.calls += 1
        if self.instruments is not None and span is not None:
            self.instruments.called_from(span, at)
        if not self.form.streams:
            # such a function writes through its last argument
            made: ast.expr = py.call(function, [*arguments, py.load(self.sink, at)], at)
            self.emit(py.statement(ast.Await(made, **at) if self.form.is_async else made, at))
            return
        # one of a stream holds in it what it has not handed on
        hands_on = self.hands_on
        pending = ".pending" if hands_on else self.temporary("pending")
        if not hands_on:
            self.emit(py.assign(pending, py.call(".Pending", [], at), at))
        pieces = py.call(function, [*arguments, py.load(pending, at)], at)
        if hands_on and not self.form.is_async:
            self.emit(py.statement(ast.YieldFrom(pieces, **at), at))
            return
        piece: ast.expr = py.load(".piece", at)
        taken = py.statement(ast.Yield(piece, **at), at) if hands_on else self._written(piece, at)
        loop = ast.AsyncFor if self.form.is_async else ast.For
        self.emit(loop(py.store(".piece", at), pieces, [taken], [], **at))
        if not hands_on:
            rest = py.call(py.attribute(py.load(pending, at), "take", at), [], at)
            self.emit(self._written(rest, at))

    def awaited(self, value: ast.expr, at: At) -> ast.expr:
        """A value that may be awaitable where the form is asynchronous."""
        return ast.Await(py.call(".auto_await", [value], at), **at) if self.form.is_async else value

    def directly_awaited(self, value: ast.expr, at: At) -> ast.expr:
        """The call of one of the engine's functions that are coroutines where the form is asynchronous."""
        return ast.Await(value, **at) if self.form.is_async else value

    def kept(self, kind: str, *told: Any) -> str:
        """The name of a value that the module makes once: a ``Site`` of a call, or the ``Shape`` of a macro."""
        name = f".{kind}{len(self.constants)}"
        self.constants[name] = f".{kind}", told
        return name

    def is_escaping(self, at: At) -> ast.expr:
        """Whether output is escaped here, as an expression."""
        if self.escaping is None:
            return py.attribute(py.load(".ctx", at), "escaping", at)
        return py.constant(self.escaping, at)

    def eval_context(self, at: At) -> ast.expr:
        """The evaluation context for a function that asks for it: what holds at the place that is rendered."""
        escaping = py.attribute(py.load(".ctx", at), "escaping", at)
        return ast.Subscript(py.load(".eval_contexts", at), escaping, py.LOAD, **at)

    def joined(self, buffer: str, at: At) -> ast.expr:
        """The text in a buffer."""
        if self.instruments is not None:
            return self.instruments.joined(buffer, at)
        return py.joined(buffer, at)

    def text_of_body(self, buffer: str, span: Span, at: At) -> ast.expr:
        """What the body in a buffer wrote, as a value: see `as_text`."""
        text = self.as_text(self.joined(buffer, at), at)
        return text if self.instruments is None else self.instruments.body_text(text, buffer, span, at)

    def as_text(self, text: ast.expr, at: At) -> ast.expr:
        """What was written, as a value: ``Markup`` where output is escaped."""
        if self.escaping is not None and not self.volatile:
            return py.call(".markup", [text], at) if self.escaping else text
        return py.call(".text_value", [text, self.is_escaping(at)], at)

    def rendering_arguments(self, at: At) -> ast.arguments:
        """The parameters of a function that renders."""
        return py.arguments([".ctx", ".pending" if self.form.streams else WRITE], at)

    # --- functions ---------------------------------------------------------------------------------------------

    @contextmanager
    def defining(
        self,
        name: str,
        arguments: ast.arguments,
        at: At,
        scope: Scope | None,
        *,
        span: Span,
        text: bool,
        audible: bool = True,
        sink: str = WRITE,
    ) -> Iterator[None]:
        """Emit the definition of a function; what is generated inside is its body, ``span`` the template's text for it.

        ``text`` functions return what they wrote (``audible`` as of `buffered`); the others hand it on as the form says,
        but those with another ``sink``, which append to it in every form: macros, with `INTO`, whose text is a value as well.
        """
        self.end_run()
        outer = self.function, self.sink, self.silenced, self.statements
        gives_text = text or sink == INTO
        self.function, self.statements = Function(scope, gives_text=gives_text), []
        is_async = self.form.is_async
        if text:
            with self.buffered(at, audible=audible) as buffer:
                if self.instruments is not None:
                    self.instruments.begin_function(at)
                yield
                made = self.as_text(self.joined(buffer, at), at)
                if self.instruments is not None:
                    made = self.instruments.function_text(made, buffer, name, span, at)
                self.emit(ast.Return(made, **at))
        else:
            self.sink = sink
            if gives_text:
                self.silenced = "never"
            if self.hands_on:
                append = py.attribute(py.load(".pending", at), "append", at)
                self.emit(py.assign(WRITE, append, at))
            # a part of a loop that is a function only for Python's sake is none of the template's
            instruments = None if scope is None else self.instruments
            if instruments is not None:
                instruments.begin_writing(name, span, at)
            yield
            if instruments is not None:
                instruments.end_writing(name, span, at)
            if self.hands_on:  # what never yields must be a generator all the same
                self.emit(ast.Return(None, **at))
                self.emit(py.statement(ast.Yield(py.constant("", at), **at), at))
        self.end_run()
        body = self.statements or [ast.Pass(**at)]
        if self.function.nonlocals:
            body.insert(0, ast.Nonlocal(sorted(self.function.nonlocals), **at))
        if gives_text:
            # Python 3.11 compares each function of a name with all others of it, unless their constants differ
            place = py.constant(f"at {at['lineno']}:{at['col_offset'] + 1}", at)
            body.insert(0, py.statement(place, at))
        self.function, self.sink, self.silenced, self.statements = outer
        self.emit(py.function(name, arguments, body, at, is_async=is_async))

    @contextmanager
    def loop_block(self, *, loop: bool = True) -> Iterator[None]:
        """Counts a block of those that CPython allows only some of in a function."""
        self.function.blocks += 1
        outer, self.leaving = self.leaving, ([] if loop else self.leaving)
        yield
        self.function.blocks -= 1
        self.leaving = outer

    # --- scopes and variables ----------------------------------------------------------------------------------

    @contextmanager
    def entering(self, scope: Scope, at: At) -> Iterator[None]:
        """Emit what a scope begins with; names inside are those of the scope."""
        outer = self.scope, self.conditional
        self.scope, self.conditional = scope, 0
        self._owners[scope] = self.function
        if scope.is_function:
            self._look_up_context(scope, at)
        for variable in scope.variables.values():
            if variable.scope is not scope:
                continue
            if variable.origin is Origin.OUTER and variable.outer is not None:
                self.emit(py.assign(variable.python_name, self._plain(variable.outer, at), at))
            elif variable.origin is Origin.UNSET:
                self.emit(py.assign(variable.python_name, py.load(".missing", at), at))
        yield
        self.scope, self.conditional = outer

    def _look_up_context(self, scope: Scope, at: At) -> None:
        names = [variable for variable in scope.context_names.values() if variable.origin is Origin.CONTEXT]
        if not names:
            return
        if len(names) > _LOOKED_UP_ONE_BY_ONE:
            for chunk in (
                names[first : first + _LOOKED_UP_AT_ONCE]
                for first in range(0, len(names), _LOOKED_UP_AT_ONCE)
            ):
                asked = py.constant(tuple(variable.name for variable in chunk), at)
                found = py.call(".variables", [py.load(".ctx", at), asked], at)
                targets: list[ast.expr] = [py.store(variable.python_name, at) for variable in chunk]
                self.emit(ast.Assign([ast.Tuple(targets, py.STORE, **at)], found, **at))
            return
        variables = py.attribute(py.load(".ctx", at), "_vars", at)
        self.emit(py.assign(".get", py.attribute(variables, "get", at), at))
        for variable in names:
            name = py.constant(variable.name, at)
            found = py.call(".get", [name, py.load(".missing", at)], at)
            self.emit(py.assign(variable.python_name, found, at))
            absent = py.call(".global", [py.load(".ctx", at), name], at)
            value = py.load(variable.python_name, at)
            self.emit(
                py.when(py.is_missing(value, at), [py.assign(variable.python_name, absent, at)], [], at)
            )

    def _plain(self, variable: Variable, at: At) -> ast.expr:
        """A variable's value, which may be the mark for none."""
        if variable.origin is Origin.DYNAMIC:
            return py.call(".dynamic", [py.load(".ctx", at), py.constant(variable.name, at)], at)
        return py.load(variable.python_name, at)

    def read(self, variable: Variable, at: At) -> ast.expr:
        """A variable's value, undefined where it has none."""
        value = self._plain(variable, at)
        if not variable.may_be_missing and variable not in self._unset_parameters:
            return value
        undefined = py.call(".undefined_name", [py.constant(variable.name, at)], at)
        return py.choose(
            py.compare(value, ast.IsNot(), py.load(".missing", at), at),
            py.load(variable.python_name, at),
            undefined,
            at,
        )

    @contextmanager
    def unset(self, parameters: list[Variable]) -> Iterator[set[Variable]]:
        """Parameters that may have no value yet; take those that have one out of the set."""
        outer = self._unset_parameters
        self._unset_parameters = set(parameters)
        yield self._unset_parameters
        self._unset_parameters = outer

    def target(self, variable: Variable, at: At) -> ast.Name:
        """A variable, to be assigned to."""
        owner = self._owners.get(variable.scope)
        if owner is not None and owner is not self.function:
            self.function.nonlocals.add(variable.python_name)
        return py.store(variable.python_name, at)

    def assign(self, variable: Variable, value: ast.expr, at: At, *, exported: bool = True) -> None:
        """Emit an assignment; at the top of a template the context learns it too.

        ``exported`` is whether importers see it.
        """
        if variable.origin is Origin.DYNAMIC:
            self.emit(py.statement(self._export(variable, value, at, exported=exported), at))
            return
        self.emit(ast.Assign([self.target(variable, at)], value, **at))
        self.note_export(variable, at, exported=exported)

    def note_export(self, variable: Variable, at: At, *, exported: bool = True) -> None:
        """Emit what tells the context of a variable at the top of the template that has just been assigned."""
        if variable.exported:
            self.emit(py.statement(self.export(variable, at, exported=exported), at))

    def export(self, variable: Variable, at: At, *, exported: bool = True) -> ast.expr:
        """What tells the context of a variable's value; gives ``None``."""
        return self._export(variable, py.load(variable.python_name, at), at, exported=exported)

    def _export(self, variable: Variable, value: ast.expr, at: At, *, exported: bool) -> ast.expr:
        name = "export" if exported and not variable.name.startswith("_") else "bind"
        return py.call(
            py.attribute(py.load(".ctx", at), name, at), [py.constant(variable.name, at), value], at
        )

    def visible(self, at: At) -> ast.expr:
        """The variables that are assigned here and not in the context, as a dict; ``None`` where there are none."""
        found = self.scope.visible()
        if not found:
            return py.constant(None, at)
        keys: list[ast.expr | None] = [py.constant(name, at) for name in found]
        values = [self._plain(variable, at) for variable in found.values()]
        made = ast.Dict(keys, values, **at)
        return py.call(".present", [made], at) if any(v.may_be_missing for v in found.values()) else made

    def block_names(self, at: At) -> ast.expr:
        """The variables of the block around, which functions that ask for the context see in it, as in Jinja2.

        A constant: pairs of their names in the template and in the generated code.
        """
        function = self.scope.function
        names: tuple[tuple[str, str], ...] = ()
        if isinstance(function.node, nodes.Block):
            names = tuple((name, v.python_name) for name, v in function.variables.items() if v.stored)
        return py.constant(names, at)
