"""What JSON cannot say, for cases to name: objects, Markup, callables, iterators, Python hooks.

Each fixture is made anew for each render, from the engine that renders (`kida` or `jinja2`), so that a
generator is fresh and a hook carries the engine's own mark.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace
from typing import Any

from markupsafe import Markup

Mark = Callable[[Callable[..., Any]], Callable[..., Any]]
"""What an engine's `pass_context` and the like are: decorators that mark a function."""


@dataclass(frozen=True, slots=True)
class Additions:
    """What a fixture adds: names to the context, and filters, tests, globals and options to the environment.

    `install` is done to the environment once it is there.
    """

    context: Mapping[str, Any] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    tests: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    globals: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    install: Callable[[Any], None] | None = None


class User:
    """An object with attributes, a property and methods."""

    def __init__(self, name: str, age: int, tags: tuple[str, ...] = ()) -> None:
        self.name = name
        self.age = age
        self.tags = tags
        self.address = SimpleNamespace(city="Oslo", street=None)

    @property
    def title(self) -> str:
        return f"User {self.name}"

    def greet(self, greeting: str = "Hello", *, mark: str = "!") -> str:
        return f"{greeting}, {self.name}{mark}"

    def __str__(self) -> str:
        return f"<{self.name}>"


class ItemUser(User):
    """A user that also has items, one of them under an attribute's name."""

    def __getitem__(self, key: object) -> str:
        if key in ("name", "secret"):
            return f"item {key}"
        raise KeyError(key)


class Page:
    """An object that knows its own HTML."""

    def __html__(self) -> str:
        return "<b>page</b>"

    def __str__(self) -> str:
        return "<page>"


class Broken:
    """An object whose property and text both fail with errors of their own."""

    @property
    def value(self) -> str:
        raise ValueError("the property failed")

    def __str__(self) -> str:
        raise OverflowError("no text")


