"""The operations, by name: each runs in a world and gives what can be compared with what it gives in a twin."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

from .changing import SOUND, change_registry, change_template, read
from .functions import Suffixed, context_of
from .outcomes import Broken, described, outcome_of
from .templates import BLOCKS, EXPRESSIONS
from .worlds import World


@dataclass(frozen=True, slots=True)
class Operation:
    """What a thread does in one step of its plan.

    ``kind``, a name in `PERFORMERS`; ``template``, the name or text it is about; ``number``, of its context: no other
    operation of a run has it; ``choice``, a number that decides what the kind leaves open.
    """

    kind: str
    template: str
    number: int
    choice: int = 0

    @property
    def context(self) -> dict[str, Any]:
        return context_of(self.number)


SELF_CHECKED: Final = frozenset(("cache info", "change template", "change registry", "read what changes"))
"""Operations that have no twin's answer, and say `SOUND` themselves."""

Answer = tuple[Operation, str]
Performer = Callable[[World, Operation], str]


def perform(world: World, operation: Operation) -> list[Answer]:
    """Run an operation; what is answered may be an earlier operation, of another thread even."""
    if operation.kind == "hand over":
        return hand_over(world, operation)
    return [(operation, outcome_of(lambda: PERFORMERS[operation.kind](world, operation)))]


# --- rendering ---------------------------------------------------------------------------------------------------


def render(world: World, operation: Operation) -> str:
    context = operation.context
    try:
        return world.environment.get_template(operation.template).render(context)
    finally:
        if context != operation.context:
            raise Broken(f"the render changed its caller's variables: {context}")


def render_keywords(world: World, operation: Operation) -> str:
    return world.environment.render(operation.template, {"token": "hidden"}, **operation.context)


def stream(world: World, operation: Operation) -> str:
    template = world.environment.get_template(operation.template)
    return "".join(template.render_stream(operation.context))


def abandoned_stream(world: World, operation: Operation) -> str:
    pieces = world.environment.get_template(operation.template).render_stream(operation.context)
    begun = list(islice(pieces, operation.choice % 5))
    pieces.close()  # type: ignore[attr-defined]
    return "".join(begun)


def tasks(world: World, operation: Operation) -> str:
    """Several renders of one thread, in turns."""

    async def rendered(place: int) -> str:
        template = world.environment.get_template(operation.template)
        context = {**operation.context, "token": f"<task {place} of {operation.number}>"}
        if place % 2:
            return await template.render_async(context)
        return "".join([piece async for piece in template.render_stream_async(context)])

    async def together() -> str:
        answers = await asyncio.gather(*(_settled(rendered(place)) for place in range(3)))
        return "\n".join(answers)

    return asyncio.run(together())


async def _settled(work: Coroutine[Any, Any, str]) -> str:
    try:
        return await work
    except Exception as error:
        return described(error)


def to_threads(world: World, operation: Operation) -> str:
    """Renders handed by one event loop to threads of its own."""

    async def together() -> str:
        template = world.environment.get_template(operation.template)
        contexts = [{**operation.context, "token": f"<{place}/{operation.number}>"} for place in range(3)]
        work = (asyncio.to_thread(outcome_of, partial(template.render, context)) for context in contexts)
        return "\n".join(await asyncio.gather(*work))

    return asyncio.run(together())


def hand_over(world: World, operation: Operation) -> list[Answer]:
    """Begin a stream, leave it half read, and read one to its end that some thread left so."""
    pieces: list[str] = []
    opened: list[Any] = []

    def begin() -> str:
        opened.append(world.environment.get_template(operation.template).render_stream(operation.context))
        pieces.extend(islice(opened[0], operation.choice % 7))
        return ""

    failed = outcome_of(begin)
    if failed:
        return [(operation, "".join(pieces) + failed)]
    with world.handing:
        world.handed.append((operation, opened[0], pieces))
        found = world.handed.popleft() if len(world.handed) > world.held else None
    return [] if found is None else [_read_on(found)]


def _read_on(waiting: tuple[Operation, Any, list[str]]) -> Answer:
    operation, rest, pieces = waiting

    def read() -> str:
        pieces.extend(rest)
        return ""

    failed = outcome_of(read)
    return operation, "".join(pieces) + failed


def all_that_wait(world: World) -> list[Answer]:
    """The streams that are still half read, read to their ends."""
    answers = []
    while world.handed:
        answers.append(_read_on(world.handed.popleft()))
    return answers


def block(world: World, operation: Operation) -> str:
    name = BLOCKS[operation.choice % len(BLOCKS)]
    return world.environment.get_template(operation.template).render_block(name, operation.context)


def with_blocks(world: World, operation: Operation) -> str:
    blocks = world.blocks if operation.choice % 2 else {"body": f"<ready {operation.number}>"}
    return world.environment.get_template(operation.template).render_with_blocks(blocks, operation.context)


# --- making templates --------------------------------------------------------------------------------------------


def string(world: World, operation: Operation) -> str:
    return world.environment.from_string(operation.template).render(operation.context)


def named_string(world: World, operation: Operation) -> str:
    name = f"string{operation.choice}.html"
    template = world.environment.from_string(operation.template, {"own": operation.number}, name=name)
    return "".join(template.render_stream(operation.context))


def select(world: World, operation: Operation) -> str:
    names = ["absent/a.html", "absent/b.html", operation.template]
    return world.environment.select_template(names).render(operation.context)


def own_globals(world: World, operation: Operation) -> str:
    template = world.environment.get_template(operation.template, {"extra": f"<{operation.number}>"})
    return template.render(operation.context) + str(template.make_module(operation.context))


