"""A kernel as a front end sees it: cells go in, and what they show, write and answer comes out."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from queue import Empty
from time import sleep
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

PATIENCE = 60
"""Seconds until a kernel that says nothing is taken for dead: a busy machine may need many to start one."""


@dataclass
class Run:
    """What came of a cell: what it showed, by MIME type, and what took the place of that; what it wrote; its error; the kernel's reply."""

    shown: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list, kw_only=True)
    stdout: str = ""
    stderr: str = ""
    error: dict[str, Any] | None = None
    reply: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return bool(self.reply["status"] == "ok")

    @property
    def data(self) -> dict[str, Any]:
        """What the cell showed, which must be one thing."""
        assert self.error is None, self.error
        assert len(self.shown) == 1, (self.shown, self.stderr)
        return self.shown[0]

    @property
    def text(self) -> str:
        return str(self.data["text/plain"])

    @property
    def view(self) -> str:
        """The error as the notebook shows it, as text: the error view where there is one, else the traceback."""
        assert self.error is not None, self.shown
        views = [data["text/plain"] for data in self.shown[-1:] if "kida-error" in data.get("text/html", "")]
        return str(views[0]) if views else "\n".join(self.error["traceback"])


class Kernel:
    """A running kernel."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client

    def run(self, cell: str) -> Run:
        """Run a cell as a front end does, and wait for all that comes of it."""
        run = Run()
        reply = self.client.execute_interactive(
            cell, allow_stdin=False, timeout=PATIENCE, output_hook=lambda message: _collect(run, message)
        )
        run.reply = reply["content"]
        return run

    def value(self, expression: str) -> str:
        """The repr of an expression."""
        run = self.run(f"print(repr({expression}), end='')")
        assert run.ok, run.view
        return run.stdout

    def interrupt(self) -> None:
        """Interrupt what runs, a moment later: Python loses an interrupt that comes just before a call blocks."""
        sleep(0.2)
        self.manager.interrupt_kernel()

    def interrupt_when_busy(self, cell: str) -> dict[str, Any]:
        """Start a cell, interrupt the kernel once it says that it has begun, and give the kernel's reply.

        Parameters: ``cell``, which prints a moment before it is busy.
        """
        identity = self.client.execute(cell)
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == identity and message["msg_type"] == "stream":
                break
        self.interrupt()
        while True:
            try:
                reply = self.client.get_shell_msg(timeout=PATIENCE)
            except Empty:
                self.manager.signal_kernel(signal.SIGABRT)  # it writes to stderr where each of its threads is
                raise
            if reply["parent_header"].get("msg_id") == identity:
                break
        while True:
            try:
                self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                return dict(reply["content"])


def _collect(run: Run, message: dict[str, Any]) -> None:
    content = message["content"]
    match message["msg_type"]:
        case "display_data" | "execute_result":
            run.shown.append(content["data"])
        case "update_display_data":
            run.updates.append(content["data"])
        case "stream" if content["name"] == "stdout":
            run.stdout += content["text"]
        case "stream":
            run.stderr += content["text"]
        case "error":
            run.error = content
