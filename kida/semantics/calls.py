"""Checks the calls of macros against their signatures, without rendering: a template's own, and those that it imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from kida.errors import ErrorCode, TemplateSyntaxError, did_you_mean
from kida.semantics.annotations import fits
from kida.semantics.scopes import Scopes, Variable
from kida.source import Source, Span
from kida.syntax import nodes
from kida.values import Value


class Known(Value):
    """A template that was read: its text, its nodes and what their names mean."""

    source: Source
    tree: nodes.Template
    scopes: Scopes


Importing: TypeAlias = Callable[[str], "Known | None"]
"""Gives the template of a name as it stands in an ``import``; ``None`` where there is none that can be read."""


def check_calls(template: nodes.Template, scopes: Scopes, source: Source, importing: Importing) -> None:
    """Raise `TemplateSyntaxError` for the first call of a macro with arguments that it does not take."""
    for error in call_errors(template, scopes, source, importing):
        raise error


def call_errors(
    template: nodes.Template, scopes: Scopes, source: Source, importing: Importing
) -> Iterator[TemplateSyntaxError]:
    """What is wrong with the calls of macros, and with the defaults of a template's own.

    Looked at are calls by name of macros that the template defines or imports under a name that nothing else is
    assigned to, and calls such as ``module.macro()`` of what an ``import`` of a literal name gives.
    """
    names = _Names(Known(source, template, scopes), importing)
    calls = {node.call: node for node in nodes.walk(template) if isinstance(node, nodes.CallBlock)}
    for node in nodes.walk(template):
        if isinstance(node, nodes.Call):
            macro = names.called(node.target)
            if macro is not None:
                yield from _Call(source, macro, node, calls.get(node)).errors()
        elif isinstance(node, nodes.Macro):
            for parameter in node.parameters:
                if parameter.default is not None and not fits(parameter.default, parameter.annotation):
                    yield TemplateSyntaxError(
                        f"macro {node.name!r} takes {parameter.annotation} for {parameter.name!r}, which its default is not",
                        code=ErrorCode.INVALID_CALL,
                        hint=f"change the default or the annotation: {parameter.name}: {parameter.annotation}",
                        source=source,
                        span=parameter.default.span,
                    )


class _Signature:
    """A macro with the text that it stands in; what its body uses is looked up once, however many calls there are."""

    def __init__(self, macro: nodes.Macro, source: Source, *, is_own: bool) -> None:
        self.macro = macro
        self.source = source
        self.is_own = is_own
        self._used: frozenset[str] | None = None

    @property
    def used(self) -> frozenset[str]:
        """The names that its body reads."""
        if self._used is None:
            body = (node for statement in self.macro.body for node in nodes.walk(statement))
            self._used = frozenset(node.name for node in body if isinstance(node, nodes.Name))
        return self._used

    def hint(self) -> str:
        """Where it is defined, and how."""
        macro = self.macro
        header = " ".join(self.source.text[macro.name_span.start : macro.span.end].split())
        place = self.source.position(macro.span.start)
        where = "" if self.is_own else f"in {self.source.display_name} "
        return f"it is defined {where}at {place.line}:{place.column + 1} as {header}"


_Module: TypeAlias = Mapping[str, _Signature]


class _Names:
    """The macros and modules that names mean for certain."""

    def __init__(self, known: Known, importing: Importing) -> None:
        self._scopes = known.scopes
        blocks = (block for embed in known.scopes.embedded.values() for block in embed)
        self._embedded = {node for block in blocks for node in nodes.walk(block)}
        self._found: dict[Variable, _Signature | _Module | None] = {}
        """``None`` for a name that more than one thing is assigned to."""
        imports: list[nodes.Import | nodes.FromImport] = []
        targets: set[nodes.Node] = set()
        for node in nodes.walk(known.tree):
            if isinstance(node, nodes.Macro):
                self._bind(node, _Signature(node, known.source, is_own=True))
            elif isinstance(node, nodes.Import):
                imports.append(node)
                targets.add(node.target)
            elif isinstance(node, nodes.FromImport):
                imports.append(node)
                targets |= {imported.target for imported in node.names}
            elif isinstance(node, nodes.TargetName) and node not in targets:
                self._bind(node, None)
        for node in imports:
            self._import(node, importing)
        tops = {variable.name: found for variable, found in self._found.items() if variable.scope.is_top}
        self._at_top = tops

    def called(self, target: nodes.Expression) -> _Signature | None:
        """The macro that a call is one of, if that is certain."""
        if isinstance(target, nodes.Attribute) and isinstance(target.target, nodes.Name):
            module = self._meant(target.target)
            return module.get(target.name) if isinstance(module, Mapping) else None
        if not isinstance(target, nodes.Name):
            return None
        found = self._meant(target)
        return found if isinstance(found, _Signature) else None

    def _meant(self, name: nodes.Name) -> _Signature | _Module | None:
        if name.name in self._scopes.exported_in_blocks:
            return None
        variable = self._scopes.variables[name]
        if variable in self._found or variable.stored:
            return self._found.get(variable)
        # in a block the names at the template's top are read from the context, which for those of an embed is another's
        return None if name in self._embedded else self._at_top.get(name.name)

    def _bind(self, node: nodes.Node, value: _Signature | _Module | None) -> None:
        variable = self._scopes.variables.get(node)
        if variable is not None:
            self._found[variable] = None if variable in self._found else value

    def _import(self, node: nodes.Import | nodes.FromImport, importing: Importing) -> None:
        name = node.template.value if isinstance(node.template, nodes.Constant) else None
        known = importing(name) if isinstance(name, str) else None
        module = {} if known is None else _exported(known)
        if isinstance(node, nodes.Import):
            self._bind(node.target, module)
            return
        for imported in node.names:
            self._bind(imported.target, module.get(imported.name))


def _exported(known: Known) -> _Module:
    """The macros at the top of a template, by the names that nothing else is assigned to."""
    found: dict[Variable, _Signature | None] = {}
    for node in nodes.walk(known.tree):
        if isinstance(node, (nodes.Macro, nodes.TargetName)):
            variable = known.scopes.variables.get(node)
            if variable is not None and variable.scope.is_top:
                is_only = isinstance(node, nodes.Macro) and variable not in found
                found[variable] = _Signature(node, known.source, is_own=False) if is_only else None  # type: ignore[arg-type]
    return {variable.name: macro for variable, macro in found.items() if macro is not None}


class _Call:
    """The call of a macro."""

    def __init__(
        self, source: Source, signature: _Signature, call: nodes.Call, block: nodes.CallBlock | None
    ) -> None:
        self._source = source
        self._signature = signature
        self._macro = signature.macro
        self._call = call
        self._block = block

    def errors(self) -> Iterator[TemplateSyntaxError]:
        """All that is wrong with it."""
        macro, arguments, used = self._macro, self._call.arguments, self._signature.used
        named = {p.name: p for p in macro.parameters if p.kind in ("normal", "keyword")}
        positional = [p for p in macro.parameters if p.kind in ("positional", "normal")]
        takes_more = any(p.kind == "star" for p in macro.parameters) or "varargs" in used
        takes_names = any(p.kind == "double_star" for p in macro.parameters) or "kwargs" in used
        given = dict(zip([p.name for p in positional], arguments.positional, strict=False))
        values = [(p, given[p.name]) for p in positional if p.name in given]
        meant: set[str | None] = set()
        for (name, value), span in zip(arguments.keywords, arguments.keyword_spans, strict=True):
            if name in named and name in given:
                yield self._error(f"gets the argument {name!r} twice", span)
            elif name in named:
                given[name] = value
                values.append((named[name], value))
            elif not takes_names and any(name == p.name for p in positional):
                meant.add(name)
                yield self._error(f"takes the argument {name!r} by position only", span)
            elif not takes_names and not (name == "caller" and "caller" in used):
                suggestion = did_you_mean(name, named)
                meant.add(suggestion)
                yield self._error(f"takes no argument {name!r}", span, suggestion)
        if len(arguments.positional) > len(positional) and not takes_more:
            extra = arguments.positional[len(positional)]
            yield self._error(f"takes not more than {len(positional)} argument(s)", extra.span)
        yield from self._missing(given, meant)
        if self._block is not None and "caller" not in named:
            yield from self._contents(self._block)
        for parameter, value in values:
            if not fits(value, parameter.annotation):
                yield self._error(f"takes {parameter.annotation} for {parameter.name!r}", value.span)

    def _contents(self, block: nodes.CallBlock) -> Iterator[TemplateSyntaxError]:
        """Contents that there are no places for."""
        places = {place.name for place in self._macro.slots}
        if "caller" in self._signature.used:
            places.add("default")
        if not places:
            yield self._error("takes no caller: its body does not use 'caller()'", self._call.span)
            return
        if block.loose and "default" not in places:
            yield self._error("has no slot 'default'", self._call.span)
        for content in block.contents:
            if content.name not in places:
                suggestion = did_you_mean(content.name, places)
                yield self._error(f"has no slot {content.name!r}", content.span, suggestion)
            elif content.name != "default" or "caller" not in self._signature.used:
                yield from self._asked(content)

    def _asked(self, content: nodes.SlotContent) -> Iterator[TemplateSyntaxError]:
        """What a content asks for, and no place of its name hands up."""
        handed = {name for place in self._macro.slots if place.name == content.name for name in place.handed}
        for parameter in content.parameters:
            if parameter.kind == "keyword" and parameter.name not in handed:
                suggestion = did_you_mean(parameter.name, handed)
                message = f"hands up no {parameter.name!r} in slot {content.name!r}"
                yield self._error(message, parameter.span, suggestion)

    def _missing(self, given: Mapping[str, object], meant: set[str | None]) -> Iterator[TemplateSyntaxError]:
        arguments = self._call.arguments
        if not self._macro.strict or arguments.star is not None or arguments.double_star is not None:
            return
        missing = [
            repr(p.name)
            for p in self._macro.parameters
            if p.default is None
            and p.kind not in ("star", "double_star")
            and p.name not in given
            and p.name not in meant  # it was misspelt, which is told
        ]
        if missing:
            *first, last = missing
            listed = f"s {', '.join(first)} and {last}" if first else f" {last}"
            yield self._error(f"needs the argument{listed}", self._call.span)

    def _error(self, message: str, span: Span, suggestion: str | None = None) -> TemplateSyntaxError:
        return TemplateSyntaxError(
            f"macro {self._macro.name!r} {message}",
            code=ErrorCode.INVALID_CALL,
            hint=self._signature.hint(),
            suggestion=suggestion,
            source=self._source,
            span=span,
        )
