"""Code to functions: binds a template's code to the filters, tests and globals of an environment.

Linking is cheap and apart from compiling, so that what is registered later is seen by templates compiled before,
and a render that has begun keeps what it began with.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kida.compiler.options import Compiled, Link
from kida.errors import ErrorCode, TemplateRuntimeError, did_you_mean
from kida.runtime.forms import Form
from kida.runtime.layout import EMPTY, Layout
from kida.runtime.loop import AsyncLoopContext
from kida.runtime.route import Route
from kida.runtime.undefined import Undefined
from kida.source import Source

if TYPE_CHECKING:
    from kida.environment.core import Environment
    from kida.environment.registry import Registry
    from kida.template.core import Template

_ITERATING: Final = frozenset(
    (
        "batch",
        "groupby",
        "join",
        "list",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "select",
        "selectattr",
        "slice",
        "sort",
        "sum",
        "unique",
    )
)
_LINE_ENDS: Final = {"\x0b": " ", "\x0c": " ", "\x1c": " ", "\x1d": " ", "\x1e": " ", "\x85": "\xa0"} | {
    "\u2028": "\u2003",
    "\u2029": "\u2003",
}
_ODD_LINE_END: Final = re.compile("[\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\ud800-\udfff]")


class SourceLoader:
    """Gives Python the lines of a template for its tracebacks (PEP 302, ``get_source``), as ``linecache`` asks."""

    __slots__ = ("__weakref__", "source")

    def __init__(self, source: Source) -> None:
        self.source = source

    def get_source(self, name: str) -> str:
        """The template's text.

        Python cuts lines at more characters than a template does, and cannot encode lone surrogates: those are
        replaced by others that take as many bytes, so that columns stay true.
        """
        return _ODD_LINE_END.sub(lambda odd: _LINE_ENDS.get(odd.group(), "\ufffd"), self.source.text)


class Unit:
    """A template in one form, linked: functions ready to be called.

    ``root`` renders the template's top, ``blocks`` are its blocks by name, ``layout`` the same for a render to begin
    with; ``plain`` the short way of what only inserts variables into text, see `kida.compiler.plain`; ``required`` as of `Compiled`; ``globals`` what a name means that no variable has; ``route`` the way to a template
    that is rendered itself, and ``stack`` the stack of templates that it begins.
    """

    __slots__ = (
        "autoescape",
        "blocks",
        "environment",
        "extends",
        "filename",
        "form",
        "globals",
        "layout",
        "name",
        "plain",
        "registry",
        "required",
        "root",
        "route",
        "source",
        "stack",
        "template",
    )

    environment: Environment | None

    def __init__(
        self,
        template: Template,
        compiled: Compiled,
        form: Form,
        registry: Registry,
        namespace: Mapping[str, Any],
    ) -> None:
        self.template = template
        self.form = form
        self.registry = registry
        self.source = template._source
        self.name = template.name
        self.stack = (template.name or "<template>",)
        self.route = Route("template", self.stack)
        self.environment = template._environment
        self.filename = template.filename
        self.extends = compiled.extends
        self.required = compiled.required
        self.autoescape = template._autoescape
        self.globals: Mapping[str, Any] = (
            {**registry.globals, **template._globals} if template._globals else registry.globals
        )
        scope: dict[str, Any] = dict(namespace)
        scope["__name__"] = f"template {template.name or ''}".rstrip()
        scope["__loader__"] = template._lines
        scope[sys.intern(".template")] = self
        for link in compiled.links:
            scope[sys.intern(link.variable)] = _bound(link, template._environment, registry, form)
        if compiled.places:
            from kida.tracing.recording import linked

            scope |= linked(compiled.places, self.source)
        exec(compiled.code, scope)
        self.root: Callable[..., Any] = scope["template"]
        self.plain: Callable[[dict[str, Any]], str | None] | None = scope.pop(".plain", None)
        self.blocks: dict[str, Callable[..., Any]] = {
            name: scope[f"block {name}"] for name in compiled.blocks
        }
        self.layout = Layout((self,), {name: (function,) for name, function in self.blocks.items()})

    @property
    def display_name(self) -> str:
        """The template's name, as people are shown it."""
        return self.source.display_name


