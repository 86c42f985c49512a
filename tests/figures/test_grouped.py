from __future__ import annotations

from datetime import UTC, datetime

from callsignals.figures.grouped import Belonging, Subject, figures_of, subjects_of
from callsignals.figures.survey import nps_signals


def test_an_observation_belongs_to_its_lead_seller_segments_and_the_company():
    belongs = Belonging("acme", "Laura", (("country", "SE"), ("size", "small")))
    assert subjects_of(belongs) == (
        Subject("lead", "acme"),
        Subject("seller", "Laura"),
        Subject("segment", "country=SE"),
        Subject("segment", "size=small"),
        Subject("company", "company"),
    )
    assert subjects_of(Belonging("")) == (Subject("company", "company"),)


def test_totals_first_then_periods_and_undated_answers_enter_totals_only(answer):
    answers = [answer(10, day=day, belongs=Belonging("acme")) for day in (2, 3)] + [answer(1)]
    answers.append(answer(9, observed_at=datetime(2026, 2, 1, tzinfo=UTC)))
    found = list(figures_of(answers, [nps_signals], every="month", levels=("company",)))
    assert [(figure.period and figure.period.start.month, figure.signal.n) for figure in found] == [
        (None, 4),
        (1, 2),
        (2, 1),
    ]


def test_the_latest_score_is_sought_within_each_period(answer):
    answers = [
        answer(2, day=5, respondent_id="r"),
        answer(10, respondent_id="r", observed_at=datetime(2026, 2, 5, tzinfo=UTC)),
    ]
    total, january, february = figures_of(answers, [nps_signals], every="month", levels=("company",))
    assert (total.signal.numerator, january.signal.numerator, february.signal.numerator) == (1.0, -1.0, 1.0)


def test_order_does_not_matter(answer):
    answers = [answer(score, day=score + 1, belongs=Belonging(f"lead{score % 2}", "Per")) for score in range(11)]
    assert list(figures_of(answers, [nps_signals], every="week")) == list(
        figures_of(reversed(answers), [nps_signals], every="week")
    )
