"""How far the two voices' shares of the talk may be off.

Three things are behind the error of a share, and their squares add up: what every recording has (segmentation that
hears a little more or less of one voice); the ends of turns, each off by itself, so that they count by their square
root over the seconds of talk; and stretches that sound about as much like the one voice as like the other.

The weights were fitted on ten two-person calls and a repair call, whole and in cuts, so that 90 % of the shares lie
inside (``benchmarks/diarization/share_interval.py``; figures in its ``RESULTS.md``).
"""

from __future__ import annotations

import numpy as np

from callsignals.hearing.voices.decoding import Floats
from callsignals.hearing.voices.features import FRAMES_PER_S
from callsignals.hearing.voices.frames import Bools

__all__ = ["share_half_width"]

ALWAYS = 0.015
PER_TURN_END_S = 0.15
PER_DOUBT = 1.5
STEEPNESS = 20.0
"""Of the doubt about a frame, 1 / (1 + exp(20 |margin|)): 0.5 where it sounds like both voices alike, 0.02 at a margin
of 0.2; the margins of calls have medians of 0.24 to 0.5."""


def share_half_width(voices: Bools, margins: Floats) -> float:
    """Half-width of the 90 % interval of either voice's share of the talk of both, 0..1.

    Args:
        voices: shape (frames, 2), when each is active; at least one is somewhere.
        margins: shape (frames,), how much more each frame sounds like the one voice than like the other.
    """
    talk_s = float(voices.sum()) / FRAMES_PER_S
    starts = np.diff(voices.astype(np.int8), axis=0, prepend=np.int8(0)) == 1
    turn_ends = PER_TURN_END_S * np.sqrt(starts.sum()) / talk_s
    doubt = PER_DOUBT * float(np.mean(1 / (1 + np.exp(STEEPNESS * np.abs(margins[np.any(voices, axis=1)])))))
    return min(1.0, float(np.sqrt(ALWAYS**2 + turn_ends**2 + doubt**2)))
