"""The templates of a notebook: its named cells, its variables as their context, and how a cell is rendered."""

# mypy: disable-error-code="no-untyped-call"
# IPython's shell has few types.

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import kida
from kida_jupyter import running
from kida_jupyter.hints import reword
from kida_jupyter.sources import NamedCells, NotebookLoader, Origin
from kida_jupyter.tables import table

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from kida_jupyter.live.core import LiveCells

_ALWAYS_IPYTHONS: Final = re.compile(r"In|Out|get_ipython|_+|_i+|_i?\d+|_[dio]h|_exit_code|__\w+__")
"""The history, IPython itself, and what Python keeps in every module."""
_IPYTHONS_UNTIL_ASSIGNED: Final = frozenset(("exit", "quit", "open"))
"""Names that IPython puts into the namespace, and that a notebook may well use for data: an opening price, say."""
_KINDS: Final = ("filters", "tests", "globals")


class Variables(Mapping[str, Any]):
    """A notebook's variables as a template sees them: looked up when they are read, and never written.

    IPython's own names are not among them. Parameters: ``shell``, whose namespace it is.
    """

    __slots__ = ("_shell",)

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell

    def __getitem__(self, name: str) -> Any:
        value = self._shell.user_ns[name]
        if is_ipythons(name) or (
            name in _IPYTHONS_UNTIL_ASSIGNED and self._shell.user_ns_hidden.get(name) is value
        ):
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        # a copy of the names: a filter that the render calls may assign a variable
        return (name for name in tuple(self._shell.user_ns) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Layers(Mapping[str, Any]):
    """Two mappings as one, of which the first goes first. Neither is written, nor asked for what it does not have.

    Parameters: ``first``, ``second``.
    """

    __slots__ = ("first", "second")

    def __init__(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
        self.first = first
        self.second = second

    def __getitem__(self, name: str) -> Any:
        # a defaultdict would make a value for every name that is looked up in it
        return self.first[name] if name in self.first else self.second[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.first
        yield from (name for name in self.second if name not in self.first)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def is_ipythons(name: str) -> bool:
    """Whether a name is IPython's own, whatever it stands for."""
    return _ALWAYS_IPYTHONS.fullmatch(name) is not None


def notebook_of(shell: InteractiveShell | None) -> Notebook | None:
    """The notebook of a shell, or ``None`` where the extension is not loaded."""
    magics = None if shell is None else shell.magics_manager.registry.get("KidaMagics")
    notebook: Notebook | None = getattr(magics, "notebook", None)
    return notebook


class Notebook:
    """The templates of one notebook.

    ``variables`` are their context. ``named_cells`` has the texts by name, ``origins`` where each comes from,
    ``folders`` what is searched for other templates, ``options`` those of the environment that were configured,
    ``escaping`` whether values are escaped where nothing says so (``None``: as the format or the suffix of the
    name says). All are read by others, and changed by the methods.

    Parameters: ``shell``, the notebook's.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.variables = Variables(shell)
        self.named_cells: dict[str, str] = {}
        self.origins: dict[str, Origin] = {}
        self.folders: tuple[str, ...] = ()
        self.options: dict[str, Any] = {}
        self.escaping: bool | None = None
        self.base_name: str | None = None
        self.registered: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
        self._base = self._own_base = kida.Environment(autoescape=kida.select_autoescape())
        self._made_with: tuple[Any, ...] = ()
        self._environment = self._own_base
        self._variants: dict[type[kida.Undefined], kida.Environment] = {}
        self._cells = NamedCells(self.named_cells, self.origins)
        self._unnamed: dict[str, bool] = {}
        self._live: LiveCells | None = None

    # --- the environment ---------------------------------------------------------------------------------------

    @property
    def environment(self) -> kida.Environment:
        """What makes the templates. It is another one after a change of its options: never keep it, ask again."""
        base = self._base = self._current_base()
        made_with = (base, base.filters, base.tests, base.globals)
        if len(self._made_with) != len(made_with) or any(
            one is not other for one, other in zip(self._made_with, made_with)
        ):
            self._environment = self._made(self.options, self.folders)
            self._made_with = made_with
            self._variants.clear()
        return self._environment

    def environment_for(self, undefined: type[kida.Undefined] | None) -> kida.Environment:
        """The environment with another kind of undefined value; ``None`` for its own."""
        environment = self.environment
        if undefined is None or undefined is environment.undefined:
            return environment
        variant = self._variants.get(undefined)
        if variant is None:
            variant = self._variants[undefined] = environment.replace(undefined=undefined)
        return variant

    @property
    def base(self) -> kida.Environment:
        """The environment that the notebook's own is made of: the one in a variable, or a plain one."""
        self._base = self._current_base()
        return self._base

    def use(self, variable: str | None) -> None:
        """Take the environment in a variable, as it is whenever it is asked for; ``None`` for the notebook's own."""
        self.base_name = variable
        if variable is None:
            self._base = self._own_base
        self._forget_made()

    def search(self, folders: Sequence[str]) -> None:
        """Search these folders for templates that are no named cells, in place of those searched before."""
        self.folders = tuple(folders)
        self._forget_made()

    def configure(self, options: Mapping[str, Any], escaping: bool | None) -> None:
        """Set the options that differ from those of the base, in place of those that did before.

        Raises ``TypeError`` or ``ValueError`` for what no environment can have, and changes nothing then.
        """
        made = self._made(options, self.folders)
        made.from_string("")  # delimiters are only looked at when a text is read
        self.options, self.escaping = dict(options), escaping
        self._forget_made()

    def register(self, kind: str, name: str, value: Any) -> None:
        """Register a filter, test or global, in place of one of that name. Templates that use it see it at once.

        Parameters: ``kind``, ``"filters"``, ``"tests"`` or ``"globals"``; ``name``; ``value``.
        """
        for environment in (self.environment, *self._variants.values()):
            getattr(environment, f"update_{kind}")({name: value})
        self.registered[kind][name] = value

    def _current_base(self) -> kida.Environment:
        if self.base_name is None:
            return self._own_base
        found = self.variables.get(self.base_name)
        return found if isinstance(found, kida.Environment) else self._base

    def _made(self, options: Mapping[str, Any], folders: Sequence[str]) -> kida.Environment:
        base = self.base
        return base.replace(
            loader=NotebookLoader(self._cells, folders, base.loader),
            autoescape=self._autoescapes,
            filters={"table": table, **base.filters, **self.registered["filters"]},
            tests={**base.tests, **self.registered["tests"]},
            globals={**base.globals, **self.registered["globals"]},
            **options,
        )

    def _forget_made(self) -> None:
        self._made_with = ()
        self._variants.clear()

    def _autoescapes(self, name: str | None) -> bool:
        origin = self.origins.get(name or "")
        known = self._unnamed.get(name or "") if origin is None else origin.escapes
        if known is None:
            known = self.escaping
        return self._base.autoescapes(name) if known is None else known

    # --- templates ---------------------------------------------------------------------------------------------

    def template(
        self,
        text: str,
        name: str | None,
        *,
        escapes: bool,
        undefined: type[kida.Undefined] | None = None,
        shown_as: str | None = None,
    ) -> kida.Template:
        """The template of a cell, which replaces what had its name before, also when it does not compile.

        Parameters: ``text``; ``name``, by which other cells know it, ``None`` to keep it from them; ``escapes``,
        whether values are escaped; ``undefined``, what becomes of missing names, if it is not as usual; ``shown_as``,
        what messages call it, by default the number of the cell that runs. Raises `kida.TemplateSyntaxError`.
        """
        cell = shown_as or self.current_cell
        environment = self.environment_for(undefined)
        try:
            if name is None:
                self._unnamed[cell] = escapes
                return environment.from_string(text, name=cell)
            self.add_cell(name, text, Origin(cell, escapes=escapes))
            return environment.get_template(name)
        except kida.TemplateError as error:
            self.reword(error)
            raise

    @property
    def current_cell(self) -> str:
        """What messages call the cell that runs."""
        return f"In[{self.shell.displayhook.prompt_count}]"

    def add_cell(self, name: str, text: str, origin: Origin) -> None:
        """Give a name to a text, in place of the one that had it before."""
        before = self.origins.get(name)
        self.named_cells[name], self.origins[name] = text, origin
        if before is not None and (before.escapes, before.file) != (origin.escapes, origin.file):
            # what is cached under this name may have the same text, escaped otherwise
            for environment in (self.environment, *self._variants.values()):
                environment.clear_cache()

    def render(self, template: kida.Template, *, variables: Mapping[str, Any] | None = None) -> str:
        """The text of a template. Raises what the template raises, with hints in a notebook's words.

        Parameters: ``template``; ``variables``, by default the notebook's.
        """
        context = self.variables if variables is None else variables
        try:
            if template.is_async:
                return running.run(template.render_async(context))
            with running.telling_of_coroutines():
                return template.render(context)
        except kida.TemplateError as error:
            self.reword(error)
            raise

    def trace(
        self,
        template: kida.Template,
        *,
        variables: Mapping[str, Any] | None = None,
        budget: kida.Budget | None = None,
    ) -> kida.RenderTrace:
        """The text of a template, and what wrote each piece of it; otherwise as `render`.

        Parameters: ``template``; ``variables``; ``budget``, the time and characters that it may take.
        """
        context = self.variables if variables is None else variables
        try:
            if template.is_async:
                return running.run(kida.trace_render_async(template, context, budget=budget))
            return kida.trace_render(template, context, budget=budget)
        except kida.TemplateError as error:
            self.reword(error)
            raise

    def stream(
        self, template: kida.Template, *, variables: Mapping[str, Any] | None = None
    ) -> Generator[str, None, None]:
        """The text piece by piece, as it is rendered; otherwise as `render`."""
        context = self.variables if variables is None else variables
        try:
            if template.is_async:
                yield from running.stream(template.render_stream_async(context))
            else:
                with running.telling_of_coroutines():
                    yield from template.render_stream(context)
        except kida.TemplateError as error:
            self.reword(error)
            raise

    def reword(self, error: BaseException) -> None:
        """Let an error's hint speak of the notebook."""
        name = getattr(error, "missing_name", None)
        reword(error, self.variables, name is not None and name in self.shell.user_ns)

    def keep(self, value: str, to: str | None) -> None:
        """Store a result in a variable, or where IPython keeps results: ``_`` and ``Out``."""
        if to is not None:
            self.shell.push({to: value})
        else:
            self.shell.displayhook.update_user_ns(value)

    def file_name(self, path: str) -> str:
        """How people are shown a file of Python: the cell's number for a notebook's, whose own name means nothing."""
        describe: Callable[[str], Any] | None = getattr(self.shell.compile, "format_code_name", None)
        cell = describe(path) if describe is not None else None
        return str(cell[1]) if cell else Path(path).name

    @property
    def live(self) -> LiveCells:
        """The cells whose output is kept up to date."""
        if self._live is None:
            from kida_jupyter.live.core import LiveCells

            self._live = LiveCells(self)
        return self._live
