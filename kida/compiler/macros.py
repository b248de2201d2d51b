"""The rules of macros and of calls with a body."""

from __future__ import annotations

import ast
from typing import Final

from kida.compiler import python as py
from kida.compiler.expressions import call_target, call_with
from kida.compiler.generator import INTO, Generator
from kida.compiler.python import At
from kida.compiler.written_calls import is_written_call, write_call
from kida.semantics.mistakes import caller_without_default
from kida.semantics.scopes import Origin, Scope, Variable
from kida.source import Span
from kida.syntax import nodes

_TAKING: Final = ".slots_of"
"""The function that a macro with places calls to take its contents."""


def macro(g: Generator, node: nodes.Macro) -> None:
    """``macro``, ``def``."""
    at = g.at(node.span)
    g.macros.add(node.name)
    made = _callable(g, node, node.name, node.parameters, node.body, at, strict=node.strict)
    g.assign(g.scopes.variables[node], made, at)


def call_block(g: Generator, node: nodes.CallBlock) -> None:
    """``{% call(parameters) macro(arguments) %}…{% endcall %}``."""
    at = g.at(node.span)
    default = next((content for content in node.contents if content.name == "default"), None)
    if default is None:
        caller = _callable(g, node, "caller", node.parameters, node.body, at, strict=False)
    else:
        # what fills the default slot is what 'caller()' writes, whichever way it is given
        caller = _content(g, default)
    held = g.temporary("caller")
    g.emit(py.assign(held, caller, at))
    if node.contents or node.condition is not None or not node.loose:
        _fill(g, node, held, at)
    call_at = g.at(node.call.span)
    keyword = ast.keyword("caller", py.load(held, at), **at)
    before = None if g.instruments is None else g.instruments.begin_making(call_at)
    target = call_target(g, node.call.target)
    if any(content is not default for content in node.contents):
        target = py.call(".component", [target, py.load(held, at), py.constant(_TAKING, at)], call_at)
    if is_written_call(node.call, g):
        write_call(
            g,
            node.call,
            target,
            call_at,
            [keyword],
            lambda made: g.write_result(made, None, node.call, call_at),
        )
        return
    made = g.awaited(call_with(g, node.call, target, [keyword]), call_at)
    g.write_result(made, before, node.call, call_at)


def _fill(g: Generator, node: nodes.CallBlock, held: str, at: At) -> None:
    """Emit what gives the body of a call the contents of its slots."""
    filled: list[tuple[str, ast.expr, Span]] = []
    if node.loose:
        filled.append(("default", _where(g, node.condition, py.load(held, at), at), node.span))
    for content in node.contents:
        place = g.at(content.span)
        made = py.load(held, at) if content.name == "default" else _content(g, content)
        filled.append((content.name, _where(g, content.condition, made, place), content.span))
    names: list[ast.expr | None] = [py.constant(name, at) for name, _, _ in filled]
    contents = ast.Dict(names, [made for _, made, _ in filled], **at)
    places = ast.Dict(names, [py.constant(tuple(span), at) for _, _, span in filled], **at)
    g.emit(py.statement(py.call(".fill", [py.load(held, at), contents, places], at), at))


def _content(g: Generator, content: nodes.SlotContent) -> ast.expr:
    return _callable(
        g, content, content.name, content.parameters, content.body, g.at(content.span), strict=True
    )


def _where(g: Generator, condition: nodes.Expression | None, made: ast.expr, at: At) -> ast.expr:
    if condition is None:
        return made
    return ast.IfExp(g.expression(condition), made, py.constant(None, at), **at)


def _callable(
    g: Generator,
    node: nodes.Macro | nodes.CallBlock | nodes.SlotContent,
    name: str,
    parameters: tuple[nodes.Parameter, ...],
    body: nodes.Body,
    at: At,
    *,
    strict: bool,
) -> ast.expr:
    """Emit the function of a macro or of a call's body; give the macro made of it."""
    for parameter in parameters:
        if parameter.name == "caller" and parameter.default is None and isinstance(node, nodes.Macro):
            raise caller_without_default(g.source, parameter.span)
    scope = g.scopes.opened[node, "body"]
    is_macro = isinstance(node, nodes.Macro)
    function = f"macro {name}" if is_macro else "caller"
    if isinstance(node, nodes.SlotContent):
        function = f"slot {name}.{g.number()}"
    elif not is_macro:
        function = f"caller {g.temporary('body')[5:]}"
    implicit = {
        key: variable
        for key in ("caller", "varargs", "kwargs")
        if (variable := scope.variables.get(key)) is not None
        and variable.name in scope.implicit
        and not any(parameter.name == key for parameter in parameters)
        and variable.origin is Origin.IMPLICIT
    }
    signature = _signature(g, parameters, implicit, at, strict=strict)
    takes_slots = is_macro and nodes.SLOTS in scope.variables
    if takes_slots and "caller" not in implicit and not any(p.name == "caller" for p in parameters):
        signature.kwonlyargs.append(ast.arg("caller", **at))
        signature.kw_defaults.append(py.constant(None, at))
    calls = g.calls - g.calls_of_caller
    gives_text = g.form.is_async or g.instruments is not None
    with g.defining(function, signature, at, scope, span=node.span, text=gives_text, sink=INTO):
        if nodes.SLOTS in scope.variables and isinstance(node, nodes.Macro):
            # before anything is assigned: what was given as 'caller' may be overwritten by a variable of that name
            _take_slots(g, node, scope, at)
        with g.entering(scope, at):
            _defaults(g, scope, parameters, implicit, at, strict=strict)
            g.body(body)
    shape = g.kept(
        "Shape",
        name if is_macro else None,
        tuple(p.name for p in parameters if p.kind in ("positional", "normal", "keyword")),
        "kwargs" in implicit or any(p.kind == "double_star" for p in parameters),
        "varargs" in implicit or any(p.kind == "star" for p in parameters),
        "caller" in implicit or takes_slots or any(p.name == "caller" for p in parameters),
        # what calls nothing cannot call itself; nor can what calls the body of its call, see `kida.runtime.calls.CallSite`
        g.calls - g.calls_of_caller == calls,
    )
    return py.call(".macro", [py.load(".ctx", at), py.load(function, at), py.load(shape, at)], at)


