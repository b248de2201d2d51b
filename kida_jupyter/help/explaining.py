"""What can be told of the word at the cursor of a template: a filter's signature, a macro's, a value and its type."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

from kida_jupyter.help.completing import call_at
from kida_jupyter.help.names import Binding, bound_at, joined
from kida_jupyter.help.resolving import DOTS, PIPES, Resolver, World, operand_before, passed
from kida_jupyter.help.scanning import Place, Tag, Word, place_of
from kida_jupyter.help.showing import shortly
from kida_jupyter.help.signatures import parameters_of, signature_of
from kida_jupyter.help.tags import CLOSERS, MIDDLES, TAGS
from kida_jupyter.help.values import (
    FUNCTIONS,
    Known,
    Macro,
    OfType,
    TemplateModule,
    Value,
    is_a,
    is_exactly,
    static,
    type_name,
)

_KEYWORDS: Final = {
    "and": "Both are true. Gives the first value that is not.",
    "or": "One of both is true. Gives the first value that is.",
    "not": "The opposite.",
    "in": "Whether the right-hand side contains the left-hand one; in a loop, what it runs over.",
    "is": "Asks a test: {{ value is defined }}",
    "if": "A choice: {{ a if condition else b }}",
    "else": "The other choice: {{ a if condition else b }}",
    "true": "The constant true.",
    "false": "The constant false.",
    "none": "The constant none: no value.",
}
_TEMPLATE_LINES: Final = 12
"""Lines of a template that are shown of it."""


def explain(text: str, cursor: int, world: World) -> str | None:
    """What can be told of the word at a place of a template, or of the call around it; ``None`` where there is nothing.

    Parameters: ``text``, which need not be whole; ``cursor``, a character offset; ``world``, what the template can
    see. Runs no code of the values that it looks at. Never raises for a text, however broken.
    """
    place = place_of(text, cursor, world.delimiters)
    if place.kind not in ("output", "tag"):
        return None
    told = _Explaining(place, world)
    if place.quote:
        return told.string()
    word = _word_at(text, place)
    if word is not None:
        return told.word(word, place.before, place)
    if place.before:
        opening, _ = call_at(place.before)
        if opening is not None and place.before[opening - 1].kind == "name":
            return told.word(place.before[opening - 1], place.before[: opening - 1], place)
    last = place.before[-1] if place.before else None
    if last is not None and last.kind == "name" and last.end == place.cursor:
        return told.word(last, place.before[:-1], place)
    return None


def _word_at(text: str, place: Place) -> Word | None:
    """The name that the cursor stands in, or just before."""
    if place.prefix:
        name = text[place.start : place.end]
        return None if name[:1].isdecimal() else Word("name", name, place.start, place.end)
    following = place.rest[0] if place.rest else None
    return (
        following
        if following is not None and following.kind == "name" and following.start == place.cursor
        else None
    )


class _Explaining:
    """What is told at one place."""

    def __init__(self, place: Place, world: World) -> None:
        self.place = place
        self.world = world
        self.bound = bound_at(place)
        self.resolver = Resolver(world, self.bound)

    def string(self) -> str | None:
        """What a string names: a template, or a key."""
        words = self.place.before
        if words and words[-1].text in ("[", "?["):
            chain = operand_before(words, len(words) - 1)
            key = self._whole_string()
            found = self.resolver.chain((*chain, words[-1], key, Word("operator", "]", key.end, key.end)))
            return None if found is None else self._known(f"{joined(chain)}[{key.text}]", found)
        if words and words[0].text in ("include", "extends", "import", "from") and self.place.kind == "tag":
            return self._template(self._whole_string().value)
        return None

    def _whole_string(self) -> Word:
        quote, place = self.place.quote, self.place
        text = place.prefix + place.suffix
        return Word("string", f"{quote}{text}{quote}", place.start - 1, place.end + 1)

    def _template(self, name: str) -> str | None:
        loader = self.world.environment.loader
        try:
            if loader is None:
                return None
            text, file = loader.get_source(name)
        except Exception:  # there is none, or it cannot be read
            return f"no template {name!r}"
        lines = text.splitlines()
        cut = [*lines[:_TEMPLATE_LINES], "…"] if len(lines) > _TEMPLATE_LINES else lines
        return _paragraphs(f"template {name}" + (f", {file}" if file else ""), "\n".join(cut))

    def word(self, word: Word, before: tuple[Word, ...], place: Place) -> str | None:
        """What a name means behind the words before it."""
        name = word.text
        last = before[-1].text if before and before[-1].kind != "string" else ""
        if place.kind == "tag" and not before:
            return self._tag(name)
        environment = self.world.environment
        if last in PIPES or (last == "filter" and len(before) == 1 and place.kind == "tag"):
            return self._function("filter", name, environment.filters.get(name))
        if (last == "is" and name != "not") or (
            last == "not" and len(before) > 1 and before[-2].text == "is"
        ):
            return self._function("test", name, environment.tests.get(name))
        if last in DOTS:
            chain = operand_before(before, len(before) - 1)
            known = self.resolver.chain((*chain, before[-1], word)) if chain else None
            return None if known is None else self._known(joined((*chain, before[-1], word)), known)
        if before and last in ("(", ","):
            opening, _ = call_at(before)
            if opening is not None and place.rest[:1] and place.rest[0].text in ("=", name):
                for one in self.resolver.callee(before[:opening]):
                    if one.name == name:
                        return f"{one.written}: a parameter of {joined(before[:opening][-1:])}"
        if place.kind == "tag" and before and before[0].text == "from" and len(before) > 2:
            known = self.resolver.imported(before[1].value, name)
            return None if known is None else self._known(name, known)
        if name in _KEYWORDS and name not in self.bound.names:
            return f"{name}\n\n{_KEYWORDS[name]}"
        return self._name(name)

    def _tag(self, name: str) -> str | None:
        known = TAGS.get(name)
        if known is not None:
            return _paragraphs(f"{{% {name} %}}", known.meaning, known.example)
        if name in MIDDLES:
            return _paragraphs(f"{{% {name} %}}", MIDDLES[name])
        if name != "end" and name not in CLOSERS:
            return None
        opened = [one.tag for one in self.bound.open if name == "end" or one.name == CLOSERS[name]]
        return _paragraphs(
            f"{{% {name} %}}", f"Closes {self._written(opened[-1])}" if opened else "Nothing is open here."
        )

    @staticmethod
    def _written(tag: Tag) -> str:
        return f"{{% {joined(tag.words)} %}}"

    def _name(self, name: str) -> str | None:
        binding = self.bound.names.get(name)
        known = self.resolver.name(name)
        if binding is None:
            return None if known is None else self._known(name, known)
        return _paragraphs(_origin(binding), None if known is None else self._known(name, known))

    def _known(self, name: str, known: Known) -> str | None:
        match known:
            case Macro():
                where = f"macro in {known.template}" if known.template else "macro"
                return _paragraphs(f"{where}: {signature_of(known.name, known.parameters)}")
            case TemplateModule():
                exports = self.world.exports_of(known.template)
                return _paragraphs(f"template {known.template}, imported as {name}", ", ".join(exports))
            case OfType():
                return f"{name}: {type_name(known.type)}"
            case Value():
                return self._value(name, known.value)
        return None

    def _value(self, name: str, value: Any) -> str:
        if is_exactly(value, FUNCTIONS) or is_a(value, type):
            kind = "class" if is_a(value, type) else "function"
            return self._function(kind, name, value, skip=0) or f"{kind} {name}"
        size = ""
        if is_exactly(value, (list, tuple, dict, set, frozenset, str, bytes)):
            size = f", {len(value)} {'characters' if type(value) is str else 'items'}"
        return _paragraphs(f"{name}: {type_name(value)}{size}", shortly(value))

    def _function(
        self, kind: str, name: str, function: Callable[..., Any] | None, skip: int = 1
    ) -> str | None:
        if function is None:
            return None
        parameters = parameters_of(function, skip=skip + passed(function))
        signature = name if parameters is None else signature_of(name, parameters)
        return _paragraphs(f"{kind} {signature}", _doc(function))


def _doc(function: Any) -> str:
    text = static(function, "__doc__")
    if is_exactly(function, FUNCTIONS) and type(text) is not str:
        text = function.__doc__
    return inspect.cleandoc(text) if type(text) is str else ""


def _origin(binding: Binding) -> str:
    value = joined(binding.words)
    match binding.kind:
        case "loop variable":
            return (
                f"{binding.name}: loop variable, an item of {value}; the first one is"
                if value
                else binding.name
            )
        case "loop":
            return "loop: the state of the loop: its index, first, last, and more"
        case "parameter":
            return f"{binding.name}: a parameter"
        case "variable" if value and not binding.path:
            return f"{binding.name} = {value}"
        case "variable":
            return f"{binding.name}: a variable of the template"
    return ""


def _paragraphs(*parts: str | None) -> str:
    return "\n\n".join(part for part in parts if part)
