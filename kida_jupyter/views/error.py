"""The error view in IPython: an exception that passed through a template is shown by it, in place of Python's traceback.

A notebook gets the view as HTML, with the same as text beside it, and the error itself in a line: the cell counts as
failed, and nothing stands there twice. A terminal gets the text, painted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from IPython.core.displaypub import DisplayPublisher

import kida
from kida_jupyter.views import drawing
from kida_jupyter.views.causes import led_from
from kida_jupyter.views.links import CellLinks
from kida_jupyter.views.report import ErrorReport, Surroundings, report_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from kida_jupyter.notebook import Notebook

_REPLACED: Final = "showtraceback"
_RELATIONS: Final = {"caused by": "caused by", "while handling": "raised while handling"}
_NO_COLOURS: Final = frozenset(("nocolor", ""))


class CellError(Exception):
    """Stands in for an exception that IPython would show in its own way, whatever the exception says.

    Parameters: ``error``, what happened; ``view``, what to show for it.
    """

    def __init__(self, error: BaseException, view: View) -> None:
        super().__init__(view.report.headline)
        self.error = error
        self._render_traceback_ = view.lines


class View:
    """An exception's view. IPython asks the exception for `lines`; shows them in full but while `briefly` is set."""

    __slots__ = ("briefly", "colours", "report")

    def __init__(self, report: ErrorReport, colours: bool) -> None:
        self.report = report
        self.colours = colours
        self.briefly = False

    def lines(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        if self.briefly:
            return [self.report.in_a_line]
        return drawing.text(self.report, colours=self.colours).split("\n")


def with_view(error: BaseException, notebook: Notebook | Callable[[str], str] | None = None) -> BaseException:
    """The exception to raise for IPython to show the error view of one.

    It is the same exception, so that its type and ``%debug`` stay, where IPython lets it speak for itself.
    Parameters: ``error``; ``notebook``, where it happened, or how the notebook shows Python's files.
    """
    try:
        shell = getattr(notebook, "shell", None)
        view = View(report_of(error, surroundings_of(notebook)), _has_colours(shell))
        view.lines()
    except Exception:
        return error  # Python's own traceback says more than an error about an error
    if isinstance(error, SyntaxError) or _comes_of_group(error):
        return _stand_in(error, view)
    try:
        str(error)  # IPython asks for it too
        # and it asks an exception for the lines to show by this name
        error._render_traceback_ = view.lines  # type: ignore[attr-defined]
    except Exception:  # whatever the exception's own class does there
        return _stand_in(error, view)
    return error


def show_error(
    error: BaseException, notebook: Notebook, *, display_id: str | None = None, update: bool = False
) -> None:
    """Show the view of an exception as output, without raising it.

    Parameters: ``error``; ``notebook``; ``display_id``, by which the output can be shown anew; ``update``, whether
    to show it in place of the output of that id.
    """
    shell = notebook.shell
    _publish(shell, report_of(error, surroundings_of(notebook)), display_id, update)


def error_text(error: BaseException, file_name: Callable[[str], str] | None = None) -> str:
    """The view of an exception as plain text; ``file_name`` says how Python's files are shown."""
    return drawing.text(report_of(error, surroundings_of(file_name)))


def install(shell: InteractiveShell, notebook: Notebook) -> None:
    """Show exceptions that passed through templates by the error view, wherever they were raised in a shell.

    All others stay IPython's, and so do ``%debug``, ``%pdb`` and ``%tb``. A second time changes nothing.
    """
    if not isinstance(vars(shell).get(_REPLACED), ShowTraceback):
        vars(shell)[_REPLACED] = ShowTraceback(shell, notebook)


def uninstall(shell: InteractiveShell) -> None:
    """Put back how a shell shows exceptions."""
    installed = vars(shell).get(_REPLACED)
    if isinstance(installed, ShowTraceback):
        installed.remove()


class ShowTraceback:
    """Stands in for a shell's ``showtraceback``, through which IPython shows every exception but `UsageError`.

    Not ``set_custom_exc``: a shell has one such handler only, and it is also given the syntax errors of cells.
    """

    def __init__(self, shell: InteractiveShell, notebook: Notebook) -> None:
        self._shell = shell
        self._notebook = notebook
        self._before: Callable[..., Any] = shell.showtraceback
        self._was_own = _REPLACED in vars(shell)
        self.links = CellLinks(shell)

    def remove(self) -> None:
        """Put back what was there before."""
        self.links.remove()
        if self._was_own:
            vars(self._shell)[_REPLACED] = self._before
        else:
            del vars(self._shell)[_REPLACED]

    def __call__(self, exc_tuple: Any = None, *args: Any, **options: Any) -> Any:
        """What IPython calls to show an exception, the current one or the one given; it has the method's parameters."""
        error = _given(exc_tuple)
        if error is None or not is_templates(error):
            shown = self._before(exc_tuple, *args, **options)
            if error is not None:
                self._show_behind(error)
            return shown
        shown = error if view_of(error) is not None else with_view(error, self._notebook)
        view = view_of(shown)
        if view is None:
            return self._before(exc_tuple, *args, **options)
        if not _is_rich(self._shell):
            return self._before(_tuple(shown, error), *args, **options)
        _publish(self._shell, view.report, None, False)
        view.briefly = True
        try:
            return self._before(_tuple(shown, error), *args, **options)
        finally:
            view.briefly = False

    def _show_behind(self, error: BaseException) -> None:
        """Show, beneath an exception of the user's own, the view of the template's that led to it."""
        found = next(((relation, one) for relation, one in led_from(error) if is_templates(one)), None)
        if found is None:
            return
        relation, behind = found
        try:
            report = report_of(behind, surroundings_of(self._notebook))
            lead = f"{type(error).__name__} was {_RELATIONS[relation]} this:"
            _publish(self._shell, replace(report, lead=lead), None, False)
        except Exception:  # what was raised is shown, and that is what counts
            return


def is_templates(error: BaseException) -> bool:
    """Whether an exception is the business of the error view."""
    return isinstance(error, (kida.TemplateError, CellError)) or bool(kida.trace_of(error).frames)


def view_of(error: BaseException) -> View | None:
    """The view that `with_view` gave to an exception."""
    owner = getattr(getattr(error, "_render_traceback_", None), "__self__", None)
    return owner if isinstance(owner, View) else None


def _publish(shell: InteractiveShell, report: ErrorReport, display_id: str | None, update: bool) -> None:
    rich = _is_rich(shell)
    bundle = {"text/plain": drawing.text(report, colours=not rich and _has_colours(shell))}
    if rich:
        bundle["text/html"] = drawing.html(report)
    transient = {} if display_id is None else {"display_id": display_id}
    shell.display_pub.publish(bundle, transient=transient, update=update)


def _is_rich(shell: InteractiveShell) -> bool:
    """Whether a shell's front end may show HTML: IPython's own publisher, a terminal's, prints text and nothing else."""
    return type(shell.display_pub) is not DisplayPublisher


def _has_colours(shell: InteractiveShell | None) -> bool:
    """Whether text is painted: in a terminal whose user has not turned colours off, and not in a file."""
    return (
        shell is not None
        and not _is_rich(shell)
        and str(shell.colors).lower() not in _NO_COLOURS
        and "NO_COLOR" not in os.environ
        and bool(getattr(sys.stdout, "isatty", bool)())
    )


def surroundings_of(notebook: Notebook | Callable[[str], str] | None) -> Surroundings:
    """What a notebook adds to the report of an exception. Parameters: ``notebook``, or how it shows Python's files."""
    if notebook is None:
        return Surroundings()
    shell = getattr(notebook, "shell", None)
    if shell is None:
        return Surroundings(file_name=notebook)  # type: ignore[arg-type]
    display = vars(shell).get(_REPLACED)
    links = display.links if isinstance(display, ShowTraceback) else CellLinks(shell, follow=False)
    named: Mapping[str, str] = getattr(notebook, "named_cells", {})
    return Surroundings(
        file_name=links.file_name,
        link=links.link_to(named),
        variables=notebook.variables,  # type: ignore[union-attr]
        cells=tuple(named),
    )


def _stand_in(error: BaseException, view: View) -> CellError:
    kind = type(error)
    # the front end shows the name of the type
    made = type(kind.__name__, (CellError,), {"__module__": kind.__module__})
    return made(error, view)  # type: ignore[no-any-return]


def _given(exc_tuple: Any) -> BaseException | None:
    """The exception that IPython is to show."""
    if exc_tuple is None:
        error = sys.exc_info()[1] or getattr(sys, "last_value", None)
    else:
        error = exc_tuple if isinstance(exc_tuple, BaseException) else exc_tuple[1]
    return error if isinstance(error, BaseException) else None


def _tuple(shown: BaseException, error: BaseException) -> tuple[Any, ...]:
    return type(shown), shown, error.__traceback__


def _comes_of_group(error: BaseException | None) -> bool:
    """Whether IPython takes an exception for one with a group behind it: it prints Python's own traceback then."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, BaseExceptionGroup):
            return True
        seen.add(id(error))
        error = error.__context__
    return False
