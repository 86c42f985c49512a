"""First pass: windows of 10 s, their local speakers matched to the call's voices, overlaps included.

What a local speaker sounds like is taken from the short windows that the second pass needs anyway, where they lie
inside what the speaker says; only for shorter turns a voiceprint is made. That halves the work at the same error rate.
A recording of less than a minute has too few windows for that, and each local speaker gets a voiceprint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Interval, Recording
from callsignals.hearing.voices.clustering import cluster_voices
from callsignals.hearing.voices.features import FRAMES_PER_S, FilterbankReader
from callsignals.hearing.voices.frames import frames_of
from callsignals.hearing.voices.networks import (
    FRAME_S,
    FRAME_WIDTH_S,
    LOCAL_SPEAKERS,
    WINDOW_S,
    segment_windows,
    voiceprints,
)
from callsignals.hearing.voices.windows import WindowPrints

__all__ = ["Segmented", "first_pass", "segment"]

STEP_S = 2.5
LEAST_LOCAL_S = 0.15
"""A local speaker with less activity in a window is not looked at."""
LEAST_CLEAN_S = 0.3
"""With this much speech outside overlaps the voiceprint is taken from there alone."""
OWN_SHARE, FOREIGN_SHARE = 0.6, 0.05
"""A short window stands for a local speaker who speaks for so much of it, and the others for not more than that."""
SHORT_S = 60.0
"""Of shorter recordings no windows are pooled: in a cut of 27 s of two voices that sound alike the talk share was 23
points off with them, 2 without."""
_LEAST_FRAMES = 15
_MOST_FRAMES = 600

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Segmented:
    """Local speakers in windows of 10 s every 2.5 s.

    Attributes:
        starts: first sample of each window.
        active: shape (windows, frames, 3), a frame every 16.9 ms.
    """

    starts: list[int]
    active: Bools

    def heads(self, duration_s: float) -> npt.NDArray[np.float32]:
        """How many speak at once, the mean of overlapping windows; shape (frames,), padded past the end."""
        heads = np.zeros(int(np.ceil(duration_s / FRAME_S)) + self.active.shape[1], np.float32)
        for window in range(len(self.starts)):
            heads[self.place(window)] += self.active[window].sum(axis=1)
        heads /= self.seen(len(heads))
        return heads

    def seen(self, count: int) -> npt.NDArray[np.float32]:
        """How many windows lie over each of ``count`` frames, at least 1."""
        windows = np.zeros(count, np.float32)
        for window in range(len(self.starts)):
            windows[self.place(window)] += 1
        return np.maximum(windows, np.float32(1))

    def place(self, window: int) -> slice:
        """Where a window lies among the frames of the recording."""
        first = round(self.starts[window] / SAMPLE_RATE_HZ / FRAME_S)
        return slice(first, first + self.active.shape[1])

    def speech(self, duration_s: float) -> Bools:
        """Whether anybody speaks, shape (10 ms frames of the recording,)."""
        spans = _intervals(np.rint(self.heads(duration_s)) >= 1, duration_s=duration_s)
        return frames_of(spans, int(np.ceil(duration_s * FRAMES_PER_S)))


@dataclass(frozen=True, slots=True)
class _Local:
    """One local speaker of one window with its voiceprint."""

    window: int
    speaker: int
    seconds: float
    voiceprint: Float32


def segment(recording: Recording, channel: int) -> Segmented:
    """Local speakers all along one channel.

    Raises:
        ModelError: the network is missing or altered.
    """
    step = int(STEP_S * SAMPLE_RATE_HZ)
    beyond = max(0, recording.sample_count - int(WINDOW_S * SAMPLE_RATE_HZ))
    starts = [index * step for index in range(1 + -(-beyond // step))]
    return Segmented(starts, segment_windows(recording, channel, starts))


def first_pass(
    recording: Recording, channel: int, segmented: Segmented, windows: WindowPrints, speakers: int
) -> list[list[Interval]]:
    """Who speaks when.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        segmented: its local speakers.
        windows: voiceprints along the call.
        speakers: how many voices to tell apart.

    Returns:
        Intervals of each voice; they may overlap. Fewer voices when fewer are found.
    """
    reader = FilterbankReader(recording, channel)
    count = int(np.ceil(recording.duration_s * FRAMES_PER_S))
    locals_ = [
        local for window in range(len(segmented.starts)) for local in _locals(reader, segmented, window, windows, count)
    ]
    if not locals_:
        return []
    prints = np.stack([local.voiceprint for local in locals_])
    seconds = np.array([local.seconds for local in locals_], dtype=np.float32)
    centroids = cluster_voices(prints, seconds, speakers)
    activity = _aggregate(locals_, segmented, centroids, recording.duration_s)
    to_seconds = partial(_intervals, duration_s=recording.duration_s)
    return [to_seconds(activity[:, voice]) for voice in range(len(centroids))]


def _locals(
    reader: FilterbankReader, segmented: Segmented, window: int, windows: WindowPrints, count: int
) -> Iterator[_Local]:
    """Local speakers of one window with voiceprints; ``count`` is of the recording's 10 ms frames."""
    active = segmented.active[window]
    heads = active.sum(axis=1)
    first = round(segmented.starts[window] * FRAMES_PER_S / SAMPLE_RATE_HZ)
    length = min(int(WINDOW_S * FRAMES_PER_S), count - first)
    for speaker in range(LOCAL_SPEAKERS):
        own = active[:, speaker]
        if own.sum() * FRAME_S < LEAST_LOCAL_S:
            continue
        clean = own & (heads <= 1)
        used = clean if clean.sum() * FRAME_S >= LEAST_CLEAN_S else own
        spoken = _feature_frames(used, length)
        voiceprint = None
        if count >= SHORT_S * FRAMES_PER_S:
            voiceprint = _pooled(windows, first, spoken, _feature_frames(heads - own > 0, length))
        if voiceprint is None:
            spoken = spoken & (np.cumsum(spoken) <= _MOST_FRAMES)
            voiceprint = _print_of(reader, first, spoken)
        if voiceprint is not None:
            yield _Local(window, speaker, min(spoken.sum(), _MOST_FRAMES) / FRAMES_PER_S, voiceprint)


