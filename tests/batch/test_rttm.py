"""A user's own speaker turns in place of our diarization, from the calls table to the figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.hearing.recording import Recording
from callsignals.hearing.sides import listen
from callsignals.vocabulary.spoken import Activity
from support import clip, write_csv, write_wav

TURNS = [
    ("agent", 0.0, 6.0),
    ("customer", 6.5, 10.0),
    ("agent", 10.0, 14.0),
    ("colleague", 14.5, 17.0),
    ("customer", 16.0, 19.0),
]


def write_rttm(path: Path, turns: list[tuple[str, float, float]]) -> None:
    lines = [f"SPEAKER x 1 {start_s} {end_s - start_s} <NA> <NA> {who} <NA> <NA>\n" for who, start_s, end_s in turns]
    path.write_text("".join(lines), encoding="utf-8")


def test_the_users_turns_are_the_timeline_and_all_but_the_seller_are_one_party(tmp_path):
    write_wav(tmp_path / "a.wav", clip(3, 22)[0].mean(axis=1))
    write_rttm(tmp_path / "a.rttm", TURNS)
    write_rttm(tmp_path / "late.rttm", [("agent", 0.0, 99.0)])
    row = {"lead_id": "l", "audio": "a.wav", "language": "en", "seller_speaks_at_s": 1}
    write_csv(
        tmp_path / "calls.csv",
        [{"call_id": "told", "rttm": "a.rttm", **row}, {"call_id": "late", "rttm": "late.rttm", **row}],
    )
    result = run_workspace(tmp_path, RunOptions(workers=1))
    assert [(failure.input, failure.error) for failure in result.failures] == [("late", "rttm_beyond_recording")]
    transcript = json.loads((result.out / "transcripts" / "told.json").read_text(encoding="utf-8"))
    told = [(turn["speaker"], turn["start_s"], turn["end_s"]) for turn in transcript["timeline"]]
    assert told == TURNS
    assert {turn["speaker"]: turn["party"] for turn in transcript["timeline"]} == {
        "agent": "seller",
        "customer": "customer",
        "colleague": "customer",
    }
    assert len(transcript["words"]) > 10
    assert {word["speaker"] for word in transcript["words"]} <= {"agent", "customer", "colleague", ""}
    (call,) = pl.read_parquet(result.out / "calls.parquet").to_dicts()
    # Agent 10 s; customer and colleague together 3.5 + 4.5 s, their common second counted once.
    assert call["seller_talk_share"] == pytest.approx(10 / 18)
    ids = {json.loads(line)["id"] for line in (result.out / "signals.jsonl").read_text(encoding="utf-8").splitlines()}

    write_rttm(tmp_path / "a.rttm", [*TURNS[:4], ("customer", 16.0, 18.0)])
    run_workspace(tmp_path, RunOptions(workers=1))
    (call,) = pl.read_parquet(result.out / "calls.parquet").to_dicts()
    assert call["seller_talk_share"] == pytest.approx(10 / 17)
    again = {json.loads(line)["id"] for line in (result.out / "signals.jsonl").read_text(encoding="utf-8").splitlines()}
    assert not ids & again


def test_turns_are_of_no_use_where_each_voice_has_its_channel():
    samples, _ = clip(3, 22)
    recording = Recording.from_samples(np.round(samples.T * 32767).astype(np.int16).repeat(2, axis=1))
    heard = listen(recording, diarize_mono=True, speakers=2, turns=(Activity(0.0, 1.0, speaker="anna"),))
    assert heard.channel_mode == "stereo"
    assert "rttm_unused" in heard.findings
    assert {item.speaker for item in heard.timeline} <= {"ch0", "ch1", "music", "tone"}
