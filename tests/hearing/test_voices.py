"""Voices in one channel: a bank call mixed down (HarperValleyBank, CC BY 4.0), and calls with one voice or none."""

from __future__ import annotations

import json
import shutil
from itertools import permutations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from faster_whisper.audio import decode_audio

from callsignals.errors import ModelError
from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.recording import Int16, Interval, Recording
from callsignals.hearing.sides import listen
from callsignals.hearing.voices import Diarized, diarize
from callsignals.hearing.voices.networks import load_network
from callsignals.vocabulary.spoken import Activity
from callsignals.weights import shipped_dir, shipped_model

FIXTURES = Path(__file__).parents[2] / "fixtures"
FRAMES_PER_S = 100
Bools = npt.NDArray[np.bool_]


def pcm(audio: npt.NDArray[np.float32]) -> Int16:
    samples: Int16 = np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)
    return samples


def recording_of(samples: Int16) -> tuple[Recording, list[Interval]]:
    recording = Recording.from_samples(samples)
    return recording, speech_intervals(recording, 0)


@pytest.fixture(scope="session")
def bank_channels() -> Int16:
    """HarperValleyBank 00d676d7, 52 s: agent, caller."""
    path = FIXTURES / "demo" / "audio" / "harpervalley_00d676d7.wav"
    return np.stack([pcm(audio) for audio in decode_audio(str(path), split_stereo=True)])


@pytest.fixture(scope="session")
def bank_mixed(bank_channels: Int16) -> tuple[Recording, list[Interval]]:
    return recording_of(bank_channels.mean(axis=0).astype(np.int16))


@pytest.fixture(scope="session")
def bank_voices(bank_mixed: tuple[Recording, list[Interval]]) -> Diarized:
    recording, speech = bank_mixed
    return diarize(recording, 0, speech, speakers=2)


