"""Intervals as 10 ms frames and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from callsignals.hearing.recording import Interval
from callsignals.hearing.voices.features import FRAMES_PER_S

__all__ = ["Bools", "frames_of", "intervals_of"]

Bools = npt.NDArray[np.bool_]


def frames_of(intervals: Sequence[Interval], count: int, *, wider_s: float = 0.0) -> Bools:
    """Which of ``count`` frames lie in any interval, each widened on both sides; shape (count,)."""
    frames = np.zeros(count, dtype=np.bool_)
    for start_s, end_s in intervals:
        first = max(0, round((start_s - wider_s) * FRAMES_PER_S))
        frames[first : max(0, round((end_s + wider_s) * FRAMES_PER_S))] = True
    return frames


def intervals_of(active: Bools, *, ends_s: float) -> list[Interval]:
    """Runs of active frames as intervals of plain floats that end by ``ends_s``."""
    edges = np.diff(np.concatenate([[0], active.astype(np.int8), [0]]))
    spans = zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True)
    found = ((begin / FRAMES_PER_S, min(end / FRAMES_PER_S, ends_s)) for begin, end in spans)
    return [(start_s, end_s) for start_s, end_s in found if start_s < end_s]
