"""One voiceprint a voice: what somebody sounds like over a whole call, to be compared with other calls.

Only what a voice says alone counts, a margin away from any other voice: diarization is least sure at its boundaries.
The voice's stretches are laid end to end and cut into pieces of four seconds, longer than the windows that place turns:
a voiceprint of 1.5 s tells people apart within a call, where line and room are the same, but not between calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callsignals.hearing.recording import Float32, Interval, Recording
from callsignals.hearing.voices.features import FRAMES_PER_S, FilterbankReader
from callsignals.hearing.voices.frames import Bools, frames_of, intervals_of
from callsignals.hearing.voices.networks import voiceprints
from callsignals.vocabulary.spoken import Activity

__all__ = ["CallPrints", "VoicePrint", "voice_prints"]

PIECE_S = 4.0
MOST_PIECES = 15
"""A minute of a voice is enough, and costs 0.7 s."""
LEAST_S = 3.0
"""With less speech of its own a voice has no voiceprint."""
MARGIN_S = 0.25
"""Nobody else may speak so near."""
_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """What one voice of one call sounds like.

    Attributes:
        speaker: as in the call's timeline.
        seconds: of the voice's own speech that it rests on.
        vector: 192 numbers, unit length.
    """

    speaker: str
    seconds: float
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CallPrints:
    """The voiceprints of one call, by speaker."""

    voices: tuple[VoicePrint, ...]


def voice_prints(recording: Recording, timeline: Sequence[Activity], *, stereo: bool) -> CallPrints:
    """Voiceprints of the voices of a call that speak enough, by name.

    Args:
        recording: decoded audio.
        timeline: who is active when; stretches with ``other`` in them (music, tones) are left out.
        stereo: whether speakers ``ch0`` and ``ch1`` are the channels of that number.

    Raises:
        ModelError: the network is missing or altered.
    """
    spans: dict[str, list[Interval]] = {}
    others: list[Interval] = []
    for activity in timeline:
        kept = others if activity.party == "other" else spans.setdefault(activity.speaker, [])
        kept.append((activity.start_s, activity.end_s))
    count = int(np.ceil(recording.duration_s * FRAMES_PER_S))
    near = {name: frames_of(intervals, count, wider_s=MARGIN_S) for name, intervals in spans.items()}
    music = frames_of(others, count)
    found = []
    for name in sorted(spans):
        foreign = np.any([music, *(frames for other, frames in near.items() if other != name)], axis=0)
        alone: Bools = frames_of(spans[name], count) & ~foreign
        print_ = _voice_print(recording, _channel_of(recording, name, spans[name], stereo=stereo), name, alone)
        if print_ is not None:
            found.append(print_)
    return CallPrints(tuple(found))


def _voice_print(recording: Recording, channel: int, name: str, alone: Bools) -> VoicePrint | None:
    intervals = intervals_of(alone, ends_s=recording.duration_s)
    features = _own_features(recording, channel, intervals)
    seconds = len(features) / FRAMES_PER_S
    if seconds < LEAST_S:
        return None
    length = min(len(features), round(PIECE_S * FRAMES_PER_S))
    pieces = features[: len(features) // length * length].reshape(-1, length, features.shape[1])
    pieces = pieces[np.linspace(0, len(pieces) - 1, min(len(pieces), MOST_PIECES)).round().astype(np.int64)]
    mean = voiceprints(pieces - pieces.mean(axis=1, keepdims=True)).mean(axis=0)
    unit = (mean / np.linalg.norm(mean)).astype(np.float64)
    return VoicePrint(name, round(seconds, 2), tuple(round(value, _DECIMALS) for value in unit.tolist()))


def _own_features(recording: Recording, channel: int, intervals: Sequence[Interval]) -> Float32:
    """Filterbanks of the voice's own stretches end to end; a long call is read in evenly spread parts."""
    reader = FilterbankReader(recording, channel)
    total_s = sum(end_s - start_s for start_s, end_s in intervals)
    every = max(1, int(total_s / (4 * PIECE_S * MOST_PIECES)))
    parts = [
        reader.between(round(start_s * FRAMES_PER_S), round(end_s * FRAMES_PER_S))
        for start_s, end_s in intervals[::every]
    ]
    return np.concatenate([reader.between(0, 0), *parts])


def _channel_of(recording: Recording, name: str, spans: Sequence[Interval], *, stereo: bool) -> int:
    """The channel that a voice is named after, else the one in which its stretches are loudest."""
    if stereo:
        return int(name[2:])
    power = [
        sum(float(np.square(recording.span(channel, *span)).sum()) for span in spans)
        for channel in range(recording.channel_count)
    ]
    return int(np.argmax(power))
