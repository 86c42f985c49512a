"""How soon we answer, and whether we settle it: figures of message threads.

* a wait begins with a customer's message that nothing of ours has answered yet, the first of several in a row, and
  ends with our next message; ``reply_time_s`` is the median over waits, ``first_reply_time_s`` over each thread's
  first; numerator / denominator is the mean;
* automatic replies end no wait; ``automatic_reply_time_s`` is the time to the first of a thread;
* ``answered_share`` says how many waits had an end at all: unanswered ones have no reply time;
* ``private_replies_count`` counts the customer's messages after one of ours;
* ``resolution_rate`` = resolved threads / threads.

The 95 % interval of a median is the distribution-free one by order statistics (Conover 1999, *Practical Nonparametric
Statistics*, 3.2), which needs six observations; of a share Wilson's.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scipy.special import bdtr

from callsignals.figures.estimates import LEVEL, wilson_interval
from callsignals.figures.grouped import Belonging
from callsignals.figures.working_hours import WorkingHours
from callsignals.inputs.message_rows import private_replies
from callsignals.inputs.rows import MessageRow
from callsignals.vocabulary.signal import Signal

__all__ = [
    "ThreadEvent",
    "automatic_signals",
    "first_reply_signals",
    "median_interval",
    "private_reply_signals",
    "reply_signals",
    "resolution_signals",
    "thread_events",
]

EventKind = Literal["wait", "first_wait", "automatic", "private_reply", "thread"]


@dataclass(frozen=True, slots=True)
class ThreadEvent:
    """Something in a thread that a figure counts.

    Attributes:
        observation_id: thread, kind and place.
        belongs: lead, seller, segments.
        observed_at: when the customer wrote; of a thread its first message.
        kind: a wait for us (``first_wait`` is the thread's first), an automatic reply, a private reply, the thread.
        elapsed_s: until the reply, in business hours where these are set; None when there was none.
        resolved: of threads; None when the thread does not say.
    """

    observation_id: str
    belongs: Belonging
    observed_at: datetime
    kind: EventKind
    elapsed_s: float | None = None
    resolved: bool | None = None


def thread_events(
    thread: Sequence[MessageRow], belongs: Belonging, hours: WorkingHours | None = None
) -> list[ThreadEvent]:
    """What happened in one thread.

    Args:
        thread: its messages by time, at least one.
        belongs: whose it is.
        hours: business hours; None counts every second.
    """
    thread_id = thread[0].thread_id

    def event(kind: EventKind, number: int, message: MessageRow, elapsed_s: float | None = None) -> ThreadEvent:
        return ThreadEvent(f"{thread_id}/{kind}/{number}", belongs, message.sent_at, kind, elapsed_s)

    def elapsed_s(start: MessageRow, end: MessageRow | None) -> float | None:
        if end is None:
            return None
        if hours is None:
            return (end.sent_at - start.sent_at).total_seconds()
        return hours.seconds_between(start.sent_at, end.sent_at)

    events: list[ThreadEvent] = []
    for number, (asked, answer) in enumerate(_waits(thread)):
        events.append(event("first_wait" if number == 0 else "wait", number, asked, elapsed_s(asked, answer)))
    asked_first = next((message for message in thread if message.sender == "customer"), None)
    if asked_first is not None:
        later = thread[thread.index(asked_first) :]
        machine = next((message for message in later if message.sender == "auto"), None)
        if machine is not None:
            raw_s = (machine.sent_at - asked_first.sent_at).total_seconds()
            events.append(event("automatic", 0, asked_first, raw_s))
    events += [event("private_reply", number, reply) for number, reply in enumerate(private_replies(thread))]
    said = [message.resolved for message in thread if message.resolved is not None]
    whole = ThreadEvent(thread_id, belongs, thread[0].sent_at, "thread", resolved=said[-1] if said else None)
    return [*events, whole]


def _waits(thread: Sequence[MessageRow]) -> list[tuple[MessageRow, MessageRow | None]]:
    waits: list[tuple[MessageRow, MessageRow | None]] = []
    waiting: MessageRow | None = None
    for message in thread:
        if message.sender == "customer" and waiting is None:
            waiting = message
        elif message.sender == "us" and waiting is not None:
            waits.append((waiting, message))
            waiting = None
    return [*waits, (waiting, None)] if waiting is not None else waits


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The narrowest symmetric pair of order statistics that covers the median with 95 %; None under six values."""
    ordered, n = sorted(values), len(values)
    below = 0
    # bdtr(k, n, p) is the chance of at most k of n: the rank-r value lies above the median when under r lie below it.
    while below < n // 2 and 1 - 2 * float(bdtr(below, n, 0.5)) >= LEVEL:
        below += 1
    return (ordered[below - 1], ordered[n - below]) if below else None


def _median(name: str, elapsed: Iterable[float | None]) -> list[Signal]:
    """The median of what had an end; insufficient when nothing had, nothing when there was nothing to end."""
    waits = list(elapsed)
    values = [value for value in waits if value is not None]
    if not waits:
        return []
    if not values:
        return [Signal.insufficient(name, "no_reply", n=0)]
    low, high = median_interval(values) or (None, None)
    return [
        Signal(
            name,
            value=statistics.median(values),
            numerator=math.fsum(values),
            denominator=float(len(values)),
            n=len(values),
            low=low,
            high=high,
            interval=None if low is None else LEVEL,
        )
    ]


def _share(name: str, part: int, whole: int) -> list[Signal]:
    if not whole:
        return []
    low, high = wilson_interval(part, whole)
    value, n = part / whole, float(whole)
    return [
        Signal(name, value=value, numerator=float(part), denominator=n, n=whole, low=low, high=high, interval=LEVEL)
    ]


def first_reply_signals(events: Sequence[ThreadEvent]) -> list[Signal]:
    """``first_reply_time_s`` where a customer wrote."""
    return _median("first_reply_time_s", _elapsed(events, "first_wait"))


def reply_signals(events: Sequence[ThreadEvent]) -> list[Signal]:
    """``reply_time_s`` and ``answered_share`` where a customer wrote."""
    waits = _elapsed(events, "first_wait", "wait")
    answered = sum(elapsed is not None for elapsed in waits)
    return [*_median("reply_time_s", waits), *_share("answered_share", answered, len(waits))]


def automatic_signals(events: Sequence[ThreadEvent]) -> list[Signal]:
    """``automatic_reply_time_s`` where a machine answered; never in business hours, machines have none."""
    return _median("automatic_reply_time_s", _elapsed(events, "automatic"))


def _elapsed(events: Sequence[ThreadEvent], *kinds: EventKind) -> list[float | None]:
    return [event.elapsed_s for event in events if event.kind in kinds]


def private_reply_signals(events: Sequence[ThreadEvent]) -> list[Signal]:
    """``private_replies_count`` where there are any."""
    count = sum(event.kind == "private_reply" for event in events)
    return [Signal("private_replies_count", value=float(count), n=count)] if count else []


def resolution_signals(told: bool) -> Callable[[Sequence[ThreadEvent]], list[Signal]]:
    """The measure of ``resolution_rate``; it gives nothing where no thread of the table is ``told`` to be resolved."""

    def measure(events: Sequence[ThreadEvent]) -> list[Signal]:
        threads = [event for event in events if event.kind == "thread"]
        return _share("resolution_rate", sum(event.resolved is True for event in threads), len(threads)) if told else []

    return measure
