"""Tables as raw text, whatever file they come in: CSV, TSV, Excel, Parquet, JSON lines."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields
from pathlib import Path

from callsignals.errors import InputError
from callsignals.inputs.delimited import Record, decode_text, sniff_delimiter, split_records
from callsignals.inputs.headings import renamed
from callsignals.inputs.raw_rows import (
    UNNAMED,
    RawRow,
    Table,
    header_names,
    json_rows,
    raw_rows,
    read_header,
    typed_rows,
)
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow, MessageRow, MetricRow, SellerRow
from callsignals.processes import Bounds, ChildFailedError, run_bounded

__all__ = [
    "ALL_COLUMNS",
    "COLUMNS",
    "METRIC_PARTS",
    "TABLE_SUFFIXES",
    "RawRow",
    "Table",
    "check_magic",
    "find_table",
    "parquet_content",
    "parse_table",
    "read_table",
]

TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl")

METRIC_PARTS = (
    "promoters",
    "passives",
    "detractors",
    "customers_start",
    "customers_end",
    "customers_new",
)
"""Columns of the metrics table from which NPS and retention are computed."""

_RENAMED = {"sellers": "seller"}
_NOT_COLUMNS = frozenset(("extra", "table", "row", "seller_channel_source"))


def _columns_of(kind: type[CallRow | CommentRow | LeadRow | SellerRow | MessageRow | MetricRow]) -> tuple[str, ...]:
    return tuple(_RENAMED.get(field.name, field.name) for field in fields(kind) if field.name not in _NOT_COLUMNS)


COLUMNS: dict[str, tuple[str, ...]] = {
    "calls": _columns_of(CallRow),
    "comments": _columns_of(CommentRow),
    "leads": _columns_of(LeadRow),
    "sellers": _columns_of(SellerRow),
    "messages": _columns_of(MessageRow),
    "metrics": (*_columns_of(MetricRow), *METRIC_PARTS),
}
"""Known columns of each table, in the order in which ``callsignals init`` writes them."""

ALL_COLUMNS = frozenset(name for names in COLUMNS.values() for name in names)
"""Known columns of any table."""

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

_PACKED = (b"PAR1", b"PK\x03\x04")
_BOUNDS = Bounds(memory_bytes=4 << 30, cpu_s=300, wall_s=900.0, written_bytes=1 << 30)
"""A million rows of ten columns stay far below."""


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


def read_table(path: Path, *, known: Collection[str] = ALL_COLUMNS) -> Table:
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


def parse_table(data: bytes, path: Path, *, known: Collection[str] = ALL_COLUMNS) -> Table:
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
    check_magic(data, path, suffix)
    return parser(data, path, frozenset(known))


def check_magic(data: bytes, path: Path, suffix: str) -> None:
    """Refuse a file that begins like another kind than its suffix says.

    Raises:
        InputError: it does.
    """
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
    header = read_header(stream, path, known)
    rows: list[RawRow] = []
    problems: list[InputError] = []
    for found in raw_rows(stream, header, path):
        if isinstance(found, RawRow):
            rows.append(found)
        else:
            problems.append(found)
    used = {name for row in rows for name, value in row.cells.items() if value is not None}
    columns = tuple(name for name in header.names if name in used or not name.startswith(UNNAMED))
    rows = [RawRow(row.number, {name: row.cells[name] for name in columns}) for row in rows]
    headings = renamed(header.written, header.names)
    return Table(path, columns, tuple(rows), tuple(problems), decimal_comma, encoding, headings)


def _parse_excel(data: bytes, path: Path, known: frozenset[str]) -> Table:
    rows = _unpacked("excel_rows", data, path, "an Excel file", path.stem)
    (sheet,) = next(rows)
    records = [Record(number, tuple(cell or "" for cell in row)) for number, row in enumerate(rows)]
    if not records:
        raise InputError(str(path), f"sheet '{sheet}' is empty", "Fill it in, or remove the file.", code="empty_table")
    return _from_records(records, path, known)


def _parse_parquet(data: bytes, path: Path, known: frozenset[str]) -> Table:
    written, rows = parquet_content(data, path)
    names = header_names(written, path, known)
    return Table(path, names, tuple(typed_rows(rows, names)), headings=renamed(written, names))


def parquet_content(data: bytes, path: Path) -> tuple[list[str], Iterator[list[str | None]]]:
    """The names of the columns of a Parquet file, and its rows as they are asked for, from a process with bounds.

    Raises:
        InputError: it is none, a damaged one, or one that takes too much to read.
    """
    rows = _unpacked("parquet_rows", data, path, "a Parquet file")
    return [name or "" for name in next(rows)], rows


def _unpacked(function: str, data: bytes, path: Path, description: str, *arguments: str) -> Iterator[list[str | None]]:
    if not data.startswith(_PACKED):
        raise _not_readable(path, description, ValueError())
    try:
        yield from run_bounded(f"callsignals.inputs.unpacking:{function}", data, *arguments, bounds=_BOUNDS)
    except ChildFailedError as failed:
        if failed.refused:
            raise _not_readable(path, description, failed) from None
        raise InputError(
            str(path),
            f"takes more than {_BOUNDS.memory_bytes >> 30} GB of memory or {_BOUNDS.cpu_s} s to read",
            "Save the rows that count as .csv.",
            code="table_too_large",
        ) from None


def _not_readable(path: Path, description: str, error: Exception) -> InputError:
    """What to say of a file that its library refuses."""
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
    for found in json_rows(text.split("\n"), path, known):
        if isinstance(found, InputError):
            problems.append(found)
            continue
        columns.update(dict.fromkeys(found.cells))
        if any(found.cells.values()):
            rows.append(found)
    return Table(path, tuple(columns), tuple(rows), tuple(problems), None, encoding)


_PARSERS: dict[str, Callable[[bytes, Path, frozenset[str]], Table]] = {
    ".csv": _parse_delimited,
    ".tsv": _parse_delimited,
    ".xlsx": _parse_excel,
    ".parquet": _parse_parquet,
    ".jsonl": _parse_json_lines,
}
