"""The cells of one row, read with errors that name row, column, value and remedy; and tables of such rows."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Generic, TypeVar

from callsignals.errors import CallSignalsError, InputError
from callsignals.inputs.paths import resolve_named_file
from callsignals.inputs.rows import Extra, Scale
from callsignals.inputs.tables import COLUMNS, RawRow, Table
from callsignals.inputs.values import parse_date, parse_datetime, parse_number, shown

__all__ = ["Cells", "Parsed", "RowContext", "check_once", "parse_rows"]

Value = TypeVar("Value")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RowContext:
    """What rows are read with.

    Attributes:
        zone: of times without an offset; None for UTC with a notice.
        roots: resolved folders inside which calls may name files.
        seller_channel: ``[calls] seller_channel``.
        default_scale: ``[comments] default_scale``.
        ids_required: False for a bare table of comments (``classify``): a missing ``comment_id`` becomes
            the row number, a missing ``lead_id`` stays empty, a missing ``kind`` becomes ``survey``.
        own_lead: ``[calls] own_lead_when_blank``.
    """

    zone: tzinfo | None = None
    roots: tuple[Path, ...] = ()
    seller_channel: int | None = None
    default_scale: Scale | None = None
    ids_required: bool = True
    own_lead: bool = False


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Row]):
    """What became of one table.

    Attributes:
        rows: the good ones, in order.
        errors: the bad ones, by row.
        zone_assumed: whether any good row held a time without an offset.
    """

    rows: tuple[Row, ...]
    errors: tuple[CallSignalsError, ...]
    zone_assumed: bool


class Cells:
    """The cells of one row, each read with errors that name table, row, column and value."""

    def __init__(self, table: Table, raw: RawRow, context: RowContext) -> None:
        self.table = table
        self.raw = raw
        self.context = context
        self.zone_assumed = False

    def error(self, problem: str, remedy: str, code: str) -> InputError:
        """An error about this row."""
        where = f"{self.table.path.name} row {self.raw.number}"
        return InputError(where, problem, remedy, code=code, row=self.raw.number)

    def as_written(self, column: str) -> str | None:
        """The cell with its white space; None when blank."""
        return self.raw.cells.get(column)

    def text(self, column: str) -> str | None:
        """White space trimmed; inner runs kept as they are."""
        value = self.as_written(column)
        return value.strip() if value is not None else None

    def required(self, column: str) -> str:
        """The trimmed text of a cell that must not be blank."""
        value = self.text(column)
        if value is None:
            remedy = (
                "Fill it in; where no customer is known, with an id of its own."
                if column == "lead_id"
                else "Fill it in."
            )
            raise self.error(f"column '{column}' is blank", remedy, f"missing_{column}")
        return value

    def read(self, column: str, parse: Callable[[str], Value]) -> Value | None:
        """What ``parse`` makes of the cell; None when blank."""
        value = self.text(column)
        if value is None:
            return None
        try:
            return parse(value)
        except InputError as error:
            problem = f"column '{column}' is {error.what}, {error.problem}"
            raise self.error(problem, error.remedy, error.code) from None

    def number(self, column: str) -> float | None:
        """A finite number; None when blank."""
        return self.read(column, lambda text: parse_number(text, decimal_comma=self.table.decimal_comma))

    def moment(self, column: str) -> datetime | None:
        """A time in UTC; None when blank."""
        found = self.read(column, lambda text: parse_datetime(text, self.context.zone))
        if found is None:
            return None
        self.zone_assumed = self.zone_assumed or found.zone_assumed
        return found.utc

    def day(self, column: str) -> date | None:
        """A calendar day; None when blank."""
        return self.read(column, parse_date)

    def several(self, column: str) -> tuple[str, ...]:
        """Parted by ``;``, each once, inner white space made single."""
        parts = (" ".join(part.split()) for part in (self.text(column) or "").split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    def file(self, column: str) -> Path | None:
        """A file inside the allowed folders; None when blank."""
        return self.read(
            column,
            lambda text: resolve_named_file(text, base=self.table.path.parent.resolve(), roots=self.context.roots),
        )

    def extra(self, table_name: str) -> Extra:
        """The filled-in columns that the table's kind does not know."""
        known = COLUMNS[table_name]
        return tuple((name, value) for name, value in self.raw.cells.items() if name not in known and value is not None)


def parse_rows(
    table: Table, context: RowContext, required: tuple[str, ...], parse: Callable[[Cells], Row]
) -> Parsed[Row]:
    """Each row by ``parse``, whose ``InputError`` becomes one of ``errors``; ``required`` columns must be there."""
    if context.ids_required:
        _check_columns(table, required)
    rows: list[Row] = []
    errors: list[CallSignalsError] = list(table.problems)
    zone_assumed = False
    for raw in table.rows:
        cells = Cells(table, raw, context)
        try:
            rows.append(parse(cells))
        except InputError as error:
            errors.append(error)
        else:
            zone_assumed = zone_assumed or cells.zone_assumed
    return Parsed(tuple(rows), tuple(sorted(errors, key=_row_of)), zone_assumed)


_ADD = {
    "kind": "Add it, with referral, survey or reply in each row; or name the questions of a survey tool's export as "
    "docs/your-data.md has them."
}
"""What to do about a column that is not there, where more than adding it would help."""


def _check_columns(table: Table, required: tuple[str, ...]) -> None:
    """A table without a required column is one error and not one for each row."""
    for column in required if table.rows else ():
        if column not in table.columns:
            near = difflib.get_close_matches(column, table.columns, n=1, cutoff=0.5)
            hint = f"Is it '{near[0]}'? Rename it." if near else _ADD.get(column, "Add it.")
            found = ", ".join(f"'{name}'" for name in table.columns)
            raise InputError(
                str(table.path),
                f"has no column '{column}'; its columns are {found}",
                hint,
                code=f"missing_{column}",
            )


def _row_of(error: CallSignalsError) -> int:
    return error.row or 0


def check_once(cells: Cells, column: str, value: str, seen: dict[str, int]) -> None:
    """Call only once a row is known to be good: a bad first row does not take its id with it."""
    if value in seen:
        raise cells.error(
            f"column '{column}' is {shown(value)}, as in row {seen[value]}",
            "Give each row an id of its own, or remove one of the rows.",
            "duplicate_id",
        )
    seen[value] = cells.raw.number
