"""What the templates of one case share while they are built: decisions, pen, budget, and each other's macros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .choices import Choices
from .productions import Flags
from .spelling import Pen

MAX_DEPTH = 7
STATEMENT_BUDGET = 22
NO_FLAGS: Flags = frozenset()
# What a macro's or a block's body cannot see of the place where it stands.
CLOSED: Flags = frozenset(
    {"loop", "jump", "caller0", "caller1", "varargs", "kwargs", "super", "super2", "direct"}
)
CHAINS = (("main.html",), ("base.html", "main.html"), ("base.html", "mid.html", "main.html"))
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {"n": "int", "s": "str", "a": "any", "b": "any", "m": "int", "xs": "ints"}
)


@dataclass(frozen=True, slots=True)
class Signature:
    """How a macro is called: its parameters, and what its body uses."""

    parameters: tuple[str, ...]
    required: int
    rank: int
    varargs: bool = False
    kwargs: bool = False
    caller: int | None = None


@dataclass(slots=True)
class World:
    """What one case shares: its decisions, its pen, and the templates built so far."""

    choices: Choices
    profile: str
    pen: Pen
    flags: Flags
    templates: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    libraries: dict[str, dict[str, Signature]] = field(default_factory=dict)
    budget: int = STATEMENT_BUDGET

    def below(self, bound: int) -> int:
        return self.choices.below(bound)
