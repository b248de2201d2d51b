"""What templates have to translate, for Babel: the extractor ``kida`` (https://babel.pocoo.org/en/latest/messages.html)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import IO, Any, Final, TypeAlias

from kida.environment.core import Environment
from kida.errors import TemplateSyntaxError
from kida.source import Source
from kida.syntax import nodes
from kida.syntax.delimiters import Delimiters
from kida.syntax.parser import parse
from kida.syntax.tokens import END_OUTPUT, END_TAG, TEXT, Token

Said: TypeAlias = str | tuple[str | None, ...] | None
"""What a function that translates is given: ``None`` for what is no text; a tuple where it is several."""

Message: TypeAlias = tuple[int, str, Said, list[str]]
"""A line, counted from 1, the function that looks up, what it is given, and comments."""

_WORDS: Final = {"true": True, "yes": True, "on": True, "1": True}
_FLAGS: Final = ("trim_blocks", "lstrip_blocks", "keep_trailing_newline")
_OUTSIDE: Final = (TEXT, END_OUTPUT, END_TAG)


def babel_extract(
    fileobj: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Message]:
    """The messages of a template, as Babel asks for them; its mapping file says ``[kida: templates/**.html]``.

    Parameters: ``fileobj``, the template, in bytes; ``keywords``, names of functions; ``comment_tags``, what comments to
    translators begin with; ``options``, texts by name: an environment's delimiters and white-space options, ``trimmed``,
    ``newstyle_gettext``, ``encoding``, ``extensions``, and ``silent``, false for an error where a template is broken, of
    which nothing is extracted otherwise (all as of Jinja2's extractor). Raises `TemplateSyntaxError`.
    """
    text = fileobj.read().decode(options.get("encoding") or "utf-8")
    environment = _environment(options)
    try:
        yield from messages(
            environment,
            Source(text, getattr(fileobj, "name", None)),
            keywords,
            comment_tags,
            newstyle=_is_on(options, "newstyle_gettext"),
        )
    except TemplateSyntaxError:
        if not _is_on(options, "silent", default=True):
            raise


def messages(
    environment: Environment,
    source: Source,
    keywords: Collection[str],
    comment_tags: Collection[str] = (),
    *,
    newstyle: bool = False,
) -> list[Message]:
    """The messages of a template, in its order; parameters as of `babel_extract`. Raises `TemplateSyntaxError`."""
    tokens = environment._lexer.tokens(source)
    template = parse(source, tokens, environment._tags)
    comments = list(_comments(source, tokens, environment._delimiters, comment_tags))
    found: list[Message] = []
    taken = 0
    for node in sorted(_calls(template, keywords), key=lambda node: node.span.start):
        line = source.position(node.span.start).line
        upto = sum(comment_line <= line for comment_line, _ in comments)
        told = [comments[upto - 1][1]] if upto > taken else []
        taken = max(taken, upto)
        if isinstance(node, nodes.Translation):
            found.append((line, node.function.name, _translated(node, newstyle=newstyle), told))
        else:
            found.append((line, node.target.name, _given(node.arguments), told))  # type: ignore[attr-defined]
    return found


def _calls(template: nodes.Template, keywords: Collection[str]) -> Iterator[nodes.Translation | nodes.Call]:
    for node in nodes.walk(template):
        if isinstance(node, nodes.Translation):
            if node.function.name in keywords:
                yield node
        elif (
            isinstance(node, nodes.Call)
            and isinstance(node.target, nodes.Name)
            and node.target.name in keywords
        ):
            yield node


def _translated(node: nodes.Translation, *, newstyle: bool) -> Said:
    given = [node.singular] if node.plural is None else [node.singular, node.plural]
    if not node.is_filled and not newstyle:
        given = [message.replace("%%", "%") for message in given]
    context = () if node.context is None else (node.context,)
    count = () if node.plural is None else (None,)
    return _as_babel((*context, *given, *count))


def _given(arguments: nodes.Arguments) -> Said:
    texts = [
        node.value if isinstance(node, nodes.Constant) and isinstance(node.value, str) else None
        for node in arguments.positional
    ]
    others = len(arguments.keywords) + (arguments.star is not None) + (arguments.double_star is not None)
    return _as_babel((*texts, *[None] * others))


def _as_babel(given: tuple[str | None, ...]) -> Said:
    return given[0] if len(given) == 1 else given or None


def _comments(
    source: Source, tokens: Iterable[Token], delimiters: Delimiters, tags: Collection[str]
) -> Iterator[tuple[int, str]]:
    """The comments to translators, each with its line: comments are no tokens, and stand between those of text."""
    if not tags:
        return
    start, end = re.escape(delimiters.comment_start_string), re.escape(delimiters.comment_end_string)
    patterns = [rf"{start}[-+]?(?P<block>.*?)[-+]?{end}"]
    if delimiters.line_comment_prefix is not None:
        patterns.append(rf"{re.escape(delimiters.line_comment_prefix)}(?P<line>[^\n]*)")
    comment = re.compile("|".join(patterns), re.DOTALL)
    at, outside = 0, True
    for token in tokens:
        if outside and token.start > at:
            for found in comment.finditer(source.text, at, token.start):
                words = found[found.lastgroup or 0].split(None, 1)
                if len(words) > 1 and words[0] in tags:
                    yield source.position(found.start()).line, words[1].rstrip()
        at, outside = token.end, token.kind in _OUTSIDE


def _environment(options: Mapping[str, Any]) -> Environment:
    given: dict[str, Any] = {name: options[name] for name in Delimiters._fields if options.get(name)}
    given |= {name: _is_on(options, name) for name in _FLAGS if name in options}
    given["extensions"] = _extensions(options.get("extensions") or ())
    return Environment(**given, trim_translations=_is_on(options, "trimmed"))


def _extensions(named: str | Iterable[str]) -> list[Any]:
    """Extensions by their names, as ``shop.tags.Price`` or ``shop.tags:Price``; Jinja2's stay names."""
    names = named.split(",") if isinstance(named, str) else named
    return [_extension(name.strip()) for name in names if name.strip()]


def _extension(name: str) -> Any:
    if name.startswith("jinja2."):
        return name
    from importlib import import_module

    module, _, attribute = name.rpartition(":" if ":" in name else ".")
    return getattr(import_module(module), attribute)


def _is_on(options: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    return _WORDS.get(str(options[name]).lower(), False) if name in options else default
