"""A signal row: the record that trust-index tools, CRMs and spreadsheets consume.

Attribute names are those of CloudEvents 1.0 where they exist (``specversion``, ``id``, ``source``, ``type``,
``subject``, ``time``, ``dataschema``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from callsignals.files import digest_of
from callsignals.vocabulary.definitions import DEFINITIONS, Definition, Phase
from callsignals.vocabulary.signal import Basis, CharSpan, Level, Signal, Status, TimeSpan
from callsignals.vocabulary.spoken import ChannelMode, RoleSource

__all__ = [
    "TEXT_LIMIT_CHARS",
    "CharEvidence",
    "Level",
    "Observation",
    "SignalRecord",
    "TimeEvidence",
    "iso_time",
    "record_signal",
    "rounded",
    "with_text",
]

SPEC_VERSION: Literal["1.0"] = "1.0"
TYPE: Literal["callsignals.signal.v1"] = "callsignals.signal.v1"
DATA_SCHEMA = "urn:callsignals:schema:signal:1"
_DECIMALS = 6
_DIGEST_LENGTH = 32
_INTERVALS = (0.9, 0.95)
TEXT_LIMIT_CHARS = 500
"""Longest ``text`` of a row."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]


def _known_interval(level: float) -> float:
    if level not in _INTERVALS:
        raise ValueError(f"must be one of {_INTERVALS}")
    return level


IntervalLevel = Annotated[float, AfterValidator(_known_interval), Field(json_schema_extra={"enum": [0.9, 0.95]})]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{32,64}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeEvidence(_Frozen):
    """A stretch of a recording, seconds from its start."""

    start_s: Finite
    end_s: Finite


class CharEvidence(_Frozen):
    """A stretch of a text, character offsets, end exclusive."""

    start_char: int
    end_char: int


class SignalRecord(_Frozen):
    """One observation of one signal: a row of ``signals.parquet`` and ``signals.jsonl``."""

    specversion: Literal["1.0"] = Field(SPEC_VERSION, description="CloudEvents version.")
    key: Digest = Field(
        description="Identity: source, level, subject, ids, period, signal, and scale or reason of a survey figure."
    )
    id: Digest = Field(
        description="Changes whenever the value may have changed: inputs, settings, definitions, models."
    )
    source: str = Field(description='"callsignals/" and the workspace name.')
    type: Literal["callsignals.signal.v1"] = TYPE
    subject: str = Field(description='Lead id, seller, segment as column=value, or "company".')
    level: Level
    time: Timestamp | None = Field(description="When the thing happened (UTC); null if unknown.")
    period_start: Timestamp | None = None
    period_end: Timestamp | None = None
    dataschema: str = DATA_SCHEMA
    lead_id: str | None = None
    call_id: str | None = None
    comment_id: str | None = None
    seller: str | None = None
    phase: Phase
    signal: str = Field(description="Name of the signal; see docs/signals.md.")
    value: Finite | None = Field(description="The figure; booleans are 1 and 0; null unless status is ok or carried.")
    label: str | None = Field(description="The category of a categorical signal; the reason of nps_impact.")
    labels: tuple[str, ...] = Field(
        description="All categories, most decisive first; reasons as reason:polarity; the scale of survey figures."
    )
    basis: Basis | None = None
    unit: str
    numerator: Finite | None = None
    denominator: Finite | None = None
    n: int = Field(ge=0, description="How many observations the figure rests on.")
    low: Finite | None = None
    high: Finite | None = None
    interval: IntervalLevel | None = None
    status: Status
    reason: str | None = Field(description="Why there is no value; null when there is.")
    confidence: Share | None = Field(description="Calibrated, 0..1.")
    language: str | None = None
    channel_mode: ChannelMode | None = None
    role_source: RoleSource | None = None
    model: str | None = None
    settings_digest: Digest
    input_digest: Digest
    evidence: tuple[TimeEvidence | CharEvidence, ...] = ()
    text: str | None = Field(
        None,
        max_length=TEXT_LIMIT_CHARS,
        description="Redacted words of the evidence, parts joined by ' ... '; null unless [records] include_text.",
    )

    @model_validator(mode="after")
    def _status_fits_value(self) -> Self:
        has_value = self.value is not None or self.label is not None or bool(self.labels)
        if self.status in ("ok", "carried") and not has_value:
            raise ValueError(f"status {self.status} needs a value or a label")
        if self.status not in ("ok", "carried") and (self.value is not None or self.label is not None):
            raise ValueError(f"status {self.status} must not carry a value or a label")
        if self.status in ("insufficient", "abstained", "error") and not self.reason:
            raise ValueError(f"status {self.status} needs a reason")
        return self


