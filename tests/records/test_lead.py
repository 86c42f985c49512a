from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from callsignals.records.lead import LeadRecord, LeadSignal, lead_phases, summarise
from callsignals.records.signal import Observation, SignalRecord, record_signal
from callsignals.vocabulary.carried import carried_definition
from callsignals.vocabulary.signal import Signal

OBSERVED = Observation("callsignals/test", "acme", "lead", settings_digest="ab" * 32, input_digest="ab" * 32)


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


def nps(value: float | None, n: int, scale: str = "nps", **changes: object) -> Signal:
    return Signal("nps", value=value, labels=(scale,), numerator=(value or 0) * n / 100, denominator=n, n=n, **changes)


def test_a_figure_joins_with_its_total_and_of_two_scales_with_the_one_of_more_answers(row):
    january = {"period_start": datetime(2026, 1, 1, tzinfo=UTC), "period_end": datetime(2026, 2, 1, tzinfo=UTC)}
    rows = [
        row(nps(20.0, 10), part="nps"),
        row(nps(-50.0, 4 * 3, "nps_1_10"), part="nps_1_10"),
        row(nps(90.0, 30), part="nps", **january),
        row(Signal.insufficient("nps", "under_5_respondents", n=40), part="other"),
        row(Signal("nps_impact", value=-3.0, label="price", labels=("price", "nps"), n=50), part="price"),
    ]
    after = lead_phases(rows)["after"]
    assert after.keys() == {"nps"}
    assert (after["nps"].value, after["nps"].n, after["nps"].pooled, after["nps"].mean) == (-50.0, 12, -50.0, None)


def test_a_figure_of_few_answers_has_no_pooled_value(row):
    assert summarise("nps", [row(nps(50.0, 4))]).pooled is None
    assert summarise("nps", [row(nps(40.0, 5))]).pooled == 40.0


def test_signals_stand_in_the_registrys_order_and_unknown_ones_after_them_by_name(row):
    def carried(name: str) -> SignalRecord:
        definition = carried_definition(name, "during", "count")
        return record_signal(Signal(name, value=3.0, status="carried"), OBSERVED, definition)

    rows = [
        carried("zeta_count"),
        carried("alpha_count"),
        row(Signal("patience_s", value=1.0)),
        row(share(0.5, 5, 10)),
    ]
    during = lead_phases(rows)["during"]
    assert list(during) == ["seller_talk_share", "patience_s", "alpha_count", "zeta_count"]
    assert (during["zeta_count"].value, during["zeta_count"].status) == (3.0, "carried")


def test_a_carried_figure_of_ours_counts_like_an_observation(row):
    both = [row(nps(None, 5, status="insufficient", reason="few")), row(nps(30.0, 200, status="carried"), call_id="x")]
    carried = lead_phases(both)["after"]["nps"]
    assert (carried.value, carried.n, carried.status) == (30.0, 1, "carried")


def test_without_a_usable_row_the_status_that_says_most_and_its_commonest_reason_stand(row):
    def failed(status: str, reason: str, call_id: str) -> SignalRecord:
        return row(Signal("patience_s", status=status, reason=reason, n=0), call_id=call_id)  # type: ignore[arg-type]

    few = [failed("insufficient", reason, str(n)) for n, reason in enumerate(("b_few", "c_none", "a_few", "c_none"))]
    alone = summarise("patience_s", few)
    assert (alone.status, alone.reason, alone.n, alone.value) == ("insufficient", "c_none", 0, None)
    assert summarise("patience_s", few[:3:2]).reason == "a_few"  # as often as b_few: by name
    assert summarise("patience_s", [*few, failed("error", "decoder_crashed", "e")]).reason == "decoder_crashed"
    assert summarise("patience_s", [failed("abstained", "not_sure", "f"), few[0]]).status == "insufficient"
    assert summarise("patience_s", [failed("abstained", "not_sure", "f")]).status == "abstained"


def test_a_pooled_share_needs_ten_seconds_in_all_and_a_row_with_half_its_parts_does_not_count(row):
    def part(numerator: float, denominator: float, call_id: str) -> SignalRecord:
        short = Signal.insufficient("seller_talk_share", "short", numerator=numerator, denominator=denominator)
        return row(short, call_id=call_id)

    assert summarise("seller_talk_share", [part(1, 4, "a"), part(2, 6, "b")]).pooled == 0.3
    assert summarise("seller_talk_share", [part(1, 4, "a"), part(2, 5.9, "b")]).pooled is None
    assert summarise("seller_talk_share", [part(4, 10, "a"), part(None, 9, "b"), part(9, None, "c")]).pooled == 0.4


