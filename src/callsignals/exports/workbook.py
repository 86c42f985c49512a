"""``--to xlsx``: one workbook with a sheet per table, and what every column means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from callsignals.errors import OutputError
from callsignals.exports.finished import FinishedRun
from callsignals.exports.sheets import CellKind, Sheet, SheetColumn, sheets
from callsignals.exports.target import ExportOptions, ExportReport, Target
from callsignals.files import replacing
from callsignals.records.datapackage import describe_column
from callsignals.records.spreadsheet import is_formula_like, joined

__all__ = ["WORKBOOK_FILE", "export_workbook"]

WORKBOOK_FILE = "callsignals.xlsx"
_MOST_ROWS = 1_048_576
_LONGEST_CELL = 32_767
"""Limits of the format."""
_WIDTHS: dict[CellKind, int] = {"text": 22, "number": 12, "integer": 9, "boolean": 9, "time": 19, "date": 11}
_MADE = datetime(2000, 1, 1)
"""The same OUT gives the same bytes: no clock time in the file."""


def export_workbook(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Write ``callsignals.xlsx``: Leads, Calls, Comments, Signals, and Columns (what they mean).

    Raises:
        InputError: a file of OUT cannot be read.
        OutputError: the workbook cannot be written, or the signals are more than a sheet holds.
    """
    path = options.place / WORKBOOK_FILE
    tables = sheets(run)
    if run.count("signals") >= _MOST_ROWS:
        raise OutputError(
            str(path),
            f"cannot hold {run.count('signals'):,} signals: a sheet has {_MOST_ROWS:,} rows at most",
            "Use --to csv or a database.",
            code="too_many_rows",
        )
    with replacing(path) as part:
        writer = _Writer(str(part))
        counts = {sheet.name: writer.add(sheet) for sheet in tables}
        writer.explain(tables)
        writer.close()
    notices = (f"{writer.cut} cells of over {_LONGEST_CELL:,} characters were cut.",) if writer.cut else ()
    return ExportReport(str(options.place), counts, (path,), notices)


class _Writer:
    """A workbook that is written row by row, so that memory does not grow with it."""

    def __init__(self, path: str) -> None:
        settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(path, settings)
        self._book.set_properties({"title": "Trust signals", "created": _MADE})
        self._head = self._book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self.cut = 0

    def add(self, sheet: Sheet) -> int:
        """One table; how many rows it has."""
        page = self._book.add_worksheet(sheet.name.capitalize())
        page.freeze_panes(1, 1)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, _WIDTHS[column.kind])
        self._titles(page, [column.name for column in sheet.columns])
        count = 0
        for count, row in enumerate(sheet.rows(), start=1):
            for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                if value is not None:
                    self._cell(page, count, place, column, value)
        page.autofilter(0, 0, count, len(sheet.columns) - 1)
        return count

    def explain(self, tables: Sequence[Sheet]) -> None:
        """The sheet that says what the columns of the others mean."""
        page = self._book.add_worksheet("Columns")
        for place, width in enumerate((12, 34, 10, 100)):
            page.set_column(place, place, width)
        page.freeze_panes(1, 0)
        self._titles(page, ["sheet", "column", "kind", "meaning"])
        row = 0
        for sheet in tables:
            for column in sheet.columns:
                row += 1
                meaning = column.meaning or describe_column(column.name, "string").get("description", "")
                for place, text in enumerate((sheet.name.capitalize(), column.name, column.kind, meaning)):
                    self._text(page, row, place, text)

    def close(self) -> None:
        """Put the file together."""
        self._book.close()

    def _titles(self, page: Any, names: Sequence[str]) -> None:  # noqa: ANN401 - xlsxwriter has no types
        for place, name in enumerate(names):
            page.write_string(0, place, name[:_LONGEST_CELL], self._head)

    def _cell(self, page: Any, row: int, place: int, column: SheetColumn, value: Any) -> None:  # noqa: ANN401
        if column.kind == "boolean":
            page.write_boolean(row, place, value)
        elif column.kind in ("number", "integer"):
            page.write_number(row, place, value)
        elif isinstance(value, datetime):
            page.write_datetime(row, place, value.astimezone(UTC).replace(tzinfo=None), self._time)
        elif isinstance(value, date):
            page.write_datetime(row, place, value, self._date)
        elif column.kind == "time":
            moment = datetime.fromisoformat(value)
            page.write_datetime(row, place, moment.astimezone(UTC).replace(tzinfo=None), self._time)
        else:
            self._text(page, row, place, value if isinstance(value, str) else joined(value))

    def _text(self, page: Any, row: int, place: int, text: str) -> None:  # noqa: ANN401
        """A text, which stays one when it is edited or saved as CSV: the mark of a text, as an apostrophe sets it."""
        self.cut += len(text) > _LONGEST_CELL
        page.write_string(row, place, text[:_LONGEST_CELL], self._quoted if is_formula_like(text) else None)
