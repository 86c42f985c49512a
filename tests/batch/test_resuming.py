"""What a second run leaves alone, what it makes again, and what a full disk or another run does to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from callsignals.batch.lock import exclusive
from callsignals.batch.run import RunOptions, run_workspace
from callsignals.errors import InputError
from callsignals.records.tables import SIGNALS_SCHEMA
from support import results, write_csv

SAID = """\
Laura: How do you handle your invoices today, and what takes the most time?
Customer: We type them in by hand. It takes hours every week and the errors are expensive.
"""
RECORDS = ("signals.jsonl", "signals.parquet", "leads.jsonl", "calls.parquet", "comments.parquet", "failures.jsonl")
REPORT = ("report/index.html", "datapackage.json")


@pytest.fixture
def workspace(tmp_path) -> Path:
    """Three calls as transcripts, and a comment."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    rows = []
    for at in range(3):
        (folder / f"{at}.txt").write_text(SAID * (at + 3), encoding="utf-8")
        rows.append({"call_id": f"call/{at}", "lead_id": f"lead-{at % 2}", "transcript": f"{at}.txt", "language": "en"})
    write_csv(folder / "calls.csv", [{**row, "seller": "Laura"} for row in rows])
    write_csv(
        folder / "comments.csv",
        [{"comment_id": "c", "lead_id": "lead-0", "kind": "survey", "text": "Quick help, thanks", "language": "en"}],
    )
    return folder


def written(out: Path) -> dict[str, int]:
    """When each file of OUT was written, those that say when the last run was left out."""
    return {
        path.relative_to(out).as_posix(): path.stat().st_mtime_ns
        for path in out.rglob("*")
        if path.is_file() and path.name not in ("run.json", "lock")
    }


def changed(out: Path, before: dict[str, int]) -> set[str]:
    after = written(out)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def outputs(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and ".cache" not in path.parts and path.name != "run.json"
    }


def test_with_nothing_changed_nothing_is_written_and_the_result_is_the_same(workspace):
    first = run_workspace(workspace)
    before = written(first.out)
    again = run_workspace(workspace)
    assert changed(first.out, before) == set()
    assert again == first
    assert again.leads == first.leads
    assert [lead.lead_id for lead in again.leads] == ["lead-0", "lead-1"]


def test_another_report_title_rebuilds_the_report_alone(workspace):
    out = run_workspace(workspace).out
    before = written(out)
    (workspace / "callsignals.toml").write_text('[report]\ntitle = "Quarter four"\n', encoding="utf-8")
    run_workspace(workspace)
    touched = changed(out, before)
    assert {*REPORT, ".cache/report.json"} <= touched
    assert not touched & {*RECORDS, "run.json"}
    assert not any(name.startswith(("transcripts/", ".cache/measure", ".cache/hear")) for name in touched)
    assert "Quarter four" in (out / "report" / "index.html").read_text(encoding="utf-8")


def test_other_terms_measure_again_and_leave_what_was_heard_alone(workspace):
    out = run_workspace(workspace).out
    before, records = written(out), results(out)
    (workspace / "terms.toml").write_text(
        '[need.en]\nphrases = ["hours"]\n[product.en]\nphrases = ["invoices"]\n', encoding="utf-8"
    )
    run_workspace(workspace)
    touched = changed(out, before)
    assert not any(name.startswith((".cache/hear", ".cache/digest", ".cache/classify")) for name in touched)
    assert not any(name.startswith("transcripts/") for name in touched)
    assert results(out) != records


def test_another_name_of_the_workspace_measures_nothing_again(workspace):
    out = run_workspace(workspace).out
    before = written(out)
    (workspace / "callsignals.toml").write_text('[workspace]\nname = "north"\n', encoding="utf-8")
    run_workspace(workspace)
    touched = changed(out, before)
    assert {"signals.jsonl", "leads.jsonl"} & touched == {"signals.jsonl"} | ({"leads.jsonl"} & touched)
    assert not any(name.startswith((".cache/measure", ".cache/hear", "transcripts/")) for name in touched)


@pytest.mark.parametrize(
    "name", [*RECORDS, *REPORT, "transcripts/call%2F1.json", "transcripts/call%2F1.vtt", "report/calls/*"]
)
@pytest.mark.parametrize("harm", ["deleted", "altered"])
def test_an_output_that_was_deleted_or_altered_is_made_again(workspace, name, harm):
    out = run_workspace(workspace).out
    before = outputs(out)
    path = next(out.glob(name))
    if harm == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"{}")
    run_workspace(workspace)
    assert outputs(out) == before


