from __future__ import annotations

import json
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from callsignals.errors import InputError
from callsignals.exports.audio import PAD_S, bleeped, hidden_intervals, write_bleeped
from callsignals.exports.destinations import export_to
from callsignals.exports.target import ExportOptions
from callsignals.files import file_name_for
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Recording
from callsignals.inputs.transcripts.own import transcript_to_json
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


def spoken(rng: np.random.Generator, path: Path) -> Recording:
    """Three seconds of noise as a file, and what is heard of it."""
    recording = Recording.from_samples(rng.integers(-9000, 9000, (1, SAMPLE_RATE_HZ * 3), dtype=np.int16))
    write_bleeped(path, recording, ())
    return recording


def test_every_call_gets_its_copy_or_a_reason_why_not(out):
    """Six calls: two as they were heard, one replaced since, one damaged, one without transcript, one without audio."""
    rng = np.random.default_rng(2)
    calls = pl.read_parquet(out / "calls.parquet")
    ids = calls["call_id"].to_list()
    names = [f"{number}.wav" for number in range(5)]
    digests = [spoken(rng, out.parent / name).digest for name in names]
    digests[2] = digests[0]
    (out.parent / names[3]).write_bytes(b"no recording" * 100)
    (out / "transcripts" / f"{file_name_for(ids[4])}.json").write_text("{", encoding="utf-8")
    calls.with_columns(
        pl.Series("audio", [*names, None], dtype=pl.String),
        pl.Series("input_digest", [*digests, ""], dtype=pl.String),
        pl.lit("stereo").alias("channel_mode"),
        pl.lit(3.0).alias("duration_s"),
    ).write_parquet(out / "calls.parquet")
    told = transcript("ring 070-174 06", timing="words", duration_s=3.0)
    for call_id in ids[:4]:
        path = out / "transcripts" / f"{file_name_for(call_id)}.json"
        path.write_text(json.dumps(transcript_to_json(told)), encoding="utf-8")

    report = export_to(out, "audio", ExportOptions(folder=out.parent / "copies"))
    assert report.counts == {"recordings": 2, "hidden": 2}
    assert [path.name for path in report.files] == [f"{file_name_for(call_id)}.wav" for call_id in ids[:2]]
    assert sorted(report.files) == sorted((out.parent / "copies").iterdir())
    assert report.notices == ("1 calls have no recording.",)
    reasons = {failure.input: failure.error for failure in report.failures}
    assert set(reasons) == set(ids[2:5])
    assert (reasons[ids[2]], reasons[ids[4]]) == ("cannot_redact", "no_transcript")
    for path, name in zip(report.files, names, strict=False):
        with wave.open(str(path), "rb") as copy, wave.open(str(out.parent / name), "rb") as original:
            written, heard = (np.frombuffer(file.readframes(1 << 20), "<i2") for file in (copy, original))
        begin, end = round((1 - PAD_S) * SAMPLE_RATE_HZ), round((2.5 + PAD_S) * SAMPLE_RATE_HZ)
        assert np.array_equal(written[:begin], heard[:begin])
        assert np.array_equal(written[end:], heard[end:])
        assert abs(np.corrcoef(written[begin:end], heard[begin:end])[0, 1]) < 0.05
