"""Many renders of one template at once: on threads, on processes, or on a cluster's workers."""

from __future__ import annotations

from kida.parallel.many import IN_FLIGHT_PER_WORKER, UNKNOWN_WORKERS, render_many
from kida.parallel.results import RemoteError, RemoteTraceback, RenderFailure, RenderRecord, Worker
from kida.parallel.witness import Passage

__all__ = [
    "IN_FLIGHT_PER_WORKER",
    "UNKNOWN_WORKERS",
    "Passage",
    "RemoteError",
    "RemoteTraceback",
    "RenderFailure",
    "RenderRecord",
    "Worker",
    "render_many",
]
