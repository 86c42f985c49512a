"""Measures of the floor: monologues, interactivity, latencies, interruptions."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from callsignals.conversation.pace import MINIMUM_RATE_SPAN_S, per_hour
from callsignals.conversation.timeline import Side, Timeline
from callsignals.conversation.turns import (
    Incursion,
    Turn,
    floor_changes,
    latencies_s,
)
from callsignals.vocabulary.signal import Signal, TimeSpan

__all__ = ["MINIMUM_CHANGES", "interactivity_per_5min", "interruptions_per_hour", "latency", "longest_turn"]

MINIMUM_CHANGES = 3
"""Fewer floor changes in one direction make no median."""

_FIVE_MINUTES_S = 300.0


def longest_turn(name: str, turns: Sequence[Turn], side: Side) -> Signal:
    """The longest turn of one side, seconds; ``turns`` without short ones."""
    own = [turn for turn in turns if turn.side == side]
    if not own:
        reason = "no_seller_turn" if name == "longest_monologue_s" else "no_customer_turn"
        return Signal.insufficient(name, reason)
    longest = max(own, key=lambda turn: turn.duration_s)
    return Signal(
        name,
        value=longest.duration_s,
        n=len(own),
        evidence=(TimeSpan(longest.start_s, longest.end_s),),
    )


def interactivity_per_5min(turns: Sequence[Turn], span_s: float) -> Signal:
    """Floor changes x 300 / call span; ``turns`` without short ones."""
    name = "interactivity_per_5min"
    changes = float(len(floor_changes(turns)))
    if span_s < MINIMUM_RATE_SPAN_S:
        return Signal.insufficient(name, "span_under_60_s", numerator=changes, denominator=span_s)
    return Signal(name, value=changes * _FIVE_MINUTES_S / span_s, numerator=changes, denominator=span_s)


def latency(name: str, turns: Sequence[Turn], timeline: Timeline, *, to: Side) -> Signal:
    """Median seconds from the end of the other's turn to one side's reply; ``turns`` with short ones."""
    replies_s = latencies_s(turns, timeline, to=to)
    if len(replies_s) < MINIMUM_CHANGES:
        return Signal.insufficient(name, "under_3_floor_changes", n=len(replies_s))
    return Signal(name, value=median(replies_s), n=len(replies_s))


def interruptions_per_hour(name: str, starts: Sequence[Incursion], side: Side, span_s: float) -> Signal:
    """Interruptions by one side x 3600 / call span."""
    own = [start for start in starts if start.side == side and start.is_interruption]
    evidence = tuple(TimeSpan(start.start_s, start.start_s + start.overlap_s) for start in own)
    return per_hour(name, len(own), span_s, evidence)