def nobodys(name: str | None, filename: str | None, environment: Environment | None) -> Unit:
    """What stands for a template in a context that no render made: it says the same of itself, and renders nothing."""
    from kida.environment.registry import Registry

    made: Unit = object.__new__(Unit)
    made.name = name
    made.filename = filename
    made.environment = environment
    made.registry = Registry({}, {}, {}) if environment is None else environment._registry
    made.form = Form.RENDER
    made.globals = {}
    made.autoescape = False
    made.layout = EMPTY
    made.stack = (name or "<template>",)
    made.route = Route("template", made.stack)
    return made


def _bound(link: Link, environment: Environment, registry: Registry, form: Form) -> Callable[..., Any]:
    """The function that a template calls for a filter or test."""
    function = registry.functions(link.kind).get(link.name)
    if function is None:
        return partial(_absent, link.kind, link.name, registry)
    watched = form.traces and link.kind == "filter" and _only_iterates(link.name, function)
    if form.is_async and link.kind == "filter":
        function = _asynchronous(link.name, function)
    if watched:
        function = _watching(function, 1 if link.passes else 0)
    if link.passes == "environment":
        return partial(function, environment)
    return function


def _only_iterates(name: str, function: Callable[..., Any]) -> bool:
    """Whether a filter is a built-in one that runs through its value's items, and asks it for nothing else."""
    if name not in _ITERATING:
        return False
    from kida.filters import FILTERS

    return FILTERS.get(name) is function


def _watching(function: Callable[..., Any], position: int) -> Callable[..., Any]:
    """Such a filter in a traced render, whose budget may end it where items come one by one.

    Parameters: ``position``, that of the value among the arguments.
    """
    from kida.tracing.recording import recorder

    def watched(*args: Any, **kwargs: Any) -> Any:
        value = args[position] if len(args) > position else None
        kind = type(value)
        # what is empty is told from the rest by its truth
        if (kind is range and value) or hasattr(kind, "__next__"):
            items = recorder().watched(value)
            if items is not value:
                args = (*args[:position], iter(items), *args[position + 1 :])
        return function(*args, **kwargs)

    return watched


def _asynchronous(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The form of a filter that takes asynchronous iterables too; only the built-in filters need help for that."""
    from kida.filters import FILTERS
    from kida.filters.async_variants import ASYNC_FILTERS

    if FILTERS.get(name) is not function:
        return function
    position = {"": 0, "context": 1, "eval_context": 1, "environment": 1}[_passed(function)]
    if name in ASYNC_FILTERS:
        return ASYNC_FILTERS[name]

    async def collecting(*args: Any, **kwargs: Any) -> Any:
        given = list(args)
        if _is_async_iterable(given, position):
            given[position] = [item async for item in given[position]]
        result = function(*given, **kwargs)
        return await result if hasattr(result, "__await__") else result

    def gathering(*args: Any, **kwargs: Any) -> Any:
        return (
            collecting(*args, **kwargs) if _is_async_iterable(args, position) else function(*args, **kwargs)
        )

    return gathering


def _is_async_iterable(args: Sequence[Any], position: int) -> bool:
    if len(args) <= position:
        return False
    value = args[position]
    return hasattr(value, "__aiter__") and not isinstance(value, (Undefined, AsyncLoopContext))


def _passed(function: Callable[..., Any]) -> str:
    from kida.environment.registry import passed_first

    return passed_first(function)


def _absent(kind: str, name: str, registry: Registry, *args: Any, **kwargs: Any) -> None:
    """Stands for a filter or test that there is none of, in a part of a template that may not run."""
    code = ErrorCode.UNKNOWN_FILTER if kind == "filter" else ErrorCode.UNKNOWN_TEST
    raise TemplateRuntimeError(
        f"there is no {kind} named {name!r}",
        code=code,
        suggestion=did_you_mean(name, registry.names_of(kind)),
    )


def fits(compiled: Compiled, registry: Registry) -> bool:
    """Whether code can be linked with a registry: its filters and tests ask for what they asked for when compiled."""
    return all((registry.passes_of(link.kind, link.name) or "") == link.passes for link in compiled.links)
