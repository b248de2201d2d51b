"""The widget: a playground's traits, and what happens when one of them changes, in the page or from Python."""

# mypy: disable-error-code="no-untyped-call"
# IPython's display() has no types.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import uuid4

import anywidget
import traitlets as t

import kida
from kida_jupyter.live.core import current_cell_id
from kida_jupyter.live.watching import Present, Watched
from kida_jupyter.notebook import Layers, Notebook
from kida_jupyter.playground.answering import answer
from kida_jupyter.playground.failing import Failures
from kida_jupyter.playground.formats import SUFFIXES, format_for
from kida_jupyter.playground.interrupts import Interrupts
from kida_jupyter.playground.making import Maker
from kida_jupyter.playground.messages import FORMATS, Format, Result, Show
from kida_jupyter.playground.positions import plain_line_ends, sendable
from kida_jupyter.playground.reading import ReadVariable, overrides_as_json
from kida_jupyter.playground.rendering import Rendered, render, uncollected
from kida_jupyter.playground.result import LARGE, early_result, empty_result
from kida_jupyter.playground.saving import save
from kida_jupyter.playground.showing import Outputs, has_kernel, notebook_here
from kida_jupyter.playground.static_form import State, as_html, as_text
from kida_jupyter.playground.traits import Overrides, Texts
from kida_jupyter.playground.workshop import Workshop

