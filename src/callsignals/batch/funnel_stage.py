"""Funnel figures of a run: what the lead table, else the calls table, says of every lead, as signal rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import chain
from typing import TypeVar

from callsignals.batch.provenance import Provenance
from callsignals.batch.survey_stage import Owners
from callsignals.figures.funnel import (
    Deal,
    conversion_signals,
    days_between,
    lead_time_signals,
    lost_signals,
    open_signals,
    qualified_signals,
    time_to_won_signals,
    won_signals,
)
from callsignals.figures.grouped import Figure, figures_of
from callsignals.files import digest_of
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow
from callsignals.inputs.workspace import Workspace
from callsignals.records.signal import SignalRecord, iso_time, record_signal
from callsignals.vocabulary.signal import Level

__all__ = ["funnel_rows", "known_leads"]

Value = TypeVar("Value")
_LEAD: tuple[Level, ...] = ("lead",)
_GROUPS: tuple[Level, ...] = ("seller", "segment", "company")


def funnel_rows(workspace: Workspace, provenance: Provenance) -> list[SignalRecord]:
    """Funnel figures of every lead, seller and segment and of the company.

    Periods: won share, time to won and lost reasons by when the lead was closed; stages and qualification by its start.
    What is open is so now: totals alone.
    """
    settings = workspace.settings
    stages = tuple(" ".join(stage.split()) for stage in settings.funnel.stages)
    started, closed = _deals(workspace, stages)
    every, zone = settings.figures.every, settings.zone
    figures: Iterable[Figure[Deal]] = chain(
        figures_of(started, (lead_time_signals,), every=None, levels=_LEAD),
        figures_of(started, (open_signals,), every=None, levels=_GROUPS),
        figures_of(started, (conversion_signals(stages), qualified_signals), every=every, zone=zone, levels=_GROUPS),
        figures_of(closed, (won_signals, time_to_won_signals, lost_signals), every=every, zone=zone, levels=_GROUPS),
    )
    return [_row(figure, provenance, stages) for figure in figures]


def known_leads(leads: Iterable[LeadRow], calls: Mapping[str, Sequence[CallRow]]) -> Iterator[LeadRow]:
    """Every lead that has a row or a call; what its row does not say is its latest call's.

    Args:
        leads: rows of the lead table.
        calls: each lead's calls.
    """
    rows = {row.lead_id: row for row in leads}
    for lead_id in sorted({*rows, *calls}):
        row = rows.get(lead_id, LeadRow(lead_id))
        own = sorted(calls.get(lead_id, ()), key=lambda call: (iso_time(call.started_at) or "", call.call_id))
        yield replace(
            row,
            outcome=row.outcome or _latest(call.outcome for call in own),
            stage=row.stage or _latest(call.stage for call in own),
            closed_at=row.closed_at or _latest(call.closed_at for call in own),
        )


def _latest(values: Iterable[Value | None]) -> Value | None:
    return next((value for value in reversed([*values]) if value is not None), None)


def _deals(workspace: Workspace, stages: Sequence[str]) -> tuple[list[Deal], list[Deal]]:
    """Every lead as of its start and, when it is closed, as of its close."""
    calls: dict[str, list[CallRow]] = {}
    for call in workspace.calls:
        calls.setdefault(call.lead_id, []).append(call)
    owners = Owners(workspace.calls, workspace.leads, workspace.segment_columns)
    latest = max(_dates(workspace), default=None)
    place = {stage.casefold(): at for at, stage in enumerate(stages)}
    started, closed = [], []
    for lead in known_leads(workspace.leads, calls):
        own = calls.get(lead.lead_id, [])
        start = min((c.started_at for c in own if c.started_at is not None), default=lead.stage_entered_at)
        deal = Deal(
            observation_id=lead.lead_id,
            belongs=owners.of_comment(CommentRow("", lead.lead_id, "reply", extra=lead.extra)),
            observed_at=start,
            outcome=lead.outcome,
            won_days=days_between(start, lead.closed_at) if lead.outcome == "won" else None,
            open_days=days_between(start, latest) if lead.outcome == "open" else None,
            reached=_reached(lead, own, place),
            amount=lead.amount,
            lost_reason=lead.lost_reason,
            qualified=lead.qualified,
        )
        started.append(deal)
        if lead.outcome in ("won", "lost"):
            closed.append(replace(deal, observed_at=lead.closed_at))
    return started, closed


def _dates(workspace: Workspace) -> Iterator[datetime]:
    """Every date on which something is known to have happened."""
    for call in workspace.calls:
        yield from (moment for moment in (call.started_at, call.closed_at) if moment is not None)
    for lead in workspace.leads:
        yield from (moment for moment in (lead.stage_entered_at, lead.closed_at) if moment is not None)
    yield from (comment.created_at for comment in workspace.comments if comment.created_at is not None)
    yield from (message.sent_at for message in workspace.messages)


def _reached(lead: LeadRow, calls: Iterable[CallRow], place: Mapping[str, int]) -> int | None:
    """The furthest stage of a lead's row and calls; a won lead has been through all."""
    if lead.outcome == "won":
        return len(place) - 1 if place else None
    named = (" ".join(stage.split()).casefold() for stage in (lead.stage, *(call.stage for call in calls)) if stage)
    return max((place[stage] for stage in named if stage in place), default=None)


def _row(figure: Figure[Deal], provenance: Provenance, stages: Sequence[str]) -> SignalRecord:
    input_digest = digest_of([_known_of(deal) for deal in figure.observations])
    part = ":".join(figure.signal.labels)
    observed = provenance.of_group(figure.subject, figure.period, input_digest, *stages, part=part)
    return record_signal(figure.signal, observed)


def _known_of(deal: Deal) -> dict[str, object]:
    return {**asdict(deal), "observed_at": iso_time(deal.observed_at)}
