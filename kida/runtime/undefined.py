"""Undefined values: what a template gets for a name, attribute or item that is not there.

The four kinds and what each allows are Jinja2's (https://jinja.palletsprojects.com/api/#undefined-types).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from kida.errors import BudgetExceededError, ErrorCode, TemplateError, UndefinedError, did_you_mean

if TYPE_CHECKING:
    from logging import Logger

# Comparing a name with every key of a huge mapping would make an error slow.
MAX_CANDIDATES = 200


_HINTS: Final = MappingProxyType(
    {
        "loop": "'loop' is there inside of a 'for' alone.",
        **dict.fromkeys(
            ("gettext", "ngettext", "pgettext", "npgettext"),
            "Say how to translate: env.install_gettext_translations(translations), or env.install_null_translations().",
        ),
        "caller": "'caller' is there in a macro that was called with {% call %}.",
        "super": "'super' is there inside of a block alone.",
        "null": "Write 'none'.",
        "nil": "Write 'none'.",
        "len": "Write 'value|length'.",
        "str": "Write 'value|string'.",
        "int": "Write 'value|int'.",
        "sum": "Write 'values|sum'.",
        "sorted": "Write 'values|sort'.",
        "enumerate": "Write 'loop.index' or 'loop.index0' inside of the loop.",
    }
)
"""What to write instead of names that other languages, or other places, have."""


class MissingType(type):
    """The type of `missing`, which is a class itself: references to classes are not counted across threads (PEP 703)."""

    def __repr__(cls) -> str:
        return "missing"

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("'missing' cannot be called")


missing: Final[Any] = MissingType("missing", (), {})
"""Stands where there is no value at all, ``None`` included."""


class Undefined:
    """An undefined value that prints as nothing, is empty and false, and refuses everything else.

    Parameters: ``hint``, the whole message of the error, instead of the one made of the rest; ``obj``, what
    was asked for ``name``, or `missing` where a variable was; ``name``, what was asked for; ``exc``, the
    error to raise.
    """

    __slots__ = ("_undefined_exception", "_undefined_hint", "_undefined_name", "_undefined_obj")

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: Any = None,
        exc: type[Exception] = UndefinedError,
    ) -> None:
        self._undefined_hint = hint
        self._undefined_obj = obj
        self._undefined_name = name
        self._undefined_exception = exc

    @property
    def _undefined_message(self) -> str:
        """What is missing, in a sentence."""
        if self._undefined_hint:
            return self._undefined_hint
        name = self._undefined_name
        if self._undefined_obj is missing:
            return f"{name!r} is undefined"
        describe = getattr(type(self._undefined_obj), "_describe_missing", None)
        if describe is not None:
            return str(describe(self._undefined_obj, name))
        kind = describe_type(self._undefined_obj)
        if isinstance(name, str):
            return f"{kind!r} has no attribute {name!r}"
        return f"{kind} has no element {name!r}"

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise this value's error. Every operation that an undefined value refuses is this method."""
        raise _error_of(self)

    def __getattr__(self, name: str) -> Any:
        # Python asks values for special methods (copying, pickling, …); "not there" is the only right answer
        if name[:2] == name[-2:] == "__":
            raise AttributeError(name)
        self._fail_with_undefined_error()

    __add__ = __radd__ = __sub__ = __rsub__ = _fail_with_undefined_error
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _fail_with_undefined_error
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _fail_with_undefined_error
    __pow__ = __rpow__ = __pos__ = __neg__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = _fail_with_undefined_error
    __int__ = __float__ = __complex__ = _fail_with_undefined_error
    __call__ = __getitem__ = _fail_with_undefined_error

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        # all of a kind are equal, so they share a hash
        return id(type(self))

    def __str__(self) -> str:
        return ""

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    async def __aiter__(self) -> AsyncIterator[Any]:
        nothing: tuple[Any, ...] = ()
        for item in nothing:
            yield item

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "Undefined"


