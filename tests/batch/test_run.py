"""The whole way, on real audio: what comes out, that it comes out the same, and what happens when it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from callsignals.batch.expected import SECONDS_PER_AUDIO_SECOND
from callsignals.batch.lock import exclusive
from callsignals.batch.run import RunOptions, run_workspace
from callsignals.errors import InputError, OutputError
from support import clip, results, write_csv, write_wav


def call_rows(out: Path) -> dict[str, dict]:
    return {row["call_id"]: row for row in pl.read_parquet(out / "calls.parquet").to_dicts()}


def test_two_calls_and_a_transcript_become_records(two_calls):
    result = run_workspace(two_calls, RunOptions(workers=2))
    assert result.failures == ()
    rows = call_rows(result.out)
    assert set(rows) == {"one", "two", "three"}
    assert rows["one"]["channel_mode"] == "stereo"
    assert rows["one"]["role_source"] == "manifest"
    assert 0.2 < rows["one"]["seller_talk_share"] < 0.8
    assert rows["one"]["seller_talk_share"] + rows["one"]["customer_talk_share"] == pytest.approx(1)
    assert rows["three"]["channel_mode"] == "transcript"
    assert rows["three"]["seller_talk_share"] is None
    why = {item["signal"]: item["reason"] for item in rows["three"]["without_value"]}
    assert why["seller_talk_share"] == "no_times"
    leads = [json.loads(line) for line in (result.out / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [lead["lead_id"] for lead in leads] == ["acme", "beta"]
    assert leads[0]["calls"] == ["one", "two"]
    assert leads[0]["phases"]["before"] == {}
    words = json.loads((result.out / "transcripts" / "one.json").read_text(encoding="utf-8"))["words"]
    spoken = " ".join(word["text"] for word in words if word["party"] == "customer").lower()
    assert "pay a bill" in spoken
    assert (result.out / "report" / "index.html").is_file()
    assert (result.out / "failures.jsonl").read_bytes() == b""
    facts = json.loads((result.out / "run.json").read_text(encoding="utf-8"))
    assert [name.split("@")[0] for name in facts["models"]["recognisers"]] == ["base"]
    assert {"comments", "diarization", "e5", "roles"} <= set(facts["models"])
    assert facts["counts"]["calls"] == 3


def test_bytes_depend_neither_on_workers_nor_on_the_other_calls_nor_on_order(two_calls, tmp_path):
    first = run_workspace(two_calls, RunOptions(out=tmp_path / "a", workers=1))
    again = run_workspace(two_calls, RunOptions(out=tmp_path / "a", workers=2))
    assert results(again.out) == results(first.out)
    fresh = run_workspace(two_calls, RunOptions(out=tmp_path / "b", workers=2))
    assert results(fresh.out) == results(first.out)
    table = two_calls / "calls.csv"
    header, *rows = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([header, rows[1]]) + "\n", encoding="utf-8")
    alone = run_workspace(two_calls, RunOptions(out=tmp_path / "c", workers=1))
    together = (first.out / "signals.jsonl").read_text(encoding="utf-8").splitlines()
    by_itself = (alone.out / "signals.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line for line in by_itself if json.loads(line)["level"] == "lead"] == [
        line for line in together if json.loads(line)["call_id"] == "two"
    ]


def test_changing_terms_measures_again_without_hearing_again(two_calls):
    run_workspace(two_calls)
    cache = two_calls / "out" / ".cache" / "hear"
    heard = {path: path.stat().st_mtime_ns for path in cache.rglob("*.json")}
    (two_calls / "terms.toml").write_text(
        '[need.en]\nphrases = ["bill"]\n[product.en]\nphrases = ["bank"]\n', encoding="utf-8"
    )
    before = results(two_calls / "out")
    run_workspace(two_calls)
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.json")} == heard
    assert results(two_calls / "out") != before


def wait_for_the_first_call(process):
    """A slow machine says several times that there is none yet."""
    assert process.stderr.readline() == "Hearing calls: 0 of 2\n"
    assert any(line.startswith("Hearing calls: 1 of 2") for line in process.stderr)


def test_a_killed_run_goes_on_where_it_stopped_and_ends_with_the_same_bytes(two_calls, tmp_path):
    undisturbed = run_workspace(two_calls, RunOptions(out=tmp_path / "whole", workers=1))
    out = tmp_path / "killed"
    process = subprocess.Popen(
        [sys.executable, "-m", "callsignals", "run", str(two_calls), "--out", str(out), "--workers", "1"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=os.name == "posix",
    )
    wait_for_the_first_call(process)
    process.kill()
    process.communicate()
    assert not (out / "signals.jsonl").exists()
    kept = list((out / ".cache" / "hear").rglob("*.json"))
    assert len(kept) >= 1
    stamps = {path: path.stat().st_mtime_ns for path in kept}
    resumed = run_workspace(two_calls, RunOptions(out=out, workers=1))
    assert results(resumed.out) == results(undisturbed.out)
    assert {path: path.stat().st_mtime_ns for path in kept} == stamps


@pytest.mark.skipif(os.name != "posix", reason="SIGINT to another process")
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(two_calls):
    process = subprocess.Popen(
        [sys.executable, "-m", "callsignals", "run", str(two_calls), "--workers", "1"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,
    )
    wait_for_the_first_call(process)
    os.killpg(process.pid, signal.SIGINT)
    _, rest = process.communicate()
    assert process.returncode == 130
    assert "run the same command again" in rest
    assert "Traceback" not in rest
    assert not list((two_calls / "out").rglob("*.part"))


def test_a_second_run_on_the_same_output_is_refused(two_calls):
    with exclusive(two_calls / "out"), pytest.raises(OutputError, match="another run"):
        run_workspace(two_calls)


def test_six_broken_recordings_cost_only_themselves(tmp_path, command):
    folder = tmp_path / "workspace"
    good = clip(3, 20)[0]
    write_wav(folder / "good.wav", good)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("this is no recording\n" * 50, encoding="utf-8")
    (folder / "list.wav").write_text("ffconcat version 1.0\nfile good.wav\n", encoding="utf-8")
    (folder / "half.wav").write_bytes((folder / "good.wav").read_bytes()[:160_000])
    write_wav(folder / "long.flac", np.zeros((8000 * 60 * 11, 1), np.float32))
    (folder / "callsignals.toml").write_text("[calls]\nmax_hours = 0.15\n", encoding="utf-8")
    names = ["good.wav", "empty.wav", "text.wav", "list.wav", "half.wav", "long.flac", "absent.wav"]
    write_csv(
        folder / "calls.csv",
        [
            {
                "call_id": name.split(".")[0],
                "lead_id": "x",
                "audio": name,
                "seller_channel": 0,
                "language": "en",
            }
            for name in names
        ],
    )
    done = command("run", folder, "--workers", 2)
    assert done.returncode == 3, done.stderr
    failures = [
        json.loads(line) for line in (folder / "out" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    named = {failure["input"]: failure for failure in failures}
    assert {"empty", "text", "list", "long"} <= set(named)
    assert any(failure["row"] == 7 for failure in failures)
    assert all(failure["remedy"] and failure["message"] for failure in failures)
    rows = call_rows(folder / "out")
    assert set(rows) == {"good", "half"}
    assert rows["good"]["audio_complete"]
    assert not rows["half"]["audio_complete"]
    assert "Traceback" not in done.stderr


BLOCK_NETWORK = """
import socket
def refuse(*arguments, **options):
    raise RuntimeError("network touched")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