class Spy:
    """Counts its calls, to show what is evaluated and what is skipped."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def __call__(self, value: Any = None) -> Any:
        self.calls.append(value)
        return value

    @property
    def seen(self) -> str:
        return ",".join(str(call) for call in self.calls)


def user(engine: Any) -> Additions:
    people = [User("Ann", 36, ("a", "b")), User("bob", 7), User("Cem", 36, ("c",))]
    return Additions(context={"user": people[0], "people": people, "item_user": ItemUser("Dora", 50)})


def markup(engine: Any) -> Additions:
    return Additions(context={"markup": Markup("<b>bold</b> & more"), "page": Page()})


def broken(engine: Any) -> Additions:
    return Additions(context={"broken": Broken()})


def callables(engine: Any) -> Additions:
    def describe(*args: Any, **kwargs: Any) -> str:
        return " ".join([*map(str, args), *(f"{key}={value}" for key, value in kwargs.items())])

    def fail(message: str = "it failed") -> str:
        raise ValueError(message)

    def add(a: int, b: int = 10) -> int:
        return a + b

    def wrap(before: str, *, caller: Callable[..., str]) -> str:
        return f"{before}[{caller()}]"

    functions = {"describe": describe, "fail": fail, "add": add, "wrap": wrap}
    return Additions(context={**functions, "spy": Spy()})


def iterables(engine: Any) -> Additions:
    def letters() -> Iterator[str]:
        yield from "abc"

    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("the iterator failed")

    return Additions(
        context={
            "letters": letters(),
            "nothing": iter(()),
            "failing": failing(),
            "pairs": [(1, "one"), (2, "two")],
            "triples": [(1, (2, 3)), (4, (5, 6))],
            "keyed": {(1, 2): "pair", None: "none", 1: "one"},
        }
    )


def values(engine: Any) -> Additions:
    return Additions(context={"complex_number": 3 + 4j, "text_class": str})


def hooks(engine: Any) -> Additions:
    pass_context: Mark = engine.pass_context
    pass_eval_context: Mark = engine.pass_eval_context
    pass_environment: Mark = engine.pass_environment

    @pass_context
    def from_context(context: Any, name: str) -> str:
        return f"{name}={context[name]}"

    @pass_context
    def context_filter(context: Any, value: str) -> str:
        return f"{value} by {context.get('author', 'nobody')}"

    @pass_eval_context
    def escaping(eval_context: Any, value: object = "") -> str:
        return f"{value}{'on' if eval_context.autoescape else 'off'}"

    @pass_environment
    def opener(environment: Any, value: object = "") -> str:
        return f"{value}{environment.block_start_string}"

    @pass_context
    def is_author(context: Any, value: str) -> bool:
        return bool(value == context["author"])

    @pass_environment
    def is_known_filter(environment: Any, value: str) -> bool:
        return value in environment.filters

    return Additions(
        filters={"signed": context_filter, "escaping": escaping, "opener": opener},
        tests={"author": is_author, "known_filter": is_known_filter},
        globals={"from_context": from_context, "escaping_now": escaping, "opener_now": opener},
    )


def custom(engine: Any) -> Additions:
    def shout(value: object, mark: str = "!", times: int = 1) -> str:
        return str(value).upper() + mark * times

    def bold(value: object) -> Markup:
        return Markup("<b>{}</b>").format(value)

    def fail(value: object) -> str:
        raise ValueError(f"cannot take {value}")

    def is_longer(value: str, length: int = 3) -> bool:
        return len(value) > length

    return Additions(
        filters={"shout": shout, "bold": bold, "fails": fail, "ns.dotted": shout},
        tests={"longer": is_longer, "ns.longer": is_longer},
        globals={"site": "kida.example", "version": 3},
    )


def finalize_none(engine: Any) -> Additions:
    return Additions(options={"finalize": lambda value: "-" if value is None else value})


def finalize_brackets(engine: Any) -> Additions:
    return Additions(options={"finalize": lambda value: f"<{value}>"})


def finalize_markup(engine: Any) -> Additions:
    return Additions(options={"finalize": lambda value: Markup("<i>{}</i>").format(value)})


def finalize_context(engine: Any) -> Additions:
    pass_context: Mark = engine.pass_context

    @pass_context
    def finalize(context: Any, value: Any) -> Any:
        return context["fallback"] if value is None else value

    return Additions(options={"finalize": finalize})


def logging_undefined(engine: Any) -> Additions:
    messages: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(f"{record.levelname}: {record.getMessage()}")

    logger = logging.Logger("undefined values of one render")  # noqa: LOG001 - getLogger keeps it for ever
    logger.addHandler(Collector())
    undefined = engine.make_logging_undefined(logger, engine.Undefined)
    return Additions(context={"logged": lambda: "; ".join(messages)}, options={"undefined": undefined})


def template_objects(engine: Any) -> Additions:
    """A template object, for the tags that take one."""
    environment = engine.Environment(
        loader=engine.DictLoader(
            {
                "part": "part {{ x }}",
                "layout": "[{% block body %}layout{% endblock %}]",
                "lib": "{% macro hi(n) %}hi {{ n }}{% endmacro %}",
            }
        ),
        undefined=engine.ChainableUndefined,
    )
    return Additions(
        context={f"{name}_template": environment.get_template(name) for name in ("part", "layout", "lib")}
    )


def asynchronous(engine: Any) -> Additions:
    async def later(value: Any = "later") -> Any:
        await asyncio.sleep(0)
        return value

    async def fail_later(message: str = "it failed later") -> Any:
        await asyncio.sleep(0)
        raise ValueError(message)

    async def ticks(count: int = 3) -> AsyncIterator[int]:
        for number in range(count):
            await asyncio.sleep(0)
            yield number

    async def async_filter(value: Any) -> str:
        await asyncio.sleep(0)
        return f"<{value}>"

    return Additions(
        context={"later": later, "fail_later": fail_later, "ticks": ticks},
        filters={"async_filter": async_filter},
    )


class Catalogue:
    """Translations, an object as `gettext.translation` gives."""

    messages: Mapping[str, str] = MappingProxyType(
        {
            "Hello": "Hallo",
            "Hello %(user)s": "Hallo %(user)s",
            "a b": "A-B",
            "<b>": "<i>",
            "100% sure": "100% sicher",
            "100%% sure": "100%% sicher",
            "100%% %(user)s": "%(user)s: 100%%",
            "%(n)s item": "%(n)s Ding",
            "%(n)s items": "%(n)s Dinge",
            "swapped %(a)s %(b)s": "%(b)s %(a)s getauscht",
        }
    )

    def gettext(self, message: str) -> str:
        return self.messages.get(message, message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.gettext(singular if count == 1 else plural)

    def pgettext(self, context: str, message: str) -> str:
        return f"<{context}>{self.gettext(message)}"

    def npgettext(self, context: str, singular: str, plural: str, count: int) -> str:
        return f"<{context}>{self.ngettext(singular, plural, count)}"


def catalogue(engine: Any) -> Additions:
    """Translations, old style."""
    return Additions(
        {"user": "<U>", "counted": iter(range(2, 9)).__next__},
        install=lambda environment: environment.install_gettext_translations(Catalogue(), newstyle=False),
    )


def newstyle_catalogue(engine: Any) -> Additions:
    """Translations, new style."""
    return Additions(
        {"user": "<U>", "counted": iter(range(2, 9)).__next__},
        install=lambda environment: environment.install_gettext_translations(Catalogue(), newstyle=True),
    )


def asynchronous_catalogue(engine: Any) -> Additions:
    """Translations that have to be awaited."""

    async def gettext(message: str) -> str:
        await asyncio.sleep(0)
        return Catalogue().gettext(message)

    async def ngettext(singular: str, plural: str, count: int) -> str:
        await asyncio.sleep(0)
        return Catalogue().ngettext(singular, plural, count)

    return Additions(
        {"user": "<U>"},
        install=lambda environment: environment.install_gettext_callables(gettext, ngettext, newstyle=False),
    )


FIXTURES: Mapping[str, Callable[[Any], Additions]] = MappingProxyType(
    {
        made.__name__: made
        for made in (
            user,
            markup,
            broken,
            callables,
            iterables,
            values,
            hooks,
            custom,
            finalize_none,
            finalize_brackets,
            finalize_markup,
            finalize_context,
            logging_undefined,
            template_objects,
            asynchronous,
            catalogue,
            newstyle_catalogue,
            asynchronous_catalogue,
        )
    }
)
