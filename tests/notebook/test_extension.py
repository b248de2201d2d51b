"""Loading the extension and unloading it."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

import kida_jupyter
from tests.notebook.kernel import Kernel


def test_unloading_takes_the_magic_away_and_forgets_the_named_cells(kernel: Kernel) -> None:
    kernel.run("%%kida --name part.html\npart")
    assert kernel.run("%unload_ext kida_jupyter").ok
    assert "Cell magic `%%kida` not found" in kernel.run("%%kida\ntext").stderr
    assert kernel.run("%load_ext kida_jupyter").ok
    assert "not found" in kernel.run("%%kida\n{% include 'part.html' %}").view


def test_unloading_leaves_the_shell_as_it_was(shell: InteractiveShell) -> None:
    def state() -> object:
        manager = shell.magics_manager
        names = dict(shell.user_ns)
        return {kind: dict(magics) for kind, magics in manager.magics.items()}, dict(manager.registry), names

    before = state()
    kida_jupyter.load_ipython_extension(shell)
    assert state() != before
    kida_jupyter.unload_ipython_extension(shell)
    assert state() == before


def test_unloading_puts_back_a_magic_that_had_the_name(shell: InteractiveShell) -> None:
    def kida(line: str, cell: str) -> str:
        return "mine"

    shell.register_magic_function(kida, "cell", "kida")
    kida_jupyter.load_ipython_extension(shell)
    assert shell.find_cell_magic("kida") is not kida
    kida_jupyter.unload_ipython_extension(shell)
    assert shell.find_cell_magic("kida") is kida


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
