from __future__ import annotations

import json

import pytest

from callsignals.records.lead import LeadRecord, lead_phases, summarise
from callsignals.vocabulary.signal import Signal


def share(value: float, numerator: float, denominator: float) -> Signal:
    return Signal("seller_talk_share", value=value, numerator=numerator, denominator=denominator)


def test_mean_is_of_shares_and_pooled_is_of_seconds(row):
    # By hand: mean (0.2 + 0.6) / 2 = 0.4; pooled (20 + 180) / (100 + 300) = 0.5.
    signal = summarise(
        "seller_talk_share",
        [row(share(0.2, 20, 100), day=1, call_id="a"), row(share(0.6, 180, 300), day=2, call_id="b")],
    )
    assert (signal.value, signal.mean, signal.pooled, signal.n) == (0.4, 0.4, 0.5, 2)
    assert signal.latest == 0.6


def test_insufficient_rows_keep_their_parts_in_the_pool_but_not_in_the_mean(row):
    short = Signal.insufficient("seller_talk_share", "under_10_s_of_speech", numerator=4, denominator=8)
    signal = summarise("seller_talk_share", [row(share(0.25, 25, 100), call_id="a"), row(short, call_id="b")])
    assert signal.mean == 0.25
    assert signal.n == 1
    assert signal.pooled == pytest.approx(29 / 108, abs=1e-6)


def test_pooled_is_null_under_the_signals_minimum_and_given_once_it_is_reached(row):
    part = Signal.insufficient("seller_talk_share", "under_10_s_of_speech", numerator=3, denominator=6)
    once = summarise("seller_talk_share", [row(part, call_id="a")])
    assert (once.pooled, once.value, once.status, once.reason) == (
        None,
        None,
        "insufficient",
        "under_10_s_of_speech",
    )
    twice = summarise("seller_talk_share", [row(part, call_id="a"), row(part, call_id="b")])
    assert (twice.pooled, twice.value, twice.n) == (0.5, None, 0)


def test_rates_pool_with_their_scale(row):
    # 6 floor changes in 120 s and 2 in 120 s: 8 x 300 / 240 = 10 per 5 min.
    rows = [
        row(Signal("interactivity_per_5min", value=15, numerator=6, denominator=120), call_id="a"),
        row(Signal("interactivity_per_5min", value=5, numerator=2, denominator=120), call_id="b"),
    ]
    assert summarise("interactivity_per_5min", rows).pooled == 10


def test_talk_about_needs_pools_from_twenty_sentences_on(row):
    short = Signal.insufficient("need_talk_share", "under_20_sentences", numerator=10, denominator=50, n=12)
    assert summarise("need_talk_share", [row(short, call_id="a")]).pooled is None
    both = [row(short, call_id="a"), row(short, call_id="b")]
    assert summarise("need_talk_share", both).pooled == 0.2


def test_medians_are_not_pooled(row):
    assert summarise("patience_s", [row(Signal("patience_s", value=0.4, n=5))]).pooled is None


def test_the_ratio_over_several_calls_comes_from_the_mean_share(row):
    rows = [
        row(share(0.2, 20, 100), call_id="a"),
        row(share(0.6, 60, 100), call_id="b"),
        row(Signal("customer_seller_talk_ratio", value=4.0, numerator=80, denominator=20), call_id="a"),
        row(Signal("customer_seller_talk_ratio", value=40 / 60, numerator=40, denominator=60), call_id="b"),
    ]
    ratio = lead_phases(rows)["during"]["customer_seller_talk_ratio"]
    assert ratio.value == 1.5  # (1 - 0.4) / 0.4, not the mean 2.33 of the ratios
    assert ratio.mean is None


def test_trend_is_the_slope_per_30_days_and_needs_three_dated_observations(row):
    rows = [row(share(v, 1, 10), day=d, call_id=str(d)) for d, v in ((1, 0.1), (11, 0.2), (21, 0.3))]
    assert summarise("seller_talk_share", rows).trend == pytest.approx(0.3)
    assert summarise("seller_talk_share", rows[:2]).trend is None
    undated = [row(share(0.2, 1, 10), call_id=str(n)) for n in range(4)]
    assert summarise("seller_talk_share", undated).trend is None
    assert summarise("seller_talk_share", undated).latest is None
    same_day = [row(share(v, 1, 10), day=5, call_id=str(v)) for v in (0.1, 0.2, 0.3)]
    assert summarise("seller_talk_share", same_day).trend is None


def test_a_category_is_the_most_frequent_and_the_latest_on_a_tie(row):
    def source(label: str, day: int) -> object:
        return row(
            Signal("referral_source", label=label, labels=(label,), confidence=0.8),
            day=day,
            call_id=f"{label}{day}",
        )

    most = summarise("referral_source", [source("podcast", 1), source("search", 3), source("podcast", 2)])
    assert (most.label, most.latest, most.counts) == ("podcast", "search", {"podcast": 2, "search": 1})
    tie = summarise("referral_source", [source("search", 3), source("podcast", 1)])
    assert tie.label == "search"
    assert tie.confidence == 0.8


def test_reasons_are_counted_each(row):
    signal = summarise(
        "comment_reasons",
        [
            row(Signal("comment_reasons", labels=("price:negative", "support:positive")), call_id="a"),
            row(Signal("comment_reasons", labels=("price:negative",)), call_id="b"),
        ],
    )
    assert signal.counts == {"price:negative": 2, "support:positive": 1}
    assert signal.label == "price:negative"


def test_booleans_count_true_and_false(row):
    rows = [row(Signal("referral_personal", value=v), day=d, call_id=str(d)) for d, v in ((1, 1.0), (2, 0.0), (3, 1.0))]
    signal = summarise("referral_personal", rows)
    assert (signal.value, signal.counts) == (1.0, {"false": 1, "true": 2})


def test_a_phase_without_data_is_empty_and_headline_fields_exclude_each_other(row):
    phases = lead_phases([row(Signal("referral_source", label="event", labels=("event",))), row(share(0.5, 5, 10))])
    record = LeadRecord(lead_id="acme", phases=phases)
    dumped = json.loads(record.model_dump_json())
    assert dumped["phases"]["after"] == {}
    assert "value" not in dumped["phases"]["before"]["referral_source"]
    assert "label" not in dumped["phases"]["during"]["seller_talk_share"]
    assert LeadRecord.model_validate(dumped) == record


def test_the_order_of_rows_does_not_matter(row):
    rows = [row(share(v, 1, 10), day=d, call_id=str(d)) for d, v in ((1, 0.1), (11, 0.5), (21, 0.3))]
    assert summarise("seller_talk_share", rows) == summarise("seller_talk_share", rows[::-1])
