"""Where a playground's templates are made: its own before all others, by the notebook's environment or one that was given."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import kida
from kida.tracing.traced import trace_first
from kida_jupyter.help.resolving import World
from kida_jupyter.notebook import Layers
from kida_jupyter.playground.formats import ESCAPING, format_by_name
from kida_jupyter.playground.messages import Format
from kida_jupyter.playground.positions import line_end_of, plain_line_ends

if TYPE_CHECKING:
    from kida_jupyter.notebook import Notebook

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Workshop:
    r"""The templates of a playground, and the environment that makes them.

    ``texts`` are they by name, in the order of their tabs, with ``\n`` line ends; ``main`` is the rendered one,
    ``format`` what it is a template of. Parameters: ``notebook``, where there is one; ``environment``, in place of the
    notebook's.
    """

    def __init__(self, notebook: Notebook | None, environment: kida.Environment | None) -> None:
        self.notebook = notebook
        self.texts: dict[str, str] = {}
        self.main = ""
        self.format: Format = "text"
        self._given = environment
        self._line_ends: dict[str, str] = {}
        self._made: kida.Environment | None = None
        self._made_with: tuple[Any, ...] = ()
        self._plain = kida.Environment(autoescape=kida.select_autoescape())

    @property
    def variables(self) -> Mapping[str, Any]:
        """The notebook's variables; none where there is no notebook."""
        return _NOTHING if self.notebook is None else self.notebook.variables

    @property
    def base(self) -> kida.Environment:
        """The environment without the playground's own templates."""
        if self._given is not None:
            return self._given
        return self._plain if self.notebook is None else self.notebook.environment

    @property
    def environment(self) -> kida.Environment:
        """What makes the templates. It is another one after a change of the base: never keep it, ask again."""
        base = self.base
        made_with = (base, base.filters, base.tests, base.globals)
        if self._made is None or any(one is not other for one, other in zip(self._made_with, made_with)):
            own = kida.DictLoader(self.texts)
            loader = own if base.loader is None else kida.ChoiceLoader([own, base.loader])
            options: dict[str, Any] = {"loader": loader, "auto_reload": True}
            if self._given is None:
                options["autoescape"] = self._escapes
            self._made = base.replace(**options)
            trace_first(self._made)
            self._made_with = made_with
        return self._made

    def remember_line_ends(self, texts: Mapping[str, str]) -> None:
        """Remember the line ends of texts that come from outside, for when they are written to files."""
        for name, text in texts.items():
            if "\r" in text:
                self._line_ends[name] = line_end_of(text)

    def put(self, texts: Mapping[str, str], main: str, format: Format) -> None:
        """Have these templates, in place of those before."""
        if (main, format) != (self.main, self.format) and self._made is not None:
            # a cached template was made for escaping or not
            self._made.clear_cache()
        self.main, self.format = main, format
        self.texts.clear()
        self.texts.update((name, plain_line_ends(text)) for name, text in texts.items())

    def text_for_file(self, name: str) -> str:
        """A template's text with the line ends that it came with."""
        end = self._line_ends.get(name, "\n")
        text = self.texts[name]
        return text if end == "\n" else text.replace("\n", end)

    def template(self) -> kida.Template:
        """The main template. Raises `kida.TemplateError` where it does not compile."""
        return self.environment.get_template(self.main)

    def text_of(self, name: str) -> str | None:
        """The text of any template that can be found by name."""
        if name in self.texts:
            return self.texts[name]
        loader = self.environment.loader
        try:
            return plain_line_ends(loader.get_source(name)[0])
        except Exception:  # there is none, or it cannot be read
            return None

    def world(self, before: Mapping[str, Any]) -> World:
        """What the templates can see. Parameters: ``before``, variables that go before the notebook's."""
        origins = (
            {}
            if self.notebook is None
            else {name: origin.shown for name, origin in self.notebook.origins.items()}
        )
        return World(Layers(before, self.variables), self.environment, origins)

    def _escapes(self, name: str | None) -> bool:
        """Whether values are escaped in a template: the playground's own are escaped as their format says."""
        if name is None or name not in self.texts:
            return self.base.autoescapes(name)
        if self.notebook is not None and self.notebook.escaping is not None:
            return self.notebook.escaping
        if name == self.main or format_by_name(name) is None:
            return self.format in ESCAPING
        return self.base.autoescapes(name)
