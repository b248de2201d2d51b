"""Filters that turn text into other text."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape, soft_str

from kida.errors import FilterArgumentError
from kida.runtime.hooks import EvalContext, HookEnvironment, pass_environment, pass_eval_context

# How much longer than asked a text may be before `truncate` cuts it (Jinja2's default).
TRUNCATE_LEEWAY = 5

_WORD_STARTS = re.compile(r"([-\s({\[<]+)")
_WORDS = re.compile(r"\w+")


def capitalize(value: Any) -> str:
    """The text with its first character in upper case and the others in lower case."""
    return soft_str(value).capitalize()


def lower(value: Any) -> str:
    """The text in lower case."""
    return soft_str(value).lower()


def upper(value: Any) -> str:
    """The text in upper case."""
    return soft_str(value).upper()


def title(value: Any) -> str:
    """The text with each word capitalized; words begin after white space, hyphens and opening brackets."""
    text = soft_str(value)
    # of ASCII letters and blanks alone Python's own has the same words, and of ASCII the same capitals: they are quicker
    if type(text) is str and text.isascii() and text.replace(" ", "").isalpha():
        return text.title()
    parts = _WORD_STARTS.split(text)
    if text.isascii():
        parts[::2] = map(str.capitalize, parts[::2])
        return "".join(parts)
    return "".join([part[:1].upper() + part[1:].lower() for part in parts])


def trim(value: Any, chars: str | None = None) -> str:
    """The text without the characters of ``chars`` (by default white space) at its ends."""
    return soft_str(value).strip(chars)


def center(value: Any, width: int = 80) -> str:
    """The text in the middle of a field of ``width`` characters."""
    return soft_str(value).center(width)


def string(value: Any) -> str:
    """The value as text; safe text stays safe."""
    return soft_str(value)


def format_(value: Any, *args: Any, **kwargs: Any) -> str:
    """The text as a printf-style pattern, filled with the arguments.

    Raises `FilterArgumentError` where positional and keyword arguments are given at once.
    """
    if args and kwargs:
        raise FilterArgumentError("can't handle positional and keyword arguments at the same time")
    return soft_str(value) % (kwargs or args)


@pass_eval_context
def replace(eval_ctx: EvalContext, value: Any, old: Any, new: Any, count: int | None = None) -> str:
    """The text with ``old`` replaced by ``new``, everywhere or ``count`` times from the left."""
    limit = -1 if count is None else count
    if type(value) is str and type(old) is str and type(new) is str:
        return value.replace(old, new, limit)
    if not eval_ctx.autoescape:
        return str(value).replace(str(old), str(new), limit)
    unsafe = not hasattr(value, "__html__")
    text = (
        escape(value)
        if hasattr(old, "__html__") or (unsafe and hasattr(new, "__html__"))
        else soft_str(value)
    )
    return text.replace(soft_str(old), soft_str(new), limit)


def indent(value: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """The text with each line indented.

    Parameters: ``width``, a number of spaces, or the text to indent with; ``first``, indent the first line
    too; ``blank``, indent blank lines too.
    """
    margin = width if isinstance(width, str) else " " * width
    newline = "\n"
    if isinstance(value, Markup):
        margin, newline = Markup(margin), Markup(newline)
    # the added line break makes a last, empty line count as one
    lines = (value + newline).splitlines()
    indented = [
        line if position == 0 or not (line or blank) else margin + line for position, line in enumerate(lines)
    ]
    text = newline.join(indented)
    return margin + text if first else text


def truncate(
    value: str,
    length: int = 255,
    killwords: bool = False,
    end: str = "...",
    leeway: int | None = None,
) -> str:
    """The text cut to ``length`` characters, ``end`` included.

    Parameters: ``killwords``, cut inside a word rather than before it; ``end``, what shows the cut;
    ``leeway``, how many characters too many are let pass. Raises `FilterArgumentError` for a length shorter
    than ``end``.
    """
    allowed = TRUNCATE_LEEWAY if leeway is None else leeway
    if length < len(end):
        raise FilterArgumentError(f"expected length >= {len(end)}, got {length}")
    if allowed < 0:
        raise FilterArgumentError(f"expected leeway >= 0, got {allowed}")
    if len(value) <= length + allowed:
        return value
    kept = value[: length - len(end)]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + end


def wordcount(value: Any) -> int:
    """How many words the text has."""
    return len(_WORDS.findall(soft_str(value)))


@pass_environment
def wordwrap(
    environment: HookEnvironment,
    value: str,
    width: int = 79,
    break_long_words: bool = True,
    wrapstring: str | None = None,
    break_on_hyphens: bool = True,
) -> str:
    """The text wrapped to lines of ``width`` characters; each of its own lines is a paragraph.

    Parameters: ``break_long_words``, cut words longer than a line; ``wrapstring``, what joins the lines, by
    default the environment's line break; ``break_on_hyphens``, words may be parted at hyphens.
    """
    from textwrap import TextWrapper

    newline = environment.newline_sequence if wrapstring is None else wrapstring
    wrapper = TextWrapper(
        width=width,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=break_long_words,
        break_on_hyphens=break_on_hyphens,
    )
    return newline.join([newline.join(wrapper.wrap(line)) for line in value.splitlines()])
