"""Shares of the call: who talks, when nobody does, when both do.

S and C are the union speech seconds of seller and customer.
"""

from __future__ import annotations

from callsignals.conversation.timeline import Timeline
from callsignals.vocabulary.signal import Signal

__all__ = [
    "MINIMUM_SELLER_SPEECH_S",
    "MINIMUM_SPAN_S",
    "MINIMUM_SPEECH_S",
    "customer_seller_talk_ratio",
    "overlap_share",
    "silence_share",
    "talk_share",
]

MINIMUM_SPEECH_S = 10.0
"""S + C below this is too little for a talk share."""

MINIMUM_SELLER_SPEECH_S = 5.0
"""S below this is too little to divide by."""

MINIMUM_SPAN_S = 10.0
"""A call span below this is too little for silence and overlap shares."""


def talk_share(name: str, own_s: float, others_s: float) -> Signal:
    """Own speech seconds / speech seconds of both."""
    both_s = own_s + others_s
    if both_s < MINIMUM_SPEECH_S:
        return Signal.insufficient(name, "under_10_s_of_speech", numerator=own_s, denominator=both_s)
    return Signal(name, value=own_s / both_s, numerator=own_s, denominator=both_s)


def customer_seller_talk_ratio(seller_s: float, customer_s: float) -> Signal:
    """C / S."""
    name = "customer_seller_talk_ratio"
    if seller_s < MINIMUM_SELLER_SPEECH_S:
        return Signal.insufficient(name, "under_5_s_of_seller_speech", numerator=customer_s, denominator=seller_s)
    return Signal(name, value=customer_s / seller_s, numerator=customer_s, denominator=seller_s)


def silence_share(timeline: Timeline) -> Signal:
    """Seconds in the call span when neither speaks / call span."""
    return _of_span("silence_share", timeline.silence_s, timeline.span_s)


def overlap_share(timeline: Timeline) -> Signal:
    """Seconds in the call span when both speak / call span."""
    return _of_span("overlap_share", timeline.overlap_s, timeline.span_s)


def _of_span(name: str, part_s: float, span_s: float) -> Signal:
    if span_s < MINIMUM_SPAN_S:
        return Signal.insufficient(name, "span_under_10_s", numerator=part_s, denominator=span_s)
    return Signal(name, value=min(part_s / span_s, 1.0), numerator=part_s, denominator=span_s)
