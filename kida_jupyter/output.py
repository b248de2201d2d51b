"""How a result is shown: the formats of ``--as``, which of them a cell has, and what is sent to the front end."""

# mypy: disable-error-code="no-untyped-call"
# IPython's display() has no types.

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from IPython.display import display, update_display

from kida import Markup
from kida_jupyter.tables import Rows, html_table, text_table

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_BETWEEN_UPDATES: Final = 0.1
"""Seconds, at least, between two updates of a result that is shown as it is rendered."""
_SHARE_OF_UPDATES: Final = 0.1
"""The part of the time that may go into updates, each of which sends all of the text so far: less often as it grows."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to show a result: its name for ``--as``, its MIME type, whether values are escaped in it, and whether
    the beginning of a result can be shown so too.
    """

    name: str
    mime: str
    escapes: bool = False
    in_parts: bool = True


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format("html", "text/html", escapes=True),
            Format("markdown", "text/markdown"),
            Format("text", "text/plain"),
            Format("latex", "text/latex", in_parts=False),
            Format("json", "application/json", in_parts=False),
            Format("svg", "image/svg+xml", escapes=True, in_parts=False),
        )
    }
)


class NotShown(ValueError):
    """A result cannot be shown in its format, and was shown as plain text."""


_TEMPLATE_SUFFIX: Final = re.compile(r"\.(?:kida|j2|jinja2?)$", re.IGNORECASE)
"""What editors know a template by; the suffix before it says what it is a template of."""
_HTML_SUFFIX: Final = re.compile(r"\.x?html?$", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"\.\w+$")
_HTML_TEXT: Final = re.compile(
    r"""
      <!doctype\ html
    # elements of HTML, closed or void: an LLM's <instructions> and a page of XML are none
    | </(?:html|head|body|main|header|footer|nav|section|article|aside|figure|figcaption|div|span|p|h[1-6]|a|b|i|em|strong
          |small|sub|sup|code|pre|blockquote|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|style|button|details)\s*>
    | <(?:br|hr|img|input|meta|link)\b[^<>]*>
    # a page takes after the layout that it extends
    | \{%[-+]?\s*extends\s+["'][^"']*\.x?html?["']
    """,
    re.IGNORECASE | re.VERBOSE,
)


_SOURCE_STYLE: Final = "".join(
    f".kida-source {kinds} {{ color: {color} }}"
    for kinds, color in (
        (":is(.k, .kd, .kn, .ow, .nt, .cp)", "var(--jp-mirror-editor-keyword-color, #7928a1)"),
        (":is(.s, .s1, .s2)", "var(--jp-mirror-editor-string-color, #a11)"),
        (":is(.m, .mi, .mf)", "var(--jp-mirror-editor-number-color, #080)"),
        (":is(.c, .ch, .cm, .c1)", "var(--jp-mirror-editor-comment-color, #5a6a6a)"),
        (":is(.nf, .na)", "var(--jp-mirror-editor-def-color, #00a)"),
        (":is(.nv)", "var(--jp-mirror-editor-variable-color, inherit)"),
    )
)
"""Colors of a template's text: JupyterLab's own for its theme, and others that do on white elsewhere."""


def format_of(asked: str | None, name: str | None, text: str) -> Format:
    """The format of a cell.

    Parameters: ``asked``, the name given with ``--as``, one of `FORMATS`; ``name``, the cell's; ``text``, its
    template. What was asked for goes first, then what the suffix of the name says, then what the text looks like.
    """
    if asked is not None:
        return FORMATS[asked]
    stem = _TEMPLATE_SUFFIX.sub("", name or "")
    is_html = _HTML_SUFFIX.search(stem) if _SUFFIX.search(stem) else _HTML_TEXT.search(text)
    return FORMATS["html" if is_html else "text"]


def value_of(text: str, *, escapes: bool) -> str:
    """A result as a Python value: ``Markup`` where values were escaped, so that it is not escaped once more."""
    return Markup(text) if escapes else text


def bundle_of(output: Format, text: str) -> dict[str, Any]:
    """A result by MIME type, with the text itself for terminals and logs.

    Raises ``ValueError`` where the format is JSON and the text is not.
    """
    shown = json.loads(text) if output.name == "json" else text
    return {"text/plain": text, output.mime: shown}


