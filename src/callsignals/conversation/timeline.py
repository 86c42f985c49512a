"""Who was speaking when: two sides and everything that belongs to neither.

A party's intervals less than 0.25 s apart are one; several voices on one side are one party; ``other``
(IVR, hold music, a third party) stays out of every ratio; the call span runs from first to last speech of
the two parties without the ``other`` time in which neither of them speaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from callsignals.conversation.intervals import Interval, clip, intersect, subtract, total_s, union
from callsignals.vocabulary.spoken import Activity, Party, Transcript

__all__ = ["MERGE_GAP_S", "Side", "Timeline", "opposite"]

MERGE_GAP_S = 0.25
"""Intervals of one party closer than this are one interval."""

Side = Literal["a", "b"]
"""``a`` is the seller and ``b`` the customer when roles are known; else two voices by name."""


_SIDES: dict[Party, Side] = {"seller": "a", "customer": "b"}


def opposite(side: Side) -> Side:
    """The other of the two sides."""
    return "b" if side == "a" else "a"


@dataclass(frozen=True)
class Timeline:
    """Speech of two sides, seconds from the start of the recording.

    Attributes:
        a, b: disjoint sorted intervals; seller and customer when ``roles_known``.
        other: speech, music or prompts of neither.
        roles_known: whether ``a`` is the seller and ``b`` the customer.
        speakers: the voices behind ``a`` and ``b`` when roles are unknown (None when there is none).
    """

    a: tuple[Interval, ...]
    b: tuple[Interval, ...]
    other: tuple[Interval, ...] = ()
    roles_known: bool = True
    speakers: tuple[str | None, str | None] = (None, None)

    @classmethod
    def of(cls, transcript: Transcript) -> Timeline:
        """The timeline of a call: from voice activity, or from word times where those are all there is."""
        activity = _activity(transcript)
        if transcript.roles_known:
            return cls(
                a=_merged(item for item in activity if item.party == "seller"),
                b=_merged(item for item in activity if item.party == "customer"),
                other=_merged(item for item in activity if item.party not in ("seller", "customer")),
            )
        first, second = _two_voices(activity, transcript)
        return cls(
            a=_merged(item for item in activity if _is_voice(item, first)),
            b=_merged(item for item in activity if _is_voice(item, second)),
            other=_merged(item for item in activity if not _is_voice(item, first) and not _is_voice(item, second)),
            roles_known=False,
            speakers=(first, second),
        )

    def side_of(self, party: Party, speaker: str) -> Side | None:
        """The side a word or an activity belongs to, None when to neither."""
        if self.roles_known:
            return _SIDES.get(party)
        if party == "other" or speaker not in self.speakers:
            return None
        return "a" if speaker == self.speakers[0] else "b"

    def of_side(self, side: Side) -> tuple[Interval, ...]:
        """The intervals of one side."""
        return self.a if side == "a" else self.b

    def speech_s(self, side: Side) -> float:
        """Union speech seconds of one side."""
        return total_s(self.of_side(side))

    @cached_property
    def anybody(self) -> tuple[Interval, ...]:
        """When either side speaks."""
        return union((*self.a, *self.b))

    @cached_property
    def bounds(self) -> Interval | None:
        """First and last speech of the two sides; None when neither spoke."""
        return (self.anybody[0][0], self.anybody[-1][1]) if self.anybody else None

    @cached_property
    def other_s(self) -> float:
        """Seconds between first and last speech when only ``other`` is heard."""
        if self.bounds is None:
            return 0.0
        return total_s(subtract(clip(self.other, *self.bounds), self.anybody))

    @cached_property
    def span_s(self) -> float:
        """The call span, seconds; 0 when neither spoke."""
        return 0.0 if self.bounds is None else self.bounds[1] - self.bounds[0] - self.other_s

    @cached_property
    def overlap_s(self) -> float:
        """Seconds when both sides speak."""
        return total_s(intersect(self.a, self.b))

    @cached_property
    def silence_s(self) -> float:
        """Seconds of the call span when neither side speaks."""
        if self.bounds is None:
            return 0.0
        return total_s(subtract(subtract((self.bounds,), self.anybody), self.other))


def _activity(transcript: Transcript) -> list[Activity]:
    """Voice activity, or words' own times when the transcript has nothing better."""
    if transcript.timing == "none":
        return []
    if transcript.timing != "words" and transcript.timeline:
        return list(transcript.timeline)
    worded = [
        Activity(word.start_s, word.end_s, word.party, word.speaker)
        for word in transcript.words
        if word.start_s is not None and word.end_s is not None
    ]
    return worded or list(transcript.timeline)


def _merged(activity: Iterable[Activity]) -> tuple[Interval, ...]:
    return union(((item.start_s, item.end_s) for item in activity), merge_gap_s=MERGE_GAP_S)


def _is_voice(item: Activity, speaker: str | None) -> bool:
    return item.party != "other" and item.speaker == speaker


def _two_voices(activity: list[Activity], transcript: Transcript) -> tuple[str | None, str | None]:
    """The two voices with most speech, in the order of their names; words decide without times."""
    spoken: dict[str, float] = {}
    for item in activity:
        if item.party != "other":
            spoken[item.speaker] = spoken.get(item.speaker, 0.0) + item.end_s - item.start_s
    if not spoken:
        for word in transcript.words:
            if word.party != "other":
                spoken[word.speaker] = spoken.get(word.speaker, 0.0) + 1.0
    most = sorted(sorted(spoken, key=lambda name: (-spoken[name], name))[:2])
    return (most[0] if most else None, most[1] if len(most) > 1 else None)
