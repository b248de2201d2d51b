"""A template as a module: what it exports, as attributes."""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from markupsafe import Markup

from kida.render_context import RenderContext


class TemplateModule:
    """The macros and variables at the top of a template, as attributes; as text, what its top writes.

    Names with a leading underscore are private, and are no attributes: those are the module's own.
    """

    __slots__ = ("__dict__", "_body", "_escaping", "_name")

    def __init__(self, context: RenderContext, body: str) -> None:
        self._body = body
        self._escaping = context.escaping
        self._name = context.name
        self.__dict__.update(context.get_exported())

    @property
    def _display_name(self) -> str:
        """The name of the template, as people are shown it."""
        return self._name or "<template>"

    def _describe_missing(self, name: object) -> str:
        """The message for a name that it does not have."""
        return f"template {self._display_name!r} does not export {name!r}"

    @property
    def _exported_names(self) -> list[str]:
        """The names of what the template exports."""
        return sorted(self.__dict__)

    def __str__(self) -> str:
        return self._body

    def __html__(self) -> Markup:
        return Markup(self._body)

    def __repr__(self) -> str:
        return f"<TemplateModule {self._display_name!r}>"


class SharedModule(TemplateModule):
    """A module that all renders import, and that therefore cannot be changed."""

    __slots__ = ()

    def __init__(self, context: RenderContext, body: str) -> None:
        put = partial(object.__setattr__, self)
        put("_body", body)
        put("_escaping", context.escaping)
        put("_name", context.name)
        put("__dict__", context.get_exported())

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"renders share the module {self._display_name!r}: {name!r} cannot be assigned")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"renders share the module {self._display_name!r}: {name!r} cannot be deleted")
