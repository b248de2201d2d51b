"""Translation, as Jinja2's i18n extension has it (https://jinja.palletsprojects.com/extensions/#i18n-extension).

What a template calls by ``gettext``, ``ngettext``, ``pgettext`` and ``npgettext`` are any functions of that kind. Old
style, they are there as they are; new style, as `NewStyle`, which fills in variables and trusts what messages say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup

from kida.runtime.hooks import HookContext, pass_context
from kida.runtime.undefined import Undefined
from kida.values import Value

Translate = Callable[..., Any]

FUNCTIONS: Final = ("gettext", "ngettext", "pgettext", "npgettext")
"""The names by which templates call what translates."""


class NewStyle(Value):
    """A function that translates, and then fills the variables in: ``gettext("Hello %(user)s", user=name)``.

    ``messages`` is how many of its arguments come before the variables, ``numbered`` says that the last of them is
    a count, which messages may call ``num``.
    """

    function: Translate
    messages: int = 1
    numbered: bool = False

    @pass_context
    def __call__(self, context: HookContext, *messages: Any, **variables: Any) -> Any:
        """The translation, ``Markup`` where output is escaped. In an asynchronous render it may be awaitable."""
        if self.numbered and len(messages) == self.messages:
            variables.setdefault("num", messages[-1])
        escaping = context.eval_ctx.autoescape
        found = self.function(*messages)
        return (
            _awaited(found, variables, escaping)
            if hasattr(found, "__await__")
            else _filled(found, variables, escaping)
        )


async def _awaited(found: Any, variables: Mapping[str, Any], escaping: bool) -> Any:
    return _filled(await found, variables, escaping)


def _filled(message: Any, variables: Mapping[str, Any], escaping: bool) -> Any:
    return (Markup(message) if escaping else message) % variables


@pass_context
def translate(context: Any, *messages: Any, **variables: Any) -> Any:
    """``_``: what ``gettext`` is where the template is rendered."""
    from kida.runtime.calls import callee

    return callee(context.resolve("gettext"), context, ())(*messages, **variables)


def plain(function: Any) -> Any:
    """What a ``trans`` tag calls for a function that translates: the tag fills variables in itself."""
    return function.function if type(function) is NewStyle else function


def is_new_style(function: Any) -> bool:
    """Whether percent signs of a message are doubled even if there are no variables."""
    return type(function) is NewStyle


def filled(function: Any, message: Any, variables: dict[str, Any] | None, count: Any, escaping: bool) -> Any:
    """What a ``trans`` tag writes for a message that was found.

    Parameters: ``function``, what it was looked up with; ``variables``, ``None`` where there are none; ``count``,
    what told the plural, or ``None``.
    """
    if type(function) is NewStyle:
        variables = variables or {}
        if count is not None:
            variables.setdefault("num", count)
        return _filled(message, variables, escaping)
    if variables is not None:
        return _filled(message, variables, escaping)
    if isinstance(message, Undefined):
        return message
    return Markup(message) if escaping else message


def filled_perhaps(
    function: Any, message: Any, variables: dict[str, Any] | None, count: Any, escaping: bool
) -> Any:
    """`filled` for a tag that names variables which its messages have not: they may write ``%(name)s`` by hand, and where
    they do not, a percent sign is one, though nothing doubled it.
    """
    try:
        return filled(function, message, variables, count, escaping)
    except (TypeError, ValueError):
        if not isinstance(message, str) or "%(" in message:
            raise
        return filled(function, message, None, None, escaping)


def installed(
    gettext: Translate,
    ngettext: Translate,
    pgettext: Translate | None,
    npgettext: Translate | None,
    *,
    newstyle: bool,
) -> dict[str, Any]:
    """The globals by which templates call these functions."""
    found = dict(zip(FUNCTIONS, (gettext, ngettext, pgettext, npgettext), strict=True))
    counts = dict(zip(FUNCTIONS, (1, 3, 2, 4), strict=True))
    return {
        name: NewStyle(function, counts[name], name.startswith("n")) if newstyle else function
        for name, function in found.items()
        if function is not None
    }
