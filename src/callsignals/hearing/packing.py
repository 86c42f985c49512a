"""Speech packed into windows of at most 30 s, and the way back to the call's clock.

Whisper's encoder always works on 30 s, so full windows are what saves time. The silence between stretches of speech
is left out, except for a margin on both sides of each and for short pauses, which keep their natural length: the
recogniser is worse when words are glued together. Times inside a window map back piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["SAMPLE_RATE_HZ", "Interval", "Piece", "Samples", "Window", "pack", "window_samples"]

SAMPLE_RATE_HZ = 16_000
Interval = tuple[float, float]
Samples = npt.NDArray[np.int16]

WINDOW_S = 30.0
MARGIN_S = 0.4
"""Audio kept on both sides of speech (faster-whisper's ``speech_pad_ms`` 400)."""
LONGEST_PAUSE_S = 2.0
"""Pauses up to here keep their length (faster-whisper's ``min_silence_duration_ms`` 2000)."""
_GRID_HZ = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the call inside a window.

    Attributes:
        start_s, end_s: on the call's clock.
        offset_s: where it begins in the window.
        speech: the speech intervals in it, on the call's clock.
    """

    start_s: float
    end_s: float
    offset_s: float
    speech: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """At most 30 s of audio to be recognised at once."""

    pieces: tuple[Piece, ...]

    @property
    def duration_s(self) -> float:
        """How much audio it holds."""
        return self.pieces[-1].offset_s + self.pieces[-1].end_s - self.pieces[-1].start_s

    @property
    def speech_s(self) -> float:
        """How much of it is speech."""
        return sum(end_s - start_s for piece in self.pieces for start_s, end_s in piece.speech)
