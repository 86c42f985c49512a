"""A finished OUT, as exports read it: a slice of rows at a time, so that memory does not grow with the batch."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from callsignals.batch.lock import broke_off, held
from callsignals.errors import InputError
from callsignals.records.tables import CALLS_SCHEMA, COMMENTS_SCHEMA, SIGNALS_SCHEMA

__all__ = ["TIME_COLUMNS", "FinishedRun", "TableName", "finished_run"]

TableName = Literal["signals", "calls", "comments"]
_SCHEMAS: dict[TableName, dict[str, pl.DataType]] = {
    "signals": SIGNALS_SCHEMA,
    "calls": CALLS_SCHEMA,
    "comments": COMMENTS_SCHEMA,
}
TIME_COLUMNS = frozenset({"time", "period_start", "period_end"})
"""Columns of ``signals.parquet`` that hold times as texts."""

_NEEDED = ("run.json", "signals.parquet", "leads.jsonl", "calls.parquet", "comments.parquet")
_ROWS_AT_ONCE = 10_000
_REMEDY = "Run 'callsignals run' again; exports read finished results only."


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """The files of one OUT, held so that no run alters them meanwhile.

    Attributes:
        out: the folder.
        source: "callsignals/" and the workspace's name: whose rows these are.
        version: of the callsignals that wrote them.
    """

    out: Path
    source: str
    version: str

    def columns(self, table: TableName) -> dict[str, pl.DataType]:
        """Columns of a table with their types: the fixed ones, then the user's own.

        Raises:
            InputError: it cannot be read.
        """
        found = dict(self._scan(table).collect_schema())
        return {**_SCHEMAS[table], **{name: kind for name, kind in found.items() if name not in _SCHEMAS[table]}}

    def own_columns(self, table: TableName) -> tuple[str, ...]:
        """The user's own columns of a table, in their order."""
        return tuple(name for name in self.columns(table) if name not in _SCHEMAS[table])

    def count(self, table: TableName) -> int:
        """Rows of a table."""
        counted: int = self._scan(table).select(pl.len()).collect().item()
        return counted

    def frames(self, table: TableName) -> Iterator[pl.DataFrame]:
        """A table in slices, with all of ``columns``; those that an earlier version did not write are null.

        Raises:
            InputError: it cannot be read.
        """
        columns, lazy = self.columns(table), self._scan(table)
        there = set(lazy.collect_schema().names())
        chosen = [
            pl.col(name) if name in there else pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items()
        ]
        for offset in range(0, self.count(table), _ROWS_AT_ONCE):
            try:
                yield lazy.slice(offset, _ROWS_AT_ONCE).select(chosen).collect()
            except (OSError, pl.exceptions.PolarsError):
                raise _unreadable(self.out / f"{table}.parquet") from None

    def rows(self, table: TableName) -> Iterator[dict[str, Any]]:
        """The rows of a table one by one."""
        for frame in self.frames(table):
            yield from frame.iter_rows(named=True)

    def leads(self) -> Iterator[dict[str, Any]]:
        """The records of ``leads.jsonl``.

        Raises:
            InputError: it cannot be read.
        """
        path = self.out / "leads.jsonl"
        try:
            with path.open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    record = json.loads(line)
                    record["lead_id"], record["phases"]
                    yield record
        except (OSError, ValueError, KeyError, TypeError):
            raise _unreadable(path) from None

    def _scan(self, table: TableName) -> pl.LazyFrame:
        path = self.out / f"{table}.parquet"
        try:
            lazy = pl.scan_parquet(path)
            lazy.collect_schema()
        except (OSError, pl.exceptions.PolarsError):
            raise _unreadable(path) from None
        return lazy


@contextlib.contextmanager
def finished_run(out: Path) -> Iterator[FinishedRun]:
    """The finished results in OUT; no run can alter them while they are read.

    Raises:
        InputError: nothing has run to its end there, or its files cannot be read.
        OutputError: a run is under way there, or the folder cannot be written to.
    """
    if not out.is_dir():
        raise InputError(str(out), "is not a folder", "Name the OUT folder of a finished run.", code="no_results")
    missing = [name for name in _NEEDED if not (out / name).is_file()]
    if missing:
        raise InputError(
            str(out),
            f"holds no finished run ({missing[0]} is missing)",
            "Run 'callsignals run' first.",
            code="no_results",
        )
    with held(out):
        if broke_off(out):
            raise InputError(str(out), "was left unfinished by a run that broke off", _REMEDY, code="no_results")
        try:
            facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
            run = FinishedRun(out, str(facts["source"]), str(facts["callsignals"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise _unreadable(out / "run.json") from None
        yield run


def _unreadable(path: Path) -> InputError:
    return InputError(str(path), "cannot be read", _REMEDY, code="unreadable_results")
