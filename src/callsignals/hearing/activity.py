"""Voice activity of one channel: Silero VAD (MIT), as shipped inside faster-whisper, streamed over the recording.

The model runs on windows of 512 samples (32 ms) and carries its state and 64 samples of context from window to
window, so blocks of any recording length give exactly what one pass over the whole would give, in constant memory.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Interval, Recording

__all__ = ["WINDOW_SAMPLES", "ActivitySettings", "intervals_of", "speech_probabilities"]

WINDOW_SAMPLES = 512
_CONTEXT_SAMPLES = 64
_BLOCK_WINDOWS = 2048


@dataclass(frozen=True, slots=True)
class ActivitySettings:
    """How probabilities become intervals."""

    threshold: float = 0.5
    end_threshold: float = 0.35
    min_silence_s: float = 0.1
    min_speech_s: float = 0.0
    pad_s: float = 0.03


@functools.lru_cache(maxsize=1)
def _session() -> Any:
    from faster_whisper.vad import get_vad_model

    return get_vad_model().session


def speech_probabilities(recording: Recording, channel: int, gain: float = 1.0) -> Float32:
    session = _session()
    h = np.zeros((1, 1, 128), dtype=np.float32)
    c = np.zeros((1, 1, 128), dtype=np.float32)
    context = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)
    parts = []
    for _, block in recording.blocks(channel, _BLOCK_WINDOWS * WINDOW_SAMPLES):
        block = np.clip(block * np.float32(gain), -1, 1)
        block = np.pad(block, (0, -len(block) % WINDOW_SAMPLES))
        windows = np.lib.stride_tricks.sliding_window_view(
            np.concatenate([context, block]), _CONTEXT_SAMPLES + WINDOW_SAMPLES
        )[::WINDOW_SAMPLES]
        context = block[-_CONTEXT_SAMPLES:]
        output, h, c = session.run(None, {"input": np.ascontiguousarray(windows), "h": h, "c": c})
        parts.append(np.asarray(output, dtype=np.float32).reshape(-1))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def intervals_of(p, duration_s: float, s: ActivitySettings = ActivitySettings()) -> list[Interval]:
    hop = WINDOW_SAMPLES / SAMPLE_RATE_HZ
    spans = []
    start = None
    end = None
    ms = s.min_silence_s
    for i, x in enumerate(p.tolist()):
        if x >= s.threshold:
            end = None
            if start is None:
                start = i
        elif start is not None and x < s.end_threshold:
            if end is None:
                end = i
            if (i - end) * hop >= ms:
                spans.append((start * hop, end * hop))
                start = end = None
    if start is not None:
        spans.append((start * hop, (end if end is not None else len(p)) * hop))
    return spans
