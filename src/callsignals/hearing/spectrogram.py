"""What music and tones are told by: figures of each 32 ms frame of a channel, and of blocks of frames.

Frames in which nothing is heard have no transform made of them: in a call with a channel a party that is half of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from callsignals.hearing.activity import WINDOW_SAMPLES, window_powers
from callsignals.hearing.coupling import Bools, Floats
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Recording

__all__ = ["BLOCK_FRAMES", "HOP_S", "STEP_FRAMES", "SoundFrames", "sound_frames"]

HOP_SAMPLES = WINDOW_SAMPLES
HOP_S = HOP_SAMPLES / SAMPLE_RATE_HZ
BLOCK_FRAMES = 80
STEP_FRAMES = 10
"""Blocks of 2.6 s every 0.32 s."""
QUIET_POWER = 1e-7
"""-70 dB: 15 dB below anything that counts as music or as a tone."""
SILENCE_DB = -120.0
PEAK_ABOVE_DB = 6.0
PEAK_BELOW_LOUDEST_DB = 22.0
BEST_PEAKS = 5
TONE_SHARE = 0.9
TONE_LIKENESS = 0.9
TONE_LAG_FRAMES = 3

_WINDOW = 2048
_BIN_HZ = SAMPLE_RATE_HZ / _WINDOW
_LOW_BIN, _HIGH_BIN = 26, 487
"""203 to 3797 Hz."""
_CHUNK_FRAMES = 2000
_ROWS = 64
"""Frames worked on at once: few enough to stay in the processor's cache."""
_AROUND_BINS = 21
_DTMF_LOW_HZ = np.array([697.0, 770.0, 852.0, 941.0])
_DTMF_HIGH_HZ = np.array([1209.0, 1336.0, 1477.0, 1633.0])
_SILENCE_POWER = 1e-12

Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class SoundFrames:
    """What is kept of the spectrogram: everything per frame (32 ms).

    Attributes:
        powers_db: level; silence where nothing is heard.
        tonal: whether one or two steady peaks hold nearly all of it.
        peak: the strongest bin of a tonal frame; the lower one of two.
        keys: whether the two peaks are those of a telephone key.
        activation: continuous frequency activation of each block; every ``STEP_FRAMES`` frames.
        loudness_db: median level of each block.
    """

    powers_db: Floats
    tonal: Bools
    peak: Floats
    keys: Bools
    activation: Floats
    loudness_db: Floats


