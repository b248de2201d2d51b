"""What a stream has written and not handed on yet."""

from __future__ import annotations

from typing import Final

_FIRST: Final = 16
_MOST: Final = 512


class Pending(list[str]):
    """Texts, of which there should be ``most`` at most when they are handed on: few at first, so that a page begins
    soon, and then twice as many each time, so that a long one costs little more than a render.
    """

    __slots__ = ("most",)

    def __init__(self) -> None:
        super().__init__()
        self.most = _FIRST

    def take(self) -> str:
        """What is here as one text; then nothing is here."""
        text = "".join(self)
        self.clear()
        if self.most < _MOST:
            self.most *= 2
        return text
