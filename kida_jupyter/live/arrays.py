"""What arrays of numpy and tables of pandas hold, in full or a sample of it: for fingerprints."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Final

from kida_jupyter.help.values import is_a

_COLUMNS: Final = 1_000
"""Columns of a table that are looked at one by one."""
_CELL: Final = 8
"""Bytes that a number of a table takes."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of an array or a table: ``data``, its numbers as bytes; ``held``, all else, as Python's values.

    ``is_known``: whether it could be read; ``is_whole``: whether that is all of it.
    """

    data: bytes = b""
    held: tuple[Any, ...] = ()
    is_known: bool = True
    is_whole: bool = True


def read_array(value: Any, cells: int, size: int, most: int) -> Read | None:
    """What an array of numpy's, or a table, column or index of pandas' holds; ``None`` for any other value.

    Parameters: ``value``; ``cells``, the number of Python's values that may be read of it, and ``size``, that of the
    bytes of numbers; ``most``, the number of rows of the sample that is read of a larger one.
    """
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    try:
        if numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
            return _array(numpy, value, size, most)
        if numpy is not None and _is_of(value, numpy, "generic") and not value.dtype.hasobject:
            return Read(value.tobytes(), (value.dtype.str,))
        if pandas is None:
            return None
        if _is_of(value, pandas, "DataFrame"):
            return _table(pandas, value, cells, size, most)
        if any(_is_of(value, pandas, name) for name in ("Series", "Index")):
            return _column(pandas, value, cells, size, most)
    except Exception:  # cells that cannot be hashed, say
        return Read(is_known=False)
    return None


def _array(numpy: Any, value: Any, size: int, most: int) -> Read:
    held = (value.shape, value.dtype.str)
    if value.nbytes <= size:
        return Read(numpy.ascontiguousarray(value).tobytes(), held)
    step = -(-value.size // most)
    places = numpy.append(numpy.arange(0, value.size, step), value.size - 1)
    return Read(value.flat[places].tobytes(), held, is_whole=False)


def _table(pandas: Any, value: Any, cells: int, size: int, most: int) -> Read:
    rows, columns = value.shape
    names = list(value.columns[:_COLUMNS])
    table = value.iloc[:, :_COLUMNS]
    are_numbers = [_is_of_numbers(dtype) for dtype in table.dtypes]
    numbers = sum(are_numbers)
    is_whole = (
        columns <= _COLUMNS
        and rows * (len(names) - numbers) <= cells
        and rows * numbers * _CELL <= size
        and _fits(value.index, cells)
    )
    pieces = [table] if is_whole else _sample(table.iloc, rows, most)
    held: list[Any] = [value.shape, names, [str(dtype) for dtype in table.dtypes]]
    data = b""
    for piece in pieces:
        objects = [at for at, dtype in enumerate(piece.dtypes) if _is_of_objects(dtype)]
        held += [piece.iloc[:, at].tolist() for at in objects]
        rest = [at for at in range(len(names)) if at not in set(objects)]
        hashed, index = _hashed(pandas, piece.iloc[:, rest] if objects else piece, piece.index)
        data += hashed
        held += index
    return Read(data, tuple(held), is_whole=is_whole)


def _column(pandas: Any, value: Any, cells: int, size: int, most: int) -> Read:
    rows = len(value)
    index = getattr(value, "index", None)
    is_whole = (rows * _CELL <= size if _is_of_numbers(value.dtype) else rows <= cells) and (
        index is None or _fits(index, cells)
    )
    held: list[Any] = [rows, getattr(value, "name", None), str(value.dtype)]
    data = b""
    for piece in [value] if is_whole else _sample(value if index is None else value.iloc, rows, most):
        if _is_of_objects(piece.dtype):
            held.append(piece.tolist())
            if index is not None:
                held.append(piece.index.tolist())
        elif index is None:
            data += pandas.util.hash_pandas_object(piece).to_numpy().tobytes()
        else:
            hashed, of_index = _hashed(pandas, piece, piece.index)
            data += hashed
            held += of_index
    return Read(data, tuple(held), is_whole=is_whole)


def _hashed(pandas: Any, value: Any, index: Any) -> tuple[bytes, list[Any]]:
    """The hashes of what are no Python objects, with those of the index; else its labels."""
    labels = _is_of_objects(index.dtype)
    hashed = pandas.util.hash_pandas_object(value, index=not labels)
    return hashed.to_numpy().tobytes(), [index.tolist()] if labels else []


def _sample(place: Any, rows: int, most: int) -> list[Any]:
    """Rows from first to last that are equally far apart: views, that are made without looking at the others."""
    return [place[:: max(1, -(-rows // most))], place[max(0, rows - 1) :]]


def _fits(index: Any, cells: int) -> bool:
    return _is_of_numbers(index.dtype) or len(index) <= cells


def _is_of_numbers(dtype: Any) -> bool:
    return type(dtype).__module__.partition(".")[0] == "numpy" and not dtype.hasobject


def _is_of_objects(dtype: Any) -> bool:
    """Whether cells are Python's objects, to hash which pandas would call what they define."""
    return bool(getattr(dtype, "hasobject", False))


def _is_of(value: Any, module: Any, name: str) -> bool:
    """Whether a value is of a class of a module, or of one made from it in the same package."""
    kind = getattr(module, name, None)
    package = type.__dict__["__module__"].__get__(type(value))
    return kind is not None and is_a(value, kind) and f"{package}.".startswith(f"{module.__name__}.")
