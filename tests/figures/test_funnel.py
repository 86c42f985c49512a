"""Figures of the sales funnel, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callsignals.figures.estimates import mean_interval, wilson_interval
from callsignals.figures.funnel import (
    Deal,
    conversion_signals,
    days_between,
    lead_time_signals,
    lost_signals,
    open_signals,
    qualified_signals,
    time_to_won_signals,
    won_signals,
)
from callsignals.figures.grouped import Belonging

NOBODY = Belonging("")


def deals(*rows):
    return [Deal(f"l{at}", NOBODY, **row) for at, row in enumerate(rows)]


def test_won_share_is_of_closed_leads():
    rows = [{"outcome": "won"}] * 3 + [{"outcome": "lost"}] * 2 + [{"outcome": "open"}] * 4 + [{}]
    (signal,) = won_signals(deals(*rows))
    assert (signal.value, signal.numerator, signal.denominator) == (0.6, 3, 5)
    assert (signal.low, signal.high) == wilson_interval(3, 5)


def test_under_five_closed_leads_there_is_no_won_share_and_without_any_not_even_a_row():
    (signal,) = won_signals(deals(*[{"outcome": "won"}] * 4))
    assert (signal.status, signal.reason, signal.numerator, signal.denominator) == (
        "insufficient",
        "under_5_closed_leads",
        4,
        4,
    )
    assert won_signals(deals({"outcome": "open"})) == []


def test_time_to_won_is_the_mean_of_days():
    days = [10, 20, 30, 40, 50.5]
    (signal,) = time_to_won_signals(deals(*({"outcome": "won", "won_days": each} for each in days), {}))
    assert (signal.value, signal.numerator, signal.denominator, signal.n) == (pytest.approx(30.1), 150.5, 5, 5)
    assert (signal.low, signal.high) == mean_interval(days, 0.0, float("inf"))
    assert time_to_won_signals(deals(*({"won_days": each} for each in days[:4])))[0].reason == "under_5_leads"


def test_days_are_counted_from_start_to_end_and_never_backwards():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert days_between(start, start + timedelta(days=2, hours=12)) == 2.5
    assert days_between(start, start - timedelta(days=1)) is None
    assert days_between(None, start) is None


def test_open_leads_are_overdue_when_older_than_the_won_leads_median():
    won = [{"outcome": "won", "won_days": each} for each in (10, 20, 30, 40, 500)]
    still = [{"outcome": "open", "open_days": each} for each in (5, 29, 30, 31, 90)]
    age, overdue = open_signals(deals(*won, *still))
    assert (age.name, age.value) == ("open_age_days", 37)
    assert (overdue.name, overdue.value, overdue.numerator, overdue.denominator) == ("open_overdue_share", 0.4, 2, 5)
    assert open_signals(deals(*won[:4], *still))[1].reason == "under_5_won_leads"
    assert open_signals(deals(*won)) == []


def test_a_lead_has_its_own_time_without_a_minimum():
    (won,) = lead_time_signals(deals({"outcome": "won", "won_days": 12.0}))
    assert (won.name, won.value, won.n) == ("time_to_won_days", 12.0, 1)
    (lost,) = lead_time_signals(deals({"outcome": "lost"}))
    assert (lost.name, lost.value, lost.reason) == ("time_to_won_days", None, "not_won")
    (undated,) = lead_time_signals(deals({"outcome": "won"}))
    assert undated.reason == "undated"
    (still,) = lead_time_signals(deals({"outcome": "open", "open_days": 3.0}))
    assert (still.name, still.value) == ("open_age_days", 3.0)
    assert lead_time_signals(deals({})) == []


def test_conversion_is_of_those_who_reached_the_stage_before():
    # Of 6 leads 6 reached the first stage, 4 the second, 1 the third; one lead's stage is not known.
    measured = conversion_signals(("discovery", "demo", "offer"))(
        deals(*({"reached": at} for at in (0, 0, 1, 1, 1, 2, None)))
    )
    assert [(s.labels, s.value, s.numerator, s.denominator) for s in measured] == [
        (("discovery", "demo"), pytest.approx(4 / 6), 4, 6),
        (("demo", "offer"), 0.25, 1, 4),
    ]
    assert (measured[0].low, measured[0].high) == wilson_interval(4, 6)


def test_a_stage_that_nobody_reached_converts_nobody():
    _, second = conversion_signals(("a", "b", "c"))(deals({"reached": 0}))
    assert (second.status, second.reason) == ("insufficient", "none_reached_the_stage")
    assert conversion_signals(("a", "b"))(deals({})) == []
    assert conversion_signals(())(deals({"reached": 0})) == []


def test_loss_reasons_with_count_and_value():
    rows = [
        {"lost_reason": "price", "amount": 100.0},
        {"lost_reason": "price", "amount": 50.5},
        {"lost_reason": "price"},
        {"lost_reason": "timing", "amount": 49.5},
        {"lost_reason": "no need"},
        {},
    ]
    measured = lost_signals(deals(*({"outcome": "lost", **row} for row in rows), {"outcome": "won", "amount": 9.0}))
    found = {(s.name, s.labels[0]): s for s in measured}
    price = found["lost_reason_share", "price"]
    assert (price.value, price.label, price.numerator, price.denominator) == (0.6, "price", 3, 5)
    value = found["lost_reason_amount", "price"]
    assert (value.value, value.denominator, value.n) == (150.5, 200.0, 2)
    assert found["lost_reason_amount", "no need"].reason == "no_amount"


def test_qualified_leads_stand_beside_all_of_which_it_is_said():
    rows = [{"qualified": True}] * 3 + [{"qualified": False}] * 2 + [{}]
    (signal,) = qualified_signals(deals(*rows))
    assert (signal.value, signal.numerator, signal.denominator) == (0.6, 3, 5)
    assert qualified_signals(deals({})) == []
