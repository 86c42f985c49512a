"""The four tables that people open in a spreadsheet: signals, leads, calls, comments.

Cells are numbers, truth values, times, dates or texts; lists become texts (``records.spreadsheet``).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from callsignals.exports.finished import TIME_COLUMNS, FinishedRun, TableName
from callsignals.exports.lead_columns import LeadColumn, lead_table

__all__ = ["CellKind", "Sheet", "SheetColumn", "sheets"]

CellKind = Literal["text", "number", "integer", "boolean", "time", "date"]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column.

    Attributes:
        name: of the table's column; unique in a sheet.
        kind: what its cells hold.
        meaning: for people; "" where the registry and the schema say it.
    """

    name: str
    kind: CellKind
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes:
        name: ``signals``, ``leads``, ``calls`` or ``comments``.
        key: the column that no two rows share.
        columns: in order.
        rows: gives the cells of every row, in the columns' order; can be asked for again.
    """

    name: str
    key: str
    columns: tuple[SheetColumn, ...]
    rows: Callable[[], Iterator[Sequence[Any]]]


def sheets(run: FinishedRun) -> tuple[Sheet, ...]:
    """The four tables of a finished OUT.

    Raises:
        InputError: a file of OUT cannot be read.
    """
    return (_leads(run), _table(run, "calls", "call_id"), _table(run, "comments", "comment_id"), _signals(run))


def _signals(run: FinishedRun) -> Sheet:
    return _table(run, "signals", "key")


def _leads(run: FinishedRun) -> Sheet:
    table = lead_table(run.leads())
    return Sheet("leads", "lead_id", tuple(_lead_column(column) for column in table.columns), lambda: iter(table.rows))


def _lead_column(column: LeadColumn) -> SheetColumn:
    counts = column.part == "n" or (column.signal is None and column.value == "number")
    return SheetColumn(column.name, "integer" if counts else column.value, column.meaning)


def _table(run: FinishedRun, name: TableName, key: str) -> Sheet:
    columns = run.columns(name)
    own = frozenset(run.own_columns(name))
    lists = [place for place, kind in enumerate(columns.values()) if isinstance(kind, pl.List)]
    return Sheet(
        name,
        key,
        tuple(
            SheetColumn(
                column,
                "time" if name == "signals" and column in TIME_COLUMNS else _kind(kind),
                "Your own column." if column in own else "",
            )
            for column, kind in columns.items()
        ),
        lambda: _rows(run, name, lists),
    )


def _rows(run: FinishedRun, name: TableName, lists: Sequence[int]) -> Iterator[Sequence[Any]]:
    rows = itertools.chain.from_iterable(frame.iter_rows() for frame in run.frames(name))
    for row in rows:
        cells = list(row)
        for place in lists:
            cells[place] = [_known(item) for item in cells[place] or ()] or None
        yield cells


def _known(item: Any) -> Any:  # noqa: ANN401 - a cell
    """A record without the fields that say nothing: evidence is of seconds or of characters, never both."""
    return {name: value for name, value in item.items() if value is not None} if isinstance(item, Mapping) else item


def _kind(kind: pl.DataType) -> CellKind:
    if kind.is_integer():
        return "integer"
    if kind.is_float():
        return "number"
    named: dict[type[pl.DataType], CellKind] = {pl.Boolean: "boolean", pl.Date: "date", pl.Datetime: "time"}
    return next((found for dtype, found in named.items() if isinstance(kind, dtype)), "text")
