"""What a playground's templates read: overrides, then what it was given, then the notebook's variables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kida_jupyter.help.values import type_name
from kida_jupyter.playground.messages import Origin, Variable
from kida_jupyter.playground.positions import escaped, sendable
from kida_jupyter.views.values import short

_MAX_JSON: Final = 20_000
"""Characters of a value that is offered for an override: a longer one is not edited by hand."""
_MAX_ITEMS: Final = 2_000
_MAX_DEPTH: Final = 20
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class ReadVariable:
    """A name that the templates read.

    ``origin`` is ``"notebook"``, ``"override"``, ``"given"`` (to the playground, as its context), ``"global"`` (of the
    environment) or ``"missing"``; ``value`` is ``None`` where it is missing; ``reads`` how often it was looked up.
    """

    name: str
    origin: Origin
    value: Any
    reads: int


class Reading(Mapping[str, Any]):
    """Layers of variables, of which the first that has a name goes first, counting what is looked up.

    None is written, nor asked for what it does not have. Parameters: ``layers``, each with its origin.
    """

    __slots__ = ("counts", "layers")

    def __init__(self, layers: Iterable[tuple[Origin, Mapping[str, Any]]]) -> None:
        self.layers = tuple(layers)
        self.counts: dict[str, int] = {}

    def __getitem__(self, name: str) -> Any:
        self.counts[name] = self.counts.get(name, 0) + 1
        for _, layer in self.layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        for _, layer in self.layers:
            for name in layer:
                if name not in seen:
                    seen.add(name)
                    yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def variables(self, globals: Mapping[str, Any]) -> dict[str, ReadVariable]:
        """The names that were looked up, sorted. Parameters: ``globals``, the environment's."""
        names = sorted(name for name in self.counts if isinstance(name, str))
        return {name: self._variable(name, globals) for name in names}

    def _variable(self, name: str, globals: Mapping[str, Any]) -> ReadVariable:
        reads = self.counts.get(name, 0)
        for origin, layer in (*self.layers, ("global", globals)):
            try:
                value = layer.get(name, _ABSENT)
            except Exception:  # a mapping of the user's
                continue
            if value is not _ABSENT:
                return ReadVariable(name, origin, value, reads)
        return ReadVariable(name, "missing", None, reads)


def told(variable: ReadVariable) -> Variable:
    """What the page is told of a variable."""
    missing = variable.origin == "missing"
    return {
        "name": sendable(variable.name),
        "origin": variable.origin,
        "type": "" if missing else type_name(type(variable.value)),
        "value": "" if missing else sendable(short(variable.value)),
        "json": None if missing else as_json(variable.value),
        "reads": variable.reads,
    }


def as_json(value: Any) -> str | None:
    """A value as the text of JSON, a tuple as a list, where it is plain data and not long; ``None`` for any other.

    Values go to the page and back as text, as JavaScript has one kind of number. Runs no code of the value's.
    """
    left = [_MAX_ITEMS]
    try:
        text = escaped(json.dumps(_plain(value, _MAX_DEPTH, left), ensure_ascii=False, allow_nan=False))
    except ValueError:
        return None
    return text if len(text) <= _MAX_JSON else None


def overrides_as_json(overrides: Mapping[str, Any], _: object = None) -> dict[str, str | None]:
    """Overrides as the page has them, each as `as_json` writes it."""
    return {sendable(name): as_json(value) for name, value in overrides.items()}


def overrides_of_json(texts: Mapping[str, str | None], before: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides that the page sends.

    One that is no text is left as it is, and so is one that Python cannot read: a number of 5,000 digits, or lists in
    lists beyond its recursion limit. Parameters: ``texts``; ``before``, the overrides until now.
    """
    found: dict[str, Any] = {}
    for name, text in texts.items():
        try:
            found[name] = json.loads(text or "")
        except (ValueError, RecursionError):
            if name in before:
                found[name] = before[name]
    return found


def _plain(value: Any, depth: int, left: list[int]) -> Any:
    kind = type(value)
    left[0] -= 1
    if depth < 0 or left[0] < 0:
        raise ValueError
    if value is None or kind is bool:
        return value
    if (kind is str and len(value) <= _MAX_JSON) or kind is int or kind is float:
        return value
    if kind in (list, tuple) and len(value) <= left[0]:
        return [_plain(one, depth - 1, left) for one in value]
    if kind is dict and len(value) <= left[0] and all(type(key) is str for key in value):
        return {_plain(key, depth, left): _plain(one, depth - 1, left) for key, one in value.items()}
    raise ValueError
