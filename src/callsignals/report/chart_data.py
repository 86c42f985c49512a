"""What a chart shows: calls as dots, means with their intervals, weeks; and how many calls become few dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Dot", "Line", "Panel", "Strip", "Week", "merged_dots"]

_POSITIONS = 150
"""Dots this close (a part of the axis) become one when there are many."""
_MANY = 250


@dataclass(frozen=True, slots=True)
class Dot:
    """One call, or several at one place.

    Attributes:
        row: which row of the chart.
        value: in the signal's unit.
        count: calls.
        label: for the tooltip.
        address: of the call's page; "" for several.
    """

    row: str
    value: float
    count: int
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """The mean of one row with its interval."""

    row: str
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Strip:
    """Calls of several rows along one axis.

    Attributes:
        title: of the axis.
        percent: whether values are shares.
        rows: in the order to show.
        dots, lines: of those rows.
        reference: a published figure, or None.
    """

    title: str
    percent: bool
    rows: tuple[str, ...]
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """The mean of one week: ``day`` is its Monday as YYYY-MM-DD."""

    day: str
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure over time.

    Attributes:
        title: above the panel.
        percent: whether values are shares.
        weeks: by time.
        reference: a published figure, or None.
    """

    title: str
    percent: bool
    weeks: tuple[Week, ...]
    reference: float | None = None


def merged_dots(dots: Sequence[Dot], several: str) -> tuple[Dot, ...]:
    """The dots, those at nearly one place as one when there are many: a page stays small whatever the number of calls.

    Args:
        dots: of all rows.
        several: label of a merged dot, with a place ``{n}``.
    """
    if len(dots) <= _MANY:
        return tuple(dots)
    lowest, highest = min(dot.value for dot in dots), max(dot.value for dot in dots)
    step = (highest - lowest) / _POSITIONS or 1.0
    places: dict[tuple[str, int], list[Dot]] = {}
    for dot in dots:
        places.setdefault((dot.row, round((dot.value - lowest) / step)), []).append(dot)
    return tuple(
        some[0]
        if len(some) == 1
        else Dot(row, sum(dot.value for dot in some) / len(some), len(some), several.format(n=len(some)), "")
        for (row, _), some in places.items()
    )
