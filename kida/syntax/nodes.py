"""Nodes: what a template says, as a tree of frozen values, each with the span it was read from.

Nodes are compared and hashed by identity, so that a later phase can keep what it learns beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from kida.source import Span
from kida.values import Value

_LEAVES: Final = frozenset(
    (
        "Span",
        "tuple[Span, ...]",
        "str",
        "str | None",
        "tuple[str, ...]",
        "tuple[SlotPlace, ...]",
        "bool",
        "int",
        "Any",
        "ClassVar[tuple[str, ...]]",
    )
)
"""Types of fields that hold no nodes."""


class Node(Value):
    """A part of a template; ``span`` is where it stands, ``parts`` are the fields that hold nodes."""

    parts: ClassVar[tuple[str, ...]] = ()

    span: Span

    @classmethod
    def prepare(cls) -> None:
        """Find the fields that hold nodes."""
        cls.parts = tuple(name for name, kind in cls._kinds.items() if kind not in _LEAVES)

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Expression(Node):
    """What has a value."""


class Statement(Node):
    """What writes or does something."""


Body = tuple[Statement, ...]


# --- expressions -------------------------------------------------------------------------------------------------


class Constant(Expression):
    """A literal value."""

    value: Any


class Name(Expression):
    """A variable that is read."""

    name: str


class TargetName(Expression):
    """A variable that is assigned to."""

    name: str


class TargetAttribute(Expression):
    """``ns.name`` on the left of an assignment: an attribute of a namespace."""

    target: Name
    name: str


class TargetTuple(Expression):
    """Several targets that a value is unpacked into; ``starred`` is the index of ``*rest``, or -1."""

    items: tuple[Expression, ...]
    starred: int = -1


class TupleLiteral(Expression):
    items: tuple[Expression, ...]


class ListLiteral(Expression):
    items: tuple[Expression, ...]


class DictLiteral(Expression):
    items: tuple[tuple[Expression, Expression], ...]


class ComprehensionClause(Node):
    """``for target in iterable if condition …``."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


class Comprehension(Expression):
    """A list, set or dict comprehension; ``key`` is there for a dict alone."""

    kind: str
    key: Expression | None
    value: Expression
    clauses: tuple[ComprehensionClause, ...]


class Unary(Expression):
    operator: str
    operand: Expression


class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


class Concat(Expression):
    """``a ~ b ~ c``."""

    items: tuple[Expression, ...]


