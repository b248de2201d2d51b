"""The rules of the statements that choose and repeat."""

from __future__ import annotations

import ast
from typing import Final

from kida.compiler import python as py
from kida.compiler.expressions import assignment_target
from kida.compiler.generator import MAX_STATIC_BLOCKS, Generator
from kida.compiler.lookups import at_once
from kida.compiler.output import assign_to, set_escaping
from kida.compiler.python import At
from kida.syntax import nodes

_BRANCHES_AT_ONCE: Final = 100


def if_(g: Generator, node: nodes.If) -> None:
    """``if``, ``elif``, ``else``."""
    otherwise: list[ast.stmt] = []
    if node.otherwise is not None:
        with g.collecting() as otherwise, g.conditionally():
            g.body(node.otherwise)
    if len(node.branches) <= _BRANCHES_AT_ONCE:
        g.emit_all(_branches(g, node.branches, otherwise))
        return
    # Python nests what is an elif: of a long chain one part follows the other, if that came to no end
    at = g.at(node.span)
    goes_on = g.temporary("goes_on")
    parts = [
        node.branches[first : first + _BRANCHES_AT_ONCE]
        for first in range(0, len(node.branches), _BRANCHES_AT_ONCE)
    ]
    g.emit(py.assign(goes_on, py.constant(True, at), at))
    for part in parts:
        end = py.assign(goes_on, py.constant(False, at), at)
        on: list[ast.stmt] = [py.assign(goes_on, py.constant(True, at), at)]
        made = _branches(g, part, otherwise if part is parts[-1] else on)
        g.emit(py.when(py.load(goes_on, at), [end, *made], [], at))


def _branches(g: Generator, branches: tuple[nodes.Branch, ...], otherwise: list[ast.stmt]) -> list[ast.stmt]:
    made = otherwise
    for branch in reversed(branches):
        at = g.at(branch.condition.span)
        with g.collecting() as test_statements, g.conditionally():
            condition = at_once(g, branch.condition)
            if g.instruments is not None:
                condition = g.instruments.seen(condition, branch.condition, "if")
        with g.collecting() as body, g.conditionally():
            g.body(branch.body)
        made = [*test_statements, py.when(condition, body, made, at)]
    return made


def for_(g: Generator, node: nodes.For) -> None:
    """``for`` in all its forms."""
    at = g.at(node.span)
    if node.recursive:
        _recursive_loop(g, node)
    elif g.function.blocks >= MAX_STATIC_BLOCKS and not _leaves_in_otherwise(node):
        # CPython allows twenty loops inside each other in one function: the rest gets another
        name = f"loop nested{g.number()}"
        iterable = g.temporary("iterable")
        g.emit(py.assign(iterable, g.expression(node.iterable), at))
        parameters = g.rendering_arguments(at)
        sink = g.sink
        with g.defining(name, parameters, at, None, span=node.span, text=False):
            _loop(g, node, py.load(iterable, at), None)
        if sink != g.sink:
            raise AssertionError("the sink is restored behind a definition")
        g.deliver(py.load(name, at), [py.load(".ctx", at)], at)
    else:
        _loop(g, node, at_once(g, node.iterable), None)


def _leaves_in_otherwise(node: nodes.For) -> bool:
    return any(
        isinstance(inner, (nodes.Break, nodes.Continue))
        for statement in node.otherwise
        for inner in nodes.walk(statement)
    )


def _recursive_loop(g: Generator, node: nodes.For) -> None:
    """A loop that calls itself is a function that gives what it wrote."""
    at = g.at(node.span)
    function_scope = g.scopes.opened[node, "function"]
    name = f"loop recursive{g.number()}"
    iterable = g.expression(node.iterable)
    with (
        g.defining(
            name,
            py.arguments([".iterable", ".depth"], at, optional=1),
            at,
            function_scope,
            span=node.span,
            text=True,
            audible=False,
        ),
        g.entering(function_scope, at),
    ):
        depth = py.choose(
            py.is_missing(py.load(".depth", at), at), py.constant(0, at), py.load(".depth", at), at
        )
        g.emit(py.assign(".depth", depth, at))
        what = py.constant("a recursive loop", at)
        g.emit(
            py.statement(py.call(".check_depth", [py.load(".ctx", at), py.load(".depth", at), what], at), at)
        )
        _loop(g, node, py.load(".iterable", at), name)
    made = g.directly_awaited(py.call(py.load(name, at), [iterable], g.at(node.iterable.span)), at)
    g.write(made, at, node.span)


def turns_name(node: nodes.For) -> str:
    """The name of the iterator of a loop that no ``loop`` counts."""
    return f".turns{node.span.start}"


