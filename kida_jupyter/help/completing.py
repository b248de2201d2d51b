"""What can be written at the cursor of a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from kida_jupyter.help.names import FUNCTIONS, Bound, bound_at, until
from kida_jupyter.help.operands import DOTS, PIPES, operand_before
from kida_jupyter.help.resolving import Resolver, World
from kida_jupyter.help.scanning import Place, Word, place_of
from kida_jupyter.help.signatures import signature_of
from kida_jupyter.help.tags import MIDDLES
from kida_jupyter.help.values import (
    Known,
    Macro,
    TemplateModule,
    Value,
    keys_of,
    kind_of_value,
    members_of,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to write: its text, what it is (``kind``), and what is shown beside it (``detail``)."""

    text: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Completions:
    """What can be written in place of the text from ``start`` to ``end``, character offsets around the cursor."""

    start: int
    end: int
    items: tuple[Item, ...] = ()


_CONSTANTS: Final = ("true", "false", "none")
_OPERATORS: Final = ("and", "or", "in", "not in", "is", "if", "else")
_NO_OPERAND: Final = frozenset(
    ("and", "or", "not", "in", "is", "if", "elif", "else", "for", "import", "as", "await", "recursive")
)
"""Names behind which an operand stands, so that they are none."""
_TEMPLATE_TAGS: Final = frozenset(("include", "embed", "extends", "import", "from"))
_NEW_NAME: Final = frozenset(
    ("set", "let", "export", "promote", "capture", "with", "provide", "for", "macro", "def")
)
"""Tags behind whose name a new name stands, of which nothing is known."""


def complete(text: str, cursor: int, world: World) -> Completions:
    """What can be written at a place of a template that need not be whole.

    Parameters: ``text``; ``cursor``, a character offset; ``world``, what the template can see.
    Runs no code of the values that it looks at. Never raises for a text, however broken.
    """
    place = place_of(text, cursor, world.delimiters)
    if place.kind not in ("output", "tag") or place.prefix[:1].isdecimal():
        return Completions(place.cursor, place.cursor)
    found = _Completing(place, world).items()
    fitting = {item.text: item for item in reversed(list(found)) if item.text.startswith(place.prefix)}
    # a name with an underscore before it is its owner's, until it is asked for
    shown = [item for item in fitting.values() if not item.text.startswith("_") or place.prefix[:1] == "_"]
    end = place.end if place.prefix else place.cursor
    if text[end : end + 1] == "=" and any(item.kind == "argument" for item in shown):
        shown = [replace(item, text=item.text.removesuffix("=")) for item in shown]
    return Completions(place.start, end, tuple(reversed(shown)))


