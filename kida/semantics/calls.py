"""Checks the calls of a template's own macros against their signatures, without rendering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kida.errors import ErrorCode, TemplateSyntaxError, did_you_mean
from kida.semantics.scopes import Scopes, Variable
from kida.source import Source, Span
from kida.syntax import nodes

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "None": (type(None),),
    "none": (type(None),),
    "list": (list,),
    "tuple": (tuple,),
    "dict": (dict,),
}
"""The annotations that a literal can be checked against; any other accepts everything."""
_LITERALS: Final[dict[type[nodes.Node], type]] = {
    nodes.ListLiteral: list,
    nodes.DictLiteral: dict,
    nodes.TupleLiteral: tuple,
}


def check_calls(template: nodes.Template, scopes: Scopes, source: Source) -> None:
    """Raise `TemplateSyntaxError` for the first call of a macro with arguments that it does not take."""
    for error in call_errors(template, scopes, source):
        raise error


def call_errors(template: nodes.Template, scopes: Scopes, source: Source) -> Iterator[TemplateSyntaxError]:
    """What is wrong with the calls of a template's own macros: of each call the first.

    Looked at are calls by name of macros that the template defines under a name that nothing else is assigned to.
    """
    macros: dict[Variable, nodes.Macro] = {}
    assigned: set[Variable] = set()
    for node in nodes.walk(template):
        if isinstance(node, nodes.Macro):
            variable = scopes.variables[node]
            if variable in macros:
                assigned.add(variable)
            macros[variable] = node
        elif isinstance(node, nodes.TargetName) and node in scopes.variables:
            assigned.add(scopes.variables[node])
    by_name = {variable.name: macro for variable, macro in macros.items() if variable.scope.is_top}
    checker = _Checker(source)
    bodies = {node.call: node for node in nodes.walk(template) if isinstance(node, nodes.CallBlock)}
    for node in nodes.walk(template):
        if isinstance(node, nodes.Call) and isinstance(node.target, nodes.Name):
            variable = scopes.variables[node.target]
            macro = macros.get(variable)
            if macro is None and not variable.stored:
                # in a block the template's own macros are read from the context
                macro = by_name.get(node.target.name)
                variable = next((v for v, m in macros.items() if m is macro), variable)
            if macro is not None and variable not in assigned:
                try:
                    checker.check(macro, node, has_body=node in bodies)
                except TemplateSyntaxError as error:
                    yield error


class _Checker:
    def __init__(self, source: Source) -> None:
        self.source = source

    def check(self, macro: nodes.Macro, call: nodes.Call, *, has_body: bool) -> None:
        arguments = call.arguments
        named = {p.name: p for p in macro.parameters if p.kind in ("normal", "keyword")}
        positional = [p for p in macro.parameters if p.kind in ("positional", "normal")]
        used = {
            node.name
            for statement in macro.body
            for node in nodes.walk(statement)
            if isinstance(node, nodes.Name)
        }
        takes_more = any(p.kind == "star" for p in macro.parameters) or "varargs" in used
        takes_names = any(p.kind == "double_star" for p in macro.parameters) or "kwargs" in used
        given = dict(zip([p.name for p in positional], arguments.positional, strict=False))
        for (name, value), span in zip(arguments.keywords, arguments.keyword_spans, strict=True):
            if name in given and name in named:
                self.fail(f"macro {macro.name!r} gets the argument {name!r} twice", span, macro)
            if name not in named and not takes_names and not (name == "caller" and "caller" in used):
                self.fail(
                    f"macro {macro.name!r} takes no argument {name!r}",
                    span,
                    macro,
                    did_you_mean(name, named),
                )
            given[name] = value
        if len(arguments.positional) > len(positional) and not takes_more:
            extra = arguments.positional[len(positional)]
            self.fail(
                f"macro {macro.name!r} takes not more than {len(positional)} argument(s)", extra.span, macro
            )
        if macro.strict and arguments.star is None and arguments.double_star is None:
            for parameter in macro.parameters:
                if (
                    parameter.default is None
                    and parameter.name not in given
                    and parameter.kind not in ("star", "double_star")
                ):
                    self.fail(f"macro {macro.name!r} needs the argument {parameter.name!r}", call.span, macro)
        if has_body and "caller" not in used and "caller" not in named:
            self.fail(
                f"macro {macro.name!r} takes no caller: its body does not use 'caller()'", call.span, macro
            )
        for parameter in macro.parameters:
            argument = given.get(parameter.name)
            if argument is not None and not _fits(argument, parameter.annotation):
                self.fail(
                    f"macro {macro.name!r} takes {parameter.annotation} for {parameter.name!r}",
                    argument.span,
                    macro,
                )

    def fail(self, message: str, span: Span, macro: nodes.Macro, suggestion: str | None = None) -> None:
        header = " ".join(self.source.text[macro.name_span.start : macro.span.end].split())
        place = self.source.position(macro.span.start)
        raise TemplateSyntaxError(
            message,
            code=ErrorCode.INVALID_CALL,
            hint=f"it is defined at {place.line}:{place.column + 1} as {header}",
            suggestion=suggestion,
            source=self.source,
            span=span,
        )


def _fits(argument: nodes.Expression, annotation: str | None) -> bool:
    """Whether a literal may be meant for an annotation; what is no literal always may."""
    kind = _LITERALS.get(type(argument))
    if isinstance(argument, nodes.Constant):
        kind = type(argument.value)
    if kind is None or annotation is None:
        return True
    allowed: list[type] = []
    for part in _alternatives(annotation):
        name = part.partition("[")[0].strip()
        if name not in _TYPES:
            return True
        allowed += _TYPES[name]
    return kind in allowed


def _alternatives(annotation: str) -> list[str]:
    """The parts of ``a | b[c | d]`` outside of brackets."""
    parts = [""]
    depth = 0
    for character in annotation:
        depth += (character in "[(") - (character in "])")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
