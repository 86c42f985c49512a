from __future__ import annotations

import wave
from dataclasses import replace

import numpy as np
import pytest

from callsignals.errors import InputError
from callsignals.exports.audio import PAD_S, bleeped, hidden_intervals, write_bleeped
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Recording
from callsignals.vocabulary.spoken import Transcript, Word


def transcript(text: str, **fields) -> Transcript:
    words = tuple(Word(word, place * 1.0, place + 0.5, "customer", "ch1") for place, word in enumerate(text.split()))
    plain = Transcript(words, (), "sv", None, "stereo", "words", float(len(words)))
    return replace(plain, **fields)


def test_the_tone_covers_the_words_and_a_little_more_and_joins_what_touches():
    found = hidden_intervals(transcript("ring 070-174 06 05 eller Anna Svensson"))
    assert found == ((1.0 - PAD_S, 3.5 + PAD_S), (5.0 - PAD_S, 6.5 + PAD_S))


def test_what_a_run_has_redacted_already_is_hidden_too():
    assert hidden_intervals(transcript("ring [PHONE], tack")) == ((1.0 - PAD_S, 1.5 + PAD_S),)


@pytest.mark.parametrize("fields", [{"timing": "cues"}, {"timing": "none"}, {"language": "de"}, {"language": None}])
def test_a_recording_whose_words_cannot_be_placed_or_understood_is_refused(fields):
    with pytest.raises(InputError):
        hidden_intervals(transcript("hej Anna Svensson", **fields))


def test_nothing_of_the_hidden_samples_is_left_in_any_channel_and_the_rest_is_as_it_was(tmp_path):
    rng = np.random.default_rng(1)
    samples = rng.integers(-20000, 20000, (2, SAMPLE_RATE_HZ * 3), dtype=np.int16)
    recording = Recording.from_samples(samples)
    write_bleeped(tmp_path / "call.wav", recording, [(1.0, 1.5)])
    with wave.open(str(tmp_path / "call.wav"), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, SAMPLE_RATE_HZ)
        written = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2).T
    begin, end = SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * 3 // 2
    assert np.array_equal(written[:, :begin], samples[:, :begin])
    assert np.array_equal(written[:, end:], samples[:, end:])
    hidden = written[:, begin:end]
    assert np.array_equal(hidden[0], hidden[1])
    assert abs(np.corrcoef(hidden[0], samples[0, begin:end])[0, 1]) < 0.05


def test_blocks_of_a_recording_get_the_same_tone_as_the_whole():
    samples = np.zeros((1, 4000), dtype=np.int16)
    whole = bleeped(samples, 0, [(0.05, 0.2)])
    parts = np.concatenate(
        [bleeped(samples[:, at : at + 1000], at, [(0.05, 0.2)]) for at in range(0, 4000, 1000)], axis=1
    )
    assert np.array_equal(whole, parts)
