"""Seconds of business hours between two moments, by a country's calendar.

Public holidays and the days of the weekend are those of the ``holidays`` package; without a country the weekend is
Saturday and Sunday and there are no holidays.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = ["WorkingHours", "holiday_calendar"]

_WEEKEND = frozenset((5, 6))
_LONGEST_DAYS = 3660
"""A wait of ten years is a slip in a date; counting stops there."""


@lru_cache(maxsize=8)
def holiday_calendar(country: str) -> HolidayBase:
    """The calendar of an ISO 3166-1 country; years are filled in as they are asked for.

    Raises:
        NotImplementedError: the package does not know the country.
    """
    from holidays import country_holidays  # takes 0.3 s, which not every command needs

    return country_holidays(country)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When somebody is there to answer.

    Attributes:
        opens_s, closes_s: seconds of the local day; 0 and 86400 for whole days.
        country: whose holidays and weekend; None for Saturday and Sunday alone.
        zone: whose clock counts; UTC when None.
    """

    opens_s: int = 0
    closes_s: int = 86_400
    country: str | None = None
    zone: tzinfo | None = None

    def is_working_day(self, day: date) -> bool:
        """Whether it is neither weekend nor a public holiday."""
        if self.country is None:
            return day.weekday() not in _WEEKEND
        calendar = holiday_calendar(self.country)
        weekend: AbstractSet[int] = calendar.weekend
        return day.weekday() not in weekend and day not in calendar

    def seconds_between(self, start: datetime, end: datetime) -> float:
        """Business seconds from ``start`` to ``end``, both aware; 0 when all of it lies outside the hours."""
        zone = self.zone or UTC
        start, end = start.astimezone(UTC), end.astimezone(UTC)  # in one zone datetimes count by the wall clock
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        total_s = 0.0
        for number in range(min((last - first).days, _LONGEST_DAYS) + 1):
            day = first + timedelta(days=number)
            if self.is_working_day(day):
                opens, closes = (_moment(day, at_s, zone) for at_s in (self.opens_s, self.closes_s))
                total_s += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
        return total_s


def _moment(day: date, at_s: int, zone: tzinfo) -> datetime:
    """A wall-clock time of a day as an instant; 24:00 is the next day's midnight."""
    midnight = datetime.combine(day + timedelta(days=at_s // 86_400), time(), tzinfo=zone)
    return (midnight + timedelta(seconds=at_s % 86_400)).astimezone(UTC)
