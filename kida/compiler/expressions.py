"""The rules of the expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from kida.compiler import python as py
from kida.compiler.generator import Generator
from kida.compiler.options import Link
from kida.compiler.python import At
from kida.errors import ErrorCode, TemplateSyntaxError
from kida.semantics.mistakes import unknown_function
from kida.source import Span
from kida.syntax import nodes

_BINARY: Final[dict[str, type[ast.operator]]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "**": ast.Pow,
}
_UNARY: Final[dict[str, type[ast.unaryop]]] = {"not": ast.Not, "-": ast.USub, "+": ast.UAdd}
_COMPARISON: Final[dict[str, type[ast.cmpop]]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "in": ast.In,
    "not in": ast.NotIn,
}


MAX_COMPREHENSIONS: Final = 12
"""Comprehensions that are items of each other; CPython 3.12 and 3.13 inline them (PEP 709), and crash on some twenty."""


def constant(g: Generator, node: nodes.Constant) -> ast.expr:
    """A literal."""
    return py.constant(node.value, g.at(node.span))


def name(g: Generator, node: nodes.Name) -> ast.expr:
    """A variable."""
    return g.read(g.scopes.variables[node], g.at(node.span))


def tuple_literal(g: Generator, node: nodes.TupleLiteral) -> ast.expr:
    """``(a, b)``."""
    return py.tuple_of([g.expression(item) for item in node.items], g.at(node.span))


def list_literal(g: Generator, node: nodes.ListLiteral) -> ast.expr:
    """``[a, b]``."""
    return ast.List([g.expression(item) for item in node.items], py.LOAD, **g.at(node.span))


def dict_literal(g: Generator, node: nodes.DictLiteral) -> ast.expr:
    """``{a: b}``."""
    keys: list[ast.expr | None] = [g.expression(key) for key, _ in node.items]
    return ast.Dict(keys, [g.expression(value) for _, value in node.items], **g.at(node.span))


def comprehension(g: Generator, node: nodes.Comprehension) -> ast.expr:
    """``[value for target in iterable if condition]``, and its like."""
    at = g.at(node.span)
    if g.comprehensions >= MAX_COMPREHENSIONS:
        raise TemplateSyntaxError(
            f"more than {MAX_COMPREHENSIONS} comprehensions inside each other",
            code=ErrorCode.TOO_DEEP,
            hint="give the inner ones a name with {% set %}",
            source=g.source,
            span=node.span,
        )
    scope = g.scopes.opened[node, "body"]
    clauses: list[ast.comprehension] = []
    outer = g.scope
    for clause in node.clauses:
        iterable = g.expression(clause.iterable)
        if any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(iterable)):
            # Python allows no ':=' in what a comprehension runs over, but in its conditions
            held = g.temporary("iterable")
            once = py.tuple_of([py.constant(None, at)], at)
            assignment = py.tuple_of([py.named(held, iterable, at)], at)
            clauses.append(ast.comprehension(py.store(g.temporary("once"), at), once, [assignment], 0))
            iterable = py.load(held, at)
        g.scope = scope
        g._owners[scope] = g.function
        if g.form.is_async:
            iterable = py.call(".async_iterate", [iterable], at)
        if g.instruments is not None:
            iterable = g.instruments.watched(iterable, at if g.form.is_async else g.at(clause.iterable.span))
        target = assignment_target(g, clause.target)
        conditions = [g.expression(condition) for condition in clause.conditions]
        clauses.append(ast.comprehension(target, iterable, conditions, int(g.form.is_async)))
    g.comprehensions += 1
    value = g.expression(node.value)
    key = g.expression(node.key) if node.key is not None else None
    g.comprehensions -= 1
    made: ast.expr
    if key is not None:
        made = ast.DictComp(key, value, clauses, **at)
    elif node.kind == "set":
        made = ast.SetComp(value, clauses, **at)
    else:
        made = ast.ListComp(value, clauses, **at)
    g.scope = outer
    return made


def unary(g: Generator, node: nodes.Unary) -> ast.expr:
    """``not a``, ``-a``, ``+a``."""
    return unary_of(g, node, g.expression(node.operand))


def unary_of(g: Generator, node: nodes.Unary, operand: ast.expr) -> ast.expr:
    """The same of an operand that is made already."""
    return ast.UnaryOp(_UNARY[node.operator](), operand, **g.at(node.span))


def binary(g: Generator, node: nodes.Binary) -> ast.expr:
    """``a + b`` and its like."""
    operator = _BINARY[node.operator]()
    return ast.BinOp(g.expression(node.left), operator, g.expression(node.right), **g.at(node.span))


def concat(g: Generator, node: nodes.Concat) -> ast.expr:
    """``a ~ b``."""
    at = g.at(node.span)
    items = py.tuple_of([g.expression(item) for item in node.items], at)
    # as in Jinja2 nothing is kept safe where only rendering tells whether output is escaped
    return py.call(".concat_html" if g.escaping and not g.volatile else ".concat_text", [items], at)


def comparison(g: Generator, node: nodes.Comparison) -> ast.expr:
    """``a < b <= c``."""
    return compared(g, node, g.expression(node.first))


def compared(g: Generator, node: nodes.Comparison, first: ast.expr) -> ast.expr:
    """The same of a first operand that is made already."""
    operators = [_COMPARISON[operator]() for operator, _ in node.rest]
    operands = [g.expression(operand) for _, operand in node.rest]
    return ast.Compare(first, operators, operands, **g.at(node.span))


def logic(g: Generator, node: nodes.Logic) -> ast.expr:
    """``a and b``, ``a or b``."""
    operator = ast.And() if node.operator == "and" else ast.Or()
    return ast.BoolOp(operator, [g.expression(item) for item in node.items], **g.at(node.span))


def conditional(g: Generator, node: nodes.Conditional) -> ast.expr:
    """``a if b else c``."""
    at = g.at(node.span)
    with g.conditionally():
        condition = g.expression(node.condition)
        value = g.expression(node.value)
        if node.other is not None:
            other = g.expression(node.other)
        else:
            line = g.source.position(node.span.start).line
            hint = (
                f"the inline if-expression on line {line} evaluated to false and no else section was defined."
            )
            other = py.call(".undefined_branch", [py.constant(hint, at)], at)
    # placed at the condition: there its truth is asked for
    return py.choose(condition, value, other, g.at(node.condition.span))


def coalesce(g: Generator, node: nodes.Coalesce) -> ast.expr:
    """``a ?? b``."""
    at = g.at(node.span)
    held = g.temporary("value")
    left = py.named(held, lenient(g, node.left), at)
    return py.choose(py.call(".is_absent", [left], at), g.expression(node.right), py.load(held, at), at)


def lenient(g: Generator, node: nodes.Expression) -> ast.expr:
    """An expression whose attributes and items of what is undefined are undefined, rather than errors."""
    at = g.at(node.span)
    if isinstance(node, nodes.Attribute) and not node.null_safe:
        return py.call(".soft_attribute", [lenient(g, node.target), py.constant(node.name, at)], at)
    if isinstance(node, nodes.Subscript) and not node.null_safe and not isinstance(node.key, nodes.Slice):
        return py.call(".soft_item", [lenient(g, node.target), g.expression(node.key)], at)
    if isinstance(node, nodes.Call):
        held = g.temporary("function")
        called = node.target
        function = (
            py.call(".soft_method", [lenient(g, called.target), py.constant(called.name, at)], at)
            if isinstance(called, nodes.Attribute)
            else lenient(g, called)
        )
        undefined = py.call(".is_undefined", [py.named(held, function, at)], at)
        return py.choose(undefined, py.load(held, at), _call_of(g, node, py.load(held, at)), at)
    return g.expression(node)


def attribute(g: Generator, node: nodes.Attribute) -> ast.expr:
    """``a.b``."""
    return _attribute_of(g, node, g.expression(node.target))


def _attribute_of(g: Generator, node: nodes.Attribute, target: ast.expr) -> ast.expr:
    at = g.at(node.span)
    return g.awaited(py.call(".attribute", [target, py.constant(node.name, at)], at), at)


def subscript(g: Generator, node: nodes.Subscript) -> ast.expr:
    """``a[b]``, ``a[b:c]``."""
    return _item_of(g, node, g.expression(node.target))


_DISPLAYS = (
    nodes.Constant, nodes.TupleLiteral, nodes.ListLiteral, nodes.DictLiteral, nodes.Comprehension
)  # fmt: skip
"""What Python's compiler knows the type of, and would warn about: it takes another way."""


