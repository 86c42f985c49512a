from __future__ import annotations

import random
import statistics

import pytest

from callsignals.figures.impact import impact_signals


def by_reason(signals):
    return {signal.labels[0]: signal for signal in signals}


@pytest.fixture
def answers(answer):
    """Twelve respondents: 5 of 6 detractors and 1 of 4 promoters name the price; 2 passives name nothing."""
    priced = [answer(score, reasons=("price",)) for score in (0, 3, 5, 6, 2, 9)]
    return [*priced, answer(4), answer(10), answer(9, reasons=("support",)), answer(10), answer(7), answer(8)]


def test_impact_is_nps_of_all_less_nps_of_those_who_do_not_mention_it(answers):
    # All: 4 promoters, 6 detractors of 12: -100/6. Without mention: 3 promoters, 1 detractor of 6: 100/3.
    price = by_reason(impact_signals(answers))["price"]
    assert price.value == pytest.approx(-100 / 6 - 100 / 3)
    assert (price.label, price.labels) == ("price", ("price", "nps"))
    assert (price.numerator, price.denominator, price.n) == (6.0, 12.0, 12)
    assert price.low < price.value < price.high
    assert price.interval == 0.95


def test_four_mentions_are_too_few(answers):
    support = by_reason(impact_signals(answers))["support"]
    assert (support.value, support.label, support.reason) == (None, None, "under_5_mentions")
    assert (support.numerator, support.denominator, support.status) == (1.0, 12.0, "insufficient")


def test_five_mentions_are_enough(answer):
    # All 7 are promoters, so are the 2 that do not mention it: 100 - 100.
    (signal,) = impact_signals([answer(9, reasons=("value",) * (at < 5)) for at in range(7)])
    assert (signal.value, signal.numerator, signal.status, signal.basis) == (0.0, 5.0, "ok", "score")


def test_a_reason_that_everyone_names_cannot_be_told(answer):
    only = impact_signals([answer(9, reasons=("price",)) for _ in range(6)])
    assert [signal.reason for signal in only] == ["everyone_mentions_it"]


def test_left_out_where_nps_is_insufficient(answer):
    assert impact_signals([answer(9, reasons=("price",)) for _ in range(4)]) == []


def test_the_interval_agrees_with_resampling_people_one_by_one(answers):
    """An independent bootstrap: draw respondents with replacement, score each resample by hand."""
    rng = random.Random(7)

    def nps(people):
        marks = [1 if p.score >= 9 else -1 if p.score <= 6 else 0 for p in people]
        return 100 * statistics.fmean(marks)

    differences = []
    while len(differences) < 20_000:
        sample = rng.choices(answers, k=len(answers))
        others = [p for p in sample if "price" not in p.reasons]
        if others:
            differences.append(nps(sample) - nps(others))
    differences.sort()
    price = by_reason(impact_signals(answers))["price"]
    assert price.low == pytest.approx(differences[500], abs=4.5)
    assert price.high == pytest.approx(differences[-500], abs=4.5)


def test_same_answers_same_interval_in_any_order(answers):
    assert impact_signals(list(reversed(answers))) == impact_signals(answers)


def test_reasons_of_an_earlier_answer_do_not_count(answer):
    people = [answer(9, day=10, respondent_id=str(i)) for i in range(10)]
    earlier = [answer(1, day=1, respondent_id=str(i), reasons=("price",)) for i in range(10)]
    assert impact_signals([*earlier, *people]) == []


def test_the_scales_stay_apart(answer):
    answers = [answer(10, scale, reasons=("value",) * (i > 3)) for scale in ("nps", "nps_1_10") for i in range(12)]
    assert [signal.labels for signal in impact_signals(answers)] == [("value", "nps"), ("value", "nps_1_10")]
