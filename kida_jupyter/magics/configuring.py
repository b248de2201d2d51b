"""The options of the environment that ``%kida config`` sets: what they are for, and how they are written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from kida_jupyter.magics.options import UNDEFINED, nearest, usage
from kida_jupyter.notebook import Notebook

_WORDS_FOR_BOOL: Final[Mapping[str, bool]] = MappingProxyType(
    {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
)
_ESCAPING: Final = "autoescape"
_MAGIC: Final = "%kida config"


@dataclass(frozen=True, slots=True)
class Option:
    """An option: what it is for, what its values look like, and how one is read. ``read`` raises ``ValueError``."""

    about: str
    values: str
    read: Callable[[str], Any]


def set_options(notebook: Notebook, assignments: list[str]) -> list[str]:
    """Set options, each given as ``KEY=VALUE``, all or none of them; gives their names.

    Raises ``UsageError`` for an unknown option or a value that it cannot have.
    """
    options, escaping = dict(notebook.options), notebook.escaping
    names = []
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        option = option_named(name)
        if not equals:
            raise usage(_MAGIC, f"{name} needs a value", f"{name}={shown_value(notebook, name)}")
        try:
            value = option.read(text)
        except ValueError:
            near = nearest(text, option.values.split("|")) if "|" in option.values else None
            message = (
                f"{name}={text} is none of {option.values}"
                if "|" in option.values
                else (f"{name}={text}: a value is {option.values}")
            )
            raise usage(_MAGIC, message, near and f"{name}={near}") from None
        if name == _ESCAPING:
            escaping = value
        else:
            options[name] = value
        names.append(name)
    try:
        notebook.configure(options, escaping)
    except (TypeError, ValueError) as error:
        raise usage(_MAGIC, str(error)) from None
    return names


def option_named(name: str) -> Option:
    """An option by its name. Raises ``UsageError`` where there is none of it."""
    if name not in OPTIONS:
        near = nearest(name, OPTIONS)
        listed = "" if near else f"; there are {', '.join(OPTIONS)}"
        raise usage(_MAGIC, f"no option {name}{listed}", near and f"{near}=")
    return OPTIONS[name]


def shown_value(notebook: Notebook, name: str) -> str:
    """The value of an option now, as it is written."""
    if name == _ESCAPING:
        escaping = notebook.escaping
        return "auto" if escaping is None else _on_off(escaping)
    value = getattr(notebook.environment, name)
    if name == "undefined":
        words = {kind: word for word, kind in UNDEFINED.items()}
        return words.get(value, getattr(value, "__name__", repr(value)))
    if isinstance(value, bool):
        return _on_off(value)
    if isinstance(value, str):
        return value if value.strip() and value.isprintable() else repr(value)
    return "none" if value is None else str(value)


def is_changed(notebook: Notebook, name: str) -> bool:
    """Whether an option was set with ``%kida config``."""
    return notebook.escaping is not None if name == _ESCAPING else name in notebook.options


def _on_off(value: bool) -> str:
    return "on" if value else "off"


def _flag(text: str) -> bool:
    try:
        return _WORDS_FOR_BOOL[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _escaping(text: str) -> bool | None:
    return None if text == "auto" else _flag(text)


def _undefined(text: str) -> Any:
    try:
        return UNDEFINED[text]
    except KeyError:
        raise ValueError(text) from None


def _text(text: str) -> str:
    if text[:1] in ("'", '"') or "\\" in text:
        # as it is written in Python, for white space
        quoted = text if text[:1] in ("'", '"') else f'"{text}"'
        try:
            return str(ast.literal_eval(quoted))
        except SyntaxError:
            raise ValueError(text) from None
    if not text:
        raise ValueError(text)
    return text


def _text_or_none(text: str) -> str | None:
    return None if text == "none" else _text(text)


def _marks(about: str) -> Option:
    return Option(about, "one or more characters", _text)


OPTIONS: Final[Mapping[str, Option]] = MappingProxyType(
    {
        "undefined": Option("what a name that is not there does", "|".join(UNDEFINED), _undefined),
        _ESCAPING: Option(
            "whether values are escaped for HTML; auto: as the format or the file's suffix says",
            "on|off|auto",
            _escaping,
        ),
        "trim_blocks": Option("remove the line end behind a tag", "on|off", _flag),
        "lstrip_blocks": Option("remove the white space before a tag that begins a line", "on|off", _flag),
        "keep_trailing_newline": Option("keep the line end at the end of a template", "on|off", _flag),
        "newline_sequence": Option("how lines end in results", r"\n, \r\n or \r", _text),
        "check_calls": Option("check calls of macros before rendering", "on|off", _flag),
        "auto_reload": Option("see changes of files", "on|off", _flag),
        "block_start_string": _marks("begins a tag"),
        "block_end_string": _marks("ends a tag"),
        "variable_start_string": _marks("begins an expression"),
        "variable_end_string": _marks("ends an expression"),
        "comment_start_string": _marks("begins a comment"),
        "comment_end_string": _marks("ends a comment"),
        "line_statement_prefix": Option("makes a line a tag", "characters, or none", _text_or_none),
        "line_comment_prefix": Option("makes a line a comment", "characters, or none", _text_or_none),
        "max_include_depth": Option("how deep includes may nest", "a whole number", int),
        "max_recursion": Option("how deep macros may call themselves", "a whole number", int),
        "cache_size": Option("templates kept compiled; 0 none, -1 all", "a whole number", int),
        "fragment_cache_size": Option("fragments that the tag cache keeps", "a whole number", int),
        "fragment_ttl": Option("seconds for which it keeps them", "a number", float),
    }
)
"""The options by name."""