def show_result(
    text: str, output_format: Format, *, display_id: str | None = None, update: bool = False
) -> None:
    """Show the text of a cell, or put it in the place of what is shown under a display id.

    A blank text shows nothing, as a library of macros writes nothing but the lines between them; where it can be
    updated later, it is a place for that. Parameters: ``text``; ``output_format``; ``display_id``, by which it can
    be updated; ``update``, whether there is something under that id. Raises ``ValueError`` where the format is JSON
    and the text is not, which is then shown as plain text.
    """
    if display_id is None and not text.strip():
        return
    try:
        _send(bundle_of(output_format, text), display_id, update)
    except ValueError as error:
        _send({"text/plain": text}, display_id, update)
        raise NotShown(f"the result is not JSON: {error}") from None


def show_stream(pieces: Iterable[str], output_format: Format, shell: InteractiveShell) -> str:
    """Show a result as its pieces come, and give the whole text.

    A front end gets one output that is updated; a terminal, which cannot take back what it printed, the pieces
    themselves. What came before an error stays shown. Parameters: ``pieces``; ``output_format``; ``shell``. Raises
    what the pieces raise, and what `show_result` raises.
    """
    written: list[str] = []
    if not can_update(shell):
        for piece in pieces:
            written.append(piece)
            sys.stdout.write(piece)
            sys.stdout.flush()
        text = "".join(written)
        if text and not text.endswith("\n"):
            sys.stdout.write("\n")
        return text
    display_id = uuid4().hex
    in_parts = output_format if output_format.in_parts else FORMATS["text"]
    shown = 0
    due = monotonic()
    try:
        for piece in pieces:
            written.append(piece)
            now = monotonic()
            if now >= due:
                show_result("".join(written), in_parts, display_id=display_id, update=shown > 0)
                shown, then = len(written), monotonic()
                due = then + max(_BETWEEN_UPDATES, (then - now) / _SHARE_OF_UPDATES)
    except BaseException:
        if len(written) > shown:
            show_result("".join(written), in_parts, display_id=display_id, update=shown > 0)
        raise
    text = "".join(written)
    if shown or text.strip():
        show_result(text, output_format, display_id=display_id, update=shown > 0)
    return text


def can_update(shell: InteractiveShell) -> bool:
    """Whether what a shell has shown can be replaced: in a kernel's front ends, and not in a terminal."""
    return getattr(shell, "kernel", None) is not None


def _send(bundle: dict[str, Any], display_id: str | None, update: bool) -> None:
    if display_id is None:
        display(bundle, raw=True)
    elif update:
        update_display(bundle, raw=True, display_id=display_id)
    else:
        display(bundle, raw=True, display_id=display_id)


def say(text: str) -> None:
    """Write a line or several to where prints go."""
    sys.stdout.write(text.removesuffix("\n") + "\n")


def show_table(rows: Rows) -> None:
    """Show rows as a table: of HTML in front ends that have it, and as columns of text in terminals."""
    show_view(text_table(rows), str(html_table(rows)))


def show_view(text: str, html: str) -> None:
    """Show HTML in front ends that have it, and text in terminals."""
    _send({"text/plain": text, "text/html": html}, None, False)


def show_source(text: str, name: str, shell: InteractiveShell) -> None:
    """Show a template's text, highlighted where the front end can do that.

    Parameters: ``text``; ``name``, which tells whether it is a template of HTML; ``shell``.
    """
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter, Terminal256Formatter  # type: ignore[import-untyped]
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

    lexer = get_lexer_by_name(
        "html+jinja" if format_of(None, name, text).escapes else "jinja", stripnl=False, ensurenl=False
    )
    if can_update(shell):
        marked = highlight(text, lexer, HtmlFormatter(nowrap=True))
        page = f'<style>{_SOURCE_STYLE}</style><pre class="kida-source">{marked}</pre>'
        _send({"text/plain": text, "text/html": page}, None, False)
    elif str(shell.colors).lower() == "nocolor":
        say(text)
    else:
        say(highlight(text, lexer, Terminal256Formatter()))