def pickled(world: World, operation: Operation) -> str:
    template = world.environment.get_template(operation.template)
    return str(pickle.loads(pickle.dumps(template)).render(operation.context))


def replaced(world: World, operation: Operation) -> str:
    """Another environment, made from the shared one while that is changed."""
    other = world.environment.replace(autoescape=False, cache_size=operation.choice % 3)
    return other.get_template(operation.template).render(operation.context) + repr(other.autoescape)


def raw(world: World, operation: Operation) -> str:
    return world.raw.get_template(operation.template).render(operation.context)


def inspected(world: World, operation: Operation) -> str:
    template = world.environment.get_template(operation.template)
    metadata = {name: (found.name, found.line) for name, found in template.def_metadata().items()}
    return f"{template.list_blocks()} {metadata} {sorted(template.undeclared_variables())}"


# --- modules and expressions -------------------------------------------------------------------------------------

_CALLS: Final[tuple[tuple[str, Callable[[Any, Operation], Any]], ...]] = (
    ("lib.html", lambda module, operation: module.card(operation.context["token"])),
    (
        "lib.html",
        lambda module, operation: module.inner(operation.context["token"], depth=operation.number % 9),
    ),
    ("lib.html", lambda module, operation: module.wrap([1, 2], caller=lambda x: f"{x}{operation.number}")),
    ("lib.html", lambda module, operation: module.inner(operation.context["token"], dept=3)),
    ("kit.html", lambda module, operation: module.escapes(operation.context["token"])),
    ("kit.html", lambda module, operation: module.borrowed(operation.context["token"])),
    ("kit.html", lambda module, operation: module.counted(operation.number % 9)),
    ("kit.html", lambda module, operation: module.divide(operation.number % 4, operation.number % 2)),
)


def shared_module(world: World, operation: Operation) -> str:
    """A macro of a module that all threads have."""
    name, call = _CALLS[operation.choice % len(_CALLS)]
    return repr(call(world.library if name == "lib.html" else world.kit, operation))


def given_module(world: World, operation: Operation) -> str:
    """Modules that all threads have, given to a template as variables."""
    text = "{{ kit.escapes(token) }}{{ kit.borrowed(token) }}{% call(x) lib.wrap(items) %}{{ x }}{% endcall %}{{ token }}"
    return world.environment.render_string(text, operation.context, kit=world.kit, lib=world.library)


def fresh_module(world: World, operation: Operation) -> str:
    name, call = _CALLS[operation.choice % len(_CALLS)]
    module = world.environment.get_template(name).make_module(operation.context)
    return repr(call(module, operation)) + str(module)


def module_tasks(world: World, operation: Operation) -> str:
    """Macros of an asynchronous module, called by several tasks in turns."""

    async def together() -> str:
        template = world.environment.get_template("async_macros.html")
        module: Any = await template.make_module_async(operation.context)
        texts = await asyncio.gather(*(module.slow(f"{place}") for place in range(4)))
        return " ".join(texts)

    return asyncio.run(together())


def expression(world: World, operation: Operation) -> str:
    place = operation.choice % len(EXPRESSIONS)
    if operation.number % 3:
        return repr(world.expressions[place](operation.context))
    return repr(world.environment.compile_expression(EXPRESSIONS[place])(operation.context))


# --- the environment itself --------------------------------------------------------------------------------------


def add_filter(world: World, operation: Operation) -> str:
    name = f"suffix_{operation.number}"
    world.environment.add_filter(name, Suffixed(str(operation.number)))
    return world.environment.render_string(f"{{{{ token|{name} }}}}", operation.context)


def add_global(world: World, operation: Operation) -> str:
    name = f"global_{operation.number}"
    world.environment.add_global(name, operation.number)
    world.environment.add_test(f"is_{operation.number}", operation.number.__eq__)
    text = f"{{{{ {name}|yielded }}}} {{{{ {operation.number} is is_{operation.number} }}}} {{{{ token }}}}"
    return world.environment.render_string(text, operation.context)


def clear_cache(world: World, operation: Operation) -> str:
    world.environment.clear_cache()
    return world.environment.get_template("part_raw.html").render(operation.context)


def cache_info(world: World, operation: Operation) -> str:
    info = world.environment.cache_info()
    bound = info.size if info.capacity is None else info.capacity
    sound = 0 <= info.size <= bound and info.hits >= 0 and info.misses >= 0
    return SOUND if sound else f"unsound: {info}"


def list_templates(world: World, operation: Operation) -> str:
    return " ".join(world.environment.list_templates(["html"]))


PERFORMERS: Final[dict[str, Performer]] = {
    "render": render,
    "render keywords": render_keywords,
    "stream": stream,
    "abandoned stream": abandoned_stream,
    "tasks": tasks,
    "to threads": to_threads,
    "block": block,
    "with blocks": with_blocks,
    "string": string,
    "named string": named_string,
    "select": select,
    "own globals": own_globals,
    "pickled": pickled,
    "replaced": replaced,
    "raw": raw,
    "inspected": inspected,
    "shared module": shared_module,
    "given module": given_module,
    "fresh module": fresh_module,
    "module tasks": module_tasks,
    "expression": expression,
    "add filter": add_filter,
    "add global": add_global,
    "clear cache": clear_cache,
    "cache info": cache_info,
    "list templates": list_templates,
    "change template": lambda world, operation: change_template(world, operation.choice),
    "change registry": lambda world, operation: change_registry(world),
    "read what changes": lambda world, operation: read(world, operation.choice),
}
