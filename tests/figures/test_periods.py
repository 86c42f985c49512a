from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.figures.periods import PeriodFinder, period_of
from callsignals.vocabulary.choices import Every


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "every", "start", "end", "name"),
    [
        ("2026-01-01T00:00", "week", "2025-12-29", "2026-01-05", "2026-W01"),  # ISO week 2026-W01 begins in December
        ("2026-01-04T23:59", "week", "2025-12-29", "2026-01-05", "2026-W01"),
        ("2026-01-05T00:00", "week", "2026-01-05", "2026-01-12", "2026-W02"),
        ("2024-02-29T12:00", "month", "2024-02-01", "2024-03-01", "2024-02"),
        ("2025-12-31T23:59", "month", "2025-12-01", "2026-01-01", "2025-12"),
        ("2025-12-31T23:59", "quarter", "2025-10-01", "2026-01-01", "2025-Q4"),
        ("2025-05-17T09:00", "quarter", "2025-04-01", "2025-07-01", "2025-Q2"),
    ],
)
def test_periods_of_the_calendar(moment, every, start, end, name):
    period = period_of(at(moment), every)
    assert (period.start, period.end, period.name) == (at(start), at(end), name)


def test_midnights_are_those_of_the_zone():
    helsinki = ZoneInfo("Europe/Helsinki")
    assert period_of(at("2026-01-31T22:30"), "month", helsinki).start == at("2026-01-31T22:00")
    week = period_of(at("2026-03-29T12:00"), "week", helsinki)  # the clocks go forward on its last day
    assert (week.end - week.start).total_seconds() == (7 * 24 - 1) * 3600


@given(st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1)), st.sampled_from(get_args(Every)), st.booleans())
def test_a_moment_lies_in_its_period_and_periods_are_gapless(moment, every, local):
    zone = ZoneInfo("Europe/Stockholm") if local else None
    period = period_of(moment.replace(tzinfo=UTC), every, zone)
    assert period.start <= moment.replace(tzinfo=UTC) < period.end
    assert period_of(period.end, every, zone).start == period.end
    assert period_of(period.start, every, zone) == period


@given(
    st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 4, 1)), max_size=20), st.sampled_from(get_args(Every))
)
def test_many_moments_have_the_periods_that_each_has_alone(moments, every):
    zone = ZoneInfo("Europe/Stockholm")
    find = PeriodFinder(every, zone)
    aware = [moment.replace(tzinfo=UTC) for moment in moments]
    assert [find(moment) for moment in aware] == [period_of(moment, every, zone) for moment in aware]
