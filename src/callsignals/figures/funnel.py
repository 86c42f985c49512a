"""Figures of the sales funnel: what was won, how long it took, how far leads came, why they were lost.

* ``won_share`` = won / (won + lost);
* ``time_to_won_days``: from a lead's start (first dated call, else stage entry) to closed won; ``open_age_days``: from
  the start to the latest date that the tables know, for open leads (no clock is asked); over several leads means;
* ``open_overdue_share`` = open leads older than the median of the won leads' times / open leads;
* ``stage_conversion_share`` = leads that reached the next stage / leads that reached the stage;
* ``lost_reason_share`` and ``lost_reason_amount`` by reason; ``qualified_share`` = qualified / said to be or not to be.

Means and shares of under five leads are insufficient, a lead's own two times apart. Intervals: see
:mod:`callsignals.figures.estimates`.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from callsignals.figures.estimates import LEVEL, mean_interval, wilson_interval
from callsignals.figures.grouped import Belonging
from callsignals.inputs.rows import Outcome
from callsignals.vocabulary.signal import Signal

__all__ = [
    "MINIMUM_LEADS",
    "Deal",
    "conversion_signals",
    "lead_time_signals",
    "lost_signals",
    "open_signals",
    "qualified_signals",
    "time_to_won_signals",
    "won_signals",
]

MINIMUM_LEADS = 5
UNDER_5_LEADS = "under_5_leads"
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Deal:
    """What is known of one lead's way through the funnel.

    Attributes:
        observation_id: the lead's id.
        belongs: lead, seller, segments.
        observed_at: by which periods group it: the start of the lead, or its close.
        outcome: None when unknown.
        won_days: from start to closed won.
        open_days: from start to the latest date in the tables, for open leads.
        reached: place of the furthest stage it reached in the order of stages; None when unknown.
        amount: in the user's currency.
        lost_reason: of lost leads.
        qualified: None when it is not said.
    """

    observation_id: str
    belongs: Belonging
    observed_at: datetime | None = None
    outcome: Outcome | None = None
    won_days: float | None = None
    open_days: float | None = None
    reached: int | None = None
    amount: float | None = None
    lost_reason: str | None = None
    qualified: bool | None = None


def days_between(start: datetime | None, end: datetime | None) -> float | None:
    """Days from start to end; None when either is unknown or they stand the wrong way round."""
    if start is None or end is None or end < start:
        return None
    return (end - start).total_seconds() / _SECONDS_PER_DAY


def won_signals(deals: Sequence[Deal]) -> list[Signal]:
    """``won_share`` of closed leads."""
    closed = [deal for deal in deals if deal.outcome in ("won", "lost")]
    won = sum(deal.outcome == "won" for deal in closed)
    return [_share("won_share", won, len(closed), "under_5_closed_leads")] if closed else []


def time_to_won_signals(deals: Sequence[Deal]) -> list[Signal]:
    """Mean ``time_to_won_days`` of the won leads whose dates are known."""
    days = [deal.won_days for deal in deals if deal.won_days is not None]
    return [_mean_days("time_to_won_days", days)] if days else []


def open_signals(deals: Sequence[Deal]) -> list[Signal]:
    """Mean ``open_age_days`` of the open leads, and how many of them are older than half of the won ones became."""
    ages = [deal.open_days for deal in deals if deal.open_days is not None]
    if not ages:
        return []
    won = [deal.won_days for deal in deals if deal.won_days is not None]
    overdue = Signal.insufficient("open_overdue_share", "under_5_won_leads", n=len(ages))
    if len(won) >= MINIMUM_LEADS:
        middle = statistics.median(won)
        overdue = _share("open_overdue_share", sum(age > middle for age in ages), len(ages), "under_5_open_leads")
    return [_mean_days("open_age_days", ages), overdue]


def lead_time_signals(deals: Sequence[Deal]) -> list[Signal]:
    """A lead's own time to won, or its age while it is open; nothing where its outcome is not known."""
    (deal,) = deals
    if deal.outcome is None:
        return []
    if deal.outcome == "open":
        signals = [_own_days("open_age_days", deal.open_days, "undated")]
    else:
        signals = [_own_days("time_to_won_days", deal.won_days, "undated" if deal.outcome == "won" else "not_won")]
    return signals


