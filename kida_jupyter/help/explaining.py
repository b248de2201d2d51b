"""What can be told of the word at the cursor of a template: a filter's signature, a macro's, a value and its type."""

from __future__ import annotations

from typing import Final

from kida_jupyter.help.completing import call_at, has_own_words
from kida_jupyter.help.names import Binding, bound_at, bound_by, closed_by, joined
from kida_jupyter.help.operands import DOTS, PIPES, operand_before
from kida_jupyter.help.resolving import Resolver, World
from kida_jupyter.help.scanning import Place, Tag, Word, place_of
from kida_jupyter.help.showing import shortly
from kida_jupyter.help.signatures import signature_of
from kida_jupyter.help.tags import MIDDLES
from kida_jupyter.help.telling import (
    explain_computed,
    explain_function,
    explain_template,
    explain_value,
    paragraphs,
    perhaps,
)
from kida_jupyter.help.values import (
    Computed,
    Known,
    Macro,
    OfType,
    TemplateModule,
    Value,
    keys_of,
    members_of,
    type_name,
)
from kida_jupyter.help.words import KEYWORDS, OF_BODIES, OF_LOOPS, OF_TAGS

_WITH_WORDS: Final = frozenset(
    (
        "for",
        "async",
        "include",
        "embed",
        "import",
        "from",
        "extends",
        "block",
        "slot",
        "push",
        "cache",
        "trans",
    )
)

