"""Twenty calls of which six are broken: the good ones are measured, the broken ones are named."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import polars as pl
import pytest
import soundfile

from support import AUDIO, clip, write_csv, write_wav

GIB = 2**30
RATE_HZ = 8000
GOOD = 14
CUT_S = 10
FIRST_S = 19
"""One of them long enough for a talk share (10 s of speech)."""
BROKEN = ("empty.wav", "text.wav", "list.wav", "half.mp3", "absent.wav", "day.flac")
CODES = {
    "empty": "empty_file",
    "text": "not_audio",
    "list": "not_audio",
    "absent": "missing_file",
    "day": "too_long",
}


def cuts() -> list[tuple[str, float]]:
    """(recording, start) of fourteen different stretches in which somebody speaks."""
    starts = {
        "harpervalley_03a17cc3.flac": (3, 23, 33, 43, 53, 63),
        "harpervalley_00d676d7.wav": (1, 12, 22, 33, 42),
        "harpervalley_ff0296d0.ogg": (5, 15, 24),
    }
    return [(name, start) for name, found in starts.items() for start in found]


def write_day_of_silence(path) -> None:
    """24 hours of zeros at 8 kHz: a few hundred kilobytes that decode to gigabytes."""
    hour = bytes(2 * RATE_HZ * 3600)
    with soundfile.SoundFile(path, "w", samplerate=RATE_HZ, channels=1, subtype="PCM_16") as file:
        for _ in range(24):
            file.buffer_write(hour, dtype="int16")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken")
    names = []
    for at, (name, start) in enumerate(cuts()):
        samples, rate_hz = clip(start, start + (CUT_S if at else FIRST_S), name)
        names.append(f"good-{at:02}.wav")
        write_wav(folder / names[-1], samples, rate_hz)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("this is no recording\n" * 50, encoding="utf-8")
    (folder / "list.wav").write_text("ffconcat version 1.0\nfile good-00.wav\n", encoding="utf-8")
    whole = (AUDIO / "harpervalley_eb82ec7b.mp3").read_bytes()
    (folder / "half.mp3").write_bytes(whole[: len(whole) // 2])
    write_day_of_silence(folder / "day.flac")
    rows = [
        {"call_id": name.split(".")[0], "lead_id": "x", "audio": name, "seller_channel": 0, "language": "en"}
        for name in (*names, *BROKEN)
    ]
    write_csv(folder / "calls.csv", rows)
    assert len(rows) == 20
    assert len(names) == GOOD
    return folder


@pytest.fixture(scope="module")
def done(workspace):
    return subprocess.run(
        [sys.executable, "-m", "callsignals", "run", str(workspace), "--workers", "2"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
        timeout=900,
    )


def test_the_run_finishes_and_says_that_inputs_failed(done):
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr


def test_every_good_call_has_its_full_record(done, workspace):
    rows = {row["call_id"]: row for row in pl.read_parquet(workspace / "out" / "calls.parquet").to_dicts()}
    good = {f"good-{at:02}" for at in range(GOOD)}
    assert set(rows) in (good, good | {"half"})
    for call_id in good:
        row = rows[call_id]
        assert row["audio_complete"]
        assert row["channel_mode"] == "stereo"
        assert row["duration_s"] == pytest.approx(CUT_S if call_id != "good-00" else FIRST_S, abs=0.05)
        assert row["words"] > 0
        assert row["role_source"] == "manifest"
        assert (workspace / "out" / "transcripts" / f"{call_id}.json").is_file()
        assert (workspace / "out" / "transcripts" / f"{call_id}.vtt").is_file()
    assert 0.2 < rows["good-00"]["seller_talk_share"] < 0.8
    if "half" in rows:
        assert not rows["half"]["audio_complete"]
    signals = pl.read_parquet(workspace / "out" / "signals.parquet")
    per_call = signals.filter(pl.col("call_id").is_not_null()).group_by("call_id").len()
    assert per_call["len"].n_unique() == 1
    assert set(per_call["call_id"]) == set(rows)


def test_every_broken_one_is_named_with_a_remedy(done, workspace):
    lines = (workspace / "out" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    failures = [json.loads(line) for line in lines]
    assert all(failure["remedy"] and failure["message"] for failure in failures)
    named = {failure["input"]: failure for failure in failures}
    by_row = {failure["row"]: failure for failure in failures}
    for at, name in enumerate(BROKEN):
        call_id = name.split(".")[0]
        if call_id not in CODES:
            continue
        failure = named.get(call_id) or by_row[GOOD + at + 1]
        assert failure["error"] == CODES[call_id], failure
        assert failure["row"] == GOOD + at + 1
    assert not any(str(failure["input"]).startswith("good") for failure in failures)


def test_memory_stays_under_two_gibibytes(done, workspace):
    peak = json.loads((workspace / "out" / "run.json").read_text(encoding="utf-8"))["peak_memory_bytes"]
    if sys.platform == "win32":
        assert peak == {"process": None, "largest_worker": None}
    else:
        assert peak["process"] < 2 * GIB
        assert peak["largest_worker"] < 2 * GIB
