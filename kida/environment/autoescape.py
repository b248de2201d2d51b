"""Which templates have their output escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial


def select_autoescape(
    enabled_extensions: Iterable[str] = ("html", "htm", "xml"),
    disabled_extensions: Iterable[str] = (),
    default_for_string: bool = True,
    default: bool = False,
) -> Callable[[str | None], bool]:
    """A function for ``Environment(autoescape=…)`` that decides by the suffix of a template's name.

    Parameters: suffixes for which output is escaped, and is not; what holds for a template without name, and for
    other names. As Jinja2's ``select_autoescape`` ("Autoescaping").
    """
    enabled = tuple(f".{suffix.lstrip('.').lower()}" for suffix in enabled_extensions)
    disabled = tuple(f".{suffix.lstrip('.').lower()}" for suffix in disabled_extensions)
    # a function within this one would not pickle, and templates do
    return partial(_by_suffix, enabled, disabled, default_for_string, default)


def _by_suffix(
    enabled: tuple[str, ...], disabled: tuple[str, ...], for_string: bool, default: bool, name: str | None
) -> bool:
    if name is None:
        return for_string
    lowered = name.lower()
    if lowered.endswith(enabled):
        return True
    if lowered.endswith(disabled):
        return False
    return default