def _loop(g: Generator, node: nodes.For, iterable: ast.expr, recurse: str | None) -> None:
    at = g.at(node.span)
    over = g.at(node.iterable.span)
    if g.instruments is not None:
        iterable = g.instruments.seen(iterable, node.iterable, "for")
    waits = g.temporary("waits")
    if g.hands_on:
        items = g.temporary("items")
        g.emit(py.assign(items, iterable, over))
        g.emit(py.assign(waits, py.call(".may_wait", [py.load(items, over)], over), over))
        iterable = py.load(items, over)
        _pause(g, waits, over)
    if node.condition is not None:
        iterable = _filtered(g, node, iterable, over)
    scope = g.scopes.opened[node, "body"]
    loop = scope.variables.get("loop")
    target = assignment_target_of(g, node)
    if loop is not None or recurse is not None:
        recursion = [py.load(recurse, at), py.load(".depth", at)] if recurse is not None else []
        iterable = py.call(".loop", [iterable, py.load(".undefined", at), *recursion], over)
        position = loop.python_name if loop is not None else g.temporary("loop")
        target = ast.Tuple([target, py.store(position, at)], py.STORE, **at)
    elif g.form.is_async:
        iterable = py.call(".async_iterate", [iterable], over)
    elif node.condition is None:
        # held by a name, so that an error can tell in which turn it happened
        iterable = py.named(turns_name(node), py.call(".iter", [iterable], over), over)
    empty = g.temporary("empty") if node.otherwise else ""
    if empty:
        g.emit(py.assign(empty, py.constant(True, at), at))
    left = "" if g.instruments is None else g.instruments.begin_loop(node, at)
    with g.collecting() as body, g.loop_block(), g.entering(scope, at):
        if g.instruments is not None:
            g.instruments.turn(left, at)
        g.waits.append(waits)
        g.body(node.body)
        g.waits.pop()
        if empty:  # behind the body: as in Jinja2 a round that was left early does not count
            g.emit(py.assign(empty, py.constant(False, at), at))
        _pause(g, waits, at)
        g.hand_on_when_full(at)
    kind = ast.AsyncFor if g.form.is_async else ast.For
    g.emit(kind(target, iterable, body or [ast.Pass(**at)], [], **over))
    if g.instruments is not None:
        g.instruments.end_loop(at)
    if empty:
        _otherwise(g, node, empty, at)


def _pause(g: Generator, waits: str, at: At) -> None:
    """Emit, in a stream, what hands on what is written where a variable says that the next turn may be waited for."""
    with g.collecting() as paused:
        g.pause(at)
    if paused:
        g.emit(py.when(py.load(waits, at), paused, [], at))


def _otherwise(g: Generator, node: nodes.For | nodes.While, empty: str, at: At) -> None:
    with g.collecting() as body:
        if isinstance(node, nodes.For):
            with g.entering(g.scopes.opened[node, "otherwise"], at):
                g.body(node.otherwise)
        else:
            g.body(node.otherwise)
    g.emit(py.when(py.load(empty, at), body, [], at))


def assignment_target_of(g: Generator, node: nodes.For) -> ast.expr:
    """The target of a loop, whose variables belong to the function that the loop stands in."""
    g._owners[g.scopes.opened[node, "body"]] = g.function
    return assignment_target(g, node.target)


def _filtered(g: Generator, node: nodes.For, iterable: ast.expr, at: At) -> ast.expr:
    """What a loop runs over where it has a condition: a generator of the items that meet it."""
    if node.condition is None:
        raise AssertionError("a loop without condition is not filtered")
    held = g.temporary("iterable")
    iterate = ".async_iterate" if g.form.is_async else ".iter"
    items: ast.expr = py.call(iterate, [iterable], at)
    g.emit(py.assign(held, items if g.instruments is None else g.instruments.watched(items, at), at))
    scope = g.scopes.opened[node, "condition"]
    outer, g.scope = g.scope, scope
    g._owners[scope] = g.function
    target = _condition_target(g, node.target)
    condition = g.expression(node.condition)
    item = _as_value(target)
    g.scope = outer
    clause = ast.comprehension(target, py.load(held, at), [condition], int(g.form.is_async))
    # placed at the condition: there its truth is asked for
    return ast.GeneratorExp(item, [clause], **g.at(node.condition.span))


