"""Owner-only files, links, ids that are no file names, cells that are formulas: through a run and every writer."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest

from callsignals import run
from callsignals.batch.classify_table import TableTask, classify_table
from callsignals.batch.label_files import write_follow_up
from callsignals.batch.listener import Silent
from callsignals.batch.review_file import write_review
from callsignals.erasure.erase import erase_lead
from callsignals.errors import InputError, OutputError
from callsignals.files import file_name_for, make_private_folder
from callsignals.index.write import write_index
from callsignals.inputs.settings import Settings
from callsignals.inputs.table_stream import TableSource
from callsignals.report.links import page_name
from privacy.conftest import fill
from support import write_csv

ESCAPES = [
    "../../x",
    "..",
    ".",
    "/etc/passwd",
    "C:\\x",
    "\\\\server\\share",
    "..\\..\\x",
    "%2e%2e%2fx",
    "%2e%2e",
    "con",
    "NUL",
    "com1.txt",
    "a\u202egpj.exe",
    "x" * 400,
    "ｘ／ｙ",
    "e\u0301",
    "é",
    "a:b",
    "a?*|<>\"'b",
    ".hidden",
    "~",
    "-rf",
    "a\nb",
]
FORMULAS = [
    '=HYPERLINK("http://x.example","y")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
    "'=1",
]


@pytest.fixture(scope="module")
def odd_ids(tmp_path_factory) -> Path:
    """A finished OUT whose every id is a trap, in a folder of its own."""
    root = tmp_path_factory.mktemp("outer") / "middle" / "workspace"
    root.mkdir(parents=True)
    (root / "said.txt").write_text("Laura: How many?\nCustomer: Twelve of them every day.\n" * 6, encoding="utf-8")
    calls = [
        {"call_id": one, "lead_id": one, "transcript": "said.txt", "seller": one.replace(";", ""), "language": "en"}
        for one in ESCAPES
    ]
    comments = [
        {"comment_id": one, "lead_id": one, "kind": "survey", "text": "ok", "score": 1, "scale": "nps"}
        for one in ESCAPES
    ]
    write_csv(root / "calls.csv", calls)
    write_csv(root / "comments.csv", comments)
    result = run(root)
    assert result.failures == ()
    write_index(root / "out", "month")
    return root


def test_no_id_leads_out_of_its_folder(odd_ids):
    out = odd_ids / "out"
    outer = odd_ids.parents[1]
    outside = [path for path in outer.rglob("*") if path.is_file() and not path.is_relative_to(out)]
    assert sorted(path.name for path in outside) == ["calls.csv", "comments.csv", "said.txt"]
    written = {path.name for path in (out / "transcripts").iterdir()}
    assert written == {f"{file_name_for(one)}{suffix}" for one in ESCAPES for suffix in (".json", ".vtt")}
    assert len(list((out / "report" / "calls").iterdir())) == len(ESCAPES)
    assert len(list((out / "report" / "leads").iterdir())) == len(ESCAPES)


@pytest.mark.parametrize("one", [*ESCAPES, "a\0b", "\ud800", "CON.json", "lpt9"])
@pytest.mark.parametrize("name_of", [lambda one: f"{file_name_for(one)}.json", page_name])
def test_every_file_name_is_one_name_that_windows_takes_too(one, name_of):
    name = name_of(one)
    assert Path(name).name == name
    assert len(name.encode()) < 255
    assert not set('<>:"/\\|?*\0\n') & set(name)
    assert name.partition(".")[0].casefold() not in {"con", "nul", "com1", "lpt9"}
    assert not name.endswith((" ", "."))


def test_ids_that_differ_have_file_names_that_differ():
    assert len({file_name_for(one) for one in ESCAPES}) == len(ESCAPES)


def test_a_trap_of_an_id_can_be_erased(odd_ids, tmp_path):
    copy = tmp_path / "out"
    subprocess.run(["cp", "-r", odd_ids / "out", copy], check=True)
    write_csv(odd_ids / "leads.csv", [{"lead_id": "../../x", "name": "Someone"}])
    done = erase_lead(copy, "../../x")
    (odd_ids / "leads.csv").unlink()
    # All of these calls are one recording, so that all of them go; the other leads keep their comments.
    assert done.shared == len(ESCAPES) - 1
    assert list((copy / "transcripts").iterdir()) == []
    left = [json.loads(line)["lead_id"] for line in (copy / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(left) == sorted(set(ESCAPES) - {"../../x"})


def test_a_nul_in_an_id_does_no_harm(tmp_path):
    (tmp_path / "said.txt").write_text("Laura: How many?\nCustomer: Twelve.\n", encoding="utf-8")
    rows = [{"call_id": "a\0b", "lead_id": "../c\0", "transcript": "said.txt"}]
    (tmp_path / "calls.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run(tmp_path)
    names = [path.name for path in (tmp_path / "out" / "transcripts").iterdir()]
    assert all(Path(name).name == name and "\0" not in name for name in names)


@pytest.mark.skipif(os.name != "posix", reason="Windows gives files the rights of their folder")
def test_only_the_owner_may_read_what_a_run_writes(tmp_path):
    before = os.umask(0)
    try:
        root = fill(tmp_path / "workspace")
        run(root)
        write_index(root / "out", "month")
        erase_lead(root / "out", "lead-1")
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (root / "out", *(root / "out").rglob("*"))}
    assert {path.name for path, mode in modes.items() if path.is_dir() and mode != 0o700} == set()
    assert {path.name for path, mode in modes.items() if path.is_file() and mode != 0o600} == set()
    assert {"index.xlsx", "signals.parquet", "erased.key", "audit.jsonl", "lock"} <= {path.name for path in modes}


@pytest.mark.skipif(os.name != "posix", reason="Windows gives files the rights of their folder")
def test_a_new_folder_is_private_up_to_the_one_that_was_there(tmp_path):
    before = os.umask(0)
    try:
        make_private_folder(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")] == [0o700, 0o700]


@pytest.mark.parametrize("name", ["transcripts", ".cache/hear", "report", "signals.jsonl"])
def test_results_are_not_written_through_a_link_that_leads_out(place, tmp_path, name):
    elsewhere = tmp_path / "elsewhere"
    inside = place.out / name
    inside.rename(elsewhere)
    inside.symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*")), place.out.stat().st_mtime_ns
    for work in (lambda: run(place.root), lambda: erase_lead(place.out, "lead-1")):
        with pytest.raises(OutputError, match="leads out of the results folder"):
            work()
    assert (sorted(elsewhere.rglob("*")), place.out.stat().st_mtime_ns) == before


@pytest.mark.parametrize("name", ["calls.csv", "leads.csv"])
def test_a_table_that_is_a_link_out_of_the_workspace_is_refused(place, tmp_path, name):
    (place.root / name).rename(tmp_path / name)
    (place.root / name).symlink_to(tmp_path / name)
    with pytest.raises(InputError, match="link that leads out"):
        run(place.root)


def test_a_transcript_that_is_a_link_out_of_the_workspace_is_a_failure(place, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("Laura: the password is swordfish\n", encoding="utf-8")
    path = place.root / "said" / "lead-10-call2.txt"
    path.unlink()
    path.symlink_to(secret)
    result = run(place.root)
    assert [failure.error for failure in result.failures] == ["path_outside"]
    assert not any(b"swordfish" in one.read_bytes() for one in place.out.rglob("*") if one.is_file())


def test_erasing_follows_no_link(place, tmp_path):
    precious = tmp_path / "precious.txt"
    precious.write_text("lead-1 lead-1-call0", encoding="utf-8")
    (place.out / "inside.txt").write_text("lead-1", encoding="utf-8")
    (place.out / "link.txt").symlink_to(place.out / "inside.txt")
    done = erase_lead(place.out, "lead-1")
    assert done.proof.is_clean
    assert precious.exists()
    (place.out / "link.txt").unlink()
    (place.out / "out.txt").symlink_to(precious)
    with pytest.raises(OutputError, match="leads out"):
        erase_lead(place.out, "lead-10")
    assert precious.exists()


def cells_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [cell for row in csv.reader(lines) for cell in row]


def is_formula(cell: str) -> bool:
    """As OWASP's "CSV Injection" lists them; numbers are numbers."""
    try:
        float(cell)
    except ValueError:
        return cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    return False


