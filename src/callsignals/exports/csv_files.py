"""``--to csv``: the tables for a spreadsheet or any other program, with a Data Package that describes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from callsignals.exports.finished import FinishedRun
from callsignals.exports.sheets import CellKind, Sheet, SheetColumn, sheets
from callsignals.exports.target import ExportOptions, ExportReport, Target
from callsignals.records.datapackage import describe_column, package_head
from callsignals.records.spreadsheet import csv_cell, write_csv
from callsignals.records.write import write_json

__all__ = ["PACKAGE_FILE", "export_csv"]

PACKAGE_FILE = "datapackage.json"
_TYPES: dict[CellKind, str] = {
    "text": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "time": "datetime",
    "date": "date",
}


def export_csv(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Write ``leads.csv``, ``calls.csv``, ``comments.csv``, ``signals.csv`` and ``datapackage.json``.

    Raises:
        InputError: a file of OUT cannot be read.
        OutputError: a file cannot be written.
    """
    folder = options.place
    counts, paths, resources = {}, [], []
    for sheet in sheets(run):
        counted = _Counted(sheet)
        path = folder / f"{sheet.name}.csv"
        write_csv(path, [column.name for column in sheet.columns], counted.rows())
        counts[sheet.name] = counted.count
        paths.append(path)
        resources.append(_resource(sheet))
    name = run.source.partition("/")[2]
    paths.append(folder / PACKAGE_FILE)
    write_json(paths[-1], {**package_head(name, run.version), "resources": resources})
    return ExportReport(str(folder), counts, tuple(paths))


class _Counted:
    """The rows of a sheet, counted as they pass."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.count = 0

    def rows(self) -> Iterator[Sequence[Any]]:
        for row in self._sheet.rows():
            self.count += 1
            yield row


def _resource(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "path": f"{sheet.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "schema": {"fields": [_field(column) for column in sheet.columns], "primaryKey": sheet.key},
    }


def _field(column: SheetColumn) -> dict[str, Any]:
    field = describe_column(csv_cell(column.name), _TYPES[column.kind])
    return {**field, "description": column.meaning} if column.meaning else field
