"""The likeliest sequence of voices: Viterbi against every sequence there is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.hearing.voices.decoding import Floats, likeliest_path


def value(path: tuple[int, ...], emission: Floats, cost: Floats) -> float:
    total = float(sum(emission[frame, state] for frame, state in enumerate(path)))
    return total - sum(cost[at] for at in range(1, len(path)) if path[at] != path[at - 1])


@settings(deadline=None, max_examples=120)
@given(frames=st.integers(1, 7), states=st.integers(1, 3), seed=st.integers(0, 10_000))
def test_no_sequence_is_better(frames: int, states: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    emission, cost = random.normal(0, 1, (frames, states)), random.uniform(0, 2, frames)
    path = tuple(likeliest_path(emission, cost).tolist())
    best = max(value(other, emission, cost) for other in product(range(states), repeat=frames))
    assert value(path, emission, cost) == pytest.approx(best, abs=1e-9)


def test_a_blip_costs_more_than_it_gains() -> None:
    emission = np.zeros((30, 2))
    emission[:, 0] = 0.5
    emission[14:16] = [0.0, 1.0]
    assert likeliest_path(emission, np.full(30, 2.0)).tolist() == [0] * 30


def test_changes_happen_where_they_are_cheap() -> None:
    emission = np.zeros((20, 2))
    emission[:8, 0] = emission[13:, 1] = 1.0
    cost = np.full(20, 2.0)
    cost[11] = 0.5
    assert likeliest_path(emission, cost).tolist() == [0] * 11 + [1] * 9


def test_long_calls_are_decoded_like_short_ones() -> None:
    random = np.random.default_rng(2)
    truth = np.repeat(random.integers(0, 2, 400), 50)
    emission = np.eye(2)[truth] * 0.4 + random.normal(0, 0.05, (20_000, 2))
    assert likeliest_path(emission, np.full(20_000, 2.0)).tolist() == truth.tolist()


def test_nothing_to_decode() -> None:
    assert likeliest_path(np.zeros((0, 2)), np.zeros(0)).tolist() == []
