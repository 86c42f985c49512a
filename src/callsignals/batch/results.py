"""Write the tables and records of a run lead by lead, so that memory does not grow with the number of calls.

The rows of sellers, segments and the company come after those of all leads: they are made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from callsignals.batch.comment_stage import ClassifiedRow, load_classified
from callsignals.batch.entries import (
    CallEntry,
    call_row,
    call_signals,
    comment_row,
    comment_signals,
    lead_record,
    sorted_rows,
)
from callsignals.batch.measure_pass import CallOutline, load_measured
from callsignals.batch.measure_stage import as_duplicate
from callsignals.batch.observed_stage import figures_by_subject, observation_table, observed_row
from callsignals.batch.personalisation_stage import Related
from callsignals.batch.provenance import Provenance
from callsignals.batch.record_text import RecordText
from callsignals.batch.store import CACHE_FOLDER, Store
from callsignals.figures.grouped import LEVELS, Subject
from callsignals.files import digest_of
from callsignals.inputs.settings import Settings
from callsignals.inputs.workspace import Workspace
from callsignals.records.signal import SignalRecord
from callsignals.records.stream import SIGNAL_FILES, jsonl_writer, signals_writer
from callsignals.records.tables import calls_frame, comments_frame
from callsignals.records.write import write_frame

__all__ = ["RESULT_FILES", "Findings", "settings_digest", "write_results"]

RESULT_FILES = (*SIGNAL_FILES, "leads.jsonl", "calls.parquet", "comments.parquet")
_ROWS_AT_ONCE = 200
_POSITION = "\0position"
"""Column for the table's order; no table can have a column of this name."""

Item = TypeVar("Item", CallOutline, ClassifiedRow)


