"""The tables in a database: columns, keys, and rows of a finished OUT that fit them.

Every row carries its ``source``, so that several workspaces can share a database. Columns that a later version adds
are added to tables that are there (``missing_columns``); ``SQL_VERSION`` is raised only for a change that is more
than that, and a database of a later version is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import polars as pl

from callsignals.errors import OutputError
from callsignals.exports.finished import TIME_COLUMNS, FinishedRun, TableName
from callsignals.exports.target import UNREACHED, Target
from callsignals.records.signal import iso_time
from callsignals.records.tables import CALLS_SCHEMA, COMMENTS_SCHEMA, SIGNALS_SCHEMA

__all__ = [
    "SQL_TABLES",
    "SQL_VERSION",
    "VERSION_TABLE",
    "SqlColumn",
    "SqlTable",
    "SqlType",
    "foreign_table",
    "newer_version",
]

SQL_VERSION = 1
VERSION_TABLE = "callsignals_schema"
OWN_COLUMNS = "own_columns"

SqlType = Literal["text", "number", "integer", "boolean", "time", "date", "json"]


@dataclass(frozen=True, slots=True)
class SqlColumn:
    """One column of a table."""

    name: str
    type: SqlType


@dataclass(frozen=True, slots=True)
class SqlTable:
    """One table.

    Attributes:
        name: in the database.
        key: columns that no two rows share, ``source`` first.
        columns: in order, those of the key included.
        rows: gives the rows of a finished OUT, in the columns' order: text, float, int, bool, or None; times and dates
            as ISO 8601 texts, lists and records as JSON texts.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[SqlColumn, ...]
    rows: Callable[[FinishedRun], Iterator[Sequence[Any]]]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(column.name for column in self.columns)


def _signal_rows(run: FinishedRun) -> Iterator[Sequence[Any]]:
    return _plain_rows(run, "signals", tuple(SIGNALS_SCHEMA), with_source=False, with_own=False)


def _call_rows(run: FinishedRun) -> Iterator[Sequence[Any]]:
    return _plain_rows(run, "calls", tuple(CALLS_SCHEMA))


def _comment_rows(run: FinishedRun) -> Iterator[Sequence[Any]]:
    return _plain_rows(run, "comments", tuple(COMMENTS_SCHEMA))


def _plain_rows(
    run: FinishedRun, table: TableName, names: tuple[str, ...], *, with_source: bool = True, with_own: bool = True
) -> Iterator[Sequence[Any]]:
    own = run.own_columns(table)
    head = (run.source,) if with_source else ()
    for frame in run.frames(table):
        for row in frame.select([*names, *own]).iter_rows():
            cells = [_cell(value) for value in row[: len(names)]]
            if not with_own:
                yield [*head, *cells]
                continue
            further = {name: _cell(value) for name, value in zip(own, row[len(names) :], strict=True)}
            yield [*head, *cells, _json({name: value for name, value in further.items() if value is not None})]


def _lead_rows(run: FinishedRun) -> Iterator[Sequence[Any]]:
    for record in run.leads():
        yield [run.source, *(_cell(record.get(column.name)) for column in _LEAD_COLUMNS)]


def _lead_signal_rows(run: FinishedRun) -> Iterator[Sequence[Any]]:
    for record in run.leads():
        for phase, signals in record["phases"].items():
            for name, found in signals.items():
                yield [run.source, record["lead_id"], phase, name, *_lead_signal(found)]


def _lead_signal(found: Mapping[str, Any]) -> list[Any]:
    latest = found.get("latest")
    return [
        _number(found.get("value")),
        found.get("label"),
        found.get("n"),
        _number(found.get("mean")),
        _number(found.get("pooled")),
        None if isinstance(latest, str) else _number(latest),
        latest if isinstance(latest, str) else None,
        _number(found.get("trend")),
        _json(found.get("counts") or {}),
        found.get("status"),
        found.get("reason"),
        _number(found.get("confidence")),
    ]


