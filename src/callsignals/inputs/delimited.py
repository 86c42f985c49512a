"""Delimited text as people have it: encodings, delimiters, quotes.

The rows are split by the csv module and not by polars, which fills a short row silently and refuses the
whole file for one long row; here each such row is reported and the others go on.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from callsignals.errors import InputError

__all__ = ["Record", "decode_text", "sniff_delimiter", "split_records"]

_DELIMITERS = (",", ";", "\t")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16 LE, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?\r?\n', re.IGNORECASE)
_MAX_CELL_CHARS = 16 * 1024 * 1024
_SAVE_AS = "Save it as CSV in UTF-8."


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a delimited text.

    Attributes:
        number: 0 for the header, then 1, 2, ...; blank lines count, as they do in a spreadsheet.
        cells: unquoted texts; empty for a blank line.
        problem: why the record cannot be split, None when it can.
    """

    number: int
    cells: tuple[str, ...]
    problem: str | None = None


def decode_text(data: bytes, name: str) -> tuple[str, str]:
    """Text and the encoding it was in: by its mark, else UTF-8, else Windows-1252.

    Raises:
        InputError: NUL characters, or bytes that are none of these encodings.
    """
    text, encoding = _decode(data, name)
    if "\0" in text:
        raise InputError(name, "contains NUL characters, so it is not a text table", _SAVE_AS, code="not_a_table")
    return text, encoding


def _decode(data: bytes, name: str) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            candidates: tuple[str, ...] = (encoding,)
            data = data[len(mark) :]
            break
    else:
        candidates = ("utf-8", "windows-1252")
    for encoding in candidates:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise InputError(name, f"is not {' or '.join(candidates)} text", _SAVE_AS, code="not_a_table")


def sniff_delimiter(text: str, known: Collection[str], *, prefer: str = ",") -> tuple[str, str]:
    """The delimiter of a table and its text without a ``sep=`` line.

    The header decides: the delimiter that yields most known column names, then most columns, then ``prefer``.

    Args:
        text: the whole table.
        known: canonical column names.
        prefer: for a table with one column.
    """
    if found := _SEPARATOR_LINE.match(text):
        return found[1], text[found.end() :]

    def merit(delimiter: str) -> tuple[int, int, bool]:
        header = next((record.cells for record in split_records(text, delimiter) if record.cells), ())
        hits = sum(cell.strip().casefold() in known for cell in header)
        return hits, len(header), delimiter == prefer

    return max(_DELIMITERS, key=merit), text


def split_records(text: str | Iterable[str], delimiter: str) -> Iterator[Record]:
    """Records in order, blank lines included.

    Args:
        text: a whole table, or its lines with their ends as they are (a file opened with ``newline=""``).
        delimiter: between cells.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_CELL_CHARS))
    lines = io.StringIO(text, newline="") if isinstance(text, str) else text
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(number, (), _quote_problem(str(error), delimiter))
        else:
            yield Record(number, tuple(cells))
        number += 1


def _quote_problem(message: str, delimiter: str) -> str:
    if "unexpected end" in message:
        return "has a quotation mark that is never closed, so everything after it was swallowed"
    if "expected after" in message:
        return "has a quotation mark inside a quoted cell that is not doubled"
    if "field larger" in message:
        return f"has a cell of more than {_MAX_CELL_CHARS:,} characters"
    return f"cannot be split at {delimiter!r}"
