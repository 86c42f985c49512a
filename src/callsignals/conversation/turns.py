"""Who holds the floor: turns, floor changes, reply latencies, interruptions and backchannels.

Definitions:

* A turn is a stretch where one party holds the floor. It ends when the other party takes the floor, or when
  its owner pauses longer than 3.0 s. Speech that lies entirely inside one of the other's speech intervals
  does not take the floor; a reply in a pause does, however short. Turns may overlap at their ends.
* Short turns (under 3 words, under 1.0 s where words are unknown) are skipped and their neighbours merged by
  ``without_short_turns`` alone.
* An interruption: a party starts while the other is speaking and both then talk for more than 0.5 s.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from callsignals.conversation.intervals import EPSILON_S, Interval, clip, subtract, total_s
from callsignals.conversation.timeline import Side, Timeline, opposite
from callsignals.vocabulary.spoken import Word

__all__ = [
    "INTERRUPTION_OVERLAP_S",
    "SHORT_TURN_S",
    "SHORT_TURN_WORDS",
    "TURN_PAUSE_S",
    "Incursion",
    "Turn",
    "count_words",
    "floor_changes",
    "incursions",
    "latencies_s",
    "turns_of",
    "without_short_turns",
]

TURN_PAUSE_S = 3.0
"""A longer pause ends its owner's turn."""

SHORT_TURN_WORDS = 3
"""A turn with fewer words is short."""

SHORT_TURN_S = 1.0
"""A turn shorter than this is short where its words are unknown."""

INTERRUPTION_OVERLAP_S = 0.5
"""Both must talk longer than this for a start inside the other's speech to be an interruption."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One party holding the floor.

    Attributes:
        side: whose.
        start_s, end_s: first to last speech of the turn, inner pauses included.
        word_count: its words; None where they are unknown.
    """

    side: Side
    start_s: float
    end_s: float
    word_count: int | None = None

    @property
    def duration_s(self) -> float:
        """Length, inner pauses included."""
        return self.end_s - self.start_s

    @property
    def is_short(self) -> bool:
        """Under 3 words; under 1.0 s where words are unknown."""
        if self.word_count is None:
            return self.duration_s < SHORT_TURN_S - EPSILON_S
        return self.word_count < SHORT_TURN_WORDS


@dataclass(frozen=True, slots=True)
class Incursion:
    """A start while the other side is speaking.

    Attributes:
        side: who starts.
        start_s: when.
        overlap_s: how long both then talk.
        inside: whether the speech ends before the other's does.
    """

    side: Side
    start_s: float
    overlap_s: float
    inside: bool

    @property
    def is_interruption(self) -> bool:
        """Both talk on for more than 0.5 s; else it is a backchannel, or a reply that starts a beat early."""
        return self.overlap_s > INTERRUPTION_OVERLAP_S + EPSILON_S


def turns_of(timeline: Timeline) -> tuple[Turn, ...]:
    """All turns by start, short ones included, words not counted.

    When both sides say exactly the same stretch, it goes to whoever has the floor (``a`` at the very start).
    """
    turns: list[Turn] = []
    for start_s, end_s, side in _in_order(timeline):
        holder = turns[-1].side if turns else "a"
        if _inside_other((start_s, end_s), timeline.of_side(opposite(side)), yields_tie=side != holder):
            continue
        last = turns[-1] if turns else None
        if last is not None and last.side == side and start_s - last.end_s <= TURN_PAUSE_S + EPSILON_S:
            turns[-1] = replace(last, end_s=max(last.end_s, end_s))
        else:
            turns.append(Turn(side, start_s, end_s))
    return tuple(turns)


def _in_order(timeline: Timeline) -> list[tuple[float, float, Side]]:
    sides: tuple[Side, Side] = ("a", "b")
    return sorted((start_s, end_s, side) for side in sides for start_s, end_s in timeline.of_side(side))


def _covering(intervals: Sequence[Interval], moment_s: float) -> Interval | None:
    """The interval that is under way at a moment, its very start included and its very end not."""
    place = bisect_right(intervals, moment_s, key=lambda interval: interval[0]) - 1
    if place < 0 or intervals[place][1] <= moment_s:
        return None
    return intervals[place]


