"""What a traced render may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """What a traced render may take: ``seconds``, and ``characters`` written; ``None`` for as much as it likes.

    Characters that a macro or a capture writes count again where its text is written. Raises ``TypeError`` for what
    is no number, and ``ValueError`` for one that is not above zero.
    """

    seconds: float | None = None
    characters: int | None = None

    def __post_init__(self) -> None:
        """Check both."""
        _check("seconds", self.seconds, (int, float), "a number")
        _check("characters", self.characters, int, "a whole number")


def _check(name: str, value: object, kinds: type | tuple[type, ...], told: str) -> None:
    if value is None:
        return
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise TypeError(f"{name} is {told} or None, not {value!r}")
    if not value > 0:  # type: ignore[operator]
        raise ValueError(f"{name} is above zero, or None for no limit; not {value!r}")
