"""Means of per-call figures with their 95 % intervals, and why some calls have none."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callsignals.figures.estimates import mean_interval
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["TEAM_SIGNALS", "Estimate", "estimate", "why_without"]

TEAM_SIGNALS = (
    "seller_talk_share",
    "need_term_share",
    "need_uptake",
    "personalisation",
    "seller_questions_per_hour",
    "interactivity_per_5min",
    "patience_s",
    "longest_monologue_s",
    "longest_customer_story_s",
    "seller_interruptions_per_hour",
)
"""What sellers are shown beside each other by, where a run has measured it."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over calls.

    Attributes:
        signal: of what.
        n: calls with a value.
        mean: None without any.
        low, high: 95 % Student's t interval; None under two calls.
        lowest, median, highest: of the calls; None without any.
        without: how many calls have no value, by reason.
    """

    signal: str
    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    lowest: float | None = None
    median: float | None = None
    highest: float | None = None
    without: tuple[tuple[str, int], ...] = ()


def estimate(signal: str, calls: Iterable[Row]) -> Estimate:
    """The mean of per-call figures over calls; each call counts once, however long it is.

    Args:
        signal: a column of ``calls``.
        calls: rows of ``calls.parquet`` that are to count.
    """
    rows = list(calls)
    values = [row[signal] for row in rows if row.get(signal) is not None]
    without = tuple(sorted(why_without(signal, rows).items(), key=lambda item: (-item[1], item[0])))
    if not values:
        return Estimate(signal, 0, without=without)
    low, high = _interval(signal, values)
    return Estimate(
        signal,
        n=len(values),
        mean=statistics.fmean(values),
        low=low,
        high=high,
        lowest=min(values),
        median=statistics.median(values),
        highest=max(values),
        without=without,
    )


def _interval(signal: str, values: Sequence[float]) -> tuple[float | None, float | None]:
    if len(values) < 2:
        return None, None
    share = DEFINITIONS[signal].unit == "share" if signal in DEFINITIONS else False
    return mean_interval(values, 0.0, 1.0 if share else float("inf"))


def why_without(signal: str, calls: Sequence[Row]) -> Counter[str]:
    """How many calls have no value of a signal, by reason."""
    reasons: Counter[str] = Counter()
    for row in calls:
        if row.get(signal) is None:
            found = [why["reason"] for why in row.get("without_value") or () if why["signal"] == signal]
            reasons[found[0] if found and found[0] else "not_measured"] += 1
    return reasons
