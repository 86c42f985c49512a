"""Which calls to listen to, and means with their intervals."""

from __future__ import annotations

import pytest

from callsignals.report.estimates import estimate
from callsignals.report.listen import BEST, WEAKEST, calls_to_hear
from callsignals.report.references import references
from callsignals.vocabulary.definitions import DEFINITIONS


def call(number, **values):
    return {"call_id": f"c{number}", **values}


def test_the_extreme_call_of_each_signal_is_named_with_value_and_median():
    calls = [call(n, need_uptake=value) for n, value in enumerate((0.2, 0.9, 0.4))]
    (best,) = calls_to_hear(calls, BEST)
    assert best.call["call_id"] == "c1"
    assert [(why.signal, why.end, why.value, why.median) for why in best.why] == [("need_uptake", "highest", 0.9, 0.4)]
    (weakest,) = calls_to_hear(calls, WEAKEST)
    assert weakest.call["call_id"] == "c0"


def test_a_call_named_by_more_signals_comes_first():
    calls = [
        call(0, need_uptake=0.5, longest_customer_story_s=10.0, need_term_share=0.9),
        call(1, need_uptake=0.9, longest_customer_story_s=90.0, need_term_share=0.2),
        call(2, need_uptake=0.1, longest_customer_story_s=20.0, need_term_share=0.3),
    ]
    found = calls_to_hear(calls, BEST)
    assert [(one.call["call_id"], len(one.why)) for one in found] == [("c1", 2), ("c0", 1)]


def test_two_calls_are_too_few_and_equal_calls_do_not_stand_out():
    assert calls_to_hear([call(0, need_uptake=0.1), call(1, need_uptake=0.9), call(2)], BEST) == []
    assert calls_to_hear([call(n, need_uptake=0.5) for n in range(5)], BEST) == []


def test_a_mean_has_a_students_interval_and_says_who_has_no_value():
    why = [{"signal": "seller_talk_share", "status": "insufficient", "reason": "no_times"}]
    calls = [call(n, seller_talk_share=value) for n, value in enumerate((0.4, 0.5, 0.6))]
    found = estimate("seller_talk_share", [*calls, call(4, seller_talk_share=None, without_value=why), call(5)])
    assert (found.n, found.mean, found.lowest, found.median, found.highest) == (3, pytest.approx(0.5), 0.4, 0.5, 0.6)
    assert (found.low, found.high) == (
        pytest.approx(0.2516, abs=1e-4),
        pytest.approx(0.7484, abs=1e-4),
    )  # 4.3027 * 0.1 / sqrt 3
    assert found.without == (("no_times", 1), ("not_measured", 1))


def test_one_call_has_a_mean_and_no_interval():
    found = estimate("patience_s", [call(0, patience_s=1.5)])
    assert (found.mean, found.low, found.high) == (1.5, None, None)
    assert estimate("patience_s", []).mean is None


def test_an_interval_stays_on_its_scale():
    found = estimate("seller_talk_share", [call(n, seller_talk_share=value) for n, value in enumerate((0.02, 0.98))])
    assert (found.low, found.high) == (0.0, 1.0)


def test_references_are_of_known_signals_and_have_a_source_and_notes_in_all_languages():
    assert references()["seller_talk_share"].value == 0.43
    for reference in references().values():
        assert reference.signal in DEFINITIONS
        assert reference.source
        assert reference.address
        assert set(reference.notes) == {"en", "sv", "fi"}
