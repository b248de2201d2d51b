"""The rules of the statements that write: text, output, and bodies whose text is taken up again."""

from __future__ import annotations

import ast
from typing import TypeGuard

from markupsafe import escape

from kida.compiler import python as py
from kida.compiler.expressions import call_target, filter_chain
from kida.compiler.generator import Generator
from kida.compiler.lookups import at_once
from kida.compiler.python import At
from kida.compiler.written_calls import is_written_call, write_call
from kida.semantics.scopes import Origin
from kida.syntax import nodes


def text(g: Generator, node: nodes.Text) -> None:
    """Text as it is."""
    at = g.at(node.span)
    with g.audible(at) as wanted:
        if wanted and g.instruments is not None:
            g.instruments.text(node, at)
        elif wanted:
            g.write(py.constant(node.text, at), at)


def output(g: Generator, node: nodes.Output) -> None:
    """``{{ value }}``."""
    at = g.at(node.span)
    with g.audible(at) as wanted:
        if wanted and g.instruments is not None:
            with g.escaping_as(_escaping_of(g, node.value)):
                g.instruments.output(node.value, node.span, lambda value: as_output(g, value, at), at)
        elif wanted and is_written_super(node.value, g):
            _write_super(g, node.value, at)
        elif wanted and isinstance(node.value, nodes.Call) and is_written_call(node.value, g):
            target = call_target(g, node.value.target)
            call_at = g.at(node.value.span)
            write_call(
                g,
                node.value,
                target,
                call_at,
                [],
                lambda made: g.write(as_output(g, made, at, is_called=True), at),
            )
        elif wanted:
            g.write(_as_output(g, node.value, at), at)


def is_written_super(node: nodes.Expression, g: Generator) -> TypeGuard[nodes.Call]:
    """Whether an expression that is written is ``super()``, and the text of it is written as it is."""
    if not isinstance(node, nodes.Call) or not isinstance(node.target, nodes.Name):
        return False
    if node.target.name != "super" or g.scopes.variables[node.target].origin is not Origin.IMPLICIT:
        return False
    is_plain = g.options.finalize is None and g.escaping is not None and not g.volatile
    given = node.arguments
    has_none = not (given.positional or given.keywords or given.star or given.double_star)
    return is_plain and has_none


def _write_super(g: Generator, node: nodes.Call, at: At) -> None:
    """``{{ super() }}``: the block writes where this one does, unless only rendering tells what becomes of its text."""
    call_at = g.at(node.span)
    block, known_as = g.blocks[g.scopes.variables[node.target].scope]
    function = g.temporary("super")
    wanted = [py.load(".ctx", call_at), py.load(known_as, call_at), g.is_escaping(call_at)]
    g.emit(py.assign(function, py.call(".overridden", wanted, call_at), call_at))
    with g.collecting() as collected:
        name_at = g.at(node.target.span)
        told = [py.load(".ctx", name_at), py.constant(block, name_at), py.load(known_as, name_at)]
        made = g.awaited(py.call(py.call(".super", told, name_at), [], call_at), call_at)
        g.write(as_output(g, made, at, is_called=True), at)
    with g.collecting() as direct:
        g.deliver(py.load(function, call_at), [py.load(".ctx", call_at)], call_at)
    is_none = py.compare(py.load(function, call_at), ast.Is(), py.constant(None, call_at), call_at)
    g.emit(py.when(is_none, collected, direct, call_at))


def _as_output(g: Generator, node: nodes.Expression, at: At) -> ast.expr:
    escaping = _escaping_of(g, node)
    if isinstance(node, nodes.Constant) and g.options.finalize is None and escaping is not None:
        try:
            plain = str(node.value)
        except ValueError:  # a number with more digits than Python writes: an error when it is rendered
            return py.call(".str", [g.expression(node)], at)
        return py.constant(str(escape(plain)) if escaping else plain, at)
    if escaping is not g.escaping:
        with g.escaping_as(escaping):
            return as_output(g, at_once(g, node), at)
    return as_output(g, at_once(g, node), at, is_called=isinstance(node, nodes.Call))


def _escaping_of(g: Generator, node: nodes.Expression) -> bool | None:
    """Whether an expression is escaped when it is written."""
    if g.escaping is None and _is_constant(node):
        # as in Jinja2 constants heed what holds outside of an 'autoescape' that only rendering decides
        return g.outer_escaping
    return g.escaping


