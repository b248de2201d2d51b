"""What follows from an environment's options: its registry, its delimiters, its extensions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from kida.environment.options import DEFAULTS
from kida.environment.registry import Registry
from kida.extension import filters_of, instances
from kida.filters import FILTERS
from kida.globals import GLOBALS
from kida.syntax.delimiters import Delimiters
from kida.tests import TESTS

BUILT_IN: Final = Registry(FILTERS, TESTS, GLOBALS)
_REGISTERED: Final = frozenset(("filters", "tests", "globals"))
_DELIMITERS: Final = frozenset(Delimiters._fields)


WITH_MORE: Final = _REGISTERED | _DELIMITERS | {"extensions", "template_aliases"}
"""The options that more follows from than their value."""


def following(options: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from options; what was given may change later, and is copied."""
    found: dict[str, Any] = {}
    if not _REGISTERED.isdisjoint(options):
        found["_registry"] = Registry(
            _with(FILTERS, options.get("filters")),
            _with(TESTS, options.get("tests")),
            _with(GLOBALS, options.get("globals")),
        )
    if not _DELIMITERS.isdisjoint(options):
        found["_delimiters"] = Delimiters(*(options.get(name, DEFAULTS[name]) for name in Delimiters._fields))
    if "extensions" in options:
        found["extensions"] = tuple(options["extensions"])
        found["_extensions"] = extensions = tuple(instances(found["extensions"]))
        if extensions:
            found["_registry"] = found.get("_registry", BUILT_IN).with_added(
                "filters", filters_of(extensions)
            )
    if options.get("template_aliases") is not None:
        found["template_aliases"] = MappingProxyType(dict(options["template_aliases"]))
    return found


def _with(built_in: Mapping[str, Any], added: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return MappingProxyType({**built_in, **added}) if added else built_in


def beyond(registered: Mapping[str, Any], built_in: Mapping[str, Any]) -> dict[str, Any]:
    """What was registered beyond the built-in ones."""
    # the tags of extensions, which begin with a dot, are made anew
    return {
        name: value
        for name, value in registered.items()
        if built_in.get(name) is not value and name[:1] != "."
    }
