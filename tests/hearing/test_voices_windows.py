"""Short windows along a call, looked at as a whole and in parts."""

from __future__ import annotations

import numpy as np
import pytest

from callsignals.hearing.voices.first_pass import Segmented
from callsignals.hearing.voices.networks import FRAME_S
from callsignals.hearing.voices.windows import WINDOW_FRAMES, WindowPrints


def windows_at(*starts: int) -> WindowPrints:
    return WindowPrints(
        np.array(starts, dtype=np.int64), np.arange(len(starts) * 192, dtype=np.float32).reshape(-1, 192)
    )


@pytest.mark.parametrize(
    ("first", "stop", "found"),
    [(0, 1000, [0, 75, 300]), (1, 450, [75, 300]), (0, 449, [0, 75]), (80, 400, []), (700, 710, [])],
)
def test_only_windows_that_lie_wholly_inside_are_within(first: int, stop: int, found: list[int]) -> None:
    windows = windows_at(0, 75, 300)
    inside = windows.within(first, stop)
    assert inside.starts.tolist() == found
    assert np.array_equal(inside.prints, windows.prints[np.isin(windows.starts, found)])


def test_shares_of_a_part_are_those_of_the_whole() -> None:
    active = np.random.default_rng(0).random((1000, 2)) < 0.4
    windows = windows_at(200, 275, 500)
    part = windows.shares(active[200:700], first=200)
    assert np.array_equal(part, windows.shares(active))
    assert part[0].tolist() == active[200 : 200 + WINDOW_FRAMES].mean(axis=0).tolist()


def test_people_are_counted_by_the_mean_of_the_windows_that_see_them() -> None:
    """Two windows of 10 s, 2.5 s apart: the first hears one voice all along, the second nobody."""
    frames = round(10 / FRAME_S)
    active = np.zeros((2, frames, 3), dtype=np.bool_)
    active[0, :, 0] = True
    segmented = Segmented([0, 40_000], active)
    heads = segmented.heads(12.5)
    step = round(2.5 / FRAME_S)
    assert set(heads[: step - 1].tolist()) == {1.0}
    assert set(heads[step + 1 : frames - 1].tolist()) == {0.5}
    assert set(heads[frames + 1 :].tolist()) == {0.0}
    speech = segmented.speech(12.5)
    assert speech.shape == (1250,)
    assert speech[10:240].all()
    assert not speech[260:].any()
