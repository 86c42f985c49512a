"""One validated row of each table of a workspace.

Every row keeps where it came from (``table``, ``row``) and the columns that nobody here knows (``extra``), in
the order of the table. All times are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from callsignals.vocabulary.definition import Phase

__all__ = [
    "COMMENT_KINDS",
    "OUTCOMES",
    "SCALES",
    "SENDERS",
    "CallRow",
    "CommentKind",
    "CommentRow",
    "Extra",
    "LeadRow",
    "MessageRow",
    "MetricRow",
    "Outcome",
    "Scale",
    "SellerRow",
    "Sender",
]

Outcome = Literal["won", "lost", "open"]
CommentKind = Literal["referral", "survey", "reply"]
Scale = Literal["nps", "nps_1_10", "csat5", "ces5", "ces7", "ces5_effort", "ces7_effort"]
Sender = Literal["us", "customer", "auto"]
Extra = tuple[tuple[str, str], ...]

SENDERS: tuple[Sender, ...] = ("us", "customer", "auto")
OUTCOMES: tuple[Outcome, ...] = ("won", "lost", "open")
COMMENT_KINDS: tuple[CommentKind, ...] = ("referral", "survey", "reply")

SCALES: dict[Scale, tuple[int, int]] = {
    "nps": (0, 10),
    "nps_1_10": (1, 10),
    "csat5": (1, 5),
    "ces5": (1, 5),
    "ces7": (1, 7),
    "ces5_effort": (1, 5),
    "ces7_effort": (1, 7),
}
"""Lowest and highest score of each scale, both included."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call.

    Attributes:
        call_id, lead_id: as written, surrounding white space removed.
        audio, transcript: resolved paths that exist, inside the allowed folders; at least one is set.
        rttm: who speaks when in a mono recording, in place of our own diarization; resolved like ``audio``.
        started_at: UTC, None when undated.
        sellers: ids of the seller table, else names as written; calls with several stay out of per-seller
            figures.
        language: ``en``, ``sv``, ``fi``, or None for detection.
        seller_channel: 0-based channel from the row, else from ``[calls] seller_channel``, else None.
        seller_channel_source: where ``seller_channel`` came from: ``manifest`` (the row), ``config`` or None.
        seller_speaks_at_s: a moment when the seller speaks, seconds from the start.
        stage, outcome, closed_at: of the lead; the lead table's own wins (see ``Workspace.leads``).
        lawful_basis: one of ``callsignals.inputs.admission.LAWFUL_BASES``.
        notice_given: whether the customer was told.
        retain_until: the last day on which it may be kept.
        extra: unknown columns with a value.
        table: file name of the table, or "" when the call was found by scanning.
        row: 1-based, header not counted; 0 when found by scanning.
    """

    call_id: str
    lead_id: str
    audio: Path | None = None
    transcript: Path | None = None
    rttm: Path | None = None
    started_at: datetime | None = None
    sellers: tuple[str, ...] = ()
    language: str | None = None
    seller_channel: int | None = None
    seller_channel_source: Literal["manifest", "config"] | None = None
    seller_speaks_at_s: float | None = None
    stage: str | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    lawful_basis: str | None = None
    notice_given: bool | None = None
    retain_until: date | None = None
    extra: Extra = ()
    table: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment of a customer.

    Attributes:
        comment_id, lead_id: as written, surrounding white space removed.
        kind: what was asked: how they found us, how it went, or a reply to outreach.
        text: as written; may be empty (then the text classifiers abstain).
        score: within its scale's range, None when not given.
        scale: set whenever ``score`` is.
        created_at: UTC, None when undated.
        language: ``en``, ``sv``, ``fi``, or None for detection.
        call_id: the call that a survey followed.
        respondent_id, touchpoint: carried.
        extra, table, row: see ``CallRow``.
    """

    comment_id: str
    lead_id: str
    kind: CommentKind
    text: str = ""
    score: float | None = None
    scale: Scale | None = None
    created_at: datetime | None = None
    language: str | None = None
    call_id: str | None = None
    respondent_id: str | None = None
    touchpoint: str | None = None
    extra: Extra = ()
    table: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class LeadRow:
    """What is known of one lead. Rows that only calls mention are not made up here.

    Attributes:
        lead_id: as written, surrounding white space removed.
        name, segment, stage, lost_reason: as written.
        stage_entered_at, closed_at: UTC.
        outcome: ``won``, ``lost``, ``open`` or None.
        amount: in the user's own currency.
        qualified: whether sales accepted the lead.
        extra, table, row: see ``CallRow``.
    """

    lead_id: str
    name: str | None = None
    segment: str | None = None
    stage: str | None = None
    stage_entered_at: datetime | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    amount: float | None = None
    lost_reason: str | None = None
    qualified: bool | None = None
    extra: Extra = ()
    table: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class SellerRow:
    """One of our own people.

    Attributes:
        seller: the id that calls use.
        name: as people say it.
        aliases: other spellings, for instance the name in the meeting tool.
        email_domain, team: as written.
        extra, table, row: see ``CallRow``.
    """

    seller: str
    name: str | None = None
    aliases: tuple[str, ...] = ()
    email_domain: str | None = None
    team: str | None = None
    extra: Extra = ()
    table: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of an e-mail, chat or ticket thread.

    Attributes:
        thread_id, lead_id: as written, surrounding white space removed; a thread has one lead.
        sender: our people, the customer, or a machine (an automatic reply of either side).
        sent_at: UTC.
        text: as written; may be empty.
        resolved: whether the thread was resolved at that moment, None when the row does not say.
        extra, table, row: see ``CallRow``.
    """

    thread_id: str
    lead_id: str
    sender: Sender
    sent_at: datetime
    text: str = ""
    resolved: bool | None = None
    extra: Extra = ()
    table: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One figure that was measured elsewhere, checked against ``callsignals.vocabulary.carried``.

    Attributes:
        signal: a registered name, or the row's own in lower case with underscores.
        value: in the signal's own unit, from the parts where they are given; None when their denominator is 0.
        observed_at: UTC.
        lead_id: None for a figure of the company.
        unit: the signal's own; of an unknown signal what the row says, "" when nothing.
        phase: the signal's own; of an unknown signal what the row says.
        period_start, period_end: UTC; both or neither.
        numerator, denominator: as given or as the parts make them, None when unknown.
        extra, table, row: see ``CallRow``.
    """

    signal: str
    value: float | None
    observed_at: datetime
    lead_id: str | None = None
    unit: str = ""
    phase: Phase = "before"
    period_start: datetime | None = None
    period_end: datetime | None = None
    numerator: float | None = None
    denominator: float | None = None
    extra: Extra = ()
    table: str = ""
    row: int = 0
