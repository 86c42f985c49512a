"""Files that ``classify`` and ``run`` write for people: labels a part at a time, and whom to follow up."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import polars as pl

from callsignals.errors import OutputError, UsageError
from callsignals.figures.follow_up import FollowUp
from callsignals.files import replacing
from callsignals.records.signal import iso_time
from callsignals.records.spreadsheet import CSV_MARK, csv_lines, write_csv

__all__ = [
    "FOLLOW_UP_COLUMNS",
    "FOLLOW_UP_FILE",
    "LABEL_SUFFIXES",
    "check_label_suffix",
    "label_writer",
    "write_follow_up",
]

LABEL_SUFFIXES = (".csv", ".jsonl", ".parquet")
FOLLOW_UP_FILE = "follow_up.csv"
"""Its name in OUT."""

FOLLOW_UP_COLUMNS = ("comment_id", "lead_id", "seller", "group", "score", "reasons", "why", "created_at")

_WriteFrame = Callable[[pl.DataFrame], None]


def check_label_suffix(path: Path) -> None:
    """Refuse a file of another kind before any work is done.

    Raises:
        UsageError: its suffix is none of ``LABEL_SUFFIXES``.
    """
    if path.suffix.casefold() not in LABEL_SUFFIXES:
        raise UsageError(str(path), f"has the suffix '{path.suffix}'", "Name a .csv, .jsonl or .parquet file.")


@contextlib.contextmanager
def label_writer(path: Path) -> Iterator[_WriteFrame]:
    """What writes frames of equal columns one after the other; the file appears whole when the body ends.

    Args:
        path: with a suffix of ``LABEL_SUFFIXES``.

    Raises:
        OutputError: it cannot be written.
    """
    with replacing(path) as part:
        if path.suffix.casefold() == ".parquet":
            with _parquet_writer(part) as write:
                yield write
            return
        to_bytes = _csv_writer if path.suffix.casefold() == ".csv" else _jsonl_writer
        with part.open("wb") as file:
            yield to_bytes(file)


def _csv_writer(file: BinaryIO) -> _WriteFrame:
    is_first = True

    def write(frame: pl.DataFrame) -> None:
        nonlocal is_first
        if is_first:
            file.write(CSV_MARK + csv_lines([frame.columns]))
            is_first = False
        file.write(csv_lines(frame.iter_rows()))

    return write


def _jsonl_writer(file: BinaryIO) -> _WriteFrame:
    def write(frame: pl.DataFrame) -> None:
        file.write(frame.write_ndjson().encode("utf-8"))

    return write


@contextlib.contextmanager
def _parquet_writer(path: Path) -> Iterator[_WriteFrame]:
    """Frames as files in a folder beside ``path``, streamed into one in the end."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
            parts: list[Path] = []

            def write(frame: pl.DataFrame) -> None:
                parts.append(Path(folder) / f"{len(parts):08}.parquet")
                frame.write_parquet(parts[-1])

            yield write
            pl.scan_parquet(parts).sink_parquet(path, compression="zstd", maintain_order=True)
    except pl.exceptions.PolarsError as error:  # how polars tells of a full disk, at times
        raise OutputError(str(path), f"cannot be written ({error})", "Free some space.", code="cannot_write") from error


def write_follow_up(path: Path, lines: Sequence[FollowUp], *, with_text: bool = False) -> None:
    """Write the list as CSV in ``FOLLOW_UP_COLUMNS``, most urgent first.

    Args:
        path: where to.
        lines: in order.
        with_text: adds a last column with what the customer wrote.

    Raises:
        OutputError: it cannot be written.
    """
    rows = []
    for line in lines:
        comment = line.comment
        score = f"{comment.score:g}" if comment.score is not None else None
        row = [comment.comment_id, comment.lead_id, comment.seller, comment.group, score]
        row += ["; ".join(comment.reasons), "; ".join(line.why), iso_time(comment.created_at)]
        rows.append([*row, comment.text] if with_text else row)
    write_csv(path, [*FOLLOW_UP_COLUMNS, "text"] if with_text else FOLLOW_UP_COLUMNS, rows)
