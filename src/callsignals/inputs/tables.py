"""Tables as raw text, whatever file they come in: CSV, TSV, Excel, Parquet, JSON lines."""

from __future__ import annotations

import io
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from pathlib import Path

import fastexcel
import polars as pl

from callsignals.errors import InputError
from callsignals.inputs.delimited import Record, decode_text, sniff_delimiter, split_records
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow, SellerRow

__all__ = [
    "COLUMNS",
    "TABLE_SUFFIXES",
    "RawRow",
    "Table",
    "find_table",
    "parse_table",
    "read_table",
]

TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl")

_UNNAMED = "unnamed column "
_RENAMED = {"sellers": "seller"}
_NOT_COLUMNS = frozenset(("extra", "table", "row", "seller_channel_source"))


def _columns_of(kind: type[CallRow | CommentRow | LeadRow | SellerRow]) -> tuple[str, ...]:
    return tuple(_RENAMED.get(field.name, field.name) for field in fields(kind) if field.name not in _NOT_COLUMNS)


COLUMNS: dict[str, tuple[str, ...]] = {
    "calls": _columns_of(CallRow),
    "comments": _columns_of(CommentRow),
    "leads": _columns_of(LeadRow),
    "sellers": _columns_of(SellerRow),
}
"""Known columns of each table, in the order in which ``callsignals init`` writes them."""

_ALL_COLUMNS = frozenset(name for names in COLUMNS.values() for name in names)

_MAGIC = (
    (b"PAR1", ".parquet", "a Parquet file"),
    (b"PK\x03\x04", ".xlsx", "an Excel file or another ZIP archive"),
    (b"\xd0\xcf\x11\xe0", ".xls", "an old Excel file (.xls) or a password-protected one"),
    (b"%PDF", ".pdf", "a PDF"),
    (b"RIFF", ".wav", "a recording"),
    (b"fLaC", ".flac", "a recording"),
    (b"OggS", ".ogg", "a recording"),
    (b"\x1f\x8b", ".gz", "a gzip archive"),
)


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
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[RawRow, ...]
    problems: tuple[InputError, ...] = ()
    decimal_comma: bool | None = None
    encoding: str = ""


def find_table(folder: Path, name: str) -> Path | None:
    """The file that holds table ``name``, letter case aside; None when there is none.

    Raises:
        InputError: ``two_tables`` when there are several.
    """
    found = sorted(
        path
        for path in folder.iterdir()
        if path.stem.casefold() == name and path.suffix.casefold() in TABLE_SUFFIXES and path.is_file()
    )
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise InputError(
            str(folder),
            f"has {names}: it is not clear which one counts",
            "Keep one of them.",
            code="two_tables",
        )
    return found[0] if found else None


