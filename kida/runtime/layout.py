"""Which functions a render has for its blocks, and from which templates: worked out once for templates that extend each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kida.errors import ErrorCode, TemplateRuntimeError, did_you_mean
from kida.source import Source, Span

if TYPE_CHECKING:
    from kida.template.linking import Unit

BlockFunction = Callable[..., Any]


class Overriding(NamedTuple):
    """The blocks of an ``embed``, each with the span of its name in the source: the embedded template must have them."""

    source: Source
    blocks: tuple[tuple[str, int, int], ...]

    def check(self, layout: Layout) -> None:
        """Raise `TemplateRuntimeError` for a block that no template of a whole lineage has."""
        known = dict.fromkeys(name for unit in layout.lineage for name in unit.blocks)
        for name, start, end in self.blocks:
            if name in known:
                continue
            template = layout.lineage[0].display_name
            raise TemplateRuntimeError(
                f"the embedded template {template!r} has no block {name!r}",
                code=ErrorCode.BLOCK_NOT_FOUND,
                hint=f"it has the blocks {', '.join(known)}" if known else "it has no blocks at all",
                suggestion=did_you_mean(name, known),
                source=self.source,
                span=Span(start, end),
            )


class Layout:
    """The blocks of a template and of those that it extends so far; immutable, shared by all renders.

    ``lineage`` are the templates, the most derived first; ``blocks`` maps names to the functions of a block, the most
    derived first; ``overriding`` are those that an ``embed`` put first, checked once all are there. ``first`` are
    the most derived functions by name, ``after`` maps a function to the one that it overrides.
    """

    __slots__ = ("_last", "after", "blocks", "first", "lineage", "overriding")

    def __init__(
        self,
        lineage: tuple[Unit, ...],
        blocks: Mapping[str, tuple[BlockFunction, ...]],
        overriding: Overriding | None = None,
    ) -> None:
        self.lineage = lineage
        self.overriding = overriding
        self.blocks: Mapping[str, tuple[BlockFunction, ...]] = MappingProxyType(blocks)
        self.first = {name: functions[0] for name, functions in blocks.items()}
        self.after = {
            function: overridden
            for functions in blocks.values()
            if len(functions) > 1
            for function, overridden in pairwise(functions)
        }
        self._last: tuple[Unit, Layout] | None = None
        if overriding is not None and not lineage[-1].extends:
            overriding.check(self)

    def extended(self, parent: Unit) -> Layout:
        """That of a template which extends one more. Raises `TemplateRuntimeError` where it is one of the lineage.

        The last is kept: as a rule a template always extends the same.
        """
        last = self._last
        if last is not None and last[0] is parent:
            return last[1]
        if any(_are_same(known, parent) for known in self.lineage):
            chain = " → ".join(repr(unit.display_name) for unit in (*self.lineage, parent))
            raise TemplateRuntimeError(
                "a template extends itself",
                code=ErrorCode.CIRCULAR_INHERITANCE,
                hint=f"the chain is {chain}",
            )
        blocks = dict(self.blocks)
        for name, function in parent.blocks.items():
            blocks[name] = (*blocks.get(name, ()), function)
        made = Layout((*self.lineage, parent), blocks, self.overriding)
        self._last = parent, made
        return made

    def with_first(
        self, functions: Mapping[str, BlockFunction], overriding: Overriding | None = None
    ) -> Layout:
        """The same with other functions before a template's own."""
        blocks = dict(self.blocks)
        for name, function in functions.items():
            blocks[name] = (function, *blocks.get(name, ()))
        return Layout(self.lineage, blocks, overriding)


EMPTY: Final = Layout((), {})
"""That of no template."""


def _are_same(one: Unit, other: Unit) -> bool:
    """Whether two units are of one template, which may have been loaded twice."""
    if one.template is other.template:
        return True
    return one.name is not None and one.name == other.name and one.source.text == other.source.text
