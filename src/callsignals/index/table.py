"""The tidy table: a row per period, group and signal, with the change from the baseline period.

The composite, off unless ``[index] weights`` names signals, is a weighted mean of z-scores against the baseline:

    z_i = s_i (x_i - b_i) / sd_i        composite = sum(w_i z_i) / sum(w_i), over the signals that have a z

x and b are the signal's values in the period and in its baseline, s is +1 where up is good and -1 where down is, and
sd is the spread of one observation in the baseline, (high - low) / (2 x 1.96) x sqrt(n). Its 95 % interval takes the
errors of both periods as independent over signals. ``missing_share`` is the weight of the signals without a z.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from callsignals.figures.grouped import Subject
from callsignals.figures.periods import Period
from callsignals.vocabulary.definition import Direction
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.signal import Status

__all__ = ["COMPOSITE", "IndexRow", "composites", "with_changes"]

COMPOSITE = "composite"
_Z = 1.959964
_SIGNS: dict[Direction, int] = {"up": 1, "down": -1, "neither": 0}


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One figure of one group in one period.

    Attributes:
        subject: company, seller or segment.
        period: calendar period.
        phase: before, during, after; ``all`` for the composite.
        signal, unit, direction: of the registry.
        label: the category, scale or reason; "" when there is none.
        value, low, high, interval: the figure and its interval.
        n: observations.
        numerator, denominator: pooled over the observations.
        status, reason: as in signal rows.
        baseline_period: the period that the change is counted from.
        baseline_value, change: in the signal's unit; ``change`` is 0 in the baseline itself.
        development: ``better``, ``worse`` or ``unclear`` (the change may be chance); None without a direction.
        missing_share: of the composite: weight of the signals that are missing.
    """

    subject: Subject
    period: Period
    phase: str
    signal: str
    unit: str
    direction: Direction
    label: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    interval: float | None = None
    n: int = 0
    numerator: float | None = None
    denominator: float | None = None
    status: Status = "ok"
    reason: str | None = None
    baseline_period: str | None = None
    baseline_value: float | None = None
    change: float | None = None
    development: str | None = None
    missing_share: float | None = None


def with_changes(rows: Iterable[IndexRow], baseline: str | None) -> list[IndexRow]:
    """Rows with their change from the baseline: the named period, else the first in which the signal has a value."""
    series: dict[tuple[Subject, str, str, str], list[IndexRow]] = {}
    for row in rows:
        series.setdefault((row.subject, row.phase, row.signal, row.label), []).append(row)
    return [changed for several in series.values() for changed in _changes(several, baseline)]


def _changes(series: Sequence[IndexRow], baseline: str | None) -> list[IndexRow]:
    ordered = sorted(series, key=lambda row: row.period)
    usable = [row for row in ordered if row.value is not None and baseline in (None, row.period.name)]
    return [_changed(row, usable[0]) for row in ordered] if usable else list(ordered)


def _changed(row: IndexRow, base: IndexRow) -> IndexRow:
    if row.value is None or base.value is None:
        return replace(row, baseline_period=base.period.name, baseline_value=base.value)
    change = row.value - base.value
    return replace(
        row,
        baseline_period=base.period.name,
        baseline_value=base.value,
        change=change,
        development=_development(row, base, change),
    )


def _development(row: IndexRow, base: IndexRow, change: float) -> str | None:
    sign = _SIGNS[row.direction]
    if not sign or row.period == base.period:
        return None
    errors = _error(row), _error(base)
    if errors[0] is None or errors[1] is None or abs(change) <= _Z * math.hypot(errors[0], errors[1]):
        return "unclear"
    return "better" if sign * change > 0 else "worse"


def _error(row: IndexRow) -> float | None:
    """Standard error by the width of the interval; None without one."""
    return None if row.low is None or row.high is None else (row.high - row.low) / (2 * _Z)


@dataclass(frozen=True, slots=True)
class _Part:
    """One signal's z-score, the variance of it, and its weight."""

    z: float
    variance: float
    weight: float


def composites(rows: Sequence[IndexRow], weights: Mapping[str, float]) -> list[IndexRow]:
    """One composite per group and period in which at least one weighted signal has a z-score; none without weights.

    Args:
        rows: with their changes.
        weights: by signal, above 0. Of a signal with several labels (scales) the one with most observations counts.
    """
    bases = {_place(row): row for row in rows if row.baseline_period == row.period.name}
    cells: dict[tuple[Subject, Period], dict[str, IndexRow]] = {}
    for row in rows:
        if row.signal in weights:
            found = cells.setdefault((row.subject, row.period), {})
            if row.signal not in found or (row.n, row.label) > (found[row.signal].n, found[row.signal].label):
                found[row.signal] = row
    composed = []
    for (subject, period), signals in sorted(cells.items()):
        parts = {name: _part(row, bases.get(_place(row)), weights[name]) for name, row in signals.items()}
        present = {name: part for name, part in parts.items() if part is not None}
        if present:
            composed.append(_composite(subject, period, present, sum(weights.values())))
    return composed


def _place(row: IndexRow) -> tuple[Subject, str, str, str]:
    return row.subject, row.phase, row.signal, row.label


def _part(row: IndexRow, base: IndexRow | None, weight: float) -> _Part | None:
    if row.change is None or base is None or not base.n:
        return None
    own, spread = _error(row), _error(base)
    if own is None or not spread:
        return None
    deviation = spread * math.sqrt(base.n)
    sign = _SIGNS[DEFINITIONS[row.signal].direction]
    errors = 0.0 if row.period == base.period else own * own + spread * spread
    return _Part(sign * row.change / deviation, errors / (deviation * deviation), weight)


def _composite(subject: Subject, period: Period, parts: Mapping[str, _Part], whole: float) -> IndexRow:
    weight = math.fsum(part.weight for part in parts.values())
    value = math.fsum(part.weight * part.z for part in parts.values()) / weight
    error = math.sqrt(math.fsum(part.weight**2 * part.variance for part in parts.values())) / weight
    return IndexRow(
        subject=subject,
        period=period,
        phase="all",
        signal=COMPOSITE,
        unit="z",
        direction="up",
        value=value,
        low=value - _Z * error,
        high=value + _Z * error,
        interval=0.95,
        n=len(parts),
        missing_share=max(0.0, 1 - weight / whole),
    )
