"""What an environment can be told when it is made: its options, their defaults, and which values make sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kida.errors import did_you_mean
from kida.extension import check as check_extension
from kida.runtime.undefined import StrictUndefined, Undefined

_BUILT_IN_EXTENSIONS: Final = frozenset(
    ("jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.debug", "jinja2.ext.i18n")
)
"""Extensions of Jinja2 whose tags are part of the language here."""

DEFAULTS: Final[MappingProxyType[str, Any]] = MappingProxyType(
    {
        "loader": None,
        "autoescape": True,
        "undefined": StrictUndefined,
        "extensions": (),
        "filters": None,
        "tests": None,
        "globals": None,
        "block_start_string": "{%",
        "block_end_string": "%}",
        "variable_start_string": "{{",
        "variable_end_string": "}}",
        "comment_start_string": "{#",
        "comment_end_string": "#}",
        "line_statement_prefix": None,
        "line_comment_prefix": None,
        "trim_blocks": False,
        "lstrip_blocks": False,
        "keep_trailing_newline": False,
        "newline_sequence": "\n",
        "finalize": None,
        "auto_reload": True,
        "cache_size": 400,
        "bytecode_cache": None,
        "fragment_cache_size": 1000,
        "fragment_ttl": 300.0,
        "template_aliases": None,
        "check_calls": False,
        "trim_translations": False,
        "max_include_depth": 50,
        "max_recursion": 250,
    }
)
"""The options by name, with what holds where one is not given."""


def check(options: Mapping[str, Any]) -> None:
    """Raise ``TypeError`` for an unknown option, and ``TypeError`` or ``ValueError`` for a value that cannot be meant."""
    for name, value in options.items():
        if DEFAULTS.get(name, _CHECKS) is value:
            continue
        checked = _CHECKS.get(name)
        if checked is not None:
            checked(name, value)
        elif name not in DEFAULTS:
            near = did_you_mean(name, DEFAULTS)
            raise TypeError(
                f"Environment has no option {name!r}" + (f". Did you mean {near!r}?" if near else "")
            )


def _check_undefined(name: str, value: Any) -> None:
    if not (isinstance(value, type) and issubclass(value, Undefined)):
        raise ValueError("undefined must be a subclass of kida.Undefined")


def _check_extensions(name: str, value: Any) -> None:
    tags: set[str] = set()
    for extension in value:
        if not isinstance(extension, str):
            check_extension(extension)
            if extension.tag in tags:
                raise ValueError(f"two extensions have the tag {extension.tag!r}")
            tags.add(extension.tag)
        elif extension not in _BUILT_IN_EXTENSIONS:
            raise ValueError(
                f"unknown extension {extension!r}; do, loop controls, debug and i18n are built in and need none"
            )


def _check_loader(name: str, value: Any) -> None:
    if value is not None and not callable(getattr(value, "get_source", None)):
        shown = "FileSystemLoader" if isinstance(value, str) else "DictLoader"
        raise TypeError(f"loader must be a loader, not {type(value).__name__}: write loader={shown}(…)")


def _check_autoescape(name: str, value: Any) -> None:
    if not isinstance(value, bool) and not callable(value):
        raise TypeError(
            "autoescape must be a bool or a function of a template's name, as select_autoescape() gives"
        )


def _check_bytecode_cache(name: str, value: Any) -> None:
    if value is not None and not callable(getattr(value, "load", None)):
        raise TypeError(f"bytecode_cache must have load and store, as FileSystemBytecodeCache, not {value!r}")


def _check_cache_size(name: str, value: Any) -> None:
    if value is not None and not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if value is not None and value < -1:
        raise ValueError(f"{name} must be 0 or more, or -1 or None for no bound, not {value!r}")


def _check_ttl(name: str, value: Any) -> None:
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0
    ):
        raise ValueError(f"{name} must be a number of seconds, or None for no end, not {value!r}")


def _check_aliases(name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, Mapping) or not all(
        isinstance(part, str) for pair in value.items() for part in pair
    ):
        raise TypeError(f"{name} must map names to folders, as {{'ui': 'components'}}, not {value!r}")
    for alias in value:
        if not alias or "/" in alias:
            raise ValueError(
                f"{name}: {alias!r} is no alias: it is what stands between '@' and the first '/'"
            )
        chain = [alias]
        while (folder := value.get(chain[-1], "")).startswith("@"):
            chain.append(folder[1:].partition("/")[0])
            if chain[-1] in chain[:-1]:
                raise ValueError(f"{name}: {' → '.join('@' + each for each in chain)} stand for each other")


def _check_limit(name: str, value: Any) -> None:
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a positive whole number")


def _check_functions(name: str, value: Any) -> None:
    for key, function in (value or {}).items():
        if not callable(function):
            raise TypeError(f"{name[:-1]} {key!r} is not callable")


_CHECKS: Final[Mapping[str, Callable[[str, Any], None]]] = MappingProxyType(
    {
        "undefined": _check_undefined,
        "autoescape": _check_autoescape,
        "bytecode_cache": _check_bytecode_cache,
        "cache_size": _check_cache_size,
        "fragment_cache_size": _check_cache_size,
        "fragment_ttl": _check_ttl,
        "template_aliases": _check_aliases,
        "loader": _check_loader,
        "extensions": _check_extensions,
        "max_include_depth": _check_limit,
        "max_recursion": _check_limit,
        "filters": _check_functions,
        "tests": _check_functions,
    }
)
"""What is checked of options, by name; raises where a value cannot be meant."""
