"""``classify``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from callsignals.batch.classify_table import ClassifiedTable, classify_table, write_review, write_table
from callsignals.cli.console import StderrListener, print_line
from callsignals.cli.work import report_failures

__all__ = ["register"]

_SHOWN = (
    "comment_id",
    "kind",
    "language",
    "label",
    "confidence",
    "comment_polarity",
    "comment_reasons",
    "reason",
)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(classify)


def classify(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="Comments as .csv, .xlsx, .jsonl, .parquet; - reads CSV.")
    ],
    out: Annotated[Path | None, typer.Option(help="Write the labels to a .csv, .jsonl or .parquet file.")] = None,
    review: Annotated[Path | None, typer.Option(help="Write the least certain first, for a person to label.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a comment, also on a terminal.")] = False,
) -> None:
    """Classify comments only: a table for a person, JSON lines for a program."""
    listener = StderrListener()
    if table == "-":
        result = classify_table(Path("standard input.csv"), sys.stdin.buffer.read(), listener)
    else:
        result = classify_table(Path(table), None, listener)
    if out is not None:
        write_table(result, out)
    if review is not None:
        write_review(result, review)
    if as_json or (out is None and not sys.stdout.isatty()):
        _print_json(result)
    elif out is None:
        _print_table(result)
    report_failures(result.failures)


def _print_json(result: ClassifiedTable) -> None:
    for row in result.rows:
        print_line(
            json.dumps(
                {key: value for key, value in row.items() if value is not None},
                default=str,
                ensure_ascii=False,
            )
        )


def _print_table(result: ClassifiedTable) -> None:
    cells = [[_shown(row.get(name)) for name in _SHOWN] for row in result.rows]
    widths = [
        max(len(name), *(len(row[at]) for row in cells)) if cells else len(name) for at, name in enumerate(_SHOWN)
    ]
    for row in [list(_SHOWN), *cells]:
        print_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
