"""Weighted log-odds and collocations against the published formulas."""

from __future__ import annotations

import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from callsignals.language.keyness import associated, informative_prior, log_likelihood, log_odds_z
from support import ROOT

COUNTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=30)


def fighting_words(count_matrix, priors):
    """The loop of ConvoKit's ``FightingWords`` (Monroe, Colaresi and Quinn 2008, equations 15, 19, 20 and 22)."""
    z_scores = []
    a0 = sum(priors)
    n1, n2 = sum(count_matrix[0]), sum(count_matrix[1])
    for i, prior in enumerate(priors):
        term1 = math.log((count_matrix[0][i] + prior) / ((n1 + a0) - count_matrix[0][i] - prior))
        term2 = math.log((count_matrix[1][i] + prior) / ((n2 + a0) - count_matrix[1][i] - prior))
        var = 1 / (count_matrix[0][i] + prior) + 1 / (count_matrix[1][i] + prior)
        z_scores.append((term1 - term2) / math.sqrt(var))
    return z_scores


def test_two_words_by_hand():
    # delta = ln(4 / 2) - ln(2 / 4) = ln 4, variance 1/4 + 1/2
    z = log_odds_z([3, 1], [1, 3], 1.0)
    assert z == pytest.approx([math.log(4) / math.sqrt(0.75), -math.log(4) / math.sqrt(0.75)])


@given(counts=COUNTS, prior=st.floats(0.01, 50))
def test_the_published_formula_with_one_prior_for_all(counts, prior):
    first, second = zip(*counts, strict=True)
    expected = fighting_words((first, second), [prior] * len(counts))
    assert log_odds_z(first, second, prior) == pytest.approx(expected, abs=1e-9)


def test_real_chats_with_the_informative_prior():
    """Persuaders against persuaded in three chats of PersuasionForGood, counts and prior made here once more."""
    sides = {"seller": Counter(), "customer": Counter()}
    for name in ("donor", "sceptic", "turkey"):
        path = ROOT / "tests" / "language" / "marked" / f"en_charity_{name}.json"
        for party, line in json.loads(path.read_text(encoding="utf-8"))["turns"]:
            sides[party].update(line.casefold().split())
    words = sorted(sides["seller"] | sides["customer"])
    assert len(words) > 300
    customer = [sides["customer"][word] for word in words]
    seller = [sides["seller"][word] for word in words]
    total = sum(customer) + sum(seller)
    prior = [500 * (a + b) / total for a, b in zip(customer, seller, strict=True)]
    ours = log_odds_z(customer, seller, informative_prior(customer, seller))
    assert np.abs(ours - fighting_words((customer, seller), prior)).max() < 1e-6
    assert ours[words.index("donate")] < 0


@given(counts=COUNTS)
def test_changing_sides_changes_the_sign(counts):
    first, second = zip(*counts, strict=True)
    assert log_odds_z(first, second, 0.5) == pytest.approx(-log_odds_z(second, first, 0.5), abs=1e-9)


def test_log_likelihood_by_hand():
    # Both words always together, 10 times in 100: 2 (10 ln 10 + 90 ln(100 / 90))
    assert log_likelihood(10, 10, 10, 100) == pytest.approx(2 * (10 * math.log(10) + 90 * math.log(100 / 90)))
    assert log_likelihood(1, 10, 10, 100) == 0  # as often as chance has it
    assert log_likelihood(0, 10, 10, 100) == 0


def test_a_phrase_is_one_when_its_words_stand_together_more_than_by_chance():
    counts = Counter(
        {("data",): 10, ("entry",): 10, ("data", "entry"): 9, ("big",): 30, ("day",): 30, ("big", "day"): 3}
    )
    assert associated(("data", "entry"), counts, 300)
    assert not associated(("big", "day"), counts, 300)


def test_the_bound_of_a_collocation_is_one_in_a_thousand() -> None:
    """10.83: chi-squared of one degree of freedom at p = 0.001. Just under it is no phrase, just over it is."""
    found = {}
    for total in range(300, 900):
        counts = Counter({("data",): 6, ("entry",): 6, ("data", "entry"): 2})
        value = log_likelihood(2, 6, 6, total)
        if 9.83 <= value <= 11.83:
            found[value] = associated(("data", "entry"), counts, total)
    assert min(found) < 10.8 < 10.86 < max(found)
    assert {value for value, is_phrase in found.items() if is_phrase} == {value for value in found if value >= 10.83}


@pytest.mark.parametrize(("together", "expected"), [(12, False), (13, True)])
def test_a_collocation_from_a_chance_of_one_in_a_thousand(together, expected):
    """Chi-square's 99.9th percentile at one degree of freedom, 10.83, lies between 8.96 and 11.35."""
    ratio = log_likelihood(together, 70, 70, 1_000)
    assert bool(ratio >= stats.chi2.ppf(0.999, 1)) is expected
    assert associated(("a", "b"), {("a", "b"): together, ("a",): 70, ("b",): 70}, 1_000) is expected
