"""Arrays, tables and scalars of numpy and pandas: what they hold, read where that runs nobody else's code.

Only the libraries' own classes are asked, neither is imported here, and cells are only read where the libraries keep
them themselves: an extension array of somebody else's would run its code, and so would what is kept in ``attrs``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

ROWS: Final = 5
"""Rows of a table that are shown."""
COLUMNS: Final = 8
"""Columns of a table that are shown with their cells; of further ones the name alone."""
LABELS_READ: Final = 500
"""Columns or labels that are offered: more than one reads through."""
KEEP_COLUMNS: Final = frozenset(
    (
        *("copy", "drop_duplicates", "dropna", "fillna", "query", "round", "sort_index", "sort_values"),
        *("head", "nlargest", "nsmallest", "sample", "tail"),
    )
)
"""Methods of a data frame that give one with the same columns."""
NO_CELL: Final = object()
"""What stands for a cell that is not there, or that is better not read."""

_ITEMS: Final = 6
"""Items of an array that are shown of each dimension."""
_OPAQUE: Final = frozenset(("SparseDtype", "DatetimeTZDtype"))
"""Types of columns whose text has values in it that may be anybody's: a fill value, a time zone."""


def is_frame(value: Any) -> bool:
    """Whether a value is pandas' own DataFrame."""
    return _is_pandas(value, "DataFrame")


def is_series(value: Any) -> bool:
    """Whether a value is pandas' own Series."""
    return _is_pandas(value, "Series")


def series_type() -> type:
    """The class Series of pandas, where there is a frame of which one is a part."""
    kind: type = sys.modules["pandas"].Series
    return kind


def labels_of(value: Any) -> list[Any]:
    """The columns of a frame, or the labels of a series, as far as they are offered."""
    index = value.columns if is_frame(value) else value.index
    return list(islice(index, LABELS_READ)) if _is_plain_index(index) else []


def names_of(value: Any) -> list[str]:
    """The columns of a frame, or the labels of a series, that are text."""
    return [label for label in labels_of(value) if type(label) is str]


def column_of(frame: Any, name: str) -> Any:
    """A column as a series, or `NO_CELL` where it is better not read."""
    at = _position(labels_of(frame), name)
    return frame.iloc[:, at] if at is not None and _is_plain(frame) else NO_CELL


def cell_of(series: Any, label: Any) -> Any:
    """The value at a label, or `NO_CELL`."""
    at = _position(labels_of(series), label)
    return series.iloc[at] if at is not None and _is_plain(series) else NO_CELL


def first_row(frame: Any) -> dict[str, Any]:
    """The columns that are text with their first cells, which are `NO_CELL` where there is none to be read."""
    readable = _is_plain(frame) and len(frame.index) > 0
    return {
        label: _cells(frame.iloc[:1, at])[0] if readable else NO_CELL
        for at, label in enumerate(labels_of(frame))
        if type(label) is str
    }


def is_data(value: Any) -> bool:
    """Whether this module knows how to tell about a value."""
    return is_frame(value) or is_series(value) or is_index(value) or _is_array(value) or is_scalar(value)


def is_index(value: Any) -> bool:
    """Whether a value is one of pandas' own kinds of index."""
    pandas = sys.modules.get("pandas")
    base = getattr(pandas, "Index", None)
    return base is not None and base in _mro(type(value)) and _is_own(type(value), "pandas")


def is_scalar(value: Any) -> bool:
    """Whether a value is a scalar of numpy or pandas, whose text is short and its own: no record, and no text."""
    kind = type(value)
    generic = getattr(sys.modules.get("numpy"), "generic", None)
    if generic is not None and generic in _mro(kind):
        return _is_own(kind, "numpy") and kind.__name__ not in ("void", "object_", "str_", "bytes_", "record")
    if _is_pandas(value, "Timestamp"):
        return _is_known_zone(value.tzinfo)
    return any(_is_pandas(value, name) for name in ("Timedelta", "Period")) or (
        kind.__name__ in ("NAType", "NaTType") and _is_own(kind, "pandas")
    )


def size_of(value: Any) -> str:
    """What there is of it, and of which type: ``3 rows × 2 columns``, ``3 × 4, int64``; ``""`` for a scalar."""
    if is_frame(value):
        return f"{counted(len(value.index), 'row')} × {counted(len(value.columns), 'column')}"
    if is_series(value):
        return f"{counted(len(value.index), 'row')}, {dtype_of(value)}"
    if is_index(value):
        return f"{counted(len(value), 'label')}, {dtype_of(value)}"
    if _is_array(value):
        return f"{' × '.join(map(str, _shape(value))) or 'one value'}, {dtype_of(value)}"
    return ""


def dtype_of(value: Any) -> str:
    """The type of its items, in short."""
    if is_series(value) and not _is_plain(value):
        return "items of another library"
    if _is_array(value):
        numpy = sys.modules["numpy"]
        return _dtype(numpy.ndarray.dtype.__get__(value))
    if is_index(value) and not _is_plain_index(value):
        return "several levels" if _is_pandas(value, "MultiIndex") else "items of another library"
    return _dtype(value.dtype)


