"""Second pass: short voiceprints along the call scored against each voice, and the likeliest sequence of voices.

A 10 s window places short turns badly. Here every half second a voiceprint of 1.5 s says how much it sounds like each
voice, and Viterbi decoding over 10 ms frames chooses who speaks, with changes of voice costly inside speech and cheap
at pauses. Overlaps stay as the first pass found them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callsignals.hearing.recording import Float32, Interval, Recording
from callsignals.hearing.voices.decoding import Floats, likeliest_path
from callsignals.hearing.voices.features import FRAMES_PER_S, FilterbankReader
from callsignals.hearing.voices.networks import VOICEPRINT_SIZE, voiceprints

__all__ = ["Scores", "refine", "score_windows"]

WINDOW_FRAMES = 150
HOP_FRAMES = 50
LEAST_SPEECH_SHARE = 0.25
"""Windows with less speech have no voiceprint."""
SCORE_WEIGHT = 1.2
FIRST_PASS_WEIGHT = 0.1
CHANGE_COST = 2.0
PAUSE_CHANGE_COST = 0.6
_ROUNDS = 2
_BATCH = 32
# A window stands for a voice when it holds much of it and little of others; first strict, then whatever there is.
_PURITY = ((0.7, 0.02, 3), (0.4, 0.2, 1))

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Voiceprints along the call.

    Attributes:
        starts: shape (windows,), first 10 ms frame of each.
        prints: shape (windows, 192), unit length; zeros where there is too little speech.
    """

    starts: npt.NDArray[np.int64]
    prints: Float32


def score_windows(recording: Recording, channel: int, speech: Bools) -> Scores:
    """Voiceprints of 1.5 s windows every 0.5 s.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        speech: shape (frames,), whether anybody speaks in each 10 ms frame.
    """
    starts = np.arange(0, max(1, len(speech) - WINDOW_FRAMES + 1), HOP_FRAMES)
    prints = np.zeros((len(starts), VOICEPRINT_SIZE), np.float32)
    reader = FilterbankReader(recording, channel)
    used = [at for at, start in enumerate(starts) if speech[start : start + WINDOW_FRAMES].mean() > LEAST_SPEECH_SHARE]
    for at in range(0, len(used), _BATCH):
        batch, kept = [], []
        for index in used[at : at + _BATCH]:
            start = int(starts[index])
            features = reader.between(start, start + WINDOW_FRAMES)
            if len(features) < WINDOW_FRAMES:
                continue
            voiced = speech[start : start + WINDOW_FRAMES]
            batch.append(features - features[voiced].mean(axis=0))
            kept.append(index)
        if batch:
            prints[kept] = voiceprints(np.stack(batch))
    return Scores(starts, prints)


def refine(
    recording: Recording, channel: int, voices: Sequence[Sequence[Interval]]
) -> tuple[list[list[Interval]], float]:
    """The same voices with better boundaries.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        voices: intervals of each voice from the first pass.

    Returns:
        Intervals of each voice, and the cosine similarity of the two most alike voices (1.0 when there is one).
    """
    frames = int(np.ceil(recording.duration_s * FRAMES_PER_S))
    active = np.zeros((frames, len(voices)), dtype=np.bool_)
    for voice, intervals in enumerate(voices):
        for start_s, end_s in intervals:
            active[round(start_s * FRAMES_PER_S) : round(end_s * FRAMES_PER_S), voice] = True
    scores = score_windows(recording, channel, active.any(axis=1))
    overlapped = active.sum(axis=1) > 1
    overlaps = active & overlapped[:, None]
    alike = 1.0
    for _ in range(_ROUNDS):
        centroids = _centroids(active, scores)
        if centroids is None:
            break
        alike = float((centroids @ centroids.T)[~np.eye(len(centroids), dtype=np.bool_)].max(initial=-1.0))
        active = _decoded(active, scores, centroids) | overlaps
    return [_intervals(active[:, voice]) for voice in range(len(voices))], alike


def _centroids(active: Bools, scores: Scores) -> Float32 | None:
    """Mean voiceprint of each voice's purest windows; None when a voice has none."""
    single = active & (active.sum(axis=1) == 1)[:, None]
    own = _window_means(single, scores.starts)
    present = np.abs(scores.prints).sum(axis=1) > 0
    found = []
    for voice in range(active.shape[1]):
        others = _window_means(np.delete(active, voice, axis=1).any(axis=1)[:, None], scores.starts)[:, 0]
        pure = _pure_windows(own[:, voice], others, present)
        if pure is None:
            return None
        mean = scores.prints[pure].mean(axis=0)
        found.append(mean / np.linalg.norm(mean))
    return np.array(found)


def _pure_windows(own: Float32, others: Float32, present: Bools) -> Bools | None:
    for least_own, most_others, least_count in _PURITY:
        pure = (own > least_own) & (others < most_others) & present
        if pure.sum() >= least_count:
            return pure
    return None


def _window_means(active: Bools, starts: npt.NDArray[np.int64]) -> Float32:
    """Share of each window in which each column is active; shape (windows, columns)."""
    sums = np.concatenate([np.zeros((1, active.shape[1])), np.cumsum(active, axis=0)])
    ends = np.minimum(starts + WINDOW_FRAMES, len(active))
    means: Float32 = (sums[ends] - sums[starts]) / np.maximum(ends - starts, 1)[:, None]
    return means


def _decoded(active: Bools, scores: Scores, centroids: Float32) -> Bools:
    """One voice per speech frame, by Viterbi."""
    speech = active.any(axis=1)
    emission = SCORE_WEIGHT * _frame_scores(len(active), scores, centroids) + FIRST_PASS_WEIGHT * active
    emission[~speech] = 0.0
    inside = np.concatenate([[False], speech[1:] & speech[:-1]])
    path = likeliest_path(emission, np.where(inside, CHANGE_COST, PAUSE_CHANGE_COST))
    decoded = np.zeros_like(active)
    decoded[np.flatnonzero(speech), path[speech]] = True
    return decoded


def _frame_scores(frames: int, scores: Scores, centroids: Float32) -> Floats:
    """Window scores spread over frames, the middle of a window weighing most."""
    middle = (WINDOW_FRAMES - 1) / 2
    weights = 1 - np.abs(np.arange(WINDOW_FRAMES) - middle) / (WINDOW_FRAMES / 2) * 0.8
    similarity = scores.prints @ centroids.T
    total = np.zeros((frames, len(centroids)))
    seen = np.zeros(frames)
    for index in np.flatnonzero(np.abs(scores.prints).sum(axis=1) > 0):
        start = int(scores.starts[index])
        part = weights[: frames - start]
        total[start : start + len(part)] += similarity[index] * part[:, None]
        seen[start : start + len(part)] += part
    return total / np.maximum(seen, 1e-6)[:, None]


def _intervals(active: Bools) -> list[Interval]:
    edges = np.diff(np.concatenate([[0], active.astype(np.int8), [0]]))
    spans = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    return [(begin / FRAMES_PER_S, end / FRAMES_PER_S) for begin, end in spans]
