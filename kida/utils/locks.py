"""Python's re-entrant lock as a type: ``threading.RLock`` is a function around it, as slow as the rest of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import RLock
else:
    RLock = type(threading.RLock())

__all__ = ["RLock"]