_OF_NAMES: Final = {
    "fragment": "Rendered with render_block, or where self calls it.",
    "slot": "In a def a place for what its caller writes, in a call what is written there.",
    "yield": "What the def around was given for that slot is written here.",
}
"""What stands behind a tag that names it."""


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
    subscript = told.subscript(text)
    if subscript is not None:
        return subscript
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
        self.bound = bound_at(place, world.tags)
        self.resolver = Resolver(world, self.bound)

    def string(self) -> str | None:
        """What a string names: a template, or a key."""
        words = self.place.before
        if words and words[-1].text in ("[", "?["):
            return self._item(words, (self._whole_string(),))
        if (
            words
            and words[0].text in ("include", "embed", "extends", "import", "from")
            and self.place.kind == "tag"
        ):
            return explain_template(self._whole_string().value, self.world)
        return None

    def subscript(self, text: str) -> str | None:
        """What is at a key, with the cursor beside it: at its quotes, at its number, or behind its bracket."""
        place, words = self.place, self.place.before
        key: Word | None = None
        if place.prefix:
            key = Word("number", text[place.start : place.end], place.start, place.end)
        elif words and words[-1].end == place.cursor and words[-1].kind == "string":
            key, words = words[-1], words[:-1]
        elif (
            place.rest and place.rest[0].start == place.cursor and place.rest[0].kind in ("string", "number")
        ):
            key = place.rest[0]
        elif words and words[-1].end == place.cursor and words[-1].text == "]":
            chain = operand_before(words, len(words))
            is_item = bool(chain) and chain[0].kind != "operator"
            return self._known(joined(chain), self.resolver.chain(chain)) if is_item else None
        if key is None or not words:
            return None
        keys = (words[-1], key) if words[-1].text == "-" else (key,)
        words = words[: len(words) + 1 - len(keys)]
        return self._item(words, keys) if words and words[-1].text in ("[", "?[") else None

    def _item(self, words: tuple[Word, ...], key: tuple[Word, ...]) -> str | None:
        """What is at a key behind words that end with an opening bracket."""
        chain = operand_before(words, len(words) - 1)
        if not chain:
            return None  # a list
        end = Word("operator", "]", key[-1].end, key[-1].end)
        known = self.resolver.chain((*chain, words[-1], *key, end))
        if known is not None:
            return self._known(f"{joined((*chain, words[-1], *key))}]", known)
        keys = [one.name for one in keys_of(self.resolver.chain(chain))]
        if key[0].kind != "string" or not keys or key[0].value in keys:
            return None
        if not key[0].value.strip():
            return f"keys of {joined(chain)}: {', '.join(keys)}"
        return f"{joined(chain)}: no key {key[0].text} is known{perhaps(key[0].value, keys, quote=key[0].text[0])}"

    def _whole_string(self) -> Word:
        quote, place = self.place.quote, self.place
        text = place.prefix + place.suffix
        return Word("string", f"{quote}{text}{quote}", place.start - 1, place.end + 1)

    def word(self, word: Word, before: tuple[Word, ...], place: Place) -> str | None:
        """What a name means behind the words before it."""
        name = word.text
        last = before[-1].text if before and before[-1].kind != "string" else ""
        if place.kind == "tag" and not before:
            return self._tag(name)
        environment = self.world.environment
        if last in PIPES or (last == "filter" and len(before) == 1 and place.kind == "tag"):
            return explain_function("filter", name, environment.filters)
        if (last == "is" and name != "not") or (
            last == "not" and len(before) > 1 and before[-2].text == "is"
        ):
            return explain_function("test", name, environment.tests)
        if last in DOTS:
            return self._member(word, before)
        argument = self._argument(name, before) if before and last in ("(", ",") else None
        if argument is not None:
            return argument
        if place.kind == "tag" and before and before[0].text == "from" and len(before) > 2:
            known = self.resolver.imported(before[1].value, name)
            if known is not None:
                return self._known(name, known)
        if place.kind == "tag" and name in OF_TAGS and before[0].text in _WITH_WORDS:
            is_keyword = has_own_words(place, before) or self._is_word_of(before[0].text, name)
            if is_keyword and name not in bound_by(self._tag_of(word, before)):
                return paragraphs(name, OF_TAGS[name])
        if (
            place.kind == "tag"
            and before
            and (len(before) == 1 or last == "," or before[-1].kind == "string")
        ):
            argument = self._of_tag(before[0].text, name)
            if argument is not None:
                return argument
        if has_own_words(place, before):
            return self._new(word, before)
        if name in KEYWORDS and name not in self.bound.names:
            return f"{name}\n\n{KEYWORDS[name]}"
        return self._name(name)

    def _is_word_of(self, tag: str, name: str) -> bool:
        """Whether a name is a word of a tag where an expression can stand too."""
        behind = self._behind()
        is_given = bool(behind) and behind[0].text == "="
        return (
            (tag == "for" and name == "recursive")
            or (tag == "cache" and name == "ttl" and is_given)
            or (tag == "trans" and name in ("trimmed", "notrimmed") and not is_given)
        )

    def _of_tag(self, tag: str, name: str) -> str | None:
        """An argument that a tag is given by name, or a variable that a message is; ``None`` where it is none."""
        behind = self._behind()
        if not behind or behind[0].text != "=":
            return None
        if tag == "trans":
            return f"{name}: a variable of the message"
        known = self.world.tags.get(tag)
        for one in known.parameters if known is not None else ():
            if one.name == name:
                return f"{one.written}: a parameter of {tag}"
        return None

    def _behind(self) -> tuple[Word, ...]:
        """The words behind that of the cursor, which may stand just before it."""
        place = self.place
        is_before = not place.prefix and place.rest and place.rest[0].start == place.cursor
        return place.rest[1:] if is_before else place.rest

    def _argument(self, name: str, before: tuple[Word, ...]) -> str | None:
        """A parameter that is given by name, ``""`` where it is not known, ``None`` where none is."""
        opening, _ = call_at(before)
        behind = self._behind()
        if opening is None or not behind or behind[0].text != "=":
            return None
        callee, parameters = joined(before[:opening][-1:]), self.resolver.callee(before[:opening])
        for one in parameters:
            if one.name == name:
                return f"{one.written}: a parameter of {callee}"
        if not parameters or any(one.stars == "**" for one in parameters):
            return ""
        near = perhaps(name, [one.name for one in parameters])
        return f"{signature_of(callee, parameters)} has no parameter {name}{near}"

    def _tag_of(self, word: Word, before: tuple[Word, ...]) -> Tag:
        """The tag of the cursor, whole."""
        return Tag("tag", (*before, word, *self._behind()), before[0].start, self.place.cursor)

    def _new(self, word: Word, before: tuple[Word, ...]) -> str | None:
        """A name that a tag gives: a variable's, a parameter's, a block's."""
        if before[0].text in ("block", "endblock"):
            above = word.text in self.world.blocks_above(self.place.tags, self.bound.open)
            return paragraphs(
                f"block {word.text}",
                "Takes the place of the block of the template that this one extends."
                if above
                else "Templates that extend this one can replace it.",
            )
        if before[0].text in _OF_NAMES and len(before) == 1:
            tag = before[0].text
            return paragraphs(f"{'slot' if tag == 'yield' else tag} {word.text}", _OF_NAMES[tag])
        if before[0].text == "provide":
            return f'{word.text}: what consume("{word.text}") gives inside'
        binding = bound_by(self._tag_of(word, before)).get(word.text)
        return None if binding is None else self._bound(word.text, binding)

    def _member(self, word: Word, before: tuple[Word, ...]) -> str | None:
        chain = operand_before(before, len(before) - 1)
        if not chain:
            return None
        known = self.resolver.chain((*chain, before[-1], word))
        if known is not None:
            return self._known(joined((*chain, before[-1], word)), known, word.text)
        names = [one.name for one in members_of(self.resolver.chain(chain)) if one.name.isidentifier()]
        if not names or word.text in names:
            return None
        return f"{joined(chain)}: no {word.text} is known in it{perhaps(word.text, names)}"

    def _tag(self, name: str) -> str | None:
        known = self.world.tags.get(name)
        if known is not None:
            return paragraphs(f"{{% {name} %}}", known.meaning, known.example)
        if name in MIDDLES:
            return paragraphs(f"{{% {name} %}}", MIDDLES[name])
        closed = closed_by(name, self.world.tags)
        if name != "end" and not closed:
            return None
        opened = [one.tag for one in self.bound.open if name == "end" or one.name == closed]
        return paragraphs(
            f"{{% {name} %}}", f"Closes {self._written(opened[-1])}" if opened else "Nothing is open here."
        )

    @staticmethod
    def _written(tag: Tag) -> str:
        return f"{{% {joined(tag.words)} %}}"

    def _name(self, name: str) -> str | None:
        binding = self.bound.names.get(name)
        if binding is not None:
            return self._bound(name, binding)
        known = self.resolver.name(name)
        if known is not None:
            return self._known(name, known)
        names = (*self.bound.names, *self.world.variables, *self.world.environment.globals)
        return f"no variable {name} is known{perhaps(name, names)}"

    def _bound(self, name: str, binding: Binding) -> str | None:
        if binding.kind in ("parameter", "function") and name in OF_BODIES:
            return OF_BODIES[name]
        return paragraphs(_origin(binding), self._known(name, self.resolver.of(binding)))

    def _known(self, name: str, known: Known, member: str = "") -> str | None:
        match known:
            case Computed():
                return explain_computed(name, known, OF_LOOPS.get(member, ""))
            case Macro():
                where = f"macro in {known.template}" if known.template else "macro"
                return paragraphs(f"{where}: {signature_of(known.name, known.parameters)}")
            case TemplateModule():
                exports = self.world.exports_of(known.template)
                return paragraphs(f"template {known.template}, imported as {name}", ", ".join(exports))
            case OfType():
                fields = (
                    field if one is None else f"{field}={shortly(one.value, 40)}"
                    for field, one in known.fields
                    if one is None or isinstance(one, Value)
                )
                return paragraphs(f"{name}: {type_name(known.type)}", ", ".join(fields))
            case Value():
                return explain_value(name, known.value)
        return None


def _origin(binding: Binding) -> str:
    value = joined(binding.words)
    match binding.kind:
        case "loop variable":
            return f"{binding.name}: loop variable, an item of {value}, such as" if value else binding.name
        case "loop":
            return "loop: the state of the loop: its index, first, last, and more"
        case "parameter":
            return f"{binding.name}: a parameter"
        case "variable" if value and not binding.path:
            return f"{binding.name} = {value}"
        case "variable":
            return f"{binding.name}: a variable of the template"
    return ""
