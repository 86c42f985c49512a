"""Intervals against published figures."""

from __future__ import annotations

import math

import pytest

from callsignals.figures.estimates import mean_interval, net_interval, wilson_interval


def test_wilson_as_in_newcombes_table():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_students_interval_of_a_mean_is_cut_at_both_ends_of_the_scale():
    # 1, 2, 3: mean 2, s 1, t(0.975, 2) = 4.302653, margin 4.302653 / sqrt(3) = 2.484138.
    assert mean_interval([1, 2, 3], -math.inf, math.inf) == pytest.approx((-0.484138, 4.484138), abs=1e-6)
    assert mean_interval([1, 2, 3], 0.0, math.inf) == pytest.approx((0.0, 4.484138), abs=1e-6)
    assert mean_interval([1, 2, 3], 1, 3) == (1, 3)
    assert mean_interval([0.5, 0.5], 0.0, 1.0) == (0.5, 0.5)


def test_promoters_less_detractors_by_the_adjusted_wald_interval():
    # 3 of 10 and 2 of 10: (3.75 - 2.75) / 13 = 1/13; variance (6.5/13 - 1/169) / 13 = 0.038006; 1.959964 * 0.194952.
    assert net_interval(3, 2, 10) == pytest.approx((0.076923 - 0.382098, 0.076923 + 0.382098), abs=2e-6)


def test_a_unanimous_net_score_is_cut_at_its_end():
    low, high = net_interval(0, 5, 5)
    # (0.75 - 5.75) / 8 = -0.625; variance (6.5 / 8 - 0.390625) / 8 = 0.052734; -0.625 + 1.959964 * 0.229640.
    assert (low, high) == (-1.0, pytest.approx(-0.174915, abs=1e-6))
    assert net_interval(5, 0, 5) == (-high, 1.0)
