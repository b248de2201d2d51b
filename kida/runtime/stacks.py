"""Stacks: what ``push`` collects anywhere in a render, and ``stack`` writes, even if that comes first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Final, NamedTuple

from kida.environment.fragments import is_making
from kida.errors import ErrorCode, TemplateRuntimeError
from kida.render_context import RenderContext, RenderState
from kida.runtime.marks import Marks
from kida.runtime.undefined import Undefined
from kida.source import Source, Span

NO_KEY: Final = object()
"""Where ``push`` says no ``once``."""


class Push(NamedTuple):
    """A text that was pushed, the stack, and the key of ``once``; ``told`` is what a traced render knows of it.

    ``again`` is the push that had that key before, where this one therefore writes nothing.
    """

    stack: str
    key: Any
    text: str
    told: Any = None
    again: Push | None = None


class Stacks:
    """The stacks of one render.

    ``pushes`` are all that was pushed, in that order; ``keys`` the stacks and keys of what was pushed once.
    """

    __slots__ = ("keys", "pushes")

    def __init__(self) -> None:
        self.pushes: list[Push] = []
        self.keys: dict[tuple[str, Hashable], Push] = {}

    def take_back(self, count: int) -> None:
        """Keep the first so many alone."""
        for push in self.pushes[count:]:
            if push.key is not NO_KEY and push.again is None:
                del self.keys[push.stack, push.key]
        del self.pushes[count:]


class StackMark:
    """The place of a stack in the text."""

    __slots__ = ("name", "source", "span", "stack", "stacks")

    waits = True

    def __init__(self, stacks: Stacks, stack: str, source: Source, span: Span) -> None:
        self.stacks = stacks
        self.source = source
        self.span = span
        self.stack = stack
        self.name = f"stack {stack!r}"

    @property
    def pushes(self) -> Iterable[Push]:
        """What stands in its place."""
        return (push for push in self.stacks.pushes if push.stack == self.stack)

    def resolve(self, offset: int) -> str:
        """The texts that were pushed, one after the other."""
        return "".join([push.text for push in self.pushes])


# --- what generated code calls ---------------------------------------------------------------------------------------


def stack_name(name: Any) -> str:
    """The name of a stack. Raises `TemplateRuntimeError` for what is no text."""
    if isinstance(name, Undefined):
        name._fail_with_undefined_error()
    if not isinstance(name, str):
        raise TemplateRuntimeError(
            f"the name of a stack is a text, not {type(name).__name__}",
            code=ErrorCode.INVALID_STACK,
            hint='write it in quotes: {% push "scripts" %}',
        )
    return str(name)


def is_wanted(context: RenderContext, name: str, key: Any) -> bool:
    """Whether the body of a ``push … once key`` is to run."""
    if isinstance(key, Undefined):
        key._fail_with_undefined_error()
    try:
        hash(key)
    except TypeError as error:
        raise TemplateRuntimeError(
            f"the key of a push must be hashable: {error}",
            code=ErrorCode.UNHASHABLE_KEY,
            hint="use what tells one from the other: an id, a text, a number",
        ) from None
    stacks = context.running_state.stacks
    first = None if stacks is None else stacks.keys.get((name, key))
    if first is None or stacks is None:
        return True
    if is_making():
        # another render that finds the kept text may not have pushed this before
        stacks.pushes.append(Push(name, key, "", again=first))
    return False


def push(context: RenderContext, name: str, key: Any, text: str, told: Any = None) -> None:
    """Add a text to a stack."""
    stacks = _of(context.running_state)
    pushed = Push(name, key, text, told)
    if key is not NO_KEY and stacks.keys.setdefault((name, key), pushed) is not pushed:
        return  # within its body the same was pushed
    stacks.pushes.append(pushed)


def stack(context: RenderContext, name: str, start: int, end: int) -> str:
    """What stands for a stack until the render ends; ``start`` and ``end`` are where its tag does, in the template's text."""
    state = context.running_state
    stacks = _of(state)
    if state.marks is None:
        state.marks = Marks()
    if context.unit is None:
        raise AssertionError("a template that renders has been linked")
    return state.marks.make(StackMark(stacks, name, context.unit.source, Span(start, end)))


def pushed(context: RenderContext) -> int:
    """How much has been pushed, for `take_back` and `pushed_since`."""
    stacks = context.running_state.stacks
    return 0 if stacks is None else len(stacks.pushes)


def take_back(context: RenderContext, count: int) -> None:
    """Forget what was pushed since there was so much: a body that failed writes nothing."""
    stacks = context.running_state.stacks
    if stacks is not None:
        stacks.take_back(count)


def pushed_since(context: RenderContext, count: int) -> tuple[Push, ...]:
    """What was pushed since there was so much, to be kept with a text."""
    stacks = context.running_state.stacks
    if stacks is None:
        return ()
    pushes = [push.again or push for push in stacks.pushes[count:]]
    return tuple(push._replace(text=check_kept(context, push.text), told=None) for push in pushes)


def push_again(context: RenderContext, pushes: Iterable[Push]) -> None:
    """Push what was pushed when a text was made that is kept."""
    for one in pushes:
        if one.key is NO_KEY or is_wanted(context, one.stack, one.key):
            push(context, one.stack, one.key, one.text)


def check_kept(context: RenderContext, text: str) -> str:
    """A text that other renders will find. Raises `TemplateRuntimeError` where it waits for the end of this one."""
    marks = context.running_state.marks
    if marks is not None and marks.first_in(text) >= 0:
        first = next(part for part in marks.parts(text) if not isinstance(part, str))
        raise TemplateRuntimeError(
            f"{first.name} cannot be kept: it is another in each render",
            code=ErrorCode.CHANGED_MARK,
            hint="write it outside of {% cache %}",
        )
    return text


def _of(state: RenderState) -> Stacks:
    if state.stacks is None:
        state.stacks = Stacks()
    return state.stacks
