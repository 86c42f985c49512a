"""Observations of one signal as figures of a group.

A share is the mean of the calls' shares with Student's 95 % interval, never pooled seconds; the sums of numerators and
denominators go beside it. ``customer_seller_talk_ratio`` is (1 - m) / m of the mean seller share m. Yes-or-no signals
and categories are shares of the observations that say something, with Wilson's interval.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from callsignals.figures.estimates import LEVEL, mean_interval, wilson_interval
from callsignals.vocabulary.carried import carried_definition
from callsignals.vocabulary.definitions import DEFINITIONS, Definition, Phase
from callsignals.vocabulary.signal import Signal

__all__ = ["Cells", "definition_of", "observed_signals", "talk_ratio"]

_RATIO, _SHARE = "customer_seller_talk_ratio", "seller_talk_share"


@dataclass(frozen=True, slots=True)
class Cells:
    """A group's observations of one signal, column by column, each of the same length.

    Attributes:
        values, labels, numerators, denominators: as in the rows; None where a row has none.
    """

    values: Sequence[float | None]
    labels: Sequence[str | None]
    numerators: Sequence[float | None]
    denominators: Sequence[float | None]


def definition_of(name: str, phase: Phase, unit: str) -> Definition:
    """The registry's, in the row's own phase (replies to outreach stand before the sale)."""
    known = DEFINITIONS.get(name)
    return carried_definition(name, phase, unit) if known is None else replace(known, phase=phase)


def observed_signals(name: str, definition: Definition, cells: Cells) -> list[Signal]:
    """The figures of one signal over a group's observations: of a category one for each label.

    Sums are exact before they are rounded (``math.fsum``): the order of the observations does not matter.
    """
    if definition.kind in ("category", "categories"):
        labels = Counter(label for label in cells.labels if label is not None)
        return [replace(_share(name, labels[label], labels.total()), label=label) for label in sorted(labels)]
    values = [value for value in cells.values if value is not None]
    if values and definition.kind == "boolean":
        return [_share(name, sum(value == 1.0 for value in values), len(values))]
    if not values or not definition.averaged:
        return []
    mean = _mean(name, definition, values, cells)
    ratio = talk_ratio(mean)
    return [mean] if ratio is None else [mean, ratio]


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


def _mean(name: str, definition: Definition, values: Sequence[float], cells: Cells) -> Signal:
    highest = 1.0 if definition.unit == "share" else math.inf
    lowest = -math.inf if definition.unit == "points" else 0.0
    low, high = mean_interval(values, lowest, highest) if len(values) > 1 else (None, None)
    both = zip(cells.numerators, cells.denominators, strict=True)
    parts = [(part, whole) for part, whole in both if part is not None and whole is not None]
    return Signal(
        name,
        value=math.fsum(values) / len(values),
        numerator=math.fsum(part for part, _ in parts) if parts else None,
        denominator=math.fsum(whole for _, whole in parts) if parts else None,
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
