"""Who speaks when in one channel, and whether there is more than one voice at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callsignals.hearing.recording import Interval, Recording
from callsignals.hearing.voices.first_pass import first_pass
from callsignals.hearing.voices.second_pass import refine
from callsignals.vocabulary.spoken import Activity

__all__ = ["Diarized", "diarize"]

ONE_VOICE_SHARE = 0.17
"""Under two clusters the smaller holds <= 12 % of the speech of one-speaker files and >= 23 % in two-speaker files."""


@dataclass(frozen=True, slots=True)
class Diarized:
    """Voices in one channel.

    Attributes:
        voices: activity of ``spk0``, ``spk1``, ... (the first to speak is 0); voices may overlap.
        findings: ``one_speaker`` when only one voice is there, ``overlap_aware`` else.
    """

    voices: tuple[Activity, ...]
    findings: tuple[str, ...]


def diarize(recording: Recording, channel: int, speech: Sequence[Interval], *, speakers: int) -> Diarized:
    """Tell voices apart.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        speech: voice activity, which bounds what any voice can say.
        speakers: how many voices to expect; 1 skips the work.
    """
    if not speech:
        return Diarized((), ())
    if speakers < 2:
        return _one_voice(speech)
    voices = [intervals for intervals in first_pass(recording, channel, speakers) if intervals]
    if len(voices) < 2:
        return _one_voice(speech)
    refined, _alike = refine(recording, channel, voices)
    within = [_clipped(intervals, speech) for intervals in refined]
    seconds = [sum(end_s - start_s for start_s, end_s in intervals) for intervals in within]
    if min(seconds) < ONE_VOICE_SHARE * sum(seconds) and speakers == 2:
        return _one_voice(speech)
    order = sorted((intervals for intervals in within if intervals), key=lambda intervals: intervals[0])
    activity = [
        Activity(start_s, end_s, speaker=f"spk{voice}")
        for voice, intervals in enumerate(order)
        for start_s, end_s in intervals
    ]
    return Diarized(tuple(sorted(activity, key=lambda item: (item.start_s, item.speaker))), ("overlap_aware",))


def _one_voice(speech: Sequence[Interval]) -> Diarized:
    return Diarized(tuple(Activity(start_s, end_s, speaker="spk0") for start_s, end_s in speech), ("one_speaker",))


def _clipped(intervals: Sequence[Interval], speech: Sequence[Interval]) -> list[Interval]:
    """The parts of ``intervals`` that lie in ``speech``; both sorted and free of overlaps."""
    found: list[Interval] = []
    at = 0
    for start_s, end_s in intervals:
        while at < len(speech) and speech[at][1] <= start_s:
            at += 1
        for speech_start_s, speech_end_s in speech[at:]:
            if speech_start_s >= end_s:
                break
            found.append((max(start_s, speech_start_s), min(end_s, speech_end_s)))
    return found