class Comparison(Expression):
    """``a < b <= c``: the first operand, then pairs of operator and operand."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


class Logic(Expression):
    """``and`` or ``or`` over two or more operands."""

    operator: str
    items: tuple[Expression, ...]


class Conditional(Expression):
    """``value if condition else other``; without ``else`` it may be undefined."""

    condition: Expression
    value: Expression
    other: Expression | None


class Coalesce(Expression):
    """``left ?? right``."""

    left: Expression
    right: Expression


class Attribute(Expression):
    """``target.name``, or ``target?.name``."""

    target: Expression
    name: str
    null_safe: bool = False


class Slice(Expression):
    start: Expression | None
    stop: Expression | None
    step: Expression | None


class Subscript(Expression):
    """``target[key]``, or ``target?[key]``."""

    target: Expression
    key: Expression
    null_safe: bool = False


class NullSafeChain(Expression):
    """A chain of attributes, subscripts and calls with a ``?.`` or ``?[`` in it: once none, the rest is skipped."""

    chain: Expression


class Arguments(Node):
    """What stands between the parentheses of a call."""

    positional: tuple[Expression, ...] = ()
    keywords: tuple[tuple[str, Expression], ...] = ()
    star: Expression | None = None
    double_star: Expression | None = None
    keyword_spans: tuple[Span, ...] = ()


class Call(Expression):
    target: Expression
    arguments: Arguments


class Filter(Expression):
    """``value | name(arguments)``; the value of a ``filter`` tag is its body, and ``value`` is ``None``."""

    value: Expression | None
    name: str
    name_span: Span
    arguments: Arguments
    null_safe: bool = False


class Test(Expression):
    """``value is name(arguments)``."""

    value: Expression
    name: str
    name_span: Span
    arguments: Arguments


class Await(Expression):
    value: Expression


# --- statements --------------------------------------------------------------------------------------------------


class Text(Statement):
    """Text that is written as it is."""

    text: str


class Output(Statement):
    """``{{ value }}``."""

    value: Expression


class Branch(Node):
    """One arm of an ``if``."""

    condition: Expression
    body: Body


class If(Statement):
    branches: tuple[Branch, ...]
    otherwise: Body | None


class For(Statement):
    target: Expression
    iterable: Expression
    condition: Expression | None
    body: Body
    otherwise: Body
    recursive: bool
    is_async: bool = False


class While(Statement):
    condition: Expression
    body: Body
    otherwise: Body


class Break(Statement):
    pass


class Continue(Statement):
    pass


class Parameter(Node):
    """A parameter of a macro. ``kind``: positional, normal, keyword, star or double_star, as in Python's grammar."""

    name: str
    kind: str = "normal"
    default: Expression | None = None
    annotation: str | None = None


SLOTS: Final = ".slots"
"""The name of what a def was given for its slots, which no template can write."""


class SlotPlace(Value):
    """A place for content in a def: the names it hands up, and whether it has default content. A ``yield`` is one, too."""

    name: str
    handed: tuple[str, ...]
    has_default: bool
    span: Span


class Macro(Statement):
    """``macro`` or ``def``; ``strict`` is true of a ``def``, whose parameters without default must be given."""

    name: str
    name_span: Span
    parameters: tuple[Parameter, ...]
    body: Body
    strict: bool = False
    slots: tuple[SlotPlace, ...] = ()


class SlotContent(Statement):
    """``{% slot name let:item %}…{% end %}`` in a call; ``condition`` says whether there is one, where it is a ``yield``."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Body
    condition: Expression | None = None


class CallBlock(Statement):
    """``{% call(parameters) target(…) %}``; ``loose`` is whether its body fills the default slot."""

    call: Call
    parameters: tuple[Parameter, ...]
    body: Body
    contents: tuple[SlotContent, ...] = ()
    loose: bool = True
    condition: Expression | None = None


class FilterBlock(Statement):
    filter: Filter
    body: Body


class Assign(Statement):
    """``set``, ``let`` or ``export`` of a value; ``reach`` is one of those words, ``when_missing`` says ``??=``."""

    target: Expression
    value: Expression
    reach: str = "set"
    when_missing: bool = False


class Capture(Statement):
    """Block ``set``, or ``capture``: what the body writes, through the filters, becomes the value."""

    target: Expression
    filter: Filter | None
    body: Body
    reach: str = "set"


class With(Statement):
    targets: tuple[Expression, ...]
    values: tuple[Expression, ...]
    body: Body


class Autoescape(Statement):
    enabled: Expression
    body: Body


class Scope(Statement):
    """A body whose assignments stay inside it."""

    body: Body


class Do(Statement):
    value: Expression


class Flush(Statement):
    """``{% flush %}``: in a stream, what is written is handed on."""


class Cache(Statement):
    """``cache``: what the body writes is kept under a key, for so long."""

    key: Expression
    ttl: Expression | None
    body: Body


class Provide(Statement):
    """Ambient values for a body: ``names`` and ``values`` belong together."""

    names: tuple[str, ...]
    values: tuple[Expression, ...]
    body: Body


class Push(Statement):
    """A text that is added to the stack ``name``; ``once`` is the key under which it is added once."""

    name: Expression
    once: Expression | None
    body: Body


class Stack(Statement):
    """Writes all that is pushed to the stack ``name``."""

    name: Expression


class Translation(Statement):
    """``trans``: messages with doubled percent signs and ``%(name)s`` for their variables.

    ``function`` is what looks them up, ``count`` the variable that tells which form it is; ``is_filled`` says whether
    a message has variables in it: the tag may name some that none has.
    """

    function: Name
    context: str | None
    singular: str
    plural: str | None
    variables: tuple[tuple[str, Expression], ...]
    count: str | None
    is_filled: bool


class Debug(Statement):
    """``{% debug %}``: the context, filters and tests, as text."""


class Extends(Statement):
    template: Expression


class Block(Statement):
    """``block``; ``condition`` says whether it is rendered where it stands. A ``fragment`` is not rendered there."""

    name: str
    name_span: Span
    body: Body
    scoped: bool
    required: bool
    condition: Expression | None = None
    fragment: bool = False


class Include(Statement):
    """``include``; ``names`` are added to what the included template sees, as pairs of a name and its value."""

    template: Expression
    ignore_missing: bool
    with_context: bool
    names: tuple[tuple[str, Expression], ...] = ()


class Embed(Include):
    """``embed``: an ``include`` with blocks that go before those of the included template."""

    body: tuple[Block, ...] = ()


class Import(Statement):
    template: Expression
    target: TargetName
    with_context: bool


class ImportedName(Node):
    """``name as target`` of a from-import."""

    name: str
    target: TargetName


class FromImport(Statement):
    template: Expression
    names: tuple[ImportedName, ...]
    with_context: bool


class Try(Statement):
    """``try``: what the body wrote is thrown away when it raises, and the fallback is rendered."""

    body: Body
    target: TargetName | None
    fallback: Body


class Pattern(Node):
    """What a ``case`` matches against."""


class ValuePattern(Pattern):
    """Matches what is equal to a literal, or to the value of a dotted name."""

    value: Expression


class CapturePattern(Pattern):
    """Matches anything and names it; ``target`` is ``None`` for ``_``."""

    target: TargetName | None


class AsPattern(Pattern):
    pattern: Pattern
    target: TargetName


class OrPattern(Pattern):
    patterns: tuple[Pattern, ...]


class StarPattern(Pattern):
    """``*rest`` in a sequence."""

    target: TargetName | None


class SequencePattern(Pattern):
    patterns: tuple[Pattern, ...]


class MappingPattern(Pattern):
    items: tuple[tuple[Expression, Pattern], ...]
    rest: TargetName | None


class Case(Node):
    pattern: Pattern
    guard: Expression | None
    body: Body


class Match(Statement):
    subject: Expression
    cases: tuple[Case, ...]


class Template(Node):
    body: Body


def children(node: Node) -> list[Node]:
    """The nodes directly below a node, in the order in which they stand."""
    found: list[Node] = []
    for part in node.parts:
        value = getattr(node, part)
        if isinstance(value, Node):
            found.append(value)
        elif value:
            _collect(value, found)
    return found


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, outermost first."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        below = children(node)
        below.reverse()
        pending += below


def _collect(value: tuple[Any, ...], found: list[Node]) -> None:
    for item in value:
        if isinstance(item, Node):
            found.append(item)
        elif type(item) is tuple:
            _collect(item, found)