def _condition_target(g: Generator, node: nodes.Expression) -> ast.expr:
    """The target of a loop again, with the names that its condition knows them by."""
    at = g.at(node.span)
    if isinstance(node, nodes.TargetTuple):
        items = [_condition_target(g, item) for item in node.items]
        if node.starred >= 0:
            items[node.starred] = ast.Starred(items[node.starred], py.STORE, **at)
        return ast.Tuple(items, py.STORE, **at)
    variable = g.scope.variables[node.name]  # type: ignore[attr-defined]
    return py.store(variable.python_name, at)


def _as_value(target: ast.expr) -> ast.expr:
    """What a target was assigned, as a value."""
    at = {
        "lineno": target.lineno,
        "col_offset": target.col_offset,
        "end_lineno": target.end_lineno or target.lineno,
        "end_col_offset": target.end_col_offset or 0,
    }
    if isinstance(target, ast.Tuple):
        return ast.Tuple([_as_value(item) for item in target.elts], py.LOAD, **at)
    if isinstance(target, ast.Starred):
        return ast.Starred(_as_value(target.value), py.LOAD, **at)
    if isinstance(target, ast.Name):
        return py.load(target.id, at)
    raise AssertionError("a target is a name or a tuple")


def while_(g: Generator, node: nodes.While) -> None:
    """``while``, ``else``."""
    at = g.at(node.span)
    empty = g.temporary("empty") if node.otherwise else ""
    if empty:
        g.emit(py.assign(empty, py.constant(True, at), at))
    over = g.at(node.condition.span)
    waits = g.temporary("waits")
    if g.hands_on:
        g.emit(py.assign(waits, py.constant(True, at), at))
    condition = g.expression(node.condition)
    left = ""
    if g.instruments is not None:
        condition = g.instruments.seen(condition, node.condition, "while")
        left = g.instruments.begin_loop(node, at)
    with g.collecting() as body, g.loop_block():
        if g.instruments is not None:
            g.instruments.turn(left, at)
        g.waits.append(waits)
        g.body(node.body)
        g.waits.pop()
        if empty:
            g.emit(py.assign(empty, py.constant(False, at), at))
        _pause(g, waits, at)
    g.emit(ast.While(condition, body or [ast.Pass(**at)], [], **over))
    if g.instruments is not None:
        g.instruments.end_loop(at)
    if empty:
        _otherwise(g, node, empty, at)


def break_(g: Generator, node: nodes.Break) -> None:
    """``break``."""
    _leave_bodies(g)
    g.emit(ast.Break(**g.at(node.span)))


def continue_(g: Generator, node: nodes.Continue) -> None:
    """``continue``."""
    _leave_bodies(g)
    _pause(g, g.waits[-1], g.at(node.span))
    g.emit(ast.Continue(**g.at(node.span)))


def _leave_bodies(g: Generator) -> None:
    for leave in reversed(g.leaving):
        leave()


def _write_to(g: Generator, sink: str, buffer: str, at: At) -> None:
    """Emit the writing of a buffer to a sink: what a ``try`` has held back so far."""
    inner, g.sink = g.sink, sink
    if g.instruments is not None:
        g.instruments.extend(buffer, at)
    else:
        g.write(py.joined(buffer, at), at)
    g.sink = inner


def try_(g: Generator, node: nodes.Try) -> None:
    """``try``, ``fallback``: what the body writes is held back until it has come to its end."""
    at = g.at(node.span)
    outer = g.sink
    pushed = g.temporary("pushed")
    g.emit(py.assign(pushed, py.call(".pushed", [py.load(".ctx", at)], at), at))
    with g.collecting() as body, g.loop_block(loop=False), g.buffered(at, audible=False) as buffer:
        g.leaving.append(lambda: _write_to(g, outer, buffer, at))
        g.body(node.body)
        g.leaving.pop()
    error = g.temporary("error")
    escaping = g.temporary("escaping")
    g.emit(py.assign(escaping, py.attribute(py.load(".ctx", at), "escaping", at), at))
    with g.collecting() as fallback:
        is_final = py.call(".is_final", [py.load(error, at)], at)
        g.emit(py.when(is_final, [ast.Raise(None, None, **at)], [], at))
        g.emit(set_escaping(py.load(escaping, at), at))
        forgotten = [py.load(".ctx", at), py.load(pushed, at)]
        g.emit(py.statement(py.call(".take_back", forgotten, at), at))
        if node.target is not None:
            assign_to(g, node.target, py.load(error, g.at(node.target.span)))
        g.body(node.fallback)
    with g.collecting() as success:
        _write_to(g, outer, buffer, at)
    handler = ast.ExceptHandler(py.load(".Exception", at), error, fallback or [ast.Pass(**at)], **at)
    g.emit(ast.Try(body, [handler], success or [ast.Pass(**at)], [], **at))
