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
import numpy.typing as npt
from scipy import ndimage

from callsignals.hearing.activity import active_level_db, speech_intervals
from callsignals.hearing.coupling import Bools, Floats
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Interval, Recording

__all__ = ["NonSpeech", "find_non_speech", "speech_and_other"]

Kind = Literal["music", "ring", "tone"]

HOP_SAMPLES = 512
HOP_S = HOP_SAMPLES / SAMPLE_RATE_HZ
_WINDOW = 2048
_BIN_HZ = SAMPLE_RATE_HZ / _WINDOW
_LOW_BIN, _HIGH_BIN = 26, 487
"""203 to 3797 Hz."""
_CHUNK_FRAMES = 2048

BLOCK_FRAMES = 80
STEP_FRAMES = 10
SMOOTH_BLOCKS = 9
"""Blocks of 2.6 s every 0.32 s, averaged over 5.4 s: music goes on for at least so long."""
PEAK_ABOVE_DB = 6.0
PEAK_BELOW_LOUDEST_DB = 22.0
BEST_PEAKS = 5
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

TONE_SHARE = 0.9
TONE_LIKENESS = 0.9
TONE_LAG_FRAMES = 3
MIN_TONE_S = 1.0
MIN_BURST_S = 0.3
MAX_RING_GAP_S = 6.0
SAME_TONE_BINS = 2
_DTMF_LOW_HZ = np.array([697.0, 770.0, 852.0, 941.0])
_DTMF_HIGH_HZ = np.array([1209.0, 1336.0, 1477.0, 1633.0])
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


@dataclass(frozen=True, slots=True)
class _Frames:
    """What is kept of the spectrogram: everything per frame (32 ms).

    Attributes:
        powers_db: level.
        tonal: whether one or two steady peaks hold nearly all of it.
        peak: the strongest bin; the lower one of two.
        keys: whether the two peaks are those of a telephone key.
        activation: of each block; every ``STEP_FRAMES`` frames.
        loudness_db: median level of each block.
    """

    powers_db: Floats
    tonal: Bools
    peak: Floats
    keys: Bools
    activation: Floats
    loudness_db: Floats


def find_non_speech(recording: Recording, channel: int, intervals: Sequence[Interval] = ()) -> list[NonSpeech]:
    """Stretches of music, ringing and tones on one channel, by time.

    Args:
        recording: what to listen to.
        channel: which row of it.
        intervals: ``speech_intervals`` of the channel.
    """
    frames = _frames(recording, channel)
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


