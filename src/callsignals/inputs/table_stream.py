"""Tables too large to hold: the same rows as ``tables`` gives, a part at a time, as often as asked.

CSV, TSV and JSON lines are read line by line; the rows of a Parquet file come from a process with bounds, which unpacks
them to disk. An Excel sheet ends at 1,048,576 rows and can only be read whole.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from callsignals.errors import InputError
from callsignals.inputs.delimited import decode_text, sniff_delimiter, split_records
from callsignals.inputs.headings import renamed
from callsignals.inputs.raw_rows import (
    UNNAMED,
    Header,
    RawRow,
    Table,
    header_names,
    json_rows,
    raw_rows,
    read_header,
    typed_rows,
)
from callsignals.inputs.tables import ALL_COLUMNS, check_magic, parquet_content, parse_table

__all__ = ["TableSource", "suffix_of_content", "table_parts"]

_BLOCK_BYTES = 1 << 20
_HEAD_CHARS = 1 << 16
_READ_IN_PARTS = (".csv", ".tsv", ".jsonl", ".parquet")
_BLANK = b"\xef\xbb\xbf \t\r\n"
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # rare: read whole

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where a table lies.

    Attributes:
        path: its name, whose suffix says what it is.
        content: its bytes when they do not lie in a file (standard input).
    """

    path: Path
    content: bytes | None = None

    def open(self) -> BinaryIO:
        """Its bytes from the start.

        Raises:
            InputError: it cannot be read.
        """
        if self.content is not None:
            return io.BytesIO(self.content)
        try:
            return self.path.open("rb")
        except OSError as error:
            raise InputError(
                str(self.path),
                f"cannot be read ({error.strerror or 'unreadable'})",
                "Check that the file exists and may be read.",
                code="unreadable_file",
            ) from None


def suffix_of_content(content: bytes) -> str:
    """What kind of table bytes without a name are: Parquet and Excel by their mark, JSON lines by a brace, else CSV."""
    if content.startswith(b"PAR1"):
        return ".parquet"
    if content.startswith(b"PK\x03\x04"):
        return ".xlsx"
    return ".jsonl" if content.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"{", b"[")) else ".csv"


def table_parts(source: TableSource, rows: int, *, known: Collection[str] = ALL_COLUMNS) -> Iterator[Table]:
    """The table in parts of at most ``rows`` rows, bad ones included, and at least one part.

    Args:
        source: may be large; it is opened anew at every call.
        rows: of a part.
        known: canonical column names, as for ``tables.read_table``.

    Raises:
        InputError: it cannot be read at all, as ``tables.read_table`` says.
    """
    suffix = source.path.suffix.casefold()
    with source.open() as opened:
        start = opened.read(_BLOCK_BYTES)
    if suffix not in _READ_IN_PARTS or start.startswith(_WIDE_MARKS) or not start.strip(_BLANK):
        with source.open() as opened:
            yield from _sliced(parse_table(opened.read(), source.path, known=known), rows)
        return
    check_magic(start, source.path, suffix)
    if suffix == ".parquet":
        yield from _parquet_parts(source, rows, frozenset(known))
        return
    with io.TextIOWrapper(source.open(), _encoding(source, start), newline="\n" if suffix == ".jsonl" else "") as text:
        parts = _json_parts if suffix == ".jsonl" else _delimited_parts
        yield from parts(text, source.path, rows, frozenset(known))


def _sliced(table: Table, rows: int) -> Iterator[Table]:
    yield replace(table, rows=table.rows[:rows])
    for start in range(rows, len(table.rows), rows):
        yield replace(table, rows=table.rows[start : start + rows], problems=())


def _encoding(source: TableSource, start: bytes) -> str:
    """By reading all of it once, a block at a time: one stray byte in the last line makes UTF-8 impossible.

    Raises:
        InputError: as ``delimited.decode_text``.
    """
    for encoding in ("utf-8-sig", "windows-1252")[: 1 if start.startswith(codecs.BOM_UTF8) else 2]:
        if _decodes(source, encoding):
            return encoding
    with source.open() as opened:
        decode_text(opened.read(), str(source.path))  # says what is wrong
    raise AssertionError("a table that can be decoded at once can be decoded in blocks")


def _decodes(source: TableSource, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with source.open() as opened:
        try:
            while block := opened.read(_BLOCK_BYTES):
                if "\0" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _delimited_parts(text: io.TextIOWrapper, path: Path, rows: int, known: frozenset[str]) -> Iterator[Table]:
    head = text.read(_HEAD_CHARS)
    prefer = "\t" if path.suffix.casefold() == ".tsv" else ","
    delimiter, rest = sniff_delimiter(head, known, prefer=prefer)
    text.seek(0)
    if len(rest) < len(head):  # a line "sep=;" of spreadsheets
        text.readline()
    records = split_records(text, delimiter)
    header = read_header(records, path, known)
    decimal_comma = True if delimiter == ";" else None
    for part in _batched(raw_rows(records, header, path), rows):
        yield _table(part, path, header, decimal_comma, text.encoding)


def _json_parts(text: io.TextIOWrapper, path: Path, rows: int, known: frozenset[str]) -> Iterator[Table]:
    for part in _batched(json_rows(text, path, known), rows):
        names = tuple(dict.fromkeys(name for found in part if isinstance(found, RawRow) for name in found.cells))
        kept = [found for found in part if not isinstance(found, RawRow) or any(found.cells.values())]
        yield _table(kept, path, Header(names, names, 1), None, text.encoding)


def _parquet_parts(source: TableSource, rows: int, known: frozenset[str]) -> Iterator[Table]:
    with source.open() as opened:
        written, found = parquet_content(opened.read(), source.path)
    names = header_names(written, source.path, known)
    for part in _batched(typed_rows(found, names), rows):
        yield _table(part, source.path, Header(tuple(written), names, 1), None, "")


def _batched(found: Iterable[Found], size: int) -> Iterator[list[Found]]:
    """Lists of up to ``size``; one empty list for nothing at all."""
    stream = iter(found)
    part = list(islice(stream, size))
    yield part
    while part := list(islice(stream, size)):
        yield part


def _table(
    found: Iterable[RawRow | InputError], path: Path, header: Header, decimal_comma: bool | None, encoding: str
) -> Table:
    """A part; columns without a name are left out where they hold nothing."""
    everything = list(found)
    rows = [item for item in everything if isinstance(item, RawRow)]
    problems = tuple(item for item in everything if isinstance(item, InputError))
    used = {name for row in rows for name, value in row.cells.items() if value is not None}
    columns = tuple(name for name in header.names if name in used or not name.startswith(UNNAMED))
    if len(columns) < len(header.names):
        rows = [RawRow(row.number, {name: row.cells.get(name) for name in columns}) for row in rows]
    headings = renamed(header.written, header.names)
    return Table(path, columns, tuple(rows), problems, decimal_comma, encoding.removesuffix("-sig"), headings)
