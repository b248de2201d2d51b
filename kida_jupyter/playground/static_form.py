"""A playground without a kernel: its templates and last result as HTML and as text, for saved notebooks and exports.

JupyterLab and Notebook show a widget only where its kernel runs or the notebook was saved with the widgets' state, which
they are not told to by default; nbconvert the same. So this form is an output of its own behind the widget's, and hides
itself by its style while a view of the widget is on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import kida
from kida_jupyter.help.scanning import Delimiters, tags_of
from kida_jupyter.playground.messages import Failure, Format

_MOST: Final = 100_000
"""Characters of a result that are kept in the notebook's file."""
_MOST_TEXT: Final = 2_000
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
"""What a shown result may load: nothing that is not in it."""
_FONT: Final = "body { margin: 14px; font: 14px/1.5 system-ui, sans-serif; }"
"""What a result looks like that has no style of its own: as in the playground's preview."""


@dataclass(frozen=True, slots=True)
class State:
    """What there is to show: the templates by name, what is rendered, and what came of it last."""

    key: str
    texts: dict[str, str]
    main: str
    format: Format
    output: str
    error: Failure | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a template: a tag, or what stands between tags."""

    text: str
    is_tag: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A template as it is shown."""

    name: str
    is_main: bool
    pieces: tuple[Piece, ...]


def as_html(state: State, environment: kida.Environment) -> str:
    """The static form. Parameters: ``state``; ``environment``, whose tags are marked."""
    output = state.output[:_MOST]
    drawing = kida.Environment(
        loader=kida.PackageLoader("kida_jupyter.playground", "templates"),
        autoescape=True,
        trim_blocks=True,
        auto_reload=False,
    )
    delimiters = Delimiters.of(environment)
    return drawing.get_template("static.html").render(
        key=state.key,
        templates=[
            Shown(name, name == state.main, tuple(_pieces(text, delimiters)))
            for name, text in state.texts.items()
        ],
        error=None if state.error is None else kida.Markup(state.error["html"]),
        output=output,
        page=_page(output) if state.format in ("html", "svg") else None,
        left_out=len(state.output) - len(output),
    )


def as_text(state: State) -> str:
    """The state for terminals, and for front ends that show neither widgets nor HTML."""
    if state.error is not None:
        return f"Playground of {state.main}\n\n{state.error['text']}"
    output = state.output[:_MOST_TEXT]
    more = len(state.output) - len(output)
    return f"Playground of {state.main}\n\n{output}" + (f"\n… {more:,} more characters" if more else "")


def _page(output: str) -> str:
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return f"<!doctype html>{head}<style>{_FONT}</style>{output}"


def _pieces(text: str, delimiters: Delimiters) -> Iterator[Piece]:
    at = 0
    for tag in tags_of(text, delimiters):
        if tag.start > at:
            yield Piece(text[at : tag.start], False)
        yield Piece(text[tag.start : tag.end], True)
        at = tag.end
    if at < len(text):
        yield Piece(text[at:], False)
