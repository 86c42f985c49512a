"""Against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from callsignals.comments.calibrate import (
    apply_temperature,
    choose_threshold,
    expected_calibration_error,
    fit_temperature,
    reliability_table,
    wilson_interval,
)


def test_temperature_two_takes_square_roots() -> None:
    # sqrt(.81) : sqrt(.09) = .9 : .3 = 3 : 1
    assert apply_temperature(np.array([[0.81, 0.09]]), 2.0)[0] == pytest.approx([0.75, 0.25])


def test_temperature_one_changes_nothing() -> None:
    rows = np.array([[0.2, 0.3, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    assert apply_temperature(rows, 1.0) == pytest.approx(rows)


def test_fitted_temperature_meets_the_observed_share() -> None:
    # Ten times .9 where 3 of 4 are right: the best single figure is .75, i.e. 9^(1/T) = 3, T = 2.
    probabilities = np.tile([0.9, 0.1], (40, 1))
    truth = np.array([0] * 30 + [1] * 10)
    assert fit_temperature(probabilities, truth) == pytest.approx(2.0, abs=0.01)


def test_expected_calibration_error() -> None:
    # Bin .9-1: mean .95, 3 of 4 right -> .2 off, weight 4/6. Bin .6-.7: mean .65, 1 of 2 right -> .15 off, weight 2/6.
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.65, 0.65])
    correct = np.array([True, True, True, False, True, False])
    assert expected_calibration_error(confidence, correct) == pytest.approx(0.2 * 4 / 6 + 0.15 * 2 / 6)


def test_no_predictions_have_no_error() -> None:
    assert expected_calibration_error(np.array([]), np.array([], bool)) == 0.0


def test_reliability_table_puts_one_into_the_last_bin() -> None:
    table = reliability_table(np.array([1.0, 0.05]), np.array([True, False]))
    assert [(b.low, b.n, b.accuracy) for b in table] == [(0.0, 1, 0.0), (0.9, 1, 1.0)]


def test_threshold_is_the_lowest_with_the_wanted_precision() -> None:
    # From the top: 10 right, then wrong, right, wrong, wrong.
    # Precision after 12 = 11/12 = .917, after 13 = 11/13 = .846.
    confidence = np.linspace(0.99, 0.5, 14)
    correct = np.array([True] * 10 + [False, True, False, False])
    found = choose_threshold(confidence, correct, 0.9)
    assert found.confidence == pytest.approx(confidence[11])
    assert (found.precision, found.coverage, found.reached) == (pytest.approx(11 / 12), pytest.approx(12 / 14), True)


def test_threshold_never_parts_ties() -> None:
    confidence = np.array([0.9] * 10 + [0.8] * 4)
    correct = np.array([True] * 10 + [True, True, False, False])
    found = choose_threshold(confidence, correct, 0.9)
    assert found.confidence == pytest.approx(0.9)


def test_unreachable_precision_is_said() -> None:
    found = choose_threshold(np.linspace(0.9, 0.1, 20), np.array([False, True] * 10), 0.9)
    assert not found.reached
    assert found.precision < 0.9


def test_too_few_predictions_always_abstain() -> None:
    assert choose_threshold(np.array([0.99] * 5), np.array([True] * 5), 0.9).confidence > 1


def test_threshold_is_never_lower_than_the_least_confidence() -> None:
    """0.4 would reach precision 0.9, and coverage 0.9 would want 0.2: with a least of 0.55 it is the lowest above."""
    confidence = np.array([0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.62, 0.61, 0.6, 0.58, 0.4, 0.3, 0.2])
    correct = np.ones(13, bool)
    assert choose_threshold(confidence, correct, 0.9, least=0.55).confidence == 0.58
    correct[5:9] = False
    found = choose_threshold(confidence, correct, 0.9, coverage=0.9, least=0.55)
    assert (found.confidence, found.precision, found.reached) == (0.58, 0.6, False)
    assert choose_threshold(confidence, correct, 0.9, least=0.95).confidence > 1


def test_wilson_interval() -> None:
    # 8 of 10 at 95 %: .490 to .943 (Wilson 1927, textbook example)
    assert wilson_interval(8, 10) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))
    assert wilson_interval(0, 0) == (0.0, 1.0)
