"""Slots: what a call fills the places of a def with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kida.errors import ErrorCode, TemplateRuntimeError, did_you_mean
from kida.runtime.macro import Macro
from kida.runtime.undefined import missing
from kida.source import Span


class Slots(dict[str, Any]):
    """The contents that a def was given, by name; ``places`` are where they stand in the text of their template."""

    __slots__ = ("places",)

    places: Mapping[str, tuple[int, int]]

    def has(self, name: str = "default") -> bool:
        """Whether there is content for a slot: ``has_slot("name")``."""
        return name in self


def fill(caller: Macro, contents: Mapping[str, Macro | None], places: Mapping[str, tuple[int, int]]) -> None:
    """Give the body of a call the contents of its slots; ``None`` stands for one that is not there after all."""
    caller.contents = Slots((name, content) for name, content in contents.items() if content is not None)
    caller.contents.places = places


def component(target: Any, caller: Macro, taking: str) -> Any:
    """What is called with contents. Raises `TemplateRuntimeError` where that is a macro that has no places at all, but for
    what ``caller()`` writes; one that has places looks at them itself, by the function of the name ``taking``.
    """
    if isinstance(target, Macro) and target.caller and taking not in target.function.__code__.co_names:
        for name in caller.contents:
            if name != "default":
                raise _unknown(name, ("default",), str(target.name), caller)
    return target


def slots_of(caller: Any, known: tuple[str, ...], who: str) -> Slots:
    """What a def was given. Raises `TemplateRuntimeError` for a content that it has no place for."""
    if caller is missing or not callable(caller):
        return _NONE
    contents: Slots | None = getattr(caller, "contents", None)
    if contents is None:
        contents = Slots(default=caller)
    loose = contents.get("default")
    if isinstance(loose, Macro) and not loose.catch_kwargs:
        contents = Slots(contents, default=_dropping(loose))
    for name in contents:
        if name not in known:
            raise _unknown(name, known, who, caller)
    return contents


def _unknown(name: str, known: tuple[str, ...], who: str, caller: Any) -> TemplateRuntimeError:
    """The error for a content that there is no place for: it is where the content stands."""
    source = span = None
    given = getattr(caller, "contents", None)
    unit = caller._context.unit if isinstance(caller, Macro) else None
    if given is not None and unit is not None:
        source, span = unit.source, Span(*given.places[name])
    there_are = ", ".join(sorted(known))
    return TemplateRuntimeError(
        f"macro {who!r} has no slot {name!r}",
        code=ErrorCode.UNKNOWN_SLOT,
        suggestion=did_you_mean(name, sorted(known)),
        hint=f"it has: {there_are}" if known else "it has none",
        source=source,
        span=span,
    )


def _dropping(body: Macro) -> Macro:
    """The body of a call that takes what it asks for of what is handed up, and drops the rest."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return body.function(*args, **{name: kwargs[name] for name in kwargs if name in body.arguments})

    return type(body)(body._context, function, body.shape._replace(catch_kwargs=True, direct=False))


_NONE = Slots()