@dataclass(frozen=True, slots=True)
class Observation:
    """What a signal was measured on: everything in a row that is not the figure itself.

    Attributes:
        digests: further digests that the value depends on (peers, definitions, models, terms).
        part: what tells apart several rows of one signal, subject and period: a scale, a reason.
    """

    source: str
    subject: str
    level: Level
    settings_digest: str
    input_digest: str
    digests: tuple[str, ...] = ()
    time: datetime | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    lead_id: str | None = None
    call_id: str | None = None
    comment_id: str | None = None
    seller: str | None = None
    language: str | None = None
    channel_mode: ChannelMode | None = None
    role_source: RoleSource | None = None
    model: str | None = None
    phase: Phase | None = None
    part: str | None = None


def iso_time(moment: datetime | None) -> str | None:
    """UTC with a ``Z``, whole seconds where the moment is whole; None stays None."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def record_signal(signal: Signal, observed: Observation, definition: Definition | None = None) -> SignalRecord:
    """The row for one signal of one observation. Figures are rounded to six decimals.

    Args:
        signal: the figure.
        observed: everything else.
        definition: of a signal that the registry does not hold.
    """
    definition = definition or DEFINITIONS[signal.name]
    period_start = iso_time(observed.period_start)
    key = digest_of(
        [
            observed.source,
            observed.level,
            observed.subject,
            observed.call_id,
            observed.comment_id,
            period_start,
            signal.name,
            *([observed.part] if observed.part else []),
        ]
    )[:_DIGEST_LENGTH]
    identity = digest_of([key, observed.input_digest, observed.settings_digest, *observed.digests])[:_DIGEST_LENGTH]
    return SignalRecord(
        key=key,
        id=identity,
        source=observed.source,
        subject=observed.subject,
        level=observed.level,
        time=iso_time(observed.time),
        period_start=period_start,
        period_end=iso_time(observed.period_end),
        lead_id=observed.lead_id,
        call_id=observed.call_id,
        comment_id=observed.comment_id,
        seller=observed.seller,
        phase=observed.phase or definition.phase,
        signal=signal.name,
        value=rounded(signal.value),
        label=signal.label,
        labels=signal.labels,
        basis=signal.basis,
        unit=definition.unit,
        numerator=rounded(signal.numerator),
        denominator=rounded(signal.denominator),
        n=signal.n,
        low=rounded(signal.low),
        high=rounded(signal.high),
        interval=signal.interval,
        status=signal.status,
        reason=signal.reason,
        confidence=rounded(signal.confidence),
        language=observed.language,
        channel_mode=observed.channel_mode,
        role_source=observed.role_source,
        model=signal.model or observed.model,
        settings_digest=observed.settings_digest,
        input_digest=observed.input_digest,
        evidence=tuple(_evidence(span) for span in signal.evidence),
    )


def with_text(record: SignalRecord, text: str) -> SignalRecord:
    """The row with the redacted words of its evidence; its ``id`` changes with them, for they hang on known names.

    Args:
        record: without ``text``.
        text: of at most ``TEXT_LIMIT_CHARS``.
    """
    return record.model_copy(update={"text": text, "id": digest_of([record.id, text])[:_DIGEST_LENGTH]})


def rounded(figure: float | None) -> float | None:
    """As it stands in rows: six decimals."""
    return None if figure is None else round(float(figure), _DECIMALS) + 0.0


def _evidence(span: TimeSpan | CharSpan) -> TimeEvidence | CharEvidence:
    if isinstance(span, TimeSpan):
        return TimeEvidence(start_s=round(span.start_s, 3), end_s=round(span.end_s, 3))
    return CharEvidence(start_char=span.start_char, end_char=span.end_char)
