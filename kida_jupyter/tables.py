"""The filter ``table``: rows of many kinds as a table of HTML or of Markdown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any, Final

import kida

_MISSING_TYPES: Final = frozenset(("NAType", "NaTType"))
"""pandas' values for what is missing, which do not compare as others do. They are told by name: pandas is not imported."""
_KINDS_OF_ROWS: Final = (
    "rows: a data frame, a query's cursor, or a list of dictionaries, dataclasses, models, tuples or lists"
)


@dataclass(frozen=True, slots=True)
class Rows:
    """What a table shows: the heads of its columns, ``None`` where they have none, and the values row by row."""

    heads: tuple[Any, ...] | None
    values: tuple[tuple[Any, ...], ...]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max([len(self.heads or ()), *map(len, self.values)])


@kida.pass_eval_context
def table(
    eval_ctx: kida.EvalContext,
    value: Any,
    columns: Mapping[Any, Any] | Iterable[Any] | None = None,
    index: bool = False,
    missing: str = "",
    align: bool = True,
) -> str:
    """A table of the rows: HTML where values are escaped, Markdown where they are not.

    Takes a pandas or Polars data frame, a cursor or relation of a database, a list of dictionaries, dataclasses,
    models, named or plain tuples, or a mapping, which has a row for each of its items. Parameters: ``columns``, which
    of them, in which order, or a mapping of columns to heads; for rows without names just the heads; ``index``, whether a data frame's
    index comes first; ``missing``, what stands for none and not-a-number; ``align``, whether numbers are set right.
    Raises `kida.FilterArgumentError` for what has no rows.
    """
    rows = rows_of(value, index=index)
    if columns is not None:
        rows = _chosen(rows, columns)
    if eval_ctx.autoescape:
        return html_table(rows, missing=missing, align=align)
    return markdown_table(rows, missing=missing, align=align)


def rows_of(value: Any, *, index: bool = False) -> Rows:
    """The rows of a value, of any kind that `table` takes. Raises `kida.FilterArgumentError`."""
    if isinstance(value, (str, bytes)) or value is None:
        raise _no_rows(value)
    if isinstance(value, Mapping):
        return Rows(None, tuple(value.items()))
    if hasattr(value, "to_frame") and not hasattr(value, "columns"):  # a pandas series
        return _of_pandas(value.to_frame(), index=True)
    if hasattr(value, "itertuples"):
        return _of_pandas(value, index=index)
    if hasattr(value, "iter_rows"):  # a Polars data frame
        return Rows(tuple(value.columns), tuple(value.iter_rows()))
    if hasattr(value, "fetchall"):
        described = getattr(value, "description", None)
        heads = tuple(column[0] for column in described) if described else None
        return Rows(heads, tuple(tuple(row) for row in value.fetchall()))
    try:
        items = list(value)
    except TypeError:
        raise _no_rows(value) from None
    return _of_items(items)


def html_table(rows: Rows, *, missing: str = "", align: bool = True) -> kida.Markup:
    """Rows as a table of HTML, with all values escaped that are not markup already."""
    sides = [_side(rows, column) for column in range(rows.width)]
    style = {side: f' style="text-align: {side}"' if align else "" for side in ("left", "right")}
    lines = ["<table>"]
    if rows.heads is not None:
        cells = (f"<th{style[side]}>{kida.escape(_head(head))}</th>" for side, head in zip(sides, rows.heads))
        lines.append(f"  <thead>\n    <tr>{''.join(cells)}</tr>\n  </thead>")
    lines.append("  <tbody>")
    for row in rows.values:
        cells = (
            f"<td{style[side]}>{kida.escape(_shown(item, missing))}</td>" for side, item in zip(sides, row)
        )
        lines.append(f"    <tr>{''.join(cells)}</tr>")
    lines.append("  </tbody>\n</table>")
    return kida.Markup("\n".join(lines))


def markdown_table(rows: Rows, *, missing: str = "", align: bool = True) -> str:
    """Rows as a table of Markdown (GitHub's and JupyterLab's kind), with what would break a cell escaped."""
    sides = [_side(rows, column) if align else "left" for column in range(rows.width)]
    heads = rows.heads if rows.heads is not None else ("",) * rows.width
    lines = [_markdown_row([_head(head) for head in heads])]
    lines.append("|" + "|".join("--:" if side == "right" else ":--" for side in sides) + "|")
    lines += [_markdown_row([_shown(item, missing) for item in row]) for row in rows.values]
    return "\n".join(lines)


