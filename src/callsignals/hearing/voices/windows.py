"""Voiceprints of short windows all along a call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callsignals.hearing.recording import Float32, Recording
from callsignals.hearing.voices.features import FilterbankReader
from callsignals.hearing.voices.frames import Bools
from callsignals.hearing.voices.networks import VOICEPRINT_SIZE, voiceprints

__all__ = ["WINDOW_FRAMES", "WindowPrints", "print_windows"]

WINDOW_FRAMES = 150
HOP_FRAMES = 75
"""DER 2.9 % at 0.5 and 0.75 s, 3.2 at 1 s; each window costs 18 ms."""
LEAST_SPEECH_SHARE = 0.25
"""Windows with less speech have no voiceprint."""
_BATCH = 4
"""Few windows at once stay in the processor's cache; the voiceprints are the same to the last bit."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowPrints:
    """Voiceprints along a call, of the windows that hold speech.

    Attributes:
        starts: shape (windows,), first 10 ms frame of each.
        prints: shape (windows, 192), unit length.
    """

    starts: npt.NDArray[np.int64]
    prints: Float32

    def within(self, first: int, stop: int) -> WindowPrints:
        """The windows that lie wholly between two frames."""
        low, high = np.searchsorted(self.starts, [first, stop - WINDOW_FRAMES + 1])
        return WindowPrints(self.starts[low : max(low, high)], self.prints[low : max(low, high)])

    def shares(self, active: Bools, *, first: int = 0) -> npt.NDArray[np.float64]:
        """Share of each window in which each column is active.

        Args:
            active: shape (frames, columns).
            first: frame of the call with which ``active`` begins.

        Returns:
            Shape (windows, columns).
        """
        sums = np.concatenate([np.zeros((1, active.shape[1])), np.cumsum(active, axis=0)])
        starts = self.starts - first
        ends = np.minimum(starts + WINDOW_FRAMES, len(active))
        shares: npt.NDArray[np.float64] = (sums[ends] - sums[starts]) / WINDOW_FRAMES
        return shares


def print_windows(recording: Recording, channel: int, speech: Bools) -> WindowPrints:
    """Voiceprints of 1.5 s windows every 0.75 s.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        speech: shape (frames,), whether anybody speaks in each 10 ms frame.
    """
    reader = FilterbankReader(recording, channel)
    starts: list[int] = []
    parts: list[Float32] = [np.zeros((0, VOICEPRINT_SIZE), np.float32)]
    batch: list[Float32] = []
    for start in range(0, max(1, len(speech) - WINDOW_FRAMES + 1), HOP_FRAMES):
        voiced = speech[start : start + WINDOW_FRAMES]
        if voiced.mean() <= LEAST_SPEECH_SHARE:
            continue
        features = reader.between(start, start + WINDOW_FRAMES)
        if len(features) < WINDOW_FRAMES:
            continue
        starts.append(start)
        batch.append(features - features[voiced].mean(axis=0))
        if len(batch) == _BATCH:
            parts.append(voiceprints(np.stack(batch)))
            batch = []
    if batch:
        parts.append(voiceprints(np.stack(batch)))
    return WindowPrints(np.array(starts, dtype=np.int64), np.concatenate(parts))