def read_table(path: Path, *, known: Collection[str] = _ALL_COLUMNS) -> Table:
    """Read a table file.

    Args:
        path: its suffix says what it is: .csv, .tsv, .xlsx, .parquet or .jsonl.
        known: canonical column names; letter case, spaces and hyphens in the file's own do not matter.

    Raises:
        InputError: unreadable, empty, two columns of one name, or not what the suffix says.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise InputError(
            str(path),
            f"cannot be read ({reason})",
            "Check that the file exists and may be read.",
            code="unreadable_file",
        ) from None
    return parse_table(data, path, known=known)


def parse_table(data: bytes, path: Path, *, known: Collection[str] = _ALL_COLUMNS) -> Table:
    """Like ``read_table``, from bytes such as standard input; ``path`` gives the suffix and the name."""
    suffix = path.suffix.casefold()
    parser = _PARSERS.get(suffix)
    if parser is None:
        raise InputError(
            str(path),
            f"has the suffix '{path.suffix}', which is not one of a table",
            f"Save it as one of: {', '.join(TABLE_SUFFIXES)}.",
            code="not_a_table",
        )
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(str(path), "is empty", "Fill it in, or remove it.", code="empty_table")
    _check_magic(data, path, suffix)
    return parser(data, path, frozenset(known))


def _check_magic(data: bytes, path: Path, suffix: str) -> None:
    for magic, own_suffix, description in _MAGIC:
        if data.startswith(magic) and own_suffix != suffix:
            raise InputError(
                str(path),
                f"is named {suffix} but is {description}",
                f"Name it after what it is, or save it as {suffix}.",
                code="not_a_table",
            )


def _parse_delimited(data: bytes, path: Path, known: frozenset[str]) -> Table:
    text, encoding = decode_text(data, str(path))
    prefer = "\t" if path.suffix.casefold() == ".tsv" else ","
    delimiter, text = sniff_delimiter(text, known, prefer=prefer)
    return _from_records(
        split_records(text, delimiter),
        path,
        known,
        decimal_comma=True if delimiter == ";" else None,
        encoding=encoding,
    )


def _from_records(
    records: Iterable[Record],
    path: Path,
    known: frozenset[str],
    *,
    decimal_comma: bool | None = None,
    encoding: str = "",
) -> Table:
    stream = iter(records)
    header = next((record for record in stream if record.cells or record.problem), None)
    if header is None or header.problem or not any(cell.strip() for cell in header.cells):
        problem = header.problem if header and header.problem else "is blank"
        raise InputError(
            str(path),
            f"the header row {problem}",
            "Put the column names in the first row.",
            code="bad_header",
        )
    names = _header_names(header.cells, path, known)
    rows: list[RawRow] = []
    problems: list[InputError] = []
    for record in stream:
        number = record.number - header.number
        flaw = record.problem or _shape_problem(record.cells, names)
        if flaw:
            problems.append(_bad_row(path, number, flaw))
        elif any(cell.strip() for cell in record.cells):
            rows.append(RawRow(number, dict(zip(names, map(_blank_to_none, record.cells), strict=False))))
    used = {name for row in rows for name, value in row.cells.items() if value is not None}
    columns = tuple(name for name in names if name in used or not name.startswith(_UNNAMED))
    rows = [RawRow(row.number, {name: row.cells[name] for name in columns}) for row in rows]
    return Table(path, columns, tuple(rows), tuple(problems), decimal_comma, encoding)


def _header_names(cells: Sequence[str], path: Path, known: frozenset[str]) -> tuple[str, ...]:
    names = tuple(_canonical(cell, known) or f"{_UNNAMED}{place}" for place, cell in enumerate(cells, start=1))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(
            str(path),
            f"has two columns named '{twice[0]}'",
            "Rename or remove one of them.",
            code="two_columns",
        )
    return names


def _canonical(name: str, known: frozenset[str]) -> str:
    stripped = name.strip()
    folded = re.sub(r"[\s-]+", "_", stripped.casefold())
    return folded if folded in known else stripped


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


def _parse_excel(data: bytes, path: Path, known: frozenset[str]) -> Table:
    try:
        sheets = fastexcel.read_excel(data).sheet_names
        sheet = next((name for name in sheets if name.casefold() == path.stem.casefold()), sheets[0])
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
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError, IndexError) as error:
        raise _not_readable(path, "an Excel file", error) from None
    records = (
        Record(number, tuple("" if cell is None else _text(cell) or "" for cell in row))
        for number, row in enumerate(frame.iter_rows())
    )
    if frame.is_empty():
        raise InputError(str(path), f"sheet '{sheet}' is empty", "Fill it in, or remove the file.", code="empty_table")
    return _from_records(records, path, known)


def _parse_parquet(data: bytes, path: Path, known: frozenset[str]) -> Table:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
        raw = frame.rows()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise _not_readable(path, "a Parquet file", error) from None
    names = _header_names(frame.columns, path, known)
    rows = [
        RawRow(number, {name: _text(value) for name, value in zip(names, row, strict=True)})
        for number, row in enumerate(raw, start=1)
    ]
    return Table(path, names, tuple(row for row in rows if any(row.cells.values())))


def _not_readable(path: Path, description: str, error: Exception) -> InputError:
    logging.getLogger(__name__).debug("%s: %s", path.name, type(error).__name__)
    return InputError(
        str(path),
        f"cannot be read as {description}",
        "Open it where it was made and save it again.",
        code="not_a_table",
    )


def _parse_json_lines(data: bytes, path: Path, known: frozenset[str]) -> Table:
    text, encoding = decode_text(data, str(path))
    columns: dict[str, None] = {}
    rows: list[RawRow] = []
    problems: list[InputError] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            cells = _json_cells(line, known)
        except (ValueError, RecursionError) as error:
            if not rows and line.lstrip().startswith("["):
                raise InputError(
                    str(path), "holds a JSON list", "Write one JSON object per line.", code="not_a_table"
                ) from None
            problems.append(_bad_json(path, number, error))
            continue
        columns.update(dict.fromkeys(cells))
        if any(cells.values()):
            rows.append(RawRow(number, cells))
    return Table(path, tuple(columns), tuple(rows), tuple(problems), None, encoding)


def _json_cells(line: str, known: frozenset[str]) -> dict[str, str | None]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("is not a JSON object")
    cells = {_canonical(name, known): _text(value) for name, value in found.items()}
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


def _text(value: object) -> str | None:
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
            return _blank_to_none(";".join(_text(item) or "" for item in value))
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        case _:
            return _blank_to_none(str(value))


_PARSERS: dict[str, Callable[[bytes, Path, frozenset[str]], Table]] = {
    ".csv": _parse_delimited,
    ".tsv": _parse_delimited,
    ".xlsx": _parse_excel,
    ".parquet": _parse_parquet,
    ".jsonl": _parse_json_lines,
}
