"""How much one channel says of another: delay, coherence, and the filter from one to the other.

Everything works on blocks of 4096 samples (256 ms) in the telephone band, a batch of blocks at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Interval, Recording

__all__ = [
    "BLOCK_S",
    "BLOCK_SAMPLES",
    "MAX_LAG_SAMPLES",
    "Bools",
    "CrossSpectra",
    "Floats",
    "active_blocks",
    "block_likeness",
    "block_powers",
    "coherence_of",
    "cross_spectra",
    "filter_between",
    "lag_between",
    "predicted_blocks",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BLOCK_SAMPLES = 4096
BLOCK_S = BLOCK_SAMPLES / SAMPLE_RATE_HZ
MAX_LAG_SAMPLES = 1024
"""64 ms: bleed through a room or a gateway comes within 50 ms."""

_FFT = 2 * BLOCK_SAMPLES
_BATCH_BLOCKS = 256
_LOW_HZ, _HIGH_HZ = 200.0, 3800.0
"""Above hum, and what every telephone passes."""
_TAPS_BEFORE, _TAPS_AFTER = 128, 896
"""The bleed path's impulse response around its lag, samples."""
_NEAR_LAG_SAMPLES = 24
_TINY = 1e-12


def _band(size: int) -> Bools:
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    return (frequency >= _LOW_HZ) & (frequency <= _HIGH_HZ)


def _batches(recording: Recording, channel: int, size: int) -> Iterator[tuple[int, Float32]]:
    """(first block, blocks of shape (n, size)) of whole blocks; a last short one is filled with zeros."""
    for start, samples in recording.blocks(channel, _BATCH_BLOCKS * size):
        padded = np.pad(samples, (0, -len(samples) % size))
        yield start // size, padded.reshape(-1, size)


def _spectra(blocks: Float32) -> npt.NDArray[np.complex64]:
    """Spectra of zero-padded blocks, the telephone band only; shape (n, bins)."""
    spectra = np.fft.rfft(blocks, _FFT, axis=1).astype(np.complex64, copy=False)
    spectra[:, ~_band(_FFT)] = 0
    return spectra


def block_powers(recording: Recording, channel: int) -> Floats:
    """Power of each block in the telephone band, shape (blocks,)."""
    parts = [
        2 * (np.abs(_spectra(blocks)) ** 2).sum(axis=1) / (_FFT * BLOCK_SAMPLES)
        for _, blocks in _batches(recording, channel, BLOCK_SAMPLES)
    ]
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


