"""Whether two voices are two people, and a second search for a quiet one.

Asked for two clusters, clustering splits the voice of a single speaker too; what tells is whether windows of one
cluster are more like each other than like those of the other. :func:`separation` is the mean similarity of window
voiceprints within the voices less that across them. Measured: 0.13 to 0.42 in 11 calls of two people, -0.01 to 0.07
in 24 recordings of one.

A customer who says only a tenth may be missed by the first pass, whose clusters then split the seller (0.00 to 0.02 in
such calls). Then the windows themselves are clustered, finer, and the group least like the main voice is tried as the
second one: 0.17 to 0.20 when it is a person, at most 0.13 when it is not and lasts three seconds.

Somebody who puts on another voice sounds like another person. But people who talk to each other take turns; of two
voices that both speak long, the one only after the other, neither ever answered, and they count as one speaker.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from callsignals.hearing.recording import Float32
from callsignals.hearing.voices.features import FRAMES_PER_S
from callsignals.hearing.voices.frames import Bools
from callsignals.hearing.voices.second_pass import decode_voices
from callsignals.hearing.voices.windows import WindowPrints

__all__ = ["find_quiet_voice", "separation", "take_turns", "told_apart"]

LEAST_SEPARATION = 0.10
QUIET_SEPARATION = 0.16
LEAST_VOICE_S = 1.5
"""Less than this is no voice: a laugh, a cough, a line that crackles."""
QUIET_VOICE_S = 3.0
MONOLOGUE_S = 25.0
"""Two voices of which each speaks so long, one after the other, are no exchange; a short clip may hold a question
and its answer."""
_OWN_SHARE, _OTHER_SHARE = 0.6, 0.05
"""A window counts for a voice when it holds so much of it and less of the other."""
_LEAST_WINDOWS = 2
_APART_WINDOWS = 2
"""Windows nearer than this share sound and are alike for that alone."""
_CUTS = (4, 6, 9)
_LEAST_GROUP = 3
_MOST_WINDOWS = 1500
"""Clustering takes memory by the square: of longer calls every n-th window is looked at."""


def separation(active: Bools, windows: WindowPrints) -> float | None:
    """How much more alike windows of one voice are than windows of both.

    Args:
        active: shape (frames, 2).
        windows: voiceprints along the call.

    Returns:
        Difference of mean cosine similarities; None when there is too little of a voice to tell.
    """
    own = windows.shares(active & (active.sum(axis=1) == 1)[:, None])
    first, second = (
        _thinned(np.flatnonzero((own[:, voice] > _OWN_SHARE) & (own[:, 1 - voice] < _OTHER_SHARE))) for voice in (0, 1)
    )
    if min(len(first), len(second)) < _LEAST_WINDOWS:
        return None
    within = [alike for group in (first, second) if (alike := _alike_within(windows, group)) is not None]
    if not within:
        return None
    across = windows.prints[first] @ windows.prints[second].T
    return float(np.mean(within) - across.mean())


def told_apart(active: Bools, windows: WindowPrints, *, least: float, least_s: float) -> bool:
    """Whether the two voices are two people."""
    if active.sum(axis=0).min() < least_s * FRAMES_PER_S:
        return False
    apart = separation(active, windows)
    return apart is not None and apart >= least


def take_turns(active: Bools) -> bool:
    """Whether two voices talk to each other: one speaks again after the other did, or one is short.

    Args:
        active: shape (frames, 2).
    """
    if active.sum(axis=0).min() < MONOLOGUE_S * FRAMES_PER_S:
        return True
    spoken = np.concatenate([np.zeros((1, 2), np.int64), np.cumsum(active, axis=0)])
    left = spoken[-1] - spoken
    # What lies on the wrong side of the best moment at which the one could have followed the other.
    astray = min((spoken[:, 1] + left[:, 0]).min(), (spoken[:, 0] + left[:, 1]).min())
    return bool(astray >= LEAST_VOICE_S * FRAMES_PER_S)


def find_quiet_voice(speech: Bools, windows: WindowPrints) -> Bools | None:
    """A second voice that the first pass missed.

    Args:
        speech: shape (frames,), whether anybody speaks.
        windows: voiceprints along the call.

    Returns:
        Shape (frames, 2), or None when nobody else is there.
    """
    found: tuple[float, Bools] | None = None
    for centroids in _guesses(windows):
        active = decode_voices(speech, windows, centroids)
        if active is None or not told_apart(active, windows, least=QUIET_SEPARATION, least_s=QUIET_VOICE_S):
            continue
        apart = separation(active, windows)
        if apart is not None and (found is None or apart > found[0]):
            found = (apart, active)
    return None if found is None else found[1]


def _guesses(windows: WindowPrints) -> Iterator[Float32]:
    """The largest group of windows and the one least like it, at several depths."""
    prints = windows.prints[_thinned(np.arange(len(windows.prints)))]
    if len(prints) < 2 * _LEAST_GROUP:
        return
    tree = linkage(prints, "average", metric="cosine")
    seen: set[bytes] = set()
    for cut in _CUTS:
        labels = fcluster(tree, cut, "maxclust")
        groups = [group for label in np.unique(labels) if (group := labels == label).sum() >= _LEAST_GROUP]
        centroids = np.array([_unit(prints[group].sum(axis=0)) for group in groups])
        if len(groups) < 2:
            continue
        main = int(np.argmax([group.sum() for group in groups]))
        other = int((centroids @ centroids[main]).argmin())
        key = groups[main].tobytes() + groups[other].tobytes()
        if key not in seen:
            seen.add(key)
            yield centroids[[main, other]]


def _alike_within(windows: WindowPrints, group: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float | None:
    similarity = windows.prints[group] @ windows.prints[group].T
    apart = np.abs(group[:, None] - group[None]) >= _APART_WINDOWS
    return float(similarity[apart].mean()) if apart.any() else None


def _thinned(
    indices: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Evenly spread, not more than the most that pairs are made of."""
    return indices[:: 1 + len(indices) // _MOST_WINDOWS]


def _unit(vector: Float32) -> Float32:
    unit: Float32 = vector / np.linalg.norm(vector)
    return unit