def test_no_cell_that_a_run_or_classify_writes_is_a_formula(tmp_path):
    root = tmp_path / "workspace"
    root.mkdir()
    rows = [
        {
            "comment_id": text,
            "lead_id": text,
            "kind": "survey",
            "text": text,
            "score": 0,
            "scale": "nps",
            "created_at": "2026-03-10T09:00:00Z",
            "touchpoint": text,
            "respondent_id": text,
            "seller": text,
            "=own": text,
        }
        for text in FORMULAS
    ]
    write_csv(root / "comments.csv", rows)
    write_csv(root / "leads.csv", [{"lead_id": text, "name": text, "segment": text} for text in FORMULAS])
    run(root)
    write_index(root / "out", "month")
    task = TableTask(TableSource(root / "comments.csv"), Settings(), tmp_path / "labels.csv", None, True, len(FORMULAS))
    result = classify_table(task, Silent())
    write_follow_up(tmp_path / "follow.csv", result.follow_up, with_text=True)
    write_review(tmp_path / "review.csv", result.review)
    tables = [root / "out" / "follow_up.csv", root / "out" / "index" / "index.csv", *sorted(tmp_path.glob("*.csv"))]
    assert len(tables) == 5
    for path in tables:
        cells = cells_of(path)
        assert any("HYPERLINK" in cell for cell in cells), path.name
        assert [cell for cell in cells if is_formula(cell)] == [], path.name
    with zipfile.ZipFile(root / "out" / "index" / "index.xlsx") as book:
        sheets = {name: book.read(name) for name in book.namelist()}
    assert any(b"HYPERLINK" in content for content in sheets.values())
    assert not any(b"<f>" in content or b"<f " in content for content in sheets.values())


@pytest.mark.skipif(sys.platform != "linux", reason="unshare is Linux's")
def test_a_run_without_any_network_gives_the_same(tmp_path):
    root = fill(tmp_path / "workspace")
    command = [sys.executable, "-m", "callsignals", "run", root, "--out"]
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let a user make a network namespace")
    subprocess.run(["unshare", "-rn", *command, tmp_path / "cut-off"], check=True, capture_output=True)
    subprocess.run([*command, tmp_path / "connected"], check=True, capture_output=True)
    for name in ("signals.jsonl", "leads.jsonl", "failures.jsonl", "follow_up.csv"):
        assert (tmp_path / "cut-off" / name).read_bytes() == (tmp_path / "connected" / name).read_bytes()
    assert pl.read_parquet(tmp_path / "cut-off" / "calls.parquet").height == 6
