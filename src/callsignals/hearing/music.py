"""Hold music and tones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callsignals.hearing.recording import Interval, Recording


@dataclass(frozen=True, slots=True)
class NonSpeech:
    """A stretch of sound that is no speech."""

    start_s: float
    end_s: float
    kind: str


def find_non_speech(recording: Recording, channel: int, intervals: Sequence[Interval] = ()) -> list[NonSpeech]:
    """Stretches of music and tones."""
    return []


def outside(intervals: Sequence[Interval], non_speech: Sequence[NonSpeech]) -> list[Interval]:
    """Speech outside those stretches."""
    return list(intervals)
