"""How much one channel says of another: delay, coherence, and the filter from one to the other.

Everything works on blocks of 4096 samples (256 ms) in the telephone band, a batch of blocks at a time. Transforms are
scipy's, which does several rows at once: on float32 a quarter of the time of numpy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from callsignals.hearing.recording import FULL_SCALE, SAMPLE_RATE_HZ, Float32, Interval, Recording

__all__ = [
    "BLOCK_S",
    "BLOCK_SAMPLES",
    "MAX_BLOCKS",
    "MAX_LAG_SAMPLES",
    "Bools",
    "CrossSpectra",
    "Floats",
    "active_blocks",
    "block_powers",
    "coherence_of",
    "cross_spectra",
    "filter_between",
    "lag_and_likeness",
    "lag_between",
    "predicted_blocks",
    "spread_blocks",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Complex64 = npt.NDArray[np.complex64]

BLOCK_SAMPLES = 4096
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE_HZ
MAX_LAG_SAMPLES = 1024
"""64 ms: bleed through a room or a gateway comes within 50 ms."""
MAX_BLOCKS = 1200
"""Five minutes of speech, evenly spread, tell what two channels share."""

_FFT = 2 * BLOCK_SAMPLES
_LONG_FFT = 1 << 14
_LONG_ROWS = 8
_BATCH_BLOCKS = 32
_LOW_HZ, _HIGH_HZ = 200.0, 3800.0
"""Above hum, and what every telephone passes."""
_TAPS_BEFORE, _TAPS_AFTER = 128, 896
"""The bleed path's impulse response around its lag, samples."""
_NEAR_LAG_SAMPLES = 24
_TINY = 1e-12


def _band(size: int) -> slice:
    """The telephone band in a transform of ``size`` points."""
    hz = SAMPLE_RATE_HZ / size
    return slice(int(np.ceil(_LOW_HZ / hz)), int(_HIGH_HZ / hz) + 1)


_BINS = _band(_FFT).stop - _band(_FFT).start


def block_powers(recording: Recording, channel: int) -> Floats:
    """Power of each block in the telephone band, shape (blocks,); a last short block is filled with zeros."""
    return recording.kept("block_powers", channel, lambda: _block_powers(recording, channel))


def _block_powers(recording: Recording, channel: int) -> Floats:
    parts = []
    for _, samples in recording.blocks(channel, _BATCH_BLOCKS * BLOCK_SAMPLES):
        blocks = np.pad(samples, (0, -len(samples) % BLOCK_SAMPLES)).reshape(-1, BLOCK_SAMPLES)
        spectra = fft.rfft(blocks, axis=1)[:, _band(BLOCK_SAMPLES)]
        parts.append(2 * (np.abs(spectra) ** 2).sum(axis=1, dtype=np.float64) / BLOCK_SAMPLES**2)
    return np.concatenate(parts) if parts else np.zeros(0)


def active_blocks(intervals: Sequence[Interval], count: int) -> Bools:
    """Which of ``count`` blocks lie at least half in ``intervals``."""
    covered = np.zeros(count)
    for start_s, end_s in intervals:
        first, last = int(start_s / BLOCK_S), min(int(end_s / BLOCK_S), count - 1)
        for index in range(first, last + 1):
            covered[index] += min(end_s, (index + 1) * BLOCK_S) - max(start_s, index * BLOCK_S)
    active: Bools = covered >= BLOCK_S / 2
    return active


def spread_blocks(chosen: Bools, most: int = MAX_BLOCKS) -> Bools:
    """At most so many of the chosen blocks, evenly spread."""
    found = np.flatnonzero(chosen)
    if len(found) <= most:
        return chosen
    kept = np.zeros_like(chosen)
    kept[found[np.linspace(0, len(found) - 1, most).astype(int)]] = True
    return kept


def _batches(chosen: Bools) -> Iterator[Ints]:
    """Indices of the chosen blocks, some at a time."""
    found = np.flatnonzero(chosen)
    for at in range(0, len(found), _BATCH_BLOCKS):
        yield found[at : at + _BATCH_BLOCKS]


def _rows(recording: Recording, channel: int, starts: Iterable[int], size: int) -> Float32:
    """``size`` samples of one channel from each of ``starts``, zeros outside the recording; shape (starts, size)."""
    firsts = list(starts)
    rows = np.zeros((len(firsts), size), np.float32)
    for row, first in zip(rows, firsts, strict=True):
        samples = recording.samples[channel, max(0, first) : max(0, first + size)]
        before = max(0, -first)
        row[before : before + len(samples)] = samples
    rows /= np.float32(FULL_SCALE)
    return rows