def test_a_call_that_leaves_the_table_takes_its_transcript_along(workspace):
    out = run_workspace(workspace).out
    lines = (workspace / "calls.csv").read_text(encoding="utf-8").splitlines()
    (workspace / "calls.csv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    (out / "transcripts" / "stray.json").write_text("{}", encoding="utf-8")
    run_workspace(workspace)
    assert sorted(path.name for path in (out / "transcripts").iterdir()) == [
        f"call%2F{at}{suffix}" for at in (0, 1) for suffix in (".json", ".vtt")
    ]
    assert "call/2" not in (out / "signals.jsonl").read_text(encoding="utf-8")


def test_a_damaged_cached_result_is_named_and_made_again_by_the_next_run(workspace):
    out = run_workspace(workspace).out
    before = outputs(out)
    before_calls = sorted((out / ".cache" / "hear").rglob("*.json"))
    for path in before_calls:
        path.write_bytes(path.read_bytes()[:50])
    (workspace / "terms.toml").write_text('[need.en]\nphrases = ["hours"]\n', encoding="utf-8")
    for _ in before_calls:
        with pytest.raises(InputError, match="has vanished or is damaged"):
            run_workspace(workspace)
    (workspace / "terms.toml").unlink()
    run_workspace(workspace)
    assert outputs(out) == before


def test_both_signal_files_hold_the_same_rows_however_many_parts_they_were_written_in(workspace, monkeypatch, tmp_path):
    whole = run_workspace(workspace, RunOptions(out=tmp_path / "whole"))
    monkeypatch.setattr("callsignals.records.stream._ROWS_AT_ONCE", 7)
    monkeypatch.setattr("callsignals.batch.results._ROWS_AT_ONCE", 2)
    parts = run_workspace(workspace, RunOptions(out=tmp_path / "parts"))
    assert results(parts.out) == results(whole.out)
    lines = (parts.out / "signals.jsonl").read_text(encoding="utf-8").splitlines()
    rows = pl.DataFrame([json.loads(line) for line in lines], schema=SIGNALS_SCHEMA)
    for out in (whole.out, parts.out):
        assert_frame_equal(pl.read_parquet(out / "signals.parquet"), rows)
    assert_frame_equal(pl.read_parquet(parts.out / "calls.parquet"), pl.read_parquet(whole.out / "calls.parquet"))
    assert pl.read_parquet(parts.out / "calls.parquet")["call_id"].to_list() == ["call/0", "call/1", "call/2"]


def test_what_a_killed_run_left_half_written_is_swept_away(workspace):
    out = run_workspace(workspace).out
    (out / ".cache" / "unfinished").touch()
    leftovers = [out / ".signals.jsonl.x.part", out / ".cache" / "hear" / "00" / ".x.y.part"]
    for path in leftovers:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    run_workspace(workspace)
    assert not any(path.exists() for path in leftovers)
    assert not (out / ".cache" / "unfinished").exists()


def test_an_output_folder_that_cannot_be_made_ends_with_1_and_one_line(workspace, tmp_path, command):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    done = command("run", workspace, "--out", tmp_path / "file" / "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert "--out" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_run_on_the_same_output_ends_with_1_and_says_why(workspace, command):
    with exclusive(workspace / "out"):
        done = command("run", workspace)
    assert (done.returncode, done.stdout) == (1, "")
    assert "another run is using this folder" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
def test_a_full_disk_stops_the_run_with_a_remedy_and_the_next_run_goes_on(workspace, tmp_path):
    import resource

    (workspace / "comments.csv").unlink()  # their language model is unpacked to the temporary folder
    whole = run_workspace(workspace, RunOptions(out=tmp_path / "whole"))

    def almost_full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # a longer file cannot be written

    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "callsignals", "run", str(workspace), "--out", str(out)],
        capture_output=True,
        encoding="utf-8",
        # coverage could not write what it measured, either, and says so with a traceback
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
        preexec_fn=almost_full,
        check=False,
        timeout=600,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written" in done.stderr
    assert "what is finished is kept" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(out.rglob("*.part"))
    assert not (out / "signals.jsonl").exists()
    assert results(run_workspace(workspace, RunOptions(out=out)).out) == results(whole.out)


def test_only_comments_still_to_do_are_counted(workspace):
    begun: list[tuple[str, int]] = []

    class Listens:
        def begin(self, stage, total):
            begun.append((stage, total))

        def advance(self, done=1): ...

        def end(self): ...

        def notice(self, text): ...

    run_workspace(workspace, listener=Listens())
    assert ("classify", 1) in begun
    begun.clear()
    with (workspace / "comments.csv").open("a", encoding="utf-8") as table:
        table.write("d,lead-0,survey,Slow answers,en\ne,lead-0,survey,Great,en\n")
    run_workspace(workspace, listener=Listens())
    assert [total for stage, total in begun if stage == "classify"] == [2]
    assert json.loads((workspace / "out" / "run.json").read_text(encoding="utf-8"))["counts"]["comments"] == 3
