"""Rows as text, before anything is validated: from delimited records, JSON lines and typed values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from callsignals.errors import InputError
from callsignals.inputs.delimited import Record
from callsignals.inputs.headings import canonical_names
from callsignals.inputs.values import shown

__all__ = [
    "UNNAMED",
    "Header",
    "RawRow",
    "Table",
    "header_names",
    "json_rows",
    "raw_rows",
    "read_header",
    "text_of",
    "typed_rows",
]

UNNAMED = "unnamed column "
"""How a column without a name is called, before its number."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row before validation.

    Attributes:
        number: 1-based, header not counted, blank rows counted.
        cells: text by column name; None for a blank cell (nothing or white space only).
    """

    number: int
    cells: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text.

    Attributes:
        path: where it was read from.
        columns: known columns under their own names, others as written with surrounding white space removed.
        rows: rows with at least one value, in order.
        problems: rows that could not be split into cells, in order.
        decimal_comma: True when columns are parted by ``;``: spreadsheets do so where decimals have a comma.
        encoding: of the text, "" for binary formats.
        headings: headings that stand for a column of another name, and that column, in order; not of JSON lines.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[RawRow, ...]
    problems: tuple[InputError, ...] = ()
    decimal_comma: bool | None = None
    encoding: str = ""
    headings: tuple[tuple[str, str], ...] = ()

    @property
    def notice(self) -> str:
        """Which heading was read as which column; "" when all have our names."""
        read_as = ", ".join(f"{shown(written)} as {column}" for written, column in self.headings)
        return f"{self.path.name}: read {read_as}." if read_as else ""


@dataclass(frozen=True, slots=True)
class Header:
    """Column names, as written and as they are called here, and the number of the record that they stand in."""

    written: tuple[str, ...]
    names: tuple[str, ...]
    number: int


def read_header(records: Iterator[Record], path: Path, known: frozenset[str]) -> Header:
    """The first record that is not blank, as column names.

    Raises:
        InputError: it is none, or names a column twice.
    """
    header = next((record for record in records if record.cells or record.problem), None)
    if header is None or header.problem or not any(cell.strip() for cell in header.cells):
        problem = header.problem if header and header.problem else "is blank"
        raise InputError(
            str(path),
            f"the header row {problem}",
            "Put the column names in the first row.",
            code="bad_header",
        )
    return Header(header.cells, header_names(header.cells, path, known), header.number)


def header_names(cells: Sequence[str], path: Path, known: frozenset[str]) -> tuple[str, ...]:
    """Cells of a header as column names: known ones canonical, blank ones numbered."""
    found = canonical_names(cells, known)
    names = tuple(name or f"{UNNAMED}{place}" for place, name in enumerate(found, start=1))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(
            str(path),
            f"has two columns named '{twice[0]}'",
            "Rename or remove one of them.",
            code="two_columns",
        )
    return names


def raw_rows(records: Iterable[Record], header: Header, path: Path) -> Iterator[RawRow | InputError]:
    """The rows that hold anything, in order; an error in place of one that cannot be split."""
    for record in records:
        number = record.number - header.number
        flaw = record.problem or _shape_problem(record.cells, header.names)
        if flaw:
            yield _bad_row(path, number, flaw)
        elif any(cell.strip() for cell in record.cells):
            yield RawRow(number, dict(zip(header.names, map(_blank_to_none, record.cells), strict=False)))


def _shape_problem(cells: Sequence[str], names: Sequence[str]) -> str | None:
    """Empty cells beyond the header are harmless: spreadsheets write them."""
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
        return f"has {len(cells)} cells, the header has {len(names)}"
    return None


def _blank_to_none(cell: str) -> str | None:
    return cell if cell.strip() else None


def _bad_row(path: Path, number: int, problem: str) -> InputError:
    return InputError(
        f"{path.name} row {number}",
        problem,
        "Put cells that hold delimiters, quotes or line breaks in quotes, and double the quotes inside.",
        code="bad_row",
        row=number,
    )


def json_rows(lines: Iterable[str], path: Path, known: frozenset[str]) -> Iterator[RawRow | InputError]:
    """One row a line, blank lines left out; an error in place of a line that is no JSON object.

    Raises:
        InputError: the file is a JSON list.
    """
    good = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cells = _json_cells(line, known)
        except (ValueError, RecursionError) as error:
            if not good and line.lstrip().startswith("["):
                raise InputError(
                    str(path), "holds a JSON list", "Write one JSON object per line.", code="not_a_table"
                ) from None
            yield _bad_json(path, number, error)
            continue
        good += any(cells.values())
        yield RawRow(number, cells)


def _json_cells(line: str, known: frozenset[str]) -> dict[str, str | None]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("is not a JSON object")
    names = canonical_names(tuple(found), known)
    cells = {name: text_of(value) for name, value in zip(names, found.values(), strict=True)}
    if len(cells) < len(found):
        raise ValueError("names one column twice")
    return cells


def _bad_json(path: Path, number: int, error: Exception) -> InputError:
    own = isinstance(error, ValueError) and not isinstance(error, json.JSONDecodeError)
    return InputError(
        f"{path.name} row {number}",
        str(error) if own and str(error).startswith(("is ", "names ")) else "is not valid JSON",
        "Write one JSON object per line, each name once.",
        code="bad_row",
        row=number,
    )


def typed_rows(rows: Iterable[Sequence[object]], names: Sequence[str], first: int = 1) -> Iterator[RawRow]:
    """Rows of typed values as text, those with any value, numbered from ``first``."""
    for number, row in enumerate(rows, start=first):
        cells = {name: text_of(value) for name, value in zip(names, row, strict=True)}
        if any(cells.values()):
            yield RawRow(number, cells)


def text_of(value: object) -> str | None:
    """A typed cell as the text that the same value has in CSV; None when blank."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return _blank_to_none(value.decode("utf-8", errors="replace"))
        case list() | tuple():
            return _blank_to_none(";".join(text_of(item) or "" for item in value))
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        case _:
            return _blank_to_none(str(value))
