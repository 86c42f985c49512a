"""First pass: windows of 10 s, their local speakers matched to the call's voices, overlaps included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Interval, Recording
from callsignals.hearing.voices.clustering import cluster_voices
from callsignals.hearing.voices.features import FRAMES_PER_S, FilterbankReader
from callsignals.hearing.voices.networks import (
    FRAME_S,
    FRAME_WIDTH_S,
    LOCAL_SPEAKERS,
    WINDOW_S,
    segment_windows,
    voiceprints,
)

__all__ = ["first_pass"]

STEP_S = 2.5
LEAST_LOCAL_S = 0.15
"""A local speaker with less activity in a window is not looked at."""
LEAST_CLEAN_S = 0.3
"""With this much speech outside overlaps the voiceprint is taken from there alone."""
_LEAST_FRAMES = 15
_MOST_FRAMES = 600

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Local:
    """One local speaker of one window with its voiceprint."""

    window: int
    speaker: int
    seconds: float
    voiceprint: Float32


def first_pass(recording: Recording, channel: int, speakers: int) -> list[list[Interval]]:
    """Who speaks when.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        speakers: how many voices to tell apart.

    Returns:
        Intervals of each voice; they may overlap. Fewer voices when fewer are found.
    """
    step = int(STEP_S * SAMPLE_RATE_HZ)
    beyond = max(0, recording.sample_count - int(WINDOW_S * SAMPLE_RATE_HZ))
    starts = [index * step for index in range(1 + -(-beyond // step))]
    active = segment_windows(recording, channel, starts)
    reader = FilterbankReader(recording, channel)
    locals_ = [
        local for window, start in enumerate(starts) for local in _local_voices(reader, window, start, active[window])
    ]
    if not locals_:
        return []
    prints = np.stack([local.voiceprint for local in locals_])
    seconds = np.array([local.seconds for local in locals_], dtype=np.float32)
    centroids = cluster_voices(prints, seconds, speakers)
    activity = _aggregate(locals_, active, starts, centroids, recording.duration_s)
    to_seconds = partial(_intervals, duration_s=recording.duration_s)
    return [to_seconds(activity[:, voice]) for voice in range(len(centroids))]


def _local_voices(reader: FilterbankReader, window: int, start: int, active: Bools) -> list[_Local]:
    """Voiceprints of the local speakers of one window."""
    found = []
    features: Float32 | None = None
    overlapped = active.sum(axis=1) > 1
    for speaker in range(LOCAL_SPEAKERS):
        own = active[:, speaker]
        if own.sum() * FRAME_S < LEAST_LOCAL_S:
            continue
        clean = own & ~overlapped
        used = clean if clean.sum() * FRAME_S >= LEAST_CLEAN_S else own
        if features is None:
            first = round(start * FRAMES_PER_S / SAMPLE_RATE_HZ)
            features = reader.between(first, first + int(WINDOW_S * FRAMES_PER_S))
        chosen = features[_feature_frames(used, len(features))][:_MOST_FRAMES]
        if len(chosen) < _LEAST_FRAMES:
            continue
        voiceprint = voiceprints((chosen - chosen.mean(axis=0))[None])[0]
        found.append(_Local(window, speaker, len(chosen) / FRAMES_PER_S, voiceprint))
    return found


def _feature_frames(active: Bools, count: int) -> npt.NDArray[np.int64]:
    """Indices of the 10 ms frames that lie in active segmentation frames."""
    at_s = np.arange(count) / FRAMES_PER_S + 0.0125
    frames_s = np.arange(len(active)) * FRAME_S + FRAME_WIDTH_S / 2
    return np.flatnonzero(np.interp(at_s, frames_s, active.astype(np.float64)) > 0.5)


def _aggregate(locals_: list[_Local], active: Bools, starts: list[int], centroids: Float32, duration_s: float) -> Bools:
    """Overlapping windows voted into one activity; shape (frames, voices)."""
    frames = int(np.ceil(duration_s / FRAME_S)) + active.shape[1]
    votes = np.zeros((frames, len(centroids)), np.float32)
    heads = np.zeros(frames, np.float32)
    windows = np.zeros(frames, np.float32)
    by_window: dict[int, list[_Local]] = {}
    for local in locals_:
        by_window.setdefault(local.window, []).append(local)
    for window, start in enumerate(starts):
        first = round(start / SAMPLE_RATE_HZ / FRAME_S)
        place = slice(first, first + active.shape[1])
        windows[place] += 1
        heads[place] += active[window].sum(axis=1)
        for local, voice in _matched(by_window.get(window, []), centroids):
            votes[place, voice] += active[window][:, local.speaker]
    seen = np.maximum(windows, 1)
    votes /= seen[:, None]
    count = np.minimum(np.rint(heads / seen), len(centroids)).astype(np.int64)
    rank = np.argsort(np.argsort(-votes, axis=1, kind="stable"), axis=1, kind="stable")
    return (rank < count[:, None]) & (votes > 0)


def _matched(locals_: list[_Local], centroids: Float32) -> list[tuple[_Local, int]]:
    """Local speakers of one window to voices, no two to the same one while voices last."""
    if not locals_:
        return []
    similarity = np.stack([local.voiceprint for local in locals_]) @ centroids.T
    rows, columns = linear_sum_assignment(-similarity)
    matched = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    return [(local, matched.get(row, int(similarity[row].argmax()))) for row, local in enumerate(locals_)]


def _intervals(active: Bools, *, duration_s: float) -> list[Interval]:
    edges = np.diff(np.concatenate([[0], active.astype(np.int8), [0]]))
    shift_s = FRAME_WIDTH_S / 2 - FRAME_S / 2
    spans = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    found = [(begin * FRAME_S + shift_s, min(duration_s, end * FRAME_S + shift_s)) for begin, end in spans]
    return [(start_s, end_s) for start_s, end_s in found if end_s > start_s]