def conversion_signals(stages: Sequence[str]) -> Callable[[Sequence[Deal]], list[Signal]]:
    """The measure of ``stage_conversion_share`` for an order of stages; ``labels`` names the two stages."""

    def measure(deals: Sequence[Deal]) -> list[Signal]:
        reached = [deal.reached for deal in deals if deal.reached is not None]
        if not reached:
            return []
        signals = []
        for place in range(len(stages) - 1):
            here, there = sum(at >= place for at in reached), sum(at > place for at in reached)
            labels = (stages[place], stages[place + 1])
            signals.append(_conversion(there, here, labels))
        return signals

    return measure


def _conversion(there: int, here: int, labels: tuple[str, ...]) -> Signal:
    name = "stage_conversion_share"
    if here == 0:
        reason = "none_reached_the_stage"
        return Signal(name, labels=labels, numerator=0.0, denominator=0.0, n=0, status="insufficient", reason=reason)
    low, high = wilson_interval(there, here)
    return Signal(name, there / here, None, labels, float(there), float(here), here, low=low, high=high, interval=LEVEL)


def lost_signals(deals: Sequence[Deal]) -> list[Signal]:
    """``lost_reason_share`` and ``lost_reason_amount`` of each reason, by name."""
    lost = [deal for deal in deals if deal.outcome == "lost" and deal.lost_reason]
    counts = Counter(deal.lost_reason for deal in lost if deal.lost_reason)
    total = math.fsum(deal.amount for deal in lost if deal.amount is not None)
    signals = []
    for reason, count in sorted(counts.items()):
        share = _share("lost_reason_share", count, len(lost), "under_5_lost_leads", reason)
        amounts = [deal.amount for deal in lost if deal.lost_reason == reason and deal.amount is not None]
        signals += [share, _amount(reason, amounts, total)]
    return signals


def _amount(reason: str, amounts: Sequence[float], total: float) -> Signal:
    name, labels = "lost_reason_amount", (reason,)
    if not amounts:
        return Signal(name, labels=labels, n=0, status="insufficient", reason="no_amount")
    value = math.fsum(amounts)
    return Signal(name, value, reason, labels, numerator=value, denominator=total, n=len(amounts))


def qualified_signals(deals: Sequence[Deal]) -> list[Signal]:
    """``qualified_share`` of the leads of which it is said."""
    said = [deal.qualified for deal in deals if deal.qualified is not None]
    return [_share("qualified_share", sum(said), len(said), UNDER_5_LEADS)] if said else []


def _share(name: str, count: int, n: int, reason: str, label: str | None = None) -> Signal:
    """A share with Wilson's interval; ``label`` is what distinguishes several of one name."""
    enough = n >= MINIMUM_LEADS
    low, high = wilson_interval(count, n) if enough else (None, None)
    return Signal(
        name,
        value=count / n if enough else None,
        label=label if enough else None,
        labels=(label,) if label else (),
        numerator=float(count),
        denominator=float(n),
        n=n,
        status="ok" if enough else "insufficient",
        reason=None if enough else reason,
        low=low,
        high=high,
        interval=LEVEL if enough else None,
    )


def _mean_days(name: str, days: Sequence[float]) -> Signal:
    total, n = math.fsum(days), len(days)
    if n < MINIMUM_LEADS:
        return Signal.insufficient(name, UNDER_5_LEADS, numerator=total, denominator=float(n), n=n)
    low, high = mean_interval(days, 0.0, math.inf)
    return Signal(name, total / n, numerator=total, denominator=float(n), n=n, low=low, high=high, interval=LEVEL)


def _own_days(name: str, days: float | None, reason: str) -> Signal:
    if days is None:
        return Signal.insufficient(name, reason)
    return Signal(name, days, numerator=days, denominator=1.0)