class _Completing:
    """The question what can stand at one place."""

    def __init__(self, place: Place, world: World) -> None:
        self.place = place
        self.world = world
        self.bound: Bound = bound_at(place, world.tags)
        self.resolver = Resolver(world, self.bound)
        self.before = place.before
        self.tag = place.before[0].text if place.kind == "tag" and place.before else ""

    def items(self) -> Iterator[Item]:
        if self.place.quote:
            yield from self._in_string()
        elif self.place.kind == "tag" and not self.before:
            yield from self._tags()
        else:
            yield from self._in_expression()

    def _in_string(self) -> Iterator[Item]:
        words = self.before
        last = words[-1].text if words else ""
        if self.tag in _TEMPLATE_TAGS and all(
            word.text in ("[", "(", ",") or word.kind == "string" for word in words[1:]
        ):
            yield from (Item(name, "template") for name in self.world.template_names())
        elif last in ("[", "?["):
            known = self.resolver.chain(operand_before(words, len(words) - 1))
            quote = self.place.quote
            for key in keys_of(known):
                if not any(letter in key.name for letter in (quote, "\\", "\n")):
                    yield Item(key.name, key.kind)
        elif last == "(" and len(words) > 2 and words[-3].text in PIPES:
            environment = self.world.environment
            if words[-2].text == "map":
                yield from _names("filter", environment.filters)
            elif words[-2].text in ("select", "reject"):
                yield from _names("test", environment.tests)

    def _tags(self) -> Iterator[Item]:
        opened = self.bound.open
        if opened:
            known = self.world.tags[opened[-1].name]
            yield Item("end", "tag", f"closes {known.name}")
            yield Item(known.closer, "tag", f"closes {known.name}")
            for middle in known.middles:
                yield Item(middle, "tag", MIDDLES[middle])
        in_loop = False
        for one in reversed(opened):
            in_loop = in_loop or one.name in ("for", "while")
            if one.name in FUNCTIONS or one.name in ("cache", "push"):
                break
        for tag in self.world.tags.values():
            if in_loop or tag.name not in ("break", "continue"):
                yield Item(tag.name, "tag", tag.meaning)

    def _in_expression(self) -> Iterator[Item]:
        words = self.before
        last = words[-1] if words else None
        written = last.text if last is not None and last.kind != "string" else ""
        if written in DOTS:
            yield from self._members()
        elif written in PIPES:
            if self.tag != "case":
                yield from _names("filter", self.world.environment.filters)
        elif written == "is" or (written == "not" and len(words) > 1 and words[-2].text == "is"):
            yield from _names("test", self.world.environment.tests)
            if written == "is":
                yield Item("not", "keyword")
        elif has_own_words(self.place, words):
            yield from self._special()
        elif last is not None and _is_operand(last, self.place, len(words)):
            yield from (Item(word, "keyword") for word in _OPERATORS)
            if self.tag == "for":
                yield Item("recursive", "keyword")
        else:
            if self.tag == "cache" and written == "," and not _depth(words):
                yield Item("ttl=", "argument", "how long a text is kept")
            elif self.tag == "trans" and (
                len(words) == 1 or (len(words) == 2 and last and last.kind == "string")
            ):
                yield from _keywords("trimmed", "notrimmed")
            yield from self._operands()

    def _members(self) -> Iterator[Item]:
        known = self.resolver.chain(operand_before(self.before, len(self.before) - 1))
        if isinstance(known, TemplateModule):
            yield from self._exports(known.template)
        elif isinstance(known, Macro):
            yield from (Item(name, "attribute") for name in _OF_MACROS)
        else:
            yield from (Item(one.name, one.kind) for one in members_of(known) if one.name.isidentifier())

    def _exports(self, template: str) -> Iterator[Item]:
        for name, one in self.world.exports_of(template).items():
            known = self.resolver.imported(template, name)
            yield Item(name, "macro" if one.kind == "macro" else "variable", _signature(known))

    def _operands(self) -> Iterator[Item]:
        yield from self._arguments()
        for name, binding in self.bound.names.items():
            known = self.resolver.name(name) if binding.kind in ("macro", "imported") else None
            kind = "macro" if isinstance(known, Macro) else binding.kind
            yield Item(name, kind, _signature(known))
        variables = self.world.variables
        for name in variables:
            if name.isidentifier():
                found = self.resolver.name(name)
                value = found.value if isinstance(found, Value) else None
                yield Item(name, kind_of_value(value, "variable"))
        yield from _names("global", self.world.environment.globals)
        yield from (Item(word, "keyword") for word in (*_CONSTANTS, "not"))

    def _arguments(self) -> Iterator[Item]:
        """The parameters by name, where an argument of a call begins."""
        opening, given = call_at(self.before)
        if opening is None and self.place.kind == "tag" and not _depth(self.before):
            known = self.world.tags.get(self.tag)
            if known is not None and (len(self.before) == 1 or self.before[-1].text == ","):
                for one in known.parameters:
                    if one.by_keyword and not one.stars and one.name not in given:
                        yield Item(one.name + "=", "argument", one.written)
        if opening is None or self.before[-1].text not in ("(", ","):
            return
        callee = self.before[:opening]
        if self.tag in ("macro", "def") and opening == 2:
            return
        for one in self.resolver.callee(callee):
            if one.by_keyword and not one.stars and one.name not in given:
                yield Item(one.name + "=", "argument", one.written)

    def _special(self) -> Iterator[Item]:
        words = self.before[1:]
        match self.tag:
            case "include" | "embed":
                written = [word.text for word in words]
                if written[-1] == "ignore":
                    yield Item("missing", "keyword")
                elif written[-1] in ("with", "without"):
                    yield Item("context", "keyword")
                elif "context" not in written and "only" not in written:
                    if "with" not in written:
                        yield from _keywords("with", "with context", "without context")
                    yield Item("only", "keyword")
                    if "ignore" not in written:
                        yield Item("ignore missing", "keyword")
            case "import":
                if len(words) == 1:
                    yield Item("as", "keyword")
                elif len(words) > 2:
                    yield from _keywords("with context", "without context")
            case "from":
                source, names = until(words, "import")
                if len(source) == len(words):
                    yield Item("import", "keyword")
                elif not names or names[-1].text == ",":
                    if source and source[0].kind == "string":
                        yield from self._exports(source[0].value)
                elif names[-1].text not in ("as", "with", "without"):
                    yield Item("as", "keyword")
                    yield from _keywords("with context", "without context")
            case "for":
                if words and words[-1].text not in (",", "("):
                    yield Item("in", "keyword")
            case "async":
                yield Item("in" if len(words) > 1 else "for", "keyword")
            case "block":
                if not words:
                    yield from (
                        Item(name, "block")
                        for name in self.world.blocks_above(self.place.tags, self.bound.open)
                    )
                else:
                    yield from _keywords("scoped", "required", "if")
            case "push":
                yield Item("once", "keyword")
            case "slot":
                handed = _since(words, "let")
                if words and (handed is words or _is_behind_operand(handed, self.place)):
                    yield Item("let:", "keyword")
            case "filter":
                if not words:
                    yield from _names("filter", self.world.environment.filters)
                elif words[-1].text in ("(", ",") and _depth(words):
                    yield from self._operands()
            case "endblock":
                opened = self.bound.open[-1:]
                if not words and opened and opened[0].name == "block" and len(opened[0].tag.words) > 1:
                    yield Item(opened[0].tag.words[1].text, "block")
            case "case":
                yield from _keywords(*_CONSTANTS)
                if words:
                    yield Item("if", "keyword")


