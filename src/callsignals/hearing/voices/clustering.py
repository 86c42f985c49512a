"""Voiceprints of stretches grouped into voices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from callsignals.hearing.recording import Float32

__all__ = ["cluster_voices"]

TRAINING_S = 1.5
"""Shorter stretches do not shape the clusters, they are only assigned to them."""
TINY_SHARE = 0.03
"""A cluster with less of the speech is noise, a laugh or an overlap, and no voice."""
MOST_STRETCHES = 2000
"""Clustering takes memory by the square: of calls beyond about an hour every n-th stretch shapes the clusters."""
_REFINEMENTS = 5


def cluster_voices(prints: Float32, seconds: Float32, speakers: int) -> Float32:
    """Centroids of ``speakers`` voices.

    Average-linkage clustering on cosine distance, cut so deep that ``speakers`` clusters of more than a tiny size
    appear, then refined by spherical k-means.

    Args:
        prints: shape (stretches, 192), unit length.
        seconds: shape (stretches,), how much speech each rests on.
        speakers: how many voices.

    Returns:
        Shape (voices, 192), unit length; fewer voices than asked for when there are fewer stretches.
    """
    least = max(4, speakers)
    chosen = np.flatnonzero(seconds >= TRAINING_S)
    if len(chosen) < least:
        chosen = np.argsort(-seconds, kind="stable")[:least]
    chosen = chosen[:: 1 + len(chosen) // MOST_STRETCHES]
    points, weights = prints[chosen], seconds[chosen]
    if len(points) <= speakers:
        return points
    tree = linkage(points, "average", metric="cosine")
    return _refined(points, weights, _cut(tree, points, weights, speakers))


def _cut(tree: npt.NDArray[np.float64], points: Float32, weights: Float32, speakers: int) -> Float32:
    for count in range(speakers, len(points) + 1):
        centroids = _centroids(points, weights, fcluster(tree, count, "maxclust"), TINY_SHARE * weights.sum())
        if len(centroids) == speakers:
            return centroids
        if len(centroids) > speakers:
            break
    return _centroids(points, weights, fcluster(tree, speakers, "maxclust"), 0.0)


def _centroids(points: Float32, weights: Float32, labels: npt.NDArray[np.int32], least_s: float) -> Float32:
    kept = [label for label in np.unique(labels) if weights[labels == label].sum() >= least_s]
    sums = [(points[labels == label] * weights[labels == label, None]).sum(axis=0) for label in kept]
    return _unit(np.array(sums)) if sums else np.zeros((0, points.shape[1]), np.float32)


def _refined(points: Float32, weights: Float32, centroids: Float32) -> Float32:
    for _ in range(_REFINEMENTS):
        nearest = (points @ centroids.T).argmax(axis=1)
        moved = [
            (points[nearest == voice] * weights[nearest == voice, None]).sum(axis=0)
            if (nearest == voice).any()
            else centroids[voice]
            for voice in range(len(centroids))
        ]
        centroids = _unit(np.array(moved))
    return centroids


def _unit(vectors: Float32) -> Float32:
    unit: Float32 = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
