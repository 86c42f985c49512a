"""Calls and comments with what was found in them, and the rows that they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from callsignals.batch.measure_stage import MeasuredCall
from callsignals.batch.personalisation_stage import Related
from callsignals.batch.provenance import Provenance
from callsignals.comments.comment import ClassifiedComment
from callsignals.figures.grouped import Subject
from callsignals.files import path_from
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow
from callsignals.records.lead import LeadRecord, lead_phases
from callsignals.records.signal import SignalRecord, iso_time, record_signal
from callsignals.records.tables import measured_columns, signal_columns
from callsignals.vocabulary.definitions import DEFINITIONS, Phase

__all__ = [
    "CallEntry",
    "CommentEntry",
    "call_row",
    "call_signals",
    "comment_row",
    "comment_signals",
    "lead_record",
    "sorted_rows",
]


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One call of the table with what was measured in it and in view of the others."""

    row: CallRow
    measured: MeasuredCall
    duplicate_of: str | None = None
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentEntry:
    """One comment of the table with its labels."""

    row: CommentRow
    classified: ClassifiedComment
    input_digest: str


def call_signals(entry: CallEntry, common: Provenance) -> list[SignalRecord]:
    """The signal rows of one call."""
    row, measured = entry.row, entry.measured
    depends_on = (common.terms_digest, measured.model, entry.duplicate_of or "")
    observed = replace(
        common.of_call(row, measured.input_digest, *depends_on),
        language=measured.language,
        channel_mode=measured.channel_mode,
        role_source=measured.role_source,
        model=measured.model or None,
    )
    rows = [record_signal(signal, observed) for signal in measured.signals]
    for found in entry.related:
        with_peers = replace(observed, digests=(*observed.digests, found.peers_digest))
        rows.append(record_signal(found.signal, with_peers))
    return rows


def comment_signals(entry: CommentEntry, common: Provenance, classifier_digest: str) -> list[SignalRecord]:
    """The signal rows of one comment; replies stand before the sale."""
    row = entry.row
    phase: Phase | None = "before" if row.kind == "reply" else None
    observed = replace(
        common.of_subject(Subject("lead", row.lead_id), entry.input_digest, classifier_digest),
        time=row.created_at,
        call_id=row.call_id,
        comment_id=row.comment_id,
        language=entry.classified.language,
        phase=phase,
    )
    return [record_signal(signal, observed) for signal in entry.classified.signals]


def sorted_rows(rows: Iterable[SignalRecord]) -> list[SignalRecord]:
    """By time, call, comment, the registry's order, period and label: as one subject's rows stand in ``signals``."""
    order = {name: position for position, name in enumerate(DEFINITIONS)}
    return sorted(
        rows,
        key=lambda row: (
            row.time or "",
            row.comment_id is not None,
            row.call_id or "",
            row.comment_id or "",
            order.get(row.signal, len(order)),
            row.signal,
            row.phase,
            row.period_start or "",
            row.labels,
            row.label or "",
        ),
    )


def call_row(entry: CallEntry, rows: Sequence[SignalRecord], folder: Path) -> dict[str, Any]:
    """One row of ``calls.parquet``; its recording is named from ``folder``, the workspace."""
    row, measured, facts = entry.row, entry.measured, entry.measured.facts
    return {
        **dict(row.extra),
        "call_id": row.call_id,
        "lead_id": row.lead_id,
        "started_at": row.started_at,
        "seller": ";".join(row.sellers) or None,
        "audio": None if row.audio is None else path_from(folder, row.audio),
        "language": measured.language,
        "language_confidence": measured.language_confidence,
        "call_type": facts.call_type,
        "call_type_reason": facts.call_type_reason,
        "channel_mode": measured.channel_mode,
        "timing": measured.timing,
        "role_source": measured.role_source,
        "role_confidence": measured.role_confidence,
        "audio_complete": measured.audio_complete,
        "duplicate_of": entry.duplicate_of,
        "findings": list(measured.findings),
        "duration_s": measured.duration_s,
        "call_span_s": facts.call_span_s,
        "seller_speech_s": facts.seller_speech_s,
        "customer_speech_s": facts.customer_speech_s,
        "overlap_s": facts.overlap_s,
        "silence_s": facts.silence_s,
        "other_s": facts.other_s,
        "words": measured.words,
        "dropped": measured.dropped,
        "stage": row.stage,
        "outcome": row.outcome,
        "closed_at": row.closed_at,
        "lawful_basis": row.lawful_basis,
        "notice_given": row.notice_given,
        "retain_until": row.retain_until,
        **signal_columns(rows),
        "model": measured.model or None,
        "input_digest": measured.input_digest,
    }


def comment_row(entry: CommentEntry) -> dict[str, Any]:
    """One row of ``comments.parquet``."""
    row, classified = entry.row, entry.classified
    sources = next((list(signal.labels) for signal in classified.signals if signal.name == "referral_source"), None)
    return {
        **dict(row.extra),
        "comment_id": row.comment_id,
        "lead_id": row.lead_id,
        "kind": row.kind,
        "created_at": row.created_at,
        "call_id": row.call_id,
        "respondent_id": row.respondent_id,
        "touchpoint": row.touchpoint,
        "score": row.score,
        "scale": row.scale,
        "language": classified.language,
        "status": classified.status,
        "reason": classified.reason,
        "label": classified.label,
        "confidence": classified.confidence,
        **measured_columns(classified.signals),
        "referral_sources": sources,
        "input_digest": entry.input_digest,
    }


def lead_record(
    lead_id: str,
    lead: LeadRow | None,
    calls: Sequence[CallRow],
    comments: Sequence[CommentRow],
    rows: Sequence[SignalRecord],
    columns: Sequence[str] = (),
) -> LeadRecord:
    """What is known of one lead.

    Args:
        lead_id: of the lead.
        lead: its row, if it has one.
        calls: of this lead.
        comments: of this lead.
        rows: the signal rows with its ``lead_id``.
        columns: of the lead table that group the figures.
    """
    cells = {name: value.strip() for name, value in (lead.extra if lead else ()) if name in columns}
    calls = sorted(calls, key=lambda row: (iso_time(row.started_at) or "", row.call_id))
    comments = sorted(comments, key=lambda row: (iso_time(row.created_at) or "", row.comment_id))
    times = [row.started_at for row in calls] + [row.created_at for row in comments]
    dated = sorted(time for time in times if time is not None)
    outcomes = [row.outcome for row in calls if row.outcome]
    return LeadRecord(
        lead_id=lead_id,
        name=lead.name if lead else None,
        segment=lead.segment if lead else None,
        segments={name: cells[name] for name in columns if cells.get(name)},
        outcome=(lead.outcome if lead else None) or (outcomes[-1] if outcomes else None),
        first_seen=iso_time(dated[0]) if dated else None,
        last_seen=iso_time(dated[-1]) if dated else None,
        calls=tuple(row.call_id for row in calls),
        comments=tuple(row.comment_id for row in comments),
        phases=lead_phases(rows),
    )
