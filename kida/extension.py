"""Extensions: tags of one's own, which take arguments as a call does and, as a rule, a body."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from markupsafe import Markup, escape

from kida.errors import ErrorCode, TemplateRuntimeError
from kida.render_context import RenderContext
from kida.runtime.hooks import pass_context
from kida.source import Source, Span

if TYPE_CHECKING:
    from kida.syntax.parser import TagParser
    from kida.tracing.trace import RunningPlace

_WHOLE: Final = Source("")


class Extension:
    """A tag: make a subclass that says its name and what it writes, and give it to ``Environment(extensions=[…])``.

    ``tag`` is its name; ``has_body`` whether text stands between the tag and its closer, ``{% endname %}`` or ``{% end %}``.
    An extension is shared by all renders: what belongs to one is in its context.
    """

    tag: ClassVar[str]
    has_body: ClassVar[bool] = True

    def render(self, context: RenderContext, body: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What the tag writes; may be ``async`` where templates are rendered asynchronously.

        Parameters: ``context``; ``body``, the text of the body (``Markup`` where output is escaped), ``None`` for a tag
        without; the arguments of the tag. What it gives is escaped where output is, unless it is ``Markup``.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what its tag writes")

    def noting_range(self, context: RenderContext, text: Any, note: Callable[[int, int], object]) -> Any:
        """A text that tells where it comes to stand in the output.

        When the render ends, or a stream hands it on, ``note(start, end)`` is called with character offsets into the whole
        output, as often as the text stands in it: not at all where it is dropped.
        """
        from kida.runtime.marks import Marks
        from kida.tracing.trace import running_place

        state = context.running_state
        if state.marks is None:
            state.marks = Marks()
        place = running_place()
        first = RangeMark(self.tag, place, note, [])
        last = RangeMark(self.tag, place, note, first.starts, is_end=True)
        made = f"{state.marks.make(first)}{text}{state.marks.make(last)}"
        return Markup(made) if hasattr(text, "__html__") else made


class RangeMark:
    """An end of a range: the first keeps where it stands, the last tells."""

    __slots__ = ("_place", "is_end", "name", "note", "starts")

    waits = False
    """Whether only the end of the render tells what stands in its place."""

    def __init__(
        self,
        tag: str,
        place: RunningPlace | None,
        note: Callable[[int, int], object],
        starts: list[int],
        *,
        is_end: bool = False,
    ) -> None:
        self.name = f"{tag!r}"
        self._place = place
        self.note = note
        self.starts = starts
        self.is_end = is_end

    @property
    def source(self) -> Source:
        """The template of the tag."""
        return _WHOLE if self._place is None else self._place.unit.source

    @property
    def span(self) -> Span:
        """Where the tag stands."""
        return Span(0, 0) if self._place is None else self._place.span

    def resolve(self, offset: int) -> str:
        """Nothing stands in its place."""
        if not self.is_end:
            self.starts.append(offset)
        elif self.starts:
            self.note(self.starts.pop(), offset)
        return ""


# --- what an environment makes of them -------------------------------------------------------------------------------


def instances(given: Iterable[Any]) -> list[Extension]:
    """The extensions among what was given: instances, and classes made into one."""
    made = [one() if isinstance(one, type) else one for one in given if not isinstance(one, str)]
    return [one for one in made if isinstance(one, Extension)]


def check(given: Any) -> None:
    """Raise ``TypeError`` or ``ValueError`` for what is no extension."""
    is_class = isinstance(given, type) and issubclass(given, Extension)
    if not is_class and not isinstance(given, Extension):
        raise TypeError(f"an extension is a subclass of kida.Extension or an instance of one, not {given!r}")
    tag = getattr(given, "tag", None)
    if not isinstance(tag, str) or not tag.isidentifier():
        raise ValueError(f"{given!r} must say the name of its tag, as tag = 'generation'")
    from kida.syntax.parser import MIDDLE_TAGS
    from kida.syntax.tags import TAGS

    if tag in TAGS or tag in MIDDLE_TAGS or tag == "raw" or tag.startswith("end"):
        raise ValueError(f"{tag!r} is a tag of the language, or its closer: call the extension's otherwise")


def filters_of(extensions: Iterable[Extension]) -> dict[str, Callable[..., Any]]:
    """The functions that tags compile to, by names that no template can write."""
    return {f".{one.tag}": _function(one) for one in extensions}


def parsers_of(extensions: Iterable[Extension]) -> Mapping[str, TagParser]:
    """What parses the tags, by their names."""
    from kida.syntax.tags.extension import ExtensionTag

    return {one.tag: ExtensionTag(one.tag, has_body=one.has_body) for one in extensions}


def described(extensions: Iterable[Extension]) -> list[str]:
    """The extensions in words, for the keys of caches of compiled templates."""
    return sorted(
        f"{one.tag} {one.has_body} {type(one).__module__}.{type(one).__qualname__}" for one in extensions
    )


def _function(extension: Extension) -> Callable[..., Any]:
    render = extension.render

    @pass_context
    @functools.wraps(render)
    def function(context: RenderContext, /, *args: Any, **kwargs: Any) -> Any:
        try:
            written = render(context, *args, **kwargs)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                raise _wrong_arguments(extension, args, kwargs, error) from None
            raise
        if hasattr(written, "__await__"):
            return _awaited(context, written)
        return _as_output(context, written)

    return function


def _wrong_arguments(
    extension: Extension, args: tuple[Any, ...], kwargs: Mapping[str, Any], error: TypeError
) -> TemplateRuntimeError:
    """The error for arguments that a tag does not take, in place of Python's, which counts the context and the body too."""
    import inspect

    signature = inspect.signature(extension.render)
    parameters = list(signature.parameters.values())[2:]
    message = str(error).partition("() ")[2] or str(error)
    try:
        signature.bind(None, *args, **kwargs)
    except TypeError as refused:
        message = str(refused)
        if message.startswith("too many positional"):
            taken = sum(one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) for one in parameters)
            message = f"takes not more than {taken} argument(s), {len(args) - 1} were given"
        elif message.startswith("missing a required"):
            message = f"needs the argument {message.rpartition(' ')[2]}"
        elif message.startswith("multiple values"):
            message = f"is given the argument {message.rpartition(' ')[2]} twice"
    return TemplateRuntimeError(
        f"tag {extension.tag!r} {message}",
        code=ErrorCode.FILTER_ARGUMENTS,
        hint=f"it takes {', '.join(map(str, parameters)) or 'no arguments'}",
    )


async def _awaited(context: RenderContext, written: Awaitable[Any]) -> Any:
    return _as_output(context, await written)


def _as_output(context: RenderContext, written: Any) -> Any:
    return escape(written) if context.escaping else written
