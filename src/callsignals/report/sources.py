"""What the pages are made of, read from the files of OUT; about a hundred calls are in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.errors import InputError
from callsignals.report.estimates import TEAM_SIGNALS
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS, RELATED_SIGNALS, TERM_SIGNALS, TEXT_SIGNALS

__all__ = ["LeadFile", "Row", "Sources", "open_sources"]

_NEEDED = ("leads.jsonl", "signals.parquet", "calls.parquet", "comments.parquet")
_OBSERVATIONS_AT_ONCE = 100
"""Calls and comments: a call's signals take 80 kB as rows."""
_OF_ONE = (*CONVERSATION_SIGNALS, *TERM_SIGNALS, *RELATED_SIGNALS, *TEXT_SIGNALS)
"""Signals of one call or comment."""
_OVERVIEW = (
    "call_id",
    "lead_id",
    "started_at",
    "seller",
    "language",
    "call_type",
    "duplicate_of",
    "role_source",
    "duration_s",
    "outcome",
    "without_value",
    *TEAM_SIGNALS,
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeadFile:
    """All that OUT says about one lead.

    Attributes:
        record: its line of ``leads.jsonl``.
        calls: its rows of ``calls.parquet`` by time, each with its signal rows.
        comments: its rows of ``comments.parquet`` by time, each with its signal rows.
    """

    record: Row
    calls: Sequence[tuple[Row, Sequence[Row]]]
    comments: Sequence[tuple[Row, Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of one OUT.

    Attributes:
        out: the folder.
        overview: a few columns of every call, by time.
        leads: id, name and outcome of every lead, by id.
        figures: total rows of survey figures of sellers and the company, in the order of ``signals.parquet``.
        failures: inputs that failed.
    """

    out: Path
    overview: Sequence[Row]
    leads: Sequence[Row]
    figures: Sequence[Row]
    failures: Sequence[Row]
    comment_count: int

    @property
    def counted(self) -> list[Row]:
        """The calls that enter averages: conversations, each recording once."""
        return [row for row in self.overview if row["call_type"] == "conversation" and not row["duplicate_of"]]

    def lead_files(self) -> Iterator[LeadFile]:
        """Everything by lead, in the order of ``leads.jsonl``."""
        for records in _some_at_once(map(json.loads, _lines(self.out / "leads.jsonl"))):
            yield from _lead_files(self.out, records)


def open_sources(out: Path) -> Sources:
    """The files of a finished run.

    Raises:
        InputError: OUT holds none.
    """
    for name in _NEEDED:
        if not (out / name).is_file():
            raise InputError(str(out), f"holds no {name}", "Name the OUT folder of a finished run.", code="no_results")
    calls = pl.scan_parquet(out / "calls.parquet")
    known = calls.collect_schema().names()
    overview = calls.select([name for name in _OVERVIEW if name in known]).collect()
    comments = pl.scan_parquet(out / "comments.parquet").select(pl.len()).collect().item()
    return Sources(
        out=out,
        overview=overview.sort("started_at", "call_id", nulls_last=True).to_dicts(),
        leads=[
            {name: record[name] for name in ("lead_id", "name", "segment", "outcome", "first_seen", "last_seen")}
            | {"calls": len(record["calls"]), "comments": len(record["comments"])}
            for record in map(json.loads, _lines(out / "leads.jsonl"))
        ],
        figures=_figures(out),
        failures=[json.loads(line) for line in _lines(out / "failures.jsonl")],
        comment_count=comments,
    )


def _figures(out: Path) -> list[dict[str, Any]]:
    """Without the means of calls and comments, which the pages take from the calls themselves, each a dot."""
    of_many = pl.col("level").is_in(["seller", "company"]) & pl.col("period_start").is_null()
    is_mean = pl.col("signal").is_in(_OF_ONE)
    return pl.scan_parquet(out / "signals.parquet").filter(of_many & ~is_mean).collect().to_dicts()


def _lines(path: Path) -> Iterator[str]:
    if path.is_file():
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from (line for line in lines if line.strip())


def _some_at_once(records: Iterable[Row]) -> Iterator[list[Row]]:
    """Leads one after the other, in groups that end with the call or comment that fills them."""
    some: list[Row] = []
    observations = 0
    for record in records:
        some.append(record)
        observations += len(record["calls"]) + len(record["comments"])
        if observations >= _OBSERVATIONS_AT_ONCE or len(some) == _OBSERVATIONS_AT_ONCE:
            yield some
            some, observations = [], 0
    if some:
        yield some


def _lead_files(out: Path, records: Sequence[Row]) -> Iterator[LeadFile]:
    ids = [record["lead_id"] for record in records]
    calls = _by_lead(out / "calls.parquet", ids, ("started_at", "call_id"))
    comments = _by_lead(out / "comments.parquet", ids, ("created_at", "comment_id"))
    of_calls, of_comments = _signals(out, ids)
    for record in records:
        lead_id = record["lead_id"]
        yield LeadFile(
            record,
            [(row, of_calls.get(row["call_id"], [])) for row in calls.get(lead_id, [])],
            [(row, of_comments.get(row["comment_id"], [])) for row in comments.get(lead_id, [])],
        )


def _by_lead(path: Path, ids: Sequence[str], order: tuple[str, str]) -> dict[str, list[Row]]:
    found = pl.scan_parquet(path).filter(pl.col("lead_id").is_in(ids)).collect().sort(*order, nulls_last=True)
    grouped: dict[str, list[Row]] = {}
    for row in found.iter_rows(named=True):
        grouped.setdefault(row["lead_id"], []).append(row)
    return grouped


def _signals(out: Path, ids: Sequence[str]) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """Signal rows by call and by comment; a comment after a call is not a signal of the call."""
    # Rows lie by subject: a range of ids lets whole row groups be skipped, a list of ids alone would not.
    subject = pl.col("subject")
    of_these = subject.is_between(pl.lit(min(ids)), pl.lit(max(ids))) & pl.col("lead_id").is_in(ids)
    calls: dict[str, list[Row]] = {}
    comments: dict[str, list[Row]] = {}
    for row in pl.scan_parquet(out / "signals.parquet").filter(of_these).collect().iter_rows(named=True):
        if row["comment_id"] is not None:
            comments.setdefault(row["comment_id"], []).append(row)
        elif row["call_id"] is not None:
            calls.setdefault(row["call_id"], []).append(row)
    return calls, comments
