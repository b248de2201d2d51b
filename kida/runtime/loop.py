"""The ``loop`` variable of a ``for`` tag, for plain and for asynchronous loops.

What it offers is Jinja2's (https://jinja.palletsprojects.com/templates/#for). The source is read one item at
a time, one item ahead where the template asks about the next, and to its end only where its length is asked
for and unknown.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator, Iterable, Iterator
from types import GeneratorType
from typing import Any, Final, Generic, TypeVar

from kida.errors import TemplateRuntimeError
from kida.runtime.undefined import missing

T = TypeVar("T")

NO_PREVIOUS = "there is no previous item"
NO_NEXT = "there is no next item"


class LoopCallError(TemplateRuntimeError, TypeError):
    """``loop(…)`` in a loop that is not ``recursive``; a ``TypeError`` too, as in Jinja2."""


class _Position:
    """Where a loop stands, as far as that needs no look at the items to come."""

    __slots__ = ("_before", "_changed_to", "_current", "_recurse", "_undefined", "depth0", "index0")

    def __init__(
        self,
        undefined_factory: Callable[[str], Any],
        recurse: Callable[[Any, int], Any] | None,
        depth0: int,
    ) -> None:
        self._undefined = undefined_factory
        self._recurse = recurse
        self.depth0 = depth0
        self.index0 = -1
        self._before: Any = missing
        self._current: Any = missing
        self._changed_to: Any = missing

    @property
    def index(self) -> int:
        """How many items have been begun, the current one included."""
        return self.index0 + 1

    @property
    def depth(self) -> int:
        """How deep a recursive loop is nested, from 1."""
        return self.depth0 + 1

    @property
    def first(self) -> bool:
        """Whether this is the first item."""
        return self.index0 == 0

    @property
    def previtem(self) -> Any:
        """The item before this one; undefined at the first."""
        before = self._before
        return self._undefined(NO_PREVIOUS) if before is missing else before

    def cycle(self, *values: Any) -> Any:
        """One of the values, by turns. Raises ``TypeError`` without any."""
        if not values:
            raise TypeError("no items for cycling given")
        return values[self.index0 % len(values)]

    def changed(self, *values: Any) -> bool:
        """Whether the values differ from those of the last call; true at the first."""
        if self._changed_to == values:
            return False
        self._changed_to = values
        return True

    def __call__(self, iterable: Any) -> Any:
        """Run the loop's body over other items: ``recurse(iterable, depth)``. Raises `LoopCallError`."""
        if self._recurse is None:
            raise LoopCallError("The loop must have the 'recursive' marker to be called recursively.")
        return self._recurse(iterable, self.depth0 + 1)


class LoopContext(_Position):
    """A loop over plain items: iterate it for pairs of an item and the loop itself.

    Parameters: ``iterable``, the items; ``undefined_factory``, called with a message to make an undefined
    value; ``recurse``, called as ``recurse(iterable, depth0)`` to run the body one level deeper, or ``None``
    where the loop is not recursive; ``depth0``, the level of this loop, from 0.
    """

    __slots__ = ("_after", "_iterable", "_iterator", "_length", "_moved")

    def __init__(
        self,
        iterable: Iterable[Any],
        undefined_factory: Callable[[str], Any],
        recurse: Callable[[Any, int], Any] | None = None,
        depth0: int = 0,
    ) -> None:
        super().__init__(undefined_factory, recurse, depth0)
        self._iterable = iterable
        self._iterator: Iterator[Any] = iter(iterable)
        self._after: Any = missing
        self._length: int | None = None
        # whether the iterator was read or replaced behind the running `__iter__`
        self._moved = False

    def __iter__(self) -> Generator[tuple[Any, LoopContext], None, None]:
        # a generator around a plain `for` is the fastest loop that Python has: it leaves the plain `for` only
        # where a look ahead has taken an item
        while True:
            self._moved = False
            item = self._after
            if item is not missing:
                self._after = missing
                self.index0 += 1
                self._before = self._current
                self._current = item
                yield item, self
                if self._moved:
                    continue
            for item in self._iterator:
                self.index0 += 1
                self._before = self._current
                self._current = item
                yield item, self
                if self._moved:
                    break
            else:
                return

    def _peek(self) -> Any:
        if self._after is missing:
            self._after = next(self._iterator, missing)
            self._moved = True
        return self._after

    @property
    def length(self) -> int:
        """How many items there are. Reads an iterator without a length to its end."""
        if self._length is None:
            try:
                self._length = len(self._iterable)  # type: ignore[arg-type]
            except TypeError:
                rest = list(self._iterator)
                self._iterator = iter(rest)
                self._moved = True
                self._length = len(rest) + self.index0 + 1 + (self._after is not missing)
        return self._length

    def __len__(self) -> int:
        return self.length

    @property
    def revindex(self) -> int:
        """How many items are left, this one included."""
        return self.length - self.index0

    @property
    def revindex0(self) -> int:
        """How many items are left after this one."""
        return self.length - self.index0 - 1

    @property
    def last(self) -> bool:
        """Whether this is the last item."""
        return self._peek() is missing

    @property
    def nextitem(self) -> Any:
        """The item after this one; undefined at the last."""
        after = self._peek()
        return self._undefined(NO_NEXT) if after is missing else after

    def __repr__(self) -> str:
        return f"<LoopContext {self.index}/{self.length}>"


