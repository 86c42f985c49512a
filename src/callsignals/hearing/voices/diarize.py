"""Who speaks when in one channel, and whether there is more than one voice at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callsignals.hearing.recording import Interval, Recording
from callsignals.hearing.voices.features import FRAMES_PER_S
from callsignals.hearing.voices.first_pass import first_pass, segment
from callsignals.hearing.voices.frames import Bools, frames_of, intervals_of
from callsignals.hearing.voices.second_pass import refine, voice_margins
from callsignals.hearing.voices.separation import (
    LEAST_SEPARATION,
    LEAST_VOICE_S,
    find_quiet_voice,
    take_turns,
    told_apart,
)
from callsignals.hearing.voices.uncertainty import share_half_width
from callsignals.hearing.voices.windows import WindowPrints, print_windows
from callsignals.vocabulary.spoken import Activity

__all__ = ["BEYOND_ACTIVITY_S", "Diarized", "diarize"]

BEYOND_ACTIVITY_S = 0.25
"""Segmentation sets the edges of speech better than voice activity does (DER 3.6 % against 5.4 % when cut to it), but
what lies further from any voice activity than this is noise, music or a tone."""

LEAST_SPEECH_S = 0.5
"""Less than this in a whole recording is a blip in music or noise, and nobody is there."""


@dataclass(frozen=True, slots=True)
class Diarized:
    """Voices in one channel.

    Attributes:
        voices: activity of ``spk0``, ``spk1``, ... (the first to speak is 0); voices may overlap.
        findings: ``one_speaker`` when only one voice is there, ``overlap_aware`` else.
        share_half_width: half-width (0..1) of the 90 % interval of the first voice's share of the talk of two; None
            when there are not two.
    """

    voices: tuple[Activity, ...]
    findings: tuple[str, ...]
    share_half_width: float | None = None


def diarize(recording: Recording, channel: int, speech: Sequence[Interval], *, speakers: int) -> Diarized:
    """Tell voices apart.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        speech: voice activity; nobody speaks further than ``BEYOND_ACTIVITY_S`` from it.
        speakers: how many voices to expect; 1 skips the work. With 2 it is tested that there are two.

    Raises:
        ModelError: a network is missing or altered.
    """
    if sum(end_s - start_s for start_s, end_s in speech) < LEAST_SPEECH_S:
        return Diarized((), ())
    if speakers < 2:
        return _one_voice(speech)
    count = int(np.ceil(recording.duration_s * FRAMES_PER_S))
    near = frames_of(speech, count, wider_s=BEYOND_ACTIVITY_S)
    segmented = segment(recording, channel)
    windows = print_windows(recording, channel, segmented.speech(recording.duration_s) & near)
    found = first_pass(recording, channel, segmented, windows, speakers)
    voices = [frames & near for intervals in found if (frames := frames_of(intervals, count)).any()]
    if not voices:
        return _one_voice(speech)
    active = np.stack(voices, axis=1)
    people = _people(active, windows) if speakers == 2 else refine(active, windows)
    if people is None:
        return _one_voice(speech)
    order = sorted(
        (intervals for voice in people.T if (intervals := intervals_of(voice, ends_s=recording.duration_s))),
        key=lambda intervals: intervals[0],
    )
    activity = [
        Activity(start_s, end_s, speaker=f"spk{number}")
        for number, intervals in enumerate(order)
        for start_s, end_s in intervals
    ]
    half_width = (
        share_half_width(people, voice_margins(people, windows)) if len(order) == people.shape[1] == 2 else None
    )
    by_time = tuple(sorted(activity, key=lambda item: (item.start_s, item.speaker)))
    return Diarized(by_time, ("overlap_aware",), half_width)


def _people(active: Bools, windows: WindowPrints) -> Bools | None:
    """Two voices that are two people who talk to each other, or None."""
    found: Bools | None = None
    if active.shape[1] == 2:
        refined = refine(active, windows)
        if refined is not None and told_apart(refined, windows, least=LEAST_SEPARATION, least_s=LEAST_VOICE_S):
            found = refined
    if found is None:
        anybody: Bools = np.any(active, axis=1)
        found = find_quiet_voice(anybody, windows)
    return found if found is not None and take_turns(found) else None


def _one_voice(speech: Sequence[Interval]) -> Diarized:
    return Diarized(tuple(Activity(start_s, end_s, speaker="spk0") for start_s, end_s in speech), ("one_speaker",))
