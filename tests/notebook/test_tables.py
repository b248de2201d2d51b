"""The filter ``table``: what has rows, and how they are written."""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

import kida
from kida_jupyter.tables import rows_of, table


@dataclass
class Bird:
    name: str
    mass: float | None


class Model(BaseModel):
    name: str
    mass: float | None


Named = namedtuple("Named", "name mass")  # noqa: PYI024 - rows of databases are such


def rendered(value: Any, arguments: str = "", *, escapes: bool = False) -> str:
    environment = kida.Environment(filters={"table": table}, autoescape=escapes)
    return environment.render_string(f"{{{{ value | table({arguments}) }}}}", value=value)


def cursor() -> sqlite3.Cursor:
    return sqlite3.connect(":memory:").execute(
        "SELECT 'Ada' AS name, 3.5 AS mass UNION ALL SELECT 'Bo', NULL"
    )


def sqlite_rows() -> list[sqlite3.Row]:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    return connection.execute("SELECT 'Ada' AS name, 3.5 AS mass UNION ALL SELECT 'Bo', NULL").fetchall()


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"name": ["Ada", "Bo"], "mass": [3.5, None]}),
        pd.DataFrame({"name": ["Ada", "Bo"], "mass": pd.array([3.5, None], dtype="Float64")}),
        [{"name": "Ada", "mass": 3.5}, {"name": "Bo"}],
        [Bird("Ada", 3.5), Bird("Bo", None)],
        [Model(name="Ada", mass=3.5), Model(name="Bo", mass=None)],
        [Named("Ada", 3.5), Named("Bo", float("nan"))],
        (row for row in [Bird("Ada", 3.5), {"name": "Bo", "mass": None}]),
        cursor(),
        sqlite_rows(),
    ],
    ids=[
        "frame",
        "nullable",
        "dicts",
        "dataclasses",
        "models",
        "named tuples",
        "mixed",
        "cursor",
        "sqlite rows",
    ],
)
def test_rows_with_names_have_a_head(value: Any) -> None:
    assert rendered(value) == "| name | mass |\n|:--|--:|\n| Ada | 3.5 |\n| Bo |  |"


def test_html_is_written_where_values_are_escaped_and_its_values_are() -> None:
    value = [{"<b>": "a & b", "n": 1, "safe": kida.Markup("<i>x</i>")}]
    assert rendered(value, escapes=True) == (
        "<table>\n  <thead>\n"
        '    <tr><th style="text-align: left">&lt;b&gt;</th><th style="text-align: right">n</th>'
        '<th style="text-align: left">safe</th></tr>\n'
        "  </thead>\n  <tbody>\n"
        '    <tr><td style="text-align: left">a &amp; b</td><td style="text-align: right">1</td>'
        '<td style="text-align: left"><i>x</i></td></tr>\n'
        "  </tbody>\n</table>"
    )


def test_without_align_html_has_bare_tags() -> None:
    text = rendered([{"n": 1}], "align=false", escapes=True)
    assert "style" not in text
    assert "<td>1</td>" in text


def test_what_would_break_a_cell_of_markdown_does_not() -> None:
    assert rendered([{"a": "x | y\nz"}]).splitlines()[-1] == "| x \\| y z |"


def test_rows_without_names_get_heads_from_columns() -> None:
    value = [("Ada", 3.5), ["Bo", 4]]
    assert rendered(value).splitlines()[0] == "|  |  |"
    assert "<thead>" not in rendered(value, escapes=True)
    assert rendered(value, "['name', 'mass']").splitlines()[0] == "| name | mass |"


def test_columns_choose_order_and_rename() -> None:
    value = [{"a": 1, "b": 2, "c": 3}]
    assert rendered(value, "['c', 'a']").splitlines()[::2] == ["| c | a |", "| 3 | 1 |"]
    assert rendered(value, "{'b': 'Bee'}").splitlines()[::2] == ["| Bee |", "| 2 |"]


def test_a_mapping_and_a_series_have_a_row_for_each_item() -> None:
    assert rendered({"a": 1, "b": 2}).splitlines()[2:] == ["| a | 1 |", "| b | 2 |"]
    series = pd.Series([1, 2], index=["a", "b"], name="n")
    assert rendered(series).splitlines() == ["|  | n |", "|:--|--:|", "| a | 1 |", "| b | 2 |"]


def test_the_index_of_a_data_frame_comes_first_where_it_is_asked_for() -> None:
    frame = pd.DataFrame({"n": [1]}, index=pd.Index(["a"], name="key"))
    assert rendered(frame, "index=true").splitlines()[::2] == ["| key | n |", "| a | 1 |"]
    frame = pd.DataFrame({"a": ["x"], "b": ["y"], "n": [1]}).set_index(["a", "b"])
    assert rendered(frame, "index=true").splitlines()[::2] == ["| a | b | n |", "| x | y | 1 |"]


def test_columns_in_levels_have_heads_of_several_words() -> None:
    frame = pd.DataFrame({"a": [1]}).agg(["mean"]).T
    frame.columns = pd.MultiIndex.from_tuples([("mass", "mean")])
    assert rendered(frame).splitlines()[0] == "| mass / mean |"


def test_missing_values_are_shown_as_one_wants_and_dates_as_themselves() -> None:
    frame = pd.DataFrame({"when": [pd.NaT], "day": [date(2024, 5, 1)], "any": [pd.NA]})
    assert rendered(frame, "missing='–'").splitlines()[-1] == "| – | 2024-05-01 | – |"


@pytest.mark.parametrize("value", [[], (), pd.DataFrame({"a": []})])
def test_no_rows_are_a_table_all_the_same(value: Any) -> None:
    assert rendered(value, escapes=True).endswith("<tbody>\n  </tbody>\n</table>")
    assert len(rendered(value).splitlines()) == 2


@pytest.mark.parametrize(
    ("value", "arguments", "message"),
    [
        ("text", "", "not str"),
        (3, "", "not int"),
        (None, "", "not NoneType"),
        ([1, 2], "", "not int"),
        (["ab", "cd"], "", "not str"),
        ([{"a": 1}], "['b']", "there is no column 'b'; the columns are a"),
        ([{"a": 1}], "'a'", "table takes columns as a list of names"),
        ([(1, 2)], "['one']", "the table has 2 in a row, and columns names 1"),
    ],
)
def test_what_has_no_rows_is_told_so(value: Any, arguments: str, message: str) -> None:
    with pytest.raises(kida.FilterArgumentError, match=r"table takes|column|heads") as caught:
        rendered(value, arguments)
    assert message in caught.value.message


def test_rows_may_differ_in_length_when_they_have_no_names() -> None:
    assert rows_of([(1,), (2, 3)]).width == 2
