"""Log mel filterbanks as Kaldi computes them: what the voiceprint network was trained on.

80 bands, 25 ms windows every 10 ms, Povey window, pre-emphasis 0.97, no dither (Kaldi's ``compute-fbank-feats``).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Recording

__all__ = ["FRAMES_PER_S", "FilterbankReader", "filterbank"]

FRAMES_PER_S = 100
_BANDS = 80
_FFT = 512
_WINDOW = 400
_HOP = SAMPLE_RATE_HZ // FRAMES_PER_S
_LOW_HZ, _HIGH_HZ = 20.0, 8000.0
_PREEMPHASIS = 0.97
_FLOOR = 1.1920929e-07
_BLOCK_FRAMES = 500
_KEPT_BLOCKS = 6

Float64 = npt.NDArray[np.float64]


def _mel(hz: Float64) -> Float64:
    scaled: Float64 = 1127.0 * np.log(1.0 + hz / 700.0)
    return scaled


@lru_cache(maxsize=1)
def _bands() -> Float32:
    lowest, highest = _mel(np.array([_LOW_HZ, _HIGH_HZ]))
    edges = np.linspace(lowest, highest, _BANDS + 2)
    bins = _mel(np.arange(_FFT // 2) * SAMPLE_RATE_HZ / _FFT)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    weights = np.zeros((_FFT // 2 + 1, _BANDS), np.float32)
    weights[:-1] = np.maximum(0.0, np.minimum(rising, falling))
    return weights


@lru_cache(maxsize=1)
def _window() -> Float64:
    window: Float64 = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / (_WINDOW - 1))) ** 0.85
    return window


def filterbank(samples: Float32) -> Float32:
    """Log mel energies.

    Args:
        samples: shape (n,), float32 in -1..1, 16 kHz.

    Returns:
        Shape (frames, 80), float32; frame ``i`` covers 25 ms from ``i`` x 10 ms. Empty under 25 ms.
    """
    count = 1 + (len(samples) - _WINDOW) // _HOP
    if count < 1:
        return np.zeros((0, _BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP][:count].astype(np.float64)
    frames = frames - frames.mean(axis=1, keepdims=True)
    emphasised = np.concatenate(
        [frames[:, :1] * (1 - _PREEMPHASIS), frames[:, 1:] - _PREEMPHASIS * frames[:, :-1]], axis=1
    )
    power = np.abs(np.fft.rfft(emphasised * _window(), _FFT)) ** 2
    energies: Float32 = np.log(np.maximum(power @ _bands(), _FLOOR)).astype(np.float32)
    return energies


class FilterbankReader:
    """Filterbanks of one channel, computed once where windows overlap, a few blocks at a time in memory.

    Args:
        recording: decoded audio.
        channel: row of its samples.
    """

    def __init__(self, recording: Recording, channel: int) -> None:
        self._recording = recording
        self._channel = channel
        self._blocks: dict[int, Float32] = {}

    def between(self, first: int, stop: int) -> Float32:
        """Frames ``first`` to ``stop``, as one pass over the channel would give them; fewer at its end."""
        numbers = range(first // _BLOCK_FRAMES, -(-stop // _BLOCK_FRAMES))
        blocks = [self._block(number) for number in numbers]
        if not blocks:
            return np.zeros((0, _BANDS), np.float32)
        start = numbers.start * _BLOCK_FRAMES
        return np.concatenate(blocks)[first - start : stop - start]

    def _block(self, number: int) -> Float32:
        if number not in self._blocks:
            start = number * _BLOCK_FRAMES * _HOP
            stop = start + (_BLOCK_FRAMES - 1) * _HOP + _WINDOW
            self._blocks[number] = filterbank(self._recording.block(self._channel, start, stop))
            while len(self._blocks) > _KEPT_BLOCKS:
                del self._blocks[next(iter(self._blocks))]
        return self._blocks[number]
