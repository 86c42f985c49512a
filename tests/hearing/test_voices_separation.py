"""Two clusters are two people only when windows of one are more alike than windows of both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from callsignals.hearing.voices.frames import frames_of, intervals_of
from callsignals.hearing.voices.second_pass import refine
from callsignals.hearing.voices.separation import find_quiet_voice, separation, take_turns, told_apart
from callsignals.hearing.voices.windows import WindowPrints

Bools = npt.NDArray[np.bool_]
HOP = 50


def call(turns: list[tuple[int, int]], likeness: float, seed: int = 0) -> tuple[Bools, WindowPrints]:
    """Turns of (voice, frames) without pauses, and windows as a network with noise would see them.

    ``likeness`` is the cosine of the two voices; windows of one voice are 0.6 alike.
    """
    random = np.random.default_rng(seed)
    first, other = np.linalg.qr(random.normal(0, 1, (192, 2)))[0].T
    second = likeness * first + np.sqrt(1 - likeness**2) * other
    active = np.zeros((sum(length for _, length in turns), 2), dtype=np.bool_)
    at = 0
    for voice, length in turns:
        active[at : at + length, voice] = True
        at += length
    starts = np.arange(0, len(active) - 149, HOP)
    prints = []
    for start in starts:
        share = active[start : start + 150].mean(axis=0)
        mean = share[0] * first + share[1] * second
        noise = random.normal(0, 1, 192)
        prints.append(np.sqrt(0.6) * mean / np.linalg.norm(mean) + np.sqrt(0.4) * noise / np.linalg.norm(noise))
    unit = np.array(prints) / np.linalg.norm(prints, axis=1, keepdims=True)
    return active, WindowPrints(starts, unit.astype(np.float32))


TALK = [(0, 900), (1, 700), (0, 1200), (1, 500), (0, 600), (1, 900)]


def test_different_voices_are_separate_by_what_their_likeness_lacks() -> None:
    active, windows = call(TALK, likeness=0.4)
    assert separation(active, windows) == pytest.approx(0.6 * (1 - 0.4), abs=0.05)
    assert told_apart(active, windows, least=0.1, least_s=1.5)


def test_one_voice_cut_in_two_is_not_separate() -> None:
    active, windows = call(TALK, likeness=1.0)
    assert separation(active, windows) == pytest.approx(0.0, abs=0.03)
    assert not told_apart(active, windows, least=0.1, least_s=1.5)


def test_too_little_of_a_voice_is_no_evidence() -> None:
    active, windows = call([(0, 3000), (1, 120), (0, 3000)], likeness=0.2)
    assert separation(active, windows) is None
    assert not told_apart(active, windows, least=0.1, least_s=1.0)


def test_less_than_the_least_is_no_voice_however_different() -> None:
    active, windows = call([(0, 3000), (1, 400), (0, 3000)], likeness=0.2)
    assert told_apart(active, windows, least=0.1, least_s=3.0)
    assert not told_apart(active, windows, least=0.1, least_s=5.0)


def test_a_quiet_voice_is_found_where_it_speaks() -> None:
    active, windows = call([(0, 4000), (1, 350), (0, 3000), (1, 350), (0, 2000)], likeness=0.3)
    found = find_quiet_voice(active.any(axis=1), windows)
    assert found is not None
    quiet = found[:, int(found.sum(axis=0).argmin())]
    assert (quiet & active[:, 1]).sum() / (quiet | active[:, 1]).sum() > 0.8


def test_nobody_is_found_beside_a_single_voice() -> None:
    active, windows = call([(0, 9000)], likeness=1.0)
    assert find_quiet_voice(active.any(axis=1), windows) is None


def test_misplaced_boundaries_are_put_right() -> None:
    active, windows = call(TALK, likeness=0.3)
    late = np.roll(active, 60, axis=0)
    late[:60] = active[0]
    refined = refine(late, windows)
    assert refined is not None
    assert (refined != active).any(axis=1).mean() < 0.4 * (late != active).any(axis=1).mean()


def test_overlaps_of_the_first_pass_stay() -> None:
    active, windows = call(TALK, likeness=0.3)
    active[880:950] = True
    refined = refine(active, windows)
    assert refined is not None
    assert refined[880:950].all()
    assert (refined.sum(axis=1) > 1).sum() == 70


def test_nothing_is_said_in_silence() -> None:
    active, windows = call(TALK, likeness=0.3)
    active[2000:2300] = False
    refined = refine(active, windows)
    assert refined is not None
    assert (refined.any(axis=1) == active.any(axis=1)).all()


def test_frames_and_intervals_are_each_other() -> None:
    intervals = [(0.1, 0.5), (0.9, 2.0)]
    frames = frames_of(intervals, 200)
    assert frames.sum() == 150
    assert intervals_of(frames, ends_s=2.0) == intervals
    assert intervals_of(frames, ends_s=1.995) == [(0.1, 0.5), (0.9, 1.995)]
    assert frames_of(intervals, 300, wider_s=0.2).sum() == 220


def turns_of(*turns: tuple[int, float]) -> Bools:
    """Turns of (voice, seconds), one after the other."""
    active, _ = call([(voice, round(100 * seconds)) for voice, seconds in turns], likeness=0.4)
    return active


@pytest.mark.parametrize("first", [0, 1])
def test_two_long_voices_one_after_the_other_are_no_exchange(first: int) -> None:
    assert not take_turns(turns_of((first, 90), (1 - first, 30)))
    # A second that sounds like the other voice, a laugh or a shout, is no answer.
    assert not take_turns(turns_of((first, 60), (1 - first, 1), (first, 30), (1 - first, 40)))


@pytest.mark.parametrize(
    "turns",
    [
        [(0, 90), (1, 20)],
        [(0, 10), (1, 60)],
        [(0, 60), (1, 30), (0, 2)],
        [(0, 30), (1, 2), (0, 30), (1, 30)],
        [(1, 26), (0, 26), (1, 26), (0, 26)],
    ],
    ids=["a late reply", "a greeting and a message", "a goodbye", "a short question", "long turns"],
)
def test_who_answers_or_is_short_takes_turns(turns: list[tuple[int, float]]) -> None:
    assert take_turns(turns_of(*turns))
