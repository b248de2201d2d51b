"""A JupyterLab of the tests' own: its folder, its settings, its port, and nothing of the user's."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HOST: Final = "127.0.0.1"
PATIENCE: Final = 60
"""Seconds until what does not come is taken for not coming: a busy machine may need many to start a kernel."""
WITHOUT_THE_GIL: Final = "without-the-gil"
"""The name of the kernel on the Python of ``KIDA_FREE_THREADED_PYTHON``, where that is set."""
_TO_END: Final = 20
"""Seconds for JupyterLab to end its kernels and itself."""
_START: Final = """
import os, signal, sys, threading

def end_with_the_tests():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end_with_the_tests, daemon=True).start()
from jupyterlab.labapp import main
main()
"""
"""JupyterLab, ended when its standard input is: by whatever means the tests end, it does not outlive them."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A running JupyterLab: its address, without a slash at the end, its token, and the folder that it shows."""

    url: str
    token: str
    folder: Path

    @property
    def page(self) -> str:
        """The address of its page, nothing opened."""
        return f"{self.url}/lab?token={self.token}"

    def write(self, name: str, cells: Sequence[str], kernel: str = "python3") -> None:
        """Write a notebook for a kernel, with cells of code, whose ids are ``cell-0``, ``cell-1`` …"""
        import nbformat  # what these tests need is looked for before it is imported

        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(text, id=f"cell-{number}") for number, text in enumerate(cells)],
            metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        )
        nbformat.write(made, self.folder / name)

    def end_sessions(self) -> None:
        """End all kernels: each test has its own."""
        for session in self._ask("GET", "/api/sessions"):
            self._ask("DELETE", f"/api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.loads(response.read() or b"null")


@contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """Start a JupyterLab whose files are all in a folder, and end it, whatever happens.

    Raises ``RuntimeError``, with its log, where it does not start.
    """
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    lab = Lab(f"http://{HOST}:{port}", token, notebooks)
    _configure(folder / "config", notebooks, port, token)
    log = folder / "jupyterlab.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", _START],
            cwd=notebooks,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(lab, process, log)
        yield lab
    finally:
        with process:  # closes its standard input, too
            _end(process)


def _configure(folder: Path, notebooks: Path, port: int, token: str) -> None:
    """Write a configuration: no news, no look for updates, nothing listed from elsewhere."""
    (folder / "labconfig").mkdir(parents=True)
    settings = {
        "ServerApp": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "allow_root": True,
            "root_dir": str(notebooks),
        },
        "IdentityProvider": {"token": token},
        "LabApp": {
            "expose_app_in_browser": True,
            "extension_manager": "readonly",
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        },
    }
    free_threaded = os.environ.get("KIDA_FREE_THREADED_PYTHON")
    if free_threaded:
        spec = {
            "argv": [
                str(Path(free_threaded).absolute()),
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
            ],
            "display_name": WITHOUT_THE_GIL,
            "language": "python",
            "env": {"PYTHON_GIL": "0"},
        }
        kernel = folder.parent / "data" / "kernels" / WITHOUT_THE_GIL / "kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(json.dumps(spec), encoding="utf-8")
    (folder / "jupyter_lab_config.json").write_text(json.dumps(settings), encoding="utf-8")
    off = {"@jupyterlab/apputils-extension:announcements": True}
    page = folder / "labconfig" / "page_config.json"
    page.write_text(json.dumps({"disabledExtensions": off}), encoding="utf-8")


def _environment(folder: Path) -> dict[str, str]:
    theirs = ("JUPYTER", "JPY_", "IPYTHON", "PYTEST_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    own: Mapping[str, Path] = {
        "HOME": folder / "home",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
    }
    for path in own.values():
        path.mkdir(exist_ok=True)
    return {**kept, **{name: str(path) for name, path in own.items()}, "JUPYTER_PREFER_ENV_PATH": "1"}


def _wait_for(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{lab.url}/api", timeout=PATIENCE):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)  # between two looks
    said = log.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"JupyterLab did not start:\n{said}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, with its kernels, and end it; kernels end by themselves when what started them is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(_TO_END)
        except subprocess.TimeoutExpired:
            continue
        break
