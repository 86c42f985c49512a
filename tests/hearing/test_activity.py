"""Voice activity against human segment times, and that it depends on nothing but the speech."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model
from hypothesis import given
from hypothesis import strategies as st

from callsignals.hearing.activity import (
    WINDOW_S,
    active_level_db,
    speech_intervals,
    speech_probabilities,
    united,
    window_powers,
    without,
)
from callsignals.hearing.decode import Decoder
from callsignals.hearing.recording import Interval, Recording
from callsignals.weights import shipped_dir

AUDIO = shipped_dir() / "fixtures" / "demo" / "audio"
CALLS = {
    "00d676d7": "harpervalley_00d676d7.wav",
    "03a17cc3": "harpervalley_03a17cc3.flac",
    "eb82ec7b": "harpervalley_eb82ec7b.mp3",
    "ff0296d0": "harpervalley_ff0296d0.ogg",
}
TRUTH = Path(__file__).parents[2] / "fixtures" / "harpervalley_reference" / "truth.csv"


@pytest.fixture(scope="module")
def calls() -> Iterator[dict[str, Recording]]:
    with Decoder() as decoder:
        yield {name: decoder.decode(AUDIO / file) for name, file in CALLS.items()}


def seconds(intervals: Sequence[Interval]) -> float:
    return sum(end - start for start, end in intervals)


def bridged(intervals: Sequence[Interval]) -> list[Interval]:
    """Pauses below 0.25 s filled, as talk time is counted (definitions.md)."""
    half = 0.125 - 1e-9
    return [(a + half, b - half) for a, b in united((a - half, b + half) for a, b in intervals)]


def scaled(recording: Recording, factor: float) -> Recording:
    loud = np.clip(np.round(recording.samples.astype(np.float64) * factor), -32768, 32767)
    return Recording.from_samples(loud.astype(np.int16))


def test_talk_shares_are_those_of_human_segment_times(calls: dict[str, Recording]) -> None:
    with TRUTH.open(encoding="utf-8") as file:
        truth = {row["sid"][:8]: float(row["agent_share_time"]) for row in csv.DictReader(file)}
    errors = []
    for name, recording in calls.items():
        agent, caller = (seconds(bridged(speech_intervals(recording, channel))) for channel in (0, 1))
        errors.append(abs(agent / (agent + caller) - truth[name]))
    assert max(errors) < 0.030
    assert np.mean(errors) < 0.015


def test_intervals_are_disjoint_ordered_and_inside(calls: dict[str, Recording]) -> None:
    for recording in calls.values():
        found = speech_intervals(recording, 0)
        flat = [edge for interval in found for edge in interval]
        assert flat == sorted(set(flat))
        assert flat[0] >= 0
        assert flat[-1] <= recording.duration_s


def test_streaming_gives_what_one_pass_gives(calls: dict[str, Recording]) -> None:
    """Against faster-whisper's own pass over the whole, on more than one block (65 s)."""
    recording = calls["03a17cc3"]
    assert recording.duration_s > 66
    audio = recording.block(0, 0, recording.sample_count)
    whole = get_vad_model()(np.pad(audio, (0, -len(audio) % 512))).reshape(-1)
    ours = speech_probabilities(recording, 0)
    assert ours.shape == whole.shape
    np.testing.assert_allclose(ours[:-1], whole[:-1], atol=1e-4)


def test_the_same_twice(calls: dict[str, Recording]) -> None:
    recording = calls["ff0296d0"]
    assert speech_intervals(recording, 1) == speech_intervals(recording, 1)


def test_a_channel_is_heard_for_itself(calls: dict[str, Recording]) -> None:
    recording = calls["eb82ec7b"]
    alone = Recording.from_samples(recording.samples[1])
    assert speech_intervals(recording, 1) == speech_intervals(alone, 0)


@pytest.mark.parametrize("factor", [10 ** (-30 / 20), 10 ** (-12 / 20), 4.0])
def test_level_hardly_matters(calls: dict[str, Recording], factor: float) -> None:
    """30 dB and 12 dB down; 12 dB up, clipping."""
    recording = calls["00d676d7"]
    changed = scaled(recording, factor)
    shares = []
    for version in (recording, changed):
        agent, caller = (seconds(bridged(speech_intervals(version, channel))) for channel in (0, 1))
        shares.append(agent / (agent + caller))
    assert shares[1] == pytest.approx(shares[0], abs=0.015)


def test_silence_noise_and_hum_are_no_speech() -> None:
    rng = np.random.default_rng(3)
    time = np.arange(20 * 16_000) / 16_000
    hum = 3000 * np.sin(2 * np.pi * 50 * time)
    for samples in (np.zeros_like(time), rng.normal(0, 30, len(time)), rng.normal(0, 2000, len(time)), hum):
        recording = Recording.from_samples(samples.astype(np.int16))
        assert seconds(speech_intervals(recording, 0)) < 0.5


def test_faint_line_noise_beside_speech_is_not_speech(calls: dict[str, Recording]) -> None:
    """What lies more than 25 dB below the speaker is not the speaker: here the same voice, 40 dB down."""
    recording = calls["00d676d7"]
    echo = np.concatenate([recording.samples[0], (recording.samples[0] / 100).astype(np.int16)])
    found = speech_intervals(Recording.from_samples(echo), 0)
    assert seconds(found) > 15
    assert all(start < recording.duration_s for start, _ in found)


def test_muted_stretches_neither_speak_nor_set_the_level(calls: dict[str, Recording]) -> None:
    recording = calls["00d676d7"]
    noise = np.random.default_rng(0).normal(0, 9000, 30 * 16_000).astype(np.int16)
    cut = 24 * 16_000
    longer = Recording.from_samples(np.concatenate([recording.samples[0][:cut], noise, recording.samples[0][cut:]]))
    found = speech_intervals(longer, 0, muted=[(24.0, 54.0)])
    assert all(end <= 24.0 or start >= 54.0 for start, end in found)
    assert seconds(found) == pytest.approx(seconds(speech_intervals(recording, 0)), rel=0.05)


def test_nothing_at_all() -> None:
    empty = Recording.from_samples(np.zeros((1, 0), dtype=np.int16))
    assert speech_intervals(empty, 0) == []
    assert speech_intervals(Recording.from_samples(np.zeros((1, 7), dtype=np.int16)), 0) == []


def test_the_active_level_ignores_pauses_and_a_constant() -> None:
    time = np.arange(16_000) / 16_000
    tone = 0.1 * np.sqrt(2) * np.sin(2 * np.pi * 500 * time)  # -20 dB
    paused = np.concatenate([tone, np.zeros(9 * 16_000)])
    recording = Recording.from_samples((32768 * paused + 500).astype(np.int16))
    assert active_level_db(window_powers(recording, 0)) == pytest.approx(-20.0, abs=0.3)
    assert len(window_powers(recording, 0)) == np.ceil(10 / WINDOW_S)


INTERVALS = st.lists(
    st.tuples(st.integers(0, 100), st.integers(1, 20)).map(lambda pair: (float(pair[0]), float(sum(pair)))),
    max_size=12,
)


def covered(intervals: Sequence[Interval]) -> set[int]:
    return {second for start, end in intervals for second in range(int(start), int(end))}


@given(INTERVALS, INTERVALS)
def test_interval_arithmetic_is_set_arithmetic(ours: list[Interval], cuts: list[Interval]) -> None:
    assert covered(united(ours)) == covered(ours)
    assert covered(without(ours, cuts)) == covered(ours) - covered(cuts)
    left = without(ours, cuts)
    assert all(one[1] <= two[0] for one, two in pairwise(left))
