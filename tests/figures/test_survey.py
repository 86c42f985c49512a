from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.figures.grouped import Belonging
from callsignals.figures.survey import SurveyAnswer, ces_signals, csat_signals, latest_answers, nps_signals


def only(signals):
    assert len(signals) == 1
    return signals[0]


def test_nps_is_promoters_less_detractors_over_respondents(answer):
    # 6 promoters, 3 passives, 1 detractor. Adjusted Wald by hand: n 13, 6.75/13 and 1.75/13, centre 5/13,
    # variance 8.5/13 - 25/169 = 85.5/169, standard error sqrt(85.5/169/13) = 0.197273, margin 0.386649.
    signal = only(nps_signals([answer(score) for score in (9, 9, 10, 10, 9, 10, 7, 8, 8, 6)]))
    assert (signal.name, signal.value, signal.status) == ("nps", 50.0, "ok")
    assert (signal.numerator, signal.denominator, signal.n) == (5.0, 10.0, 10)
    assert signal.low == pytest.approx(-0.2034, abs=1e-3)
    assert signal.high == pytest.approx(77.1264, abs=1e-3)
    assert (signal.interval, signal.basis, signal.labels) == (0.95, "score", ("nps",))


def test_a_unanimous_group_still_has_an_interval(answer):
    signal = only(nps_signals([answer(10) for _ in range(5)]))
    assert signal.value == signal.high == 100.0
    assert signal.low < 50.0


def test_four_respondents_are_too_few_but_keep_their_parts(answer):
    signal = only(nps_signals([answer(10), answer(9), answer(3), answer(8)]))
    assert (signal.value, signal.status, signal.reason) == (None, "insufficient", "under_5_respondents")
    assert (signal.numerator, signal.denominator, signal.n) == (1.0, 4.0, 4)
    assert signal.low is signal.high is signal.interval is None


def test_the_scales_from_0_and_from_1_stay_apart(answer):
    answers = [answer(10) for _ in range(5)] + [answer(2, "nps_1_10") for _ in range(6)] + [answer(5, "csat5")]
    first, second = nps_signals(answers)
    assert (first.labels, first.value, first.n) == (("nps",), 100.0, 5)
    assert (second.labels, second.value, second.n) == (("nps_1_10",), -100.0, 6)


def test_the_latest_score_of_a_respondent_counts(answer):
    others = [answer(10) for _ in range(4)]
    changed_mind = [answer(2, day=20, respondent_id="r"), answer(9, day=3, respondent_id="r")]
    undated = answer(9, respondent_id="r")
    assert only(nps_signals([*others, *changed_mind, undated])).value == 60.0


def test_without_respondents_a_lead_is_one_and_without_leads_an_answer_is_one(answer):
    of_lead = [answer(10, day=day, respondent_id=None) for day in range(1, 8)]
    assert only(nps_signals(of_lead)).n == 1
    of_nobody = [answer(10, respondent_id=None, belongs=Belonging("")) for _ in range(7)]
    assert only(nps_signals(of_nobody)).n == 7


def test_csat_is_the_share_of_4_and_5(answer):
    signal = only(csat_signals([answer(score, "csat5") for score in (5, 4, 4, 5, 5, 4, 5, 4, 3, 1)]))
    assert (signal.value, signal.numerator, signal.denominator, signal.n) == (0.8, 8.0, 10.0, 10)
    assert (signal.name, signal.labels, signal.basis) == ("csat_share", ("csat5",), "score")
    # Wilson for 8 of 10, as published tables have it.
    assert (signal.low, signal.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_every_csat_answer_counts_also_of_one_respondent(answer):
    assert only(csat_signals([answer(4, "csat5", respondent_id="r") for _ in range(5)])).n == 5


def test_ces_mean_and_the_share_of_the_two_easiest(answer):
    mean, easy = ces_signals([answer(score, "ces5") for score in (5, 4, 4, 3, 4)])
    assert (mean.name, mean.value, mean.numerator, mean.denominator) == ("ces_mean", 4.0, 20.0, 5.0)
    # s = sqrt(1/2), t(0.975, 4) = 2.776445: 4 -+ 2.776445 * 0.707107 / 2.236068
    assert (mean.low, mean.high) == (pytest.approx(3.12201, abs=1e-4), pytest.approx(4.87799, abs=1e-4))
    assert (easy.name, easy.value, easy.numerator) == ("ces_easy_share", 0.8, 4.0)


def test_effort_scales_are_mirrored_and_join_their_length(answer):
    as_ease = [answer(score, "ces7") for score in (7, 6, 2)]
    as_effort = [answer(score, "ces7_effort") for score in (1, 7)]  # eased: 7 and 1
    mean, easy = ces_signals([*as_ease, *as_effort, answer(3, "ces5")])[2:]
    assert mean.labels == ("ces7",)
    assert mean.value == pytest.approx((7 + 6 + 2 + 7 + 1) / 5)
    assert easy.value == pytest.approx(3 / 5)


def test_the_longer_scale_alone_has_its_figures_too(answer):
    mean, easy = ces_signals([answer(score, "ces7") for score in (7, 6, 6, 5, 1)])
    assert (mean.labels, mean.value, easy.value) == (("ces7",), 5.0, 0.6)


def test_an_interval_of_a_mean_stays_on_the_scale(answer):
    mean = ces_signals([answer(score, "ces5") for score in (5, 5, 5, 5, 1)])[0]
    assert mean.high == 5.0


def test_too_few_csat_and_ces_answers(answer):
    for signal in (*csat_signals([answer(5, "csat5")]), *ces_signals([answer(5, "ces5")])):
        assert (signal.value, signal.status, signal.reason) == (None, "insufficient", "under_5_answers")
        assert (signal.denominator, signal.n) == (1.0, 1)
        assert signal.numerator is not None


def test_no_answers_no_figures():
    assert nps_signals([]) == csat_signals([]) == ces_signals([]) == []


SCORES = st.lists(
    st.tuples(st.integers(0, 10), st.integers(0, 5), st.one_of(st.none(), st.integers(1, 28))), min_size=1, max_size=30
)


@given(SCORES, st.integers(0, 1000))
def test_order_does_not_matter_and_a_respondent_counts_once(rows, seed):
    answers = [
        SurveyAnswer(
            f"c{index}",
            Belonging("lead"),
            score,
            "nps",
            datetime(2026, 2, day, tzinfo=UTC) if day else None,
            f"r{respondent}",
        )
        for index, (score, respondent, day) in enumerate(rows)
    ]
    shuffled = list(answers)
    random.Random(seed).shuffle(shuffled)
    assert nps_signals(shuffled) == nps_signals(answers)
    assert len(latest_answers(answers)) == len({respondent for _, respondent, _ in rows})
    signal = only(nps_signals(answers))
    if signal.value is not None:
        assert -100 <= signal.low <= signal.value <= signal.high <= 100
        # A later row of the same person with the same score changes nothing.
        assert nps_signals([*answers, *latest_answers(answers)])[0].value == signal.value
