"""What one walk over a template finds, before anything is known of its names."""

from __future__ import annotations

from typing import Any, NamedTuple

from kida.syntax import nodes


class Overview:
    """``blocks`` are the blocks by name, ``embedded`` those of each ``embed``, with names for their functions; ``extends`` is the first ``extends``; ``awaits``: there is ``await`` or
    ``async for``; ``has_reaching``: there is an assignment that reaches out of its scope; ``exported`` are the names
    that are exported, ``exported_in_blocks`` those that blocks export, ``parameters`` the names of all parameters, ``loop_blocks`` the blocks inside loops, ``loops_of_scoped`` the loops with a
    ``scoped`` block in their body.
    """

    __slots__ = (
        "awaits",
        "blocks",
        "embedded",
        "exported",
        "exported_in_blocks",
        "extends",
        "has_reaching",
        "loop_blocks",
        "loops_of_scoped",
        "parameters",
    )

    def __init__(self, template: nodes.Template) -> None:
        self.blocks: dict[str, nodes.Block] = {}
        self.embedded: dict[nodes.Embed, dict[nodes.Block, str]] = {}
        self.exported: set[str] = set()
        self.exported_in_blocks: set[str] = set()
        self.parameters: set[str] = set()
        self.extends: nodes.Extends | None = None
        self.has_reaching = self.awaits = False
        self.loop_blocks: set[nodes.Node] = set()
        self.loops_of_scoped: set[nodes.Node] = set()
        pending: list[tuple[nodes.Node, _Place]] = [(template, _Place(None, False, False, None))]
        while pending:
            node, place = pending.pop()
            below = nodes.children(node)
            below.reverse()
            if isinstance(node, nodes.For):
                self.awaits |= node.is_async
                place = place._replace(in_loop=True)
                in_body = place._replace(loops=(node, place.loops))
                body = frozenset(node.body)
                pending += [(child, in_body if child in body else place) for child in below]
                continue
            if isinstance(node, nodes.Embed):
                self.embedded[node] = {}
                place = place._replace(embed=node)
            elif isinstance(node, nodes.Block):
                self._block(node, place)
                place = place._replace(in_block=True)
            elif isinstance(node, (nodes.Assign, nodes.Capture)):
                self._assignment(node, place)
            elif isinstance(node, nodes.Parameter):
                self.parameters.add(node.name)
            elif isinstance(node, nodes.Extends):
                self.extends = self.extends or node
            elif isinstance(node, nodes.Await):
                self.awaits = True
            pending += [(child, place) for child in below]

    def _block(self, node: nodes.Block, place: _Place) -> None:
        if place.embed is not None:
            name = f".embedded{node.span.start} {node.name}"
            self.embedded[place.embed][node] = name
        else:
            self.blocks[node.name] = node
        if place.in_loop:
            self.loop_blocks.add(node)
        loops = place.loops if node.scoped else None
        while loops is not None and loops[0] not in self.loops_of_scoped:
            loop, loops = loops
            self.loops_of_scoped.add(loop)

    def _assignment(self, node: nodes.Assign | nodes.Capture, place: _Place) -> None:
        self.has_reaching |= isinstance(node, nodes.Assign) and node.reach != "set"
        if node.reach == "export":
            names = {
                target.name for target in nodes.walk(node.target) if isinstance(target, nodes.TargetName)
            }
            self.exported |= names
            if place.in_block:
                self.exported_in_blocks |= names


class _Place(NamedTuple):
    """Where a node stands: ``loops`` are those whose body it is in, the innermost first, as pairs of one and the rest."""

    loops: tuple[nodes.For, Any] | None
    in_loop: bool
    in_block: bool
    embed: nodes.Embed | None
