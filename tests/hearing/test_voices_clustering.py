"""Clusters of synthetic voiceprints."""

from __future__ import annotations

import numpy as np
import pytest

from callsignals.hearing.recording import Float32
from callsignals.hearing.voices.clustering import cluster_voices


def unit(vectors: Float32) -> Float32:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def around(centre: Float32, count: int, seed: int, spread: float = 0.04) -> Float32:
    jitter = np.random.default_rng(seed).normal(0, spread, (count, len(centre)))
    return unit(centre + jitter.astype(np.float32))


@pytest.fixture
def centres() -> Float32:
    return unit(np.random.default_rng(1).normal(0, 1, (3, 192)).astype(np.float32))


def matched(found: Float32, centres: Float32) -> list[int]:
    """Which centre each found centroid is nearest to; every match must be close."""
    similarity = found @ centres.T
    assert similarity.max(axis=1).min() > 0.95
    return sorted(similarity.argmax(axis=1).tolist())


def test_two_voices_are_found(centres: Float32) -> None:
    prints = np.concatenate([around(centres[0], 20, 1), around(centres[1], 6, 2)])
    found = cluster_voices(prints, np.full(26, 3.0, np.float32), 2)
    assert matched(found, centres) == [0, 1]
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(2), abs=1e-5)


def test_a_stray_noise_is_no_voice(centres: Float32) -> None:
    prints = np.concatenate([around(centres[0], 20, 1), around(centres[1], 20, 2), centres[2:]])
    seconds = np.concatenate([np.full(40, 4.0), [1.6]]).astype(np.float32)
    assert matched(cluster_voices(prints, seconds, 2), centres) == [0, 1]


def test_three_voices_when_three_are_asked_for(centres: Float32) -> None:
    prints = np.concatenate([around(centre, 10, seed) for seed, centre in enumerate(centres)])
    assert matched(cluster_voices(prints, np.full(30, 2.0, np.float32), 3), centres) == [0, 1, 2]


def test_short_stretches_do_not_shape_clusters(centres: Float32) -> None:
    prints = np.concatenate([around(centres[0], 8, 1), around(centres[1], 8, 2), around(centres[2], 30, 3)])
    seconds = np.concatenate([np.full(16, 3.0), np.full(30, 1.0)]).astype(np.float32)
    assert matched(cluster_voices(prints, seconds, 2), centres) == [0, 1]


def test_one_stretch_is_one_voice(centres: Float32) -> None:
    np.testing.assert_array_equal(cluster_voices(centres[:1], np.array([2.0], np.float32), 2), centres[:1])


def test_the_order_of_stretches_does_not_change_the_voices(centres: Float32) -> None:
    prints = np.concatenate([around(centres[0], 12, 1), around(centres[1], 9, 2)])
    seconds = np.random.default_rng(4).uniform(1.6, 6.0, 21).astype(np.float32)
    mixed = np.random.default_rng(5).permutation(21)
    one, other = cluster_voices(prints, seconds, 2), cluster_voices(prints[mixed], seconds[mixed], 2)
    assert np.sort((one @ other.T).max(axis=1)) == pytest.approx(np.ones(2), abs=1e-5)


def test_hours_of_stretches_are_clustered_like_minutes(centres: Float32) -> None:
    prints = np.concatenate([around(centres[0], 6000, 1), around(centres[1], 1500, 2)])
    mixed = np.random.default_rng(3).permutation(len(prints))
    found = cluster_voices(prints[mixed], np.full(len(prints), 3.0, np.float32), 2)
    assert matched(found, centres) == [0, 1]