def _pooled(windows: WindowPrints, first: int, own: Bools, others: Bools) -> Float32 | None:
    """Mean voiceprint of the short windows that are a local speaker's; None when there is none."""
    inside = windows.within(first, first + len(own))
    shares = inside.shares(np.stack([own, others], axis=1), first=first)
    pure = (shares[:, 0] >= OWN_SHARE) & (shares[:, 1] <= FOREIGN_SHARE)
    if not pure.any():
        return None
    total = (inside.prints[pure] * np.square(shares[pure, :1])).sum(axis=0)
    unit: Float32 = (total / np.linalg.norm(total)).astype(np.float32)
    return unit


def _print_of(reader: FilterbankReader, first: int, spoken: Bools) -> Float32 | None:
    features = reader.between(first, first + len(spoken))
    chosen = features[spoken[: len(features)]]
    if len(chosen) < _LEAST_FRAMES:
        return None
    voiceprint: Float32 = voiceprints((chosen - chosen.mean(axis=0))[None])[0]
    return voiceprint


def _feature_frames(active: Bools, count: int) -> Bools:
    """Which of ``count`` 10 ms frames lie in active segmentation frames."""
    at_s = np.arange(count) / FRAMES_PER_S + 0.0125
    frames_s = np.arange(len(active)) * FRAME_S + FRAME_WIDTH_S / 2
    inside: Bools = np.interp(at_s, frames_s, active.astype(np.float64)) > 0.5
    return inside


def _aggregate(locals_: list[_Local], segmented: Segmented, centroids: Float32, duration_s: float) -> Bools:
    """Overlapping windows voted into one activity; shape (frames, voices)."""
    heads = segmented.heads(duration_s)
    votes = np.zeros((len(heads), len(centroids)), np.float32)
    by_window: dict[int, list[_Local]] = {}
    for local in locals_:
        by_window.setdefault(local.window, []).append(local)
    for window, found in by_window.items():
        for local, voice in _matched(found, centroids):
            votes[segmented.place(window), voice] += segmented.active[window][:, local.speaker]
    votes /= segmented.seen(len(heads))[:, None]
    count = np.minimum(np.rint(heads), len(centroids)).astype(np.int64)
    rank = np.argsort(np.argsort(-votes, axis=1, kind="stable"), axis=1, kind="stable")
    return (rank < count[:, None]) & (votes > 0)


def _matched(locals_: list[_Local], centroids: Float32) -> list[tuple[_Local, int]]:
    """Local speakers of one window to voices, no two to the same one while voices last."""
    from scipy.optimize import linear_sum_assignment  # as slow to import as all else here, and for mono alone

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