@pytest.fixture(scope="session")
def bank_truth() -> Bools:
    """Shape (frames, 2): agent and caller speak, by hand-aligned words, gaps under 0.2 s closed."""
    reference = FIXTURES / "harpervalley_reference" / "harpervalley_00d676d7.reference.json"
    active = np.zeros((60 * FRAMES_PER_S, 2), dtype=np.bool_)
    for segment in json.loads(reference.read_text(encoding="utf-8")):
        role = 0 if segment["speaker_role"] == "agent" else 1
        words = zip(
            segment["human_transcript"].split(),
            segment["word_offsets_ms"],
            segment["word_durations_ms"],
            strict=True,
        )
        for word, offset_ms, lasts_ms in words:
            if word[0] not in "[<":
                first = (segment["offset_ms"] + offset_ms) // 10
                active[first : first + lasts_ms // 10 + 20, role] = True
    return active


def frames_of(voices: tuple[Activity, ...], count: int) -> Bools:
    speakers = sorted({voice.speaker for voice in voices})
    active = np.zeros((count, len(speakers)), dtype=np.bool_)
    for voice in voices:
        span = slice(round(voice.start_s * FRAMES_PER_S), round(voice.end_s * FRAMES_PER_S))
        active[span, speakers.index(voice.speaker)] = True
    return active


def error_rate(truth: Bools, found: Bools) -> float:
    """Diarization error rate with a collar of 0.25 s, overlaps scored (NIST RT-09)."""
    changes = np.abs(np.diff(truth.astype(np.int8), axis=0, prepend=0)).any(axis=1)
    scored = ~np.convolve(changes, np.ones(51), "same").astype(np.bool_)
    most = np.maximum(truth.sum(axis=1), found.sum(axis=1))
    right = max((truth & found[:, order])[scored].sum() for order in map(list, permutations(range(truth.shape[1]))))
    return float((most[scored].sum() - right) / truth[scored].sum())


def test_two_people_of_a_bank_call_are_told_apart(bank_truth: Bools, bank_voices: Diarized) -> None:
    assert {voice.speaker for voice in bank_voices.voices} == {"spk0", "spk1"}
    assert bank_voices.findings == ("overlap_aware",)
    found = frames_of(bank_voices.voices, len(bank_truth))
    assert error_rate(bank_truth, found) < 0.04


def test_their_shares_are_right(bank_voices: Diarized) -> None:
    spoken = {"spk0": 0.0, "spk1": 0.0}
    for voice in bank_voices.voices:
        spoken[voice.speaker] += voice.end_s - voice.start_s
    # truth.csv: the agent speaks 23.82 s, the caller 10.29 s; the agent speaks first.
    assert spoken["spk0"] / sum(spoken.values()) == pytest.approx(0.698, abs=0.03)


def test_the_share_lies_in_its_interval_and_the_interval_says_something(bank_voices: Diarized) -> None:
    spoken = [sum(v.end_s - v.start_s for v in bank_voices.voices if v.speaker == name) for name in ("spk0", "spk1")]
    assert bank_voices.share_half_width is not None
    assert abs(spoken[0] / sum(spoken) - 0.698) < bank_voices.share_half_width < 0.06


def test_voices_are_numbered_as_they_come_and_sorted(bank_voices: Diarized) -> None:
    assert bank_voices.voices[0].speaker == "spk0"
    order = [(voice.start_s, voice.speaker) for voice in bank_voices.voices]
    assert order == sorted(order)
    assert all(voice.party == "unknown" for voice in bank_voices.voices)


def test_nobody_speaks_far_from_voice_activity(
    bank_mixed: tuple[Recording, list[Interval]], bank_voices: Diarized
) -> None:
    _, speech = bank_mixed
    for voice in bank_voices.voices:
        near = [min(voice.end_s, end_s + 0.25) - max(voice.start_s, start_s - 0.25) for start_s, end_s in speech]
        # Widened activity may join up; what a voice says must be covered by it, to a frame at either end.
        assert sum(max(0.0, part_s) for part_s in near) >= voice.end_s - voice.start_s - 0.02


def test_the_same_call_gives_the_same_voices_whatever_came_before(
    bank_mixed: tuple[Recording, list[Interval]], bank_channels: Int16
) -> None:
    recording, _ = bank_mixed
    cut = recording_of(recording.samples[0, : 20 * 16_000])
    first = diarize(cut[0], 0, cut[1], speakers=2)
    other = recording_of(bank_channels[0, 16_000 : 26 * 16_000])
    diarize(other[0], 0, other[1], speakers=2)
    assert diarize(cut[0], 0, cut[1], speakers=2) == first


def test_one_side_alone_is_one_voice(bank_channels: Int16) -> None:
    for side in bank_channels:
        recording, speech = recording_of(side)
        found = diarize(recording, 0, speech, speakers=2)
        assert found.findings == ("one_speaker",)
        assert found.share_half_width is None
        assert found.voices == tuple(Activity(start_s, end_s, speaker="spk0") for start_s, end_s in speech)


def test_a_stereo_file_with_both_voices_on_both_channels_is_told_apart_by_voice(
    bank_channels: Int16, bank_truth: Bools
) -> None:
    agent, caller = bank_channels.astype(np.float64)
    noise = np.random.default_rng(0).normal(0, 6, bank_channels.shape)
    both = np.stack([agent + 0.7 * caller, 0.7 * agent + caller]) * 0.7 + noise
    heard = listen(Recording.from_samples(np.round(both).astype(np.int16)), diarize_mono=True, speakers=2)
    assert heard.channel_mode == "mono_diarized"
    assert heard.findings == ("both_voices_on_both_channels", "overlap_aware")
    assert len(heard.sides) == 1
    assert error_rate(bank_truth, frames_of(heard.timeline, len(bank_truth))) < 0.04


def test_one_expected_voice_is_not_looked_for(bank_mixed: tuple[Recording, list[Interval]]) -> None:
    recording, speech = bank_mixed
    found = diarize(recording, 0, speech, speakers=1)
    assert found.voices == tuple(Activity(start_s, end_s, speaker="spk0") for start_s, end_s in speech)
    assert found.findings == ("one_speaker",)


def test_without_speech_nobody_is_there() -> None:
    silence = Recording.from_samples(np.zeros(16_000 * 12, dtype=np.int16))
    assert diarize(silence, 0, (), speakers=2) == Diarized((), ())


def test_a_blip_in_a_minute_of_music_is_nobody() -> None:
    music = Recording.from_samples(np.zeros(16_000 * 60, dtype=np.int16))
    assert diarize(music, 0, [(30.0, 30.2)], speakers=2) == Diarized((), ())


def test_a_moment_of_speech_is_one_voice(bank_channels: Int16) -> None:
    recording, _ = recording_of(bank_channels[0, 2 * 16_000 : 3 * 16_000])
    found = diarize(recording, 0, [(0.1, 0.9)], speakers=2)
    assert found.findings == ("one_speaker",)


def test_an_altered_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "models" / "diarization"
    shutil.copytree(shipped_dir() / "models" / "diarization", copy)
    network = copy / "voiceprint.onnx"
    content = bytearray(network.read_bytes())
    content[len(content) // 2] ^= 1
    network.write_bytes(content)
    monkeypatch.setattr("callsignals.weights.shipped.shipped_dir", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"voiceprint\.onnx"):
        load_network("voiceprint")


def test_a_missing_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsignals.weights.shipped.shipped_dir", lambda: tmp_path)
    with pytest.raises(ModelError, match="diarization"):
        load_network("segmentation")


def test_the_shipped_networks_are_whole() -> None:
    assert shipped_model("diarization").is_dir()
