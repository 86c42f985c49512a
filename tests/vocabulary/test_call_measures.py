"""Signals that are one module each."""

from __future__ import annotations

import pytest

from callsignals.vocabulary.call_measure import SpokenCall
from callsignals.vocabulary.call_measures import CALL_MEASURES
from callsignals.vocabulary.call_measures.words_per_minute import words_per_minute
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS
from callsignals.vocabulary.spoken import LANGUAGES

SILENT = SpokenCall(None, 0.0, {"seller": 0.0, "customer": 0.0}, {"seller": 0, "customer": 0}, (), ())


def spoken(words: int, own_s: float) -> SpokenCall:
    return SpokenCall("en", 60.0, {"seller": own_s, "customer": 1.0}, {"seller": words, "customer": 1}, (), ())


@pytest.mark.parametrize("name", CALL_MEASURES)
def test_every_measure_is_registered_named_in_three_languages_and_says_nothing_of_a_silent_call(name):
    measure = CALL_MEASURES[name]
    assert CONVERSATION_SIGNALS[name] is measure.definition
    assert measure.names.keys() == set(LANGUAGES)
    assert measure.formulas.keys() == set(LANGUAGES) - {"en"}
    assert measure.pitfall.endswith(".")
    signal = measure.measure(SILENT)
    assert (signal.name, signal.status, signal.value) == (name, "insufficient", None)


def test_pace_is_words_by_minutes_of_own_speech():
    assert words_per_minute(spoken(40, 20.0), "seller").value == 120.0
    assert words_per_minute(spoken(40, 10.0), "seller").value == 240.0


def test_pace_needs_ten_seconds_and_words_and_keeps_its_parts():
    short = words_per_minute(spoken(40, 9.9), "seller")
    assert (short.value, short.reason, short.numerator, short.denominator) == (
        None,
        "under_10_s_of_own_speech",
        40.0,
        9.9,
    )
    assert words_per_minute(spoken(0, 20.0), "seller").reason == "no_words"
