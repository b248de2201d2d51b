"""Loading the extension and unloading it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

import kida_jupyter
from tests.notebook.kernel import Kernel


def test_unloading_takes_the_magic_away_and_forgets_the_named_cells(kernel: Kernel) -> None:
    kernel.run("%%kida --name part.html\npart")
    assert kernel.run("%unload_ext kida_jupyter").ok
    assert "Cell magic `%%kida` not found" in kernel.run("%%kida\ntext").stderr
    assert kernel.run("%load_ext kida_jupyter").ok
    assert "not found" in kernel.run("%%kida\n{% include 'part.html' %}").view


def test_reloading_keeps_the_named_cells_and_what_was_registered(kernel: Kernel) -> None:
    kernel.run("%%kida --name part.html\npart")
    kernel.run("import kida_jupyter\n@kida_jupyter.filter\ndef mark(text):\n    return text + '!'")
    kernel.run("%kida config undefined=lenient")
    assert kernel.run("%reload_ext kida_jupyter").ok
    cell = "%%kida --as text\n{% include 'part.html' %}{{ 'a' | mark }}{{ nothing }}"
    assert kernel.run(cell).text == "parta!"
    assert kernel.value("'kida_jupyter' in get_ipython().meta") == "False"


def test_unloading_leaves_the_shell_as_it_was(shell: InteractiveShell) -> None:
    def state() -> object:
        manager = shell.magics_manager
        names = dict(shell.user_ns)
        callbacks = {event: list(functions) for event, functions in shell.events.callbacks.items()}
        magics = {kind: dict(magics) for kind, magics in manager.magics.items()}
        transformers = list(shell.input_transformers_cleanup)
        return (
            magics,
            dict(manager.registry),
            names,
            callbacks,
            transformers,
            dict(shell.meta),
            set(vars(shell)),
        )

    shell.run_cell("pass")
    before = state()
    kida_jupyter.load_ipython_extension(shell)
    assert state() != before
    shell.run_cell("%kida config trim_blocks=on")
    kida_jupyter.unload_ipython_extension(shell)
    shell.run_cell("pass")
    assert state() == before


def test_unloading_puts_back_a_magic_that_had_the_name(shell: InteractiveShell) -> None:
    def kida(line: str, cell: str = "") -> str:
        return "mine"

    shell.register_magic_function(kida, "line_cell", "kida")
    kida_jupyter.load_ipython_extension(shell)
    assert shell.find_cell_magic("kida") is not kida
    assert shell.find_line_magic("kida") is not kida
    kida_jupyter.unload_ipython_extension(shell)
    assert shell.find_cell_magic("kida") is kida
    assert shell.find_line_magic("kida") is kida


def test_loading_twice_keeps_the_named_cells(shell: InteractiveShell) -> None:
    kida_jupyter.load_ipython_extension(shell)
    magics = shell.magics_manager.registry["KidaMagics"]
    kida_jupyter.load_ipython_extension(shell)
    assert shell.magics_manager.registry["KidaMagics"] is magics


def test_unloading_what_is_not_loaded_does_nothing(shell: InteractiveShell) -> None:
    kida_jupyter.unload_ipython_extension(shell)
    assert shell.find_cell_magic("kida") is None


def test_two_shells_have_named_cells_of_their_own(shell: InteractiveShell) -> None:
    other = InteractiveShell(parent=shell)
    for each in (shell, other):
        kida_jupyter.load_ipython_extension(each)
    first, second = (each.magics_manager.registry["KidaMagics"].notebook for each in (shell, other))
    first.template("text", "part.html", escapes=True)
    assert first.environment.list_templates() == ["part.html"]
    assert second.environment.list_templates() == []


def test_a_terminal_shows_results_as_text_and_streams_them(tmp_path: Path) -> None:
    script = tmp_path / "cells.ipy"
    script.write_text(
        "%load_ext kida_jupyter\nname = 'Ada'\n"
        "get_ipython().run_cell_magic('kida', '--as html', '<b>{{ name }}</b>')\n"
        "get_ipython().run_cell_magic('kida', '--stream', '{{ 1 }} {{ 2 }}')\n"
        "%kida config trim_blocks=on\n"
        "get_ipython().run_cell_magic('kida', '--to', 'text')\n"
    )
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", str(script)]
    environment = {
        **os.environ,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL
    )
    assert run.stdout.splitlines() == ["<b>Ada</b>", "1 2", "trim_blocks = on"]
    assert run.stderr.splitlines()[-1:] == ["UsageError: %%kida: --to needs a value: --to VAR"]