def as_output(g: Generator, value: ast.expr, at: At, *, is_called: bool = False) -> ast.expr:
    """A value as the text that is written for it: finalised, escaped where output is.

    Parameters: ``is_called``, whether it is what a call gives, which may be a macro's.
    """
    finalize = g.options.finalize
    if finalize is not None:
        first: list[ast.expr] = []
        if finalize == "context":
            first.append(py.load(".ctx", at))
        elif finalize == "eval_context":
            first.append(g.eval_context(at))
        elif finalize == "environment":
            first.append(py.load(".environment", at))
        value = g.awaited(py.call(".finalize", [*first, value], at), at)
    if g.escaping is None:
        return py.call(".output", [value, g.is_escaping(at)], at)
    # the common case, a plain str, is told apart here and not in a function that would have to be called
    held: ast.expr = value
    if isinstance(value, ast.Name):
        again = py.load(value.id, at)
    else:
        name = g.temporary("value")
        held, again = py.named(name, value, at), py.load(name, at)
    is_str = py.compare(py.call(".type", [held], at), ast.Is(), py.load(".str", at), at)
    if g.escaping:
        if is_called:
            is_markup = py.compare(py.call(".type", [held], at), ast.Is(), py.load(".Markup", at), at)
            is_str = py.compare(py.call(".type", [again], at), ast.Is(), py.load(".str", at), at)
        escaped = py.choose(is_str, py.call(".escape", [again], at), py.call(".html", [again], at), at)
        return py.choose(is_markup, again, escaped, at) if is_called else escaped
    return py.choose(is_str, again, py.call(".str", [again], at), at)


def flush(g: Generator, node: nodes.Flush) -> None:
    """``{% flush %}``."""
    g.pause(g.at(node.span))


def provide(g: Generator, node: nodes.Provide) -> None:
    """``{% provide name = value %}…{% end %}``: undone however the body is left."""
    at = g.at(node.span)
    keys: list[ast.expr | None] = [py.constant(name, at) for name in node.names]
    given = ast.Dict(keys, [g.expression(value) for value in node.values], **at)
    before = g.temporary("ambient")
    g.emit(py.assign(before, py.call(".provide", [py.load(".ctx", at), given], at), at))
    with g.collecting() as body, g.loop_block(loop=False):
        g.body(node.body)
    restored = py.statement(py.call(".restore", [py.load(".ctx", at), py.load(before, at)], at), at)
    g.emit(ast.Try(body or [ast.Pass(**at)], [], [], [restored], **at))


def cache(g: Generator, node: nodes.Cache) -> None:
    """``{% cache key, ttl="5m" %}…{% end %}``: the body runs where there is no text for the key."""
    at = g.at(node.span)
    making = g.temporary("making")
    ttl: ast.expr = py.constant(None, at)
    if node.ttl is not None:
        ttl = py.call(".seconds", [g.expression(node.ttl)], g.at(node.ttl.span))
    g.pause(at)
    key_at = g.at(node.key.span)
    asked = [py.load(".ctx", at), g.expression(node.key), ttl, g.is_escaping(at)]
    found = py.call(".fragment", asked, key_at)
    g.emit(py.assign(making, g.directly_awaited(found, key_at), at))
    text = py.attribute(py.load(making, at), "text", at)
    with g.collecting() as made:
        pushed = g.temporary("pushed")
        with g.collecting() as body, g.loop_block(loop=False):
            # within: whatever comes, an interrupt too, what is being made has to be closed
            g.emit(py.assign(pushed, py.call(".pushed", [py.load(".ctx", at)], at), at))
            with g.buffered(at, audible=False) as buffer:
                g.body(node.body)
            kept = py.call(".check_kept", [py.load(".ctx", at), g.text_of_body(buffer, node.span, at)], at)
            pushes = py.call(".pushed_since", [py.load(".ctx", at), py.load(pushed, at)], at)
            land = py.attribute(py.load(making, at), "land", at)
            g.emit(py.statement(py.call(land, [kept, pushes], at), at))
        closed = py.statement(py.call(py.attribute(py.load(making, at), "close", at), [], at), at)
        g.emit(ast.Try(body, [], [], [closed], **at))
    before = None if g.instruments is None else g.instruments.begin_making(at)
    is_none = py.compare(text, ast.Is(), py.constant(None, at), at)
    pushes_again = [py.load(".ctx", at), py.attribute(py.load(making, at), "pushes", at)]
    again = py.statement(py.call(".push_again", pushes_again, at), at)
    g.emit(py.when(is_none, made, [again], at))
    g.write_result(py.attribute(py.load(making, at), "text", at), before, node.key, at)


def do(g: Generator, node: nodes.Do) -> None:
    """``{% do expression %}``."""
    g.emit(py.statement(g.expression(node.value), g.at(node.span)))


def debug(g: Generator, node: nodes.Debug) -> None:
    """``{% debug %}``."""
    at = g.at(node.span)
    with g.audible(at) as wanted:
        if wanted:
            shown = as_output(g, py.call(".debug", [py.load(".ctx", at), g.visible(at)], at), at)
            g.write(shown, at, node.span)


def filter_block(g: Generator, node: nodes.FilterBlock) -> None:
    """``{% filter name %}…{% endfilter %}``."""
    at = g.at(node.span)
    with g.entering(g.scopes.opened[node, "body"], at):
        with g.buffered(at, audible=False) as buffer:
            g.body(node.body)
        before = None if g.instruments is None else g.instruments.begin_making(at)
        filtered = filter_chain(g, node.filter, g.text_of_body(buffer, node.span, at))
        g.write_result(filtered, before, node.filter, at)