def test_a_categorys_confidence_is_the_mean_of_the_rows_that_say_it(row):
    def source(label: str, confidence: float | None, day: int | None, others: tuple[str, ...] = ()) -> SignalRecord:
        signal = Signal("referral_source", label=label, labels=(label, *others), confidence=confidence)
        return row(signal, day=day, call_id=f"{label}{day}{confidence}")

    found = summarise(
        "referral_source",
        [
            source("podcast", 0.9, 1),
            source("podcast", 0.6, None),
            source("podcast", None, 2),
            source("search", 0.3, 3, ("podcast",)),
            source("search", 0.1, 4),
        ],
    )
    assert (found.label, found.n, found.latest, found.status) == ("podcast", 5, "search", "ok")
    assert found.confidence == 0.6  # (0.9 + 0.6 + 0.3) / 3
    assert found.value is None
    undated = summarise("referral_source", [source("podcast", None, None)])
    assert (undated.latest, undated.confidence) == (None, None)


def test_the_latest_of_several_categories_is_the_first_label_of_the_last_dated_row(row):
    rows = [
        row(Signal("comment_reasons", labels=("price:negative", "support:positive")), day=3, call_id="b"),
        row(Signal("comment_reasons", labels=("delivery:negative",)), day=1, call_id="a"),
        row(Signal("comment_reasons", labels=("delivery:negative",)), call_id="c"),
    ]
    assert summarise("comment_reasons", rows).latest == "price:negative"


def test_a_yes_or_no_signal_is_what_was_said_most_often_and_the_latest_on_a_tie(row):
    def said(value: float, day: int, confidence: float | None = None) -> SignalRecord:
        return row(Signal("referral_personal", value=value, confidence=confidence), day=day, call_id=str(day))

    no = summarise("referral_personal", [said(1.0, 1), said(0.0, 2, 0.8), said(0.0, 3, 0.6)])
    assert (no.value, no.latest, no.confidence, no.n) == (0.0, 0.0, 0.7, 3)
    assert summarise("referral_personal", [said(0.0, 1), said(1.0, 2)]).value == 1.0
    assert summarise("referral_personal", [said(1.0, 1), said(0.0, 2)]).value == 0.0


def test_means_and_slopes_are_rounded_to_six_decimals_and_a_flat_slope_is_plain_zero(row):
    thirds = [row(share(v, 1, 10), call_id=str(v)) for v in (0.1, 0.2, 0.2)]
    found = summarise("seller_talk_share", thirds)
    assert (found.value, found.mean, found.counts) == (0.166667, 0.166667, {})
    falling = [row(share(v, 1, 10), day=d, call_id=str(d)) for d, v in ((1, 0.7), (8, 0.5), (31, 0.4))]
    # Days from their mean: -37/3, -16/3, 53/3; values from theirs: 5/30, -1/30, -4/30. Products add up to -127/30,
    # squared days to 1478/3: -127/30 / (1478/3) * 30 = -381/1478.
    assert summarise("seller_talk_share", falling).trend == -0.257781
    flat = [row(share(0.5, 1, 10), day=d, call_id=str(d)) for d in (1, 8, 31)]
    assert str(summarise("seller_talk_share", flat).trend) == "0.0"


def test_the_ratio_stays_as_it_is_where_no_share_can_say_better(row):
    ratio = Signal("customer_seller_talk_ratio", value=4.0, numerator=80, denominator=20)
    silent = [row(ratio), row(share(0.0, 0, 100))]
    assert lead_phases(silent)["during"]["customer_seller_talk_ratio"].value == 4.0
    few = Signal.insufficient("customer_seller_talk_ratio", "few")
    assert lead_phases([row(few), row(share(0.4, 4, 10))])["during"]["customer_seller_talk_ratio"].value is None
    assert lead_phases([row(ratio)])["during"]["customer_seller_talk_ratio"].value == 4.0


@pytest.mark.parametrize("change", [{"n": -1}, {"confidence": 1.01}, {"mean": float("nan")}, {"surprise": 1}])
def test_a_leads_signal_that_cannot_be_is_refused(change):
    LeadSignal.model_validate({"n": 0, "status": "ok", "confidence": 1.0})
    with pytest.raises(ValidationError):
        LeadSignal.model_validate({"n": 0, "status": "ok", "confidence": 1.0, **change})


def test_a_lead_and_its_signals_stay_as_they_were_made(row):
    record = LeadRecord(lead_id="acme", phases=lead_phases([row(share(0.5, 5, 10))]))
    for changed in (record, record.phases["during"]["seller_talk_share"]):
        with pytest.raises(ValidationError, match="frozen"):
            changed.n = 2
