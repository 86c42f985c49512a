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
from callsignals.vocabulary.signal import Signal

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


def test_a_share_of_leads_says_how_many_it_rests_on_and_how_sure_it_is():
    rows = [{"outcome": "lost", "lost_reason": "price"}] * 4 + [{"outcome": "lost", "lost_reason": "timing"}]
    price, price_amount, timing, _ = lost_signals(deals(*rows))
    assert price == Signal(
        "lost_reason_share",
        value=0.8,
        label="price",
        labels=("price",),
        numerator=4.0,
        denominator=5.0,
        n=5,
        low=pytest.approx(0.3755, abs=5e-5),  # Wilson, 4 of 5
        high=pytest.approx(0.9638, abs=5e-5),
        interval=0.95,
    )
    assert timing.labels == ("timing",)
    assert price_amount == Signal(
        "lost_reason_amount", labels=("price",), n=0, status="insufficient", reason="no_amount"
    )


def test_four_lost_leads_are_too_few_for_shares_and_keep_their_parts():
    lost = [{"outcome": "lost", "lost_reason": "price", "amount": 5.0}] * 4
    share, amount = lost_signals(deals(*lost, {"outcome": "open", "lost_reason": "price"}))
    assert share == Signal(
        "lost_reason_share",
        labels=("price",),
        numerator=4.0,
        denominator=4.0,
        n=4,
        status="insufficient",
        reason="under_5_lost_leads",
    )
    assert amount == Signal("lost_reason_amount", 20.0, "price", ("price",), 20.0, 20.0, 4)


def test_a_figure_of_one_kind_of_lead_has_no_label():
    (qualified,) = qualified_signals(deals(*[{"qualified": True}] * 5))
    assert (qualified.name, qualified.label, qualified.labels) == ("qualified_share", None, ())
    assert qualified_signals(deals(*[{"qualified": False}] * 4))[0].reason == "under_5_leads"


def test_few_times_to_won_keep_their_sum_for_others_to_pool():
    (few,) = time_to_won_signals(deals({"won_days": 10.0}, {"won_days": 20.5}))
    assert (few.numerator, few.denominator, few.n, few.value) == (30.5, 2.0, 2, None)
    (enough,) = time_to_won_signals(deals(*[{"won_days": 3.0}] * 5))
    assert (enough.low, enough.high, enough.interval) == (3.0, 3.0, 0.95)


def test_few_open_leads_beside_many_won_ones_are_not_overdue_and_not_on_time():
    won = [{"outcome": "won", "won_days": 10.0}] * 5
    _, overdue = open_signals(deals(*won, *[{"open_days": 99.0}] * 4))
    assert (overdue.reason, overdue.numerator, overdue.n) == ("under_5_open_leads", 4.0, 4)
    _, unknown = open_signals(deals({"open_days": 99.0}))
    assert (unknown.reason, unknown.n) == ("under_5_won_leads", 1)


def test_a_leads_own_time_is_its_own_numerator():
    (still,) = lead_time_signals(deals({"outcome": "open"}))
    assert (still.name, still.reason) == ("open_age_days", "undated")
    (won,) = lead_time_signals(deals({"outcome": "won", "won_days": 12.0}))
    assert (won.numerator, won.denominator) == (12.0, 1.0)


def test_a_deal_that_is_won_at_once_took_no_time():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert days_between(start, start) == 0.0
    assert days_between(start, None) is None


def test_a_stage_without_leads_keeps_its_name_and_counts_nobody():
    first, second = conversion_signals(("a", "b", "c"))(deals({"reached": 0}))
    assert second == Signal(
        "stage_conversion_share",
        labels=("b", "c"),
        numerator=0.0,
        denominator=0.0,
        n=0,
        status="insufficient",
        reason="none_reached_the_stage",
    )
    assert (first.label, first.n, first.value, first.interval) == (None, 1, 0.0, 0.95)
    assert (first.low, first.high) == wilson_interval(0, 1)
