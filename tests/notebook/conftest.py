"""A real kernel to run cells in, and a shell within this process for what needs none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL

import IPython
import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.manager import KernelManager
from traitlets.config import Config

import kida_jupyter
from tests.notebook.in_process import Session
from tests.notebook.kernel import PATIENCE, Kernel


@pytest.fixture(scope="session")
def running_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for the session, ended here."""
    with pytest.MonkeyPatch.context() as patch:
        # nothing of the user's own IPython: no start-up files, no history
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(stderr=DEVNULL)
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=PATIENCE)
            yield Kernel(manager, client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(running_kernel: Kernel) -> Kernel:
    """The kernel as after a start: no variables, no named cells, the extension loaded."""
    # in cells of their own: what is unloaded and loaded within one keeps its named cells
    for cell in ("%reset -f", "%unload_ext kida_jupyter", "%load_ext kida_jupyter"):
        assert running_kernel.run(cell).ok
    return running_kernel


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell within this process, without history."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.delenv(
        "VIRTUAL_ENV", raising=False
    )  # which may be another than the one that the tests run in
    config = Config()
    config.HistoryManager.enabled = False
    made = InteractiveShell(config=config)
    yield made
    made.restore_sys_module_state()


@pytest.fixture(scope="session")
def running_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """One shell within this process for the session: to make one takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        patch.delenv("VIRTUAL_ENV", raising=False)  # as above
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor" if IPython.version_info[0] >= 9 else "NoColor"
        made = InteractiveShell.instance(config=config)
        made.restore_sys_module_state()  # its __main__ is not that of other tests
        yield made
        InteractiveShell.clear_instance()


@pytest.fixture
def session(
    running_shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """A shell as after its start, with the extension, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "__main__", running_shell.user_module)
    running_shell.reset(new_session=True)
    running_shell.meta.clear()
    kida_jupyter.load_ipython_extension(running_shell)
    yield Session(running_shell)
    kida_jupyter.unload_ipython_extension(running_shell)
