"""Figures of one signal over a group's observations, by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.figures.means import Cells, definition_of, observed_signals, talk_ratio
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.signal import Signal


def measured(name: str, *rows: tuple[float, float, float] | tuple[float] | str | None) -> list[Signal]:
    """The figures of rows: a label, or value, numerator and denominator."""
    full = [(row, None, None, None) if isinstance(row, str | None) else (None, *row, None, None) for row in rows]
    labels, values, numerators, denominators = ([row[at] for row in full] for at in range(4))
    return observed_signals(name, DEFINITIONS[name], Cells(values, labels, numerators, denominators))


def test_shares_are_averaged_over_calls_and_not_over_seconds():
    # A long call with 0.2 and a short one with 0.8: 0.5, not 0.26; the seconds stand beside it.
    mean, _ = measured("seller_talk_share", (0.2, 200, 1000), (0.8, 80, 100))
    assert (mean.value, mean.n, mean.numerator, mean.denominator) == (0.5, 2, 280.0, 1100.0)
    assert (mean.low, mean.high) == (0.0, 1.0)  # Student's t with one degree of freedom reaches over both ends


def test_the_interval_of_a_mean_is_students():
    mean, _ = measured("seller_talk_share", *((value,) for value in (0.3, 0.4, 0.5, 0.6, 0.7)))
    margin = 2.776445 * math.sqrt(0.025) / math.sqrt(5)  # t(0.975, 4); the variance is 0.1 / 4
    assert mean.value == pytest.approx(0.5)
    assert (mean.low, mean.high) == pytest.approx((0.5 - margin, 0.5 + margin), abs=1e-6)


def test_one_call_has_a_mean_and_no_interval():
    (mean,) = measured("need_term_share", (0.4, 4, 10))
    assert (mean.value, mean.n, mean.low, mean.high, mean.interval) == (0.4, 1, None, None, None)


def test_the_talk_ratio_follows_from_the_mean_share():
    share, ratio = measured("seller_talk_share", (0.4, 40, 100), (0.4, 40, 100))
    assert (share.name, ratio.name) == ("seller_talk_share", "customer_seller_talk_ratio")
    assert ratio.value == pytest.approx(1.5)
    assert (ratio.numerator, ratio.denominator) == (120.0, 80.0)
    assert measured("customer_seller_talk_ratio", (9.0,)) == []  # a mean of ratios means nothing


def test_yes_or_no_signals_are_shares_with_wilsons_interval():
    # 3 of 4: centre (3 + z2 / 2) / (4 + z2), half width z sqrt(3/4 x 1/4 / 4 + z2 / 64) / (1 + z2 / 4), z2 = 3.8415.
    (share,) = measured("referral_personal", (1.0,), (1.0,), (1.0,), (0.0,))
    assert (share.value, share.numerator, share.denominator) == (0.75, 3.0, 4.0)
    assert (share.low, share.high) == pytest.approx((0.30064, 0.95441), abs=1e-4)


def test_categories_become_a_share_for_each_label():
    event, podcast = measured("referral_source", "podcast", "podcast", "event", None)
    assert (event.label, podcast.label) == ("event", "podcast")
    assert (podcast.numerator, podcast.denominator) == (2.0, 3.0)
    assert podcast.value == pytest.approx(2 / 3)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.randoms())
def test_a_mean_lies_in_its_interval_whatever_the_order(values, chance):
    (mean,) = measured("need_uptake", *((value,) for value in values))
    assert 0 <= mean.low <= mean.value + 1e-9
    assert mean.value - 1e-9 <= mean.high <= 1
    chance.shuffle(values)
    assert measured("need_uptake", *((value,) for value in values)) == [mean]


def test_the_talk_ratios_interval_is_that_of_the_share_turned_over():
    share, ratio = measured("seller_talk_share", *((value,) for value in (0.3, 0.4, 0.5, 0.6, 0.7)))
    assert (ratio.low, ratio.high) == pytest.approx((1 / share.high - 1, 1 / share.low - 1))
    assert ratio.low < ratio.value < ratio.high
    assert (ratio.n, ratio.interval, ratio.numerator, ratio.denominator) == (5, 0.95, None, None)


def test_a_talk_ratio_has_no_interval_where_the_seller_may_not_have_spoken():
    share, ratio = measured("seller_talk_share", (0.1,), (0.9,))
    assert (share.low, share.interval) == (0.0, 0.95)
    assert (ratio.value, ratio.low, ratio.high, ratio.interval) == (pytest.approx(1.0), 0.0, None, None)
    (alone,) = measured("seller_talk_share", (0.0,))
    assert alone.value == 0.0
    assert talk_ratio(measured("need_uptake", (0.4,))[0]) is None
    one = measured("seller_talk_share", (0.8, 8, 10))[1]
    assert (one.value, one.low, one.high, one.interval) == (pytest.approx(0.25), None, None, None)
    assert (one.numerator, one.denominator) == (2.0, 8.0)


def test_only_rows_with_both_parts_are_summed():
    mean, _ = measured("seller_talk_share", (0.2, 2, 10), (0.4, 4, None), (0.6, None, 10))
    assert (mean.numerator, mean.denominator, mean.n) == (2.0, 10.0, 3)
    none, _ = measured("seller_talk_share", (0.2,), (0.4,))
    assert (none.numerator, none.denominator) == (None, None)


def test_a_mean_of_seconds_has_no_upper_end_and_one_of_points_no_lower():
    (seconds,) = measured("patience_s", (1.0,), (9.0,))
    assert seconds.low == 0.0
    assert seconds.high == pytest.approx(5 + 12.7062 * 4, abs=1e-3)  # t(0.975, 1) = 12.7062; s / sqrt(2) = 4
    (points,) = measured("nps", (-10.0,), (-30.0,))
    assert (points.low, points.high) == pytest.approx((-20 - 127.062, -20 + 127.062), abs=1e-2)
    (shares,) = measured("need_uptake", (0.0,), (1.0,))
    assert (shares.low, shares.high) == (0.0, 1.0)


def test_a_share_of_observations_says_how_many_it_rests_on():
    (share,) = measured("referral_personal", (0.0,), (0.0,))
    assert (share.value, share.n, share.interval, share.status) == (0.0, 2, 0.95, "ok")
    event, podcast = measured("referral_source", "podcast", "podcast", "event", None)
    assert (event.n, podcast.n) == (3, 3)
    assert measured("referral_personal") == measured("referral_source", None) == []


def test_several_categories_are_counted_by_their_label():
    (price,) = measured("comment_reasons", "price:negative", None)
    assert (price.label, price.value) == ("price:negative", 1.0)


def test_a_signal_from_elsewhere_is_defined_by_its_rows_and_ours_in_their_phase():
    ours = definition_of("nps", "before", "elsewhere")
    assert (ours.phase, ours.unit, ours.name) == ("before", "points", "nps")
    unknown = definition_of("coffee_count", "during", "count")
    assert (unknown.name, unknown.phase, unknown.unit, unknown.averaged) == ("coffee_count", "during", "count", True)