def _item_of(g: Generator, node: nodes.Subscript, target: ast.expr) -> ast.expr:
    at = g.at(node.span)
    if isinstance(node.key, nodes.Slice) and not isinstance(node.target, _DISPLAYS):
        return ast.Subscript(target, slice_(g, node.key), py.LOAD, **at)
    key = node.key
    if isinstance(key, nodes.Slice):
        parts = [
            py.constant(None, at) if part is None else g.expression(part)
            for part in (key.start, key.stop, key.step)
        ]
        # of a constant, a slice that cannot be taken is undefined in Jinja2; of all else it is an error
        take = ".item" if isinstance(node.target, nodes.Constant) else ".subscript"
        return py.call(take, [target, py.call(".slice", parts, at)], at)
    return g.awaited(py.call(".item", [target, g.expression(key)], at), at)


def slice_(g: Generator, node: nodes.Slice) -> ast.expr:
    """``a:b:c`` between brackets."""
    parts = [None if part is None else g.expression(part) for part in (node.start, node.stop, node.step)]
    return ast.Slice(*parts, **g.at(node.span))


def null_safe_chain(g: Generator, node: nodes.NullSafeChain) -> ast.expr:
    """``a?.b.c``: once there is nothing, the value is none and the rest is not evaluated."""
    return _link(g, node.chain, lambda value: value)