_BUNDLE: Final = Path(__file__).parent.parent / "static" / "playground.js"
_MADE_OF: Final = frozenset(("templates", "main", "format", "overrides"))
"""The traits that a result is made of."""
_SECONDS: Final = 2.0
_CHARACTERS: Final = 10_000_000
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Playground(anywidget.AnyWidget):
    """A live editor of templates beside their live result.

    Traits, which can be observed: ``source``, the text of the main template, and ``templates``, all texts by name: set
    either to render again; ``main``, ``format`` and ``overrides`` (values for this playground alone) likewise.
    ``output`` is the last good result, ``error`` the exception of a render that failed since, or ``None``; ``context``
    what the templates read, by name, each with ``origin`` and ``value``. ``trace`` tells where each character of
    ``output`` came from.

    Parameters: ``source``, a template's text, a `kida.Template`, or texts by name; ``main``, the name of the one that
    is rendered, by default the first; ``context``, variables that go before the notebook's; ``format``, ``"html"``,
    ``"markdown"``, ``"text"``, ``"latex"``, ``"json"``, ``"svg"``, ``"sql"`` or ``"yaml"``, by default told by the name
    or the text; ``environment``, in place of the notebook's; ``notebook``, by default the one it is made in, ``None``
    for none; ``seconds`` and ``characters``, what a render may take.
    """

    _esm = _BUNDLE

    templates: Any = t.Dict(value_trait=t.Unicode(), key_trait=t.Unicode()).tag(sync=True)
    main: Any = t.Unicode().tag(sync=True)
    active: Any = t.Unicode().tag(sync=True)
    edition: Any = t.Int(0).tag(sync=True)
    format: Any = t.Enum(FORMATS, default_value="text").tag(sync=True)
    overrides: Any = Overrides()
    show: Any = t.Dict().tag(sync=True)
    result: Any = t.Dict().tag(sync=True)
    early: Any = t.Dict().tag(sync=True)
    busy: Any = t.Bool(False).tag(sync=True)

    source: Any = t.Unicode()
    output: Any = t.Unicode(read_only=True)
    error: Any = t.Any(None, allow_none=True, read_only=True)
    context: Any = t.Any(_NOTHING, read_only=True)

    def __init__(
        self,
        source: str | kida.Template | Mapping[str, str] = "",
        *,
        main: str | None = None,
        context: Mapping[str, Any] | None = None,
        format: Format | None = None,
        environment: kida.Environment | None = None,
        notebook: Notebook | Literal["here"] | None = "here",
        seconds: float | None = _SECONDS,
        characters: int | None = _CHARACTERS,
    ) -> None:
        if isinstance(source, kida.Template) and environment is None:
            environment = source.environment
        here = notebook_here() if notebook == "here" else notebook
        if here is not None and environment is here.environment:
            environment = None  # the notebook's changes, and this would not
        if format not in (None, *FORMATS):
            raise ValueError(
                f"format is one of {', '.join(FORMATS)}, or None to tell it by the template; not {format!r}"
            )
        if context is not None and not isinstance(context, Mapping):
            raise TypeError(f"the context is a mapping of names to values, not {type(context).__name__}")
        texts = _texts_of(source, format)
        if main is None:
            main = next(iter(texts))
        elif main not in texts:
            raise ValueError(_none_is(main, texts))
        self.trace: kida.RenderTrace | None = None
        self._given = _NOTHING if context is None else context
        self._budget = kida.Budget(seconds, characters)
        self._notebook = here
        self._workshop = Workshop(here, environment)
        self._maker = Maker(self._workshop, Failures(here))
        self._watched = Watched()
        self._present = Present(self._workshop)
        self._cell = None if here is None else current_cell_id(here)
        self._is_first_cell = True
        self._key = uuid4().hex[:12]
        self._outputs = Outputs()
        self._interrupts = Interrupts()
        # what is set until here is set by the constructor, and from the page: neither counts as an edit from Python
        self._is_taking = True
        self._is_rendering = self._is_outdated = False
        super().__init__(
            templates=texts,
            main=main,
            active=main,
            format=format or format_for(main, texts[main]),
            show=_show(),
            result=empty_result(),
            _dom_classes=(f"kida-playground-{self._key}",),
        )
        self.on_msg(self._answer)
        self._settle()
        self._render()
        self._is_taking = False
        if here is not None:
            here.live.follow(self)

    # --- from Python -------------------------------------------------------------------------------------------

    def template(self) -> kida.Template:
        """The main template, compiled. Raises `kida.TemplateError` where it does not compile."""
        return self._workshop.template()

    def save(self, folder: str | Path = ".", *, force: bool = False) -> list[Path]:
        """Write the templates to files of their names, with the line ends that they came with, and give the files.

        Parameters: ``folder``; ``force``, whether a file that is there with another text is overwritten. Raises
        ``FileExistsError`` where that is not so, and writes nothing then.
        """
        texts = {name: self._workshop.text_for_file(name) for name in self.templates}
        return save(texts, folder, force=force)

    def pin(self) -> None:
        """Keep the result as it is now, to compare later ones with."""
        self.show = {**self.show, "pinned": sendable(self.output)}

    def unpin(self) -> None:
        """Compare with the last good result again."""
        self.show = {**self.show, "pinned": None}

    def close(self) -> None:
        """Take its views from the page, and follow the notebook no longer."""
        # a widget is closed by the interpreter, too, and perhaps before it was made
        notebook = self.__dict__.get("_notebook")
        if notebook is not None:
            notebook.live.leave(self)
        super().close()

    # --- changes -----------------------------------------------------------------------------------------------

    @t.validate("templates")
    def _plain_templates(self, proposal: Any) -> Texts:
        texts = proposal["value"]
        if not texts:
            raise t.TraitError("a playground has at least one template")
        if not all(texts):
            raise t.TraitError("a template of a playground has a name")
        self._workshop.remember_line_ends(texts)
        return Texts((name, plain_line_ends(text)) for name, text in texts.items())

    @t.validate("source")
    def _plain_source(self, proposal: Any) -> str:
        self._workshop.remember_line_ends({self.main: proposal["value"]})
        return plain_line_ends(proposal["value"])

    @t.validate("main", "active")
    def _known(self, proposal: Any) -> str:
        name: str = proposal["value"]
        if not self._is_taking and name not in self.templates:
            raise t.TraitError(_none_is(name, self.templates))
        return name

    @t.observe("source")
    def _source_changed(self, change: Any) -> None:
        if self.templates.get(self.main) != self.source:
            self.templates = {**self.templates, self.main: self.source}

    @t.observe(*sorted(_MADE_OF))
    def _made_of_changed(self, change: Any) -> None:
        if not self._is_taking:
            self._changed()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the page changed: what ipywidgets calls for its messages."""
        edition = sync_data.get("edition")
        if isinstance(edition, int) and edition < self.edition:
            # made before a change from Python that the page had not seen: the later one stays, and the page gets it
            made_of = {*_MADE_OF, "edition"}
            super().set_state({name: one for name, one in sync_data.items() if name not in made_of})
            self.send_state([*made_of, "result"])
            return
        is_taking, self._is_taking = self._is_taking, True
        try:
            super().set_state(sync_data)
        finally:
            self._is_taking = is_taking
        if "overrides" in sync_data and sync_data["overrides"] != overrides_as_json(self.overrides):
            self.send_state("overrides")  # as Python writes them, and without those that it cannot read
        if not _MADE_OF.isdisjoint(sync_data):
            self._settle()
            self._update()

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Send traits to the page: what ipywidgets calls, and does itself after a search for binary data.

        There is none here, and to look at each number of a large result takes longer than to make it.
        """
        state = self.get_state(key)
        for name in self._property_lock.keys() & state.keys():
            self._property_lock[name] = state[name]
        if state:
            self._send({"method": "update", "state": state, "buffer_paths": []}, buffers=[])

    def _changed(self) -> None:
        """Render what Python changed."""
        is_taking, self._is_taking = self._is_taking, True
        try:
            with self.hold_sync():
                self._settle()
                self.edition += 1
        finally:
            self._is_taking = is_taking
        self._update()

    def _settle(self) -> None:
        """Let what depends on the templates fit them."""
        if self.main not in self.templates:
            self.main = next(iter(self.templates))
        if self.active not in self.templates:
            self.active = self.main
        self.source = self.templates[self.main]
        self._workshop.put(self.templates, self.main, self.format)

    def after_cell(self, cell_id: str | None) -> None:
        """Render again if a cell changed what was read: what the notebook calls."""
        is_first, self._is_first_cell = self._is_first_cell, False
        if not is_first and cell_id is not None and cell_id == self._cell:
            # the cell that made this one ran again, and made another
            if self._notebook is not None:
                self._notebook.live.leave(self)
            return
        self._present = Present(self._workshop)
        if self._watched.may_have_changed(self._present):
            self._update()
        self._outputs.update_now(self._static)
        if isinstance(self.error, KeyboardInterrupt):
            raise self.error

    # --- rendering ---------------------------------------------------------------------------------------------

    def _update(self) -> None:
        """Render, once more where what is rendered was changed by the render."""
        if self._is_rendering:
            self._is_outdated = True
            return
        with uncollected():
            self._render()
            if self._is_outdated:
                self._is_outdated = False
                self._render()
        self._outputs.update_soon(self._static)

    def _render(self) -> None:
        with self._interrupts.held():
            self._tell(*self._rendered())

    def _rendered(self) -> tuple[Rendered, Mapping[str, ReadVariable] | None]:
        """Render, and send the page what came of it; gives that, and what the context panel may show."""
        self._is_rendering = True
        made: tuple[Result, Mapping[str, ReadVariable] | None] | None = None
        try:
            self.busy = True
            rendered = render(self._workshop, self.overrides, self._given, self._budget, self._interrupts)
            try:
                with self._interrupts.heard():
                    if rendered.trace is not None and len(rendered.trace.output) > LARGE:
                        self.early = early_result(self.edition, rendered.trace, rendered.seconds)
                    made = self._maker.made(rendered, self.edition, self.result)
            except BaseException as error:  # an interrupt mostly; whatever it is, the page has to hear of it
                rendered = replace(rendered, trace=None, error=error)
                made = self._maker.made(rendered, self.edition, self.result)
        finally:
            self._is_rendering = False
            with self.hold_sync():
                if made is not None:
                    self.result = made[0]
                self.early = {}
                self.busy = False
        self._note(rendered)
        return rendered, made[1]

    def _note(self, rendered: Rendered) -> None:
        """Take down what the render was made of, so that a change of it is seen."""
        self._present.texts.clear()
        self._watched.note(
            self._present,
            rendered.recording,
            (self.source, self.main),
            environment=rendered.environment,
            afresh=False,
        )

    def _tell(self, rendered: Rendered, context: Mapping[str, ReadVariable] | None) -> None:
        """Set the traits that Python observes."""
        with self.hold_trait_notifications():
            if context is not None:
                self.set_trait("context", context)
            self.set_trait("error", rendered.error)
            if rendered.trace is not None:
                self.trace = rendered.trace
                self.set_trait("output", rendered.trace.output)

    # --- the page's questions ----------------------------------------------------------------------------------

    def _answer(self, _: Any, content: Any, buffers: Any) -> None:
        try:
            answered = answer(content, self._workshop, Layers(self.overrides, self._given), self.output)
        except KeyboardInterrupt:
            return  # whoever interrupts wants the kernel back
        if answered is not None:
            self.send(answered)

    # --- display -----------------------------------------------------------------------------------------------

    def _ipython_display_(self) -> None:
        """Show the widget and, behind it, the form for pages without a kernel; IPython calls it."""
        from IPython.display import display

        if not has_kernel():
            raise NotImplementedError  # IPython shows the text then
        if self.comm is None:
            return
        view, metadata = self._view()
        view["text/plain"] = repr(self)
        display(view, metadata=metadata, raw=True)
        self._outputs.add(self._static())

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """All forms at once, for who asks for them."""
        data, metadata = self._view()
        return {**data, "text/plain": as_text(self._state()), "text/html": self._static()}, metadata

    def _view(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return super()._repr_mimebundle_() or ({}, {})

    def __repr__(self) -> str:
        return f"<Playground of {self.main}>"

    def _static(self) -> str:
        return as_html(self._state(), self._workshop.environment)

    def _state(self) -> State:
        return State(
            self._key, dict(self.templates), self.main, self.format, self.output, self.result["error"]
        )


def _texts_of(source: str | kida.Template | Mapping[str, str], format: Format | None) -> dict[str, str]:
    """The templates by name; one without a name is called by its format."""
    if isinstance(source, kida.Template):
        name, text = source.name, source.source
    elif isinstance(source, str):
        name, text = None, source
    elif isinstance(source, Mapping):
        texts = dict(source)
        wrong = [one for pair in texts.items() for one in pair if not isinstance(one, str)]
        if wrong or not texts:
            told = f", and not {type(wrong[0]).__name__}" if wrong else ", at least one"
            raise TypeError(f"the templates of a playground are a mapping of names to texts{told}")
        return texts
    else:
        raise TypeError(
            f"a playground is made of a text, a Template or texts by name, not of {type(source).__name__}"
        )
    return {name or f"template{SUFFIXES[format or format_for(None, text)]}": text}


def _none_is(name: str, texts: Mapping[str, str]) -> str:
    return f"no template is {name!r}: there is {', '.join(map(repr, texts))}"


def _show() -> Show:
    return {"tab": "preview", "panel": "", "values": True, "pinned": None, "split": 0.5}
