"""Build ``report/index.html`` from the files of a finished run; nothing is measured here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import polars as pl

from callsignals.errors import InputError
from callsignals.files import file_name_for, write_text
from callsignals.report.figures import party_shares, shown_figure, shown_time
from callsignals.report.lanes import Lane, lanes_of
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["build_report"]

_NEEDED = ("leads.jsonl", "signals.parquet", "calls.parquet", "comments.parquet")


@dataclass(frozen=True, slots=True)
class _Call:
    """One call as the page shows it."""

    anchor: str
    row: Mapping[str, Any]
    signals: Sequence[Mapping[str, Any]]
    lanes: Sequence[Lane]
    length_s: float


def build_report(out: Path) -> Path:
    """Write the report of OUT and return its path.

    Args:
        out: a folder that a run has filled.

    Raises:
        InputError: OUT holds no finished run.
    """
    for name in _NEEDED:
        if not (out / name).is_file():
            raise InputError(str(out), f"holds no {name}", "Name the OUT folder of a finished run.", code="no_results")
    leads = [json.loads(line) for line in _lines(out / "leads.jsonl")]
    signals = pl.read_parquet(out / "signals.parquet")
    calls = _calls(out, signals)
    comments = pl.read_parquet(out / "comments.parquet").to_dicts()
    failures = [json.loads(line) for line in _lines(out / "failures.jsonl")]
    page = (
        _environment()
        .get_template("index.html.j2")
        .render(
            title=_title(out),
            leads=leads,
            calls=calls,
            anchors={call.row["call_id"]: call.anchor for call in calls},
            comments=comments,
            comment_signals=_by_comment(signals),
            failures=failures,
            definitions=DEFINITIONS,
        )
    )
    path = out / "report" / "index.html"
    write_text(path, page)
    return path


def _title(out: Path) -> str:
    try:
        return str(json.loads((out / "datapackage.json").read_text(encoding="utf-8"))["title"])
    except (OSError, ValueError, KeyError):
        return "callsignals"


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        return []
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _calls(out: Path, signals: pl.DataFrame) -> list[_Call]:
    rows = pl.read_parquet(out / "calls.parquet").sort("started_at", "call_id", nulls_last=True).to_dicts()
    of_calls = signals.filter(pl.col("call_id").is_not_null() & pl.col("comment_id").is_null())
    grouped: dict[str, list[dict[str, Any]]] = {}
    for signal in of_calls.iter_rows(named=True):
        grouped.setdefault(signal["call_id"], []).append(signal)
    return [_call(out, number, row, grouped.get(row["call_id"], [])) for number, row in enumerate(rows, start=1)]


def _call(out: Path, number: int, row: Mapping[str, Any], signals: Sequence[Mapping[str, Any]]) -> _Call:
    timeline = _timeline(out / "transcripts" / f"{file_name_for(row['call_id'])}.json")
    length_s = max([row["duration_s"] or 0.0, *(activity["end_s"] for activity in timeline)])
    return _Call(f"call-{number}", row, signals, lanes_of(timeline, length_s), length_s)


def _timeline(path: Path) -> list[dict[str, Any]]:
    """Voice activity of a call; nothing when its transcript is gone, which must not cost the report."""
    try:
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["timeline"]
    except (OSError, ValueError, KeyError):
        return []
    return found


def _by_comment(signals: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for signal in signals.filter(pl.col("comment_id").is_not_null()).iter_rows(named=True):
        grouped.setdefault(signal["comment_id"], []).append(signal)
    return grouped


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("callsignals.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = shown_figure
    environment.filters["shares"] = party_shares
    environment.filters["clock"] = shown_time
    return environment