def _frames(recording: Recording, channel: int) -> _Frames:
    """The spectrogram's figures, a chunk at a time; chunks overlap by a block."""
    total = -(-recording.sample_count // HOP_SAMPLES)
    parts: list[tuple[Floats, Bools, Floats, Bools]] = []
    blocks: list[tuple[Floats, Floats]] = []
    for first in range(0, total, _CHUNK_FRAMES // STEP_FRAMES * STEP_FRAMES):
        last = min(total, first + _CHUNK_FRAMES // STEP_FRAMES * STEP_FRAMES)
        spectra = _spectra(recording, channel, first - TONE_LAG_FRAMES, last + BLOCK_FRAMES)
        powers_db = 10 * np.log10(spectra.sum(axis=1, dtype=np.float64) + 1e-12)
        core = slice(TONE_LAG_FRAMES, TONE_LAG_FRAMES + last - first)
        tonal, peak, keys = _tonality(spectra)
        parts.append((powers_db[core], tonal[core], peak[core], keys[core]))
        blocks.append(_activation(spectra[TONE_LAG_FRAMES:], powers_db[TONE_LAG_FRAMES:], last - first))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    activation, loudness = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return _Frames(columns[0], columns[1], columns[2], columns[3], activation, loudness)


def _spectra(recording: Recording, channel: int, first: int, last: int) -> Float32:
    """Power of frames ``first`` to ``last`` (centred, zeros outside the recording) in the telephone band.

    Returns:
        Shape (frames, bins), scaled so that the bins of a frame sum to its mean power.
    """
    start = first * HOP_SAMPLES - _WINDOW // 2
    stop = (last - 1) * HOP_SAMPLES + _WINDOW // 2
    inside = recording.block(channel, start, stop)
    before = max(0, -start)
    samples = np.pad(inside, (before, stop - start - before - len(inside)))
    views = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::HOP_SAMPLES]
    window = np.hanning(_WINDOW).astype(np.float32)
    spectra = np.abs(np.fft.rfft(views * window, axis=1)[:, _LOW_BIN:_HIGH_BIN]) ** 2
    scaled: Float32 = (spectra * (2 / (_WINDOW * float((window**2).sum())))).astype(np.float32)
    return scaled


def _tonality(spectra: Float32) -> tuple[Bools, Floats, Bools]:
    """(one or two steady peaks, the strongest bin, the pair of a telephone key) for each frame."""
    rows = np.arange(len(spectra))
    total = spectra.sum(axis=1) + 1e-12
    near = ndimage.uniform_filter1d(spectra, 5, axis=1) * 5
    first = near.argmax(axis=1)
    bins = np.arange(spectra.shape[1])
    rest = np.where(np.abs(bins[None, :] - first[:, None]) > 4, near, 0)
    second = rest.argmax(axis=1)
    share = (near[rows, first] + rest[rows, second]) / total
    norm = np.sqrt((spectra**2).sum(axis=1)) + 1e-12
    likeness = np.zeros(len(spectra))
    dots = (spectra[TONE_LAG_FRAMES:] * spectra[:-TONE_LAG_FRAMES]).sum(axis=1)
    likeness[TONE_LAG_FRAMES:] = dots / (norm[TONE_LAG_FRAMES:] * norm[:-TONE_LAG_FRAMES])
    # A tone's first frames have no tone before them: believe the frames after.
    likeness[:-TONE_LAG_FRAMES] = np.maximum(likeness[:-TONE_LAG_FRAMES], likeness[TONE_LAG_FRAMES:])
    pure = share > TONE_SHARE
    # Of two tones about as strong (440 + 480 Hz) the lower stands for both.
    pair = rest[rows, second] > 0.1 * near[rows, first]
    pitch = np.where(pair, np.minimum(first, second), first).astype(np.float64)
    return pure & (likeness > TONE_LIKENESS), pitch, pure & _is_key(first, second)


def _is_key(first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> Bools:
    low_hz = (np.minimum(first, second) + _LOW_BIN) * _BIN_HZ
    high_hz = (np.maximum(first, second) + _LOW_BIN) * _BIN_HZ
    near_low = np.abs(low_hz[:, None] - _DTMF_LOW_HZ).min(axis=1) < 1.6 * _BIN_HZ
    near_high = np.abs(high_hz[:, None] - _DTMF_HIGH_HZ).min(axis=1) < 1.6 * _BIN_HZ
    both: Bools = near_low & near_high
    return both


def _activation(spectra: Float32, powers_db: Floats, frames: int) -> tuple[Floats, Floats]:
    """Continuous frequency activation, and median level, of the blocks that start within ``frames``."""
    levels = 10 * np.log10(spectra + 1e-12)
    above = levels - ndimage.uniform_filter1d(levels, 21, axis=1) > PEAK_ABOVE_DB
    loudest = levels.max(axis=1)
    values, medians = [], []
    for start in range(0, frames, STEP_FRAMES):
        block = slice(start, start + BLOCK_FRAMES)
        floor = np.percentile(loudest[block], 80) - PEAK_BELOW_LOUDEST_DB
        active = (above[block] & (levels[block] > floor)).mean(axis=0)
        peaks = (active == ndimage.maximum_filter1d(active, 7)) & (active > 0)
        heights = np.sort((active - ndimage.minimum_filter1d(active, 15))[peaks])
        values.append(heights[-BEST_PEAKS:].sum())
        medians.append(np.median(powers_db[block]))
    return np.array(values), np.array(medians)


def _music(frames: _Frames, speech: Bools, intervals: Sequence[Interval]) -> list[NonSpeech]:
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


def _tones(frames: _Frames, intervals: Sequence[Interval]) -> list[NonSpeech]:
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
