"""What an expression in a template stands for, as far as that can be known without evaluating it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import kida
from kida_jupyter.help import data, operands
from kida_jupyter.help.names import (
    Binding,
    Bound,
    Open,
    Words,
    blocks_of,
    exported,
    joined,
    parameters_in,
    parent_of,
    split,
    template_of,
)
from kida_jupyter.help.operands import DOTS, closing, is_call, opener_of, operand_before, piped
from kida_jupyter.help.scanning import Delimiters, Tag, Word, tags_of
from kida_jupyter.help.signatures import parameters_of
from kida_jupyter.help.tags import TagHelp, tags_in
from kida_jupyter.help.values import (
    Known,
    Macro,
    OfType,
    Parameter,
    TemplateModule,
    Value,
    element_of,
    item_of,
    member_of,
    rows_of,
    values_of,
)

PIPES: Final = operands.PIPES
_SAME: Final = frozenset(
    (
        *("list", "sort", "reverse", "unique", "default", "d", "take", "skip", "compact"),
        *("select", "reject", "selectattr", "rejectattr"),
    )
)
"""Filters behind which the items are of the same sort as before them."""
_ONE: Final = frozenset(("first", "last", "random", "min", "max"))
_PAIRS: Final = frozenset(("items", "dictsort"))
_COMPARISONS: Final = frozenset(("==", "!=", "<", ">", "<=", ">="))
_SHORT: Final = 20
"""Words of a subscript that is looked into."""
_CONSTANTS: Final = {"true": "True", "false": "False", "none": "None"}
_LITERAL_WORDS: Final = 2000
_DEPTH: Final = 20
"""How many names are followed whose values are given by other names: they may go round."""


@dataclass(frozen=True, slots=True)
class World:
    """What a template can see: the notebook's variables, and an environment with its filters, tests, globals and templates.

    ``origins`` tells where named cells come from, by name.
    """

    variables: Mapping[str, Any]
    environment: kida.Environment
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def delimiters(self) -> Delimiters:
        """What begins and ends tags here."""
        return Delimiters.of(self.environment)

    @property
    def tags(self) -> Mapping[str, TagHelp]:
        """The tags that there are here."""
        return tags_in(self.environment)

    def template_names(self) -> list[str]:
        """The templates that can be included, as far as the loader can list them."""
        try:
            return self.environment.list_templates()
        except Exception:  # a loader that cannot list, a folder that is gone
            return []

    def tags_of(self, template: str) -> tuple[Tag, ...]:
        """The tags of another template; it need not compile."""
        loader = self.environment.loader
        if loader is None:
            return ()
        try:
            text, _ = loader.get_source(template)
        except Exception:  # there is none, or it cannot be read
            return ()
        return tags_of(text, self.delimiters)

    def exports_of(self, template: str) -> dict[str, Binding]:
        """The names that can be imported from another template."""
        names = exported(self.tags_of(template), self.tags)
        return {name: one for name, one in names.items() if not name.startswith("_")}

    def blocks_above(self, tags: Sequence[Tag], opened: Sequence[Open] = ()) -> list[str]:
        """The blocks of the templates that a template extends, or of the one that an ``embed`` among the open tags renders."""
        found: dict[str, None] = {}
        seen = set()
        embedded = next((one.tag for one in reversed(opened) if one.name == "embed"), None)
        parent = parent_of(tags) if embedded is None else template_of(embedded)
        while parent is not None and parent not in seen:
            seen.add(parent)
            tags = self.tags_of(parent)
            found.update(dict.fromkeys(blocks_of(tags)))
            parent = parent_of(tags)
        return list(found)


@dataclass(frozen=True, slots=True)
class Resolver:
    """Follows names and what stands behind them. ``bound``: the names of the template where the cursor is."""

    world: World
    bound: Bound

    def name(self, name: str, depth: int = 0) -> Known:
        """What a name stands for."""
        binding = self.bound.names.get(name)
        if binding is not None:
            return self.of(binding, depth + 1) if depth < _DEPTH else None
        for names in (self.world.variables, self.world.environment.globals):
            try:
                return Value(names[name])
            except KeyError:
                continue
        return None

    def expression(self, words: Words, depth: int = 0) -> Known:
        """What an expression stands for."""
        if depth > _DEPTH or not words:
            return None
        parts = piped(words)
        known = self._operand(parts[0], depth)
        for part in parts[1:]:
            name = part[0].text if part else ""
            if name in _ONE:
                known = element_of(known)
            elif name in _PAIRS:
                known = _first_pair(known)
            elif name not in _SAME:
                return None
        return known

    def chain(self, words: Words, depth: int = 0) -> Known:
        """What a name, or what is in brackets, stands for with all that follows it: attributes, subscripts, calls."""
        known, at = self._primary(words, depth)
        while at < len(words):
            word = words[at]
            if word.text in DOTS and at + 1 < len(words):
                name = words[at + 1].text
                if is_call(words, at + 2):
                    end = closing(words, at + 2)
                    known = self._called(known, name, words[at + 3 : end])
                    at = end + 1
                    continue
                known = self._member(known, name)
                at += 2
            elif word.text in ("[", "?["):
                end = closing(words, at)
                known = self._subscript(known, words[at + 1 : end])
                at = end + 1
            else:
                return None  # the result of a call is not known before it
        return known

    def callee(self, words: Words) -> tuple[Parameter, ...]:
        """The parameters of what stands before an opening parenthesis."""
        known = self.filter_or_test(words)
        if known is None:
            found = self.chain(operand_before(words, len(words)))
            if isinstance(found, Macro):
                return found.parameters
            known = found.value if isinstance(found, Value) else None
            return parameters_of(known, skip=passed(known)) or ()
        return parameters_of(known, skip=1 + passed(known)) or ()

    def filter_or_test(self, words: Words) -> Any:
        """The function of a filter or test that the words end with, or ``None``."""
        environment = self.world.environment
        if len(words) < 2 or words[-1].kind != "name":
            return None
        before = words[-2].text
        if before in PIPES or (len(words) == 2 and before == "filter"):
            return environment.filters.get(words[-1].text)
        if before == "is" or (before == "not" and len(words) > 2 and words[-3].text == "is"):
            return environment.tests.get(words[-1].text)
        return None

    def of(self, binding: Binding, depth: int = 0) -> Known:
        """What a name of the template stands for."""
        if binding.kind == "loop":
            return OfType(kida.LoopContext)
        if binding.kind == "macro":
            return Macro(binding.name, parameters_in(binding.words), binding.template)
        if binding.template is not None:
            if binding.kind == "module":
                return TemplateModule(binding.template)
            return self.imported(binding.template, binding.original or binding.name)
        known = self._before(binding).expression(binding.words, depth)
        pairs = self._pairs(binding.words, depth)
        path = binding.path
        if pairs is not None and path[:1] == ("each",):
            known, path = pairs, path[1:]
        for step in path:
            known = element_of(known) if step == "each" else item_of(known, step)
        return known

    def _before(self, binding: Binding) -> Resolver:
        """For a name that is given by itself, as in ``set x = x.y``: one that sees what it was before."""
        if all(word.text != binding.name for word in binding.words):
            return self
        names = {name: one for name, one in self.bound.names.items() if name != binding.name}
        return Resolver(self.world, Bound(names, self.bound.open))

    def _pairs(self, words: Words, depth: int) -> Known:
        """The first of what ``items()``, ``values()`` or ``itertuples()`` run over."""
        shape = [word.text for word in words[-4:]]
        if len(shape) >= 3 and shape[-2] == "(" and shape[-1] != ")":
            return None
        if not shape or shape[-1] != ")":
            return None
        opening = opener_of(words, len(words) - 1)
        if opening < 3 or words[opening - 2].text not in DOTS:
            return None
        known = self.chain(words[: opening - 2], depth)
        match words[opening - 1].text:
            case "items":
                key, value = element_of(known), values_of(known)
                return (
                    Value((key.value, value.value))
                    if isinstance(key, Value) and isinstance(value, Value)
                    else None
                )
            case "values":
                return values_of(known)
            case "itertuples" | "iterrows" | "to_dict" as method if _is_frame(known):
                assert isinstance(known, Value)  # a frame is one
                return _rows(known.value, method, words[opening + 1 : -1])
        return None

    def imported(self, template: str, name: str) -> Known:
        found = self.world.exports_of(template).get(name)
        if found is None or found.kind != "macro":
            return None
        return Macro(name, parameters_in(found.words), template)

    def _member(self, known: Known, name: str) -> Known:
        if isinstance(known, TemplateModule):
            return self.imported(known.template, name)
        return member_of(known, name)

    def _called(self, known: Known, name: str, arguments: Words) -> Known:
        if name == "get" and arguments:
            return self._subscript(known, split(arguments)[0])
        return known if name in data.KEEP_COLUMNS and _is_frame(known) else None

    def _subscript(self, known: Known, words: Words) -> Known:
        if len(words) == 1 and words[0].kind == "string":
            key = words[0].value
            # a name behind a dot is the same but for tables, which have their columns here alone
            return item_of(known, key) or (None if _is_table(known) else self._member(known, key))
        if 0 < len(words) <= 2 and words[-1].text.isdecimal() and words[0].text in ("-", words[-1].text):
            number = int(words[-1].text[:9])
            return item_of(known, -number if len(words) == 2 else number)
        if _is_frame(known) and any(word.text in _COMPARISONS for word in words if word.kind == "operator"):
            return known  # its rows for which something is true
        index = self.expression(words, 1) if len(words) < _SHORT else None
        if isinstance(index, Value) and type(index.value) in (str, int):
            return item_of(known, index.value)
        return None

    def _operand(self, words: Words, depth: int) -> Known:
        if words and operand_before(words, len(words)) == tuple(words):
            return self.chain(words, depth + 1)
        return None

    def _primary(self, words: Words, depth: int) -> tuple[Known, int]:
        """What a chain begins with, and where the rest of it begins."""
        if not words:
            return None, 0
        first = words[0]
        if first.kind == "string":
            return Value(first.value), 1
        if first.kind == "number":
            return None, 1  # what follows would be its decimals
        if first.text in ("[", "{", "("):
            end = closing(words, 0)
            inside = words[1:end]
            if first.text == "(" and len(split(inside)) == 1:
                return self.expression(inside, depth + 1), end + 1
            return _literal(words[: end + 1]), end + 1
        if first.text == "namespace" and is_call(words, 1) and "namespace" not in self.bound.names:
            end = closing(words, 1)
            given = [part for part in split(words[2:end]) if len(part) > 1 and part[1].text == "="]
            fields = ((part[0].text, self.expression(part[2:], depth + 1)) for part in given)
            return OfType(object, tuple(fields)), end + 1
        return self.name(first.text, depth), 1


def _is_frame(known: Known) -> bool:
    return isinstance(known, Value) and data.is_frame(known.value)


def _is_table(known: Known) -> bool:
    return isinstance(known, Value) and (data.is_frame(known.value) or data.is_series(known.value))


def _rows(frame: Any, method: str, arguments: Words) -> Known:
    """What a method runs over first, called with these words."""
    parts = [[word.value for word in part] for part in split(arguments) if part]
    if method == "to_dict":
        return rows_of(frame, method) if parts in ([["records"]], [["orient", "=", "records"]]) else None
    found = rows_of(frame, method)
    has_index = ["index", "=", "false"] not in parts and ["index", "=", "False"] not in parts
    if method == "itertuples" and isinstance(found, OfType) and not has_index:
        return OfType(tuple, found.fields[1:])
    return found


def _first_pair(known: Known) -> Known:
    key, value = element_of(known), values_of(known)
    return Value(((key.value, value.value),)) if isinstance(key, Value) and isinstance(value, Value) else None


def passed(function: Any) -> int:
    """How many arguments the engine hands to a filter, test or global before the template's own."""
    own = getattr(function, "__dict__", None) if type(function).__name__ == "function" else None
    return int(bool(own) and ("kida_pass" in own or "jinja_pass_arg" in own))  # type: ignore[operator]


def _literal(words: Words) -> Known:
    """A list, dict, tuple or number that is written down with nothing but constants in it."""
    if len(words) > _LITERAL_WORDS:
        return None
    text = joined(
        [Word(word.kind, _CONSTANTS.get(word.text, word.text), word.start, word.end) for word in words]
    )
    try:
        return Value(ast.literal_eval(text))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        kind = {"[": list, "{": dict, "(": tuple}.get(words[0].text)
        return None if kind is None else OfType(kind)
