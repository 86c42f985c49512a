"""One table of comments, classified without a workspace."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callsignals.batch.comment_stage import comment_digest, comment_text, language_hints
from callsignals.batch.entries import CommentEntry, Provenance, comment_row, comment_signals
from callsignals.batch.listener import Listener, counting
from callsignals.comments.classify import CommentClassifier
from callsignals.errors import Failure, UsageError
from callsignals.files import write_bytes, write_text
from callsignals.inputs.row_parsers import RowContext, parse_comment_rows
from callsignals.inputs.tables import parse_table, read_table
from callsignals.records.tables import comments_frame
from callsignals.records.write import write_frame
from callsignals.vocabulary.definitions import definitions_digest

__all__ = ["ClassifiedTable", "classify_table", "write_review", "write_table"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ClassifiedTable:
    """Comments with their labels, and the rows that could not be used."""

    entries: tuple[CommentEntry, ...]
    rows: tuple[dict[str, Any], ...]
    failures: tuple[Failure, ...]


def classify_table(path: Path, content: bytes | None, listener: Listener) -> ClassifiedTable:
    """Classify every comment of a table; ids and lead ids may be missing.

    Args:
        path: the table; its suffix says what it is.
        content: its bytes when they do not lie in a file (standard input).
        listener: is told of progress.

    Raises:
        InputError: the table cannot be read at all.
    """
    table = read_table(path) if content is None else parse_table(content, path)
    parsed = parse_comment_rows(table, RowContext(ids_required=False))
    classifier = CommentClassifier.load()
    hints = language_hints(parsed.rows, {})
    listener.begin("classify", len(parsed.rows))
    results = classifier.classify([comment_text(row, hints) for row in parsed.rows], counting(listener))
    listener.end()
    common = Provenance("callsignals/classify", classifier.digest, definitions_digest(), "")
    entries = [CommentEntry(row, result, comment_digest(row)) for row, result in zip(parsed.rows, results, strict=True)]
    rows = [comment_row(entry, comment_signals(entry, common, classifier.digest)) for entry in entries]
    failures = tuple(Failure.of(error, "inputs", input_name=path.name) for error in parsed.errors)
    return ClassifiedTable(tuple(entries), tuple(rows), failures)


def write_table(result: ClassifiedTable, path: Path) -> None:
    """Write the labelled comments (never their text) as .csv, .jsonl or .parquet.

    Raises:
        UsageError: another suffix.
    """
    frame = comments_frame(result.rows)
    if path.suffix == ".parquet":
        write_frame(path, frame)
    elif path.suffix == ".jsonl":
        write_text(path, frame.write_ndjson())
    elif path.suffix == ".csv":
        write_bytes(path, _csv(list(frame.columns), [list(row) for row in frame.rows()]))
    else:
        raise UsageError(str(path), f"has the suffix '{path.suffix}'", "Name a .csv, .jsonl or .parquet file.")


def write_review(result: ClassifiedTable, path: Path) -> None:
    """Write the comments with their labels as CSV, the least certain first, for a person to correct."""
    uncertain = sorted(
        (entry for entry in result.entries if entry.row.text.strip()),
        key=lambda entry: (entry.classified.confidence or 0.0, entry.row.comment_id),
    )
    rows = [
        [
            entry.row.comment_id,
            entry.row.kind,
            entry.classified.language,
            entry.row.text,
            entry.classified.label,
            entry.classified.confidence,
            entry.classified.reason,
            None,
        ]
        for entry in uncertain
    ]
    header = ["comment_id", "kind", "language", "text", "predicted", "confidence", "reason", "label"]
    write_bytes(path, _csv(header, rows))


def _csv(header: list[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """CSV as spreadsheets like it: UTF-8 with BOM, cells that would be formulas neutralised."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:  # noqa: ANN401 - a cell
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return ":".join(str(item) for item in value.values())
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return str(value)
