"""The names that a template binds before the cursor, each with what it stands for, and the tags that are open there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kida_jupyter.help.scanning import Place, Tag, Word
from kida_jupyter.help.tags import CLOSERS, MIDDLES, TAGS, TagHelp
from kida_jupyter.help.values import Parameter

Words = Sequence[Word]

_OPENS: Final = frozenset("([{") | {"?["}
_CLOSES: Final = frozenset(")]}")
_KEYWORDS: Final = frozenset(
    (
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
        "import",
        "as",
        "recursive",
        "await",
        "for",
        "with",
        "without",
    )
)


@dataclass(frozen=True, slots=True)
class Binding:
    """A name: what it is, the words that its value was given in, and how it comes from their value.

    ``path`` is the way into the value: ``"each"`` for an item of it, an index for a part that unpacking takes. A macro's words
    are its parameters'. ``template`` is the one that the name was imported from, ``original`` its name there.
    """

    name: str
    kind: str
    words: tuple[Word, ...] = ()
    path: tuple[str | int, ...] = ()
    template: str | None = None
    original: str | None = None


@dataclass(slots=True)
class Open:
    """A tag whose body is not closed yet, and the names of its body."""

    tag: Tag
    names: dict[str, Binding] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called; a loop is one, whether asynchronous or not."""
        return "for" if self.tag.name == "async" else self.tag.name


@dataclass(frozen=True, slots=True)
class Bound:
    """The names at a place, the innermost one of each, and the open tags, outermost first."""

    names: dict[str, Binding]
    open: tuple[Open, ...]


def bound_at(place: Place, known: Mapping[str, TagHelp] = TAGS) -> Bound:
    """What is bound where the cursor stands. Parameters: ``known``, the tags that there are."""
    top, opened = _walk(place.tags, known)
    names = dict(top)
    for one in opened:
        names.update(one.names)
    names.update((one.name, one) for one in _of_header(place))
    names.update((one.name, one) for one in _of_comprehensions((*place.before, *place.rest), place))
    return Bound(names, tuple(opened))


def bound_by(tag: Tag) -> dict[str, Binding]:
    """The names that a tag binds, where it stands and for its body."""
    return {one.name: one for one in (*_binds(tag), *_binds_inside(tag))}


def exported(tags: Sequence[Tag], known: Mapping[str, TagHelp] = TAGS) -> dict[str, Binding]:
    """The names at the top of a whole template: what others can import."""
    return _walk(tags, known)[0]


def blocks_of(tags: Sequence[Tag]) -> list[str]:
    """The names of a template's blocks."""
    return [tag.words[1].text for tag in tags if tag.name == "block" and len(tag.words) > 1]


def parent_of(tags: Sequence[Tag]) -> str | None:
    """The name of the template that a template extends, where it is written down."""
    found = (template_of(tag) for tag in tags if tag.name == "extends")
    return next((name for name in found if name is not None), None)


def template_of(tag: Tag) -> str | None:
    """The name of a template that stands behind a tag's own, where it is written down."""
    return tag.words[1].value if len(tag.words) > 1 and tag.words[1].kind == "string" else None


def split(words: Words, separator: str = ",") -> Sequence[Words]:
    """Words parted at a separator, but not inside brackets."""
    parts: list[list[Word]] = [[]]
    depth = 0
    for word in words:
        if word.kind == "operator":
            depth += (word.text in _OPENS) - (word.text in _CLOSES)
        if word.text == separator and not depth and word.kind != "string":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def until(words: Words, *names: str) -> tuple[Words, Words]:
    """The words before the first of some names that stands outside of brackets, and those behind it."""
    depth = 0
    for index, word in enumerate(words):
        if word.kind == "operator":
            depth += (word.text in _OPENS) - (word.text in _CLOSES)
        if not depth and word.kind != "string" and word.text in names:
            return words[:index], words[index + 1 :]
    return words, ()


def parameters_in(words: Words) -> tuple[Parameter, ...]:
    """The parameters of a macro from the words between its parentheses."""
    found: list[Parameter] = []
    by_keyword = True
    for part in split(words):
        stars = part[0].text if part and part[0].text in ("*", "**", "/") else ""
        rest = part[1:] if stars else part
        if not rest or rest[0].kind != "name":
            if stars == "/":
                # Python's mark that those before it have no names for callers
                found = [Parameter(one.name, one.written, one.stars, by_keyword=False) for one in found]
            continue
        written = stars + joined(rest)
        found.append(Parameter(rest[0].text, written, stars, by_keyword and not stars))
    return tuple(found)


def joined(words: Words) -> str:
    """Words as they may have been written."""
    text = ""
    last: Word | None = None
    for word in words:
        if last is not None and (word.start > last.end or last.text in (",", ":")):
            text += " "
        text += word.text
        last = word
    return text


def _walk(tags: Sequence[Tag], known: Mapping[str, TagHelp]) -> tuple[dict[str, Binding], list[Open]]:
    top: dict[str, Binding] = {}
    opened: list[Open] = []
    for tag in tags:
        name = tag.name
        if name == "end" or closed_by(name, known):
            _close(name, opened)
        elif name in MIDDLES:
            _divide(tag, opened, known)
        elif name:
            outside = opened[-1].names if opened else top
            # what only says whether its body is rendered has no names of its own
            for one in reversed(opened):
                if one.name not in _TRANSPARENT:
                    outside = one.names
                    break
            else:
                outside = top
            everywhere = (
                top if name in ("export", "promote") else _function(opened, top) if name == "let" else outside
            )
            everywhere.update((one.name, one) for one in _binds(tag))
            if opens(tag, known):
                opened.append(Open(tag, {one.name: one for one in _binds_inside(tag)}))
    return top, opened


_TRANSPARENT: Final = frozenset(("if", "unless", "try", "while", "match"))


def _function(opened: Sequence[Open], top: dict[str, Binding]) -> dict[str, Binding]:
    for one in reversed(opened):
        if one.name in FUNCTIONS or one.name == "cache":
            return one.names
    return top


FUNCTIONS: Final = frozenset(("macro", "def", "block", "fragment", "call", "embed"))
"""Tags whose body is a function of its own, out of which ``let`` and ``break`` do not reach."""


def closed_by(closer: str, known: Mapping[str, TagHelp] = TAGS) -> str:
    """The name of the tag that an explicit closer closes; nothing where it is none."""
    name = CLOSERS.get(closer) or closer.removeprefix("end")
    return name if name in known and known[name].closer == closer else ""


def opens(tag: Tag, known: Mapping[str, TagHelp] = TAGS) -> bool:
    """Whether a tag has a body."""
    if tag.name == "async":
        return len(tag.words) > 1 and tag.words[1].text == "for"
    if tag.name not in known or not known[tag.name].closer:
        return False
    return tag.name != "set" or not any(word.text in ("=", "??=") for word in tag.words)


def _close(closer: str, opened: list[Open]) -> None:
    if closer == "end":
        if opened:
            opened.pop()
        return
    names = [f"end{one.name}" for one in opened]
    if closer in names:
        # what was opened inside was never closed
        del opened[len(names) - 1 - names[::-1].index(closer) :]


def _divide(tag: Tag, opened: list[Open], known: Mapping[str, TagHelp]) -> None:
    """A new part of a body: a case has names of its own, and a loop's are gone in its else."""
    for one in reversed(opened):
        if tag.name in known[one.name].middles:
            if tag.name in ("else", "empty", "case", "fallback") and one.name != "if":
                one.names = {}
            if tag.name == "case":
                pattern, _ = until(tag.words[1:], "if")
                one.names = {found.name: found for found in _captures(pattern)}
            elif tag.name == "fallback" and len(tag.words) > 1:
                one.names = {tag.words[1].text: Binding(tag.words[1].text, "variable")}
            return


def _binds(tag: Tag) -> Iterator[Binding]:
    """The names that a tag binds where it stands."""
    words = tag.words[1:]
    match tag.name:
        case "set" | "capture":
            targets, value = _assignment(words)
            if not value and (tag.name == "capture" or opens(tag)):
                targets, _ = until(targets, "|")
            yield from _targets(targets, "variable", tuple(value), ())
        case "let" | "export" | "promote":
            yield from _assignments(words)
        case "macro" | "def" if words and words[0].kind == "name":
            yield Binding(words[0].text, "macro", tuple(_between_parentheses(words[1:])))
        case "import":
            source, name = until(words, "as")
            if name and source and source[0].kind == "string":
                yield Binding(name[0].text, "module", template=source[0].value)
            elif name:
                yield Binding(name[0].text, "variable")
        case "from":
            source, names = until(words, "import")
            template = source[0].value if source and source[0].kind == "string" else None
            for part in split(names):
                plain = [word for word in part if word.kind == "name"]
                if plain:
                    bound = plain[2] if len(plain) > 2 and plain[1].text == "as" else plain[0]
                    yield Binding(bound.text, "imported", template=template, original=plain[0].text)


