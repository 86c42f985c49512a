"""Arithmetic on sets of time, as sorted disjoint intervals ``(start_s, end_s)``.

Plain Python: a call has some hundreds of intervals, and every operation is one sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

__all__ = ["EPSILON_S", "Interval", "clip", "intersect", "subtract", "total_s", "union"]

Interval = tuple[float, float]
"""``(start_s, end_s)`` with ``start_s < end_s``."""

EPSILON_S = 1e-6
"""Two times closer than this are the same moment: decimal times are not exact in binary."""


def union(intervals: Iterable[Interval], *, merge_gap_s: float = 0.0) -> tuple[Interval, ...]:
    """All the time in any interval; neighbours less than ``merge_gap_s`` apart become one.

    Intervals that touch become one. Intervals without length count only as bridges: alone they vanish.
    """
    merged: list[list[float]] = []
    for start_s, end_s in sorted(intervals):
        if end_s < start_s:
            continue
        if merged and _joins(start_s - merged[-1][1], merge_gap_s):
            merged[-1][1] = max(merged[-1][1], end_s)
        else:
            merged.append([start_s, end_s])
    return tuple((start_s, end_s) for start_s, end_s in merged if end_s > start_s)


def _joins(gap_s: float, merge_gap_s: float) -> bool:
    return gap_s <= 0.0 or gap_s < merge_gap_s - EPSILON_S


def intersect(first: Sequence[Interval], second: Sequence[Interval]) -> tuple[Interval, ...]:
    """The time in both; each argument sorted and disjoint."""
    found: list[Interval] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start_s = max(first[i][0], second[j][0])
        end_s = min(first[i][1], second[j][1])
        if start_s < end_s:
            found.append((start_s, end_s))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def subtract(first: Sequence[Interval], second: Sequence[Interval]) -> tuple[Interval, ...]:
    """The time in ``first`` but not in ``second``; each argument sorted and disjoint."""
    found: list[Interval] = []
    j = 0
    for start_s, end_s in first:
        while j < len(second) and second[j][1] <= start_s:
            j += 1
        place = j
        while place < len(second) and second[place][0] < end_s:
            if second[place][0] > start_s:
                found.append((start_s, second[place][0]))
            start_s = max(start_s, second[place][1])
            place += 1
        if start_s < end_s:
            found.append((start_s, end_s))
    return tuple(found)


def clip(intervals: Sequence[Interval], start_s: float, end_s: float) -> tuple[Interval, ...]:
    """The part of ``intervals`` between two times."""
    return intersect(intervals, ((start_s, end_s),)) if end_s > start_s else ()


def total_s(intervals: Iterable[Interval]) -> float:
    """Seconds in disjoint intervals."""
    return fsum(end_s - start_s for start_s, end_s in intervals)
