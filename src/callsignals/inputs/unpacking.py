"""Spreadsheets and Parquet as rows of text. Runs in a child with bounds: ``processes.run_bounded``."""

from __future__ import annotations

import io
from collections.abc import Iterator

import fastexcel
import polars as pl

from callsignals.inputs.raw_rows import text_of

__all__ = ["excel_rows", "parquet_rows"]

_ROWS_AT_ONCE = 50_000


def excel_rows(data: bytes, table: str) -> Iterator[list[str | None]]:
    """First the name of the sheet, alone; then its rows, the header among them.

    Args:
        data: an .xlsx file.
        table: the sheet of this name is read, letter case aside, or else the first.

    Raises:
        ValueError: it is none, or a damaged one.
    """
    try:
        sheets = fastexcel.read_excel(data).sheet_names
        sheet = next((name for name in sheets if name.casefold() == table.casefold()), sheets[0])
        frame = pl.read_excel(
            io.BytesIO(data),
            engine="calamine",
            sheet_name=sheet,
            has_header=False,
            read_options={"dtypes": "string"},  # numbers and dates as text that parses as it does in CSV
            drop_empty_rows=False,
            drop_empty_cols=False,
            raise_if_empty=False,
        )
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, IndexError) as error:
        raise ValueError("not an Excel file") from error
    yield [sheet]
    for row in frame.iter_rows():
        yield [text_of(cell) for cell in row]


def parquet_rows(data: bytes) -> Iterator[list[str | None]]:
    """First the names of the columns, then the rows.

    Args:
        data: a Parquet file.

    Raises:
        ValueError: it is none, or a damaged one.
    """
    try:
        lazy = pl.scan_parquet(io.BytesIO(data))
        yield list(lazy.collect_schema().names())
        count = int(lazy.select(pl.len()).collect().item())
        for start in range(0, count, _ROWS_AT_ONCE):
            for row in lazy.slice(start, _ROWS_AT_ONCE).collect().iter_rows():
                yield [text_of(value) for value in row]
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise ValueError("not a Parquet file") from error