def head_of(value: Any) -> list[Any]:
    """The first items of a series, an index or an array; nested lists of them for an array of several dimensions."""
    if is_series(value):
        return _cells(value.iloc[:_ITEMS]) if _is_plain(value) else []
    if is_index(value):
        return list(islice(value, _ITEMS)) if _is_plain_index(value) else []
    numpy = sys.modules.get("numpy")
    if numpy is None or type(value) is not numpy.ndarray or not value.shape:
        return []
    dimensions = len(value.shape)
    # in the third dimension and beyond nothing is shown
    cut = tuple(slice(_ITEMS if dimension < 2 else 1) for dimension in range(dimensions))
    items: list[Any] = value[cut].tolist()
    return items


def length_of(value: Any) -> int:
    """How many items there are in the first dimension."""
    if _is_array(value):
        return (*_shape(value), 0)[0]
    return len(value.index if is_frame(value) or is_series(value) else value)


def head_of_frame(frame: Any) -> tuple[list[Any], list[str], list[Any], list[list[Any]]]:
    """The beginning of a table: columns, the types of their cells, labels of rows (none where they are but numbered), rows.

    There are no types and no rows where the cells are better not read.
    """
    columns = labels_of(frame)[:COLUMNS]
    if not _is_plain(frame) or not columns:
        return columns, [], [], []
    head = frame.iloc[:ROWS, :COLUMNS]
    parts = [head.iloc[:, at] for at in range(len(columns))]
    labels: list[Any] = []
    if not _is_pandas(frame.index, "RangeIndex") and _is_plain_index(frame.index):
        labels = list(islice(frame.index, ROWS))
    rows = list(zip(*(_cells(part) for part in parts))) if len(head.index) else []
    return columns, [_dtype(part.dtype) for part in parts], labels, [list(row) for row in rows]


def counted(count: int, word: str) -> str:
    """A number with its word: ``1 row``, ``2 rows``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of texts as columns."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _is_pandas(value: Any, name: str) -> bool:
    kind = getattr(sys.modules.get("pandas"), name, None)
    return kind is not None and type(value) is kind


def _mro(cls: type) -> Iterable[type]:
    mro: tuple[type, ...] = type.__dict__["__mro__"].__get__(cls)
    return mro


def _is_own(cls: type, library: str) -> bool:
    """Whether a class is a library's: one of anybody's may say so of itself, but does not stand in the library."""
    module = type.__dict__["__module__"].__get__(cls)
    if type(module) is not str or module.partition(".")[0] != library:
        return False
    name = type.__dict__["__name__"].__get__(cls)
    return vars(sys.modules.get(module, object)).get(name) is cls


def _is_array(value: Any) -> bool:
    base = getattr(sys.modules.get("numpy"), "ndarray", None)
    return base is not None and any(one is base for one in _mro(type(value)))


def _shape(array: Any) -> tuple[int, ...]:
    # past what a subclass may have made of it
    shape: tuple[int, ...] = sys.modules["numpy"].ndarray.shape.__get__(array)
    return shape


def _is_plain(table: Any) -> bool:
    """Whether the cells of a frame or series are kept by numpy or pandas, and nothing is kept beside them."""
    own = object.__getattribute__(table, "__dict__")
    arrays = getattr(own.get("_mgr"), "arrays", None)
    return arrays is not None and not own.get("_attrs") and all(map(_is_plain_array, arrays))


def _is_plain_array(array: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return (numpy is not None and type(array) is numpy.ndarray) or _is_own(type(array), "pandas")


def _is_plain_index(index: Any) -> bool:
    if _is_pandas(index, "RangeIndex"):
        return True
    return _is_own(type(index), "pandas") and _is_plain_array(getattr(index, "_data", None))


def _cells(part: Any) -> list[Any]:
    cells: list[Any] = part.tolist()
    return cells


def _dtype(dtype: Any) -> str:
    name = type(dtype).__name__
    if name in _OPAQUE and not _is_known_zone(getattr(dtype, "tz", dtype)):
        return name
    if not (_is_own(type(dtype), "pandas") or _is_numpy_dtype(dtype)):
        return name
    text = str(dtype)
    return text if len(text) <= 60 else text[:59] + "…"


def _is_numpy_dtype(dtype: Any) -> bool:
    base = getattr(sys.modules.get("numpy"), "dtype", None)
    return base is not None and any(one is base for one in _mro(type(dtype)))


def _is_known_zone(zone: Any) -> bool:
    """Whether a time zone's name can be asked for: it may be anybody's class."""
    return zone is None or any(
        _is_own(type(zone), library) for library in ("datetime", "zoneinfo", "pytz", "dateutil")
    )


def _position(labels: list[Any], label: Any) -> int | None:
    """Where a label stands, ``None`` where it does not, or more than once. No other kind of label is compared with it."""
    if type(label) not in (str, int):
        return None
    found = [at for at, one in enumerate(labels) if type(one) is type(label) and one == label]
    return found[0] if len(found) == 1 else None