def _inside_other(speech: Interval, others: Sequence[Interval], *, yields_tie: bool) -> bool:
    cover = _covering(others, speech[0])
    if cover is None or speech[1] > cover[1]:
        return False
    return cover != speech or yields_tie


def count_words(turns: Sequence[Turn], timeline: Timeline, words: Iterable[Word]) -> tuple[Turn, ...]:
    """The turns with their words counted.

    A word belongs to the speech interval of its own side that its middle lies in or nearest to, since
    recognisers' word times stray a little from the voice activity; the interval belongs to a turn or, as a
    backchannel, to none.
    A turn without any word (nothing recognised, or thrown away) keeps ``word_count`` None.
    """
    counts = [0] * len(turns)
    for word in words:
        side = timeline.side_of(word.party, word.speaker)
        if side is None or word.start_s is None or word.end_s is None:
            continue
        speech = _nearest(timeline.of_side(side), (word.start_s + word.end_s) / 2)
        place = None if speech is None else _turn_with(turns, side, speech)
        if place is not None:
            counts[place] += 1
    return tuple(replace(turn, word_count=count or None) for turn, count in zip(turns, counts, strict=True))


def _nearest(intervals: Sequence[Interval], moment_s: float) -> Interval | None:
    place = bisect_right(intervals, moment_s, key=lambda interval: interval[0])
    near = intervals[max(place - 1, 0) : place + 1]
    return min(near, key=lambda span: max(span[0] - moment_s, moment_s - span[1], 0.0), default=None)


def _turn_with(turns: Sequence[Turn], side: Side, speech: Interval) -> int | None:
    """The place of the turn that a speech interval of one side is part of."""
    place = bisect_right(turns, speech[0], key=lambda turn: turn.start_s) - 1
    while place >= 0:
        turn = turns[place]
        if turn.side == side:
            return place if speech[0] < turn.end_s else None
        place -= 1
    return None


def without_short_turns(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns that count for interactivity and monologues: short ones skipped, their neighbours merged.

    Two turns of one side become one when only short turns and pauses up to 3.0 s lie between them; a longer
    silence still ends the turn.
    """
    kept: list[Turn] = []
    reached_s = -math.inf
    open_turn = False
    for turn in turns:
        silence_s = turn.start_s - reached_s
        reached_s = max(reached_s, turn.end_s)
        if silence_s > TURN_PAUSE_S + EPSILON_S:
            open_turn = False
        if turn.is_short:
            continue
        last = kept[-1] if kept else None
        if last is not None and open_turn and last.side == turn.side:
            kept[-1] = replace(last, end_s=max(last.end_s, turn.end_s), word_count=_plus(last, turn))
        else:
            kept.append(turn)
        open_turn = True
    return tuple(kept)


def _plus(first: Turn, second: Turn) -> int | None:
    if first.word_count is None and second.word_count is None:
        return None
    return (first.word_count or 0) + (second.word_count or 0)


def floor_changes(turns: Sequence[Turn]) -> tuple[tuple[Turn, Turn], ...]:
    """Neighbouring turns of different sides."""
    return tuple((before, after) for before, after in pairwise(turns) if before.side != after.side)


def latencies_s(turns: Sequence[Turn], timeline: Timeline, *, to: Side) -> tuple[float, ...]:
    """Seconds from the end of the other's turn to the start of each reply by one side, 0 when it overlaps.

    ``other`` time in between (a hold, a prompt) does not count.
    """
    found: list[float] = []
    for before, after in floor_changes(turns):
        if after.side == to:
            gap = clip(((before.end_s, after.start_s),), before.end_s, after.start_s)
            found.append(total_s(subtract(gap, timeline.other)))
    return tuple(found)


def incursions(timeline: Timeline) -> tuple[Incursion, ...]:
    """Every start of one side strictly inside the other's speech, by time."""
    found: list[Incursion] = []
    for start_s, end_s, side in _in_order(timeline):
        cover = _covering(timeline.of_side(opposite(side)), start_s)
        if cover is not None and cover[0] < start_s:
            found.append(Incursion(side, start_s, min(end_s, cover[1]) - start_s, inside=end_s <= cover[1]))
    return tuple(found)