def _link(g: Generator, node: nodes.Expression, rest: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """The value of a chain up to a node, with the rest of the chain around it."""
    at = g.at(node.span)
    if isinstance(node, nodes.Attribute):
        key: ast.expr = py.constant(node.name, at)
        if node.null_safe:
            return _link(
                g, node.target, lambda base: _unless_absent(g, ".safe_attribute", base, key, rest, at)
            )
        return _link(g, node.target, lambda base: rest(_attribute_of(g, node, base)))
    if isinstance(node, nodes.Subscript):
        if node.null_safe and not isinstance(node.key, nodes.Slice):
            item = g.expression(node.key)
            return _link(g, node.target, lambda base: _unless_absent(g, ".safe_item", base, item, rest, at))
        if node.null_safe:
            return _link(g, node.target, lambda base: _slice_unless_absent(g, node, base, rest, at))
        return _link(g, node.target, lambda base: rest(_item_of(g, node, base)))
    if isinstance(node, nodes.Call):
        called = node.target
        if isinstance(called, nodes.Attribute):
            method = py.constant(called.name, at)
            if called.null_safe:
                return _link(
                    g,
                    called.target,
                    lambda base: _unless_absent(
                        g, ".safe_method", base, method, lambda f: rest(_call_of(g, node, f)), at
                    ),
                )
            return _link(
                g, called.target, lambda base: rest(_call_of(g, node, py.call(".method", [base, method], at)))
            )
        return _link(g, called, lambda base: rest(_call_of(g, node, base)))
    return rest(g.expression(node))


def _unless_absent(
    g: Generator, look_up: str, base: ast.expr, key: ast.expr, rest: Callable[[ast.expr], ast.expr], at: At
) -> ast.expr:
    held = g.temporary("value")
    found = py.named(held, py.call(look_up, [base, key], at), at)
    value = g.awaited(py.load(held, at), at)
    return py.choose(py.is_missing(found, at), py.constant(None, at), rest(value), at)


def _slice_unless_absent(
    g: Generator, node: nodes.Subscript, base: ast.expr, rest: Callable[[ast.expr], ast.expr], at: At
) -> ast.expr:
    held = g.temporary("value")
    absent = py.call(".is_absent", [py.named(held, base, at)], at)
    return py.choose(absent, py.constant(None, at), rest(_item_of(g, node, py.load(held, at))), at)


def call(g: Generator, node: nodes.Call) -> ast.expr:
    """``f(a, b=1, *c, **d)``."""
    return _call_of(g, node, call_target(g, node.target))


def call_target(g: Generator, target: nodes.Expression) -> ast.expr:
    """What is called: of ``a.b()`` the method first, then the key."""
    if isinstance(target, nodes.Attribute):
        at = g.at(target.span)
        method = py.call(".method", [g.expression(target.target), py.constant(target.name, at)], at)
        return g.awaited(method, at)
    return g.expression(target)


def _call_of(g: Generator, node: nodes.Call, target: ast.expr) -> ast.expr:
    return g.awaited(call_with(g, node, target, []), g.at(node.span))


_AT_ONCE: Final = frozenset(
    ("caller", "cycler", "dict", "joiner", "lipsum", "loop", "namespace", "range", "super")
)
"""Names of what is there at once when it is called, as a rule."""


def call_with(g: Generator, node: nodes.Call, target: ast.expr, extra: list[ast.keyword]) -> ast.expr:
    """A call of a target, with keyword arguments besides those of the node."""
    at = g.at(node.span)
    g.calls += 1
    if not (isinstance(node.target, nodes.Name) and node.target.name in _AT_ONCE):
        g.pause(at)
    function = py.call(".callee", [target, py.load(".ctx", at), g.block_names(at)], at)
    made = python_call(g, function, [], node.arguments, at)
    made.keywords = [*extra, *made.keywords]
    return made


def python_call(
    g: Generator, function: ast.expr, first: list[ast.expr], arguments: nodes.Arguments, at: At
) -> ast.Call:
    """A Python call with the arguments of a node behind some others."""
    positional = [*first, *(g.expression(argument) for argument in arguments.positional)]
    if arguments.star is not None:
        star_at = g.at(arguments.star.span)
        positional.append(ast.Starred(g.expression(arguments.star), py.LOAD, **star_at))
    keywords = [
        ast.keyword(key, g.expression(value), **g.at(value.span)) for key, value in arguments.keywords
    ]
    if arguments.double_star is not None:
        keywords.append(
            ast.keyword(None, g.expression(arguments.double_star), **g.at(arguments.double_star.span))
        )
    return ast.Call(function, positional, keywords, **at)


def filter_(g: Generator, node: nodes.Filter) -> ast.expr:
    """``value | name(arguments)``."""
    if node.value is None:
        raise AssertionError("the value of a filter tag is its body")
    if not node.null_safe:
        return filtered(g, node, g.expression(node.value))
    at = g.at(node.span)
    held = g.temporary("value")
    value = py.named(held, lenient(g, node.value), at)
    absent = py.call(".is_absent", [value], at)
    return py.choose(absent, py.load(held, at), filtered(g, node, py.load(held, at)), at)


def filter_chain(g: Generator, node: nodes.Filter, value: ast.expr) -> ast.expr:
    """The filters of a ``filter`` or ``set`` tag, around what its body wrote."""
    inner = node.value
    if isinstance(inner, nodes.Filter):
        value = filter_chain(g, inner, value)
    return filtered(g, node, value)


def filtered(g: Generator, node: nodes.Filter, value: ast.expr) -> ast.expr:
    """A filter around a value."""
    at = g.at(node.span)
    made = _linked_call(g, "filter", node.name, node.name_span, value, node.arguments, at)
    awaited = g.awaited(made, at)
    return awaited if g.instruments is None else g.instruments.filtered(node, awaited, at)


def test(g: Generator, node: nodes.Test) -> ast.expr:
    """``value is name(arguments)``."""
    return tested(g, node, g.expression(node.value))


def tested(g: Generator, node: nodes.Test, value: ast.expr) -> ast.expr:
    """The same of a value that is made already."""
    at = g.at(node.span)
    made = _linked_call(g, "test", node.name, node.name_span, value, node.arguments, at)
    return g.awaited(made, at)


def _linked_call(
    g: Generator, kind: str, name: str, span: Span, value: ast.expr, arguments: nodes.Arguments, at: At
) -> ast.expr:
    passes = g.options.passes_of(kind, name)
    if passes is None and not g.conditional:
        raise unknown_function(kind, name, g.options.names_of(kind), g.source, span)
    passes = passes or ""
    link = g.links.get((kind, name))
    if link is None or (not link.required and not g.conditional):
        link = Link(f".{kind}.{name}", kind, name, passes, required=not g.conditional)
        g.links[kind, name] = link
    first: list[ast.expr] = [value]
    if passes == "context":
        first.insert(0, py.load(".ctx", at))
    elif passes == "eval_context":
        first.insert(0, g.eval_context(at))
    return python_call(g, py.load(link.variable, at), first, arguments, at)


def await_(g: Generator, node: nodes.Await) -> ast.expr:
    """``await a``; calls are awaited anyway where that is possible."""
    if isinstance(node.value, nodes.Call):
        value = call_with(g, node.value, call_target(g, node.value.target), [])
        return g.awaited(value, g.at(node.span))
    g.pause(g.at(node.span))
    return g.awaited(g.expression(node.value), g.at(node.span))


def assignment_target(g: Generator, node: nodes.Expression) -> ast.expr:
    """What is assigned to by a loop or a comprehension: names and tuples of names."""
    at = g.at(node.span)
    if isinstance(node, nodes.TargetTuple):
        items: list[ast.expr] = []
        for index, item in enumerate(node.items):
            made = assignment_target(g, item)
            items.append(ast.Starred(made, py.STORE, **at) if index == node.starred else made)
        return ast.Tuple(items, py.STORE, **at)
    return g.target(g.scopes.variables[node], at)
