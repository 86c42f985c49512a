"""``classify``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from callsignals.cli.console import error_line, write_text
from callsignals.cli.failures import report_failures
from callsignals.vocabulary.choices import REVIEW_COUNT, Every

if TYPE_CHECKING:
    from callsignals.batch.classify_table import ClassifiedTable
    from callsignals.inputs.settings import Settings
    from callsignals.inputs.table_stream import TableSource

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(classify)


def classify(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE", help="Comments as .csv, .tsv, .xlsx, .jsonl, .parquet; - reads standard input."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Write the labels to a .csv, .jsonl or .parquet file, and beside it whom to follow up."),
    ] = None,
    follow_up: Annotated[
        Path | None, typer.Option(help="Where the follow-up list goes; beside --out as NAME.follow_up.csv.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Put what customers wrote into the follow-up list.")] = False,
    review: Annotated[
        Path | None, typer.Option(help="Write the least certain comments as CSV for a person to label.")
    ] = None,
    review_count: Annotated[int, typer.Option(min=1, help="How many of them.")] = REVIEW_COUNT,
    by: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Figures per value of this column, too; repeatable.")
    ] = None,
    every: Annotated[Every | None, typer.Option(help="Figures per period, too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Classify comments only: labels, NPS, CSAT, CES, what moves NPS, and whom to follow up.

    Settings are read from callsignals.toml beside TABLE, if there is one.
    """
    from rich.console import Console

    from callsignals.batch.classify_table import TableTask, classify_table
    from callsignals.cli.progress import StderrListener
    from callsignals.cli.survey_view import print_summary, summary_json

    source = _source(table)
    task = TableTask(
        source=source,
        settings=_settings(source, by),
        out=out,
        every=every,
        with_text=text,
        review_count=review_count if review is not None else 0,
    )
    shown = _JsonRows() if as_json and out is None else None
    listener = StderrListener()
    try:
        result = classify_table(task, listener, shown.add if shown is not None else None)
    finally:
        listener.end()
    _write_files(result, out, follow_up, review, with_text=text)
    if not as_json:
        print_summary(result, Console(file=sys.stdout, highlight=False))
    elif shown is not None:
        shown.end(summary_json(result))
    else:
        write_text(json.dumps(summary_json(result), ensure_ascii=False) + "\n")
    report_failures(result.failures)


def _source(table: str) -> TableSource:
    from callsignals.inputs.table_stream import TableSource, suffix_of_content

    if table != "-":
        return TableSource(Path(table))
    content = sys.stdin.buffer.read()
    return TableSource(Path(f"standard input{suffix_of_content(content)}"), content)


def _settings(source: TableSource, by: Sequence[str] | None) -> Settings:
    from callsignals.inputs.settings import SETTINGS_FILE, Settings, load_settings

    path = source.path.parent / SETTINGS_FILE
    settings = load_settings(path) if source.content is None and path.is_file() else Settings()
    if not by:
        return settings
    return settings.model_copy(update={"segments": settings.segments.model_copy(update={"columns": tuple(by)})})


def _write_files(
    result: ClassifiedTable, out: Path | None, follow_up: Path | None, review: Path | None, *, with_text: bool
) -> None:
    from callsignals.batch.label_files import write_follow_up
    from callsignals.batch.review_file import write_review

    if follow_up is None and out is not None:
        follow_up = out.with_name(f"{out.stem}.follow_up.csv")
    if follow_up is not None:
        write_follow_up(follow_up, result.follow_up, with_text=with_text)
        error_line(f"note: {len(result.follow_up)} to follow up: {follow_up}")
    if review is not None:
        write_review(review, result.review)
        error_line(
            f"note: {len(result.review)} comments to label: {review}. Fill in label, polarity and reasons, then "
            f"'callsignals models train --with {review}'."
        )


class _JsonRows:
    """One JSON object whose list of label rows is printed as they come, the summary after it."""

    def __init__(self) -> None:
        self._separator = '{"rows": ['

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        from callsignals.cli.survey_view import rows_json

        if rows:
            write_text(self._separator + ", ".join(rows_json(rows)))
            self._separator = ", "

    def end(self, summary: dict[str, Any]) -> None:
        opened = "" if self._separator == ", " else self._separator
        write_text(f"{opened}], {json.dumps(summary, ensure_ascii=False)[1:]}\n")
