"""Which calls of a seller to listen to, and why: named signals and their values, no score.

For each signal of a list, the seller's call with the highest (or lowest) value is named, if the seller has at least
``MINIMUM_CALLS`` calls with a value and that call stands apart from the seller's own median. A call that leads in
several signals is named once, with all of them; calls are ordered by how many, then by date.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["BEST", "MINIMUM_CALLS", "WEAKEST", "Choice", "Why", "calls_to_hear"]

MINIMUM_CALLS = 3
MOST_CALLS = 3

End = Literal["highest", "lowest"]
BEST: tuple[tuple[str, End], ...] = (
    ("need_uptake", "highest"),
    ("need_term_share", "highest"),
    ("longest_customer_story_s", "highest"),
)
"""Calls to learn from: the seller takes up the customer's needs, the call is about them, the customer tells a story."""
WEAKEST: tuple[tuple[str, End], ...] = (
    ("need_uptake", "lowest"),
    ("need_term_share", "lowest"),
    ("longest_monologue_s", "highest"),
    ("seller_interruptions_per_hour", "highest"),
)
"""Calls to go back to: the same ones low, long monologues, interruptions."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: a signal, its value in this call, and the seller's own median."""

    signal: str
    end: End
    value: float
    median: float


@dataclass(frozen=True, slots=True)
class Choice:
    """One call and every reason for it."""

    call: Row
    why: tuple[Why, ...]


def calls_to_hear(calls: Sequence[Row], rule: Sequence[tuple[str, End]]) -> list[Choice]:
    """The calls a rule names.

    Args:
        calls: of one seller, by time.
        rule: ``BEST`` or ``WEAKEST``.
    """
    reasons: dict[str, list[Why]] = {}
    by_id = {row["call_id"]: row for row in calls}
    for signal, end in rule:
        known = [row for row in calls if row.get(signal) is not None]
        if len(known) < MINIMUM_CALLS:
            continue
        median = statistics.median(row[signal] for row in known)
        extreme = (max if end == "highest" else min)(known, key=lambda row: row[signal])
        if extreme[signal] != median:
            reasons.setdefault(extreme["call_id"], []).append(Why(signal, end, extreme[signal], median))
    order = {call_id: place for place, call_id in enumerate(by_id)}
    found = sorted(reasons, key=lambda call_id: (-len(reasons[call_id]), order[call_id]))
    return [Choice(by_id[call_id], tuple(reasons[call_id])) for call_id in found[:MOST_CALLS]]
