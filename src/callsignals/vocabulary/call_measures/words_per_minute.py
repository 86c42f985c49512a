"""How fast each party speaks."""

from __future__ import annotations

from functools import partial

from callsignals.vocabulary.call_measure import CallMeasure, CallParty, SpokenCall
from callsignals.vocabulary.definition import Definition
from callsignals.vocabulary.signal import Signal

__all__ = ["MEASURES", "MINIMUM_OWN_SPEECH_S", "words_per_minute"]

MINIMUM_OWN_SPEECH_S = 10.0
"""Own speech below this makes no pace."""

_MINUTE_S = 60.0


def words_per_minute(call: SpokenCall, party: CallParty) -> Signal:
    """Words x 60 / own speech seconds."""
    name = f"{party}_words_per_minute"
    words, own_s = float(call.word_count[party]), call.speech_s[party]
    if own_s < MINIMUM_OWN_SPEECH_S:
        return Signal.insufficient(name, "under_10_s_of_own_speech", numerator=words, denominator=own_s)
    if not words:
        return Signal.insufficient(name, "no_words", numerator=words, denominator=own_s)
    return Signal(name, value=words * _MINUTE_S / own_s, numerator=words, denominator=own_s)


def _measure(party: CallParty, names: dict[str, str], formulas: dict[str, str]) -> CallMeasure:
    return CallMeasure(
        Definition(
            f"{party}_words_per_minute",
            "during",
            "words/min",
            f"words by the {party} x 60 / own speech seconds",
            "own speech < 10 s; roles unknown",
            scale=_MINUTE_S,
            minimum_denominator=MINIMUM_OWN_SPEECH_S,
        ),
        partial(words_per_minute, party=party),
        names,
        formulas,
        "Finnish packs into one word what English says in three: compare within a language only. Words that the "
        "recogniser missed are missing here.",
        needs=frozenset({"roles"}),
        counts_without_times=True,
    )


MEASURES = (
    _measure(
        "seller",
        {"en": "Seller's pace", "sv": "Säljarens taltempo", "fi": "Myyjän puhenopeus"},
        {"sv": "säljarens ord x 60 / egna talsekunder", "fi": "myyjän sanat x 60 / omat puhesekunnit"},
    ),
    _measure(
        "customer",
        {"en": "Customer's pace", "sv": "Kundens taltempo", "fi": "Asiakkaan puhenopeus"},
        {"sv": "kundens ord x 60 / egna talsekunder", "fi": "asiakkaan sanat x 60 / omat puhesekunnit"},
    ),
)
