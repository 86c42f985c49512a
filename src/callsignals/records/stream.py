"""Write rows of any number without holding them: line by line, and Parquet from parts of fixed size."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import polars as pl
from pydantic import BaseModel

from callsignals.files import cannot_write, replacing
from callsignals.records.signal import SignalRecord
from callsignals.records.tables import SIGNALS_SCHEMA

__all__ = ["SIGNAL_FILES", "SignalsWriter", "jsonl_writer", "signals_writer"]

SIGNAL_FILES = ("signals.jsonl", "signals.parquet")
_ROWS_AT_ONCE = 1000


@contextlib.contextmanager
def jsonl_writer(path: Path) -> Iterator[Callable[[BaseModel], None]]:
    """What writes one record a line, fields in the model's order; the file appears whole when the body ends.

    Raises:
        OutputError: it cannot be written.
    """
    with _lines_writer(path) as write_line:
        yield lambda record: write_line(record.model_dump_json())


@contextlib.contextmanager
def _lines_writer(path: Path) -> Iterator[Callable[[str], None]]:
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="\n") as lines:

        def write_line(line: str) -> None:
            lines.write(line + "\n")

        yield write_line


class SignalsWriter(Protocol):
    """Takes signal rows one by one."""

    def write(self, record: SignalRecord) -> None:
        """Write a row."""

    def flush(self) -> None:
        """Show those rows to the observer that it has not seen yet."""


@contextlib.contextmanager
def signals_writer(
    out: Path, scratch: Path, observe: Callable[[pl.DataFrame], None] | None = None
) -> Iterator[SignalsWriter]:
    """What writes signal rows, in the order given, to ``signals.jsonl`` and ``signals.parquet`` of ``out``.

    Args:
        out: the OUT folder.
        scratch: an existing folder on any disk, for the time of writing.
        observe: is shown the rows, some at a time, as they stand in ``signals.parquet``.

    Raises:
        OutputError: they cannot be written.
    """
    with _lines_writer(out / SIGNAL_FILES[0]) as write_line, _parts_folder(scratch) as folder:
        parts = _Parts(folder, write_line, observe)
        yield parts
        with replacing(out / SIGNAL_FILES[1]) as part:
            parts.join(part)


@contextlib.contextmanager
def _parts_folder(scratch: Path) -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(dir=scratch, prefix=".signals.", suffix=".part"))
    except OSError as error:
        raise cannot_write(scratch, error) from error
    try:
        yield folder
    except pl.exceptions.PolarsError as error:  # how polars tells of a full disk, at times
        raise cannot_write(folder, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Parts:
    """Rows as lines and in Parquet files of ``_ROWS_AT_ONCE``, and one file made of these."""

    def __init__(
        self, folder: Path, write_line: Callable[[str], None], observe: Callable[[pl.DataFrame], None] | None
    ) -> None:
        self._folder = folder
        self._write_line = write_line
        self._observe = observe
        self._paths: list[Path] = []
        self._lines: list[str] = []

    def write(self, record: SignalRecord) -> None:
        line = record.model_dump_json()
        self._write_line(line)
        self._lines.append(line)
        if len(self._lines) == _ROWS_AT_ONCE:
            self.flush()

    def join(self, path: Path) -> None:
        self.flush()
        if not self._paths:
            pl.DataFrame(schema=SIGNALS_SCHEMA).write_parquet(path, compression="zstd", statistics=True)
            return
        pl.scan_parquet(self._paths, low_memory=True).sink_parquet(
            path, compression="zstd", statistics=True, row_group_size=_ROWS_AT_ONCE, maintain_order=True
        )

    def flush(self) -> None:
        if not self._lines:
            return
        path = self._folder / f"{len(self._paths):08}.parquet"
        frame = pl.read_ndjson(io.BytesIO("\n".join(self._lines).encode("utf-8")), schema=SIGNALS_SCHEMA)
        frame.write_parquet(path, compression="zstd")
        if self._observe is not None:
            self._observe(frame)
        self._paths.append(path)
        self._lines.clear()
