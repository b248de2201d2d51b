"""What the templates call: functions that yield the processor in their middle, fail, render, or say where they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from kida import Environment, RenderContext, pass_context, pass_environment
from kida.render_context import get_render_context


def yielded(value: Any) -> Any:
    """The value, after another thread had its chance: what is shared by mistake is then found changed."""
    time.sleep(0)
    return value


@pass_environment
def rendered(environment: Environment, name: str, token: str) -> str:
    """Another template's text, rendered while this one is."""
    return environment.get_template(name).render(context_of(7), token=token, item=token)


@pass_context
def where(context: RenderContext) -> str:
    """What the render knows of itself; the current context must be the one handed over, or part of the same render."""
    current = get_render_context()
    kept = current is not None and current.state is context.state
    stacks = ">".join(context.template_stack), ">".join(context.import_stack)
    time.sleep(0)
    after = get_render_context()
    line = context.line
    return f"({context.name} {line} {stacks} {kept and after is current} {context.get('token')})"


class Refused(Exception):
    """An error that is not the engine's."""


def fail(token: str) -> None:
    """Raise, with what the caller gave in the message."""
    time.sleep(0)
    raise Refused(f"refused for {token}")


async def later(value: Any) -> Any:
    """The value, after the other tasks had their chance."""
    await asyncio.sleep(0)
    return value


async def ticks(values: Iterable[Any]) -> AsyncIterator[Any]:
    """The values, one at a time."""
    for value in values:
        await asyncio.sleep(0)
        yield value


class Suffixed:
    """A filter that can be pickled: the value with something behind it."""

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix

    def __call__(self, value: Any) -> str:
        return f"{value}-{self.suffix}"


class Always:
    """A filter that gives the same whatever it is called with."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __call__(self, value: Any) -> int:
        return self.value


FILTERS = {"yielded": yielded, "rendered": rendered}
GLOBALS = {"where": where, "fail": fail, "later": later, "ticks": ticks}


def context_of(number: int) -> dict[str, Any]:
    """The variables of an operation: no two numbers have equal ones, so that what leaks is seen."""
    token = f"<t{number}&>"
    return {
        "token": token,
        "number": number,
        "zero": 0,
        "user": {"name": f"<user {number}>", "names": [token]},
        "items": [f"item{number}.{place}" for place in range(1 + number % 3)],
        "item": f"item of {number}",
        "numbers": [number % 4, 2, number % 11, number],
        "tree": [
            {
                "name": f"a{number}",
                "children": [{"name": "b", "children": []}, {"name": token, "children": []}],
            },
            {"name": "c", "children": []},
        ],
    }