def _take_slots(g: Generator, node: nodes.Macro, scope: Scope, at: At) -> None:
    """Emit where a def takes the contents that its call gives."""
    known: list[ast.expr] = [
        py.constant(name, at)
        for name in dict.fromkeys(
            (*(place.name for place in node.slots), *(("default",) if "caller" in scope.variables else ()))
        )
    ]
    caller = scope.variables.get("caller")
    given = py.load("caller" if caller is None or caller.stored else caller.python_name, at)
    names: ast.expr = ast.Tuple(known, py.LOAD, **at)
    slots = py.call(_TAKING, [given, names, py.constant(node.name, at)], at)
    g.emit(py.assign(scope.variables[nodes.SLOTS].python_name, slots, at))
    has_slot = scope.variables.get("has_slot")
    if has_slot is not None and has_slot.origin is Origin.IMPLICIT:
        held = py.load(scope.variables[nodes.SLOTS].python_name, at)
        g.emit(py.assign(has_slot.python_name, py.attribute(held, "has", at), at))


def _signature(
    g: Generator,
    parameters: tuple[nodes.Parameter, ...],
    implicit: dict[str, Variable],
    at: At,
    *,
    strict: bool,
) -> ast.arguments:
    """Python's own signature, so that Python binds the arguments."""
    into = ast.arg(INTO, **at)
    made = ast.arguments(posonlyargs=[into], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    for parameter in parameters:
        argument = ast.arg(g.scopes.variables[parameter].python_name, **g.at(parameter.span))
        missing: ast.expr | None = py.load(".missing", at)
        if strict and parameter.default is None:
            missing = None
        if parameter.kind == "star":
            made.vararg = argument
        elif parameter.kind == "double_star":
            made.kwarg = argument
        elif parameter.kind == "keyword":
            made.kwonlyargs.append(argument)
            made.kw_defaults.append(missing)
        else:
            (made.posonlyargs if parameter.kind == "positional" else made.args).append(argument)
            if missing is not None:
                made.defaults.append(missing)
    if "varargs" in implicit and made.vararg is None:
        made.vararg = ast.arg(implicit["varargs"].python_name, **at)
    if "kwargs" in implicit and made.kwarg is None:
        made.kwarg = ast.arg(implicit["kwargs"].python_name, **at)
    if "caller" in implicit:
        made.kwonlyargs.append(ast.arg(implicit["caller"].python_name, **at))
        made.kw_defaults.append(py.load(".missing", at))
    return made


def _defaults(
    g: Generator,
    scope: Scope,
    parameters: tuple[nodes.Parameter, ...],
    implicit: dict[str, Variable],
    at: At,
    *,
    strict: bool,
) -> None:
    """Emit what gives the parameters that were left out their values, one after the other; a default may ask for what is
    there without being declared.
    """
    caller = implicit.get("caller")
    if caller is not None:
        none = py.call(".undefined_caller", [], at)
        given = py.load(caller.python_name, at)
        g.emit(py.when(py.is_missing(given, at), [py.assign(caller.python_name, none, at)], [], at))
    for key in ("varargs", "kwargs"):
        if key in implicit:
            declared = next(
                (p for p in parameters if p.kind == ("star" if key == "varargs" else "double_star")), None
            )
            if declared is not None:
                given = py.load(g.scopes.variables[declared].python_name, at)
                g.emit(py.assign(implicit[key].python_name, given, at))
    optional = [p for p in parameters if p.kind not in ("star", "double_star")]
    with g.unset([g.scopes.variables[p] for p in optional]) as unset:
        for parameter in optional:
            variable = g.scopes.variables[parameter]
            if parameter.default is None and strict:
                unset.discard(variable)
                continue
            place = g.at(parameter.span)
            value: ast.expr
            if parameter.default is not None:
                value = g.expression(parameter.default)
            else:
                value = py.call(".undefined_parameter", [py.constant(parameter.name, place)], place)
            unset.discard(variable)
            given = py.load(variable.python_name, place)
            g.emit(
                py.when(
                    py.is_missing(given, place), [py.assign(variable.python_name, value, place)], [], place
                )
            )
