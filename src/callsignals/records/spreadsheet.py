"""CSV for spreadsheets: UTF-8 with a mark, CRLF, and no cell that would be a formula.

A text that begins like a formula gets an apostrophe in front, which spreadsheets do not show and :func:`plain_cell`
takes off again (OWASP, "CSV Injection").
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from callsignals.files import replacing
from callsignals.records.signal import iso_time

__all__ = ["CSV_MARK", "csv_cell", "csv_lines", "is_formula_like", "joined", "plain_cell", "write_csv"]

CSV_MARK = codecs.BOM_UTF8
"""What a file begins with, so that Excel reads it as UTF-8."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARD = "'"


def csv_cell(value: Any) -> str:  # noqa: ANN401 - a cell
    """One value as a cell; lists are parted by ``; ``, the values of a record by ``:``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso_time(value) or ""
    if isinstance(value, list | tuple):
        return _guarded(joined(value))
    return _guarded(_part(value)) if isinstance(value, str | dict) else str(value)


def joined(values: Iterable[Any]) -> str:
    """A list as the text of one cell."""
    return "; ".join(_part(item) for item in values)


def _part(value: Any) -> str:  # noqa: ANN401 - a cell
    return ":".join(str(item) for item in value.values()) if isinstance(value, dict) else str(value)


def _guarded(text: str) -> str:
    return _GUARD + text if is_formula_like(text) else text


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def plain_cell(text: str) -> str:
    """The text of a cell that ``csv_cell`` wrote, without the apostrophe."""
    return text[1:] if text.startswith(_GUARD) and text[1:].startswith(_FORMULA_STARTS) else text


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as bytes, without a mark."""
    text = io.StringIO(newline="")
    _write_rows(text, rows)
    return text.getvalue().encode("utf-8", errors="replace")


def _write_rows(text: TextIO, rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bytes = CSV_MARK) -> None:
    """A whole file, row by row.

    Raises:
        OutputError: it cannot be written.
    """
    with replacing(path) as part, part.open("wb") as raw:
        raw.write(mark)
        with io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline="") as text:
            _write_rows(text, itertools.chain([header], rows))
