"""A lead record: what is known of one lead, its signals by phase, pooled from the signal rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_serializer

from callsignals.records.signal import Finite, Share, SignalRecord, Timestamp
from callsignals.vocabulary.carried import carried_definition
from callsignals.vocabulary.definitions import DEFINITIONS, FIGURES, Definition, Phase
from callsignals.vocabulary.signal import Status

__all__ = ["PHASES", "LeadRecord", "LeadSignal", "lead_phases", "summarise"]

SCHEMA_VERSION: Literal["1"] = "1"
PHASES: tuple[Phase, ...] = ("before", "during", "after")
TREND_DAYS = 30
TREND_MINIMUM_N = 3
_SECONDS_PER_DAY = 86_400
_DECIMALS = 6
# The status of a lead's signal when none of its observations is usable: the one that says most.
_STATUS_ORDER: tuple[Status, ...] = ("error", "insufficient", "abstained")


class LeadSignal(BaseModel):
    """One signal of one lead, over its observations.

    ``value`` stands in numeric and boolean signals, ``label`` in categorical ones. A numeric ``value`` is the mean,
    except ``customer_seller_talk_ratio``, where it is (1 - m) / m of the mean seller share m; a boolean or
    categorical one is the most frequent, the latest of them on a tie.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Finite | None = None
    label: str | None = None
    n: int = Field(ge=0, description="Usable observations.")
    mean: Finite | None = None
    pooled: Finite | None = Field(None, description="Sum of numerators / sum of denominators; null under the minimum.")
    latest: Finite | str | None = Field(None, description="By time; null when nothing is dated.")
    trend: Finite | None = Field(None, description="Slope per 30 days over at least 3 dated observations.")
    counts: dict[str, int] = Field(default_factory=dict, description="Observations per label.")
    status: Status
    reason: str | None = Field(None, description="Why there is no value: the most frequent reason.")
    confidence: Share | None = None

    @model_serializer(mode="wrap")
    def _one_headline(self, handler: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's handler type is private
        """Write ``label`` or ``value``, not both: which one tells the kind of signal."""
        fields: dict[str, Any] = handler(self)
        fields.pop("value" if self.label is not None else "label", None)
        return fields


class LeadRecord(BaseModel):
    """One line of ``leads.jsonl``. A phase without data is ``{}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1"] = SCHEMA_VERSION
    lead_id: str
    name: str | None = None
    segment: str | None = None
    segments: dict[str, str] = Field(default_factory=dict, description="Columns of `[segments] columns` with a value.")
    outcome: Literal["won", "lost", "open"] | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    calls: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    phases: dict[Phase, dict[str, LeadSignal]]


def lead_phases(rows: Sequence[SignalRecord]) -> dict[Phase, dict[str, LeadSignal]]:
    """Signals by phase over all of one lead's rows, phases and signals in the registry's order.

    Figures that rest on several observations already (NPS and the like) join with their total alone, where it has a
    value; their rows per period stay in ``signals``.
    """
    phases: dict[Phase, dict[str, LeadSignal]] = {}
    for phase in PHASES:
        grouped: dict[str, list[SignalRecord]] = {}
        for row in rows:
            if row.phase == phase and (row.signal not in FIGURES or _is_usable_total(row)):
                grouped.setdefault(row.signal, []).append(row)
        known = [name for name in DEFINITIONS if name in grouped]
        phases[phase] = {
            name: summarise(name, grouped[name]) for name in [*known, *sorted(grouped.keys() - DEFINITIONS)]
        }
    ratio = phases["during"].get("customer_seller_talk_ratio")
    share = phases["during"].get("seller_talk_share")
    if ratio is not None and share is not None:
        phases["during"]["customer_seller_talk_ratio"] = _ratio_from_share(ratio, share)
    return phases


def _is_usable_total(row: SignalRecord) -> bool:
    total = row.period_start is None and row.label is None and row.status == "ok"
    return total or row.status == "carried"


def _ratio_from_share(ratio: LeadSignal, share: LeadSignal) -> LeadSignal:
    """(1 - m) / m: a mean of ratios would let one quiet seller outweigh ten calls."""
    if ratio.status != "ok" or not share.mean:
        return ratio
    return ratio.model_copy(update={"value": round((1 - share.mean) / share.mean, _DECIMALS)})


def summarise(name: str, rows: Sequence[SignalRecord]) -> LeadSignal:
    """One signal over its observations (any order)."""
    definition = DEFINITIONS.get(name) or carried_definition(name, rows[0].phase, rows[0].unit)
    own = [row for row in rows if row.status != "carried"]
    if name in FIGURES and own:
        return _figure(definition, max(own, key=lambda row: (row.n, row.key)))
    usable = sorted((row for row in rows if row.status in ("ok", "carried")), key=_by_time)
    pooled = _pooled(definition, rows)
    if not usable:
        return _unusable(rows, pooled)
    if definition.kind in ("category", "categories"):
        return _categorical(definition, usable)
    return _numeric(definition, usable, pooled)


def _figure(definition: Definition, total: SignalRecord) -> LeadSignal:
    """A figure as it stands; of several scales the one with most answers."""
    return LeadSignal(value=total.value, n=total.n, pooled=_pooled(definition, [total]), status=total.status)


def _by_time(row: SignalRecord) -> tuple[bool, str, str]:
    return (row.time is not None, row.time or "", row.key)


def _unusable(rows: Sequence[SignalRecord], pooled: float | None) -> LeadSignal:
    statuses = {row.status for row in rows}
    status = next(status for status in _STATUS_ORDER if status in statuses)
    reasons = Counter(row.reason for row in rows if row.status == status and row.reason)
    reason = min(reasons, key=lambda found: (-reasons[found], found), default=None)
    return LeadSignal(n=0, pooled=pooled, status=status, reason=reason)


def _pooled(definition: Definition, rows: Sequence[SignalRecord]) -> float | None:
    if definition.minimum_denominator is None and definition.minimum_n is None:
        return None
    parts = [
        (row.numerator, row.denominator, row.n)
        for row in rows
        if row.numerator is not None and row.denominator is not None
    ]
    denominator = sum(part[1] for part in parts)
    if denominator <= 0 or denominator < (definition.minimum_denominator or 0.0):
        return None
    if sum(part[2] for part in parts) < (definition.minimum_n or 0):
        return None
    return round(definition.scale * sum(part[0] for part in parts) / denominator, _DECIMALS)


def _categorical(definition: Definition, usable: list[SignalRecord]) -> LeadSignal:
    labels = [row.label for row in usable if row.label is not None]
    each = [label for row in usable for label in row.labels] if definition.kind == "categories" else labels
    headline = _most_frequent(each)
    dated = [row for row in usable if row.time is not None]
    sure = [row.confidence for row in usable if row.confidence is not None and headline in (row.label, *row.labels)]
    return LeadSignal(
        label=headline,
        n=len(usable),
        latest=(dated[-1].label or next(iter(dated[-1].labels), None)) if dated else None,
        counts=dict(sorted(Counter(each).items())),
        status=usable[-1].status,
        confidence=_mean(sure),
    )


def _most_frequent(labels_by_time: Sequence[str]) -> str | None:
    counts = Counter(labels_by_time)
    return max(reversed(labels_by_time), key=lambda label: counts[label], default=None)


def _numeric(definition: Definition, usable: list[SignalRecord], pooled: float | None) -> LeadSignal:
    values = [row.value for row in usable if row.value is not None]
    dated = [row for row in usable if row.time is not None]
    mean = _mean(values)
    boolean = definition.kind == "boolean"
    names = ["true" if value else "false" for value in values]
    most = _most_frequent(names)
    return LeadSignal(
        value=float(most == "true") if boolean else mean,
        n=len(usable),
        mean=mean if definition.averaged else None,
        pooled=pooled,
        latest=dated[-1].value if dated else None,
        trend=_trend(dated) if definition.averaged else None,
        counts=dict(sorted(Counter(names).items())) if boolean else {},
        status=usable[-1].status,
        confidence=_mean([row.confidence for row in usable if row.confidence is not None]),
    )


def _mean(figures: Sequence[float]) -> float | None:
    return round(sum(figures) / len(figures), _DECIMALS) if figures else None


def _trend(dated: Sequence[SignalRecord]) -> float | None:
    """Least-squares slope per 30 days; None under 3 dated observations or when all fall on one moment."""
    points = [(_days(row.time), row.value) for row in dated if row.time is not None and row.value is not None]
    if len(points) < TREND_MINIMUM_N:
        return None
    middle_day = sum(day for day, _ in points) / len(points)
    middle = sum(value for _, value in points) / len(points)
    spread = sum((day - middle_day) ** 2 for day, _ in points)
    if spread == 0:
        return None
    slope = sum((day - middle_day) * (value - middle) for day, value in points) / spread
    return round(slope * TREND_DAYS, _DECIMALS) + 0.0


def _days(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp() / _SECONDS_PER_DAY
