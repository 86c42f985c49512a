"""Channels are looked at, not believed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.channels import ChannelLayout, analyse_channels, live_channels
from callsignals.hearing.decode import Decoder
from callsignals.hearing.recording import Recording
from callsignals.weights import shipped_dir

AUDIO = shipped_dir() / "fixtures" / "demo" / "audio"
Floats = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def call() -> Iterator[Floats]:
    """A real call, 8 kHz, agent and caller: shape (2, n), int16 scale."""
    with Decoder() as decoder:
        yield decoder.decode(AUDIO / "harpervalley_00d676d7.wav").samples.astype(np.float64)


def layout_of(*channels: Floats) -> ChannelLayout:
    samples = np.clip(np.round(np.stack(channels)), -32768, 32767).astype(np.int16)
    recording = Recording.from_samples(samples)
    live = live_channels(recording)
    heard = [speech_intervals(recording, c) if c in live else [] for c in range(recording.channel_count)]
    return analyse_channels(recording, heard)


def late(samples: Floats, count: int) -> Floats:
    return np.concatenate([np.zeros(count), samples[: len(samples) - count]])


def mu_law(samples: Floats) -> Floats:
    pressed = np.sign(samples) * np.log1p(255 * np.abs(samples) / 32768) / np.log(256)
    coded = np.round(pressed * 127) / 127
    return np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255 * 32768


def noise(count: int, level: float, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(0, level, count)


def test_one_channel_is_mono(call: Floats) -> None:
    assert layout_of(call[0]) == ChannelLayout("mono", (0,), ())


def test_a_side_a_channel_is_stereo(call: Floats) -> None:
    assert layout_of(call[0], call[1]) == ChannelLayout("stereo", (0, 1), ())
    assert layout_of(call[1], call[0]) == ChannelLayout("stereo", (0, 1), ())


@pytest.mark.parametrize(
    "copy",
    [
        lambda mix: mix,
        lambda mix: 0.5 * mix,
        lambda mix: -mix,
        lambda mix: 0.1 * mix,
        lambda mix: late(mix, 5),
        lambda mix: -0.3 * late(mix, 40),
        mu_law,
        lambda mix: 0.7 * mix + noise(len(mix), 60),
    ],
    ids=["same", "quieter", "inverted", "20 dB down", "late", "late, inverted", "coded", "noisy"],
)
def test_one_signal_on_both_channels_is_mono(call: Floats, copy: object) -> None:
    mix = call.sum(axis=0)
    assert callable(copy)
    assert layout_of(mix, copy(mix)) == ChannelLayout("mono", (0,), ("one_signal_on_both_channels",))


@pytest.mark.parametrize(
    "dead",
    [
        lambda n: np.zeros(n),
        lambda n: np.full(n, 1234.0),
        lambda n: noise(n, 0.4),
        lambda n: noise(n, 12.0),
        lambda n: 40 * np.sin(np.arange(n) * 2 * np.pi * 50 / 16_000),
    ],
    ids=["digital silence", "constant", "dither", "line noise", "hum"],
)
@pytest.mark.parametrize("side", [0, 1])
def test_a_dead_channel_leaves_the_other(call: Floats, dead: object, side: int) -> None:
    assert callable(dead)
    mix = call.sum(axis=0)
    channels = [mix, mix]
    channels[side] = dead(len(mix))
    assert layout_of(*channels) == ChannelLayout("mono", (1 - side,), ("dead_channel",))


def test_two_dead_channels(call: Floats) -> None:
    assert layout_of(np.zeros(99_999), np.zeros(99_999)) == ChannelLayout("mono", (0,), ("dead_channel",))


def test_a_quiet_customer_is_not_dead(call: Floats) -> None:
    assert layout_of(call[0], 0.1 * call[1]).mode == "stereo"
    assert layout_of(0.03 * call[0], 0.03 * call[1]).mode == "stereo"


def test_both_voices_in_both_channels_cannot_be_told_apart(call: Floats) -> None:
    found = layout_of(call[0] + 0.6 * call[1], 0.6 * call[0] + call[1])
    assert (found.mode, found.findings) == ("mono", ("both_voices_on_both_channels",))


def test_a_mix_beside_one_side_is_mono(call: Floats) -> None:
    """Everything the customer says would count for both."""
    found = layout_of(call[0] + call[1], call[1])
    assert found == ChannelLayout("mono", (0,), ("both_voices_on_both_channels",))


def test_bleed_is_still_stereo(call: Floats) -> None:
    bled = call[1] + 0.3 * late(call[0], 160)  # 10 dB down
    assert layout_of(call[0], bled) == ChannelLayout("stereo", (0, 1), ())


def test_of_more_channels_the_two_with_distinct_speech(call: Floats) -> None:
    silent = np.zeros(call.shape[1])
    found = layout_of(silent, call[0], noise(call.shape[1], 0.4), 0.5 * call[0], silent, call[1])
    assert found == ChannelLayout("stereo", (1, 5), ("extra_channels",))


def test_of_more_channels_not_the_mix(call: Floats) -> None:
    found = layout_of(call[0], call[0] + call[1], call[1])
    assert found == ChannelLayout("stereo", (0, 2), ("extra_channels",))


def test_more_channels_with_one_signal(call: Floats) -> None:
    mix = call.sum(axis=0)
    found = layout_of(mix, mix, mix, np.zeros(len(mix)))
    assert found == ChannelLayout("mono", (0,), ("extra_channels", "one_signal_on_both_channels"))
