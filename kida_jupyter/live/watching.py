"""What a render was made of, and whether that is still so: variables, functions and other templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any, Final, Protocol, TypeAlias

import kida
from kida_jupyter.help.resolving import World
from kida_jupyter.live.fingerprints import MISSING, Fingerprint, fingerprint_of
from kida_jupyter.live.sources import Sources, sources_of

Key: TypeAlias = "str | tuple[str, str]"
"""A variable, or a filter, test or global by its kind and name."""


class Surroundings(Protocol):
    """Where templates are rendered: a notebook is such."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """What templates read."""
        ...

    @property
    def environment(self) -> kida.Environment:
        """What makes the templates now."""
        ...


class Recording(Mapping[str, Any]):
    """A notebook's variables, noting which are read. Parameters: ``variables``."""

    __slots__ = ("read", "reads_all", "variables")

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = variables
        self.read: set[str] = set()
        self.reads_all = False

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return self.variables[name]

    def __iter__(self) -> Iterator[str]:
        self.reads_all = True
        return iter(self.variables)

    def __len__(self) -> int:
        self.reads_all = True
        return len(self.variables)


class Present:
    """What variables, functions and templates are like at one moment, each looked at once. Parameters: ``around``."""

    __slots__ = ("around", "known", "texts")

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.known: dict[Key, Fingerprint] = {}
        self.texts: dict[str, str | None] = {}

    def fingerprint(self, key: Key) -> Fingerprint:
        """What a variable, or a function of the environment, is like now."""
        found = self.known.get(key)
        if found is None:
            variables = self.around.variables
            kind, name = ("", key) if isinstance(key, str) else key
            names: Mapping[str, Any] = getattr(self.around.environment, kind) if kind else variables
            try:
                value = names[name]
            except KeyError:
                found = MISSING
            else:
                found = fingerprint_of(value, variables)
            self.known[key] = found
        return found

    def forget(self, keys: Iterable[Key]) -> None:
        """Look at these again when they are asked for: a render may have changed them."""
        for key in keys:
            self.known.pop(key, None)


class Watched:
    """What one thing was made of when it rendered last: nothing, before it did.

    ``names`` are the variables that it read, ``reads_all`` whether it went through all of them; ``values`` what they
    were like; ``environment`` and ``sources`` what the template was made with.
    """

    __slots__ = ("environment", "names", "reads_all", "sources", "values")

    def __init__(self) -> None:
        self.environment: kida.Environment | None = None
        self.names: frozenset[str] = frozenset()
        self.reads_all = False
        self.values: dict[Key, Fingerprint] = {}
        self.sources: Sources | None = None

    def may_have_changed(self, present: Present) -> bool:
        """Whether a render may come out otherwise now."""
        environment = present.around.environment
        if environment is not self.environment or self.sources is None:
            return True
        if not self.sources.are_current(environment, present.texts):
            return True
        if self.reads_all and not self.values.keys() >= set(present.around.variables):
            return True
        return any(not present.fingerprint(key).fits(before) for key, before in self.values.items())

    def note(
        self,
        present: Present,
        recording: Recording,
        template: tuple[str, str | None],
        *,
        environment: kida.Environment,
        also: Iterable[str] = (),
        written: str = "",
        afresh: bool = True,
    ) -> None:
        """Take down what a render was made of that has just ended.

        Parameters: ``present``; ``recording``, what it read; ``template``, its text and name; ``environment``, that
        it was made with; ``also``, variables that were read besides; ``written``, the one that got the result;
        ``afresh``, whether variables are looked at again that were before the render.
        """
        around = present.around
        self.environment = environment
        self.names = frozenset((*recording.read, *also))
        self.reads_all = recording.reads_all
        world = World(around.variables, around.environment)
        self.sources = sources_of(*template, world, present.texts)
        keys: set[Key] = {*self.names, *(around.variables if self.reads_all else ())}
        keys.update(key for key, one in self.sources.functions.items() if _is_notebooks(one))
        if afresh:
            # what the render may have changed; itself is no reason to render again
            present.forget((*keys, written))
        self.values = {key: present.fingerprint(key) for key in keys}


_MAIN: Final = "__main__"


def _is_notebooks(function: Any) -> bool:
    """Whether a function was defined in the notebook, so that what it does depends on the variables there."""
    return type(function) is FunctionType and function.__globals__.get("__name__") == _MAIN