def text_table(rows: Rows) -> str:
    """Rows as columns of text, for terminals."""
    lines = [[str(item) for item in row] for row in rows.values]
    if rows.heads is not None:
        lines.insert(0, [_head(head).upper() for head in rows.heads])
    widths = [max(len(line[column]) for line in lines) for column in range(rows.width)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines
    )


def _of_pandas(frame: Any, *, index: bool) -> Rows:
    heads = list(frame.columns)
    if index:
        names = [name if name is not None else "" for name in frame.index.names]
        heads = [*names, *heads]
        values = (
            (*(row[0] if len(names) > 1 else row[:1]), *row[1:])
            for row in frame.itertuples(index=True, name=None)
        )
    else:
        values = frame.itertuples(index=False, name=None)
    return Rows(tuple(heads), tuple(values))


def _of_items(items: Sequence[Any]) -> Rows:
    named = [_named(item) for item in items]
    if all(row is not None for row in named) and named:
        # in the order in which they are first met: a row may lack a few
        heads = dict.fromkeys(key for row in named if row is not None for key in row)
        return Rows(
            tuple(heads), tuple(tuple(row.get(head) for head in heads) for row in named if row is not None)
        )
    values = []
    for item in items:
        if isinstance(item, (str, bytes)) or not isinstance(item, Iterable):
            raise _no_rows(item)
        row = _named(item)
        values.append(tuple(item) if row is None else tuple(row.values()))
    return Rows(None, tuple(values))


def _named(row: Any) -> Mapping[Any, Any] | None:
    """The values of a row by name, or ``None`` where they have none."""
    if isinstance(row, Mapping):
        return row
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    if isinstance(row, tuple) and hasattr(row, "_fields"):
        return dict(zip(row._fields, row))
    fields = getattr(type(row), "model_fields", None)  # a pydantic model
    if isinstance(fields, Mapping):
        return {name: getattr(row, name) for name in fields}
    if hasattr(row, "keys") and hasattr(row, "__getitem__"):  # a row of sqlite3
        return dict(row)
    return None


def _chosen(rows: Rows, columns: Mapping[Any, Any] | Iterable[Any]) -> Rows:
    if isinstance(columns, str):
        raise kida.FilterArgumentError(
            "table takes columns as a list of names, or a mapping of names to heads"
        )
    chosen = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
    if rows.heads is None:
        heads = tuple(chosen.values())
        if rows.values and len(heads) != rows.width:
            raise kida.FilterArgumentError(
                f"the table has {rows.width} in a row, and columns names {len(heads)}"
            )
        return Rows(heads, rows.values)
    places = {head: place for place, head in enumerate(rows.heads)}
    for name in chosen:
        if name not in places:
            known = ", ".join(str(head) for head in rows.heads) or "none"
            raise kida.FilterArgumentError(f"there is no column {name!r}; the columns are {known}")
    values = tuple(tuple(row[places[name]] for name in chosen) for row in rows.values)
    return Rows(tuple(chosen.values()), values)


def _head(head: Any) -> str:
    # pandas has tuples for columns in several levels
    return " / ".join(str(part) for part in head if part != "") if isinstance(head, tuple) else str(head)


def _shown(value: Any, missing: str) -> Any:
    if _is_missing(value):
        return missing
    return value if hasattr(value, "__html__") else str(value)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    return isinstance(value, Number) and bool(value != value)  # not-a-number is told so


def _side(rows: Rows, column: int) -> str:
    """Where the values of a column are set: numbers right, so that their places line up."""
    values = [row[column] for row in rows.values if column < len(row) and not _is_missing(row[column])]
    return "right" if values and all(_is_number(value) for value in values) else "left"


def _is_number(value: Any) -> bool:
    return isinstance(value, Number) and not isinstance(value, bool)


def _markdown_row(cells: Sequence[Any]) -> str:
    escaped = (" ".join(str(cell).replace("|", "\\|").splitlines()) for cell in cells)
    return "| " + " | ".join(escaped) + " |"


def _no_rows(value: Any) -> kida.FilterArgumentError:
    return kida.FilterArgumentError(f"table takes {_KINDS_OF_ROWS}, not {type(value).__name__}")
