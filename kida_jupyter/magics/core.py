"""The magics: ``%%kida``, which renders a cell, and ``%kida``, which has the commands."""

# mypy: disable-error-code="no-untyped-call, untyped-decorator"
# IPython's decorators for magics have no types.

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from inspect import cleandoc
from typing import Any, Final, TypeVar

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

import kida
from kida_jupyter.magics.cells import Cell, cell_of, template_of, variables_of
from kida_jupyter.magics.commands import help_text, run_command
from kida_jupyter.magics.options import UNDEFINED, asks_for_help, cell_options, usage
from kida_jupyter.notebook import Notebook
from kida_jupyter.output import FORMATS, NotShown, say, show_result, show_stream, value_of
from kida_jupyter.views.error import with_view
from kida_jupyter.views.trace import show_trace

_REGISTERED_AS: Final = "KidaMagics"
_KINDS: Final = ("line", "cell")
_ASKS_ALONE: Final = re.compile(r"%%kida\s")

F = TypeVar("F", bound=Callable[..., Any])


def _documented(text: str) -> Callable[[F], F]:
    """Give a function its documentation, where that is not written but made."""

    def document(function: F) -> F:
        function.__doc__ = text
        return function

    return document


@magics_class
class KidaMagics(Magics):
    """The magics of one shell, and the notebook they work on."""

    def __init__(self, shell: InteractiveShell, notebook: Notebook) -> None:
        super().__init__(shell)
        self.notebook = notebook
        self.replaced: dict[str, Any] = {
            kind: shell.magics_manager.magics[kind].get("kida") for kind in _KINDS
        }

    @no_var_expand
    @line_magic("kida")  # type: ignore[arg-type]
    @_documented(help_text())
    def kida_line(self, line: str) -> None:
        run_command(self.notebook, line)

    @magic_arguments("%kida")  # the help shows a % before it
    @argument(
        "--as",
        dest="format",
        metavar="|".join(FORMATS),
        help="how the result is shown; values are escaped for html and svg. "
        "Without it: html if the suffix of the name or the text says so, else text.",
    )
    @argument(
        "--name",
        metavar="NAME",
        help="the name by which other cells include, extend and import this one. Run the cell again to replace it.",
    )
    @argument(
        "--to",
        metavar="VAR",
        help="the variable that the result is stored in: a str, or Markup where values are escaped. Without it: _",
    )
    @argument(
        "--with",
        dest="with_",
        metavar="EXPR",
        help="a mapping, in which names are looked up before the notebook's variables: rows[0], or dict(title='Draft'). "
        "An expression with spaces outside of brackets goes in quotes.",
    )
    @argument(
        "--undefined",
        metavar="|".join(UNDEFINED),
        help="what a name that is not there does: strict fails, lenient writes nothing, chainable writes nothing for "
        "its attributes either, debug writes the expression.",
    )
    @argument(
        "--autoescape",
        action="store_true",
        default=None,
        help="escape values for HTML, whatever the format.",
    )
    @argument(
        "--no-autoescape",
        dest="autoescape",
        action="store_false",
        help="write values as they are, whatever the format.",
    )
    @argument(
        "--live",
        action="store_true",
        help="render again, in place, after each cell that changes a variable that was read. %%kida live lists and stops.",
    )
    @argument("--stream", action="store_true", help="show the result while it is rendered.")
    @argument(
        "--trace",
        action="store_true",
        help="show under the result what was called and for how long, which values there were, and what wrote each piece.",
    )
    @argument("--quiet", action="store_true", help="show nothing; the result is stored all the same.")
    @no_var_expand
    @cell_magic
    def kida(self, line: str, cell: str) -> None:
        """Render the cell, a Kida template, with the notebook's variables, and show the result.

        The template reads variables when it needs them, and never writes any. Names are looked up in --with first,
        then among the notebook's variables, then among the environment's globals. %kida alone shows what else
        there is::

            %%kida --as html
            <ul>{% for name in names %}<li>{{ name }}</li>{% end %}</ul>
        """
        if asks_for_help(line):
            say(cell_help())
            return
        made = cell_of(self.notebook, cell_options(KidaMagics.kida.parser, line), cell)
        if made.options.live:
            self.notebook.live.start(made)
            return
        # what is wrong with --with is said before a name is given to the cell
        variables = variables_of(self.notebook, made)
        if made.options.stream and not made.options.quiet:
            self._stream(made, variables)
        else:
            self._render(made, variables)

    def _render(self, cell: Cell, variables: Mapping[str, Any]) -> None:
        trace: kida.RenderTrace | None = None
        try:
            template = template_of(self.notebook, cell)
            if cell.options.trace:
                trace = self.notebook.trace(template, variables=variables)
                text = trace.output
            else:
                text = self.notebook.render(template, variables=variables)
        except (Exception, KeyboardInterrupt) as error:
            failed = with_view(error, self.notebook)
        else:
            self._keep(cell, text)
            if not cell.options.quiet:
                _show(lambda: show_result(text, cell.output))
            if trace is not None:
                show_trace(trace, self.notebook)
            return
        # outside of the except clause: IPython would look at the context of an exception that stands in for another
        raise failed

    def _stream(self, cell: Cell, variables: Mapping[str, Any]) -> None:
        written: list[str] = []
        failures: list[BaseException] = []

        def pieces() -> Generator[str, None, None]:
            try:
                template = template_of(self.notebook, cell)
                with closing(self.notebook.stream(template, variables=variables)) as rendered:
                    for piece in rendered:
                        written.append(piece)
                        yield piece
            except (Exception, KeyboardInterrupt) as error:
                # the output shows what came until here, and then the error
                failures.append(with_view(error, self.notebook))

        try:
            # closed at once, and not when the traceback of an interrupt is let go: the template goes on until then
            with closing(pieces()) as shown:
                _show(lambda: show_stream(shown, cell.output, self.notebook.shell))
        except KeyboardInterrupt as error:
            failures.append(with_view(error, self.notebook))
        finally:
            if not failures:
                self._keep(cell, "".join(written))
        if failures:
            raise failures[0]

    def _keep(self, cell: Cell, text: str) -> None:
        self.notebook.keep(value_of(text, escapes=cell.escapes), cell.options.to)


def _show(show: Callable[[], Any]) -> None:
    try:
        show()
    except NotShown as error:
        raise usage("%%kida", str(error)) from None


def cell_help() -> str:
    """The help of ``%%kida``, as ``%%kida?`` shows it."""
    return cleandoc(KidaMagics.kida.__doc__ or "").removeprefix("::").lstrip("\n")


def _with_body(lines: list[str]) -> list[str]:
    """A cell that asks for help alone, given a body: IPython calls no cell magic without one."""
    if len(lines) == 1 and _ASKS_ALONE.match(lines[0]) and asks_for_help(lines[0].partition(" ")[2]):
        return [lines[0].rstrip("\n") + "\n", "\n"]
    return lines


def add_magics(shell: InteractiveShell, notebook: Notebook) -> None:
    """Register the magics with a shell."""
    shell.register_magics(KidaMagics(shell, notebook))
    shell.input_transformers_cleanup.append(_with_body)


def remove_magics(shell: InteractiveShell) -> None:
    """Take the magics from a shell again, and put back what had the name before."""
    registered = shell.magics_manager.registry.pop(_REGISTERED_AS)
    if _with_body in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(_with_body)
    for kind in _KINDS:
        magics = shell.magics_manager.magics[kind]
        del magics["kida"]
        if registered.replaced[kind] is not None:
            magics["kida"] = registered.replaced[kind]