socket.create_connection = refuse
"""


def test_no_network_is_touched_and_no_spoken_text_reaches_records_or_logs(two_calls, tmp_path, command):
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(BLOCK_NETWORK, encoding="utf-8")
    done = command("run", two_calls, env={"PYTHONPATH": str(tmp_path / "guard")})
    assert done.returncode == 0, done.stderr
    out = two_calls / "out"
    spoken = []
    for path in (out / "transcripts").glob("*.json"):
        words = [word["text"] for word in json.loads(path.read_text(encoding="utf-8"))["words"]]
        spoken += [" ".join(words[at : at + 3]) for at in range(0, len(words) - 2, 3)]
    assert len(spoken) > 30
    records = "".join(
        (out / name).read_text(encoding="utf-8")
        for name in ("signals.jsonl", "leads.jsonl", "run.json", "failures.jsonl", "datapackage.json")
    )
    tables = "".join(str(pl.read_parquet(path).to_dicts()) for path in out.glob("*.parquet"))
    for phrase in spoken:
        assert phrase not in records
        assert phrase not in tables
        assert phrase not in done.stderr
        assert phrase not in done.stdout


def test_the_same_recording_under_two_ids_counts_once(tmp_path):
    samples = clip(3, 20)[0]
    write_wav(tmp_path / "a" / "first.wav", samples)
    write_wav(tmp_path / "b" / "copy.flac", samples)
    write_csv(
        tmp_path / "calls.csv",
        [
            {
                "call_id": "first",
                "lead_id": "x",
                "audio": "a/first.wav",
                "seller_channel": 0,
                "language": "en",
            },
            {
                "call_id": "copy",
                "lead_id": "y",
                "audio": "b/copy.flac",
                "seller_channel": 0,
                "language": "en",
            },
        ],
    )
    result = run_workspace(tmp_path, RunOptions(workers=2))
    rows = call_rows(result.out)
    assert rows["first"]["seller_talk_share"] is not None
    assert rows["copy"]["duplicate_of"] == "first"
    assert rows["copy"]["seller_talk_share"] is None
    assert {item["reason"] for item in rows["copy"]["without_value"]} == {"duplicate_recording"}
    assert [failure.error for failure in result.failures] == ["duplicate_recording"]


def test_a_folder_without_a_table_and_roles_that_nobody_told(tmp_path):
    write_wav(tmp_path / "acme" / "call.wav", clip(3, 22)[0])
    result = run_workspace(tmp_path)
    row = call_rows(result.out)["acme/call"]
    assert row["lead_id"] == "acme"
    assert (result.out / "transcripts" / "acme%2Fcall.json").is_file()
    if row["role_source"] == "unknown":
        assert row["seller_talk_share"] is None
        assert row["silence_share"] is not None
        assert [failure.error for failure in result.failures] == ["roles_unknown"]
        assert "seller_channel" in result.failures[0].remedy


def test_dry_run_hears_nothing_and_estimates(two_calls, command):
    done = command("run", two_calls, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    estimate = json.loads(done.stdout)
    assert estimate["recordings"] == 2
    assert estimate["audio_hours"] == pytest.approx((19 + 22) / 3600, abs=0.001)
    assert estimate["audio_hours_left"] == estimate["audio_hours"]
    assert estimate["heard_before"] == 0
    assert estimate["estimated_hours"] == pytest.approx(41 / 3600 * SECONDS_PER_AUDIO_SECOND / 2, abs=0.001)
    assert not (two_calls / "out").exists()


def test_a_dry_run_reckons_only_with_what_is_not_heard_yet(two_calls, command):
    run_workspace(two_calls, RunOptions(limit=1))
    before = stamps(two_calls / "out")
    estimate = json.loads(command("run", two_calls, "--dry-run", "--json").stdout)
    assert (estimate["recordings"], estimate["heard_before"]) == (2, 1)
    assert estimate["audio_hours"] == pytest.approx((19 + 22) / 3600, abs=0.001)
    assert estimate["audio_hours_left"] == pytest.approx(22 / 3600, abs=0.0006)
    assert estimate["estimated_hours"] == pytest.approx(22 * SECONDS_PER_AUDIO_SECOND / 3600, abs=0.0006)
    assert stamps(two_calls / "out") == before
    write_wav(two_calls / "one.wav", clip(4, 22)[0])  # another recording under the same name is heard
    changed = json.loads(command("run", two_calls, "--dry-run", "--json").stdout)
    assert changed["heard_before"] == 0


def stamps(folder: Path) -> dict[Path, int]:
    """When each file was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_json_is_one_object_and_limit_limits(two_calls, command):
    done = command("run", two_calls, "--json", "--limit", 1)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["calls"] == 1


def test_a_workspace_that_cannot_be_used_is_one_line(tmp_path, command):
    done = command("run", tmp_path / "absent")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    with pytest.raises(InputError, match="does not exist"):
        run_workspace(tmp_path / "absent")


def test_a_script_without_a_main_guard_can_run_a_workspace(two_calls, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"import callsignals\nresult = callsignals.run({str(two_calls)!r}, workers=2)\nprint(result.counts['calls'])\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, encoding="utf-8", check=False, timeout=600
    )
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr
