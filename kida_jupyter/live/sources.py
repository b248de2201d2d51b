"""What a template is made of beside variables: the templates it includes, and the filters, tests and globals it uses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import kida
from kida_jupyter.help.names import Words, until
from kida_jupyter.help.resolving import PIPES, World
from kida_jupyter.help.scanning import Tag, tags_of

_JOINING: Final = frozenset(("include", "extends", "import", "from"))


@dataclass(frozen=True, slots=True)
class Sources:
    """The other templates of a template by name, with their texts, and the functions that all of them use.

    ``is_all``: whether that is all of them; a name that is only known while rendering may be any template's.
    """

    texts: dict[str, str | None]
    functions: dict[tuple[str, str], Any]
    is_all: bool

    def are_current(self, environment: kida.Environment, texts: dict[str, str | None]) -> bool:
        """Whether they surely are what they were. Parameters: ``texts``, those read already, which are added to."""
        return (
            self.is_all
            and all(_text(environment, name, texts) == text for name, text in self.texts.items())
            and all(_function(environment, kind, name) is one for (kind, name), one in self.functions.items())
        )


def sources_of(text: str, name: str | None, world: World, texts: dict[str, str | None]) -> Sources:
    """What a template is made of. Parameters: ``text``, its own; ``name``; ``world``; ``texts``, those read already."""
    environment = world.environment
    found: dict[str, str | None] = {}
    functions: dict[tuple[str, str], Any] = {}
    is_all = True
    pending: list[tuple[str, str | None]] = [(text, name)]
    while pending:
        text, name = pending.pop()
        for tag in tags_of(text, world.delimiters):
            functions.update((one, _function(environment, *one)) for one in _functions(tag))
            if tag.name not in _JOINING:
                continue
            named = _templates(tag)
            is_all &= named is not None
            for other in named or ():
                other = _resolved(other, name)
                is_all &= not other.startswith("@")
                if other not in found:
                    found[other] = _text(environment, other, texts)
                    pending.append((found[other] or "", other))
    return Sources(found, functions, is_all)


def _templates(tag: Tag) -> Sequence[str] | None:
    """The templates that a tag names; ``None`` where it computes the name."""
    words, _ = until(tag.words[1:], "import", "as", "ignore", "with", "without")
    if not all(word.kind == "string" or word.text in ("[", "]", "(", ")", ",") for word in words):
        return None
    return [word.value for word in words if word.kind == "string"]


def _resolved(name: str, parent: str | None) -> str:
    if name.startswith(("./", "../")) and parent is not None:
        return posixpath.normpath(posixpath.join(posixpath.dirname(parent), name))
    return name


def _functions(tag: Tag) -> Iterator[tuple[str, str]]:
    """The filters, tests and perhaps globals that the words of a tag use."""
    words: Words = tag.words
    for before, word in zip((None, *words), words):
        if word.kind == "string":
            # map("name") and select("name") take them so
            yield from (
                (kind, word.value)
                for kind in ("filters", "tests")
                if before is not None and before.text == "("
            )
        elif word.kind == "name":
            last = "" if before is None else before.text
            if last in PIPES or (last == "filter" and tag.name == "filter"):
                yield "filters", word.text
            elif last in ("is", "not"):
                yield "tests", word.text
            if last not in PIPES:
                yield "globals", word.text


def _function(environment: kida.Environment, kind: str, name: str) -> Any:
    known: Any = getattr(environment, kind)
    return known.get(name)


def _text(environment: kida.Environment, name: str, texts: dict[str, str | None]) -> str | None:
    if name not in texts:
        try:
            texts[name] = environment.loader.get_source(name)[0] if environment.loader is not None else None
        except Exception:  # there is none, or it cannot be read
            texts[name] = None
    return texts[name]
