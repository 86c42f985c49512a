"""The index as files: ``index.parquet``, ``index.csv`` and ``index.xlsx``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.files import replacing
from callsignals.index.build import Index, index_rows
from callsignals.index.sources import open_index_sources
from callsignals.index.table import IndexRow
from callsignals.index.workbook import write_workbook
from callsignals.records.signal import rounded
from callsignals.records.spreadsheet import write_csv
from callsignals.records.write import write_frame
from callsignals.vocabulary.choices import Every

__all__ = ["INDEX_FOLDER", "INDEX_SCHEMA", "IndexFiles", "write_index"]

INDEX_FOLDER = "index"
_TIME = pl.Datetime("us", "UTC")
INDEX_SCHEMA: dict[str, pl.DataType] = {
    "period": pl.String(),
    "period_start": _TIME,
    "period_end": _TIME,
    "level": pl.String(),
    "subject": pl.String(),
    "phase": pl.String(),
    "signal": pl.String(),
    "label": pl.String(),
    "unit": pl.String(),
    "direction": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "interval": pl.Float64(),
    "n": pl.Int64(),
    "numerator": pl.Float64(),
    "denominator": pl.Float64(),
    "status": pl.String(),
    "reason": pl.String(),
    "baseline_period": pl.String(),
    "baseline_value": pl.Float64(),
    "change": pl.Float64(),
    "development": pl.String(),
    "missing_share": pl.Float64(),
}
"""Columns of the table; what each holds: ``callsignals.index.table.IndexRow``."""
_FIGURES = tuple(name for name, kind in INDEX_SCHEMA.items() if kind == pl.Float64())


@dataclass(frozen=True, slots=True)
class IndexFiles:
    """What was written.

    Attributes:
        index: the table.
        paths: Parquet, CSV and XLSX.
    """

    index: Index
    paths: tuple[Path, ...]


def write_index(out: Path, every: Every) -> IndexFiles:
    """Make the index of OUT and write it to ``OUT/index``.

    Raises:
        InputError: OUT holds no finished run.
        OutputError: a file cannot be written.
    """
    index = index_rows(open_index_sources(out), every)
    folder = out / INDEX_FOLDER
    paths = tuple(folder / f"index.{suffix}" for suffix in ("parquet", "csv", "xlsx"))
    cells = [_cells(row) for row in index.rows]
    frame = pl.DataFrame(cells, schema=INDEX_SCHEMA, orient="row")
    write_frame(paths[0], frame)
    write_csv(paths[1], list(INDEX_SCHEMA), cells)
    with replacing(paths[2]) as part:
        write_workbook(part, index)
    return IndexFiles(index, paths)


def _cells(row: IndexRow) -> list[Any]:
    """In the order of ``INDEX_SCHEMA``."""
    figures = {name: rounded(getattr(row, name)) for name in _FIGURES}
    own = {
        "period": row.period.name,
        "period_start": row.period.start,
        "period_end": row.period.end,
        "level": row.subject.level,
        "subject": row.subject.name,
        "label": row.label or None,
        **figures,
    }
    return [own[name] if name in own else getattr(row, name) for name in INDEX_SCHEMA]
