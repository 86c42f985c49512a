"""Calendar periods: ISO weeks, months and quarters, in the workspace's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from callsignals.vocabulary.choices import Every

__all__ = ["Period", "PeriodFinder", "period_of"]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of the calendar.

    Attributes:
        start: UTC.
        end: UTC; the first moment that no longer belongs to it.
        name: ``2026-W05``, ``2026-02`` or ``2026-Q1``.
    """

    start: datetime
    end: datetime
    name: str = ""


def period_of(moment: datetime, every: Every, zone: tzinfo | None = None) -> Period:
    """The period that ``moment`` falls in.

    Args:
        moment: aware.
        every: ``week`` (ISO 8601: from Monday), ``month`` or ``quarter``.
        zone: whose midnights count; UTC when None.
    """
    local = moment.astimezone(zone or UTC)
    midnight = datetime(local.year, local.month, local.day, tzinfo=zone or UTC)
    if every == "week":
        start = midnight - timedelta(days=local.weekday())  # wall-clock arithmetic: a midnight stays one
        name = f"{start:%G}-W{start:%V}"
        return Period(start.astimezone(UTC), (start + timedelta(days=7)).astimezone(UTC), name)
    months = 3 if every == "quarter" else 1
    first = (local.month - 1) // months * months + 1
    start = midnight.replace(month=first, day=1)
    following = first + months
    end = start.replace(year=start.year + following // 13, month=(following - 1) % 12 + 1)
    name = f"{start.year}-Q{first // 3 + 1}" if every == "quarter" else f"{start.year}-{first:02}"
    return Period(start.astimezone(UTC), end.astimezone(UTC), name)


class PeriodFinder:
    """``period_of`` for many moments: each day of the calendar is looked up once.

    Args:
        every, zone: as for ``period_of``.
    """

    def __init__(self, every: Every, zone: tzinfo | None = None) -> None:
        self._every = every
        self._zone = zone or UTC
        self._known: dict[date, Period] = {}

    def __call__(self, moment: datetime) -> Period:
        """The period that ``moment`` (aware) falls in."""
        day = moment.astimezone(self._zone).date()
        period = self._known.get(day)
        if period is None:
            period = self._known[day] = period_of(moment, self._every, self._zone)
        return period
