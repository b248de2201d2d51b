"""What a page does with a playground's model: it saves what was edited, asks, and is told; by Jupyter's messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from queue import Empty
from typing import Any

from tests.notebook.kernel import PATIENCE, Kernel, Run, _collect


@dataclass
class Page:
    """A page with one model: its ``state`` as the kernel told it, and the ``updates`` in their order."""

    kernel: Kernel
    model: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    is_closed: bool = False

    @property
    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = self.state["result"]
        return found

    @property
    def name(self) -> str:
        """The template that is rendered."""
        return str(self.state["main"])

    def run(self, cell: str) -> Run:
        """Run a cell of the notebook, and hear what it tells the page."""
        run = Run()

        def hear(message: dict[str, Any]) -> None:
            _collect(run, message)
            self.hear(message)

        reply = self.kernel.client.execute_interactive(
            cell, allow_stdin=False, timeout=PATIENCE, output_hook=hear
        )
        run.reply = reply["content"]
        return run

    def edit(self, text: str | None = None, **values: Any) -> dict[str, Any]:
        """Edit the main template, or set other traits, as one save; gives the result that comes of it."""
        changed = {**values, "edition": values.get("edition", self.state["edition"] + 1)}
        if text is not None:
            changed["templates"] = {**self.state["templates"], self.name: text}
        self.save(changed)
        return self.result

    def save(self, changed: dict[str, Any]) -> None:
        """Send changed traits, and wait until the kernel is done with them."""
        self.state.update(changed)
        self.wait(self.send({"method": "update", "state": changed, "buffer_paths": []}))

    def ask(self, **question: Any) -> dict[str, Any]:
        """Ask something; gives the one answer."""
        before = len(self.answers)
        self.wait(self.send({"method": "custom", "content": {"id": "7", **question}}))
        assert len(self.answers) == before + 1, self.answers[before:]
        return self.answers[-1]

    def send(self, data: dict[str, Any]) -> str:
        """Send a message to the model, without waiting; gives its identity."""
        client = self.kernel.client
        message = client.session.msg("comm_msg", {"comm_id": self.model, "data": data})
        client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def wait(self, identity: str) -> None:
        """Hear the kernel until it is done with a message."""
        while True:
            message = self.kernel.client.get_iopub_msg(timeout=PATIENCE)
            self.hear(message)
            if (
                message["parent_header"].get("msg_id") == identity
                and message["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
            ):
                return

    def wait_for_busy(self) -> None:
        """Hear the kernel until it says that it renders."""
        while True:
            message = self.kernel.client.get_iopub_msg(timeout=PATIENCE)
            self.hear(message)
            if self.updates and self.updates[-1] == {"busy": True}:
                return

    def hear(self, message: dict[str, Any]) -> None:
        content = message["content"]
        if not message["msg_type"].startswith("comm") or content["comm_id"] != self.model:
            return
        if message["msg_type"] == "comm_close":
            self.is_closed = True
            return
        data = content["data"]
        if data.get("method") == "update":
            self.state.update(data["state"])
            self.updates.append(data["state"])
        elif data.get("method") == "custom":
            self.answers.append(data["content"])


def opened(kernel: Kernel, cell: str) -> Page:
    """Run a cell that makes a playground, and give the page that hears of it."""
    page = Page(kernel)
    run = Run()

    def hear(message: dict[str, Any]) -> None:
        _collect(run, message)
        content = message["content"]
        if message["msg_type"] == "comm_open" and "templates" in content["data"]["state"]:
            page.model = content["comm_id"]
            page.state = dict(content["data"]["state"])
        else:
            page.hear(message)

    reply = kernel.client.execute_interactive(cell, allow_stdin=False, timeout=PATIENCE, output_hook=hear)
    run.reply = reply["content"]
    assert run.ok, run.view
    assert page.model, "no playground was made"
    return page


def drain(kernel: Kernel) -> None:
    """Read what else the kernel said, so that no later test takes it for its own."""
    while True:
        try:
            kernel.client.get_iopub_msg(timeout=0.2)
        except Empty:
            return