def capture(g: Generator, node: nodes.Capture) -> None:
    """Block ``set``, ``capture``."""
    at = g.at(node.span)
    held = g.temporary("text")
    with g.entering(g.scopes.opened[node, "body"], at):
        with g.buffered(at) as buffer:
            g.body(node.body)
        value = g.text_of_body(buffer, node.span, at)
        if node.filter is not None:
            value = filter_chain(g, node.filter, value)
        g.emit(py.assign(held, value, at))
    assign_to(g, node.target, py.load(held, at))


def assign_to(g: Generator, target: nodes.Expression, value: ast.expr) -> None:
    """Emit the assignment of a value to a target: a name, ``ns.name``, or several of them."""
    at = g.at(target.span)
    if isinstance(target, nodes.TargetName):
        g.assign(g.scopes.variables[target], value, at)
    elif isinstance(target, nodes.TargetAttribute):
        owner = g.expression(target.target)
        name = py.constant(target.name, at)
        g.emit(py.statement(py.call(".set_attribute", [owner, name, value], at), at))
    elif isinstance(target, nodes.TargetTuple):
        held = [g.temporary("item") for _ in target.items]
        stores: list[ast.expr] = [py.store(name, at) for name in held]
        if target.starred >= 0:
            stores[target.starred] = ast.Starred(stores[target.starred], py.STORE, **at)
        g.emit(ast.Assign([ast.Tuple(stores, py.STORE, **at)], value, **at))
        for item, held_name in zip(target.items, held, strict=True):
            assign_to(g, item, py.load(held_name, at))


def assign(g: Generator, node: nodes.Assign) -> None:
    """``set``, ``let``, ``export`` of a value."""
    at = g.at(node.value.span)
    for target in nodes.walk(node.target):
        if isinstance(target, nodes.TargetAttribute):
            owner_at = g.at(target.span)
            g.emit(
                py.statement(py.call(".check_namespace", [g.expression(target.target)], owner_at), owner_at)
            )
    value = at_once(g, node.value)
    if g.instruments is not None:
        value = g.instruments.seen(value, node.value, node.reach)
    if not node.when_missing:
        assign_to(g, node.target, value)
        return
    variable = g.scopes.variables[node.target]
    absent = py.call(".is_absent", [g.read(variable, at)], at)
    with g.collecting() as body:
        assign_to(g, node.target, value)
    g.emit(py.when(absent, body, [], at))


def with_(g: Generator, node: nodes.With) -> None:
    """``{% with a = 1 %}…{% endwith %}``."""
    values = [(target, g.expression(value)) for target, value in zip(node.targets, node.values, strict=True)]
    with g.entering(g.scopes.opened[node, "body"], g.at(node.span)):
        for target, value in values:
            assign_to(g, target, value)
        g.body(node.body)


def scope(g: Generator, node: nodes.Scope) -> None:
    """A body with a scope of its own."""
    with g.entering(g.scopes.opened[node, "body"], g.at(node.span)):
        g.body(node.body)


def autoescape(g: Generator, node: nodes.Autoescape) -> None:
    """``{% autoescape expression %}…{% endautoescape %}``.

    What output does is decided when the template is compiled, where it can be; macros and blocks that are called
    from here ask the context, as in Jinja2.
    """
    at = g.at(node.span)
    outer = g.escaping, g.outer_escaping, g.volatile
    held = g.temporary("escaping")
    escaping = py.attribute(py.load(".ctx", at), "escaping", at)
    with g.entering(g.scopes.opened[node, "body"], at):
        g.emit(py.assign(held, escaping, at))
        g.emit(set_escaping(py.call(".bool", [g.expression(node.enabled)], g.at(node.enabled.span)), at))
        if isinstance(node.enabled, nodes.Constant):
            g.escaping = bool(node.enabled.value)
        else:
            if g.escaping is not None:
                g.outer_escaping = g.escaping
            g.escaping, g.volatile = None, True
        restore = set_escaping(py.load(held, at), at)
        g.leaving.append(lambda: g.emit(restore))
        g.body(node.body)
        g.leaving.pop()
        g.emit(set_escaping(py.load(held, at), at))
    g.escaping, g.outer_escaping, g.volatile = outer


def set_escaping(value: ast.expr, at: At) -> ast.stmt:
    """The statement that tells the context whether output is escaped from here on."""
    return ast.Assign([ast.Attribute(py.load(".ctx", at), "escaping", py.STORE, **at)], value, **at)


_FOLDED = (
    nodes.Constant,
    nodes.TupleLiteral,
    nodes.ListLiteral,
    nodes.DictLiteral,
    nodes.Unary,
    nodes.Binary,
    nodes.Comparison,
    nodes.Logic,
    nodes.Concat,
    nodes.Conditional,
)


def _is_constant(node: nodes.Expression) -> bool:
    """Whether an expression is made of constants alone."""
    return all(isinstance(inner, _FOLDED) for inner in nodes.walk(node))
