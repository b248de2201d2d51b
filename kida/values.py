"""Frozen, slotted values.

They are what frozen, slotted dataclasses are, made without running generated code: with some eighty of them,
``dataclasses`` would take half of the time of ``import kida``.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self, TypeVar, dataclass_transform

V = TypeVar("V", bound="Value")


@dataclass_transform(frozen_default=True)
class ValueType(type):
    """Makes the annotations of a class its fields, in order, behind those of its base."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> ValueType:
        annotations = namespace.get("__annotations__", {})
        kinds = {key: str(kind) for key, kind in annotations.items() if not str(kind).startswith("ClassVar")}
        own = tuple(kinds)
        defaults = {key: namespace.pop(key) for key in own if key in namespace}
        namespace["__slots__"] = own
        made: Any = super().__new__(mcs, name, bases, namespace)
        base: Any = bases[0] if bases else None
        made._fields = (*getattr(base, "_fields", ()), *own)
        made._kinds = {**getattr(base, "_kinds", {}), **kinds}
        made._defaults = {**getattr(base, "_defaults", {}), **defaults}
        made.prepare()
        return made  # type: ignore[no-any-return]


class Value(metaclass=ValueType):
    """A value: its fields are given by position or name, compare equal where all are equal, and cannot be assigned."""

    _fields: ClassVar[tuple[str, ...]]
    _kinds: ClassVar[dict[str, str]]
    _defaults: ClassVar[dict[str, Any]]

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = self._fields
        set_field = object.__setattr__
        for name, value in zip(fields, values, strict=False):
            set_field(self, name, value)
        given = len(values)
        if given != len(fields):
            defaults = self._defaults
            for name in fields[given:]:
                if name in named:
                    set_field(self, name, named.pop(name))
                elif name in defaults:
                    set_field(self, name, defaults[name])
                else:
                    raise TypeError(f"{type(self).__name__} needs {name!r}")
        if named or given > len(fields):
            raise TypeError(f"{type(self).__name__} takes {', '.join(fields)}")
        self.check()

    @classmethod
    def prepare(cls) -> None:
        """Called for each class when it is made."""

    def check(self) -> None:
        """Called for each value when it is made. May raise ``ValueError``."""

    def changed(self, **fields: Any) -> Self:
        """The same value with some fields changed."""
        return type(self)(**{name: getattr(self, name) for name in self._fields} | fields)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot assign {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self._fields])
