"""Rates: questions and interruptions per hour of call, words per minute of own speech."""

from __future__ import annotations

from callsignals.vocabulary.signal import Signal, TimeSpan

__all__ = ["MINIMUM_OWN_SPEECH_S", "MINIMUM_RATE_SPAN_S", "per_hour", "words_per_minute"]

MINIMUM_RATE_SPAN_S = 60.0
"""A call span below this makes no rate."""

MINIMUM_OWN_SPEECH_S = 10.0
"""Own speech below this makes no pace."""

_HOUR_S = 3600.0
_MINUTE_S = 60.0


def per_hour(name: str, count: int, span_s: float, evidence: tuple[TimeSpan, ...] = ()) -> Signal:
    """A count x 3600 / call span."""
    if span_s < MINIMUM_RATE_SPAN_S:
        return Signal.insufficient(name, "span_under_60_s", numerator=float(count), denominator=span_s)
    return Signal(
        name,
        value=count * _HOUR_S / span_s,
        numerator=float(count),
        denominator=span_s,
        evidence=evidence,
    )


def words_per_minute(name: str, word_count: int, own_speech_s: float) -> Signal:
    """Words x 60 / own speech seconds."""
    if own_speech_s < MINIMUM_OWN_SPEECH_S:
        reason = "under_10_s_of_own_speech"
    elif not word_count:
        reason = "no_words"
    else:
        value = word_count * _MINUTE_S / own_speech_s
        return Signal(name, value=value, numerator=float(word_count), denominator=own_speech_s)
    return Signal.insufficient(name, reason, numerator=float(word_count), denominator=own_speech_s)
