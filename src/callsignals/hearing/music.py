"""Hold music, ringing and other tones: sound that goes on without being anybody's speech.

Music is found by continuous frequency activation (Seyerlehner, Pohle, Schedl and Widmer, "Automatic music detection in
television productions", DAFx 2007): partials stay on their frequencies for tenths of a second and come back to them,
while the harmonics of a voice glide. Voice activity raises what it takes to be music, so that a drawn-out
vowel stays speech. Tones are one or two steady peaks that hold nearly all the energy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy import ndimage

from callsignals.hearing.activity import active_level_db, speech_intervals
from callsignals.hearing.coupling import Bools, Floats
from callsignals.hearing.recording import Interval, Recording
from callsignals.hearing.spectrogram import BLOCK_FRAMES, HOP_S, STEP_FRAMES, SoundFrames, sound_frames

__all__ = ["NonSpeech", "find_non_speech", "speech_and_other"]

Kind = Literal["music", "ring", "tone"]

SMOOTH_BLOCKS = 9
"""Blocks averaged over 5.4 s: music goes on for at least so long."""
MUSIC_ACTIVATION = 1.6
"""Speech in 24 channels of calls: half of the blocks lie below 1.0, the most monotonous at 2.1 over five seconds;
synthetic music: above 1.9. Where voice activity hears speech all the time 1.2 more is asked for."""
SPEECH_PENALTY = 1.2
_REACH_FRAMES = (BLOCK_FRAMES + SMOOTH_BLOCKS * STEP_FRAMES) // 2
"""How far blocks blur an end."""
MIN_PAUSE_S, MAX_PAUSE_S = 0.5, 1.5
MIN_MUSIC_S = 5.0
MAX_MUSIC_GAP_S = 3.0
MIN_LEVEL_DB = -55.0
BELOW_ACTIVE_DB = 25.0
"""A tone on an idle line is neither music nor anything else that people hear."""

MIN_TONE_S = 1.0
MIN_BURST_S = 0.3
MAX_RING_GAP_S = 6.0
SAME_TONE_BINS = 2
MIN_KEY_FRAMES = 2
EDGE_S = 0.3
_RANK: dict[Kind, int] = {"ring": 0, "tone": 1, "music": 2}


@dataclass(frozen=True, slots=True)
class NonSpeech:
    """A stretch of sound that is nobody's speech.

    Attributes:
        start_s, end_s: seconds.
        kind: ``music``; ``ring`` (a cadence of tones: ringing, engaged); ``tone`` (steady, or a key press).
    """

    start_s: float
    end_s: float
    kind: Kind


def find_non_speech(recording: Recording, channel: int, intervals: Sequence[Interval] = ()) -> list[NonSpeech]:
    """Stretches of music, ringing and tones on one channel, by time.

    Args:
        recording: what to listen to.
        channel: which row of it.
        intervals: ``speech_intervals`` of the channel.
    """
    frames = sound_frames(recording, channel)
    speech = _marked(intervals, len(frames.powers_db))
    found = _tidy([*_music(frames, speech, intervals), *_tones(frames, intervals)])
    clipped = (NonSpeech(max(0.0, item.start_s), min(recording.duration_s, item.end_s), item.kind) for item in found)
    return sorted(
        (item for item in clipped if item.start_s < item.end_s), key=lambda item: (item.start_s, item.end_s, item.kind)
    )


def speech_and_other(recording: Recording, channel: int) -> tuple[list[Interval], list[NonSpeech]]:
    """Speech on one channel, and the music, ringing and tones beside it.

    Where there are any, voice activity listens a second time without them: a minute of music changes what it
    hears after.
    """
    intervals = speech_intervals(recording, channel)
    other = find_non_speech(recording, channel, intervals)
    if other:
        muted = [(item.start_s, item.end_s) for item in other]
        intervals = speech_intervals(recording, channel, muted=muted)
    return intervals, other


def _tidy(found: Sequence[NonSpeech]) -> list[NonSpeech]:
    """One stretch for one sound: what lies in another goes, and a cadence or tone is no music of the same length."""
    ranked = sorted(found, key=lambda item: (_RANK[item.kind], item.start_s - item.end_s))
    kept: list[NonSpeech] = []
    for item in ranked:
        slack_s = EDGE_S if item.end_s - item.start_s > MIN_TONE_S else 0.0
        if not any(_inside(item, other, slack_s) for other in kept):
            kept = [other for other in kept if not _inside(other, item, 0.0)] + [item]
    return kept


def _inside(item: NonSpeech, other: NonSpeech, slack_s: float) -> bool:
    return other.start_s - slack_s <= item.start_s and item.end_s <= other.end_s + slack_s


def _marked(intervals: Sequence[Interval], frames: int) -> Bools:
    marked = np.zeros(frames, dtype=bool)
    for start, end in intervals:
        marked[round(start / HOP_S) : round(end / HOP_S)] = True
    return marked


def _music(frames: SoundFrames, speech: Bools, intervals: Sequence[Interval]) -> list[NonSpeech]:
    count = len(frames.activation)
    smooth = ndimage.uniform_filter1d(frames.activation, SMOOTH_BLOCKS, mode="nearest")
    span = BLOCK_FRAMES + (SMOOTH_BLOCKS - 1) * STEP_FRAMES
    spoken = ndimage.uniform_filter1d(speech.astype(np.float64), span)
    centres = np.minimum(np.arange(count) * STEP_FRAMES + BLOCK_FRAMES // 2, len(spoken) - 1)
    gate_db = max(MIN_LEVEL_DB, active_level_db(10 ** (frames.powers_db / 10)) - BELOW_ACTIVE_DB)
    musical = smooth > MUSIC_ACTIVATION + SPEECH_PENALTY * spoken[centres]
    musical &= frames.loudness_db > gate_db
    spans = [
        ((centres[a] - STEP_FRAMES / 2) * HOP_S, (centres[b - 1] + STEP_FRAMES / 2) * HOP_S) for a, b in _runs(musical)
    ]
    joined = _joined(spans, MAX_MUSIC_GAP_S)
    fitted = (_fitted(span_s, frames.powers_db > gate_db, intervals) for span_s in joined)
    return [NonSpeech(start, end, "music") for start, end in fitted if end - start >= MIN_MUSIC_S]


def _runs(flags: Bools) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _joined(spans: Sequence[Interval], gap_s: float) -> list[Interval]:
    joined: list[Interval] = []
    for start, end in spans:
        if joined and start - joined[-1][1] <= gap_s:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _fitted(span: Interval, loud: Bools, intervals: Sequence[Interval]) -> Interval:
    """A stretch with its ends, which blocks blur, moved to where sound or speech ends.

    Speech that reaches a little into it keeps its own; sound without speech beside it belongs to it.
    """
    reach_s = _REACH_FRAMES * HOP_S
    start, end = span
    for speech_start, speech_end in intervals:
        if speech_start < start < speech_end < start + reach_s and speech_end < end:
            start = speech_end
        if end - reach_s < speech_start < end < speech_end and speech_start > start:
            end = speech_start
    earliest = max([start - reach_s, 0.0, *(e for _, e in intervals if e <= start)])
    latest = min([end + reach_s, *(s for s, _ in intervals if s >= end)])
    inside = loud[int((start + reach_s) / HOP_S) : int((end - reach_s) / HOP_S)]
    pause = _pause_frames(inside)
    return _edge(start, earliest, loud, -1, pause), _edge(end, latest, loud, 1, pause)


def _pause_frames(inside: Bools) -> int:
    """How long music may be quiet without being over: as long as between its own notes."""
    pauses_s = [(last - first) * HOP_S for first, last in _runs(~inside)]
    return int(min(max([MIN_PAUSE_S, *pauses_s]), MAX_PAUSE_S) / HOP_S) + 1


def _edge(at_s: float, limit_s: float, loud: Bools, step: int, pause: int) -> float:
    """The last sound that is reached without a pause.

    Counted from the sound before ``at_s``, so that a phrase spoken soon after the music is none of it.

    Args:
        at_s: where blocks put the end.
        limit_s: how far out it may lie.
        loud: shape (frames,), where there is sound.
        step: 1 outwards from the music's end, -1 from its start.
        pause: quiet frames after which it is over.
    """
    index = int(at_s / HOP_S)
    behind = loud[max(0, index - _REACH_FRAMES) : index + 1] if step > 0 else loud[index : index + _REACH_FRAMES]
    quiet = int(np.argmax(behind[::-step])) if behind.any() else 0
    best = (index - quiet * step) * HOP_S if quiet else at_s
    while 0 <= index < len(loud) and (limit_s - index * HOP_S) * step > 0 and quiet < pause:
        quiet = 0 if loud[index] else quiet + 1
        if loud[index]:
            best = index * HOP_S
        index += step
    return best


def _tones(frames: SoundFrames, intervals: Sequence[Interval]) -> list[NonSpeech]:
    loud = frames.powers_db > MIN_LEVEL_DB
    runs = [run for a, b in _runs(frames.tonal & loud) for run in _steady(frames.peak, a, b)]
    found = [NonSpeech(a * HOP_S, b * HOP_S, "tone") for a, b in runs if (b - a) * HOP_S >= MIN_TONE_S]
    bursts = [(a, b) for a, b in runs if (b - a) * HOP_S >= MIN_BURST_S]
    found.extend(_rings(bursts, frames.peak, intervals))
    keys = [(a, b) for a, b in _runs(frames.keys & loud) if b - a >= MIN_KEY_FRAMES]
    found.extend(NonSpeech((a - 1) * HOP_S, (b + 1) * HOP_S, "tone") for a, b in keys)
    return found


def _steady(peak: Floats, start: int, end: int) -> list[tuple[int, int]]:
    """A tonal run cut where the strongest bin moves."""
    moves = np.flatnonzero(np.abs(np.diff(peak[start:end])) > SAME_TONE_BINS) + 1 + start
    bounds = [start, *(int(move) for move in moves), end]
    return list(pairwise(bounds))


def _rings(bursts: Sequence[tuple[int, int]], peak: Floats, intervals: Sequence[Interval]) -> list[NonSpeech]:
    """Bursts of one tone that return within six seconds, nobody speaking between them: one stretch."""
    rings: list[list[tuple[int, int]]] = []
    for start, end in bursts:
        pitch = np.median(peak[start:end])
        for ring in rings:
            last_start, last_end = ring[-1]
            same = abs(np.median(peak[last_start:last_end]) - pitch) <= SAME_TONE_BINS
            gap = (last_end * HOP_S, start * HOP_S)
            if same and gap[1] - gap[0] <= MAX_RING_GAP_S and not _spoken_in(gap, intervals):
                ring.append((start, end))
                break
        else:
            rings.append([(start, end)])
    return [NonSpeech(ring[0][0] * HOP_S, ring[-1][1] * HOP_S, "ring") for ring in rings if len(ring) > 1]


def _spoken_in(gap: Interval, intervals: Sequence[Interval]) -> bool:
    spoken_s = sum(max(0.0, min(end, gap[1]) - max(start, gap[0])) for start, end in intervals)
    return spoken_s > MIN_BURST_S
