"""What Shift-Tab tells of arrays, tables and scalars: their type, size and beginning, and no code of anybody's run for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from kida_jupyter.help.showing import shortly
from tests.notebook.test_completion import Hostile, Touched
from tests.notebook.test_inspection import told

FRAME = pd.DataFrame({"name": ["Ada", "Grace"], "price": [1.5, 20.0], "n": [1, 2]}, index=["a", "b"])


def test_a_data_frame_is_told_with_its_size_columns_types_and_first_rows() -> None:
    frame = FRAME.astype({"name": object})
    assert told("{{ df‸ }}", df=frame) == (
        "df: pandas.DataFrame, 2 rows × 3 columns\n\n"
        "   name    price    n\n"
        "   object  float64  int64\n"
        "a  Ada     1.5      1\n"
        "b  Grace   20.0     2"
    )


def test_of_a_large_data_frame_the_beginning_is_told() -> None:
    frame = pd.DataFrame(np.zeros((1000, 30)), columns=[f"c{n}" for n in range(30)])
    lines = (told("{{ df‸ }}", df=frame) or "").splitlines()
    assert lines[0] == "df: pandas.DataFrame, 1000 rows × 30 columns"
    assert lines[2].split() == [f"c{n}" for n in range(8)]
    assert lines[4].split() == ["0.0"] * 8  # rows that are but numbered have no labels
    assert len(lines) == 11
    assert lines[9] == "… 995 more rows"
    assert lines[10].startswith("… further columns: c8, c9, ")


@pytest.mark.parametrize(
    ("frame", "size"),
    [
        (pd.DataFrame({"a": [1]}), "1 row × 1 column"),
        (pd.DataFrame({"a": []}), "0 rows × 1 column"),
        (pd.DataFrame(), "0 rows × 0 columns"),
    ],
)
def test_one_row_is_a_row_and_none_are_rows(frame: Any, size: str) -> None:
    assert (told("{{ df‸ }}", df=frame) or "").startswith(f"df: pandas.DataFrame, {size}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (FRAME["price"], "x: pandas.Series, 2 rows, float64\n\na  1.5\nb  20.0"),
        (
            pd.Series(range(9)),
            "x: pandas.Series, 9 rows, int64\n\n0  0\n1  1\n2  2\n3  3\n4  4\n5  5\n… 3 more rows",
        ),
        (pd.Series(["x", "y"], dtype="category"), "x: pandas.Series, 2 rows, category\n\n0  x\n1  y"),
        (pd.RangeIndex(1), "x: pandas.RangeIndex, 1 label, int64\n\nRangeIndex(1 label, int64: 0)"),
        (np.int64(3), "x: numpy.int64\n\n3"),
        (np.float32(2.5), "x: numpy.float32\n\n2.5"),
        (np.datetime64("2024-01-02"), "x: numpy.datetime64\n\n2024-01-02"),
        (pd.Timestamp("2024-01-02"), "x: pandas.Timestamp\n\n2024-01-02 00:00:00"),
        (
            np.arange(6).reshape(2, 3),
            "x: numpy.ndarray, 2 × 3, int64\n\nndarray(2 × 3, int64: [0, 1, 2], [3, 4, 5])",
        ),
        (
            np.arange(1000),
            "x: numpy.ndarray, 1000, int64\n\nndarray(1000, int64: 0, 1, 2, 3, 4, 5, …)",
        ),
        ([np.int64(1), np.True_], "x: list, 2 items\n\n[1, True]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_series_arrays_and_scalars_are_told_with_type_size_and_beginning(value: Any, text: str) -> None:
    assert told("{{ x‸ }}", x=value) == text


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        ("{{ df.pri‸ce }}", "df.price: pandas.Series, 2 rows, float64"),
        ('{{ df["pri‸ce"] }}', 'df["price"]: pandas.Series, 2 rows, float64'),
        ('{{ df["pirce‸"] }}', 'df: no key "pirce" is known. Did you mean "price"?'),
        ("{{ df.pirce‸ }}", "df: no pirce is known in it. Did you mean price?"),
        ("{{ df.sha‸pe }}", "property df.shape -> tuple[int, int]"),
        ("{{ df.he‸ad() }}", "method df.head(n=5)"),
        ("{% for row in df.itertuples() %}{{ row.pri‸ce }}", "row.price: float"),
        ("{% for i, row in df.iterrows() %}{{ row['pri‸ce'] }}", "row['price']: float"),
        ("{% for row in df.to_dict('records') %}{{ row.na‸me }}", "row.name: str, 3 characters"),
        # a series has a name itself, and the engine asks for attributes first
        ("{{ row.na‸me }}", "property row.name -> Hashable"),
        ("{{ row['na‸me'] }}", "row['name']: str, 3 characters"),
    ],
)
def test_columns_and_cells_are_told(marked: str, line: str) -> None:
    assert (told(marked, df=FRAME, row=FRAME.iloc[0]) or "").partition("\n")[0] == line


class OwnDtype(pd.api.extensions.ExtensionDtype):
    """A type of items whose text is not to be asked for."""

    type = object
    name = "own"

    def __str__(self) -> str:
        raise Touched


class OwnArray(pd.api.extensions.ExtensionArray):
    """Somebody's own column, which runs code for whatever is asked of it once ``armed``."""

    armed = False

    def __init__(self, length: int) -> None:
        self._length = length

    def _check(self) -> None:
        if type(self).armed:
            raise Touched

    @property
    def dtype(self) -> Any:
        self._check()
        return OwnDtype()

    def __len__(self) -> int:
        self._check()
        return self._length

    def __getitem__(self, key: Any) -> Any:
        self._check()
        return self if isinstance(key, slice) else 0

    @property
    def nbytes(self) -> int:
        return 0

    def copy(self) -> Any:
        return self

    @classmethod
    def _from_sequence(cls, scalars: Any, *, dtype: Any = None, copy: bool = False) -> Any:
        return cls(len(scalars))


