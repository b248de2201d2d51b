"""The state of a call that may run beside others of the same render: Python code may await several macros at once."""

from __future__ import annotations

from typing import Any

from kida.render_context import RenderState


def _of_render(name: str) -> Any:
    """An attribute that is the whole render's."""

    def get(state: BesideState) -> Any:
        return getattr(state.origin, name)

    def put(state: BesideState, value: Any) -> None:
        setattr(state.origin, name, value)

    return property(get, put)


class BesideState(RenderState):
    """What a call changes while it runs is its own: the depth, what ``provide`` gives, and where ``autoescape`` is at work.

    What a render collects is shared with all of it.
    """

    __slots__ = ("origin",)

    origin: RenderState
    stacks = _of_render("stacks")
    marks = _of_render("marks")
    templates = _of_render("templates")
    modules = _of_render("modules")

    def __init__(self, before: RenderState) -> None:
        self.origin = before.origin
        self.depth = before.depth
        self.ambient = before.ambient
        self.escapings = None if before.escapings is None else dict(before.escapings)
