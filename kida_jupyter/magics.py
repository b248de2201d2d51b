"""The cell magic ``%%kida``: its options, and what it does with a cell."""

# mypy: disable-error-code="no-untyped-call, untyped-decorator"
# IPython's decorators for magics and its display() have no types.

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from kida_jupyter.notebook import Notebook, is_ipythons
from kida_jupyter.output import FORMATS, Format, bundle_of, format_of, value_of
from kida_jupyter.views.error import with_view

_REGISTERED_AS: Final = "KidaMagics"
_NEAR: Final = 0.5
"""How alike a word and an option must be to ask whether it was meant: there are few options, all of them short."""


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What stands behind ``%%kida``: the format asked for, the cell's name, and the variable for the result."""

    format: str | None
    name: str | None
    to: str | None


@magics_class
class KidaMagics(Magics):
    """The magics of one shell, and the notebook they work on."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.notebook = Notebook(shell)
        self.replaced: Any = shell.magics_manager.magics["cell"].get("kida")

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
        help="the variable that the result is stored in: a str, or Markup for html and svg. Without it: _",
    )
    @no_var_expand
    @cell_magic
    def kida(self, line: str, cell: str) -> None:
        """Render the cell, a Kida template, with the notebook's variables, and show the result.

        The template reads variables when it needs them, and never writes any::

            %%kida --as html
            <ul>{% for name in names %}<li>{{ name }}</li>{% end %}</ul>
        """
        options = parse_options(line)
        output = format_of(options.format, options.name, cell)
        text = self._rendered(cell, options.name, output)
        self._keep(value_of(output, text), options.to)
        _show(text, output)

    def _rendered(self, cell: str, name: str | None, output: Format) -> str:
        try:
            template = self.notebook.template(cell, name, escapes=output.escapes)
            return self.notebook.render(template)
        except (Exception, KeyboardInterrupt) as error:
            failed = with_view(error, self._file_name)
        # outside of the except clause: IPython would look at the context of an exception that stands in for another
        raise failed

    def _keep(self, value: str, to: str | None) -> None:
        if to is not None:
            self.notebook.shell.push({to: value})
        else:
            self.notebook.shell.displayhook.update_user_ns(value)

    def _file_name(self, path: str) -> str:
        describe = getattr(self.notebook.shell.compile, "format_code_name", None)
        cell = describe(path) if describe is not None else None
        return cell[1] if cell else Path(path).name


def parse_options(line: str) -> CellOptions:
    """The options of a cell. Raises ``UsageError``, which IPython shows in a line, for what they cannot be."""
    parser = KidaMagics.kida.parser
    parser.allow_abbrev = False
    try:
        given, unknown = parser.parse_known_args(shlex.split(line))
    except (UsageError, ValueError) as error:
        raise _usage(f"{error}".removesuffix(".")) from None
    if unknown:
        raise _unknown_word(unknown[0])
    options = CellOptions(given.format, given.name, given.to)
    if options.format is not None and options.format not in FORMATS:
        near = _nearest(options.format.lower(), FORMATS)
        known = ", ".join(FORMATS)
        raise _usage(f"--as {options.format} is none of {known}", near and f"--as {near}")
    if options.name == "":
        raise _usage("--name needs a name")
    if options.to is not None:
        _check_variable(options.to)
    return options


def _check_variable(name: str) -> None:
    if not name.isidentifier() or iskeyword(name):
        raise _usage(f"--to {name}: that is no name for a variable")
    if is_ipythons(name):
        raise _usage(f"--to {name}: that variable is IPython's own")


def _unknown_word(word: str) -> UsageError:
    if word in FORMATS:
        return _usage(f"no option {word}", f"--as {word}")
    option = word.partition("=")[0]
    options = {name.lstrip("-"): name for name in KidaMagics.kida.parser._option_string_actions}
    near = _nearest(option.lstrip("-").lower(), options)
    return _usage(f"no option {option}; there are {', '.join(options.values())}", near and options[near])


def _usage(message: str, meant: str | None = None) -> UsageError:
    return UsageError(f"%%kida: {message}" + (f". Did you mean {meant}?" if meant else ""))


def _nearest(word: str, known: Iterable[str]) -> str | None:
    near = get_close_matches(word, list(known), n=1, cutoff=_NEAR)
    return near[0] if near else None


def _show(text: str, output: Format) -> None:
    if not text.strip():
        return  # a library of macros writes nothing but the lines between them
    try:
        bundle = bundle_of(output, text)
    except ValueError as error:
        display({"text/plain": text}, raw=True)
        raise _usage(f"the result is not JSON: {error}") from None
    display(bundle, raw=True)


def add_magics(shell: InteractiveShell) -> None:
    """Register ``%%kida`` with a shell; a second time changes nothing."""
    if _REGISTERED_AS not in shell.magics_manager.registry:
        shell.register_magics(KidaMagics(shell))


def remove_magics(shell: InteractiveShell) -> None:
    """Take ``%%kida`` from a shell again, and put back what had the name before."""
    registered = shell.magics_manager.registry.pop(_REGISTERED_AS, None)
    if registered is None:
        return
    cell_magics = shell.magics_manager.magics["cell"]
    del cell_magics["kida"]
    if registered.replaced is not None:
        cell_magics["kida"] = registered.replaced
