"""Interrupts of the kernel during a render: the template's work ends at once, and what the page has to hear is sent."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """Lets an interrupt end what may be interrupted, and wait while anything else runs."""

    def __init__(self) -> None:
        self._may_interrupt = self._is_waiting = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Until the block ends, interrupts wait outside of `heard`; one that waited in vain is raised at the end.

        They are also heard where the kernel ignores them, as ipykernel does between cells: the edit that waited
        while a render was interrupted comes then. A handler of the notebook's own is asked what an interrupt does.
        """
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or before in (None, signal.SIG_DFL):
            yield
            return

        def interrupt(number: int, frame: FrameType | None) -> None:
            if not self._may_interrupt:
                self._is_waiting = True
            elif callable(before):
                before(number, frame)
            else:
                raise KeyboardInterrupt

        signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            is_late, self._is_waiting = self._is_waiting, False
        if is_late and callable(before):
            before(signal.SIGINT, None)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Let an interrupt end the block, one that waited too. Raises KeyboardInterrupt then."""
        self._may_interrupt = True
        try:
            if self._is_waiting:
                self._is_waiting = False
                signal.raise_signal(signal.SIGINT)
            yield
        finally:
            self._may_interrupt = False