def _binds_inside(tag: Tag) -> Iterator[Binding]:
    """The names that a tag binds for its body."""
    words = tag.words[1:]
    match tag.name:
        case "async" | "for":
            words = words[1:] if tag.name == "async" else words
            targets, behind = until(words, "in")
            iterable, _ = until(behind, "if", "recursive")
            yield from _targets(targets, "loop variable", tuple(iterable), ("each",))
            yield Binding("loop", "loop")
        case "with":
            yield from _assignments(words)
        case "macro" | "def":
            yield from _parameters(_between_parentheses(words[1:]))
            for name in ("varargs", "kwargs", "caller"):
                yield Binding(name, "parameter")
            if tag.name == "def":
                yield Binding("has_slot", "function")
        case "slot":
            # let:item in a call; a place, let:item=item, binds nothing that was not there
            for index, word in enumerate(words[:-2]):
                if word.text == "let" and words[index + 1].text == ":":
                    yield Binding(words[index + 2].text, "parameter")
        case "call" if words and words[0].text == "(":
            yield from _parameters(_between_parentheses(words))
        case "trans":
            yield from _assignments(words[1:] if words and words[0].kind == "string" else words)
        case "block" | "fragment":
            yield Binding("super", "function")
            yield Binding("self", "variable")


def _parameters(words: Words) -> Iterator[Binding]:
    for one in parameters_in(words):
        yield Binding(one.name, "parameter")


def _assignment(words: Words) -> tuple[Words, Words]:
    return until(words, "=", "??=")


def _assignments(words: Words) -> Iterator[Binding]:
    targets: list[Word] = []
    for part in split(words):
        names, value = _assignment(part)
        targets += names
        if len(names) < len(part):
            yield from _targets(targets, "variable", tuple(value), ())
            targets = []


def _targets(
    words: Words, kind: str, value: tuple[Word, ...], path: tuple[str | int, ...]
) -> Iterator[Binding]:
    """The names in the target of an assignment or a loop, each with its way into the value. ``ns.attr`` binds none."""
    pending: list[tuple[Words, tuple[str | int, ...]]] = [(words, path)]
    while pending:
        words, path = pending.pop()
        parts = split(words)
        if len(parts) > 1:
            pending += ((part, (*path, index)) for index, part in reversed(list(enumerate(parts))))
        elif words and words[0].text in ("(", "["):
            pending.append((_between_parentheses(words), path))
        elif len(words) == 1 and words[0].kind == "name" and words[0].text not in _KEYWORDS:
            yield Binding(words[0].text, kind, value, path)


def _captures(pattern: Words) -> Iterator[Binding]:
    """The names that a pattern of a case binds."""
    for index, word in enumerate(pattern):
        before = pattern[index - 1].text if index else ""
        behind = pattern[index + 1].text if index + 1 < len(pattern) else ""
        is_value = before == "." or behind in (".", "(", "=")
        if word.kind == "name" and word.text != "_" and word.text not in _KEYWORDS and not is_value:
            yield Binding(word.text, "variable")


def _of_header(place: Place) -> Iterator[Binding]:
    """The names that the tag of the cursor binds for its own condition: a loop's and a case's ``if``."""
    words = place.before
    head, _ = until(words, "if")
    if place.kind == "tag" and words and len(head) < len(words):
        if words[0].text in ("for", "async"):
            yield from _binds_inside(Tag("tag", words, words[0].start, place.cursor))
        elif words[0].text == "case":
            yield from _captures(head[1:])


def _of_comprehensions(words: Words, place: Place) -> Iterator[Binding]:
    """The names of the comprehensions in the tag of the cursor, which stand behind the place where they are used."""
    start = 1 if place.kind == "tag" and place.before and place.before[0].text in ("for", "async") else 0
    depth = 0
    for index, word in enumerate(words):
        if word.kind == "operator":
            depth += (word.text in _OPENS) - (word.text in _CLOSES)
        if (
            word.text == "for"
            and word.kind == "name"
            and index >= start
            and (depth or (start == 0 and index))
        ):
            targets, behind = until(words[index + 1 :], "in")
            iterable, _ = until(_to_bracket(behind), "if", "for")
            yield from _targets(targets, "variable", tuple(iterable), ("each",))


def _to_bracket(words: Words) -> Words:
    """The words up to the bracket that closes what they stand in."""
    depth = 0
    for index, word in enumerate(words):
        if word.kind == "operator":
            depth += (word.text in _OPENS) - (word.text in _CLOSES)
        if depth < 0:
            return words[:index]
    return words


def _between_parentheses(words: Words) -> Words:
    """What stands in the brackets that the words begin with."""
    return _to_bracket(words[1:]) if words and words[0].text in _OPENS else ()