class ChainableUndefined(Undefined):
    """An `Undefined` whose attributes and items are undefined too, so ``a.b.c`` may stop anywhere."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)

    def __getattr__(self, name: str) -> Any:
        if name[:2] == name[-2:] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self


class DebugUndefined(Undefined):
    """An `Undefined` that prints as the expression it stands for."""

    __slots__ = ()

    def __str__(self) -> str:
        if self._undefined_hint:
            return f"{{{{ undefined value printed: {self._undefined_hint} }}}}"
        if self._undefined_obj is missing:
            return f"{{{{ {self._undefined_name} }}}}"
        return f"{{{{ no such element: {describe_type(self._undefined_obj)}[{self._undefined_name!r}] }}}}"


class StrictUndefined(Undefined):
    """An undefined value that refuses everything but being tested for being defined."""

    __slots__ = ()

    __str__ = __len__ = Undefined._fail_with_undefined_error
    # Jinja2 forgets the asynchronous loop, which then runs over nothing; its documentation says "iteration"
    __iter__ = __aiter__ = Undefined._fail_with_undefined_error
    __eq__ = __ne__ = __hash__ = Undefined._fail_with_undefined_error
    __bool__ = __contains__ = Undefined._fail_with_undefined_error


def make_logging_undefined(
    logger: Logger | None = None, base: type[Undefined] = Undefined
) -> type[Undefined]:
    """A kind of undefined value that also logs: a warning where it is used as empty, an error where it fails.

    Parameters: ``logger``, by default the logger named ``kida``; ``base``, the kind whose behaviour it keeps.
    """
    if logger is None:
        import logging

        logger = logging.getLogger("kida")
    log = logger

    def warn(value: Undefined) -> None:
        log.warning("Template variable warning: %s", value._undefined_message)

    class LoggingUndefined(base):  # type: ignore[misc, valid-type]
        __slots__ = ()

        def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
            log.error("Template variable error: %s", self._undefined_message)
            raise _error_of(self)

        def __str__(self) -> str:
            warn(self)
            return str(super().__str__())

        def __iter__(self) -> Iterator[Any]:
            warn(self)
            return iter(super().__iter__())

        def __bool__(self) -> bool:
            warn(self)
            return bool(super().__bool__())

    return LoggingUndefined


class Unmade(StrictUndefined):
    """Stands for a value that could not be made: what would use it raises the error that there was.

    For the names at the top of a template, when a block that may not need them is rendered by name.
    """

    __slots__ = ("_undefined_failure",)

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self._undefined_failure = failure, failure.__traceback__


def unmade(error: Exception) -> Unmade:
    """The value in place of one whose making raised an error; one that ends a render is raised again."""
    if isinstance(error, BudgetExceededError):
        raise error
    return Unmade(error)


def describe_type(obj: Any) -> str:
    """An object's type as messages name it: ``dict object``, ``shop.Order object``, ``None``."""
    if obj is None:
        return "None"
    if obj is Ellipsis:
        return "Ellipsis"
    kind = type(obj)
    module = kind.__module__
    name = kind.__name__ if module == "builtins" else f"{module}.{kind.__name__}"
    return f"{name} object"


def _error_of(value: Undefined) -> Exception:
    if isinstance(value, Unmade):
        failure, traceback = value._undefined_failure
        return failure.with_traceback(traceback)
    kind = value._undefined_exception
    message = value._undefined_message
    if not issubclass(kind, TemplateError):
        return kind(message)
    obj, name = value._undefined_obj, value._undefined_name
    # the macro says why it has none: it was not misspelt
    is_caller = name == "caller" and bool(value._undefined_hint)
    suggestion = hint = code = None
    if obj is not missing:
        code = ErrorCode.UNDEFINED_ATTRIBUTE if isinstance(name, str) else ErrorCode.UNDEFINED_ITEM
        if isinstance(name, str):
            suggestion = did_you_mean(name, names_of(obj))
            if obj is None and name.isidentifier():
                hint = f"The value before '.{name}' is none: write '?.{name}' where that may be."
    elif isinstance(name, str) and (not value._undefined_hint or is_caller):
        usual = f"Pass {name!r} to render(), or write '{name} ?? …' to give a value where it may be missing."
        hint = _HINTS.get(name, usual)
    if not issubclass(kind, UndefinedError):
        code = None
    error = kind(message, code=code, hint=hint, suggestion=suggestion)
    if obj is missing and isinstance(name, str) and not is_caller:
        error.missing_name = name
    return error


def names_of(obj: Any) -> list[str]:
    """The keys of a dictionary, or the attributes of an object, that a template could have meant.

    Runs no code of the object's: no property is read, no method of its own called.
    """
    listed = getattr(type(obj), "_names_for_errors", None)
    if listed is not None:
        return list(listed(obj))
    if isinstance(obj, dict):
        found: Iterator[Any] = dict.__iter__(obj)
    else:
        try:
            own = object.__getattribute__(obj, "__dict__")
        except AttributeError:
            own = {}
        found = chain(tuple(own) if isinstance(own, dict) else (), type.__dir__(type(obj)))
    return list(islice((name for name in found if isinstance(name, str) and name[:1] != "_"), MAX_CANDIDATES))
