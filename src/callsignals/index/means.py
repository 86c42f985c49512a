"""Single observations as figures of a group.

A share is the mean of the calls' shares with Student's 95 % interval, never pooled seconds; the sums of numerators and
denominators go beside it. ``customer_seller_talk_ratio`` is (1 - m) / m of the mean seller share m. Yes-or-no signals
and categories are shares of the observations that say something, with Wilson's interval.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from callsignals.figures.estimates import LEVEL, mean_interval, wilson_interval
from callsignals.figures.grouped import Belonging
from callsignals.vocabulary.carried import carried_definition
from callsignals.vocabulary.definitions import DEFINITIONS, Definition, Phase
from callsignals.vocabulary.signal import Signal

__all__ = ["Observed", "definition_of", "observed_signals", "talk_ratio"]

_RATIO, _SHARE = "customer_seller_talk_ratio", "seller_talk_share"


@dataclass(frozen=True, slots=True)
class Observed:
    """One usable value.

    Attributes:
        observation_id: the row's key.
        belongs: lead, seller, segments.
        observed_at: aware, or None.
        signal, phase, unit, value, label, numerator, denominator: as in the row.
    """

    observation_id: str
    belongs: Belonging
    observed_at: datetime | None
    signal: str
    phase: Phase
    unit: str = ""
    value: float | None = None
    label: str | None = None
    numerator: float | None = None
    denominator: float | None = None


def definition_of(name: str, phase: Phase, unit: str) -> Definition:
    """The registry's, in the row's own phase (replies to outreach stand before the sale)."""
    known = DEFINITIONS.get(name)
    return carried_definition(name, phase, unit) if known is None else replace(known, phase=phase)


def observed_signals(name: str, definition: Definition, rows: Sequence[Observed]) -> list[Signal]:
    """The figures of one signal over a group's observations of one period: of a category one for each label."""
    if definition.kind in ("category", "categories"):
        labels = Counter(row.label for row in rows if row.label is not None)
        return [replace(_share(name, labels[label], labels.total()), label=label) for label in sorted(labels)]
    values = [row.value for row in rows if row.value is not None]
    if values and definition.kind == "boolean":
        return [_share(name, sum(value == 1.0 for value in values), len(values))]
    return [_mean(name, definition, values, rows)] if values and definition.averaged else []


def _share(name: str, part: int, whole: int) -> Signal:
    low, high = wilson_interval(part, whole)
    return Signal(
        name,
        value=part / whole,
        numerator=float(part),
        denominator=float(whole),
        n=whole,
        low=low,
        high=high,
        interval=LEVEL,
    )


def _mean(name: str, definition: Definition, values: Sequence[float], rows: Sequence[Observed]) -> Signal:
    highest = 1.0 if definition.unit == "share" else math.inf
    lowest = -math.inf if definition.unit == "points" else 0.0
    low, high = mean_interval(values, lowest, highest) if len(values) > 1 else (None, None)
    parts = [(r.numerator, r.denominator) for r in rows if r.numerator is not None and r.denominator is not None]
    return Signal(
        name,
        value=math.fsum(values) / len(values),
        numerator=math.fsum(part[0] for part in parts) if parts else None,
        denominator=math.fsum(part[1] for part in parts) if parts else None,
        n=len(values),
        low=low,
        high=high,
        interval=None if low is None else LEVEL,
    )


def talk_ratio(share: Signal) -> Signal | None:
    """``customer_seller_talk_ratio`` of a mean ``seller_talk_share``; None where the seller never spoke."""
    if share.name != _SHARE or not share.value:
        return None
    low, high = share.low, share.high
    parts_known = share.numerator is not None and share.denominator is not None
    return replace(
        share,
        name=_RATIO,
        value=(1 - share.value) / share.value,
        numerator=(share.denominator or 0.0) - (share.numerator or 0.0) if parts_known else None,
        denominator=share.numerator,
        low=None if high is None else (1 - high) / high,
        high=None if not low else (1 - low) / low,
        interval=share.interval if high is not None and low else None,
    )