_OF_MACROS: Final = ("name", "arguments", "catch_kwargs", "catch_varargs", "caller")


def _names(kind: str, names: Iterable[str]) -> Iterator[Item]:
    # an operator is a test's name too, for select("==", 1)
    return (Item(name, kind) for name in sorted(names) if name.replace(".", "_").isidentifier())


def _keywords(*words: str) -> Iterator[Item]:
    return (Item(word, "keyword") for word in words)


def _signature(known: Known) -> str:
    return signature_of(known.name, known.parameters) if isinstance(known, Macro) else ""


def _is_operand(word: Word, place: Place, count: int) -> bool:
    """Whether a word ends an operand, so that an operator follows."""
    if word.kind == "operator":
        return word.text in (")", "]", "}")
    if word.text == "once" and place.kind == "tag" and place.before[0].text == "push":
        return False  # the key follows
    # the name of a tag is none
    return word.kind != "name" or not (word.text in _NO_OPERAND or (place.kind == "tag" and count == 1))


def _depth(words: Iterable[Word]) -> int:
    brackets = [word.text for word in words if word.kind == "operator"]
    return sum((text[-1] in "([{") - (text in ")]}") for text in brackets)


def _since_comma(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words behind the last comma outside of brackets, or inside of those that are open last."""
    depth = 0
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if word.kind == "operator":
            depth += (word.text in ")]}") - (word.text[-1] in "([{")
        if word.text == "," and depth <= 0:
            return words[index + 1 :]
    return words


def has_own_words(place: Place, before: tuple[Word, ...]) -> bool:
    """Whether a tag has words of its own behind those before, that are no expression: new names, ``import``, ``scoped``."""
    if place.kind != "tag" or not before:
        return False
    tag, words = before[0].text, before[1:]
    if tag in ("macro", "def"):
        return not any(word.text in ("=", ":") for word in _since_comma(words))
    if tag in ("set", "capture"):
        return not any(word.text in ("=", "??=") for word in words)
    if tag in ("let", "export", "promote", "with", "provide"):
        return not any(word.text in ("=", "??=") for word in _since_comma(words)) and not _depth(words)
    if tag in ("for", "async"):
        return until(words, "in")[0] == words
    if tag in _TEMPLATE_TAGS:
        if until(words, "as", "import")[0] != words:
            return True
        return _is_behind_operand(words, place)
    if tag in ("case", "block"):
        return until(words, "if")[0] == words
    if tag == "push":
        return "once" not in {word.text for word in words} and _is_behind_operand(words, place)
    if tag == "slot":
        handed = _since(words, "let")
        return not any(word.text == "=" for word in handed) or _is_behind_operand(handed, place)
    return (
        tag in ("fragment", "yield", "filter", "fallback", "raw", "break", "continue", "debug")
        or tag.startswith("end")
        or tag in ("else", "empty")
    )


def _is_behind_operand(words: tuple[Word, ...], place: Place) -> bool:
    """Whether a whole expression stands before, so that only words of the tag can follow."""
    return bool(words) and not _depth(words) and _is_operand(words[-1], place, 2)


def _since(words: tuple[Word, ...], name: str) -> tuple[Word, ...]:
    """The words behind the last of a name."""
    found = [index for index, word in enumerate(words) if word.text == name and word.kind == "name"]
    return words[found[-1] + 1 :] if found else words


def call_at(words: tuple[Word, ...]) -> tuple[int | None, set[str]]:
    """Where the innermost call that is open begins, and the arguments that it was given by name."""
    depth = 0
    given: set[str] = set()
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if word.kind != "operator":
            continue
        if word.text == "=" and not depth and index:
            given.add(words[index - 1].text)
        depth += (word.text in ")]}") - (word.text[-1] in "([{")
        if depth < 0:
            is_call = (
                word.text == "("
                and index
                and (words[index - 1].kind == "name" or words[index - 1].text in ")]")
            )
            return (index if is_call else None), given
    return None, given
