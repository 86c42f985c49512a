"""Rates: questions and interruptions per hour of call."""

from __future__ import annotations

from callsignals.vocabulary.signal import Signal, TimeSpan

__all__ = ["MINIMUM_RATE_SPAN_S", "per_hour"]

MINIMUM_RATE_SPAN_S = 60.0
"""A call span below this makes no rate."""

_HOUR_S = 3600.0


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
