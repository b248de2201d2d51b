"""What the generator has to know of an environment, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

from kida.runtime.forms import Form
from kida.values import Value

if TYPE_CHECKING:
    from kida.compiler.python import Places
    from kida.tracing.recording import PlaceSpec


class Link(NamedTuple):
    """A filter or test that a template uses, for the linker to bind.

    ``variable`` is its name in the generated code; ``kind`` is ``"filter"`` or ``"test"``; ``passes`` says what the
    generated call hands it first (``""``, ``"context"``, ``"eval_context"``, ``"environment"``); ``required`` whether
    its absence is an error at once.
    """

    variable: str
    kind: str
    name: str
    passes: str
    required: bool


class Options(Value):
    """What decides how a template is generated.

    ``passes_of(kind, name)`` is what a filter or test asks for first, or ``None`` where there is none of it;
    ``names_of(kind)`` are the names there are.
    """

    form: Form
    autoescape: bool
    passes_of: Callable[[str, str], str | None]
    names_of: Callable[[str], Iterable[str]]
    finalize: str | None = None
    """``None`` without; else what it asks for first (``""`` for nothing)."""
    places: Places | None = None
    """Those of the template's text, where another form has found some of them."""


class Compiled(Value):
    """The code of a template in one form, and what it must be linked with."""

    code: CodeType
    links: tuple[Link, ...]
    blocks: tuple[str, ...]
    extends: bool
    places: tuple[PlaceSpec, ...] = ()
    """The places of the template that the code refers to, where it is traced."""
    required: tuple[str, ...] = ()
    """The required blocks; told beside the names at the top alone, as nobody else asks."""
    shareable: bool = False
    """Whether renders may share its module, see `kida.compiler.sharing`."""
