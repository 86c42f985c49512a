"""Figures of message threads as signal rows of a run."""

from __future__ import annotations

from callsignals.batch.provenance import Provenance
from callsignals.batch.survey_stage import Owners
from callsignals.figures.grouped import Figure, figures_of
from callsignals.figures.threads import (
    ThreadEvent,
    automatic_signals,
    first_reply_signals,
    private_reply_signals,
    reply_signals,
    resolution_signals,
    thread_events,
)
from callsignals.figures.working_hours import WorkingHours
from callsignals.files import digest_of
from callsignals.inputs.message_rows import threads_of
from callsignals.inputs.rows import CommentRow, MessageRow
from callsignals.inputs.settings import Settings
from callsignals.inputs.settings_checks import working_clock
from callsignals.inputs.workspace import Workspace
from callsignals.records.signal import SignalRecord, iso_time, record_signal

__all__ = ["business_hours", "thread_rows"]


def business_hours(settings: Settings) -> WorkingHours | None:
    """The hours of ``[messages]``; None when it sets neither hours nor country."""
    clock, country = settings.messages.business_hours, settings.messages.country
    if clock is None:
        return WorkingHours(country=country, zone=settings.zone) if country else None
    opens_s, closes_s = working_clock(clock) or (0, 86_400)
    return WorkingHours(opens_s, closes_s, country, settings.zone)


def thread_rows(workspace: Workspace, provenance: Provenance) -> list[SignalRecord]:
    """Reply times, replies and resolution of every lead, seller and segment and of the company."""
    if not workspace.messages:
        return []
    owners = Owners(workspace.calls, workspace.leads, workspace.segment_columns)
    hours = business_hours(workspace.settings)
    events: list[ThreadEvent] = []
    for thread in threads_of(workspace.messages).values():
        events += thread_events(thread, owners.of_comment(_carrier(thread)), hours)
    measures = (
        first_reply_signals,
        reply_signals,
        automatic_signals,
        private_reply_signals,
        resolution_signals(any(event.resolved is not None for event in events)),
    )
    settings = workspace.settings
    figures = figures_of(events, measures, every=settings.figures.every, zone=settings.zone)
    return [_row(figure, provenance) for figure in figures]


def _carrier(thread: list[MessageRow]) -> CommentRow:
    """A thread as its owners are looked up by: extra columns of a later message fill those of an earlier one."""
    extra = {name: value for message in reversed(thread) for name, value in message.extra}
    return CommentRow(thread[0].thread_id, thread[0].lead_id, "reply", extra=tuple(extra.items()))


def _row(figure: Figure[ThreadEvent], provenance: Provenance) -> SignalRecord:
    events = [[e.observation_id, iso_time(e.observed_at), e.elapsed_s, e.resolved] for e in figure.observations]
    observed = provenance.of_group(figure.subject, figure.period, digest_of(events))
    return record_signal(figure.signal, observed)