class Uncopied:
    def __deepcopy__(self, memo: Any) -> Any:
        raise Touched


def _hostile() -> dict[str, Any]:
    objects = pd.DataFrame({"a": pd.Series([Hostile()], dtype=object)})
    noted = FRAME.copy()
    noted.attrs["note"] = Uncopied()
    own = pd.DataFrame({"plain": [1], "own": OwnArray(1)})
    return {
        "frame of objects": objects,
        "series of objects": objects["a"],
        "array of objects": objects["a"].to_numpy(),
        "frame with notes": noted,
        "frame of an own array": own,
        "series of an own array": own["own"],
        "labels": pd.DataFrame([[1]], columns=pd.Index([Plain()], dtype=object)),
        "labels of a series": pd.Series([1], index=pd.Index([Plain()], dtype=object)),
    }


class Plain:
    """A label, as which it must be hashed; it can not be written or compared."""

    def __repr__(self) -> str:
        raise Touched

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        raise Touched

    __hash__ = object.__hash__


@pytest.mark.parametrize(
    "marked",
    ["{{ x‸ }}", "{{ x.a‸ }}", "{{ x['a']‸ }}", "{{ x[0]‸ }}", "{% for r in x.itertuples() %}{{ r.a‸ }}"],
)
@pytest.mark.parametrize("kind", list(_hostile()))
def test_no_code_is_run_of_what_a_table_holds(
    marked: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = _hostile()[kind]
    monkeypatch.setattr(OwnArray, "armed", True)
    told(marked, x=value)
    shortly({"x": value})


def test_a_subclass_of_a_table_is_told_as_any_object() -> None:
    class Mine(pd.DataFrame):
        @property
        def columns(self) -> Any:
            raise Touched

    assert (told("{{ x‸ }}", x=Mine.__new__(Mine)) or "").endswith("<Mine>")
