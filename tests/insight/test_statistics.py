"""Effect sizes, their intervals and permutation tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from callsignals.insight.statistics import (
    cliffs_delta,
    compare_samples,
    delta_interval,
    false_discovery,
    hedges_g,
)

SAMPLE = st.lists(st.integers(-20, 20), min_size=3, max_size=12)


def test_cliffs_delta_by_hand():
    # Pairs: 3 > 1, 3 > 2, 3 = 3, 4 > 1, 4 > 2, 4 > 3: 5 above, none below, of 6
    assert cliffs_delta([3, 4], [1, 2, 3]) == pytest.approx(5 / 6)
    assert cliffs_delta([1, 2], [3, 4]) == -1


@given(first=SAMPLE, second=SAMPLE)
def test_cliffs_delta_counts_pairs_and_is_mann_whitneys_u(first, second):
    pairs = sum((x > y) - (x < y) for x in first for y in second)
    assert cliffs_delta(first, second) == pytest.approx(pairs / (len(first) * len(second)))
    u = stats.mannwhitneyu(first, second, method="asymptotic").statistic
    assert cliffs_delta(first, second) == pytest.approx(2 * u / (len(first) * len(second)) - 1)
    assert cliffs_delta(second, first) == pytest.approx(-cliffs_delta(first, second))


def test_hedges_g_by_hand():
    # Means 4 and 2, both variances 1, 4 degrees of freedom: d = 2, J = gamma(2) / (sqrt(2) gamma(1.5)) = 0.7979
    assert hedges_g([3, 4, 5], [1, 2, 3]) == pytest.approx(2 * math.gamma(2) / (math.sqrt(2) * math.gamma(1.5)))
    assert hedges_g([1, 1, 1], [1, 1, 1]) is None


@given(first=SAMPLE, second=SAMPLE)
@settings(max_examples=30, deadline=None)
def test_the_interval_holds_the_estimate_and_changes_sign_with_the_sides(first, second):
    low, high = delta_interval(np.array(first, float), np.array(second, float))
    assert -1 <= low <= cliffs_delta(first, second) <= high <= 1


def test_same_samples_same_figures():
    first, second = [0.1, 0.4, 0.2, 0.9, 0.5], [0.3, 0.8, 0.7, 0.95]
    assert compare_samples(first, second) == compare_samples(first, second)


def test_permutations_of_few_values_are_counted_one_by_one():
    # All of three above all of three: 2 of the 20 ways to deal them are as far apart.
    assert compare_samples([4, 5, 6], [1, 2, 3]).p == pytest.approx(2 / 20)


def test_the_permutation_test_agrees_with_mann_whitneys():
    generator = np.random.default_rng(3)
    first, second = generator.normal(0.5, 1, 40), generator.normal(0, 1, 50)
    expected = stats.mannwhitneyu(first, second, method="asymptotic").pvalue
    assert compare_samples(list(first), list(second)).p == pytest.approx(expected, abs=0.015)


def test_false_discovery_by_hand():
    # Benjamini and Hochberg: p x m / rank, made monotone from the largest down
    assert false_discovery([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert false_discovery([]) == []


@pytest.mark.parametrize("draw", ["normal", "log-normal"])
def test_the_interval_covers_a_known_effect(draw):
    """300 simulations; ``benchmarks/insight/compare_coverage.py`` does 1,000 of many kinds."""
    generator = np.random.default_rng(8)
    truth = 2 * stats.norm.cdf(0.6 / math.sqrt(2)) - 1
    hits = 0
    for _ in range(300):
        first, second = generator.normal(0.6, 1, 15), generator.normal(0, 1, 20)
        if draw == "log-normal":
            first, second = np.exp(first), np.exp(second)
        low, high = delta_interval(first, second)
        hits += low <= truth <= high
    assert 0.92 <= hits / 300 <= 0.985


def test_without_an_effect_hardly_anything_is_flagged():
    generator = np.random.default_rng(9)
    runs = [
        false_discovery([compare_samples(*generator.exponential(1, (2, 12)).tolist()).p for _ in range(10)])
        for _ in range(20)
    ]
    assert sum(q < 0.05 for run in runs for q in run) <= 10  # of 200