class AsyncLoopContext(_Position):
    """A loop over plain or asynchronous items: iterate it with ``async for``.

    The parameters are `LoopContext`'s. What needs the items to come (``length``, ``revindex``, ``revindex0``,
    ``last``, ``nextitem``) is a coroutine.
    """

    __slots__ = ("_after", "_iterable", "_iterator", "_length")

    def __init__(
        self,
        iterable: AsyncIterable[Any] | Iterable[Any],
        undefined_factory: Callable[[str], Any],
        recurse: Callable[[Any, int], Any] | None = None,
        depth0: int = 0,
    ) -> None:
        super().__init__(undefined_factory, recurse, depth0)
        self._iterable = iterable
        self._iterator: AsyncIterator[Any] = async_iterate(iterable)
        self._after: Any = missing
        self._length: int | None = None

    def __aiter__(self) -> AsyncLoopContext:
        return self

    async def __anext__(self) -> tuple[Any, AsyncLoopContext]:
        item = self._after
        if item is missing:
            item = await self._iterator.__anext__()
        else:
            self._after = missing
        self.index0 += 1
        self._before = self._current
        self._current = item
        return item, self

    async def _peek(self) -> Any:
        if self._after is missing:
            try:
                self._after = await self._iterator.__anext__()
            except StopAsyncIteration:
                pass
        return self._after

    @property
    async def length(self) -> int:
        """How many items there are. Reads an iterator without a length to its end."""
        if self._length is None:
            try:
                self._length = len(self._iterable)  # type: ignore[arg-type]
            except TypeError:
                rest = [item async for item in self._iterator]
                self._iterator = async_iterate(rest)
                self._length = len(rest) + self.index0 + 1 + (self._after is not missing)
        return self._length

    @property
    async def revindex(self) -> int:
        """How many items are left, this one included."""
        return await self.length - self.index0

    @property
    async def revindex0(self) -> int:
        """How many items are left after this one."""
        return await self.length - self.index0 - 1

    @property
    async def last(self) -> bool:
        """Whether this is the last item."""
        return await self._peek() is missing

    @property
    async def nextitem(self) -> Any:
        """The item after this one; undefined at the last."""
        after = await self._peek()
        return self._undefined(NO_NEXT) if after is missing else after

    def __repr__(self) -> str:
        # the length may not be known without waiting for it
        return f"<AsyncLoopContext {self.index}/{'…' if self._length is None else self._length}>"


class _AsyncIterator(Generic[T]):
    """A plain iterator, read as an asynchronous one: a class, since a half-read generator needs closing."""

    __slots__ = ("_next",)

    def __init__(self, iterable: Iterable[T]) -> None:
        self._next = iter(iterable).__next__

    def __aiter__(self) -> _AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        try:
            return self._next()
        except StopIteration:
            raise StopAsyncIteration from None


def async_iterate(iterable: AsyncIterable[T] | Iterable[T]) -> AsyncIterator[T]:
    """An asynchronous iterator over plain or asynchronous items. Raises ``TypeError`` for what is neither."""
    if hasattr(type(iterable), "__aiter__"):
        return iterable.__aiter__()  # type: ignore[union-attr]
    return _AsyncIterator(iterable)  # type: ignore[arg-type]


# CO_ITERABLE_COROUTINE, the mark of `types.coroutine`; importing `inspect` for it would cost more than the
# rest here
_ITERABLE_COROUTINE = 0x100


async def auto_await(value: Any) -> Any:
    """The value, or what it gives when it can be awaited."""
    if hasattr(type(value), "__await__"):
        return await value
    if type(value) is GeneratorType and value.gi_code.co_flags & _ITERABLE_COROUTINE:
        return await value  # type: ignore[misc]
    return value


_AT_HAND: Final = frozenset(
    (list, tuple, dict, str, range, set, frozenset, type({}.keys()), type({}.values()), type({}.items()))
)


def may_wait(items: Any) -> bool:
    """Whether the next item of a loop may have to be waited for: whether they are not all there."""
    return type(items) not in _AT_HAND