def _blocks(recording: Recording, channel: int, indices: Ints, shift: int = 0) -> Float32:
    """Blocks that start ``shift`` samples late; shape (n, 4096)."""
    return _rows(recording, channel, (indices * BLOCK_SAMPLES + shift).tolist(), BLOCK_SAMPLES)


def _pairs(recording: Recording, source: int, target: int, chosen: Bools) -> Iterator[tuple[Complex64, Complex64]]:
    """Spectra of both channels' chosen blocks in the telephone band, blocks filled up with as many zeros."""
    for indices in _batches(chosen):
        ours, theirs = (_blocks(recording, channel, indices) for channel in (source, target))
        yield fft.rfft(ours, _FFT, axis=1)[:, _band(_FFT)], fft.rfft(theirs, _FFT, axis=1)[:, _band(_FFT)]


def _correlation(cross: Complex64) -> Float32:
    """Correlations of cross spectra given in the telephone band, one a row; shape (n, 8192)."""
    whole = np.zeros((len(cross), _FFT // 2 + 1), np.complex64)
    whole[:, _band(_FFT)] = cross
    correlation: Float32 = fft.irfft(whole, _FFT, axis=1)
    return correlation


def _phase_sum(cross: Complex64) -> npt.NDArray[np.complex128]:
    total: npt.NDArray[np.complex128] = (cross / (np.abs(cross) + np.float32(_TINY))).sum(axis=0, dtype=np.complex128)
    return total


def _lag(phases: npt.NDArray[np.complex128]) -> int:
    """The peak of the phase transform (GCC-PHAT, Knapp and Carter 1976)."""
    correlation = np.abs(_correlation(phases.astype(np.complex64)[None])[0])
    window = np.concatenate([correlation[-MAX_LAG_SAMPLES:], correlation[: MAX_LAG_SAMPLES + 1]])
    return int(np.argmax(window)) - MAX_LAG_SAMPLES


def lag_between(recording: Recording, source: int, target: int, chosen: Bools) -> int:
    """By how many samples ``target`` trails ``source`` over the chosen blocks."""
    pairs = _pairs(recording, source, target, chosen)
    return _lag(sum((_phase_sum(np.conj(ours) * theirs) for ours, theirs in pairs), np.zeros(_BINS, np.complex128)))


def lag_and_likeness(recording: Recording, source: int, target: int, chosen: Bools) -> tuple[int, Floats]:
    """How far ``target`` trails ``source``, and the squared correlation of their blocks near that lag.

    Args:
        recording: both channels.
        source: the one.
        target: the other.
        chosen: which blocks to look at, shape (blocks,); their spectra are held in memory.

    Returns:
        The lag in samples; 0..1 for each chosen block.
    """
    crosses: list[Complex64] = []
    powers: list[Floats] = []
    for ours, theirs in _pairs(recording, source, target, chosen):
        crosses.append(np.conj(ours) * theirs)
        one, two = (2 * (np.abs(spectra) ** 2).sum(axis=1, dtype=np.float64) / _FFT for spectra in (ours, theirs))
        powers.append(one * two)
    lag = _lag(sum(map(_phase_sum, crosses), np.zeros(_BINS, np.complex128)))
    near = np.arange(lag - _NEAR_LAG_SAMPLES, lag + _NEAR_LAG_SAMPLES + 1) % _FFT
    # A lag takes that many samples out of the block: what remains is compared.
    shared = (1 - abs(lag) / BLOCK_SAMPLES) ** 2
    best = [(_correlation(cross)[:, near].astype(np.float64) ** 2).max(axis=1) for cross in crosses]
    parts = [np.clip(peak / (power * shared + _TINY**2), 0, 1) for peak, power in zip(best, powers, strict=True)]
    return lag, np.concatenate(parts) if parts else np.zeros(0)


@dataclass(frozen=True, slots=True)
class CrossSpectra:
    """Weighted sums over aligned blocks, one value a frequency of the telephone band of a 4096-point transform.

    Attributes:
        cross: conj(source) x target.
        source, target: powers.
        lag: samples by which the target was taken to trail.
    """

    cross: npt.NDArray[np.complex128]
    source: Floats
    target: Floats
    lag: int


def cross_spectra(recording: Recording, source: int, target: int, lag: int, weights: Floats) -> CrossSpectra:
    """What two channels share.

    Args:
        recording: both channels.
        source: the channel that is heard in the other.
        target: the other.
        lag: samples by which the target trails.
        weights: of each block; zero leaves it out.
    """
    window = np.hanning(BLOCK_SAMPLES).astype(np.float32)
    band = _band(BLOCK_SAMPLES)
    bins = band.stop - band.start
    cross, ours_power, theirs_power = np.zeros(bins, dtype=np.complex128), np.zeros(bins), np.zeros(bins)
    for indices in _batches(weights > 0):
        scale = np.sqrt(weights[indices, None]).astype(np.float32) * window
        ours = fft.rfft(scale * _blocks(recording, source, indices), axis=1)[:, band]
        theirs = fft.rfft(scale * _blocks(recording, target, indices, lag), axis=1)[:, band]
        cross += (np.conj(ours) * theirs).sum(axis=0)
        ours_power += (np.abs(ours) ** 2).sum(axis=0)
        theirs_power += (np.abs(theirs) ** 2).sum(axis=0)
    return CrossSpectra(cross, ours_power, theirs_power, lag)


def coherence_of(spectra: CrossSpectra) -> float:
    """Share 0..1 of the target's power in the telephone band that a linear filter makes out of the source."""
    explained = np.abs(spectra.cross) ** 2 / (spectra.source + _TINY)
    return float(explained.sum() / (spectra.target.sum() + _TINY))


def filter_between(spectra: CrossSpectra) -> Floats:
    """The filter that makes the target out of the source (Wiener).

    Returns:
        Impulse response, shape (taps,); tap 0 stands for a delay of ``lag - 128`` samples.
    """
    floor = 1e-3 * float(spectra.source.mean()) + _TINY
    response = np.zeros(BLOCK_SAMPLES // 2 + 1, dtype=np.complex128)
    response[_band(BLOCK_SAMPLES)] = spectra.cross / (spectra.source + floor)
    impulse: Floats = fft.irfft(response)
    return np.concatenate([impulse[-_TAPS_BEFORE:], impulse[:_TAPS_AFTER]])


def predicted_blocks(
    recording: Recording, source: int, target: int, lag: int, impulse: Floats, frame_samples: int
) -> tuple[Floats, Floats, Floats]:
    """Frame powers of what ``source`` leaves in ``target``, of the rest of ``target``, and of ``target``.

    Returns:
        Three arrays, shape (frames,), in the telephone band.
    """
    margin = len(impulse)
    size = (_LONG_FFT - margin) // frame_samples * frame_samples
    delay = lag - _TAPS_BEFORE
    response = fft.rfft(impulse.astype(np.float32), _LONG_FFT)
    parts: list[Floats] = []
    for start in range(0, recording.sample_count, _LONG_ROWS * size):
        starts = range(start, min(start + _LONG_ROWS * size, recording.sample_count), size)
        heard = _rows(recording, source, (at - delay - margin for at in starts), _LONG_FFT)
        bleed = _in_band(fft.rfft(heard, axis=1) * response)[:, margin : margin + size]
        own = _in_band(fft.rfft(_rows(recording, target, starts, _LONG_FFT), axis=1))[:, :size]
        powers = [_frame_powers(part, frame_samples) for part in (bleed, own - bleed, own)]
        parts.append(np.stack(powers))
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((3, 0))
    frames = -(-recording.sample_count // frame_samples)
    return joined[0, :frames], joined[1, :frames], joined[2, :frames]


def _in_band(spectra: Complex64) -> Float32:
    """Samples of the telephone band of spectra of 16,384 points."""
    kept = np.zeros_like(spectra)
    kept[:, _band(_LONG_FFT)] = spectra[:, _band(_LONG_FFT)]
    samples: Float32 = fft.irfft(kept, _LONG_FFT, axis=1)
    return samples


def _frame_powers(samples: Float32, frame_samples: int) -> Floats:
    """Of frames laid end to end in the rows of ``samples``; shape (frames,)."""
    frames = np.ascontiguousarray(samples).reshape(-1, frame_samples)
    power: Floats = np.einsum("ij,ij->i", frames, frames).astype(np.float64) / frame_samples
    return power
