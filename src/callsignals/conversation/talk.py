"""Shares of the call: who talks, when nobody does, when both do.

S and C are the union speech seconds of seller and customer.
"""

from __future__ import annotations

from dataclasses import replace

from callsignals.conversation.timeline import Timeline
from callsignals.vocabulary.signal import Signal

__all__ = [
    "INTERVAL",
    "MINIMUM_SELLER_SPEECH_S",
    "MINIMUM_SPAN_S",
    "MINIMUM_SPEECH_S",
    "customer_seller_talk_ratio",
    "overlap_share",
    "silence_share",
    "talk_share",
]

INTERVAL = 0.9
"""Level of the interval that a half-width spans."""

MINIMUM_SPEECH_S = 10.0
"""S + C below this is too little for a talk share."""

MINIMUM_SELLER_SPEECH_S = 5.0
"""S below this is too little to divide by."""

MINIMUM_SPAN_S = 10.0
"""A call span below this is too little for silence and overlap shares."""


def talk_share(name: str, own_s: float, others_s: float, *, half_width: float | None = None) -> Signal:
    """Own speech seconds / speech seconds of both.

    Args:
        name: which party's.
        own_s: speech seconds of that party.
        others_s: of the other.
        half_width: of the share's 90 % interval, where voices in one channel were told apart; the same for both.
    """
    both_s = own_s + others_s
    if both_s < MINIMUM_SPEECH_S:
        return Signal.insufficient(name, "under_10_s_of_speech", numerator=own_s, denominator=both_s)
    share = Signal(name, value=own_s / both_s, numerator=own_s, denominator=both_s)
    if half_width is None:
        return share
    low, high = _share_bounds(own_s / both_s, half_width)
    return replace(share, low=low, high=high, interval=INTERVAL)


def _share_bounds(share: float, half_width: float) -> tuple[float, float]:
    return max(0.0, share - half_width), min(1.0, share + half_width)


def customer_seller_talk_ratio(seller_s: float, customer_s: float, *, half_width: float | None = None) -> Signal:
    """C / S.

    Args:
        seller_s: speech seconds of the seller.
        customer_s: of the customer.
        half_width: of the seller's share, as in :func:`talk_share`. C / S = 1 / share - 1; no interval where the
            seller may not have spoken at all.
    """
    name = "customer_seller_talk_ratio"
    if seller_s < MINIMUM_SELLER_SPEECH_S:
        return Signal.insufficient(name, "under_5_s_of_seller_speech", numerator=customer_s, denominator=seller_s)
    ratio = Signal(name, value=customer_s / seller_s, numerator=customer_s, denominator=seller_s)
    if half_width is None:
        return ratio
    least, most = _share_bounds(seller_s / (seller_s + customer_s), half_width)
    if least <= 0.0:
        return ratio
    return replace(ratio, low=1 / most - 1, high=1 / least - 1, interval=INTERVAL)


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
