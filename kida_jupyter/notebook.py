"""The templates of a notebook: its named cells, its variables as their context, and how a cell is rendered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator, Mapping
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TypeVar

import kida

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

T = TypeVar("T")

_ALWAYS_IPYTHONS: Final = re.compile(r"In|Out|get_ipython|_+|_i+|_i?\d+|_[dio]h|_exit_code|__\w+__")
"""The history, IPython itself, and what Python keeps in every module."""
_IPYTHONS_UNTIL_ASSIGNED: Final = frozenset(("exit", "quit", "open"))
"""Names that IPython puts into the namespace, and that a notebook may well use for data: an opening price, say."""


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


def is_ipythons(name: str) -> bool:
    """Whether a name is IPython's own, whatever it stands for."""
    return _ALWAYS_IPYTHONS.fullmatch(name) is not None


class NamedCells:
    """A loader: the cells that were given a name, as they were last run.

    Parameters: ``texts``, their templates by name, held and not copied.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._loader = kida.DictLoader(texts)

    def get_source(self, name: str) -> tuple[str, str | None]:
        """The text of a cell, which has no file. Raises `kida.TemplateNotFoundError`."""
        self._require(name)
        return self._loader.get_source(name)

    def load(self, name: str) -> Any:
        """The text of a cell, which is its own version. Raises `kida.TemplateNotFoundError`."""
        self._require(name)
        return self._loader.load(name)

    def is_current(self, name: str, version: Any) -> bool:
        """Whether the cell still has the same text."""
        return self._loader.is_current(name, version)

    def iter_templates(self) -> Iterator[str]:
        """The names of the cells."""
        return self._loader.iter_templates()

    def list_templates(self) -> list[str]:
        """The names of the cells, sorted."""
        return self._loader.list_templates()

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def _require(self, name: str) -> None:
        if name not in self._texts:
            raise kida.TemplateNotFoundError(
                name, hint=f"no cell of that name has run: one that starts with %%kida --name {name}"
            )


class Notebook:
    """The templates of one notebook. ``variables`` is their context, ``environment`` makes them.

    Parameters: ``shell``, the notebook's.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self._texts: dict[str, str] = {}
        self._escapes: dict[str, bool] = {}
        self._escapes_by_suffix = kida.select_autoescape()
        self.variables = Variables(shell)
        self.environment = kida.Environment(loader=NamedCells(self._texts), autoescape=self._autoescape)

    def template(self, text: str, name: str | None, *, escapes: bool) -> kida.Template:
        """The template of a cell, which replaces what had its name before, also when it does not compile.

        Parameters: ``text``; ``name``, by which other cells know it, ``None`` to keep it from them; ``escapes``,
        whether values are escaped. Raises `kida.TemplateSyntaxError`.
        """
        if name is None:
            shown_name = f"In[{self.shell.displayhook.prompt_count}]"
            self._escapes[shown_name] = escapes
            return self.environment.from_string(text, name=shown_name)
        if self._escapes.get(name) is not escapes:
            # what is cached under this name may have the same text, escaped otherwise
            self.environment.clear_cache()
        self._texts[name], self._escapes[name] = text, escapes
        return self.environment.get_template(name)

    def render(self, template: kida.Template) -> str:
        """The text of a template for the notebook's variables. Raises what the template raises."""
        if template.is_async:
            return _run(template.render_async(self.variables))
        return template.render(self.variables)

    def _autoescape(self, name: str | None) -> bool:
        known = self._escapes.get(name or "")
        return self._escapes_by_suffix(name) if known is None else known


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own: the kernel's runs in this thread, and waits for this cell."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="%%kida", daemon=True)
    thread.start()
    running = asyncio.run_coroutine_threadsafe(work, loop)
    try:
        return running.result()
    except KeyboardInterrupt:
        running.cancel()
        raise
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
