"""Filterbanks: Kaldi's own numbers, and what they must be by definition."""

from __future__ import annotations

import kaldi_native_fbank
import numpy as np
import pytest

from callsignals.hearing.recording import Float32, Recording
from callsignals.hearing.voices.features import FilterbankReader, filterbank


def noise(seconds: float, seed: int = 3) -> Float32:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * 16_000)).astype(np.float32)


def kaldi(samples: Float32) -> Float32:
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = 16_000
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = 80
    computer = kaldi_native_fbank.OnlineFbank(options)
    computer.accept_waveform(16_000, samples.tolist())
    computer.input_finished()
    return np.array([computer.get_frame(frame) for frame in range(computer.num_frames_ready)])


@pytest.mark.parametrize("gain", [1.0, 0.003])
def test_agrees_with_kaldi(gain: float) -> None:
    samples = noise(1.3) * np.float32(gain)
    assert filterbank(samples) == pytest.approx(kaldi(samples), abs=1e-3)


def test_a_tone_is_loudest_in_the_band_of_its_frequency() -> None:
    time_s = np.arange(16_000) / 16_000
    for hz in (250.0, 1000.0, 3100.0):
        tone = (0.3 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)
        edges = np.linspace(1127 * np.log(1 + 20 / 700), 1127 * np.log(1 + 8000 / 700), 82)
        nearest = int(np.abs(edges[1:-1] - 1127 * np.log(1 + hz / 700)).argmin())
        assert np.all(filterbank(tone).argmax(axis=1) == nearest)


def test_ten_times_the_amplitude_adds_the_logarithm_of_a_hundred() -> None:
    quiet = filterbank(noise(0.5))
    loud = filterbank(noise(0.5) * np.float32(10))
    assert loud - quiet == pytest.approx(np.full(quiet.shape, np.log(100)), abs=1e-4)


@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (399, 0), (400, 1), (559, 1), (560, 2), (16_000, 98)])
def test_frames_are_counted_as_kaldi_does(samples: int, frames: int) -> None:
    assert filterbank(noise(1.0)[:samples]).shape == (frames, 80)


def test_reading_in_any_order_gives_what_one_pass_gives() -> None:
    samples = noise(47.3)
    recording = Recording.from_samples((samples * 32768).clip(-32768, 32767).astype(np.int16))
    whole = filterbank(recording.block(0, 0, recording.sample_count))
    reader = FilterbankReader(recording, 0)
    for first, stop in [(0, 150), (1950, 2150), (4700, 4800), (150, 4000), (0, 150)]:
        np.testing.assert_array_equal(reader.between(first, stop), whole[first:stop])