def settings_digest(settings: Settings) -> str:
    """Of the settings that values depend on; not names, report or where files lie."""
    relevant = settings.model_dump(
        mode="json", include={"calls", "comments", "recognition", "diarization", "privacy", "records", "messages"}
    )
    for name in ("audio_roots", "own_lead_when_blank"):
        relevant["calls"].pop(name)
    for name in ("voiceprint_key_env", "voiceprint_key_file", "require_basis", "redact"):
        relevant["privacy"].pop(name)
    relevant["recognition"].pop("device")
    relevant["company_names"] = list(settings.workspace.company_names)
    return digest_of(relevant)


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the records of a run are made of, in table order.

    Attributes:
        calls: what is known of each; the figures are in the store.
        originals: of copies of recordings: the original's call id by the copy's.
        related: by call id the figures that rest on other calls too.
        comments: those classified; the labels are in the store.
        further: signal rows that rest on several calls or comments (survey figures), any order.
        provenance: what every row has in common.
        classifier_digest: of what classified the comments, "" when nothing did.
    """

    calls: Sequence[CallOutline]
    originals: Mapping[str, str]
    related: Mapping[str, Related]
    comments: Sequence[ClassifiedRow]
    further: Sequence[SignalRecord]
    provenance: Provenance
    classifier_digest: str


def write_results(workspace: Workspace, findings: Findings, store: Store) -> dict[str, int]:
    """Write ``RESULT_FILES``.

    Returns:
        Counts: leads, calls, comments, signals, signals_ok.

    Raises:
        InputError: a result has vanished from the store, or with ``include_text`` a transcript from OUT.
        OutputError: a file cannot be written.
    """
    out = workspace.out
    tables = _Tables(
        _Rows(lambda rows: calls_frame(rows, _extra_names(workspace.calls))),
        _Rows(lambda rows: comments_frame(rows, _extra_names(workspace.comments))),
        workspace.root,
    )
    leads = {lead.lead_id: lead for lead in workspace.leads}
    calls_of, comments_of = _by_lead(findings.calls), _by_lead(findings.comments)
    further_of: dict[Subject, list[SignalRecord]] = {}
    for row in findings.further:
        further_of.setdefault(Subject(row.level, row.subject), []).append(row)
    observations, record_text = observation_table(workspace), RecordText.of(workspace)
    lead_ids = {*leads, *calls_of, *comments_of, *(row.lead_id for row in findings.further if row.lead_id)}
    counts = {"leads": len(lead_ids), "calls": len(findings.calls), "comments": len(findings.comments)}
    counts |= {"signals": 0, "signals_ok": 0}
    with (
        signals_writer(out, out / CACHE_FOLDER, observations.add) as signals,
        jsonl_writer(out / "leads.jsonl") as write_lead,
    ):

        def write(rows: Iterable[SignalRecord]) -> None:
            for row in rows:
                signals.write(row)
                counts["signals"] += 1
                counts["signals_ok"] += row.status == "ok"

        for lead_id in sorted(lead_ids):
            calls, comments = calls_of.get(lead_id, []), comments_of.get(lead_id, [])
            observed = [*_call_rows(calls, findings, store, tables), *_comment_rows(comments, findings, store, tables)]
            rows = sorted_rows([*observed, *further_of.pop(Subject("lead", lead_id), [])])
            of_calls, of_comments = [call.row for _, call in calls], [item.row for _, item in comments]
            write(rows if record_text is None else record_text.added(rows, of_calls, of_comments))
            write_lead(lead_record(lead_id, leads.get(lead_id), of_calls, of_comments, rows, workspace.segment_columns))
        signals.flush()
        figures = figures_by_subject(observations, workspace)
        for subject in sorted(further_of.keys() | figures.keys(), key=lambda one: (LEVELS.index(one.level), one.name)):
            of_observed = (observed_row(figure, findings.provenance) for figure in figures.get(subject, ()))
            write(sorted_rows([*further_of.get(subject, ()), *of_observed]))
    write_frame(out / "calls.parquet", tables.calls.frame())
    write_frame(out / "comments.parquet", tables.comments.frame())
    return counts


@dataclass(slots=True)
class _Rows:
    """Rows of a table that come in any order, packed into frames as they come."""

    pack: Callable[[Sequence[Mapping[str, Any]]], pl.DataFrame]
    positions: list[int] = field(default_factory=list)
    waiting: list[Mapping[str, Any]] = field(default_factory=list)
    packed: list[pl.DataFrame] = field(default_factory=list)

    def add(self, position: int, row: Mapping[str, Any]) -> None:
        self.positions.append(position)
        self.waiting.append(row)
        if len(self.waiting) == _ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self.packed.append(self.pack(self.waiting))
        self.waiting.clear()

    def frame(self) -> pl.DataFrame:
        """All rows by their position."""
        self._flush()
        whole = pl.concat(self.packed).with_columns(pl.Series(_POSITION, self.positions, dtype=pl.Int64))
        return whole.sort(_POSITION).drop(_POSITION).rechunk()


@dataclass(frozen=True, slots=True)
class _Tables:
    calls: _Rows
    comments: _Rows
    folder: Path


def _call_rows(
    calls: Sequence[tuple[int, CallOutline]], findings: Findings, store: Store, tables: _Tables
) -> Iterator[SignalRecord]:
    for position, call in calls:
        measured = load_measured(call, store)
        original = findings.originals.get(call.row.call_id)
        related = (findings.related[call.row.call_id],)
        entry = CallEntry(call.row, measured if original is None else as_duplicate(measured), original, related)
        rows = call_signals(entry, findings.provenance)
        tables.calls.add(position, call_row(entry, rows, tables.folder))
        yield from rows


def _comment_rows(
    comments: Sequence[tuple[int, ClassifiedRow]], findings: Findings, store: Store, tables: _Tables
) -> Iterator[SignalRecord]:
    for position, item in comments:
        entry = load_classified(item, store)
        rows = comment_signals(entry, findings.provenance, findings.classifier_digest)
        tables.comments.add(position, comment_row(entry))
        yield from rows


def _by_lead(items: Sequence[Item]) -> dict[str, list[tuple[int, Item]]]:
    """Each lead's items with their positions."""
    grouped: dict[str, list[tuple[int, Item]]] = {}
    for position, item in enumerate(items):
        grouped.setdefault(item.row.lead_id, []).append((position, item))
    return grouped


def _extra_names(rows: Iterable[object]) -> list[str]:
    """The user's own columns, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name, _ in getattr(row, "extra", ())))