def lag_between(recording: Recording, source: int, target: int, chosen: Bools) -> int:
    """By how many samples ``target`` trails ``source``: the peak of the phase transform (GCC-PHAT, Knapp and
    Carter 1976) summed over the chosen blocks.
    """  # noqa: D205
    total = np.zeros(_FFT // 2 + 1, dtype=np.complex128)
    pairs = zip(_batches(recording, source, BLOCK_SAMPLES), _batches(recording, target, BLOCK_SAMPLES), strict=True)
    for (first, ours), (_, theirs) in pairs:
        take = chosen[first : first + len(ours)]
        if take.any():
            cross = np.conj(_spectra(ours[take])) * _spectra(theirs[take])
            total += (cross / (np.abs(cross) + _TINY)).sum(axis=0)
    correlation = np.abs(np.fft.irfft(total))
    window = np.concatenate([correlation[-MAX_LAG_SAMPLES:], correlation[: MAX_LAG_SAMPLES + 1]])
    return int(np.argmax(window)) - MAX_LAG_SAMPLES


def block_likeness(recording: Recording, source: int, target: int, lag: int) -> Floats:
    """Squared correlation 0..1 of each block with the other channel's, near ``lag``; shape (blocks,)."""
    parts = []
    pairs = zip(_batches(recording, source, BLOCK_SAMPLES), _batches(recording, target, BLOCK_SAMPLES), strict=True)
    for (_, ours), (_, theirs) in pairs:
        one, two = _spectra(ours), _spectra(theirs)
        correlation = np.fft.irfft(np.conj(one) * two, axis=1)
        near = (np.arange(lag - _NEAR_LAG_SAMPLES, lag + _NEAR_LAG_SAMPLES + 1)) % _FFT
        best = (correlation[:, near] ** 2).max(axis=1)
        power = (2 * (np.abs(one) ** 2).sum(axis=1) / _FFT) * (2 * (np.abs(two) ** 2).sum(axis=1) / _FFT)
        # A lag takes that many samples out of the block: what remains is compared.
        shared = (1 - abs(lag) / BLOCK_SAMPLES) ** 2
        parts.append(np.clip(best / (power * shared + _TINY**2), 0, 1))
    return np.concatenate(parts) if parts else np.zeros(0)


def _shifted(recording: Recording, channel: int, start: int, stop: int) -> Float32:
    """Samples from ``start`` to ``stop``, zeros outside the recording."""
    inside = recording.block(channel, max(0, start), max(0, min(stop, recording.sample_count)))
    before = min(max(0, -start), stop - start)
    return np.pad(inside, (before, stop - start - before - len(inside)))


@dataclass(frozen=True, slots=True)
class CrossSpectra:
    """Weighted sums over aligned blocks, one value a frequency of a 4096-point transform.

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
    bins = BLOCK_SAMPLES // 2 + 1
    cross, ours_power, theirs_power = np.zeros(bins, dtype=np.complex128), np.zeros(bins), np.zeros(bins)
    for index in np.flatnonzero(weights):
        start = int(index) * BLOCK_SAMPLES
        ours = np.fft.rfft(window * _shifted(recording, source, start, start + BLOCK_SAMPLES))
        theirs = np.fft.rfft(window * _shifted(recording, target, start + lag, start + lag + BLOCK_SAMPLES))
        cross += weights[index] * np.conj(ours) * theirs
        ours_power += weights[index] * np.abs(ours) ** 2
        theirs_power += weights[index] * np.abs(theirs) ** 2
    return CrossSpectra(cross, ours_power, theirs_power, lag)


def coherence_of(spectra: CrossSpectra) -> float:
    """Share 0..1 of the target's power in the telephone band that a linear filter makes out of the source."""
    band = _band(BLOCK_SAMPLES)
    explained = np.abs(spectra.cross[band]) ** 2 / (spectra.source[band] + _TINY)
    return float(explained.sum() / (spectra.target[band].sum() + _TINY))


def filter_between(spectra: CrossSpectra) -> Floats:
    """The filter that makes the target out of the source (Wiener).

    Returns:
        Impulse response, shape (taps,); tap 0 stands for a delay of ``lag - 128`` samples.
    """
    band = _band(BLOCK_SAMPLES)
    floor = 1e-3 * float(spectra.source[band].mean()) + _TINY
    impulse = np.fft.irfft(np.where(band, spectra.cross / (spectra.source + floor), 0))
    return np.concatenate([impulse[-_TAPS_BEFORE:], impulse[:_TAPS_AFTER]])


def predicted_blocks(
    recording: Recording, source: int, target: int, lag: int, impulse: Floats, frame_samples: int
) -> tuple[Floats, Floats, Floats]:
    """Frame powers of what ``source`` leaves in ``target``, of the rest of ``target``, and of ``target``.

    Returns:
        Three arrays, shape (frames,), in the telephone band.
    """
    fft = 1 << 16
    size = (fft - 2 * len(impulse)) // frame_samples * frame_samples
    delay = lag - _TAPS_BEFORE
    margin = len(impulse)
    response = np.fft.rfft(impulse.astype(np.float32), fft)
    keep = _band(fft)
    parts: list[Floats] = []
    for start in range(0, recording.sample_count, size):
        stop = min(start + size, recording.sample_count)
        heard = np.fft.rfft(_shifted(recording, source, start - delay - margin, stop - delay), fft)
        bleed = np.fft.irfft(np.where(keep, heard * response, 0), fft)[margin : margin + stop - start]
        there = np.fft.rfft(_shifted(recording, target, start, stop), fft)
        own = np.fft.irfft(np.where(keep, there, 0), fft)[: stop - start]
        powers = [_frame_powers(part, frame_samples) for part in (bleed, own - bleed, own)]
        parts.append(np.stack(powers))
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((3, 0))
    return joined[0], joined[1], joined[2]


def _frame_powers(samples: npt.NDArray[np.floating[Any]], frame_samples: int) -> Floats:
    padded = np.pad(samples, (0, -len(samples) % frame_samples))
    power: Floats = (padded.reshape(-1, frame_samples) ** 2).mean(axis=1, dtype=np.float64)
    return power