def _number(value: Any) -> float | None:  # noqa: ANN401 - of JSON
    return None if value is None else float(value)


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell
    if isinstance(value, datetime):
        return iso_time(value)
    if isinstance(value, date):
        return value.isoformat()
    return _json(_bare(value)) if isinstance(value, list | tuple | dict) else value


def _bare(value: Any) -> Any:  # noqa: ANN401 - a cell
    """Records of a list without the fields that say nothing."""
    if isinstance(value, list | tuple):
        return [{k: v for k, v in item.items() if v is not None} if isinstance(item, dict) else item for item in value]
    return value


def _json(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _columns(schema: Mapping[str, pl.DataType]) -> tuple[SqlColumn, ...]:
    return tuple(SqlColumn(name, "time" if name in TIME_COLUMNS else _sql_type(kind)) for name, kind in schema.items())


def _sql_type(kind: pl.DataType) -> SqlType:
    if kind.is_integer():
        return "integer"
    if kind.is_float():
        return "number"
    named: dict[type[pl.DataType], SqlType] = {
        pl.Boolean: "boolean",
        pl.Date: "date",
        pl.Datetime: "time",
        pl.List: "json",
    }
    return next((found for dtype, found in named.items() if isinstance(kind, dtype)), "text")


_SOURCE = SqlColumn("source", "text")
_OWN = SqlColumn(OWN_COLUMNS, "json")
_LEAD_COLUMNS = (
    SqlColumn("lead_id", "text"),
    SqlColumn("name", "text"),
    SqlColumn("segment", "text"),
    SqlColumn("segments", "json"),
    SqlColumn("outcome", "text"),
    SqlColumn("first_seen", "time"),
    SqlColumn("last_seen", "time"),
    SqlColumn("calls", "json"),
    SqlColumn("comments", "json"),
    SqlColumn("phases", "json"),
)
_LEAD_SIGNAL_COLUMNS = (
    SqlColumn("lead_id", "text"),
    SqlColumn("phase", "text"),
    SqlColumn("signal", "text"),
    SqlColumn("value", "number"),
    SqlColumn("label", "text"),
    SqlColumn("n", "integer"),
    SqlColumn("mean", "number"),
    SqlColumn("pooled", "number"),
    SqlColumn("latest", "number"),
    SqlColumn("latest_label", "text"),
    SqlColumn("trend", "number"),
    SqlColumn("counts", "json"),
    SqlColumn("status", "text"),
    SqlColumn("reason", "text"),
    SqlColumn("confidence", "number"),
)

SQL_TABLES = (
    SqlTable("leads", ("source", "lead_id"), (_SOURCE, *_LEAD_COLUMNS), _lead_rows),
    SqlTable(
        "lead_signals",
        ("source", "lead_id", "phase", "signal"),
        (_SOURCE, *_LEAD_SIGNAL_COLUMNS),
        _lead_signal_rows,
    ),
    SqlTable("calls", ("source", "call_id"), (_SOURCE, *_columns(CALLS_SCHEMA), _OWN), _call_rows),
    SqlTable("comments", ("source", "comment_id"), (_SOURCE, *_columns(COMMENTS_SCHEMA), _OWN), _comment_rows),
    SqlTable("signals", ("source", "key"), _columns(SIGNALS_SCHEMA), _signal_rows),
)
"""In the order in which they are written."""


def foreign_table(target: Target, name: str) -> OutputError:
    """The database has a table of our name that we did not make."""
    return OutputError(
        target.shown,
        f"has a table {name} that callsignals did not make",
        "Name another database, or another schema (docs/exports.md).",
        code=UNREACHED,
    )


def newer_version(target: Target, version: int) -> OutputError:
    """The tables are of a later callsignals."""
    return OutputError(
        target.shown,
        f"holds tables of a later version of callsignals (schema {version}, this one writes {SQL_VERSION})",
        "Upgrade callsignals.",
        code=UNREACHED,
    )