def sound_frames(recording: Recording, channel: int) -> SoundFrames:
    """The spectrogram's figures of one channel, a chunk at a time; chunks overlap by a block."""
    total = -(-recording.sample_count // HOP_SAMPLES)
    heard = _heard_frames(recording, channel, total)
    parts: list[tuple[Floats, Bools, Floats, Bools]] = []
    blocks: list[tuple[Floats, Floats]] = []
    for first in range(0, total, _CHUNK_FRAMES):
        last = min(total, first + _CHUNK_FRAMES)
        rows = heard[first : last + TONE_LAG_FRAMES + BLOCK_FRAMES]
        spectra = _spectra(recording, channel, first - TONE_LAG_FRAMES, rows)
        powers_db = 10 * np.log10(spectra.sum(axis=1, dtype=np.float64) + _SILENCE_POWER)
        core = slice(TONE_LAG_FRAMES, TONE_LAG_FRAMES + last - first)
        tonal, peak, keys = _tonality(spectra, np.flatnonzero(rows))
        parts.append((powers_db[core], tonal[core], peak[core], keys[core]))
        ahead = slice(TONE_LAG_FRAMES, None)
        blocks.append(_activation(spectra[ahead], rows[ahead], powers_db[ahead], last - first))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    activation, loudness = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return SoundFrames(columns[0], columns[1], columns[2], columns[3], activation, loudness)


def _heard_frames(recording: Recording, channel: int, total: int) -> Bools:
    """Whether anything is heard in each frame, from ``TONE_LAG_FRAMES`` before the first to a block after the last."""
    loud = np.pad(window_powers(recording, channel) > QUIET_POWER, (2, 2))
    frames = loud[:-3] | loud[1:-2] | loud[2:-1] | loud[3:]  # a frame lies over four windows
    return np.pad(frames[:total], (TONE_LAG_FRAMES, BLOCK_FRAMES + total - len(frames[:total])))


def _spectra(recording: Recording, channel: int, first: int, heard: Bools) -> Float32:
    """Power in the telephone band of the frames from ``first`` on that are heard, zeros for the others.

    Frames are centred, with zeros outside the recording.

    Returns:
        Shape (frames, bins), scaled so that the bins of a frame sum to its mean power.
    """
    window = np.hanning(_WINDOW).astype(np.float32)
    window *= np.sqrt(2 / (_WINDOW * (window**2).sum()))
    spectra = np.zeros((len(heard), _HIGH_BIN - _LOW_BIN), dtype=np.float32)
    for row in range(0, len(heard), _ROWS):
        rows = np.flatnonzero(heard[row : row + _ROWS])
        if not len(rows):
            continue
        start = (first + row + rows[0]) * HOP_SAMPLES - _WINDOW // 2
        stop = (first + row + rows[-1]) * HOP_SAMPLES + _WINDOW // 2
        inside = recording.block(channel, start, stop)
        before = max(0, -start)
        samples = np.pad(inside, (before, stop - start - before - len(inside)))
        views = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[(rows - rows[0]) * HOP_SAMPLES]
        spectra[row + rows] = np.abs(fft.rfft(views * window, axis=1)[:, _LOW_BIN:_HIGH_BIN]) ** 2
    return spectra


def _tonality(spectra: Float32, heard: Ints) -> tuple[Bools, Floats, Bools]:
    """(one or two steady peaks, the strongest bin, the pair of a telephone key) for each frame."""
    tonal, keys = np.zeros(len(spectra), dtype=bool), np.zeros(len(spectra), dtype=bool)
    pitch = np.zeros(len(spectra))
    for at in range(0, len(heard), _ROWS):
        rows = heard[at : at + _ROWS]
        near = _moving_sum(spectra[rows], 5)
        first = near.argmax(axis=1)
        strongest = near[np.arange(len(rows)), first]
        total = spectra[rows].sum(axis=1) + np.float32(_SILENCE_POWER)
        pure = np.flatnonzero(2 * strongest > TONE_SHARE * total)  # others cannot be, whatever their second peak
        if len(pure):
            rows, first, strongest = rows[pure], first[pure], strongest[pure]
            second, seconds_power = _second_peak(near[pure], first)
            pure = (strongest + seconds_power) / total[pure] > TONE_SHARE
            tonal[rows] = pure & (_steadiness(spectra, rows) > TONE_LIKENESS)
            # Of two tones about as strong (440 + 480 Hz) the lower stands for both.
            pitch[rows] = np.where(seconds_power > 0.1 * strongest, np.minimum(first, second), first)
            keys[rows] = pure & _is_key(first, second)
    return tonal, pitch, keys


def _second_peak(near: Float32, first: Ints) -> tuple[Ints, Float32]:
    """The strongest bin away from ``first`` in each row, and what is near it."""
    apart = np.abs(np.arange(near.shape[1]) - first[:, None]) > 4
    rest = np.where(apart, near, 0)
    second = rest.argmax(axis=1)
    return second, rest[np.arange(len(rest)), second]


def _steadiness(spectra: Float32, rows: Ints) -> Float32:
    """Likeness 0..1 of frames to the one a little before or, at a tone's start, a little after."""
    before, after = np.maximum(rows - TONE_LAG_FRAMES, 0), np.minimum(rows + TONE_LAG_FRAMES, len(spectra) - 1)
    best = np.zeros(len(rows), dtype=np.float32)
    for others in (before, after):
        one, two = spectra[rows], spectra[others]
        dots = np.einsum("ij,ij->i", one, two)
        norms = np.sqrt(np.einsum("ij,ij->i", one, one)) * np.sqrt(np.einsum("ij,ij->i", two, two))
        best = np.maximum(best, np.where(others == rows, 0, dots / (norms + np.float32(_SILENCE_POWER**2))))
    return best


def _is_key(first: Ints, second: Ints) -> Bools:
    low_hz = (np.minimum(first, second) + _LOW_BIN) * _BIN_HZ
    high_hz = (np.maximum(first, second) + _LOW_BIN) * _BIN_HZ
    near_low = np.abs(low_hz[:, None] - _DTMF_LOW_HZ).min(axis=1) < 1.6 * _BIN_HZ
    near_high = np.abs(high_hz[:, None] - _DTMF_HIGH_HZ).min(axis=1) < 1.6 * _BIN_HZ
    both: Bools = near_low & near_high
    return both


def _moving_sum(rows: Float32, width: int) -> Float32:
    """Sums of ``width`` (odd) neighbours along each row, mirrored at its ends, in a few additions of whole rows."""
    part = np.pad(rows, ((0, 0), (width // 2, width // 2)), mode="symmetric")
    size, length = rows.shape[1], 1
    total: Float32 | None = None
    at = 0
    while True:
        if width & length:
            piece = part[:, at : at + size]
            total = piece.copy() if total is None else np.add(total, piece, out=total)
            at += length
        if 2 * length > width:
            assert total is not None
            return total
        part = part[:, :-length] + part[:, length:]
        length *= 2


def _activation(spectra: Float32, heard: Bools, powers_db: Floats, frames: int) -> tuple[Floats, Floats]:
    """Continuous frequency activation, and median level, of the blocks that start within ``frames``."""
    starts = range(0, frames, STEP_FRAMES)
    loudest, peaks_db = _peaks(spectra, np.flatnonzero(heard))
    views = np.lib.stride_tricks.sliding_window_view
    floors = np.percentile(views(loudest, BLOCK_FRAMES)[:frames:STEP_FRAMES], 80, axis=1) - PEAK_BELOW_LOUDEST_DB
    medians = np.median(views(powers_db, BLOCK_FRAMES)[:frames:STEP_FRAMES], axis=1)
    counts = np.zeros((len(starts), spectra.shape[1]), dtype=np.uint8)
    for block, (start, floor) in enumerate(zip(starts, floors.astype(np.float32), strict=True)):
        if heard[start : start + BLOCK_FRAMES].any():
            above = peaks_db[start : start + BLOCK_FRAMES] > floor
            above.view(np.uint8).sum(axis=0, dtype=np.uint8, out=counts[block])
    tops = (counts == ndimage.maximum_filter1d(counts, 7, axis=1)) & (counts > 0)
    heights = np.where(tops, counts - ndimage.minimum_filter1d(counts, 15, axis=1), 0)
    best = np.partition(heights, -BEST_PEAKS, axis=1)[:, -BEST_PEAKS:]
    return best.sum(axis=1, dtype=np.float64) / BLOCK_FRAMES, medians


def _peaks(spectra: Float32, heard: Ints) -> tuple[Float32, Float32]:
    """The loudest bin of each frame, and every frame's bins that stand out of their surroundings; dB, others -inf."""
    loudest = np.full(len(spectra), SILENCE_DB, dtype=np.float32)
    peaks = np.full(spectra.shape, -np.inf, dtype=np.float32)
    for at in range(0, len(heard), _ROWS):
        rows = heard[at : at + _ROWS]
        levels = 10 * np.log10(spectra[rows] + np.float32(_SILENCE_POWER))
        loudest[rows] = levels.max(axis=1)
        around = _moving_sum(levels, _AROUND_BINS) / _AROUND_BINS
        peaks[rows] = np.where(levels - around > PEAK_ABOVE_DB, levels, -np.inf)
    return loudest, peaks
